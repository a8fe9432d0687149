"""What belongs to a period: the cut-off rule, matters of timing, and how old an open item is.

The one timestamp rule: a register refund belongs to the month of its approval, a statement line to the month of its
booking day, both by the calendar of Europe/London. Request and settlement dates are never mixed into it.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
CUT_OFF: Final = "Refunds by day of approval, statement lines by booking day; Europe/London"


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month, as a reconciliation sees it."""

    text: str
    first: date
    last: date

    @classmethod
    def of(cls, text: str) -> Month:
        """The month "2026-11".

        Raises:
            ValueError: for anything else.
        """
        found = _MONTH.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a month: write year and month as 2026-11.")
        year, month = int(found[1]), int(found[2])
        return cls(found[0], date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @property
    def next(self) -> Month:
        """The month after."""
        return Month.of(f"{self.last + timedelta(days=1):%Y-%m}")

    def holds(self, day: date | None) -> bool:
        """True for a day of this month."""
        return day is not None and self.first <= day <= self.last


def age_bucket(days: int, ends: Sequence[int]) -> str:
    """The age group of an open item, as "3-5 days"; `ends` are the upper ends (policy `recon.ageing_days`)."""
    low = 0
    for high in ends:
        if days <= high:
            return f"{low}-{high} days"
        low = high + 1
    return f"over {low - 1} days"


def age_buckets(ends: Sequence[int]) -> tuple[str, ...]:
    """All age groups, youngest first."""
    return tuple(dict.fromkeys(age_bucket(days, ends) for days in range(max(ends, default=0) + 2)))
