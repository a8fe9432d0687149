"""One cell of an imported file: read as its profile says, or refused in words; never guessed."""

from __future__ import annotations

import pytest
from import_kit import profiles
from msgspec.structs import replace

from addin.imports.profiles import ColumnProfile, Profile
from addin.imports.values import Read, reader_of
from addin.logic.imports.kinds import KINDS


def read(text: str, column: str = "order_value", profile: str = "wms-orders", **given: object) -> Read:
    one: Profile = profiles(profile)[0]
    about = replace(one.columns[column], **given)
    return reader_of(KINDS[one.kind].column(column), about, one)(text)


@pytest.mark.parametrize(
    ("text", "profile", "value"),
    [
        ("1250", "wms-orders", "GBP 1250.00"),
        ("1,250.00", "wms-orders", "GBP 1250.00"),
        ("£1,250", "wms-orders", "GBP 1250.00"),
        ("EUR 12.5", "wms-orders", "EUR 12.50"),
        ("12.50 €", "wms-orders", "EUR 12.50"),
        ("-12.50", "wms-orders", "GBP -12.50"),
        ("1 250,00", "wms-orders-fr", "GBP 1250.00"),
        ("1\u00a0250,5", "wms-orders-fr", "GBP 1250.50"),
        ("1.250,00 €", "wms-orders-fr", "EUR 1250.00"),
    ],
)
def test_an_amount_is_read_in_the_profiles_way(text, profile, value):
    """Thousands, pence and currency as the file's locale writes them."""
    assert read(text, profile=profile) == Read(value)


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("1.250,00", "wms-orders"),
        ("1 250,00", "wms-orders"),
        ("12,50", "wms-orders"),
        ("1,25,000", "wms-orders"),
        ("1,250.00", "wms-orders-fr"),
        ("12.345", "wms-orders"),
        ("1,250.005", "wms-orders"),
        ("£12 EUR", "wms-orders"),
        ("XXX 12", "wms-orders"),
        ("1e5", "wms-orders"),
        ("=12", "wms-orders"),
        ("twelve", "wms-orders"),
        ("1²", "wms-orders"),
    ],
)
def test_another_locales_amount_is_refused_and_never_guessed(text, profile):
    """A figure that this locale does not write is a fault that shows how it should look."""
    found = read(text, profile=profile)
    assert found.bad
    assert found.value is None


def test_thousands_without_pence_mean_what_the_locale_says():
    """The same text is a thousand in one locale and no amount in the other."""
    assert read("1,250").value == "GBP 1250.00"
    assert read("1,250", profile="wms-orders-fr").bad


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("1,250", 1250), ("0", 0), ("007", 7)])
def test_a_count_is_a_whole_number(text, value):
    """Programs write 3.0 for 3; that is still three."""
    assert read(text, "quantity") == Read(value)


@pytest.mark.parametrize("text", ["3.5", "-1", "one", "1 000", "1.250", "9999999999"])
def test_what_is_no_count_is_refused(text):
    """Fractions, words, and a count below zero where none can be."""
    assert read(text, "quantity").bad


def test_stock_may_be_below_zero():
    """A system's own quantity can be wrong that way, and has to be told."""
    assert read("-2", "system_qty", "wms-stock") == Read(-2)
    assert read("-2", "counted_qty", "wms-stock").bad


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23/11/2026", "2026-11-23"),
        ("2026-11-23", "2026-11-23"),
        ("23.11.2026", "2026-11-23"),
        ("23-Nov-2026", "2026-11-23"),
        ("03/04/2026", "2026-04-03"),
        ("23/11/2026 00:00:00", "2026-11-23"),
    ],
)
def test_a_day_is_read_day_first(text, value):
    """British order; ISO is always understood."""
    assert read(text, "ship_date", "ups-tracking") == Read(value)


@pytest.mark.parametrize("text", ["11/23/2026", "31/02/2026", "23/11/26", "23/11", "46349", "tomorrow", "23/11/1926"])
def test_what_is_no_day_is_refused(text):
    """Month first, days that do not exist, serial numbers, centuries."""
    assert read(text, "ship_date", "ups-tracking").bad


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23/11/2026 14:22", "2026-11-23T14:22:00+00:00"),
        ("23/06/2026 14:22:05", "2026-06-23T13:22:05+00:00"),
        ("23/11/2026 2:22 PM", "2026-11-23T14:22:00+00:00"),
        ("23/11/2026", "2026-11-23T00:00:00+00:00"),
        ("2026-06-23T14:22:00+02:00", "2026-06-23T12:22:00+00:00"),
        ("2026-06-23 14:22", "2026-06-23T13:22:00+00:00"),
    ],
)
def test_an_instant_is_of_the_profiles_zone(text, value):
    """A time without an offset is London's, summer time included."""
    assert read(text, "last_scan_at", "ups-tracking") == Read(value)


def test_an_hour_that_happened_twice_is_left_open_with_a_doubt():
    """Nobody knows which of the two it was."""
    found = read("25/10/2026 01:30", "last_scan_at", "ups-tracking")
    assert (found.value, found.doubt) == (None, True)
    assert "twice" in found.words


def test_an_hour_that_never_was_is_refused():
    """The clocks went forward over it."""
    assert "does not exist" in read("29/03/2026 01:30", "last_scan_at", "ups-tracking").words


@pytest.mark.parametrize("text", ["4.1029E+09", "=HYPERLINK(1)", "+44 12", "@x", "12.0"])
def test_a_code_that_a_program_altered_or_that_is_a_formula_is_refused(text):
    """What was lost cannot be repaired, and nothing becomes a formula."""
    assert read(text, "order_no").bad


@pytest.mark.parametrize(("text", "value"), [("0041029384", "0041029384"), ("\u200f5200417601\u200e", "5200417601")])
def test_a_code_keeps_its_zeros_and_loses_what_is_invisible(text, value):
    """Leading zeros survive; marks of direction go."""
    assert read(text, "order_no") == Read(value)


def test_a_wrong_check_digit_is_kept_with_a_doubt():
    """A parcel number that fails is never lost: the row says what is wrong with it."""
    found = read("1Z999AA10123456785", "tracking", "ups-tracking")
    assert (found.value, found.doubt) == ("1Z999AA10123456785", True)
    assert "check digit should be 4" in found.words


def test_another_carriers_number_is_called_that():
    """It is not UPS, and not a broken UPS number."""
    found = read("JD014600006281230704", "tracking", "ups-tracking")
    assert found.doubt
    assert "not a UPS number" in found.words


def test_words_of_the_file_are_turned_into_ours_and_unknown_ones_are_doubted():
    """The profile knows the file's words; another word stays open."""
    assert read("In  PICKING", "wms_stage").value == "Picking"
    assert read("En prélèvement", "wms_stage", "wms-orders-fr").value == "Picking"
    strange = read("Waiting for gift note", "wms_stage")
    assert (strange.value, strange.doubt) == (None, True)


def test_a_word_for_nothing_is_nothing():
    """'n/a' in a reference column is no reference."""
    assert read("N/A", "order_no", "ups-tracking") == Read()
    assert read("-", "order_no", "ups-tracking") == Read()


def test_a_formula_in_a_text_stays_a_text():
    """Texts are kept as they are; the register writes them as texts."""
    column = ColumnProfile(titles=("x",))
    one = profiles("ups-tracking")[0]
    found = reader_of(KINDS["tracking"].column("exception_text"), column, one)("=cmd|' /C calc'!A0")
    assert found == Read("=cmd|' /C calc'!A0")
