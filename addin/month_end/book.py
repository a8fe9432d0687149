"""Draws the workbook: cover, guide, controls, dashboard, then one sheet per table; locked, the same bytes each time.

XlsxWriter draws everything but the rows of tables: those were staged before (`staging`) and are put between the parts
it made, deflated as they are, so that a month of a million events costs little time and no memory.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import segno
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from addin.errors import HostError
from addin.month_end.charts import Chartable, draw_dashboard
from addin.month_end.controls import FIRST_ROW, HEADER_ROW, Areas, Line
from addin.month_end.staging import Leaf, Staged
from addin.month_end.table import Holds, Table
from addin.month_end.zip_writer import Piece, piece_of, write_zip
from addin.register.cells import DAY_FORMAT, INSTANT_FORMAT, MONEY_FORMAT
from addin.register.layout import Sheet, Use
from addin.register.lists import column_letters
from addin.register.package import ProtectionOptions, protect_sheets, read_parts, register_salt, sheet_parts
from addin.register.page import Page, Stamp
from addin.register.style import ACCENT, GREEN, INK, LINE, QUIET, RED, WHITE, Look

COVER: Final = "Cover"
GUIDE: Final = "How to read"
CONTROLS: Final = "Control totals"
DASHBOARD: Final = "Dashboard"
_OPTIONS: Final = {
    "in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
}  # fmt: skip
_FORMATS: Final = {
    Holds.TEXT: ("@", "left"), Holds.LONG: ("@", "left"), Holds.COUNT: ("0", "left"),
    Holds.MONEY: (MONEY_FORMAT, "right"), Holds.DAY: (DAY_FORMAT, "left"),
    Holds.INSTANT: (INSTANT_FORMAT, "left"),
}  # fmt: skip
#: Tables with more characters side by side than this would be too small on one page.
_ONE_PAGE: Final = 225
#: A hint runs over as many columns as make this many characters, so that it stays on a screen and on one page.
_HINT_WIDTH: Final = 130
_BLANK_ROW: Final = re.compile(rf'<row r="{FIRST_ROW}"[^>]*>.*?</row>'.encode())
_STYLE: Final = re.compile(rb' s="\d+"')
_DIMENSION: Final = re.compile(rb'(<dimension ref="A1:)[A-Z]+\d+"')
_LOCK: Final = ProtectionOptions(auto_filter=True, format_columns=True, format_rows=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """What cover and footers say: pairs of label and text, and what marks every sheet while the month is not over.

    `square` is what the cover's square code holds, for whoever compares a printed head with a journal.
    """

    title: str
    register_id: str
    house: str
    draft: str
    cover: Sequence[tuple[str, str]]
    guide: Sequence[tuple[str, str]]
    square: str = ""


class Pack:
    """One pack while it is drawn."""

    def __init__(self, facts: Facts, created: Any, password: str) -> None:
        self.password = password
        self.target = io.BytesIO()
        self.facts = facts
        self.book = Workbook(self.target, dict(_OPTIONS))
        self.book.set_properties({"title": facts.title, "created": created})
        self.look = Look(self.book)
        self.names: list[str] = []

    def page(self, name: str, tab: str = ACCENT) -> Page:
        """A new sheet at the end."""
        worksheet = self.book.add_worksheet(name)
        worksheet.set_tab_color(tab)
        worksheet.hide_gridlines(2)
        self.names.append(name)
        stamp = Stamp(self.facts.register_id, self.facts.house, "", demo=False)
        return Page(Sheet(name, "", Use.LOG), worksheet, self.look, stamp)

    def head(self, page: Page, hint: str, columns: int, stated: str = "") -> None:
        """Title, hint and what is stated of the rows; while the month is not over, every sheet says so.

        A broad table is printed on two pages, its first column on both: there the words begin behind that column, so
        that the second page does not show their beginnings cut off, and end well before the first page does.
        """
        first = 2 if _is_broad(page, columns) else 1
        page.put(1, first, f"{page.sheet.name}: {self.facts.title}", self.look["title"])
        page.height(1, 26)
        style = self.look.named("hint", text_wrap=True, valign="top")
        reach, width = first - 1, 0
        most = _HINT_WIDTH if first == 1 else min(_HINT_WIDTH, _printed_width(page, columns) * 0.35)
        while reach < columns and (reach < first + 1 or width < most):
            reach += 1
            width += page.widths.get(reach, 8)
        page.worksheet.merge_range(1, first - 1, 1, reach - 1, hint, style)
        for column in (*range(1, first), *range(reach + 1, columns + 1)):
            page.put(2, column, None, style)
        page.height(2, 15.5 * (1 + len(hint) // max(width, 20)) + 4)
        words = " ".join(filter(None, (self.facts.draft, stated)))
        page.worksheet.merge_range(2, first - 1, 2, reach - 1, words, self._stated())
        page.height(3, 15.5 * (1 + len(words) // max(width, 20)) + 1)

    def _stated(self) -> Format:
        color = RED if self.facts.draft else QUIET
        return self.look.named("label_top", bold=bool(self.facts.draft), font_color=color)

    def print_set_up(self, page: Page, columns: int, *, header: int = 0, tall: int = 0, portrait: bool = False) -> None:
        """A4, one page wide (broad tables two, the first column on both); the footer says what and whose it is."""
        sheet = page.worksheet
        if not portrait:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        broad = _is_broad(page, columns)
        sheet.fit_to_pages(2 if broad else 1, tall)
        if broad:
            sheet.repeat_columns(0, 0)
        if header:
            sheet.repeat_rows(header - 1)
            sheet.freeze_panes(header, 1)
        draft = "DRAFT  " if self.facts.draft else ""
        left = f"&L&8{draft}{_plain(self.facts.house)} - {_plain(self.facts.register_id)} - {_plain(self.facts.title)}"
        sheet.set_footer(f"{left[:170]}&C&8{_plain(page.sheet.name)}&R&8page &P of &N")

    # ---- the sheets -----------------------------------------------------------------------------------------

    def styles(self, table: Table) -> list[Format]:
        """The format of each column's cells."""
        found = []
        for column in table.columns:
            code, align = _FORMATS[column.holds]
            wrap = {"text_wrap": True} if column.holds is Holds.LONG else {}
            gap = {"indent": 1} if align == "right" else {}  # else an amount stands right before the next text
            edge = {"valign": "top", "bottom": 1, "bottom_color": LINE}
            found.append(self.look.of(num_format=code, align=align, **edge, **wrap, **gap))
        return found

    def table(self, staged: Staged, leaf: Leaf) -> None:
        """One sheet of a table, with one blank row where its rows are put in later."""
        table, columns = staged.table, len(staged.table.columns)
        page = self.page(leaf.name, "#8D99AE")
        for at, column in enumerate(table.columns, 1):
            page.width(at, column.width)
        count = staged.count
        stated = f"{count} {'row' if count == 1 else 'rows'}." if count else table.empty
        if len(staged.leaves) > 1:
            at = staged.leaves.index(leaf)
            stated += f" Sheet {at + 1} of {len(staged.leaves)}, {leaf.rows} of the rows."
        if table.sums:
            stated += f" {table.sums}: £{staged.total:,.2f}."
        self.head(page, table.hint, table.printed or columns, f"{stated} SHA-256 of the rows: {staged.digest}")
        page.header(HEADER_ROW, 1, [column.title for column in table.columns], 32)
        for at, column in enumerate(table.columns, 1):
            if column.holds is Holds.MONEY:
                page.put(HEADER_ROW, at, column.title, self.look.named("header", align="right", indent=1))
        for at, style in enumerate(self.styles(table), 1):
            page.put(FIRST_ROW, at, None, style)
        last = FIRST_ROW + max(leaf.rows, 1) - 1
        page.worksheet.autofilter(HEADER_ROW - 1, 0, last - 1, columns - 1)
        page.worksheet.ignore_errors({"number_stored_as_text": f"A1:{column_letters(columns)}{last}"})
        printed = table.printed or columns
        page.worksheet.print_area(0, 0, last - 1, printed - 1)
        self.print_set_up(page, printed, header=HEADER_ROW)

    def cover(self, page: Page, tables: Sequence[str]) -> None:
        """What this is, up to where, who signs, and what is inside."""
        look = self.look
        for at, width in enumerate((24, 30, 30, 30, 24), 1):
            page.width(at, width)
        page.put(1, 1, self.facts.house, look.named("label"))
        page.put(2, 1, "Month-end audit workbook", look.named("title", font_size=22))
        page.put(3, 1, self.facts.title, look.named("section", font_size=16))
        page.height(2, 34)
        page.height(3, 24)
        row = 4
        if self.facts.draft:
            page.put(row, 1, self.facts.draft, look.named("section", font_color=RED))
        row += 2
        wide = look.named("body", bottom=1, bottom_color=LINE, num_format="@")
        for label, text in self.facts.cover:
            page.put(row, 1, label, look.named("label_top", bottom=1, bottom_color=LINE))
            page.worksheet.merge_range(row - 1, 1, row - 1, 4, text, wide)
            page.height(row, 15.5 * (1 + len(text) // 112) + 3)
            row += 1
        row = self._check_line(page, row + 1)
        row = self._sign_off(page, row + 1)
        self._contents(page, row + 1, tables)
        if self.facts.square:
            image = io.BytesIO()
            segno.make(self.facts.square, error="m", micro=False).save(image, kind="png", scale=3, border=2, dark=INK)
            about = {"image_data": image, "x_offset": 40, "y_offset": 2, "object_position": 3,
                     "x_scale": 0.62, "y_scale": 0.62, "description": "Head of the chain as a square code"}  # fmt: skip
            page.worksheet.insert_image(0, 4, "head.png", about)
        self.print_set_up(page, 5, portrait=True, tall=1)

    def _check_line(self, page: Page, row: int) -> int:
        page.put(row, 1, "All controls", self.look["label"])
        formula = f"='{CONTROLS}'!$B$4"
        page.worksheet.merge_range(row - 1, 1, row - 1, 4, "", self.look.named("body", bold=True))
        page.formula(row, 2, formula, self.look.named("body", bold=True), self.verdict)
        return row + 1

    def _sign_off(self, page: Page, row: int) -> int:
        """The reviewer is another person than the preparer; signed by hand or in the yellow cells."""
        page.put(row, 1, "Sign-off", self.look["section"])
        page.header(row + 1, 1, ("", "Name", "Role", "Date", "Signature"), 20)
        for offset, who in enumerate(("Prepared by", "Reviewed by", "Returned by auditor"), 2):
            page.put(row + offset, 1, who, self.look.named("label"))
            page.height(row + offset, 24)
            for column in range(2, 6):
                page.put(row + offset, column, None, self.look["input"])
        page.put(row + 5, 1, "Comment", self.look["label"])
        page.worksheet.merge_range(row + 4, 1, row + 4, 4, "", self.look["input_box"])
        page.height(row + 5, 34)
        words = (
            "The reviewer is another person than the preparer. Yellow cells may be filled in; the others are locked."
        )
        page.put(row + 6, 1, words, self.look.named("help", text_wrap=False))
        return row + 7

    def _contents(self, page: Page, row: int, tables: Sequence[str]) -> None:
        page.put(row, 1, "Contents", self.look["section"])
        link = self.look["link"]
        for offset, name in enumerate([GUIDE, CONTROLS, DASHBOARD, *tables]):
            at, column = row + 1 + offset % 6, 1 + offset // 6
            page.worksheet.write_url(at - 1, column - 1, f"internal:'{name}'!A1", link, name)

    def guide(self, page: Page) -> None:
        """How to read the pack, point by point."""
        page.width(1, 26)
        page.width(2, 116)
        self.head(page, "What this workbook is, what it rests on, and what it does not show.", 2)
        for row, (label, text) in enumerate(self.facts.guide, 5):
            page.put(row, 1, label, self.look.named("body", bold=True))
            page.put(row, 2, text, self.look["body"])
            page.height(row, 15.5 * (1 + len(text) // 118) + 6)
        self.print_set_up(page, 2, tall=1)

    def controls(self, page: Page, lines: Sequence[Line], areas: Areas) -> None:
        """Each figure computed and as a live formula, with a word where they differ."""
        for at, width in enumerate((46, 18, 18, 10, 90), 1):
            page.width(at, width)
        self.head(
            page, "Computed when the pack was made, and calculated again by your program from the sheets behind.", 5
        )
        page.header(HEADER_ROW, 1, ("Control", "Computed", "Live formula", "Check", "Note"), 20)
        row = FIRST_ROW
        for line in [*lines, Line("Sheets: rows and pounds"), *_sheet_lines(areas)]:
            self._line(page, row, line)
            row += 1
        last = row - 1
        style = self.look.named("body", bold=True)
        page.put(4, 1, "All controls", style)
        wrong = f'COUNTIF($D${FIRST_ROW}:$D${last},"CHECK")'
        formula = f'=IF({wrong}=0,"All agree",{wrong}&" to look at")'
        page.formula(4, 2, formula, style, self.verdict)
        area = f"D{FIRST_ROW}:D{last}"
        for word, fill in (("OK", GREEN), ("CHECK", RED)):
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"'}
            page.worksheet.conditional_format(area, {**rule, "format": self.look.rule(bg_color=fill, font_color=WHITE)})
        self.print_set_up(page, 5, header=HEADER_ROW)

    def _line(self, page: Page, row: int, line: Line) -> None:
        edge = {"bottom": 1, "bottom_color": LINE, "valign": "top"}
        if line.heading:
            page.put(row, 1, line.label, self.look["section"])
            page.height(row, 24)
            return
        is_money = isinstance(line.computed, Decimal)
        code = MONEY_FORMAT if is_money else "0"
        figure = self.look.of(num_format=code, align="right", **edge)
        page.put(row, 1, line.label, self.look.of(text_wrap=True, **edge))
        page.put(row, 2, line.computed, figure)
        check = "OK" if line.formula or line.computed == 0 else "CHECK"
        if line.formula:
            page.formula(row, 3, line.formula, figure, line.computed or 0)
            test = f'=IF(ROUND(B{row},2)=ROUND(C{row},2),"OK","CHECK")'
        else:
            page.put(row, 3, None, figure)
            test = f'=IF(B{row}=0,"OK","CHECK")'
        page.formula(row, 4, test, self.look.of(align="center", bold=True, **edge), check)
        page.put(row, 5, line.note or None, self.look.of(text_wrap=True, font_color=QUIET, **edge))

    verdict = "All agree"

    def close(self) -> bytes:
        """The file without the rows of its tables, every sheet locked."""
        self.book.close()
        locks = dict.fromkeys(self.names, _LOCK)
        salt = register_salt(self.facts.register_id)
        return protect_sheets(self.target.getvalue(), locks, self.password, salt, structure=True)

    def style_numbers(self, table: Table) -> list[int]:
        """The numbers of a table's formats, given before anything is drawn: its rows are made first."""
        return [style._get_xf_index() for style in self.styles(table)]  # type: ignore[no-untyped-call]


def _is_broad(page: Page, columns: int) -> bool:
    """True for a table that would be too small on one page."""
    return _printed_width(page, columns) > _ONE_PAGE


def _printed_width(page: Page, columns: int) -> float:
    return sum(page.widths.get(at, 8) for at in range(1, columns + 1))


def _sheet_lines(areas: Areas) -> list[Line]:
    found = []
    for name, staged in areas.staged.items():
        note = f"SHA-256 of the rows {staged.digest}"
        found.append(Line(f"{name}: rows", staged.count, f"=COUNTA({areas.first_column(name)})", note))
        if sums := staged.table.sums:
            found.append(Line(f"{name}: {sums}, pounds", staged.total, f"=SUM({areas.column(name, sums)})"))
    return found


def compose(pack: Pack, staged: Sequence[Staged], lines: Sequence[Line], charts: Chartable, target: Path) -> None:
    """Write the workbook: everything around the tables, then their rows put in.

    Raises:
        HostError: the file cannot be written.
    """
    wrong = sum(1 for line in lines if not line.heading and not line.formula and line.computed != 0)
    pack.verdict = f"{wrong} to look at" if wrong else "All agree"
    cover, guide, controls, dashboard = (pack.page(name) for name in (COVER, GUIDE, CONTROLS, DASHBOARD))
    pack.cover(cover, [one.table.name for one in staged])
    pack.guide(guide)
    pack.controls(controls, lines, Areas(staged))
    for at in range(1, 15):
        dashboard.width(at, 11)
    pack.head(dashboard, "The month in four pictures; the figures they are drawn from stand beneath.", 14)
    draw_dashboard(pack.book, dashboard, charts)
    pack.print_set_up(dashboard, 14, tall=1, portrait=True)
    leaves = {leaf.name: (one, leaf) for one in staged for leaf in one.leaves}
    for one, leaf in leaves.values():
        pack.table(one, leaf)
    cover.worksheet.activate()
    parts = read_parts(pack.close())
    where = {part: name for name, part in sheet_parts(parts).items()}
    write_zip(target, ((name, _pieces(content, leaves.get(where.get(name, "")))) for name, content in parts.items()))


def _pieces(content: bytes, found: tuple[Staged, Leaf] | None) -> list[Piece]:
    """A part as it is written: whole, or around the rows of its table."""
    if found is None or not found[1].rows:
        return [piece_of(content)]
    staged, leaf = found
    row = _BLANK_ROW.search(content)
    if row is None or len(_STYLE.findall(row[0])) != len(staged.table.columns):
        raise HostError(f"The sheet '{leaf.name}' was not drawn as expected.", hint="This is a fault of the program.")
    last = f"{column_letters(len(staged.table.columns))}{FIRST_ROW + leaf.rows - 1}".encode()
    before = _DIMENSION.sub(lambda match: match[1] + last + b'"', content[: row.start()], count=1)
    return [piece_of(before), leaf.xml, piece_of(content[row.end() :])]


def _plain(text: str) -> str:
    return text.replace("&", "&&").replace("\n", " ")[:60]


__all__ = ["CONTROLS", "COVER", "DASHBOARD", "GUIDE", "Facts", "Pack", "compose"]
