"""The weekly list of claims: what blocks each open one, who can unblock it, and by when.

1. A claim is blocked by what its next move still lacks: the same needs and rules that would refuse the press.
2. With the carrier it is blocked by the carrier, until the day from which it is chased.
3. The list is in the order of the dates; nothing that is open is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic.calendar import LONDON, london_day
from addin.logic.case_type import Case, CaseType, Context
from addin.logic.claim_figures import ClaimFigures
from addin.logic.claim_rules import DENIED, PART_PAID, nothing_left
from addin.logic.outcome import Problem
from addin.logic.values import Actor, Money, total

CARRIER: Final = "Carrier"
#: The move that comes next in each state; with the carrier there is none of ours.
_NEXT: Final = {
    "Draft": "gather", "Evidence gathering": "file", "Tracer open": "file", "UPS info requested": "answer",
}  # fmt: skip
#: Problems that another role than the mover's takes away.
_OTHERS: Final = {"UPC-15": "Senior QA", "UPC-21": "Finance", "UPC-23": "Finance", "UPC-32": "Finance"}


@dataclass(frozen=True, slots=True)
class Blocked:
    """One open claim: when it is due for what, who is to act, and each thing that stands in its way."""

    case_id: str
    claim_no: str
    order_no: str
    subtype: str
    status: str
    amount: Money | None
    due: date | None
    due_what: str
    overdue: bool
    who: str
    what: tuple[str, ...]

    def as_row(self) -> dict[str, object]:
        """The line as plain values, for JSON."""
        return {
            "case": self.case_id,
            "claim": self.claim_no,
            "order": self.order_no,
            "subtype": self.subtype,
            "status": self.status,
            "amount": str(self.amount) if self.amount else "",
            "due": self.due.isoformat() if self.due else "",
            "due_for": self.due_what,
            "overdue": self.overdue,
            "who": self.who,
            "blocked_by": list(self.what),
        }


def blocked(kind: CaseType, case: Case, ctx: Context) -> Blocked:
    """What blocks one claim now; `ctx.related` holds its related cases."""
    who, what = _obstacles(kind, case, ctx)
    due = case.instant("due")
    return Blocked(
        case.case_id,
        case.text("claim_no_own"),
        case.text("order_no"),
        case.text("subtype"),
        case.status,
        case.money("amount_claimed") or case.money("goods_value"),
        london_day(due) if due else None,
        case.text("due_what"),
        due is not None and due < ctx.now,
        who,
        tuple(what),
    )


def in_order(lines: Iterable[Blocked]) -> list[Blocked]:
    """The list as it is read: by date, what has none last."""
    return sorted(lines, key=lambda line: (line.due or date.max, line.case_id))


def _obstacles(kind: CaseType, case: Case, ctx: Context) -> tuple[str, list[str]]:
    verb = _next_move(case, ctx)
    if not verb:
        return CARRIER, [_with_carrier(case, ctx)]
    move = kind.all_moves[verb]
    ctx = replace(ctx, actor=Actor("", "Somebody", move.roles))  # what blocks it whoever looks at the list
    lacking = [f"{kind.fields[name].title} is missing." for name in move.needs if not case.has(name)]
    stops = [problem for rule in move.rules if not rule.warn and (problem := rule.check(case, ctx)) is not None]
    words = [*lacking, *(f"{problem.message} {problem.hint}".strip() for problem in stops)]
    if case.has("waiting_since"):
        words.append(f"Waits on {case.text('waiting_on')}.")
    return _who(lacking, stops), words or [f"Nothing: press '{move.label}'."]


def _who(lacking: Sequence[str], stops: Sequence[Problem]) -> str:
    others = {_OTHERS.get(problem.code, "") for problem in stops}
    named = sorted(others - {""})
    return " and ".join((["Coordinator"] if lacking or "" in others or not named else []) + named)


def _next_move(case: Case, ctx: Context) -> str:
    if case.status != "Decided":
        return _NEXT.get(case.status, "")
    decision = case.text("carrier_decision")
    lost = decision == DENIED or (decision == PART_PAID and nothing_left(case, ctx) is not None)
    return "write_off" if lost else "close"


def _with_carrier(case: Case, ctx: Context) -> str:
    since = case.instant("filed_at")
    if since is None:
        return "The carrier has not decided."
    chase = london_day(since) + timedelta(days=ctx.policy.days("claim.answer_days"))
    late = "chase it now" if chase <= ctx.today else f"chase it from {chase:%d/%m/%Y}"
    return f"The carrier has not decided; filed on {london_day(since):%d/%m/%Y}, {late}."


# As a text -------------------------------------------------------------------------------------------------------


def week_text(lines: Sequence[Blocked], now: datetime, house: str, figures: ClaimFigures) -> str:
    """The list as a text to read or to send: how claims went so far, then overdue, this week, later."""
    local = now.astimezone(LONDON)
    year, week, _ = local.isocalendar()
    head = [f"{house}: open carrier claims in week {week} of {year}, as of {local:%d/%m/%Y %H:%M}", _sums(lines)]
    head += [figures.sentence()] if figures.claims else []
    return "\n".join([*head, "", *_groups(lines, local.date())]).rstrip() + "\n"


def _sums(lines: Sequence[Blocked]) -> str:
    pounds = total(line.amount for line in lines if line.amount is not None and line.amount.currency == "GBP")
    late = sum(line.overdue for line in lines)
    return f"{len(lines)} open, {late} overdue, {pounds.pretty()} at stake."


def _groups(lines: Sequence[Blocked], today: date) -> Iterator[str]:
    sunday = today + timedelta(days=6 - today.weekday())
    groups = {
        "Overdue": [line for line in lines if line.overdue],
        "This week": [line for line in lines if not line.overdue and line.due is not None and line.due <= sunday],
        "Later": [line for line in lines if not line.overdue and (line.due is None or line.due > sunday)],
    }
    for title, members in groups.items():
        if members:
            yield f"{title} ({len(members)})"
            for line in members:
                yield from _lines(line)
            yield ""


def _lines(line: Blocked) -> Iterator[str]:
    due = f"{line.due_what} by {line.due:%d/%m/%Y}" if line.due else "no date"
    facts = (line.case_id, line.claim_no, f"order {line.order_no}" if line.order_no else "", line.subtype)
    amount = line.amount.pretty() if line.amount else ""
    yield "  " + ", ".join(one for one in (*facts, amount, line.status, due) if one)
    for number, words in enumerate(line.what):
        yield f"    {f'{line.who}:' if not number else ' ' * (len(line.who) + 1)} {words}"
