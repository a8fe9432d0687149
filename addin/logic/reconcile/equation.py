"""The control equation: what became of every item, added up per currency in count and value; it must come to zero.

    refunds approved in the period
    - timing items out - not found at the provider + timing items in
    + amount differences (value) and parts of split refunds (count)
    + provider refunds that the register does not explain
    - provider refunds booked in the period  =  0

The first and the last line are counted on the input itself, the others on the results. So zero proves that each item
ended in exactly one place; it does not say that all is well: that the lines in between are small does. Proposals count
as not found on both sides until a person has accepted them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the equation: its key, its words, and whether it adds or takes."""

    key: str
    words: str
    sign: int


TERMS: Final = (
    Term("register", "Register: refunds approved in the period", 1),
    Term("timing_out", "less timing items out (settled later, or still to come)", -1),
    Term("timing_in", "plus timing items in (approved in another period)", 1),
    Term("open", "less register refunds without a confirmed line", -1),
    Term("differences", "plus or minus amount differences; parts of split refunds", 1),
    Term("unlogged", "plus provider refunds the register does not explain", 1),
    Term("settled", "less provider refunds booked in the period", -1),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One term of one currency: how many items, and their value in minor units of `decimals`."""

    term: Term
    count: int
    minor: int


@dataclass(frozen=True, slots=True)
class Equation:
    """The equation of one currency."""

    currency: str
    decimals: int
    lines: tuple[Line, ...]

    @property
    def count(self) -> int:
        """What the counts come to: zero."""
        return sum(line.term.sign * line.count for line in self.lines)

    @property
    def minor(self) -> int:
        """What the values come to: zero."""
        return sum(line.term.sign * line.minor for line in self.lines)

    @property
    def holds(self) -> bool:
        """True when both come to zero."""
        return self.count == 0 and self.minor == 0

    def value(self, key: str) -> Decimal:
        """The value of a term as an amount."""
        return self.amount(next(line.minor for line in self.lines if line.term.key == key))

    def items(self, key: str) -> int:
        """The count of a term."""
        return next(line.count for line in self.lines if line.term.key == key)

    def amount(self, minor: int) -> Decimal:
        """Minor units as an amount."""
        return Decimal(minor).scaleb(-self.decimals)
