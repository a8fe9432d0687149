"""What tests of every case type share: each move from each state it does not leave."""

from __future__ import annotations

from dataclasses import replace

from cases_kit import BY_ROLE, ctx, press

from addin.logic.case_type import Case, CaseType
from addin.logic.machine import starts


def wrong_starts(kind: CaseType) -> list[tuple[str, str]]:
    """Every pair of a type's own move and a state from which it must be refused."""
    return [(move.verb, state) for move in kind.moves for state in kind.states if state not in starts(kind, move)]


def refused_for_state(kind: CaseType, case: Case, verb: str, state: str) -> bool:
    """True when the move is refused because of the state, and the case stays as it is."""
    there = replace(case, status=state)
    role = next(role for role in sorted(kind.all_moves[verb].roles, key=str) if role in BY_ROLE)
    decision = press(kind, there, verb, ctx(role, reason="A reason"))
    codes = {problem.code for problem in decision.problems}
    return "MOVE-STATE" in codes and decision.case == there and not decision.drafts
