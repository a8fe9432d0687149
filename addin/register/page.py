"""One sheet while it is drawn: safe writing of cells, the head every sheet has, and how it prints.

Rows and columns are counted from 1, as `layout` does. Whatever comes from data goes through `Page.put`, which never
makes a formula, a link or a number out of a text.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from addin.errors import HostError
from addin.logic.forms import Cell
from addin.logic.values import CELL_LIMIT
from addin.register.buttons import Button, macro_name
from addin.register.cells import outgoing
from addin.register.layout import BUTTON_ROWS, HINT_ROW, MESSAGE_ROW, TITLE_ROW, Sheet
from addin.register.sheets import cell_name
from addin.register.style import Look

#: Small enough for a laptop to show a sheet's main columns, large enough to read.
ZOOM: Final = 90
#: What a screen of 1366 pixels shows of a sheet, less row numbers and scroll bar.
SCREEN: Final = 1260
_BUTTON_HEIGHT: Final = 22
_GAP: Final = 5
_NARROWEST: Final = 64
_LETTER: Final = 6.2
_BOLD_LETTER: Final = 6.6
_FOOTER_LIMIT: Final = 255
#: How a text stands that follows a column of numbers, which end where it begins.
BESIDE: Final[Mapping[str, Any]] = MappingProxyType({"align": "left", "indent": 1})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What stands on every sheet and footer: the house, the register, the head it shows, and whether it is a demo."""

    register_id: str
    house: str
    head: str
    demo: bool


@dataclass
class Page:
    """One sheet of the workbook that is being made."""

    sheet: Sheet
    worksheet: Worksheet
    look: Look
    stamp: Stamp
    widths: dict[int, int] = field(default_factory=dict)
    fitted_from: int = 0

    def put(self, row: int, column: int, cell: Cell, style: Format | None = None) -> None:
        """Write one cell as what it is; a blank one only when it has a style.

        Raises:
            HostError: for a text that does not fit a cell.
        """
        value = outgoing(cell)
        at = (row - 1, column - 1)
        if value is None or value == "":
            if style is not None:
                self.worksheet.write_blank(*at, None, style)
        elif isinstance(value, str):
            self._text(row, column, value, style)
        elif isinstance(value, date):
            self.worksheet.write_datetime(*at, value, style)
        else:
            self.worksheet.write_number(*at, value, style)

    def _text(self, row: int, column: int, text: str, style: Format | None) -> None:
        if len(text) > CELL_LIMIT:
            raise HostError(
                f"{cell_name(self.sheet.name, row, column)} would hold {len(text):,} characters; {CELL_LIMIT:,} fit.",
                hint="Keep long texts as evidence files.",
                code="HOST-LONG",
            )
        self.worksheet.write_string(row - 1, column - 1, text, style)

    def line(self, row: int, column: int, cells: Sequence[Cell], style: Format | None = None) -> None:
        """Write cells side by side; blanks are left out."""
        for offset, cell in enumerate(cells):
            if cell is not None and cell != "":
                self.put(row, column + offset, cell, style)

    def formula(self, row: int, column: int, text: str, style: Format, shown: str | float | Decimal = 0) -> None:
        """Write one of our own formulas, with the result it shows before anybody calculates."""
        self.worksheet.write_formula(row - 1, column - 1, text, style, shown)

    def header(
        self,
        row: int,
        column: int,
        titles: Sequence[str],
        height: int = 30,
        *,
        numbers: Container[str] = (),
        beside: Container[str] = (),
    ) -> None:
        """Write a header row; titles over `numbers` stand on the right, as these do, and those `beside` them apart."""
        place = {} if height > 24 else {"valign": "vcenter"}
        for offset, title in enumerate(titles):
            side = {"align": "right"} if title in numbers else BESIDE if title in beside else {}
            self.put(row, column + offset, title, self.look.named("header", **place, **side))
        self.height(row, height)

    def width(self, column: int, width: int, style: Format | None = None, *, hidden: bool = False) -> None:
        """Set a column's width in characters and the format of its cells down to the last row."""
        self.widths[column] = 0 if hidden else width
        self.worksheet.set_column(column - 1, column - 1, width, style, {"hidden": hidden})

    def height(self, row: int, points: float) -> None:
        """Set a row's height in points."""
        self.worksheet.set_row(row - 1, points)

    def fit(self, row: int, texts: Mapping[int, Cell], most: int = 4) -> None:
        """Make a row as high as its wrapped texts need (by column), and let programs adjust it when they change."""
        lines = max((_lines_of(text, self.widths.get(column, 8)) for column, text in texts.items()), default=1)
        self.height(row, 15 * min(lines, most) + 3)
        self.fitted_from = min(self.fitted_from or row, row)

    @property
    def columns(self) -> int:
        """How many columns have a width of their own."""
        return max(self.widths, default=1)

    def pixels(self, column: int) -> int:
        """How wide a column is on the screen."""
        width = self.widths.get(column, 8)
        return width * 7 + 5 if width else 0


def _lines_of(text: Cell, width: int) -> int:
    """About how many lines a text takes: letters are a little narrower than the digits that widths count."""
    if not isinstance(text, str) or not width:
        return 1
    return sum(max(1, -(-len(line) // round(width * 1.1))) for line in text.split("\n"))


def draw_head(page: Page, buttons: Sequence[Button]) -> None:
    """Title, hint over the accent rule, buttons and message cell: the first five rows of every sheet.

    Widths of columns are set before, because the rule and the message cell follow them.
    """
    look, demo = page.look, " - DEMO, not a record" if page.stamp.demo else ""
    page.put(TITLE_ROW, 1, f"{page.sheet.name}{demo}", look["title"])
    page.height(TITLE_ROW, 26)
    for column in range(1, page.columns + 1):
        page.put(HINT_ROW, column, page.sheet.hint if column == 1 else None, look["hint"])
    page.height(HINT_ROW, 20)
    _draw_buttons(page, buttons)
    last = _reach(page)
    if last > 1:
        page.worksheet.merge_range(MESSAGE_ROW - 1, 0, MESSAGE_ROW - 1, last - 1, "", look["message"])
    else:
        page.put(MESSAGE_ROW, 1, None, look["message"])
    page.height(MESSAGE_ROW, 32)
    page.worksheet.hide_gridlines(2)
    page.worksheet.set_zoom(ZOOM)


def _reach(page: Page) -> int:
    """The last column that a screen shows: as far as rule and message go."""
    total = 0
    for column in range(1, page.columns + 1):
        total += page.pixels(column)
        if total >= SCREEN:
            return column
    return page.columns


def _draw_buttons(page: Page, buttons: Sequence[Button]) -> None:
    held = [button for button in buttons if button.held]
    edge = page.pixels(1) if held else 0
    lines = _lines([button for button in buttons if not button.held], SCREEN - edge, least=len(held))
    lines += [[] for _ in range(len(held) - len(lines))]
    first = (len(lines) + 1) // 2
    for row, part in zip(BUTTON_ROWS, (range(first), range(first, len(lines))), strict=True):
        pixels = len(part) * (_BUTTON_HEIGHT + _GAP) + 3 if part else 6
        page.height(row, pixels * 0.75)
        for number in part:
            top = _GAP + (number - part[0]) * (_BUTTON_HEIGHT + _GAP)
            if number < len(held):
                _draw_button(page, row, held[number], (_GAP, top), edge - 2 * _GAP)
            _draw_line(page, row, lines[number], (edge + _GAP, top))


def _lines(buttons: Sequence[Button], wide: int, *, least: int = 0) -> list[list[Button]]:
    """Buttons in as many lines as the width asks for, and at least so many; the lines about equally long."""
    total = sum(_button_width(button) + _GAP for button in buttons)
    wanted = max(1, least, -(-total // wide)) if buttons else 0
    limit = max(total / wanted + _NARROWEST, _NARROWEST) if wanted else 0
    lines: list[list[Button]] = []
    used = 0
    for button in buttons:
        width = _button_width(button) + _GAP
        if not lines or used + width > min(limit, wide):
            lines.append([])
            used = 0
        lines[-1].append(button)
        used += width
    return lines


def _button_width(button: Button) -> int:
    letter = _BOLD_LETTER if button.primary else _LETTER
    return max(_NARROWEST, round(len(button.label) * letter) + 18)


def _draw_line(page: Page, row: int, line: Sequence[Button], place: tuple[int, int]) -> None:
    left, top = place
    for button in line:
        width = _button_width(button)
        _draw_button(page, row, button, (left, top), width)
        left += width + _GAP


def _draw_button(page: Page, row: int, button: Button, place: tuple[int, int], width: int) -> None:
    """One button, its left upper corner so many pixels from the row's."""
    options: dict[str, Any] = {
        "macro": macro_name(button.action_id),
        "caption": button.label,
        "width": width,
        "height": _BUTTON_HEIGHT,
        "x_offset": place[0],
        "y_offset": place[1],
        "description": button.hint or button.label,
    }
    page.worksheet.insert_button(row - 1, 0, options)


def set_print(
    page: Page,
    *,
    header: int = 0,
    last_row: int = 0,
    last_column: int = 0,
    tall: int = 0,
    scale: int = 0,
    repeated: int = 3,
) -> None:
    """Landscape A4, as wide as one page, header row repeated; the footer says what was printed.

    `last_row` bounds what is printed on a sheet that does not grow; `tall` is how many pages high it may be, 0 for any.
    With a `scale` (percent) a wide sheet goes over several pages instead, its first `repeated` columns on each.
    """
    sheet, stamp = page.worksheet, page.stamp
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if scale:
        sheet.set_print_scale(scale)
        sheet.print_across()
        sheet.repeat_columns(0, repeated - 1)
    else:
        sheet.fit_to_pages(1, tall)
    if last_row:  # no area of whole columns: readers other than Excel stumble over one
        sheet.print_area(0, 0, last_row - 1, (last_column or page.columns) - 1)
    if header:
        sheet.repeat_rows(header - 1)
    demo = "DEMO  " if stamp.demo else ""
    head = f"head {stamp.head[:12]}  " if page.sheet.name.startswith(("Audit", "Snapshots")) else ""
    left = f"&L&8 {demo}{_footer_text(stamp.house)} - {_footer_text(stamp.register_id)}"
    right = f"&R&8 {head}page &P of &N"
    sheet.set_footer(left[: _FOOTER_LIMIT - len(right) - 20].rstrip("&") + f"&C&8 {page.sheet.name}" + right)


def _footer_text(text: str) -> str:
    """A text that a footer shows as it is."""
    return text.replace("&", "&&").replace("\n", " ")[:80]
