"""Reconciliation of a register with any statement: zero, repeatable, and the sheet's formulas say what was computed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from reconcile_kit import MONTH, finance_service, run

from addin.bench.reconcile.register import Refund
from addin.logic.chain import check
from addin.logic.reconcile.records import Standing
from addin.reconciling import decide, latest
from addin.register import reconcile_cells as cells

days = st.integers(0, 40).map(lambda offset: MONTH - timedelta(days=4) + timedelta(days=offset))
few = st.sampled_from(["", "A", "B", "C"])
refunds = st.lists(
    st.builds(
        Refund, number=st.integers(1, 9), day=days, pence=st.sampled_from([100, 100, 200, 300]), reference=few,
        payment=few, order=st.sampled_from(["5200000001", "5200000002"]),
        currency=st.sampled_from(["GBP", "GBP", "EUR"]),
    ),
    max_size=7,
)  # fmt: skip
lines = st.lists(
    st.tuples(
        few, few, st.sampled_from(["", "5200000001", "5200000002"]), days, st.sampled_from(["GBP", "EUR"]),
        st.sampled_from([100, 100, 200, 300]),
    ),
    max_size=8,
)  # fmt: skip


def text(line: tuple[str, str, str, date, str, int]) -> str:
    own, payment, order, day, currency, pence = line
    return f"{own},{payment},{order},{day.isoformat()},{currency},{Decimal(pence).scaleb(-2)}"


def by_formulas(standing: Standing) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """What the sheet's formulas come to, reckoned from the cells of its list."""
    count: Counter[tuple[str, str, str]] = Counter()
    value: Counter[tuple[str, str, str]] = Counter()
    for row in cells.listed(standing):
        currency, refunds, ours, booked, theirs, place = (row[at] for at in (6, 7, 8, 9, 10, 11))
        count[str(currency), str(place), "L"] += refunds
        count[str(currency), str(place), "R"] += booked
        value[str(currency), str(place), "L"] += ours
        value[str(currency), str(place), "R"] += theirs
    matched = {row[0]: row[1:] for row in standing.run.matched}
    found = {}
    for equation in standing.equations():
        own = equation.currency
        simply = matched.get(own, (0, 0, 0, 0))
        parts = []
        for sums, ml, mr in (
            (count, simply[0], simply[2]), (value, equation.amount(simply[1]), equation.amount(simply[3])),
        ):  # fmt: skip
            left = {place: sums[own, place, "L"] for place in ("paired", "timing in", "timing out", "open")}
            right = {place: sums[own, place, "R"] for place in left}
            parts.append({
                "register": ml + left["paired"] + left["timing out"] + left["open"],
                "timing_out": left["timing out"], "timing_in": left["timing in"], "open": left["open"],
                "differences": mr - ml + right["paired"] + right["timing in"] - left["paired"] - left["timing in"],
                "unlogged": right["open"], "settled": mr + right["paired"] + right["timing in"] + right["open"],
            })  # fmt: skip
        for key in parts[0]:
            found[own, key] = (parts[0][key], parts[1][key])
    return found


def computed(standing: Standing) -> dict[tuple[str, str], tuple[int, Decimal]]:
    return {
        (equation.currency, line.term.key): (line.count, equation.amount(line.minor))
        for equation in standing.equations()
        for line in equation.lines
    }


@settings(max_examples=40, deadline=None)
@given(refunds, lines, st.randoms(use_true_random=False))
def test_any_month_ties_out_and_is_the_same_again(tmp_path_factory, rows, statement, chance):
    """The equation is zero, the formulas agree, nothing is matched twice; again and shuffled it is the same run.

    Whatever is accepted or rejected then, both still hold.
    """
    folder = tmp_path_factory.mktemp("month")
    service, _ = finance_service([replace(row, number=at) for at, row in enumerate(rows, 1)])
    given_lines = [text(line) for line in statement]
    run(service, folder, given_lines)
    standing = latest(service)
    assert all(equation.holds for equation in standing.equations())
    assert by_formulas(standing) == computed(standing)
    assert max(Counter(case_id for case_id, _, _ in standing.pairs).values(), default=1) == 1
    assert max(Counter(line for _, line, _ in standing.pairs).values(), default=1) == 1
    head = service.journal.head()
    run(service, folder, given_lines)
    assert service.journal.head() == head
    for item in standing.waiting():
        if item.worth == "proposed":
            decide(service, {item.id: chance.random() < 0.6}, "")
    decided = latest(service)
    assert all(equation.holds for equation in decided.equations())
    assert by_formulas(decided) == computed(decided)
    run(service, folder, given_lines)
    again = latest(service)
    assert computed(again) == computed(decided)
    assert by_formulas(again) == computed(again)
    assert list(check(service.journal.links())) == []
