"""What stands beside a journal in its folder, against the digests that events give: letters, evidence, packs, versions.

A letter and its index must be as they were when they were made, evidence as it was attached: they went out so. Packs
and snapshots may be put away elsewhere, which is noted; where they are, they must be what was recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from addin.errors import IntegrityError, NotOurBook
from addin.evidence_store import fault_of, place
from addin.journal.retell import Mention, Retold
from addin.logic.chain import Fault
from addin.logic.evidence import FIELD as EVIDENCE
from addin.logic.evidence import pieces_in
from addin.logic.system_kinds import KEY_ADDED, LETTER_FILES, LETTERS_ERASED, PACK_MADE, PACK_REVIEWED, SNAPSHOT_TAKEN
from addin.month_end.zip_writer import file_chunks
from addin.packs.keys import PublicKey, reviewed_text
from addin.snapshots import Store


def check_beside(folder: Path, retold: Retold, notes: list[str]) -> Iterator[Fault]:
    """Every file that is not what its event says, and every letter or piece of evidence that is gone."""
    erased = _erased(retold)
    if erased:
        notes.append(f"{len(erased)} files of letters are gone because they were erased; their events stand.")
    for told in retold.mentions:
        if told.kind in LETTER_FILES:
            yield from _letter(folder, told, erased)
        elif told.kind == PACK_MADE.name:
            yield from _pack(folder, told, notes)
        elif told.kind == PACK_REVIEWED.name:
            yield from _review(retold, told)
        elif told.kind == SNAPSHOT_TAKEN.name:
            yield from _snapshot(folder, told, notes)
    yield from _evidence(folder, retold)


def _erased(retold: Retold) -> Mapping[str, int]:
    """The files that were erased with the values they print, and the event that says so."""
    return {
        str(name): told.seq
        for told in retold.mentions
        if told.kind == LETTERS_ERASED.name
        for name in told.data.get("files", [])
    }


def _letter(folder: Path, told: Mention, erased: Mapping[str, int]) -> Iterator[Fault]:
    for name, digest in (("file", "sha256"), ("index", "index_sha256")):  # a PDF or a claim set is one file
        file = str(told.data.get(name, ""))
        if file in erased:
            path = _inside(folder, file)
            if path is not None and path.exists():
                words = f"{file} was erased by event {erased[file]} and still lies here; run the erasure again."
                yield Fault(erased[file], "letter", words, file)
        elif file:
            yield from _same(folder, str(told.data[name]), told.data.get(digest), told.seq, "letter", notes=None)


def _evidence(folder: Path, retold: Retold) -> Iterator[Fault]:
    """Evidence files that are missing or are no longer what was attached; withdrawn ones are nobody's evidence."""
    checked: dict[tuple[str, int], str] = {}
    for case_id, told in retold.told.items():
        for piece in pieces_in(told.changes.get(EVIDENCE)):
            content = (piece.sha256, piece.size)
            if content not in checked:
                checked[content] = fault_of(folder, *content)
            if checked[content]:
                seq = retold.attached.get((case_id, piece.sha256), told.version)
                words = f"The evidence file {piece.name!r} ({piece.kind}) of {case_id} is {checked[content]}."
                yield Fault(seq, "evidence", words, place(Path(), piece.sha256).as_posix())


def _pack(folder: Path, told: Mention, notes: list[str]) -> Iterator[Fault]:
    yield from _same(folder, str(told.data.get("file", "")), told.data.get("sha256"), told.seq, "pack", notes)


def _review(retold: Retold, told: Mention) -> Iterator[Fault]:
    """A reviewer's signature, against the key that the chain knew before it."""
    key = str(told.data.get("key", ""))
    public = next(
        (str(one.data.get("public", "")) for one in retold.mentions
         if one.kind == KEY_ADDED.name and one.seq < told.seq and one.data.get("fingerprint") == key), "",
    )  # fmt: skip
    try:
        signature = bytes.fromhex(str(told.data.get("signature", "")))
        good = PublicKey.of(public).has_signed(reviewed_text(str(told.data.get("manifest", ""))), signature)
    except ValueError:
        good = False
    if not good:
        words = f"The reviewer's signature of event {told.seq} was not made with a key that the register knew then."
        yield Fault(told.seq, "signature", words)


def _snapshot(folder: Path, told: Mention, notes: list[str]) -> Iterator[Fault]:
    name = str(told.data.get("name", ""))
    store = Store(folder / "snapshots")
    try:
        kept = store.get(name)
    except NotOurBook:
        notes.append(f"The snapshot {name} of event {told.seq} is not in this folder.")
        return
    except IntegrityError as error:
        yield Fault(told.seq, "snapshot", error.message, f"snapshots/{name}")
        return
    data: Mapping[str, Any] = told.data
    said = (data.get("upto"), data.get("head"), data.get("sha256"))
    manifest = data.get("manifest", store.manifest_digest(name))  # events of older versions do not name it
    if (kept.seq, kept.head, kept.file_sha256) != said or store.manifest_digest(name) != manifest:
        words = f"The snapshot {name} is not the one that event {told.seq} recorded."
        yield Fault(told.seq, "snapshot", words, f"snapshots/{name}")


def _same(folder: Path, name: str, digest: object, seq: int, what: str, notes: list[str] | None) -> Iterator[Fault]:
    """Whether a file is what an event says; a missing one is a fault, or a note where `notes` are given."""
    path = _inside(folder, name)
    found = _digest(path) if path is not None else ""
    if not found and notes is not None:
        notes.append(f"{name} of event {seq} is not in this folder.")
    elif not found:
        yield Fault(seq, what, f"{name} is gone; event {seq} recorded it.", name)
    elif found != digest:
        yield Fault(seq, what, f"{name} was changed after event {seq} recorded it.", name)


def _inside(folder: Path, name: str) -> Path | None:
    """A file of the folder; None for a name that leads out of it."""
    parts = PurePosixPath(name).parts
    return folder.joinpath(*parts) if parts and ".." not in parts and not name.startswith(("/", "\\")) else None


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    running = hashlib.sha256()
    for chunk in file_chunks(path):
        running.update(chunk)
    return running.hexdigest()


__all__ = ["check_beside"]
