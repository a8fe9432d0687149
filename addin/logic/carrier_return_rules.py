"""A parcel the carrier brought back: the decision table and the log of contacts, as checks.

1. Custody comes first: nothing is decided about a parcel that only the tracking says is returning.
2. The customer decides between a second shipment and a return; silence is counted, never guessed.
3. What speaks against sending again (damage, fraud, dispute, a new address, rules of the carrier) stops it here.

Every check answers None when its rule holds. Source of the table: business rules, carrier returns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.common_form import CANCELLED, DUPLICATE, FINAL_STATES
from addin.logic.outcome import Problem
from addin.logic.postcode import Territory, read_postcode
from addin.logic.refund_terms import live_refunds, received_on
from addin.logic.values import Role

REASONS: Final = (
    "UNAVAILABLE", "REFUSED", "ADDRESS_WRONG", "ADDRESS_INCOMPLETE", "ACCESS_POINT_EXPIRED", "DAMAGED",
    "UNSAFE_OR_NO_ACCESS", "CUSTOMS/NI", "SHIPPER_RECALL", "UNKNOWN",
)  # fmt: skip
INTACT: Final = "Intact"
CONDITIONS: Final = (INTACT, "Seal broken", "Damaged", "Wet", "Opened or empty")

SAME_ADDRESS: Final = "Same address"
NEW_ADDRESS: Final = "New address"
CANCELS: Final = "Cancels in writing"
REFUSAL_CONFIRMED: Final = "Refused and confirms cancellation"
NO_ANSWER: Final = "No answer"
ANSWERS: Final = (SAME_ADDRESS, NEW_ADDRESS, CANCELS, REFUSAL_CONFIRMED, "Collects", NO_ANSWER)
WANTS_MONEY: Final = frozenset({CANCELS, REFUSAL_CONFIRMED})

SHIP: Final = "Second shipment"
RETURN: Final = "Return and refund"
OPTIONS: Final = (SHIP, "Boutique collection", "Courier", RETURN)
CHANNELS: Final = ("phone", "email", "chat", "sms", "letter", "in person")
_ENTRY: Final = re.compile(
    r"\s*(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4}))[ ,:]+([A-Za-z ]+?)(?:[:,;-]|$)"
)


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt to reach the customer: the day and the channel."""

    day: date
    channel: str


def contacts(case: Case) -> tuple[Contact, ...]:
    """The attempts in the contact log: entries such as "24/11/2026 phone: no answer"; others are not counted."""
    found = (_contact(entry) for entry in case.items("comms"))
    return tuple(contact for contact in found if contact is not None)


def _contact(entry: str) -> Contact | None:
    match = _ENTRY.match(entry)
    if match is None or match[7].strip().casefold() not in CHANNELS:
        return None
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[6], match[5], match[4])
    try:
        return Contact(date(int(year), int(month), int(day)), match[7].strip().casefold())
    except ValueError:
        return None


def ships(case: Case) -> bool:
    """True when the chosen option sends the goods to the customer again."""
    return case.text("option_chosen") in {SHIP, "Courier", "Boutique collection"}


def compromised(case: Case, ctx: Context) -> bool:
    """True when the seal, the condition or the weight says that the contents may not be what was sent."""
    if case.has("condition") and case.text("condition") != INTACT:
        return True
    weight, sent = case.number("weight_kg"), case.number("despatch_weight_kg")
    limit = ctx.policy.decimal("carrier_return.weight_percent")
    return weight is not None and bool(sent) and sent is not None and abs(weight - sent) / sent * 100 > limit


def shipments_before(case: Case, ctx: Context) -> int:
    """How many second shipments of this order have come back: typed, or found in earlier cases."""
    found = [
        other
        for other in ctx.of_type("CRP")
        if other.case_id != case.case_id and other.has("tracking_new") and other.status not in {CANCELLED, DUPLICATE}
    ]
    return max(case.count("shipments_known") or 0, len(found))


# What is typed --------------------------------------------------------------------------------------------------


def received_when(case: Case, ctx: Context) -> Problem | None:
    """A parcel is received in the past: tracking alone is not custody. Source: decision table, row 1."""
    received = case.instant("received_at")
    if received is None or received <= ctx.now:
        return None
    return Problem(
        "CRP-01",
        "The parcel cannot have come back in the future.",
        "received_at",
        hint="Fill in when it was really scanned in.",
    )


def log_readable(case: Case, ctx: Context) -> Problem | None:
    """An entry of the contact log names day and channel, or it does not count. Source: decision record."""
    wrong = [entry for entry in case.items("comms") if _contact(entry) is None]
    if not wrong:
        return None
    return Problem(
        "CRP-02", f"{len(wrong)} entries of the contact log are not counted.", "comms",
        hint=f"Write '24/11/2026 phone: what was said'. Channels: {', '.join(CHANNELS)}.",
    )  # fmt: skip


def log_past(case: Case, ctx: Context) -> Problem | None:
    """Nobody was contacted tomorrow. Source: plain order of events."""
    if all(contact.day <= ctx.today for contact in contacts(case)):
        return None
    return Problem("CRP-03", "The contact log has a day in the future.", "comms", hint="Correct the date.")


def other_open(case: Case, ctx: Context) -> Problem | None:
    """Another open case for the same parcel is told. Source: "one open child at most"."""
    tracking = case.text("tracking")
    same = [
        other.case_id
        for other in ctx.of_type("CRP")
        if other.case_id != case.case_id and tracking == other.text("tracking") and other.status not in FINAL_STATES
    ]
    if not same or not tracking:
        return None
    return Problem(
        "CRP-04",
        f"{', '.join(same)} is open for the same parcel.",
        "tracking",
        hint="Go on with one of them and mark the other as its duplicate.",
    )


def contact_logged(case: Case, ctx: Context) -> Problem | None:
    """A contact has an entry with day and channel. Source: decision record."""
    if contacts(case):
        return None
    return Problem(
        "CRP-05", "The contact log has no entry with day and channel.", "comms",
        hint="Write '24/11/2026 phone: what was said'.",
    )  # fmt: skip


# The decision table ---------------------------------------------------------------------------------------------


def not_compromised(case: Case, ctx: Context) -> Problem | None:
    """A broken seal, damage or a weight that is off: secured and checked, never sent again. Source: row 2."""
    if not ships(case) or not compromised(case, ctx):
        return None
    return Problem(
        "CRP-06", "The parcel is damaged, opened or off in weight and is not sent again.", "option_chosen",
        hint="Its return check and claim go on; choose 'Return and refund'.",
    )  # fmt: skip


def cancellation_respected(case: Case, ctx: Context) -> Problem | None:
    """Who cancelled gets the money, not the parcel. Source: row 3; CCR 2013 reg 34."""
    if case.text("answer") not in WANTS_MONEY or case.text("option_chosen") == RETURN:
        return None
    return Problem("CRP-07", "The customer has cancelled.", "option_chosen", hint="Choose 'Return and refund'.")


def refusal_waits(case: Case, ctx: Context) -> Problem | None:
    """A refusal without a word is ambiguous: nothing for some days, then Senior QA decides. Source: row 4."""
    answered = case.has("answer") and case.text("answer") != NO_ANSWER
    if case.text("reason_code") != "REFUSED" or answered:
        return None
    received, days = received_on(case), ctx.policy.days("carrier_return.refused_wait_days")
    if received is not None and ctx.today >= received + timedelta(days=days):
        if ctx.actor.may({Role.SENIOR_QA}):
            return None
        return Problem("CRP-08", "A refusal without a word is Senior QA's to decide.", "answer", hint="Escalate it.")
    return Problem(
        "CRP-08", f"The customer refused and said nothing; nothing is decided for {days} days.", "answer",
        hint="Contact the customer and log the answer.",
    )  # fmt: skip


def reship_confirmed(case: Case, ctx: Context) -> Problem | None:
    """A second shipment goes where the customer confirmed, when somebody is there. Source: rows 5 and 7."""
    if not ships(case) or case.text("option_chosen") == "Boutique collection" or _our_error(case):
        return None
    if case.text("answer") in {SAME_ADDRESS, NEW_ADDRESS} and case.has("window"):
        return None
    return Problem(
        "CRP-09", "The customer has not confirmed address and time.", "answer",
        hint="Fill in the answer and the delivery window.",
    )  # fmt: skip


def _our_error(case: Case) -> bool:
    return case.text("reason_code") in {"ADDRESS_WRONG", "ADDRESS_INCOMPLETE"} and case.flag("our_error") is True


def new_address_approved(case: Case, ctx: Context) -> Problem | None:
    """A new address passes every control of an address change first: the classic redirect fraud. Source: row 6."""
    corrected = case.text("reason_code") in {"ADDRESS_WRONG", "ADDRESS_INCOMPLETE"} and not _our_error(case)
    if not ships(case) or not (case.text("answer") == NEW_ADDRESS or corrected):
        return None
    passed = {"Approved", "Applied in OMS", "Label replaced", "UPS asked", "Confirmed", "Closed"}
    if any(change.status in passed and change.has("approved_by") for change in ctx.of_type("ADR")):
        return None
    return Problem(
        "CRP-10", "No approved address change was found for this order.", "linked_cases",
        hint="Open an address change and have it approved first.",
    )  # fmt: skip


def fee_right(case: Case, ctx: Context) -> Problem | None:
    """Our error is free; the customer's costs what the policy says. Source: rows 7 and 8."""
    fee = case.money("fee")
    if fee is None or not ships(case):
        return None
    ours = _our_error(case)
    due = ctx.policy.money("carrier_return.customer_error_fee")
    if (fee.amount == 0) if ours else (fee.amount <= due.amount):
        return None
    what = "Our error costs the customer nothing." if ours else f"The fee is at most {due.pretty()}."
    return Problem("CRP-11", what, "fee", hint="Clear or lower the fee.")


def third_attempt(case: Case, ctx: Context) -> Problem | None:
    """After a failed second shipment another one is Senior QA's to decide. Source: row 9."""
    if not ships(case) or case.text("option_chosen") != SHIP or ctx.actor.may({Role.SENIOR_QA}):
        return None
    if shipments_before(case, ctx) < ctx.policy.number("carrier_return.second_shipments"):
        return None
    return Problem(
        "CRP-12", "A second shipment has already failed.", "option_chosen",
        hint="Offer boutique collection or a courier, or let Senior QA decide.",
    )  # fmt: skip


def silence_counted(case: Case, ctx: Context) -> Problem | None:
    """Silence is a return only after attempts on several days and channels and some days. Source: row 10; CRA s28."""
    if case.text("answer") != NO_ANSWER:
        return None
    if case.text("option_chosen") != RETURN:
        return Problem("CRP-13", "Without an answer nothing is sent.", "option_chosen", hint="Choose a return.")
    if case.text("reason_code") == "REFUSED":
        return None  # row 4 has its own time and its own decider
    start, policy = received_on(case), ctx.policy
    log = [contact for contact in contacts(case) if start is None or contact.day >= start]
    wanted = policy.number("carrier_return.contact_attempts"), policy.number("carrier_return.contact_channels")
    have = len({contact.day for contact in log}), len({contact.channel for contact in log})
    days = policy.days("carrier_return.no_contact_days")
    if have[0] >= wanted[0] and have[1] >= wanted[1] and start and ctx.today >= start + timedelta(days=days):
        return None
    return Problem(
        "CRP-13", f"{have[0]} days and {have[1]} channels are logged since the parcel came back.", "comms",
        hint=f"It takes {wanted[0]} different days, {wanted[1]} channels and {days} days.",
    )  # fmt: skip


def nothing_against(case: Case, ctx: Context) -> Problem | None:
    """A fraud flag, a dispute or a recall stop a second shipment. Source: row 11."""
    flags = {"fraud_flag": "A fraud flag", "dispute_open": "A dispute", "recalled": "A recall"}
    found = [name for name in flags if case.flag(name)]
    if not ships(case) or not found:
        return None
    return Problem("CRP-14", f"{flags[found[0]]} stands against sending it.", found[0], hint="Press 'Escalate'.")


def carrier_rules_checked(case: Case, ctx: Context) -> Problem | None:
    """Export, protected leather, watches and jewellery: the carrier's rules are checked first. Source: row 12."""
    territory = read_postcode(case.text("postcode")).territory
    home = {Territory.MAINLAND, Territory.HIGHLANDS, Territory.SCOTTISH_ISLANDS, Territory.NONE}
    singled_out = case.text("goods_kind") in ctx.policy.items("carrier.sensitive_goods")
    special = territory not in home or bool(case.flag("cites")) or singled_out
    if not ships(case) or not (special or case.text("reason_code") == "CUSTOMS/NI") or case.has("carrier_rule_check"):
        return None
    return Problem(
        "CRP-15", "This parcel needs a check of the carrier's rules.", "carrier_rule_check",
        hint="Note who confirmed that the carrier takes it, and when.",
    )  # fmt: skip


def decider_may(case: Case, ctx: Context) -> Problem | None:
    """A coordinator decides up to the limit and to the same address, else Senior QA. Source: policy `approval`."""
    if ctx.actor.may({Role.SENIOR_QA}):
        return None
    value, limit = case.money("goods_value"), ctx.policy.money("approval.carrier_return.value_above")
    if value is not None and value.amount <= limit.amount and not (ships(case) and case.text("answer") == NEW_ADDRESS):
        return None
    return Problem(
        "CRP-16", f"Above {limit.pretty()}, without a value or to a new address Senior QA decides.", "goods_value",
        hint="Ask Senior QA.",
    )  # fmt: skip


def record_complete(case: Case, ctx: Context) -> Problem | None:
    """The decision record is whole: options, reason, evidence, the customer's words and their channel.

    Source: decision record, mandatory.
    """
    if len(case.items("options_considered")) < 2:
        return Problem(
            "CRP-17", "At least two options were considered.", "options_considered", hint="List them with ; between."
        )
    heard = case.text("answer") not in ("", NO_ANSWER)
    for name in ("answer_words", "answer_channel"):
        if heard and not case.has(name):
            return Problem("CRP-17", "What the customer said is not recorded.", name, hint="Quote it, and say where.")
    if heard or case.text("answer") == NO_ANSWER or _our_error(case) or case.text("reason_code") == "SHIPPER_RECALL":
        return None
    return Problem("CRP-17", "The customer's answer is missing.", "answer", hint="Contact the customer first.")


# The two ways on ------------------------------------------------------------------------------------------------


def decided_terms(case: Case) -> str:
    """What was decided, as one line a person can read and a later state can be compared with."""
    names = ("option_chosen", "answer", "window", "fee", "goods_value")
    return " | ".join(str(case.fields.get(name, "-")) for name in names)


def is_shipment(case: Case, ctx: Context) -> Problem | None:
    """Only a decision to send again is sent. Source: decision table."""
    return _as_decided(case) if ships(case) else _decided_otherwise(case)


def is_return(case: Case, ctx: Context) -> Problem | None:
    """Only a decision to refund is refunded. Source: decision table."""
    return _as_decided(case) if case.text("option_chosen") == RETURN else _decided_otherwise(case)


def _as_decided(case: Case) -> Problem | None:
    if case.text("decided_terms") == decided_terms(case):
        return None
    return Problem(
        "CRP-18", "The option, the answer or the value changed after the decision.", "option_chosen",
        hint="Press 'Decide' again.",
    )  # fmt: skip


def _decided_otherwise(case: Case) -> Problem:
    return Problem("CRP-18", f"The decision was '{case.text('option_chosen')}'.", "option_chosen", hint="Decide anew.")


def checked_before(case: Case, ctx: Context) -> Problem | None:
    """Goods are checked again before they are sent again. Source: row 5, "after re-QC"."""
    if case.text("qc_before_reship") == "Pass":
        return None
    return Problem(
        "CRP-19", "The goods have not passed the check before sending.", "qc_before_reship", hint="Check them again."
    )


def new_number(case: Case, ctx: Context) -> Problem | None:
    """A second shipment has a tracking number of its own. Source: decision record, old and new tracking."""
    if case.text("tracking_new") != case.text("tracking"):
        return None
    return Problem("CRP-20", "That is the old tracking number.", "tracking_new", hint="Type the new one.")


def one_child(case: Case, ctx: Context) -> Problem | None:
    """A parcel is either sent again or refunded, never both. Source: "one open child at most"."""
    found = [r.case_id for r in live_refunds(case, ctx) if r.text("order_no") == case.text("order_no")]
    if not found:
        return None
    return Problem(
        "CRP-21",
        f"{', '.join(found)} already refunds this order.",
        "linked_cases",
        hint="Go on with that refund: the goods are not sent as well.",
    )


def refund_opened(case: Case, ctx: Context) -> Problem | None:
    """A return closes when its refund exists and the customer was told in writing. Source: row 10; messages."""
    if case.status != "Return accepted":
        return None
    if not any(r.text("order_no") == case.text("order_no") for r in live_refunds(case, ctx)):
        return Problem("CRP-22", "No refund of this order was found.", "linked_cases", hint="Open or link it.")
    if any(contact.channel in {"email", "letter", "chat", "sms"} for contact in contacts(case)):
        return None
    return Problem("CRP-22", "The customer was not told in writing.", "comms", hint="Log the message.")
