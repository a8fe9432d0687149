"""Checks anything Casebook made against its own proof, alone or one against another, and says in words what was found.

1. Contents are hashed again as they are stored; nothing is believed because a program said it before.
2. A workbook that shows fewer events than the journal is behind, which is fine; one that shows other events, or
   events the journal lacks, is not.
3. Only a head that was witnessed elsewhere, or a signed pack, shows a cut tail or a chain that was made anew.
4. Letters, evidence, packs and versions beside a journal must be what its events recorded.
5. Every fault names the event or the file it begins at; what cannot be checked is said as a note.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from addin import settings
from addin.errors import ConfigError, HostError, NotOurBook
from addin.journal import witness as witnesses
from addin.journal.chain_only import examine_chain
from addin.journal.examine import examine
from addin.journal.opening import open_journal
from addin.logic.chain import Fault
from addin.progress import Say, say_nothing
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE, Settings
from addin.verify.beside import check_beside
from addin.verify.pairs import side_by_side
from addin.verify.readers import journal_subject, kind_of, read, witnessed, workbook_subject
from addin.verify.report import Report, report
from addin.verify.subjects import Subject, What

WITNESS_FILE: Final = "witness.txt"


def verify(
    path: Path,
    other: Path | None = None,
    *,
    witness: Path | None = None,
    key: str = "",
    chain_only: bool = False,
    say: Say = say_nothing,
) -> Report:
    """Check a register folder, a workbook, a journal file, a snapshot's manifest or an audit pack.

    Args:
        path: what is checked.
        other: a second one of these, checked too and against the first.
        witness: a witness file; for a register it is found by its settings when None.
        key: the fingerprint, or its first 16 characters, of the key that must have signed a pack.
        chain_only: of a journal or a register check the chain and the witness, and nothing beside.
        say: takes words about how far the check has come.

    Raises:
        NotOurBook: a path is nothing that can be checked.
        Unavailable, HostError: it is not there or may not be read.
    """
    if witness is not None and not witness.is_file():
        raise HostError(f"There is no witness file at {witness}.", hint="Check the path.", code="HOST-MISSING")
    if chain_only:
        return _chain(path, witness)
    first = _subject(path, witness, key, say)
    if other is None:
        return report(first.what, first.events, first.head, first.faults, first.notes)
    second = _subject(other, witness, key, say)
    faults, notes = side_by_side(first, second)
    what = f"{first.what} beside this {second.what}"
    lead = first if first.live or not second.live else second
    return report(
        what, lead.events, lead.head, [*faults, *first.faults, *second.faults], [*notes, *first.notes, *second.notes]
    )


def _chain(path: Path, witness: Path | None) -> Report:
    """The chain alone, for journals of millions of events."""
    rules = _settings(path, []) if path.is_dir() else None
    witness = witness or (_witness_of(path, rules) if path.is_dir() else None)
    with _journal_of(path, rules) if path.is_dir() else nullcontext(path) as journal:
        if journal is None or (not path.is_dir() and kind_of(path) is not What.JOURNAL):
            raise NotOurBook(f"{path} has no journal whose chain could be checked.", hint="Leave out --chain.")
        named = [line.seq for line in witnesses.read(witness)] if witness is not None else []
        found = journal_subject(examine_chain(journal, named))
    found.faults += [*witnessed(found, witness), *_same_register(rules, found)]
    return report(found.what, found.events, found.head, found.faults, found.notes)


def _subject(path: Path, witness: Path | None, key: str, say: Say) -> Subject:
    if path.is_dir():
        return _register(path, witness, say)
    found = read(path, key=key, say=say)
    found.faults += witnessed(found, witness)
    return found


# ---- a whole register -----------------------------------------------------------------------------------------


def _register(folder: Path, witness: Path | None, say: Say) -> Subject:
    notes: list[str] = []
    rules = _settings(folder, notes)
    book = folder / WORKBOOK_FILE
    with _journal_of(folder, rules) as journal:
        if journal is None and not book.exists():
            raise NotOurBook(f"{folder} is no register: it holds neither journal nor workbook.", hint="Check the path.")
        found = workbook_subject(book) if journal is None else journal_subject(examine(journal, say))
    if journal is None:
        words = f"The journal {JOURNAL_FILE} is missing; 'casebook rebuild journal' makes it anew."
        found.faults.insert(0, Fault(1, "file", words))
    else:
        found.faults += witnessed(found, witness or _witness_of(folder, rules))
        found.faults += _same_register(rules, found)
        say("Reading the workbook ...")
        _add_workbook(found, book)
    if found.retold is not None:
        say("Checking letters, evidence, packs and versions ...")
        found.faults += check_beside(folder, found.retold, found.notes)
    found.notes[:0] = notes
    found.what = What.REGISTER
    return found


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


def _add_workbook(found: Subject, book: Path) -> None:
    """Check the workbook, and how it stands beside the journal."""
    if not book.exists():
        words = f"The workbook {WORKBOOK_FILE} is missing; 'casebook rebuild workbook' makes it anew."
        found.faults.append(Fault(max(found.head.seq, 1), "file", words))
        return
    proof = workbook_subject(book)
    faults, told = side_by_side(found, proof)
    found.faults += [*proof.faults, *faults]
    found.notes += [*proof.notes, *told]


def _settings(folder: Path, notes: list[str]) -> Settings | None:
    try:
        return settings.load(folder)
    except ConfigError as error:
        notes.append(f"Settings were not compared: {error.message}")
        return None


def _witness_of(folder: Path, rules: Settings | None) -> Path:
    named = rules.store.witness if rules else ""
    return folder / named if named else folder / WITNESS_FILE


def _same_register(rules: Settings | None, found: Subject) -> Iterable[Fault]:
    wanted = rules.register_id if rules else ""
    if wanted and found.register and wanted != found.register:
        words = f"The settings are of register {wanted}, the journal of {found.register}: files were mixed."
        yield Fault(1, "foreign", words)


__all__ = ["WITNESS_FILE", "Report", "verify"]
