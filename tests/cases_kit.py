"""A small kit for tests of case types: people, a fixed clock, typed texts in, decisions out."""

from __future__ import annotations

from datetime import UTC, datetime

from addin.logic.case_type import Case, CaseType, Context
from addin.logic.machine import Decision, decide, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Actor, Role

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

PEOPLE = {
    actor.id: actor
    for actor in (
        Actor("a.khan", "Amira Khan", frozenset({Role.COORDINATOR})),
        Actor("b.lowe", "Ben Lowe", frozenset({Role.COORDINATOR})),
        Actor("q.reid", "Quinn Reid", frozenset({Role.QC})),
        Actor("s.moreau", "Sylvie Moreau", frozenset({Role.SENIOR_QA})),
        Actor("f.osei", "Femi Osei", frozenset({Role.FINANCE})),
        Actor("c.adler", "Cora Adler", frozenset({Role.SECURITY})),
        Actor("l.pike", "Lee Pike", frozenset({Role.LOSS_PREVENTION})),
        Actor("j.ward", "Jo Ward", frozenset({Role.LEGAL})),
        Actor("x.audit", "Xan Tull", frozenset({Role.AUDITOR})),
    )
}
BY_ROLE = {
    Role.COORDINATOR: "a.khan",
    Role.QC: "q.reid",
    Role.SENIOR_QA: "s.moreau",
    Role.FINANCE: "f.osei",
    Role.SECURITY: "c.adler",
    Role.LOSS_PREVENTION: "l.pike",
    Role.LEGAL: "j.ward",
    Role.AUDITOR: "x.audit",
}


def ctx(
    who: str | Role = "a.khan",
    *,
    now: datetime = NOW,
    reason: str = "",
    related: tuple[Case, ...] = (),
) -> Context:
    """The surroundings of a decision: somebody by account or role, an instant, a reason, related cases."""
    account = BY_ROLE[who] if isinstance(who, Role) else who
    return Context(PEOPLE[account], now, DEFAULT_POLICY, reason, related, PEOPLE)


def typed(kind: CaseType, texts: dict[str, object]) -> dict[str, object]:
    """Typed texts as field values; a text the field refuses fails the test."""
    values = {}
    for name, text in texts.items():
        value, problem = kind.fields[name].read(text)
        assert problem is None or problem.warn, problem
        values[name] = value
    return values


def open_(kind: CaseType, context: Context | None = None, **texts: object) -> Case:
    """A new case out of typed texts; must succeed."""
    decision = open_case(kind, "CASE-2026-000001", typed(kind, texts), context or ctx())
    assert decision.ok, decision.problems
    return decision.case


def press(kind: CaseType, case: Case, verb: str, context: Context | None = None, **texts: object) -> Decision:
    """Press a move after typing texts."""
    return decide(kind, case, verb, typed(kind, texts), context or ctx())


def done(kind: CaseType, case: Case, verb: str, context: Context | None = None, **texts: object) -> Case:
    """Press a move that must succeed; answers the case after it."""
    decision = press(kind, case, verb, context, **texts)
    assert decision.ok, [str(problem) for problem in decision.problems]
    return decision.case


def refusal(kind: CaseType, case: Case, verb: str, context: Context | None = None, **texts: object) -> set[str]:
    """The codes of the problems that forbid a move; must be refused."""
    decision = press(kind, case, verb, context, **texts)
    assert not decision.ok, "the move was allowed"
    return {problem.code for problem in decision.problems}
