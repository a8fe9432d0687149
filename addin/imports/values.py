"""One cell's text as a value: read in the way the profile says, or not at all.

1. A number in another locale's way ("1.250,00" where a comma parts thousands) is refused, never guessed.
2. A day is read in the profile's order of day and month only; the ISO form is always understood.
3. An instant without an offset is of the profile's zone; an hour that the clocks showed twice is left open.
4. What a program has already altered (an id as 4.1E+09, more than 15 digits out of a number) is refused.

A reader answers a `Read`: the value, or what is wrong; `doubt` means that the row stands without the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from addin.imports.profiles import ColumnProfile, Profile, folded
from addin.logic.carrier_status import UNKNOWN, canonical_status
from addin.logic.forms import Field, FieldKind
from addin.logic.imports.kinds import Column, Value
from addin.logic.outcome import Problem
from addin.logic.tracking import TrackingKind, read_tracking
from addin.logic.values import CURRENCIES, Money, clean_id, clean_text, formula_like

#: A value as it travels between the processes: JSON, money and instants as text.
Plain = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a text: its value, or the fault; a `doubt` keeps the row and leaves the value out or open."""

    value: Plain = None
    words: str = ""
    doubt: bool = False

    @property
    def bad(self) -> bool:
        """True when the row cannot stand with it."""
        return bool(self.words) and not self.doubt


Reader = Callable[[str], Read]
_ID: Final = Field(name="id", title="Id", kind=FieldKind.ID)


def said(text: str) -> str:
    """A text as it is quoted in a message."""
    shown = " ".join(text.split())
    return repr(shown if len(shown) <= 40 else f"{shown[:40]}…")


def reader_of(column: Column, given: ColumnProfile, profile: Profile) -> Reader:
    """The reader of a column, with the words that stand for nothing taken out first."""
    inner = _reader_of(column, given, profile)
    nothing = {folded(word) for word in given.empty}

    def read(text: str) -> Read:
        bare = text.strip()
        return Read() if not bare or folded(bare) in nothing else inner(bare)

    return read


def _reader_of(column: Column, given: ColumnProfile, profile: Profile) -> Reader:
    clock = Clock(given.days or profile.days, profile.times, profile.zone)
    numbers = Numbers(profile.decimal, profile.thousands, profile.currency)
    readers: Mapping[Value, Reader] = {
        Value.ID: read_id,
        Value.TRACKING: _read_parcel_number,
        Value.TEXT: _read_text,
        Value.DAY: clock.day,
        Value.INSTANT: clock.instant,
        Value.COUNT: lambda text: numbers.count(text, signed=column.signed),
        Value.NUMBER: numbers.number,
        Value.MONEY: numbers.money,
        Value.FLAG: _Words({"yes": "1", "no": "", **_FLAGS, **_folded(given.words)}, "yes or no").flag,
        Value.WORD: _Words({folded(w): w for w in column.words} | _folded(given.words), column.title.lower()).word,
        Value.STATUS: _read_text,
    }
    return readers[column.value]


_FLAGS: Final = {
    **dict.fromkeys(("y", "true", "1", "x", "oui", "o"), "1"),
    **dict.fromkeys(("n", "false", "0", "non"), ""),
}


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {folded(word): meaning for word, meaning in words.items()}


# Codes and texts -------------------------------------------------------------------------------------------------


def read_id(text: str) -> Read:
    """A number or code, as the forms of the register take it; a look-alike of a formula is refused."""
    value, problem = _ID.read(text)
    if problem is not None and not problem.warn:
        return Read(words=_plain(problem))
    return Read(str(value) if value is not None else None)


def _plain(problem: Problem) -> str:
    return problem.message.removeprefix("Id: ")


def _read_parcel_number(text: str) -> Read:
    """A tracking number; a check digit that disagrees, or another carrier's number, is kept with a doubt."""
    number = read_tracking(text)
    if number.kind is TrackingKind.NONE or formula_like(text):
        return Read(words=f"{said(text)} is not a tracking number")
    if number.ok and number.is_ups:
        return Read(number.norm)
    problem = number.problem()
    return Read(number.norm, str(problem) if problem else "", doubt=problem is not None)


def _read_text(text: str) -> Read:
    value = " ".join(clean_text(text).split())
    return Read(value[:1_000]) if len(value) <= 1_000 else Read(value[:1_000], "longer than 1,000 characters", True)


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of a list, as the file writes them and as we do."""

    known: Mapping[str, str]
    what: str

    def word(self, text: str) -> Read:
        meaning = self.known.get(folded(clean_id(text)))
        if meaning:
            return Read(meaning)
        if meaning == "":
            return Read()
        return Read(None, f"{said(text)} is no {self.what} that the profile knows", doubt=True)

    def flag(self, text: str) -> Read:
        meaning = self.known.get(folded(clean_id(text)))
        return Read(None, f"{said(text)} is neither yes nor no", True) if meaning is None else Read(bool(meaning))


def status_of(text: str, given: ColumnProfile) -> str:
    """The register's status for a carrier's text: the profile's own words first, then the common table."""
    return _folded(given.words).get(folded(text)) or canonical_status(text)


def is_unmapped(status: str) -> bool:
    """True for a text that neither the profile nor the table knows."""
    return status == UNKNOWN


# Numbers ---------------------------------------------------------------------------------------------------------


class Numbers:
    """Numbers as one locale writes them."""

    def __init__(self, decimal: str, thousands: tuple[str, ...], currency: str) -> None:
        self._decimal, self._currency = decimal, currency
        marks = "".join(f"\\{mark}" if mark in ".'" else mark for mark in thousands)
        mark = re.escape(decimal)
        grouped = rf"[0-9]{{1,3}}(?:([{marks}\u00a0\u202f])[0-9]{{3}})(?:\1[0-9]{{3}})*" if thousands else "(?!)()"
        self._pattern = re.compile(rf"(-?)\s?((?:{grouped})|[0-9]+)(?:{mark}([0-9]+))?")
        self._example = f"1{thousands[0] if thousands else ''}250{decimal}00"

    def _read(self, text: str) -> str | None:
        found = self._pattern.fullmatch(text)
        if found is None:
            return None
        return f"{found[1]}{re.sub('[^0-9]', '', found[2])}{f'.{found[4]}' if found[4] else ''}"

    def number(self, text: str) -> Read:
        """A plain number of at most six decimals."""
        figure = self._read(text)
        if figure is None or len(figure) > 18 or len(figure.partition(".")[2]) > 6:
            return Read(words=f"{said(text)} is not a number as this file writes it ({self._example})")
        return Read(figure)

    def count(self, text: str, *, signed: bool = False) -> Read:
        """A whole number; "3.0" is one, since programs write it so."""
        figure = self._read(text)
        whole, _, rest = (figure or "").partition(".")
        if figure is None or rest.strip("0") or len(whole) > 9:
            return Read(words=f"{said(text)} is not a whole number")
        if whole.startswith("-") and not signed:
            return Read(words=f"{said(text)} is below zero")
        return Read(int(whole))

    def money(self, text: str) -> Read:
        """An amount to the penny, in the currency it names or else the profile's."""
        found = re.fullmatch(r"(-?)\s?([£€$]|[A-Za-z]{3})?\s?(.+?)\s?([£€$]|[A-Za-z]{3})?", text)
        named = {_SIGNS.get(mark, mark.upper()) for mark in (found[2], found[4]) if mark} if found else set()
        figure = self._read(f"{found[1]}{found[3].strip()}") if found else None
        if figure is None or len(named) > 1 or not named <= CURRENCIES:
            return Read(words=f"{said(text)} is not an amount as this file writes it ({self._example})")
        try:
            money = Money(Decimal(figure), next(iter(named), self._currency))
        except ValueError as error:
            return Read(words=f"{said(text)}: {error}".rstrip("."))
        if len(figure.partition(".")[2]) > money.exponent:
            return Read(words=f"{said(text)} has more decimals than {money.currency}; is the mark between thousands?")
        return Read(str(money))


_SIGNS: Final = {"£": "GBP", "€": "EUR", "$": "USD"}


# Days and instants -----------------------------------------------------------------------------------------------

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR: Final = timedelta(hours=1)


class Clock:
    """Days and instants as one file writes them."""

    def __init__(self, days: tuple[str, ...], times: tuple[str, ...], zone: str) -> None:
        self._days, self._times, self._zone = days, times, ZoneInfo(zone)
        self._example = f"{date(2026, 11, 24):{days[0]}}"
        self._day = lru_cache(maxsize=20_000)(self._parse_day)
        self._time = lru_cache(maxsize=100_000)(self._parse_time)
        self._kind_of_hour = lru_cache(maxsize=20_000)(self._hour)

    def day(self, text: str) -> Read:
        """A calendar day; a time of midnight behind it is a program's."""
        bare, _, rest = text.partition("T" if _ISO_DAY.match(text) and "T" in text else " ")
        found = self._day(bare)
        if found is None or (rest.strip() and self._time(rest.strip()) is None):
            return Read(words=f"{said(text)} is not a day as this file writes it ({self._example})")
        return Read(found.isoformat())

    def instant(self, text: str) -> Read:
        """An instant in UTC; a day alone is its first minute."""
        if _ISO_DAY.match(text) and len(text) > 10:
            return self._iso(text)
        bare, _, rest = text.partition(" ")
        day, clock = self._day(bare), self._time(rest.strip()) if rest.strip() else time(0)
        if day is None or clock is None:
            return Read(words=f"{said(text)} is not a day and time as this file writes them ({self._example} 17:20)")
        return self._placed(datetime.combine(day, clock), text)

    def _iso(self, text: str) -> Read:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return Read(words=f"{said(text)} is not a day and time")
        if found.tzinfo is not None:
            return _in_years(found, text)
        return self._placed(found, text)

    def _placed(self, naive: datetime, text: str) -> Read:
        kind = self._kind_of_hour(naive.replace(minute=0, second=0, microsecond=0))
        if kind == "twice":
            return Read(None, f"{said(text)} happened twice: the clocks went back", doubt=True)
        if kind == "never":
            return Read(words=f"{said(text)} does not exist: the clocks went forward")
        return _in_years(naive.replace(tzinfo=self._zone), text)

    def _hour(self, naive: datetime) -> str:
        first, second = (naive.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        if first == second:
            return ""
        return "twice" if first is not None and second is not None and first > second else "never"

    def _parse_day(self, text: str) -> date | None:
        formats = ("%Y-%m-%d", *self._days) if _ISO_DAY.fullmatch(text) else self._days
        for form in formats:
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day
            except ValueError:
                continue
            if 2000 <= found.year <= 2100:
                return found
        return None

    def _parse_time(self, text: str) -> time | None:
        for form in self._times:
            try:
                return datetime.strptime(text, form).time()  # noqa: DTZ007 - a time of day
            except ValueError:
                continue
        return None


def _in_years(found: datetime, text: str) -> Read:
    if not 2000 <= found.year <= 2100:
        return Read(words=f"{said(text)} is not in a year we work in")
    return Read(found.astimezone(UTC).replace(microsecond=0).isoformat())
