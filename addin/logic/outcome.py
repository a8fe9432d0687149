"""What a press answers: outcomes and problems are values, never exceptions.

A *problem* is a fault in what a person typed or asked; all of them are collected, so one press shows every
one. Exceptions (`CasebookError` and its branches in `addin.errors`) are kept for broken worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """How a press ended."""

    DONE = "done"
    REFUSED = "refused"
    PROBLEMS = "problems"
    BEHIND = "behind"


def counted(number: int, noun: str) -> str:
    """A number with its noun as a sentence has them: "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault, in words that name the place and the remedy.

    `code` is stable (`REF-04`, `FLD-MONEY`); `field` is the form field's name; `cell` is filled in by the
    sheet layer ("Refunds!F7"); `message` says what is wrong; `hint` says what to do.
    """

    code: str
    message: str
    field: str = ""
    cell: str = ""
    hint: str = ""
    warn: bool = False

    def at(self, cell: str) -> Problem:
        """The same problem, placed at a cell."""
        return replace(self, cell=cell)

    def __str__(self) -> str:
        place = f"{self.cell}: " if self.cell else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


#: The code of a fact that a step needs and the case lacks.
NEEDS: Final = "MOVE-NEEDS"
_LACKS, _FOR = " is missing; ", " needs it."
#: Up to so many missing facts are told one by one, each with its own help; more are named together.
_SINGLY: Final = 2
_NAMED: Final = 12


def needed(title: str, what: str, field: str, about: str) -> Problem:
    """A fact that is missing: its title, the step that needs it, the field, and what its help says."""
    return Problem(NEEDS, f"{title}{_LACKS}{what}{_FOR}", field, hint=f"{about} Fill it in on the sheet Case.".strip())


def told(problems: Sequence[Problem]) -> str:
    """Problems as the words of one cell: many missing facts are named together, everything else stands by itself."""
    lacking = [one for one in problems if one.code == NEEDS and not one.cell]
    if len(lacking) <= _SINGLY:
        return " ".join(map(str, problems))
    titles = [one.message.partition(_LACKS)[0] for one in lacking]
    what = lacking[0].message.partition(_LACKS)[2].removesuffix(_FOR)
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    words = f"{', '.join(titles[:_NAMED])}{more} are missing; {what} needs them. Fill them in on the sheet Case."
    return " ".join([words, *(str(one) for one in problems if one not in lacking)])


@dataclass(frozen=True, slots=True)
class RowResult:
    """What happened to one case of a press; bulk is judged row by row."""

    case_id: str
    ok: bool
    message: str
    problems: tuple[Problem, ...] = ()
    seqs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one press: what was done, what was refused and why, and where the journal stands."""

    status: Status
    message: str
    rows: tuple[RowResult, ...] = ()
    problems: tuple[Problem, ...] = ()
    seq: int = 0
    head: str = ""
    files: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True when everything asked for was done."""
        return self.status is Status.DONE

    @classmethod
    def refused(cls, *problems: Problem) -> Outcome:
        """A press that changed nothing, with its reasons."""
        return cls(Status.REFUSED, " ".join(str(p) for p in problems), problems=problems)


def failed(case_id: str, problems: Iterable[Problem]) -> RowResult:
    """The result of a row that changed nothing."""
    found = tuple(problems)
    return RowResult(case_id, ok=False, message=told(found), problems=found)


def summary(rows: Sequence[RowResult]) -> Outcome:
    """The outcome of a bulk press: done, partly done or refused, with every reason."""
    good, bad = [row for row in rows if row.ok], [row for row in rows if not row.ok]
    if not rows:
        return Outcome(Status.DONE, "Nothing to do.")
    problems = tuple(problem for row in bad for problem in row.problems)
    if not bad:
        text = good[0].message if len(good) == 1 else f"{counted(len(good), 'row')} done."
        return Outcome(Status.DONE, text, tuple(rows))
    if not good:
        text = bad[0].message if len(bad) == 1 else f"None of {len(bad)} rows could be done; see their Message cells."
        return Outcome(Status.REFUSED, text, tuple(rows), problems)
    text = f"{counted(len(good), 'row')} done, {len(bad)} not; see their Message cells."
    return Outcome(Status.PROBLEMS, text, tuple(rows), problems)
