"""What every case owes before it is closed: a decision, its evidence and its ticket.

A case type names these rules under ids of its own ("OST-12"), so that a refusal says which one it was.
"""

from __future__ import annotations

from addin.logic.case_type import Case, Context, Rule
from addin.logic.outcome import Problem


def ticketed(rule_id: str) -> Rule:
    """Every intervention is logged in the external ticket tool, or the case says why not. Source: role description."""

    def check(case: Case, ctx: Context) -> Problem | None:
        if case.has("ticket_ref") or case.has("no_ticket_why"):
            return None
        hint = "Fill in the ticket, or 'Why no ticket'."
        return Problem(rule_id, "There is neither a ticket nor a reason for having none.", "ticket_ref", hint=hint)

    return Rule(rule_id, "Every case has a ticket or says why there is none.", check, source="role description")


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
