"""Forms: every kind of field over good and bad cells, as programs and people fill them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from addin.logic.calendar import LONDON
from addin.logic.events import ERASED
from addin.logic.forms import Cell, Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.values import Money

CHOICES = ("Lost", "Damaged in transit", "Late")


def field(kind: FieldKind, **more) -> Field:
    """A field of a kind; choices only where they mean something."""
    return Field(name="it", title="The field", kind=kind, choices=CHOICES if kind is FieldKind.CHOICE else (), **more)


def value_of(kind: FieldKind, cell: Cell, currency: str = "GBP") -> Value | None:
    """What a cell reads as; a problem fails the test."""
    value, problem = field(kind).read(cell, currency)
    assert problem is None, problem
    return value


def fault_of(kind: FieldKind, cell: Cell) -> str:
    """The code of the problem a cell has; the problem must name the field and say what to do."""
    value, problem = field(kind).read(cell)
    assert problem is not None, f"{cell!r} was read as {value!r}"
    assert value is None
    assert problem.message.startswith("The field: ")
    assert problem.field == "it"
    assert problem.hint
    assert len(str(problem)) < 500
    return problem.code


# Blanks and texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FieldKind)
@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0", "\t\n", "\u200b", "\ufeff \u200d", "\x00\x1f"])
def test_a_blank_cell_is_nothing_and_no_problem(kind, cell):
    """What looks empty is empty, invisible characters included."""
    assert field(kind).read(cell) == (None, None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Rue de la Paix 5 ", "Rue de la Paix 5"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("bell\x07 and null\x00", "bell and null"),
        ("half \ud800 character \uffff", "half  character"),
        ("=SUM(A1)", "=SUM(A1)"),
        (12.0, "12"),
        (12.5, "12.5"),
        (1e21, "1e+21"),
        (True, "Yes"),
        (False, "No"),
        (7, "7"),
    ],
)
def test_a_text_is_kept_as_it_was_typed_without_what_no_cell_can_hold(cell, text):
    """Line ends are unified, control characters go, whole floats lose their .0."""
    assert value_of(FieldKind.TEXT, cell) == text


@pytest.mark.parametrize(("kind", "limit"), [(FieldKind.TEXT, 1_000), (FieldKind.NOTE, 8_000), (FieldKind.LIST, 4_000)])
def test_a_text_may_be_so_long_and_no_longer(kind, limit):
    """At the limit it is read, one more is refused in words that say how many fit."""
    assert value_of(kind, "x" * limit)
    assert fault_of(kind, "x" * (limit + 1)) == "FLD-LONG"
    assert fault_of(kind, "x" * 40_000) == "FLD-LONG"


@pytest.mark.parametrize("kind", [kind for kind in FieldKind if kind not in (FieldKind.TEXT, FieldKind.NOTE)])
def test_a_fault_never_repeats_a_whole_page(kind):
    """Forty thousand characters in the wrong cell are quoted by their beginning."""
    assert fault_of(kind, "long " * 8_000)


@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.NOTE, FieldKind.ID, FieldKind.CHOICE, FieldKind.LIST])
@pytest.mark.parametrize("cell", [datetime(2026, 3, 1), date(2026, 9, 7)])
def test_a_text_that_the_program_ate_as_a_date_is_refused(kind, cell):
    """SEPT1, MAR1 and 1-2 come back as dates; what was typed is gone, so it must be typed again."""
    assert fault_of(kind, cell) == "FLD-DATE-EATEN"


# Ids -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("0041029384", "0041029384"),
        (4102938475.0, "4102938475"),
        (4102938475, "4102938475"),
        ("\u00a04102938475\u200b ", "4102938475"),
        ("１Ｚ９９９", "1Z999"),
        ("SEPT1", "SEPT1"),
        ("MAR1", "MAR1"),
        ("1-2", "1-2"),
        ("12E3", "12E3"),
        ("1e5", "1e5"),
        ("H-083.411", "H-083.411"),
        ("e\u200b\u0301", "é"),
        (999_999_999_999_999.0, "999999999999999"),
    ],
)
def test_an_id_is_text_as_it_was_typed(cell, text):
    """Leading zeros stay, spaces and invisible characters go, codes that look like numbers or dates stay texts."""
    assert value_of(FieldKind.ID, cell) == text


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (1e21, "FLD-ID-NUMBER"),
        (1e15, "FLD-ID-NUMBER"),
        (123_456_789_012_345_678.0, "FLD-ID-NUMBER"),
        (123_456_789_012_345_678, "FLD-ID-NUMBER"),
        (float("inf"), "FLD-ID-NUMBER"),
        (float("nan"), "FLD-ID-NUMBER"),
        ("4.10294E+14", "FLD-ID-NUMBER"),
        ("1e+21", "FLD-ID-NUMBER"),
        ("4102938475.0", "FLD-ID-NUMBER"),
        (12.5, "FLD-ID-NUMBER"),
        (True, "FLD-ID"),
        ("=A1", "FLD-FORMULA"),
        ("+44 20", "FLD-FORMULA"),
        ("-5", "FLD-FORMULA"),
        (-5.0, "FLD-FORMULA"),
        ("@here", "FLD-FORMULA"),
        ("＝1+1", "FLD-FORMULA"),
        (" \u3000=1", "FLD-FORMULA"),
        ("two\nlines", "FLD-ID"),
        ("two\tcells", "FLD-ID"),
        ("x" * 121, "FLD-ID"),
        ("x" * 40_000, "FLD-ID"),
    ],
)
def test_an_id_that_was_altered_or_is_no_id_is_refused(cell, code):
    """A number that lost digits, a scientific form, a formula, a page of text: refused, never repaired."""
    assert fault_of(FieldKind.ID, cell) == code


# Choices, flags, lists -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["lost", " LOST\u00a0", "Lost"])
def test_a_choice_is_found_whatever_its_case(cell):
    """The list's own spelling is what is stored."""
    assert value_of(FieldKind.CHOICE, cell) == "Lost"


@pytest.mark.parametrize("cell", ["Stolen", 1.0, "Los", True])
def test_what_is_not_in_the_list_is_refused_with_the_list(cell):
    """The hint says what may be chosen."""
    _, problem = field(FieldKind.CHOICE).read(cell)
    assert problem is not None
    assert problem.code == "FLD-CHOICE"
    assert "Lost, Damaged in transit, Late" in problem.hint


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("Yes", True), ("y", True), (True, True), (1.0, True), ("oui", True), ("X", True), ("TRUE", True),
     ("No", False), ("n", False), (False, False), (0.0, False), (0, False), ("NON ", False)],
)  # fmt: skip
def test_a_flag_is_yes_or_no(cell, answer):
    """In the words people and programs use."""
    assert value_of(FieldKind.FLAG, cell) is answer


@pytest.mark.parametrize("cell", ["maybe", 2.0, "yes and no", -1, 0.5])
def test_a_flag_is_never_guessed(cell):
    """Neither Yes nor No is a fault."""
    assert fault_of(FieldKind.FLAG, cell) == "FLD-FLAG"


def test_a_list_is_split_at_semicolons_and_lines():
    """Empty parts vanish; a list of nothing is nothing."""
    assert value_of(FieldKind.LIST, " a.jpg; b, c.pdf\n\n;d ") == ("a.jpg", "b, c.pdf", "d")
    assert field(FieldKind.LIST).read(" ; ;\n;") == (None, None)


# Numbers and money ---------------------------------------------------------------------------------------------------

READABLE = [
    ("1250", "1250"),
    ("1250.", "1250"),
    (".5", "0.5"),
    ("1,250", "1250"),
    ("1,250,000.5", "1250000.5"),
    ("1250,00", "1250"),
    ("12,5", "12.5"),
    ("1 250,00", "1250"),
    ("1 250 000", "1250000"),
    ("1\u00a0250,00", "1250"),
    ("1\u202f250.75", "1250.75"),
    ("1.250,00", "1250"),
    ("1.250.000,5", "1250000.5"),
    ("(12.00)", "-12"),
    ("(1,250.00)", "-1250"),
    ("12.00-", "-12"),
    ("-12", "-12"),
    ("\u221212", "-12"),
    ("0", "0"),
    (12.5, "12.5"),
    (0.1 + 0.2, "0.3"),
    (19.990000000000002, "19.99"),
    (1e15, "1000000000000000"),
    (7, "7"),
    (Decimal("7.25"), "7.25"),
]


@pytest.mark.parametrize(("cell", "number"), READABLE)
@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.MONEY])
def test_a_number_is_read_as_people_and_programs_write_it(kind, cell, number):
    """Both ways of grouping, both decimal marks, brackets and a trailing minus; a float counts as its 15 digits."""
    value = value_of(kind, cell)
    assert (value.amount if isinstance(value, Money) else value) == Decimal(number)


UNREADABLE = [
    "abc", "12 34", "1 2", "1,25,000", "1,2345", "12..5", "1.2.3", "--5", "-5-", "(-5)", "(5", "5)", "1e5", "1_000",
    "Infinity", "NaN", "1/2", "12%", "1²", "½", ".", ",", "-", "()", "1'250.00", "+5", "=5", "ten",
]  # fmt: skip


@pytest.mark.parametrize("cell", [*UNREADABLE, float("inf"), float("nan"), Decimal("sNaN"), Decimal("-Infinity")])
@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.MONEY, FieldKind.COUNT])
def test_what_is_no_number_is_never_guessed(kind, cell):
    """Two numbers in one cell, a scientific text, a percentage: refused."""
    assert fault_of(kind, cell) == "FLD-NUMBER"


@pytest.mark.parametrize("cell", [1e16, 10**16, "1234567890123456", Decimal("1E+30"), "0." + "0" * 20 + "1", 1e300])
@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.MONEY, FieldKind.COUNT])
def test_more_digits_than_a_cell_can_hold_are_refused(kind, cell):
    """A workbook would round them without a word."""
    assert fault_of(kind, cell) == "FLD-NUMBER"


@pytest.mark.parametrize("cell", [True, datetime(2026, 3, 1), date(2026, 3, 1)])
@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.MONEY, FieldKind.COUNT])
def test_yes_no_and_dates_are_no_numbers(kind, cell):
    """A number that the program ate as a date is gone."""
    assert fault_of(kind, cell) == "FLD-NUMBER"


@pytest.mark.parametrize(
    ("cell", "money"),
    [
        ("£1,250.00", "GBP 1250.00"),
        ("-£5", "GBP -5.00"),
        ("£-5", "GBP -5.00"),
        ("(£5)", "GBP -5.00"),
        ("€ 90,5", "EUR 90.50"),
        ("90.50 EUR", "EUR 90.50"),
        ("eur 90", "EUR 90.00"),
        ("EUR 90 €", "EUR 90.00"),
        ("$3", "USD 3.00"),
        ("JPY 500", "JPY 500"),
        ("KWD 1.250", "KWD 1.250"),
        (12, "GBP 12.00"),
    ],
)
def test_an_amount_may_name_its_currency(cell, money):
    """By sign or by code, before or after; without one it is in the register's."""
    assert value_of(FieldKind.MONEY, cell) == Money.parse(money)


def test_an_amount_without_currency_is_in_the_given_one():
    """The register's settings say which."""
    assert value_of(FieldKind.MONEY, "12.50", "EUR") == Money(Decimal("12.50"), "EUR")


@pytest.mark.parametrize("cell", ["12 GPB", "£12 EUR", "XXX 5", "abc 12"])
def test_a_currency_that_does_not_exist_is_refused(cell):
    """A slip in the code would make an amount that can never be added up."""
    assert fault_of(FieldKind.MONEY, cell) == "FLD-CURRENCY"


@pytest.mark.parametrize("cell", [12.345, "12.345", "1.250", "JPY 1.5", "0.001", Decimal("0.005")])
def test_an_amount_is_to_the_penny_and_never_rounded(cell):
    """Three decimals are a fault; 1.250 as text could be a thousand or one pound."""
    assert fault_of(FieldKind.MONEY, cell) == "FLD-MONEY"


@pytest.mark.parametrize("kind", [FieldKind.NUMBER, FieldKind.COUNT])
def test_a_number_is_no_amount_of_money(kind):
    """A currency in a field that counts is a slip of the column."""
    assert fault_of(kind, "£12") == "FLD-NUMBER"


def test_a_count_is_whole():
    """Half a parcel does not exist, and a billion is a slip."""
    assert value_of(FieldKind.COUNT, 3.0) == 3
    assert isinstance(value_of(FieldKind.COUNT, "1,200"), int)
    assert fault_of(FieldKind.COUNT, 2.5) == "FLD-COUNT"
    assert fault_of(FieldKind.COUNT, 10.0**10) == "FLD-COUNT"


# Days and instants ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["24/11/2026", "24.11.2026", "24-11-2026", "24/11/26", "2026-11-24", " 24/11/2026 ", date(2026, 11, 24),
     datetime(2026, 11, 24, 15, 30)],
)  # fmt: skip
def test_a_day_is_read_day_first(cell):
    """British order or ISO, or the program's own date."""
    assert value_of(FieldKind.DAY, cell) == date(2026, 11, 24)


@pytest.mark.parametrize(
    "cell",
    ["30/02/2026", "29/02/2027", "11/24/2026", "31/04/2026", "00/01/2026", "2026-13-01", "24 Nov", "soon", "1/1/1999",
     "24/11/2126", 45_000.0, 45_000, True, date(1900, 1, 5), datetime(1999, 12, 31), "24/11.2026", "٢٤/11/2026"],
)  # fmt: skip
def test_a_day_that_does_not_exist_or_is_none_is_refused(cell):
    """No day is guessed, no serial number taken for one, and the year is one we work in."""
    assert fault_of(FieldKind.DAY, cell) == "FLD-DAY"


@pytest.mark.parametrize(
    "cell",
    ["24/11/2026 17:20", "24/11/2026  17:20:00", "2026-11-24T17:20", "2026-11-24 17:20:00+00:00",
     "2026-11-24T18:20:00+01:00", "2026-11-24T17:20:00Z", datetime(2026, 11, 24, 17, 20),
     datetime(2026, 11, 24, 17, 19, 59, 999_996), datetime(2026, 11, 24, 17, 20, 0, 4),
     datetime(2026, 11, 24, 17, 20, tzinfo=UTC)],
)  # fmt: skip
def test_an_instant_is_stored_in_utc_to_the_second(cell):
    """A time without offset is London's; the microseconds of a serial number are noise."""
    value = value_of(FieldKind.INSTANT, cell)
    assert value == datetime(2026, 11, 24, 17, 20, tzinfo=UTC)
    assert isinstance(value, datetime)
    assert value.utcoffset() == datetime.now(UTC).utcoffset()


def test_a_summer_time_is_an_hour_ahead():
    """17:20 in July is 16:20 UTC."""
    assert value_of(FieldKind.INSTANT, "24/07/2026 17:20") == datetime(2026, 7, 24, 16, 20, tzinfo=UTC)
    assert value_of(FieldKind.INSTANT, date(2026, 7, 24)) == datetime(2026, 7, 23, 23, 0, tzinfo=UTC)


def test_the_hour_that_does_not_exist_is_refused():
    """On 29 March 2026 London's clocks jump from 01:00 to 02:00."""
    assert fault_of(FieldKind.INSTANT, "29/03/2026 01:30") == "FLD-CLOCK"
    assert value_of(FieldKind.INSTANT, "29/03/2026 00:59") is not None
    assert value_of(FieldKind.INSTANT, datetime(2026, 3, 29, 1, 59, 59, 999_999)) is not None


def test_the_hour_that_happens_twice_is_asked_for_and_the_answer_is_read():
    """On 25 October 2026 01:30 comes twice; the hint's own two spellings are read as two instants."""
    assert fault_of(FieldKind.INSTANT, "25/10/2026 01:30") == "FLD-CLOCK"
    _, problem = field(FieldKind.INSTANT).read("25/10/2026 01:30")
    assert problem is not None
    texts = [word for word in problem.hint.replace(".", "").split() if word.startswith("2026")]
    found = [value_of(FieldKind.INSTANT, text) for text in texts]
    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]


def test_the_edges_of_the_doubled_hour_are_not_doubted():
    """02:00 sharp, as a serial number just before it, is one instant only."""
    assert value_of(FieldKind.INSTANT, datetime(2026, 10, 25, 1, 59, 59, 999_999)) == datetime(
        2026, 10, 25, 2, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "cell",
    ["24/11/2026 25:00", "30/02/2026 10:00", "yesterday", 45_000.7, True, "1999-12-31T10:00", datetime(1, 1, 1),
     datetime(9999, 12, 31, 23, 59, 59, 999_999), "0001-01-01T00:00", "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(cell):
    """Impossible times, serial numbers and other centuries."""
    assert fault_of(FieldKind.INSTANT, cell) == "FLD-INSTANT"


# Checks, storing, showing --------------------------------------------------------------------------------------------


def test_a_check_that_warns_lets_the_value_through():
    """A warning comes with the value, and names the field."""
    warned = field(FieldKind.TEXT, check=lambda text: Problem("CHK", f"{text} is odd.", warn=True))
    assert warned.read("this") == ("this", Problem("CHK", "this is odd.", "it", warn=True))


def test_a_check_that_refuses_keeps_the_value_out():
    """A value comes with warnings only."""
    refusing = field(FieldKind.ID, check=lambda text: Problem("CHK", f"{text} is wrong.", "other"))
    assert refusing.read("this") == (None, Problem("CHK", "this is wrong.", "other"))


STORED = [
    (FieldKind.TEXT, "£ü 😀", "£ü 😀", "£ü 😀", "£ü 😀"),
    (FieldKind.ID, "007", "007", "007", "007"),
    (FieldKind.CHOICE, "Lost", "Lost", "Lost", "Lost"),
    (FieldKind.FLAG, True, True, "Yes", "Yes"),
    (FieldKind.FLAG, False, False, "No", "No"),
    (FieldKind.COUNT, 3, 3, 3, "3"),
    (FieldKind.NUMBER, Decimal("2.50"), "2.50", Decimal("2.50"), "2.50"),
    (FieldKind.MONEY, Money(Decimal(1250)), "GBP 1250.00", Decimal("1250.00"), "£1,250.00"),
    (FieldKind.MONEY, Money(Decimal("-3.5"), "EUR"), "EUR -3.50", "EUR -3.50", "-EUR 3.50"),
    (FieldKind.DAY, date(2026, 11, 4), "2026-11-04", date(2026, 11, 4), "4 November 2026"),
    (
        FieldKind.INSTANT,
        datetime(2026, 7, 4, 8, 5, tzinfo=UTC),
        "2026-07-04T08:05:00+00:00",
        datetime(2026, 7, 4, 9, 5),
        "4 July 2026 09:05",
    ),
    (FieldKind.LIST, ("a", "b"), ["a", "b"], "a; b", "a; b"),
]


@pytest.mark.parametrize(("kind", "value", "stored", "shown", "words"), STORED)
def test_a_value_is_stored_shown_and_told(kind, value, stored, shown, words):
    """One stored form, one cell, one wording, and the stored form leads back."""
    it = field(kind)
    assert it.encode(value) == stored
    assert type(it.encode(value)) is type(stored)
    assert it.decode(stored) == value
    assert it.show(value) == shown
    assert it.words(value) == words


@pytest.mark.parametrize("kind", FieldKind)
def test_nothing_stays_nothing_and_an_erased_value_says_so(kind):
    """An erased personal value is told as such, whatever it was."""
    it = field(kind)
    assert (it.encode(None), it.decode(None), it.show(None), it.words(None)) == (None, None, None, "")
    assert it.decode(ERASED) == ERASED
    assert it.words(ERASED) == ERASED


def test_an_instant_from_another_zone_is_stored_in_utc():
    """The stored text never depends on the offset it came with."""
    london = datetime(2026, 7, 4, 9, 5, tzinfo=LONDON)
    assert field(FieldKind.INSTANT).encode(london) == "2026-07-04T08:05:00+00:00"


def test_a_stored_list_that_is_none_reads_as_empty():
    """A damaged stored form never brings the register down."""
    assert field(FieldKind.LIST).decode("text") == ()


def test_a_time_of_day_is_no_number():
    """Some programs hand over a time for a cell that holds one."""
    assert field(FieldKind.COUNT).read(time(12, 30))[1].code == "FLD-NUMBER"
    assert field(FieldKind.DAY).read(time(12, 30))[1].code == "FLD-DAY"
    assert field(FieldKind.INSTANT).read(time(12, 30))[1].code == "FLD-INSTANT"
