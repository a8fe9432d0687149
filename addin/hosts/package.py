"""A workbook file as a package of parts: opened with suspicion, written back atomically.

Guarantees:

1. A file that is encrypted, binary, Strict, damaged, or a decompression bomb is refused in plain words before any
   part of it is unpacked; XML is parsed without entities, without network and without document types.
2. Parts that are not replaced are copied as stored: the same compressed bytes, so the same contents.
3. A save ends with the old file or the new one, whatever happens in between: the new file is complete and on the disk
   before it takes the old one's name.

Who may save, and when, is the affair of `addin.hosts.locking`.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree

from addin.durable import sync_folder
from addin.errors import HostBusy, HostError, NotOurBook

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_CFB: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

#: Limits on what is unpacked. A register of 100,000 rows and 25 columns has a part of about 150 MB.
MAX_PARTS: Final = 5_000
MAX_PART_BYTES: Final = 400_000_000
MAX_TOTAL_BYTES: Final = 1_000_000_000
MAX_RATIO: Final = 400
_RATIO_FREE_BYTES: Final = 5_000_000

_RESAVE: Final = "Open it in Excel and save it as an Excel workbook (.xlsx or .xlsm), then try again."
_DAMAGED: Final = "Restore it from a snapshot or rebuild it from the journal."


def parse(data: bytes, part: str) -> etree._Element:
    """The root element of one part.

    Raises:
        HostError: the part is not well-formed XML, not UTF-8, or brings a document type.
    """
    if b"<!DOCTYPE" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:8]:
        raise HostError(f"The part {part} of the workbook is written in a way Excel never writes.", hint=_RESAVE)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise HostError(f"The part {part} of the workbook is damaged: {error}.", hint=_DAMAGED) from error


def serialise(root: etree._Element) -> bytes:
    """The bytes of a part whose tree was changed."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells that a file on the disk is still the one that was read.

    Sizes and checksums of all parts stand in the zip's central directory, so hashing that is enough. The time of the
    last change is kept for messages only: a backup program may touch it.
    """

    size: int
    directory: str
    mtime_ns: int

    def same_contents(self, other: Fingerprint) -> bool:
        """True when both describe the same contents."""
        return (self.size, self.directory) == (other.size, other.directory)


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of the workbook as it lies on the disk now.

    Raises:
        HostError: the file is gone or no longer a workbook.
    """
    with _damage_in_words(path), path.open("rb") as file, zipfile.ZipFile(file) as archive:
        size = file.seek(0, os.SEEK_END)
        file.seek(archive.start_dir)
        digest = hashlib.sha256(file.read()).hexdigest()
        return Fingerprint(size, digest, os.fstat(file.fileno()).st_mtime_ns)


@contextlib.contextmanager
def _damage_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise HostError(f"The workbook {path} is not there.", hint="Check the path.") from error
    except PermissionError as error:
        raise HostBusy(
            f"The workbook {path.name} cannot be read.", hint="Close it where it is open, or ask for access to it."
        ) from error
    except IsADirectoryError as error:
        raise NotOurBook(f"{path} is a folder, not a workbook.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as error:
        raise HostError(f"The workbook {path.name} is damaged: {error}.", hint=_DAMAGED) from error
    except OSError as error:
        raise HostError(f"The workbook {path.name} cannot be read: {error.strerror or error}.") from error


class Package:
    """The parts of one workbook file, read on demand; the file itself is not kept open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with _damage_in_words(path):
            with path.open("rb") as file:
                _refuse_other_formats(path, file.read(8))
            self.fingerprint = fingerprint(path)
            with zipfile.ZipFile(path) as archive:
                self._infos = _checked(path, archive.infolist())
        if "[content_types].xml" not in self._infos or "_rels/.rels" not in self._infos:
            raise NotOurBook(f"{path.name} is a zip file but no workbook.", hint="Choose the register's .xlsm file.")
        self._texts: dict[str, bytes] = {}

    @property
    def names(self) -> list[str]:
        """The parts' names in the order of the file."""
        return [info.filename for info in self._infos.values()]

    def has(self, part: str) -> bool:
        """True when the package holds this part; names do not tell capitals apart."""
        return part.lower() in self._infos

    def read(self, part: str) -> bytes:
        """The bytes of a part.

        Raises:
            HostError: the part is missing or damaged.
        """
        key = part.lower()
        if key not in self._texts:
            if key not in self._infos:
                raise NotOurBook(f"The workbook {self.path.name} lacks its part {part}.", hint=_DAMAGED)
            with _damage_in_words(self.path), zipfile.ZipFile(self.path) as archive:
                self._texts[key] = archive.read(self._infos[key])
        return self._texts[key]

    def forget(self, part: str) -> None:
        """Drop the kept bytes of a part."""
        self._texts.pop(part.lower(), None)

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """The relations of a part by id, each as (kind, target part); outside targets are left out."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(source):
            return {}
        found = {}
        for item in parse(self.read(source), source).iter(f"{{{_PACKAGE_RELATIONS}}}Relationship"):
            if item.get("TargetMode") == "External":
                continue
            target = item.get("Target", "")
            absolute = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found[item.get("Id", "")] = (item.get("Type", "").rsplit("/", 1)[-1], posixpath.normpath(absolute))
        return found

    def main_part(self) -> str:
        """The name of the workbook part.

        Raises:
            NotOurBook: there is none, or it is of a kind this host does not read.
        """
        for kind, target in self.relations("").values():
            if kind == "officeDocument" and self.has(target):
                if target.lower().endswith(".bin"):
                    raise NotOurBook(f"{self.path.name} is a binary workbook (.xlsb).", hint=_RESAVE)
                return target
        raise NotOurBook(f"{self.path.name} is a zip file but no workbook.", hint="Choose the register's .xlsm file.")

    def root(self, part: str, tag: str) -> etree._Element:
        """The root element of a part that must be a `tag` of the spreadsheet language.

        Raises:
            NotOurBook: for Strict Open XML, or a document of another program.
        """
        root = parse(self.read(part), part)
        space = etree.QName(root).namespace or ""
        if space.startswith(_STRICT):
            raise NotOurBook(f"{self.path.name} was saved as Strict Open XML.", hint=_RESAVE)
        if root.tag != f"{{{MAIN}}}{tag}":
            raise NotOurBook(f"{self.path.name} is no Excel workbook.", hint="Choose the register's .xlsm file.")
        return root

    def write(self, target: Path, changed: Mapping[str, bytes | None]) -> None:
        """Write the package with some parts replaced (or left out, for None), atomically, under `target`.

        Raises:
            HostBusy: another program holds the target.
            HostError: the disk refuses (full, no right to write in the folder).
        """
        temporary = target.with_name(f".{target.name}.{os.getpid()}{TEMPORARY}")
        try:
            with self.path.open("rb") as source, temporary.open("xb") as file:
                self._compose(source, file, {part.lower(): data for part, data in changed.items()})
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(stat.S_IMODE((target if target.exists() else self.path).stat().st_mode))
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise _not_written(target, error) from error
        sync_folder(target.parent)
        self.path = target
        self.fingerprint = fingerprint(target)
        with zipfile.ZipFile(target) as archive:
            self._infos = {info.filename.lower(): info for info in archive.infolist()}
        for part in changed:
            self.forget(part)

    def _compose(self, source: BinaryIO, target: BinaryIO, changed: Mapping[str, bytes | None]) -> None:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, info in self._infos.items():
                if key in changed:
                    data = changed[key]
                    if data is None:
                        continue
                    fresh = zipfile.ZipInfo(info.filename, info.date_time)
                    fresh.external_attr, fresh.create_system = info.external_attr, info.create_system
                    archive.writestr(fresh, data, zipfile.ZIP_DEFLATED)
                else:
                    _copy_stored(source, info, archive)


#: The tail of a half-written file's name; what a killed save leaves behind.
TEMPORARY: Final = ".casebook-tmp"


def _copy_stored(source: BinaryIO, info: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
    """Append one member with the compressed bytes it has in the source: nothing is unpacked."""
    target = archive.fp
    if target is None:  # pragma: no cover - an open archive has its file
        raise HostError("The new workbook was closed while it was written.")
    source.seek(info.header_offset)
    header = source.read(30)
    if header[:4] != b"PK\x03\x04":
        raise HostError(f"The part {info.filename} of the workbook is damaged.", hint=_DAMAGED)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    source.seek(name_length + extra_length, os.SEEK_CUR)
    member = copy.copy(info)
    member.flag_bits &= ~0x08  # sizes stand in the header now, not behind the data
    member.extra = b""
    target.seek(archive.start_dir)
    member.header_offset = target.tell()
    target.write(member.FileHeader(zip64=False))
    target.write(source.read(info.compress_size))
    archive.filelist.append(member)
    archive.NameToInfo[member.filename] = member
    archive.start_dir = target.tell()


def _refuse_other_formats(path: Path, start: bytes) -> None:
    if start == _CFB:
        raise NotOurBook(
            f"{path.name} is encrypted with a password, or an old .xls workbook.",
            hint="Open it in Excel, take the password off (File, Info, Protect Workbook) or save it as .xlsm.",
        )
    if not start.startswith(b"PK"):
        raise NotOurBook(f"{path.name} is not a workbook.", hint="Choose the register's .xlsm file.")


def _checked(path: Path, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The members by lower-case name, once they look like a workbook's and not like a bomb."""
    hint = "Do not open it; ask whoever sent it for a fresh copy."
    found: dict[str, zipfile.ZipInfo] = {}
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise HostError(f"{path.name} would unpack to more than a workbook can need.", hint=hint)
    for info in infos:
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > MAX_PART_BYTES or (info.file_size > _RATIO_FREE_BYTES and ratio > MAX_RATIO):
            raise HostError(f"The part {info.filename} of {path.name} unpacks to an absurd size.", hint=hint)
        if info.flag_bits & 0x1:
            raise NotOurBook(f"{path.name} is a zip file with a password, no workbook.", hint=hint)
        if info.filename.lower() in found:
            raise HostError(f"{path.name} holds the part {info.filename} twice.", hint=hint)
        found[info.filename.lower()] = info
    return found


def _not_written(target: Path, error: OSError) -> HostError:
    if isinstance(error, PermissionError):
        return HostBusy(
            f"{target.name} could not be replaced: another program holds it, or you may not write in its folder.",
            hint="Close the workbook everywhere and try again. Nothing was changed.",
        )
    return HostError(
        f"{target.name} could not be written: {error.strerror or error}.",
        hint="Nothing was changed; the old file stands.",
    )
