"""The machine: one small table shows every way in which a case may move, and every way in which it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal, typed
from toy_case import TOY

from addin.logic.case_type import COMMON_MOVES, Case
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE, FINAL_STATES, WAITING_FIELDS
from addin.logic.events import KindTable, canonical, decode, encode
from addin.logic.machine import EDITED, Decision, allowed, decide, edit, fold, open_case, starts
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Role

LATER = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
KEPT = Case("CASE-2026-000099", "TOY", "New", {"door": "7"})


@pytest.fixture
def case() -> Case:
    """A new case."""
    return open_(TOY, door="7")


def folded(case: Case | None, decision: Decision) -> Case | None:
    """A case after a decision's events, told only by them."""
    for draft in decision.drafts:
        case = fold(TOY, case, draft.case_id, decision.case.version, draft.data, draft.data["set"])
    return case


def change(case: Case, context=None, **texts) -> Decision:
    """A typed change without a move."""
    return edit(TOY, case, typed(TOY, texts), context or ctx())


def codes(decision: Decision) -> set[str]:
    """The codes of a refused decision."""
    assert not decision.ok
    return {problem.code for problem in decision.problems}


# Opening -------------------------------------------------------------------------------------------------------------


def test_a_case_opens_with_what_is_known(case):
    """In the first state, with who and when, and with its priority and dates worked out."""
    assert (case.status, case.text("opened_by"), case.instant("opened_at")) == ("New", "a.khan", NOW)
    assert case.text("priority")
    assert case.text("due_what") == "Prepare"


def test_an_opening_is_one_event_that_tells_everything():
    """Folding it gives the case."""
    decision = open_case(TOY, "CASE-2026-000009", typed(TOY, {"door": "7", "borrower": "Ada"}), ctx(reason="why"))
    (draft,) = decision.drafts
    assert (draft.kind, draft.case_id, draft.reason) == ("key.opened.v1", "CASE-2026-000009", "why")
    assert (draft.data["type"], draft.data["move"], draft.data["status"]) == ("TOY", "open", "New")
    assert "borrower" in draft.personal
    assert folded(None, decision) == decision.case


def test_an_opening_needs_what_the_type_asks():
    """The field is named."""
    (problem,) = open_case(TOY, "C", {}, ctx()).problems
    assert (problem.code, problem.field) == ("MOVE-NEEDS", "door")


def test_an_opening_takes_a_role():
    """An auditor only reads."""
    assert codes(open_case(TOY, "C", typed(TOY, {"door": "7"}), ctx(Role.AUDITOR))) == {"MOVE-ROLE"}


def test_an_opening_with_a_fact_the_form_lacks_is_refused():
    """Whoever hands over a wrong name hears which."""
    (problem,) = open_case(TOY, "C", {"door": "7", "window": "3"}, ctx()).problems
    assert (problem.code, problem.field) == ("EDIT-UNKNOWN", "window")


def test_rules_of_the_form_hold_at_opening():
    """A blocking one refuses, a warning is told and recorded."""
    assert codes(open_case(TOY, "C", typed(TOY, {"door": "13"}), ctx())) == {"TOY-01"}
    decision = open_case(TOY, "C", typed(TOY, {"door": "99"}), ctx())
    assert [(p.code, p.warn) for p in decision.warnings] == [("TOY-02", True)]
    assert decision.drafts[0].data["warned"] == ["TOY-02"]


# Editing -------------------------------------------------------------------------------------------------------------


def test_an_edit_tells_what_was_and_what_is(case):
    """The old value stands beside the new one, a personal one only as new."""
    first = change(case, door="8", borrower="Ada", keys="2").case
    decision = change(first, door="9", borrower="Bo", keys="")
    (draft,) = decision.drafts
    assert draft.kind == EDITED.name
    assert draft.data["set"] == {"door": "9", "borrower": "Bo", "keys": None}
    assert draft.data["was"] == {"door": "8", "keys": 2}
    assert draft.data["changed"] == "Door, Borrower, Keys"
    assert "status" not in draft.data
    assert folded(first, decision) == decision.case


@pytest.mark.parametrize("texts", [{}, {"door": "7"}, {"keys": ""}])
def test_an_edit_that_changes_nothing_is_no_event(case, texts):
    """Typing the same again leaves no trace."""
    decision = change(case, **texts)
    assert decision.ok
    assert (decision.drafts, decision.case) == ((), case)


def test_a_worked_out_field_is_never_typed(case):
    """Nor taken with good ones: all or nothing."""
    decision = edit(TOY, case, {"lent_by": "me", "door": "8"}, ctx())
    assert codes(decision) == {"EDIT-SYSTEM"}
    assert (decision.case, decision.drafts) == (case, ())


def test_a_field_that_does_not_exist_is_named(case):
    """In words, also within a move."""
    assert codes(edit(TOY, case, {"window": "3"}, ctx())) == {"EDIT-UNKNOWN"}
    assert codes(decide(TOY, case, "prepare", {"window": "3"}, ctx())) == {"EDIT-UNKNOWN"}


def test_a_field_may_belong_to_a_role(case):
    """The remark is Senior QA's."""
    assert codes(change(case, remark="x")) == {"EDIT-ROLE"}
    assert change(case, ctx(Role.SENIOR_QA), remark="x").ok


def test_an_auditor_changes_nothing(case):
    """Whatever the field."""
    decision = change(case, ctx(Role.AUDITOR), door="8")
    assert codes(decision) == {"EDIT-ROLE"}
    assert decision.problems[0].hint == "Ask somebody who works on cases."
    assert change(case, remark="x").problems[0].hint == "Ask somebody with the role senior qa."


def lent(case: Case, **texts) -> Case:
    """The case with its key lent."""
    ready = done(TOY, case, "prepare")
    return done(TOY, ready, "lend", **{"keys": "2", "borrower": "Ada", **texts})


def test_a_frozen_form_takes_only_late_fields(case):
    """Once the key is lent the door is settled, the weight is not."""
    out = lent(case)
    assert codes(change(out, door="8")) == {"EDIT-FROZEN"}
    assert change(out, weight="1.5").ok


def test_a_case_that_is_over_takes_no_change(case):
    """Not even a late one."""
    over = done(TOY, case, "cancel", ctx(reason="no need"))
    assert codes(change(over, weight="1")) == {"EDIT-FROZEN"}


def test_rules_of_the_form_hold_at_every_edit(case):
    """A value that the rules forbid is not taken."""
    assert codes(change(case, door="13")) == {"TOY-01"}
    assert change(case, door="99").drafts[0].data["warned"] == ["TOY-02"]


def test_what_is_worked_out_follows_every_change(case):
    """The grams come with the kilograms, and go with them."""
    heavy = change(case, weight="1.5")
    assert heavy.case.number("grams") == Decimal(1500)
    assert heavy.drafts[0].data["set"]["grams"] == "1500.0"
    assert change(heavy.case, weight="").case.number("grams") is None


# Moving --------------------------------------------------------------------------------------------------------------


def test_a_move_takes_the_case_on(case):
    """Status, event and system fields, and folding tells the same."""
    ready = done(TOY, case, "prepare")
    decision = press(TOY, ready, "lend", keys="2", borrower="Ada")
    typed_in, moved = decision.drafts
    assert (typed_in.kind, moved.kind) == (EDITED.name, "key.lent.v1")
    assert (moved.data["from"], moved.data["status"], moved.data["move"]) == ("Ready", "Lent", "lend")
    assert decision.case.text("lent_by") == "a.khan"
    assert folded(ready, decision) == decision.case


def test_a_sentence_can_be_told_from_its_event_alone(case):
    """What it names and what did not change stands in the event too; of a personal value only that there is one."""
    ready = done(TOY, case, "prepare")
    draft = press(TOY, ready, "lend", keys="2", borrower="Ada").drafts[-1]
    assert draft.data["with"] == {"door": "7", "keys": 2, "borrower": "(personal)"}
    assert "with" not in press(TOY, ready, "hold", ctx(reason="x")).drafts[-1].data
    table = KindTable.of(TOY.kinds())
    text = encode(draft, seq=1, at="", actor="a.khan", role="qc")
    assert table.sentence(decode(text, prev="", hash="")) == "a.khan lent 2 keys of 7 to (personal)"


def test_what_was_typed_with_a_move_is_worked_out_once(case):
    """The edit's event holds what follows from the edit, the move's only what the move changed."""
    edited, moved = press(TOY, case, "prepare", weight="2").drafts
    assert edited.data["set"] == {"weight": "2", "grams": "2000"}
    assert not {"weight", "grams"} & moved.data["set"].keys()


def test_an_unknown_move_names_the_known_ones(case):
    """A verb of another type is no move of this one; those that there are are named as their buttons are."""
    (problem,) = press(TOY, case, "approve").problems
    assert problem.code == "MOVE-UNKNOWN"
    assert "Lend" in problem.hint


def test_a_move_works_from_its_states_only(case):
    """The answer says where it works from and what can be done here."""
    decision = press(TOY, case, "return")
    (problem,) = decision.problems
    assert problem.code == "MOVE-STATE"
    assert "'New'" in problem.message
    assert "'Lent'" in problem.message
    assert "Prepare" in problem.hint
    assert (decision.case, decision.drafts) == (case, ())


def test_a_move_takes_its_roles(case):
    """QC does not prepare keys; the answer names who does."""
    (problem,) = press(TOY, case, "prepare", ctx(Role.QC)).problems
    assert problem.code == "MOVE-ROLE"
    assert "coordinator, senior qa" in problem.hint


def test_a_move_needs_its_fields(case):
    """Every one that is missing is named at once."""
    decision = press(TOY, done(TOY, case, "prepare"), "lend")
    assert [(p.code, p.field) for p in decision.problems] == [("MOVE-NEEDS", "keys"), ("MOVE-NEEDS", "borrower")]
    assert decision.problems[0].hint == "How many. Fill it in on the sheet Case."


def test_a_move_may_need_a_reason(case):
    """Blanks are no reason."""
    ready = done(TOY, case, "prepare")
    assert refusal(TOY, ready, "hold") == {"MOVE-REASON"}
    assert refusal(TOY, ready, "hold", ctx(reason="  \t")) == {"MOVE-REASON"}
    decision = press(TOY, ready, "hold", ctx(reason="lock broken"))
    assert decision.drafts[-1].reason == "lock broken"


def test_a_refused_change_stops_the_move_too(case):
    """Typed and pressed is all or nothing."""
    ready = done(TOY, case, "prepare")
    decision = press(TOY, ready, "lend", keys="2", borrower="Ada", door="13")
    assert codes(decision) == {"TOY-01"}
    assert (decision.case, decision.drafts) == (ready, ())


def test_a_refusal_names_its_cell_once(case):
    """A person in a hurry looks for the cell: it is told where the words do not name it, and only there."""
    ready = done(TOY, case, "prepare")
    (problem,) = press(TOY, ready, "lend", keys="5", borrower="Ada").problems
    assert problem.hint.count("Keys") == 1
    opened = open_case(TOY, "CASE-2026-000001", typed(TOY, {**TOY.sample, "door": "13"}), ctx())
    assert [str(one) for one in opened.problems] == ["Door 13 does not exist."]


def test_a_blocking_rule_can_be_passed_by_its_role_with_a_reason(case):
    """Without reason or role it stops and says who may; passed, the event says so."""
    ready = done(TOY, case, "prepare")
    facts = {"keys": "5", "borrower": "Ada"}
    decision = press(TOY, ready, "lend", **facts)
    assert codes(decision) == {"TOY-03"}
    assert str(decision.problems[0]).startswith("More than three keys. Lend fewer.")
    assert (
        decision.problems[0].hint
        == "Lend fewer. Cell: Keys. A person with the role senior qa may pass it with a reason."
    )
    assert refusal(TOY, ready, "lend", ctx(Role.SENIOR_QA), **facts) == {"TOY-03"}
    assert refusal(TOY, ready, "lend", ctx(reason="please"), **facts) == {"TOY-03"}
    passed = press(TOY, ready, "lend", ctx(Role.SENIOR_QA, reason="inventory day"), **facts)
    assert passed.ok
    assert passed.drafts[-1].data["overrides"] == ["TOY-03"]


def test_a_warning_is_told_and_recorded_but_does_not_stop(case):
    """The evening is noted in the event."""
    ready = done(TOY, case, "prepare")
    evening = ctx(now=datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    decision = press(TOY, ready, "lend", evening, keys="1", borrower="Ada")
    assert decision.ok
    assert [p.code for p in decision.warnings] == ["TOY-05"]
    assert decision.drafts[-1].data["warned"] == ["TOY-05"]
    assert "overrides" not in decision.drafts[-1].data


def test_a_second_person_checks(case):
    """Segregation of duties is a rule like any other, and has no override."""
    back = done(TOY, lent(case), "return")
    assert refusal(TOY, back, "check", ctx(reason="I may")) == {"TOY-04"}
    closed = done(TOY, back, "check", ctx("b.lowe"))
    assert closed.status == CLOSED
    assert closed.is_final


def test_a_move_may_open_another_case(case):
    """It only proposes; numbering and storing are not the machine's."""
    decision = press(TOY, lent(case), "return")
    assert [(o.type, o.fields) for o in decision.openings] == [("TOY", {"door": "7"})]
    assert press(TOY, case, "prepare").openings == ()


@pytest.mark.parametrize("state", ["Ready", "Lent"])
def test_a_hold_remembers_where_it_came_from(case, state):
    """And its release goes back there, once."""
    at = done(TOY, case, "prepare") if state == "Ready" else lent(case)
    held = done(TOY, at, "hold", ctx(reason="lock broken"))
    assert (held.status, held.text("held_from")) == ("On hold", state)
    decision = press(TOY, held, "release")
    assert decision.case.status == state
    assert not decision.case.has("held_from")
    assert folded(held, decision) == decision.case


def test_a_release_without_a_memory_stays_where_it_is(case):
    """A state that does not exist any more is no place to go back to."""
    held = done(TOY, done(TOY, case, "prepare"), "hold", ctx(reason="lock broken"))
    lost = replace(held, fields={**held.fields, "held_from": "Long gone"})
    assert done(TOY, lost, "release").status == "On hold"


# Common moves --------------------------------------------------------------------------------------------------------


def test_a_final_state_keeps_its_date_and_owes_nothing(case):
    """Closed, cancelled or a duplicate: nothing is due any more."""
    over = done(TOY, case, "cancel", ctx(reason="no need"))
    assert (over.status, over.instant("closed_at")) == (CANCELLED, NOW)
    assert not over.has("due")
    assert not over.has("sla_due")
    double = done(TOY, case, "duplicate", ctx(related=(KEPT,)), duplicate_of=KEPT.case_id)
    assert double.status == DUPLICATE


@pytest.mark.rule("COM-03")
def test_a_case_is_never_a_duplicate_of_itself(case):
    """It must name the other one."""
    assert refusal(TOY, case, "duplicate", duplicate_of=case.case_id) == {"COM-03"}
    assert refusal(TOY, case, "duplicate") == {"MOVE-NEEDS"}


def test_reopening_is_senior_qas_and_a_new_event(case):
    """With a reason; the case goes on where work begins, its dates run again."""
    over = done(TOY, case, "duplicate", ctx(related=(KEPT,)), duplicate_of=KEPT.case_id)
    assert refusal(TOY, over, "reopen", ctx(reason="mistake")) == {"MOVE-ROLE"}
    assert refusal(TOY, over, "reopen", ctx(Role.SENIOR_QA)) == {"MOVE-REASON"}
    decision = press(TOY, over, "reopen", ctx(Role.SENIOR_QA, reason="mistake"))
    again = decision.case
    assert again.status == "Ready"
    assert not again.has("closed_at")
    assert not again.has("duplicate_of")
    assert again.has("due")
    assert folded(over, decision) == again
    assert refusal(TOY, case, "reopen", ctx(Role.SENIOR_QA, reason="x")) == {"MOVE-STATE"}


def test_a_short_life_is_reopened_at_its_beginning(case):
    """A type with nothing between new and closed begins again."""
    short = replace(TOY, states=("New", CLOSED), moves=(), frozen_from=frozenset(), deadlines=())
    over = done(short, case, "cancel", ctx(reason="no need"))
    assert done(short, over, "reopen", ctx(Role.SENIOR_QA, reason="mistake")).status == "New"
    shortest = replace(short, states=("New",))
    assert done(shortest, over, "reopen", ctx(Role.SENIOR_QA, reason="mistake")).status == "New"


def test_no_common_move_but_reopening_leaves_a_final_state(case):
    """What is over is over."""
    over = done(TOY, case, "cancel", ctx(reason="no need"))
    for move in COMMON_MOVES:
        if move.verb not in ("reopen", "part"):
            found = refusal(TOY, over, move.verb, ctx(Role.SENIOR_QA, reason="x"))
            assert "MOVE-STATE" in found


def test_waiting_has_a_reason_a_date_and_somebody(case):
    """All three, or it is no waiting."""
    assert refusal(TOY, case, "wait", ctx(reason="x")) == {"MOVE-NEEDS"}
    assert refusal(TOY, case, "wait", waiting_on="Customer", waiting_until="30/11/2026") == {"MOVE-REASON"}
    waiting = done(TOY, case, "wait", ctx(reason="no answer"), waiting_on="Customer", waiting_until="30/11/2026")
    assert waiting.instant("waiting_since") == NOW
    assert waiting.status == "New"


@pytest.mark.rule("COM-02")
def test_only_a_waiting_case_is_resumed(case):
    """Resuming ends the waiting, whoever it was for."""
    assert refusal(TOY, case, "resume") == {"COM-02"}
    waiting = done(TOY, case, "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="30/11/2026")
    decision = press(TOY, waiting, "resume", ctx(now=LATER))
    assert not any(decision.case.has(name) for name in ("waiting_on", "waiting_until", "waiting_since"))
    assert folded(waiting, decision) == decision.case


def test_the_service_clock_stands_while_a_case_waits(case):
    """Four working hours of waiting move the service date by four working hours; a weekend counts nothing."""
    before = case.instant("sla_due")
    waiting = done(TOY, case, "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="30/11/2026")
    assert waiting.instant("sla_due") == before
    resumed = done(TOY, waiting, "resume", ctx(now=datetime(2026, 11, 23, 14, 0, tzinfo=UTC)))
    assert resumed.count("waited_minutes") == 240
    assert (before, resumed.instant("sla_due")) == (
        datetime(2026, 11, 26, 10, 0, tzinfo=UTC),
        datetime(2026, 11, 26, 14, 0, tzinfo=UTC),
    )
    friday = ctx(now=datetime(2026, 11, 20, 17, 0, tzinfo=UTC), reason="x")
    late = open_(TOY, friday, door="7")
    over_weekend = done(TOY, late, "wait", friday, waiting_on="Customer", waiting_until="30/11/2026")
    assert (
        done(TOY, over_weekend, "resume", ctx(now=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))).count("waited_minutes")
        == 120
    )


def test_a_move_to_another_state_ends_the_waiting_and_counts_it(case):
    """Who goes on does not wait any more."""
    waiting = done(TOY, case, "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="30/11/2026")
    ready = done(TOY, waiting, "prepare", ctx(now=datetime(2026, 11, 23, 11, 30, tzinfo=UTC)))
    assert not ready.has("waiting_since")
    assert ready.count("waited_minutes") == 90
    noted = done(TOY, waiting, "note", ctx(reason="still waiting", now=LATER))
    assert noted.has("waiting_since")
    assert not noted.has("waited_minutes")


def test_waiting_anew_counts_what_was_waited_before(case):
    """Waiting on one after the other adds up."""
    one = done(TOY, case, "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="30/11/2026")
    again = ctx(reason="y", now=datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    two = done(TOY, one, "wait", again, waiting_on="Carrier", waiting_until="30/11/2026")
    end = done(TOY, two, "resume", ctx(now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC)))
    assert (two.count("waited_minutes"), end.count("waited_minutes")) == (60, 120)


def test_every_wait_stays_on_the_case_as_an_interval(case):
    """From, to, on whom, what it took off the clock and why; one on a colleague takes nothing off."""
    first = done(TOY, case, "wait", ctx(reason="no answer"), waiting_on="Customer", waiting_until="30/11/2026")
    noon = ctx(reason="asked IT; twice", now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    second = done(TOY, first, "wait", noon, waiting_on="IT", waiting_until="30/11/2026")
    end = done(TOY, second, "resume", ctx(now=LATER))
    assert end.items("pauses") == (
        "23/11/2026 10:00 to 23/11/2026 12:00 on Customer, 120 min off the clock: no answer",
        "23/11/2026 12:00 to 23/11/2026 15:00 on IT, the clock ran on: asked IT, twice",
    )
    assert end.count("waited_minutes") == 120
    assert not any(end.has(name) for name in WAITING_FIELDS)


def test_nobody_turns_a_wait_on_a_colleague_into_one_on_the_customer(case):
    """Typing another name ends one wait and begins another; what lay before is not moved off the clock."""
    waiting = done(TOY, case, "wait", ctx(reason="x"), waiting_on="IT", waiting_until="30/11/2026")
    decision = change(waiting, ctx(now=LATER, reason="Asked them"), waiting_on="Customer")
    typed_over = decision.case
    assert folded(waiting, decision) == typed_over
    assert typed_over.instant("waiting_since") == LATER
    assert typed_over.text("waiting_why") == "Asked them"
    assert typed_over.count("waited_minutes") == 0
    assert [line.split(",")[0][-2:] for line in typed_over.items("pauses")] == ["IT"]
    cleared = edit(TOY, typed_over, {"waiting_on": None}, ctx(now=datetime(2026, 11, 23, 16, 0, tzinfo=UTC))).case
    assert (cleared.count("waited_minutes"), len(cleared.items("pauses"))) == (60, 2)
    assert not cleared.has("waiting_since")


def test_a_priority_typed_by_hand_needs_a_reason_as_the_button_does(case):
    """The rule lies under the cell, not on the button."""
    assert codes(change(case, priority_wanted="P1")) == {"MOVE-REASON"}
    assert change(case, ctx(reason="Wave leaves at noon"), priority_wanted="P1").case.text("priority") == "P1"


def test_waiting_after_the_service_date_buys_no_time(case):
    """A broken promise stays broken."""
    late = ctx(now=datetime(2026, 12, 1, 10, 0, tzinfo=UTC), reason="x")
    waiting = done(TOY, case, "wait", late, waiting_on="Customer", waiting_until="30/11/2026")
    resumed = done(TOY, waiting, "resume", ctx(now=datetime(2026, 12, 2, 10, 0, tzinfo=UTC)))
    assert resumed.instant("sla_due") == case.instant("sla_due")


# Where a case stands -------------------------------------------------------------------------------------------------


def test_a_deadline_runs_until_its_states(case):
    """Preparing is due until it is done, bringing back until it is back."""
    dated = change(case, back_by="27/11/2026").case
    assert dated.text("due_what") == "Prepare"
    assert dated.day("legal_due") == date(2026, 11, 27)
    out = lent(dated)
    assert out.text("due_what") in ("Bring back", "Service level")
    back = done(TOY, out, "return")
    assert not back.has("legal_due")


def test_a_day_is_due_until_its_last_second_in_london(case):
    """A legal day is a calendar day of London, summer time included."""
    summer = ctx(now=datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    opened = open_(TOY, summer, door="7", back_by="02/07/2026")
    ready = done(TOY, opened, "prepare", summer)
    assert ready.instant("due") is not None
    assert ready.day("legal_due") == date(2026, 7, 2)
    over_midnight = ctx(now=datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
    assert over_midnight.today == date(2026, 7, 2)


def test_a_legal_date_only_raises_the_priority(case):
    """A wanted P4 gives way when the law is close, a wanted P1 stands."""
    wish = ctx(reason="VIP floor")
    low = done(TOY, case, "prioritise", wish, priority_wanted="P4")
    assert low.text("priority") == "P4"
    close = change(low, back_by="24/11/2026").case
    assert close.text("priority") in ("P1", "P2")
    high = done(TOY, case, "prioritise", wish, priority_wanted="P1")
    assert change(high, back_by="24/11/2026").case.text("priority") == "P1"


def test_waiting_is_due_when_it_should_end(case):
    """Not at the service date, which stands still meanwhile; other deadlines go on."""
    ready = done(TOY, case, "prepare")
    waiting = done(TOY, ready, "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="30/11/2026")
    assert waiting.text("due_what") == "Waiting on Customer"


# Looking -------------------------------------------------------------------------------------------------------------


def test_allowed_lists_the_moves_of_a_state_with_what_stands_against_each(case):
    """Only moves that leave this state; what is missing is said, a reason is not."""
    found = {move.verb: {p.code for p in problems} for move, problems in allowed(TOY, case, ctx())}
    assert found == {
        "prepare": set(), "take": set(), "escalate": set(), "give": {"MOVE-NEEDS"}, "triage": {"COM-05"}, "note": set(),
        "wait": {"MOVE-NEEDS"}, "resume": {"COM-02"}, "link": {"MOVE-NEEDS"}, "unlink": {"MOVE-NEEDS"},
        "prioritise": {"MOVE-NEEDS"}, "cancel": set(), "duplicate": {"MOVE-NEEDS"},
    }  # fmt: skip


def test_looking_changes_nothing(case):
    """allowed() is a question."""
    before = replace(case)
    allowed(TOY, case, ctx())
    assert case == before


def test_star_and_final_mean_what_they_say():
    """Every open state; every state that is over."""
    assert starts(TOY, TOY.all_moves["note"]) == TOY.open_states == frozenset(TOY.states) - FINAL_STATES
    assert starts(TOY, TOY.all_moves["reopen"]) == FINAL_STATES


# Folding -------------------------------------------------------------------------------------------------------------


def test_folding_is_blind(case):
    """An old event stands as it was decided, whatever today's rules and states are."""
    odd = fold(TOY, case, case.case_id, 9, {"status": "Long gone"}, {"door": "13", "unknown": "x", "keys": None})
    assert (odd.status, odd.text("door"), odd.version) == ("Long gone", "13", 9)
    assert "unknown" not in odd.fields


def test_an_event_without_state_leaves_the_case(case):
    """A note changes only the number of the last event."""
    assert fold(TOY, case, case.case_id, 5, {}, {}) == replace(case, version=5)
    assert fold(TOY, None, case.case_id, 1, {}, {}) == Case(case.case_id, "TOY", "New", {}, 1)
    ready = done(TOY, case, "prepare")
    assert fold(TOY, ready, case.case_id, 5, {}, {}).status == "Ready"


def test_every_event_of_a_walk_has_its_one_text(case):
    """No float and no odd type ever gets into an event."""
    current = lent(case, deposit="20.00", weight="1.25", tags="a; b", back_by="30/11/2026")
    for draft in change(current, weight="2", tags="").drafts:
        canonical(dict(draft.data))


def test_every_case_can_be_escalated_with_what_it_knows(case):
    """To Senior QA, with the reason as its situation; the case stays where it is."""
    decision = press(TOY, case, "escalate", ctx(reason="The lock does not turn."))
    (opening,) = decision.openings
    assert (opening.type, opening.fields["target_team"]) == ("ESC", "Senior QA")
    assert "The lock does not turn." in str(opening.fields["situation"])
    assert decision.case.status == "New"


@pytest.mark.parametrize("ref", ["TCK 1", "TCK#1", "x", "a" * 60])
def test_a_ticket_looks_like_those_of_the_ticket_tool(case, ref):
    """The form is a policy row; typed, opened by an import or by a message, the same rule holds."""
    decision = change(case, ticket_ref=ref)
    assert codes(decision) == {"FLD-PATTERN"}
    assert "id.ticket_pattern" in decision.problems[0].hint
    assert codes(open_case(TOY, "CASE-2026-000009", {"door": "7", "ticket_ref": ref}, ctx())) == {"FLD-PATTERN"}
    assert change(case, ticket_ref="TCK-20417").ok


@pytest.mark.parametrize("pattern", ["(", "[0-9", ""])
def test_a_pattern_that_is_none_never_becomes_a_policy_row(pattern):
    """Whoever sets the row reads what is wrong with it; no cell is ever judged by it."""
    with pytest.raises(ValueError, match=r"pattern|regular expression"):
        replace(DEFAULT_POLICY.row("id.ticket_pattern"), value=pattern)
