"""What keeps goods in the house: a quality check that is not released, an address change that is not finished.

A case type that lets goods leave names this rule under an id of its own. Senior QA may pass it with a reason.
"""

from __future__ import annotations

from typing import Final

from addin.logic.case_type import Case, Context, Rule
from addin.logic.outcome import Problem
from addin.logic.values import Role

#: States in which a quality check or an address change holds nothing back any more.
_THROUGH: Final = {"QCT": frozenset({"Released"}), "ADR": frozenset({"Confirmed", "Refused"})}
_WORDS: Final = {"QCT": "The quality check", "ADR": "The address change"}
_HINTS: Final = {
    "QCT": "QC releases it on the sheet Quality, or says there why it may not leave.",
    "ADR": "Finish it on the sheet Requests first: the parcel would go to the wrong place.",
}


def clear_to_ship(rule_id: str) -> Rule:
    """Nothing leaves while a check or an address change of the order is open. Source: QC triggers, fail blocks."""

    def check(case: Case, ctx: Context) -> Problem | None:
        order = case.text("order_no")
        for other in ctx.related:
            through = _THROUGH.get(other.type)
            if through is None or other.is_final or other.status in through or other.text("order_no") != order:
                continue
            words = f"{_WORDS[other.type]} {other.case_id} of this order stands at '{other.status}'."
            return Problem(rule_id, words, "order_no", hint=_HINTS[other.type])
        return None

    return Rule(
        rule_id,
        "Nothing leaves while a check or an address change of its order is open.",
        check,
        override=frozenset({Role.SENIOR_QA}),
        source="QC triggers; address change controls",
    )
