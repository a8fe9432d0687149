"""The Reconcile sheet of an open workbook: what is typed there, and writing a standing to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from addin.logic.forms import Cell
from addin.logic.outcome import Problem
from addin.logic.reconcile.records import Standing
from addin.register import reconcile_cells as cells
from addin.register.cells import COUNT_FORMAT, MONEY_FORMAT, TEXT_FORMAT
from addin.register.sheets import Live, cell_name

SHEET: Final = "Reconcile"
_FORMATS: Final = {
    **dict.fromkeys(("Refunds", "Lines", "Age in days"), COUNT_FORMAT),
    **dict.fromkeys(("Register", "Provider"), MONEY_FORMAT),
}


def asked(live: Live) -> tuple[str, str, str]:
    """The month, the layout and the order of dates that are typed."""
    month, layout, dates = (live.get(SHEET, at) for at in (cells.MONTH_CELL, cells.LAYOUT_CELL, cells.DATES_CELL))
    return tuple("" if cell is None else str(cell).strip() for cell in (month, layout, dates))  # type: ignore[return-value]


def month_reason(live: Live) -> str:
    """Why a month is closed or reopened, as it is typed."""
    cell = live.get(SHEET, cells.REASON_CELL)
    return "" if cell is None else str(cell).strip()


def forget_reason(live: Live) -> None:
    """Empty the reason once it was used, so that it does not stand for the next step."""
    live.sheet(SHEET).range(cells.REASON_CELL).value = None


def decisions(live: Live) -> tuple[dict[str, bool], list[Problem]]:
    """The proposals with Yes or No beside them, by item, and what stands there that is neither."""
    found: dict[str, bool] = {}
    problems = []
    for row, line in enumerate(_rows(live), cells.LIST_FIRST):
        typed, item = line[cells.DECIDE - 1], line[cells.ITEM - 1]
        word = str(typed or "").strip().casefold()
        if not word:
            continue
        place = cell_name(SHEET, row, cells.DECIDE)
        if word not in ("yes", "no") or not item:
            problems.append(Problem("RCN-06", f"'{typed}' is neither Yes nor No.", "decide", place, "Write Yes or No."))
        elif found.get(str(item), word == "yes") != (word == "yes"):
            problems.append(Problem("RCN-06", f"{item} has both Yes and No.", "decide", place, "Leave one of them."))
        else:
            found[str(item)] = word == "yes"
    return found, problems


def _rows(live: Live) -> list[list[Cell]]:
    sheet = live.sheet(SHEET)
    last = max(cells.LIST_FIRST, int(sheet.used_range.last_cell.row))
    area = sheet.range((cells.LIST_FIRST, 1), (last, len(cells.COLUMNS)))
    return [list(line) for line in area.options(ndim=2).value]


def show(live: Live, standing: Standing | None, again: str = "") -> None:
    """Write the latest standing, and its formulas anew: whoever overwrote one gets it back, and programs reckon it."""
    sheet = live.sheet(SHEET)
    sheet.range((cells.TITLE_ROW, 1)).value = cells.title(standing)
    facts = sheet.range((cells.FACTS_ROW, 2), (cells.FACTS_ROW + len(cells.FACTS) - 1, 2))
    facts.number_format = TEXT_FORMAT
    live.put(SHEET, cells.FACTS_ROW, 2, [[fact] for fact in cells.facts(standing, again)])
    for number, (currency, terms, matched) in enumerate(cells.blocks(standing)):
        at = cells.block_column(number)
        sheet.range((cells.CURRENCY_ROW, at)).value = currency or None
        live.put(SHEET, cells.TERMS_ROW, at, terms)
        live.put(SHEET, cells.MATCHED_ROW, at, matched)
        last = cells.TERMS_ROW + len(terms) - 1
        sheet.range((cells.TERMS_ROW, at + 2), (last, at + 3)).formula = [
            list(pair) for pair in cells.formulas(number, standing)
        ]
        sums = [[cells.sum_formula(column, standing) for column in range(at, at + 4)]]
        sheet.range((cells.SUM_ROW, at), (cells.SUM_ROW, at + 3)).formula = sums
        sheet.range((cells.AGREES_ROW, at)).formula = cells.agrees_formula(number, standing)
    _show_list(live, sheet, cells.listed(standing))


def _show_list(live: Live, sheet: Any, rows: Sequence[Sequence[Cell]]) -> None:
    before = [line for line in _rows(live) if any(cell not in (None, "") for cell in line)]
    blank: list[Sequence[Cell]] = [[None] * len(cells.COLUMNS) for _ in range(max(len(before) - len(rows), 0))]
    block = [*rows, *blank]
    if not block:
        return
    last = cells.LIST_FIRST + len(block) - 1
    for column, (words, _) in enumerate(cells.COLUMNS, 1):
        area = sheet.range((cells.LIST_FIRST, column), (last, column))
        area.number_format = _FORMATS.get(words, TEXT_FORMAT)
    live.put(SHEET, cells.LIST_FIRST, 1, block)
