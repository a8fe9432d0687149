"""What a press answers: outcomes and problems are values, never exceptions.

A *problem* is a fault in what a person typed or asked; all of them are collected, so one press shows every
one. Exceptions (`CasebookError` and its branches in `addin.errors`) are kept for broken worlds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


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
