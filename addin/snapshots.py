"""Versions of a register, kept so that a hundred cost little more than one.

1. The workbook's parts are inflated and cut where their contents say (FastCDC, 16 KiB on average), and so is a
   consistent copy of the journal; equal chunks are kept once, compressed, under their SHA-256.
2. A manifest names the parts, their chunks and the digest of everything. It is written last and under a temporary name
   first: a kill leaves old snapshots whole and at worst some chunks nobody names.
3. Restoring never writes over a file, and compares every chunk and part with its digest.
4. A restored workbook is equal part by part; byte by byte too, where the zip was made by the same compressor.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import zstandard
from isal import isal_zlib
from isal.igzip_lib import IsalError
from pyfastcdc import FastCDC

from addin.durable import sync_folder
from addin.errors import HostError, IntegrityError, NotOurBook
from addin.journal import Journal
from addin.logic.chain import Fault, Head

MANIFEST: Final = ".snapshot.json"
_AVERAGE: Final = 16 * 1024
#: A long list of chunks is cut and kept like contents, in smaller pieces, so that the next manifest shares it.
_LONG_LIST, _LIST_AVERAGE = 64, 2 * 1024
_MOST: Final = _AVERAGE * 4
_PACKED: Final = 6
_DEFLATED: Final = 6  # what zlib, and so nearly every program, takes by default
_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,120}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
#: From so many bytes on a part is large.
_LARGE: Final = 1 << 20
_LIMIT: Final = 2_000_000_000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the workbook's zip, or the journal: its digest, its chunks, and what its zip entry said.

    With `listed` the chunks hold no contents but the digests of the chunks that do, 32 bytes each.
    """

    name: str
    size: int
    sha256: str
    chunks: tuple[str, ...]
    listed: bool = False
    date: tuple[int, int, int, int, int, int] = (1980, 1, 1, 0, 0, 0)
    method: int = zipfile.ZIP_DEFLATED
    system: int = 0
    attributes: int = 0
    internal: int = 0
    flags: int = 0
    made: int = 20
    needs: int = 20
    extra: str = ""
    comment: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version: when, by whom, why, up to which event, and what it is made of."""

    format: int = 1
    name: str
    at: str
    by: str
    why: str
    seq: int
    head: str
    file_name: str
    file_sha256: str
    file_size: int
    parts: tuple[Part, ...]
    journal: Part
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore wrote: the files, and whether the workbook is the very same file, byte by byte."""

    files: tuple[Path, ...]
    same_bytes: bool


@dataclass
class Store:
    """The snapshots of one register, in one folder."""

    folder: Path
    _seen: set[str] = field(default_factory=set)

    # ---- keeping --------------------------------------------------------------------------------------------

    def keep(self, label: str, workbook: Path, journal: Journal, *, at: str, why: str, by: str, head: Head) -> Snapshot:
        """Keep the register as it lies on the disk now; `label` is the readable part of the name ("month-end").

        `at` is the instant in ISO form (UTC), `head` where the journal stands.

        Raises:
            HostError: the workbook is not there or damaged, or the disk refuses.
            Unavailable: the journal cannot be copied.
        """
        content = _read(workbook)
        with tempfile.TemporaryDirectory(prefix="casebook-") as work:
            copy = Path(work) / "journal.sqlite"
            journal.copy_to(copy)
            kept = copy.read_bytes()
        fresh: dict[Path, bytes] = {}
        parts, comment = self._zip_parts(workbook, content, fresh)
        snapshot = Snapshot(
            name=self._free_name(at, head.seq, label), at=at, by=by, why=why, seq=head.seq, head=head.hash,
            file_name=workbook.name, file_sha256=_sha(content), file_size=len(content), parts=parts,
            journal=self._part("journal.sqlite", kept, fresh), comment=comment,
        )  # fmt: skip
        self._write(snapshot, fresh)
        return snapshot

    def _free_name(self, at: str, seq: int, label: str) -> str:
        moment = re.sub(r"[^0-9T]", "", at.partition("+")[0])
        word = re.sub(r"[^0-9A-Za-z]+", "-", label).strip("-")[:40]
        stem = "-".join(filter(None, (moment, f"{seq:07d}", word)))
        names = [stem, *(f"{stem}-{number}" for number in range(2, 1_000))]
        return next(name for name in names if not self._manifest(name).exists())

    def _zip_parts(self, workbook: Path, content: bytes, fresh: dict[Path, bytes]) -> tuple[tuple[Part, ...], str]:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                if sum(info.file_size for info in package.infolist()) > _LIMIT:
                    raise HostError(f"{workbook.name} would unpack to an absurd size.")
                parts = tuple(
                    self._zip_part(info, _inflated(content, package, info), fresh) for info in package.infolist()
                )
                return parts, package.comment.hex()
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            raise HostError(
                f"{workbook.name} is damaged and was not kept: {error}.",
                hint="Make it anew with 'casebook rebuild workbook'.",
            ) from error

    def _zip_part(self, info: zipfile.ZipInfo, content: bytes, fresh: dict[Path, bytes]) -> Part:
        made = self._part(info.filename, content, fresh)
        return msgspec.structs.replace(
            made, date=info.date_time, method=info.compress_type, system=info.create_system,
            attributes=info.external_attr, internal=info.internal_attr, flags=info.flag_bits, made=info.create_version,
            needs=info.extract_version, extra=info.extra.hex(), comment=info.comment.hex(),
        )  # fmt: skip

    def _part(self, name: str, content: bytes, fresh: dict[Path, bytes]) -> Part:
        chunks = tuple(self._chunk(piece, fresh) for piece in _cut(content, _AVERAGE))
        if listed := len(chunks) > _LONG_LIST:
            names = b"".join(map(bytes.fromhex, chunks))
            chunks = tuple(self._chunk(piece, fresh) for piece in _cut(names, _LIST_AVERAGE))
        return Part(name=name, size=len(content), sha256=_sha(content), chunks=chunks, listed=listed)

    def _chunk(self, piece: bytes, fresh: dict[Path, bytes]) -> str:
        name = _sha(piece)
        if name not in self._seen:
            path = self._chunk_path(name)
            if not path.exists():
                fresh[path] = piece
            self._seen.add(name)
        return name

    def _write(self, snapshot: Snapshot, fresh: dict[Path, bytes]) -> None:
        """Chunks first, all of them on the disk, the manifest last."""
        packer = zstandard.ZstdCompressor(level=_PACKED, write_checksum=True)
        folders = {path.parent for path in fresh}
        try:
            for folder in (self.folder, *sorted(folders)):
                folder.mkdir(parents=True, exist_ok=True)
            for path, piece in fresh.items():
                _place(path, packer.compress(piece))
            for folder in folders:
                sync_folder(folder)
            manifest = msgspec.json.format(msgspec.json.encode(snapshot), indent=1)
            _place(self._manifest(snapshot.name), manifest)
            sync_folder(self.folder)
        except OSError as error:
            self._seen.clear()
            raise HostError(
                f"The snapshot could not be kept in {self.folder}: {error.strerror or error}.",
                hint="Check the space on the disk and the rights on the folder; older snapshots are untouched.",
            ) from error

    # ---- dropping -------------------------------------------------------------------------------------------

    def drop(self, names: Iterable[str]) -> int:
        """Delete versions and the chunks that no other version needs; answers how many versions went.

        Chunks stay where another manifest is damaged: nobody can say then which ones it needs.

        Raises:
            HostError: the disk refuses.
        """
        gone = 0
        try:
            for name in names:
                path = self._manifest(name)
                gone += path.exists()
                path.unlink(missing_ok=True)
            kept = [self.get(name) for name in self.names()]
            parts = [part for snapshot in kept for part in (*snapshot.parts, snapshot.journal)]
            needed = {chunk for part in parts for chunk in self._named(part)}
            for path in (self.folder / "chunks").rglob("*.zst"):
                if path.stem not in needed:
                    path.unlink()
        except IntegrityError:
            return gone
        except OSError as error:
            raise HostError(f"A version could not be dropped: {error.strerror or error}.") from error
        finally:
            self._seen.clear()
        return gone

    def _named(self, part: Part) -> Iterator[str]:
        """Every chunk of a part: those that hold contents, and those that only list them."""
        yield from part.chunks
        if part.listed:
            raw = b"".join(self._pieces(part.name, part.chunks))
            yield from (raw[at : at + 32].hex() for at in range(0, len(raw), 32))

    # ---- reading --------------------------------------------------------------------------------------------

    def list(self) -> tuple[Snapshot, ...]:
        """Every snapshot that can be read, oldest first; one whose manifest is damaged is left to `check`."""
        found = []
        for name in self.names():
            try:
                found.append(self.get(name))
            except IntegrityError:
                continue
        return tuple(sorted(found, key=lambda snapshot: (snapshot.at, snapshot.seq, snapshot.name)))

    def names(self) -> tuple[str, ...]:
        """The names of all snapshots, readable or not."""
        found = self.folder.glob(f"*{MANIFEST}") if self.folder.is_dir() else ()
        return tuple(sorted(path.name.removesuffix(MANIFEST) for path in found))

    def size(self) -> int:
        """What the store takes on the disk, in bytes."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def get(self, name: str) -> Snapshot:
        """One snapshot by its name.

        Raises:
            NotOurBook: there is none of that name.
            IntegrityError: its manifest is damaged.
        """
        path = self._manifest(name)
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Snapshot)
        except FileNotFoundError:
            known = ", ".join(self.names()[-5:]) or "none yet"
            hint = f"The latest: {known}."
            raise NotOurBook(f"There is no snapshot {name!r}.", hint=hint, code="SNAP-UNKNOWN") from None
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, OSError) as error:
            raise IntegrityError(
                f"The manifest of the snapshot {name} is damaged: {error}.",
                hint="Its parts cannot be told any more; use another snapshot.",
                code="SNAP-MANIFEST",
            ) from error
        chunks = {chunk for part in (*found.parts, found.journal) for chunk in part.chunks}
        if found.name != name or found.format != 1 or not all(map(_DIGEST.fullmatch, chunks)):
            raise IntegrityError(f"The manifest of the snapshot {name} was altered.", code="SNAP-MANIFEST")
        return found

    def manifest_digest(self, name: str) -> str:
        """SHA-256 of a snapshot's manifest, which names everything else: what an event records of it."""
        return _sha(self._manifest(name).read_bytes())

    def check(self, name: str) -> tuple[Fault, ...]:
        """Every chunk or part of a snapshot that is missing or not what it was."""
        try:
            snapshot = self.get(name)
        except IntegrityError as error:
            return (Fault(0, "manifest", error.message),)
        found = []
        for part in (*snapshot.parts, snapshot.journal):
            try:
                self._content(part)
            except IntegrityError as error:
                found.append(Fault(snapshot.seq, "chunk", error.message))
        return tuple(found)

    def restore(self, name: str, target: Path) -> Restored:
        """Bring a version back as new files.

        `target` is a workbook (.xlsm) or a journal (.sqlite) for that file alone, else a folder for both.

        Raises:
            HostError: something is there already, or the disk refuses.
            IntegrityError: a chunk is missing or was altered; nothing was written.
        """
        snapshot = self.get(name)
        if target.exists():
            raise HostError(
                f"{target} is there already; a restore never writes over anything.",
                hint="Name a new file or folder.",
                code="SNAP-EXISTS",
            )
        suffix = target.suffix.lower()
        wanted: dict[Path, bytes] = {}
        alone = suffix in (".xlsm", ".xlsx", ".sqlite")
        if suffix != ".sqlite":
            wanted[target if alone else target / snapshot.file_name] = self._zipped(snapshot)
        if not alone or suffix == ".sqlite":
            wanted[target if alone else target / "journal.sqlite"] = self._content(snapshot.journal)
        try:
            for path, content in wanted.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                _place(path, content, new=True)
        except OSError as error:
            raise HostError(f"{target} could not be written: {error.strerror or error}.") from error
        return Restored(tuple(wanted), any(_sha(content) == snapshot.file_sha256 for content in wanted.values()))

    def _zipped(self, snapshot: Snapshot) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for part in snapshot.parts:
                package.writestr(_info(part), self._content(part), compresslevel=_DEFLATED)
            package.comment = bytes.fromhex(snapshot.comment)
        return target.getvalue()

    def _content(self, part: Part) -> bytes:
        names: Iterable[str] = part.chunks
        if part.listed:
            raw = b"".join(self._pieces(part.name, part.chunks))
            names = (raw[at : at + 32].hex() for at in range(0, len(raw), 32))
        content = b"".join(self._pieces(part.name, names))
        if len(content) != part.size or _sha(content) != part.sha256:
            raise IntegrityError(f"The part {part.name} is not what was kept.", code="SNAP-PART")
        return content

    def _pieces(self, part: str, names: Iterable[str]) -> Iterator[bytes]:
        unpacker = zstandard.ZstdDecompressor()
        for name in names:
            path = self._chunk_path(name)
            try:
                piece = unpacker.decompress(path.read_bytes(), max_output_size=_MOST * 2)
            except FileNotFoundError:
                raise IntegrityError(f"{part}: the chunk {name[:16]} is missing.", code="SNAP-CHUNK") from None
            except (zstandard.ZstdError, OSError) as error:
                words = f"{part}: the chunk {name[:16]} cannot be read ({error})."
                raise IntegrityError(words, code="SNAP-CHUNK") from error
            if _sha(piece) != name:
                raise IntegrityError(f"{part}: the chunk {name[:16]} was altered.", code="SNAP-CHUNK")
            yield piece

    def _manifest(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or ".." in name:
            raise NotOurBook(f"{name!r} is no name of a snapshot.", hint="'casebook snapshots' lists them.")
        return self.folder / f"{name}{MANIFEST}"

    def _chunk_path(self, name: str) -> Path:
        return self.folder / "chunks" / name[:2] / f"{name}.zst"


def _inflated(content: bytes, package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The contents of an entry. A large one is inflated by ISA-L, several times as fast; what that finds odd, or does
    not know, is left to the standard library, which says what is wrong.
    """
    if info.compress_type == zipfile.ZIP_DEFLATED and info.file_size >= _LARGE and not info.flag_bits & 1:
        with contextlib.suppress(IsalError, struct.error):  # type: ignore[arg-type]  # its stub gives an instance
            beside = struct.unpack_from("<2H", content, info.header_offset + 26)
            at = info.header_offset + 30 + sum(beside)
            unpacker = isal_zlib.decompressobj(-zlib.MAX_WBITS)
            found: bytes = unpacker.decompress(memoryview(content)[at : at + info.compress_size], info.file_size + 1)
            if len(found) == info.file_size and isal_zlib.crc32(found) == info.CRC:
                return found
    return package.read(info)


def _cut(content: bytes, average: int) -> Iterable[bytes]:
    """Contents in chunks whose borders depend on the bytes around them alone."""
    if len(content) <= average // 4:
        return (content,) if content else ()
    cutter = FastCDC(avg_size=average, min_size=average // 4, max_size=average * 4)
    return (bytes(chunk.data) for chunk in cutter.cut_buf(content))


def _info(part: Part) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(part.name, part.date)
    info.compress_type = part.method
    info.create_system, info.external_attr, info.internal_attr = part.system, part.attributes, part.internal
    info.create_version, info.extract_version = part.made, part.needs
    info.extra, info.comment = bytes.fromhex(part.extra), bytes.fromhex(part.comment)
    return info


def _read(workbook: Path) -> bytes:
    try:
        return workbook.read_bytes()
    except OSError as error:
        raise HostError(
            f"The workbook {workbook.name} cannot be read: {error.strerror or error}.",
            hint="Save and close it, or check the path.",
        ) from error


def _place(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file under a temporary name, make it durable, then give it its name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not new:
            temporary.replace(path)
        elif os.name == "nt":
            temporary.rename(path)  # refuses a name that is taken
        else:
            path.hardlink_to(temporary)  # the same, which a rename here would not do
    finally:
        temporary.unlink(missing_ok=True)


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
