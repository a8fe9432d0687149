"""Checks a register, a workbook, a journal or a snapshot against its own proof, and says in words what was found.

1. Contents are hashed again as they are stored; nothing is believed because a program said it before.
2. A workbook that shows fewer events than the journal is behind, which is fine; one that shows other events, or
   events the journal lacks, is not.
3. Only a head that was witnessed elsewhere shows a cut tail or a chain that was made anew.
4. The contents of evidence files are hashed again too; one that is missing or altered is named with its case.
5. Every fault names the event it begins at; what cannot be checked is said as a note.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addin import settings
from addin.errors import CasebookError, ConfigError, HostError, IntegrityError, JournalError, NotOurBook
from addin.evidence_store import fault_of
from addin.journal import witness as witnesses
from addin.journal.examine import BREAKS, Examination, examine
from addin.journal.opening import open_journal
from addin.logic.cases import case_kinds
from addin.logic.chain import Fault, Head
from addin.logic.events import KindTable
from addin.logic.evidence import FIELD as EVIDENCE
from addin.logic.evidence import pieces_in
from addin.logic.system_kinds import SYSTEM_KINDS
from addin.register.proof import Proof, prove
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE, Settings
from addin.snapshots import MANIFEST, Store

WITNESS_FILE: Final = "witness.txt"
_COMPARED: Final = frozenset({"cut", "rehashed", "differs", "ahead", "foreign"})
_SQLITE: Final = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found: `ok` is False when there is a fault; notes are no faults.

    `what` is "register", "workbook", "journal" or "snapshot"; `events` and `head` tell how far the checked chain goes.
    """

    ok: bool
    what: str
    events: int
    head: Head
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """One sentence for a person: sound up to where, or the first fault and how many there are."""
        if self.ok:
            checked = f"{self.events} events checked, none altered"
            return f"This {self.what} is sound: {checked}. Head {self.head.hash[:16]} at event {self.head.seq}."
        first, more = self.faults[0], len(self.faults) - 1
        others = f" ({more} more {'fault' if more == 1 else 'faults'} below.)" if more else ""
        return f"This {self.what} is not sound. {first.message}{others}"

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {
            "ok": self.ok,
            "what": self.what,
            "events": self.events,
            "head": {"seq": self.head.seq, "hash": self.head.hash, "at": self.head.at},
            "faults": [{"seq": fault.seq, "what": fault.what, "message": fault.message} for fault in self.faults],
            "notes": list(self.notes),
        }


def verify(path: Path, *, witness: Path | None = None) -> Report:
    """Check a register folder, a workbook, a journal file or a snapshot's manifest.

    `witness` names a witness file; for a register it is found by its settings when None.

    Raises:
        NotOurBook: the path is nothing that can be checked.
        Unavailable, HostError: it is not there or may not be read.
    """
    if witness is not None and not witness.is_file():
        raise HostError(f"There is no witness file at {witness}.", hint="Check the path.", code="HOST-MISSING")
    if path.is_dir():
        return _register(path, witness)
    kind = _kind(path)
    if kind == "snapshot":
        return _snapshot(path)
    if kind == "journal":
        return _journal(path, witness)
    return _workbook(path, witness)


def _kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError:
        raise HostError(f"There is nothing at {path}.", hint="Check the path.", code="HOST-MISSING") from None
    except OSError as error:
        raise HostError(f"{path} cannot be read: {error.strerror}.", hint="Check the rights on it.") from error
    suffix = path.suffix.lower()
    if path.name.endswith(MANIFEST):
        return "snapshot"
    if start == _SQLITE or suffix in (".sqlite", ".db"):
        return "journal"
    if start.startswith(b"PK") or suffix in (".xlsm", ".xlsx"):
        return "workbook"
    raise NotOurBook(
        f"{path.name} is neither a register folder, a workbook, a journal nor a snapshot.",
        hint="Name one of these.",
    )


def _journal(path: Path, witness: Path | None) -> Report:
    found = examine(path)
    return _report("journal", found, [*found.faults, *_witnessed(found, witness)], found.notes)


def _workbook(path: Path, witness: Path | None) -> Report:
    proof, faults = _proof(path)
    notes = list(proof.notes)
    for fault in _witnessed(proof, witness):
        if fault.what == "cut":  # a saved workbook may simply be older than the witness
            notes.append(f"The workbook ends at event {proof.head.seq}; a later one was witnessed: see the journal.")
        else:
            faults.append(fault)
    return _report("workbook", proof, faults, notes)


def _proof(path: Path) -> tuple[Proof, list[Fault]]:
    """What a workbook file proves; a file that is damaged as a whole is one fault."""
    kinds = KindTable.of([*case_kinds().kinds.values(), *SYSTEM_KINDS])
    try:
        proof = prove(path, kinds)
    except HostError as error:
        if not path.exists():
            raise
        return Proof(), [Fault(1, "damaged", f"{path.name}: {error.message}")]
    return proof, list(proof.faults)


def _snapshot(path: Path) -> Report:
    store, name = Store(path.parent), path.name.removesuffix(MANIFEST)
    faults = list(store.check(name))
    try:
        kept = store.get(name)
    except IntegrityError:
        return Report(False, "snapshot", 0, Head(), tuple(faults), ())
    head = Head(kept.seq, kept.head, kept.at)
    return Report(not faults, "snapshot", kept.seq, head, tuple(faults), ())


# ---- a whole register -----------------------------------------------------------------------------------------


def _register(folder: Path, witness: Path | None) -> Report:
    faults: list[Fault] = []
    notes: list[str] = []
    rules = _settings(folder, notes)
    book = folder / WORKBOOK_FILE
    with _journal_of(folder, rules) as journal:
        if journal is None and not book.exists():
            raise NotOurBook(f"{folder} is no register: it holds neither journal nor workbook.", hint="Check the path.")
        found = Examination() if journal is None else examine(journal)
    if journal is not None:
        faults += found.faults
        notes += found.notes
        faults += _witnessed(found, witness or _witness_of(folder, rules))
        faults += _same_register(rules, found)
    else:
        faults.append(
            Fault(1, "file", f"The journal {JOURNAL_FILE} is missing; 'casebook rebuild journal' makes it anew.")
        )
    if book.exists():
        proof, wrong = _proof(book)
        faults += wrong
        notes += proof.notes
        if journal is not None:
            faults += _side_by_side(found, proof, notes)
        else:
            found = proof
    else:
        words = f"The workbook {WORKBOOK_FILE} is missing; 'casebook rebuild workbook' makes it anew."
        faults.append(Fault(max(found.head.seq, 1), "file", words))
    faults += _evidence(folder, found)
    return _report("register", found, faults, notes)


@contextmanager
def _journal_of(folder: Path, rules: Settings | None) -> Iterator[Path | None]:
    """The journal as a file: the one in the folder, or a copy, row by row, of the one on a server; None for none."""
    if rules is None or not rules.store.url:
        path = folder / JOURNAL_FILE
        yield path if path.exists() else None
        return
    with tempfile.TemporaryDirectory(prefix="casebook-") as work:
        copy = Path(work) / JOURNAL_FILE
        journal = open_journal(folder, rules)
        try:
            journal.copy_to(copy)
        finally:
            journal.close()
        yield copy


def _evidence(folder: Path, found: Examination | Proof) -> Iterable[Fault]:
    """Evidence files that are missing or are no longer what was attached; withdrawn ones are nobody's evidence."""
    checked: dict[tuple[str, int], str] = {}
    for case_id, told in found.retold.told.items():
        for piece in pieces_in(told.changes.get(EVIDENCE)):
            content = (piece.sha256, piece.size)
            if content not in checked:
                checked[content] = fault_of(folder, *content)
            if checked[content]:
                seq = found.retold.attached.get((case_id, piece.sha256), told.version)
                words = f"The evidence file {piece.name!r} ({piece.kind}) of {case_id} is {checked[content]}."
                yield Fault(seq, "evidence", words)


def _settings(folder: Path, notes: list[str]) -> Settings | None:
    try:
        return settings.load(folder)
    except ConfigError as error:
        notes.append(f"Settings were not compared: {error.message}")
        return None


def _witness_of(folder: Path, rules: Settings | None) -> Path:
    named = rules.store.witness if rules else ""
    return folder / named if named else folder / WITNESS_FILE


def _same_register(rules: Settings | None, found: Examination) -> Iterable[Fault]:
    wanted = rules.register_id if rules else ""
    if wanted and found.retold.register_id and wanted != found.retold.register_id:
        words = f"The settings are of register {wanted}, the journal of {found.retold.register_id}: files were mixed."
        yield Fault(1, "foreign", words)


def _side_by_side(found: Examination, proof: Proof, notes: list[str]) -> Iterable[Fault]:
    """How the workbook stands to the journal: equal, behind, ahead, or of another chain."""
    shown, whole = proof.head.seq, found.head.seq
    if proof.retold.register_id and found.retold.register_id != proof.retold.register_id:
        words = f"The workbook is of register {proof.retold.register_id}, the journal of {found.retold.register_id}."
        yield Fault(1, "foreign", words)
        return
    apart = next((s for s in range(1, min(shown, whole) + 1) if proof.hashes.at(s) != found.hashes.at(s)), 0)
    if apart:
        yield Fault(apart, "differs", f"Event {apart} of the workbook is not the journal's: one of them was altered.")
    elif shown > whole:
        words = f"The workbook shows events {whole + 1} to {shown}, which the journal lacks: the journal was cut."
        yield Fault(whole + 1, "ahead", words)
    elif shown < whole:
        behind = whole - shown
        notes.append(f"The workbook shows event {shown} of {whole}; it is {behind} behind, which Refresh puts right.")


def _witnessed(found: Examination, witness: Path | None) -> list[Fault]:
    """Where the chain differs from what was witnessed; a witness file that cannot be read is a fault of its own."""
    if witness is None:
        return []
    try:
        lines = witnesses.read(witness)
    except (JournalError, OSError) as error:
        words = error.message if isinstance(error, CasebookError) else f"The witness file {witness} cannot be read."
        return [Fault(max(found.head.seq, 1), "witness", words)]
    hashes = {line.seq: found.hashes.at(line.seq) for line in lines}
    return list(witnesses.compare(lines, found.head, hashes))


def _rank(fault: Fault) -> int:
    """Causes before consequences: the chain itself, then what it is compared with, then what stands beside it."""
    return 0 if fault.what in BREAKS else 1 if fault.what in _COMPARED else 2


def _report(what: str, found: Examination, faults: Sequence[Fault], notes: Iterable[str]) -> Report:
    unique = tuple(sorted(dict.fromkeys(faults), key=_rank))
    return Report(not unique, what, found.events, found.head, unique, tuple(dict.fromkeys(notes)))
