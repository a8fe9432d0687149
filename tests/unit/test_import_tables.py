"""Files as tables: encodings, separators, line ends, ragged rows, and workbooks that are no friends."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter
from import_kit import HEADER, number, parcel, read, said, strict, text_file, workbook

from addin.imports.refusal import Refused

GOOD = text_file([parcel(1), parcel(2)])


def refused(content: bytes, *ids: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read(content, *ids)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(GOOD, id="plain"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="utf-8 with a mark"),
        pytest.param(GOOD.decode().encode("utf-16"), id="utf-16"),
        pytest.param(b"\xfe\xff" + GOOD.decode().encode("utf-16-be"), id="utf-16 the other way round"),
        pytest.param(GOOD.decode().encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(GOOD.decode().encode("utf-16-be"), id="utf-16 without a mark, the other way round"),
        pytest.param(GOOD + b",,,,,,\n" * 20_000, id="thousands of empty rows"),
        pytest.param(GOOD.replace(b"\n", b"\r\n"), id="Windows line ends"),
        pytest.param(GOOD.replace(b"\n", b"\r"), id="old Mac line ends"),
        pytest.param(GOOD.replace(b"\n", b"\r\n", 1), id="mixed line ends"),
        pytest.param(GOOD.rstrip(b"\n"), id="no last line end"),
        pytest.param(GOOD + b"\n\n   \n", id="blank lines at the end"),
        pytest.param(GOOD.replace(b"\n", b"\n\n"), id="blank lines between"),
        pytest.param(GOOD.replace(b",", b";"), id="semicolons"),
        pytest.param(GOOD.replace(b",", b"\t"), id="tabs"),
        pytest.param(b"Quantum View export\nmade on 23/11/2026\n\n" + GOOD, id="remarks before the header"),
        pytest.param(GOOD.replace(b"Status", b" PACKAGE  status "), id="another title"),
        pytest.param(GOOD.replace(b"In Transit", b'"In Transit"'), id="quotation marks"),
        pytest.param(workbook([parcel(1), parcel(2)]), id="workbook"),
    ],
)
def test_the_same_rows_are_read_however_they_are_written(content):
    """Encoding, mark, line ends, separator, quotation marks and kind of file make no difference."""
    answer = read(content)
    assert (answer.profile, answer.rows, answer.accepted, answer.review) == ("ups-tracking", 2, 2, 0)


def test_accents_are_read_in_both_encodings():
    """An export in Windows' own code page is told from UTF-8."""
    text = "N° commande;Statut;Depuis\n5200417801;En prélèvement;23/11/2026 04h50\n"
    for encoding in ("utf-8", "cp1252"):
        answer = read(text.encode(encoding))
        assert (answer.profile, answer.accepted) == ("wms-orders-fr", 1)


def test_a_line_end_inside_a_text_stays_inside_it():
    """Rows keep the line at which they begin."""
    rows = [parcel(1, status='"In Transit\nat the hub, again"'), parcel(2), parcel(3, status="")]
    answer = read(text_file(rows))
    assert (answer.rows, answer.accepted) == (3, 2)
    assert said(answer) == {5: ("reject", "Status is empty")}


def test_a_row_of_another_width_is_rejected_and_named():
    """A separator inside a text would shift every value after it."""
    answer = read(text_file([parcel(1), parcel(2, status="Shipper created a label, UPS has it not"), parcel(3)]))
    assert (answer.accepted, answer.rejected) == (2, 1)
    assert said(answer) == {3: ("reject", "8 cells where the header has 7")}
    assert read(text_file([parcel(1), parcel(2)[:5]])).rejected == 1


def test_a_short_row_and_a_long_one_do_not_make_up_for_each_other():
    """As many separators in all as there should be: still both rows are named, and the good one stands."""
    content = text_file([parcel(1)[:-1], [*parcel(2), "more"], parcel(3)])
    answer = read(content)
    assert (answer.accepted, answer.rejected) == (1, 2)
    assert {line: words for line, (_, words) in said(answer).items()} == {
        2: "6 cells where the header has 7", 3: "8 cells where the header has 7",
    }  # fmt: skip


def test_a_quotation_mark_in_the_middle_of_a_text_is_no_trap():
    """Somebody types 12" into a remark."""
    assert read(text_file([parcel(1, status='In Transit 12" box'), parcel(2)])).accepted == 2


def test_a_quotation_mark_that_is_never_closed_takes_nothing_with_it_silently():
    """The rows that it swallows are missing from the count, so that the file is refused or its row rejected."""
    answer = read(text_file([parcel(1), parcel(2, status='"In Transit'), parcel(3)]))
    assert answer.rejected >= 1


@pytest.mark.parametrize("title", ["Tracking Number", "Status"])
def test_a_missing_column_is_named(title):
    """The message says which column, and nothing is taken."""
    header = [name for name in HEADER if name != title]
    place = HEADER.index(title)
    row = [cell for at, cell in enumerate(parcel(1)) if at != place]
    found = refused(text_file([row], header), "ups-tracking")
    assert found.code == "IMP-COLUMNS"
    assert title in found.message


def test_a_column_that_stands_twice_is_refused():
    """Nobody could say which one counts."""
    content = text_file([[*parcel(1), "Delivered"]], [*HEADER, "status"])
    assert refused(content).code == "IMP-TWICE"


def test_a_file_that_no_profile_knows_is_refused():
    """And the profiles that there are are named."""
    found = refused(b"a,b\n1,2\n")
    assert found.code == "IMP-PROFILE"
    assert "ups-tracking" in found.hint


def test_bytes_that_no_encoding_fits_are_named_by_line():
    """The profile allows Windows' code page, which has five holes."""
    found = refused(text_file([parcel(1)]) + b"\x81\x8d,x\n")
    assert found.code == "IMP-ENCODING"
    assert "Line 3" in found.message


def test_what_is_no_text_is_refused():
    """A file of zeros, and one that ends in them because it was cut off: the line is named."""
    assert refused(bytes(4_000)).code == "IMP-BINARY"
    assert "Line 3 holds a character that no text has" in refused(GOOD[:-20] + bytes(4_000)).message


def test_one_byte_of_an_old_code_page_does_not_spoil_the_rest():
    """Two exports put together: each accent is read, whichever of the two encodings it is in."""
    head = "N° commande;Statut;Depuis;Emplacement\n5200417801;En prélèvement;23/11/2026 04h50;Réserve\n"
    old = "5200417802;En prélèvement;23/11/2026 04h50;Réserve\n".encode("cp1252")
    answer = read(head.encode() + old)
    assert (answer.profile, answer.accepted, answer.review) == ("wms-orders-fr", 2, 0)


# Workbooks -------------------------------------------------------------------------------------------------------


def test_cells_with_a_type_of_their_own_are_read_as_such():
    """Dates, numbers and a code that was typed as a number, beside a title line above the header."""
    row = [number(1), 5200418001, "In Transit", datetime(2026, 11, 20), datetime(2026, 11, 24),
           datetime(2026, 11, 19, 6, 10), 1250.5]  # fmt: skip
    answer = read(workbook([HEADER, row], ["Export of the week"]))
    assert answer.accepted + answer.review == 1
    wanted = dict(answer.wanted[0])
    assert (wanted["order_no"], wanted["declared_value"]) == ("5200418001", "GBP 1250.50")
    assert wanted["expected_delivery"] == "2026-11-24"


def test_a_strict_workbook_is_read_like_any_other():
    """Excel's 'Strict Open XML Spreadsheet' has other namespaces and ISO dates; the same rows come of it."""
    row = [number(1), "5200418001", "In Transit", datetime(2026, 11, 20), datetime(2026, 11, 24),
           datetime(2026, 11, 19, 6, 10), 1250.5]  # fmt: skip
    usual = workbook([row, parcel(2)])
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(strict(usual))).read("xl/workbook.xml")
    assert read(strict(usual)) == read(usual)
    assert read(usual).wanted[0]["last_scan_at"] == "2026-11-19T06:10:00+00:00"


def test_a_number_of_too_many_digits_is_rejected():
    """A program has already changed its last digits."""
    row = parcel(1)
    row[1] = 41029384750123456789  # type: ignore[call-overload]
    assert "scientific" in said(read(workbook([row])))[2][1]


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def test_a_workbook_that_unfolds_without_end_is_not_unfolded():
    """By its size, by its ratio, by its number of parts."""
    sheet = "xl/worksheets/sheet1.xml"
    assert "times its size" in refused(packed({sheet: b" " * 30_000_000})).message
    assert refused(packed({f"x{n}.xml": b"" for n in range(2_100)})).code == "IMP-BOMB"


def test_a_workbook_that_declares_entities_is_not_parsed():
    """A billion laughs never starts laughing."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]><a>&d;</a>'
    assert refused(packed({"xl/workbook.xml": bomb})).code == "IMP-BOMB"


@pytest.mark.parametrize(
    ("inside", "words"),
    [("EncryptedPackage", "under a password"), ("Workbook", "of the old .xls kind"), ("", "encrypted, or of the old")],
)
def test_an_encrypted_or_old_workbook_is_refused_in_words(inside, words):
    """Both begin alike; what stands inside tells a password from an old .xls that was only given another name."""
    found = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000) + inside.encode("utf-16-le"))
    assert found.code == "IMP-PROTECTED"
    assert words in found.message
    assert "without a password" in found.hint


def test_a_cell_that_holds_an_error_rejects_its_row_with_the_error():
    """What a reader of sheets leaves empty is told: '#DIV/0!' is no amount, and no empty one."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Notes & more")
    sheet = book.add_worksheet("Export")
    for at, row in enumerate((HEADER, parcel(1), parcel(2))):
        sheet.write_row(at + 1, 1, row)
    sheet.write_formula(3, 7, "=1/0", None, "#DIV/0!")
    book.close()
    answer = read(out.getvalue())
    assert (answer.accepted, answer.rejected) == (1, 1)
    assert said(answer) == {
        4: ("reject", "Declared value: '#DIV/0!' is not an amount as this file writes it (1,250.00)")
    }


def test_a_sheet_that_reaches_to_the_end_of_the_world_is_refused_by_its_last_cell():
    """One cell far away would make a grid of seventeen thousand million cells."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Export")
    sheet.write_row(0, 0, HEADER)
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    found = refused(out.getvalue())
    assert found.code == "IMP-EXTENT"
    assert "XFD1048576" in found.message
    assert "Delete what stands beside" in found.hint


def test_a_packed_folder_is_not_called_a_workbook():
    """Somebody zipped the export."""
    assert refused(packed({"export.csv": GOOD})).code == "IMP-STRANGE"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04 and then nothing", id="no package"),
        pytest.param(packed({"xl/a.txt": b"x"}), id="a package of something else"),
        pytest.param(workbook([])[:-900], id="cut off"),
    ],
)
def test_a_damaged_workbook_is_refused_in_words(content):
    """Cut off, or a package of something else."""
    assert refused(content).code == "IMP-DAMAGED"
