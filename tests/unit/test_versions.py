"""Versions that are marked or kept without being asked for: when they are due, and what they are good for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from addin.cli import FINDINGS, main
from addin.errors import JournalError
from addin.folder import create, write_workbook
from addin.logic.chain import Head
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.versions import BULK_ROWS, mark_before
from addin.past import restore
from addin.service import RowRequest
from addin.tasks import hold_clock, keep_day
from addin.verify import verify

MORNING = datetime(2026, 11, 27, 8, 15, tzinfo=UTC)
EVENING = "2026-11-26T17:30:00.000+00:00"
MOST = DEFAULT_POLICY.number(BULK_ROWS)


class Hands:
    """A clock that a test turns."""

    def __init__(self):
        self.now = MORNING

    def __call__(self):
        return self.now


@pytest.fixture(name="clock")
def fixture_clock():
    return Hands()


@pytest.fixture(name="service")
def fixture_service(tmp_path, monkeypatch, clock):
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    service = create(tmp_path / "register", demo=True, clock=clock)
    yield service
    service.close()


def opens(count, key=""):
    return [
        RowRequest("", {"order_no": f"52004{at:05d}"}, opens="OST", key=key and f"{key}{at}") for at in range(count)
    ]


def kinds(service):
    return [event.kind for event in service.journal.events()]


@pytest.mark.parametrize(
    ("at", "rows", "label"),
    [
        (EVENING, 1, "day"),
        ("2026-11-27T07:00:00.000+00:00", 1, None),
        ("2026-11-27T07:00:00.000+00:00", MOST, None),
        ("2026-11-27T07:00:00.000+00:00", MOST + 1, "bulk"),
        (EVENING, MOST + 1, "day"),
        ("", MOST + 1, None),
    ],
)
def test_a_mark_is_due_before_a_days_first_rows_and_before_a_bulk_press(at, rows, label):
    """One mark is enough, and a register without events has nothing to mark."""
    mark = mark_before(Head(7, "ab" * 32, at), MORNING, rows, MOST)
    assert (mark and mark.data["name"]) == (label and f"20261127T081500-0000007-{label}")


def test_the_day_that_counts_is_londons():
    """Half past midnight in June is still yesterday in UTC."""
    now = datetime(2026, 6, 10, 23, 30, tzinfo=UTC)
    assert mark_before(Head(7, "ab" * 32, "2026-06-10T22:30:00.000+00:00"), now, 1, MOST) is not None
    assert mark_before(Head(7, "ab" * 32, "2026-06-10T23:05:00.000+00:00"), now, 1, MOST) is None


def test_a_bulk_press_is_marked_in_its_own_transaction(service):
    """The mark stands right before the rows; a repeat of the press, which does nothing, marks nothing either."""
    assert service.open_cases(opens(MOST + 1, "k")).ok
    assert kinds(service)[1:3] == ["version.marked.v1", "status.opened.v1"]
    (mark,) = service.journal.events(kinds=["version.marked.v1"])
    assert (mark.data["upto"], mark.data["head"], mark.reason) == (1, mark.prev, f"Before a press on {MOST + 1} rows")
    assert service.open_cases(opens(MOST + 1, "k")).ok
    assert kinds(service).count("version.marked.v1") == 1


def test_a_clock_that_was_ahead_is_held_by_senior_qa_with_a_reason(service, clock):
    """A day ahead would stop all work for a day; held, the chain verifies, and every event says the true time."""
    clock.now += timedelta(days=1)
    service.open_cases(opens(1))
    clock.now = MORNING
    with pytest.raises(JournalError, match="clock hold"):
        service.open_cases(opens(1))
    senior = service.acting(service.settings.actors()["s.moreau"])
    assert [problem.code for problem in hold_clock(service, "").problems] == ["CLK-01", "CLK-02"]
    assert hold_clock(senior, "The packing desk was a day ahead").ok
    assert service.open_cases(opens(1)).ok
    assert list(service.journal.events())[-1].data["clock"] == "2026-11-27T08:15:00+00:00"
    write_workbook(service)
    report = verify(service.folder)
    assert report.ok, report.sentence()
    clock.now += timedelta(days=2)
    assert hold_clock(senior, "Again").problems[0].code == "CLK-03"


def test_the_policy_says_what_bulk_is(service):
    """A house that wants every press of two rows marked says so in its policy."""
    service.policy = service.policy.amended([replace(service.policy.row(BULK_ROWS), value="1")], "house")
    service.open_cases(opens(1))
    assert "version.marked.v1" not in kinds(service)
    service.open_cases(opens(2))
    assert kinds(service).count("version.marked.v1") == 1


def test_a_marked_version_is_compared_listed_and_brought_back(service, clock, tmp_path):
    """What the sheets call it is enough: it needs no file, and the register made from it verifies."""
    service.open_cases(opens(2))
    clock.now += timedelta(days=1)
    (first, _) = service.journal.cases()
    assert service.press("note", [RowRequest(first.case_id, {"owner": "b.lowe"}, "Handed over")]).ok
    (mark,) = service.journal.events(kinds=["version.marked.v1"])
    name, register = str(mark.data["name"]), ["--register", str(service.folder)]
    listed = json.loads(CliRunner().invoke(main, ["snapshots", "--json", *register]).output)
    assert [(row["name"], row["file"]) for row in listed["snapshots"]] == [(name, False)]
    done = CliRunner().invoke(main, ["diff", name, "now", "--json", *register])
    assert done.exit_code == FINDINGS
    (row,) = json.loads(done.output)["rows"]
    assert (row["case"], row["what"]) == (first.case_id, "changed")
    assert restore(service, name, tmp_path / "then").ok
    report = verify(tmp_path / "then")
    assert report.ok, report.sentence()
    assert report.head.hash == mark.data["head"]


def test_the_days_first_opening_keeps_a_whole_version_once(service, clock):
    """Not on the day the register was made, not when nothing happened since the last one, and never a second time."""
    service.open_cases(opens(1))
    assert keep_day(service) == ""
    assert "snapshot.taken.v1" not in kinds(service)
    clock.now += timedelta(days=1)
    assert (keep_day(service), keep_day(service)) == ("", "")
    assert kinds(service).count("snapshot.taken.v1") == 1
    service.open_cases(opens(1))
    assert "version.marked.v1" not in kinds(service)


def test_a_version_that_cannot_be_kept_stops_nobody(service, clock):
    """It is said once a day, marked with what stood in the way, and the work goes on."""
    service.open_cases(opens(1))
    clock.now += timedelta(days=1)
    service.workbook.write_bytes(b"no workbook")
    assert "was marked instead" in keep_day(service)
    assert keep_day(service) == ""
    (mark,) = service.journal.events(kinds=["version.marked.v1"])
    assert "damaged" in mark.reason
    assert service.open_cases(opens(1)).ok
    clock.now += timedelta(days=1)
    write_workbook(service)
    assert keep_day(service) == ""
    assert kinds(service).count("snapshot.taken.v1") == 1
