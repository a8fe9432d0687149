"""Evidence into cases: by path, or out of the drop folder `inbox/evidence/CASE-.../`; and out again for letters.

1. A content is in the store before the event that names it; a kill between the two leaves a content nobody names.
2. A file of the drop folder is moved to `inbox/done` once its event is recorded; one that fails stays and is told why.
3. Taking a file twice attaches it once.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from addin.evidence_store import EvidenceError, copy_out, fault_of, keep_file, place, remove
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import iso
from addin.logic.evidence import FIELD, GENERAL, Piece, kind_of_name, known_kind, pieces, safe_name
from addin.logic.outcome import Outcome, Problem, RowResult, Status, failed, summary
from addin.service import Service

DROP: Final = "inbox/evidence"
_CASE: Final = re.compile(r"CASE-\d{4}-\d{6,}")
#: What systems put into folders by themselves.
_NOT_MEANT: Final = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
Tick = Callable[[int], None]


def _quiet(_: int) -> None:
    """Tell nobody how far a copy has come."""


def attach_files(service: Service, case_id: str, paths: Sequence[Path], kind: str = "", tick: Tick = _quiet) -> Outcome:
    """Attach files to a case, each by itself; a kind that is not given is read off the file's name.

    Every path is judged alone: good files are attached, each other one says why.
    """
    case = service.journal.case(case_id)
    if case is None:
        return no_case(case_id)
    own = case_types()[case.type].evidence_kinds
    known = known_kind(kind, own) if kind else ""
    if kind and not known:
        return Outcome.refused(_no_kind(kind, own))
    rows = [_attach(service, case_id, path, known or kind_of_name(path.name, own), tick) for path in paths]
    return summary(rows)


def no_case(case_id: str) -> Outcome:
    """The answer where a case is named that there is not."""
    hint = "Check the number; it looks like CASE-2026-000001."
    return Outcome.refused(Problem("CASE-UNKNOWN", f"There is no case {case_id!r}.", "case_id", hint=hint))


def _no_kind(kind: str, own: Sequence[str]) -> Problem:
    hint = f"One of: {'; '.join(dict.fromkeys((*own, *GENERAL)))}."
    return Problem("EVD-KIND", f"{kind!r} is no kind of evidence for this case.", FIELD, hint=hint)


def _attach(service: Service, case_id: str, path: Path, kind: str, tick: Tick) -> RowResult:
    try:
        kept = keep_file(service.folder, path, tick)
    except EvidenceError as error:
        return failed(case_id, (Problem(error.code, error.message, FIELD, hint=error.hint),))
    piece = Piece(safe_name(path.name), kind, kept.sha256, kept.size, iso(service.clock()))
    return service.attach(case_id, (piece,))


# ---- the drop folder --------------------------------------------------------------------------------------------


def take_dropped(service: Service, case_ids: Iterable[str] = (), tick: Tick = _quiet) -> Outcome:
    """Attach what lies in the drop folder: of the named cases, or of all when none is named.

    A file lies in the folder of its case, as it is (its name begins with its kind, or it is a plain document) or in a
    folder below that is called like the kind.
    """
    wanted = frozenset(case_ids)
    rows = [
        _take_one(service, folder.name, path, tick)
        for folder in _case_folders(service.folder / DROP)
        if not wanted or folder.name in wanted
        for path in _files_below(folder)
    ]
    if rows:
        return summary(rows)
    for case_id in wanted:
        if _CASE.fullmatch(case_id):
            with contextlib.suppress(OSError):
                (service.folder / DROP / case_id).mkdir(parents=True, exist_ok=True)
    where = f"{DROP}/{min(wanted)}/" if wanted else f"{DROP}/CASE-2026-000001/"
    hint = f"Put the files into {where} of the register's folder, then press again."
    return Outcome.refused(Problem("EVD-NOTHING", "No file waits in the drop folder.", FIELD, hint=hint))


def _case_folders(root: Path) -> Iterator[Path]:
    try:
        found = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    except FileNotFoundError:
        return
    except OSError as error:
        hint = "Check the rights on it."
        raise EvidenceError(f"{DROP} cannot be read: {error.strerror}.", hint=hint, code="EVD-READ") from error
    yield from found


def _files_below(folder: Path) -> list[Path]:
    """The files of a case's folder and of the folders of kinds in it; links and what systems leave there are not."""
    found = [path for pattern in ("*", "*/*") for path in folder.glob(pattern)]
    return sorted(
        path
        for path in found
        if path.is_file()
        and not path.is_symlink()
        and not path.parent.is_symlink()
        and not path.name.startswith((".", "~$"))
        and path.name.casefold() not in _NOT_MEANT
    )


def _take_one(service: Service, case_id: str, path: Path, tick: Tick) -> RowResult:
    case = service.journal.case(case_id) if _CASE.fullmatch(case_id) else None
    if case is None:
        hint = "Name the folder like the case, as CASE-2026-000001."
        words = f"{path.name} lies in {DROP}/{case_id}, and there is no such case."
        return failed(case_id, (Problem("EVD-CASE", words, FIELD, hint=hint),))
    own = case_types()[case.type].evidence_kinds
    named = path.parent.name if path.parent.name != case_id else ""
    kind = known_kind(named, own) if named else kind_of_name(path.name, own)
    if not kind:
        return failed(case_id, (_no_kind(named, own),))
    row = _attach(service, case_id, path, kind, tick)
    if row.ok:
        _put_away(service, case_id, path)
    return row


def _put_away(service: Service, case_id: str, path: Path) -> None:
    """Move a taken file to `inbox/done`; where that fails it stays, and taking it again changes nothing."""
    stamp = service.clock().strftime("%Y%m%dT%H%M%SZ")
    done = service.folder / "inbox" / "done" / f"{stamp}-{case_id}"
    with contextlib.suppress(OSError):
        done.mkdir(parents=True, exist_ok=True)
        target = done / path.name
        number = 2
        while target.exists():
            target = done / f"{number}-{path.name}"
            number += 1
        path.replace(target)
        if path.parent.name != case_id:
            path.parent.rmdir()  # fails while other files wait there, which is fine


# ---- out again --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A piece of evidence with the path of its content in the store."""

    piece: Piece
    path: Path


def files_of(folder: Path, case: Case) -> tuple[tuple[EvidenceFile, ...], tuple[Problem, ...]]:
    """The evidence of a case whose contents are what was attached, and a problem for each that is missing or altered.

    Every content is hashed again, so what a letter encloses is what its index says.
    """
    whole: list[EvidenceFile] = []
    problems: list[Problem] = []
    for piece in pieces(case):
        if fault := fault_of(folder, piece.sha256, piece.size):
            words = f"The evidence file {piece.name!r} of {case.case_id} is {fault}."
            hint = "Attach the same file again, or withdraw it; 'casebook verify' lists all of them."
            problems.append(Problem("LET-FILE", words, FIELD, hint=hint))
            continue
        whole.append(EvidenceFile(piece, place(folder, piece.sha256)))
    return tuple(whole), tuple(problems)


def copy_files(service: Service, case_id: str, target: Path) -> Outcome:
    """Copy the evidence of a case out of the store into a folder, under the files' own names."""
    case = service.journal.case(case_id)
    if case is None:
        return no_case(case_id)
    rows = []
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvidenceError(f"{target} cannot be made: {error.strerror}.", hint="Name another folder.") from error
    for piece in {piece.name: piece for piece in pieces(case)}.values():
        try:
            copy_out(service.folder, piece.sha256, target / piece.name)
            rows.append(RowResult(case_id, ok=True, message=f"{piece.name}"))
        except EvidenceError as error:
            rows.append(failed(case_id, (Problem(error.code, error.message, FIELD, hint=error.hint),)))
    if not rows:
        return Outcome(Status.DONE, f"{case_id} has no evidence files.")
    return summary(rows)


# ---- erased -----------------------------------------------------------------------------------------------------


def erase_file(service: Service, case_id: str, name: str, reason: str) -> Outcome:
    """Erase a piece of evidence: the event first, then its content, unless another case holds the same content.

    A kill between the two leaves a content that no case names; erasing again says that there is no such file.
    """
    case = service.journal.case(case_id)
    held = [piece for piece in pieces(case) if piece.name.casefold() == name.strip().casefold()] if case else []
    row = service.erase_evidence(case_id, name, reason)
    if not row.ok:
        return summary([row])
    still = {piece.sha256 for other in service.journal.cases() for piece in pieces(other)}
    shared = sorted({piece.sha256 for piece in held} & still)
    for digest in {piece.sha256 for piece in held} - still:
        remove(service.folder, digest)
    words = f"{row.message} Another case holds the same content, which stays." if shared else row.message
    return summary([replace(row, message=words)])
