"""Reads everything that can be verified into one shape.

A journal, a workbook and a snapshot know every event up to their head; a pack knows those of its month and a few
more. Whatever is read, its own faults are found on the way, so that two subjects can then be compared by their hashes.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from addin.errors import CasebookError, HostError, IntegrityError, JournalError, NotOurBook
from addin.journal import witness as witnesses
from addin.journal.examine import Examination, examine
from addin.logic.cases import case_kinds
from addin.logic.chain import Fault, Head
from addin.logic.events import KindTable
from addin.logic.system_kinds import SYSTEM_KINDS
from addin.month_end.proof import check_workbook, is_month_end
from addin.packs.check import check_pack, looks_like_pack
from addin.progress import Say, say_nothing
from addin.register.proof import Proof, prove
from addin.register.reading import BookFile
from addin.snapshots import MANIFEST, Store
from addin.verify.pairs import SIGNED, side_by_side
from addin.verify.subjects import Subject, What

_SQLITE: Final = b"SQLite format 3\0"


def kind_of(path: Path) -> What:
    """What a file is, by its contents; the name only counts where they say nothing.

    Raises:
        HostError: it is not there or may not be read.
        NotOurBook: it is nothing that can be checked.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        raise HostError(f"There is nothing at {path}.", hint="Check the path.", code="HOST-MISSING") from None
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}.", hint="Check the rights on it.") from error
    suffix = path.suffix.lower()
    if path.name.endswith(MANIFEST):
        return What.SNAPSHOT
    if start == _SQLITE or suffix in (".sqlite", ".db"):
        return What.JOURNAL
    if start.startswith(b"PK") or suffix in (".xlsm", ".xlsx", ".zip"):
        if suffix == ".zip" or looks_like_pack(path):
            return What.PACK
        return What.MONTH if _is_month_end(path) else What.WORKBOOK
    raise NotOurBook(
        f"{path.name} is neither a register folder, a workbook, a journal, a snapshot nor an audit pack.",
        hint="Name one of these.",
    )


def _is_month_end(path: Path) -> bool:
    try:
        return is_month_end(BookFile(path))
    except CasebookError:
        return False


def read(path: Path, *, key: str = "", say: Say = say_nothing) -> Subject:
    """Read a file and check it by itself; `key` is the fingerprint that must have signed a pack.

    Raises:
        HostError, Unavailable: it is not there or may not be read.
        NotOurBook: it is nothing that can be checked.
    """
    readers: Mapping[What, Callable[[Path], Subject]] = {
        What.JOURNAL: lambda path: journal_subject(examine(path, say)),
        What.WORKBOOK: workbook_subject,
        What.SNAPSHOT: _snapshot,
        What.PACK: lambda path: _pack(path, key),
        What.MONTH: _month,
    }
    return readers[kind_of(path)](path)


def journal_subject(found: Examination, what: What = What.JOURNAL) -> Subject:
    """A journal that was examined."""
    return Subject(
        what, found.retold.register_id, found.head, found.events, list(found.faults), list(found.notes), found.hashes,
        live=True, retold=found.retold,
    )  # fmt: skip


def workbook_subject(path: Path) -> Subject:
    """A register's workbook; a file that is damaged as a whole is one fault.

    Raises:
        HostError: it is not there.
    """
    kinds = KindTable.of([*case_kinds().kinds.values(), *SYSTEM_KINDS])
    try:
        proof = prove(path, kinds)
    except HostError as error:
        if not path.exists():
            raise
        proof = Proof(faults=[Fault(1, "damaged", f"{path.name}: {error.message}")])
    return Subject(
        What.WORKBOOK, proof.retold.register_id, proof.head, proof.events, list(proof.faults), list(proof.notes),
        proof.hashes, retold=proof.retold,
    )  # fmt: skip


def _snapshot(path: Path) -> Subject:
    """A snapshot: its chunks and parts, then the workbook and the journal they make, as if they stood alone."""
    store, name = Store(path.parent), path.name.removesuffix(MANIFEST)
    faults = list(store.check(name))
    try:
        kept = store.get(name)
    except IntegrityError:
        return Subject(What.SNAPSHOT, faults=faults)
    head = Head(kept.seq, kept.head, kept.at)
    if faults:
        return Subject(What.SNAPSHOT, head=head, events=kept.seq, faults=faults)
    with tempfile.TemporaryDirectory(prefix="casebook-") as work:
        folder = Path(work) / "restored"
        store.restore(name, folder)
        found = journal_subject(examine(folder / "journal.sqlite"), What.SNAPSHOT)
        book = workbook_subject(folder / kept.file_name)
    apart, notes = side_by_side(found, book)
    found.live = False  # the register itself may have gone on since
    found.faults += [*book.faults, *_as_kept(found, head), *apart]
    found.notes += [*book.notes, *notes]
    return found


def _as_kept(found: Subject, head: Head) -> list[Fault]:
    """The manifest must name the head of the journal that was kept with it."""
    if (found.head.seq, found.head.hash) == (head.seq, head.hash):
        return []
    words = f"The manifest says that it keeps event {head.seq} as head; its journal ends with event {found.head.seq}"
    same = "" if found.head.seq != head.seq else ", which is another one"
    return [Fault(max(found.head.seq, 1), "manifest", f"{words}{same}.")]


def _pack(path: Path, key: str) -> Subject:
    proof = check_pack(path, key)
    found = Subject(What.PACK, faults=proof.faults, notes=proof.notes, some=proof.hashes)
    manifest = proof.manifest
    if manifest is not None:
        found.register, found.events = manifest.register, manifest.events
        found.head = Head(manifest.tip.seq, manifest.tip.hash, manifest.tip.at)
        found.manifest, found.manifest_sha256 = manifest, proof.manifest_sha256
        if manifest.draft:
            found.notes.append(f"This pack is a draft: {manifest.period} was not over when it was made.")
        if not key:
            words = "compare it with what you were told by another way than this file, or name it with --key"
            found.notes.append(f"{SIGNED}{manifest.signer[:16]} ...: {words}.")
    return found


def _month(path: Path) -> Subject:
    """A month-end workbook taken out of its pack: its rows against the digests it states."""
    found = Subject(What.MONTH)
    try:
        found.faults += check_workbook(BookFile(path), path.name)
    except (HostError, zipfile.BadZipFile) as error:
        found.faults.append(Fault(0, "damaged", f"{path.name}: {error}", path.name))
    found.notes.append(
        "A workbook alone can show that rows were changed, not who made it: its pack carries a signature."
    )
    return found


def witnessed(found: Subject, witness: Path | None) -> list[Fault]:
    """Where a chain differs from what was witnessed; a witness file that cannot be read is a fault of its own.

    Only a live journal can have lost its end: anything else may simply be older than the witness, which is noted.
    """
    if witness is None:
        return []
    try:
        lines = witnesses.read(witness)
    except (JournalError, OSError) as error:
        words = error.message if isinstance(error, CasebookError) else f"The witness file {witness} cannot be read."
        return [Fault(max(found.head.seq, 1), "witness", words)]
    known = lines if found.all is not None else tuple(line for line in lines if found.at(line.seq))
    faults = []
    for fault in witnesses.compare(known, found.head, {line.seq: found.at(line.seq) for line in known}):
        if fault.what == "cut" and not found.live:
            words = f"The {found.what} ends at event {found.head.seq}; a later one was witnessed: see the journal."
            found.notes.append(words)
        else:
            faults.append(fault)
    return faults


__all__ = ["journal_subject", "kind_of", "read", "witnessed", "workbook_subject"]
