"""What every case owes before it is closed: a decision, its evidence and its ticket.

The ticket is one rule of all types, so it has one id. Decision and evidence differ by type: a type names those rules
under ids of its own ("OST-12"), so that a refusal says which one it was.
"""

from __future__ import annotations

from typing import Final

from addin.logic.case_type import Case, Context, Rule
from addin.logic.outcome import Problem


def _ticket_named(case: Case, ctx: Context) -> Problem | None:
    if case.has("ticket_ref") or case.has("no_ticket_why"):
        return None
    hint = "Fill in 'Ticket', or say under 'Why no ticket' why there is none."
    return Problem("COM-06", "The case names no ticket and no reason for having none.", "ticket_ref", hint=hint)


#: Every intervention is logged in the external ticket tool, or says why not: it stands in every move that closes one.
TICKETED: Final = Rule(
    "COM-06", "Every case has a ticket or says why there is none.", _ticket_named, source="Role description"
)


def evidenced(rule_id: str, what: str) -> Rule:
    """No case is closed without its evidence; `what` names it. Source: common block on closing."""

    def check(case: Case, ctx: Context) -> Problem | None:
        if case.has("evidence"):
            return None
        return Problem(rule_id, "There is no evidence on the case.", "evidence", hint=f"Name it: {what}.")

    return Rule(rule_id, "No case is closed without its evidence.", check)


def decided(rule_id: str) -> Rule:
    """No case is closed with an empty decision. Source: common block on closing."""

    def check(case: Case, ctx: Context) -> Problem | None:
        if case.has("decision"):
            return None
        return Problem(rule_id, "There is no decision on the case.", "decision", hint="Write down what was decided.")

    return Rule(rule_id, "No case is closed without its decision.", check)
