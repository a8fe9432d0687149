"""The policy: every number and list that the house may change, as dated rows with a source.

1. A rule never holds such a value itself; it asks the policy by key (`policy.money("approval.refund.senior_qa")`).
2. A row says where its value comes from and who has verified it. A row that nobody has verified is an assumption, and
   letters and reports say so.
3. A changed value is a new row with a later `valid_from`; old rows stay, so `as_of` answers with what held that day.
4. The first part of a key names its table: `address_risk.other_area` is a row of the table `address_risk`.

The default rows stand in `policy_rows`; an event that amends the policy adds rows to them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from addin.errors import CasebookError
from addin.logic.calendar import Division, WorkingHours
from addin.logic.outcome import Problem
from addin.logic.policy_rows import BEGINNING, DEFAULT_ROWS, VERSION
from addin.logic.values import Money

T = TypeVar("T")
PolicyValue = Money | Decimal | int | bool | str | time | date | tuple[str, ...]

_KEY: Final = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_]+)+")
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class PolicyError(CasebookError, LookupError):
    """The policy has no such row, or its value is of another unit than the rule needs."""

    code = "POL"


class Unit(StrEnum):
    """What a row's value is counted in; it decides how the text is read."""

    MONEY = "money"
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"
    YEARS = "years"
    HOURS = "hours"
    WORKING_HOURS = "working hours"
    MINUTES = "minutes"
    COUNT = "count"
    POINTS = "points"
    PERCENT = "percent"
    RATE = "rate"
    FLAG = "yes/no"
    TEXT = "text"
    PATTERN = "pattern"
    LIST = "list"
    TIME = "time"
    DATE = "date"


#: Units whose values are whole numbers.
_WHOLE: Final = frozenset(
    {
        Unit.DAYS,
        Unit.WORKING_DAYS,
        Unit.MONTHS,
        Unit.YEARS,
        Unit.HOURS,
        Unit.WORKING_HOURS,
        Unit.MINUTES,
        Unit.COUNT,
        Unit.POINTS,
    }
)


def _whole(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text):
        raise ValueError(f"{text!r} is not a whole number.")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a number.") from None
    if not number.is_finite() or number < 0:
        raise ValueError(f"{text!r} is not a number of zero or more.")
    return number


def _money(text: str) -> Money:
    amount = Money.parse(text)
    if str(amount) != text:
        raise ValueError(f"{text!r} is not in the form {amount}.")
    return amount


def _flag(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{text!r} is neither yes nor no.")
    return text == "yes"


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}.") from error
    if not text:
        raise ValueError("An empty pattern fits nothing.")
    return text


def _items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


_READERS: Final[Mapping[Unit, Callable[[str], PolicyValue]]] = MappingProxyType(
    {
        **dict.fromkeys(_WHOLE, _whole),
        Unit.MONEY: _money,
        Unit.PERCENT: _decimal,
        Unit.RATE: _decimal,
        Unit.FLAG: _flag,
        Unit.TEXT: str,
        Unit.PATTERN: _pattern,
        Unit.LIST: _items,
        Unit.TIME: time.fromisoformat,
        Unit.DATE: date.fromisoformat,
    }
)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One value with its source.

    `value` is text in canonical form ("GBP 500.00", "14", "yes", "a; b"); `verified_by` is empty while the value is an
    assumption; the row holds from `valid_from` until a later row of the same key.

    Raises:
        ValueError: for a malformed key, a value that its unit cannot read, or a missing source.
    """

    table: str
    key: str
    value: str
    unit: Unit
    source: str
    verified_by: str = ""
    verified_on: date | None = None
    valid_from: date = BEGINNING
    note: str = ""

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key) or self.table != self.key.split(".")[0]:
            raise ValueError(f"{self.key!r} is not a key of the table {self.table!r}.")
        if not self.source.strip():
            raise ValueError(f"{self.key} needs a source.")
        if bool(self.verified_by) != (self.verified_on is not None):
            raise ValueError(f"{self.key} needs both who verified it and when, or neither.")
        _READERS[self.unit](self.value)

    @property
    def verified(self) -> bool:
        """True when a named person has confirmed the value."""
        return bool(self.verified_by)

    @property
    def name(self) -> str:
        """The key without its table: `other_area` of `address_risk.other_area`."""
        return self.key.partition(".")[2]

    def parsed(self) -> PolicyValue:
        """The value as its unit reads it."""
        return _READERS[self.unit](self.value)


def read_row(cells: Mapping[str, str]) -> tuple[PolicyRow | None, Problem | None]:
    """A row as typed on the Rules sheet, by column name; None and the reason when it cannot stand."""
    try:
        key = cells["key"].strip()
        on, since = cells.get("verified_on", ""), cells.get("valid_from", "")
        row = PolicyRow(
            key.split(".")[0],
            key,
            cells["value"].strip(),
            Unit(cells["unit"]),
            cells.get("source", ""),
            cells.get("verified_by", "").strip(),
            date.fromisoformat(on) if on else None,
            date.fromisoformat(since) if since else BEGINNING,
            cells.get("note", ""),
        )
    except ValueError as error:
        return None, Problem("POL-ROW", f"{cells.get('key', '')}: {error}", "value", hint="Correct the row.")
    return row, None


@dataclass(frozen=True, slots=True)
class Policy:
    """All rows of one version, and the value each key has.

    Where a key has several rows the one with the latest `valid_from` counts; `as_of` looks at an earlier day.

    Raises:
        ValueError: when two rows have the same key and the same `valid_from`.
    """

    rows: tuple[PolicyRow, ...]
    version: str
    _current: Mapping[str, PolicyRow] = field(init=False, repr=False, compare=False)
    _values: dict[str, PolicyValue] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        current: dict[str, PolicyRow] = {}
        for row in self.rows:
            known = current.get(row.key)
            if known is not None and known.valid_from == row.valid_from:
                raise ValueError(f"{row.key} has two rows valid from {row.valid_from}.")
            if known is None or known.valid_from < row.valid_from:
                current[row.key] = row
        object.__setattr__(self, "_current", MappingProxyType(current))
        object.__setattr__(self, "_values", {})

    def as_of(self, day: date) -> Policy:
        """The policy as it held on a day: rows that begin later are left out."""
        return Policy(tuple(row for row in self.rows if row.valid_from <= day), self.version)

    def amended(self, rows: Iterable[PolicyRow], version: str) -> Policy:
        """A new version with rows added; a row of the same key and `valid_from` takes the old one's place."""
        new = {(row.key, row.valid_from): row for row in rows}
        kept = tuple(row for row in self.rows if (row.key, row.valid_from) not in new)
        return Policy((*kept, *new.values()), version)

    def fingerprint(self) -> str:
        """SHA-256 over all rows in the order of their keys: what an audit pack names beside the version."""
        text = "\n".join(
            "\t".join((r.key, r.valid_from.isoformat(), r.unit, r.value, r.source, r.verified_by, str(r.verified_on)))
            for r in sorted(self.rows, key=lambda r: (r.key, r.valid_from))
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def has(self, key: str) -> bool:
        """True when the policy has a row for the key."""
        return key in self._current

    def row(self, key: str) -> PolicyRow:
        """The row that holds for a key.

        Raises:
            PolicyError: when there is none.
        """
        try:
            return self._current[key]
        except KeyError:
            hint = "Add the row on the Rules sheet."
            raise PolicyError(f"The policy has no row {key!r}.", hint=hint, key=key) from None

    def table(self, name: str) -> tuple[PolicyRow, ...]:
        """The rows that hold in one table, in the order in which they were written; empty for an unknown table."""
        return tuple(row for row in self._current.values() if row.table == name)

    def names(self, table: str) -> tuple[str, ...]:
        """The distinct second parts of a table's keys: the services, the grades, the triggers."""
        return tuple(dict.fromkeys(row.key.split(".")[1] for row in self.table(table)))

    def money(self, key: str) -> Money:
        """An amount with its currency."""
        return self._typed(key, Money)

    def days(self, key: str) -> int:
        """A number of days; whether they are working days is the row's unit."""
        row = self.row(key)
        if row.unit not in (Unit.DAYS, Unit.WORKING_DAYS):
            raise PolicyError(f"{key} is in {row.unit}, not in days.", key=key)
        return self._typed(key, int)

    def number(self, key: str) -> int:
        """A whole number: hours, minutes, points, a count, days."""
        return self._typed(key, int)

    def decimal(self, key: str) -> Decimal:
        """An exact number: a rate, a percentage or any whole number."""
        if isinstance(value := self._value(key), (Decimal, int)) and not isinstance(value, bool):
            return Decimal(value)
        raise self._wrong_unit(key)

    def flag(self, key: str) -> bool:
        """Yes or no."""
        return self._typed(key, bool)

    def text(self, key: str) -> str:
        """A text, or the regular expression of a pattern."""
        return self._typed(key, str)

    def items(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._typed(key, tuple)

    def time(self, key: str) -> time:
        """A time of day in London."""
        return self._typed(key, time)

    def day(self, key: str) -> date:
        """A calendar day."""
        return self._typed(key, date)

    def working_hours(self) -> WorkingHours:
        """When the service clock runs (table `hours`)."""
        weekdays = frozenset(_WEEKDAYS.index(name) for name in self.items("hours.weekdays"))
        return WorkingHours(
            self.time("hours.start"), self.time("hours.end"), weekdays, Division(self.text("hours.division"))
        )

    def _value(self, key: str) -> PolicyValue:
        if key not in self._values:
            self._values[key] = self.row(key).parsed()
        return self._values[key]

    def _typed(self, key: str, wanted: type[T]) -> T:
        value = self._value(key)
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is int):
            raise self._wrong_unit(key)
        return value

    def _wrong_unit(self, key: str) -> PolicyError:
        return PolicyError(f"{key} is {self.row(key).unit}, which is not what the rule needs.", key=key)


def default_policy() -> Policy:
    """The policy a new register begins with: the rows of `policy_rows`, most of them assumptions."""
    rows = (
        PolicyRow(key.split(".")[0], key, value, Unit(unit), source, valid_from=since, note=note)
        for key, value, unit, source, note, since in DEFAULT_ROWS
    )
    return Policy(tuple(rows), VERSION)


DEFAULT_POLICY: Final = default_policy()
