"""Stock that does not agree: blind counts by different people, a signed adjustment, and the customer who waits.

1. Who froze the stock, or reported it, knows what the system says and does not count.
2. Two people count; serialised stock has no tolerance; the adjustment is what the recount says, sign included.
3. Who approves follows from the value, and nobody approves what they counted or proposed.

Every check answers None when its rule holds. Source: business rules, stock rules.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.outcome import Problem
from addin.logic.signatures import may_sign, unsigned
from addin.logic.values import Money, Role, rounded

CAUSES: Final = (
    "MISPICK", "MISPUT", "RECEIVE_SHORT", "RECEIVE_OVER", "UNPOSTED_MOVE", "RETURN_NOT_BOOKED", "DAMAGE_NOT_BOOKED",
    "LABEL_SWAP", "SERIAL_MISMATCH", "UOM", "SYSTEM_SYNC", "3PL_ERROR", "THEFT_SUSPECTED", "COUNT_ERROR", "UNKNOWN",
)  # fmt: skip
THEFT: Final = "THEFT_SUSPECTED"


def is_serialised(case: Case) -> bool:
    """True for stock with serial numbers; where nobody has said, a serial number on the case says so."""
    known = case.flag("serialised")
    return known if known is not None else case.has("serial") or case.has("serials")


def variance(case: Case) -> int | None:
    """The last count less the system's quantity; None while one of the two is unknown."""
    counted = case.count("recount_qty")
    if counted is None:
        counted = case.count("counted_qty") if case.has("counted_by") else None
    system = case.count("system_qty")
    return counted - system if counted is not None and system is not None else None


def variance_value(case: Case) -> Money | None:
    """The variance times the unit cost, with its sign."""
    units, cost = variance(case), case.money("unit_cost")
    return rounded(cost.amount * units, cost.currency) if units is not None and cost is not None else None


def within_tolerance(case: Case, ctx: Context) -> bool:
    """True when nothing needs adjusting: no variance, or one within percentage and value, above and below apart."""
    units, value = variance(case), variance_value(case)
    if units is None or units == 0:
        return units == 0
    if is_serialised(case):
        money = ctx.policy.money("inventory.tolerance_value.serialised")
        inside = abs(units) <= ctx.policy.number("inventory.tolerance_qty.serialised")
        return inside and value is not None and abs(value.amount) <= money.amount
    side = "over" if units > 0 else "under"
    percent = ctx.policy.decimal(f"inventory.tolerance_{side}_percent.other")
    money = ctx.policy.money("inventory.tolerance_value.other")
    system = case.count("system_qty") or 0
    inside = Decimal(abs(units)) * 100 <= percent * system
    return inside and value is not None and abs(value.amount) <= money.amount


# What is typed --------------------------------------------------------------------------------------------------


def quantities_sound(case: Case, ctx: Context) -> Problem | None:
    """Quantities are whole numbers of zero or more. Source: stock validation."""
    for name in ("system_qty", "counted_qty", "recount_qty"):
        quantity = case.count(name)
        if quantity is not None and quantity < 0:
            return Problem("INV-01", "A quantity is not below zero.", name, hint="Type what was counted.")
    return None


def counts_stay(case: Case, ctx: Context) -> Problem | None:
    """A count that was recorded is never typed over: count again instead. Source: append-only adjustments."""
    for name in ("system_qty", "counted_qty", "recount_qty"):
        kept = case.count(f"{name}_kept")
        if kept is not None and case.count(name) != kept:
            return Problem("INV-02", f"{kept} was recorded and stays.", name, hint="Press 'Count again' to start anew.")
    return None


def serials_single(case: Case, ctx: Context) -> Problem | None:
    """Each serial number is listed once. Source: stock validation."""
    listed = [serial.upper() for serial in case.items("serials")]
    if len(listed) == len(set(listed)):
        return None
    return Problem("INV-03", "A serial number is listed twice.", "serials", hint="List each one once.")


def place_repeats(case: Case, ctx: Context) -> Problem | None:
    """A location that differs again soon is told. Source: policy `inventory.repeat_days`."""
    since = ctx.now - timedelta(days=ctx.policy.days("inventory.repeat_days"))
    before = [
        other.case_id
        for other in ctx.of_type("INV")
        if other.case_id != case.case_id
        and case.has("location")
        and other.text("location") == case.text("location")
        and (opened := other.instant("opened_at")) is not None
        and opened >= since
    ]
    if not before:
        return None
    return Problem("INV-04", f"{', '.join(before)} was at the same location.", "location", hint="Look for one cause.")


def no_silent_substitute(case: Case, ctx: Context) -> Problem | None:
    """A customer's article is never replaced without asking. Source: customer impact."""
    if not case.has("substitute_sku") or case.flag("substitute_agreed"):
        return None
    return Problem(
        "INV-05", "The customer has not agreed to another article.", "substitute_agreed", hint="Ask the customer first."
    )


# Counting -------------------------------------------------------------------------------------------------------


def counter_blind(case: Case, ctx: Context) -> Problem | None:
    """Who knows the system's quantity does not count. Source: blind count."""
    if ctx.actor.id not in {case.text("opened_by"), case.text("frozen_by")}:
        return None
    return Problem(
        "INV-06", f"{ctx.actor.name} has seen the system's quantity.", hint="Somebody who has not seen it counts."
    )


def counter_second(case: Case, ctx: Context) -> Problem | None:
    """The recount is another person's. Source: recount."""
    if ctx.actor.id != case.text("counted_by"):
        return None
    return Problem("INV-07", f"{ctx.actor.name} made the first count.", hint="A second person recounts.")


def recount_needed(case: Case, ctx: Context) -> Problem | None:
    """A variance is counted a second time before anything else. Source: recount."""
    if variance(case) == 0 or case.has("recounted_by"):
        return None
    return Problem("INV-08", "The variance was counted only once.", "recount_qty", hint="A second person recounts.")


def counts_agree(case: Case, ctx: Context) -> Problem | None:
    """Two counts that differ prove nothing: count again. Source: stability of counts."""
    if case.count("counted_qty") == case.count("recount_qty"):
        return None
    return Problem(
        "INV-09", f"{case.count('counted_qty')} and {case.count('recount_qty')} were counted.", "recount_qty",
        hint="Press 'Count again'.",
    )  # fmt: skip


# Proposing and approving ----------------------------------------------------------------------------------------


def sign_right(case: Case, ctx: Context) -> Problem | None:
    """The adjustment is the recount less the system's quantity, sign included. Source: stock validation."""
    found, proposed = variance(case), case.count("adjustment_qty")
    if found is None or proposed == found:
        return None
    return Problem(
        "INV-10", f"The adjustment must be {found:+d}, not {proposed}.", "adjustment_qty", hint="Correct it."
    )


def serials_listed(case: Case, ctx: Context) -> Problem | None:
    """Each missing or surplus serial number is listed. Source: stock validation."""
    found, listed = variance(case) or 0, len(case.items("serials"))
    if not is_serialised(case) or listed == abs(found):
        return None
    return Problem(
        "INV-11", f"{abs(found)} articles differ, {listed} serials are listed.", "serials", hint="List each."
    )


def customer_told(case: Case, ctx: Context) -> Problem | None:
    """Customer service hears the same day of an order that falls short. Source: decision rules."""
    if not case.items("open_orders") or case.has("cs_told_at"):
        return None
    return Problem(
        "INV-12", "Customer service was not told of the orders that fall short.", "cs_told_at",
        hint="Offer alternatives before anything is cancelled.",
    )  # fmt: skip


def movements_known(case: Case, ctx: Context) -> Problem | None:
    """Open picks and the last movements were looked at. Source: freeze step; evidence."""
    wanted = {
        "open_picks": ("The open picks of the location are not known.", "List them, or write 'none'."),
        "movements": ("The last movements of the stock are not known.", "List the last five."),
        "evidence": ("The count sheets are missing.", "Name or attach them."),
    }
    missing = next((name for name in wanted if not case.has(name)), "")
    if not missing:
        return None
    words, hint = wanted[missing]
    return Problem("INV-13", words, missing, hint=hint)


def approver_roles(case: Case, ctx: Context) -> tuple[Role, ...]:
    """Everyone who must approve, the one who presses first. Source: policy table `approval`, inventory."""
    value = variance_value(case)
    limit = ctx.policy.money("approval.inventory.senior_qa_below")
    if is_serialised(case) or value is None or abs(value.amount) >= limit.amount:
        return tuple(Role(name) for name in ctx.policy.items("approval.inventory.top_roles"))
    lead = ctx.policy.money("approval.inventory.team_lead_below")
    return (Role.COORDINATOR,) if abs(value.amount) < lead.amount else (Role.SENIOR_QA,)


def approver_may(case: Case, ctx: Context) -> Problem | None:
    """Small adjustments by a colleague, larger ones by Senior QA. Source: policy table `approval`, inventory."""
    first = approver_roles(case, ctx)[0]
    if ctx.actor.may({first, Role.SENIOR_QA}):
        return None
    return Problem("INV-14", f"{ctx.actor.name} may not approve this value.", "variance_value", hint="Ask Senior QA.")


def approver_apart(case: Case, ctx: Context) -> Problem | None:
    """Nobody approves what they counted or proposed. Source: segregation of duties."""
    if ctx.actor.id not in {case.text(name) for name in ("counted_by", "recounted_by", "proposed_by")}:
        return None
    return Problem("INV-15", f"{ctx.actor.name} counted or proposed this adjustment.", hint="Ask somebody else.")


def all_signed(case: Case, ctx: Context) -> Problem | None:
    """Large or serialised: Finance and Loss prevention agree too. Source: policy `approval.inventory.top_roles`."""
    return unsigned("INV-16", case, ctx, approver_roles(case, ctx)[1:])


def signature_wanted(case: Case, ctx: Context) -> Problem | None:
    """Only a signature that is wanted is taken, never the proposer's. Source: segregation of duties."""
    return may_sign("INV-17", case, ctx, approver_roles(case, ctx)[1:], case.text("proposed_by"))


def theft_not_unknown(case: Case, ctx: Context) -> Problem | None:
    """A suspected theft is with Security before stock is adjusted. Source: decision rules."""
    if case.text("cause") != THEFT or any(ctx.of_type("ESC")):
        return None
    return Problem("INV-18", "Security has not been told of the suspicion.", "cause", hint="Press 'Escalate'.")


def poster_apart(case: Case, ctx: Context) -> Problem | None:
    """Who approved does not post. Source: segregation of duties."""
    if ctx.actor.id != case.text("approved_by"):
        return None
    return Problem("INV-19", f"{ctx.actor.name} approved this adjustment.", hint="Somebody else posts it.")


def customers_have_a_way(case: Case, ctx: Context) -> Problem | None:
    """An order that falls short is not left open: an alternative first, then a later day. Source: customer impact."""
    if not case.items("open_orders") or case.has("customer_way"):
        return None
    words = f"Nobody has said what happens to {', '.join(case.items('open_orders')[:3])}."
    return Problem("INV-21", words, "customer_way", hint="Offer an alternative before anything is cancelled.")


def variance_posted(case: Case, ctx: Context) -> Problem | None:
    """A variance closes when it is posted; only agreement or tolerance closes without. Source: states of stock."""
    if case.status == "Posted":
        return None
    if within_tolerance(case, ctx):
        return None
    return Problem("INV-20", "The variance is not posted.", "variance", hint="Investigate and adjust it.")
