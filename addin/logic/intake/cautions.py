"""Flags, things not to do, priority and route: what the settled intents and the facts together call for.

One function per case type, all on a `Notes` that collects. A flag carries the words or the rule that raised it. Limits
come from the profile (policy tables); none is written here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from addin.logic.intake.intents import Intents
from addin.logic.intake.model import Basis, Fact, IntakeProfile
from addin.logic.intake.text import Folded
from addin.logic.postcode import read_postcode
from addin.logic.tracking import TrackingKind, read_tracking
from addin.logic.values import Money


@dataclass(slots=True)
class Notes:
    """What is collected about one message while it is read."""

    facts: list[Fact]
    flags: dict[str, str] = field(default_factory=dict)
    do_not: list[str] = field(default_factory=list)
    route: list[str] = field(default_factory=list)
    triggers: list[str] = field(default_factory=list)
    spared: frozenset[tuple[str, str]] = frozenset()

    def flag(self, name: str, why: str, *do_not: str) -> None:
        """Raises a flag once, with the reason first given."""
        self.flags.setdefault(name, why.strip())
        self.do_not += [item for item in do_not if item not in self.do_not]

    def first(self, name: str) -> Fact | None:
        """The first fact of a name."""
        return next((fact for fact in self.facts if fact.name == name), None)

    def money(self, *names: str) -> Decimal:
        """The largest stated amount of these kinds, 0 when there is none."""
        stated = [f for f in self.facts if f.name in names and f.basis is Basis.STATED]
        return max((Money.parse(fact.value).amount for fact in stated), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the cautions look at."""

    text: Folded
    intents: Intents
    profile: IntakeProfile
    today: date
    chaser: bool


_AFTER_DESPATCH: Final = frozenset({"collected", "in_transit", "out_for_delivery"})
_VALUES: Final = ("order_value", "goods_value", "refund_goods", "amount")
_NEW_METHOD: Final = re.compile(
    r"\b(?:diff(?:erent)?|another|other|new|autre) (?:card|account|carte|bank|iban|payment method)\b|"
    r"\bgift card instead\b|\bstore credit instead\b|\bbank transfer instead\b|\b(?:on|to) (?:her|his|their)"
    r" (?:bank account|husband'?s card|partner'?s card)\b|\bold card (?:is |was |has been |now )?(?:closed|cancelled|"
    r"expired|lost|blocked|stolen)\b|\b(?:to|on|onto) this (?:one|card|account) instead\b|"
    r"\b(?:instead of|rather than|not) (?:to |on |onto )?(?:the |her |his |their )?(?:old|original|first|previous|"
    r"paying|"
    r"usual) (?:card|account|one)\b|"
    r"\b(?:put|pay|send|credit|issue|make)\b[^.;\n]{0,40}\b(?:on|to|onto) this (?:one|card|account|number)\b"
)
_MANUAL: Final = re.compile(r"\b(?:manual|trigger\w*|qc|grade\w*|choix|choice|release|approve\w*|process|issue)\b")
_IT: Final = re.compile(
    r"\b(?:w/?|with|from|to|by) ?it\b|\bit (?:team|support|ticket|desk|have|has|to)\b|\b(?:wms|oms|system|"
    r"printer|network|server|wifi|api|interface|login|software)\b"
)
_WHOLE_SITE: Final = re.compile(
    r"\b(?:everything|whole (?:site|line|wave)|all (?:orders|benches|printers|lanes)|nobody can|site down|"
    r"nothing (?:is )?(?:ships|shipping|moving))\b"
)


def apply_cautions(seen: Seen, notes: Notes) -> str:
    """Raises every flag the intents call for and answers the priority hint ("P1", "high", "raise" or "")."""
    _tracking(seen, notes)
    for code in seen.intents.codes:
        if (rule := _RULES.get(code)) is not None:
            rule(seen, notes)
    _places(seen, notes)
    for name, why in seen.intents.notes.items():
        if name != "blocker":
            notes.flag(name, why)
    return _priority(seen, notes)


def _tracking(seen: Seen, notes: Notes) -> None:
    for fact in [f for f in notes.facts if f.name == "tracking"]:
        number = read_tracking(fact.words)
        if number.check_ok is False:
            notes.flag("check_digit_fail", fact.words)
            if seen.intents.get("UPC"):
                notes.flag("confirm_tracking_first", "the number does not agree with its check digit")
        elif not number.format_ok and number.kind is TrackingKind.UPS_1Z:
            notes.flag("tracking_format_fail", fact.words)
            if seen.intents.get("UPC"):
                notes.flag("confirm_tracking_first", "the number is not complete")


def _places(seen: Seen, notes: Notes) -> None:
    for fact in notes.facts:
        if fact.name == "order_no" and fact.value.startswith("0"):
            notes.flag("leading_zeros", fact.words)
        elif fact.name == "order_suffix":
            notes.flag("abbreviated_order_no", fact.words)
        elif fact.name == "order_candidate" and "letter" in fact.note:
            notes.flag("order_no_misread", fact.words)
        elif fact.name == "order_withdrawn":
            notes.flag("order_corrected", fact.words)
        elif fact.basis is Basis.SUGGESTED and "thousands" in fact.note:
            notes.flag("amount_unclear", fact.words)
        elif fact.name == "postcode":
            for mark in sorted(read_postcode(fact.words).flags):
                notes.flag(f"postcode_{mark.value.replace('-', '_')}", fact.value)
    if len({f.value for f in notes.facts if f.name == "order_no"}) > 1:
        notes.flag("several_orders", "one proposal per order")


def _address(seen: Seen, notes: Notes) -> None:
    stage = notes.first("order_stage")
    value = notes.money(*_VALUES)
    if stage is not None and stage.value in _AFTER_DESPATCH:
        notes.flag("post_despatch_redirect", stage.words)
    if stage is not None and stage.value == "out_for_delivery":
        notes.flag("no_change_out_for_delivery", stage.words)
    if stage is not None and stage.value == "delivered":
        notes.flag("already_delivered_not_an_address_change", stage.words)
    if value >= seen.profile.senior_qa_value:
        notes.flag("senior_qa_approval_required", f"value {value} at or above {seen.profile.senior_qa_value}")
    if (recipient := notes.first("recipient")) is not None:
        notes.flag("recipient_check", recipient.words)


def _special(seen: Seen, notes: Notes) -> None:
    if notes.money(*_VALUES) > seen.profile.senior_qa_value:
        notes.flag("senior_qa_approval_required", f"value above {seen.profile.senior_qa_value}")
    day = notes.first("date_needed")
    when = date.fromisoformat(day.value) if day is not None else None
    if re.search(r"\bsat(?:urday)?\b|\bsamedi\b", seen.text.lower) or (when and when.weekday() == 5):
        notes.flag("saturday_option_required", day.words if day else "Saturday")
    if re.search(r"\bsun(?:day)?\b|\bdimanche\b", seen.text.lower) or (when and when.weekday() == 6):
        notes.flag("sunday_not_standard", day.words if day else "Sunday")
    if re.search(r"\b(?:express 12|12[:.]00|by (?:noon|midday|12)|pre[ -]?(?:12|noon))", seen.text.lower):
        notes.flag("service_availability_unconfirmed", "a noon service must be confirmed by the carrier")
    if when is not None and when < seen.today:
        notes.flag("date_in_past", day.words if day else "")
    notes.flag("promise_only_after_carrier_confirmation", "rule of the service list", "promise_before_confirmation")


def _quality(seen: Seen, notes: Notes) -> None:
    for trigger, words, flag in (
        ("exotic_material", seen.profile.exotic_words, "cites_check_if_export"),
        ("customer_profile", seen.profile.profile_words, "profile_flag_code_only"),
    ):
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\w*") if words else None
        if pattern is not None and (found := pattern.search(seen.text.lower)) is not None:
            notes.triggers.append(trigger)
            notes.flag(flag, found[0])


def _footage(seen: Seen, notes: Notes) -> None:
    if "subject_access_request" in notes.flags or "police_request" in notes.flags:
        notes.flag("internal_retrieval_only", "release needs the data protection officer", "release_footage")


def _status(seen: Seen, notes: Notes) -> None:
    stage, age = notes.first("order_stage"), notes.first("age_days_claimed")
    if stage is not None and stage.value in ("preparing", "not_prepared", "on_hold") and age is not None:
        notes.flag("overdue_preparing", age.words)
    if (intent := seen.intents.get("OST")) is not None and intent.subtype == "ITEM_CHANGE":
        notes.flag("item_change_requested", "the order's article is to be changed")


def _stock(seen: Seen, notes: Notes) -> None:
    if notes.first("serial") is not None:
        notes.flag("serialised_zero_tolerance", "a serial number is named")
    if notes.first("order_no") is not None:
        notes.flag("customer_order_short", "an order waits for the article")


_REMEDY: Final = re.compile(r"\b(?:refund\w*|swap|exchange\w*|replac\w*|rembours\w*|resend|reship)\b")


def _claim(seen: Seen, notes: Notes) -> None:
    intent = seen.intents.get("UPC")
    subtype = intent.subtype if intent else ""
    if subtype == "DAMAGE":
        notes.flag("keep_packaging", "packaging is evidence until the carrier releases it")
    if subtype in ("DNR", "MISDELIVERY"):
        notes.flag("delivered_status_is_not_proof", "the carrier's status does not settle who has the goods")
    if subtype == "RETURN_LEG":
        notes.flag("refund_clock_may_run_from_sending", "proof of sending starts the customer's refund clock")
    if (remedy := _REMEDY.search(seen.text.lower)) is not None:
        notes.flag("customer_remedy_separate", remedy[0])
    carrier = notes.first("carrier")
    if carrier is not None and carrier.value != "UPS" and notes.first("tracking") is None:
        notes.flag("other_carrier", carrier.words)


def _return(seen: Seen, notes: Notes) -> None:
    grade = notes.first("grade_claimed")
    if grade is not None and grade.value.startswith("KO"):
        notes.flag("third_party_grade_is_input", grade.words)
        notes.flag("refund_clock_runs", "quality control does not stop the statutory refund clock")
    if grade is not None and grade.value in ("KO_AUTHENTICITY", "KO_WRONG_ITEM"):
        notes.flag("secure_and_investigate", grade.words, "return_to_customer", "destroy")
    intent = seen.intents.get("RQC")
    if intent is not None and intent.subtype == "EXCHANGE":
        notes.flag("exchange_requested", "goods come back first; the new article is a new shipment")
    if notes.first("serial_received") is not None:
        notes.flag("serial_mismatch", "two different serial numbers")


def _refund(seen: Seen, notes: Notes) -> None:
    intent = seen.intents.get("RFD")
    if seen.chaser:
        notes.flag("duplicate_refund_risk", "a refund was asked for before", "create_new_refund")
        return
    if (method := _NEW_METHOD.search(seen.text.lower)) is not None:
        notes.flag("different_payment_method", method[0])
        return
    if "bank_details_redacted" in notes.flags:
        notes.flag("different_payment_method", "bank details beside a refund")
        return
    if intent is not None and intent.subtype == "CANCEL":
        notes.flag("cancellation_requested", "what was not captured is cancelled, not refunded")
        return
    if notes.first("delivery") is None or notes.first("refund_goods") is not None:
        notes.flag("qc_record_required", "a message is not the quality record")
    notes.flag("segregation_of_duties", "requester, approver and executor are different people")
    if notes.money("refund_goods", "amount", "order_value", "goods_value") > seen.profile.senior_qa_value:
        notes.flag("senior_qa_approval_required", f"value above {seen.profile.senior_qa_value}")


def _carrier_return(seen: Seen, notes: Notes) -> None:
    reason = notes.first("reason_code")
    if reason is not None and reason.value == "REFUSED":
        notes.flag("refusal_is_ambiguous", reason.words, "refund_on_refusal_alone")
    if notes.first("received_date") is None and not re.search(
        r"\b(?:here|at (?:the )?(?:dc|dock|warehouse|desk)|in hand|scanned in|received|on (?:the )?dock|with us)\b",
        seen.text.lower,
    ):
        notes.flag("custody_unconfirmed", "no decision before the parcel is received and scanned")
    if seen.intents.get("ADR") is not None or notes.first("address_new") is not None:
        notes.flag("reship_to_new_address_needs_full_check", "a new address on a second shipment")
    if re.search(r"\b(?:again|second time|2nd time|twice|already reshipped|second return|encore)\b", seen.text.lower):
        notes.flag("second_shipment_failed", "no third shipment without Senior QA")
    if re.search(r"\b(?:seal broken|opened|damaged|crushed|tape cut|weight)\b", seen.text.lower):
        notes.flag("secure_and_inspect_first", "a broken seal or damage", "reship")


def _escalation(seen: Seen, notes: Notes) -> None:
    if (why := seen.intents.notes.get("blocker")) is not None:
        notes.flag("blocker", why)
    if _IT.search(seen.text.lower):
        notes.route.append("IT")
    if re.search(r"\b3pl\b", seen.text.lower):
        notes.route.append("3PL")
    notes.route.append("SENIOR_QA")


_RULES: Final[dict[str, Callable[[Seen, Notes], None]]] = {
    "ADR": _address, "SPD": _special, "QCT": _quality, "CTV": _footage, "OST": _status, "INV": _stock, "UPC": _claim,
    "RQC": _return, "RFD": _refund, "CRP": _carrier_return, "ESC": _escalation,
}  # fmt: skip


def _priority(seen: Seen, notes: Notes) -> str:
    """The hint for the coordinator; the case's own priority is computed by its deadlines and value."""
    affected = notes.first("orders_affected")
    wide = affected is not None and int(affected.value) > seen.profile.high_impact_orders
    if "blocker" in notes.flags and (wide or notes.first("deadline") or _WHOLE_SITE.search(seen.text.lower)):
        return "P1"
    if notes.flags.keys() & {"cctv_overwrite_imminent", "theft_suspected"}:
        return "P1"
    if seen.chaser:
        return "raise"
    needed = notes.first("date_needed")
    if needed is not None and needed.value == seen.today.isoformat():
        return "high"
    if "customer_profile" in notes.triggers or _vip(seen):
        return "high"
    return ""


def _vip(seen: Seen) -> bool:
    words = seen.profile.profile_words
    return bool(words) and re.search(rf"\b(?:{'|'.join(map(re.escape, words))})s?\b", seen.text.lower) is not None


def listed(names: Sequence[str]) -> tuple[str, ...]:
    """Names without repetition, in the order given."""
    return tuple(dict.fromkeys(names))
