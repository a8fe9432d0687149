"""Outbound quality control: what leaves has been seen by the right people, and a failure stops it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.outbound_qc import CASE, TRIGGERS
from addin.logic.machine import edit, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Role

QC = Role.QC
SET = {
    "photos": "1.jpg; 2.jpg; 3.jpg; 4.jpg", "weight_kg": "2.02", "master_weight_kg": "2.00", "seal_no": "S-118",
    "papers": "CITES 24/881",
    "checklist": "; ".join(f"{line}: yes" for line in DEFAULT_POLICY.items("qc.checklist_outbound")),
}  # fmt: skip


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def inspected(**texts: object) -> Case:
    return done(CASE, done(CASE, case(**{**SET, **texts}), "assign"), "inspect", ctx(QC))


def seen_twice(**texts: object) -> Case:
    return done(CASE, inspected(**texts), "second_check", ctx("b.lowe"))


def failed() -> Case:
    return done(CASE, inspected(), "fail", ctx(QC), defect_codes="SCRATCH")


def pass_codes(**texts: object) -> set[str]:
    return refusal(CASE, seen_twice(**texts), "pass", ctx(QC))


def test_check_goes_from_trigger_to_release_and_close():
    """Assigned, inspected, checked by a second person, passed, released by QC, closed."""
    found = done(CASE, seen_twice(signature_booked="Yes"), "pass", ctx(QC))
    found = done(CASE, found, "release", ctx(QC))
    assert (found.status, found.text("result"), found.text("released_by")) == ("Released", "Pass", "q.reid")
    assert done(CASE, found, "close").status == "Closed"


def test_pass_with_remark_is_a_pass_of_its_own():
    """The remark is kept."""
    found = done(CASE, seen_twice(signature_booked="Yes"), "remark", ctx(QC), remark="Ribbon replaced")
    assert (found.status, found.text("result")) == ("Pass with remark", "Pass with remark")
    assert done(CASE, found, "release", ctx(QC)).status == "Released"


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


def test_triggers_add_up_and_value_is_a_trigger_of_its_own():
    """Exotic leather of high value: everything both ask for, once."""
    assert case().items("checks_due") == (
        "Photo set", "Second person", "Papers check", "Serial", "Weight", "Seal", "Signature"
    )  # fmt: skip
    assert case(trigger="Gift", goods_value="90.00").items("checks_due") == ("Photo set",)
    assert "Hold" in case(trigger="Gift", more_triggers="address changed").items("checks_due")


def test_every_trigger_has_its_row_in_the_policy():
    """A trigger nobody described would ask for nothing."""
    assert all(DEFAULT_POLICY.has(f"qc_trigger.{code}") for code in TRIGGERS.values())


@pytest.mark.rule("QCT-01")
def test_triggers_are_those_of_the_list():
    """A trigger nobody knows is refused."""
    assert refusal(CASE, case(more_triggers="Looks odd"), "assign") == {"QCT-01"}


@pytest.mark.rule("QCT-02")
@pytest.mark.parametrize(
    "words", ["VIC client", "previous claim on file", "flagged for abuse", "Fraud suspected", "black-listed"]
)
@pytest.mark.parametrize("name", ["remark", "cs_message", "triggered_by"])
def test_nothing_tells_why_a_customer_has_a_profile(name, words):
    """Only a code is shown; no remark and no message hints at the reason."""
    decision = edit(CASE, case(trigger="Profile B"), typed(CASE, {name: words}), ctx())
    assert [problem.code for problem in decision.problems] == ["QCT-02"]


@pytest.mark.rule("QCT-03")
def test_inspector_did_not_pick_goods_of_value():
    """For £1,000 and more the picker neither is assigned nor inspects."""
    assert refusal(CASE, case(picker="Q.Reid"), "assign") == {"QCT-03"}
    assert done(CASE, case(picker="q.reid", goods_value="999.99"), "assign").status == "Assigned"
    found = done(CASE, case(picker="q.reid", inspector="s.moreau"), "assign")
    assert "QCT-03" in refusal(CASE, found, "inspect", ctx(QC))


@pytest.mark.rule("QCT-04")
def test_assigned_inspector_inspects():
    """Somebody else only as Senior QA with a reason."""
    found = done(CASE, case(inspector="n.cole"), "assign")
    assert refusal(CASE, found, "inspect", ctx(QC)) == {"QCT-04"}
    assert done(CASE, found, "inspect", ctx(Role.SENIOR_QA, reason="Off sick")).status == "Inspected"


@pytest.mark.rule("QCT-05")
def test_serial_is_that_of_the_stock_system():
    """Another serial is another article; capitals do not make another one."""
    assert pass_codes(serial="A7713") == {"QCT-05"}
    assert done(CASE, seen_twice(serial="a7731"), "pass", ctx(QC)).status == "Pass"


@pytest.mark.rule("QCT-18")
@pytest.mark.parametrize("texts", [{"serial": None}, {"serial_wms": None}, {"serial": "?", "serial_wms": "?"}])
def test_serial_numbers_are_read_in_both_places(texts):
    """An empty cell compares with nothing, and a question mark is no serial number."""
    assert pass_codes(**texts) == {"QCT-18"}


def test_goods_without_a_serial_number_need_none():
    """A scarf that is a gift is only photographed."""
    plain = {"trigger": "Gift", "goods_value": "90.00", "serial": None, "serial_wms": None}
    assert done(CASE, inspected(**plain), "pass", ctx(QC)).status == "Pass"


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"goods_kind": "Watch"}, "Watch"), ({"profile": "C"}, "Profile C"), ({"is_gift": "Yes"}, "Gift"),
        ({"same_reference_units": "2"}, "Several of one reference"), ({"goods_value": "1000.00"}, "High value"),
        ({"goods_value": "5000.00"}, "Very high value"),
        ({"same_reference_units": "1", "goods_kind": "Silk or textile", "is_gift": "No"}, ""),
    ],
)  # fmt: skip
def test_facts_give_their_triggers_by_themselves(facts, found):
    """Goods, profile, gift, units and value need nobody who remembers the rule; the row of the rule is named."""
    bare = {"order_no": "4102938480", "sku": "H012345ECA0", "goods_value": "90.00"}
    opened = open_(CASE, **{**bare, **facts})
    assert opened.items("triggers_found") == ((found,) if found else ())
    assert opened.text("trigger") == found
    assert opened.text("triggered_by") == (f"qc_trigger.{TRIGGERS[found]}" if found else "")


@pytest.mark.parametrize("profile", ["A", "B", "C", "D"])
def test_profile_asks_for_the_full_set_and_says_only_its_code(profile):
    """A flagged customer gets every check there is; nothing on the case says why."""
    opened = case(trigger=None, profile=profile, goods_value="90.00")
    assert opened.items("checks_due") == ("Photo set", "Second person", "Weight", "Seal", "Signature", "Serial")


def test_changed_address_and_second_shipment_are_found_in_the_orders_other_cases():
    """An approved address change holds the parcel; one that was refused, or of another order, does not."""
    changed = Case("CASE-2026-000007", "ADR", "Approved", {"order_no": "4102938480", "approved_by": "b.lowe"})
    again = Case("CASE-2026-000008", "CRP", "Decision", {"order_no": "4102938480", "option_chosen": "Second shipment"})
    other = Case("CASE-2026-000009", "ADR", "Approved", {"order_no": "4999999999", "approved_by": "b.lowe"})
    plain = {**CASE.sample, "trigger": None, "goods_value": "90.00"}
    seen = open_(CASE, ctx(related=(changed, again, other)), **plain)
    assert seen.items("triggers_found") == ("Address changed", "Second shipment")
    assert open_(CASE, ctx(related=(other,)), **plain).items("triggers_found") == ()


@pytest.mark.rule("QCT-06")
def test_photo_set_is_complete():
    """Four photos."""
    assert pass_codes(photos="1.jpg; 2.jpg; 3.jpg") == {"QCT-06"}


@pytest.mark.rule("QCT-07")
@pytest.mark.rule("QCT-08")
@pytest.mark.parametrize(
    ("weight", "codes"),
    [("2.04", set()), ("1.96", set()), ("2.05", {"QCT-08"}), ("1.95", {"QCT-08"}), (None, {"QCT-07"})],
)
def test_weight_is_within_two_percent_of_the_master(weight, codes):
    """Two percent more or less pass; a swap shows in the weight."""
    found = seen_twice(weight_kg=weight)
    if codes:
        assert refusal(CASE, found, "pass", ctx(QC)) == codes
    else:
        assert done(CASE, found, "pass", ctx(QC)).status == "Pass"


@pytest.mark.rule("QCT-09")
@pytest.mark.rule("QCT-10")
@pytest.mark.parametrize(("name", "code"), [("seal_no", "QCT-09"), ("papers", "QCT-10")])
def test_seal_and_papers_are_there_where_they_are_due(name, code):
    """Exotic leather has its papers checked; goods of value are sealed."""
    assert pass_codes(**{name: None}) == {code}


@pytest.mark.rule("QCT-11")
def test_signature_is_booked_before_goods_of_value_are_released():
    """Goods of value leave with a signature."""
    found = done(CASE, seen_twice(), "pass", ctx(QC))
    assert refusal(CASE, found, "release", ctx(QC)) == {"QCT-11"}
    assert done(CASE, found, "release", ctx(QC), signature_booked="Yes").status == "Released"


@pytest.mark.rule("QCT-12")
@pytest.mark.rule("QCT-13")
def test_second_check_is_another_persons():
    """Not the inspector's, not the picker's; a new inspection needs a new one."""
    found = inspected(picker="b.lowe")
    assert refusal(CASE, found, "pass", ctx(QC)) == {"QCT-12"}
    assert refusal(CASE, found, "second_check", ctx(QC)) == {"QCT-13"}
    assert refusal(CASE, found, "second_check", ctx("b.lowe")) == {"QCT-13"}
    found = done(CASE, done(CASE, found, "second_check", ctx(Role.SENIOR_QA)), "inspect", ctx(QC))
    assert refusal(CASE, found, "pass", ctx(QC)) == {"QCT-12"}


@pytest.mark.rule("QCT-14")
def test_who_asked_for_the_check_does_not_release():
    """Released by QC, not by the requester."""
    opened = open_(CASE, ctx(QC), **{**CASE.sample, **SET, "signature_booked": "Yes"})
    found = done(CASE, done(CASE, opened, "assign"), "inspect", ctx(QC))
    found = done(CASE, done(CASE, found, "second_check", ctx("b.lowe")), "pass", ctx(QC))
    assert refusal(CASE, found, "release", ctx(QC)) == {"QCT-14"}
    assert refusal(CASE, found, "release") == {"MOVE-ROLE"}


@pytest.mark.rule("QCT-15")
def test_missed_collection_is_told():
    """Customer Service hears of the delay, and of nothing else."""
    found = done(CASE, seen_twice(signature_booked="Yes"), "pass", ctx(QC))
    evening = ctx(QC, now=datetime(2026, 11, 23, 18, tzinfo=UTC))
    assert refusal(CASE, found, "release", evening) == {"QCT-15"}
    assert done(CASE, found, "release", evening, cs_message="Leaves tomorrow.").status == "Released"


@pytest.mark.rule("QCT-17")
def test_hold_ends_with_a_reason():
    """An address changed after payment is held until somebody says why it may go."""
    found = done(CASE, seen_twice(more_triggers="Address changed", signature_booked="Yes"), "pass", ctx(QC))
    assert refusal(CASE, found, "release", ctx(QC)) == {"QCT-17"}
    assert done(CASE, found, "release", ctx(QC), hold_lifted="Address change is approved").status == "Released"


def test_failure_stops_the_shipment_and_only_senior_qa_lets_it_go():
    """Fail, blocked; the release after it takes Senior QA and a reason."""
    found = failed()
    assert refusal(CASE, found, "release", ctx(QC)) == {"MOVE-STATE"}
    assert refusal(CASE, found, "override", ctx(QC, reason="x"), signature_booked="Yes") >= {"MOVE-ROLE"}
    blocked = done(CASE, found, "block", afterwards="Replace")
    assert blocked.status == "Blocked"
    senior = ctx(Role.SENIOR_QA)
    signed = open_(CASE, **{**CASE.sample, **SET, "signature_booked": "Yes"})
    signed = done(
        CASE, done(CASE, done(CASE, signed, "assign"), "inspect", ctx(QC)), "fail", ctx(QC), defect_codes="SCRATCH"
    )
    signed = done(CASE, signed, "block", afterwards="Replace")
    assert refusal(CASE, signed, "override", senior) == {"MOVE-REASON"}
    freed = done(CASE, signed, "override", ctx(Role.SENIOR_QA, reason="Customer accepts the scratch in writing"))
    assert (freed.status, freed.text("result"), freed.text("released_by")) == ("Released", "Fail", "s.moreau")


@pytest.mark.parametrize(
    ("afterwards", "kind"), [("Inventory discrepancy", "INV"), ("Deviation", "DEV"), ("Replace", "")]
)
def test_failure_leads_to_stock_or_process(afterwards, kind):
    """Wrong stock is counted, a wrong process is a deviation, a bad piece is replaced."""
    decision = press(CASE, failed(), "block", afterwards=afterwards)
    assert [opening.type for opening in decision.openings] == ([kind] if kind else [])


@pytest.mark.rule("QCT-19")
def test_inspection_brings_the_checklist_and_every_line_is_answered():
    """The lines of the policy stand on the case, unanswered; a word that is no answer does not count."""
    case_ = done(CASE, inspected(checklist=None), "second_check", ctx("b.lowe"))
    lines = DEFAULT_POLICY.items("qc.checklist_outbound")
    assert case_.items("checklist") == tuple(f"{line}:" for line in lines)
    assert "QCT-19" in refusal(CASE, case_, "pass", ctx(QC))
    almost = SET["checklist"].replace("label: yes", "label: fine")
    (problem,) = [p for p in press(CASE, case_, "pass", ctx(QC), checklist=almost).problems if p.code == "QCT-19"]
    assert problem.message == "The checklist has no answer for: label."
    assert "QCT-19" in refusal(CASE, case_, "remark", ctx(QC), checklist=almost, remark="x")


@pytest.mark.rule("QCT-20")
def test_a_line_answered_with_no_never_passes_plainly():
    """It may go with a remark, or it fails; the lines are named."""
    doubt = SET["checklist"].replace("box and ribbon: yes", "box and ribbon: no, ribbon creased")
    assert pass_codes(checklist=doubt) == {"QCT-20"}
    found = done(CASE, seen_twice(checklist=doubt), "remark", ctx(QC), remark="New ribbon is put on")
    assert found.status == "Pass with remark"


def test_blocked_shipment_is_escalated():
    """Blocked goods go to Senior QA as an escalation."""
    blocked = done(CASE, failed(), "block", afterwards="Replace")
    decision = press(CASE, blocked, "escalate", ctx(reason="No second piece in stock"))
    assert (decision.case.status, [opening.type for opening in decision.openings]) == ("Escalated", ["ESC"])
    assert done(CASE, decision.case, "close").status == "Closed"


@pytest.mark.rule("COM-06")
def test_check_that_was_not_done_says_why_and_close_needs_a_ticket():
    """Only Senior QA leaves a check out."""
    assert refusal(CASE, case(), "not_done", ctx(reason="Left too early")) == {"MOVE-ROLE"}
    left = done(CASE, case(), "not_done", ctx(Role.SENIOR_QA, reason="Left too early"))
    assert (left.status, left.text("result")) == ("Closed", "Not done")
    blocked = done(CASE, done(CASE, inspected(ticket_ref=None), "fail", ctx(QC), defect_codes="X"), "block",
                   afterwards="Replace")  # fmt: skip
    assert refusal(CASE, blocked, "close") == {"COM-06"}


def test_results_are_frozen_and_due_before_the_carrier_collects():
    """After the result the measurements are not rewritten; before it the collection is the deadline."""
    assert refusal(CASE, failed(), "block", weight_kg="9", afterwards="Replace") == {"EDIT-FROZEN"}
    found = case()
    assert found.text("due_what") in ("Before the carrier collects", "Service level")
    assert found.instant("due") <= datetime(2026, 11, 23, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
