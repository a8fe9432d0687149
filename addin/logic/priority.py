"""Where a case stands: what is due next, by when, and how urgent it is.

1. A deadline runs until the states its row names; a final state meets every one.
2. Priority is impact times urgency (policy table `priority`); a legal date can only raise it.
3. The service clock runs in working hours and stops only while the case waits, with a stated reason, on somebody for
   whom the policy stops it; what passed meanwhile is added to the service date, which is never typed. Each wait stays
   on the case as an interval. A legal clock never stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from addin.logic.calendar import LONDON, add_working_days, add_working_time, working_time_between
from addin.logic.common_form import PRIORITIES
from addin.logic.forms import Value

if TYPE_CHECKING:
    from addin.logic.case_type import Case, CaseType, Context, Deadline

_MATRIX: Final = {
    ("high", "high"): "P1", ("high", "medium"): "P2", ("high", "low"): "P3",
    ("medium", "high"): "P2", ("medium", "medium"): "P3", ("medium", "low"): "P4",
    ("low", "high"): "P3", ("low", "medium"): "P4", ("low", "low"): "P4",
}  # fmt: skip


def end_of_day(day: date) -> datetime:
    """The last second of a calendar day in Europe/London."""
    return datetime.combine(day, time(23, 59, 59), LONDON)


def standing(kind: CaseType, case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """The system fields every case has: priority, next due instant and what for, legal date, service date."""
    if case.is_final:
        over = dict.fromkeys(("due", "due_what", "sla_due", "ack_due"))
        return {**over, "legal_due": case.fields.get("legal_due")}
    running = [(instant, row) for row in kind.deadlines if (instant := _due(row, case, ctx)) is not None]
    legal = min((instant for instant, row in running if row.legal), default=None)
    next_due = min((instant for instant, _ in running), default=None)
    priority = _priority(case, ctx, legal, next_due)
    sla = _sla_due(case, ctx, priority)
    candidates = [(instant, row.label) for instant, row in running]
    until = case.day("waiting_until") if case.has("waiting_since") else None
    if until is not None:
        candidates.append((end_of_day(until), f"Waiting on {case.text('waiting_on')}"))
    if sla is not None and not clock_stands(case, ctx):
        candidates.append((sla, "Service level"))
    due, what = min(candidates, default=(None, None))
    return {
        "priority": priority,
        "due": due,
        "due_what": what,
        "legal_due": legal.astimezone(LONDON).date() if legal else None,
        "sla_due": sla,
        "ack_due": None if case.has("owner") else _ack_due(case, ctx, priority),
    }


def _due(row: Deadline, case: Case, ctx: Context) -> datetime | None:
    if case.status in row.until:
        return None
    found = row.due(case, ctx)
    if found is None or isinstance(found, datetime):
        return found
    return end_of_day(found)


def _priority(case: Case, ctx: Context, legal: datetime | None, next_due: datetime | None) -> str:
    worked_out = _MATRIX[_impact(case, ctx, legal), _urgency(case, ctx, legal, next_due)]
    wanted = case.text("priority_wanted")
    if not wanted:
        return worked_out
    close = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_high"))
    return min(wanted, worked_out, key=PRIORITIES.index) if close else wanted


def _impact(case: Case, ctx: Context, legal: datetime | None) -> str:
    value = case.money("value_at_risk")
    amount = value.amount if value else 0
    close = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_high"))
    orders = max(case.count("orders_affected") or 0, len(case.items("open_orders")))
    many = orders > ctx.policy.number("priority.orders_high")
    grave = case.text("cause") in ctx.policy.items("priority.high_causes")
    if case.flag("vip") or close or many or grave or amount >= ctx.policy.money("priority.value_high").amount:
        return "high"
    near = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_medium"))
    waits = orders >= ctx.policy.number("priority.orders_medium")
    return "medium" if near or waits or amount >= ctx.policy.money("priority.value_medium").amount else "low"


def _urgency(case: Case, ctx: Context, legal: datetime | None, next_due: datetime | None) -> str:
    """How soon something must happen: by the law's date, by the earliest deadline of the case's own, or now.

    Without any of them it is medium: nobody knows how long the case can lie. Source: domain rules, priority matrix.
    """
    if case.flag("customer_waits"):
        return "high"
    if next_due is None:
        return "medium"
    today, soon = end_of_day(ctx.today), ctx.policy.days("priority.urgent_working_days")
    if next_due <= today or (legal is not None and legal - ctx.now <= timedelta(days=1)):
        return "high"
    near = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_medium"))
    return "medium" if near or next_due <= end_of_day(add_working_days(ctx.today, soon)) else "low"


def _ack_due(case: Case, ctx: Context, priority: str) -> datetime | None:
    """By when somebody must have taken a case that nobody owns."""
    opened = case.instant("opened_at")
    if opened is None:
        return None
    given = timedelta(minutes=ctx.policy.number(f"sla.ack_minutes.{priority}"))
    return add_working_time(opened, given, ctx.policy.working_hours())


def _sla_due(case: Case, ctx: Context, priority: str) -> datetime | None:
    opened = case.instant("opened_at")
    if opened is None or clock_stands(case, ctx):
        return case.instant("sla_due")
    given = timedelta(
        hours=ctx.policy.number(f"sla.resolve_hours.{priority}"), minutes=case.count("waited_minutes") or 0
    )
    return add_working_time(opened, given, ctx.policy.working_hours())


def clock_stands(case: Case, ctx: Context) -> bool:
    """True while a case waits on somebody for whom the service clock stops (policy `sla.pauses_for`)."""
    whom = case.text("waiting_on").casefold()
    return case.has("waiting_since") and whom in {name.casefold() for name in ctx.policy.items("sla.pauses_for")}


def in_time(case: Case, ctx: Context) -> bool | None:
    """Whether a case that ends now keeps its service date; while its clock stands, what counts is when it stopped."""
    due = case.instant("sla_due")
    if due is None:
        return None
    stopped = case.instant("waiting_since") if clock_stands(case, ctx) else None
    return (stopped or ctx.now) <= due


def worked_while_waiting(case: Case, ctx: Context) -> int:
    """The working minutes a case's waits took off its service clock, up to now.

    A wait on anybody else, or one that began after the service date, takes off none.
    """
    return (case.count("waited_minutes") or 0) + _counted(case, ctx)


def _counted(case: Case, ctx: Context) -> int:
    since, due = case.instant("waiting_since"), case.instant("sla_due")
    if since is None or not clock_stands(case, ctx) or (due is not None and due <= since):
        return 0
    return int(working_time_between(since, ctx.now, ctx.policy.working_hours()) / timedelta(minutes=1))


def pause_words(case: Case, ctx: Context) -> str:
    """A wait that ends now, as one line: from, to, on whom, what it counted and why."""
    since = case.instant("waiting_since") or ctx.now
    first, last = since.astimezone(LONDON), ctx.now.astimezone(LONDON)
    counted = _counted(case, ctx)
    clock = f"{counted} min off the clock" if counted else "the clock ran on"
    why = case.text("waiting_why").replace(";", ",")
    return f"{first:%d/%m/%Y %H:%M} to {last:%d/%m/%Y %H:%M} on {case.text('waiting_on')}, {clock}: {why or '-'}"
