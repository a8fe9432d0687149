"""Forms: what a field is, how a cell or a text becomes its value, and how the value is stored and shown.

This is the one place that converts cells to values. Spreadsheet programs hand over floats, texts, datetimes and
blanks; behind `Field.read` everything is exact: Decimal, Money, int, date, aware UTC datetime, text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from addin.logic.events import Json, iso
from addin.logic.outcome import Problem
from addin.logic.values import CELL_LIMIT, Money, Role, clean_id, clean_text, formula_like

LONDON: Final = ZoneInfo("Europe/London")

Value = str | bool | int | Decimal | Money | date | datetime | tuple[str, ...]
Cell = str | bool | int | float | Decimal | date | datetime | None


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NOTE = "note"
    ID = "id"
    CHOICE = "choice"
    FLAG = "flag"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"
    LIST = "list"


_YES: Final = frozenset({"yes", "y", "true", "1", "oui", "x"})
_NO: Final = frozenset({"no", "n", "false", "0", "non"})
_LIMITS: Final = {FieldKind.NOTE: 8_000, FieldKind.LIST: 4_000}


class FieldFault(ValueError):
    """A cell that cannot become the field's value; carries code, message and hint for a `Problem`."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form: its name, its column and who may type it.

    `system` fields are written by rules and guarded by refresh; `personal` values live in the erasable vault;
    `queue` fields are columns of the case type's sheet (all fields are on the Case sheet); `late` fields may still
    be typed after the case type's form is frozen; `check` is a further test of one value (tracking number, postcode).
    """

    name: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    system: bool = False
    personal: bool = False
    queue: bool = False
    late: bool = False
    width: int = 14
    choices: tuple[str, ...] = ()
    roles: frozenset[Role] = frozenset()
    help: str = ""
    check: Callable[[str], Problem | None] | None = None

    def read(self, raw: Cell, currency: str = "GBP") -> tuple[Value | None, Problem | None]:
        """A cell's content as this field's value, or the problem that says what is wrong with it.

        A blank cell is None without a problem. A warning comes together with the value.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return None, None
        try:
            value = _READERS[self.kind](self, raw, currency)
        except FieldFault as fault:
            return None, Problem(fault.code, f"{self.title}: {fault.message}", self.name, hint=fault.hint)
        if self.check is not None and isinstance(value, str):
            return value, self.check(value)
        return value, None

    def encode(self, value: Value | None) -> Json:
        """The value in stored form: text, whole number, yes/no or list; never a float."""
        if isinstance(value, datetime):
            return iso(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, (Money, Decimal)):
            return str(value)
        if isinstance(value, tuple):
            return list(value)
        return value

    def decode(self, stored: Json) -> Value | None:
        """The value out of its stored form; an erased personal value stays the text that says so."""
        if stored is None or stored == "[erased]":
            return None if stored is None else str(stored)
        decoder = _DECODERS.get(self.kind)
        return decoder(stored) if decoder else _plain(stored)

    def show(self, value: Value | None) -> Cell:
        """The value as a cell shows it: real dates and numbers where a program can sort them, else text."""
        if isinstance(value, datetime):
            return value.astimezone(LONDON).replace(tzinfo=None)
        if isinstance(value, Money):
            return value.amount if value.currency == "GBP" else str(value)
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, tuple):
            return "; ".join(value)
        return value

    def words(self, value: Value | None) -> str:
        """The value as words in a sentence or a letter; empty for none."""
        if value is None:
            return ""
        if isinstance(value, Money):
            return value.pretty()
        if isinstance(value, datetime):
            local = value.astimezone(LONDON)
            return f"{local.day} {local:%B %Y %H:%M}"
        if isinstance(value, date):
            return f"{value.day} {value:%B %Y}"
        shown = self.show(value)
        return str(shown)


def _plain(stored: Json) -> str | bool | int:
    return stored if isinstance(stored, (str, bool, int)) else str(stored)


_DECODERS: Final[Mapping[FieldKind, Callable[[Json], Value]]] = MappingProxyType(
    {
        FieldKind.NUMBER: lambda stored: Decimal(str(stored)),
        FieldKind.MONEY: lambda stored: Money.parse(str(stored)),
        FieldKind.DAY: lambda stored: date.fromisoformat(str(stored)),
        FieldKind.INSTANT: lambda stored: datetime.fromisoformat(str(stored)),
        FieldKind.LIST: lambda stored: tuple(str(item) for item in stored) if isinstance(stored, list) else (),
    }
)


def _text(field: Field, raw: Cell, _: str) -> str:
    text = clean_text(_as_text(field, raw)).strip()
    limit = _LIMITS.get(field.kind, 1_000)
    if len(text) > min(limit, CELL_LIMIT):
        raise FieldFault(
            "FLD-LONG", f"{len(text):,} characters, and {limit:,} fit.", "Shorten it, or attach the text as evidence."
        )
    return text


def _as_text(field: Field, raw: Cell) -> str:
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    if isinstance(raw, float):
        if not raw.is_integer():
            return repr(raw)
        return str(int(raw))
    if isinstance(raw, datetime):
        raise FieldFault(
            "FLD-DATE-EATEN",
            f"the program turned what was typed into a date ({raw:%d/%m/%Y}).",
            "Format the cell as Text and type it again.",
        )
    return str(raw)


def _id(field: Field, raw: Cell, _: str) -> str:
    if isinstance(raw, float) and abs(raw) >= 1e15:
        raise FieldFault(
            "FLD-ID-NUMBER",
            "a number of more than 15 digits; the program has already changed its last digits to 0.",
            "Format the cell as Text and type or paste the number again.",
        )
    text = clean_id(_as_text(field, raw))
    if re.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+", text):
        raise FieldFault(
            "FLD-ID-NUMBER", f"{text!r} is a number in scientific form.", "Format the cell as Text and paste it again."
        )
    if len(text) > 120 or "\n" in text:
        raise FieldFault("FLD-ID", "too long for a number or code.", "Keep only the number itself.")
    if formula_like(text):
        raise FieldFault("FLD-FORMULA", f"{text!r} looks like a formula.", "Type the number or code itself.")
    return text


def _choice(field: Field, raw: Cell, _: str) -> str:
    text = clean_id(_as_text(field, raw))
    for choice in field.choices:
        if choice.casefold() == text.casefold():
            return choice
    raise FieldFault("FLD-CHOICE", f"{text!r} is not in the list.", f"Choose one of: {', '.join(field.choices)}.")


def _flag(field: Field, raw: Cell, _: str) -> bool:
    word = _as_text(field, raw).strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise FieldFault("FLD-FLAG", f"{raw!r} is neither Yes nor No.", "Choose Yes or No.")


def _decimal(raw: Cell) -> Decimal:
    """A number as a person or a program writes it: 1250, "1,250.00", "1 250,00", "(12.00)", "12.00-"."""
    if isinstance(raw, (bool, date, datetime)):
        raise FieldFault("FLD-NUMBER", f"{raw} is not a number.", "Type digits, for example 1250.00.")
    if isinstance(raw, (int, float)):
        return Decimal(repr(raw))
    if isinstance(raw, Decimal):
        return raw
    text = re.sub(r"[\s\u00a0\u202f£$€]|^[A-Z]{3}|[A-Z]{3}$", "", str(raw).strip())
    negative = (text.startswith("(") and text.endswith(")")) or text.endswith("-")
    text = text.strip("()-") if negative else text
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d{1,2}", text) or re.fullmatch(r"-?\d+,\d{1,2}", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FieldFault("FLD-NUMBER", f"{raw!r} is not a number.", "Type digits, for example 1250.00.") from None
    if not number.is_finite():
        raise FieldFault("FLD-NUMBER", f"{raw!r} is not a number.", "Type digits, for example 1250.00.")
    return -number if negative else number


def _number(field: Field, raw: Cell, _: str) -> Decimal:
    return _decimal(raw)


def _count(field: Field, raw: Cell, _: str) -> int:
    number = _decimal(raw)
    if number != number.to_integral_value():
        raise FieldFault("FLD-COUNT", f"{raw} is not a whole number.", "Type a whole number.")
    if abs(number) > 10**9:
        raise FieldFault("FLD-COUNT", f"{raw} is too large for a count.", "Check the number.")
    return int(number)


def _money(field: Field, raw: Cell, currency: str) -> Money:
    named = re.search(r"\b([A-Z]{3})\b", raw) if isinstance(raw, str) else None
    symbol = {"£": "GBP", "€": "EUR", "$": "USD"}.get(next((c for c in str(raw) if c in "£€$"), ""), currency)
    number = _decimal(raw)
    try:
        return Money(number, named[1] if named else symbol)
    except ValueError as error:
        raise FieldFault(
            "FLD-MONEY", f"{raw} is not an amount to the penny: {error}", "Type it like 1250.00."
        ) from None


_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_UK_DAY: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def _day(field: Field, raw: Cell, _: str) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip()
    if (iso_day := _ISO_DAY.fullmatch(text)) is not None:
        parts = tuple(int(part) for part in iso_day.groups())
    elif (uk_day := _UK_DAY.fullmatch(text)) is not None:
        parts = (int(uk_day[3]), int(uk_day[2]), int(uk_day[1]))
    else:
        raise FieldFault("FLD-DAY", f"{raw!r} is not a date.", "Type it as dd/mm/yyyy, for example 24/11/2026.")
    try:
        found = date(*parts)
    except ValueError:
        raise FieldFault("FLD-DAY", f"{text} does not exist in the calendar.", "Check day and month.") from None
    if not date(2000, 1, 1) <= found <= date(2100, 12, 31):
        raise FieldFault("FLD-DAY", f"{text} is not a year we work in.", "Check the year.")
    return found


def _instant(field: Field, raw: Cell, _: str) -> datetime:
    if isinstance(raw, datetime):
        naive = raw
    elif isinstance(raw, date):
        naive = datetime.combine(raw, time(0))
    else:
        naive = _instant_from_text(str(raw).strip())
    if naive.tzinfo is not None:
        return naive.astimezone(UTC).replace(microsecond=0)
    first, second = (naive.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != naive:
        raise FieldFault(
            "FLD-CLOCK", f"{naive:%d/%m/%Y %H:%M} does not exist: the clocks went forward.", "Check the time."
        )
    if first.utcoffset() != second.utcoffset():
        raise FieldFault(
            "FLD-CLOCK",
            f"{naive:%d/%m/%Y %H:%M} happened twice: the clocks went back.",
            f"Type {naive:%Y-%m-%dT%H:%M}+01:00 for the first (summer time) or {naive:%Y-%m-%dT%H:%M}+00:00.",
        )
    # A program's serial numbers are off by microseconds; instants are kept to the second.
    return (first + timedelta(microseconds=500_000)).astimezone(UTC).replace(microsecond=0)


def _instant_from_text(text: str) -> datetime:
    uk = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", text)
    try:
        if uk is not None:
            day, month, year, hour, minute = (int(part) for part in uk.groups()[:5])
            return datetime(year, month, day, hour, minute, int(uk[6] or 0))  # noqa: DTZ001 - made aware by the caller
        return datetime.fromisoformat(text)
    except ValueError:
        raise FieldFault(
            "FLD-INSTANT",
            f"{text!r} is not a date and time.",
            "Type it as dd/mm/yyyy hh:mm, for example 24/11/2026 17:20.",
        ) from None


def _list(field: Field, raw: Cell, currency: str) -> tuple[str, ...]:
    text = _text(field, raw, currency)
    return tuple(part.strip() for part in re.split(r"[;\n]", text) if part.strip())


_READERS: Final[Mapping[FieldKind, Callable[[Field, Cell, str], Value]]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.NOTE: _text,
        FieldKind.ID: _id,
        FieldKind.CHOICE: _choice,
        FieldKind.FLAG: _flag,
        FieldKind.COUNT: _count,
        FieldKind.NUMBER: _number,
        FieldKind.MONEY: _money,
        FieldKind.DAY: _day,
        FieldKind.INSTANT: _instant,
        FieldKind.LIST: _list,
    }
)
