"""What a person must see at once fits a screen of 1366 x 768 points, measured on the committed workbook.

LibreOffice was seen to show as many points at the workbook's own zoom; Excel needs a tenth less.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from addin.macros.actions import buttons
from addin.register.layout import (
    CASE_MOVE,
    CASE_TEXT_COLUMN,
    COUNTS_COLUMN,
    COUNTS_ROW,
    DESK_COLUMNS,
    DESK_PASTE,
    FIRST_ROW,
    HEADER_ROW,
    MESSAGE_ROW,
    SHEETS,
    WORKLIST_HEADER,
    Use,
)
from addin.register.page import SCREEN, _button_width, _lines

#: What bars and tabs leave for cells, in points of the screen.
HEIGHT = 585
ROW = 18
WORKBOOK = Path(__file__).parents[2] / "workbooks" / "casebook.xlsm"


@pytest.fixture(scope="module")
def book():
    book = openpyxl.load_workbook(WORKBOOK)
    yield book
    book.close()


def width(sheet, first, last):
    """Points across from one column to another, hidden ones left out."""
    total = 0.0
    for group in sheet.column_dimensions.values():
        if not group.hidden:
            total += group.width * 7 * len(range(max(first, group.min), min(last, group.max) + 1))
    return total


def height(sheet, last):
    """Points down to the lower edge of a row."""
    heights = [sheet.row_dimensions[row].height for row in range(1, last + 1)]
    return sum(ROW if each is None else each * 4 / 3 for each in heights)


def test_the_desk_shows_where_the_day_stands_where_to_paste_and_what_is_due_first(book):
    """Counts, paste box and at least three lines of the worklist, each with its next step, without scrolling."""
    desk = book["Desk"]
    assert width(desk, 1, 1 + len(DESK_COLUMNS)) <= SCREEN
    assert height(desk, WORKLIST_HEADER + 3) <= HEIGHT
    assert desk.cell(COUNTS_ROW, COUNTS_COLUMN).value == "Open"
    assert desk[DESK_PASTE].row < WORKLIST_HEADER


def test_the_case_form_and_its_timeline_stand_side_by_side(book):
    """Field, value, help, and when, who and what happened; the move is chosen where the eye is."""
    case = book["Case"]
    assert width(case, 1, case[CASE_MOVE].column) <= SCREEN
    assert case[CASE_MOVE].column < CASE_TEXT_COLUMN


def test_two_charts_stand_side_by_side_on_the_dashboard(book):
    """Neither is cut by the edge of the screen."""
    right = []
    for chart in book["Dashboard"]._charts:
        marker = chart.anchor
        right.append(width(book["Dashboard"], 1, marker.to.col) + marker.to.colOff / 9525)
    assert len(right) >= 5
    assert max(right) <= SCREEN


@pytest.mark.parametrize("sheet", [each for each in SHEETS if each.use is Use.QUEUE], ids=lambda each: each.name)
def test_a_queue_shows_rows_under_its_buttons(book, sheet):
    """Buttons, answer and header stay in sight while rows scroll, and leave most of the screen to them."""
    found = book[sheet.name]
    assert found.freeze_panes == f"B{FIRST_ROW}"
    assert height(found, HEADER_ROW) <= HEIGHT * 0.45


def letters(button):
    """Points that a button's words take."""
    return len(button.label) * (6.6 if button.primary else 6.2)


@pytest.mark.parametrize("name", list(buttons()))
def test_no_line_of_buttons_runs_off_the_screen(book, name):
    """Each button is wide enough for its words, bold ones too; those held over the first column fit into it."""
    held = [button for button in buttons()[name] if button.held]
    edge = width(book[name], 1, 1) if held else 0
    assert all(letters(button) <= edge - 10 for button in held)
    free = [button for button in buttons()[name] if not button.held]
    for line in _lines(free, SCREEN - int(edge)):
        assert edge + sum(_button_width(button) + 5 for button in line) <= SCREEN
    assert all(letters(button) <= _button_width(button) for button in free)


def test_answers_stay_in_sight(book):
    """On Desk and Dashboard everything down to the message is frozen."""
    for name in ("Desk", "Dashboard"):
        assert book[name].freeze_panes == f"A{MESSAGE_ROW + 1}"


def test_tabs_are_coloured_by_what_their_sheets_are_for(book):
    """People's desks, queues, results and records are told apart at the foot of the screen."""
    by_use = {}
    for sheet in SHEETS:
        if sheet.use is not Use.HIDDEN:
            by_use.setdefault(sheet.tab, set()).add(sheet.use)
    assert len(by_use) >= 3
    assert all(book[sheet.name].sheet_properties.tabColor for sheet in SHEETS if sheet.use is not Use.HIDDEN)
