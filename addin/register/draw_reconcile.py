"""Draws the Reconcile sheet: what to type, the control equation with its formulas, and the list of open items."""

from __future__ import annotations

from typing import Final

from addin.logic.reconcile.equation import TERMS
from addin.logic.reconcile.records import Standing
from addin.register import reconcile_cells as cells
from addin.register.layout import MESSAGE_ROW
from addin.register.lists import column_letters
from addin.register.page import BESIDE, Page, set_print
from addin.register.projection import OVERDUE
from addin.register.style import LINE, STANDING, WHITE

#: How many columns a printed page shows, at how many percent: as small as can be read.
_FIGURES, _PRINT_SCALE = 13, 64
_COUNTS: Final = ("Count", "Value", "Count by formula", "Value by formula")
_BESIDE: Final = frozenset({"Stands", "Details"})
_HOW: Final = "Put the statement into the folder inbox, type the month, press Reconcile."


def set_reconcile_widths(page: Page) -> None:
    """The columns of the list of open items."""
    beside = page.look.named("plain", **BESIDE)
    for at, (words, width) in enumerate(cells.COLUMNS, 1):
        page.width(at, width, beside if words in _BESIDE else None)


def draw_reconcile(page: Page, standing: Standing | None = None) -> None:
    """Draw the sheet with the latest result, or empty before the first."""
    look = page.look
    page.put(cells.TITLE_ROW, 1, cells.title(standing), look["section"])
    page.put(cells.TITLE_ROW, 5, _HOW, look["label"])
    page.height(cells.TITLE_ROW, 22)
    asks = (("Month, as 2026-11", cells.MONTH_CELL), ("Layout, or blank", cells.LAYOUT_CELL),
            ("Dates: dmy, mdy", cells.DATES_CELL), ("Why (a month)", cells.REASON_CELL))  # fmt: skip
    for number, (label, _) in enumerate(asks):
        page.put(8, 1 + 2 * number, label, look["label"])
        page.put(8, 2 + 2 * number, standing.run.period if standing and not number else None, look["input"])
    for row, (label, fact) in enumerate(zip(cells.FACTS, cells.facts(standing), strict=True), cells.FACTS_ROW):
        page.put(row, 1, label, look["label"])
        page.put(row, 2, fact, look["plain"])
    _draw_equation(page, standing)
    _draw_list(page, standing)
    page.worksheet.freeze_panes(MESSAGE_ROW, 0)
    _set_print(page)


def _set_print(page: Page) -> None:
    """Figures on the first page across, what to do about each item on the second."""
    set_print(page, header=cells.LIST_HEADER, scale=_PRINT_SCALE, repeated=1)
    page.worksheet.set_v_pagebreaks([_FIGURES])


def draw_results_sheet(page: Page, standing: Standing) -> None:
    """Draw the result for a workbook of its own: the same facts, equation and list, nothing to type."""
    look = page.look
    page.put(1, 1, f"Reconciliation {standing.run.period}", look["title"])
    page.height(1, 26)
    page.put(2, 1, cells.title(standing), look["section"])
    page.put(3, 1, standing.run.words, look["label"])
    for row, (label, fact) in enumerate(zip(cells.FACTS[:3], cells.facts(standing), strict=False), cells.FACTS_ROW):
        page.put(row, 1, label, look["label"])
        page.put(row, 2, fact, look["plain"])
    _draw_equation(page, standing)
    _draw_list(page, standing, typed=False)
    _set_print(page)


def _draw_equation(page: Page, standing: Standing | None) -> None:
    look = page.look
    page.put(cells.CURRENCY_ROW - 1, 1, "Control equation", look["section"])
    hint = "Figures of the comparison, and beside them formulas over the list below; both must agree and come to zero."
    page.put(cells.CURRENCY_ROW - 1, 2, hint, look["label"])
    page.height(cells.CURRENCY_ROW - 1, 22)
    page.put(cells.CURRENCY_ROW, 1, "Currency", look["label"])
    page.header(cells.TERMS_ROW - 1, 1, ["Line", *_COUNTS * cells.BLOCKS], 32, numbers=_COUNTS)
    line = {"bottom": 1, "bottom_color": LINE}
    for row, term in enumerate(TERMS, cells.TERMS_ROW):
        page.put(row, 1, term.words, look.named("plain", **line))
    page.put(cells.SUM_ROW, 1, "Difference, must be zero", look.named("money_bold", num_format="@"))
    page.put(cells.MATCHED_ROW, 1, "Of these simply matched: refunds", look["label"])
    page.put(cells.MATCHED_ROW + 1, 1, "Of these simply matched: lines of the provider", look["label"])
    for number, block in enumerate(cells.blocks(standing)):
        _draw_block(page, number, block, standing)


def _draw_block(page: Page, number: int, block: cells.Block, standing: Standing | None) -> None:
    currency, terms, matched = block
    look, at = page.look, cells.block_column(number)
    line = {"bottom": 1, "bottom_color": LINE}
    count, money = look.named("number", **line), look.named("money", **line)
    page.put(cells.CURRENCY_ROW, at, currency or None, look.named("plain", bold=True))
    for row, (figures, texts) in enumerate(zip(terms, cells.formulas(number, standing), strict=True), cells.TERMS_ROW):
        page.put(row, at, figures[0], count)
        page.put(row, at + 1, figures[1], money)
        page.formula(row, at + 2, texts[0], count, figures[0] or 0)
        page.formula(row, at + 3, texts[1], money, figures[1] or 0)
    for column in range(at, at + 4):
        style = look["money_bold"] if (column - at) % 2 else look.named("money_bold", num_format="0")
        page.formula(cells.SUM_ROW, column, cells.sum_formula(column, standing), style, 0)
    for row, pair in enumerate(matched, cells.MATCHED_ROW):
        page.put(row, at, pair[0], look["number"])
        page.put(row, at + 1, pair[1], look["money"])
    _hide_unused(page, at)
    shown = "Agrees" if currency else ""
    strong = look.named("plain", bold=True, num_format="General")
    page.formula(cells.AGREES_ROW, at, cells.agrees_formula(number, standing), strong, shown)
    for word, (fill, ink) in (("Agrees", STANDING["Done"]), ("Does not agree", STANDING[OVERDUE])):
        rule = look.rule(bg_color=fill, font_color=ink)
        page.worksheet.conditional_format(
            cells.AGREES_ROW - 1, at - 1, cells.AGREES_ROW - 1, at - 1,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": rule},
        )  # fmt: skip


def _hide_unused(page: Page, at: int) -> None:
    """A block without a currency shows nothing: its formulas stand ready and come to zero."""
    column = column_letters(at)
    blank = {
        "type": "formula",
        "criteria": f'=${column}${cells.CURRENCY_ROW}=""',
        "format": page.look.rule(font_color=WHITE),
    }
    page.worksheet.conditional_format(cells.TERMS_ROW - 1, at - 1, cells.SUM_ROW - 1, at + 2, blank)


def _draw_list(page: Page, standing: Standing | None, *, typed: bool = True) -> None:
    look = page.look
    page.put(cells.LIST_HEADER - 1, 1, "Open items", look["section"])
    page.put(
        cells.LIST_HEADER - 1, 2, "Proposals first, then the most serious; nothing is closed by itself.", look["label"]
    )
    page.height(cells.LIST_HEADER - 1, 22)
    page.header(cells.LIST_HEADER, 1, [words for words, _ in cells.COLUMNS], 20, numbers=_STYLES, beside=_BESIDE)
    styles = [
        look.named("plain", **BESIDE) if words in _BESIDE else look[_STYLES.get(words, "plain")]
        for words, _ in cells.COLUMNS
    ]
    rows = cells.listed(standing)
    for row, line in enumerate(rows, cells.LIST_FIRST):
        for column, (cell, style) in enumerate(zip(line, styles, strict=True), 1):
            if column != cells.DECIDE:
                page.put(row, column, cell, style)
    if not typed:
        return
    for row in range(cells.LIST_FIRST, cells.LIST_FIRST + cells.DECIDE_ROWS):
        page.put(row, cells.DECIDE, None, look["input"])
    page.worksheet.data_validation(
        cells.LIST_FIRST - 1, cells.DECIDE - 1, cells.LIST_FIRST + cells.DECIDE_ROWS - 2, cells.DECIDE - 1,
        {"validate": "list", "source": ["Yes", "No"], "ignore_blank": True},
    )  # fmt: skip


_STYLES: Final = {
    "Refunds": "number", "Lines": "number", "Age in days": "number", "Register": "money", "Provider": "money",
}  # fmt: skip
