"""Address change (ADR): redirecting an order is the classic way to steal it, so every step is controlled.

1. What may be done depends on the stage of the order: before the label in the order system alone; with a label, void
   and relabel; with the carrier, a request whose outcome is unknown; out for delivery or delivered, nothing.
2. A risk score, worked out from facts and never typed, says who approves.
3. The request is not the verification: somebody calls back the number already on file.
4. From the verification on the facts are frozen; only `send_back` opens them again, and then everything is done anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from addin.logic.address_risk import (
    LEVELS,
    level_of,
    needed_level,
    new_words,
    number_came_along,
    risks,
    screened_anew,
)
from addin.logic.address_terms import (
    PLACE_KINDS,
    country_code,
    is_british,
    is_forces,
    is_po_box,
    masked,
    names_premises,
    same_address,
    same_name,
)
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED
from addin.logic.events import ERASED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import (
    BEFORE_LABEL,
    CARRIERS,
    GOODS_KINDS,
    LABELLED,
    ORDER_STAGES,
    WITH_CARRIER,
    is_despatched,
    is_ups,
)
from addin.logic.outcome import Problem
from addin.logic.postcode import read_postcode
from addin.logic.sbar import blocker
from addin.logic.tracking import check_tracking, normalise
from addin.logic.values import Role

REQUESTED: Final = "Requested"
VERIFIED: Final = "Verified"
APPROVED: Final = "Approved"
REFUSED: Final = "Refused"
APPLIED: Final = "Applied in OMS"
RELABELLED: Final = "Label replaced"
ASKED: Final = "UPS asked"
CONFIRMED: Final = "Confirmed"
_ON_FILE: Final = "On file"
_CLEARED: Final = "Cleared"
_REFUSALS: Final = (
    "Out for delivery", "Delivered already", "Address incomplete", "Postcode wrong", "Same as the old address",
    "Other country", "PO box or BFPO", "Customer did not confirm", "Fraud risk", "Carrier could not", "Other",
)  # fmt: skip
_HANDLERS: Final = frozenset({Role.COORDINATOR, Role.SENIOR_QA})


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("order_stage", "Order stage", FieldKind.CHOICE, choices=ORDER_STAGES, queue=True, late=True, width=14,
       help="From the order system or the tracking, not from the message."),
    _f("tracking", "Tracking", FieldKind.ID, queue=True, late=True, width=20, check=check_tracking,
       help="Of the label printed so far, if there is one."),
    _f("carrier", "Carrier", FieldKind.CHOICE, choices=CARRIERS, width=14, help="Empty means UPS."),
    _f("address_old", "Old address", FieldKind.NOTE, personal=True, width=30, help="As in the order system."),
    _f("postcode_old", "Old postcode", FieldKind.ID, personal=True, width=10),
    _f("country_old", "Old country", help="Empty means the United Kingdom."),
    _f("recipient_old", "Old recipient", personal=True, width=18),
    _f("address_new", "New address", FieldKind.NOTE, personal=True, queue=True, width=30,
       help="With flat or house number or name, street and town."),
    _f("premises_new", "House or flat", personal=True,
       help="Only when the new address has no number: the name of the house or firm."),
    _f("postcode", "Postcode", FieldKind.ID, personal=True, queue=True, width=10, help="Of the new address."),
    _f("country", "Country", help="Empty means the United Kingdom."),
    _f("recipient", "Recipient", personal=True, queue=True, width=18, help="Who takes the parcel at the new address."),
    _f("third_party", "Another person", FieldKind.FLAG, help="Yes when the recipient is not the customer."),
    _f("place", "Kind of place", FieldKind.CHOICE, choices=PLACE_KINDS),
    _f("why", "Why", width=24, help="The reason the customer gives."),
    _f("asked_through", "Asked through", FieldKind.CHOICE,
       choices=("Account login", "Chat relay", "Phone", "Email", "Store"), help="How the customer reached us."),
    _f("order_value", "Order value", FieldKind.MONEY, queue=True, width=12),
    _f("goods_kind", "Goods", FieldKind.CHOICE, choices=GOODS_KINDS, width=16, help="The most sought-after article."),
    _f("first_order", "Guest or first order", FieldKind.FLAG),
    _f("billing_is_new", "New is billing address", FieldKind.FLAG),
    _f("payment_checks", "Payment checks", FieldKind.CHOICE, choices=("Passed", "Failed or absent"),
       help="Address check and 3-D Secure, as Finance or the payment page shows them."),
    _f("phone_changed", "Phone changed", FieldKind.FLAG),
    _f("previous_claim", "Earlier claim", FieldKind.FLAG, help="The customer reported a loss or empty box before."),
    _f("despatch_planned", "Despatch planned", FieldKind.INSTANT, width=16),
    _f("wave_release", "Wave release", FieldKind.INSTANT, width=16, help="When picking of the order is released."),
    _f("first_attempt", "First attempt", FieldKind.INSTANT, late=True, width=16,
       help="When the carrier will first try to deliver."),
    _f("contact_number_source", "Number called", FieldKind.CHOICE,
       choices=(_ON_FILE, "Given in the chat", "Given by the caller", "Found elsewhere"),
       help="Call back the number on file, never one that came with the request."),
    _f("phone_on_file", "Phone on file", personal=True, help="As the order system shows it."),
    _f("spoken_to", "Spoken to", personal=True, width=18),
    _f("callback_at", "Called back", FieldKind.INSTANT, width=16),
    _f("callback_result", "Call-back", FieldKind.CHOICE, choices=("Confirmed", "Denied", "No answer"), queue=True),
    _f("fraud_result", "Fraud screen", FieldKind.CHOICE, choices=(_CLEARED, "Not cleared"), late=True,
       roles=frozenset({Role.LOSS_PREVENTION}), help="Filled in by Loss Prevention with 'Fraud screen'."),
    _f("refusal", "Refused because", FieldKind.CHOICE, choices=_REFUSALS, late=True),
    _f("order_screen", "Order screened again", FieldKind.CHOICE, choices=("Passed", "Failed"), late=True,
       help="The order system's own fraud screen, run again with the new address."),
    _f("oms_proof", "Order system proof", late=True, width=20, help="Screenshot or log, before and after."),
    _f("oms_restored", "Order system put back", FieldKind.FLAG, late=True, help="After a change that failed."),
    _f("label_void_proof", "Label void proof", late=True, width=20, help="What shows that the old label is void."),
    _f("tracking_new", "New tracking", FieldKind.ID, late=True, width=20, check=check_tracking),
    _f("carrier_ref", "Carrier's reference", FieldKind.ID, late=True, help="Of the request to the carrier."),
    _f("carrier_answer", "Carrier's answer", FieldKind.CHOICE, choices=("Changed", "Not possible", "No answer"),
       late=True, help="A request to the carrier may fail; nothing is promised before the answer."),
    _f("next_step", "Next step", late=True, width=24),
    _f("cs_told", "Customer Service told", FieldKind.FLAG, late=True, help="With the address partly masked."),
    _f("risk_score", "Risk", FieldKind.COUNT, system=True, queue=True, width=7),
    _f("risk_reasons", "Risk reasons", FieldKind.LIST, system=True, width=34),
    _f("approver_needed", "Approval by", system=True, queue=True, width=16),
    _f("address_masked", "Masked address", system=True, personal=True, width=24),
    _f("territory", "Territory", system=True, width=14),
    _f("district_old", "Old district", system=True),
    _f("district_new", "New district", system=True),
    _f("verified_by", "Verified by", FieldKind.ID, system=True),
    _f("verified_at", "Verified", FieldKind.INSTANT, system=True, width=16),
    _f("fraud_by", "Fraud screen by", FieldKind.ID, system=True),
    _f("fraud_at", "Fraud screened", FieldKind.INSTANT, system=True, width=16),
    _f("approved_by", "Approved by", FieldKind.ID, system=True),
    _f("approved_at", "Approved", FieldKind.INSTANT, system=True, width=16),
    _f("approved_level", "Approved as", FieldKind.COUNT, system=True),
    _f("applied_by", "Applied by", FieldKind.ID, system=True),
    _f("applied_at", "Applied", FieldKind.INSTANT, system=True, width=16),
    _f("minutes_to_change", "Minutes to change", FieldKind.COUNT, system=True),
)  # fmt: skip


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    if any(case.text(name) == ERASED for name in ("address_new", "postcode", "address_old", "postcode_old")):
        return {}  # what was worked out while the address could be read stays
    found_risks = tuple((ctx.policy.number(key), words) for key, words in risks(case, ctx))
    score = sum(weight for weight, _ in found_risks)
    old, new = read_postcode(case.text("postcode_old")), read_postcode(case.text("postcode"))
    found: dict[str, Value | None] = {
        "risk_score": score,
        "risk_reasons": tuple(f"{words} (+{weight})" for weight, words in found_risks) or None,
        "approver_needed": LEVELS[level_of(case, score, ctx) - 1],
        "address_masked": masked(new_words(case), case.text("postcode")) or None,
        "territory": str(new.territory) or None,
        "district_old": old.outward or None,
        "district_new": new.outward or None,
    }
    if not case.has("value_at_risk"):
        found["value_at_risk"] = case.money("order_value")
    return found


# Rules -----------------------------------------------------------------------------------------------------------


def _stage_allows(case: Case, ctx: Context) -> Problem | None:
    """Out for delivery or delivered, an address is no longer changed. Source: stage table of the domain rules."""
    stage = case.text("order_stage")
    hints = {
        "Out for delivery": "Refuse it; advise collection from the depot, or wait for the outcome.",
        "Delivered": "Refuse it; open a claim for non-receipt or a return instead.",
        "Returning": "Refuse it; decide on the parcel when it is back, as a carrier return.",
    }
    if stage not in hints:
        return None
    words = f"The order is {stage.lower()}, so its address can no longer be changed."
    return Problem("ADR-01", words, "order_stage", hint=hints[stage])


def _tracking_known(case: Case, ctx: Context) -> Problem | None:
    """A parcel that has a label has a tracking number; it must be void or redirected. Source: stage table."""
    if case.text("order_stage") in BEFORE_LABEL or case.has("tracking"):
        return None
    words = f"The order is '{case.text('order_stage')}', so there is a label, but no tracking number."
    return Problem("ADR-02", words, "tracking", hint="Fill in the tracking number of that label.")


def _postcode_holds(case: Case, ctx: Context) -> Problem | None:
    """A British address needs a well-formed postcode. Source: published rules of UK postcodes."""
    if not is_british(country_code(case.text("country"), case.text("postcode"))):
        return None
    if not case.has("postcode"):
        return Problem("ADR-03", "The new address has no postcode.", "postcode", hint="Ask for it.")
    found = read_postcode(case.text("postcode")).problem("postcode")
    return None if found is None or found.warn else Problem("ADR-03", found.message, "postcode", hint=found.hint)


def _postcode_remark(case: Case, ctx: Context) -> Problem | None:
    """What a person should know about a postcode while it is typed; told, never refused here."""
    if not case.has("postcode") or not is_british(country_code(case.text("country"), case.text("postcode"))):
        return None
    found = read_postcode(case.text("postcode")).problem("postcode")
    return Problem("ADR-04", found.message, "postcode", hint=found.hint) if found else None


def _same_country(case: Case, ctx: Context) -> Problem | None:
    """An order stays in its country; Jersey, Guernsey and Man are outside the UK's VAT area. Source: domain rules."""
    old = country_code(case.text("country_old"), case.text("postcode_old")) or "GB"
    new = country_code(case.text("country"), case.text("postcode")) or "GB"
    if old == new:
        return None
    words = f"The new address is in another country or customs area ({old} to {new})."
    return Problem("ADR-05", words, "country", hint="Refuse it; the order has to be cancelled and placed anew.")


def _really_new(case: Case, ctx: Context) -> Problem | None:
    """The new address differs from the old one, beyond capitals and commas. Source: domain rules."""
    same = same_address(
        case.text("address_old"), case.text("postcode_old"), new_words(case), case.text("postcode")
    ) or same_address(
        case.text("address_old"), case.text("postcode_old"), case.text("address_new"), case.text("postcode")
    )
    if not same or not same_name(case.text("recipient_old") or case.text("recipient"), case.text("recipient")):
        return None
    words = "The new address is the same as the old one."
    return Problem("ADR-06", words, "address_new", hint="Check both with the order system.")


def _carrier_serves(case: Case, ctx: Context) -> Problem | None:
    """UPS does not deliver to a PO box or a forces' address. Source: UPS service terms (general knowledge)."""
    if not is_ups(case.text("carrier")):
        return None
    hint = "Ask for a street address, or choose a postal carrier."
    if is_forces(new_words(case), case.text("postcode")) and not ctx.policy.flag("carrier.ups.bfpo"):
        return Problem("ADR-07", "UPS cannot deliver to a forces' (BFPO) address.", "address_new", hint=hint)
    boxed = is_po_box(new_words(case)) or case.text("place") == "PO box"
    if boxed and not ctx.policy.flag("carrier.ups.po_box"):
        return Problem("ADR-07", "UPS cannot deliver to a PO box.", "address_new", hint=hint)
    return None


def _address_complete(case: Case, ctx: Context) -> Problem | None:
    """An address names its house: number, house name or firm. Source: domain rules."""
    words = case.text("address_new")
    if case.has("premises_new") or names_premises(words) or is_po_box(words) or is_forces(words, case.text("postcode")):
        return None
    words = "The new address has no house or flat: neither a number nor a name before the street."
    return Problem("ADR-08", words, "address_new", hint="Ask for it, or fill in 'House or flat' when it has a name.")


def _number_on_file(case: Case, ctx: Context) -> Problem | None:
    """The call-back goes to the number already on file. Source: domain rules, redirect fraud."""
    source = case.text("contact_number_source")
    if source in ("", _ON_FILE):
        return None
    words = f"The number called was '{source.lower()}', so the call proves nothing."
    return Problem("ADR-09", words, "contact_number_source", hint="Call the number on file.")


def _call_confirmed(case: Case, ctx: Context) -> Problem | None:
    """Only a customer who said yes on the telephone is verified. Source: domain rules."""
    result = case.text("callback_result")
    if result in ("", "Confirmed"):
        return None
    words = "The customer denied having asked." if result == "Denied" else "Nobody answered the call-back."
    hint = "Refuse it as a fraud risk." if result == "Denied" else "Try again, or wait."
    return Problem("ADR-10", words, "callback_result", hint=hint)


def _call_was(case: Case, ctx: Context) -> Problem | None:
    """A call-back lies in the past. Source: contemporaneous records (ALCOA+)."""
    called = case.instant("callback_at")
    if called is None or called <= ctx.now:
        return None
    return Problem("ADR-11", "The call-back lies in the future.", "callback_at", hint="Fill in when you really called.")


def _recipient_clear(case: Case, ctx: Context) -> Problem | None:
    """When the recipient's name changes, somebody says whether it is another person. Source: domain rules."""
    old, new = case.text("recipient_old"), case.text("recipient")
    if not old or not new or same_name(old, new) or case.has("third_party"):
        return None
    words = "The recipient is written differently from before."
    return Problem("ADR-12", words, "third_party", hint="Say Yes or No: is it another person?")


def _second_person(case: Case, ctx: Context) -> Problem | None:
    """From the second level on the approver neither opened nor verified the case. Source: approval limits."""
    if needed_level(case) < 2 or ctx.actor.id not in (case.text("opened_by"), case.text("verified_by")):
        return None
    words = f"A score of {case.count('risk_score')} needs a second person; you opened or verified this case."
    return Problem("ADR-13", words, "approver_needed", hint="Ask a colleague to approve it.")


def _senior_approves(case: Case, ctx: Context) -> Problem | None:
    """At the highest level Senior QA approves. Source: approval limits."""
    if needed_level(case) < 3 or ctx.actor.may({Role.SENIOR_QA}):
        return None
    words = f"A score of {case.count('risk_score')} at stage '{case.text('order_stage')}' needs Senior QA."
    return Problem("ADR-14", words, "approver_needed", hint="Ask Senior QA to approve it.")


def _fraud_cleared(case: Case, ctx: Context) -> Problem | None:
    """The highest level, and another person as recipient, need the fraud team's sign-off by somebody else."""
    if needed_level(case) < 3 and case.flag("third_party") is not True:
        return None
    if case.text("fraud_result") == _CLEARED and case.has("fraud_by") and case.text("fraud_by") != ctx.actor.id:
        return None
    if case.text("fraud_result") == "Not cleared":
        return Problem("ADR-15", "The fraud team did not clear it.", "fraud_result", hint="Refuse it.")
    words = "The fraud team has not signed it off."
    return Problem("ADR-15", words, "fraud_result", hint="Ask Loss Prevention to press 'Fraud screen'.")


def _level_still_enough(case: Case, ctx: Context) -> Problem | None:
    """When the parcel moved on after the approval, the approval may no longer be enough. Source: stage table."""
    given = case.count("approved_level") or 0
    if given >= needed_level(case):
        return None
    words = f"It was approved by '{LEVELS[max(given, 1) - 1]}' but now needs '{case.text('approver_needed')}'."
    return Problem("ADR-16", words, "approver_needed", hint="Send it back and have it approved again.")


def _only_change(case: Case, ctx: Context) -> Problem | None:
    """Two changes of one order at work would make two live labels. Source: domain rules."""
    live = (APPROVED, APPLIED, RELABELLED, ASKED)
    other = next((o for o in ctx.of_type("ADR") if o.case_id != case.case_id and o.status in live), None)
    if other is None or other.text("order_no") != case.text("order_no"):
        return None
    words = f"{other.case_id} is already changing the address of this order."
    return Problem("ADR-17", words, "order_no", hint="Finish or refuse that case first.")


def _label_printed(case: Case, ctx: Context) -> Problem | None:
    """A label is replaced only while the parcel is still here with one. Source: stage table."""
    if case.text("order_stage") in LABELLED:
        return None
    words = f"The stage is '{case.text('order_stage')}'; a label is replaced while the packed parcel is here."
    hint = "Ask the carrier." if is_despatched(case.text("order_stage")) else "Confirm it, there is no label yet."
    return Problem("ADR-18", words, "order_stage", hint=hint)


def _one_live_label(case: Case, ctx: Context) -> Problem | None:
    """The new label has another number than the void one. Source: domain rules, no two live labels."""
    if normalise(case.text("tracking_new")) != normalise(case.text("tracking")):
        return None
    words = "The new tracking number is that of the old label."
    return Problem("ADR-19", words, "tracking_new", hint="Void the old label and fill in the new label's number.")


def _with_carrier(case: Case, ctx: Context) -> Problem | None:
    """The carrier is asked only for a parcel it has. Source: stage table."""
    if case.text("order_stage") in WITH_CARRIER:
        return None
    words = f"The stage is '{case.text('order_stage')}', so the carrier does not have the parcel on its way."
    return Problem("ADR-20", words, "order_stage", hint="Update the stage, or replace the label.")


def _change_happened(case: Case, ctx: Context) -> Problem | None:
    """A change is confirmed when it was made: in the order system alone only while there was no label; by the carrier
    only when it answered that it changed the address. Source: stage table.
    """
    if case.status == ASKED and case.text("carrier_answer") != "Changed":
        return Problem("ADR-21", "The carrier has not confirmed the change.", "carrier_answer",
                       hint="Wait for the answer; refuse the case when it is not possible.")  # fmt: skip
    if case.status == APPLIED and case.text("order_stage") not in BEFORE_LABEL:
        words = f"The stage is '{case.text('order_stage')}': the parcel still carries the old address."
        return Problem("ADR-21", words, "order_stage", hint="Replace the label or ask the carrier first.")
    return None


def _oms_put_back(case: Case, ctx: Context) -> Problem | None:
    """A refused change leaves no trace in the order system, else the next parcel goes astray."""
    if case.status != ASKED or case.flag("oms_restored") is True:
        return None
    words = "The order system still shows the new address."
    return Problem("ADR-22", words, "oms_restored", hint="Put the old address back, then say Yes.")


def _told(case: Case, ctx: Context) -> Problem | None:
    """Customer Service knows the outcome before the case is closed. Source: domain rules, communications."""
    if case.flag("cs_told") is True:
        return None
    return Problem(
        "ADR-23",
        "Customer Service has not been told.",
        "cs_told",
        hint="Tell them with the masked address, then say Yes.",
    )


def _proven(case: Case, ctx: Context) -> Problem | None:
    """No case is closed without its evidence: the refusal needs none, a change does. Source: common block."""
    if case.status == REFUSED or case.has("evidence") or case.has("oms_proof"):
        return None
    return Problem("ADR-24", "There is no evidence of the change.", "evidence", hint="Name the files that show it.")


def _delivered_remark(case: Case, ctx: Context) -> Problem | None:
    """A delivered order is told about at once. Source: stage table."""
    if case.text("order_stage") != "Delivered":
        return None
    words = "The order is delivered: this is no address change."
    return Problem("ADR-25", words, "order_stage", hint="Open a claim for non-receipt or a return.")


_STAGE: Final = Rule("ADR-01", "No address is changed once a parcel is out for delivery or later.", _stage_allows)
_VERIFYING: Final = (
    _STAGE,
    Rule("ADR-02", "A parcel with a label has its tracking number on the case.", _tracking_known),
    Rule("ADR-03", "A British address has a well-formed postcode.", _postcode_holds),
    Rule("ADR-05", "An order stays in its country and customs area.", _same_country),
    Rule("ADR-06", "The new address differs from the old one.", _really_new),
    Rule("ADR-07", "UPS is not sent to PO boxes and forces' addresses.", _carrier_serves, source="UPS terms"),
    Rule("ADR-08", "An address names its house or flat.", _address_complete),
    Rule("ADR-09", "The call-back goes to the number on file.", _number_on_file),
    Rule("ADR-10", "The customer confirmed the change on the telephone.", _call_confirmed),
    Rule("ADR-11", "A call-back lies in the past.", _call_was),
    Rule("ADR-12", "A changed recipient is explained.", _recipient_clear),
)
_APPROVING: Final = (
    _STAGE,
    Rule("ADR-13", "A second person approves from the second level on.", _second_person),
    Rule("ADR-14", "Senior QA approves at the highest level.", _senior_approves),
    Rule("ADR-15", "The fraud team signs off the highest level and other recipients.", _fraud_cleared),
    Rule("ADR-17", "An order has one address change at work.", _only_change),
)
_ENOUGH: Final = Rule("ADR-16", "The approval is as high as the stage now needs.", _level_still_enough)


# Moves and deadlines ---------------------------------------------------------------------------------------------


def _verified(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"verified_by": ctx.actor.id, "verified_at": ctx.now}


def _screened(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"fraud_by": ctx.actor.id, "fraud_at": ctx.now}


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {
        "approved_by": ctx.actor.id,
        "approved_at": ctx.now,
        "approved_level": needed_level(case),
        "decision": f"Approved as '{case.text('approver_needed')}', score {case.count('risk_score')}.",
        "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
    }


def _refused(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Refused: {case.text('refusal').lower()}. {ctx.reason}".strip()
    return {"decision": words, "decision_by": ctx.actor.id, "decision_at": ctx.now, "cs_told": None}


def _applied(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    opened = case.instant("opened_at")
    minutes = int((ctx.now - opened).total_seconds()) // 60 if opened else None
    return {"applied_by": ctx.actor.id, "applied_at": ctx.now, "minutes_to_change": minutes}


def _sent_back(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = ("verified_by", "verified_at", "fraud_by", "fraud_at", "fraud_result", "approved_by", "approved_at",
             "approved_level", "decision", "decision_by", "decision_at")  # fmt: skip
    return dict.fromkeys(names)


def _check_opens(case: Case, ctx: Context) -> Sequence[Opening]:
    """Goods of value that are still here are checked before they leave for an address that was changed after payment.

    Source: QC triggers, order facts; policy `qc.high_value` and `qc_trigger.address_changed`.
    """
    worth, here = case.money("order_value"), case.text("order_stage") in BEFORE_LABEL | LABELLED
    dear = worth is not None and worth.currency == "GBP" and worth.amount >= ctx.policy.money("qc.high_value").amount
    if not (here and dear) or ctx.of_type("QCT"):
        return ()
    fields: dict[str, Value] = {"trigger": "Address changed", "triggered_by": f"Address change {case.case_id}"}
    carried = {"order_no": "order_no", "order_stage": "order_stage", "order_value": "goods_value"}
    fields |= {name: case.fields[own] for own, name in carried.items() if case.has(own)}
    return (Opening(type="QCT", fields=fields),)


def _denied_opens(case: Case, ctx: Context) -> Sequence[Opening]:
    """A customer who denies the request makes it an attempted fraud, which Senior QA has to know."""
    if case.text("callback_result") != "Denied":
        return ()
    words = f"Attempted redirect of order {case.text('order_no')}: the customer denied having asked."
    return (blocker(case, "Security", words, "Watch the order and the customer's account."),)


def _escalates(case: Case, ctx: Context) -> Sequence[Opening]:
    words = f"Address change of order {case.text('order_no')} is stuck at '{case.status}'. {ctx.reason}"
    return (blocker(case, "Senior QA", words, "Decide how to go on."),)


def _before_wave(case: Case, ctx: Context) -> datetime | None:
    return case.instant("wave_release") if case.text("order_stage") in ("", *BEFORE_LABEL) else None


def _before_attempt(case: Case, ctx: Context) -> datetime | None:
    return case.instant("first_attempt")


_MOVES: Final = (
    Move(verb="verify", label="Verify", start=frozenset({REQUESTED}), to=VERIFIED, event="address.verified.v1",
         says="{actor} verified the address change of {case} by calling the number {contact_number_source} "
              "(score {risk_score}, approval by {approver_needed})",
         roles=_HANDLERS, rules=_VERIFYING, sets=_verified,
         needs=("order_no", "order_stage", "address_old", "address_new", "recipient_old",
                "recipient", "why", "asked_through", "order_value", "goods_kind", "first_order", "billing_is_new",
                "payment_checks", "phone_changed", "previous_claim", "contact_number_source", "phone_on_file",
                "spoken_to", "callback_at", "callback_result")),
    Move(verb="screen", label="Fraud screen", start=frozenset({VERIFIED}), to="", event="address.screened.v1",
         says="{actor} screened {case} for fraud: {fraud_result}", roles=frozenset({Role.LOSS_PREVENTION}),
         needs=("fraud_result",), sets=_screened),
    Move(verb="approve", label="Approve", start=frozenset({VERIFIED}), to=APPROVED, event="address.approved.v1",
         says="{actor} approved the address change of {case}: {decision}", roles=_HANDLERS, rules=_APPROVING,
         sets=_approved),
    Move(verb="refuse", label="Refuse", start=frozenset({REQUESTED, VERIFIED, APPROVED, ASKED}), to=REFUSED,
         event="address.refused.v1", says="{actor} refused the address change of {case}: {refusal}", reason=True,
         roles=_HANDLERS, needs=("refusal",), sets=_refused, opens=_denied_opens,
         rules=(Rule("ADR-22", "A refused change is not left in the order system.", _oms_put_back),)),
    Move(verb="send_back", label="Send back", start=frozenset({VERIFIED, APPROVED}), to=REQUESTED, reason=True,
         event="address.sent_back.v1", says="{actor} sent {case} back to be verified anew", roles=_HANDLERS,
         sets=_sent_back),
    Move(verb="apply", label="Apply", start=frozenset({APPROVED}), to=APPLIED, event="address.applied.v1",
         says="{actor} changed the address of {case} in the order system {minutes_to_change} minutes after the request",
         roles=_HANDLERS, needs=("order_screen", "oms_proof"), sets=_applied, opens=_check_opens,
         rules=(_STAGE, _ENOUGH, Rule("ADR-17", "An order has one address change at work.", _only_change),
                Rule("ADR-28", "The order passes the fraud screen with its new address.", screened_anew)),
         lasting="the order system was changed; a new address change changes it again."),
    Move(verb="relabel", label="Replace label", start=frozenset({APPLIED}), to=RELABELLED,
         event="address.relabelled.v1", roles=_HANDLERS | {Role.QC},
         needs=("tracking", "label_void_proof", "tracking_new"),
         says="{actor} replaced the label of {case}: {tracking} is void, {tracking_new} is live",
         rules=(_ENOUGH, Rule("ADR-18", "A label is replaced while the parcel is here.", _label_printed),
                Rule("ADR-19", "There are never two live labels.", _one_live_label)),
         lasting="labels were voided and printed."),
    Move(verb="ask_carrier", label="Ask carrier", start=frozenset({APPLIED}), to=ASKED,
         event="address.carrier_asked.v1",
         says="{actor} asked the carrier to redirect the parcel of {case} ({carrier_ref}); outcome unknown",
         roles=_HANDLERS, needs=("tracking", "carrier_ref"),
         rules=(_ENOUGH, _STAGE, Rule("ADR-20", "The carrier is asked for a parcel it has.", _with_carrier)),
         lasting="the carrier was asked."),
    Move(verb="confirm", label="Confirm", start=frozenset({APPLIED, RELABELLED, ASKED}), to=CONFIRMED,
         event="address.confirmed.v1", says="{actor} confirmed the address change of {case}", roles=_HANDLERS,
         rules=(Rule("ADR-21", "A change is confirmed when it was really made.", _change_happened),)),
    Move(verb="close", label="Close", start=frozenset({CONFIRMED, REFUSED}), to=CLOSED, event="address.closed.v1",
         says="{actor} closed {case}", needs=("decision",),
         rules=(Rule("ADR-23", "Customer Service is told before closing.", _told),
                Rule("ADR-24", "A change is closed with its evidence.", _proven), TICKETED)),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="address.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalates),
)  # fmt: skip

CASE: Final = CaseType(
    code="ADR",
    name="Address change",
    family="address",
    sheet="Requests",
    form=_FORM,
    states=(REQUESTED, VERIFIED, APPROVED, REFUSED, APPLIED, RELABELLED, ASKED, CONFIRMED, CLOSED),
    moves=_MOVES,
    rules=(
        Rule("ADR-04", "A doubtful postcode is told about while it is typed.", _postcode_remark, warn=True),
        Rule("ADR-27", "A number that came with the request is told.", number_came_along, warn=True),
        Rule("ADR-25", "A delivered order is no address change.", _delivered_remark, warn=True),
    ),
    deadlines=(
        Deadline(id="ADR-WAVE", label="Before wave release", due=_before_wave,
                 until=frozenset({APPLIED, RELABELLED, ASKED, CONFIRMED, REFUSED}), source="domain rules"),
        Deadline(id="ADR-ATTEMPT", label="Before the first attempt", due=_before_attempt,
                 until=frozenset({CONFIRMED, REFUSED}), source="domain rules"),
    ),
    frozen_from=frozenset({VERIFIED, APPROVED, REFUSED, APPLIED, RELABELLED, ASKED, CONFIRMED}),
    derive=_derive,
    messages=("requests.address_confirmed", "requests.address_refused"),
    sample={
        "order_no": "4102938475", "order_stage": "Picking", "address_old": "7 Larch Row, London",
        "postcode_old": "SW1X 9ZY", "recipient_old": "Ms R. Ferro", "address_new": "Flat 3, 18 Saddler Sq, London",
        "postcode": "SW1X 9ZZ", "recipient": "Ms R. Ferro", "why": "Moved house", "asked_through": "Account login",
        "order_value": "640.00", "goods_kind": "Silk or textile", "first_order": "No", "billing_is_new": "Yes",
        "payment_checks": "Passed", "phone_changed": "No", "previous_claim": "No",
    },
)  # fmt: skip
