"""What a month's requests were like, type by type: the facts an auditor asks of address changes, deliveries, checks,
footage, status questions and stock.

Cases belong to the month in which they were opened. A share of nothing is None; amounts are in GBP. Nothing here names
a person or a customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from addin.logic.case_type import Case
from addin.logic.cases.cctv import OUTSIDE
from addin.logic.policy import Policy
from addin.logic.rollup_figures import Facts, listed, median_of, percent, total


def request_facts(opened: Sequence[Case], policy: Policy) -> dict[str, Facts]:
    """The facts of each type that had a case; types without one are left out."""
    found: dict[str, Facts] = {}
    for code, facts in _BY_TYPE.items():
        if mine := [case for case in opened if case.type == code]:
            found[code] = facts(mine, policy)
    return found


def _addresses(cases: Sequence[Case], policy: Policy) -> Facts:
    decided = [case for case in cases if case.has("approved_by") or case.has("refusal")]
    refused = [case for case in decided if case.has("refusal")]
    changes = Counter(case.text("order_no") for case in cases if case.has("applied_by"))
    return {
        "decided": len(decided),
        "refused": len(refused),
        "refused_percent": percent(len(refused), len(decided)),
        "refused_for": listed(case.text("refusal") for case in refused),
        "median_minutes_to_change": median_of(case.count("minutes_to_change") for case in cases),
        "orders_changed_twice": sum(count > 1 for order, count in changes.items() if order),
    }


def _deliveries(cases: Sequence[Case], policy: Policy) -> Facts:
    arrived = [case for case in cases if case.count("late_minutes") is not None]
    punctual = Counter(_service(case) for case in arrived if case.count("late_minutes") == 0)
    every = Counter(_service(case) for case in arrived)
    return {
        "booked": sum(case.has("booking_ref") for case in cases),
        "booked_otherwise": sum(case.has("booking_ref") and case.has("booked_otherwise") for case in cases),
        "arrived": len(arrived),
        "on_time_percent": percent(punctual.total(), len(arrived)),
        "on_time_by_service": ", ".join(f"{name} {punctual[name]} of {every[name]}" for name in sorted(every)) or None,
        "cost": total(case.money("cost") for case in cases if case.has("booking_ref")),
    }


def _service(case: Case) -> str:
    return case.text("booked_service") or case.text("service")


def _checks(cases: Sequence[Case], policy: Policy) -> Facts:
    done = [case for case in cases if case.has("inspected_by")]
    failed = [case for case in done if case.text("result") == "Fail"]
    return {
        "triggered": len(cases),
        "done": len(done),
        "done_percent": percent(len(done), len(cases)),
        "not_done": sum(case.text("result") == "Not done" for case in cases),
        "failed": len(failed),
        "failed_percent": percent(len(failed), len(done)),
        "failed_articles": listed(case.text("sku") for case in failed),
        "failed_triggers": listed(case.text("trigger") for case in failed),
        "released_after_failure": sum(case.has("released_by") for case in failed),
    }


def _footage(cases: Sequence[Case], policy: Policy) -> Facts:
    approved = [case for case in cases if case.has("approved_by")]
    declared = {*policy.items("cctv.purposes"), *OUTSIDE}
    return {
        "requests": len(cases),
        "approved": len(approved),
        "viewings": sum(len(case.items("viewings")) for case in cases),
        "disclosed": sum(case.has("disclosed_at") for case in cases),
        "deleted": sum(case.has("deleted_at") for case in cases),
        "outside_purpose": sum(case.text("purpose") not in declared for case in approved),
    }


def _status(cases: Sequence[Case], policy: Policy) -> Facts:
    asked = Counter(case.text("order_no") for case in cases if case.has("order_no"))
    often = policy.number("order_status.repeat_checks")
    return {
        "answered": sum(case.has("answered_at") for case in cases),
        "median_minutes_to_answer": median_of(case.count("minutes_to_answer") for case in cases),
        "converted": listed(case.text("convert_to") for case in cases if case.has("convert_to")),
        "orders_asked_often": sum(count >= often for count in asked.values()),
    }


def _minutes_to_freeze(case: Case) -> int | None:
    opened, frozen = case.instant("opened_at"), case.instant("frozen_at")
    return int((frozen - opened).total_seconds()) // 60 if opened and frozen else None


def _stock(cases: Sequence[Case], policy: Policy) -> Facts:
    posted = [case for case in cases if case.has("posted_by")]
    places = Counter(case.text("location") for case in cases if case.has("location"))
    return {
        "median_minutes_to_freeze": median_of(_minutes_to_freeze(case) for case in cases),
        "counted_by_two": sum(case.has("recounted_by") for case in cases),
        "posted": len(posted),
        "posted_value": total(case.money("variance_value") for case in posted),
        "causes": listed(case.text("cause") for case in cases if case.has("cause")),
        "still_open": sum(not case.is_final for case in cases),
        "locations_again": sum(count > 1 for count in places.values()),
    }


_BY_TYPE: Final[Mapping[str, Callable[[Sequence[Case], Policy], Facts]]] = {
    "ADR": _addresses, "SPD": _deliveries, "QCT": _checks, "CTV": _footage, "OST": _status, "INV": _stock,
}  # fmt: skip
