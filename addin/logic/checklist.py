"""A fixed checklist: the same lines for every piece, each answered yes, no or na, so that no opinion decides.

The lines are rows of the policy and change together with `qc.checklist_version`. An inspection begins with all of them
on the case, unanswered. Source: grading by a fixed checklist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.outcome import Problem

RETURNED: Final = "qc.checklist"
OUTBOUND: Final = "qc.checklist_outbound"
_ANSWERS: Final = ("yes", "no", "na")
_TOLD: Final = 5


def to_answer(case: Case, ctx: Context, row: str) -> tuple[str, ...]:
    """The list as it stands on the case, or every line of a policy row without its answer: "stitching:"."""
    return case.items("checklist") or tuple(f"{line}:" for line in ctx.policy.items(row))


def answers(items: Iterable[str]) -> Mapping[str, str]:
    """The answered lines: yes, no or na by line; whatever follows the answer is a remark."""
    found = {}
    for item in items:
        line, _, said = item.partition(":")
        word = (said.split() or [""])[0].casefold().strip(".,;")
        if word in _ANSWERS:
            found[line.strip().casefold()] = word
    return found


def unanswered(rule_id: str, case: Case, ctx: Context, row: str) -> Problem | None:
    """What a checklist still lacks, named line by line."""
    answered = answers(case.items("checklist"))
    missing = [line for line in ctx.policy.items(row) if line.casefold() not in answered]
    if not missing:
        return None
    more = f" and {len(missing) - _TOLD} more" if len(missing) > _TOLD + 1 else ""
    named = ", ".join(missing[:_TOLD] if more else missing)
    hint = "Write each line under 'Checklist' as 'box: yes' (or no, na), with ; between."
    return Problem(rule_id, f"The checklist has no answer for: {named}{more}.", "checklist", hint=hint)


def refused_lines(case: Case) -> list[str]:
    """The lines that were answered with no."""
    return [line for line, answer in answers(case.items("checklist")).items() if answer == "no"]
