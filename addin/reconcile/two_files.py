"""Two files against each other, without any register: read both by a profile, compare, and tell in plain figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from addin.logic.outcome import Problem
from addin.logic.reconcile.scope import Month
from addin.logic.reconcile.tiers import LEFT_ALONE, RIGHT_ALONE, refund_tiers
from addin.logic.values import FORMULA_LEADS
from addin.reconcile.comparison import (
    Bucket,
    Comparison,
    Party,
    Terms,
    buckets,
    compare,
    decimals_of,
    party,
    set_aside,
)
from addin.reconcile.lines import CURRENCY_NAMES, Answers, Lines, read_lines
from addin.reconcile.matching import Verdicts
from addin.reconcile.profile import Comparison as TwoSided
from addin.reconcile.profile import Profile

_WORTHS: Final = ("", "matched", "proposed", "exception")
_FORMULA: Final = f"^[ \u00a0\u3000]*[{re.escape(FORMULA_LEADS)}]"


@dataclass
class TwoFiles:
    """The answer: both sides as read, the comparison, and what is told of it."""

    left: Lines
    right: Lines
    found: Comparison
    value_decimals: int

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the files, though they could be read."""
        return [*self.left.problems, *self.right.problems]

    @property
    def unreadable(self) -> int:
        """How many lines could not be read."""
        return len(self.left.bad) + len(self.right.bad)

    def buckets(self, which: str) -> list[Bucket]:
        """What became of every line of one side."""
        lines = self.left if which == "left" else self.right
        return buckets(self.found, which, set_aside(lines, self.value_decimals))

    def amount(self, minor: int) -> Decimal:
        """A value as an amount."""
        return Decimal(minor).scaleb(-self.value_decimals)

    def is_whole(self) -> bool:
        """True when the buckets of both sides foot to their files, in count and value, and every equation is zero."""
        return all(self._foots(which) for which in ("left", "right")) and all(
            equation.holds for equation in self.found.equations()
        )

    def _foots(self, which: str) -> bool:
        lines = self.left if which == "left" else self.right
        rows = self.buckets(which)
        total = sum(lines.value.scaled(self.value_decimals).tolist())
        return sum(row.count for row in rows) == len(lines) and sum(row.minor for row in rows) == total

    def as_dict(self) -> dict[str, object]:
        """The answer as JSON shows it; amounts as texts, so that no reader rounds them."""
        return {
            "whole": self.is_whole(),
            "result": self.digest(),
            "left": self._side("left", self.left),
            "right": self._side("right", self.right),
            "equations": [
                {
                    "currency": equation.currency,
                    "holds": equation.holds,
                    "lines": [
                        {"term": line.term.key, "sign": line.term.sign, "count": line.count,
                         "value": str(self.amount(line.minor))}
                        for line in equation.lines
                    ],
                }
                for equation in self.found.equations()
            ],
            "problems": [{"code": one.code, "message": one.message, "hint": one.hint} for one in self.problems],
        }  # fmt: skip

    def _side(self, which: str, lines: Lines) -> dict[str, object]:
        rows = self.buckets(which)
        return {
            "file": lines.source.name,
            "sha256": lines.source.sha256,
            "profile": lines.profile.name,
            "lines_in_file": lines.file_lines(),
            "left_out": lines.left_out,
            "totals": lines.total_lines,
            "blank": lines.blank_lines,
            "lines": len(lines),
            "value": str(self.amount(sum(row.minor for row in rows))),
            "foots": self._foots(which),
            "buckets": [
                {"bucket": row.label, "worth": row.worth, "tier": row.tier, "count": row.count,
                 "value": str(self.amount(row.minor))}
                for row in rows
            ],
            "unreadable": [{"line": bad.row, "text": bad.text, "why": bad.why} for bad in lines.bad],
            "notes": lines.notes,
        }  # fmt: skip

    def frame(self, which: str) -> pl.DataFrame:
        """Every line that took part with what became of it, in the order of the file."""
        one, verdicts = (
            (self.found.left, self.found.matching.left)
            if which == "left"
            else (self.found.right, self.found.matching.right)
        )
        return verdict_frame(one, verdicts, self.found)

    def safe_csv(self, which: str) -> bytes:
        """Every line of one side as CSV that no spreadsheet program takes a formula from."""
        frame = self.frame(which)
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        guarded = [
            pl.when(pl.col(name).str.contains(_FORMULA)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
            for name in texts
        ]
        return b"\xef\xbb\xbf" + frame.with_columns(guarded).write_csv().encode()

    def digest(self) -> str:
        """SHA-256 over contents and verdicts of all lines, whatever their order in the files."""
        whole = hashlib.sha256()
        for which in ("left", "right"):
            frame = self.frame(which).drop("line", "group")
            ordered = frame.sort(frame.columns)
            whole.update(ordered.write_csv().encode())
        return whole.hexdigest()


def verdict_frame(one: Party, verdicts: Verdicts, found: Comparison, *, texts: bool = True) -> pl.DataFrame:
    """The lines of one side with label, worth, tier and group, and with the columns they were matched on."""
    tiers = ["", *(tier.id for tier in found.matching.tiers)]
    columns: dict[str, pl.Series] = {"line": pl.Series(one.row)}
    columns |= one.side.texts if texts else {}
    columns |= {
        "amount": pl.Series(one.side.amount),
        "currency": _named(one.side.currency, CURRENCY_NAMES),
        "day": pl.Series(one.side.day).cast(pl.Date),
        "label": _named(verdicts.label, found.matching.labels),
        "worth": _named(verdicts.worth, _WORTHS),
        "tier": _named(verdicts.tier, tiers),
        "group": pl.Series(verdicts.group),
    }
    return pl.DataFrame(columns)


def _named(numbers: NDArray[np.uint8], names: Sequence[str]) -> pl.Series:
    """A column of small numbers as the names they mean; a name that stands twice has one number."""
    distinct = list(dict.fromkeys(names))
    place = np.array([distinct.index(name) for name in names], np.uint8)
    return pl.Series(place[numbers]).cat.to(pl.Enum(distinct))


def compare_files(
    right: Path, left: Path, profile: Profile | TwoSided | None, answers: Answers, month: Month | None
) -> TwoFiles:
    """Compare two files.

    Args:
        right: their file.
        left: our file.
        profile: of both sides, or of two; found out by the headers when None.
        answers: to what cannot be decided from the files alone.
        month: the period, None for everything.

    Raises:
        Refused: when one cannot be read as it is.
    """
    two = profile if isinstance(profile, TwoSided) else None
    one = profile if isinstance(profile, Profile) else None
    ours = read_lines(left, two.left if two else one, answers)
    theirs = read_lines(right, two.right if two else one, answers)
    decimals, value_decimals = decimals_of((ours, theirs))
    tiers = two.tier if two and two.tier else refund_tiers(two.days if two else 5)
    terms = Terms(
        tiers,
        month,
        nothing_left=(two.nothing_left if two else "") or LEFT_ALONE,
        nothing_right=(two.nothing_right if two else "") or RIGHT_ALONE,
    )
    found = compare(
        party(ours, decimals=decimals, value_decimals=value_decimals),
        party(theirs, decimals=decimals, value_decimals=value_decimals),
        terms,
        decimals=value_decimals,
    )
    return TwoFiles(ours, theirs, found, value_decimals)


def told(answer: TwoFiles) -> Iterator[str]:
    """The answer in words."""
    for which, lines in (("left", answer.left), ("right", answer.right)):
        yield f"{which}: {lines.source.name}, {len(lines):,} lines ({lines.profile.name or 'own profile'})"
        for row in answer.buckets(which):
            yield f"  {row.count:>9,}  {answer.amount(row.minor):>18,}  {row.worth:<10} {row.label}"
        yield from (f"  line {bad.row}: {bad.why}: {bad.text}" for bad in lines.bad[:20])
        yield from (f"  note: {note}" for note in lines.notes)
    for equation in answer.found.equations():
        holds = "zero" if equation.holds else f"NOT ZERO: {equation.count} items, {equation.amount(equation.minor)}"
        yield f"Control equation {equation.currency}: {holds}"
    yield from (f"Problem: {problem}" for problem in answer.problems)
