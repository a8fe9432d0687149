"""Grades of returned goods, what each leads to, and carrier returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

#: Meaning, what the customer gets back, what happens to the stock (words that rules know, `return_terms`), disposition
#: options, who approves one (all of them).
_GRADE_PARTS: Final = (
    ("meaning", "text"), ("refund", "text"), ("stock", "text"), ("options", "list"), ("approvers", "list"),
)  # fmt: skip
# fmt: off
_GRADE_TABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "1ST": ("First choice: as new, complete, saleable at full price", "full", "available", "Restock", "qc"),
    "2ND": ("Second choice: minor flaw, incomplete packaging or light handling", "deduct", "quarantine",
        "Atelier repair; Second-choice channel; Staff channel", "senior_qa"),
    "KO_WORN": ("Used, odour, make-up, altered, soles marked", "deduct", "hold",
        "Deduct and quarantine; Return to customer", "senior_qa; finance"),
    "KO_DAMAGE_TRANSIT": ("Damage consistent with carriage; the carrier inspects it, and a claim is opened", "full",
        "hold", "Hold for claim", "senior_qa"),
    "KO_DAMAGE_FAULT": ("Manufacturing fault; repaired, or claimed from the supplier", "faulty", "hold",
        "Repair; Supplier claim", "senior_qa"),
    "KO_WRONG_ITEM": ("Not the article sold: switched, or an empty box", "hold", "secure",
        "Secure and investigate", "senior_qa; loss_prevention; legal"),
    "KO_AUTHENTICITY": ("Suspected counterfeit or serial mismatch; an expert and Legal are asked", "hold", "secure",
        "Secure and investigate", "senior_qa; loss_prevention; legal"),
    "KO_INCOMPLETE": ("Accessory, dust bag, box, certificate or receipt missing; the customer may send the part",
        "deduct", "hold", "Hold with parts list; Second-choice channel", "senior_qa"),
    "PENDING": ("An expert is needed", "open", "quarantine", "Quarantine", "senior_qa"),
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
        "To choose from; those that the decision table knows by name stay.",
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
