"""Writes a compound file, the little file system inside which Office keeps a VBA project.

Guarantees: the bytes are a pure function of the names and contents (no times, no random ids), version 3 with
512-byte sectors, and a directory that other readers can search. It leaves reading, editing and files beyond
about 7 MB to others. Sections named here are those of [MS-CFB].
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from addin.errors import ConfigError

_SECTOR: Final = 512
_MINI_SECTOR: Final = 64
#: Streams shorter than this live in the mini stream (2.2, "Mini Stream Cutoff Size").
_MINI_CUTOFF: Final = 4096
#: Sector numbers with a meaning of their own (2.1).
_FREE: Final = 0xFFFFFFFF
_END_OF_CHAIN: Final = 0xFFFFFFFE
_FAT_SECTOR: Final = 0xFFFFFFFD
#: "No such directory entry" (2.6.1).
_NO_ENTRY: Final = 0xFFFFFFFF
#: The header has room for this many FAT sector numbers; more would need DIFAT sectors (2.2, 2.5).
_HEADER_FAT_SECTORS: Final = 109
_SIGNATURE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_BLACK: Final = 1
_STORAGE, _STREAM, _ROOT = 1, 2, 5

#: A storage: names to streams (bytes) or to further storages.
Storage = Mapping[str, "bytes | Storage"]


@dataclass(slots=True)
class _Entry:
    """One directory entry (2.6.1)."""

    name: str
    kind: int
    content: bytes = b""
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    start: int = 0
    size: int = 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBB", len(name), self.kind, _BLACK)
            + struct.pack("<III", self.left, self.right, self.child)
            + bytes(16 + 4 + 8 + 8)  # class id, state bits, created, modified: all unset
            + struct.pack("<IQ", self.start, self.size)
        )


#: What fills the last directory sector: an entry that is not in use (2.6.3).
_UNUSED_ENTRY: Final = bytes(68) + struct.pack("<III", _NO_ENTRY, _NO_ENTRY, _NO_ENTRY) + bytes(48)


@dataclass(slots=True)
class _Sectors:
    """The body of the file under construction: sectors and the table that chains them (2.3)."""

    data: bytearray = field(default_factory=bytearray)
    fat: list[int] = field(default_factory=list)

    def append(self, content: bytes, filler: bytes = b"\0") -> int:
        """Appends a chain of sectors; answers the number of its first one."""
        if not content:
            return _END_OF_CHAIN
        first = len(self.fat)
        _extend_chain(self.fat, len(content), _SECTOR)
        self.data += content.ljust((len(self.fat) - first) * _SECTOR, filler)
        return first


def compound_file(root: Storage) -> bytes:
    """The compound file that holds these storages and streams.

    Raises:
        ConfigError: a name is empty, longer than 31 characters or holds one of ``/ \\ : !``; two names of one
            storage differ in case only; or the content exceeds what the header can index.
    """
    entries = _directory(root)
    sectors = _Sectors()
    mini = bytearray()
    mini_fat: list[int] = []
    for entry in entries[1:]:
        _place(entry, sectors, mini, mini_fat)
    entries[0].start, entries[0].size = sectors.append(bytes(mini)), len(mini)
    first_mini_fat = sectors.append(_numbers(mini_fat), b"\xff")
    mini_fat_sectors = -(-len(mini_fat) * 4 // _SECTOR)
    directory = b"".join(entry.packed() for entry in entries)
    directory += _UNUSED_ENTRY * (-len(entries) % (_SECTOR // len(_UNUSED_ENTRY)))
    first_directory = sectors.append(directory)
    fat_at, fat_count = _append_fat(sectors)
    header = _header(fat_at, fat_count, first_directory, first_mini_fat, mini_fat_sectors)
    return header + bytes(sectors.data)


def _directory(root: Storage) -> list[_Entry]:
    """All entries, the root first; the children of each storage hang in a balanced search tree (2.6.4)."""
    entries = [_Entry("Root Entry", _ROOT)]

    def fill(parent: _Entry, storage: Storage) -> None:
        own: list[int] = []
        for name in _sorted_names(storage):
            content = storage[name]
            own.append(len(entries))
            if isinstance(content, bytes):
                entries.append(_Entry(name, _STREAM, content, size=len(content)))
            else:
                entries.append(_Entry(name, _STORAGE))
                fill(entries[-1], content)
        parent.child = _tree(entries, own)

    fill(entries[0], root)
    return entries


def _sorted_names(storage: Storage) -> list[str]:
    """Names in the order of 2.6.4: shorter first, then by upper-case code units."""
    for name in storage:
        if not 1 <= len(name.encode("utf-16-le")) // 2 <= 31 or set(name) & set("/\\:!"):
            raise ConfigError(
                f"{name!r} cannot name a stream.", hint="Use 1 to 31 characters, none of / \\ : !", code="CFB-NAME"
            )
    folded = [name.upper() for name in storage]
    if len(set(folded)) != len(folded):
        raise ConfigError("Two streams of one storage differ only in upper and lower case.", code="CFB-NAME")
    return sorted(storage, key=lambda name: (len(name.encode("utf-16-le")), name.upper().encode("utf-16-be")))


def _tree(entries: Sequence[_Entry], ordered: Sequence[int]) -> int:
    """Links the ordered entries as a search tree; answers its top.

    Every node is black, which 2.6.4 allows: then the tree is simply a binary tree.
    """
    if not ordered:
        return _NO_ENTRY
    middle = len(ordered) // 2
    top = entries[ordered[middle]]
    top.left = _tree(entries, ordered[:middle])
    top.right = _tree(entries, ordered[middle + 1 :])
    return ordered[middle]


def _place(entry: _Entry, sectors: _Sectors, mini: bytearray, mini_fat: list[int]) -> None:
    """Puts a stream into sectors of its own or, when it is short, into the mini stream (2.4)."""
    if entry.kind != _STREAM:
        return
    if not entry.content:
        entry.start = _END_OF_CHAIN
    elif entry.size < _MINI_CUTOFF:
        entry.start = len(mini_fat)
        _extend_chain(mini_fat, entry.size, _MINI_SECTOR)
        mini += entry.content.ljust((len(mini_fat) - entry.start) * _MINI_SECTOR, b"\0")
    else:
        entry.start = sectors.append(entry.content)


def _extend_chain(table: list[int], size: int, sector: int) -> None:
    """Adds the links of one chain that is long enough for `size` bytes."""
    first, count = len(table), -(-size // sector)
    table.extend(range(first + 1, first + count))
    table.append(_END_OF_CHAIN)


def _append_fat(sectors: _Sectors) -> tuple[int, int]:
    """Appends the allocation table, which must also describe its own sectors (2.3)."""
    per_sector = _SECTOR // 4
    at, count = len(sectors.fat), 1
    while count * per_sector < at + count:
        count += 1
    if count > _HEADER_FAT_SECTORS:
        raise ConfigError("The project is larger than about 7 MB.", hint="Make the macros smaller.", code="CFB-SIZE")
    table = [*sectors.fat, *[_FAT_SECTOR] * count]
    table += [_FREE] * (count * per_sector - len(table))
    sectors.data += _numbers(table)
    return at, count


def _header(fat_at: int, fat_count: int, first_directory: int, first_mini_fat: int, mini_fat_sectors: int) -> bytes:
    """The first sector (2.2)."""
    fat = [*range(fat_at, fat_at + fat_count), *[_FREE] * (_HEADER_FAT_SECTORS - fat_count)]
    return (
        _SIGNATURE
        + bytes(16)  # class id, unset
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)  # versions, byte order, sector and mini sector shifts
        + struct.pack("<IIII", 0, fat_count, first_directory, 0)  # no directory count in version 3, no transactions
        + struct.pack("<III", _MINI_CUTOFF, first_mini_fat if mini_fat_sectors else _END_OF_CHAIN, mini_fat_sectors)
        + struct.pack("<II", _END_OF_CHAIN, 0)  # no DIFAT sectors
        + _numbers(fat)
    )


def _numbers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)
