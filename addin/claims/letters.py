"""Letters of claims, one or a thousand: written, numbered, printed and put into sets, in parts that each stand alone.

1. A part of a batch is one transaction: number, files on the disk, then the event that names them. A kill between gives
   the numbers back; what lies in the folder without an event is moved aside before the next letter is made.
2. The PDF and the set follow in a second transaction. A batch that was stopped goes on where it was: a letter without
   its PDF is finished, not written again, unless the claim has changed meanwhile.
3. A claim that lacks something stops its own letter only. When nothing can be written any more (a full disk, a folder
   without rights) the batch stops, and says which claims were not tried.
4. A letter that was made before is made again as its next version, under another name; nothing is written over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from addin.claims.enclosures import ClaimSet, Enclosed, lacking, write_set
from addin.claims.history import Made, history_of, latest
from addin.claims.values import ClaimLetter, Stamp, claim_letter
from addin.durable import CannotWrite, write_file
from addin.errors import CasebookError, JournalError
from addin.journal import Writer
from addin.letters import LetterTemplate, Templates, render_letter, templates_root
from addin.letters.letter import digest
from addin.letters.pdf import Way, Written, make_pdfs
from addin.logic.calendar import LONDON, london_day
from addin.logic.case_type import Case
from addin.logic.claim_purposes import purpose_due, usual_purpose
from addin.logic.claim_truth import refund_shown
from addin.logic.events import Draft, Json, iso
from addin.logic.outcome import Outcome, Problem, RowResult, failed, summary
from addin.logic.system_kinds import LETTER_ISSUED, LETTER_PRINTED, SET_MADE
from addin.service import Service

FOLDER: Final = "letters"
#: Letters of one transaction: few enough that nobody waits for it, enough that an office is worth its start.
PART: Final = 50
_ASIDE: Final = "left-over"
_OURS: Final = re.compile(
    r"\.?LTR-\d{4}-\d{6,}-v\d+-(CASE-\d{4}-\d{6,}(-claim-set)?\.(docx|pdf|zip)|evidence\.txt)(\.part)?"
)
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A letter that is asked for: the claim, and the purpose when it is not the usual one of its state."""

    case_id: str
    purpose: str = ""
    finish: bool = False
    """Go on with the letter that was begun, where it lacks its PDF or set."""
    due: bool = False
    """Only if it is still due when its turn comes: somebody else's batch may have made it meanwhile."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is made of each letter: the Word file always; its PDF; the claim set, which holds the PDF."""

    pdf: bool = False
    claim_set: bool = False
    way: Way | None = None

    @property
    def prints(self) -> bool:
        """True when PDFs are wanted."""
        return self.pdf or self.claim_set


@dataclass(frozen=True, slots=True)
class _Issued:
    """A letter on the disk and in the journal, ready to be printed."""

    case: Case
    template: LetterTemplate
    stamp: Stamp
    letter: ClaimLetter
    docx: bytes = field(repr=False)
    index: bytes = field(repr=False)
    seqs: tuple[int, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The start of the names of its files."""
        return f"{self.stamp.number}-v{self.stamp.version}-{self.case.case_id}"

    def row(self, extra: Sequence[Problem] = ()) -> RowResult:
        """What is told of it: its files, or what its PDF or set lacks."""
        if extra:
            return replace(failed(self.case.case_id, extra), seqs=self.seqs)
        words = f"Letter {self.stamp.number} version {self.stamp.version}: {', '.join(self.files)}"
        return RowResult(self.case.case_id, ok=True, message=words, seqs=self.seqs)

    def waiting(self, error: CasebookError) -> RowResult:
        """What is told of a letter that was written before the batch stopped, and whose PDF and set are not made."""
        words = f"Letter {self.stamp.number} version {self.stamp.version} is written, the rest of it is not yet made"
        return self.row((Problem(error.code, f"{words}: {error.message}", hint=error.hint),))


def make_letters(
    service: Service, wanted: Sequence[Wanted], extent: Extent | None = None, tick: Tick = lambda: None
) -> Outcome:
    """Make the letters that are asked for; every claim is judged by itself.

    Args:
        service: the register.
        wanted: the claims, each once.
        extent: what is made of each.
        tick: called once a claim.
    """
    batch = _Batch(service, extent or Extent())
    set_aside(service)
    rows: list[RowResult] = []
    for start in range(0, len(wanted), PART):
        part = wanted[start : start + PART]
        rows += batch.part(part) if not batch.stopped else [batch.untried(one.case_id) for one in part]
        for _ in part:
            tick()
    head = service.journal.head()
    return replace(summary(rows), files=tuple(batch.files), seq=head.seq, head=head.hash)


def letters_due(
    service: Service, extent: Extent | None = None, *, subtypes: Sequence[str] = (), states: Sequence[str] = ()
) -> list[Wanted]:
    """The claims that need a letter now, and those whose letter was begun and lacks what `extent` asks for."""
    asked = extent or Extent()
    history = history_of(service.journal)
    today = london_day(service.clock())
    listed = _templates(service).listed()
    found = []
    for case in service.journal.cases(types=["UPC"]):
        if (
            case.is_final
            or (subtypes and case.text("subtype") not in subtypes)
            or (states and case.status not in states)
        ):
            continue
        made = history.get(case.case_id, ())
        times = {purpose: one.at for purpose, one in latest(made).items()}
        if purpose := purpose_due(case, times, today, service.policy):
            found.append(Wanted(case.case_id, purpose, due=True))
        elif (last := max(made, key=lambda one: one.at, default=None)) and _unfinished(last, asked):
            row = listed.get(last.template)  # a letter whose time is past, or whose template is gone, is not due
            if row is not None and row.suits(case.text("subtype"), case.status):
                found.append(Wanted(case.case_id, last.purpose, finish=True))
    return found


def _unfinished(made: Made, extent: Extent) -> bool:
    return (extent.prints and not made.printed) or (extent.claim_set and not made.internal and not made.in_set)


def set_aside(service: Service) -> tuple[str, ...]:
    """Move files that no event names out of the way: what a kill left between file and event. Answers their names.

    It holds the register's one writing transaction, so that nobody else's letter is half made meanwhile.
    """
    folder = service.folder / FOLDER
    ours = sorted(path for path in folder.glob("*LTR-*") if path.is_file() and _OURS.fullmatch(path.name))
    if not ours:
        return ()
    with service.journal.write():
        named = {name for made in history_of(service.journal).values() for one in made for name in one.files}
        loose = [path for path in ours if f"{FOLDER}/{path.name}" not in named]
        try:
            for path in loose:
                (folder / _ASIDE).mkdir(exist_ok=True)
                path.replace(folder / _ASIDE / f"{service.clock():%Y%m%dT%H%M%SZ}-{path.name.lstrip('.')}")
        except OSError as error:
            hint = f"Check the rights on {FOLDER}."
            raise CannotWrite(f"{path.name} cannot be moved aside: {error.strerror}.", hint=hint) from error
    return tuple(path.name for path in loose)


def _templates(service: Service) -> Templates:
    return Templates(templates_root(Path(service.settings.templates) if service.settings.templates else None))


class _Batch:
    """One run of `make_letters`: the templates, read once, and whether it had to stop."""

    def __init__(self, service: Service, extent: Extent) -> None:
        self.service, self.extent = service, extent
        self.templates = _templates(service)
        self.stopped: CasebookError | None = None
        self.files: list[str] = []
        self._whole: dict[str, _Issued] = {}

    def untried(self, case_id: str) -> RowResult:
        """What is told of a claim after the batch stopped."""
        words = "Not tried, because the batch stopped before it."
        hint = "Put that right, then ask for the letters again: what was made is not made twice."
        return failed(case_id, (Problem("LET-STOPPED", words, hint=hint),))

    def part(self, wanted: Sequence[Wanted]) -> list[RowResult]:
        """One part: written and numbered in one transaction, printed and enclosed in the next."""
        rows = self._written(wanted)
        ready = [row for row in rows if isinstance(row, _Issued)]
        if ready and self.extent.prints and self.stopped:
            finished = {one.case.case_id: one.waiting(self.stopped) for one in ready}
        elif ready and self.extent.prints:
            finished = dict(zip((one.case.case_id for one in ready), self._printed(ready), strict=True))
        else:
            finished = {one.case.case_id: one.row() for one in ready}
        for one in ready:
            self.files += self._whole.get(one.case.case_id, one).files
        return [finished[row.case.case_id] if isinstance(row, _Issued) else row for row in rows]

    # -- the letters ---------------------------------------------------------------------------------------------

    def _written(self, wanted: Sequence[Wanted]) -> list[_Issued | RowResult]:
        rows: list[_Issued | RowResult] = []
        try:
            with self.service.journal.write() as writer:
                for one in wanted:
                    rows.append(self.untried(one.case_id) if self.stopped else self._one(writer, one))
        except JournalError as error:  # the commit itself: nothing of this part stands, its numbers are given back
            self.stopped = error
            return [failed(one.case_id, (_told(error),)) for one in wanted]
        return rows

    def _one(self, writer: Writer, wanted: Wanted) -> _Issued | RowResult:
        try:
            with writer.row():
                return self._issue(writer, wanted)
        except _Lacks as lack:
            return failed(wanted.case_id, lack.problems)
        except CannotWrite as error:
            self.stopped = error
            return failed(wanted.case_id, (_told(error),))
        except JournalError:
            raise
        except CasebookError as error:
            return failed(wanted.case_id, (_told(error),))

    def _issue(self, writer: Writer, wanted: Wanted) -> _Issued | RowResult:
        case = writer.case(wanted.case_id)
        if case is None:
            words = f"There is no case {wanted.case_id!r}." if wanted.case_id else "This row is no case yet."
            raise _Lacks(Problem("CASE-UNKNOWN", words, "case_id", hint="Check the number; select a claim."))
        if case.type != "UPC":
            words = f"{wanted.case_id} is not a carrier claim."
            raise _Lacks(Problem("LET-CASE", words, "case_id", hint="Select a claim."))
        purpose = wanted.purpose or usual_purpose(case.status)
        template = self._template(case, purpose)
        last = self._last(case, purpose, template)
        if wanted.due and last is not None:
            return _meanwhile(case, last.number, last.version)
        if wanted.finish and last is not None and (begun := self._begun(case, template, last)) is not None:
            return begun
        letter = claim_letter(self.service, case, template)
        if letter.problems:
            raise _Lacks(*letter.problems)
        if self.extent.claim_set and not template.internal and (lacks := lacking(case, letter.files)):
            raise _Lacks(*lacks)
        year = self.service.clock().astimezone(LONDON).year
        number = last.number if last else writer.next_number("LTR", year)
        stamp = Stamp(number, last.version + 1 if last else 1, template.mark)
        return self._record(writer, self._rendered(case, template, stamp, letter), purpose)

    def _last(self, case: Case, purpose: str, template: LetterTemplate) -> Made | None:
        """The letter that is made again; None when a new one with its own number is due, such as a second reminder."""
        made = history_of(self.service.journal, case.case_id).get(case.case_id, ())
        times = {key: one.at for key, one in latest(made).items()}
        today = london_day(self.service.clock())
        if purpose_due(case, times, today, self.service.policy) == purpose:
            return None
        return latest(made, of=template.id).get(purpose)

    def _template(self, case: Case, purpose: str) -> LetterTemplate:
        suiting = [
            row for row in self.templates.listed().values()
            if row.case_type == case.type and row.purpose == purpose and row.suits(case.text("subtype"), case.status)
        ]  # fmt: skip
        if suiting:
            return self.templates.letter(suiting[0].id)
        what = purpose.replace("_", "-")
        words = (
            f"There is no {what} letter for a '{case.text('subtype') or 'claim without subtype'}' in '{case.status}'."
        )
        hint = (
            "Fill in the subtype and gather the evidence first." if case.status == "Draft" else "Choose another letter."
        )
        raise _Lacks(Problem("LET-NONE", words, "subtype", hint=hint))

    def _begun(self, case: Case, template: LetterTemplate, last: Made) -> _Issued | None:
        """The letter as it was written, if claim and template still say the same; else None: a new version follows."""
        person = self.service.settings.actors().get(last.actor, self.service.actor)
        then = replace(self.service, actor=person, clock=lambda: last.at)
        letter = claim_letter(then, case, template)
        if letter.problems:
            return None
        again = self._rendered(case, template, Stamp(last.number, last.version, template.mark), letter)
        if digest(again.docx) != last.sha256:
            return None
        return replace(again, files=(f"{FOLDER}/{again.name}.docx",))

    def _rendered(self, case: Case, template: LetterTemplate, stamp: Stamp, letter: ClaimLetter) -> _Issued:
        values = letter.stamped(stamp)
        index = self.templates.render_message("claims.evidence_index", values).text
        return _Issued(case, template, stamp, letter, render_letter(template, values), index.encode("utf-8"))

    def _record(self, writer: Writer, one: _Issued, purpose: str) -> _Issued:
        file, index = f"{one.name}.docx", f"{one.stamp.number}-v{one.stamp.version}-evidence.txt"
        data: dict[str, Json] = {
            "letter_no": one.stamp.number,
            "letter_version": one.stamp.version,
            "file": f"{FOLDER}/{file}",
            "sha256": self._keep(file, one.docx),
            "index": f"{FOLDER}/{index}",
            "index_sha256": self._keep(index, one.index),
            "template": one.template.id,
            "template_version": str(one.template.version),
            "template_sha256": one.template.sha256,
            "purpose": purpose,
        }
        seq = self._append(writer, LETTER_ISSUED.name, one, data)
        return replace(one, seqs=(seq,), files=(f"{FOLDER}/{file}",))

    # -- PDF and set ---------------------------------------------------------------------------------------------

    def _printed(self, issued: Sequence[_Issued]) -> list[RowResult]:
        way = self.extent.way or self.service.settings.letters.pdf
        written = [Written(one.template, one.letter.stamped(one.stamp), one.letter.on, one.docx) for one in issued]
        pages = make_pdfs(written, way, self.templates.root)
        rows: list[RowResult] = []
        try:
            with self.service.journal.write() as writer:
                for one, page in zip(issued, pages, strict=True):
                    if page.problem is not None:  # the letter stands, and is finished when it is asked for again
                        rows.append(one.row((page.problem,)))
                    elif self.stopped:
                        rows.append(one.waiting(self.stopped))
                    else:
                        rows.append(self._finished(writer, one, page.content, page.way))
        except JournalError as error:
            self.stopped = error
            return [one.waiting(error) for one in issued]
        return rows

    def _finished(self, writer: Writer, one: _Issued, pdf: bytes, way: str) -> RowResult:
        if self._whole_already(one):
            return _meanwhile(one.case, one.stamp.number, one.stamp.version)
        try:
            with writer.row():
                done = self._finish(writer, one, pdf, way)
        except CannotWrite as error:
            self.stopped = error
            return one.row((_told(error),))
        except JournalError:
            raise
        except CasebookError as error:
            return one.row((_told(error),))
        self._whole[one.case.case_id] = done
        return done.row()

    def _whole_already(self, one: _Issued) -> bool:
        """True when somebody else's batch has printed this version since it was begun, and made its set if wanted."""
        made = history_of(self.service.journal, one.case.case_id).get(one.case.case_id, ())
        mine = [found for found in made if (found.number, found.version) == (one.stamp.number, one.stamp.version)]
        return bool(mine) and mine[0].printed and not _unfinished(mine[0], self.extent)

    def _finish(self, writer: Writer, one: _Issued, pdf: bytes, way: str) -> _Issued:
        name: dict[str, Json] = {"letter_no": one.stamp.number, "letter_version": one.stamp.version}
        file = f"{one.name}.pdf"
        data: dict[str, Json] = {**name, "file": f"{FOLDER}/{file}", "sha256": self._keep(file, pdf), "way": way}
        seqs = [*one.seqs, self._append(writer, LETTER_PRINTED.name, one, data)]
        files = [*one.files, f"{FOLDER}/{file}"]
        if self.extent.claim_set and not one.template.internal:
            archive = f"{one.name}-claim-set.zip"
            sha256 = write_set(self._free(archive), self._set(writer, one, pdf))
            data = {**name, "file": f"{FOLDER}/{archive}", "sha256": sha256}
            seqs.append(self._append(writer, SET_MADE.name, one, data))
            files.append(f"{FOLDER}/{archive}")
        return replace(one, seqs=tuple(seqs), files=tuple(files))

    def _set(self, writer: Writer, one: _Issued, pdf: bytes) -> ClaimSet:
        ctx = self.service.context(related=writer.related(one.case))
        values = {**one.letter.stamped(one.stamp), **_credit(refund_shown(one.case, ctx))}
        letter = f"{one.stamp.number}-v{one.stamp.version}"
        texts = {
            "credit-reference.txt": ("credit memo reference", "claims.credit_reference"),
            "item-description.txt": ("item description", "claims.item_description"),
        }
        made = [Enclosed(f"{letter}.docx", "letter", one.docx), Enclosed(f"{letter}.pdf", "letter", pdf)]
        made += [
            Enclosed(path, role, self.templates.render_message(message, values).text.encode("utf-8"))
            for path, (role, message) in texts.items()
        ]
        made.append(Enclosed("evidence/index.txt", "evidence index", one.index))
        facts = {
            "register": self.service.journal.register_id,
            "case": one.case.case_id,
            "subtype": one.case.text("subtype"),
            "letter": one.stamp.number,
            "version": str(one.stamp.version),
            "date": one.letter.on.isoformat(),
            "template": one.template.id,
            "template_version": str(one.template.version),
            "template_sha256": one.template.sha256,
        }
        limit = self.service.settings.letters.enclose_up_to_mb * 1_000_000
        return ClaimSet(facts, tuple(made), one.letter.files, limit)

    # -- small parts ---------------------------------------------------------------------------------------------

    def _free(self, name: str) -> Path:
        path = self.service.folder / FOLDER / name
        if path.exists():
            hint = "Move it away: the name belongs to the letter that is made now."
            raise CasebookError(f"{FOLDER}/{name} exists and is never written over.", hint=hint, code="LET-EXISTS")
        return path

    def _keep(self, name: str, content: bytes) -> str:
        return write_file(self._free(name), content)

    def _append(self, writer: Writer, kind: str, one: _Issued, data: Mapping[str, Json]) -> int:
        actor = self.service.actor
        draft = Draft(kind, one.case.case_id, data)
        role = actor.acting_as(actor.roles)
        return writer.append(draft, at=iso(self.service.clock()), actor=actor.id, role=role.value).seq


def _meanwhile(case: Case, number: str, version: int) -> RowResult:
    return RowResult(case.case_id, ok=True, message=f"Letter {number} version {version} was made meanwhile.")


class _Lacks(Exception):
    """A claim lacks something that its letter needs."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems


def _told(error: CasebookError) -> Problem:
    return Problem(error.code, error.message, hint=error.hint)


def _credit(refund: Case | None) -> dict[str, object]:
    """What the register knows of the money the customer got: the refund and its credit note."""
    if refund is None:
        return dict.fromkeys(("credit_note_no", "credit_note_date", "refund_no", "refund_total"), "")
    return {
        "refund_no": refund.text("refund_no"),
        "refund_total": refund.money("total_refund"),
        "credit_note_no": refund.text("credit_note_no"),
        "credit_note_date": refund.day("credit_note_date"),
    }
