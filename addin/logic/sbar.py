"""Escalations that a case writes itself: situation, background, assessment and recommendation out of its own facts.

1. No personal value enters an escalation: it names the case and the order, and whoever may look finds the rest there.
2. The four parts are a beginning; whoever escalates completes them before anybody acknowledges.
"""

from __future__ import annotations

from datetime import timedelta

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, Context, Opening
from addin.logic.forms import Value
from addin.logic.values import clean_text

#: Facts of the case that an escalation repeats, so that it can be read alone.
_CARRIED = ("order_no", "tracking", "ticket_ref", "value_at_risk", "vip", "requester_team")


def blocker(case: Case, team: str, situation: str, ask: str, *, severity: str = "") -> Opening:
    """The opening of an escalation (ESC) about a case, to a team, with what is asked of it."""
    fields: dict[str, Value] = {name: case.fields[name] for name in _CARRIED if case.has(name)}
    fields |= {
        "target_team": team,
        "situation": clean_text(situation).strip(),
        "background": _background(case),
        "assessment": _assessment(case),
        "recommendation": clean_text(ask).strip(),
    }
    if wanted := severity or case.text("priority"):
        fields["priority_wanted"] = wanted
    return Opening(type="ESC", fields=fields)


def norm_and_limit(case: Case, ctx: Context) -> tuple[str, str]:
    """What would be normal for a case, and which limit it has passed; both in words, out of its own facts."""
    priority = case.text("priority") or "P4"
    hours = ctx.policy.number(f"sla.resolve_hours.{priority}")
    normal = f"A {priority} case has its next step within {hours} working hours"
    what, due = case.text("due_what"), case.instant("due")
    if what and due:
        normal += f"; here '{what}' by {due.astimezone(LONDON):%d/%m/%Y %H:%M}"
    return f"{normal}.", " ".join(_limits(case, ctx)) or "No limit is passed yet: told early."


def _limits(case: Case, ctx: Context) -> list[str]:
    found = []
    due, legal, value = case.instant("due"), case.day("legal_due"), case.money("value_at_risk")
    if due is not None and due < ctx.now:
        minutes = (ctx.now - due) // timedelta(minutes=1)
        late = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
        found.append(f"'{case.text('due_what')}' is overdue by {late}.")
    near = ctx.policy.days("priority.legal_days_high")
    if legal is not None and (legal - ctx.today).days <= near:
        found.append(f"The legal date is {(legal - ctx.today).days} days away (limit {near}).")
    high = ctx.policy.money("priority.value_high")
    if value is not None and value.currency == high.currency and value.amount >= high.amount:
        found.append(f"Goods worth {value.pretty()} (limit {high.pretty()}).")
    return found


def _background(case: Case) -> str:
    opened = case.instant("opened_at")
    since = f" since {opened.astimezone(LONDON):%d/%m/%Y %H:%M}" if opened else ""
    owner = f", owner {case.text('owner')}" if case.text("owner") else ""
    return f"{case.case_id} is open{since} and stands at '{case.status}'{owner}."


def _assessment(case: Case) -> str:
    value, legal, due = case.money("value_at_risk"), case.day("legal_due"), case.instant("due")
    parts = [
        f"Value at risk {value.pretty()}." if value else "",
        f"Legal date {legal:%d/%m/%Y}." if legal else "",
        f"Next due {due.astimezone(LONDON):%d/%m/%Y %H:%M} ({case.text('due_what')})." if due else "",
    ]
    return " ".join(part for part in parts if part) or "No value and no legal date are known so far."
