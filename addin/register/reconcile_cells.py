"""What the Reconcile sheet shows of a standing: positions, cells and formulas, for drawing it and for writing it live.

The figures of the control equation stand beside formulas over the list of open items below. Both must say the same:
the figures come from the comparison itself, the formulas from what a person can read on the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from addin.logic.forms import Cell
from addin.logic.reconcile.equation import TERMS
from addin.logic.reconcile.reasons import reason
from addin.logic.reconcile.records import Item, Standing, rest_of
from addin.register.lists import column_letters

#: The yellow cells: month, layout, which comes first in dates, why a month is closed or reopened.
MONTH_CELL: Final = "B8"
LAYOUT_CELL: Final = "D8"
DATES_CELL: Final = "F8"
REASON_CELL: Final = "H8"
TITLE_ROW: Final = 7
FACTS_ROW: Final = 9
FACTS: Final = ("Statement", "Made", "Cut-off rule", "Looked at again", "Open items by age")
CURRENCY_ROW: Final = 15
TERMS_ROW: Final = 17
SUM_ROW: Final = TERMS_ROW + len(TERMS)
MATCHED_ROW: Final = SUM_ROW + 1
AGREES_ROW: Final = SUM_ROW + 3
#: So many currencies have a block of their own; the others are in the workbook of results.
BLOCKS: Final = 3
LIST_HEADER: Final = 30
LIST_FIRST: Final = LIST_HEADER + 1
#: So many open items are listed; the others are summed up in one line for each place and currency.
LIST_ROWS: Final = 1_500
#: So many rows can be decided on without the list being written anew: proposals come first.
DECIDE_ROWS: Final = 200
COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("What", 46), ("Decide", 13), ("Item", 14), ("Case", 17), ("Provider reference", 21), ("Order no.", 13),
    ("Currency", 13), ("Refunds", 10), ("Register", 13), ("Lines", 10), ("Provider", 13), ("Stands", 13),
    ("Age in days", 13), ("Details", 56), ("What to do", 64),
)  # fmt: skip
DECIDE, ITEM = 2, 3
_CURRENCY, _LEFT, _RIGHT, _PLACE = 7, (8, 9), (10, 11), 12
NOTHING: Final = "No reconciliation yet."


def block_column(number: int) -> int:
    """The first of the four columns of a currency's block: count, value, and both by formula."""
    return 2 + 4 * number


def remark(standing: Standing | None) -> str:
    """What ties a formula to its run: adds nothing, and makes programs that trust stored results reckon it anew."""
    return f'+N("event {standing.seq}, {len(standing.decided)} decisions")' if standing else ""


def formulas(number: int, standing: Standing | None) -> list[tuple[str, str]]:
    """The formulas of a block, term by term, for count and value."""
    note = remark(standing)
    currency = f"${column_letters(block_column(number))}${CURRENCY_ROW}"
    matched = [f"{column_letters(block_column(number) + part)}{MATCHED_ROW}" for part in (0, 1)]
    paid = [f"{column_letters(block_column(number) + part)}{MATCHED_ROW + 1}" for part in (0, 1)]
    rows = []
    for term in TERMS:
        cells = []
        for part in (0, 1):
            ours = {place: _sum_of(_LEFT[part], place, currency) for place in _PLACES}
            theirs = {place: _sum_of(_RIGHT[part], place, currency) for place in _PLACES}
            cells.append({
                "register": f"={matched[part]}+{ours['paired']}+{ours['timing out']}+{ours['open']}",
                "timing_out": f"={ours['timing out']}",
                "timing_in": f"={ours['timing in']}",
                "open": f"={ours['open']}",
                "differences": f"={paid[part]}-{matched[part]}+{theirs['paired']}+{theirs['timing in']}"
                               f"-{ours['paired']}-{ours['timing in']}",
                "unlogged": f"={theirs['open']}",
                "settled": f"={paid[part]}+{theirs['paired']}+{theirs['timing in']}+{theirs['open']}",
            }[term.key])  # fmt: skip
        rows.append((cells[0] + note, cells[1] + note))
    return rows


_PLACES: Final = ("paired", "timing in", "timing out", "open")


def _sum_of(column: int, place: str, currency: str) -> str:
    last = LIST_FIRST + LIST_ROWS + 40
    areas = [f"${column_letters(at)}${LIST_FIRST}:${column_letters(at)}${last}" for at in (column, _CURRENCY, _PLACE)]
    return f'SUMIFS({areas[0]},{areas[1]},{currency},{areas[2]},"{place}")'


def sum_formula(column: int, standing: Standing | None) -> str:
    """The sum of a column of the equation, by its signs; values are rounded away from binary dust."""
    letters = column_letters(column)
    parts = "".join(f"{'+' if term.sign > 0 else '-'}{letters}{row}" for row, term in enumerate(TERMS, TERMS_ROW))
    return f"=ROUND({parts.removeprefix('+')},6){remark(standing)}"


def agrees_formula(number: int, standing: Standing | None) -> str:
    """Whether a block's sums are zero and its formulas say what was computed."""
    count, value, by_count, by_value = (column_letters(block_column(number) + at) for at in range(4))
    zero = f"AND({count}{SUM_ROW}{remark(standing)}=0,{value}{SUM_ROW}=0)"
    same = (
        f"AND(SUMPRODUCT(ABS({count}{TERMS_ROW}:{count}{SUM_ROW - 1}-{by_count}{TERMS_ROW}:{by_count}{SUM_ROW - 1}))=0,"
        f"ROUND(SUMPRODUCT(ABS({value}{TERMS_ROW}:{value}{SUM_ROW - 1}-{by_value}{TERMS_ROW}:{by_value}{SUM_ROW - 1})),"
        "6)=0)"
    )
    return f'=IF({count}{CURRENCY_ROW}="","",IF(AND({zero},{same}),"Agrees","Does not agree"))'


# Cells ---------------------------------------------------------------------------------------------------------


def title(standing: Standing | None) -> str:
    """The sheet's first line."""
    if standing is None:
        return NOTHING
    waiting = len({item.id for item in standing.waiting()})
    zero = all(equation.holds for equation in standing.equations())
    ties = "the control equation is zero" if zero else "the control equation is NOT zero"
    return f"{standing.run.period}: {ties}; {waiting} proposals wait for a decision."


def facts(standing: Standing | None, again: str = "") -> list[Cell]:
    """Statement, when and by whom, cut-off rule, what the last look found, and the ages of what was open."""
    if standing is None:
        return [None] * len(FACTS)
    run = standing.run
    name = f"{run.file} ({run.profile or 'own layout'}), up to {run.reaches or 'no line'}"
    matched = ", ".join(f"{tier} {count:,}" for tier, count in run.tiers) or "none"
    return [
        name,
        f"{standing.at[:16].replace('T', ' ')} UTC by {standing.by}, up to event {run.upto}; matched: {matched}",
        run.cut_off,
        again or "Nothing it rests on was changed since.",
        "; ".join(f"{name}: {count:,}" for name, count in run.ages),
    ]


#: Currency, count and value of each term, and of what simply matched on both sides.
Block = tuple[str, list[tuple[int | None, Decimal | None]], list[tuple[int | None, Decimal | None]]]


def blocks(standing: Standing | None) -> list[Block]:
    """For each block: currency, the terms' count and value, and what simply matched on both sides."""
    if standing is None:
        return [("", [(None, None)] * len(TERMS), [(None, None)] * 2)] * BLOCKS
    by_size = sorted(standing.equations(), key=lambda one: (-sum(line.count for line in one.lines), one.currency))
    matched = {row[0]: row[1:] for row in standing.run.matched}
    found: list[Block] = []
    for equation in by_size[:BLOCKS]:
        refunds, worth, lines, paid = matched.get(equation.currency, (0, 0, 0, 0))
        found.append((
            equation.currency,
            [(line.count, equation.amount(line.minor)) for line in equation.lines],
            [(refunds, equation.amount(worth)), (lines, equation.amount(paid))],
        ))  # fmt: skip
    return found + blocks(None)[: BLOCKS - len(found)]


def listed(standing: Standing | None) -> list[list[Cell]]:
    """The rows of the list: proposals first, then the most serious."""
    if standing is None:
        return []
    items = standing.shown()
    items.sort(key=lambda item: not item.is_proposal)  # stable: the seriousness stays
    decimals = standing.run.decimals
    rows = [_row(item, decimals) for item in items[:LIST_ROWS]]
    sums: dict[tuple[str, str], list[int]] = {}
    for currency, place, *figures in (*rest_of(items[LIST_ROWS:]), *standing.run.rest):
        row = sums.setdefault((str(currency), str(place)), [0, 0, 0, 0, 0])
        for at, figure in enumerate(figures):
            row[at] += int(figure)
    return rows + [_rest_row(key, row, decimals) for key, row in sums.items()]


def _row(item: Item, decimals: int) -> list[Cell]:
    known = reason(item.code, timing=item.place == "timing out")
    lead = {"proposed": "Proposed", "accepted": "Accepted", "part": "Proposed (other part)"}.get(item.worth, "")
    what = f"{lead} {_TIER_WORDS.get(item.tier, item.tier)}" if lead else f"{item.code} {known.title}"
    if item.worth == "timing" and item.code not in ("R11",):
        what = "Brought forward from an earlier period"
    todo = {"Proposed": "Write Yes or No into Decide, then press 'Decide proposals'."}.get(
        lead, "" if lead else known.action
    )
    return [
        what.strip(), None, item.id, ", ".join(item.cases) or None, ", ".join(item.references) or None,
        ", ".join(item.orders) or None, item.currency, item.left_count, _amount(item.left_minor, decimals),
        item.right_count, _amount(item.right_minor, decimals), item.place, item.age, item.words or None, todo or None,
    ]  # fmt: skip


_TIER_WORDS: Final[Mapping[str, str]] = {
    "T2": "T2: same payment and amount, other reference", "T3": "T3: same order and amount, near in time",
    "T4": "T4: one refund paid in parts", "T5": "T5: several refunds paid at once",
    "T1": "T1: same reference, two currencies that agree at the rate",
}  # fmt: skip


def _rest_row(key: tuple[str, str], figures: Sequence[int], decimals: int) -> list[Cell]:
    count, refunds, ours, lines, theirs = figures
    return [
        f"and {count:,} more", None, None, None, None, None, key[0], refunds, _amount(ours, decimals), lines,
        _amount(theirs, decimals), key[1], None, None, "See the workbook of results.",
    ]  # fmt: skip


def _amount(minor: int, decimals: int) -> Decimal:
    return Decimal(minor).scaleb(-decimals)
