"""Every refusal that a press can give reads like help: what is wrong, in which cell, and what to do.

The test presses every move of every type, from every state it leaves, on a bare case and on its sample, and reads what
stands against it. It knows no type; a new rule is held to it by being there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cases_kit import BY_ROLE, ctx, typed

from addin.logic.case_type import Case, CaseType
from addin.logic.cases import case_types
from addin.logic.machine import decide, settled, starts
from addin.logic.outcome import Problem

KINDS = list(case_types().values())


def refusals(kind: CaseType) -> Iterator[tuple[str, Problem]]:
    """Whatever stands against the moves of a type, with the move."""
    opened = {"opened_by": "a.khan", "opened_at": ctx().now}
    for fields in (opened, {**opened, **typed(kind, dict(kind.sample))}):
        for move in kind.all_moves.values():
            roles = [role for role in sorted(move.roles, key=str) if role in BY_ROLE]
            for state in sorted(starts(kind, move)):
                who = ctx(roles[0], reason="A reason")
                case = settled(kind, Case("CASE-2026-000001", kind.code, state, fields), who)
                for problem in decide(kind, case, move.verb, {}, who).problems:
                    yield f"{kind.code} {move.verb}", problem


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_refusal_reads_like_help(kind: CaseType) -> None:
    """Whole sentences with something to do, the cell by its title, and no word that only we understand."""
    found = list(refusals(kind))
    assert found
    wrong = {f"{where}: {problem.code}: {problem}" for where, problem in found if not reads_like_help(kind, problem)}
    assert wrong == set()


def reads_like_help(kind: CaseType, problem: Problem) -> bool:
    """What is wrong and what to do, told in words, with the cell where one can be filled in."""
    text, field = str(problem), kind.fields.get(problem.field)
    inner = re.sub(r"CASE-\d{4}-\d{6}", "", text)
    plain = re.search(r"\b[A-Z]{3}-\d\d\b|\bNone\b|[{}]", inner) is None
    whole = re.match(r"['A-Z0-9£]", text) is not None and text.endswith((".", "?"))
    remedy = len(re.findall(r"[.?](?:\s|$)", re.sub(r" Cell: [^.]*\.", "", text))) > 1
    placed = field is None or field.system or re.search(re.escape(field.title), text, re.I) is not None
    return remedy and plain and whole and placed and len(text) <= 600
