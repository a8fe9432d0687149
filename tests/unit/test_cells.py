"""Cells: the same content is recognised after a program's round trip, and only safe types are handed to programs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from addin.hosts.grid import CellError
from addin.register.cells import comparable, outgoing, same, same_plain, words


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (None, ""),
        ("  ", None),
        (3.0, 3),
        (12.5, Decimal("12.50")),
        (0.1 + 0.2, Decimal("0.3")),
        (True, "Yes"),
        (False, "No"),
        ("a\r\nb", "a\nb"),
        (" a ", "a"),
        (datetime(2026, 11, 24), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 9, 59, 59, 999_998), datetime(2026, 11, 24, 10)),
        (datetime(2026, 11, 24, 10, 0, 0, 3), datetime(2026, 11, 24, 10)),
    ],
)
def test_a_programs_way_of_giving_back_is_no_change(found, shown):
    """Floats for whole numbers, noise behind the fifteenth digit, lost fractions of seconds, blanks."""
    assert same(found, shown)


@pytest.mark.parametrize(
    ("found", "shown", "is_same"),
    [
        (46350.0, date(2026, 11, 24), True),
        (46350.4166666667, datetime(2026, 11, 24, 10), True),
        (46351.0, date(2026, 11, 24), False),
        (46350.0, 46350, True),
        (-1.0, date(2026, 11, 24), False),
        ("24/11/2026", date(2026, 11, 24), False),
        ("", None, True),
        (CellError("#REF!"), None, False),
        ("a", "a", True),
    ],
)
def test_a_cell_read_without_its_format_shows_a_day_as_its_number(found, shown, is_same):
    """The quick reading knows no dates; a text, an error or another day is still a change."""
    assert same_plain(found, shown) is is_same


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("5", 5),
        (0, None),
        ("0", ""),
        (12.51, Decimal("12.50")),
        ("yes", "Yes"),
        ("007", "7"),
        (datetime(2026, 11, 24, 10, 0, 1), datetime(2026, 11, 24, 10)),
    ],
)
def test_a_real_change_is_seen(found, shown):
    """A number is not the text of it, nothing is not zero, and a letter's case counts."""
    assert not same(found, shown)


@pytest.mark.parametrize("cell", [float("inf"), 10**400, Decimal("1E+500"), 1e-300])
def test_any_number_can_be_compared(cell):
    """Comparing never fails."""
    assert comparable(cell) == comparable(cell)


@pytest.mark.parametrize(
    ("cell", "handed"),
    [
        (True, "Yes"),
        (False, "No"),
        (Decimal("12.50"), 12.5),
        (date(2026, 11, 24), datetime(2026, 11, 24)),
        ("text", "text"),
        (None, None),
        (3, 3),
    ],
)
def test_a_program_gets_only_types_it_knows(cell, handed):
    """No Decimal, no bool, no bare date."""
    assert outgoing(cell) == handed
    assert type(outgoing(cell)) is type(handed)


def test_a_cell_in_a_message_is_short():
    """A page of text is cut, a blank is named."""
    assert words(None) == "(empty)"
    assert words(5.0) == "5"
    assert words(datetime(2026, 11, 24, 9, 5)) == "2026-11-24 09:05"
    assert len(words("x" * 40_000)) == 200
    assert len(words(1e300)) < 10
