"""Values: what money, roles and ids refuse, and how they read; their laws are in tests/property."""

from __future__ import annotations

from decimal import Decimal

import pytest

from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.values import (
    CURRENCIES,
    Actor,
    Money,
    Role,
    cell_length,
    clean_id,
    clean_text,
    formula_like,
    lookalikes,
    rounded,
    total,
)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("1.005"), "GBP", "more than 2 decimals"),
        (Decimal("1.5"), "JPY", "more than 0 decimals"),
        (Decimal("NaN"), "GBP", "finite"),
        (Decimal("-Infinity"), "GBP", "finite"),
        (Decimal("1E+30"), "GBP", "too large"),
        (Decimal("1E-40"), "GBP", "more than 2 decimals"),
        (Decimal(1), "gbp", "ISO 4217"),
        (Decimal(1), "POUND", "ISO 4217"),
        (Decimal(1), "", "ISO 4217"),
    ],
)
def test_what_is_no_amount_of_money_is_refused_in_words(amount, currency, words):
    """A ValueError always, whatever is wrong with it."""
    with pytest.raises(ValueError, match=words):
        Money(amount, currency)


def test_money_keeps_its_currencys_decimals():
    """Two for pounds, none for yen, three for dinars; no negative zero."""
    assert [str(Money(Decimal(5), code)) for code in ("GBP", "JPY", "KWD")] == ["GBP 5.00", "JPY 5", "KWD 5.000"]
    assert str(Money(Decimal("-0.00"))) == "GBP 0.00"


@pytest.mark.parametrize("text", ["", "GBP", "GBP x", "1,250", "GBP 1.005", "12 GBP"])
def test_a_stored_amount_has_one_form(text):
    """Code, blank, figure: anything else is refused."""
    with pytest.raises(ValueError, match=r"\w"):
        Money.parse(text)


def test_currencies_do_not_mix():
    """Neither in a sum nor in a total."""
    with pytest.raises(ValueError, match="Cannot mix GBP and EUR"):
        Money(Decimal(1)) - Money(Decimal(1), "EUR")
    with pytest.raises(ValueError, match="Cannot mix"):
        total([Money(Decimal(1)), Money(Decimal(1), "EUR")])
    assert total([], "EUR") == Money(Decimal(0), "EUR")


def test_rounding_is_half_up():
    """As a spreadsheet's ROUND, not as Python's."""
    assert rounded(Decimal("2.675")) == Money(Decimal("2.68"))
    assert rounded(Decimal("-2.675")) == Money(Decimal("-2.68"))
    assert rounded(Decimal("2.5"), "JPY") == Money(Decimal(3), "JPY")


@pytest.mark.parametrize(
    ("money", "text"),
    [("GBP 1250.00", "£1,250.00"), ("GBP -3.50", "-£3.50"), ("EUR 90.00", "EUR 90.00"), ("JPY -1500", "-JPY 1,500")],
)
def test_an_amount_reads_as_people_write_it(money, text):
    """Pounds with their sign, others with their code."""
    assert Money.parse(money).pretty() == text


def test_currencies_are_three_capitals():
    """And the ones of the trade are among them."""
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert {"GBP", "EUR", "USD", "JPY", "KWD", "AED", "CHF"} <= CURRENCIES


def test_a_person_acts_under_the_role_that_counts():
    """The first of the move's roles that the person holds; without one, the first of the person's own."""
    actor = Actor("a", "A", frozenset({Role.FINANCE, Role.SENIOR_QA}))
    assert actor.acting_as([Role.FINANCE, Role.COORDINATOR]) is Role.FINANCE
    assert actor.acting_as([Role.FINANCE, Role.SENIOR_QA]) is Role.SENIOR_QA
    assert actor.acting_as([Role.LEGAL]) is Role.SENIOR_QA
    assert Actor("b", "B", frozenset()).acting_as([Role.LEGAL]) is Role.SYSTEM
    assert actor.may([Role.LEGAL, Role.FINANCE])
    assert not actor.may([Role.LEGAL])


def test_ids_that_look_alike_are_alike_or_flagged():
    """Invisible and full-width characters go; letters of other alphabets are never mapped, only named."""
    assert clean_id("\ufeff１Ｚ\u200b999\u00a0") == "1Z999"
    assert clean_id("а1") != clean_id("a1")
    assert lookalikes("АB1Ο") == "АΟ"
    assert lookalikes("AB10") == ""


def test_text_is_counted_as_a_spreadsheet_counts():
    """A character beyond the first plane is two."""
    assert [cell_length(text) for text in ("", "abc", "é", "😀", "a😀b")] == [0, 3, 1, 2, 4]


def test_clean_text_keeps_lines_and_tabs():
    """And nothing else below the blank."""
    assert clean_text("a\tb\r\nc\rd\x0b\x1b[0m\x85") == "a\tb\nc\nd[0m"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\rx", "＝1", "＋", "－", "＠", "  =1", "\u3000=1"])
def test_what_a_program_could_take_for_a_formula_is_known(text):
    """Behind blanks and in full width too."""
    assert formula_like(text)


@pytest.mark.parametrize("text", ["", " ", "1-2", "a=b", "£5", "'=1", "x@y"])
def test_what_is_no_formula_is_left_alone(text):
    """The sign counts at the beginning only."""
    assert not formula_like(text)


def test_a_refused_outcome_says_every_reason():
    """With their cells and hints, in one text."""
    outcome = Outcome.refused(Problem("A", "One.", hint="Do."), Problem("B", "Two.").at("Desk!B8"))
    assert (outcome.status, outcome.ok, outcome.message) == (Status.REFUSED, False, "One. Do. Desk!B8: Two.")
    assert Outcome(Status.DONE, "x").ok
