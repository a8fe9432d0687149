"""How long personal values are kept, and when one may be erased.

1. Every personal field is of one retention class; what no class names is contact data. Classes are policy rows.
2. While a case is open nothing of it is erased: the work still needs it.
3. A person's request erases contact data of closed cases at once; what a law or a claim needs stays until its time.
4. The yearly run erases whatever is past its time.

Source: policy table `retention`; UK GDPR articles 5(1)(e) and 17(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.policy import Policy
from addin.logic.statute import add_months
from addin.logic.values import Role

#: Who may erase: it cannot be taken back.
ERASERS: Final = frozenset({Role.SENIOR_QA, Role.LEGAL})
#: The class of every personal field that no other class names.
CONTACT: Final = "contact"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a personal value may be erased now, and in words why or why not."""

    erase: bool
    why: str


def retention_class(policy: Policy, type_code: str, field: str) -> str:
    """The retention class of a case type's personal field."""
    named = f"{type_code}.{field}"
    for name in policy.items("retention.classes"):
        if name != CONTACT and named in policy.items(f"retention.{name}.fields"):
            return name
    return CONTACT


def kept_until(policy: Policy, name: str, closed: date) -> date:
    """The last day on which a value of this class is kept, counted from the day its case was closed."""
    return add_months(closed, policy.number(f"retention.{name}.months"))


def may_erase(case: Case, field: str, today: date, policy: Policy, *, asked: bool) -> Verdict:
    """Whether a personal value of a case may be erased; `asked` when the person themselves asks for it."""
    closed = case.instant("closed_at")
    if not case.is_final or closed is None:
        return Verdict(False, f"{case.case_id} is '{case.status}': the work still needs it")
    name = retention_class(policy, case.type, field)
    until = kept_until(policy, name, london_day(closed))
    when = f"{until:%d/%m/%Y}"
    if today > until:
        return Verdict(True, f"kept as {name} until {when}")
    if asked and name == CONTACT:
        return Verdict(True, "asked for by the person, and nothing else needs it")
    basis = policy.row(f"retention.{name}.months").note
    return Verdict(False, f"kept as {name} until {when}: {basis}")
