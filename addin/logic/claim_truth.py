"""What would make a letter about a claim untrue: words without their proof, amounts that contradict each other.

A letter is held to what the register knows on the day it is written. Its template says what its words rely on; the rest
holds for every letter that leaves the house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.claim_purposes import CLAIM, WRITE_OFF
from addin.logic.claim_rules import WITH_CARRIER, goods_covered
from addin.logic.claim_terms import is_proved
from addin.logic.claim_tracks import owner_of_label, refunds_of, still_gone
from addin.logic.order_terms import is_ups
from addin.logic.outcome import Problem

#: The rules of letters by id; tests are marked with them.
RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "LTR-01": "What the words of a letter rest on is on file before it is made.",
        "LTR-02": "A letter to UPS is about a parcel that UPS carried.",
        "LTR-03": "A letter says that the customer was refunded once the money is there.",
        "LTR-04": "A period is cited only where law or contract sets one, from a row that somebody verified.",
        "LTR-05": "What a letter calls enclosed is in its set, and the other way round.",
        "LTR-06": "Days and amounts of a letter are worked out, and they agree with each other.",
        "LTR-07": "Letter numbers have no gap; a letter made again is its next version and nothing is written over.",
        "LTR-08": "What a letter lacks stops that letter alone, and says where it belongs.",
    }
)

#: States of a refund in which the customer has the money.
_PAID: Final = frozenset({"Settled", "Reconciled", "Closed"})


def untrue(case: Case, ctx: Context, purpose: str, relies: Iterable[str]) -> tuple[Problem, ...]:
    """Everything that a letter of this purpose would say and the register does not bear out; empty when all is proved.

    `relies` are the kinds of evidence that the words of the letter's template rest on.
    """
    found = [_unproved(kind) for kind in relies if not is_proved(case, kind)]
    if purpose != WRITE_OFF and (problem := _other_carrier(case)) is not None:
        found.append(problem)
    if purpose == CLAIM:
        checks = (still_gone, owner_of_label, *(() if case.status in WITH_CARRIER else (goods_covered,)))
        found += [problem for check in checks if (problem := check(case, ctx)) is not None]
    return tuple(found)


def _unproved(kind: str) -> Problem:
    hint = f"Attach it as '{kind}', or say where it is in 'Evidence kinds'."
    return Problem("LTR-01", f"The letter would say what only '{kind}' proves, and that is not on file.",
                   "evidence_kinds", hint=hint)  # fmt: skip


def _other_carrier(case: Case) -> Problem | None:
    """The letters are written to UPS, in its terms. Source: claim letter, field list."""
    carrier = case.text("carrier")
    if is_ups(carrier):
        return None
    hint = "Claim by that carrier's own way, or correct 'Carrier'."
    return Problem("LTR-02", f"The parcel went by {carrier}, and the letter is written to UPS.", "carrier", hint=hint)


def refund_shown(case: Case, ctx: Context) -> Case | None:
    """The refund that a claim's papers speak of: the one that is named, else one of the order, best one that is paid.

    A reference that is typed and names no refund of the register stands for itself: then there is none to show.
    """
    typed = case.text("refund_ref")
    named = [one for one in ctx.of_type("RFD") if typed and typed in (one.text("refund_no"), one.case_id)]
    found = named if typed else refunds_of(case, ctx)
    return min(found, key=lambda one: one.status not in _PAID, default=None)


def refund_paid(case: Case, ctx: Context) -> str:
    """The reference of the refund that the customer has had; "" while the register knows of none that was paid."""
    refund = refund_shown(case, ctx)
    if refund is None:
        return case.text("refund_ref")
    return (refund.text("refund_no") or refund.case_id) if refund.status in _PAID else ""


def other_recovery(case: Case) -> dict[str, object]:
    """What came back besides the carrier's money, as a write-off shows it; empty where nothing did."""
    found = {name: case.money(name) for name in ("insurer_paid", "found_value")}
    return {name: amount if amount is not None and amount.amount > Decimal(0) else "" for name, amount in found.items()}
