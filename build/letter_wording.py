"""What the first claim letters say: one row for each Word template that `letter_templates.py` makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Letter:
    """The wording of one letter: what it says before the facts, which facts, what it asks."""

    file: str
    heading: str
    opening: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    requests: tuple[str, ...]
    closing: str
    goods: bool = True
    evidence: bool = True
    packaging: bool = False
    internal: bool = False
    amount_label: str = "Amount claimed"
    amount: str = "{{ amount_claimed }}"
    enclosed: str = "enclosed besides: evidence index (full SHA-256), item description, credit memo reference"


_WHO: Final = (("Shipper of record", "{{ shipper_of_record }}"), ("UPS service", "{{ service }}"))
_TO: Final = (
    ("Consignee", "{{ consignee_name }}"),
    ("Destination", "{{ consignee_town }} {{ consignee_postcode }}"),
)
_EVENT: Final = (("Event", "{{ event_type }}, {{ event_date }}"), ("Discovered", "{{ discovery_date }}"))
_VALUE: Final = (("Gross weight", "{{ gross_weight_kg }} kg"), ("Declared value", "{{ declared_value }}"))
_SENT: Final = (("Shipped", "{{ ship_date }}"), ("Expected delivery", "{{ expected_delivery }}"))
_POD: Final = (
    ("Shown as delivered", "{{ delivered_at }}"),
    ("{% if pod_name %}Name taken{% endif %}", "{{ pod_name }}"),
)
_REGIME: Final = (("Liability regime", "{{ regime }}"), ("", ""))

_RIGHTS: Final = "{{ rights_reserved }}"
_IN_TIME: Final = (
    "{% if notice_by %}This claim is made in time: {{ notice_source }} gives until {{ notice_by }}.{% endif %}"
)
_DECIDE: Final = "Send us your decision in writing, with the reasons and the amount, by {{ decision_by }}."
_REFUNDED: Final = (
    "{% if refund_ref %}We have refunded our customer (our reference {{ refund_ref }}). The loss is therefore ours, "
    "and this claim stands.{% endif %}"
)

LETTERS: Final[tuple[Letter, ...]] = (
    Letter(
        file="loss.docx",
        heading="Claim for a lost parcel",
        opening=(
            "We are the shipper of record of the parcel below. It was tendered to UPS on {{ ship_date }} and was due "
            "on {{ expected_delivery }}. It has not been delivered and tracking shows no movement that accounts for "
            "it. We claim its loss in the amount of {{ amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Search for the parcel at every hub and depot it was scanned at, and tell us the result.",
            "Send the complete scan history, and any delivery record you hold with its GPS position and photograph.",
            _DECIDE,
        ),
        closing=_RIGHTS,
    ),
    Letter(
        file="not_received.docx",
        heading="Claim: shown as delivered, not received",
        opening=(
            "We are the shipper of record of the parcel below. Tracking shows it as delivered on {{ delivered_at }}. "
            "The consignee has told us in writing that neither they nor anybody they named received it. We claim its "
            "loss in the amount of {{ amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_POD, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Send the proof of delivery with the name taken, the GPS position and the photograph.",
            "Take a statement from the driver: where, to whom and how the parcel was handed over.",
            _DECIDE,
        ),
        closing=_RIGHTS,
    ),
    Letter(
        file="misdelivery.docx",
        heading="Claim for a misdelivered parcel",
        opening=(
            "We are the shipper of record of the parcel below. The delivery record of {{ delivered_at }} does not "
            "match the name and address on our label: the parcel was handed over at the wrong place. If it is not "
            "recovered, we claim its loss in the amount of {{ amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_POD, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Recover the parcel first and tell us the day of collection; do not leave it with anybody else.",
            "Send the proof of delivery with GPS position and photograph, and the driver's statement.",
            _DECIDE,
        ),
        closing=_RIGHTS,
    ),
    Letter(
        file="damage.docx",
        heading="Notice of damage and claim",
        opening=(
            "We are the shipper of record of the parcel below. It was delivered on {{ delivered_at }}; damage was "
            "found on {{ discovery_date }}. This letter is our written notice of the damage. We claim {{ "
            "amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_POD, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Tell us by {{ inspect_by }} whether you wish to inspect the item and its packing.",
            "Send the handling and exception scans of the parcel.",
            _DECIDE,
        ),
        closing=_RIGHTS,
        packaging=True,
    ),
    Letter(
        file="missing_contents.docx",
        heading="Notice of missing contents and claim",
        opening=(
            "We are the shipper of record of the parcel below. It was delivered on {{ delivered_at }} without the "
            "goods listed here, which left our pack bench complete, weighed and sealed. This letter is our written "
            "notice of the partial loss. We claim {{ amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_POD, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Send every weight UPS recorded for this parcel, with place and time.",
            "Send all exception, repacking and re-taping scans, and the driver's statement.",
            _DECIDE,
        ),
        closing=_RIGHTS,
        packaging=True,
    ),
    Letter(
        file="late.docx",
        heading="Request for refund: late delivery of a guaranteed service",
        opening=(
            "We are the shipper of record of the parcel below. It was sent by a service with a committed delivery "
            "time, with a correct label, and was tendered before the cut-off. It was due on {{ committed_at }} and was "
            "delivered on {{ delivered_at }}. We ask for a refund of the shipping charge, {{ amount_claimed }}, net of "
            "VAT.",
            _IN_TIME,
        ),
        facts=(
            *_WHO,
            ("Shipped", "{{ ship_date }}"),
            ("Committed for", "{{ committed_at }}"),
            *_POD,
            *_TO,
            *_EVENT,
            *_REGIME,
        ),
        requests=(
            "Credit the shipping charge to the UPS account above.",
            "If you rely on an exception to the guarantee, name it and send the record it rests on.",
            _DECIDE,
        ),
        closing=_RIGHTS,
        goods=False,
        amount_label="Shipping charge claimed",
    ),
    Letter(
        file="return_leg.docx",
        heading="Claim for a lost return parcel",
        opening=(
            "The parcel below was sent back to us with a return label on our account; we are the shipper of record. "
            "It was handed to UPS on {{ ship_date }}, as the drop-off receipt shows, and has not reached us. We claim "
            "its loss in the amount of {{ amount_claimed }}.",
            _IN_TIME,
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Search the access point, the hubs and the depots the parcel was scanned at, and tell us the result.",
            "Send the complete scan history from the drop-off on.",
            _DECIDE,
        ),
        closing=_RIGHTS,
    ),
    Letter(
        file="appeal.docx",
        heading="Appeal against a claim decision",
        opening=(
            "We have your decision of {{ decided_on }} on claim {{ claim_no }}, which offers {{ amount_offered }}, and "
            "do not accept it. The facts and documents below prove what happened to the parcel in your care and what "
            "it has cost us. We maintain our claim in the amount of {{ amount_claimed }}.",
            "{% if new_evidence %}New since your decision: {{ new_evidence }}.{% endif %}",
            _REFUNDED,
        ),
        facts=(*_WHO, *_SENT, *_TO, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Have the claim reviewed by a person who took no part in the first decision.",
            "Name the clause and send the record on which any refusal rests.",
            _DECIDE,
        ),
        closing=_RIGHTS,
    ),
    Letter(
        file="chaser.docx",
        heading="Reminder: claim without an answer",
        opening=(
            "We wrote to you about the parcel below{% if earlier_letter %} in our letter {{ earlier_letter }}{% endif "
            "%} and have not yet had your decision.{% if filed_on %} The claim was filed on {{ filed_on }}.{% endif %} "
            "It is complete on our side, and you have every document that we hold on it. The amount claimed is "
            "{{ amount_claimed }}.",
        ),
        facts=(*_WHO, *_SENT, *_TO, *_EVENT),
        requests=(
            "Confirm the claim number and the name of the person who deals with it.",
            "Tell us by return if you still need anything from us in order to decide.",
            _DECIDE,
        ),
        closing=_RIGHTS,
        goods=False,
        enclosed="as sent with our claim",
    ),
    Letter(
        file="write_off.docx",
        heading="Write-off of a carrier claim",
        opening=(
            "The carrier claim below has not been recovered in full and no further step is expected to change that. "
            "Of {{ amount_claimed }} claimed, the carrier has paid {{ amount_paid }}{% if insurer_paid %} and the "
            "insurer {{ insurer_paid }}{% endif %}{% if found_value %}; goods worth {{ found_value }} were found"
            "{% endif %}. It is proposed to write off {{ write_off_amount }}. Nothing is written off until every "
            "approval is given in the register; this sheet records the facts on which they are asked.",
        ),
        facts=(*_WHO, *_SENT, *_EVENT, *_VALUE, *_REGIME),
        requests=(
            "Senior QA: confirm that the evidence and the appeal are exhausted.",
            "Finance: confirm the amount and the account, and that no payment from the carrier is in transit.",
            "Decide by {{ decision_by }}.",
        ),
        closing="Keep this sheet with the case. It is internal and is not sent to the carrier.",
        internal=True,
        enclosed="the index with the full SHA-256 of every file is kept with the case",
        amount_label="Amount to write off",
        amount="{{ write_off_amount }}",
    ),
)
