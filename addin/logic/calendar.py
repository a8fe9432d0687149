"""Days and clocks: bank holidays, working days, working hours, Europe/London and stored instants.

1. No clock is read here: whoever asks brings the instant.
2. Instants are aware; what is stored is UTC to the second (`2026-11-24T09:14:00+00:00`, written by `events.iso`). A
   person reads and types Europe/London, where one hour of autumn happens twice and one of spring never.
3. Legal days are calendar days. Working days leave out Saturdays, Sundays and the bank holidays of one division: the
   office's own for service levels, the destination's for delivery promises.
4. dd/mm is always British. A date that reads differently in America is flagged only when the caller asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from addin.logic.outcome import Problem

LONDON: Final = ZoneInfo("Europe/London")
ONE_DAY: Final = timedelta(days=1)
#: A stretch of time, from the first instant up to but not including the second.
Interval = tuple[datetime, datetime]

_ISO_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_UK_DAY: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_YEARS: Final = range(2000, 2101)


class Division(StrEnum):
    """The three sets of bank holidays in the United Kingdom."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


_SUBDIVISIONS: Final = {
    Division.ENGLAND_AND_WALES: "ENG",
    Division.SCOTLAND: "SCT",
    Division.NORTHERN_IRELAND: "NIR",
}


# Bank holidays and working days ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def bank_holidays(year: int, division: Division = Division.ENGLAND_AND_WALES) -> Mapping[date, str]:
    """The bank holidays of one year and division by day, substitute days included.

    Days that fall on a weekend are left out, as in the list of gov.uk: their substitute is the bank holiday. Years
    beyond those proclaimed are worked out by rule (source: the `holidays` package).
    """
    # Importing the package takes a tenth of a second, which only those who ask for a holiday should pay.
    from holidays.countries.united_kingdom import UnitedKingdom  # noqa: PLC0415

    found = UnitedKingdom(subdiv=_SUBDIVISIONS[division], years=year)  # type: ignore[no-untyped-call]
    return MappingProxyType({day: str(found[day]) for day in sorted(found) if day.weekday() < 5})


def bank_holiday(day: date, division: Division = Division.ENGLAND_AND_WALES) -> str:
    """The name of the bank holiday on a day; empty when there is none."""
    return bank_holidays(day.year, division).get(day, "")


def is_working_day(day: date, division: Division = Division.ENGLAND_AND_WALES) -> bool:
    """True for Monday to Friday except the division's bank holidays."""
    return day.weekday() < 5 and not bank_holiday(day, division)


def add_working_days(day: date, count: int, division: Division = Division.ENGLAND_AND_WALES) -> date:
    """The working day `count` working days after a day (before it, when negative); the day itself for 0."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working_day(day, division):
            day += step
    return day


def working_days_between(start: date, end: date, division: Division = Division.ENGLAND_AND_WALES) -> int:
    """How many working days lie after `start`, up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start, division)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_working_day(day, division) for day in days)


def previous_working_day(day: date, division: Division = Division.ENGLAND_AND_WALES) -> date:
    """The day itself when it is a working day, else the last one before it: when to act on a legal date."""
    while not is_working_day(day, division):
        day -= ONE_DAY
    return day


def next_working_day(day: date, division: Division = Division.ENGLAND_AND_WALES) -> date:
    """The day itself when it is a working day, else the first one after it."""
    while not is_working_day(day, division):
        day += ONE_DAY
    return day


# Working hours ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When the service clock runs: from `start` to `end` on the given weekdays (Monday is 0) but bank holidays.

    Raises:
        ValueError: when the hours end before they start or no weekday is named.
    """

    start: time = time(8)
    end: time = time(18)
    weekdays: frozenset[int] = frozenset(range(5))
    division: Division = Division.ENGLAND_AND_WALES

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"Working hours end at {self.end:%H:%M}, before they start at {self.start:%H:%M}.")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("Working hours need weekdays from 0 (Monday) to 6 (Sunday).")

    @property
    def a_day(self) -> timedelta:
        """The length of one working day."""
        return datetime.combine(date.min, self.end) - datetime.combine(date.min, self.start)

    def open_on(self, day: date) -> Interval | None:
        """The working hours of a day as instants in UTC, None when it is not worked."""
        if day.weekday() not in self.weekdays or bank_holiday(day, self.division):
            return None
        opens, closes = (datetime.combine(day, at, LONDON).astimezone(UTC) for at in (self.start, self.end))
        return opens, closes

    def is_open(self, instant: datetime) -> bool:
        """True while the service clock runs."""
        hours = self.open_on(london_day(instant))
        return hours is not None and hours[0] <= instant < hours[1]


def add_working_time(
    start: datetime, duration: timedelta, hours: WorkingHours, pauses: Sequence[Interval] = ()
) -> datetime:
    """The first instant, in UTC, at which so much working time has passed since `start`, pauses not counted.

    An open pause is given its end by the caller (now), so the answer moves on while the pause lasts.

    Raises:
        ValueError: for a negative duration or a naive instant.
    """
    if duration < timedelta(0):
        raise ValueError("Working time cannot be negative.")
    start = _utc(start)
    if not duration:
        return start
    for opens, closes in _open_stretches(start, hours, _merged(pauses)):
        if duration <= closes - opens:
            return opens + duration
        duration -= closes - opens
    raise ValueError("That lies beyond the calendar.")


def working_time_between(
    start: datetime, end: datetime, hours: WorkingHours, pauses: Sequence[Interval] = ()
) -> timedelta:
    """How much working time lies between two instants, pauses not counted; zero when `end` is not later.

    Raises:
        ValueError: for a naive instant.
    """
    start, end = _utc(start), _utc(end)
    spent = timedelta(0)
    for opens, closes in _open_stretches(start, hours, _merged(pauses)):
        if opens >= end:
            break
        spent += min(closes, end) - opens
    return spent


def _open_stretches(start: datetime, hours: WorkingHours, pauses: Sequence[Interval]) -> Iterator[Interval]:
    day = london_day(start)
    while day.year in _YEARS:
        if (stretch := hours.open_on(day)) is not None and stretch[1] > start:
            yield from _without(pauses, max(stretch[0], start), stretch[1])
        day += ONE_DAY


def _without(pauses: Sequence[Interval], opens: datetime, closes: datetime) -> Iterator[Interval]:
    for pause_start, pause_end in pauses:
        if pause_end <= opens or pause_start >= closes:
            continue
        if pause_start > opens:
            yield opens, pause_start
        opens = pause_end
    if opens < closes:
        yield opens, closes


def _merged(pauses: Sequence[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted((_utc(a), _utc(b)) for a, b in pauses):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


# Europe/London and instants --------------------------------------------------------------------------------------


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("An instant needs an offset.")
    return instant.astimezone(UTC)


def to_london(instant: datetime) -> datetime:
    """An instant as London's clocks show it.

    Raises:
        ValueError: for a naive datetime.
    """
    return _utc(instant).astimezone(LONDON)


def london_day(instant: datetime) -> date:
    """The calendar day in London at an instant; legal days are counted in these.

    Raises:
        ValueError: for a naive datetime.
    """
    return to_london(instant).date()


def resolve_local(naive: datetime) -> tuple[datetime, ...]:
    """The instants (UTC) at which London's clocks showed this time: usually one, two in autumn, none in spring.

    Raises:
        ValueError: when the time already has an offset.
    """
    if naive.tzinfo is not None:
        raise ValueError("A time with an offset needs no resolving.")
    candidates = {naive.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1)}
    naive = naive.replace(fold=0)
    return tuple(sorted(c for c in candidates if c.astimezone(LONDON).replace(tzinfo=None, fold=0) == naive))


def parse_instant(text: str) -> datetime:
    """A stored or typed instant with offset as UTC to the second: `2026-11-24T09:14:00+00:00`, or ending in Z.

    Raises:
        ValueError: when the text is no instant or has no offset.
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not an instant like 2026-11-24T09:14:00+00:00.") from None
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; add +00:00 for winter or +01:00 for summer time.")
    try:
        return found.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError(f"{text!r} lies beyond the calendar.") from None


# Days as typed ---------------------------------------------------------------------------------------------------


def parse_day(value: str | date | datetime) -> date:
    """A calendar day: ISO (2026-11-24), British (24/11/2026, 24.11.26) or a cell's own date; an instant's London day.

    Raises:
        ValueError: in clear words, when it is no date, does not exist or lies outside 2000 to 2100.
    """
    if isinstance(value, datetime):
        found = value.date() if value.tzinfo is None else london_day(value)
    elif isinstance(value, date):
        found = value
    else:
        found = _day_of(value.strip())
    if found.year not in _YEARS:
        raise ValueError(f"{found.isoformat()} is not in a year we work in (2000 to 2100).")
    return found


def _day_of(text: str) -> date:
    if (iso_form := _ISO_DAY.fullmatch(text)) is not None:
        year, month, day = (int(part) for part in iso_form.groups())
    elif (british := _UK_DAY.fullmatch(text)) is not None:
        day, month, year = int(british[1]), int(british[3]), int(british[4])
        year += 2000 if len(british[4]) == 2 else 0
    else:
        raise ValueError(f"{text[:40]!r} is not a date. Type it as dd/mm/yyyy, for example 24/11/2026.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{text} does not exist: {_why_not(day, month)}.") from None


def _why_not(day: int, month: int) -> str:
    if not 1 <= month <= 12:
        swap = " (dd/mm, day first)" if 1 <= day <= 12 and month <= 31 else ""
        return f"there is no month {month}{swap}"
    return f"that month has no day {day}"


def read_day(
    value: str | date | datetime, field: str = "", *, strict: bool = False
) -> tuple[date | None, Problem | None]:
    """A day as a form reads it: the day, or None and what is wrong.

    With `strict`, a text such as 03/04/2026, which an American would read as 4 March, comes with a warning.
    """
    try:
        found = parse_day(value)
    except ValueError as error:
        return None, Problem("DAY", str(error), field, hint="Type it as dd/mm/yyyy, for example 24/11/2026.")
    two_ways = isinstance(value, str) and _UK_DAY.fullmatch(value.strip()) and found.month != found.day <= 12
    if not (strict and two_ways):
        return found, None
    words = f"{value} was read as {found.day} {found:%B %Y}."
    hint = "If another day is meant, type it as yyyy-mm-dd."
    return found, Problem("DAY-AMBIGUOUS", words, field, hint=hint, warn=True)
