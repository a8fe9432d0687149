"""A press on a closed workbook changes nothing in the package but cells, meta, tables and the Audit rows."""

from __future__ import annotations

import re
from pathlib import Path

from e2e_kit import Day
from lxml import etree

from addin.closed_book import press_closed
from addin.macros.press import Asked
from addin.register.layout import SHEETS
from addin.register.package import read_parts, sheet_parts

#: Sheets that a press of a move may write to: its own queue, the log, the Desk's worklist, the notes and the vault.
TOUCHED = {"Requests", "Audit", "Desk", "_meta", "_vault"}
_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def package(path: Path) -> dict[str, bytes]:
    return read_parts(path.read_bytes())


def without_cells(content: bytes) -> bytes:
    """A sheet without its rows and its size: everything that a press must leave alone."""
    bare = re.sub(rb"<sheetData>.*</sheetData>|<sheetData/>", b"", content, flags=re.DOTALL)
    return re.sub(rb"<dimension [^>]*/>", b"", bare)


def pressed(day: Day) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The package before and after a press on the closed file."""
    case = day.open("ADR", order_no="5200417301", recipient="Iris Marlow", address_new="12 Orchard Mews, Bath")
    day.save()
    day.book.close()
    before = package(day.service.workbook)
    day.on(minutes=1)
    day.sure(press_closed(day.as_("a.khan"), "requests.note", Asked((case,), {"owner": "b.lowe"}, "Asked")))
    after = package(day.service.workbook)
    day.again()
    return before, after


def test_a_press_rewrites_only_the_sheets_it_writes_to(day: Day) -> None:
    before, after = pressed(day)
    assert list(before) == list(after), "no part comes, goes or moves"
    names = {part: name for name, part in sheet_parts(before).items()}
    changed = {part for part in before if before[part] != after[part]}
    assert {names[part] for part in changed if part in names} <= TOUCHED
    others = {part for part in changed if part not in names}
    assert all(re.fullmatch(r"xl/(tables/table\d+|workbook|styles)\.xml", part) for part in others), others
    for kept in ("xl/vbaProject.bin", "[Content_Types].xml", "xl/sharedStrings.xml", "docProps/core.xml"):
        assert before.get(kept) == after.get(kept), kept
    drawn = [part for part in before if re.match(r"xl/(drawings|charts|media|ctrlProps|worksheets/_rels)/", part)]
    assert drawn
    assert all(before[part] == after[part] for part in drawn)


def test_around_its_cells_a_written_sheet_keeps_every_byte(day: Day) -> None:
    """Validations, colours, protection, print set-up, buttons and freeze panes stand as they were."""
    before, after = pressed(day)
    parts = sheet_parts(before)
    assert set(parts) == {sheet.name for sheet in SHEETS}
    for name, part in parts.items():
        assert without_cells(before[part]) == without_cells(after[part]), name


def test_the_workbook_part_only_learns_to_recalculate(day: Day) -> None:
    before, after = pressed(day)
    calm = re.compile(rb"<calcPr[^>]*/>")
    assert calm.sub(b"", before["xl/workbook.xml"]) == calm.sub(b"", after["xl/workbook.xml"])


def test_only_the_rows_of_the_press_change_on_its_sheet(day: Day) -> None:
    case = day.open("OST", order_no="5200417302")
    other = day.open("OST", order_no="5200417303")
    day.save()
    row, untouched = day.row("Requests", case), day.row("Requests", other)
    part = sheet_parts(package(day.service.workbook))["Requests"]
    before = rows(package(day.service.workbook)[part])
    day.sure(day.press("requests.note", case, reason="Asked"))
    day.save()
    after = rows(package(day.service.workbook)[part])
    assert before[untouched] == after[untouched]
    assert {at for at in after if before.get(at) != after[at]} <= {5, row}, "its row, and the answer above the table"


def rows(content: bytes) -> dict[int, bytes]:
    root = etree.fromstring(content)
    return {int(row.get("r")): etree.tostring(row) for row in root.iter(f"{_M}row")}


def test_the_audit_rows_that_were_there_keep_every_byte(day: Day) -> None:
    before, after = pressed(day)
    part = sheet_parts(before)["Audit"]
    old, new = rows(before[part]), rows(after[part])
    assert len(new) > len(old)
    assert {at: new[at] for at in old} == old


def test_a_press_that_only_looks_leaves_the_file_as_it_is(day: Day) -> None:
    day.save()
    day.book.close()
    before = day.service.workbook.read_bytes()
    day.sure(press_closed(day.as_("x.tull"), "book.opened"))
    parts = package(day.service.workbook)
    first = read_parts(before)
    changed = {name for name in first if first[name] != parts[name]}
    names = {part: name for name, part in sheet_parts(first).items()}
    assert {names.get(part, part) for part in changed} <= {"Desk", "xl/workbook.xml"}
    day.again()
