"""Insurance beside the carrier's liability (an all-risks policy, such as the carrier's own InsureShield).

1. It is another claim, by another way: the insurer is told at once, and chased when nobody acknowledges.
2. Its limit is the policy's insured sum; it covers what the carrier is not expected to pay, up to that sum.
3. An insured loss is not written off before the insurer was asked and has answered.

Source: regimes of carriage (all-risks policies); the insurer's claims page for the United Kingdom.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from addin.logic.calendar import Division, add_working_days
from addin.logic.case_type import Case, Context
from addin.logic.forms import Field, FieldKind
from addin.logic.outcome import Problem
from addin.logic.values import Money

FIELDS: Final = (
    Field(name="other_cover", title="Other cover", width=16, help="All-risks or InsureShield policy, if any."),
    Field(name="insured_sum", title="Insured for", kind=FieldKind.MONEY, width=11, help="The policy's limit."),
    Field(name="insurer_told", title="Insurer told", kind=FieldKind.DAY, late=True, width=11),
    Field(name="insurer_ack", title="Insurer acknowledged", kind=FieldKind.DAY, late=True, width=11),
    Field(name="insurer_ref", title="Insurer's reference", kind=FieldKind.ID, late=True, width=14),
    Field(name="insurer_answered", title="Insurer answered", kind=FieldKind.DAY, late=True, width=11),
    Field(name="insurer_paid", title="Insurer paid", kind=FieldKind.MONEY, late=True, width=11,
          help="0 when it refused."),
)  # fmt: skip


def tell_due(case: Case, ctx: Context) -> date | None:
    """The day by which the insurer is told of an insured loss. Source: policy `claim.insurance_tell_working_days`."""
    known = case.day("discovery_date") or case.day("event_date")
    if known is None or not case.has("other_cover") or case.has("insurer_told"):
        return None
    division = Division(ctx.policy.text("hours.division"))
    return add_working_days(known, ctx.policy.days("claim.insurance_tell_working_days"), division)


def chase_due(case: Case, ctx: Context) -> date | None:
    """The day on which an insurer who has not acknowledged is chased. Source: the insurer's claims page."""
    told = case.day("insurer_told")
    if told is None or case.has("insurer_ack") or case.has("insurer_answered"):
        return None
    return add_working_days(told, ctx.policy.days("claim.insurance_chase_working_days"))


def uncovered(gap: Money, case: Case) -> Money:
    """What of the gap no policy covers."""
    insured = case.money("insured_sum")
    if insured is None or not case.has("other_cover") or insured.currency != gap.currency:
        return gap
    return Money(max(gap.amount - insured.amount, Decimal(0)), gap.currency)


def insurer_asked(case: Case, ctx: Context) -> Problem | None:
    """An insured loss is not written off before the insurer answered. Source: all-risks policies; closing guards."""
    if not case.has("other_cover"):
        return None
    if not case.has("insurer_told"):
        return Problem(
            "UPC-39", f"The loss is insured ({case.text('other_cover')}), and the insurer was not told.",
            "insurer_told", hint="Tell the insurer, and enter the day.",
        )  # fmt: skip
    if case.has("insurer_answered") or case.money("insurer_paid") is not None:
        return None
    return Problem(
        "UPC-39", "The insurer has not answered.", "insurer_answered",
        hint="Chase it; enter the day of its answer and what it paid, 0 when it refused.",
    )  # fmt: skip
