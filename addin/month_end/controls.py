"""Control totals: each figure twice, once computed here and once as a formula over the pack's own sheets.

Whoever opens the pack recalculates it; where both differ, the line says CHECK. The results of the formulas are stored
with them, so that the pack also reads right where nothing is calculated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from addin.logic.cases import case_types
from addin.logic.system_kinds import INTAKE_READ
from addin.month_end.case_tables import RECOVERY, Source, money_by_state
from addin.month_end.staging import Staged
from addin.month_end.table import Table
from addin.register.lists import column_letters

#: Where tables begin on their sheets, counted from 1.
HEADER_ROW: Final = 5
FIRST_ROW: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One control: what it is, the computed figure, the live formula, and how to read it. A heading has neither."""

    label: str
    computed: int | Decimal | str | None = None
    formula: str = ""
    note: str = ""

    @property
    def heading(self) -> bool:
        """True for the title of a group."""
        return self.computed is None


class Areas:
    """The areas of the pack's tables, as a formula names them; a table of millions of rows lies on several sheets."""

    def __init__(self, staged: Sequence[Staged]) -> None:
        self.staged: Mapping[str, Staged] = {one.table.name: one for one in staged}

    def table(self, name: str) -> Table:
        """A table by its name."""
        return self.staged[name].table

    def parts(self, name: str, title: str) -> list[str]:
        """A column of a table on each of its sheets, from the first row to the last (one empty row for none)."""
        letters = column_letters(self.table(name).column(title) + 1)
        return [
            f"'{leaf.name}'!${letters}${FIRST_ROW}:${letters}${FIRST_ROW + max(leaf.rows, 1) - 1}"
            for leaf in self.staged[name].leaves
        ]

    def column(self, name: str, title: str) -> str:
        """A column as the arguments of a function that takes several areas (SUM, COUNT, COUNTA, MIN, MAX)."""
        return ",".join(self.parts(name, title))

    def counting(self, name: str, title: str, word: str) -> str:
        """The formula that counts the cells of a column that hold a word."""
        return "=" + "+".join(f'COUNTIF({part},"{word}")' for part in self.parts(name, title))

    def first_column(self, name: str) -> str:
        """The first column of a table, which is never empty in a row."""
        return self.column(name, self.table(name).columns[0].title)


def lines(source: Source, areas: Areas) -> list[Line]:
    """All controls, group by group."""
    return [
        *_movement(source, areas),
        *_sequences(source, areas),
        *_completeness(source, areas),
        *_refunds(source, areas),
        *_claims(areas),
        *_people(areas),
    ]


def _sum(areas: Areas, title: str) -> tuple[int, str]:
    marks = [cell for cell in areas.table("Cases").values(title) if isinstance(cell, int)]
    return sum(marks), f"=SUM({areas.column('Cases', title)})"


def _movement(source: Source, areas: Areas) -> Iterator[Line]:
    """Opening + new + come back - left = closing."""
    yield Line("Cases: opening + new + come back - left = closing")
    found = {}
    for title, label in (
        ("At start", "Open as the month began"), ("New", "New in the month"), ("Came back", "Reopened and still open"),
        ("Left", "Ended in the month"), ("At end", "Open at the cut-off"),
    ):  # fmt: skip
        found[title], formula = _sum(areas, title)
        yield Line(label, found[title], formula, "Counted from the marks on the sheet Cases.")
    rest = found["At start"] + found["New"] + found["Came back"] - found["Left"] - found["At end"]
    parts = [areas.column("Cases", title) for title in ("At start", "New", "Came back", "Left", "At end")]
    signs = ("", "+", "+", "-", "-")
    formula = "=" + "".join(f"{sign}SUM({part})" for sign, part in zip(signs, parts, strict=True))
    yield Line("Difference (must be 0)", rest, formula)


def _sequences(source: Source, areas: Areas) -> Iterator[Line]:
    """Numbers without gaps: cases opened in the month, events of the month."""
    story = source.story
    yield Line("Sequence: no number is missing")
    numbers = sorted(int(case_id.rpartition("-")[2]) for case_id in story.fresh)
    first, last = (numbers[0], numbers[-1]) if numbers else (0, -1)
    names = sorted(story.fresh)
    note = f"{names[0]} to {names[-1]}; voids keep their number." if names else "No case was opened."
    yield Line("Case numbers from first to last", last - first + 1, f"=SUM({areas.column('Cases', 'New')})", note)
    note = f"Event {story.first_seq} to {story.last_seq}." if story.count else "No event in this month."
    span = story.last_seq - story.first_seq + 1 if story.count else 0
    yield Line("Events from first to last", span, f"=COUNT({areas.column('Change log', 'Event')})", note)
    area = areas.column("Change log", "Event")
    span_formula = f"=IF(COUNT({area})=0,0,MAX({area})-MIN({area})+1)"
    yield Line("Events of the month, counted", story.count, span_formula, "Last number less first number plus one.")
    gaps = list(story.retold.gaps())
    words = (
        "; ".join(gap.message for gap in gaps[:3]) or "Numbers of cases, refunds, claims and letters, since the start."
    )
    yield Line("Gaps in numbers ever given", len(gaps), "", words)
    words = "; ".join(fault.message for fault in story.faults[:3]) or f"Events 1 to {story.head.seq} hashed again."
    yield Line("Events that do not match their hash", len(story.faults), "", words)


def _completeness(source: Source, areas: Areas) -> Iterator[Line]:
    """Messages read against cases opened; cases against tickets."""
    yield Line("Completeness: messages, cases, tickets")
    table = areas.table("Cases")
    new = table.values("New")
    chat = sum(1 for is_new, channel in zip(new, table.values("Channel"), strict=True) if is_new and channel == "Chat")
    area = f'=COUNTIFS({areas.column("Cases", "New")},1,{areas.column("Cases", "Channel")},"Chat")'
    yield Line("Cases opened from chat", chat, area)
    formula = areas.counting("Change log", "Kind", INTAKE_READ.name)
    yield Line("Messages read", source.story.messages, formula, "One message can hold several cases, or none.")
    without = sum(1 for cell in table.values("Ticket") if cell == "none")
    formula = f'=COUNTIF({areas.column("Cases", "Ticket")},"none")'
    yield Line("Cases without a ticket and without a reason", without, formula, "Compare with the ticket tool's count.")


def _refunds(source: Source, areas: Areas) -> Iterator[Line]:
    yield Line("Refunds by state: count and pounds")
    state, money = areas.column("Refunds", "State"), areas.column("Refunds", "Refund")
    cases = source.of("RFD")
    states = [*case_types()["RFD"].states, *sorted({case.status for case in cases} - set(case_types()["RFD"].states))]
    for name, count, amount in money_by_state(cases, "total_refund", states):
        if count:
            yield Line(f"{name}: count", count, f'=COUNTIF({state},"{name}")')
            yield Line(f"{name}: pounds", amount, f'=SUMIFS({money},{state},"{name}")')
    everything = sum((amount for _, _, amount in money_by_state(cases, "total_refund", states)), Decimal(0))
    yield Line("All refunds of the month: pounds", everything, f"=SUM({money})", "Other currencies stand as text.")
    recon = areas.column("Refunds", "Reconciliation")
    for word in ("Matched", "Matched by hand", "Timing", "Exception", "Open"):
        count = sum(1 for case in cases if case.text("recon_status") == word)
        if count:
            yield Line(f"Reconciliation '{word}': count", count, f'=COUNTIF({recon},"{word}")')


def _claims(areas: Areas) -> Iterator[Line]:
    yield Line("Claims: pounds")
    table = areas.table("Claims")
    for title in RECOVERY:
        amounts = [cell for cell in table.values(title) if isinstance(cell, Decimal)]
        yield Line(title, sum(amounts, Decimal(0)), f"=SUM({areas.column('Claims', title)})")


def _people(areas: Areas) -> Iterator[Line]:
    yield Line("Segregation of duties")
    table = areas.table("Approvals")
    found = sum(1 for cell in table.values("Finding") if cell)
    yield Line("Approvals with a finding", found, f"=COUNTA({areas.column('Approvals', 'Finding')})", "Should be 0.")
    own = sum(1 for cell in table.values("Finding") if isinstance(cell, str) and "requester" in cell)
    formula = f'=COUNTIF({areas.column("Approvals", "Finding")},"*requester*")'
    yield Line("Self-approvals", own, formula, "Must be 0: the rules refuse them.")
