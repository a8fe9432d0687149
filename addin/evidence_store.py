"""The store of evidence: contents of files in the register's folder, each under the SHA-256 of its bytes.

1. A content is copied in pieces of a fixed size while it is hashed, so a file of any size needs the same memory.
2. It is written beside its place, flushed to the disk, and then renamed: a kill leaves a content whole or not there.
3. Equal contents are kept once; nothing in the store is ever written over.
4. A file that changes while it is copied is refused: half of it would be evidence of nothing.
5. What a killed copy left is deleted by a later one, once nobody can be writing it any more.

Which case holds which content is told by the journal's events alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from addin.durable import sync_folder
from addin.errors import CasebookError

FOLDER: Final = "evidence"
_CHUNK: Final = 1024 * 1024
#: Space that is left free on the disk, in bytes: the journal must still be able to write.
_SPARE: Final = 64 * 1024 * 1024
#: A copy that has not grown for so long is nobody's: its process was killed.
_ABANDONED_S: Final = 3600


class EvidenceError(CasebookError):
    """A file that cannot become evidence, or a store that cannot be written."""

    code = "EVD"


@dataclass(frozen=True, slots=True)
class Kept:
    """A content in the store: its SHA-256 and its size in bytes."""

    sha256: str
    size: int


def place(folder: Path, sha256: str) -> Path:
    """Where a content lies in the store of a register."""
    return folder / FOLDER / sha256[:2] / sha256


def keep_file(folder: Path, source: Path, tick: Callable[[int], None] = lambda _: None) -> Kept:
    """Copy a file's content into the store; `tick` is told the bytes as they pass.

    Raises:
        EvidenceError: the file is not there, is empty, changed meanwhile, or one of both places fails.
    """
    with _reading(source) as file:
        before = os.fstat(file.fileno())
        if not before.st_size:
            raise EvidenceError(f"{source.name} is empty.", hint="Save it again, then attach it.", code="EVD-EMPTY")
        _room_for(folder, before.st_size)
        kept = _store(folder, _chunks(file, before.st_size, source.name, tick), source.name)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or kept.size != before.st_size:
        hint = "Wait until it is written, then attach it again."
        raise EvidenceError(f"{source.name} changed while it was copied.", hint=hint, code="EVD-CHANGING")
    return kept


def keep_bytes(folder: Path, content: bytes, name: str) -> Kept:
    """Keep a content that was made here, such as a text.

    Raises:
        EvidenceError: the store cannot be written.
    """
    return _store(folder, iter((content,)), name)


def fault_of(folder: Path, sha256: str, size: int) -> str:
    """What is wrong with a content of the store: "" when it is what it was, else "missing", "altered" or a reason."""
    path = place(folder, sha256)
    try:
        if not path.is_file():
            return "missing"
        if path.stat().st_size != size:
            return "altered"
        return "" if digest_of(path) == sha256 else "altered"
    except OSError as error:
        return f"not readable ({error.strerror})"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content, read piece by piece.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(folder: Path, sha256: str) -> None:
    """Delete a content; whoever calls has recorded it, and knows that no case holds it any more.

    Raises:
        EvidenceError: it cannot be deleted.
    """
    try:
        place(folder, sha256).unlink(missing_ok=True)
    except OSError as error:
        hint = "Close it where it is open, then erase it again."
        raise EvidenceError(f"A content cannot be deleted: {error.strerror}.", hint=hint, code="EVD-WRITE") from error


def copy_out(folder: Path, sha256: str, target: Path) -> None:
    """Copy a content out of the store under a name; never over a file, and only when it is still what it was.

    Raises:
        EvidenceError: it is missing or altered, or the target cannot be written.
    """
    source = place(folder, sha256)
    try:
        if digest_of(source) != sha256:
            raise EvidenceError(f"The content of {target.name} was altered.", hint="Run verify.", code="EVD-ALTERED")
        with source.open("rb") as file, target.open("xb") as out:
            shutil.copyfileobj(file, out, _CHUNK)
    except FileExistsError:
        raise EvidenceError(f"{target.name} is there already.", hint="Name an empty folder.", code="EVD-NAME") from None
    except FileNotFoundError:
        raise EvidenceError(f"The content of {target.name} is missing.", hint="Run verify.", code="EVD-GONE") from None
    except OSError as error:
        raise _unwritable(target.name, error) from error


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[IO[bytes]]:
    try:
        if source.is_dir():
            raise EvidenceError(f"{source.name} is a folder.", hint="Attach the files in it.", code="EVD-FOLDER")
        file = source.open("rb")
    except FileNotFoundError:
        raise EvidenceError(f"There is no file {source}.", hint="Check the path.", code="EVD-GONE") from None
    except OSError as error:
        hint = "Close it where it is open, or check the rights on it."
        raise EvidenceError(f"{source.name} cannot be read: {error.strerror}.", hint=hint, code="EVD-READ") from error
    with file:
        yield file


def _chunks(file: IO[bytes], size: int, name: str, tick: Callable[[int], None]) -> Iterator[bytes]:
    left = size  # never beyond what there was: a file that grows as fast as it is read would have no end
    while left > 0:
        try:
            chunk = file.read(min(_CHUNK, left))
        except OSError as error:
            hint = "Copy it to this computer first, then attach it."
            raise EvidenceError(f"{name} cannot be read: {error.strerror}.", hint=hint, code="EVD-READ") from error
        if not chunk:
            return
        left -= len(chunk)
        tick(len(chunk))
        yield chunk


def _store(folder: Path, chunks: Iterator[bytes], name: str) -> Kept:
    root = folder / FOLDER
    part = root / f".{os.getpid()}-{os.urandom(8).hex()}.part"
    hashed, size = hashlib.sha256(), 0
    try:
        root.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as out:
            for chunk in chunks:
                hashed.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        kept = Kept(hashed.hexdigest(), size)
        _clear_abandoned(root, part.stat().st_mtime)
        _settle(part, place(folder, kept.sha256))
    except OSError as error:
        raise _unwritable(name, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return kept


def _clear_abandoned(root: Path, now_s: float) -> None:
    for left in root.glob(".*.part"):
        with contextlib.suppress(OSError):  # another process was quicker, or has it open
            if now_s - left.stat().st_mtime > _ABANDONED_S:
                left.unlink()


def _settle(part: Path, target: Path) -> None:
    """Give a whole content its place; one that lies there already and is whole stays."""
    if target.is_file() and target.stat().st_size == part.stat().st_size and digest_of(target) == target.name:
        return
    target.parent.mkdir(exist_ok=True)
    part.replace(target)  # heals a content that was lost or altered: these bytes have the hash that the name says
    sync_folder(target.parent)


def _room_for(folder: Path, size: int) -> None:
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # a file system that does not tell; writing will
    if free < size + _SPARE:
        words = f"The disk has {free // 2**20:,} MB left, and the file needs {size // 2**20 + 1:,} MB."
        raise EvidenceError(words, hint="Make room, then attach it again.", code="EVD-FULL")


def _unwritable(name: str, error: OSError) -> EvidenceError:
    return EvidenceError(
        f"{name} cannot be kept: {error.strerror or error}.",
        hint="Check the rights on the register's folder and the space on its disk.",
        code="EVD-WRITE",
    )
