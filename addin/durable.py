"""Files written whole and durably: under another name first, flushed to the disk, then renamed into place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from addin.errors import CasebookError


class CannotWrite(CasebookError):
    """A file could not be written: no right, no space, no such place."""

    code = "FILE-WRITE"


def write_file(path: Path, content: bytes) -> str:
    """Write a file whole and durably; answers its SHA-256.

    Raises:
        CannotWrite: when it cannot be written.
    """
    with writing(path) as file:
        file.write(content)
    return hashlib.sha256(content).hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into, readable again; in its place, whole and on the disk, when the block ends well, else gone.

    Raises:
        CannotWrite: when it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(
            f"{path.name} cannot be written: {error.strerror or error}.",
            hint=f"Check the rights on {path.parent.name} and the space on the disk.",
        ) from error


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable; Windows has no such call and does not need it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
