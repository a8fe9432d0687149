"""The host of closed files: the engine's contract, and what only a file has: locks, damage, hostile contents."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import socket
import stat
import struct
import subprocess
import sys
import zipfile

import pytest
from contracts.engine import EngineContract
from hosts_kit import make_book, parts

from addin.errors import HostBusy, HostError, NotOurBook, Unsupported
from addin.hosts import boot, package
from addin.hosts.boot import base_classes, xw
from addin.hosts.closed import CLOSED, ClosedDriver, open_closed
from addin.hosts.engine import Engine, open_book
from addin.hosts.grid import Rect, area_name, from_serial, parse_area, quoted_sheet, split_reference, to_serial
from addin.hosts.locking import process_lives
from addin.hosts.styles import is_date_format


class TestClosedEngine(EngineContract):
    """A closed file obeys the same contract as a running program."""

    def open_book(self, path):
        return open_closed(path)


@pytest.fixture
def path(tmp_path):
    return make_book(tmp_path / "register.xlsm")


@pytest.fixture
def book(path):
    book = open_closed(path)
    yield book
    book.close()


def test_xlwings_reaches_the_host_by_its_own_front(path):
    """With the engine active, xw.Book and xw.books work as with Excel."""
    before = xw.engines.active
    boot.register_engine(CLOSED, activate=True)
    try:
        book = xw.Book(str(path))
        assert xw.books.active.name == path.name
        assert xw.sheets.active.name == "Desk"
        assert xw.Range("B5").value is True
        book.app.quit()
    finally:
        xw.engines.active = before


def test_closing_the_last_book_leaves_no_instance(path):
    """A long run of commands does not pile up instances."""
    before = len(CLOSED.apps)
    open_closed(path).close()
    assert len(CLOSED.apps) == before


def test_every_member_of_xlwings_is_answered():
    """A base-class member is either written or refuses with `Unsupported`; none is left raising bare errors."""
    from addin.hosts import engine, ranges, sheets, tables

    for module in (engine, ranges, sheets, tables):
        for cls in vars(module).values():
            if not inspect.isclass(cls) or cls.__module__ != module.__name__ or base_classes not in _modules(cls):
                continue
            for name in dir(cls):
                member = inspect.getattr_static(cls, name)
                getter = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
                code = getattr(getter, "__code__", None)
                assert "NotImplementedError" not in getattr(code, "co_names", ()), f"{cls.__name__}.{name}"


def _modules(cls):
    return {sys.modules[parent.__module__] for parent in cls.__mro__}


@pytest.mark.parametrize(
    "attempt",
    [
        lambda sheet: sheet.charts.add(),
        lambda sheet: sheet.delete(),
        lambda sheet: sheet["A1"].add_hyperlink("https://example.org"),
        lambda sheet: setattr(sheet["A1"], "color", (1, 2, 3)),
        lambda sheet: setattr(sheet["A1"], "column_width", 3),
        lambda sheet: sheet["A1"].insert("down"),
        lambda sheet: sheet.book.sheets.add("x"),
        lambda sheet: sheet.book.app.macro("Press")(),
        lambda sheet: setattr(sheet, "visible", False),
        lambda sheet: sheet["A1"].font.bold,
    ],
)
def test_what_needs_a_program_is_refused_in_words(book, attempt):
    """Nothing pretends to have worked."""
    with pytest.raises(Unsupported, match=r"\w+ \w+"):
        attempt(book.sheets["Returns"])


def test_a_text_longer_than_a_cell_is_refused(book):
    """32,767 characters fit, one more does not, and nothing is written."""
    cell = book.sheets["Returns"]["E6"]
    cell.value = "x" * 32_767
    with pytest.raises(HostError, match="32,767"):
        cell.value = "x" * 32_768
    with pytest.raises(HostError, match="32,767"):
        cell.value = "🙂" * 16_384
    assert len(cell.value) == 32_767


def test_a_block_with_one_bad_value_writes_nothing(book):
    """Values are checked before the first cell changes."""
    sheet = book.sheets["Returns"]
    with pytest.raises(TypeError, match="object"):
        sheet["E6"].value = [["good"], [object()]]
    with pytest.raises(TypeError, match="inf"):
        sheet["E6"].value = [["good"], [float("inf")]]
    assert sheet["E6"].value is None


def test_filling_a_whole_column_is_refused(book):
    """A million cells are a slip, not a wish."""
    with pytest.raises(HostError, match="whole rows or columns"):
        book.sheets["Returns"]["E:E"].value = "x"


def test_appended_rows_take_the_format_of_the_row_above(book):
    """Ids stay text, money stays money below the table's last row."""
    sheet = book.sheets["Returns"]
    sheet["A12"].value = ["CASE-2025-000007", "007", 1, dt.date(2025, 1, 2), "x"]
    assert [sheet.range((12, c)).number_format for c in range(1, 6)] == ["@", "@", "#,##0.00", "yyyy-mm-dd", "@"]


def test_a_row_below_the_header_does_not_look_like_the_header(book):
    """The first row under frozen headings takes the column's format."""
    audit = book.sheets["Audit"]
    audit["A2:B2"].clear_contents()
    assert audit["A2"].color is None
    audit["B1"].value = "text"
    assert audit["B1"].color == (0x1F, 0x2A, 0x37)


def test_a_table_is_not_moved_nor_emptied(book):
    """Only its last row may change, and not over another table."""
    sheet = book.sheets["Returns"]
    table = sheet.tables["tblReturns"]
    with pytest.raises(Unsupported, match="columns"):
        table.resize(sheet["A5:F11"])
    with pytest.raises(HostError, match="at least one row"):
        table.resize(sheet["A5:E5"])


def test_table_rows_can_be_added(book):
    """rows.add appends and grows the table."""
    table = book.sheets["Returns"].tables["tblReturns"]
    row = table.rows.add(["CASE-2025-000007", "7", 1.0, None, "new"])
    assert row.range.address == "$A$12:$E$12"
    assert len(table.rows) == 7
    assert table.columns["Note"].data_body_range.value[-1] == "new"


def test_filters_are_seen(tmp_path):
    """A filter's criteria and the rows it hides can be read before writing."""
    import xlsxwriter

    path = tmp_path / "filtered.xlsx"
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("S")
    sheet.write_column("A1", ["h", "a", "b", "c"])
    sheet.autofilter("A1:A4")
    sheet.filter_column_list(0, ["a"])
    sheet.set_row(2, None, None, {"hidden": True})
    made.add_worksheet("T").write("A1", 1)
    made.close()
    book = open_closed(path)
    filtered = book.sheets["S"]
    assert (filtered.api.AutoFilterMode, filtered.api.FilterMode) == (True, True)
    assert [row.rows.hidden for row in filtered["A2:A4"].rows] == [False, True, False]
    assert (book.sheets["T"].api.AutoFilterMode, book.sheets["T"].api.FilterMode) == (False, False)
    book.close()


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("General", False),
        ("@", False),
        ("0.00", False),
        ("[Red]#,##0.00;[Blue]-0", False),
        ('0 "days"', False),
        ("\\d0", False),
        ("_-£* #,##0.00_-", False),
        ("[$-809]dd mmmm yyyy", True),
        ("yyyy-mm-dd hh:mm", True),
        ("[h]:mm", True),
        ("h:mm AM/PM", True),
    ],
)
def test_day_formats_are_told_from_numbers(code, is_date):
    """Colours, quoted words and currency signs are no days."""
    assert is_date_format(code) is is_date


# -------------------------------------------------------------------- addresses and dates


@pytest.mark.parametrize("text", ["$B$2", "$B$2:$C$3", "$A:$C", "$1:$3", "$XFD$1048576"])
def test_an_address_reads_back(text):
    """Parsing and spelling are inverse."""
    assert area_name(parse_area(text)) == text


@pytest.mark.parametrize("text", ["", "A", "A0", "XFE1", "A1048577", "A1:B", "Total", "A1:B2:C3"])
def test_what_is_no_address_is_none(text):
    """Names are not mistaken for cells."""
    assert parse_area(text) is None


def test_references_name_their_sheet():
    """Quotes around a sheet's name, doubled inside."""
    assert split_reference("='It''s here'!$A$1:$B$2") == ("It's here", Rect(1, 1, 2, 2))
    assert (quoted_sheet("Desk"), quoted_sheet("A1"), quoted_sheet("It's")) == ("Desk", "'A1'", "'It''s'")


@pytest.mark.parametrize(
    ("serial", "moment"),
    [
        (1, dt.datetime(1900, 1, 1)),
        (59, dt.datetime(1900, 2, 28)),
        (61, dt.datetime(1900, 3, 1)),
        (45_985.5, dt.datetime(2025, 11, 24, 12)),
        (2_958_465, dt.datetime(9999, 12, 31)),
    ],
)
def test_serial_numbers_are_excels(serial, moment):
    """With the day that never was, 29 February 1900."""
    assert (from_serial(serial), to_serial(moment)) == (moment, serial)


def test_the_1904_system_is_understood():
    """The same day has another number there."""
    assert to_serial(dt.date(2025, 11, 24), date_1904=True) == 45_985 - 1462
    assert from_serial(45_985 - 1462, date_1904=True) == dt.datetime(2025, 11, 24)


# -------------------------------------------------------------------- who holds the file


def _changed(path):
    book = open_closed(path)
    book.sheets["Returns"]["E6"].value = "x"
    return book


def _refused(book, path, words):
    before = path.read_bytes()
    with pytest.raises(HostBusy, match=words) as caught:
        book.save()
    assert path.read_bytes() == before
    book.close()
    return caught.value


def test_a_book_open_in_excel_is_not_written(path):
    """The owner file names the person."""
    name = "Mia Example"
    owner = (
        bytes([len(name)]) + name.encode("cp1252").ljust(54) + struct.pack("<H", len(name)) + name.encode("utf-16-le")
    )
    path.with_name(f"~${path.name}").write_bytes(owner.ljust(165, b"\0"))
    error = _refused(_changed(path), path, r"open in Excel \(Mia Example\)")
    assert f"~${path.name}" in error.hint


def test_a_book_open_in_libreoffice_is_not_written(path):
    """So does LibreOffice's lock file."""
    path.with_name(f".~lock.{path.name}#").write_text(",mia,desk-7,24.11.2025 10:00,file:///x;", encoding="utf-8")
    _refused(_changed(path), path, r"open in LibreOffice \(mia\)")


def test_an_unreadable_owner_file_still_refuses(path):
    """An empty owner file holds nobody's name, yet somebody has the book open."""
    path.with_name(f"~${path.name}").write_bytes(b"")
    _refused(_changed(path), path, "open in Excel[.]")


def test_a_read_only_book_is_not_written(path):
    """The mark is respected even where the account could write."""
    path.chmod(stat.S_IRUSR | stat.S_IRGRP)
    _refused(_changed(path), path, "read-only")


def test_a_book_opened_for_reading_is_not_written(path):
    """read_only means it."""
    book = open_closed(path, read_only=True)
    assert book.api.ReadOnly is True
    book.sheets["Returns"]["E6"].value = "x"
    _refused(book, path, "reading only")


def test_a_book_saved_by_somebody_else_meanwhile_is_not_overwritten(path, tmp_path):
    """The second of two writers is told, and may run again."""
    book = _changed(path)
    other = make_book(tmp_path / "other.xlsm", formulas=False)
    path.write_bytes(other.read_bytes())
    _refused(book, path, "somebody else")


def test_a_touched_but_unchanged_book_may_be_written(path):
    """A backup program that sets the time changes nothing."""
    book = _changed(path)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    book.save()
    book.close()


def test_a_living_process_of_ours_is_waited_for(path):
    """Its lock names the process."""
    lock = path.with_name(f".{path.name}.casebook-lock")
    lock.write_text(f"{os.getppid()} {socket.gethostname()}", encoding="utf-8")
    _refused(_changed(path), path, f"process {os.getppid()}")
    assert lock.exists()


def test_the_lock_of_a_dead_process_is_taken_over(path):
    """A killed save does not block the register for ever."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    lock = path.with_name(f".{path.name}.casebook-lock")
    lock.write_text(f"{child.pid} {socket.gethostname()}", encoding="utf-8")
    leftover = path.with_name(f".{path.name}.{child.pid}.casebook-tmp")
    leftover.write_bytes(b"half")
    book = _changed(path)
    book.save()
    book.close()
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def test_the_lock_of_another_computer_is_respected(path):
    """Its processes cannot be looked at from here."""
    path.with_name(f".{path.name}.casebook-lock").write_text("1 elsewhere", encoding="utf-8")
    _refused(_changed(path), path, "being saved")


# -------------------------------------------------------------------- files that are no register


def _rezipped(path, target, change):
    contents = parts(path)
    change(contents)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return target


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    """Before anything else."""
    with pytest.raises(FileNotFoundError, match=r"nothing\.xlsm"):
        open_closed(tmp_path / "nothing.xlsm")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "encrypted"),
        (b"Case;Order\r\n1;2\r\n", "not a workbook"),
        (b"", "not a workbook"),
    ],
)
def test_other_kinds_of_files_are_named(tmp_path, start, words):
    """Encrypted or old workbooks, text files, empty files."""
    path = tmp_path / "wrong.xlsm"
    path.write_bytes(start + b"\0" * (600 if start else 0))
    with pytest.raises(NotOurBook, match=words):
        open_closed(path)


def test_a_cut_file_is_damaged(path):
    """A copy that stopped half way."""
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(HostError, match="damaged"):
        open_closed(path)


def test_a_zip_without_a_workbook_is_not_ours(tmp_path):
    """Any zip file could be given."""
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(NotOurBook, match="no workbook"):
        open_closed(path)


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "_rels/.rels", "[Content_Types].xml"])
def test_a_workbook_without_its_main_parts_is_not_ours(path, tmp_path, missing):
    """The parts everything hangs on."""
    broken = _rezipped(path, tmp_path / "broken.xlsm", lambda p: p.pop(missing))
    with pytest.raises(NotOurBook):
        open_closed(broken)


@pytest.mark.parametrize("missing", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_missing_part_is_named_when_it_is_needed(path, tmp_path, missing):
    """A sheet or the strings."""
    broken = _rezipped(path, tmp_path / "broken.xlsm", lambda p: p.pop(missing))
    book = open_closed(broken)
    with pytest.raises(HostError, match=missing):
        book.sheets["Returns"].range("A6").value  # noqa: B018
    book.close()


def test_strict_workbooks_are_refused_with_a_remedy(path, tmp_path):
    """They would otherwise look like a workbook without sheets."""

    def strict(contents):
        old, new = (
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        contents["xl/workbook.xml"] = contents["xl/workbook.xml"].replace(old, new)

    with pytest.raises(NotOurBook, match=r"Strict.*save it as an Excel workbook"):
        open_closed(_rezipped(path, tmp_path / "strict.xlsm", strict))


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_entities_are_never_expanded(path, tmp_path, part):
    """A document type is enough to refuse: Excel writes none."""

    def bomb(contents):
        head, tail = contents[part].split(b"?>", 1)
        doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        contents[part] = head + b"?>" + doctype + tail

    with pytest.raises(HostError, match="never writes"):
        _read_all(_rezipped(path, tmp_path / "bomb.xlsm", bomb))


def _read_all(path):
    book = open_closed(path)
    try:
        return [sheet.used_range.value for sheet in book.sheets]
    finally:
        book.close()


def test_a_decompression_bomb_is_refused_before_it_is_unpacked(path, tmp_path):
    """Fifty million zeros in fifty kilobytes."""

    def bomb(contents):
        contents["xl/worksheets/sheet1.xml"] = b"0" * 50_000_000

    with pytest.raises(HostError, match="absurd size"):
        open_closed(_rezipped(path, tmp_path / "bomb.xlsm", bomb))


def test_too_many_parts_are_refused(path, tmp_path, monkeypatch):
    """A workbook has dozens of parts, not thousands."""
    monkeypatch.setattr(package, "MAX_PARTS", 10)
    with pytest.raises(HostError, match="unpack"):
        open_closed(path)


@pytest.mark.parametrize(
    "harm",
    [
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace(b'r="7"', b'r="3"', 1),
        lambda xml: xml.replace(b"<v>0</v>", b"<v>99999</v>", 1),
        lambda xml: xml.replace(b"<v>10.25</v>", b"<v>ten</v>", 1),
        lambda xml: b"",
    ],
)
def test_a_damaged_sheet_is_an_error_in_words(path, tmp_path, harm):
    """Cut XML, rows out of order, strings that are not there, numbers that are none."""

    def change(contents):
        contents["xl/worksheets/sheet1.xml"] = harm(contents["xl/worksheets/sheet1.xml"])

    with pytest.raises(HostError, match=r"sheet1\.xml"):
        _read_all(_rezipped(path, tmp_path / "broken.xlsm", change))


def test_a_wrong_checksum_is_damage(path):
    """A flipped bit in a compressed part."""
    info = next(i for i in zipfile.ZipFile(path).infolist() if i.filename == "xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    data[at] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(HostError, match="damaged"):
        _read_all(path)


def test_a_signed_workbook_is_not_touched(path, tmp_path):
    """Any change would break the signature."""
    signed = _rezipped(path, tmp_path / "signed.xlsm", lambda p: p.update({"_xmlsignatures/sig1.xml": b"<s/>"}))
    book = _changed(signed)
    with pytest.raises(Unsupported, match="signature"):
        book.save()
    book.close()


# -------------------------------------------------------------------- the import


def test_xlwings_is_imported_without_its_heavy_friends():
    """A click does not wait for pandas, and the commercial part is not loaded."""
    code = (
        "import sys, addin.hosts.closed\n"
        "from addin.hosts.boot import HEAVY, xw\n"
        "assert not [m for m in HEAVY if m in sys.modules], 'loaded'\n"
        "assert not xw.__pro__\n"
        "import pandas\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


# -------------------------------------------------------------------- filters of tables


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ('<filters blank="1"><filter val="a"/></filters>', ("values", ["a", ""], None, None)),
        (
            '<customFilters><customFilter operator="greaterThan" val="5"/></customFilters>',
            ("comparison", None, "5", None),
        ),
        (
            '<customFilters and="1"><customFilter operator="greaterThanOrEqual" val="1"/>'
            '<customFilter operator="lessThanOrEqual" val="9"/></customFilters>',
            ("comparison", None, "1", "9"),
        ),
        ('<dynamicFilter type="today"/>', ("unknown", None, None, None)),
    ],
)
def test_the_criteria_of_a_table_are_read(path, tmp_path, inside, expected):
    """What hides rows is said in xlwings' own words, and such a filter is not thrown away."""

    def change(contents):
        column = f'<autoFilter ref="A5:E11"><filterColumn colId="1">{inside}</filterColumn></autoFilter>'
        table = contents["xl/tables/table1.xml"]
        contents["xl/tables/table1.xml"] = table.replace(b'<autoFilter ref="A5:E11"/>', column.encode())

    book = open_closed(_rezipped(path, tmp_path / "filtered.xlsm", change))
    sheet = book.sheets["Returns"]
    table = sheet.tables["tblReturns"]
    criteria = table.autofilter.criteria
    found = criteria[1].impl
    assert (found["type"], found["values"], found["value1"], found["value2"]) == expected
    assert [entry.impl["type"] for entry in criteria][::4] == ["none", "none"]
    assert sheet.api.FilterMode is True
    with pytest.raises(Unsupported, match="filter"):
        table.show_autofilter = False
    book.close()


def test_filter_buttons_go_and_come_back(path):
    """Dropped and shown again, the table part says so each time."""
    book = open_closed(path)
    table = book.sheets["Returns"].tables["tblReturns"]
    table.show_autofilter = False
    book.save()
    assert b"autoFilter" not in parts(path)["xl/tables/table1.xml"]
    table.show_autofilter = True
    book.save()
    assert b'<autoFilter ref="A5:E11"/>' in parts(path)["xl/tables/table1.xml"]
    book.close()


def test_activating_works_whatever_host_was_active_before(path, tmp_path):
    """A process may drive several hosts; bringing a sheet to the front brings its host to the front, too."""
    other = Engine(ClosedDriver())
    first, second = open_closed(path), open_book(other, make_book(tmp_path / "other.xlsm"))
    try:
        boot.put_in_front(other)
        first.sheets[0].activate()
        assert xw.engines.active.impl is CLOSED
        second.sheets[0].activate()
        assert xw.engines.active.impl is other
        first.sheets[0].activate()
    finally:
        second.close()
        first.close()
        xw.engines.engines.remove(next(one for one in xw.engines.engines if one.impl is other))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such state")
def test_a_killed_process_that_nobody_asked_after_does_not_live():
    """It can hold no file any more, though its number is still there."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    assert process_lives(child.pid)
    os.kill(child.pid, 9)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process_lives(child.pid)
    child.wait()
