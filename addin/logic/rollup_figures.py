"""How the figures of a month are reckoned: shares, medians, sums and lists of the commonest words.

A share of nothing is None; amounts are in GBP, others are left out of a sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Final

from addin.logic.values import Money

#: What a month says of one type, by name.
Facts = dict[str, object]
_LISTED: Final = 5


def percent(part: int, whole: int) -> str | None:
    """A share in percent with one decimal; None of nothing."""
    if not whole:
        return None
    return str((Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def median_of(values: Iterable[int | None]) -> int | None:
    """The median of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return int(median(known)) if known else None


def total(values: Iterable[Money | None]) -> str | None:
    """The sum of the amounts in pounds; None when there is none."""
    pounds = [value.amount for value in values if value is not None and value.currency == "GBP"]
    return str(sum(pounds, Decimal(0))) if pounds else None


def listed(names: Iterable[str]) -> str | None:
    """The commonest of them with their counts, "Fraud risk 2, PO box 1"; None when there is none."""
    counts = Counter(name for name in names if name)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_LISTED]
    return ", ".join(f"{name} {count}" for name, count in ordered) or None
