"""The matcher: runs the tiers of `addin.logic.reconcile.tiers` on two sides, whole columns at a time.

1. Every line ends with one tier, one worth and one label, or with none (it met nothing).
2. A line is consumed once: a find takes its lines out of all later tiers.
3. Nothing depends on the order of the lines: finds rest on keys, counts and sums alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from addin.logic.reconcile.tiers import (
    AMOUNT_DIFFERS,
    CURRENCY_DIFFERS,
    Amounts,
    Found,
    Shape,
    Tier,
    Times,
)
from addin.reconcile.candidates import Mask, Meeting, only_pairs, possible_pairs
from addin.reconcile.coding import Codes, Rows, coded, combined

#: The worths as they are stored in `Verdicts.worth`; 0 is a line that met nothing.
WORTHS: Final = (Found.MATCHED, Found.PROPOSED, Found.EXCEPTION)
MATCHED, PROPOSED, EXCEPTION = 1, 2, 3
NO_GROUP: Final = -1


@dataclass(frozen=True)
class Side:
    """The lines of one side as columns: texts to match on, amounts in minor units, currency codes, days.

    `day` counts days from 1970-01-01, `moment` (where both files tell it) seconds; what came later is judged by the
    finer one. `currency` holds numbers that mean the same on both sides.
    """

    texts: dict[str, pl.Series]
    amount: NDArray[np.int64]
    currency: NDArray[np.uint8]
    day: NDArray[np.int32]
    moment: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.amount)


@dataclass
class Verdicts:
    """What became of each line of one side: label (number into the run's `labels`), worth, tier, group."""

    size: int
    label: NDArray[np.uint8] = field(init=False)
    worth: NDArray[np.uint8] = field(init=False)
    tier: NDArray[np.uint8] = field(init=False)
    group: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        self.label = np.zeros(self.size, np.uint8)
        self.worth = np.zeros(self.size, np.uint8)
        self.tier = np.zeros(self.size, np.uint8)
        self.group = np.full(self.size, NO_GROUP, np.int32)


@dataclass
class Matching:
    """The result: verdicts on both sides, with the labels and tiers that their numbers mean (0 is none)."""

    left: Verdicts
    right: Verdicts
    labels: list[str]
    tiers: tuple[Tier, ...]
    groups: int = 0


def match(left: Side, right: Side, tiers: Sequence[Tier], tolerance: int = 0) -> Matching:
    """Run the tiers in order.

    Args:
        left: our lines.
        right: their lines.
        tiers: the table.
        tolerance: how many minor units a pair of one currency may differ by and still match (policy
            `recon.tolerance`); it holds where amounts are told, never where they are searched by.
    """
    return _Run(left, right, tuple(tiers), tolerance).done()


class _Run:
    def __init__(self, left: Side, right: Side, tiers: tuple[Tier, ...], tolerance: int) -> None:
        self.left, self.right, self.tolerance = left, right, tolerance
        self.found = Matching(Verdicts(len(left)), Verdicts(len(right)), [""], tiers)
        self.open_left: Rows = np.arange(len(left), dtype=np.int32)
        self.open_right: Rows = np.arange(len(right), dtype=np.int32)

    def done(self) -> Matching:
        for number, tier in enumerate(self.found.tiers, 1):
            meeting = self._meet(tier)
            if tier.shape is Shape.TWICE:
                self._twice(number, tier, meeting)
            elif tier.shape is not Shape.PAIR:
                self._group(number, tier, meeting)
            elif tier.amounts is Amounts.TOLD:
                self._told(number, tier, meeting)
            else:
                self._pair(number, tier, meeting)
            self.open_left = self.open_left[self.found.left.worth[self.open_left] == 0]
            self.open_right = self.open_right[self.found.right.worth[self.open_right] == 0]
        return self.found

    # ---- keys -----------------------------------------------------------------------------------------------

    def _meet(self, tier: Tier) -> Meeting:
        """The open lines under the tier's keys; the amount is a key where it must be equal."""
        left, right = self._codes(tier.keys[0])
        for name in tier.keys[1:]:
            left_more, right_more = self._codes(name)
            left, right = _finer(left, right, left_more, right_more)
            left[left_more < 0], right[right_more < 0] = -1, -1
        if tier.shape in (Shape.PAIR, Shape.ONE_TO_MANY, Shape.MANY_TO_ONE) and tier.amounts is not Amounts.TOLD:
            left, right = _finer(left, right, self._of_left(self.left.currency), self._of_right(self.right.currency))
        if tier.shape is Shape.PAIR and tier.amounts is Amounts.EQUAL:
            left, right = _finer(left, right, self._of_left(self.left.amount), self._of_right(self.right.amount))
        return Meeting.of(left, right)

    def _codes(self, name: str) -> tuple[Codes, Codes]:
        left, right = self.left.texts[name], self.right.texts[name]
        if len(self.open_left) < len(left):
            left = left.gather(self.open_left)
        if len(self.open_right) < len(right):
            right = right.gather(self.open_right)
        return coded(left, right)

    def _of_left(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        return column if len(self.open_left) == len(column) else column[self.open_left]

    def _of_right(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        return column if len(self.open_right) == len(column) else column[self.open_right]

    # ---- kinds of tiers -------------------------------------------------------------------------------------

    def _told(self, number: int, tier: Tier, meeting: Meeting) -> None:
        """Pairs that their key alone makes; what differs is told."""
        lefts, rights = meeting.single((meeting.lefts == 1) & (meeting.rights == 1))
        one, other = self.open_left[lefts], self.open_right[rights]
        same = self.left.currency[one] == self.right.currency[other]
        near = np.abs(self.left.amount[one] - self.right.amount[other]) <= self.tolerance
        label = np.where(same & near, self._label(tier.labels[0]), self._label(AMOUNT_DIFFERS))
        label[~same] = self._label(CURRENCY_DIFFERS)
        worth = np.where(same & near, WORTHS.index(tier.one) + 1, EXCEPTION)
        self._take_pairs(number, one, other, worth.astype(np.uint8), label.astype(np.uint8))

    def _pair(self, number: int, tier: Tier, meeting: Meeting) -> None:
        lefts, rights, crowded, _ = possible_pairs(meeting)
        fits = self._fits(tier, self.open_left[lefts], self.open_right[rights])
        lefts, rights = lefts[fits], rights[fits]
        only, of_left, _ = only_pairs(lefts, rights, len(self.open_left), len(self.open_right))
        one, other = self.open_left[lefts[only]], self.open_right[rights[only]]
        worth = np.full(len(one), WORTHS.index(tier.one) + 1, np.uint8)
        if tier.one is Found.MATCHED and tier.unless_other:
            worth[self._contradicts(tier.unless_other, one, other)] = PROPOSED
        self._take_pairs(number, one, other, worth, np.full(len(one), self._label(tier.labels[0]), np.uint8))
        if tier.several is not None:
            self._several(number, tier, (of_left > 0) | crowded)

    def _fits(self, tier: Tier, one: Rows, other: Rows) -> Mask:
        fits = np.ones(len(one), np.bool_)
        if tier.times is not Times.ANY:
            apart = self.right.day[other].astype(np.int64) - self.left.day[one]
            near = np.abs(apart) <= tier.days
            if self.left.moment is not None and self.right.moment is not None:
                apart = self.right.moment[other] - self.left.moment[one]
            fits &= {
                Times.WITHIN: near, Times.NOT_LATER: apart <= 0, Times.LATER: apart > 0,
            }[tier.times]  # fmt: skip
        if tier.amounts in (Amounts.MORE, Amounts.LESS):
            more = self.right.amount[other] - self.left.amount[one]
            fits &= more > 0 if tier.amounts is Amounts.MORE else more < 0
        return fits

    def _contradicts(self, name: str, one: Rows, other: Rows) -> Mask:
        left, right = self.left.texts[name].gather(one), self.right.texts[name].gather(other)
        return ((left != "") & (right != "") & (left != right)).to_numpy()

    def _several(self, number: int, tier: Tier, touched: Mask) -> None:
        """Left lines with candidates that are not theirs alone; the candidates stay free for other lines."""
        rows = self.open_left[np.flatnonzero(touched)]
        rows = rows[self.found.left.worth[rows] == 0]
        worth = WORTHS.index(tier.several or Found.EXCEPTION) + 1
        label = self._label(tier.labels[1])
        _put(self.found.left, rows, number, np.uint8(worth), np.uint8(label), NO_GROUP)

    def _twice(self, number: int, tier: Tier, meeting: Meeting) -> None:
        """Keys under which one side says the same twice: all their lines, with the side that does as the label."""
        left = self._repeated(meeting.left, self.left, self.open_left, len(meeting.lefts))
        right = self._repeated(meeting.right, self.right, self.open_right, len(meeting.rights))
        first, second = (self._label(label) for label in tier.labels)
        group = self._groups(left | right)
        for verdicts, rows, codes, own, other in (
            (self.found.left, self.open_left, meeting.left, (left, first), (right, second)),
            (self.found.right, self.open_right, meeting.right, (right, second), (left, first)),
        ):
            known = np.flatnonzero(codes >= 0)
            known = known[(left | right)[codes[known]]]
            label = np.where(own[0][codes[known]], own[1], other[1]).astype(np.uint8)
            _put(verdicts, rows[known], number, np.uint8(EXCEPTION), label, group[codes[known]])

    def _repeated(self, codes: Codes, side: Side, rows: Rows, size: int) -> Mask:
        many = np.bincount(codes[codes >= 0], minlength=size)
        known = np.flatnonzero(codes >= 0)
        known = known[many[codes[known]] > 1]
        same = combined(combined(codes[known], side.amount[rows[known]]), side.currency[rows[known]])
        again = np.bincount(same, minlength=0)[same] > 1 if len(same) else np.zeros(0, np.bool_)
        found = np.zeros(size, np.bool_)
        found[codes[known[again]]] = True
        return found

    def _group(self, number: int, tier: Tier, meeting: Meeting) -> None:
        """Keys whose sums agree (one to many, many to one), or simply all that have both sides."""
        both = (meeting.lefts > 0) & (meeting.rights > 0)
        if tier.shape is Shape.ANY:
            keys = both
        else:
            one, many = meeting.lefts, meeting.rights
            if tier.shape is Shape.MANY_TO_ONE:
                one, many = many, one
            keys = both & (one == 1) & (many > 1)
            ours, theirs = meeting.sums(self.left.amount[self.open_left], self.right.amount[self.open_right])
            keys &= ours == theirs
        group = self._groups(keys)
        label = np.uint8(self._label(tier.labels[0]))
        worth = np.uint8(WORTHS.index(tier.one) + 1)
        for verdicts, rows, codes, taken in zip(
            (self.found.left, self.found.right), (self.open_left, self.open_right), (meeting.left, meeting.right),
            meeting.take(keys), strict=True,
        ):  # fmt: skip
            at = np.flatnonzero(taken)
            _put(verdicts, rows[at], number, worth, label, group[codes[at]])

    # ---- results --------------------------------------------------------------------------------------------

    def _label(self, text: str) -> int:
        if text not in self.found.labels:
            self.found.labels.append(text)
        return self.found.labels.index(text)

    def _groups(self, keys: Mask) -> NDArray[np.int32]:
        """A new group number for each of some keys."""
        numbers = np.full(len(keys), NO_GROUP, np.int32)
        count = int(keys.sum())
        numbers[keys] = np.arange(self.found.groups, self.found.groups + count, dtype=np.int32)
        self.found.groups += count
        return numbers

    def _take_pairs(
        self, number: int, one: Rows, other: Rows, worth: NDArray[np.uint8], label: NDArray[np.uint8]
    ) -> None:
        group = self._groups(np.ones(len(one), np.bool_))
        _put(self.found.left, one, number, worth, label, group)
        _put(self.found.right, other, number, worth, label, group)


def _finer(
    left: Codes, right: Codes, left_more: NDArray[np.generic], right_more: NDArray[np.generic]
) -> tuple[Codes, Codes]:
    """Codes of both sides made finer by another column; a blank (-1) stays blank."""
    mixed = combined(np.concatenate([left, right]), np.concatenate([left_more, right_more]))
    return mixed[: len(left)], mixed[len(left) :]


def _put(
    verdicts: Verdicts,
    rows: Rows,
    number: int,
    worth: NDArray[np.uint8] | np.uint8,
    label: NDArray[np.uint8] | np.uint8,
    group: NDArray[np.int32] | int,
) -> None:
    verdicts.tier[rows] = number
    verdicts.worth[rows] = worth
    verdicts.label[rows] = label
    verdicts.group[rows] = group
