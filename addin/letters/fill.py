"""Values on their way into a template: made text, made clean, and checked against what the template needs.

1. Nothing but text reaches a template: amounts, days and instants are written out here, a float is refused.
2. Control characters and those that turn the writing direction are dropped; a tag inside a value stays text.
3. What is missing is told as problems, all of them at once, each naming its field.
4. On paper a day stays in one piece and an amount with its currency; texts that are copied keep plain spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol

from addin.letters.names import OPTIONAL_COLUMNS, ROW_NAMES
from addin.logic.calendar import LONDON
from addin.logic.outcome import Problem
from addin.logic.values import Money, clean_text

Row = Mapping[str, str]
Filled = dict[str, str | tuple[Row, ...]]

#: Characters that turn or isolate the direction of writing, so that a name could be shown as another one.
_TURNING: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: What XML cannot hold besides control characters.
_NOT_XML: Final = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS: Final = re.compile("[\u2028\u2029]")
#: A British postcode (outward half kept), or any word (first sign kept).
_WORD: Final = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*[0-9][A-Z]{2}\b|(\w)(\w*)", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PHONE: Final = re.compile(r"(?:\+|\b0)\d[\d\s()-]{8,}")
#: Fields that say where the customer is, and may say no more than that (the letter's field list).
_CUSTOMER: Final = ("consignee_name", "consignee_town", "consignee_postcode", "pod_name")


class Needs(Protocol):
    """What a template says about the values it uses."""

    @property
    def id(self) -> str:
        """How the template is called."""

    @property
    def names(self) -> frozenset[str]:
        """The names it uses."""

    @property
    def optional(self) -> frozenset[str]:
        """Those of them that may be empty."""


#: The space at which no line ends.
NO_BREAK: Final = "\u00a0"


def as_text(value: object, space: str = " ") -> str:
    """A value as a letter shows it: "£1,250.00", "24 November 2026", "Yes"; clean of what must not be printed.

    `space` stands inside a day and an amount.

    Raises:
        TypeError: for a float or any other kind of value that has no exact text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Money):
        return value.pretty().replace(" ", space)
    if isinstance(value, datetime):
        local = value.astimezone(LONDON) if value.tzinfo else value
        return f"{_day(local, space)}, {local:%H:%M}"
    if isinstance(value, date):
        return _day(value, space)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return "; ".join(_clean(item) for item in value)
    raise TypeError(f"a value of the kind {type(value).__name__} has no exact text")


def _day(value: date, space: str) -> str:
    return f"{value.day}{space}{_MONTHS[value.month - 1]}{space}{value.year}"


#: English month names, whatever language the machine speaks.
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():  # nothing below can change it, and most values are such
        return text.strip()
    plain = _LINE_ENDS.sub("\n", clean_text(text))
    plain = _NOT_XML.sub("", _TURNING.sub("", plain))
    return unicodedata.normalize("NFC", plain).strip()


def check_values(template: Needs, values: Mapping[str, object]) -> tuple[Problem, ...]:
    """Everything that keeps the template from being filled; empty when it can be.

    A name the template uses and does not call optional must hold something. Names it does not use are not looked at.
    """
    found: list[Problem] = []
    for name in sorted(template.names):
        value = values.get(name)
        if name in ROW_NAMES:
            found += _check_rows(template, name, value)
            continue
        try:
            text = as_text(value)
        except TypeError as fault:
            found.append(Problem("LET-KIND", f"{_said(name)}: {fault}.", name, hint="Give it as text or an amount."))
            continue
        if not text and name not in template.optional:
            message = f"{_said(name)} is empty and {template.id} needs it."
            found.append(Problem("LET-EMPTY", message, name, hint="Fill it in on the case and try again."))
        found += _check_customer(name, text)
    return tuple(found)


def _check_rows(template: Needs, name: str, value: object) -> list[Problem]:
    if not value:
        if name in template.optional:
            return []
        message = f"The list of {name} is empty and {template.id} needs at least one line."
        return [Problem("LET-EMPTY", message, name, hint="Add a line, then make the letter again.")]
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(row, Mapping) for row in value):
        return [Problem("LET-KIND", f"The list of {name} is not a list of lines.", name)]
    found = []
    for number, row in enumerate(value, start=1):
        for column in sorted(ROW_NAMES[name]):
            try:
                empty = not as_text(row.get(column))
            except TypeError as fault:
                found.append(Problem("LET-KIND", f"Line {number} of {name}, {_said(column)}: {fault}.", name))
                continue
            if empty and column not in OPTIONAL_COLUMNS:
                found.append(Problem("LET-EMPTY", f"Line {number} of {name} has no {_said(column)}.", name))
    return found


def _check_customer(name: str, text: str) -> list[Problem]:
    """No customer's telephone number or e-mail address leaves in a letter (the letter's field list)."""
    if name not in _CUSTOMER or not (_EMAIL.search(text) or _PHONE.search(text)):
        return []
    message = f"{_said(name)} holds a telephone number or an e-mail address, which must not leave in a letter."
    return [Problem("LET-PERSONAL", message, name, hint="Take it out of the field.")]


def _said(name: str) -> str:
    return name.replace("_", " ")


def fill(template: Needs, values: Mapping[str, object], space: str = " ") -> Filled:
    """Exactly the names the template uses, as clean text; an optional name that is missing is empty.

    `space` stands inside days and amounts.

    Raises:
        TypeError: a value has no exact text (`check_values` tells it as a problem beforehand).
        KeyError: a required name is missing.
    """
    filled: Filled = {}
    for name in template.names:
        value = values.get(name) if name in template.optional else values[name]
        if name not in ROW_NAMES:
            filled[name] = as_text(value, space)
        elif value is None:
            filled[name] = ()
        elif isinstance(value, Sequence):
            filled[name] = tuple(_row(row, ROW_NAMES[name], space) for row in value)
        else:
            raise TypeError(f"{name} is not a list of lines")
    return filled


def _row(row: Mapping[str, object], columns: frozenset[str], space: str) -> Row:
    """One line of a list; a cell of it stays on one line, so that no name can pass for another line."""
    return {column: " ".join(as_text(row.get(column), space).splitlines()) for column in columns}


def masked_address(address: str) -> str:
    """An address that its owner recognises and a stranger cannot use.

    Each word keeps its first sign, a postcode its outward half: "12 Example Street, Leeds LS1 9ZZ" becomes
    "1* E****** S*****, L**** LS1 ***".
    """
    return _WORD.sub(lambda found: f"{found[1]} ***" if found[1] else found[2] + "*" * len(found[3]), as_text(address))
