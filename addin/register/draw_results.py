"""Draws the Dashboard: native charts over blocks of figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from addin.logic.case_type import Case
from addin.register.figures import CUMULATIVE, Figure, figures, tiles
from addin.register.layout import FIGURES_COLUMN, FIGURES_FIRST, MESSAGE_ROW, TILE_COLUMNS, TILE_ROW
from addin.register.lists import column_letters
from addin.register.page import Page, set_print
from addin.register.style import ACCENT, AMBER, CALM, FONT, INK, LINE, QUIET, RED, SLATE, STANDING

#: Columns of figures that are not plain counts.
_STYLES: Final = {"Amount GBP": "money", "Value GBP": "money", CUMULATIVE: "share"}
_CHART_ROW: Final = 10
_CHART_COLUMNS: Final = 20
_CHART: Final = (592, 372)
_CHART_STEP: Final = 19
#: Where the second chart of a row begins, in columns of 61 pixels: both fit a small screen.
_SECOND: Final = 10
_WIDE: Final = _SECOND * 61 + _CHART[0]


@dataclass(frozen=True, slots=True)
class _Block:
    """A figure and the row its header stands on."""

    figure: Figure
    row: int

    @property
    def first(self) -> int:
        return self.row + 1

    @property
    def last(self) -> int:
        return self.row + max(len(self.figure.rows), 1)

    def area(self, offset: int) -> str:
        """The cells of one of its columns, as a formula names them."""
        letters = column_letters(FIGURES_COLUMN + offset)
        return f"${letters}${self.first}:${letters}${self.last}"

    def series(self, offset: int, color: str, **more: Any) -> dict[str, Any]:
        """One series of a chart over the column."""
        name = column_letters(FIGURES_COLUMN + offset)
        return {
            "name": f"=Dashboard!${name}${self.row}",
            "categories": f"=Dashboard!{self.area(0)}",
            "values": f"=Dashboard!{self.area(offset)}",
            "fill": {"color": color},
            "border": {"none": True},
            **more,
        }


def set_dashboard_widths(page: Page) -> None:
    """Even columns under the charts; the figures far to the right."""
    for column in range(1, FIGURES_COLUMN):
        page.width(column, 8)
    for offset, width in enumerate((28, 12, 14, 12, 12)):
        page.width(FIGURES_COLUMN + offset, width)


def draw_dashboard(page: Page, book: Workbook, cases: Sequence[Case], now: datetime) -> None:
    """Draw the figures, the tiles over them and the charts."""
    blocks: dict[str, _Block] = {}
    row = FIGURES_FIRST
    for figure in figures(cases, now):
        blocks[figure.name] = _Block(figure, row)
        _draw_figure(page, blocks[figure.name])
        row += len(figure.rows) + 3
    _draw_tiles(page, blocks["load"])
    charts = (_load(book, blocks["load"]), _ageing(book, blocks["ageing"]), _load(book, blocks["people"]),
              _refunds(book, blocks["refunds"]), _causes(book, blocks["causes"]),
              _causes(book, blocks["causes_value"], by_value=True), _claims(book, blocks["claims"]))  # fmt: skip
    for number, (chart, title) in enumerate(charts):
        _finish(chart, title, wide=number == len(charts) - 1)
        at = (_CHART_ROW - 1 + (number // 2) * _CHART_STEP, 0 if number % 2 == 0 else _SECOND)
        options = {"x_offset": 4, "y_offset": 4, "object_position": 2, "description": title}
        page.worksheet.insert_chart(*at, chart, options)
    page.worksheet.freeze_panes(MESSAGE_ROW, 0)
    set_print(page, last_row=_CHART_ROW + 4 * _CHART_STEP, last_column=_CHART_COLUMNS, tall=1)
    page.worksheet.set_portrait()  # the charts stand under one another


def _draw_figure(page: Page, block: _Block) -> None:
    look = page.look
    page.put(block.row - 1, FIGURES_COLUMN, block.figure.title, look["section"])
    for offset, title in enumerate(block.figure.columns):
        page.put(block.row, FIGURES_COLUMN + offset, title, look["header"])
        style = look["plain"] if offset == 0 else look[_STYLES.get(title, "number")]
        for row, line in enumerate(block.figure.rows, block.first):
            page.put(row, FIGURES_COLUMN + offset, line[offset], style)


def _draw_tiles(page: Page, block: _Block) -> None:
    look = page.look
    for at, (label, shown) in zip(TILE_COLUMNS, tiles(block.figure), strict=True):
        line = {"left": 2, "left_color": STANDING.get(label, (LINE, ""))[0]}
        for column in range(at, at + 3):
            edge = line if column == at else {}
            page.put(7, column, label if column == at else None, look.named("tile_label", **edge))
            page.put(8, column, None, look.named("tile", **edge))
        page.put(TILE_ROW, at, shown, look.named("tile", **line))
    page.height(6, 6)
    page.height(7, 20)
    page.height(8, 30)
    page.height(9, 8)


# ---- charts ---------------------------------------------------------------------------------------------------

_Drawn = tuple[Chart, str]


def _chart(book: Workbook, kind: str, subtype: str = "") -> Chart:
    chart = book.add_chart({"type": kind} | ({"subtype": subtype} if subtype else {}))
    if chart is None:  # pragma: no cover - only for a kind of chart that does not exist
        raise ValueError(kind)
    return chart


def _load(book: Workbook, block: _Block) -> _Drawn:
    chart = _chart(book, "bar", "stacked")
    for offset, color in enumerate((RED, AMBER, SLATE, CALM), 1):
        chart.add_series(block.series(offset, color, gap=45))
    chart.set_y_axis(_axis(reverse=True) | {"crossing": "max", "interval_unit": 1})
    chart.set_x_axis(_axis("Cases", lines=True, num_format="0"))
    return chart, block.figure.title


def _ageing(book: Workbook, block: _Block) -> _Drawn:
    chart = _chart(book, "column")
    chart.add_series(block.series(1, INK, gap=70, data_labels=_labels("0")))
    chart.set_x_axis(_axis("Age since opening"))
    chart.set_y_axis(_axis("Cases", lines=True, num_format="0"))
    return chart, block.figure.title


def _refunds(book: Workbook, block: _Block) -> _Drawn:
    chart = _chart(book, "bar")
    chart.add_series(block.series(1, INK, gap=45, data_labels=_labels("0")))
    chart.set_y_axis(_axis(reverse=True) | {"crossing": "max", "interval_unit": 1})
    chart.set_x_axis(_axis("Refunds", lines=True, num_format="0"))
    return chart, block.figure.title


def _claims(book: Workbook, block: _Block) -> _Drawn:
    chart = _chart(book, "column")
    points = [{"fill": {"color": color}} for color in (SLATE, AMBER, STANDING["Done"][0], RED)]
    chart.add_series(block.series(1, SLATE, gap=70, points=points, data_labels=_labels("#,##0")))
    chart.set_x_axis(_axis())
    chart.set_y_axis(_axis("GBP", lines=True, num_format="#,##0"))
    return chart, block.figure.title


def _causes(book: Workbook, block: _Block, *, by_value: bool = False) -> _Drawn:
    chart = _chart(book, "column")
    chart.add_series(block.series(2 if by_value else 1, INK, gap=45))
    line = _chart(book, "line")
    share = block.series(len(block.figure.columns) - 1, ACCENT, y2_axis=True)
    share |= {"line": {"color": ACCENT, "width": 2}, "marker": {"type": "circle", "size": 5, "fill": {"color": ACCENT},
              "border": {"color": ACCENT}}}  # fmt: skip
    share.pop("border")
    line.add_series(share)
    chart.combine(line)
    line.set_y2_axis({**_axis("Cumulative share", num_format="0%"), "min": 0, "max": 1})
    chart.set_x_axis(_axis("Root cause"))
    chart.set_y_axis(_axis("GBP" if by_value else "Cases", lines=True, num_format="#,##0"))
    return chart, block.figure.title


def _axis(name: str = "", *, lines: bool = False, reverse: bool = False, num_format: str = "") -> dict[str, Any]:
    font = {"name": FONT, "size": 9, "color": QUIET}
    axis: dict[str, Any] = {
        "num_font": {**font, "color": INK},
        "line": {"color": LINE},
        "major_gridlines": {"visible": lines, "line": {"color": LINE, "width": 0.75}},
        "major_tick_mark": "none",
        "reverse": reverse,
    }
    if name:
        axis |= {"name": name, "name_font": {**font, "bold": False}}
    return axis | ({"num_format": num_format} if num_format else {})


def _labels(num_format: str) -> dict[str, Any]:
    return {"value": True, "num_format": num_format, "font": {"name": FONT, "size": 9, "color": INK}}


def _finish(chart: Chart, title: str, *, wide: bool) -> None:
    chart.set_title({"name": title, "name_font": {"name": FONT, "size": 13, "bold": True, "color": ACCENT},
                     "overlay": False})  # fmt: skip
    font = {"name": FONT, "size": 9, "color": INK}
    several = len(chart.series) > 1 or chart.combined is not None
    chart.set_legend({"position": "bottom", "font": font} if several else {"none": True})
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": "#FFFFFF"}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.set_size({"width": _WIDE if wide else _CHART[0], "height": _CHART[1]})
    chart.show_blanks_as("gap")
