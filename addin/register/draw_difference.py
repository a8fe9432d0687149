"""The workbook that shows what changed between two versions: one line a row, changed cells coloured, old under new."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Final

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from addin.logic.calendar import LONDON
from addin.logic.difference import ADDED, CHANGED, REMOVED, RowChange
from addin.logic.values import CELL_LIMIT
from addin.register.style import ACCENT, AMBER, GREEN, INK, RED, WHITE, Look

_FILL: Final[Mapping[str, tuple[str, str]]] = {ADDED: (GREEN, WHITE), REMOVED: (RED, WHITE), CHANGED: (AMBER, INK)}
_SHORT, _LONG = 11, 38
#: How many characters across still can be read on one landscape page, and how small they are printed beyond that.
_READABLE, _SCALE = 210, 62
_CHANGE_COLUMNS: Final = (("What", 11), ("Sheet", 14), ("Case", 18), ("Column", 22), ("Was", 44), ("Is now", 44))


def draw_difference(changes: Iterable[RowChange], *, old: str, new: str, house: str, made: datetime) -> bytes:
    """The workbook as bytes: a summary, every change on a line (to print), then the rows of each sheet that differs."""
    target = io.BytesIO()
    found = list(changes)
    with Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        look = Look(book)
        _summary(book, look, found, old, new, house, made)
        _changes(book, look, found)
        for sheet, rows in groupby(found, key=lambda change: change.sheet):
            _sheet(book, look, sheet, list(rows))
    return target.getvalue()


def _page(book: Workbook, name: str, title: str, hint: str, look: Look) -> Worksheet:
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, title, look["title"])
    sheet.write_string(1, 0, hint, look.of(font_color="#6B7280"))
    return sheet


def _summary(
    book: Workbook, look: Look, found: list[RowChange], old: str, new: str, house: str, made: datetime
) -> None:
    stamp = f"{made.astimezone(LONDON):%d/%m/%Y %H:%M}"
    sheet = _page(book, "Summary", "What changed", f"{house}. Made {stamp}, London.", look)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 4, 14)
    for row, (label, value) in enumerate((("Older version", old), ("Newer version", new)), start=3):
        sheet.write_string(row, 0, label, look["label"])
        sheet.write_string(row, 1, value, look.of(bold=True, font_color=INK))
    for at, title in enumerate(("Sheet", "Rows added", "Rows removed", "Rows changed", "Cells changed")):
        sheet.write_string(6, at, title, look["header"])
    counts: dict[str, Counter[str]] = {}
    for change in found:
        tally = counts.setdefault(change.sheet, Counter())
        tally[change.what] += 1
        tally["cells"] += len(change.cells) if change.what == CHANGED else 0
    for row, (name, tally) in enumerate(counts.items(), start=7):
        sheet.write_url(row, 0, f"internal:'{name}'!A1", look["link"], name)
        for at, what in enumerate((ADDED, REMOVED, CHANGED, "cells"), start=1):
            sheet.write_number(row, at, tally[what], look["number"])
    if not found:
        sheet.write_string(7, 0, "The two versions say the same.", look["plain"])


def _changes(book: Workbook, look: Look, found: list[RowChange]) -> None:
    sheet = _page(book, "Changes", "Every change", "One line a cell; a new or removed row is one line.", look)
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    for at, (title, width) in enumerate(_CHANGE_COLUMNS):
        sheet.write_string(3, at, title, look["header"])
        sheet.set_column(at, at, width)
    row = 4
    for change in found:
        fill, ink = _FILL[change.what]
        mark = look.of(bold=True, bg_color=fill, font_color=ink, valign="top")
        for cell in change.cells if change.what == CHANGED else (None,):
            sheet.write_string(row, 0, change.what, mark)
            told = (cell.column, cell.old, cell.new) if cell else ("", "", "")
            for at, words in enumerate((change.sheet, change.case_id, *told), start=1):
                sheet.write_string(row, at, words[:CELL_LIMIT], look["plain_wrap"])
            row += 1
    sheet.autofilter(3, 0, max(row - 1, 4), len(_CHANGE_COLUMNS) - 1)


def _sheet(book: Workbook, look: Look, name: str, rows: list[RowChange]) -> None:
    filled = {title for change in rows for row in (change.new, change.old) for title, words in row.items() if words}
    titles = [t for t in dict.fromkeys(t for change in rows for t in (*change.new, *change.old)) if t in filled]
    hint = "Changed cells are coloured; the line below a changed row holds the old words."
    sheet = _page(book, name, name, hint, look)
    sheet.freeze_panes(4, 2)
    sheet.repeat_rows(3)
    across = 0
    for at, title in enumerate(("What", *titles)):
        sheet.write_string(3, at, title, look["header"])
        words = [found.get(title, "") for change in rows for found in (change.new, change.old)]
        wanted = max((len(text) for text in words), default=0) + 1
        width = min(max(wanted, len(title) + 2, _SHORT), _LONG)
        sheet.set_column(at, at, width)
        across += width
    if across > _READABLE:  # a whole form on one page's width could not be read: it goes on beside, case repeated
        sheet.set_print_scale(_SCALE)
        sheet.repeat_columns(0, 1)
        sheet.print_across()
    at = 4
    for change in rows:
        at = _row(sheet, look, at, change, titles)
    sheet.autofilter(3, 0, max(at - 1, 4), len(titles))


def _row(sheet: Worksheet, look: Look, at: int, change: RowChange, titles: list[str]) -> int:
    fill, ink = _FILL[change.what]
    sheet.write_string(at, 0, change.what, look.of(bold=True, bg_color=fill, font_color=ink, valign="top"))
    shown = change.old if change.what == REMOVED else change.new
    touched = {cell.column for cell in change.cells} if change.what == CHANGED else set()
    plain, quiet = look["plain"], look.of(font_color="#6B7280", italic=True, num_format="@", valign="top")
    bright = look.of(bg_color=AMBER, font_color=INK, num_format="@", valign="top")
    for column, title in enumerate(titles, start=1):
        words = shown.get(title, "")[:CELL_LIMIT]
        sheet.write_string(at, column, words, bright if title in touched else plain)
    if change.what != CHANGED:
        return at + 1
    sheet.write_string(at + 1, 0, "was", look.of(font_color=ACCENT, italic=True, valign="top"))
    sheet.write_string(at + 1, 1, change.case_id, quiet)
    for cell in change.cells:
        sheet.write_string(at + 1, titles.index(cell.column) + 1, cell.old[:CELL_LIMIT] or "(empty)", quiet)
    return at + 2
