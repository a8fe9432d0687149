"""Where a case stands: what is due next, by when, and how urgent it is.

1. A deadline runs until the states its row names; a final state meets every one.
2. Priority is impact times urgency (policy table `priority`); a legal date can only raise it.
3. The service clock runs in working hours and stops only while the case waits on somebody with a stated reason;
   what passed meanwhile is added to the service date. A legal clock never stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from addin.logic.calendar import LONDON, add_working_time, working_time_between
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
        return {"due": None, "due_what": None, "sla_due": None, "legal_due": case.fields.get("legal_due")}
    running = [(instant, row) for row in kind.deadlines if (instant := _due(row, case, ctx)) is not None]
    legal = min((instant for instant, row in running if row.legal), default=None)
    priority = _priority(case, ctx, legal)
    sla = _sla_due(case, ctx, priority)
    candidates = [(instant, row.label) for instant, row in running]
    if case.has("waiting_since"):
        until = case.day("waiting_until")
        candidates += [(end_of_day(until), f"Waiting on {case.text('waiting_on')}")] if until else []
    elif sla is not None:
        candidates.append((sla, "Service level"))
    due, what = min(candidates, default=(None, None))
    return {
        "priority": priority,
        "due": due,
        "due_what": what,
        "legal_due": legal.astimezone(LONDON).date() if legal else None,
        "sla_due": sla,
    }


def _due(row: Deadline, case: Case, ctx: Context) -> datetime | None:
    if case.status in row.until:
        return None
    found = row.due(case, ctx)
    if found is None or isinstance(found, datetime):
        return found
    return end_of_day(found)


def _priority(case: Case, ctx: Context, legal: datetime | None) -> str:
    worked_out = _MATRIX[_impact(case, ctx, legal), _urgency(case, ctx, legal)]
    wanted = case.text("priority_wanted")
    if not wanted:
        return worked_out
    close = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_high"))
    return min(wanted, worked_out, key=PRIORITIES.index) if close else wanted


def _impact(case: Case, ctx: Context, legal: datetime | None) -> str:
    value = case.money("value_at_risk")
    amount = value.amount if value else 0
    close = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_high"))
    if case.flag("vip") or close or amount >= ctx.policy.money("priority.value_high").amount:
        return "high"
    near = legal is not None and legal - ctx.now <= timedelta(days=ctx.policy.days("priority.legal_days_medium"))
    return "medium" if near or amount >= ctx.policy.money("priority.value_medium").amount else "low"


def _urgency(case: Case, ctx: Context, legal: datetime | None) -> str:
    if legal is None:
        return "medium"
    left = legal - ctx.now
    if left <= timedelta(days=1):
        return "high"
    return "medium" if left <= timedelta(days=ctx.policy.days("priority.legal_days_medium")) else "low"


def _sla_due(case: Case, ctx: Context, priority: str) -> datetime | None:
    opened = case.instant("opened_at")
    if opened is None or case.has("waiting_since"):
        return case.instant("sla_due")
    given = timedelta(
        hours=ctx.policy.number(f"sla.resolve_hours.{priority}"), minutes=case.count("waited_minutes") or 0
    )
    return add_working_time(opened, given, ctx.policy.working_hours())


def worked_while_waiting(case: Case, ctx: Context) -> int:
    """The working minutes for which a case has waited, up to now; waiting that began after the service date is none."""
    since, due = case.instant("waiting_since"), case.instant("sla_due")
    before = case.count("waited_minutes") or 0
    if since is None or (due is not None and due <= since):
        return before
    return before + int(working_time_between(since, ctx.now, ctx.policy.working_hours()) / timedelta(minutes=1))
