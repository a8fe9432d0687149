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
from addin.logic.workload import NOBODY
from addin.register.projection import DUE_TODAY, OVERDUE, WAITING, standing

#: The Pareto's share of all cases up to and with a cause, 0 to 1.
CUMULATIVE: Final = "Cumulative"
#: How many people stand on the Dashboard.
_PEOPLE: Final = 10
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
        _people(still_open, now),
        _refunds([case for case in cases if case.type == "RFD"]),
        _claims([case for case in cases if case.type == "UPC"]),
        _causes(cases),
        _causes(cases, by_value=True),
    )


def tiles(load: Figure) -> tuple[tuple[str, int], ...]:
    """The counts over the charts, summed from the figure of open cases by type."""
    counts = [[int(str(cell)) for cell in row[1:]] for row in load.rows]
    by_title = {title: sum(row[at] for row in counts) for at, title in enumerate(load.columns[1:])}
    return (("Open", sum(map(sum, counts))), *((label, by_title[label]) for label in (OVERDUE, DUE_TODAY, WAITING)))


def _people(cases: Sequence[Case], now: datetime) -> Figure:
    """Who has how much: those with the most open cases, what nobody owns among them."""
    by_owner: dict[str, list[str]] = {}
    for case in cases:
        by_owner.setdefault(case.text("owner") or NOBODY, []).append(standing(case, now))
    rows: list[tuple[Cell, ...]] = []
    for owner, stands in sorted(by_owner.items(), key=lambda item: (-len(item[1]), item[0]))[:_PEOPLE]:
        late, today, waits = stands.count(OVERDUE), stands.count(DUE_TODAY), stands.count(WAITING)
        rows.append((owner, late, today, waits, len(stands) - late - today - waits))
    rows += [(None,) * 5] * (_PEOPLE - len(rows))
    return Figure("people", "Open cases by person", ("Person", OVERDUE, DUE_TODAY, WAITING, "Later"), tuple(rows))


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
        ("Insurer paid", _sum(live, "insurer_paid")),
        ("Uninsured gap", _sum(live, "uninsured_gap")),
    )
    return Figure("claims", "Claims and recovery", ("", "Amount GBP"), rows)


def _causes(cases: Iterable[Case], *, by_value: bool = False) -> Figure:
    """The root causes, the largest first by their number or by the value at risk, with the share up to each."""
    mine = [case for case in cases if case.has("root_cause") and case.status not in ("Cancelled", "Duplicate")]
    counted: list[tuple[str, int, Decimal]] = [
        (cause, sum(case.text("root_cause") == cause for case in mine), _sum(mine, "value_at_risk", _is_cause(cause)))
        for cause in ROOT_CAUSES
    ]
    size = 2 if by_value else 1
    counted.sort(key=lambda row: (-Decimal(row[size]), row[0]))
    every, so_far = sum((Decimal(row[size]) for row in counted), Decimal(0)), Decimal(0)
    rows: list[tuple[Cell, ...]] = []
    for cause, count, value in counted:
        so_far += value if by_value else count
        rows.append((cause, count, value, so_far / every if every else Decimal(0)))
    name, title = ("causes_value", "Root causes by value") if by_value else ("causes", "Root causes by number of cases")
    return Figure(name, title, ("Cause", "Cases", "Value GBP", CUMULATIVE), tuple(rows))


def _is_cause(cause: str) -> Callable[[Case], bool]:
    return lambda case: case.text("root_cause") == cause


def _sum(cases: Iterable[Case], field: str, keep: Callable[[Case], bool] = lambda _: True) -> Decimal:
    amounts = (case.fields.get(field) for case in cases if keep(case))
    return sum((item.amount for item in amounts if isinstance(item, Money) and item.currency == "GBP"), Decimal(0))
