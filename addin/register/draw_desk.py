"""Draws the Desk (paste box, proposals, counts, worklist) and the empty Case sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from addin.logic.case_type import Case
from addin.register.cells import TEXT_FORMAT
from addin.register.desk import case_link
from addin.register.draw_queue import draw_standing
from addin.register.layout import (
    CASE_FIRST,
    CASE_HEADER,
    CASE_LAST_STEP,
    CASE_MOVE,
    CASE_NUMBER,
    CASE_PRINTED,
    CASE_REASON,
    CASE_ROWS,
    CASE_TEXT,
    CASE_TEXT_COLUMN,
    CASE_TIMELINE,
    COUNTS_COLUMN,
    COUNTS_ROW,
    DESK_COLUMNS,
    DESK_PASTE,
    DESK_SENDER,
    MESSAGE_ROW,
    PROPOSAL_COLUMNS,
    PROPOSAL_HEADER,
    PROPOSAL_ROWS,
    WORKLIST_HEADER,
    WORKLIST_ROWS,
)
from addin.register.lists import ANSWERS, MOVES, TEXTS, TYPES, field_list
from addin.register.page import Page, set_print
from addin.register.projection import desk_counts, desk_lines, tally, work_order
from addin.register.style import GUARDED, INPUT, LINE, QUIET, STANDING

#: What the Desk says as long as no macro has run.
MACROS_OFF: Final = (
    "Macros have not run yet, so buttons do nothing: choose Enable Content in the bar above, or see the sheet Start."
)
_FIRST: Final = 2
_LAST: Final = _FIRST + len(DESK_COLUMNS) - 1
_LABELS: Final = 10
_AT: Final = {title: at for at, (title, _) in enumerate(DESK_COLUMNS, _FIRST)}
_STANDING, _DUE, _PRIORITY = _AT["Standing"], _AT["Due"], _AT["Priority"]
_TILE_HEIGHT: Final = 30
_CASE_WIDTHS: Final = (18, 24, 40, 4, 4, 2, 15, 9, 46, 33, 2, 90)


def set_desk_widths(page: Page) -> None:
    """A column of labels, then the columns of the worklist."""
    page.width(1, _LABELS)
    for at, (_, width) in enumerate(DESK_COLUMNS, _FIRST):
        page.width(at, width)


def draw_desk(page: Page, cases: Sequence[Case], now: datetime) -> None:
    """Draw the Desk for the current cases."""
    # Stands there until macros run and say how the workbook stands: without them it is all a person is told.
    page.put(MESSAGE_ROW, 1, MACROS_OFF, page.look["message"])
    _draw_paste(page)
    _draw_proposals(page)
    _draw_counts(page, cases, now)
    _draw_worklist(page, cases, now)
    page.worksheet.freeze_panes(MESSAGE_ROW, 0)
    page.worksheet.set_selection(DESK_PASTE)
    set_print(page, last_row=WORKLIST_HEADER + WORKLIST_ROWS)


def _draw_paste(page: Page) -> None:
    look, sheet = page.look, page.worksheet
    page.put(6, 1, "From", look["label"])
    sheet.merge_range(f"{DESK_SENDER}:C{DESK_SENDER[1:]}", "", look["input"])
    page.put(7, _FIRST, "Press F2 in the box below before you paste.", look.named("label", valign="bottom"))
    page.put(8, 1, "Message", look["label_top"])
    sheet.merge_range(f"{DESK_PASTE}:K{DESK_PASTE[1:]}", "", look["input_box"])
    page.height(8, 66)
    page.height(9, 8)


def _draw_proposals(page: Page) -> None:
    look, sheet = page.look, page.worksheet
    page.put(PROPOSAL_HEADER - 1, 1, "Proposed cases", look["section"])
    page.put(
        PROPOSAL_HEADER - 1, 4, "Correct what is wrong, choose Yes under Take, press Take proposals.", look["label"]
    )
    page.height(PROPOSAL_HEADER - 1, 22)
    page.header(PROPOSAL_HEADER, _FIRST, [title for title, _ in PROPOSAL_COLUMNS], 20)
    first, last = PROPOSAL_HEADER + 1, PROPOSAL_HEADER + PROPOSAL_ROWS
    cell = look.named("plain", bottom=1, bottom_color=LINE, valign="vcenter")
    take = look.named("plain", bottom=1, bottom_color=LINE, valign="vcenter", bg_color=INPUT)
    for row in range(first, last + 1):
        for column in range(_FIRST, _LAST + 1):
            page.put(row, column, None, take if column <= _FIRST + 2 else cell)
    sheet.data_validation(
        first - 1, _FIRST - 1, last - 1, _FIRST - 1,
        {"validate": "list", "source": f"={ANSWERS}", "error_title": "Take", "error_message": "Choose Yes or No."},
    )  # fmt: skip
    sheet.data_validation(
        first - 1, _FIRST, last - 1, _FIRST,
        {"validate": "list", "source": f"={TYPES}", "error_title": "Type", "error_message": "Choose one of the list."},
    )  # fmt: skip


def _draw_counts(page: Page, cases: Sequence[Case], now: datetime) -> None:
    look = page.look
    counts = desk_counts(tally(cases, now))
    for column, (label, number) in enumerate(counts, COUNTS_COLUMN):
        line = {"left": 2, "left_color": STANDING.get(label, (LINE, ""))[0]}
        page.put(COUNTS_ROW, column, label, look.named("tile_label", **line))
        page.put(COUNTS_ROW + 1, column, number, look.named("tile", **line))
    page.height(COUNTS_ROW, 20)
    page.height(COUNTS_ROW + 1, _TILE_HEIGHT)


def _draw_worklist(page: Page, cases: Sequence[Case], now: datetime) -> None:
    look = page.look
    page.put(WORKLIST_HEADER - 1, 1, "Next to do", look["section"])
    page.put(WORKLIST_HEADER - 1, 4, "Earliest due first. Click a number to go to its row.", look["label"])
    page.height(WORKLIST_HEADER - 1, 22)
    page.header(WORKLIST_HEADER, _FIRST, [title for title, _ in DESK_COLUMNS], 20)
    work = sorted((case for case in cases if not case.is_final), key=work_order)[:WORKLIST_ROWS]
    first, last = WORKLIST_HEADER + 1, WORKLIST_HEADER + WORKLIST_ROWS
    line = {"bottom": 1, "bottom_color": LINE}
    link, text = look.named("link", **line), look.named("plain", **line)
    instant = look.named("instant", **line)
    for offset, cells in enumerate(desk_lines(work, now)):
        for column, cell in enumerate(cells, _FIRST):
            style = link if column == _FIRST else instant if column == _DUE else text
            if column == _FIRST and offset < len(work):
                page.formula(first + offset, column, case_link(work[offset]), style, work[offset].case_id)
            else:
                page.put(first + offset, column, cell, style)
    draw_standing(page, (first, last), _STANDING, _DUE)
    area = (first - 1, _PRIORITY - 1, last - 1, _PRIORITY - 1)
    page.worksheet.conditional_format(
        *area, {"type": "cell", "criteria": "==", "value": '"P1"', "format": look.rule(bold=True)}
    )


# ---- the Case sheet -------------------------------------------------------------------------------------------


def set_case_widths(page: Page) -> None:
    """The form on the left with its two hidden columns, a gap, the timeline on the right."""
    look = page.look
    # Nothing wraps: form and timeline share their rows, and a long text would pull them apart.
    one_line = look.named("help", text_wrap=False)
    value, text = look.named("plain", align="left"), look["plain"]
    copied = look.named("plain", text_wrap=False, num_format=TEXT_FORMAT)
    styles = {
        1: text,
        2: value,
        3: one_line,
        7: look["instant"],
        8: text,
        9: text,
        10: text,
        CASE_TEXT_COLUMN: copied,
    }
    for column, width in enumerate(_CASE_WIDTHS, 1):
        page.width(column, width, styles.get(column), hidden=column in (4, 5))


def draw_case(page: Page) -> None:
    """Draw the Case sheet with no case on it; a press of Show fills it."""
    look, sheet = page.look, page.worksheet
    page.put(6, 1, "Case number", look["label"])
    sheet.write_blank(CASE_NUMBER, None, look.named("input", bold=True))
    page.put(6, 3, "Type it and press Show.", look["label"])
    page.put(7, 1, "No case shown", look["section"])
    inputs = ((6, "Move allowed now", CASE_MOVE), (7, "Reason, kept with it", CASE_REASON), (8, "Text", CASE_TEXT))
    for row, label, cell in inputs:
        page.put(row, 8, label, look.named("label", align="right", indent=1))
        sheet.write_blank(cell, None, look.named("input", text_wrap=True))
        page.height(row, 21)
    page.put(8, 1, "Last step", look["label"])
    sheet.write_blank(CASE_LAST_STEP, None, look.named("help", text_wrap=False, valign="vcenter"))
    page.header(CASE_HEADER, 1, ("Field", "Value", "Help", "", ""), 20)
    page.header(CASE_HEADER, 7, ("When", "Who", "What happened", "Why"), 20)
    page.header(CASE_HEADER, CASE_TEXT_COLUMN, ("Text to copy",), 20)
    sheet.data_validation(
        CASE_MOVE,
        {"validate": "list", "source": f"={MOVES}", "error_type": "warning", "error_title": "Move",
         "error_message": "The state of the case does not allow that move."},
    )  # fmt: skip
    sheet.data_validation(
        CASE_TEXT,
        {"validate": "list", "source": f"={TEXTS}", "error_type": "warning", "error_title": "Text",
         "error_message": "There is no such text for this case."},
    )  # fmt: skip
    last = CASE_FIRST + CASE_ROWS - 1
    # A drop-down only: what is typed is judged by the rules, which name the choices.
    source = f'=INDIRECT("{field_list("")}"&$D{CASE_FIRST})'
    sheet.data_validation(CASE_FIRST - 1, 1, last - 1, 1, {"validate": "list", "source": source, "show_error": False})
    _draw_case_colours(page, last)
    sheet.freeze_panes(CASE_HEADER, 0)
    sheet.set_selection(CASE_NUMBER)
    # Showing a case moves the end of what is printed: Excel prints the empty pages of an area, too.
    set_print(page, header=CASE_HEADER, last_row=CASE_FIRST, last_column=CASE_PRINTED)


def _draw_case_colours(page: Page, last: int) -> None:
    rule, sheet = page.look.rule, page.worksheet
    line = {"bottom": 1, "bottom_color": LINE}
    # The line under a field stands below the last line of its help. Of rules that overlap Calc follows the first only,
    # so each fill comes once with the line and once without.
    ends = f'OR($A{CASE_FIRST + 1}<>"",$C{CASE_FIRST + 1}="")'
    looks: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("B", f'$E{CASE_FIRST}="input"', {"bg_color": INPUT}),
        ("B", f'$E{CASE_FIRST}="system"', {"bg_color": GUARDED}),
        ("B", f'$C{CASE_FIRST}<>""', {}),
        ("A", f'$A{CASE_FIRST}<>""', {"font_color": QUIET}),
        ("A", f'$C{CASE_FIRST}<>""', {}),
        ("C", f'$A{CASE_FIRST}&$C{CASE_FIRST}<>""', {}),
    )
    tests = [
        (f"{column}{CASE_FIRST}:{column}{last}", test, rule(**fill, **edge))
        for column, when, fill in looks
        for test, edge in ((f"=AND({when},{ends})", line), (f"={when}", {}))
        if fill or edge
    ]
    tests.append((f"G{CASE_FIRST}:J{CASE_FIRST + CASE_TIMELINE - 1}", f'=$G{CASE_FIRST}<>""', rule(**line)))
    for area, test, look in tests:
        sheet.conditional_format(area, {"type": "formula", "criteria": test, "format": look})
