"""A file read in a process of its own: what it says, or why it is refused. The caller's process parses nothing.

A reading process reads one file and ends. Loading it takes longer than reading a usual file, so that one may be started
ahead (`make_ready`); it waits for its file, and ends unasked when its parent does.
"""

from __future__ import annotations

import atexit
import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from msgspec import DecodeError, json

from addin.imports.exchange import LOADED, Answer, Job, Refusal
from addin.imports.refusal import Refused
from addin.logic.encoding import stranger

#: How large a file may be, in bytes, and how long reading it may take on the clock.
LARGEST: Final = 128 * 1024 * 1024
SECONDS: Final = 180.0
#: A file of this size may cost too much without meaning any harm.
_LARGE: Final = 16 * 1024 * 1024
_COMMAND: Final = (sys.executable, "-I", "-m", "addin.imports.worker")


@dataclass(frozen=True, slots=True)
class _Said:
    """How a reading process ended: its code, what it answered, what it complained of; `late` when it was stopped."""

    code: int
    answer: bytes
    complaint: bytes
    late: bool


class _Process:
    """One reading process, from its start to its only file."""

    def __init__(self, command: Sequence[str]) -> None:
        window = {"creationflags": 0x08000000} if sys.platform == "win32" else {}  # no console window flashes up
        self._complaints: IO[bytes] = tempfile.TemporaryFile(prefix="casebook-import-")  # noqa: SIM115 - see `end`
        self._running = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, **window
        )  # type: ignore[call-overload,unused-ignore]

    def load(self) -> None:
        """Wait until it has loaded; it says so by its first line, or by ending."""
        if self._running.stdout is not None:
            self._running.stdout.readline()

    @property
    def is_waiting(self) -> bool:
        """True as long as it can be given a file."""
        return self._running.poll() is None

    def read(self, job: bytes, content: bytes, seconds: float) -> _Said:
        """Give it its job and its file; it answers when it has both whole, so that neither side waits for the other."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._running.kill()

        clock = threading.Timer(seconds, stop)
        clock.start()
        try:
            answer = self._answer(job + b"\n", content)
            code = self._running.wait()
            self._complaints.seek(0)
            return _Said(code, answer, self._complaints.read(), late.is_set())
        finally:
            clock.cancel()
            self.end()

    def _answer(self, *parts: bytes) -> bytes:
        given, answered = self._running.stdin, self._running.stdout
        if given is None or answered is None:
            return b""
        with contextlib.suppress(OSError), given:  # it may end before it has taken everything
            for part in parts:
                given.write(part)
        said: bytes = answered.read()
        return said.removeprefix(LOADED)

    def end(self) -> None:
        """Stop it, if it has not ended by itself, and let go of what it was given."""
        self._running.kill()
        self._running.wait()
        for pipe in (self._running.stdin, self._running.stdout, self._complaints):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


_ONE: Final = threading.Lock()
#: The process that was started ahead; one at most.
_WAITING: Final[list[_Process]] = []


def make_ready(*, loaded: bool = False) -> None:
    """Start a reading process for the next file, unless one waits already; without one a file is read all the same.

    Args:
        loaded: wait until it has loaded; else it loads while other things are done.
    """
    with _ONE, contextlib.suppress(OSError):
        if not any(process.is_waiting for process in _WAITING):
            _end_waiting()
            _WAITING.append(_Process(_COMMAND))
            if loaded:
                _WAITING[0].load()


@atexit.register
def let_go() -> None:
    """End the process that was started ahead, if there is one."""
    with _ONE:
        _end_waiting()


def _end_waiting() -> None:
    while _WAITING:
        _WAITING.pop().end()


def _process(command: Sequence[str]) -> _Process:
    with _ONE:
        if command == _COMMAND and any(process.is_waiting for process in _WAITING):
            return _WAITING.pop()
    return _Process(command)


def read_file(content: bytes, job: Job, *, command: Sequence[str] = _COMMAND, seconds: float = SECONDS) -> Answer:
    """Have a file read, with limits on memory and time.

    Raises:
        Refused: for a file that is empty, too large, no table, or that the reading process refused or died of.
    """
    _refuse_at_sight(content)
    said = _process(command).read(json.encode(job), content, seconds)
    if said.late:
        hint = "Check that it is the right export; divide it, or export it as CSV."
        raise Refused("IMP-SLOW", f"Reading the file took longer than {seconds:.0f} seconds.", hint)
    verdict, _, body = said.answer.partition(b"\n")
    if said.code != 0:
        raise _died(said.code, said.complaint, len(content))
    try:
        if verdict == b"no":
            refusal = json.decode(body, type=Refusal)
            raise Refused(refusal.code, refusal.message, refusal.hint)
        return json.decode(body, type=Answer)
    except (DecodeError, UnicodeDecodeError) as error:
        raise _died(0, b"its answer cannot be read", len(content)) from error


def _refuse_at_sight(content: bytes) -> None:
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise Refused("IMP-EMPTY", "The file is empty.", "Export it again.")
    if len(content) > LARGEST:
        raise Refused("IMP-LARGE", f"The file is larger than {LARGEST // 2**20} MB.", "Export a shorter period.")
    if what := stranger(content):
        raise Refused("IMP-STRANGE", f"The file is {what}, not a table.", "Export it as CSV or .xlsx.")


def _died(code: int, stderr: bytes, size: int) -> Refused:
    words = stderr.decode("utf-8", errors="replace")
    if "MemoryError" in words or "memory" in words.lower() or code in (-6, -9, 137, 134):
        message = "Reading the file would take more memory than it may have."
    elif code == -24:
        message = "Reading the file took too long on the processor."
    else:
        last = words.strip().splitlines()[-1:] or [f"ended with {code}"]
        hint = "Export it again, or as the other of CSV and .xlsx; tell who looks after Casebook if it stays so."
        return Refused("IMP-READER", f"The file cannot be read ({last[0][:160]}).", hint)
    if size > _LARGE:
        return Refused("IMP-READER", message, "Export a shorter period, or fewer columns.")
    return Refused("IMP-READER", message, "It is damaged or made to do harm: ask where it comes from.")
