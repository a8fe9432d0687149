"""CCTV retrieval: asked narrowly, kept in time, seen by few, never sent by chat."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.cctv import CASE
from addin.logic.machine import open_case
from addin.logic.values import Role

KEPT = {"preservation_ref": "Control room, log 311"}
SEEN = {"clock_drift": "0"}
FOUND = {
    "found": "Yes", "findings": "One bag is placed, sealed at 01:42.", "clip_id": "B4-20261120-0125",
    "clip_sha256": "ab" * 32, "storage_place": "Evidence store 2",
}  # fmt: skip


def case(context=None, **texts: object) -> Case:
    return open_(CASE, context, **{**CASE.sample, **texts})


def approved(**texts: object) -> Case:
    return done(CASE, done(CASE, case(**texts), "preserve", ctx(Role.SECURITY), **KEPT), "approve", ctx(Role.SECURITY),
                lawful_basis="Legitimate interest")  # fmt: skip


def reviewed(**texts: object) -> Case:
    return done(CASE, approved(**texts), "review", ctx(Role.LOSS_PREVENTION), **SEEN)


def recorded(**texts: object) -> Case:
    return done(CASE, reviewed(**texts), "record", ctx(Role.LOSS_PREVENTION), **FOUND)


def test_footage_goes_from_request_to_deletion_and_close():
    """Preserved, approved by Security, watched by Loss Prevention, recorded, kept, deleted, closed."""
    found = done(CASE, recorded(), "retain")
    assert (found.day("retain_until"), found.text("due_what")) == (date(2027, 5, 22), "Service level")
    found = done(CASE, found, "delete", ctx(Role.SECURITY, now=NOW + timedelta(days=181)))
    assert (found.text("deleted_by"), found.items("viewers")) == ("c.adler", ("l.pike",))
    assert done(CASE, found, "close").status == "Closed"


def test_nothing_found_is_closed_without_a_clip():
    """No clip, nothing to keep."""
    found = done(CASE, reviewed(), "record", ctx(Role.LOSS_PREVENTION), found="No", findings="The bench is empty.")
    assert done(CASE, found, "close").text("decision") == "Nothing found: The bench is empty."


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


def test_overwriting_is_counted_from_the_event():
    """Thirty days after the window begins; half of it is the alarm."""
    found = case()
    assert found.instant("overwrite_at") == datetime(2026, 12, 20, 1, 25, tzinfo=UTC)
    assert found.instant("half_at") == datetime(2026, 12, 5, 1, 25, tzinfo=UTC)
    day_only = case(window_start=None, window_end=None, event_date="25/10/2026")
    assert day_only.instant("overwrite_at").date() == date(2026, 11, 24)


def test_hour_that_happens_twice_is_asked_for_and_then_shown_with_its_name():
    """01:30 on 25 October 2026 happens twice: the cell says so, and the window shows which one it is."""
    value, problem = CASE.fields["window_start"].read("25/10/2026 01:30")
    assert value is None
    assert problem.code == "FLD-CLOCK"
    first = case(window_start="2026-10-25T01:30:00+01:00", window_end="2026-10-25T01:45:00+01:00")
    second = case(window_start="2026-10-25T01:30:00+00:00", window_end="2026-10-25T01:45:00+00:00")
    assert first.text("window_words") == "25/10/2026 01:30 BST to 01:45 BST (UTC 00:30 to 00:45)"
    assert second.text("window_words") == "25/10/2026 01:30 GMT to 01:45 GMT (UTC 01:30 to 01:45)"


@pytest.mark.rule("CTV-01")
def test_window_ends_after_it_starts():
    """A window the wrong way round is refused when it is typed."""
    texts = {**CASE.sample, "window_end": "20/11/2026 01:25"}
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, texts), ctx())
    assert [problem.code for problem in decision.problems] == ["CTV-01"]


@pytest.mark.rule("CTV-02")
def test_long_window_needs_a_reason():
    """Sixty minutes pass, sixty-one need a reason."""
    short = case(window_end="20/11/2026 02:25", window_reason=None)
    assert done(CASE, short, "preserve", **KEPT).status == "Preserved"
    long = case(window_end="20/11/2026 02:26", window_reason=None)
    assert refusal(CASE, long, "preserve", **KEPT) == {"CTV-02"}
    assert done(CASE, long, "preserve", window_reason="The pick scan is missing.", **KEPT).status == "Preserved"


def test_every_window_says_why_before_anybody_watches():
    """Keeping footage is not delayed by it, but nobody is let watch without the reason for that window."""
    found = done(CASE, case(window_reason=None), "preserve", ctx(Role.SECURITY), **KEPT)
    assert refusal(CASE, found, "approve", ctx(Role.SECURITY), lawful_basis="Legitimate interest") == {"MOVE-NEEDS"}


def test_usual_window_is_worked_out_from_the_pick_scan_and_the_seal():
    """Five minutes before the pick scan to five after the seal, as long as nobody has typed another window."""
    scans = {"pick_scan_at": "20/11/2026 01:30", "sealed_at": "20/11/2026 01:42"}
    found = case(window_start=None, window_end=None, **scans)
    assert found.text("window_words") == "20/11/2026 01:25 GMT to 01:47 GMT (UTC 01:25 to 01:47)"
    assert case(**scans).instant("window_end") == datetime(2026, 11, 20, 1, 50, tzinfo=UTC)


def test_log_says_who_watched_and_when():
    """Each viewing has its own line; a second look is not lost in the first."""
    found = done(CASE, reviewed(), "review", ctx(Role.SECURITY, now=NOW + timedelta(hours=2)))
    assert found.items("viewings") == ("l.pike, 23/11/2026 10:00", "c.adler, 23/11/2026 12:00")


def test_escalated_access_request_goes_to_data_protection():
    """A person's own request for footage is Legal's; everything else about footage is Security's."""
    teams = [
        press(CASE, case(purpose=purpose), "escalate", ctx(reason="Nobody answers")).openings[0].fields["target_team"]
        for purpose in ("Access request", "Claim")
    ]
    assert teams == ["Legal", "Security"]


@pytest.mark.rule("CTV-21")
@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("Is he on his phone again?", True), ("check her timekeeping on Tuesday", True), ("lateness of bench 4", True),
        ("how fast does Bench 4 work", True), ("Packing of the order: is the strap in the box", False),
        ("Customer says the phone case was missing", False),
    ],
)  # fmt: skip
def test_footage_is_not_for_watching_how_people_work(why, told):
    """Words about somebody's work are told at once, whatever purpose was chosen."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, "window_reason": why}), ctx())
    assert ("CTV-21" in {problem.code for problem in decision.warnings}) is told


@pytest.mark.rule("CTV-22")
@pytest.mark.parametrize(
    ("zone", "told"), [("Pack bench 4", False), ("bench 4", False), ("DOCK", False), ("Roof", True)]
)
def test_footage_is_asked_of_a_zone_that_has_cameras(zone, told):
    """Any way of naming a zone of the policy will do; where none is known, the zones are named."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, "camera_zone": zone}), ctx())
    hints = [problem.hint for problem in decision.warnings if problem.code == "CTV-22"]
    assert hints == (["The zones with cameras: Pack bench, Dock, Cage. Cell: Camera or zone."] if told else [])


@pytest.mark.rule("CTV-03")
def test_footage_is_of_the_past():
    """Nobody preserves tomorrow."""
    future = case(window_start="24/11/2026 01:25", window_end="24/11/2026 01:50")
    assert refusal(CASE, future, "preserve", **KEPT) == {"CTV-03"}


@pytest.mark.rule("CTV-04")
def test_footage_older_than_the_retention_is_recorded_as_gone():
    """Overwritten footage is recorded with the day; Security may still try, with a reason."""
    old = case(window_start="20/10/2026 01:25", window_end="20/10/2026 01:50")
    assert refusal(CASE, old, "preserve", **KEPT) == {"CTV-04"}
    found = done(CASE, old, "unavailable", ctx(reason="Control room says it is gone"))
    assert found.text("findings") == "Not available, overwritten on 19/11/2026."
    assert done(CASE, found, "close").status == "Closed"
    kept = done(CASE, old, "preserve", ctx(Role.SECURITY, reason="Disk was kept"), **KEPT)
    assert kept.status == "Preserved"


@pytest.mark.rule("CTV-05")
def test_footage_serves_a_declared_purpose():
    """Watching for any other purpose is refused."""
    assert refusal(CASE, case(purpose="Other"), "preserve", **KEPT) == {"CTV-05"}


@pytest.mark.rule("CTV-06")
@pytest.mark.parametrize("purpose", ["Access request", "Police request", "Insurer or carrier request"])
def test_requests_from_outside_belong_to_security_and_data_protection(purpose):
    """A coordinator logs them and goes no further; neither does Loss Prevention."""
    found = case(purpose=purpose)
    assert refusal(CASE, found, "preserve", **KEPT) == {"CTV-06"}
    assert refusal(CASE, found, "unavailable", ctx(reason="gone")) == {"CTV-06"}
    kept = done(CASE, found, "preserve", ctx(Role.SECURITY), **KEPT)
    assert refusal(CASE, kept, "approve", lawful_basis="x") == {"MOVE-ROLE"}
    texts = {"lawful_basis": "Legal duty", "written_request": "Letter 77"}
    found = done(CASE, kept, "approve", ctx(Role.LEGAL), **texts)
    assert refusal(CASE, found, "review", ctx(Role.LOSS_PREVENTION), **SEEN) == {"CTV-06"}


@pytest.mark.rule("CTV-07")
def test_who_asks_does_not_watch():
    """Requester and viewer are different people; Security may pass it with a reason."""
    opened = case(ctx("l.pike"))
    found = done(CASE, done(CASE, opened, "preserve", **KEPT), "approve", ctx(Role.SECURITY), lawful_basis="x")
    assert refusal(CASE, found, "review", ctx("l.pike"), **SEEN) == {"CTV-07"}


@pytest.mark.rule("CTV-08")
def test_who_asks_does_not_approve():
    """Security cannot approve its own request."""
    found = done(CASE, case(ctx(Role.SECURITY)), "preserve", ctx(Role.SECURITY), **KEPT)
    assert refusal(CASE, found, "approve", ctx(Role.SECURITY), lawful_basis="x") == {"CTV-08"}
    assert done(CASE, found, "approve", ctx(Role.LEGAL), lawful_basis="x").text("approved_by") == "j.ward"


@pytest.mark.rule("CTV-09")
def test_requests_from_outside_are_in_writing():
    """Chat is not a request from the police."""
    found = done(CASE, case(purpose="Police request"), "preserve", ctx(Role.SECURITY), **KEPT)
    assert refusal(CASE, found, "approve", ctx(Role.SECURITY), lawful_basis="Crime prevention") == {"CTV-09"}


@pytest.mark.rule("CTV-10")
def test_clock_of_the_camera_is_checked():
    """A drift of 0 is a check too."""
    assert refusal(CASE, approved(), "review", ctx(Role.LOSS_PREVENTION)) == {"CTV-10"}


@pytest.mark.rule("CTV-11")
@pytest.mark.rule("CTV-12")
def test_findings_come_from_a_viewer_and_name_the_clip():
    """Number, SHA-256 and place; never the clip itself."""
    assert refusal(CASE, reviewed(), "record", ctx(Role.SENIOR_QA), **FOUND) == {"CTV-11"}
    for texts in ({**FOUND, "clip_id": None}, {**FOUND, "clip_sha256": "abc"}, {**FOUND, "storage_place": None}):
        assert refusal(CASE, reviewed(), "record", ctx(Role.LOSS_PREVENTION), **texts) == {"CTV-12"}


@pytest.mark.rule("CTV-13")
@pytest.mark.rule("CTV-14")
@pytest.mark.rule("CTV-20")
def test_footage_leaves_only_by_data_protection_redacted_and_to_the_right_person():
    """A copy for the person in the picture hides the others and goes to a known person."""
    outside = {"purpose": "Access request", "written_request": "E-mail 12"}
    found = done(CASE, case(**outside), "preserve", ctx(Role.SECURITY), **KEPT)
    found = done(CASE, found, "approve", ctx(Role.LEGAL), lawful_basis="Article 15")
    found = done(CASE, found, "review", ctx(Role.SECURITY), **SEEN)
    found = done(CASE, found, "record", ctx(Role.SECURITY), **FOUND)
    told = {"disclosed_to": "Ms R. Ferro", "disclosure_why": "Her own data", "disclosure_how": "Secure transfer"}
    assert refusal(CASE, found, "disclose", ctx(Role.SECURITY), **told) == {"MOVE-ROLE"}
    assert refusal(CASE, found, "disclose", ctx(Role.LEGAL), **told) == {"CTV-13", "CTV-14", "CTV-20"}
    seen = press(CASE, found, "disclose", ctx(Role.LEGAL), **{**told, "disclosure_how": "Viewing"})
    assert "CTV-20" not in {problem.code for problem in seen.problems}
    found = done(
        CASE,
        found,
        "disclose",
        ctx(Role.LEGAL),
        redacted="Yes",
        identity_checked="Yes",
        receipt_ref="receipt-31.pdf",
        **told,
    )
    assert found.status == "Disclosed"
    assert "disclosed_to" in CASE.personal


@pytest.mark.rule("CTV-15")
def test_clip_is_deleted_when_its_time_is_up():
    """Earlier only with a reason."""
    found = done(CASE, recorded(), "retain", retain_until="24/11/2026")
    assert refusal(CASE, found, "delete", ctx(Role.SECURITY)) == {"CTV-15"}
    assert done(CASE, found, "delete", ctx(Role.SECURITY, reason="Claim settled")).status == "Deleted"


@pytest.mark.rule("CTV-16")
def test_half_of_the_retention_gone_is_an_alarm_and_can_be_escalated():
    """With a day left and nothing preserved, Security is told."""
    texts = {**CASE.sample, "window_start": "2026-10-25T01:30:00+01:00", "window_end": "2026-10-25T01:45:00+01:00"}
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, texts), ctx())
    assert [warning.code for warning in decision.warnings] == ["CTV-16"]
    (opening,) = press(CASE, decision.case, "escalate", ctx(reason="Tomorrow it is gone")).openings
    assert (opening.type, opening.fields["target_team"]) == ("ESC", "Security")


@pytest.mark.rule("CTV-17")
@pytest.mark.parametrize(
    "message", ["client wants all the data you hold", "can she get a copy of the footage", "police want it today"]
)
def test_words_of_law_are_told(message):
    """Some words make it a request in law, whatever it is called."""
    given = {**typed(CASE, dict(CASE.sample)), "chat_text": message}
    assert [w.code for w in open_case(CASE, "CASE-2026-000001", given, ctx()).warnings] == ["CTV-17"]


@pytest.mark.rule("COM-06")
@pytest.mark.rule("CTV-19")
def test_no_clip_is_left_behind():
    """A case with a clip is closed after its deletion, and has its ticket."""
    assert refusal(CASE, recorded(), "close") == {"CTV-19"}
    gone = done(CASE, recorded(ticket_ref=None), "delete", ctx(Role.SECURITY))
    assert refusal(CASE, gone, "close") == {"COM-06"}


def test_footage_is_preserved_on_the_day_of_the_request():
    """The first deadline is the end of the day."""
    found = case()
    assert found.text("due_what") == "Preserve today"
    assert found.instant("due") == datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "due"),
    [
        ({"received_on": "31/10/2026"}, date(2026, 11, 30)),
        ({"received_on": "23/11/2026"}, date(2026, 12, 23)),
        ({}, date(2026, 12, 23)),
        ({"received_on": "23/11/2026", "is_complex": "Yes"}, date(2027, 2, 23)),
        ({"received_on": "10/11/2026", "clock_stopped": "12/11/2026", "clock_started": "17/11/2026"},
         date(2026, 12, 15)),
        ({"received_on": "10/11/2026", "clock_stopped": "20/11/2026"}, date(2026, 12, 13)),
    ],
)  # fmt: skip
def test_access_request_is_answered_within_one_calendar_month(texts, due):
    """Two months more when complex; while clarification is outstanding the clock stands still."""
    found = case(ctx(Role.LEGAL), purpose="Access request", **texts)
    assert found.day("legal_due") == due


def test_coordinator_cannot_stop_the_legal_clock():
    """Only Security and data protection may."""
    found = case(purpose="Access request")
    assert "EDIT-ROLE" in refusal(CASE, found, "note", ctx(reason="x"), clock_stopped="23/11/2026")


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
