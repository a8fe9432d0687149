"""One run on two sides: match, judge what the rest means, and prove by the control equation that nothing was lost.

1. Lines that are no refunds (fees, payments, chargebacks) and lines set aside take no part and are never netted in.
2. Each refund line ends in one class: paired, timing in, timing out, open (left) or unexplained (right), or outside
   the period.
3. What people decided on proposals of an earlier run holds for the same proposal again: its id rests on contents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from addin.logic.reconcile.equation import TERMS, Equation, Line
from addin.logic.reconcile.scope import Month
from addin.logic.reconcile.tiers import (
    AMOUNT_DIFFERS,
    CURRENCY_DIFFERS,
    FX_DIFFERENCE,
    LEFT_ALONE,
    RIGHT_ALONE,
    Tier,
)
from addin.reconcile.candidates import Mask
from addin.reconcile.lines import CURRENCY_NAMES, KINDS, Kind, Lines
from addin.reconcile.matching import EXCEPTION, MATCHED, NO_GROUP, Matching, Side, Verdicts, match

#: Classes of lines.
OUTSIDE, PAIRED, TIMING_IN, TIMING_OUT, OPEN = range(5)
UNEXPLAINED: Final = OPEN
#: Exceptions whose lines nevertheless belong together.
_TOGETHER: Final = (AMOUNT_DIFFERS, CURRENCY_DIFFERS, FX_DIFFERENCE)
_DAYS_BEFORE_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Party:
    """The refund lines of one side, ready to be matched; `row` says where each stands in its file."""

    side: Side
    value: NDArray[np.int64]
    row: NDArray[np.int32]
    elsewhere: Mask | None = None
    """Lines that are settled in another period already; they meet nothing, and are no open items."""

    def __len__(self) -> int:
        return len(self.row)

    def text(self, name: str, at: int) -> str:
        """One cell, "" where the side has no such column."""
        column = self.side.texts.get(name)
        return str(column[at] or "") if column is not None else ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run goes by: the tiers, the period, and the policy values it needs."""

    tiers: tuple[Tier, ...]
    month: Month | None = None
    cut_off_days: int = 5
    tolerance: int = 0
    nothing_left: str = LEFT_ALONE
    nothing_right: str = RIGHT_ALONE


@dataclass
class Comparison:
    """The result of a run."""

    left: Party
    right: Party
    matching: Matching
    terms: Terms
    decimals: int
    left_class: NDArray[np.uint8] = field(init=False)
    right_class: NDArray[np.uint8] = field(init=False)
    reaches: int = 0
    """The last booking day of the statement, in days since 1970-01-01."""

    def label(self, verdicts: Verdicts, at: int) -> str:
        """Why a line is where it is."""
        return self.matching.labels[int(verdicts.label[at])]

    @property
    def last_day(self) -> int:
        """The day from which ages are counted: the period's last, or the last day of any line."""
        if self.terms.month is not None:
            return self.terms.month.last.toordinal() - _DAYS_BEFORE_EPOCH
        return int(max(self.left.side.day.max(initial=0), self.right.side.day.max(initial=0)))

    def equations(self) -> list[Equation]:
        """The control equation of each currency, in the order of their codes."""
        used = np.union1d(np.unique(self.left.side.currency), np.unique(self.right.side.currency))
        return [_equation(self, int(code)) for code in used]


def party(lines: Lines, *, decimals: int, value_decimals: int, kind: Kind = "refund") -> Party:
    """The lines of one kind that take part, with amounts at common decimals."""
    taken = (lines.kind == KINDS.index(kind)) & (lines.aside == 0)
    if taken.all():
        side = Side(lines.texts, lines.amount.scaled(decimals), lines.currency, lines.day, lines.moment)
        return Party(side, lines.value.scaled(value_decimals), lines.row)
    chosen = pl.Series(taken)
    texts = {name: column.filter(chosen) for name, column in lines.texts.items()}
    moment = lines.moment[taken] if lines.moment is not None else None
    side = Side(texts, lines.amount.scaled(decimals)[taken], lines.currency[taken], lines.day[taken], moment)
    return Party(side, lines.value.scaled(value_decimals)[taken], lines.row[taken])


def compare(left: Party, right: Party, terms: Terms, *, decimals: int) -> Comparison:
    """Match two sides and judge every line."""
    for name in dict.fromkeys(name for tier in terms.tiers for name in (*tier.keys, tier.unless_other) if name):
        for one in (left, right):
            one.side.texts.setdefault(name, pl.repeat("", len(one), dtype=pl.String, eager=True))
    found = Comparison(left, right, match(left.side, right.side, terms.tiers, terms.tolerance), terms, decimals)
    _name_the_rest(found)
    if left.elsewhere is not None:
        found.matching.left.worth[left.elsewhere] = MATCHED
    judge(found)
    return found


def _name_the_rest(found: Comparison) -> None:
    """Lines that met nothing get the label of that."""
    for verdicts, label in (
        (found.matching.left, found.terms.nothing_left),
        (found.matching.right, found.terms.nothing_right),
    ):
        if label not in found.matching.labels:
            found.matching.labels.append(label)
        alone = verdicts.worth == 0
        verdicts.label[alone] = found.matching.labels.index(label)
        verdicts.worth[alone] = EXCEPTION


def judge(found: Comparison) -> None:
    """Put every line into its class; again after decisions changed what some are worth."""
    month = found.terms.month
    left, right = found.left.side, found.right.side
    ours, theirs = _in_month(left.day, month), _in_month(right.day, month)
    together = np.array([label in _TOGETHER for label in found.matching.labels])
    left_firm = _firm(found.matching.left, together)
    right_firm = _firm(found.matching.right, together)
    now = np.zeros(found.matching.groups, np.bool_)
    now[found.matching.right.group[right_firm & theirs]] = True
    grouped = left_firm & (found.matching.left.group != NO_GROUP)
    in_now = np.zeros(len(found.left), np.bool_)
    in_now[grouped] = now[found.matching.left.group[grouped]]
    settled = found.left.elsewhere if found.left.elsewhere is not None else np.zeros(len(found.left), np.bool_)
    found.reaches = int(right.day.max(initial=found.last_day))
    found.left_class = np.select(
        [in_now & ours, in_now, ours & (grouped | settled | _to_come(found, left.day)), ours],
        [PAIRED, TIMING_IN, TIMING_OUT, OPEN],
        OUTSIDE,
    ).astype(np.uint8)
    found.right_class = np.select([theirs & right_firm, theirs], [PAIRED, UNEXPLAINED], OUTSIDE).astype(np.uint8)


def _firm(verdicts: Verdicts, together: Mask) -> Mask:
    firm: Mask = (verdicts.worth == MATCHED) | ((verdicts.worth == EXCEPTION) & together[verdicts.label])
    return firm


def _in_month(day: NDArray[np.int32], month: Month | None) -> Mask:
    if month is None:
        return np.ones(len(day), np.bool_)
    first, last = (one.toordinal() - _DAYS_BEFORE_EPOCH for one in (month.first, month.last))
    inside: Mask = (day >= first) & (day <= last)
    return inside


def _to_come(found: Comparison, day: NDArray[np.int32]) -> Mask:
    """Register refunds that met nothing and are so near the end of the period that their line may still come."""
    if found.terms.month is None:
        return np.zeros(len(day), np.bool_)
    verdicts = found.matching.left
    alone: Mask = verdicts.label == found.matching.labels.index(found.terms.nothing_left)
    alone &= min(found.last_day, found.reaches) - day <= found.terms.cut_off_days
    return alone


# The equation --------------------------------------------------------------------------------------------------


def _equation(found: Comparison, code: int) -> Equation:
    left, right = found.left, found.right
    mine, theirs = left.side.currency == code, right.side.currency == code
    ours_now = _in_month(left.side.day, found.terms.month)
    theirs_now = _in_month(right.side.day, found.terms.month)
    sums = {
        "register": _sum(left.value, mine & ours_now),
        "timing_out": _sum(left.value, mine & (found.left_class == TIMING_OUT)),
        "timing_in": _sum(left.value, mine & (found.left_class == TIMING_IN)),
        "open": _sum(left.value, mine & (found.left_class == OPEN)),
        "unlogged": _sum(right.value, theirs & (found.right_class == UNEXPLAINED)),
        "settled": _sum(right.value, theirs & theirs_now),
    }
    paid = _sum(right.value, theirs & (found.right_class == PAIRED))
    owed = _sum(left.value, mine & ((found.left_class == PAIRED) | (found.left_class == TIMING_IN)))
    sums["differences"] = (paid[0] - owed[0], paid[1] - owed[1])
    return Equation(CURRENCY_NAMES[code], found.decimals, tuple(Line(term, *sums[term.key]) for term in TERMS))


def _sum(value: NDArray[np.int64], chosen: Mask) -> tuple[int, int]:
    """Count and exact sum; numpy would wrap around silently beyond 64 bits, so large columns are added in parts."""
    picked = value[chosen]
    if not len(picked):
        return 0, 0
    most = int(np.abs(picked).max())
    if most * len(picked) < 2**62:
        return len(picked), int(picked.sum())
    return len(picked), sum(picked.tolist())


# Buckets -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """All lines of one side under one label: how many, their value, and what the label is worth."""

    label: str
    worth: str
    tier: str
    count: int
    minor: int


def buckets(found: Comparison, which: str, aside: Mapping[str, tuple[int, int]] | None = None) -> list[Bucket]:
    """What became of the lines of one side; the counts add up to all its lines."""
    verdicts = found.matching.left if which == "left" else found.matching.right
    value = (found.left if which == "left" else found.right).value
    rows: list[Bucket] = []
    key = verdicts.label.astype(np.int64) * 16 + verdicts.worth
    for code in np.unique(key).tolist():
        chosen = key == code
        tiers = sorted({found.matching.tiers[number - 1].id for number in np.unique(verdicts.tier[chosen]) if number})
        worth = ("", "matched", "proposed", "exception")[code % 16]
        rows.append(Bucket(found.matching.labels[code // 16], worth, ", ".join(tiers), *_sum(value, chosen)))
    rows += [Bucket(name, "set aside", "", count, minor) for name, (count, minor) in (aside or {}).items()]
    return sorted(rows, key=lambda row: (row.worth != "matched", row.worth != "proposed", -row.count, row.label))


def set_aside(lines: Lines, value_decimals: int) -> dict[str, tuple[int, int]]:
    """Count and value of the lines that took no part, by why."""
    value = lines.value.scaled(value_decimals)
    found = {rule.bucket: _sum(value, lines.aside == number) for number, rule in enumerate(lines.profile.aside, 1)}
    for number, kind in enumerate(KINDS):
        if kind != "refund":
            found[kind] = _sum(value, (lines.kind == number) & (lines.aside == 0))
    return {name: figures for name, figures in found.items() if figures[0]}


def decimals_of(parts: Sequence[Lines]) -> tuple[int, int]:
    """The decimals that hold the amounts, and the values, of all sides."""
    return max(part.amount.decimals for part in parts), max(part.value.decimals for part in parts)
