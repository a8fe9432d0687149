"""A file read in a process of its own: what it says, or why it is refused. The caller's process parses nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Final

from msgspec import DecodeError, json

from addin.imports.exchange import Answer, Job, Refusal
from addin.imports.refusal import Refused

#: How large a file may be, in bytes, and how long reading it may take on the clock.
LARGEST: Final = 128 * 1024 * 1024
SECONDS: Final = 180.0
_COMMAND: Final = (sys.executable, "-I", "-m", "addin.imports.worker")
#: Contents that are no table, whatever the file is called.
_STRANGERS: Final = (
    (b"%PDF", "a PDF"), (b"<!DOCTYPE html", "a web page"), (b"<html", "a web page"), (b"\x1f\x8b", "packed (gzip)"),
    (b"{\\rtf", "a text document"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"MZ", "a program"),
    (b"\x7fELF", "a program"), (b"SQLite format 3", "a database"),
)  # fmt: skip


def read_file(content: bytes, job: Job, *, command: Sequence[str] = _COMMAND, seconds: float = SECONDS) -> Answer:
    """Have a file read, with limits on memory and time.

    Raises:
        Refused: for a file that is empty, too large, no table, or that the reading process refused or died of.
    """
    _refuse_at_sight(content)
    window = {"creationflags": 0x08000000} if sys.platform == "win32" else {}  # no console window flashes up
    try:
        # By a nameless file and not by a pipe: a pipe takes a large file in pieces of 4 KB, each a call of the system.
        with tempfile.TemporaryFile(prefix="casebook-import-") as given:
            given.write(json.encode(job) + b"\n")
            given.write(content)
            given.seek(0)
            done = subprocess.run(command, stdin=given, capture_output=True, timeout=seconds, check=False, **window)  # type: ignore[call-overload,unused-ignore]
    except subprocess.TimeoutExpired as error:
        hint = "Check that it is the right export; divide it, or export it as CSV."
        raise Refused("IMP-SLOW", f"Reading the file took longer than {seconds:.0f} seconds.", hint) from error
    verdict, _, body = done.stdout.partition(b"\n")
    if done.returncode != 0:
        raise _died(done.returncode, done.stderr)
    try:
        if verdict == b"no":
            refusal = json.decode(body, type=Refusal)
            raise Refused(refusal.code, refusal.message, refusal.hint)
        return json.decode(body, type=Answer)
    except (DecodeError, UnicodeDecodeError) as error:
        raise _died(0, b"its answer cannot be read") from error


def _refuse_at_sight(content: bytes) -> None:
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise Refused("IMP-EMPTY", "The file is empty.", "Export it again.")
    if len(content) > LARGEST:
        raise Refused("IMP-LARGE", f"The file is larger than {LARGEST // 2**20} MB.", "Export a shorter period.")
    start = content[:64].lstrip().lower()
    for mark, what in _STRANGERS:
        if start.startswith(mark.lower()):
            raise Refused("IMP-STRANGE", f"The file is {what}, not a table.", "Export it as CSV or .xlsx.")


def _died(code: int, stderr: bytes) -> Refused:
    words = stderr.decode("utf-8", errors="replace")
    if "MemoryError" in words or "memory" in words.lower() or code in (-6, -9, 137, 134):
        message = "Reading the file would take more memory than it may have."
    elif code == -24:
        message = "Reading the file took too long on the processor."
    else:
        last = words.strip().splitlines()[-1:] or [f"ended with {code}"]
        hint = "Export it again, or as the other of CSV and .xlsx; tell who looks after Casebook if it stays so."
        return Refused("IMP-READER", f"The file cannot be read ({last[0][:160]}).", hint)
    return Refused("IMP-READER", message, "It is damaged or made to do harm: ask where it comes from.")
