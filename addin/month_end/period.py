"""The month a pack is about: recorded instants, counted in Europe/London, from its first midnight to the next one's."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from addin.logic.calendar import LONDON
from addin.logic.events import iso

_FORM = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Period:
    """One month, and up to which instant it can be told now."""

    text: str
    first: date
    last: date
    start: datetime
    end: datetime
    now: datetime

    @classmethod
    def of(cls, text: str, now: datetime) -> Period:
        """The month "2026-10", seen at an instant.

        Raises:
            ValueError: for anything else, or for a month that has not begun.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a month: write the year and the month as 2026-10.")
        year, month = int(match[1]), int(match[2])
        first = date(year, month, 1)
        last = date(year, month, calendar.monthrange(year, month)[1])
        if now.tzinfo is None:
            raise ValueError("The present instant needs an offset.")
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        if start > now:
            raise ValueError(f"{text} has not begun yet; the latest month is {now.astimezone(LONDON):%Y-%m}.")
        return cls(f"{year}-{month:02d}", first, last, start, end, now)

    @property
    def draft(self) -> bool:
        """True while the month is not over: what is told may still grow."""
        return self.now < self.end

    @property
    def limit(self) -> datetime:
        """The cut-off: the end of the month, or now while it is not over."""
        return min(self.end, self.now + timedelta(seconds=1))

    @property
    def cut_off_day(self) -> date:
        """The last day that is told."""
        return (self.limit - timedelta(seconds=1)).astimezone(LONDON).date()

    @property
    def title(self) -> str:
        """The month in words: "October 2026"."""
        return f"{self.first:%B %Y}"

    @property
    def rule(self) -> str:
        """The rule by which an event belongs to the month, with its two instants."""
        return (
            "An event belongs to the month in which it was recorded, by the clock of Europe/London: from "
            f"{iso(self.start)} up to, not including, {iso(self.end)}. What happened earlier is listed as a late entry."
        )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
