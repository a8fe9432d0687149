"""Writes ZIP files out of contents that were deflated before, piece by piece, so that nothing big is ever held.

1. A deflated piece ends on a whole byte and without an end mark; pieces are put behind one another as they are, and
   their checksums are combined (`crc32_combine`), so that millions of cells are compressed once and never read again.
2. Equal contents make equal bytes: fixed order, fixed date, no extra fields, no system's name. What is small goes
   through zlib, which packs alike on every computer; only what is big goes through ISA-L, which is many times faster
   but may pack differently on another kind of processor.
3. ZIP64 is never needed: a part of 4 GiB or more is refused, because spreadsheet programs refuse it too.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from isal import isal_zlib

from addin.errors import HostError

_FAST, _SMALL = 1, 6
#: From so many bytes on a content is big.
_BIG: Final = 8 << 20
_LIMIT: Final = 0xFFFF_FFFF
_STEP: Final = 1 << 20
_DATE: Final = 0x0021  # 1 January 1980, the first day a ZIP can name
_STORED, _DEFLATED = 0, 8
_MADE_BY: Final = 20
#: A deflate stream of nothing but its end mark: what closes pieces that have none.
_END: Final = b"\x03\x00"


@dataclass(frozen=True, slots=True)
class Piece:
    """A deflated piece: where its bytes are, how many it inflates to, and their CRC-32."""

    data: bytes | Path
    packed: int
    size: int
    crc: int

    def chunks(self) -> Iterator[bytes]:
        """The deflated bytes."""
        yield from (self.data,) if isinstance(self.data, bytes) else file_chunks(self.data)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is packed already and is put in as it is."""

    path: Path


class Deflater:
    """Deflates a stream into a file beside; `sha256` is that of the stream itself when it is asked for."""

    def __init__(self, path: Path, *, hashed: bool = False) -> None:
        self._path = path
        self._file = path.open("wb")
        self._held: list[bytes] | None = []
        self._fast = isal_zlib.compressobj(_FAST, isal_zlib.DEFLATED, -15)
        self._hash = hashlib.sha256() if hashed else None
        self._crc = self._size = self._packed = 0

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._crc = isal_zlib.crc32(data, self._crc)
        self._size += len(data)
        if self._hash is not None:
            self._hash.update(data)
        if self._held is None:
            self._put(self._fast.compress(data))
            return
        self._held.append(data)
        if self._size >= _BIG:
            held, self._held = self._held, None
            for part in held:
                self._put(self._fast.compress(part))

    def close(self) -> Piece:
        """End the piece on a whole byte."""
        if self._held is None:
            self._put(self._fast.flush(isal_zlib.Z_FULL_FLUSH))
        else:
            self._put(_packed(b"".join(self._held)))
        self._file.close()
        return Piece(self._path, self._packed, self._size, self._crc)

    @property
    def size(self) -> int:
        """How many bytes were taken."""
        return self._size

    @property
    def sha256(self) -> str:
        """The digest of what was taken."""
        return self._hash.hexdigest() if self._hash is not None else ""

    def _put(self, packed: bytes) -> None:
        self._packed += len(packed)
        self._file.write(packed)


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(_SMALL, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)


def piece_of(data: bytes) -> Piece:
    """A deflated piece in memory."""
    packed = _packed(data)
    return Piece(packed, len(packed), len(data), isal_zlib.crc32(data))


def write_zip(target: Path, entries: Iterable[tuple[str, list[Piece] | Stored]]) -> None:
    """Write a ZIP file, its entries in the order given.

    Raises:
        HostError: an entry is 4 GiB or more, or the disk refuses.
    """
    try:
        with target.open("wb") as file:
            directory = [_entry(file, name, content) for name, content in entries]
            start = file.tell()
            for record in directory:
                file.write(record)
            count, length = len(directory), file.tell() - start
            file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, _checked(start, target.name), 0))
    except OSError as error:
        raise HostError(
            f"{target.name} cannot be written: {error.strerror or error}.", hint="Check the space on the disk."
        ) from error


def _entry(file: IO[bytes], name: str, content: list[Piece] | Stored) -> bytes:
    at, raw = file.tell(), name.encode()
    if isinstance(content, Stored):
        method, packed = _STORED, content.path.stat().st_size
        size, crc = packed, 0
        for chunk in file_chunks(content.path):
            crc = isal_zlib.crc32(chunk, crc)
    else:
        method, packed = _DEFLATED, sum(piece.packed for piece in content) + len(_END)
        size, crc = 0, 0
        for piece in content:
            crc = isal_zlib.crc32_combine(crc, piece.crc, piece.size)
            size += piece.size
    _checked(max(size, packed, at), name)
    flags = 0 if name.isascii() else 0x800
    common = struct.pack("<5H3L2H", 20, flags, method, 0, _DATE, crc, packed, size, len(raw), 0)
    file.write(b"PK\3\4" + common + raw)
    if isinstance(content, Stored):
        for chunk in file_chunks(content.path):
            file.write(chunk)
    else:
        for piece in content:
            for chunk in piece.chunks():
                file.write(chunk)
        file.write(_END)
    return b"PK\1\2" + struct.pack("<H", _MADE_BY) + common + struct.pack("<3H2L", 0, 0, 0, 0o600 << 16, at) + raw


def _checked(size: int, name: str) -> int:
    if size >= _LIMIT:
        raise HostError(f"{name} would be 4 GiB or more, which no spreadsheet program opens.", hint="Take less.")
    return size


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, a mebibyte at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_STEP):
            yield chunk


__all__ = ["Deflater", "Piece", "Stored", "file_chunks", "piece_of", "write_zip"]
