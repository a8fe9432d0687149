"""The risk score of an address change, and who has to approve it.

1. The score is worked out from facts on the form and never typed; its weights are rows of the policy (`address_risk`).
2. Its thresholds give a level of approval; a parcel that has left adds to it (`address_level`).
3. A fact that is not known adds nothing, so the facts have to be known before anybody verifies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from addin.logic.address_terms import OPEN_PLACES, place_kind, surname
from addin.logic.case_type import Case, Context
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.order_terms import is_despatched
from addin.logic.outcome import Problem
from addin.logic.postcode import Territory, read_postcode

#: Who approves, from the lowest level.
LEVELS: Final = ("Coordinator", "Second coordinator", "Senior QA and fraud team")


def risks(case: Case, ctx: Context) -> Iterator[tuple[str, str]]:
    """What raises the risk, as (policy key of the weight, words). Source: domain rules of redirect fraud."""
    yield from _value_risks(case, ctx)
    yield from _place_risks(case)
    goods = case.text("goods_kind")
    facts = (
        (case.flag("first_order") is True, "guest_or_first", "guest or first order"),
        (case.text("asked_through") not in ("", "Account login"), "chat_relay", "not asked through the account"),
        (_person_changed(case), "name_or_phone", "surname or phone changed"),
        (_rushed(case, ctx), "changed_twice", "changed before, or just before despatch"),
        (case.flag("billing_is_new") is False, "billing_differs", "not the billing address"),
        (case.text("payment_checks") == "Failed or absent", "no_card_check", "payment checks failed or absent"),
        (goods in ctx.policy.items("carrier.sensitive_goods"), "sensitive_goods", f"{goods.lower()}: sought after"),
        (case.flag("previous_claim") is True, "previous_claim", "an earlier claim"),
    )
    yield from ((f"address_risk.{key}", words) for holds, key, words in facts if holds)


def _value_risks(case: Case, ctx: Context) -> Iterator[tuple[str, str]]:
    value = case.money("order_value")
    if value is None:
        return
    if value.amount >= ctx.policy.money("address_level.very_high_value").amount:
        yield "address_risk.very_high_value", f"order of {value.pretty()}"
    elif value.amount >= ctx.policy.money("address_level.high_value").amount:
        yield "address_risk.high_value", f"order of {value.pretty()}"


def _place_risks(case: Case) -> Iterator[tuple[str, str]]:
    old, new = read_postcode(case.text("postcode_old")), read_postcode(case.text("postcode"))
    if old.ok and new.ok and _land(old.territory) != _land(new.territory):
        yield "address_risk.other_territory", f"from {_land(old.territory)} to {_land(new.territory)}"
    elif old.ok and new.ok and old.area != new.area:
        yield "address_risk.other_area", f"another postcode area ({old.area} to {new.area})"
    kind = case.text("place") if case.text("place") in OPEN_PLACES else place_kind(new_words(case))
    if kind in OPEN_PLACES:
        yield "address_risk.forwarder", f"{kind[0].lower()}{kind[1:]}" if kind != "PO box" else kind


def _land(territory: Territory) -> str:
    """Highlands and islands are Great Britain when it comes to fraud; only carriers treat them apart."""
    british = (Territory.MAINLAND, Territory.HIGHLANDS, Territory.SCOTTISH_ISLANDS)
    return "Great Britain" if territory in british else str(territory)


def new_words(case: Case) -> str:
    """The new address with the name of its house, as far as there is one."""
    return f"{case.text('premises_new')}\n{case.text('address_new')}"


def _person_changed(case: Case) -> bool:
    old, new = surname(case.text("recipient_old")), surname(case.text("recipient"))
    return case.flag("phone_changed") is True or bool(old and new and old != new)


def _rushed(case: Case, ctx: Context) -> bool:
    """True for a second change of one order, or one asked for within the policy's hours before despatch."""
    if any(_counts(other) and other.case_id != case.case_id for other in ctx.of_type("ADR")):
        return True
    asked, leaves = case.instant("happened_at") or case.instant("opened_at"), case.instant("despatch_planned")
    if asked is None or leaves is None:
        return False
    return leaves - asked < timedelta(hours=ctx.policy.number("address_level.twice_hours"))


def _counts(other: Case) -> bool:
    """True for a change that was approved and neither refused nor cancelled since."""
    return other.has("approved_by") and not other.has("refusal") and other.status not in (CANCELLED, DUPLICATE)


def level_of(case: Case, score: int, ctx: Context) -> int:
    """1 coordinator, 2 second coordinator, 3 Senior QA with the fraud team; one more once despatched.

    A parcel that has left with goods of value needs the highest level whatever its score. Source: approval of address
    changes, policy `address_level`.
    """
    level, gone, worth = 1, is_despatched(case.text("order_stage")), case.money("order_value")
    if gone and worth is not None and worth.amount >= ctx.policy.money("address_level.after_despatch_value").amount:
        return len(LEVELS)
    if score >= ctx.policy.number("address_level.senior_qa"):
        level = 3
    elif score >= ctx.policy.number("address_level.second_approver"):
        level = 2
    return min(len(LEVELS), level + (ctx.policy.number("address_level.after_despatch_adds") if gone else 0))


def needed_level(case: Case) -> int:
    """The level of approval a case needs, 1 to 3; the highest while it is not known."""
    wanted = case.text("approver_needed")
    return LEVELS.index(wanted) + 1 if wanted in LEVELS else len(LEVELS)


# Rules of redirect fraud --------------------------------------------------------------------------------------------


def screened_anew(case: Case, ctx: Context) -> Problem | None:
    """The order passes the fraud screen with its new address, not only with its old one. Source: redirect fraud."""
    if case.text("order_screen") != "Failed":
        return None
    words = "The order failed the fraud screen with its new address."
    return Problem("ADR-28", words, "order_screen", hint="Send it back, or refuse it as a fraud risk.")


def number_came_along(case: Case, ctx: Context) -> Problem | None:
    """A number that came with the request is told when it is filled in as the one on file. Source: redirect fraud."""
    number, message = (re.sub(r"\D", "", case.text(name)) for name in ("phone_on_file", "chat_text"))
    if len(number) < 9 or number[-9:] not in message:
        return None
    words = "That number stands in the message itself."
    return Problem("ADR-27", words, "phone_on_file", hint="Take the number from the order system; call only that one.")
