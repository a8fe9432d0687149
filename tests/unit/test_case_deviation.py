"""Deviation: a cause that we control, an action that worked, and somebody else who says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal

from addin.logic.case_type import Case
from addin.logic.cases.deviation import CASE
from addin.logic.machine import open_case
from addin.logic.values import Role

STOP = {"containment": "Bench 4 stopped; the three parcels were recalled."}
WHY = {
    "whys": "The number was not written; the pen was gone; the step has no scan",
    "root_cause": "Process/SOP",
    "cause_text": "Step 4.2 lets a parcel pass without a scanned seal.", "controlled": "Yes",
    "cause_detail": "No check",
}  # fmt: skip
PLAN = {
    "corrective_action": "Scan the seal at step 4.2.", "preventive_action": "The station refuses an unsealed parcel.",
    "action_owner": "b.lowe", "action_due": "30/11/2026", "effectiveness_date": "30/12/2026",
    "effectiveness_metric": "Unsealed parcels a month", "preventive_owner": "c.adler", "preventive_due": "30/11/2026",
}  # fmt: skip
RESULT = {
    "action_done": "28/11/2026", "metric_before": "3", "metric_after": "0", "effective": "Yes", "days_before": "30",
    "days_after": "30", "preventive_done": "29/11/2026",
}  # fmt: skip
LATER = datetime(2026, 12, 30, 10, tzinfo=UTC)


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def contained(**texts: object) -> Case:
    return done(CASE, case(**texts), "contain", **STOP)


def caused(**texts: object) -> Case:
    return done(CASE, contained(**texts), "cause", **WHY)


def planned(**texts: object) -> Case:
    return done(CASE, caused(**texts), "act", **PLAN)


def verified() -> Case:
    return done(CASE, planned(), "verify", ctx(Role.SENIOR_QA, now=LATER), **RESULT)


def test_deviation_goes_from_open_to_closed():
    """Contained, cause, action, verified after its time, closed by Senior QA."""
    found = done(CASE, verified(), "close", ctx(Role.SENIOR_QA, now=LATER), evidence="seals-nov-dec.xlsx")
    assert (found.status, found.text("sop_ref")) == ("Closed", "SOP-114, 3, 4.2 seal")
    assert found.text("decision") == "Effective: Unsealed parcels a month from 3 to 0."


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("DEV-01")
@pytest.mark.parametrize(
    "cause", ["Human error", "It was a simple mistake by the packer.", "operator errors", "The picker forgot",
              "Carelessness and inattention", "human error (not paying attention)"],
)  # fmt: skip
def test_human_error_alone_is_no_cause(cause):
    """Ask why it was possible."""
    assert refusal(CASE, contained(), "cause", **{**WHY, "cause_text": cause}) == {"DEV-01"}


@pytest.mark.parametrize(
    "cause", ["Step 4.2 lets a parcel pass.", "Picker forgot because the station shows no reminder at step four"]
)
def test_cause_that_goes_behind_the_person_is_accepted(cause):
    """A person may stand in a cause, but not alone."""
    assert done(CASE, contained(), "cause", **{**WHY, "cause_text": cause}).status == "Root cause"


@pytest.mark.rule("DEV-02")
def test_why_is_asked_at_least_three_times():
    """Two answers are not enough."""
    assert refusal(CASE, contained(), "cause", **{**WHY, "whys": "No pen; no time"}) == {"DEV-02"}


@pytest.mark.rule("DEV-03")
def test_action_is_due_ahead():
    """Nobody plans for yesterday."""
    assert refusal(CASE, caused(), "act", **{**PLAN, "action_due": "22/11/2026"}) == {"DEV-03"}


@pytest.mark.parametrize("missing", ["action_owner", "action_due", "corrective_action", "effectiveness_metric"])
def test_action_has_an_owner_and_a_date(missing):
    """An action without them is none."""
    assert refusal(CASE, caused(), "act", **{**PLAN, missing: None}) == {"MOVE-NEEDS"}


@pytest.mark.rule("DEV-04")
@pytest.mark.parametrize(("severity", "needed"), [("Minor", False), ("Major", True), ("Critical", True)])
def test_major_and_critical_deviations_are_prevented(severity, needed):
    """A minor one may do with the corrective action."""
    found = caused(severity=severity)
    assert found.flag("capa_required") is needed
    texts = {**PLAN, "preventive_action": None}
    if needed:
        assert refusal(CASE, found, "act", **texts) == {"DEV-04"}
    else:
        assert done(CASE, found, "act", **texts).status == "Action"


@pytest.mark.rule("DEV-10")
def test_third_of_one_cause_within_thirty_days_is_prevented_too():
    """Older ones and other causes do not count."""
    before = replace(caused(), case_id="CASE-2026-000011")
    again = replace(before, case_id="CASE-2026-000012")
    old = replace(before, case_id="CASE-2026-000013", fields={**before.fields, "opened_at": NOW - timedelta(days=31)})
    found = contained(severity="Minor")
    decision = press(CASE, found, "cause", ctx(related=(before, again)), **WHY)
    assert (decision.case.count("same_cause"), decision.case.flag("capa_required")) == (3, True)
    assert {warning.code for warning in decision.warnings} == {"DEV-10"}
    decision = press(CASE, found, "cause", ctx(related=(before, old)), **WHY)
    assert (decision.case.count("same_cause"), decision.case.flag("capa_required")) == (2, False)


def test_three_linked_cases_need_prevention():
    """A deviation drawn from three cases is repeated by itself."""
    assert case(severity="Minor", linked_cases="CASE-2026-000001; CASE-2026-000002; CASE-2026-000003").flag(
        "capa_required"
    )


@pytest.mark.rule("DEV-05")
def test_effect_is_planned_to_be_checked_after_thirty_days():
    """The thirtieth day passes, the twenty-ninth does not."""
    assert refusal(CASE, caused(), "act", **{**PLAN, "effectiveness_date": "29/12/2026"}) == {"DEV-05"}


@pytest.mark.rule("DEV-06")
def test_effect_is_judged_after_its_time():
    """Thirty days after the action was really done, and never before it was."""
    senior = ctx(Role.SENIOR_QA, now=datetime(2026, 12, 27, 10, tzinfo=UTC))
    assert refusal(CASE, planned(), "verify", senior, **RESULT) == {"DEV-06"}
    assert done(CASE, planned(), "verify", ctx(Role.SENIOR_QA, now=datetime(2026, 12, 28, 10, tzinfo=UTC)), **RESULT)
    assert refusal(CASE, planned(), "verify", ctx(Role.SENIOR_QA), **RESULT) == {"DEV-06", "DEV-14"}


@pytest.mark.rule("DEV-07")
def test_nobody_judges_their_own_action():
    """The one who carried it out neither verifies nor closes."""
    own = done(CASE, caused(), "act", **{**PLAN, "action_owner": "S.Moreau"})
    assert refusal(CASE, own, "verify", ctx(Role.SENIOR_QA, now=LATER), **RESULT) == {"DEV-07"}
    found = done(CASE, own, "verify", ctx(Role.QC, now=LATER), **RESULT)
    assert refusal(CASE, found, "close", ctx(Role.SENIOR_QA, now=LATER), evidence="x") == {"DEV-07"}


@pytest.mark.rule("DEV-08")
def test_what_did_not_work_goes_back_to_its_cause():
    """No effect, no verification."""
    senior = ctx(Role.SENIOR_QA, now=LATER, reason="Two more in December")
    assert refusal(CASE, planned(), "verify", senior, **{**RESULT, "effective": "No"}) == {"DEV-08"}
    assert done(CASE, planned(), "send_back", senior).status == "Contained"


@pytest.mark.rule("DEV-09")
def test_senior_qa_closes_with_the_figures():
    """A coordinator does not close, and nobody without evidence."""
    assert refusal(CASE, verified(), "close", ctx(now=LATER), evidence="x") == {"MOVE-ROLE"}
    assert refusal(CASE, verified(), "close", ctx(Role.SENIOR_QA, now=LATER), ticket_ref=None) == {"DEV-09", "COM-06"}


def test_change_of_the_procedure_is_proposed_out_of_the_deviation():
    """What is learnt becomes a version."""
    (opening,) = press(CASE, planned(), "propose").openings
    assert (opening.type, opening.fields["sop_id"], opening.fields["superseded_version"]) == ("SOP", "SOP-114", "3")
    assert opening.fields["trigger_case"] == "CASE-2026-000001"


def test_deadlines_follow_the_states():
    """Contain within a day, cause within ten working days, action and effect by plan."""

    def due(found: Case) -> tuple[str, date]:
        return found.text("due_what"), found.instant("due").date()

    assert due(case(severity="Minor")) == ("Contain", date(2026, 11, 24))
    later = replace(contained(), fields={**contained().fields, "waiting_since": NOW, "waiting_on": "Customer"})
    assert due(done(CASE, later, "note", ctx(reason="x"))) == ("Find the cause", date(2026, 12, 7))
    planning = done(
        CASE,
        replace(planned(), fields={**planned().fields, "waiting_since": NOW, "waiting_on": "Customer"}),
        "note",
        ctx(reason="x"),
    )
    assert due(planning) == ("Carry out the action", date(2026, 11, 30))
    acted = done(CASE, planning, "note", ctx(reason="x"), action_done="28/11/2026", preventive_done="28/11/2026")
    assert due(acted) == ("Check the effect", date(2026, 12, 30))


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)


@pytest.mark.rule("DEV-11")
def test_the_finer_cause_is_a_branch_of_the_root_cause():
    """The refusal lists the branches; without one the root cause alone stands."""
    decision = press(CASE, contained(), "cause", **{**WHY, "cause_detail": "Weather"})
    assert [problem.code for problem in decision.problems] == ["DEV-11"]
    assert "No step; Unclear step" in decision.problems[0].hint
    assert done(CASE, contained(), "cause", **{**WHY, "cause_detail": None}).status == "Root cause"


@pytest.mark.rule("DEV-12")
@pytest.mark.parametrize("answer", [None, "No"])
def test_why_is_asked_until_the_answer_is_ours_to_change(answer):
    """Weather is no root cause of ours; why it stops the work is."""
    assert refusal(CASE, contained(), "cause", **{**WHY, "controlled": answer}) == {"DEV-12"}


@pytest.mark.rule("DEV-13")
@pytest.mark.parametrize(
    "texts", [{"preventive_owner": None}, {"preventive_due": None}, {"preventive_due": "20/11/2026"}]
)
def test_a_preventive_action_has_its_owner_and_its_day(texts):
    """An action of nobody, or of last week, prevents nothing."""
    assert refusal(CASE, caused(), "act", **{**PLAN, **texts}) == {"DEV-13"}


@pytest.mark.rule("DEV-14")
@pytest.mark.parametrize("day", [None, "31/12/2026"])
def test_prevention_is_in_place_before_the_effect_is_judged(day):
    """Not planned, not tomorrow."""
    senior = ctx(Role.SENIOR_QA, now=LATER)
    assert refusal(CASE, planned(), "verify", senior, **{**RESULT, "preventive_done": day}) == {"DEV-14"}


@pytest.mark.rule("DEV-15")
def test_before_and_after_are_measured_over_the_same_time():
    """Three in a month and none in a week is no effect."""
    assert refusal(CASE, planned(), "verify", ctx(Role.SENIOR_QA, now=LATER), **{**RESULT, "days_after": "7"}) == {
        "DEV-15"
    }
