"""The Dashboard of a pack: native charts over blocks of figures that stand beneath them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from xlsxwriter.workbook import Workbook

from addin.logic.forms import Cell
from addin.register.lists import column_letters
from addin.register.page import Page
from addin.register.style import ACCENT, CALM, FONT, GREEN, INK, LINE, SLATE

_FIRST: Final = 41
_SIZE: Final = (552, 330)
_STEP: Final = 18
_PALETTE: Final = (INK, ACCENT, GREEN, CALM)


@dataclass(frozen=True, slots=True)
class Block:
    """One chart's figures: its title, the titles of its columns, its rows, and whether bars lie."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    lying: bool = False
    money: bool = False


Chartable = Sequence[Block]


def draw_dashboard(book: Workbook, page: Page, blocks: Chartable) -> None:
    """Draw the figures and four charts over them, two by two."""
    row = _FIRST
    for number, block in enumerate(blocks):
        column = 1 if number % 2 == 0 else 8
        _figures(page, row, column, block)
        chart = _chart(book, row, column, block)
        options = {"x_offset": 4, "y_offset": 4, "object_position": 2, "description": block.title}
        page.worksheet.insert_chart(3 + (number // 2) * _STEP, column - 1, chart, options)
        if number % 2:
            row += max(len(block.rows), len(blocks[number - 1].rows)) + 3
    page.worksheet.print_area(0, 0, row, 13)


def _figures(page: Page, row: int, column: int, block: Block) -> None:
    look = page.look
    page.put(row, column, block.title, look["section"])
    starts = _starts(column, block)
    for offset, (title, at) in enumerate(zip(block.columns, starts, strict=True)):
        style = look.named("header", text_wrap=False, align="left" if offset == 0 else "right")
        for filled in range(at, at + (3 if offset == 0 else 1)):
            page.put(row + 1, filled, title if filled == at else None, style)
    for down, line in enumerate(block.rows, row + 2):
        for offset, (cell, at) in enumerate(zip(line, starts, strict=True)):
            style = (
                look["plain"] if offset == 0 else look["money" if block.money and offset == len(line) - 1 else "number"]
            )
            page.put(down, at, cell, style)


def _starts(column: int, block: Block) -> list[int]:
    """The first column of figures is three cells wide, for its names."""
    return [column, *range(column + 3, column + 2 + len(block.columns))]


def _chart(book: Workbook, row: int, column: int, block: Block) -> Any:
    chart: Any = book.add_chart({"type": "bar" if block.lying else "column"})
    first, last = row + 2, row + 1 + max(len(block.rows), 1)
    names = column_letters(column)
    shown = range(len(block.columns) - 1, len(block.columns)) if block.money else range(1, len(block.columns))
    for number, offset in enumerate(shown):
        letters = column_letters(_starts(column, block)[offset])
        chart.add_series(
            {
                "name": f"=Dashboard!${letters}${row + 1}",
                "categories": f"=Dashboard!${names}${first}:${names}${last}",
                "values": f"=Dashboard!${letters}${first}:${letters}${last}",
                "fill": {"color": _PALETTE[number % 4]},
                "border": {"none": True},
                "gap": 60,
            }
        )
    _finish(chart, block, legend=len(shown) > 1)
    return chart


def _finish(chart: Any, block: Block, *, legend: bool) -> None:
    font = {"name": FONT, "size": 9, "color": INK}
    chart.set_title({"name": block.title, "name_font": {"name": FONT, "size": 12, "color": INK}, "overlay": False})
    code = "#,##0"
    grid = {"visible": True, "line": {"color": LINE}}
    category = {"num_font": font, "line": {"color": SLATE}}
    value = {"num_font": font, "num_format": code, "major_gridlines": grid, "line": {"none": True}, "min": 0}
    if block.lying:  # names stand on the left, the first on top, and the scale stays below
        chart.set_y_axis({**category, "reverse": True, "crossing": "max", "interval_unit": 1})
        chart.set_x_axis(value)
    else:
        chart.set_x_axis(category)
        chart.set_y_axis(value)
    chart.set_legend({"position": "bottom", "font": font} if legend else {"none": True})
    chart.set_size({"width": _SIZE[0], "height": _SIZE[1]})
    chart.set_chartarea({"border": {"color": LINE}})
