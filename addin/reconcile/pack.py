"""The workbook of results: the control equation, every open item, every match, what the lines of the file are."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from xlsxwriter.workbook import Workbook

from addin.logic.case_type import Case
from addin.logic.forms import Cell
from addin.logic.reconcile.records import Standing
from addin.register import reconcile_cells as cells
from addin.register.draw_reconcile import draw_results_sheet
from addin.register.layout import Sheet, Use
from addin.register.page import Page, Stamp, set_print
from addin.register.style import Look

_OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
}  # fmt: skip
_HEADER: Final = 4


def results_workbook(standing: Standing, cases: Mapping[str, Case], house: str, register_id: str) -> bytes:
    """The workbook of one run with what was decided since; the same bytes for the same standing.

    Args:
        standing: the run.
        cases: the refunds of its pairs, by case number.
        house: for the footers.
        register_id: likewise.
    """
    target = io.BytesIO()
    book = Workbook(target, dict(_OPTIONS))
    made = datetime.fromisoformat(standing.at).replace(tzinfo=None)
    book.set_properties({"title": f"Reconciliation {standing.run.period}", "created": made})
    look = Look(book)
    stamp = Stamp(register_id, house, "", demo=False)

    def page(name: str, widths: Sequence[int]) -> Page:
        worksheet = book.add_worksheet(name)
        worksheet.hide_gridlines(2)
        found = Page(Sheet(name, "", Use.LOG), worksheet, look, stamp)
        for at, width in enumerate(widths, 1):
            found.width(at, width)
        return found

    draw_results_sheet(page("Reconciliation", [width for _, width in cells.COLUMNS]), standing)
    _table(
        page("Matched", (20, 20, 24, 16, 14, 12, 12, 10)), standing,
        "Refunds that match a line within the period, with the line of the file and the tier that found it.",
        ("Case", "Refund no.", "Refund reference", "Order no.", "Amount", "Currency", "Line of file", "Tier"),
        [_pair(cases.get(case_id), case_id, line, tier) for case_id, line, tier in standing.pairs],
    )  # fmt: skip
    _table(
        page("Lines of the file", (30, 14, 18)), standing,
        "Lines of the statement that are no refunds of the register's kind: never netted into refunds.",
        ("Class", "Lines", "Value"),
        [(name, count, Decimal(value)) for name, count, value in standing.run.classes],
    )  # fmt: skip
    _table(
        page("Ageing", (30, 14)), standing, "How old the open items were when the run was made.", ("Age", "Items"),
        [tuple(row) for row in standing.run.ages],
    )  # fmt: skip
    _table(
        page("Decisions", (16, 14, 20)), standing, "What people decided on proposals; reasons are in the audit trail.",
        ("Item", "Answer", "By"), [(name, *answer) for name, answer in sorted(standing.decided.items())],
    )  # fmt: skip
    book.close()
    return target.getvalue()


def _pair(case: Case | None, case_id: str, line: int, tier: str) -> tuple[Cell, ...]:
    if case is None:
        return (case_id, None, None, None, None, None, line or None, tier)
    amount = case.money("total_refund")
    return (
        case_id, case.text("refund_no") or None, case.text("refund_psp_reference") or None,
        case.text("order_no") or None, amount.amount if amount else None, amount.currency if amount else None,
        line or None, tier,
    )  # fmt: skip


def _table(
    page: Page, standing: Standing, hint: str, titles: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> None:  # fmt: skip
    look = page.look
    page.put(1, 1, f"{page.sheet.name}: reconciliation {standing.run.period}", look["title"])
    page.height(1, 26)
    page.put(2, 1, hint, look["label"])
    page.header(_HEADER, 1, titles, 20)
    for number, line in enumerate(rows, _HEADER + 1):
        for column, cell in enumerate(line, 1):
            kind = "money" if isinstance(cell, Decimal) else "number" if isinstance(cell, int) else "plain"
            page.put(number, column, cell, look[kind])
    if not rows:
        page.put(_HEADER + 1, 1, "Nothing to list.", look["label"])
    page.worksheet.freeze_panes(_HEADER, 0)
    set_print(page, header=_HEADER)
