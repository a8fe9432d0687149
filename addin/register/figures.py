"""The figures behind the Dashboard's charts: pure counts and sums over the current cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.common_form import ROOT_CAUSES
from addin.logic.forms import Cell
from addin.logic.values import Money
from addin.register.projection import DUE_TODAY, OVERDUE, WAITING, standing

#: The Pareto's share of all cases up to and with a cause, 0 to 1.
CUMULATIVE: Final = "Cumulative"
_AGES: Final = (("0-2 days", 2), ("3-5 days", 5), ("6-14 days", 14), ("over 14 days", 10**6))


@dataclass(frozen=True, slots=True)
class Figure:
    """One block of figures: a title, column titles, and as many rows on every day (so that charts never move)."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def figures(cases: Sequence[Case], now: datetime) -> tuple[Figure, ...]:
    """Every block of the Dashboard, in the order in which they stand."""
    still_open = [case for case in cases if not case.is_final]
    return (
        _load(still_open, now),
        _ageing(still_open, now),
        _refunds([case for case in cases if case.type == "RFD"]),
        _claims([case for case in cases if case.type == "UPC"]),
        _causes(cases),
    )


def tiles(load: Figure) -> tuple[tuple[str, int], ...]:
    """The counts over the charts, summed from the figure of open cases by type."""
    counts = [[int(str(cell)) for cell in row[1:]] for row in load.rows]
    by_title = {title: sum(row[at] for row in counts) for at, title in enumerate(load.columns[1:])}
    return (("Open", sum(map(sum, counts))), *((label, by_title[label]) for label in (OVERDUE, DUE_TODAY, WAITING)))


def _load(cases: Sequence[Case], now: datetime) -> Figure:
    rows = []
    for kind in case_types().values():
        mine = [standing(case, now) for case in cases if case.type == kind.code]
        late, today, waits = mine.count(OVERDUE), mine.count(DUE_TODAY), mine.count(WAITING)
        rows.append((kind.name, late, today, waits, len(mine) - late - today - waits))
    return Figure("load", "Open cases by type", ("Type", OVERDUE, DUE_TODAY, WAITING, "Later"), tuple(rows))


def _ageing(cases: Sequence[Case], now: datetime) -> Figure:
    today = now.astimezone(LONDON).date()
    counts = dict.fromkeys((label for label, _ in _AGES), 0)
    for case in cases:
        opened = case.instant("opened_at")
        days = (today - opened.astimezone(LONDON).date()).days if opened else 0
        counts[next(label for label, limit in _AGES if days <= limit)] += 1
    return Figure("ageing", "Open cases by age", ("Age", "Cases"), tuple(counts.items()))


def _refunds(cases: Sequence[Case]) -> Figure:
    states = list(case_types()["RFD"].states) if "RFD" in case_types() else []
    rows = []
    for state in states:
        mine = [case for case in cases if case.status == state]
        rows.append((state, len(mine), _sum(mine, "total_refund")))
    return Figure("refunds", "Refunds by state", ("State", "Count", "Amount GBP"), tuple(rows))


def _claims(cases: Sequence[Case]) -> Figure:
    live = [case for case in cases if case.status not in ("Cancelled", "Duplicate")]
    rows = (
        ("Claimed", _sum(live, "amount_claimed")),
        ("Expected", _sum(live, "expected_recovery")),
        ("Recovered", _sum(live, "amount_paid")),
        ("Uninsured gap", _sum(live, "uninsured_gap")),
    )
    return Figure("claims", "Claims and recovery", ("", "Amount GBP"), rows)


def _causes(cases: Iterable[Case]) -> Figure:
    mine = [case for case in cases if case.has("root_cause")]
    counted = [
        (cause, sum(case.text("root_cause") == cause for case in mine), _sum(mine, "value_at_risk", _is_cause(cause)))
        for cause in ROOT_CAUSES
    ]
    counted.sort(key=lambda row: (-row[1], row[0]))
    every, so_far = sum(row[1] for row in counted), 0
    rows: list[tuple[Cell, ...]] = []
    for cause, count, value in counted:
        so_far += count
        rows.append((cause, count, value, Decimal(so_far) / every if every else Decimal(0)))
    return Figure("causes", "Root causes (Pareto)", ("Cause", "Cases", "Value GBP", CUMULATIVE), tuple(rows))


def _is_cause(cause: str) -> Callable[[Case], bool]:
    return lambda case: case.text("root_cause") == cause


def _sum(cases: Iterable[Case], field: str, keep: Callable[[Case], bool] = lambda _: True) -> Decimal:
    amounts = (case.fields.get(field) for case in cases if keep(case))
    return sum((item.amount for item in amounts if isinstance(item, Money) and item.currency == "GBP"), Decimal(0))
