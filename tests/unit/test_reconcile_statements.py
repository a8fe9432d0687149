"""Reading statements: every shipped layout by its sample, and everything a real download does wrong."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.errors import ConfigError
from addin.reconcile.columns import Undecided, clean_ids, read_amounts, read_days, to_day
from addin.reconcile.lines import KINDS, Answers, Lines, counts, read_lines
from addin.reconcile.profile import load_profile, read_profile, shipped
from addin.reconcile.source import Refused

SAMPLES = Path(__file__).resolve().parents[2] / "workbooks" / "samples"
STATEMENTS = sorted(path for path in SAMPLES.iterdir() if path.is_file() and path.suffix != ".toml")
HEAD = "Refund reference,Order number,Booking date,Currency,Amount"
GOOD = "RF-1,5200417400,2026-10-12,GBP,149.00"


def lay(folder: Path, *lines: str, encoding: str = "utf-8", end: str = "\n", name: str = "s.csv") -> Path:
    """A statement of these lines."""
    path = folder / name
    path.write_bytes((end.join(lines) + end).encode(encoding))
    return path


def read(path: Path, profile: str = "", **answers: str) -> Lines:
    chosen = load_profile(profile) if profile else None
    return read_lines(path, chosen, Answers(**answers))


def refused(path: Path, profile: str = "", **answers: str) -> str:
    """Why a file is not taken."""
    with pytest.raises(Refused) as found:
        read(path, profile, **answers)
    (problem,) = found.value.problems
    return f"{problem.code} {problem}"


def amounts(*cells: str, decimal: str = "auto") -> list[int | None]:
    found = read_amounts(pl.Series(cells), decimal)
    return [None if bad else int(amount) for amount, bad in zip(found.amount, found.bad, strict=True)]


# Layouts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "profile", "kinds", "pence"),
    [
        ("adyen-settlement.csv", "adyen", {"refund": 2, "failed": 1, "chargeback": 1, "fee": 1, "payment": 1}, 23850),
        ("paypal-activity.csv", "paypal", {"refund": 2, "fx": 1, "payment": 1, "other": 1}, 123850),
        ("stripe-balance.csv", "stripe", {"refund": 2, "failed": 1, "chargeback": 1, "payment": 1}, 23850),
        ("worldpay-transactions.csv", "worldpay", {"refund": 2, "failed": 1, "payment": 1}, 23850),
        ("erp-line-items.csv", "sap", {"refund": 2, "payment": 1}, 123850),
        ("bank-camt053.xml", "camt053", {"refund": 2, "fee": 1, "payment": 1}, 23850),
        ("bank.sta", "mt940", {"refund": 2, "failed": 1, "fee": 1, "payment": 1}, 23850),
        ("general.csv", "generic", {"refund": 3}, 36950),
    ],
)
def test_a_sample_of_every_layout_is_recognised_and_read(name, profile, kinds, pence):
    """The header tells the layout; refunds are money to the customer, and nothing else is netted into them."""
    lines = read(SAMPLES / name)
    assert (lines.profile.name, counts(lines)) == (profile, kinds)
    refunds = lines.kind == KINDS.index("refund")
    assert int(lines.amount.amount[refunds].sum()) == pence
    assert lines.bad == []
    assert lines.problems == []


def test_every_shipped_layout_has_a_sample():
    """A layout that comes with Casebook is shown by a fictional file."""
    assert {read(path).profile.name for path in STATEMENTS} == set(shipped())


def test_an_unknown_layout_says_which_columns_are_missing(tmp_path):
    """Nothing is guessed from a table without a day, a currency or an amount; the words name them and what is there."""
    said = refused(lay(tmp_path, "Order number,Price,Who", "5200417400,1.00,x"))
    assert said.startswith("STM-LAYOUT")
    assert "booking date" in said
    assert "currency" in said
    assert "amount" in said
    assert "Order number, Price, Who" in said


def test_a_named_layout_says_what_the_file_lacks(tmp_path):
    """A report exported without the reference column is refused, by the column's name."""
    said = refused(
        lay(tmp_path, "Psp Reference,Type,Booking Date,Gross Currency", "1,Refunded,2026-10-12,GBP"), "adyen"
    )
    assert said.startswith("STM-COLUMNS")
    assert "Modification Reference" in said


def test_the_header_may_stand_below_other_lines(tmp_path):
    """Banks write the account above the table."""
    lines = read(lay(tmp_path, "Account;GB33", "", HEAD, GOOD))
    assert (len(lines), lines.row.tolist()) == (1, [4])


def test_a_profile_with_a_misspelt_rule_is_refused():
    """An unknown key is an error, not a rule that silently does nothing."""
    with pytest.raises(ConfigError, match="ammount"):
        read_profile("[ammount]\ncolumn = 'x'\n", "own")


# Encodings, ends, footers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_encodings_are_told_apart(tmp_path, encoding):
    """UTF-8 with and without mark, UTF-16 and Windows' own code page give the same text."""
    path = lay(tmp_path, HEAD, "RÜCK-1,5200417400,2026-10-12,GBP,149.00", encoding=encoding, end="\r\n")
    assert read(path).texts["own_ref"].to_list() == ["RÜCK-1"]


def test_totals_and_record_counts_are_not_lines(tmp_path):
    """A footer is compared with the lines and left out of them."""
    lines = read(lay(tmp_path, HEAD, GOOD, "RF-2,5200417401,2026-10-13,GBP,1.00", "Total,,,,150.00", "Records: 2,,,,"))
    assert (len(lines), lines.total_lines, lines.problems) == (2, 2, [])


def test_a_file_whose_own_count_is_higher_was_cut(tmp_path):
    """The file says how many lines it has; fewer means that some are gone."""
    lines = read(lay(tmp_path, HEAD, GOOD, "Records: 9,,,,"))
    assert [problem.code for problem in lines.problems] == ["STM-CUT"]


def test_a_file_that_ends_within_a_line_is_refused(tmp_path):
    """A download that broke off is no statement."""
    path = tmp_path / "cut.csv"
    path.write_text(f"{HEAD}\n{GOOD}\nRF-2,52004", encoding="utf-8")
    assert refused(path).startswith("STM-CUT")


def test_a_bank_statement_that_does_not_add_up_is_told(tmp_path):
    """Opening balance and bookings make the closing balance, in both bank formats."""
    for name in ("bank.sta", "bank-camt053.xml"):
        text = (SAMPLES / name).read_text(encoding="utf-8").replace("149,00", "148,00").replace("149.00", "148.00")
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert [problem.code for problem in read(tmp_path / name).problems] == ["STM-BALANCE"]


def test_a_cut_bank_file_is_refused_or_told(tmp_path):
    """Half an XML file is refused; an MT940 statement without closing balance is told."""
    half = (SAMPLES / "bank-camt053.xml").read_text(encoding="utf-8")[:900]
    assert refused(lay(tmp_path, half, name="half.xml")).startswith("STM-CUT")
    text = (SAMPLES / "bank.sta").read_text(encoding="utf-8")
    assert "STM-CUT" in {p.code for p in read(lay(tmp_path, text[: text.index(":62F:")], name="half.sta")).problems}


def test_an_xml_file_with_entities_is_not_parsed(tmp_path):
    """A statement has no document type; an entity bomb has."""
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><Document>&a;</Document>'
    assert refused(lay(tmp_path, bomb, name="bomb.xml")).startswith("STM-XML")


def test_an_empty_file_is_refused_and_one_without_lines_is_not(tmp_path):
    """A month without refunds has a header and no line; a file of no bytes is a failed download."""
    (tmp_path / "none.csv").write_bytes(b"")
    assert refused(tmp_path / "none.csv").startswith("STM-EMPTY")
    assert len(read(lay(tmp_path, HEAD))) == 0


def test_an_unreadable_line_is_listed_with_its_number(tmp_path):
    """Good lines are taken; a bad one is named, with its text and why."""
    lines = read(lay(tmp_path, HEAD, GOOD, "RF-2,5200417401,2026-10-13,GBP,about ten", ",,,,", GOOD))
    assert [(bad.row, bad.why) for bad in lines.bad] == [(3, "its amount cannot be read")]
    assert (len(lines), lines.blank_lines, lines.file_lines()) == (2, 1, 4)


def test_a_bank_line_that_cannot_be_read_is_listed(tmp_path):
    """A booking in a currency that is none is told, with its text."""
    text = (SAMPLES / "bank-camt053.xml").read_text(encoding="utf-8").replace('Ccy="GBP">89.50', 'Ccy="GBQ">89.50')
    (bad,) = read(lay(tmp_path, text, name="bank.xml")).bad
    assert "BNK0002" in bad.text


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(STATEMENTS), st.integers(0, 3_000), st.binary(max_size=8), st.integers(0, 40))
def test_no_damage_to_a_file_is_more_than_a_refusal(tmp_path_factory, sample, at, put, cut):
    """Bytes put in, taken out or cut anywhere: the file is read or refused in words, never a fault of ours."""
    content = sample.read_bytes()
    at %= max(len(content), 1)
    path = tmp_path_factory.mktemp("damage") / sample.name
    path.write_bytes(content[:at] + put + content[at + cut :])
    with contextlib.suppress(Refused):
        lines = read(path)
        assert lines.file_lines() >= len(lines)


# Amounts -------------------------------------------------------------------------------------------------------


def test_amounts_are_exact_in_every_notation():
    """Brackets, a minus behind, currency signs, thousands, DR: the same pence."""
    cells = ("1,234.50", "(1,234.50)", "1234.50-", "-£1,234.50", "GBP 1234.5", "1 234.50", "1234.50 DR", "−1,234.50")
    assert amounts(*cells) == [123450, -123450, -123450, -123450, 123450, 123450, -123450, -123450]


def test_a_decimal_comma_is_found_out():
    """One cell that can be read in one way decides for its column."""
    assert amounts("1.234,50", "2,5", "3-", "1.000") == [123450, 250, -300, 100000]


def test_a_comma_that_could_be_either_is_asked():
    """1,234 is one or a thousand; nothing in the column tells, so nobody guesses."""
    with pytest.raises(Undecided):
        amounts("1,234", "5,678")
    with pytest.raises(Undecided):
        amounts("1.234", "5.678")
    assert amounts("1,234", "1.234", decimal="comma") == [1234, 1234000]
    assert amounts("1.234", "0.500") == [1234, 500]


def test_three_decimals_are_kept():
    """A price of a tenth of a penny is not rounded away."""
    found = read_amounts(pl.Series(["0.001", "2.5"]))
    assert (found.amount.tolist(), found.decimals) == ([1, 2500], 3)


@pytest.mark.parametrize("cell", ["", "12.34.56", "1e5", "12a", "=1+1", "1.23456789", "NaN"])
def test_what_is_no_amount_is_told(cell):
    """No cell becomes nought because it could not be read."""
    assert amounts(cell, "1.00")[0] is None


# Days ----------------------------------------------------------------------------------------------------------


def days(*cells: str, order: str = "auto", zone: str = "Europe/London") -> list[date | None]:
    found, bad = read_days(pl.Series(cells), order, zone)
    return [None if none else to_day(day) for day, none in zip(found, bad, strict=True)]


def test_days_before_months_are_found_out_by_the_column():
    """One day above twelve decides for all."""
    assert days("03/04/2026", "13/04/2026") == [date(2026, 4, 3), date(2026, 4, 13)]
    assert days("03/04/2026", "04/13/2026") == [date(2026, 3, 4), date(2026, 4, 13)]


def test_dates_that_could_be_either_are_asked_once(tmp_path):
    """03/04/2026 alone is refused with the question; the answer reads it."""
    path = lay(tmp_path, HEAD, "RF-1,5200417400,03/04/2026,GBP,149.00")
    assert "--dates dmy or --dates mdy" in refused(path)
    assert to_day(read(path, dates="mdy").day[0]) == date(2026, 3, 4)


def test_days_are_londons(tmp_path):
    """Half past eleven in the evening UTC in summer is the next day in London."""
    assert days("2026-06-30 23:30:00", zone="UTC") == [date(2026, 7, 1)]
    assert days("2026-06-30T23:30:00+00:00", "12 Oct 2026", "20261012") == [
        date(2026, 7, 1), date(2026, 10, 12), date(2026, 10, 12),
    ]  # fmt: skip
    assert days("31/02/2026", "30/01/2026")[0] is None


# Ids -----------------------------------------------------------------------------------------------------------


def test_an_id_in_scientific_notation_is_refused(tmp_path):
    """4.10294E+15 has lost its last digits; no other program can know them."""
    said = refused(lay(tmp_path, HEAD, "4.10294E+15,5200417400,2026-10-12,GBP,149.00"))
    assert said.startswith("STM-EATEN")
    assert "line 2" in said


def test_long_references_keep_every_digit(tmp_path):
    """Twenty-three digits are text from file to result."""
    arn = "74537606123456789012345"
    assert read(lay(tmp_path, HEAD, f"{arn},5200417400,2026-10-12,GBP,1.00")).texts["own_ref"].to_list() == [arn]


def test_ids_are_compared_without_what_cannot_be_seen():
    """Spaces, zero-width characters and a spreadsheet's .0 do not make two ids of one."""
    cells = pl.Series([" 17850.0", "A\u200bB", "ＡＢ", None, "0012"])
    assert clean_ids(cells).to_list() == ["17850", "AB", "AB", "", "0012"]


def test_two_currencies_stay_apart_and_an_unknown_one_is_told(tmp_path):
    """A code that is no currency makes its line unreadable."""
    lines = read(lay(tmp_path, HEAD, GOOD, GOOD.replace("GBP", "EUR"), GOOD.replace("GBP", "XXX")))
    assert (len(lines), len(set(lines.currency.tolist())), [bad.row for bad in lines.bad]) == (2, 2, [4])
