"""Hashes a stretch of a journal's chain again, as fast as stored bytes can be read; also as a process of its own.

It says only whether every link holds, not what is wrong: whoever needs that walks again slowly (`examine`). As a
program (`python chain_walk.py URI AFTER UPTO [file]`) it needs nothing but the standard library, so that it starts at
once and two processes can share a long journal. It answers one line of JSON: how many events, what the first one
follows, the last number and hash, and whether every link holds; with `file` also whether the file's own structure
(pages, indexes) is whole.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_LINKS = "SELECT seq, prev, text, hash FROM events WHERE seq > ? AND seq <= ? ORDER BY seq"
_MAPPED = 1 << 31


@dataclass(frozen=True)
class Walked:
    """A stretch of chain: how many events, what its first one follows, where it ends, and whether every link holds.

    `whole` is True where the file's structure was checked too and found whole.
    """

    events: int
    first_prev: str
    last: int
    hash: str
    sound: bool
    whole: bool = False


def walk(db: sqlite3.Connection, after: int, upto: int) -> Walked:
    """Hash the events after one number up to another again.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    db.text_factory = bytes
    sha256 = hashlib.sha256
    first: bytes | None = None
    head, seq, sound = b"", after, True
    for found, prev, text, hashed in db.execute(_LINKS, (after, upto)):
        seq += 1
        if first is None:
            first = head = bytes(prev)
        if found != seq or prev != head or sha256(prev + text).hexdigest().encode() != hashed:
            sound = False
            break
        head = hashed
    return Walked(seq - after, (first or b"").decode("ascii", "replace"), seq, head.decode("ascii", "replace"), sound)


class Companion:
    """A second process that walks a stretch of the chain while this one does something else."""

    def __init__(self, uri: str, after: int, upto: int, *, file_too: bool = False) -> None:
        self._running: subprocess.Popen[str] | None = None
        command = [sys.executable, "-I", str(Path(__file__)), uri, str(after), str(upto)]
        command += ["file"] if file_too else []
        try:
            self._running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        except OSError:  # no program can be started here: the caller walks by itself
            self._running = None

    def answer(self) -> Walked | None:
        """What it found; None when it could not."""
        if self._running is None:
            return None
        with self._running as process:
            words = process.stdout.read() if process.stdout else ""
        try:
            return Walked(**json.loads(words)) if process.returncode == 0 else None
        except (ValueError, TypeError):
            return None


def main(uri: str, after: str, upto: str, file_too: str = "") -> None:
    """Walk a stretch and print what was found."""
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    try:
        found = walk(db, int(after), int(upto))
        if file_too and found.sound:
            # Looking rows up in every index costs a quarter less in a mapped file. A file that is cut meanwhile may end
            # this process, and then whoever asked looks by itself.
            db.execute(f"PRAGMA mmap_size = {_MAPPED}")
            lines = [row[0] for row in db.execute("PRAGMA integrity_check")]
            found = replace(found, whole=lines == [b"ok"])
        sys.stdout.write(json.dumps(asdict(found)))
    finally:
        db.close()


if __name__ == "__main__":
    main(*sys.argv[1:5])
