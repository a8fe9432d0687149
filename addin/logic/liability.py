"""What a carrier owes: which rules hold, the cap they set, what can be expected back and what stays uninsured.

1. The regime is decided first; where it is unknown, the lowest cap and the earliest deadline count.
2. The cap is kilograms gross x SDR per kilogram x pounds per SDR (a dated policy row, never a constant).
3. A declared value replaces a lower cap; it pays proven loss only and is no insurance.
4. What the customer gets is another matter: the retailer bears the risk until the consumer has the goods.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from addin.logic.calendar import Division, add_working_days
from addin.logic.statute import Regime
from addin.logic.values import Money, rounded

if TYPE_CHECKING:
    from addin.logic.policy import Policy

#: Territories whose place in the conventions is a lawyer's question.
_UNSURE: Final = frozenset({"JE", "GG", "IM", "GI"})


def regime_of(origin: str, destination: str, mode: str) -> Regime:
    """The regime of a carriage between two countries (ISO 3166) by "road" or "air"; unknown when anything is unclear.

    Within the United Kingdom, Northern Ireland included, only the carrier's terms hold: CMR (article 1) and Montreal
    (article 1) need an international carriage.
    """
    start, end = origin.strip().upper(), destination.strip().upper()
    if not start or not end or {start, end} & _UNSURE:
        return Regime.UNKNOWN
    if start == end == "GB":
        return Regime.UK_TERMS
    if start == end:
        return Regime.UNKNOWN
    return {"road": Regime.CMR, "air": Regime.MONTREAL}.get(mode.strip().lower(), Regime.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a claim can bring: the loss proven, the value declared, the cap in law, the expected sum and the gap."""

    proven: Money
    declared: Money
    cap: Money
    expected: Money
    gap: Money
    sdr_rate: Decimal
    sdr_day: date


def legal_cap(regime: Regime, kilograms: Decimal, policy: Policy) -> Money:
    """The most a carrier owes in pounds when no higher value was declared; the lowest of all for an unknown regime."""
    if regime is Regime.UNKNOWN:
        known = (r for r in Regime if r is not Regime.UNKNOWN)
        return min((legal_cap(r, kilograms, policy) for r in known), key=lambda cap: cap.amount)
    by_weight = rounded(kilograms * policy.decimal(f"claim.{regime}.sdr_per_kg") * policy.decimal("sdr.gbp"))
    if not policy.has(f"claim.{regime}.cap_shipment"):
        return by_weight
    choose = max if policy.text(f"claim.{regime}.cap_rule") == "greater" else min
    return choose(by_weight, policy.money(f"claim.{regime}.cap_shipment"), key=lambda cap: cap.amount)


def recovery(proven: Money, declared: Money | None, kilograms: Decimal, regime: Regime, policy: Policy) -> Recovery:
    """What a claim can bring: `min(proven loss, max(cap, declared value))`, and the gap that stays.

    Raises:
        ValueError: for amounts that are not in pounds, or a weight below zero.
    """
    declared = declared or Money(Decimal(0), "GBP")
    if {proven.currency, declared.currency} != {"GBP"}:
        raise ValueError("A recovery is worked out in pounds; convert the amounts first.")
    if kilograms < 0:
        raise ValueError("A weight cannot be below zero.")
    cap = legal_cap(regime, kilograms, policy)
    expected = Money(min(proven.amount, max(cap.amount, declared.amount)))
    return Recovery(
        proven, declared, cap, expected, proven - expected, policy.decimal("sdr.gbp"), policy.day("sdr.date")
    )


def file_by(event: date, legal: date | None, policy: Policy) -> date:
    """The day by which the house files: its own limit in working days after the event, or the legal day if earlier."""
    ours = add_working_days(event, policy.days("claim.file_working_days"), Division(policy.text("hours.division")))
    return min(ours, legal) if legal else ours
