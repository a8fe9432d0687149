"""What keeps goods in the house: a quality check that is not released, an address change that is not finished."""

from __future__ import annotations

import pytest
from cases_kit import NOW, ctx, done, open_, press, refusal

from addin.logic.case_type import Case
from addin.logic.cases.address import CASE as ADDRESS
from addin.logic.cases.carrier_return import CASE as PARCEL
from addin.logic.cases.delivery import CASE as DELIVERY
from addin.logic.values import Role

NUMBER = "1Z12345E6800002067"


def other(code: str, status: str, **fields: str) -> Case:
    """Another case of the same order."""
    return Case("CASE-2026-000042", code, status, {"order_no": "4102938475", **fields})


def confirmed() -> Case:
    """A special delivery that is ready to leave."""
    found = done(DELIVERY, open_(DELIVERY, **{**DELIVERY.sample, "order_no": "4102938475"}), "check")
    found = done(DELIVERY, done(DELIVERY, found, "approve"), "book", booking_ref="BK-1")
    return done(DELIVERY, found, "confirm", confirmation="ups.pdf", cs_told="Yes")


@pytest.mark.rule("SPD-25")
@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("QCT", "Fail", "QC releases it"), ("QCT", "Blocked", "QC releases it"), ("QCT", "Triggered", "QC releases it"),
        ("ADR", "Verified", "wrong place"), ("ADR", "Applied in OMS", "wrong place"),
    ],
)  # fmt: skip
def test_a_special_delivery_waits_for_checks_and_address_changes_of_its_order(code: str, status: str, words: str):
    """The refusal names the case that stands in the way; Senior QA may pass it with a reason."""
    stop = other(code, status)
    decision = press(DELIVERY, confirmed(), "despatch", ctx(related=(stop,)), tracking=NUMBER)
    (problem,) = decision.problems
    assert problem.code == "SPD-25"
    assert stop.case_id in problem.message
    assert words in problem.hint
    senior = ctx(Role.SENIOR_QA, related=(stop,), reason="Checked by telephone")
    assert done(DELIVERY, confirmed(), "despatch", senior, tracking=NUMBER).status == "Despatched"


@pytest.mark.parametrize(
    "stop",
    [
        other("QCT", "Released"), other("QCT", "Closed"), other("ADR", "Confirmed"), other("ADR", "Refused"),
        other("ADR", "Cancelled"), other("OST", "New"), other("QCT", "Fail", order_no="5200417300"),
    ],
    ids=lambda stop: f"{stop.type}-{stop.status}",
)  # fmt: skip
def test_what_is_through_or_of_another_order_holds_nothing_back(stop: Case):
    assert done(DELIVERY, confirmed(), "despatch", ctx(related=(stop,)), tracking=NUMBER).status == "Despatched"


@pytest.mark.rule("CRP-23")
def test_a_second_shipment_waits_for_the_check_of_its_order():
    """A parcel that came back does not leave again past a failed check."""
    parcel = open_(PARCEL, **PARCEL.sample)
    stop = Case("CASE-2026-000042", "QCT", "Fail", {"order_no": parcel.text("order_no")})
    decided = Case(parcel.case_id, "CRP", "Decision", {**parcel.fields, "option_chosen": "Second shipment"})
    shipment = {
        "tracking_new": "1Z5R89390357567127", "cost": "9.50", "qc_before_reship": "Pass", "stock_moves": "receive; ship"
    }  # fmt: skip
    assert "CRP-23" in refusal(PARCEL, decided, "reship", ctx(related=(stop,)), **shipment)


@pytest.mark.parametrize(
    ("texts", "opens"),
    [
        ({"order_value": "1500.00"}, True),
        ({"order_value": "999.99"}, False),
        ({"order_value": "1500.00", "order_stage": "Label printed", "tracking": "1Z12345E0400001017"}, True),
    ],
)
def test_goods_of_value_are_checked_before_they_leave_for_a_changed_address(texts: dict[str, str], opens: bool):
    """The change opens the quality check with its trigger; one that is there already is enough."""
    call = {
        "contact_number_source": "On file", "spoken_to": "Ms R. Ferro", "callback_at": "23/11/2026 09:50",
        "callback_result": "Confirmed",
        "phone_on_file": "020 7946 0018",
    }  # fmt: skip
    found = done(ADDRESS, open_(ADDRESS, **{**ADDRESS.sample, **texts}), "verify", **call)
    found = done(ADDRESS, found, "approve", ctx("b.lowe"))
    decision = press(ADDRESS, found, "apply", oms_proof="oms.png", order_screen="Passed")
    assert decision.ok, decision.problems
    assert [(one.type, one.fields["trigger"]) for one in decision.openings] == [("QCT", "Address changed")] * opens
    known = Case("CASE-2026-000042", "QCT", "Triggered", {"opened_at": NOW})
    assert (
        press(ADDRESS, found, "apply", ctx(related=(known,)), oms_proof="oms.png", order_screen="Passed").openings == ()
    )
