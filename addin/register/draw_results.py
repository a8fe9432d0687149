"""Draws the Dashboard (native charts over blocks of figures) and the Reconcile sheet before its first result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from addin.logic.case_type import Case
from addin.register.figures import CUMULATIVE, Figure, figures, tiles
from addin.register.layout import FIGURES_COLUMN, FIGURES_FIRST, MESSAGE_ROW, TILE_COLUMNS, TILE_ROW
from addin.register.lists import column_letters
from addin.register.page import Page, set_print
from addin.register.projection import OVERDUE
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
    charts = (_load(book, blocks["load"]), _ageing(book, blocks["ageing"]), _refunds(book, blocks["refunds"]),
              _claims(book, blocks["claims"]), _causes(book, blocks["causes"]))  # fmt: skip
    for number, (chart, title) in enumerate(charts):
        _finish(chart, title, wide=number == len(charts) - 1)
        at = (_CHART_ROW - 1 + (number // 2) * _CHART_STEP, 0 if number % 2 == 0 else _SECOND)
        options = {"x_offset": 4, "y_offset": 4, "object_position": 2, "description": title}
        page.worksheet.insert_chart(*at, chart, options)
    page.worksheet.freeze_panes(MESSAGE_ROW, 0)
    set_print(page, last_row=_CHART_ROW + 3 * _CHART_STEP, last_column=_CHART_COLUMNS, tall=1)


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


def _causes(book: Workbook, block: _Block) -> _Drawn:
    chart = _chart(book, "column")
    chart.add_series(block.series(1, INK, gap=45))
    line = _chart(book, "line")
    share = block.series(len(block.figure.columns) - 1, ACCENT, y2_axis=True)
    share |= {"line": {"color": ACCENT, "width": 2}, "marker": {"type": "circle", "size": 5, "fill": {"color": ACCENT},
              "border": {"color": ACCENT}}}  # fmt: skip
    share.pop("border")
    line.add_series(share)
    chart.combine(line)
    line.set_y2_axis({**_axis("Cumulative share", num_format="0%"), "min": 0, "max": 1})
    chart.set_x_axis(_axis("Root cause"))
    chart.set_y_axis(_axis("Cases", lines=True, num_format="0"))
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


# ---- Reconcile ------------------------------------------------------------------------------------------------

#: Where the facts of a reconciliation stand: labels in A, values in B.
RECONCILE_FACTS: Final = 9
RECONCILE_LABELS: Final = ("Period", "Statement", "Cut-off rule", "Made at")
#: The control equation: header row, then one row per line with count (B) and value (C), then the sum.
EQUATION_HEADER: Final = 14
EQUATION: Final[tuple[tuple[str, int], ...]] = (
    ("Register: refunds approved in the period", 1),
    ("less timing items out", -1),
    ("plus timing items in", 1),
    ("plus or minus amount differences", 1),
    ("plus provider refunds that nobody logged", 1),
    ("less provider refunds settled in the period", -1),
)
EQUATION_SUM: Final = EQUATION_HEADER + len(EQUATION) + 1
EXCEPTIONS_HEADER: Final = 25
EXCEPTION_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("Exception", 44), ("Case", 20), ("Refund no.", 20), ("Provider reference", 24), ("Order no.", 14),
    ("Register GBP", 13), ("Provider GBP", 13), ("Difference GBP", 13), ("Age in days", 12), ("What to do", 44),
)  # fmt: skip
_EMPTY: Final = "No reconciliation yet."
_HOW: Final = (
    "Put the payment provider's statement into the folder inbox, then run 'casebook reconcile FILE --period YYYY-MM'.",
    "What does not match is listed below, most serious first.",
)


def set_reconcile_widths(page: Page) -> None:
    """The columns of the list of exceptions."""
    for at, (_, width) in enumerate(EXCEPTION_COLUMNS, 1):
        page.width(at, width)


def draw_reconcile(page: Page) -> None:
    """Draw the sheet before its first result: what it is for, the control equation, an empty list of exceptions."""
    look = page.look
    page.put(7, 1, _EMPTY, look["section"])
    for row, words in enumerate(_HOW, 7):
        page.put(row, 2, words, look["label"])
    page.height(7, 22)
    for row, label in enumerate(RECONCILE_LABELS, RECONCILE_FACTS):
        page.put(row, 1, label, look["label"])
        page.put(row, 2, None, look["plain"])
    _draw_equation(page)
    page.put(EXCEPTIONS_HEADER - 1, 1, "Exceptions", look["section"])
    page.height(EXCEPTIONS_HEADER - 1, 22)
    page.header(EXCEPTIONS_HEADER, 1, [title for title, _ in EXCEPTION_COLUMNS], 20)
    page.put(EXCEPTIONS_HEADER + 1, 1, "Nothing to show.", look["label"])
    page.worksheet.freeze_panes(MESSAGE_ROW, 0)
    set_print(page)


def _draw_equation(page: Page) -> None:
    look = page.look
    page.put(EQUATION_HEADER - 1, 1, "Control equation", look["section"])
    page.put(EQUATION_HEADER - 1, 2, "Both sums must be zero, for each currency.", look["label"])
    page.height(EQUATION_HEADER - 1, 22)
    page.header(EQUATION_HEADER, 1, ("Line", "Count", "Value GBP"), 20)
    line = {"bottom": 1, "bottom_color": LINE}
    for row, (words, _) in enumerate(EQUATION, EQUATION_HEADER + 1):
        page.put(row, 1, words, look.named("plain", **line))
        page.put(row, 2, 0, look.named("number", **line))
        page.put(row, 3, Decimal(0), look.named("money", **line))
    total = look["money_bold"]
    page.put(EQUATION_SUM, 1, "Difference, must be zero", look.named("money_bold", num_format="@"))
    for column, style in ((2, look.named("money_bold", num_format="0")), (3, total)):
        letters = column_letters(column)
        signs = (f"{'+' if sign > 0 else '-'}{letters}{row}" for row, (_, sign) in _equation_rows())
        page.formula(EQUATION_SUM, column, f"={''.join(signs).removeprefix('+')}", style, 0)
    at = EQUATION_SUM
    answer = f'=IF(COUNTA(B{RECONCILE_FACTS})=0,"",IF(AND(B{at}=0,ROUND(C{at},2)=0),"Agrees","Does not agree"))'
    page.formula(at, 4, answer, look.named("plain", bold=True, num_format="General"), "")
    good, bad = STANDING["Done"], STANDING[OVERDUE]
    for word, (fill, ink) in (("Agrees", good), ("Does not agree", bad)):
        rule = page.look.rule(bg_color=fill, font_color=ink)
        page.worksheet.conditional_format(at - 1, 3, at - 1, 3,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": rule})  # fmt: skip


def _equation_rows() -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(EQUATION, EQUATION_HEADER + 1))
