"""Saving a closed workbook: only what changed changes, to the byte, and a crash leaves the old file or the new one."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import subprocess
import sys
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hosts_kit import ROWS, changed_parts, make_book, parts
from lxml import etree

from addin.errors import HostError, Unsupported
from addin.hosts.closed import open_closed
from addin.hosts.package import MAIN, Package
from addin.hosts.sheetxml import read_sheet, unescaped
from addin.hosts.splice import Patch, escaped, splice_cells, without_calculations

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
_ROW = re.compile(rb'<row r="(\d+)".*?(?:</row>|/>(?=<row|</sheetData))', re.DOTALL)


@pytest.fixture
def path(tmp_path):
    return make_book(tmp_path / "register.xlsm")


def sheet_xml(rows: str, *, head: str = "", tail: str = "") -> bytes:
    """A small sheet around these rows."""
    text = f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode()


def names_beside(path: Path) -> list[str]:
    """The names in the workbook's folder."""
    return sorted(item.name for item in path.parent.iterdir())


def rows_of(xml: bytes) -> dict[int, bytes]:
    """The rows of a sheet by number, as bytes."""
    return {int(match[1]): match[0] for match in _ROW.finditer(xml)}


def around_rows(xml: bytes) -> bytes:
    """Everything of a sheet but its rows and its dimension."""
    start, end = xml.index(b"<sheetData"), xml.index(b"</sheetData>")
    return re.sub(rb"<dimension[^>]*>", b"", xml[:start]) + xml[end:]


# -------------------------------------------------------------------- the rich workbook


def edit(path: Path) -> None:
    """Five cells changed, two table rows appended, saved."""
    book = open_closed(path)
    sheet = book.sheets["Returns"]
    sheet["E6"].value = "=HYPERLINK(1)"
    sheet["C7"].value = Decimal("99.10")
    sheet["D8"].value = dt.date(2025, 12, 24)
    sheet["A9"].value = "00077"
    sheet["E10"].value = True
    first = 6 + ROWS
    sheet.range((first, 1)).value = [
        ["CASE-2025-000007", "007", 1.5, dt.date(2025, 12, 1), "new & <shiny>"],
        ["CASE-2025-000008", "008", 2, None, None],
    ]
    sheet.tables["tblReturns"].resize(sheet.range((5, 1), (first + 1, 5)))
    book.save()
    book.close()


def test_only_the_parts_that_hold_a_change_differ(path):
    """Macros, buttons, charts, comments, styles, strings and the other sheets keep their bytes."""
    before = parts(path)
    edit(path)
    assert changed_parts(before, parts(path)) == {SHEET, TABLE}
    assert {"xl/vbaProject.bin", "xl/drawings/vmlDrawing1.vml", "xl/charts/chart1.xml", "xl/comments1.xml"} <= set(
        before
    )


def test_inside_the_sheet_only_the_named_rows_differ(path):
    """Validations, conditional formats, data bars and links around the rows keep their bytes."""
    before = parts(path)[SHEET]
    edit(path)
    after = parts(path)[SHEET]
    assert around_rows(after) == around_rows(before)
    assert all(tag in around_rows(after) for tag in (b"<dataValidation ", b"x14:dataBar", b"<hyperlink ", b"<pane "))
    old, new = rows_of(before), rows_of(after)
    assert {row for row in new if new[row] != old.get(row)} == {6, 7, 8, 9, 10, 12, 13}
    assert old.keys() <= new.keys()


def test_inside_a_row_only_the_named_cells_differ(path):
    """The neighbours of a changed cell keep their bytes."""
    before = rows_of(parts(path)[SHEET])[7]
    edit(path)
    after = rows_of(parts(path)[SHEET])[7]
    cell = re.compile(rb'<c r="([A-Z]+)7".*?(?:/>|</c>)')
    old = {match[1]: match[0] for match in cell.finditer(before)}
    new = {match[1]: match[0] for match in cell.finditer(after)}
    assert {name for name in new if new[name] != old[name]} == {b"C"}
    assert new[b"C"] == b'<c r="C7" s="4"><v>99.1</v></c>'


def test_the_table_part_differs_in_its_place_only(path):
    """The table and its filter cover the new rows."""
    before = etree.fromstring(parts(path)[TABLE])
    edit(path)
    after = etree.fromstring(parts(path)[TABLE])
    assert (after.get("ref"), after[0].get("ref")) == ("A5:E13", "A5:E13")
    for root in (before, after):
        root.set("ref", "")
        root[0].set("ref", "")
    assert etree.tostring(after, method="c14n") == etree.tostring(before, method="c14n")


def test_the_dimension_covers_the_new_rows(path):
    """Programs that read by it miss nothing."""
    edit(path)
    assert b'<dimension ref="A1:G13"/>' in parts(path)[SHEET]


def test_openpyxl_reads_the_same_values(path):
    """An independent reader agrees with what was written."""
    edit(path)
    sheet = read_by_openpyxl(path)["Returns"]
    assert [c.value for c in sheet["C7":"E7"][0]] == [99.1, dt.datetime(2025, 9, 1), None]
    assert (sheet["E6"].value, sheet["E6"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet["D8"].value == dt.datetime(2025, 12, 24)
    assert (sheet["A9"].value, sheet["E10"].value) == ("00077", True)
    assert [c.value for c in sheet["A12":"E12"][0]] == [
        "CASE-2025-000007",
        "007",
        1.5,
        dt.datetime(2025, 12, 1),
        "new & <shiny>",
    ]
    assert [c.number_format for c in sheet["A13":"E13"][0]] == ["@", "@", "#,##0.00", "General", "General"]
    assert sheet.tables["tblReturns"].ref == "A5:E13"


def read_by_openpyxl(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says which extensions it would lose
        return openpyxl.load_workbook(path)


def test_every_sheet_reads_as_openpyxl_reads_it(path):
    """Our reader and an independent one see the same values and formulas."""
    theirs = read_by_openpyxl(path)
    book = open_closed(path)
    for sheet in book.sheets:
        used = sheet.used_range
        formulas, values = used.options(ndim=2).formula, used.options(ndim=2, err_to_str=True).value
        for i, row in enumerate(values):
            for j, value in enumerate(row):
                cell = theirs[sheet.name].cell(used.row + i, used.column + j)
                if cell.data_type == "f":
                    assert formulas[i][j] == cell.value
                else:
                    assert value == cell.value, (sheet.name, cell.coordinate)
    book.close()


def test_saving_without_a_change_writes_nothing(path):
    """Neither after reading everything nor after writing what was there already."""
    before = path.stat()
    book = open_closed(path)
    sheet = book.sheets["Returns"]
    everything = [s.used_range.value for s in book.sheets]
    sheet["A6"].value = "CASE-2025-000001"
    sheet["C6"].value = 10.25
    sheet["D6"].value = dt.date(2025, 8, 31)
    sheet["C6"].number_format = "#,##0.00"
    sheet["E6"].value = "gone"
    sheet["E6"].value = None
    sheet.tables["tblReturns"].resize(sheet["A5:E11"])
    sheet.activate()
    sheet["B7"].select()
    book.sheets["Audit"].api.Unprotect()
    book.sheets["Audit"].api.Protect()
    assert everything
    assert book.api.Saved
    book.save()
    book.close()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert names_beside(path) == [path.name]


def test_a_book_can_be_saved_again_and_again(path):
    """Each save starts from the one before."""
    book = open_closed(path)
    sheet = book.sheets["Returns"]
    for number in range(4):
        sheet.range((6 + ROWS + number, 1)).value = f"n{number}"
        sheet["E6"].value = f"note {number}"
        book.save()
        assert book.api.Saved
    book.close()
    again = open_closed(path)
    assert again.sheets["Returns"].range("A12:A15").value == ["n0", "n1", "n2", "n3"]
    assert again.sheets["Returns"]["E6"].value == "note 3"
    again.close()


def test_saving_under_another_name_leaves_the_old_file(path):
    """The copy has the changes, the original has not."""
    before = path.read_bytes()
    book = open_closed(path)
    book.sheets["Returns"]["E6"].value = "copy"
    book.save(path.with_name("copy.xlsm"))
    assert book.name == "copy.xlsm"
    book.close()
    assert path.read_bytes() == before
    copy = open_closed(path.with_name("copy.xlsm"))
    assert copy.sheets["Returns"]["E6"].value == "copy"
    with pytest.raises(Unsupported, match=r"\.csv"):
        copy.save(path.with_name("copy.csv"))
    copy.close()


def test_the_file_keeps_its_rights(path):
    """A register only its owner may read stays so."""
    path.chmod(0o600)
    edit(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_unchanged_parts_are_copied_as_compressed(path):
    """Nothing is unpacked that needs not be: the compressed sizes and checksums are the same."""

    def stored():
        with zipfile.ZipFile(path) as archive:
            return {info.filename: (info.compress_size, info.CRC) for info in archive.infolist()}

    before = stored()
    edit(path)
    after = stored()
    assert {name for name in after if after[name] != before[name]} == {SHEET, TABLE}
    assert list(after) == list(before)


# -------------------------------------------------------------------- formulas, formats, chains


def with_parts(path, changes):
    """The same package with some parts changed by functions of their bytes."""
    contents = parts(path)
    for name, change in changes.items():
        contents[name] = change(contents.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def test_a_workbook_with_formulas_is_asked_to_recalculate(path):
    """Results are stale after a change; the next program is told once."""
    with_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b' fullCalcOnLoad="1"', b"")})
    before = parts(path)
    book = open_closed(path)
    book.sheets["Returns"]["C6"].value = 1
    book.save()
    once = parts(path)
    assert changed_parts(before, once) == {SHEET, "xl/workbook.xml"}
    assert b'fullCalcOnLoad="1"' in once["xl/workbook.xml"]
    book.sheets["Returns"]["C6"].value = 2
    book.save()
    book.close()
    assert changed_parts(once, parts(path)) == {SHEET}


def test_a_workbook_without_formulas_is_left_alone(tmp_path):
    """There is nothing to calculate."""
    path = make_book(tmp_path / "plain.xlsm", formulas=False)
    with_parts(path, {"xl/workbook.xml": lambda xml: xml.replace(b' fullCalcOnLoad="1"', b"")})
    before = parts(path)
    book = open_closed(path)
    book.sheets["Returns"]["C6"].value = 1
    book.save()
    book.close()
    assert changed_parts(before, parts(path)) == {SHEET}


def test_a_missing_calculation_setting_is_put_where_it_belongs(path):
    """CalcPr follows the defined names."""
    with_parts(path, {"xl/workbook.xml": lambda xml: re.sub(rb"<calcPr[^>]*/>", b"", xml)})
    book = open_closed(path)
    book.sheets["Returns"]["C6"].value = 1
    book.save()
    book.close()
    children = [etree.QName(child).localname for child in etree.fromstring(parts(path)["xl/workbook.xml"])]
    assert children.index("calcPr") == children.index("definedNames") + 1


CHAIN = f'<calcChain xmlns="{MAIN}"><c r="A3" i="2"/><c r="A4"/></calcChain>'.encode()
RELATION = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" '
    b'Target="calcChain.xml"/></Relationships>'
)
OVERRIDE = (
    b'<Override PartName="/xl/calcChain.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>'
)


@pytest.fixture
def chained(path):
    """A workbook as Excel saves it: with a calculation chain."""
    return with_parts(
        path,
        {
            "xl/calcChain.xml": lambda _: CHAIN,
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</Relationships>", RELATION),
            "[Content_Types].xml": lambda xml: xml.replace(b"</Types>", OVERRIDE),
        },
    )


def test_an_overwritten_formula_leaves_the_calculation_chain(chained):
    """An entry without a formula makes Excel repair the file; the sheet number is handed on to the next entry."""
    book = open_closed(chained)
    book.sheets["Desk"]["A3"].value = 5
    book.save()
    chain = parts(chained)["xl/calcChain.xml"]
    assert [dict(entry.attrib) for entry in etree.fromstring(chain)] == [{"r": "A4", "i": "2"}]
    book.sheets["Desk"]["A4"].value = "text"
    book.save()
    after = parts(chained)
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]
    book.sheets["Desk"]["A4"].value = "again"
    book.save()
    book.close()


def test_other_changes_leave_the_calculation_chain_alone(chained):
    """No formula was overwritten."""
    book = open_closed(chained)
    book.sheets["Returns"]["C6"].value = 5
    book.save()
    book.close()
    assert parts(chained)["xl/calcChain.xml"] == CHAIN


def test_the_chain_keeps_what_it_should():
    """Only the named cells go."""
    data = f'<calcChain xmlns="{MAIN}"><c r="A1" i="1"/><c r="A2"/><c r="A1" i="2"/></calcChain>'.encode()
    left = etree.fromstring(without_calculations(data, {("1", "A1")}, "chain"))
    assert [(e.get("r"), e.get("i")) for e in left] == [("A2", "1"), ("A1", "2")]


def test_shared_formulas_are_read_everywhere_and_not_torn_apart():
    """A filled-down formula is stored once; its first cell carries the others."""
    xml = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
    )
    data = read_sheet(xml, "s", [])
    assert (data.rows[1][2].formula, data.rows[2][2].formula) == ("=A1*2", 0)
    assert data.masters == {(1, 2)}


def test_a_shared_formula_in_a_book(path):
    """Its other cells may be overwritten, its first may not."""
    shared = (
        b'<row r="20"><c r="A20"><f t="shared" ref="A20:A21" si="0">C6*2</f><v>1</v></c></row>'
        b'<row r="21"><c r="A21"><f t="shared" si="0"/><v>2</v></c></row></sheetData>'
    )
    with_parts(path, {SHEET: lambda xml: xml.replace(b"</sheetData>", shared)})
    book = open_closed(path)
    sheet = book.sheets["Returns"]
    assert sheet["A20:A21"].formula == (("=C6*2",), ("=C7*2",))
    for attempt in (lambda: setattr(sheet["A20"], "value", 1), sheet["A20:A21"].clear_contents):
        with pytest.raises(Unsupported, match="Returns!A20"):
            attempt()
    sheet["A21"].value = 7
    book.save()
    book.close()
    again = open_closed(path)
    assert again.sheets["Returns"]["A20:A21"].formula == (("=C6*2",), ("7",))
    again.close()


def test_a_new_number_format_is_added_once(path):
    """The cell keeps everything else of its format; formats that exist are used again."""
    before = parts(path)
    book = open_closed(path)
    book.sheets["Returns"]["A6:A9"].number_format = "0.000"
    book.save()
    after = parts(path)
    assert changed_parts(before, after) == {SHEET, "xl/styles.xml"}
    old, new = etree.fromstring(before["xl/styles.xml"]), etree.fromstring(after["xl/styles.xml"])
    count = f"{{{MAIN}}}cellXfs"
    assert len(new.find(count)) == len(old.find(count)) + 1 == int(new.find(count).get("count"))
    book.sheets["Returns"]["B6"].number_format = "0.000"
    book.sheets["Returns"]["C6"].number_format = "@"
    assert book.sheets["Returns"]["A6"].color == (0xFF, 0xF6, 0xDD)
    book.save()
    book.close()
    cell = read_by_openpyxl(path)["Returns"]["B6"]
    assert (cell.number_format, cell.fill.fgColor.rgb, cell.protection.locked) == ("0.000", "FFFFF6DD", False)


def test_a_format_alone_keeps_the_formula_and_its_result(path):
    """Only the style attribute of the cell changes."""
    book = open_closed(path)
    book.sheets["Desk"]["A3"].number_format = "0.000"
    book.save()
    book.close()
    xml = parts(path)["xl/worksheets/sheet2.xml"]
    assert re.search(rb'<c r="A3" s="\d+"><f>COUNTA\(Returns!A6:A400\)</f><v>6</v></c>', xml)


# -------------------------------------------------------------------- the scanner


def spliced(xml: bytes, changes: dict[tuple[int, int], Patch]) -> bytes:
    """The result, which must parse."""
    result = splice_cells(xml, changes, "sheet")
    etree.fromstring(result)
    return result


def test_cells_and_rows_are_put_in_their_order():
    """Before, between and behind what is there."""
    xml = sheet_xml('<row r="2" spans="2:4"><c r="B2"><v>1</v></c><c r="D2"/></row><row r="5"/>')
    new = Patch(0, "x")
    result = spliced(xml, {(r, c): new for r in (1, 2, 3, 5, 9) for c in (1, 3, 5)})
    data = read_sheet(result, "sheet", [])
    assert {row: list(cells) for row, cells in data.rows.items()} == {
        1: [1, 3, 5],
        2: [1, 2, 3, 4, 5],
        3: [1, 3, 5],
        5: [1, 3, 5],
        9: [1, 3, 5],
    }
    assert b'<row r="2" spans="1:5">' in result


FIRST = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
SECOND = '<row r="2"><c r="A2"><v>3</v></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>",
        FIRST + '<!-- <row r="9"> -->' + SECOND,
        FIRST.replace("<row r=", "\n <row  r = ").replace("</row>", "\n </row >").replace('"', "'") + "\n" + SECOND,
        FIRST.replace("<v>2</v>", "<v><![CDATA[2]]></v>") + SECOND,
        FIRST.replace("<v>2</v>", "<v>2</v ><?mark <row?>") + SECOND,
    ],
)
def test_other_spellings_of_the_same_sheet_are_understood(rows):
    """Places left out, comments, white space, single quotes, CDATA."""
    result = spliced(sheet_xml(rows), {(2, 1): Patch(0, 9.0, exact="9"), (1, 3): Patch(0, "new")})
    data = read_sheet(result, "sheet", [])
    assert [cell.value for cell in data.rows[1].values()] == [1.0, 2.0, "new"]
    assert data.rows[2][1].value == 9.0


def test_a_namespace_prefix_is_kept():
    """Some programs write <x:row>."""
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1"/><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    ).encode()
    result = spliced(xml, {(1, 1): Patch(0, "a"), (2, 2): Patch(0, True)})
    data = read_sheet(result, "sheet", [])
    assert (data.rows[1][1].value, data.rows[2][2].value) == ("a", True)
    assert b'<x:dimension ref="A1:B2"/>' in result


def test_an_empty_sheet_takes_its_first_cell():
    """<sheetData/> opens up."""
    xml = f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData/><pageMargins/></worksheet>'.encode()
    result = spliced(xml, {(3, 2): Patch(0, "a")})
    assert read_sheet(result, "sheet", []).rows[3][2].value == "a"
    assert splice_cells(xml, {}, "sheet") is xml


def test_cell_metadata_does_not_survive_a_new_value():
    """A mark for dynamic arrays on a plain value would make Excel repair the file."""
    xml = sheet_xml('<row r="1"><c r="A1" s="3" cm="1" vm="2"><v>1</v></c></row>')
    assert b'<c r="A1" s="3"><v>2</v></c>' in spliced(xml, {(1, 1): Patch(3, 2.0, exact="2")})


@pytest.mark.parametrize(
    "xml",
    [b"<nothing/>", sheet_xml('<row r="2"></row><row r="1"></row>'), sheet_xml("").replace(b"sheetData", b"other")],
)
def test_what_is_no_sheet_is_refused(xml):
    """Rather than written into."""
    with pytest.raises(HostError, match="sheet"):
        splice_cells(xml, {(9, 1): Patch(0, "x")}, "sheet9.xml")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("plain", "plain"),
        ("a\rb", "a_x000D_b"),
        ("\x01", "_x0001_"),
        ("_x0041_", "_x005F_x0041_"),
        ("_x0041", "_x0041"),
        ("_x0041\x02", "_x005F_x0041_x0002_"),
        ("\ud83d", "_xD83D_"),
        ("🙂\n\t", "🙂\n\t"),
    ],
)
def test_what_xml_cannot_hold_is_escaped_as_excel_does(text, stored):
    """And what looks like an escape is escaped itself."""
    assert escaped(text) == stored
    assert unescaped(stored) == text


def test_one_row_of_a_long_sheet_costs_one_pass():
    """Twenty thousand rows, one changed: the rest is copied, not understood."""
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 20_001))
    xml = sheet_xml(rows)
    result = spliced(xml, {(10_000, 1): Patch(0, "x")})
    old, new = (
        '<c r="A10000"><v>10000</v></c>',
        '<c r="A10000" t="inlineStr"><is><t xml:space="preserve">x</t></is></c>',
    )
    assert result == xml.replace(old.encode(), new.encode())


# -------------------------------------------------------------------- crashes and full disks


def test_a_full_disk_leaves_the_old_file(path, monkeypatch):
    """The half-written copy is removed, and the next save works."""
    before = path.read_bytes()
    book = open_closed(path)
    book.sheets["Returns"]["E6"].value = "x"

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(HostError, match="No space left"):
            book.save()
    assert path.read_bytes() == before
    assert names_beside(path) == [path.name]
    assert not book.api.Saved
    book.save()
    book.close()
    assert Package(path).read(SHEET).count(b">x</t>") == 1


WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from addin.hosts.closed import open_closed
number = 0
print("ready", flush=True)
while True:
    book = open_closed(sys.argv[1])
    sheet = book.sheets["Returns"]
    number += 1
    sheet["E6"].value = f"{number}"
    sheet["E7"].value = f"{number}" * 50
    book.save()
    book.close()
"""


def test_a_kill_at_any_moment_leaves_a_whole_file(path):
    """Old or new, never a mixture, and the next save is not blocked by what the dead process left."""
    rng = random.Random(7)
    root = Path(__file__).parents[2]
    seen = set()
    for _ in range(20):
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(root)], stdout=subprocess.PIPE)
        child.stdout.readline()
        try:
            child.wait(timeout=rng.uniform(0.0, 0.08))
        except subprocess.TimeoutExpired:
            child.kill()
        child.wait()
        child.stdout.close()
        for lock in path.parent.glob(".*.casebook-lock"):
            if not lock.read_bytes():  # made, not yet filled in: counts as dead after some seconds
                os.utime(lock, (0, 0))
        book = open_closed(path)
        first, second = book.sheets["Returns"]["E6"].value, book.sheets["Returns"]["E7"].value
        assert second == (None if first is None else first * 50)
        seen.add(first)
        book.sheets["Returns"]["A6"].value = f"CASE {rng.random()}"
        book.save()
        book.close()
        assert names_beside(path) == [path.name]
    assert len(seen) > 1
