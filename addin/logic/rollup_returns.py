"""What a month's returns were like: quality checks, parcels that the carrier brought back, and refunds.

Cases belong to the month in which they were opened. Nothing here names a person or a customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.refund_terms import received_on
from addin.logic.rollup_figures import Facts, listed, median_of, percent, total


def return_facts(opened: Sequence[Case]) -> dict[str, Facts]:
    """The facts of each type that had a case; types without one are left out."""
    found: dict[str, Facts] = {}
    for code, facts in _BY_TYPE.items():
        if mine := [case for case in opened if case.type == code]:
            found[code] = facts(mine)
    return found


def _checks(cases: Sequence[Case]) -> Facts:
    judged = [case for case in cases if case.flag("third_party_agrees") is not None]
    wrong = [case for case in judged if case.flag("third_party_agrees") is False]
    deducted = [case for case in cases if (money := case.money("deduction_amount")) is not None and money.amount > 0]
    return {
        "graded": sum(case.has("graded_by") for case in cases),
        "median_days_to_grade": median_of(_days_to_grade(case) for case in cases),
        "third_party_agrees_percent": percent(len(judged) - len(wrong), len(judged)),
        "overturned_for": listed(case.text("third_party_reason") or "no reason given" for case in wrong),
        "grades": listed(case.text("final_grade") for case in cases),
        "deductions": len(deducted),
        "deductions_with_evidence": sum(case.has("deduction_reason") and case.has("photos") for case in deducted),
    }


def _days_to_grade(case: Case) -> int | None:
    came, graded = received_on(case), case.instant("graded_at")
    return (london_day(graded) - came).days if came and graded else None


def _brought_back(cases: Sequence[Case]) -> Facts:
    decided = [case for case in cases if case.has("decision_by")]
    sent = [case for case in cases if case.has("tracking_new")]
    orders = Counter(case.text("order_no") for case in cases if case.has("order_no"))
    whole = [case for case in decided if len(case.items("options_considered")) > 1 and case.has("evidence")]
    return {
        "decided": len(decided),
        "median_working_days_to_decision": median_of(case.count("decision_days") for case in decided),
        "path_documented_percent": percent(len(whole), len(decided)),
        "second_shipments": len(sent),
        "second_shipments_delivered_percent": percent(sum(case.has("delivered_date") for case in sent), len(sent)),
        "orders_back_again": sum(count > 1 for count in orders.values()),
        "reasons": listed(case.text("reason_code") for case in cases),
    }


def _refunds(cases: Sequence[Case]) -> Facts:
    paid = [(day, case) for case in cases if (day := case.day("settled_date")) is not None]
    owed = [(day, due) for day, case in paid if (due := case.day("refund_due")) is not None]
    return {
        "paid": len(paid),
        "paid_value": total(case.money("total_refund") for _, case in paid),
        "paid_by_due_date_percent": percent(sum(day <= due for day, due in owed), len(owed)),
        "approved_by_who_asked": sum(
            case.has("approved_by") and case.text("approved_by") == case.text("requested_by") for case in cases
        ),
    }


_BY_TYPE: Final[Mapping[str, Callable[[Sequence[Case]], Facts]]] = {
    "RQC": _checks, "CRP": _brought_back, "RFD": _refunds,
}  # fmt: skip
