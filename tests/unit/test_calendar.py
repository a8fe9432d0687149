"""Bank holidays, working days, working hours, London's clocks and days as typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from addin.logic import calendar
from addin.logic.calendar import Division, WorkingHours, add_working_time, working_time_between

HOURS = WorkingHours()


def at(text: str) -> datetime:
    """An instant out of ISO text with offset."""
    return datetime.fromisoformat(text)


# The official list as published for England and Wales (gov.uk), for the years in which the register works.
PROCLAIMED = {
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
}


@pytest.mark.parametrize("year", PROCLAIMED)
def test_bank_holidays_agree_with_the_official_list(year: int) -> None:
    """Substitute days are bank holidays; the weekend days they stand for are not listed."""
    expected = {date.fromisoformat(f"{year}-{day}") for day in PROCLAIMED[year].split()}
    assert set(calendar.bank_holidays(year)) == expected


def test_one_off_holidays_are_known() -> None:
    """The jubilee, the state funeral and the coronation were bank holidays everywhere."""
    for division in Division:
        for day in (date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)):
            assert calendar.bank_holiday(day, division)


@pytest.mark.parametrize(
    ("day", "divisions"),
    [
        (date(2026, 1, 2), {Division.SCOTLAND}),
        (date(2026, 4, 6), {Division.ENGLAND_AND_WALES, Division.NORTHERN_IRELAND}),
        (date(2026, 7, 13), {Division.NORTHERN_IRELAND}),
        (date(2026, 3, 17), {Division.NORTHERN_IRELAND}),
        (date(2026, 8, 3), {Division.SCOTLAND}),
        (date(2026, 8, 31), {Division.ENGLAND_AND_WALES, Division.NORTHERN_IRELAND}),
        (date(2026, 11, 30), {Division.SCOTLAND}),
    ],
)
def test_divisions_differ(day: date, divisions: set[Division]) -> None:
    """A day off in one division may be a working day in another."""
    assert {division for division in Division if calendar.bank_holiday(day, division)} == divisions


def test_working_days_leave_out_weekends_and_bank_holidays() -> None:
    """Over Christmas 2026 three working days after the 23rd is the 30th."""
    assert calendar.add_working_days(date(2026, 12, 23), 3) == date(2026, 12, 30)
    assert calendar.add_working_days(date(2026, 12, 30), -3) == date(2026, 12, 23)
    assert calendar.add_working_days(date(2026, 12, 26), 0) == date(2026, 12, 26)
    assert calendar.working_days_between(date(2026, 12, 23), date(2026, 12, 30)) == 3
    assert calendar.working_days_between(date(2026, 12, 30), date(2026, 12, 23)) == -3
    assert calendar.working_days_between(date(2026, 12, 24), date(2026, 12, 24)) == 0


def test_a_legal_date_on_a_holiday_is_acted_on_before() -> None:
    """A due date on the substitute day of Boxing Day 2026 is acted on at Christmas Eve."""
    assert calendar.previous_working_day(date(2026, 12, 28)) == date(2026, 12, 24)
    assert calendar.previous_working_day(date(2026, 12, 24)) == date(2026, 12, 24)
    assert calendar.next_working_day(date(2026, 12, 25)) == date(2026, 12, 29)
    assert calendar.next_working_day(date(2027, 1, 4), Division.SCOTLAND) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T09:14:00+00:00", 4, "2026-11-23T13:14:00+00:00"),
        ("2026-11-23T17:00:00+00:00", 4, "2026-11-24T11:00:00+00:00"),
        ("2026-11-23T08:00:00+00:00", 10, "2026-11-23T18:00:00+00:00"),
        ("2026-11-23T18:00:00+00:00", 1, "2026-11-24T09:00:00+00:00"),
        ("2026-11-21T12:00:00+00:00", 1, "2026-11-23T09:00:00+00:00"),
        ("2026-12-24T17:00:00+00:00", 2, "2026-12-29T09:00:00+00:00"),
        ("2026-10-23T17:00:00+01:00", 2, "2026-10-26T09:00:00+00:00"),
        ("2026-03-27T17:00:00+00:00", 2, "2026-03-30T09:00:00+01:00"),
        ("2026-11-22T03:00:00+00:00", 0, "2026-11-22T03:00:00+00:00"),
    ],
)
def test_the_service_clock_runs_in_working_hours(start: str, hours: int, due: str) -> None:
    """Evenings, weekends and holidays do not count, and summer time ends in between without a lost hour."""
    assert add_working_time(at(start), timedelta(hours=hours), HOURS) == at(due)


def test_pauses_stop_the_service_clock() -> None:
    """Overlapping pauses count once; a pause at night changes nothing."""
    start = at("2026-11-23T09:00:00+00:00")
    pauses = [
        (at("2026-11-23T10:00:00+00:00"), at("2026-11-23T12:00:00+00:00")),
        (at("2026-11-23T11:00:00+00:00"), at("2026-11-23T13:00:00+00:00")),
        (at("2026-11-23T20:00:00+00:00"), at("2026-11-23T22:00:00+00:00")),
    ]
    assert add_working_time(start, timedelta(hours=2), HOURS, pauses) == at("2026-11-23T14:00:00+00:00")
    assert working_time_between(start, at("2026-11-23T14:00:00+00:00"), HOURS, pauses) == timedelta(hours=2)
    assert working_time_between(start, at("2026-11-24T09:00:00+00:00"), HOURS, pauses) == timedelta(hours=7)


def test_a_pause_over_the_start_and_over_nights_is_left_out() -> None:
    """A pause that began before the clock and ends the next morning moves the start there."""
    pause = (at("2026-11-20T09:00:00+00:00"), at("2026-11-24T09:00:00+00:00"))
    due = add_working_time(at("2026-11-23T09:00:00+00:00"), timedelta(hours=1), HOURS, [pause])
    assert due == at("2026-11-24T10:00:00+00:00")


def test_no_working_time_lies_backwards() -> None:
    """Between a later and an earlier instant there is none."""
    assert working_time_between(at("2026-11-24T09:00:00+00:00"), at("2026-11-23T09:00:00+00:00"), HOURS) == timedelta(0)


def test_working_hours_know_whether_they_are_open() -> None:
    """Open from the first instant, closed at the last; bank holidays and weekends are closed."""
    assert HOURS.is_open(at("2026-11-23T08:00:00+00:00"))
    assert not HOURS.is_open(at("2026-11-23T18:00:00+00:00"))
    assert not HOURS.is_open(at("2026-12-25T10:00:00+00:00"))
    assert HOURS.is_open(at("2026-07-01T07:30:00+00:00"))
    assert HOURS.a_day == timedelta(hours=10)


@pytest.mark.parametrize(
    "wrong", [{"start": time(18), "end": time(8)}, {"weekdays": frozenset()}, {"weekdays": frozenset({7})}]
)
def test_impossible_working_hours_are_refused(wrong: dict[str, object]) -> None:
    """Hours must have a length and weekdays."""
    with pytest.raises(ValueError, match="Working hours"):
        WorkingHours(**wrong)  # type: ignore[arg-type]


def test_instants_need_an_offset_and_time_runs_forwards() -> None:
    """A naive instant or a negative duration is a programming fault."""
    naive = datetime(2026, 11, 23, 9)
    for call in (calendar.to_london, calendar.london_day, lambda x: add_working_time(x, timedelta(0), HOURS)):
        with pytest.raises(ValueError, match="offset"):
            call(naive)
    with pytest.raises(ValueError, match="negative"):
        add_working_time(naive.replace(tzinfo=UTC), timedelta(hours=-1), HOURS)
    with pytest.raises(ValueError, match="beyond"):
        add_working_time(naive.replace(tzinfo=UTC, year=2100, month=12), timedelta(days=365), HOURS)


def test_london_is_an_hour_ahead_in_summer() -> None:
    """Half past eleven at night UTC in July is the next day in London."""
    assert calendar.london_day(at("2026-07-01T23:30:00+00:00")) == date(2026, 7, 2)
    assert calendar.london_day(at("2026-12-01T23:30:00+00:00")) == date(2026, 12, 1)
    assert calendar.to_london(at("2026-07-01T23:30:00+00:00")).hour == 0


@pytest.mark.parametrize(
    ("shown", "instants"),
    [
        (datetime(2026, 10, 25, 1, 30), ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]),
        (datetime(2026, 10, 25, 2, 0), ["2026-10-25T02:00:00+00:00"]),
        (datetime(2026, 10, 25, 0, 59), ["2026-10-24T23:59:00+00:00"]),
        (datetime(2026, 3, 29, 1, 30), []),
        (datetime(2027, 3, 28, 1, 0), []),
        (datetime(2028, 10, 29, 1, 0), ["2028-10-29T00:00:00+00:00", "2028-10-29T01:00:00+00:00"]),
        (datetime(2026, 7, 1, 9, 0, fold=1), ["2026-07-01T08:00:00+00:00"]),
    ],
)
def test_a_time_on_the_clock_may_mean_two_instants_or_none(shown: datetime, instants: list[str]) -> None:
    """One autumn hour happens twice, one spring hour never."""
    assert calendar.resolve_local(shown) == tuple(at(text) for text in instants)


def test_a_time_with_an_offset_is_not_resolved_again() -> None:
    """An aware time is refused."""
    with pytest.raises(ValueError, match="offset"):
        calendar.resolve_local(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["2026-11-24T09:14:00+00:00", "2026-11-24T09:14:00Z", "2026-11-24T10:14:00.5+01:00", " 2026-11-24T09:14Z "]
)
def test_stored_instants_are_utc_to_the_second(text: str) -> None:
    """Any offset is read, UTC without fractions comes out."""
    assert calendar.parse_instant(text).isoformat() == "2026-11-24T09:14:00+00:00"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-24T09:14:00", "no offset"),
        ("24/11/2026 09:14", "not an instant"),
        ("2026-02-30T00:00:00Z", "not an instant"),
        ("", "not an instant"),
        ("0001-01-01T00:00:00+14:00", "beyond"),
    ],
)
def test_faulty_instants_are_refused_in_words(text: str, words: str) -> None:
    """The words say what is missing."""
    with pytest.raises(ValueError, match=words):
        calendar.parse_instant(text)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-03", "03/11/2026", "3/11/2026", "03.11.2026", "3-11-26", " 03/11/26 ", date(2026, 11, 3),
        datetime(2026, 11, 3, 15, 0), datetime(2026, 11, 3, 0, 30, tzinfo=UTC),
    ],
)  # fmt: skip
def test_days_are_british_or_iso(value: str | date | datetime) -> None:
    """The day comes first in a British date; a cell's own date is taken as it is."""
    assert calendar.parse_day(value) == date(2026, 11, 3)


def test_an_instant_has_londons_day() -> None:
    """Late evening UTC in summer is the next day."""
    assert calendar.parse_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("31/11/2026", "no day 31"),
        ("29/02/2027", "no day 29"),
        ("2026-02-30", "no day 30"),
        ("11/23/2026", "no month 23"),
        ("00/11/2026", "no day 0"),
        ("24/11", "dd/mm/yyyy"),
        ("tomorrow", "dd/mm/yyyy"),
        ("24/11.2026", "dd/mm/yyyy"),
        ("", "dd/mm/yyyy"),
        ("1999-12-31", "2000 to 2100"),
        ("2026-11-24T09:00", "dd/mm/yyyy"),
        ("٢٤/١١/٢٠٢٦", "dd/mm/yyyy"),
    ],
)
def test_impossible_days_are_refused_in_clear_words(text: str, words: str) -> None:
    """The words name the part that cannot be."""
    with pytest.raises(ValueError, match=words):
        calendar.parse_day(text)
    day, problem = calendar.read_day(text, "event_date")
    assert day is None
    assert problem is not None
    assert (problem.field, problem.warn) == ("event_date", False)


def test_an_ambiguous_day_is_flagged_only_when_asked() -> None:
    """03/04 is the third of April; a strict reader is told that it could be read otherwise."""
    assert calendar.read_day("03/04/2026") == (date(2026, 4, 3), None)
    day, problem = calendar.read_day("03/04/2026", "event_date", strict=True)
    assert day == date(2026, 4, 3)
    assert problem is not None
    assert problem.warn
    assert "3 April 2026" in problem.message
    for plain in ("24/04/2026", "04/04/2026", "2026-04-03", date(2026, 4, 3)):
        assert calendar.read_day(plain, strict=True)[1] is None
