"""Forms: what a field is, how a cell or a text becomes its value, and how the value is stored and shown.

This is the one place that converts cells to values. Spreadsheet programs hand over floats, texts, datetimes and
blanks; behind `Field.read` everything is exact: Decimal, Money, int, date, aware UTC datetime, text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from addin.logic.calendar import LONDON, parse_day, resolve_local
from addin.logic.events import ERASED, Json, iso
from addin.logic.outcome import Problem
from addin.logic.values import CURRENCIES, Money, Role, clean_id, clean_text, formula_like

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
#: The longest word of a list that the policy keeps.
_LISTED_LENGTH: Final = 60
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
    be typed after the case type's form is frozen; a `reasoned` field is changed with a reason only; `pattern` is the
    policy row of the form its texts have; `listed` is the policy row of the words to choose from (with a star: rows),
    and `choices` then are those that rules know by name; `check` is a further test of one value (tracking number).
    """

    name: str
    title: str
    kind: FieldKind = FieldKind.TEXT
    system: bool = False
    personal: bool = False
    queue: bool = False
    late: bool = False
    reasoned: bool = False
    pattern: str = ""
    width: int = 14
    choices: tuple[str, ...] = ()
    listed: str = ""
    roles: frozenset[Role] = frozenset()
    help: str = ""
    check: Callable[[str], Problem | None] | None = None

    def read(self, raw: Cell, currency: str = "GBP") -> tuple[Value | None, Problem | None]:
        """A cell's content as this field's value, or the problem that says what is wrong with it.

        A blank cell is None without a problem. A warning comes together with the value, any other problem alone.
        `currency` is what an amount without a currency is in.
        """
        if raw is None or (isinstance(raw, str) and not clean_id(raw)):
            return None, None
        try:
            value = _READERS[self.kind](self, raw, currency)
        except FieldFault as fault:
            return None, Problem(fault.code, f"{self.title}: {fault.message}", self.name, hint=fault.hint)
        if value in ("", ()):
            return None, None
        problem = self.check(value) if self.check is not None and isinstance(value, str) else None
        if problem is None:
            return value, None
        return (value if problem.warn else None), replace(problem, field=problem.field or self.name)

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
        if stored is None or stored == ERASED:
            return None if stored is None else ERASED
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


def _said(raw: object) -> str:
    """What was typed, as it is quoted in a message: never longer than a line."""
    text = str(raw)
    return repr(text if len(text) <= 40 else text[:40] + "…")


def _text(field: Field, raw: Cell, _: str) -> str:
    text = clean_text(_as_text(raw)).strip()
    limit = _LIMITS.get(field.kind, 1_000)
    if len(text) > limit:
        raise FieldFault(
            "FLD-LONG", f"{len(text):,} characters, and {limit:,} fit.", "Shorten it, or attach the text as evidence."
        )
    return text


def _as_text(raw: Cell) -> str:
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, date):
        raise FieldFault(
            "FLD-DATE-EATEN",
            f"the program turned what was typed into a date ({raw:%d/%m/%Y}).",
            "Format the cell as Text and type it again.",
        )
    return str(raw)


_TEXT_AGAIN: Final = "Format the cell as Text and type or paste the number again."


def _id(field: Field, raw: Cell, _: str) -> str:
    """An id; what a program has already altered is refused, never repaired (domain rules, spreadsheet traps)."""
    if isinstance(raw, bool):
        raise FieldFault("FLD-ID", "the program turned what was typed into TRUE or FALSE.", _TEXT_AGAIN)
    if isinstance(raw, (int, float)) and abs(raw) >= 10**15:
        raise FieldFault(
            "FLD-ID-NUMBER",
            "a number of more than 15 digits; the program has already changed its last digits to 0.",
            _TEXT_AGAIN,
        )
    text = clean_id(_as_text(raw))
    if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+", text):
        raise FieldFault("FLD-ID-NUMBER", f"{text!r} is a number in scientific form.", _TEXT_AGAIN)
    if (isinstance(raw, float) and not raw.is_integer()) or re.fullmatch(r"[0-9]+\.0+", text):
        raise FieldFault("FLD-ID-NUMBER", f"{text!r} is a number with decimals, not a code.", _TEXT_AGAIN)
    if len(text) > 120 or "\n" in text or "\t" in text:
        raise FieldFault("FLD-ID", "too long for a number or code.", "Keep only the number itself.")
    if formula_like(text):
        raise FieldFault("FLD-FORMULA", f"{_said(text)} looks like a formula.", "Type the number or code itself.")
    return text


def _choice(field: Field, raw: Cell, _: str) -> str:
    text = clean_id(_as_text(raw))
    if found := same_word(text, field.choices):
        return found
    if field.listed and len(text) <= _LISTED_LENGTH and not formula_like(text):
        return text  # the policy knows whether there is such a word; a cell does not
    raise FieldFault("FLD-CHOICE", f"{_said(text)} is not in the list.", f"Choose one of: {', '.join(field.choices)}.")


def same_word(text: str, words: Iterable[str]) -> str:
    """The word of a list that a text means, however it is written; "" when there is none."""
    return next((word for word in words if _as_spoken(word) == _as_spoken(text)), "")


def _as_spoken(text: str) -> str:
    """A choice without capitals and joining signs: "In transit", "in_transit" and "IN-TRANSIT" are one."""
    return re.sub(r"[\s_-]+", " ", text).casefold()


def _flag(field: Field, raw: Cell, _: str) -> bool:
    word = clean_id(_as_text(raw)).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise FieldFault("FLD-FLAG", f"{_said(raw)} is neither Yes nor No.", "Choose Yes or No.")


_TYPE_DIGITS: Final = "Type digits, for example 1250.00."
_SIGNS: Final = {"£": "GBP", "€": "EUR", "$": "USD"}
_AMOUNT: Final = re.compile(
    r"(?P<open>\()? ?(?P<minus>-)? ?(?P<before>[£€$]|[A-Za-z]{3})? ?(?P<inner>-)?"
    r"(?P<figure>[0-9.,]+(?: [0-9]{3}(?![0-9]))*[0-9.,]*) ?"
    r"(?P<after>[£€$]|[A-Za-z]{3})? ?(?P<trail>-)? ?(?P<close>\))?"
)
#: How a figure may be written, with what stands between thousands and what before the decimals.
_FIGURES: Final = (
    (re.compile(r"[0-9]+\.?|[0-9]*\.[0-9]+"), "", "."),
    (re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"), ",", "."),
    (re.compile(r"[0-9]{1,3}( [0-9]{3})+(\.[0-9]+)?"), " ", "."),
    (re.compile(r"[0-9]{1,3}( [0-9]{3})+,[0-9]{1,2}"), " ", ","),
    (re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}"), ".", ","),
    (re.compile(r"[0-9]+,[0-9]{1,2}"), "", ","),
)


def _amount(raw: Cell) -> tuple[Decimal, str]:
    """A number as a person or a program writes it and the currency it names, "" for none.

    Texts: 1250, "1,250.00", "1 250,00", "(12.00)", "12.00-", "£12". A program's float counts as the 15 digits that the
    program itself shows: 0.1 + 0.2 is 0.3.
    """
    if isinstance(raw, str):
        return _amount_from_text(raw)
    if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
        raise FieldFault("FLD-NUMBER", f"{_said(raw)} is not a number.", _TYPE_DIGITS)
    number = Decimal(f"{raw:.15g}") if isinstance(raw, float) else Decimal(raw)
    return _bounded(number, raw), ""


def _amount_from_text(raw: str) -> tuple[Decimal, str]:
    # No NFKC here: it would make 12 out of 1².
    text = " ".join(raw.replace("\u2212", "-").split())
    found = _AMOUNT.fullmatch(text)
    figure = _figure(found["figure"]) if found else None
    signs = [bool(found[name]) for name in ("open", "minus", "inner", "trail")] if found else []
    if found is None or figure is None or sum(signs) > 1 or bool(found["open"]) != bool(found["close"]):
        raise FieldFault("FLD-NUMBER", f"{_said(raw)} is not a number.", _TYPE_DIGITS)
    named = {_SIGNS.get(name, name.upper()) for name in (found["before"], found["after"]) if name}
    if len(named) > 1 or not named <= CURRENCIES:
        raise FieldFault("FLD-CURRENCY", f"{_said(raw)} does not name one currency.", "Type it like EUR 1250.00.")
    number = _bounded(Decimal(figure), raw)
    return (-number if any(signs) else number), "".join(named)


def _figure(text: str) -> str | None:
    for pattern, between, before in _FIGURES:
        if pattern.fullmatch(text):
            return (text.replace(between, "") if between else text).replace(before, ".")
    return None


def _bounded(number: Decimal, raw: Cell) -> Decimal:
    if not number.is_finite():
        raise FieldFault("FLD-NUMBER", f"{_said(raw)} is not a number.", _TYPE_DIGITS)
    if len(number.as_tuple().digits) > 15 or not -15 <= number.adjusted() <= 15:
        raise FieldFault("FLD-NUMBER", f"{_said(raw)} has more digits than a cell can hold (15).", "Check the number.")
    return number


def _number(field: Field, raw: Cell, _: str) -> Decimal:
    number, currency = _amount(raw)
    if currency:
        raise FieldFault("FLD-NUMBER", f"{_said(raw)} is an amount of money.", "Type the number alone.")
    return number


def _count(field: Field, raw: Cell, currency: str) -> int:
    number = _number(field, raw, currency)
    if number != number.to_integral_value():
        raise FieldFault("FLD-COUNT", f"{_said(raw)} is not a whole number.", "Type a whole number.")
    if abs(number) > 10**9:
        raise FieldFault("FLD-COUNT", f"{_said(raw)} is too large for a count.", "Check the number.")
    return int(number)


def _money(field: Field, raw: Cell, currency: str) -> Money:
    number, named = _amount(raw)
    try:
        money = Money(number, named or currency)
    except ValueError as error:
        raise FieldFault(
            "FLD-MONEY", f"{_said(raw)} is not an amount to the penny: {error}", "Type it like 1250.00."
        ) from None
    decimals = number.as_tuple().exponent
    if isinstance(raw, str) and isinstance(decimals, int) and -decimals > money.exponent:
        hint = "Type it like 1250.00, without a dot between thousands."
        raise FieldFault("FLD-MONEY", f"{_said(raw)} can be read in two ways.", hint)
    return money


_TYPE_DAY: Final = "Type it as dd/mm/yyyy, for example 24/11/2026."


def _day(field: Field, raw: Cell, _: str) -> date:
    if not isinstance(raw, (str, date)):
        raise FieldFault("FLD-DAY", f"{_said(raw)} is not a date.", _TYPE_DAY)
    try:
        return parse_day(raw)
    except ValueError as error:
        raise FieldFault("FLD-DAY", str(error).removesuffix(_TYPE_DAY).strip(), _TYPE_DAY) from None


def _instant(field: Field, raw: Cell, _: str) -> datetime:
    """An instant; a time without an offset is London's, and one that London's clocks showed twice is asked for."""
    if isinstance(raw, datetime):
        found = raw
    elif isinstance(raw, date):
        found = datetime.combine(raw, time(0))
    else:
        found = _instant_from_text(" ".join(str(raw).split()))
    if not 2000 <= found.year <= 2100:
        raise FieldFault("FLD-INSTANT", f"{_said(raw)} is not in a year we work in.", "Check the year.")
    # A program's serial numbers are off by microseconds; instants are kept to the second.
    found = (found + timedelta(microseconds=500_000)).replace(microsecond=0)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    instants = resolve_local(found)
    if not instants:
        raise FieldFault(
            "FLD-CLOCK", f"{found:%d/%m/%Y %H:%M} does not exist: the clocks went forward.", "Check the time."
        )
    if len(instants) > 1:
        raise FieldFault(
            "FLD-CLOCK",
            f"{found:%d/%m/%Y %H:%M} happened twice: the clocks went back.",
            f"Type {found:%Y-%m-%dT%H:%M}+01:00 for the first (summer time) or {found:%Y-%m-%dT%H:%M}+00:00.",
        )
    return instants[0]


_UK_INSTANT: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def _instant_from_text(text: str) -> datetime:
    uk = _UK_INSTANT.fullmatch(text)
    try:
        if uk is not None:
            day, month, year, hour, minute = (int(part) for part in uk.groups()[:5])
            return datetime(year, month, day, hour, minute, int(uk[6] or 0))  # noqa: DTZ001 - made aware by the caller
        return datetime.fromisoformat(text)
    except ValueError:
        raise FieldFault(
            "FLD-INSTANT",
            f"{_said(text)} is not a date and time.",
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
