"""Edits of a finished workbook file: only what was asked changes, the lock is real, the bytes are fixed."""

import base64
import hashlib
import io
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter
from lxml import etree

from addin.errors import NotOurBook
from addin.macros.vba import vba_project
from addin.register import package
from addin.register.package import ProtectionOptions

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RIBBON = f'<customUI xmlns="{package.RIBBON_NAMESPACE}"><ribbon/></customUI>'
SALT = package.register_salt("register-1")
PASSWORD = "pässword £1"
SHEETS = {"Audit": ProtectionOptions(), "Rules & co": ProtectionOptions(sort=True, auto_filter=True)}
#: Elements of a worksheet in the order of the schema, as far as these tests meet them.
ORDER = (
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetProtection",
    "autoFilter",
    "pageMargins",
    "legacyDrawing",
)


def make_book(*, macros=True):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    if macros:
        book.add_vba_project(io.BytesIO(vba_project()), True)
        book.set_vba_name("ThisWorkbook")
    audit = book.add_worksheet("Audit")
    audit.write_string("A1", "</sheetData><sheetProtection sheet='0'/> in a cell")
    audit.write_string("A2", "another")
    audit.set_column("A:A", 30)
    audit.autofilter("A1:A2")
    rules = book.add_worksheet("Rules & co")
    rules.protect("weak")
    empty = book.add_worksheet("Empty")
    empty.insert_button("B2", {"macro": "Buttons.Do_desk_refresh", "caption": "Refresh"})
    for sheet in (audit, rules, empty):
        sheet.set_vba_name("sh" + sheet.name.split()[0])
    book.close()
    return target.getvalue()


@pytest.fixture(name="book", scope="module")
def fixture_book():
    return make_book()


@pytest.fixture(name="locked", scope="module")
def fixture_locked(book):
    return package.protect_sheets(book, SHEETS, PASSWORD, SALT, structure=True)


def sheet_xml(content, name):
    parts = package.read_parts(content)
    return etree.fromstring(parts[package.sheet_parts(parts)[name]])


def opens(lock, password, prefix=""):
    """Checks a password as a spreadsheet program does: from the attributes alone."""
    name = (lambda text: prefix + text[0].upper() + text[1:]) if prefix else (lambda text: text)
    assert lock.get(name("algorithmName")) == "SHA-512"
    digest = hashlib.sha512(base64.b64decode(lock.get(name("saltValue"))) + password.encode("utf-16-le")).digest()
    for turn in range(int(lock.get(name("spinCount")))):
        digest = hashlib.sha512(digest + turn.to_bytes(4, "little")).digest()
    return base64.b64decode(lock.get(name("hashValue"))) == digest


class TestLocks:
    """Sheets and structure."""

    def test_only_the_password_opens(self, locked):
        """The kept hash follows from the right password and from no other."""
        lock = sheet_xml(locked, "Audit").find(f"{MAIN}sheetProtection")
        assert lock.get("sheet") == "1"
        assert lock.get("spinCount") == "100000"
        assert opens(lock, PASSWORD)
        assert not opens(lock, PASSWORD + " ")

    def test_structure_has_the_same_password(self, locked):
        """Adding and removing sheets is locked, right before the windows, with the same password."""
        root = etree.fromstring(package.read_parts(locked)["xl/workbook.xml"])
        lock = root.find(f"{MAIN}workbookProtection")
        assert lock.get("lockStructure") == "1"
        assert lock.getnext().tag == f"{MAIN}bookViews"
        assert opens(lock, PASSWORD, "workbook")
        assert not opens(lock, "", "workbook")

    def test_place_in_the_sheet(self, locked):
        """The lock stands where the schema wants it, once, also when the sheet had a weak one before."""
        for name in SHEETS:
            tags = [etree.QName(element).localname for element in sheet_xml(locked, name)]
            assert tags.count("sheetProtection") == 1
            known = [tag for tag in tags if tag in ORDER]
            assert known == sorted(known, key=ORDER.index)

    def test_lock_follows_calculation_settings(self, book):
        """Settings of the calculation stand between the cells and the lock."""
        parts = package.read_parts(book)
        part = package.sheet_parts(parts)["Empty"]
        parts[part] = parts[part].replace(b"<pageMargins", b'<sheetCalcPr fullCalcOnLoad="1"/><pageMargins')
        locked = package.protect_sheets(package.write_parts(parts), {"Empty": ProtectionOptions()}, "", b"")
        tags = [etree.QName(element).localname for element in sheet_xml(locked, "Empty")]
        assert tags[tags.index("sheetData") :][:3] == ["sheetData", "sheetCalcPr", "sheetProtection"]

    def test_weak_hash_is_gone(self, locked):
        """The 16-bit hash that the builder wrote does not stay beside the strong one."""
        lock = sheet_xml(locked, "Rules & co").find(f"{MAIN}sheetProtection")
        assert lock.get("password") is None
        assert opens(lock, PASSWORD)

    def test_what_stays_allowed(self, locked):
        """A strict lock allows selecting only; an open one says what else."""
        strict = sheet_xml(locked, "Audit").find(f"{MAIN}sheetProtection")
        assert (strict.get("objects"), strict.get("scenarios")) == ("1", "1")
        assert strict.get("sort") is strict.get("selectLockedCells") is None
        loose = sheet_xml(locked, "Rules & co").find(f"{MAIN}sheetProtection")
        assert (loose.get("sort"), loose.get("autoFilter"), loose.get("formatCells")) == ("0", "0", None)
        assert ProtectionOptions(select_locked_cells=False, objects=True, scenarios=True).attributes() == {
            "selectLockedCells": "1"
        }

    def test_text_that_looks_like_xml_stays_text(self, locked):
        """A cell that spells a closing tag does not mislead the lock."""
        sheet = openpyxl.load_workbook(io.BytesIO(locked))["Audit"]
        assert sheet["A1"].value == "</sheetData><sheetProtection sheet='0'/> in a cell"

    def test_others_stay_as_they_were(self, book, locked):
        """Sheets that are not named, and all parts but the two kinds with locks, keep their bytes."""
        before, after = package.read_parts(book), package.read_parts(locked)
        changed = {name for name in before if before[name] != after[name]}
        where = package.sheet_parts(before)
        assert changed == {where["Audit"], where["Rules & co"], "xl/workbook.xml"}
        assert before.keys() == after.keys()

    def test_openpyxl_reads_it(self, locked):
        """A reader of other authors opens the file and finds the locks and the macros."""
        book = openpyxl.load_workbook(io.BytesIO(locked), keep_vba=True)
        assert book["Audit"].protection.algorithmName == "SHA-512"
        assert book["Audit"].protection.sheet
        assert not book["Empty"].protection.sheet
        assert book.security.lockStructure
        with book.vba_archive as macros:  # left open, its end could be met after that of its bytes
            assert macros.read("xl/vbaProject.bin") == vba_project()

    def test_no_password(self, book):
        """A lock without a password says so by carrying no hash."""
        lock = sheet_xml(package.protect_sheets(book, {"Audit": ProtectionOptions()}, "", b""), "Audit")
        assert lock.find(f"{MAIN}sheetProtection").attrib == {"sheet": "1", "objects": "1", "scenarios": "1"}

    def test_locking_again_changes_nothing(self, locked):
        """The same lock laid twice is one lock."""
        assert package.protect_sheets(locked, SHEETS, PASSWORD, SALT, structure=True) == locked

    def test_unknown_sheet_is_refused(self, book):
        """A sheet that is not there is named, instead of staying open unnoticed."""
        with pytest.raises(NotOurBook, match="'Nowhere'"):
            package.protect_sheets(book, {"Nowhere": ProtectionOptions()}, "x", SALT)

    def test_salt(self):
        """Each register has its own salt, always the same, of the length the program expects."""
        assert package.register_salt("a") == package.register_salt("a") != package.register_salt("b")
        assert len(SALT) == package.SALT_BYTES
        with pytest.raises(ValueError, match="16 bytes"):
            package.protect_sheets(make_book(), {}, "x", b"short")


class TestZip:
    """Equal contents are equal files."""

    def test_fixed_bytes(self, book):
        """Order of parts, dates and system of the incoming zip leave no trace."""
        shuffled = io.BytesIO()
        with zipfile.ZipFile(shuffled, "w", zipfile.ZIP_STORED) as target:
            for name, content in reversed(package.read_parts(book).items()):
                target.writestr(zipfile.ZipInfo(name, (2024, 2, 29, 12, 0, 0)), content)
        assert package.normalise_zip(shuffled.getvalue()) == package.normalise_zip(book)
        assert package.normalise_zip(package.normalise_zip(book)) == package.normalise_zip(book)

    def test_content_types_come_first(self, book):
        """The list of types opens the file; every part has the earliest date a zip can hold and one owner."""
        with zipfile.ZipFile(io.BytesIO(package.normalise_zip(book))) as file:
            assert file.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
            assert {(i.date_time, i.create_system, i.external_attr) for i in file.infolist()} == {
                ((1980, 1, 1, 0, 0, 0), 0, 0o600 << 16)
            }

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_broken_packages_are_refused(self, book):
        """No zip, a cut zip, a part twice, a part missing, a damaged part: each is refused in words."""
        twice, empty = io.BytesIO(book), io.BytesIO()
        with zipfile.ZipFile(twice, "a") as file:
            file.writestr("xl/workbook.xml", b"<other/>")
        with zipfile.ZipFile(empty, "w") as file:
            file.writestr("a", b"")
        damaged = bytearray(book)
        damaged[80] ^= 0xFF
        for wrong in (b"", b"text", book[:-40], book[:2000], twice.getvalue(), empty.getvalue(), bytes(damaged)):
            with pytest.raises(NotOurBook):
                package.normalise_zip(wrong)


class TestRibbon:
    """A ribbon of one's own."""

    def test_is_part_of_the_package(self, book):
        """The part is there, related to the package, and its type is known."""
        parts = package.read_parts(package.add_custom_ui(book, RIBBON))
        assert parts["customUI/customUI14.xml"].decode() == RIBBON
        related = [(r.get("Type"), r.get("Target")) for r in etree.fromstring(parts["_rels/.rels"])]
        kind = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
        assert (kind, "customUI/customUI14.xml") in related
        types = etree.fromstring(parts["[Content_Types].xml"])
        assert [t.get("ContentType") for t in types if t.get("Extension") == "xml"] == ["application/xml"]
        identities = [r.get("Id") for r in etree.fromstring(parts["_rels/.rels"])]
        assert len(set(identities)) == len(identities)

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "<customUI",
            "<customUI/>",
            RIBBON.replace("2009/07", "2006/01"),
            f'<!DOCTYPE customUI [<!ENTITY a "b">]>{RIBBON}',
        ],
    )
    def test_what_is_no_ribbon_is_refused(self, book, wrong):
        """Text of another schema, broken text and document types do not get in."""
        with pytest.raises(NotOurBook):
            package.add_custom_ui(book, wrong)

    def test_second_ribbon_is_refused(self, book):
        """Excel would show neither."""
        with pytest.raises(NotOurBook, match="already"):
            package.add_custom_ui(package.add_custom_ui(book, RIBBON), RIBBON)


class TestAddin:
    """The same workbook as an add-in."""

    def test_type_and_window(self, book):
        """The type is that of an add-in, the window is hidden, the macros are untouched."""
        parts = package.read_parts(package.as_addin(book))
        types = parts["[Content_Types].xml"].decode()
        assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types
        assert "sheet.macroEnabled" not in types
        assert re.search(r'<workbookView visibility="hidden" ', parts["xl/workbook.xml"].decode())
        assert parts["xl/vbaProject.bin"] == vba_project()

    def test_needs_macros(self):
        """A workbook without macros cannot become one."""
        with pytest.raises(NotOurBook, match="macros"):
            package.as_addin(make_book(macros=False))
