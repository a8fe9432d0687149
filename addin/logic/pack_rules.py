"""Who may sign off a month-end pack, and when (domain: evidence of review, segregation of duties).

The preparer makes and signs a pack; a reviewer signs it off; then it is accepted, or returned with a reason. The
preparer does none of the other steps, and whoever reviewed a pack does not accept it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from addin.logic.outcome import Problem
from addin.logic.values import Actor, Role

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PCK-01": "Only a pack that this register made, unaltered, can be signed off.",
        "PCK-02": "The reviewer is another person than the preparer.",
        "PCK-03": "Senior QA, Finance or an auditor reviews.",
        "PCK-04": "A draft is not signed off: its month is not over.",
        "PCK-05": "A pack is accepted once; after that it can only be returned.",
        "PCK-06": "A pack is returned with a reason.",
        "PCK-07": "Whoever signed a pack off as its reviewer does not accept it as well.",
        "PCK-08": "A pack is signed off by one reviewer, once.",
    }
)
REVIEWERS: Final = frozenset({Role.SENIOR_QA, Role.FINANCE, Role.AUDITOR})


class Step(StrEnum):
    """What happens to a pack after it was made."""

    REVIEW = "review"
    ACCEPT = "accept"
    RETURN = "return"


#: What a step did, as it is told.
DONE: Final[Mapping[Step, str]] = MappingProxyType(
    {Step.REVIEW: "signed off", Step.ACCEPT: "accepted", Step.RETURN: "returned"}
)


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the journal knows of a pack: who prepared, reviewed and accepted it (accounts), and whether it is a draft.

    What was reviewed or accepted before the pack was last returned no longer counts.
    """

    preparer: str
    draft: bool
    reviewed_by: str = ""
    accepted_by: str = ""


def judge_sign_off(facts: PackFacts | None, person: Actor, reason: str, step: Step) -> Iterator[Problem]:
    """Every reason why a person may not take a step with a pack; `facts` is None for a pack nobody here made."""
    if facts is None:
        hint = "Sign off the file as it left the register; a changed or foreign one cannot be accepted."
        yield Problem("PCK-01", "This is no pack that this register made, or it was altered since.", hint=hint)
        return
    if facts.preparer == person.id:
        words = f"{person.name} prepared this pack and can neither sign it off nor accept or return it."
        yield Problem("PCK-02", words, hint="Ask another person to review it.")
    if step is Step.ACCEPT and facts.reviewed_by == person.id:
        words = f"{person.name} signed this pack off as its reviewer, and cannot accept it as well."
        yield Problem("PCK-07", words, hint="Ask the person it was made for, or another one, to accept it.")
    if not person.may(REVIEWERS):
        yield Problem("PCK-03", "Packs are reviewed by Senior QA, Finance or an auditor.", hint="Ask one of them.")
    yield from _standing(facts, reason, step)


def _standing(facts: PackFacts, reason: str, step: Step) -> Iterator[Problem]:
    again = "Return it with a reason if something is wrong with it."
    if step is Step.RETURN:
        if not reason.strip():
            yield Problem("PCK-06", "A pack is returned with a reason.", "reason", hint="Say what is to be put right.")
        return
    if facts.draft:
        yield Problem("PCK-04", "This pack is a draft: its month is not over.", hint="Make it again after the month.")
    if facts.accepted_by:
        yield Problem("PCK-05", f"This pack was accepted already by {facts.accepted_by}.", hint=again)
    elif step is Step.REVIEW and facts.reviewed_by:
        yield Problem("PCK-08", f"This pack was signed off already by {facts.reviewed_by}.", hint=again)


__all__ = ["DONE", "REVIEWERS", "RULES", "PackFacts", "Step", "judge_sign_off"]
