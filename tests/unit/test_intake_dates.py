"""How days, times and amounts in words become exact values."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from addin.logic.intake.dates import find_days, find_times, nearest_year
from addin.logic.intake.money import find_money, read_amount
from addin.logic.intake.text import fold

#: A Tuesday.
SENT = date(2026, 12, 8)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("today", ["2026-12-08"]),
        ("tmrw", ["2026-12-09"]),
        ("yday", ["2026-12-07"]),
        ("the day before yesterday", ["2026-12-06"]),
        ("avant-hier", ["2026-12-06"]),
        ("3 days ago", ["2026-12-05"]),
        ("two weeks ago", ["2026-11-24"]),
        ("il y a deux jours", ["2026-12-06"]),
        ("in 2 days", ["2026-12-10"]),
        ("since fri", ["2026-12-04"]),
        ("since thurs last wk", ["2026-12-03"]),
        ("by friday", ["2026-12-11"]),
        ("next tuesday", ["2026-12-15"]),
        ("next friday", ["2026-12-11", "2026-12-18"]),
        ("friday", ["2026-12-04", "2026-12-11"]),
        ("sat 12/12", ["2026-12-12"]),
        ("fri 12/12", ["2026-12-12", "2026-12-04", "2026-12-11"]),
        ("03/04", ["2027-04-03"]),
        ("25/12", ["2026-12-25"]),
        ("12/25", ["2026-12-25"]),
        ("31/12/25", ["2025-12-31"]),
        ("12 Nov", ["2026-11-12"]),
        ("Nov 12th", ["2026-11-12"]),
        ("1er décembre", ["2026-12-01"]),
        ("14 juillet 2026", ["2026-07-14"]),
        ("2026-11-30", ["2026-11-30"]),
        ("the 3rd", ["2026-12-03"]),
        ("30/02", []),
        ("1/2 of the box", ["2027-02-01"]),
        ("may be sat on the shelf", []),
    ],
)
def test_days_are_read_against_the_day_of_sending(text: str, days: list[str]) -> None:
    """Numbers are day first, years nearest, weekdays follow the words around them, and doubt keeps all candidates."""
    found = find_days(fold(text), SENT)
    assert [day.isoformat() for hit in found for day in hit.days] == days


def test_the_nearest_year_is_taken() -> None:
    """In January a December day belongs to the year before."""
    assert nearest_year(30, 12, date(2027, 1, 4)) == date(2026, 12, 30)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("at 17:30", time(17, 30), None),
        ("about 1.30am", time(1, 30), None),
        ("vers 10h30", time(10, 30), None),
        ("by noon", time(12), None),
        ("12am", time(0), None),
        ("between 9 and 11am", time(9), time(11)),
        ("10:00-10:30", time(10), time(10, 30)),
        ("between 11 and 1pm", time(11), time(13)),
        ("de 14h à 16h", time(14), time(16)),
    ],
)
def test_times_are_read(text: str, start: time, end: time | None) -> None:
    """British and French clock times and ranges are understood."""
    (hit,) = find_times(fold(text))
    assert (hit.at, hit.until) == (start, end)


@pytest.mark.parametrize("text", ["25:00", "13pm", "£10.30", "1.5 kg", "5-6 days"])
def test_numbers_that_are_no_times_are_left(text: str) -> None:
    """Impossible hours, amounts, weights and counts are no times."""
    assert find_times(fold(text)) == []


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("1 090", "1090.00"),
        ("1,250", "1250.00"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1 250,5", "1250.50"),
        ("0", "0.00"),
        ("75", "75.00"),
        ("1'200", "1200.00"),
    ],
)
def test_amounts_are_read_in_both_ways_of_writing(words: str, amount: str) -> None:
    """Three digits after a mark are thousands, one or two are pence."""
    assert read_amount(words) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("bag was £4,800", "goods_value", "GBP 4800.00"),
        ("£2,150 bag", "goods_value", "GBP 2150.00"),
        ("order total 6 400 €", "order_value", "EUR 6400.00"),
        ("refund £1.2k", "refund_goods", "GBP 1200.00"),
        ("£12 delivery", "delivery", "GBP 12.00"),
        ("the courier quote is £45", "cost", "GBP 45.00"),
        ("120 euros", "amount", "EUR 120.00"),
        ("refund £120 order 4102938475", "refund_goods", "GBP 120.00"),
    ],
)
def test_the_words_beside_an_amount_say_what_it_is(text: str, kind: str, value: str) -> None:
    """An amount is of goods, of the order, a refund, a delivery or a cost as the nearest words tell."""
    (fact,) = find_money(fold(text))
    assert (fact.name, fact.value) == (kind, value)


def test_a_point_before_three_digits_of_pounds_is_only_suggested() -> None:
    """The amount "£1.250" may be a slip; it is not stated."""
    (fact,) = find_money(fold("£1.250 bag"))
    assert (fact.basis.value, fact.value) == ("suggested", "GBP 1250.00")
