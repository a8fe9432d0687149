"""INV: stock that does not agree with the system, from the frozen location to the posted adjustment.

The system's quantity is no column of the queue sheet, so that a counter does not read it there; who reported or froze
the stock does not count it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic import stock_rules as check
from addin.logic.calendar import add_working_days, add_working_time, london_day, previous_working_day
from addin.logic.case_type import WORKING, Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.reopening import CLOSED_FROM, ENDINGS
from addin.logic.sbar import blocker
from addin.logic.signatures import SIGNATURE_FIELDS, lapsed, sign
from addin.logic.statute import add_months
from addin.logic.values import Money, Role

REPORTED: Final = "Reported"
FROZEN: Final = "Frozen"
COUNTED: Final = "Counted"
RECOUNTED: Final = "Recounted"
INVESTIGATING: Final = "Investigating"
PROPOSED: Final = "Adjustment proposed"
APPROVED: Final = "Approved"
POSTED: Final = "Posted"
HANDLERS: Final = frozenset({Role.COORDINATOR, Role.QC, Role.SENIOR_QA})
_AFTER_FREEZE: Final = frozenset({FROZEN, COUNTED, RECOUNTED, INVESTIGATING, PROPOSED, APPROVED, POSTED})

_ID, _MONEY, _LIST, _COUNT = FieldKind.ID, FieldKind.MONEY, FieldKind.LIST, FieldKind.COUNT
_INSTANT, _CHOICE, _FLAG = FieldKind.INSTANT, FieldKind.CHOICE, FieldKind.FLAG

FORM: Final = (
    Field(name="sku", title="SKU", kind=_ID, queue=True, width=14),
    Field(name="location", title="Location", kind=_ID, queue=True, width=12),
    Field(name="serialised", title="Serialised", kind=_FLAG, width=9),
    Field(name="serial", title="Serial", kind=_ID, width=14),
    Field(name="serials", title="Serials that differ", kind=_LIST, width=20, help="Each missing or surplus one."),
    Field(name="system_qty", title="System quantity", kind=_COUNT, width=9, help="Not for the counters."),
    Field(name="unit_cost", title="Unit cost", kind=_MONEY, width=11),
    Field(name="goods_value", title="Goods value", kind=_MONEY, width=12),
    Field(name="open_picks", title="Open picks", kind=_LIST, width=16),
    Field(name="open_orders", title="Orders that fall short", kind=_LIST, late=True, queue=True, width=18),
    Field(name="movements", title="Last movements", kind=_LIST, late=True, width=28, help="The last five."),
    Field(name="lock_ref", title="Lock", kind=_ID, width=12, help="Reference of the locked location."),
    Field(name="frozen_by", title="Frozen by", kind=_ID, system=True),
    Field(name="frozen_at", title="Frozen", kind=_INSTANT, system=True, width=16),
    Field(name="reported_qty", title="Reported quantity", kind=_COUNT, system=True),
    Field(name="system_qty_kept", title="System quantity kept", kind=_COUNT, system=True),
    Field(name="counted_qty", title="Counted", kind=_COUNT, queue=True, width=8),
    Field(name="counted_by", title="Counted by", kind=_ID, system=True),
    Field(name="counted_at", title="Counted at", kind=_INSTANT, system=True, width=16),
    Field(name="counted_qty_kept", title="Count kept", kind=_COUNT, system=True),
    Field(name="recount_qty", title="Recounted", kind=_COUNT, queue=True, width=8),
    Field(name="recounted_by", title="Recounted by", kind=_ID, system=True),
    Field(name="recounted_at", title="Recounted at", kind=_INSTANT, system=True, width=16),
    Field(name="recount_qty_kept", title="Recount kept", kind=_COUNT, system=True),
    Field(name="variance", title="Variance", kind=_COUNT, system=True, width=8),
    Field(name="variance_value", title="Variance value", kind=_MONEY, system=True, queue=True, width=12),
    Field(name="cause", title="Cause", kind=_CHOICE, choices=check.CAUSES, listed="inventory.causes", queue=True,
          width=18),
    Field(name="cctv_ref", title="CCTV reference", kind=_ID, late=True),
    Field(name="cs_told_at", title="Customer service told", kind=_INSTANT, late=True, width=16),
    Field(name="customer_way", title="For the customer", kind=_CHOICE, late=True, width=16,
          choices=("Alternative offered", "Later delivery", "Cancelled by the customer")),
    Field(name="substitute_sku", title="Other article", kind=_ID, late=True, width=14),
    Field(name="substitute_agreed", title="Customer agreed", kind=_FLAG, late=True, width=9),
    Field(name="adjustment_qty", title="Adjustment", kind=_COUNT, width=10, help="Recount less system, with its sign."),
    Field(name="proposed_by", title="Proposed by", kind=_ID, system=True),
    *SIGNATURE_FIELDS,
    Field(name="approved_by", title="Approved by", kind=_ID, system=True, width=12),
    Field(name="approved_at", title="Approved", kind=_INSTANT, system=True, width=16),
    Field(name="adjustment_ref", title="Adjustment no.", kind=_ID, late=True, width=14),
    Field(name="posted_by", title="Posted by", kind=_ID, system=True),
    Field(name="posted_at", title="Posted", kind=_INSTANT, system=True, width=16),
    CLOSED_FROM,
    Field(name="value_at_risk", title="Value at risk", kind=_MONEY, system=True, width=12),
)  # fmt: skip


def derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The computed fields: variance in units and value; signatures lapse when either changes."""
    units, value = check.variance(case), check.variance_value(case)
    at_risk = Money(abs(value.amount), value.currency) if value else case.money("goods_value")
    return {
        "variance": units,
        "variance_value": value,
        "value_at_risk": at_risk or case.money("value_at_risk"),
        **lapsed(case, _terms(case)),
    }


def _terms(case: Case) -> str:
    return f"{check.variance(case)} x {case.text('sku')}, {check.variance_value(case) or '-'}"


def _frozen(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    # What the report says was counted is no blind count: it is kept apart, and the counters begin with an empty cell.
    return {
        "frozen_by": ctx.actor.id, "frozen_at": ctx.now, "system_qty_kept": case.count("system_qty"),
        "reported_qty": case.count("counted_qty"), "counted_qty": None,
    }  # fmt: skip


def _counted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"counted_by": ctx.actor.id, "counted_at": ctx.now, "counted_qty_kept": case.count("counted_qty")}


def _recounted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"recounted_by": ctx.actor.id, "recounted_at": ctx.now, "recount_qty_kept": case.count("recount_qty")}


def _afresh(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = ("counted", "recounted")
    kept = ("counted_qty", "recount_qty", "counted_qty_kept", "recount_qty_kept", "adjustment_qty", "proposed_by")
    people = (f"{name}_{part}" for name in names for part in ("by", "at"))
    return dict.fromkeys((*kept, *people, "agreed_by", "agreed_terms"))


def _proposed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"proposed_by": ctx.actor.id}


def _agreed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return sign(case, ctx, check.approver_roles(case, ctx)[1:], _terms(case))


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    decision = f"Adjust by {case.count('adjustment_qty')}: {case.text('cause')}. {ctx.reason}".strip()
    return {
        "approved_by": ctx.actor.id, "approved_at": ctx.now, "decision": decision, "decision_by": ctx.actor.id,
        "decision_at": ctx.now,
    }  # fmt: skip


def _posted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"posted_by": ctx.actor.id, "posted_at": ctx.now}


def _closed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    if case.has("decision"):
        return {}
    words = f"Count agrees with the system. {ctx.reason}".strip()
    return {"decision": words, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _escalated(case: Case, ctx: Context) -> Sequence[Opening]:
    """A suspicion goes to Security, everything else to Senior QA; the words name no person."""
    theft = case.text("cause") == check.THEFT
    words = f"Stock of {case.text('sku')} at {case.text('location')} differs by {check.variance(case)}. {ctx.reason}"
    ask = "Investigate quietly; nothing more in chat." if theft else "Decide how the difference is handled."
    return (blocker(case, "Security" if theft else "Senior QA", words, ask, severity="P1" if theft else ""),)


def _suspicion(case: Case, ctx: Context) -> Sequence[Opening]:
    return _escalated(case, ctx) if case.text("cause") == check.THEFT and not ctx.of_type("ESC") else ()


def _freeze_due(case: Case, ctx: Context) -> datetime | None:
    opened = case.instant("opened_at")
    minutes = timedelta(minutes=ctx.policy.number("inventory.freeze_minutes"))
    return add_working_time(opened, minutes, ctx.policy.working_hours()) if opened else None


def _recount_due(case: Case, ctx: Context) -> datetime | None:
    counted = case.instant("counted_at")
    return counted + timedelta(hours=ctx.policy.number("inventory.recount_hours")) if counted else None


def _decide_due(case: Case, ctx: Context) -> date | None:
    opened = case.instant("opened_at")
    return add_working_days(london_day(opened), ctx.policy.days("inventory.decide_days")) if opened else None


def _month_end(case: Case, ctx: Context) -> date | None:
    opened = case.instant("opened_at")
    if opened is None:
        return None
    first = london_day(opened).replace(day=1)
    return previous_working_day(add_months(first, 1) - timedelta(days=1))


def _customer_due(case: Case, ctx: Context) -> date | None:
    opened = case.instant("opened_at")
    waits = case.items("open_orders") and not case.has("cs_told_at")
    return london_day(opened) if opened and waits else None


_CUSTOMER: Final = Rule("INV-12", "Customer service hears of orders that fall short.", check.customer_told,
                        source="Decision rules")  # fmt: skip

MOVES: Final = (
    Move(verb="freeze", label="Freeze", start=frozenset({REPORTED}), to=FROZEN, event="stock.frozen.v1",
         says="{actor} froze {location} for {case}", roles=HANDLERS,
         needs=("sku", "location", "system_qty", "lock_ref"), sets=_frozen),
    Move(verb="count", label="Count", start=frozenset({FROZEN}), to=COUNTED, event="stock.counted.v1",
         says="{actor} counted {counted_qty} for {case}, blind", roles=HANDLERS, needs=("counted_qty",), sets=_counted,
         rules=(Rule("INV-06", "Who knows the system's quantity does not count.", check.counter_blind,
                     source="Blind count"),)),
    Move(verb="recount", label="Recount", start=frozenset({COUNTED}), to=RECOUNTED, event="stock.recounted.v1",
         says="{actor} recounted {recount_qty} for {case}", roles=HANDLERS, needs=("recount_qty",), sets=_recounted,
         rules=(Rule("INV-06", "Who knows the system's quantity does not count.", check.counter_blind,
                     source="Blind count"),
                Rule("INV-07", "The recount is another person's.", check.counter_second, source="Recount"))),
    Move(verb="investigate", label="Investigate", start=frozenset({RECOUNTED}), to=INVESTIGATING,
         event="stock.investigated.v1", says="{actor} investigates {case}", roles=HANDLERS, opens=_suspicion,
         rules=(Rule("INV-09", "Two counts that differ are counted again.", check.counts_agree, source="Recount"),)),
    Move(verb="propose", label="Propose", start=frozenset({INVESTIGATING}), to=PROPOSED, event="stock.proposed.v1",
         says="{actor} proposed to adjust {sku} by {adjustment_qty} ({cause})", roles=HANDLERS,
         needs=("adjustment_qty", "cause", "unit_cost"), sets=_proposed,
         rules=(Rule("INV-08", "A variance is counted twice.", check.recount_needed, source="Recount"),
                Rule("INV-09", "Two counts that differ are counted again.", check.counts_agree, source="Recount"),
                Rule("INV-10", "The adjustment is recount less system.", check.sign_right, source="Stock validation"),
                Rule("INV-11", "Each serial that differs is listed.", check.serials_listed, source="Stock validation"),
                Rule("INV-13", "Open picks, movements and sheets are there.", check.movements_known, source="Evidence"),
                Rule("INV-18", "Security knows of a suspicion.", check.theft_not_unknown, source="Decision rules"),
                _CUSTOMER)),
    Move(verb="reject", label="Count again", start=frozenset({RECOUNTED, INVESTIGATING, PROPOSED}), to=FROZEN,
         event="stock.rejected.v1", says="{actor} sent {case} back to be counted again", roles=HANDLERS, reason=True,
         sets=_afresh),
    Move(verb="agree", label="Agree", start=frozenset({PROPOSED}), to="", event="stock.agreed.v1",
         says="{actor} agreed to adjust {agreed_terms}", roles=frozenset({Role.FINANCE, Role.LOSS_PREVENTION}),
         sets=_agreed,
         rules=(Rule("INV-17", "Only a signature that is wanted is taken.", check.signature_wanted,
                     source="Segregation"),)),
    Move(verb="approve", label="Approve", start=frozenset({PROPOSED}), to=APPROVED, event="stock.approved.v1",
         says="{actor} approved the adjustment of {case}: {adjustment_qty} ({variance_value})",
         roles=frozenset({Role.COORDINATOR, Role.SENIOR_QA}), sets=_approved,
         rules=(Rule("INV-10", "The adjustment is recount less system.", check.sign_right, source="Stock validation"),
                Rule("INV-11", "Each serial that differs is listed.", check.serials_listed, source="Stock validation"),
                Rule("INV-14", "Who may approve depends on the value.", check.approver_may, source="Policy"),
                Rule("INV-15", "Nobody approves what they counted or proposed.", check.approver_apart,
                     source="Segregation"),
                Rule("INV-16", "Large or serialised: Finance and Loss prevention agree.", check.all_signed,
                     source="Policy"))),
    Move(verb="post", label="Post", start=frozenset({APPROVED}), to=POSTED, event="stock.posted.v1",
         says="{actor} posted {adjustment_ref} for {case}",
         roles=frozenset({Role.COORDINATOR, Role.SENIOR_QA, Role.FINANCE}), needs=("adjustment_ref",), sets=_posted,
         rules=(Rule("INV-19", "Who approved does not post.", check.poster_apart, source="Segregation"),),
         lasting="the adjustment is posted in the stock system."),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="stock.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalated),
    Move(verb="close", label="Close", start=frozenset({COUNTED, RECOUNTED, POSTED}), to=CLOSED, back="closed_from",
         event="stock.closed.v1", says="{actor} closed {case}: {decision}", roles=HANDLERS, sets=_closed,
         rules=(Rule("INV-08", "A variance is counted twice.", check.recount_needed, source="Recount"),
                Rule("INV-20", "A variance is posted before it closes.", check.variance_posted, source="Stock states"),
                _CUSTOMER,
                Rule("INV-21", "Every order that falls short has a way for its customer.", check.customers_have_a_way,
                     source="Customer impact"),
                TICKETED)),
    *ENDINGS,
)  # fmt: skip

CASE: Final = CaseType(
    code="INV",
    name="Inventory discrepancy",
    family="stock",
    sheet="Stock",
    form=FORM,
    states=(REPORTED, FROZEN, COUNTED, RECOUNTED, INVESTIGATING, PROPOSED, APPROVED, POSTED, CLOSED),
    moves=MOVES,
    openers=WORKING,
    rules=(
        Rule("INV-01", "Quantities are zero or more.", check.quantities_sound, source="Stock validation"),
        Rule("INV-02", "A recorded count stays.", check.counts_stay, source="Append-only adjustments"),
        Rule("INV-03", "A serial is listed once.", check.serials_single, source="Stock validation"),
        Rule("INV-04", "A location that differs again is told.", check.place_repeats, warn=True, source="Policy"),
        Rule("INV-05", "Nothing is substituted silently.", check.no_silent_substitute, source="Customer impact"),
    ),
    deadlines=(
        Deadline(id="freeze", label="Freeze the location", due=_freeze_due, until=_AFTER_FREEZE, source="Policy"),
        Deadline(id="recount", label="Recount", due=_recount_due, source="Policy",
                 until=_AFTER_FREEZE - {FROZEN, COUNTED}),
        Deadline(id="customer", label="Tell Customer service", due=_customer_due, source="Decision rules"),
        Deadline(id="decide", label="Decide the difference", due=_decide_due, source="Policy",
                 until=frozenset({APPROVED, POSTED})),
        Deadline(id="month_end", label="Post before month end", due=_month_end, source="Cut-off",
                 until=frozenset({POSTED})),
    ),
    frozen_from=frozenset({APPROVED, POSTED}),
    derive=derive,
    messages=("stock.order_hit",),
    sample={
        "order_no": "4000123456", "sku": "BAG-0117", "location": "B-12-04", "serialised": "No", "system_qty": "5",
        "unit_cost": "40.00",
    },
)  # fmt: skip
