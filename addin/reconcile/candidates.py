"""Lines of two sides under common keys: how many there are, which pairs they could make, what they sum up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from addin.reconcile.coding import Codes, Rows

Mask = NDArray[np.bool_]
#: So many possible pairs are looked at, one by one; keys under which more meet are taken as "several" unseen.
_MOST_PAIRS: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class Meeting:
    """The keys of a tier: the codes of its left and right lines, and how many lines of each side a key has."""

    left: Codes
    right: Codes
    lefts: Rows
    rights: Rows

    @classmethod
    def of(cls, left: Codes, right: Codes) -> Meeting:
        """Count lines by key; codes of -1 (blank) are counted nowhere."""
        size = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
        return cls(left, right, _count(left, size), _count(right, size))

    def take(self, keys: Mask) -> tuple[Mask, Mask]:
        """Which lines of each side stand under some keys."""
        return _under(self.left, keys), _under(self.right, keys)

    def single(self, keys: Mask) -> tuple[Rows, Rows]:
        """The left and the right line of keys that have exactly one of each, in the order of the keys."""
        at = np.flatnonzero(keys)
        return self._holder(self.left)[at], self._holder(self.right)[at]

    def _holder(self, codes: Codes) -> Rows:
        holder = np.zeros(len(self.lefts) + 1, np.int32)
        holder[codes] = np.arange(len(codes), dtype=np.int32)  # blanks, -1, fall into the place behind the last key
        return holder

    def sums(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[Rows, Rows]:
        """The sum of the amounts of each side by key, exact."""
        return _sum(self.left, left, len(self.lefts)), _sum(self.right, right, len(self.rights))


def _count(codes: Codes, size: int) -> Rows:
    return np.bincount(codes[codes >= 0], minlength=size)


def _under(codes: Codes, keys: Mask) -> Mask:
    found = np.zeros(len(codes), np.bool_)
    known = codes >= 0
    found[known] = keys[codes[known]]
    return found


def _sum(codes: Codes, amounts: NDArray[np.int64], size: int) -> Rows:
    found = np.zeros(size, np.int64)
    known = codes >= 0
    np.add.at(found, codes[known], amounts[known])
    return found


def possible_pairs(meeting: Meeting) -> tuple[Rows, Rows, Mask, Mask]:
    """Every pair of a left and a right line under one key, as two columns of line numbers.

    Keys under which too many lines meet are left out; the masks say which lines stand under those.
    """
    many = np.asarray(meeting.lefts * meeting.rights)
    order = np.argsort(many, kind="stable")
    kept = np.cumsum(many[order]) <= _MOST_PAIRS
    usual = np.zeros(len(many), np.bool_)
    usual[order[kept]] = True
    usual &= many > 0
    crowded_left, crowded_right = meeting.take((many > 0) & ~usual)
    lefts = np.flatnonzero(_under(meeting.left, usual))
    rights = np.flatnonzero(_under(meeting.right, usual))
    rights = rights[np.argsort(meeting.right[rights], kind="stable")]
    start = np.zeros(len(many), np.int64)
    start[usual] = np.cumsum(meeting.rights[usual]) - meeting.rights[usual]
    keys = meeting.left[lefts]
    times = meeting.rights[keys]
    first = np.repeat(start[keys] - (np.cumsum(times) - times), times)
    return np.repeat(lefts, times), rights[first + np.arange(len(first))], crowded_left, crowded_right


def only_pairs(left: Rows, right: Rows, lefts: int, rights: int) -> tuple[Mask, Rows, Rows]:
    """Of possible pairs those whose lines have no other possibility, and how many each line has."""
    of_left, of_right = np.bincount(left, minlength=lefts), np.bincount(right, minlength=rights)
    return (of_left[left] == 1) & (of_right[right] == 1), of_left, of_right
