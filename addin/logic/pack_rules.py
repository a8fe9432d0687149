"""Who may sign off a month-end pack, and when (domain: evidence of review, segregation of duties)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from addin.logic.outcome import Problem
from addin.logic.values import Actor, Role

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PCK-01": "Only a pack that this register made, unaltered, can be signed off.",
        "PCK-02": "The reviewer is another person than the preparer.",
        "PCK-03": "Senior QA, Finance or an auditor reviews.",
        "PCK-04": "A draft is not accepted: its month is not over.",
        "PCK-05": "A pack is accepted once; after that it can only be returned.",
        "PCK-06": "A pack is returned with a reason.",
    }
)
REVIEWERS: Final = frozenset({Role.SENIOR_QA, Role.FINANCE, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the journal knows of a pack: the account that prepared it, whether it is a draft, and who accepted it."""

    preparer: str
    draft: bool
    accepted_by: str = ""


def judge_sign_off(facts: PackFacts | None, reviewer: Actor, reason: str, *, accept: bool) -> Iterator[Problem]:
    """Every reason why a person may not accept or return a pack; `facts` is None for a pack nobody here made."""
    if facts is None:
        hint = "Sign off the file as it left the register; a changed or foreign one cannot be accepted."
        yield Problem("PCK-01", "This is no pack that this register made, or it was altered since.", hint=hint)
        return
    if facts.preparer == reviewer.id:
        yield Problem("PCK-02", "The preparer of a pack does not review it.", hint="Ask another person to review it.")
    if not reviewer.may(REVIEWERS):
        yield Problem("PCK-03", "Packs are reviewed by Senior QA, Finance or an auditor.", hint="Ask one of them.")
    if accept and facts.draft:
        yield Problem("PCK-04", "This pack is a draft: its month is not over.", hint="Make it again after the month.")
    if accept and facts.accepted_by:
        words = f"This pack was accepted already by {facts.accepted_by}."
        yield Problem("PCK-05", words, hint="Return it with a reason if something is wrong with it.")
    if not accept and not reason.strip():
        yield Problem("PCK-06", "A pack is returned with a reason.", "reason", hint="Say what is to be put right.")


__all__ = ["REVIEWERS", "RULES", "PackFacts", "judge_sign_off"]
