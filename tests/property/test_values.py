"""Laws of the values: money, tracking numbers, postcodes and the calendar, over generated input."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from addin.logic.calendar import (
    LONDON,
    Division,
    WorkingHours,
    add_working_days,
    add_working_time,
    is_working_day,
    parse_day,
    parse_instant,
    previous_working_day,
    resolve_local,
    working_days_between,
    working_time_between,
)
from addin.logic.postcode import read_postcode
from addin.logic.statute import add_months, ccr_refund_due, cra_refund_due
from addin.logic.tracking import TrackingKind, normalise, read_tracking, s10_check_digit, ups_check_digit
from addin.logic.values import Money, rounded, total

HOURS = WorkingHours()
currencies = st.sampled_from(["GBP", "EUR", "USD", "JPY", "KWD"])
pence = st.integers(-(10**12), 10**12)
bodies = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=15, max_size=15)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
divisions = st.sampled_from(Division)


# Money -----------------------------------------------------------------------------------------------------------


@given(pence, currencies)
def test_money_survives_text_and_minor_units(minor: int, currency: str) -> None:
    """The stored text and the pence lead back to the same amount."""
    money = Money.from_minor(minor, currency)
    assert Money.parse(str(money)) == money
    assert money.minor == minor
    assert str(Money.parse(str(money))) == str(money)


@given(pence, pence, currencies)
def test_money_adds_exactly(one: int, two: int, currency: str) -> None:
    """Sums are exact in minor units, and subtracting gives back."""
    a, b = Money.from_minor(one, currency), Money.from_minor(two, currency)
    assert (a + b).minor == one + two
    assert a + b - b == a
    assert (-a).minor == -one
    assert bool(a - b) == (one != two)


@given(st.lists(pence, max_size=20))
def test_a_total_does_not_depend_on_the_order(amounts: list[int]) -> None:
    """A total is the sum of the pence, whichever way round."""
    moneys = [Money.from_minor(a) for a in amounts]
    assert total(moneys) == total(moneys[::-1]) == Money.from_minor(sum(amounts))


@given(st.decimals(-(10**9), 10**9, allow_nan=False, places=5), currencies)
def test_rounding_moves_half_a_unit_at_most(amount: Decimal, currency: str) -> None:
    """Rounding half up stays within half a minor unit and is stable."""
    money = rounded(amount, currency)
    assert abs(money.amount - amount) * 2 <= Decimal(1).scaleb(-money.exponent)
    assert rounded(money.amount, currency) == money


@given(st.floats(allow_nan=True))
def test_money_never_takes_a_float(amount: float) -> None:
    """A float cannot hold pence."""
    with pytest.raises(TypeError):
        Money(amount)  # type: ignore[arg-type]


@given(st.integers(-(10**9), 10**9).filter(lambda n: n % 10))
def test_money_never_drops_a_decimal(thousandths: int) -> None:
    """Three decimals of a pound are refused rather than rounded."""
    with pytest.raises(ValueError, match="decimals"):
        Money(Decimal(thousandths).scaleb(-3))


# Tracking numbers ------------------------------------------------------------------------------------------------


@given(st.text(max_size=60))
def test_reading_a_tracking_number_never_fails(text: str) -> None:
    """Any text is read, keeps what was typed, and has a stable normal form."""
    read = read_tracking(text)
    assert read.raw == text
    assert not read.norm.isascii() or normalise(read.norm) == read.norm
    assert read.ok or read.problem() is not None


@given(bodies)
def test_exactly_one_check_digit_is_right(body: str) -> None:
    """Of the ten digits one passes, and it is the one expected of the others."""
    reads = [read_tracking(f"1Z{body}{digit}") for digit in range(10)]
    right = [read for read in reads if read.check_ok]
    assert [read.norm[17] for read in right] == [ups_check_digit(body)]
    assert {read.expected_check for read in reads} == {ups_check_digit(body)}


@given(bodies, st.lists(st.sampled_from([" ", "-", "\u00a0", "\u200b", "–", ""]), min_size=18, max_size=18))
def test_grouping_never_matters(body: str, gaps: list[str]) -> None:
    """Whatever stands between the characters, and in small letters, the number is the same."""
    number = f"1Z{body}{ups_check_digit(body)}"
    typed = "".join(c + gap for c, gap in zip(number.lower(), gaps, strict=True))
    assert read_tracking(typed).norm == number
    assert read_tracking(read_tracking(number).grouped).norm == number


@given(bodies, st.integers(0, 14), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_seen_unless_it_moves_by_five_in_a_doubled_place(body: str, place: int, digit: str) -> None:
    """The check sees every change of value except the one it is known to miss."""
    assume(body[place].isdigit() and body[place] != digit)
    changed = body[:place] + digit + body[place + 1 :]
    missed = place % 2 == 1 and abs(int(body[place]) - int(digit)) == 5
    assert (ups_check_digit(changed) == ups_check_digit(body)) == missed


@given(bodies, st.integers(0, 14))
def test_suggestions_pass_and_are_one_character_away(body: str, place: int) -> None:
    """Whatever is suggested is a valid number that differs in one place, and the number read as typed is unchanged."""
    digit = ups_check_digit(body)
    typed = f"1Z{body[:place]}O{body[place + 1 :]}{digit}"
    read = read_tracking(typed)
    assert read.norm == typed
    for number in read.suggestions:
        assert read_tracking(number).ok
        assert sum(a != b for a, b in zip(number, typed, strict=True)) == 1
    if body[place] == "0":
        assert f"1Z{body}{digit}" in read.suggestions


@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from(["GB", "FR", "US"]))
def test_postal_numbers_have_one_right_digit(serial: str, country: str) -> None:
    """An S10 number passes with its digit and with no other."""
    reads = [read_tracking(f"RA{serial}{digit}{country}") for digit in range(10)]
    assert all(read.kind is TrackingKind.S10 for read in reads)
    assert [read.norm[10] for read in reads if read.ok] == [s10_check_digit(serial)]


# Postcodes -------------------------------------------------------------------------------------------------------

FIRST, SECOND, INWARD = "ABCDEFGHIJKLMNOPRSTUWYZ", "ABCDEFGHKLMNOPQRSTUVWXY", "ABDEFGHJLNPQRSTUWXYZ"


@st.composite
def postcodes(draw: st.DrawFn) -> str:
    """A well-formed postcode of any shape."""
    area = draw(st.sampled_from(FIRST)) + draw(st.sampled_from(["", *SECOND]))
    last = draw(st.sampled_from(["", *"0123456789", *("ABCDEFGHJKPSTUW" if len(area) == 1 else "ABEHMNPRVWXY")]))
    inward = "".join(draw(st.sampled_from(INWARD)) for _ in range(2))
    return f"{area}{draw(st.integers(0, 9))}{last} {draw(st.integers(0, 9))}{inward}"


@given(postcodes(), st.sampled_from([" ", "", "  ", "\u00a0"]), st.booleans())
def test_a_well_formed_postcode_is_read_however_it_is_spaced(code: str, gap: str, small: bool) -> None:
    """Normal form is one space and capitals, and its parts make it up again."""
    typed = code.replace(" ", gap)
    read = read_postcode(typed.lower() if small else typed)
    assert (read.ok, read.norm) == (True, code)
    assert f"{read.outward} {read.inward}" == code
    assert read.outward.startswith(read.district)
    assert read.district.startswith(read.area)
    assert read_postcode(read.norm).norm == read.norm


@given(st.text(max_size=30))
def test_reading_a_postcode_never_fails(text: str) -> None:
    """Any text is read; what is not ok has a problem and no normal form."""
    read = read_postcode(text)
    assert read.raw == text
    assert read.ok == bool(read.norm)
    assert read.ok or read.problem() is not None
    for meant in read.suggestions:
        assert read_postcode(meant).ok


# Calendar --------------------------------------------------------------------------------------------------------


@given(days, st.integers(-40, 40), divisions)
def test_working_days_are_counted_as_they_are_added(day: date, count: int, division: Division) -> None:
    """Adding and counting agree, and from a working day the way back leads home."""
    there = add_working_days(day, count, division)
    if count > 0 or is_working_day(day, division):
        assert working_days_between(day, there, division) == count
    if is_working_day(day, division):
        assert add_working_days(there, -count, division) == day


@given(days, divisions)
def test_the_previous_working_day_is_near_and_worked(day: date, division: Division) -> None:
    """Never later, never more than a long weekend earlier."""
    found = previous_working_day(day, division)
    assert is_working_day(found, division)
    assert timedelta(0) <= day - found <= timedelta(days=6)


@st.composite
def pauses(draw: st.DrawFn) -> list[tuple[datetime, datetime]]:
    """Some pauses, in any order, overlapping or empty."""
    starts = draw(st.lists(instants, max_size=4))
    return [(start, start + timedelta(minutes=draw(st.integers(0, 5000)))) for start in starts]


@given(instants, st.integers(0, 60 * 100), pauses())
def test_working_time_is_counted_as_it_is_added(
    start: datetime, minutes: int, stops: list[tuple[datetime, datetime]]
) -> None:
    """What was added is found again between the two instants, pauses or not."""
    length = timedelta(minutes=minutes)
    due = add_working_time(start, length, HOURS, stops)
    assert due >= start + length
    assert working_time_between(start, due, HOURS, stops) == length


@given(instants, st.integers(1, 600), pauses())
def test_a_pause_never_brings_a_deadline_forward(
    start: datetime, minutes: int, stops: list[tuple[datetime, datetime]]
) -> None:
    """With pauses a deadline is later or the same."""
    length = timedelta(minutes=minutes)
    assert add_working_time(start, length, HOURS, stops) >= add_working_time(start, length, HOURS)


@given(instants)
def test_every_instant_is_among_the_readings_of_its_own_clock_time(instant: datetime) -> None:
    """What London's clocks show at an instant may mean that instant."""
    shown = instant.astimezone(LONDON).replace(tzinfo=None)
    assert instant in resolve_local(shown)
    assert len(resolve_local(shown)) <= 2


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)))
def test_every_reading_shows_the_time_it_was_read_from(shown: datetime) -> None:
    """Each candidate, put back on the clock, shows what was typed."""
    for instant in resolve_local(shown):
        assert instant.astimezone(LONDON).replace(tzinfo=None, fold=0) == shown


@given(instants)
def test_instants_survive_their_text(instant: datetime) -> None:
    """The stored text leads back to the instant, from whatever offset."""
    assert parse_instant(instant.isoformat()) == instant
    assert parse_instant(instant.astimezone(LONDON).isoformat()) == instant


@given(days)
def test_days_survive_both_ways_of_writing(day: date) -> None:
    """ISO and British forms of a day lead back to it."""
    assert parse_day(day.isoformat()) == day
    assert parse_day(f"{day:%d/%m/%Y}") == day
    assert parse_day(f"{day.day}.{day.month}.{day:%y}") == day


@given(st.text(max_size=20))
def test_what_is_no_day_is_a_value_error(text: str) -> None:
    """Any text is a day or refused in words."""
    try:
        assert isinstance(parse_day(text), date)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - most texts are no day, some are


@given(days, days)
def test_refund_clocks_differ_by_a_day(received: date, sent: date) -> None:
    """Days after and days beginning with differ by one, and the earlier fact rules."""
    assert ccr_refund_due(received) == cra_refund_due(received) + timedelta(days=1)
    assert ccr_refund_due(received, sent) == ccr_refund_due(min(received, sent))


@given(days, st.integers(0, 60))
def test_months_later_keep_the_day_or_the_months_end(day: date, months: int) -> None:
    """A corresponding day or the last of its month."""
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
