"""Grades of returned goods, what each leads to, and carrier returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

#: Meaning, what the customer gets back, stock, disposition options, who approves one (all of them).
_GRADE_PARTS: Final = (
    ("meaning", "text"), ("refund", "text"), ("stock", "text"), ("options", "list"), ("approvers", "list"),
)  # fmt: skip
# fmt: off
_GRADE_TABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "1ST": ("First choice: as new, complete, saleable at full price", "Full refund", "Restock", "Restock", "qc"),
    "2ND": ("Second choice: minor flaw, incomplete packaging or light handling",
        "Full refund unless excess handling is proven", "Quarantine",
        "Atelier repair; Second-choice channel; Staff channel", "senior_qa"),
    "KO_WORN": ("Used, odour, make-up, altered, soles marked", "Deduction up to the price with evidence", "Hold",
        "Deduct and quarantine; Return to customer", "senior_qa; finance"),
    "KO_DAMAGE_TRANSIT": ("Damage consistent with carriage", "Full refund; open a claim",
        "Hold for the carrier's inspection", "Hold for claim", "senior_qa"),
    "KO_DAMAGE_FAULT": ("Manufacturing fault", "Full refund as faulty goods, no deduction",
        "Repair or supplier claim", "Repair; Supplier claim", "senior_qa"),
    "KO_WRONG_ITEM": ("Not the article sold: switched, or an empty box", "Hold pending review, with a review date",
        "Secure cage, chain of custody", "Secure and investigate", "senior_qa; loss_prevention; legal"),
    "KO_AUTHENTICITY": ("Suspected counterfeit or serial mismatch", "Hold; expert opinion and Legal",
        "Secure; never returned or destroyed without Legal", "Secure and investigate",
        "senior_qa; loss_prevention; legal"),
    "KO_INCOMPLETE": ("Accessory, dust bag, box, certificate or receipt missing",
        "Refund less proven loss, or ask for the part", "Hold with parts list",
        "Hold with parts list; Second-choice channel", "senior_qa"),
    "PENDING": ("An expert is needed", "The refund clock still runs", "Quarantine", "Quarantine", "senior_qa"),
}
# fmt: on
_GRADES: Final = tuple(
    (f"grade.{code}.{part}", value, unit, "")
    for code, values in _GRADE_TABLE.items()
    for (part, unit), value in zip(_GRADE_PARTS, values, strict=True)
)

_RETURNS: Final[tuple[Entry, ...]] = (
    ("return.grade_working_days", "2", "working days", "From receipt to grade."),
    ("return.decide_before_due_days", "4", "days", "Decide this long before the refund is due."),
    ("return.ageing_day", "10", "days", "A return still open then is escalated."),
    ("return.hold_review_days", "14", "days", "Goods on legal hold are looked at again within this time."),
    ("return.find_order_working_days", "2", "working days", "From receipt until the order of unknown goods is found."),
    ("return.photos", "4", "count", "Least number of photos."),
    ("return.policy_days", "14", "days", "The shop's own return period; never below the law's."),
    ("third_party.overturn_percent", "10", "percent", "More grades overturned in a month: a deviation."),
    (
        "carrier_return.reasons",
        "UNAVAILABLE; REFUSED; ADDRESS_WRONG; ADDRESS_INCOMPLETE; ACCESS_POINT_EXPIRED; DAMAGED; UNSAFE_OR_NO_ACCESS; "
        "CUSTOMS/NI; SHIPPER_RECALL; UNKNOWN",
        "list",
        "",
    ),
    ("carrier_return.refused_wait_days", "7", "days", "A refused parcel without a word waits; then Senior QA decides."),
    ("carrier_return.contact_attempts", "3", "count", "Attempts on different days before no contact is final."),
    ("carrier_return.contact_channels", "2", "count", ""),
    ("carrier_return.no_contact_days", "10", "days", "Then it is a return: refund and tell the customer in writing."),
    ("carrier_return.contact_working_days", "1", "working days", "From receipt to the first contact."),
    ("carrier_return.decide_working_days", "2", "working days", "From receipt to decision."),
    ("carrier_return.second_shipments", "1", "count", "More need Senior QA."),
    ("carrier_return.weight_percent", "2", "percent", "A larger difference is damage: secure, no second shipment."),
    ("carrier_return.customer_error_fee", "GBP 0.00", "money", "Fee for sending again after the customer's error."),
    ("order_status.systems_differ_hours", "2", "hours", "Order and warehouse systems that disagree longer: a blocker."),
    ("order_status.not_prepared_hours", "24", "working hours", "Then escalate."),
    ("order_status.picking_hours", "4", "hours", "Then look for a short pick."),
    ("order_status.not_scanned_working_days", "1", "working days", "Packed and not scanned: watch for loss."),
    ("order_status.answer_hours", "2", "working hours", ""),
    ("order_status.answer_minutes_urgent", "30", "minutes", "Valued client or legal date."),
    ("order_status.repeat_checks", "3", "count", "As many checks of one order: a deviation."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = (
    (ASSUMED, _GRADES),
    (ASSUMED, _RETURNS),
)
