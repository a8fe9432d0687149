"""Draws the sheets nobody types on: Rules, Audit, Snapshots and Start, and the hidden ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from addin.logic.events import Event, KindTable, Sealed, digests
from addin.logic.forms import Cell
from addin.logic.policy import PolicyRow
from addin.logic.rule_changes import as_data
from addin.logic.system_kinds import CONFLICT, DRIFT
from addin.register.audit_place import audit_place, carried
from addin.register.layout import AUDIT_COLUMNS, FIRST_ROW, HEADER_ROW, HINT_ROW, SCHEMA, SNAPSHOT_COLUMNS
from addin.register.lists import Lists, column_letters
from addin.register.page import Page, set_print
from addin.register.projection import UNVERIFIED, audit_cells, rule_cells
from addin.register.style import ACCENT, AMBER, LINE

RULES_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("Table", 14), ("Key", 36), ("Value", 28), ("Unit", 14), ("Source", 44), ("Verified by", 20), ("Verified on", 12),
    ("Valid from", 12), ("Note", 50),
)  # fmt: skip
#: How many columns of the Audit sheet a page shows, and at how many percent.
_READABLE: Final = 11
_AUDIT_SCALE: Final = 44
_AUDIT_COLOURED: Final = 1_000_000


def set_log_widths(page: Page, columns: Sequence[tuple[str, int]], wrap: Iterable[str] = ()) -> None:
    """Widths of a sheet whose cells all hold text."""
    wrapped = set(wrap)
    for at, (title, width) in enumerate(columns, 1):
        page.width(at, width, page.look["plain_wrap" if title in wrapped else "plain"])


def draw_audit(pages: Sequence[Page], events: Iterable[Event], kinds: KindTable) -> dict[str, str]:
    """Draw one row per event, all of it text, from sheet to sheet; answers which case each vault digest belongs to."""
    owners: dict[str, str] = {}
    lasts = dict.fromkeys((page.sheet.name for page in pages), HEADER_ROW)
    known = {page.sheet.name: page for page in pages}
    before: Event | None = None
    for event in events:
        name, row = audit_place(event.seq)
        page = known[name]
        if before is not None and lasts[name] == HEADER_ROW:
            page.put(HINT_ROW, 1, carried(before.seq, before.hash), page.look["hint"])
        _texts(page, row, audit_cells(event, kinds))
        owners.update(dict.fromkeys(digests(event.data), event.case_id))
        lasts[name], before = row, event
    for page in pages:
        _finish_audit(page, lasts[page.sheet.name])
    return owners


def _finish_audit(page: Page, last: int) -> None:
    """Filter, colours and print set-up: what was altered by hand, put back or typed against another stands out."""
    _draw_log(page, AUDIT_COLUMNS, last)
    at = [title for title, _ in AUDIT_COLUMNS].index("Kind") + 1
    kind = f"${column_letters(at)}{FIRST_ROW}"
    test = f'=OR({kind}="{DRIFT.name}",{kind}="{CONFLICT.name}")'
    look = page.look.rule(bg_color="#FBE9E7", font_color=ACCENT)
    area = f"A{FIRST_ROW}:{column_letters(len(AUDIT_COLUMNS))}{_AUDIT_COLOURED}"
    page.worksheet.conditional_format(area, {"type": "formula", "criteria": test, "format": look})
    late = column_letters([title for title, _ in AUDIT_COLUMNS].index("Late") + 1)
    flag = {"type": "formula", "criteria": f'=${late}{FIRST_ROW}<>""'}
    amber = page.look.rule(bg_color=AMBER)
    page.worksheet.conditional_format(f"{late}{FIRST_ROW}:{late}{_AUDIT_COLOURED}", {**flag, "format": amber})
    set_print(page, header=HEADER_ROW)
    # One page wide would be too small to read: the readable columns come first, the hashed text after them.
    page.worksheet.set_print_scale(_AUDIT_SCALE)
    page.worksheet.set_v_pagebreaks([_READABLE])


def draw_snapshots(page: Page, rows: Iterable[Sequence[Cell]]) -> None:
    """Draw one row per snapshot."""
    last = HEADER_ROW
    for last, row in enumerate(rows, FIRST_ROW):
        _texts(page, last, row)
    _draw_log(page, SNAPSHOT_COLUMNS, last)
    set_print(page, header=HEADER_ROW)


def _texts(page: Page, row: int, cells: Sequence[Cell]) -> None:
    texts = ["" if cell is None else str(cell) for cell in cells]
    page.line(row, 1, texts, page.look["plain"])


def _draw_log(page: Page, columns: Sequence[tuple[str, int]], last: int) -> None:
    page.height(HEADER_ROW - 1, 6)
    page.header(HEADER_ROW, 1, [title for title, _ in columns], 32)
    sheet = page.worksheet
    sheet.autofilter(HEADER_ROW - 1, 0, max(last, HEADER_ROW + 1) - 1, len(columns) - 1)
    sheet.freeze_panes(HEADER_ROW, 1)
    sheet.set_selection(FIRST_ROW - 1, 0, FIRST_ROW - 1, 0)
    letters = column_letters(len(columns))
    sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW}:{letters}1048576"})


def draw_rules(page: Page, rows: Iterable[PolicyRow]) -> None:
    """Draw the policy in force; a value nobody has verified says so in words."""
    look = page.look
    line = {"bottom": 1, "bottom_color": LINE}
    text, bold = look.named("plain_wrap", **line), look.named("plain_wrap", **line, bold=True)
    doubt = look.named("open_question", **line)
    last = HEADER_ROW
    for last, row in enumerate(rows, FIRST_ROW):
        cells = rule_cells(as_data(row))
        page.fit(last, dict(enumerate(cells, 1)))
        for column, cell in enumerate(cells, 1):
            page.put(last, column, cell, doubt if cell == UNVERIFIED else bold if column == 3 else text)
    _draw_log(page, RULES_COLUMNS, last)
    set_print(page, header=HEADER_ROW)


# ---- Start ----------------------------------------------------------------------------------------------------

_START: Final[tuple[tuple[str, str], ...]] = (
    (
        "What this is",
        "A register of cases for the coordinators of a distribution centre. The journal beside this workbook is "
        "the record; the sheets show it and let you type into it. Nothing counts until a button has said Done.",
    ),
    (
        "How to work",
        "Desk: paste a message, press Read message, take the proposed cases. Queue sheets: type in the yellow "
        "cells, select the rows, press a button; each row answers in its Message cell. Case: everything about one"
        " case, and what may be done next. You may sort and filter as you like; rows are found by their number.",
    ),
    (
        "Colours",
        "Yellow cells are yours to type. White cells (light grey on Case) are the rules' and are put back. "
        "Grey cells do not apply to that type of case. Overdue, Due today, Waiting and Done also stand there in "
        "words.",
    ),
    (
        "When buttons do nothing",
        "1. If a bar says that macros were blocked, close the workbook, open its Properties in the file explorer "
        "and tick Unblock, or put its folder under trusted locations, then open it again and choose Enable "
        "Content.  2. If a message says that Casebook did not answer, run 'casebook doctor': it names what is "
        "missing.  3. Without macros you may read everything here; the command line does what the buttons do "
        "('casebook actions' lists them).",
    ),
    (
        "Who may do what",
        "Coordinators open and work cases. QC inspects and grades. Senior QA approves, overrides with a reason "
        "and reopens. Finance executes, settles and reconciles. Loss prevention, security and legal sign what is "
        "theirs. Auditors read. Who asks, who approves and who pays are three different people.",
    ),
    (
        "What is recorded",
        "Each change is an event with time, person, role and reason, chained to the one before it. Audit shows "
        "them all; Verify checks them. Customers' names, addresses and words are kept apart and can be erased "
        "without breaking the chain.",
    ),
    (
        "What this cannot do",
        "The locks on sheets prevent accidents, not intent; the chain is the evidence. It cannot show that a "
        "whole register was replaced unless its head was witnessed elsewhere. Values on Rules that are not "
        "verified yet are assumptions. It gives no legal advice.",
    ),
)


def set_start_widths(page: Page) -> None:
    """A column of headings and one of text."""
    page.width(1, 26)
    page.width(2, 112)


def draw_start(page: Page) -> None:
    """Draw one calm page of text: what this is, what to do when buttons do not answer, and the limits."""
    look, stamp = page.look, page.stamp
    facts = (("House", stamp.house), ("Register", stamp.register_id),
             ("Kind", "Demo: for trying out, not a record" if stamp.demo else "Live register"))  # fmt: skip
    row = MESSAGE_GAP
    for label, fact in facts:
        page.put(row, 1, label, look["label"])
        page.put(row, 2, fact, look.named("body", bold=True, num_format="@"))
        row += 1
    row += 1
    for heading, text in _START:
        page.put(row, 1, heading, look.named("section", valign="top"))
        page.put(row, 2, text, look["body"])
        page.height(row, 15 * (len(text) // 132 + 1) + 10)
        row += 1
    set_print(page, last_row=row, tall=1)


#: The first row of the Start sheet's text.
MESSAGE_GAP: Final = 6


# ---- hidden sheets --------------------------------------------------------------------------------------------


def draw_lists(page: Page, lists: Lists) -> None:
    """Write every drop-down list, each in its own column under the first of its names."""
    titles: dict[int, str] = {}
    for name, entries in lists.items.items():
        column = lists.places[entries]
        if column in titles:
            continue
        titles[column] = name
        page.put(1, column, name, page.look["label"])
        for row, entry in enumerate(entries, 2):
            page.put(row, column, entry, page.look["plain"])


def draw_meta(page: Page, seq: int) -> None:
    """Write whose workbook this is and up to which event it shows; names in A, values in B."""
    stamp = page.stamp
    values: Mapping[str, Cell] = {
        "register_id": stamp.register_id,
        "schema": SCHEMA,
        "seq": seq,
        "head": stamp.head,
        "demo": "Yes" if stamp.demo else "No",
        "house": stamp.house,
    }
    page.width(1, 14)
    page.width(2, 70)
    for row, (name, value) in enumerate(values.items(), 1):
        page.put(row, 1, name, page.look["label"])
        page.put(row, 2, value, page.look["number" if isinstance(value, int) else "plain"])


def draw_vault(page: Page, vault: Iterable[Sealed], owners: Mapping[str, str]) -> None:
    """Write the personal values that events refer to by digest, so that the workbook alone can rebuild the journal."""
    for column, (title, width) in enumerate((("Digest", 68), ("Salt", 36), ("Value", 60), ("Case", 18)), 1):
        page.width(column, width, page.look["plain"])
        page.put(1, column, title, page.look["header"])
    for row, entry in enumerate(vault, 2):
        cells = (entry.digest, entry.salt, entry.value, owners.get(entry.digest))
        page.line(row, 1, cells, page.look["plain"])


__all__ = [
    "RULES_COLUMNS",
    "UNVERIFIED",
    "draw_audit",
    "draw_lists",
    "draw_meta",
    "draw_rules",
    "draw_snapshots",
    "draw_start",
    "draw_vault",
    "set_log_widths",
    "set_start_widths",
]
