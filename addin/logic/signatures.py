"""Second signatures: who else must agree before an approver may, and that nobody signs twice.

1. A signature is a role and an account in the system field `agreed_by` ("finance f.osei").
2. One person signs once and never for their own request.
3. Signatures belong to terms (an amount, a disposition): when the terms change, they lapse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.values import Role

#: The fields a form needs to collect signatures.
SIGNATURE_FIELDS: Final = (
    Field(name="agreed_by", title="Agreed by", kind=FieldKind.LIST, system=True, width=20),
    Field(name="agreed_terms", title="Agreed to", system=True, width=20),
)


def signed(case: Case) -> Mapping[Role, str]:
    """Who signed, by role."""
    pairs = (item.partition(" ") for item in case.items("agreed_by"))
    return {Role(role): account for role, _, account in pairs}


def sign(case: Case, ctx: Context, wanted: Sequence[Role], terms: str) -> Mapping[str, Value | None]:
    """The actor's signature for the first of the wanted roles that they hold and that nobody has signed for."""
    for role in wanted:
        if role in ctx.actor.roles and role not in signed(case):
            return {"agreed_by": (*case.items("agreed_by"), f"{role.value} {ctx.actor.id}"), "agreed_terms": terms}
    return {}


def lapsed(case: Case, terms: str) -> Mapping[str, Value | None]:
    """The changes that drop signatures given for other terms."""
    if case.has("agreed_terms") and case.text("agreed_terms") != terms:
        return {"agreed_by": None, "agreed_terms": None}
    return {}


def may_sign(code: str, case: Case, ctx: Context, wanted: Sequence[Role], requester: str) -> Problem | None:
    """None when the actor may add a signature that is wanted; a problem under `code` otherwise."""
    if ctx.actor.id == requester:
        return Problem(code, f"{ctx.actor.name} asked for this and cannot agree to it.", hint="Ask somebody else.")
    if ctx.actor.id in signed(case).values():
        return Problem(code, f"{ctx.actor.name} has already agreed.", hint="A second signature is another person's.")
    if sign(case, ctx, wanted, "-"):
        return None
    missing = [role for role in wanted if role not in signed(case)]
    who = words(missing) if missing else "nobody"
    return Problem(code, f"A signature of {ctx.actor.name} is not what is missing.", hint=f"Missing: {who}.")


def unsigned(code: str, case: Case, ctx: Context, wanted: Iterable[Role]) -> Problem | None:
    """None when each wanted role has signed and none of the signers is the actor; a problem under `code` otherwise."""
    have = signed(case)
    missing = [role for role in wanted if role not in have]
    if missing:
        return Problem(
            code, f"{words(missing)} must agree first.", "agreed_by", hint="They press 'Agree' on this case."
        )
    if ctx.actor.id in have.values():
        return Problem(
            code, f"{ctx.actor.name} has already agreed and cannot also approve.", "agreed_by", hint="Ask another."
        )
    return None


def words(roles: Iterable[Role]) -> str:
    """Roles as words: "Finance and Loss prevention"."""
    return " and ".join(role.value.replace("_", " ").capitalize() for role in roles)
