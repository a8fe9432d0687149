"""Makes the whole workbook out of cases and events: every sheet, its macros and its locks, as the bytes of a file.

1. The same input makes the same bytes.
2. What comes from data is written as text, number or date, never as a formula, a link or a guess (`page.Page.put`).
3. Cells come from `projection`, positions from `layout`, so that a rendered workbook and one that was patched press
   by press show the same.
4. Audit, Snapshots, Rules and Start are locked; the queue sheets are not, because a lock would forbid sorting them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from xlsxwriter.workbook import Workbook

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_kinds, case_types
from addin.logic.chain import Head
from addin.logic.events import Event, KindTable, Sealed
from addin.logic.forms import Cell
from addin.logic.policy import DEFAULT_POLICY, Policy, PolicyRow
from addin.logic.reconcile.records import Standing
from addin.register import draw_desk, draw_logs, draw_queue, draw_reconcile, draw_results
from addin.register.audit_place import AUDIT, audit_count, audit_name, audit_sheets, is_audit
from addin.register.buttons import Button
from addin.register.layout import AUDIT_COLUMNS, SHEETS, SNAPSHOT_COLUMNS, Sheet, Use
from addin.register.lists import Lists
from addin.register.package import (
    ProtectionOptions,
    protect_sheets,
    read_parts,
    register_salt,
    sheet_parts,
    write_parts,
)
from addin.register.page import Page, Stamp, draw_head
from addin.register.style import ACCENT, INK, Look

#: The sheets that are locked, and what a person may still do there.
LOCKED: Final[Mapping[str, ProtectionOptions]] = {
    "Rules": ProtectionOptions(auto_filter=True, format_columns=True),
    "Audit": ProtectionOptions(auto_filter=True, format_columns=True),
    "Snapshots": ProtectionOptions(auto_filter=True, format_columns=True),
    "Start": ProtectionOptions(),
}
EMPTY_ID: Final = "EMPTY"
_EMPTY_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_FIXED_HEIGHT: Final = re.compile(rb'(<row r="(\d+)"[^>]*?) customHeight="1"([^>]*>)')
_PLAIN_FONT: Final = re.compile(rb'<font face="Calibri" size="220" color="#000000">(.*?)</font>')


def render(  # noqa: PLR0913 - a workbook shows all of this, each by its name
    cases: Sequence[Case],
    events: Iterable[Event],
    kinds: KindTable,
    *,
    register_id: str,
    house: str,
    demo: bool,
    now: datetime,
    policy_rows: Sequence[PolicyRow],
    people: Sequence[str],
    buttons: Mapping[str, Sequence[Button]],
    vba: bytes,
    password: str,
    head: Head,
    snapshots: Iterable[Sequence[Cell]] = (),
    vault: Iterable[Sealed] = (),
    standing: Standing | None = None,
) -> bytes:
    """The register's workbook (.xlsm) for a state of the journal.

    Args:
        cases: the current cases, in the order of their rows.
        events: every event up to the head, in order.
        kinds: the audit sentences.
        register_id: whose chain this is; also the salt of the locks.
        house: as it stands on the Start sheet and in footers.
        demo: every sheet says that this is no record.
        now: the instant that decides what is overdue; also the file's date of creation.
        policy_rows: the Rules sheet.
        people: the accounts that the Owner column offers.
        buttons: the buttons of each sheet, in order.
        vba: the VBA project.
        password: of the locked sheets.
        head: up to which event the workbook shows.
        snapshots: rows of the Snapshots sheet, in the order of `layout.SNAPSHOT_COLUMNS`.
        vault: the personal values that have not been erased.
        standing: the latest reconciliation.

    Raises:
        HostError: for a text that does not fit a cell.
    """
    target = io.BytesIO()
    book = Workbook(target, dict(_OPTIONS))
    book.set_properties({"title": f"Casebook {register_id}", "created": now.astimezone(UTC).replace(tzinfo=None)})
    stream: Any = io.BytesIO(vba)  # XlsxWriter takes a stream, its annotation only a path
    book.add_vba_project(stream, is_stream=True)
    book.set_vba_name("ThisWorkbook")
    book.set_size(2560, 1600)
    pages = _pages(book, Stamp(register_id, house, head.hash, demo), audit_count(head.seq))
    lists = Lists(people, Policy(tuple(policy_rows), "").as_of(now.astimezone(LONDON).date()))
    for name, area in lists.names().items():
        book.define_name(name, area)
    for name, page in pages.items():
        if page.sheet.use is not Use.HIDDEN:
            _set_widths(page)
            draw_head(page, buttons.get(name, ()))
    _draw_work(pages, book, cases, lists, now, standing)
    draw_logs.draw_rules(pages["Rules"], policy_rows)
    audits = audit_sheets(pages)
    owners = draw_logs.draw_audit([pages[name] for name in audits], events, kinds)
    draw_logs.draw_snapshots(pages["Snapshots"], snapshots)
    draw_logs.draw_start(pages["Start"])
    draw_logs.draw_vault(pages["_vault"], vault, owners)
    draw_logs.draw_lists(pages["_lists"], lists)
    draw_logs.draw_meta(pages["_meta"], head.seq)
    pages["Desk"].worksheet.activate()
    book.close()
    primary = {button.label for row in buttons.values() for button in row if button.primary}
    package = _polished(target.getvalue(), primary, {name: page.fitted_from for name, page in pages.items()})
    locks = {**LOCKED, **dict.fromkeys(audits, LOCKED[AUDIT])}
    return protect_sheets(package, locks, password, register_salt(register_id), structure=True)


def render_empty(buttons: Mapping[str, Sequence[Button]], vba: bytes) -> bytes:
    """The empty workbook that is kept in the repository: no register's, and the same bytes at every build."""
    return render(
        [],
        [],
        case_kinds(),
        register_id=EMPTY_ID,
        house="The House",
        demo=False,
        now=_EMPTY_AT,
        policy_rows=DEFAULT_POLICY.rows,
        people=(),
        buttons=buttons,
        vba=vba,
        password="casebook",  # noqa: S106 - a courtesy lock, no secret
        head=Head(),
    )


def _sheets(audits: int) -> Iterator[Sheet]:
    """The sheets in the order of their tabs, with as many Audit sheets as the events need."""
    for sheet in SHEETS:
        yield sheet
        if sheet.name == AUDIT:
            for number in range(2, audits + 1):
                hint = "Goes on from the sheet before."
                yield replace(sheet, name=audit_name(number), code_name=f"{sheet.code_name}{number}", hint=hint)


def _pages(book: Workbook, stamp: Stamp, audits: int) -> dict[str, Page]:
    look = Look(book)
    pages = {}
    for sheet in _sheets(audits):
        worksheet = book.add_worksheet(sheet.name)
        worksheet.set_vba_name(sheet.code_name)
        worksheet.set_tab_color(f"#{sheet.tab}")
        if sheet.use is Use.HIDDEN:
            worksheet.very_hidden()
        pages[sheet.name] = Page(sheet, worksheet, look, stamp)
    return pages


def _set_widths(page: Page) -> None:
    match page.sheet.use:
        case Use.QUEUE:
            draw_queue.set_widths(page)
        case Use.DESK:
            draw_desk.set_desk_widths(page)
        case Use.CASE:
            draw_desk.set_case_widths(page)
        case Use.RESULT:
            draw_reconcile.set_reconcile_widths(page)
        case Use.DASHBOARD:
            draw_results.set_dashboard_widths(page)
        case Use.RULES:
            draw_logs.set_log_widths(page, draw_logs.RULES_COLUMNS)
        case Use.LOG:
            draw_logs.set_log_widths(page, AUDIT_COLUMNS if is_audit(page.sheet.name) else SNAPSHOT_COLUMNS)
        case _:
            draw_logs.set_start_widths(page)


def _draw_work(
    pages: Mapping[str, Page], book: Workbook, cases: Sequence[Case], lists: Lists, now: datetime,
    standing: Standing | None,
) -> None:  # fmt: skip
    by_sheet: dict[str, list[Case]] = {}
    for case in cases:
        by_sheet.setdefault(case_types()[case.type].sheet, []).append(case)
    for name, page in pages.items():
        if page.sheet.use is Use.QUEUE:
            draw_queue.draw_queue(page, by_sheet.get(name, ()), lists, now)
    draw_desk.draw_desk(pages["Desk"], cases, now)
    draw_desk.draw_case(pages["Case"])
    draw_reconcile.draw_reconcile(pages["Reconcile"], standing)
    draw_results.draw_dashboard(pages["Dashboard"], book, cases, now)


def _polished(package: bytes, primary: set[str], fitted: Mapping[str, int]) -> bytes:
    """The package with what XlsxWriter cannot say: captions in our letters, and heights that programs may adjust."""
    parts = read_parts(package)
    for name, content in parts.items():
        if name.startswith("xl/drawings/vmlDrawing"):
            parts[name] = _PLAIN_FONT.sub(lambda found: _caption(found[1], primary), content)
    for sheet, part in sheet_parts(parts).items():
        if fitted.get(sheet):
            parts[part] = _FIXED_HEIGHT.sub(partial(_free, first=fitted[sheet]), parts[part])
    return write_parts(parts)


def _free(row: re.Match[bytes], *, first: int) -> bytes:
    return row[1] + row[3] if int(row[2]) >= first else row[0]


def _caption(words: bytes, primary: set[str]) -> bytes:
    main = words.decode().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") in primary
    if main:
        return f'<font face="Calibri" size="200" color="{ACCENT}"><b>'.encode() + words + b"</b></font>"
    return f'<font face="Calibri" size="200" color="{INK}">'.encode() + words + b"</font>"
