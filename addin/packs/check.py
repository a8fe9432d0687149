"""Checks a pack by itself: nothing is needed but the file, and nothing in it is believed before its signature is.

1. The signature must be over the manifest's own bytes, by the key inside; which key that is, a person must compare with
   a fingerprint from elsewhere (`key`), or the register's journal must name it (`addin.verify`).
2. Every file must be there once, whole, with its digest; none may be there that the manifest does not list.
3. Where workbook or CSV files were changed, the rows and cells that differ are named.
4. What other programs do to a ZIP (order, dates, compression) is no fault; what it holds is compared.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import msgspec

from addin.errors import HostError
from addin.logic.chain import GENESIS, Fault
from addin.month_end.proof import check_workbook, csv_lines, differences, tables
from addin.packs.archive import file_digest
from addin.packs.keys import PublicKey, grouped, same_key
from addin.packs.manifest import BESIDE, MANIFEST, PUBLIC_KEY, SIGNATURE, SUMS, Listed, Manifest, decode, encode, sums
from addin.register.reading import BookFile

_SMALL: Final = 16 << 20
_STEP: Final = 1 << 20
_LOG: Final = "-change-log.csv"
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
    ValueError,
    csv.Error,
)


@dataclass
class PackProof:
    """What a pack says and what is wrong with it; `hashes` are the events it names, by number."""

    sha256: str = ""
    manifest: Manifest | None = None
    manifest_sha256: str = ""
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hashes: dict[int, str] = field(default_factory=dict)


def looks_like_pack(path: Path) -> bool:
    """True for a ZIP that holds a manifest, or that ends before anybody could tell but begins like a pack."""
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"PK") and (MANIFEST.encode() in start or path.suffix.lower() == ".zip"):
        return True  # asked first: a pack that was cut short may end with the directory of the workbook in it
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            return MANIFEST in names and "[Content_Types].xml" not in names
    except _BROKEN:
        return False


def check_pack(path: Path, key: str = "") -> PackProof:
    """Check a whole pack; `key` is the fingerprint (or its first 16 characters) that must have signed it."""
    proof = PackProof(sha256=file_digest(path))
    try:
        with zipfile.ZipFile(path) as package:
            if min((info.header_offset for info in package.infolist()), default=0):
                raise zipfile.BadZipFile("its directory is that of a file inside it")
            _Checker(package, proof, key).run()
    except _BROKEN as error:
        words = f"{path.name} is no whole ZIP file ({error}): it was cut short on its way, or damaged. Get it again."
        proof.faults.append(Fault(0, "damaged", words, path.name))
    return proof


class _Checker:
    """One pass over one open pack."""

    def __init__(self, package: zipfile.ZipFile, proof: PackProof, key: str) -> None:
        self.package, self.proof, self.key = package, proof, key
        self.altered: set[str] = set()
        self.signed = True

    def run(self) -> None:
        for part in (self._names, self._manifest, self._files, self._beside, self._rows, self._anchors):
            self.proof.faults += part()

    def _names(self) -> Iterator[Fault]:
        names = self.package.namelist()
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Fault(
                0, "doubled", f"The pack holds two files named {name}; programs would show different ones.", name
            )
        if self.package.comment:
            self.proof.notes.append("The ZIP carries a comment, which nobody signed.")

    def _small(self, name: str) -> bytes | None:
        """The contents of one of the small files beside; None when it is not there or not whole."""
        try:
            if self.package.getinfo(name).file_size > _SMALL:
                return None
            return self.package.read(name)
        except (KeyError, *_BROKEN):
            return None

    def _manifest(self) -> Iterator[Fault]:
        proof = self.proof
        content = self._small(MANIFEST)
        if content is None:
            yield Fault(
                0, "manifest", "The manifest is missing or damaged, so nothing in this pack is proved.", MANIFEST
            )
            return
        proof.manifest_sha256 = hashlib.sha256(content).hexdigest()
        try:
            manifest = decode(content)
            public = PublicKey.of(manifest.public_key)
        except (ValueError, msgspec.MsgspecError) as error:
            yield Fault(0, "manifest", f"The manifest cannot be read: {error}.", MANIFEST)
            return
        proof.manifest = manifest
        yield from self._signed(content, manifest, public)
        if encode(manifest) != content:
            yield Fault(0, "manifest", "The manifest says things that this version does not know.", MANIFEST)

    def _signed(self, content: bytes, manifest: Manifest, public: PublicKey) -> Iterator[Fault]:
        signature = self._small(SIGNATURE)
        if signature is None:
            yield Fault(0, "signature", "The signature is missing or damaged.", SIGNATURE)
        elif not public.has_signed(content, signature):
            self.signed = False
            listed = sums((), self.proof.manifest_sha256) in (self._small(SUMS) or b"")  # older packs do not list it
            changed, beside = (SIGNATURE, MANIFEST) if listed else (MANIFEST, SIGNATURE)
            words = f"{changed} was changed after signing: it does not fit {beside}."
            yield Fault(0, "signature", words, changed)
        if public.fingerprint != manifest.signer:
            yield Fault(0, "key", "The manifest names another fingerprint than its key has.", MANIFEST)
        if self.key and not same_key(self.key, public.fingerprint):
            words = f"Another key signed this pack: {grouped(public.fingerprint)}."
            yield Fault(0, "key", words, PUBLIC_KEY)

    def _files(self) -> Iterator[Fault]:
        manifest = self.proof.manifest
        if manifest is None:
            return
        listed = {file.name: file for file in manifest.files}
        present = set(self.package.namelist())
        for name, file in listed.items():
            words = self._wrong(file) if name in present else "is missing"
            if words:
                self.altered.add(name)
                yield Fault(0, "file", f"{name} {words}.", name)
        for name in sorted(present - listed.keys() - set(BESIDE)):
            yield Fault(0, "added", f"{name} is in the pack and not in its manifest: somebody put it in.", name)

    def _wrong(self, file: Listed) -> str:
        """What is wrong with a listed file; empty when it is whole. Never inflates more than the manifest announces."""
        running, size = hashlib.sha256(), 0
        try:
            with self.package.open(file.name) as content:
                while chunk := content.read(_STEP):
                    running.update(chunk)
                    size += len(chunk)
                    if size > file.size:
                        return "was changed: it is longer than it was"
        except _BROKEN as error:
            return f"is damaged ({error})"
        if size != file.size:
            return f"was changed: it has {size:,} bytes and had {file.size:,}"
        return "" if running.hexdigest() == file.sha256 else "was changed after the pack was signed"

    def _beside(self) -> Iterator[Fault]:
        """The two files that are made from the manifest must say what it says."""
        manifest = self.proof.manifest
        if manifest is None:
            return
        listed = sums(manifest.files)
        expected = {
            SUMS: (listed, sums(manifest.files, self.proof.manifest_sha256)),
            PUBLIC_KEY: (PublicKey.of(manifest.public_key).pem,),
        }
        for name, contents in expected.items():
            found = self._small(name)
            if name == SUMS and not self.signed and found is not None and found.startswith(listed):
                continue  # it lists the manifest as it was signed
            if found not in contents:
                what = "is missing or damaged" if found is None else "does not say what the manifest says"
                yield Fault(0, "file", f"{name} {what}.", name)

    # ---- rows of workbook and CSV files ---------------------------------------------------------------------

    def _rows(self) -> Iterator[Fault]:
        """Name the rows that differ, where the workbook or a CSV file was changed and the other one is at hand."""
        manifest = self.proof.manifest
        workbook = next((file.name for file in manifest.files if file.name.endswith(".xlsx")), "") if manifest else ""
        wrong = {name for name in self.altered if name.endswith((".csv", ".xlsx"))}
        if manifest is None or not wrong or workbook not in self.package.namelist():
            return
        with tempfile.TemporaryDirectory(prefix="casebook-") as folder:
            path = Path(folder) / "book.xlsx"
            try:
                with self.package.open(workbook) as source, path.open("wb") as target:
                    _copy(source, target, next(file.size for file in manifest.files if file.name == workbook) + _SMALL)
                book = BookFile(path)
                if workbook in wrong:
                    yield from check_workbook(book, workbook)
                yield from self._compared(book, workbook, wrong)
            except (HostError, *_BROKEN) as error:
                self.proof.notes.append(f"The rows of {workbook} could not be read to say more: {error}")

    def _compared(self, book: BookFile, workbook: str, wrong: set[str]) -> Iterator[Fault]:
        names = {name.partition("-")[2].removesuffix(".csv"): name for name in self._csv_names()}
        for table in tables(book):
            name = names.get(table.name.lower().replace(" ", "-"))
            if name is None or not {name, workbook} & wrong:
                continue
            try:
                kept = list(self._csv(name))[1:]
            except _BROKEN:
                continue
            place = workbook if workbook in wrong else name
            for words in differences(table, kept):
                yield Fault(0, "row", f"{table.name}: {words}.", f"{place}: {table.name}")

    def _csv_names(self) -> list[str]:
        return [name for name in self.package.namelist() if name.startswith("csv/") and name.endswith(".csv")]

    def _csv(self, name: str) -> Iterator[bytes]:
        with self.package.open(name) as raw:
            yield from csv_lines(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))

    # ---- the chain ------------------------------------------------------------------------------------------

    def _anchors(self) -> Iterator[Fault]:
        manifest, hashes = self.proof.manifest, self.proof.hashes
        if manifest is None:
            return
        log = next((name for name in self._csv_names() if name.endswith(_LOG)), "")
        if log and log not in self.altered:
            hashes.update(self._logged(log))
        for anchor in (manifest.opening, manifest.head, manifest.tip):
            if anchor.seq and hashes.setdefault(anchor.seq, anchor.hash) != anchor.hash:
                yield Fault(anchor.seq, "manifest", f"Manifest and change log name different events {anchor.seq}.", log)
            elif not anchor.seq and anchor.hash != GENESIS:
                yield Fault(0, "manifest", "The manifest names a beginning that no chain has.", MANIFEST)

    def _logged(self, name: str) -> Mapping[int, str]:
        with self.package.open(name) as raw:
            rows = csv.DictReader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
            return {int(row["Event"]): row["Hash"] for row in rows}


def _copy(source: IO[bytes], target: IO[bytes], limit: int) -> None:
    size = 0
    while chunk := source.read(_STEP):
        size += len(chunk)
        if size > limit:
            raise ValueError("it is longer than any workbook")
        target.write(chunk)


__all__ = ["PackProof", "check_pack", "looks_like_pack"]
