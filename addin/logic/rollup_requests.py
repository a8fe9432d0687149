"""What a month's requests were like, type by type: the facts an auditor asks of address changes, deliveries, checks,
footage, status questions and stock.

Cases belong to the month in which they were opened. A share of nothing is None; amounts are in GBP. Nothing here names
a person or a customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Final

from addin.logic.case_type import Case
from addin.logic.values import Money

#: Purposes for which footage may be asked here; whatever else was let through is counted apart.
_OUTSIDE: Final = frozenset({"", "Other"})
#: An order about which this often or more was asked is worth a look.
_OFTEN: Final = 3
_LISTED: Final = 5
Facts = dict[str, object]


def request_facts(opened: Sequence[Case]) -> dict[str, Facts]:
    """The facts of each type that had a case; types without one are left out."""
    found: dict[str, Facts] = {}
    for code, facts in _BY_TYPE.items():
        if mine := [case for case in opened if case.type == code]:
            found[code] = facts(mine)
    return found


def _addresses(cases: Sequence[Case]) -> Facts:
    decided = [case for case in cases if case.has("approved_by") or case.has("refusal")]
    refused = [case for case in decided if case.has("refusal")]
    changes = Counter(case.text("order_no") for case in cases if case.has("applied_by"))
    return {
        "decided": len(decided),
        "refused": len(refused),
        "refused_percent": _percent(len(refused), len(decided)),
        "refused_for": _listed(case.text("refusal") for case in refused),
        "median_minutes_to_change": _median(case.count("minutes_to_change") for case in cases),
        "orders_changed_twice": sum(count > 1 for order, count in changes.items() if order),
    }


def _deliveries(cases: Sequence[Case]) -> Facts:
    arrived = [case for case in cases if case.count("late_minutes") is not None]
    punctual = Counter(_service(case) for case in arrived if case.count("late_minutes") == 0)
    every = Counter(_service(case) for case in arrived)
    return {
        "booked": sum(case.has("booking_ref") for case in cases),
        "booked_otherwise": sum(case.has("booking_ref") and case.has("booked_otherwise") for case in cases),
        "arrived": len(arrived),
        "on_time_percent": _percent(punctual.total(), len(arrived)),
        "on_time_by_service": ", ".join(f"{name} {punctual[name]} of {every[name]}" for name in sorted(every)) or None,
        "cost": _sum(case.money("cost") for case in cases if case.has("booking_ref")),
    }


def _service(case: Case) -> str:
    return case.text("booked_service") or case.text("service")


def _checks(cases: Sequence[Case]) -> Facts:
    done = [case for case in cases if case.has("inspected_by")]
    failed = [case for case in done if case.text("result") == "Fail"]
    return {
        "triggered": len(cases),
        "done": len(done),
        "done_percent": _percent(len(done), len(cases)),
        "not_done": sum(case.text("result") == "Not done" for case in cases),
        "failed": len(failed),
        "failed_percent": _percent(len(failed), len(done)),
        "failed_articles": _listed(case.text("sku") for case in failed),
        "failed_triggers": _listed(case.text("trigger") for case in failed),
        "released_after_failure": sum(case.has("released_by") for case in failed),
    }


def _footage(cases: Sequence[Case]) -> Facts:
    approved = [case for case in cases if case.has("approved_by")]
    return {
        "requests": len(cases),
        "approved": len(approved),
        "viewings": sum(len(case.items("viewings")) for case in cases),
        "disclosed": sum(case.has("disclosed_at") for case in cases),
        "deleted": sum(case.has("deleted_at") for case in cases),
        "outside_purpose": sum(case.text("purpose") in _OUTSIDE for case in approved),
    }


def _status(cases: Sequence[Case]) -> Facts:
    asked = Counter(case.text("order_no") for case in cases if case.has("order_no"))
    return {
        "answered": sum(case.has("answered_at") for case in cases),
        "median_minutes_to_answer": _median(case.count("minutes_to_answer") for case in cases),
        "converted": _listed(case.text("convert_to") for case in cases if case.has("convert_to")),
        "orders_asked_often": sum(count >= _OFTEN for count in asked.values()),
    }


def _stock(cases: Sequence[Case]) -> Facts:
    posted = [case for case in cases if case.has("posted_by")]
    places = Counter(case.text("location") for case in cases if case.has("location"))
    return {
        "counted_by_two": sum(case.has("recounted_by") for case in cases),
        "posted": len(posted),
        "posted_value": _sum(case.money("variance_value") for case in posted),
        "causes": _listed(case.text("cause") for case in cases if case.has("cause")),
        "still_open": sum(not case.is_final for case in cases),
        "locations_again": sum(count > 1 for count in places.values()),
    }


_BY_TYPE: Final[Mapping[str, Callable[[Sequence[Case]], Facts]]] = {
    "ADR": _addresses, "SPD": _deliveries, "QCT": _checks, "CTV": _footage, "OST": _status, "INV": _stock,
}  # fmt: skip


def _percent(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _median(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return int(median(known)) if known else None


def _sum(values: Iterable[Money | None]) -> str | None:
    pounds = [value.amount for value in values if value is not None and value.currency == "GBP"]
    return str(sum(pounds, Decimal(0))) if pounds else None


def _listed(names: Iterable[str]) -> str | None:
    """The commonest of them with their counts, "Fraud risk 2, PO box 1"; None when there is none."""
    counts = Counter(name for name in names if name)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_LISTED]
    return ", ".join(f"{name} {count}" for name, count in ordered) or None
