"""What escalates itself: a return that is still open on its tenth day goes to Senior QA without anybody asking.

It happens with every refresh, once for each return, by the same move as the button; the person at the keyboard is named
as who refreshed.
"""

from __future__ import annotations

from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.cases import case_types
from addin.logic.outcome import RowResult
from addin.service import RowRequest, Service

_RETURN: Final = "RQC"
_AGEING: Final = "ageing"
_VERB: Final = "escalate"


def escalate_old_returns(service: Service) -> tuple[RowResult, ...]:
    """Escalate the returns that are as old as the policy `return.ageing_day` says and still not decided."""
    kind = case_types()[_RETURN]
    if not service.actor.may(kind.all_moves[_VERB].roles):
        return ()
    ctx = service.context()
    late = [case for case in service.journal.cases(types=[_RETURN]) if _is_old(case, ctx)]
    if not late:
        return ()
    known = {esc.text("parent_case") for esc in service.journal.cases(types=["ESC"]) if _to_senior(esc)}
    days = ctx.policy.days("return.ageing_day")
    reason = f"Still open on day {days} after it came back: escalated by itself."
    asked = [
        RowRequest(c.case_id, reason=reason, key=f"day-{days}|{c.case_id}") for c in late if c.case_id not in known
    ]
    return service.press(_VERB, asked).rows if asked else ()


def _is_old(case: Case, ctx: Context) -> bool:
    ageing = next(row for row in case_types()[_RETURN].deadlines if row.id == _AGEING)
    due = ageing.due(case, ctx)
    return not case.is_final and case.status not in ageing.until and due is not None and due <= ctx.today


def _to_senior(escalation: Case) -> bool:
    return escalation.text("target_team") == "Senior QA" and escalation.status not in {"Cancelled", "Duplicate"}
