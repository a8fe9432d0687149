"""Rows of imported files: accepted, to be reviewed, rejected, repeated; what was doubtful never reaches a rule."""

from __future__ import annotations

import pytest
from import_kit import HEADER, number, parcel, read, said, text_file

from addin.imports.refusal import Refused


def tracking(*rows: list[str], **job: object):
    return read(text_file(rows), "ups-tracking", **job)


def wanted(answer):
    return {row["tracking"]: dict(row) for row in answer.wanted}


def test_what_is_needed_and_empty_rejects_its_row_only():
    """The other rows stand."""
    answer = tracking(parcel(1), parcel(2, tracking=""), parcel(3, status=" "))
    assert (answer.accepted, answer.rejected) == (1, 2)
    assert said(answer) == {3: ("reject", "Tracking is empty"), 4: ("reject", "Status is empty")}


def test_a_wrong_check_digit_is_reviewed_and_still_raises_what_it_says():
    """The row is kept with its warning; a parcel that comes back comes back whatever its check digit."""
    wrong = number(1)[:-1] + str((int(number(1)[-1]) + 1) % 10)
    answer = tracking(parcel(1, tracking=wrong, status="Returned to sender"))
    assert answer.review == 1
    assert "check digit" in said(answer)[2][1]
    assert wanted(answer)[wrong]["status"] == "RETURNING"
    assert "check digit" in wanted(answer)[wrong]["doubts"][0]


def test_thousands_of_wrong_check_digits_are_all_told(monkeypatch):
    """Beyond a number the words are short, but no row is missed."""
    monkeypatch.setattr("addin.imports.columns._SINGLY", 2)
    rows = [parcel(n, tracking=number(n)[:-1] + str((int(number(n)[-1]) + 1) % 10)) for n in range(5)]
    answer = tracking(*rows)
    assert answer.review == 5
    assert all("check digit" in words for _, words in said(answer).values())


def test_a_status_that_is_not_known_is_flagged_and_kept_as_unknown():
    """Its own words stay; a parcel that stands still is found all the same."""
    answer = tracking(parcel(1, status="Wurde umgeleitet", scan="17/11/2026 06:10", shipped="16/11/2026"))
    assert said(answer)[2] == (
        "review", "Status: 'Wurde umgeleitet' is no status that the register knows; it stays UNKNOWN"
    )  # fmt: skip
    assert wanted(answer)[number(1)]["status"] == "UNKNOWN"


def test_an_unknown_stage_is_flagged_and_no_rule_is_asked():
    """Without its stage an order says nothing."""
    rows = [["5200417701", "Waiting for gift note", "20/11/2026 05:10"]]
    answer = read(text_file(rows, ["Order No", "WMS Status", "Status Since"]))
    assert (answer.review, answer.rejected, len(answer.wanted)) == (1, 0, 0)


def test_days_month_first_throughout_refuse_the_file():
    """Half of them would be read wrongly without a word."""
    with pytest.raises(Refused) as caught:
        tracking(parcel(1, shipped="11/20/2026"), parcel(2, shipped="11/03/2026"))
    assert caught.value.code == "IMP-DATES"
    assert "%m/%d/%Y" in caught.value.hint


def test_one_day_that_cannot_be_rejects_its_row():
    """Where others are plainly day first."""
    answer = tracking(parcel(1, shipped="11/20/2026"), parcel(2, shipped="20/11/2026"))
    assert (answer.accepted, answer.rejected) == (1, 1)


def test_days_in_the_future_are_left_out_with_a_doubt():
    """A scan of 12 March, read in November as 3 December."""
    answer = tracking(parcel(1, scan="03/12/2026 10:00", status="Returned to sender"))
    assert said(answer)[2][0] == "review"
    assert "last_scan_at" not in wanted(answer)[number(1)]


def test_days_that_contradict_each_other_are_both_left_out():
    """Shipped after the last scan: one of them has day and month the wrong way round."""
    answer = tracking(parcel(1, shipped="11/10/2026", scan="09/10/2026 10:00", status="Refused"))
    assert "later than" in said(answer)[2][1]
    row = wanted(answer)[number(1)]
    assert "ship_date" not in row
    assert "last_scan_at" not in row


def test_the_same_row_twice_counts_once():
    """And is named."""
    answer = tracking(parcel(1), parcel(1), parcel(2), parcel(1))
    assert (answer.accepted, answer.repeated) == (2, 2)
    assert said(answer)[3] == ("repeat", "the same row as one before it")


def test_of_several_scans_of_a_parcel_the_latest_counts():
    """Whatever order they stand in."""
    scans = [
        parcel(1, status="Arrival Scan", scan="22/11/2026 06:10"),
        parcel(1, status="Returned to sender", scan="23/11/2026 09:00"),
        parcel(1, status="Out for delivery", scan="23/11/2026 08:00"),
    ]
    answer = tracking(*scans)
    assert (answer.accepted, answer.repeated) == (1, 2)
    assert wanted(answer)[number(1)]["status"] == "RETURNING"


def test_rows_that_contradict_each_other_are_both_rejected():
    """Two statuses of one parcel at one instant: nothing is done with either."""
    answer = tracking(parcel(1, status="Delivered"), parcel(1, status="Returned to sender"), parcel(2))
    assert (answer.accepted, answer.rejected, len(answer.wanted)) == (1, 2, 0)


def test_a_line_of_totals_is_no_row():
    """The last line of many exports."""
    rows = [["SKU-1", "A-01", "5"], ["Total", "", "5"]]
    answer = read(text_file(rows, ["SKU", "Bin", "On Hand"]))
    assert (answer.rows, answer.accepted, answer.rejected) == (1, 1, 0)
    short = text_file(rows[:1], ["SKU", "Bin", "On Hand"]) + b"Total:,5\n"
    assert read(short).rejected == 0


def test_control_totals_are_of_the_rows_that_stand():
    """Sums by currency and counts, to be held against the system the file comes from."""
    rows = [parcel(1, value="1250.00"), parcel(2, value="EUR 12.50"), parcel(3, value="£0.50"), parcel(4, value="x")]
    answer = tracking(*rows)
    assert answer.controls["sum of Declared value"] == "EUR 12.50, GBP 1,250.50"
    assert answer.controls["distinct Tracking"] == "3"
    assert answer.newest == "2026-11-23T06:10:00+00:00"


def test_rows_that_open_cases_are_about_are_wanted_whatever_they_say():
    """So that facts reach them."""
    quiet = tracking(parcel(1), parcel(2))
    watched = tracking(parcel(1), parcel(2), watched={"tracking": (number(2),)})
    assert (len(quiet.wanted), list(wanted(watched))) == (0, [number(2)])


def test_more_rows_than_can_be_told_are_counted():
    """The list is cut, the count is not; the worst come first."""
    rows = [parcel(1), *(parcel(1) for _ in range(5)), parcel(2, tracking="")]
    answer = tracking(*rows, most_listed=2)
    assert [line.verdict for line in answer.lines] == ["repeat", "reject"]
    assert (answer.unlisted, answer.repeated) == (4, 5)


def test_more_rows_than_a_sheet_holds_are_refused():
    """A period that is too long."""
    with pytest.raises(Refused, match="More than 2 rows"):
        tracking(*(parcel(n) for n in range(3)), most_rows=2)


def test_a_file_of_only_a_header_has_no_rows():
    """Which is for the caller to refuse."""
    assert read(text_file([]), "ups-tracking").rows == 0


NAUGHTY = [
    "undefined", "NaN", "1E+02", "0x0", "-", "ＡＢＣ", "表ポあA", "(ﾉಥ益ಥ）ﾉ ┻━┻", "\u202etest", "Ω≈ç√∫", "\\",
    "<script>alert(1)</script>", "$HOME", "1;DROP TABLE cases", "{{7*7}}", "%s%n", "../../../etc/passwd", "=1+1",
    "@SUM(1)", "🙃🙃", "\u200b", "田中さんにあげて下さい", "جامعة", "Z\u0336A\u0337L\u0338", "''", '""', '"',
]  # fmt: skip


def test_any_text_in_any_cell_is_judged_and_nothing_falls_over():
    """Every naughty string in every column: a verdict for each row, and none becomes another row."""
    rows = []
    for n, text in enumerate(NAUGHTY):
        for at in range(len(HEADER)):
            row = parcel(n * 10 + at)
            row[at] = f'"{text.replace(chr(34), chr(34) * 2)}"'
            rows.append(row)
    answer = tracking(*rows, most_listed=1_000)
    assert answer.rows == len(rows)
    assert answer.accepted + answer.review + answer.rejected + answer.repeated == len(rows)
