"""The tables of money beyond single cases: payment batches, and what happened to accounting months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from addin.logic.events import Event, KindTable
from addin.logic.forms import Cell
from addin.logic.periods import PERIOD_KINDS
from addin.logic.system_kinds import BATCH_MADE
from addin.logic.values import Money
from addin.month_end.case_tables import Source, amount
from addin.month_end.story import Entry
from addin.month_end.table import Col, Holds, Table
from addin.register.projection import before_and_after

_LONG, _COUNT, _MONEY, _INSTANT = Holds.LONG, Holds.COUNT, Holds.MONEY, Holds.INSTANT
_STEPS: Final = frozenset(kind.name for kind in PERIOD_KINDS)


def batches_table(source: Source) -> Table:
    """Every payment file of the month: what it asked the bank or provider for, and how its refunds stood at the end."""
    made = (entry.event for entry in source.story.entries if entry.event.kind == BATCH_MADE.name)
    rows: list[tuple[Cell, ...]] = [_batch(source, event) for event in made]
    columns = (
        Col("Batch", 17), Col("Event", 8, _COUNT), Col("Made", 17, _INSTANT), Col("By", 8), Col("Refunds", 9, _COUNT),
        Col("Total", 13, _MONEY), Col("At the cut-off", 30, _LONG), Col("File", 36), Col("SHA-256 of the file", 67),
    )  # fmt: skip
    hint = "Payment files of the month. The total is what the file asked for; refunds stand as they did at the cut-off."
    return Table("Payment batches", hint, columns, rows, "Total", "No payment file was made in this month.")


def _batch(source: Source, event: Event) -> tuple[Cell, ...]:
    data = event.data
    listed = data.get("cases")
    told = source.story.retold.told
    ids = [str(case_id) for case_id in (listed if isinstance(listed, list) else ())]
    members = [case for case_id in ids if case_id in told and (case := source.story.case(case_id)) is not None]
    # A refund whose payment failed may have gone out again with a later file: it is told with that one.
    states = Counter(
        case.status if case.text("batch_no") == data.get("batch_no") else "Sent again later" for case in members
    )
    try:
        total = amount(Money.parse(str(data.get("total", ""))))
    except ValueError:
        total = str(data.get("total", "")) or None
    count = data.get("count")
    return (
        str(data.get("batch_no", "")), event.seq, source.when(event.at), source.mask.who(event.actor),
        count if isinstance(count, int) else None, total,
        "; ".join(f"{state} {number}" for state, number in sorted(states.items())) or None,
        str(data.get("file", "")) or None, str(data.get("sha256", "")) or None,
    )  # fmt: skip


def months_table(source: Source, kinds: KindTable) -> Table:
    """Steps of accounting months in this month, and everything that touched one after it was closed."""
    rows: list[tuple[Cell, ...]] = []
    for entry in source.story.entries:
        for month, what in _touched(entry, kinds):
            event = entry.event
            rows.append(
                (
                    event.seq, source.when(event.at), month, source.mask.text(what), event.case_id or None,
                    source.mask.who(event.actor), source.mask.text(before_and_after(event))[:2_000] or None,
                    source.mask.text(event.reason) or None,
                )
            )  # fmt: skip
    columns = (
        Col("Event", 8, _COUNT), Col("Recorded", 17, _INSTANT), Col("Month", 9), Col("What", 44, _LONG),
        Col("Case", 17), Col("Who", 8), Col("Before and after", 60, _LONG), Col("Why", 34, _LONG),
    )  # fmt: skip
    hint = (
        "Accounting months held, closed or reopened, and what came to a month after it was closed: late items (booked "
        "in the next open month), reversals, and changes of refunds booked in it."
    )
    return Table("Closed periods", hint, columns, rows, empty="No accounting month was closed, reopened or touched.")


def _touched(entry: Entry, kinds: KindTable) -> Iterator[tuple[str, str]]:
    event, changes = entry.event, entry.event.changes
    if event.kind in _STEPS:
        yield str(event.data.get("period", "")), kinds.sentence(event)
        return
    late, closed = changes.get("late_from"), entry.before.get("closed_month")
    if late:
        yield str(late), f"Late item: settled for {late}, booked in {changes.get('booked_period')}"
    if not closed:
        return
    if reversal := changes.get("reversal_period"):
        yield str(closed), f"Reversal of a refund booked in {closed}, booked in {reversal}"
    else:
        yield str(closed), f"Change of a refund that is booked in {closed}: {kinds.sentence(event)}"


__all__ = ["batches_table", "months_table"]
