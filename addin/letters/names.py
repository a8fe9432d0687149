"""The names a template may use: what the caller fills in, per case type, and the columns of the lists.

A letter's names are flat, so that a typing error in any branch of a template is seen by the lint before a person
meets it. The only dotted names are the columns of a list inside its loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: The columns of each list a template may loop over.
ROW_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "goods": frozenset({"ref", "description", "serial", "qty", "unit_net", "line_total"}),
    "evidence": frozenset({"name", "kind", "sha256", "kept_back"}),
}
#: Columns that may be empty in a row (a scarf has no serial, and most files are enclosed).
OPTIONAL_COLUMNS: Final = frozenset({"serial", "description", "kept_back"})

#: Who writes: filled from the settings and the press, for every case type.
HOUSE_NAMES: Final = frozenset({"house_name", "house_signatory", "house_signatory_title", "our_ref", "ticket_ref"})

#: The names of the claim letters (the carrier claim's field list), besides those of the house.
CLAIM_NAMES: Final = frozenset({
    "letter_no", "letter_version", "letter_date", "house_address", "ups_entity", "ups_address",
    "ups_account_masked", "shipper_of_record", "tracking_grouped", "service", "ship_date", "expected_delivery",
    "delivered_at", "pod_name", "consignee_name", "consignee_town", "consignee_postcode", "event_type",
    "event_date", "discovery_date", "goods", "goods_total", "gross_weight_kg", "declared_value", "regime",
    "amount_claimed", "evidence", "packaging_retained", "packaging_place", "decision_by", "tracer_ref",
    "claim_no", "refund_ref", "signed_by", "template_mark", "greeting", "rights_reserved", "reply_to", "registration",
    "notice_by", "notice_source", "decided_on", "amount_offered", "amount_paid", "write_off_amount", "earlier_letter",
    "salutation", "ups_account", "committed_at", "inspect_by", "filed_on", "new_evidence", "insurer_paid",
    "found_value",
})  # fmt: skip

#: Names of the texts that go into a claim set beside the letter.
SET_NAMES: Final = frozenset({"refund_no", "refund_total", "credit_note_no", "credit_note_date"})

#: The names of the messages, by case type: fields of its form, besides those in `DERIVED_NAMES`.
MESSAGE_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "CRP": frozenset({
        "order_no", "recipient", "reply_by", "tracking_new", "service", "ship_date", "expected_delivery", "window",
        "refund_due", "total_refund",
    }),
    "ADR": frozenset({"order_no", "recipient", "recipient_old", "address_masked"}),
    "OST": frozenset({
        "order_no", "requester", "answer", "checked_at", "expected_delivery", "next_step", "next_update",
    }),
    "RFD": frozenset({
        "order_no", "recipient", "total_refund", "deduction_amount", "deduction_reason", "orig_payment_method",
        "payment_last4", "refund_psp_reference", "arn", "settled_date",
    }),
    "ESC": frozenset({
        "order_no", "severity", "target_team", "owner", "value_at_risk", "situation", "background", "assessment",
        "recommendation", "ask_by", "baseline", "threshold", "next_update",
    }),
    "HND": frozenset({
        "shift", "shift_day", "from_person", "to_person", "open_cases", "promised", "risks", "priority_reason",
        "priority_cases",
    }),
    "DEV": frozenset({
        "severity", "what_happened", "sop_ref", "linked_cases", "impact", "containment", "root_cause",
        "corrective_action", "preventive_action", "owner", "action_due", "effectiveness_date", "effectiveness_metric",
    }),
}  # fmt: skip

#: Names of messages that are no field of the case: worked out by the caller, or taken from a linked case.
DERIVED_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "ADR": frozenset({"address_masked"}),
    "CRP": frozenset({"recipient", "reply_by", "service", "ship_date", "expected_delivery", "total_refund"}),
    "RFD": frozenset({"recipient"}),
}

#: What the lint knows by itself. Templates may use these and, besides, every field of the case type's form.
LETTER_NAMES: Final[Mapping[str, frozenset[str]]] = {
    "UPC": HOUSE_NAMES | CLAIM_NAMES | SET_NAMES,
    **{code: HOUSE_NAMES | names for code, names in MESSAGE_NAMES.items()},
}
