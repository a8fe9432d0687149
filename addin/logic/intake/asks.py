"""What is missing: the facts to ask for before a proposed case can be acted on.

The lists stand first, then they meet what a message states. A claim of a grade, an
approval or a verification in chat never removes the question for the record itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from addin.logic.intake.text import Folded

#: What each case type cannot be acted on without, as the coordinator should ask for it. `UPC` depends on its subtype.
ASKS: Final[dict[str, tuple[str, ...]]] = {
    "ADR": ("contact_verification", "order_stage", "recipient_confirmed", "address_new", "postcode"),
    "SPD": ("date_needed", "window_end", "postcode", "cost_approval", "carrier_confirmation"),
    "QCT": ("sku", "destination_country", "serial"),
    "CTV": ("event_date", "camera_zone", "purpose_code", "window_end"),
    "OST": (),
    "INV": ("sku", "location", "system_qty", "counted_qty", "second_count", "unit_cost"),
    "UPC": ("tracking", "goods_value"),
    "RQC": ("rma_no", "grade", "photos", "independent_regrade"),
    "RFD": ("qc_record_id", "approver"),
    "CRP": ("tracking", "reason_code", "received_scan", "condition", "customer_contact"),
    "ESC": ("sbar_situation", "sbar_background", "sbar_assessment", "sbar_recommendation"),
    "DEV": ("sop_ref", "containment", "root_cause"),
    "HND": ("receiver",),
    "SOP": ("sop_ref", "change_text"),
    "AUD": ("period", "scope", "due_date"),
}

#: Further facts a carrier claim needs, by subtype.
CLAIM_ASKS: Final[dict[str, tuple[str, ...]]] = {
    "LOST": ("ship_date", "expected_delivery_date", "gross_weight", "declared_value"),
    "RETURN_LEG": ("proof_of_sending_date", "return_label_owner"),
    "DNR": ("delivered_date", "pod", "customer_statement"),
    "MISDELIVERY": ("delivered_date", "pod", "address_as_labelled"),
    "DAMAGE": ("packaging_retained", "photos_verified"),
    "MISSING_CONTENTS": (),
    "LATE": ("service", "scheduled_delivery", "delivered_date"),
    "": ("subtype",),
}

#: Before despatch, before money, before goods: what a return or a cancellation needs besides.
RETURN_ASKS: Final = ("rma_no", "cancel_notice_date", "collection_offered")
EXCHANGE_ASKS: Final = ("rma_no", "wanted_item", "stock_check")
CANCEL_ASKS: Final = ("order_stage", "cancel_notice_date")

#: Case types that are about one order; a claim or a returned parcel may be known by its tracking number instead.
_BY_ORDER: Final = frozenset({"ADR", "SPD", "QCT", "OST", "RFD"})
_BY_ORDER_OR_PARCEL: Final = frozenset({"UPC", "CRP"})

#: Facts that answer a question asked under another name.
_ANSWERS: Final = {
    "expected_delivery_date": ("expected_delivery",),
    "scheduled_delivery": ("expected_delivery",),
    "date_needed": ("hold_until",),
    "event_date": ("event_at", "event_candidate", "window_start", "overwrite_at"),
    "grade": ("grade_claimed",),
    "received_scan": ("received_date",),
    "postcode": ("postcode",),
    "goods_value": ("goods_value", "order_value", "amount"),
}

_SBAR: Final = (
    (
        "sbar_background",
        re.compile(
            r"\b(?:since|tried|restart\w*|already|after|yesterday|this morning|started|began|ticket|rang|"
            r"called|open with|open w)\b"
        ),
    ),
    (
        "sbar_assessment",
        re.compile(
            r"\b(?:because|due to|caused by|root cause|we think|looks like|suspect|risk (?:is|of)|assessment|"
            r"impact is|will miss)\b"
        ),
    ),
    (
        "sbar_recommendation",
        re.compile(
            r"\b(?:recommend\w*|suggest\w*|propos\w+|please (?!help)\w+|pls (?!help|escalate|esc)\w+|"
            r"need (?:it|3pl|ups|you|them|someone|them) to|ask(?:ing)? (?:for|it|them) to|could (?:it|3pl)"
            r" \w+|can (?:it|3pl) \w+|request (?:to|that))\b"
        ),
    ),
)
_COUNTRY: Final = re.compile(
    r"\b(?:uk|gb|england|scotland|wales|france|germany|italy|spain|ireland|jersey|guernsey|eu|usa|export|"
    r"domestic|destination)\b"
)
_STATED: Final = (
    ("packaging_retained", re.compile(
        r"\b(?:kept|keeping|has|have|still has|retain\w*) (?:all )?(?:the |her |his )?(?:box|packaging|"
        r"carton)\b")),
    ("gross_weight", re.compile(r"\b\d{1,3}(?:[.,]\d{1,3})?\s?kgs?\b")),
    ("declared_value", re.compile(r"\bdeclared (?:value|at|for)\b")),
    ("pod", re.compile(r"\bpod\b|\bproof of delivery\b|\bsigned (?:for )?by\b")),
    ("condition", re.compile(
        r"\b(?:seal(?:ed)?(?: is)? (?:intact|ok|broken)|unopened|condition|damaged|intact|sealed|opened)\b")),
    ("customer_contact", re.compile(
        r"\b(?:client|customer|she|he|they) (?:says|said|confirms|confirmed|wants|asked|would like|"
        r"has cancelled|cancelled)\b")),
    ("collection_offered", re.compile(
        r"\b(?:home collection|collection (?:offered|booked|arranged)|we (?:will )?collect)\b")),
    ("second_count", re.compile(r"\b(?:second count|recount(?:ed)?|counted twice|2nd count)\b")),
    ("containment", re.compile(r"\b(?:contain(?:ed|ment)|quarantined?|stopped the line|isolated|on hold)\b")),
    ("root_cause", re.compile(r"\broot cause (?:is|was|:)|\bbecause\b")),
    ("receiver", re.compile(r"\b(?:hand(?:ing)? ?over to|for) [a-z]+\b")),
    ("period", re.compile(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|q[1-4]|"
        r"last month|month[- ]end)\b")),
    ("scope", re.compile(r"\b(?:refunds?|claims?|returns?|address changes?|all cases|cctv|deviations?)\b")),
    ("due_date", re.compile(r"\b(?:by|before|due)\b")),
    ("change_text", re.compile(r"\b(?:to (?:say|read|add|include|require)|add|should (?:say|read|include|require))\b")),
    ("customer_statement", re.compile(
        r"\b(?:signed (?:denial|statement)|written statement|statement (?:of non|attached))\b")),
)  # fmt: skip


def missing_for(
    code: str, subtype: str, have: frozenset[str], text: Folded, *, chaser: bool, recipient_known: bool
) -> tuple[str, ...]:
    """The questions left open for one proposal, in the order a coordinator would ask them."""
    if chaser:
        return () if have & {"order_no", "tracking", "case_id", "rma_no", "ticket_ref"} else ("order_no",)
    asked: list[str] = []
    if (code in _BY_ORDER and "order_no" not in have) or (
        code in _BY_ORDER_OR_PARCEL and not have & {"order_no", "tracking"}
    ):
        asked.append("order_no")
    asked += _questions(code, subtype)
    if code == "RFD" and "refund_delivery" in have and "refund_goods" not in have:
        # Money for the delivery alone has nothing to do with the goods' quality.
        asked = [name for name in asked if name != "qc_record_id"]
    known = set(have)
    if recipient_known:
        known.add("recipient_confirmed")
    known |= {name for name, pattern in _STATED if pattern.search(text.lower)}
    if code == "QCT" and _COUNTRY.search(text.lower):
        known.add("destination_country")
    if code == "ESC":
        known |= {"sbar_situation"} | {name for name, pattern in _SBAR if pattern.search(text.lower)}
    asked = ["photos_verified" if name == "photos" and "attachments_claimed" in have else name for name in asked]
    return tuple(dict.fromkeys(name for name in asked if not _answered(name, known)))


def _questions(code: str, subtype: str) -> Sequence[str]:
    if code == "UPC" and subtype == "LATE":
        return ("tracking", *CLAIM_ASKS["LATE"])
    if code == "UPC":
        return (*ASKS["UPC"], *CLAIM_ASKS.get(subtype, ()))
    if code == "RQC" and subtype == "RETURN":
        return RETURN_ASKS
    if code == "RQC" and subtype == "EXCHANGE":
        return EXCHANGE_ASKS
    if code == "RFD" and subtype == "CANCEL":
        return CANCEL_ASKS
    if code == "RFD" and subtype == "METHOD":
        return ("express_agreement",)
    return ASKS[code]


def _answered(name: str, known: set[str]) -> bool:
    return name in known or any(other in known for other in _ANSWERS.get(name, ()))
