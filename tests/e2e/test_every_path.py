"""One good and one bad way for each of the fifteen case types, through the built workbook, by press.

The good way goes from a typed row to the end of the case, each step by a person who may make it. The bad way is what
somebody would try; the refusal is read in the row's Message cell, and it has to read like help.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from e2e_kit import Day

from addin.logic.cases import case_types
from addin.logic.claim_terms import EVIDENCE
from addin.logic.policy import DEFAULT_POLICY
from addin.register.layout import CASE_MOVE, CASE_REASON, columns

#: The samples of the case types play on this day.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PAPERS = "; ".join(f"{kind}: shelf 4" for kind in EVIDENCE["LOST"])
SEEN = {
    "checklist": "; ".join(f"{line}: yes" for line in DEFAULT_POLICY.items("qc.checklist")),
    "photos": "1.jpg; 2.jpg; 3.jpg; 4.jpg",
}
OUT = {
    "photos": "1.jpg; 2.jpg; 3.jpg; 4.jpg", "weight_kg": "2.02", "master_weight_kg": "2.00", "seal_no": "S-118",
    "papers": "CITES 24/881",
    "checklist": "; ".join(f"{line}: yes" for line in DEFAULT_POLICY.items("qc.checklist_outbound")),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One press: the move, who makes it, what is typed before, why, and how many days pass first."""

    verb: str
    who: str = "a.khan"
    cells: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    days: int = 0


def step(verb: str, who: str = "a.khan", *, reason: str = "", days: int = 0, **cells: Any) -> Step:
    """A step with its cells by name."""
    return Step(verb, who, cells, reason, days)


@dataclass(frozen=True)
class Way:
    """A type's good way and its bad one: `given` is typed besides the sample, `bad` is pressed after `before`.

    `says` are words of the refusal; the case is opened anew for it with `wrong` typed besides.
    """

    good: tuple[Step, ...]
    bad: Step
    says: str
    before: tuple[Step, ...] = ()
    wrong: dict[str, Any] = field(default_factory=dict)
    end: str = "Closed"


CALL = {
    "contact_number_source": "On file", "phone_on_file": "020 7946 0018", "spoken_to": "Ms R. Ferro",
    "callback_at": "23/11/2026 09:50", "callback_result": "Confirmed",
}  # fmt: skip
FOUND = {
    "found": "Yes", "findings": "One bag is placed, sealed at 01:42.", "clip_id": "B4-20261120-0125",
    "clip_sha256": "ab" * 32, "storage_place": "Evidence store 2",
}  # fmt: skip
DECISION = {
    "options_considered": "Second shipment; Return and refund", "decision": "The customer is at home on Friday.",
    "evidence": "ups.pdf", "next_contact": "27/11/2026", "answer": "Same address", "answer_words": "Friday is fine",
    "answer_channel": "phone", "window": "Friday 9 to 12", "option_chosen": "Second shipment",
}  # fmt: skip
BACK = {"received_at": "20/11/2026 09:00", "sku_received": "BAG-0117", "serial_received": "Z-884201"}
WHY = {
    "whys": "The number was not written; the pen was gone; the step has no scan", "root_cause": "Process/SOP",
    "cause_text": "Step 4.2 lets a parcel pass without a scanned seal.", "controlled": "Yes",
}  # fmt: skip
PLAN = {
    "corrective_action": "Scan the seal at step 4.2.", "preventive_action": "The station refuses an unsealed parcel.",
    "action_owner": "b.lowe", "action_due": "30/11/2026", "effectiveness_date": "30/12/2026",
    "effectiveness_metric": "Unsealed parcels a month", "preventive_owner": "q.reid", "preventive_due": "30/11/2026",
}  # fmt: skip
INSTEAD = {
    "booked_from": "25/11/2026 14:00", "booked_to": "25/11/2026 18:00", "booked_why": "The road is closed till noon",
}  # fmt: skip
STOP = step("contain", containment="Bench 4 stopped; the three parcels were recalled.")
ACK = {"taken_by": "J. Hale", "readback": "Release wave 3 to the pick bench by three.", "telephoned": "Yes"}

WAYS = {
    "ADR": Way(
        good=(
            step("verify", **CALL), step("approve"), step("apply", oms_proof="oms.png", order_screen="Passed"),
            step("confirm"),
            step("close", cs_told="Yes", evidence="oms.png; call note", ticket_ref="TCK-1"),
        ),
        bad=step("verify", **{**CALL, "contact_number_source": "Given in the chat"}),
        says="number on file",
    ),
    "SPD": Way(
        good=(
            step("check"), step("approve"), step("book", booking_ref="BK-1"),
            step("confirm", confirmation="ups-confirmation.pdf", cs_told="Yes"),
            step("despatch", tracking="1Z12345E6800002067"), step("deliver", days=3, delivered_at="25/11/2026 11:40"),
            step("close", evidence="pod.png", ticket_ref="TCK-2"),
        ),
        bad=step("check", service="UPS Express 12:00"),
        says="not offered",
    ),
    "OST": Way(
        good=(
            step("check"),
            step("answer", answer="Picked today, leaves tonight.", next_step="Collection",
                 next_update="23/11/2026 16:00"),
            step("close", evidence="oms-0041029384.png", ticket_ref="TCK-3"),
        ),
        bad=step("check", order_no="41029384"),
        says="0041029384",
    ),
    "CTV": Way(
        good=(
            step("preserve", "c.adler", preservation_ref="Control room, log 311"),
            step("approve", "c.adler", lawful_basis="Legitimate interest"), step("review", "l.pike", clock_drift="0"),
            step("record", "l.pike", **FOUND), step("retain"), step("delete", "c.adler", days=185), step("close"),
        ),
        bad=step("approve", "a.khan", lawful_basis="Legitimate interest"),
        before=(step("preserve", "c.adler", preservation_ref="Control room, log 311"),),
        says="may not press 'Approve'",
    ),
    "QCT": Way(
        good=(
            step("assign", **OUT), step("inspect", "q.reid"), step("second_check", "b.lowe"),
            step("pass", "q.reid", signature_booked="Yes"), step("release", "q.reid"), step("close"),
        ),
        before=(step("assign", **{**OUT, "weight_kg": "2.60"}), step("inspect", "q.reid"),
                step("second_check", "b.lowe")),
        bad=step("pass", "q.reid", signature_booked="Yes"),
        says="weigh",
    ),
    "INV": Way(
        good=(
            step("freeze", lock_ref="L-1"), step("count", "b.lowe", counted_qty="4"),
            step("recount", "q.reid", recount_qty="4"), step("investigate"),
            step("propose", adjustment_qty="-1", cause="MISPICK", movements="pick 22/11", open_picks="none",
                 evidence="sheet.pdf"),
            step("approve", "s.moreau"), step("post", "b.lowe", adjustment_ref="ADJ-9"),
            step("close", ticket_ref="TCK-9"),
        ),
        before=(step("freeze", lock_ref="L-1"), step("count", "b.lowe", counted_qty="4")),
        bad=step("recount", "b.lowe", recount_qty="4"),
        says="second person recounts",
    ),
    "RQC": Way(
        good=(
            step("receive", **BACK), step("grade_3pl", third_party_grade="1ST", third_party_by="tpl.ines"),
            step("inspect", "q.reid"), step("grade", "q.reid", grade="1ST", **SEEN),
            step("approve", "s.moreau", disposition="Restock"), step("request_refund", "b.lowe"),
            step("close", "b.lowe"),
        ),
        before=(step("receive", **BACK), step("grade_3pl", third_party_grade="1ST", third_party_by="tpl.ines"),
                step("inspect", "q.reid")),
        bad=step("grade", "q.reid", grade="1ST", **{**SEEN, "photos": "1.jpg"}),
        says="photo",
    ),
    "CRP": Way(
        good=(
            step("receive", received_at="20/11/2026 09:00"), step("inspect", condition="Intact", photos="1.jpg"),
            step("contact", comms="23/11/2026 phone: will call back"), step("decide", **DECISION),
            step("reship", tracking_new="1Z5R89390357567127", cost="9.50", qc_before_reship="Pass",
                 stock_moves="receive; ship"),
            step("deliver", days=1, delivered_date="24/11/2026"), step("close"),
        ),
        before=(step("receive", received_at="20/11/2026 09:00"), step("inspect", condition="Intact", photos="1.jpg"),
                step("contact", comms="23/11/2026 phone: will call back")),
        bad=step("decide", **{**DECISION, "answer": "New address"}),
        says="address",
    ),
    "UPC": Way(
        good=(
            step("gather"), step("file", manifest_match="Yes", evidence_kinds=PAPERS),
            step("decide", carrier_decision="Paid", amount_offered="750.00", claim_no="C-9"),
            step("close", "f.osei", amount_paid="750.00", payment_ref="PAY-1", remedy="Replace", finance_match="Yes",
                 replacement_ref="5200417399"),
        ),
        before=(step("gather"),),
        bad=step("file", manifest_match="Yes"),
        says="Attach the files",
    ),
    "ESC": Way(
        good=(
            step("acknowledge", **ACK), step("act"), step("update", update_text="IT restarts the queue."),
            step("resolve", resolution="The wave was released at 11:20."), step("confirm"),
            step("close", "s.moreau", root_cause="System/IT"),
        ),
        bad=step("acknowledge", recommendation="Please help ASAP!", **ACK),
        says="not specific",
    ),
    "HND": Way(
        good=(step("accept", "b.lowe", readback="CASE-2026-000004 first."), step("close", "b.lowe")),
        bad=step("accept", readback="Mine"),
        says="The receiver accepts",
        wrong={"to_person": None},
    ),
    "DEV": Way(
        good=(
            STOP, step("cause", **WHY), step("act", **PLAN),
            step("verify", "s.moreau", days=40, action_done="28/11/2026", metric_before="3", metric_after="0",
                 effective="Yes", days_before="30", days_after="30", preventive_done="29/11/2026"),
            step("close", "s.moreau", evidence="seals-nov-dec.xlsx"),
        ),
        before=(STOP,),
        bad=step("cause", **{**WHY, "cause_text": "Human error"}),
        says="Ask why it was possible",
    ),
    "SOP": Way(
        good=(
            step("submit"), step("approve", "s.moreau"),
            step("publish", days=7, old_kept_at="Archive/SOP-114-v3.docx"), step("read"), step("read", "b.lowe"),
            step("complete"), step("close"),
        ),
        bad=step("submit", new_version="3"),
        says="Give it the next version",
    ),
    "AUD": Way(
        good=(
            step("prepare"), step("review", "f.osei", review_comment="Totals agree with the tab."),
            step("deliver", delivered_to="X. Tull, external audit", delivered_how="Secure link"),
            step("query", "x.tull", queries="Who approved refund 17?"), step("answer", answers="Senior QA, event 812."),
            step("close"),
        ),
        before=(step("prepare", "s.moreau"),),
        bad=step("review", "s.moreau", review_comment="Fine."),
        says="prepared",
    ),
}  # fmt: skip

REFUND = (
    step("confirm_qc"),
    step("check_amount", captured_amount="450.00", delivery_amount="0.00", orig_payment_method="card ending 4471",
         orig_psp_reference="PSP-88231", dispute_open="No"),
    step("approve", "s.moreau"), step("submit", "f.osei"), step("accept", "f.osei", refund_psp_reference="PSP-R-1"),
    step("settle", "f.osei", settled_date="23/11/2026"),
    step("reconcile", "f.osei", recon_status="Matched", recon_period="2026-11"),
    step("close", "f.osei", credit_note_no="CN-1", credit_note_date="23/11/2026",
         customer_notified_at="23/11/2026 10:00", evidence="psp.pdf"),
)  # fmt: skip


def opened(day: Day, code: str, more: dict[str, Any]) -> str:
    """A case typed into a new row as its type's sample says, the rest on the Case sheet."""
    kind = case_types()[code]
    given = {name: text for name, text in {**kind.sample, **more}.items() if text is not None}
    in_row = {column.name for column in columns(kind.sheet) if column.typed}
    case = day.open(code, **{name: text for name, text in given.items() if name in in_row})
    day.sure(day.show(case))
    rest = {name: text for name, text in given.items() if name not in in_row}
    if rest:
        day.fill(**rest)
        day.sure(day.click("case.save"))
    return case


def take(day: Day, case: str, one: Step) -> Any:
    """Type into the form that is shown, choose the move, press."""
    day.on(days=one.days)
    day.fill(**one.cells)
    sheet = day.book.sheets["Case"]
    sheet.range(CASE_MOVE).value = case_types()[day.case(case).type].all_moves[one.verb].label
    sheet.range(CASE_REASON).value = one.reason or None
    return day.click("case.press", who=one.who)


def walk(day: Day, case: str, steps: tuple[Step, ...]) -> None:
    """Make every step; each must be done."""
    for one in steps:
        outcome = take(day, case, one)
        assert outcome.ok, f"{one.verb}: {outcome.message}"


def reads_like_help(text: str) -> None:
    """Whole sentences, no codes and no names of ours, short enough for a cell, and something to do."""
    assert re.match(r"[A-Z'\d]", text), text
    assert text.rstrip().endswith((".", "?")), text
    assert not re.search(r"\b[A-Z]{3,}-(\d\d|[A-Z]+)\b(?!\d)", text.replace("CASE-2026", "")), text
    assert not re.search(r"\b[a-z]+_[a-z_]+\b|Traceback|None\b", text), text
    assert len(re.findall(r"[.:?](\s|$)", text)) >= 2, f"says what is wrong but not what to do: {text}"
    assert len(text) <= 600, text


@pytest.fixture
def november(day: Day) -> Day:
    """The day on which the samples of the case types play."""
    day.now = NOW
    return day


@pytest.mark.parametrize("code", sorted(WAYS))
def test_a_case_of_every_type_reaches_its_end_by_presses(november: Day, code: str) -> None:
    """From a typed row to closed; a return's refund goes on to the end as well."""
    case = opened(november, code, {})
    walk(november, case, WAYS[code].good)
    assert november.case(case).status == WAYS[code].end
    if code == "RQC":
        refund = november.only("RFD").case_id
        november.sure(november.show(refund))
        refused = take(november, refund, step("approve", "b.lowe"))
        assert not refused.ok
        november.sure(november.show(refund))
        walk(november, refund, REFUND)
        assert november.case(refund).status == "Closed"
    assert november.cell(case_types()[code].sheet, case, "status") == "Closed"


@pytest.mark.parametrize("code", sorted(WAYS))
def test_what_a_type_refuses_it_explains(november: Day, code: str) -> None:
    """Nothing changes, the words stand in the row's Message cell, and they say what to do."""
    way = WAYS[code]
    case = opened(november, code, way.wrong)
    walk(november, case, way.before)
    before = november.case(case)
    outcome = take(november, case, way.bad)
    assert not outcome.ok
    assert november.case(case).status == before.status
    text = november.message(case_types()[code].sheet, case)
    assert way.says.casefold() in text.casefold()
    reads_like_help(text)


#: Further bad ways of the requests: what was pressed before, what is tried, and words of the refusal.
TRIED = {
    "a silent change": ("SPD", (), step("check", **{**INSTEAD, "booked_why": None}), "Why booked otherwise"),
    "a hard wish": ("SPD", (step("check", **INSTEAD), step("approve")), step("book", booking_ref="BK-1"),
                    "Let the customer agree first"),
    "an untold change": ("SPD", (step("check", **INSTEAD, hard_or_soft="Soft"), step("approve"),
                                 step("book", booking_ref="BK-1")),
                         step("confirm", confirmation="ups.pdf", cs_told="Yes"), "Told of the change"),
    "a failed screen": ("ADR", (step("verify", **CALL), step("approve")),
                        step("apply", oms_proof="oms.png", order_screen="Failed"), "failed the fraud screen"),
    "a denied call": ("ADR", (), step("verify", **{**CALL, "callback_result": "Denied"}), "denied having asked"),
    "out of reach": ("SPD", (), step("check", service="UPS Express Plus", postcode="IV2 9ZZ"), "does not go to"),
    "still held": ("SPD", (), step("check", hold_until="26/11/2026"), "held until"),
    "on a Sunday": ("SPD", (), step("check", ship_date="22/11/2026"), "no working day"),
    "no serial": ("QCT", (step("assign", **{**OUT, "serial_wms": "?"}), step("inspect", "q.reid"),
                          step("second_check", "b.lowe")), step("pass", "q.reid"), "no serial number"),
    "no lawful basis": ("CTV", (step("preserve", "c.adler", preservation_ref="Log 311"),), step("approve", "c.adler"),
                        "Lawful basis"),
    "tracking unseen": ("OST", (), step("check", order_stage="Collected", wms_stage="Collected"), "its tracking"),
    "no next step": ("OST", (step("check"),), step("answer", answer="Soon", next_update="23/11/2026 16:00"),
                     "Next step"),
    "no way for the customer": ("INV", (step("freeze", lock_ref="L-1", open_orders="4102938475",
                                             cs_told_at="23/11/2026 09:50"), step("count", "b.lowe", counted_qty="5")),
                                step("close", ticket_ref="TCK-9"), "what happens to 4102938475"),
}  # fmt: skip


@pytest.mark.parametrize("what", TRIED)
def test_what_else_a_request_refuses_it_explains(november: Day, what: str) -> None:
    """The same: nothing changes, and the row says what is wrong and what to do."""
    code, before, bad, says = TRIED[what]
    case = opened(november, code, {})
    walk(november, case, before)
    status = november.case(case).status
    assert not take(november, case, bad).ok
    assert november.case(case).status == status
    text = november.message(case_types()[code].sheet, case)
    assert says.casefold() in text.casefold()
    reads_like_help(text)


def test_many_missing_facts_are_named_together(november: Day) -> None:
    """A row in which nearly everything is missing says so in one sentence that a cell can hold."""
    case = november.open("ADR", order_no="4102938475")
    november.sure(november.show(case))
    assert not take(november, case, step("verify")).ok
    text = november.message("Requests", case)
    assert text.startswith("Order stage, Old address, New address, ")
    assert "and 7 more are missing; 'Verify' needs them. Fill them in on the sheet Case." in text
    reads_like_help(text)


def test_a_refund_explains_why_its_requester_cannot_approve(november: Day) -> None:
    """The fifteenth type: the bad way of a refund is the one an auditor asks about."""
    case = opened(november, "RFD", {})
    outcome = take(november, case, step("approve", "s.moreau"))
    assert not outcome.ok
    reads_like_help(november.message("Refunds", case))
    assert set(WAYS) | {"RFD"} == set(case_types())
