"""What the closed host wrote, a real LibreOffice reads."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import subprocess
from decimal import Decimal

import pytest
from hosts_kit import ROWS, make_book

from addin.hosts.closed import open_closed

pytestmark = [
    pytest.mark.libre,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]
#: Comma, double quotes, UTF-8, from line 1, English, nothing quoted, as shown, no formulas, and -1: all sheets.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,false,false,false,-1"


def convert(path, kind, folder):
    """The workbook as another kind of file, by a LibreOffice with a profile of its own."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--norestore",
        "--convert-to",
        kind,
        "--outdir",
        str(folder),
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def table(path):
    """The rows of a comma-separated file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def edited(tmp_path):
    """A register with changed cells and two more table rows, saved by the closed host."""
    path = make_book(tmp_path / "register.xlsm")
    book = open_closed(path)
    sheet = book.sheets["Returns"]
    sheet["E6"].value = "=1+1"
    sheet["E7"].value = "Zoë & <£10>, 🙂"
    sheet["E8"].formula = "=C8*2"
    sheet["C7"].value = Decimal("99.10")
    row = 6 + ROWS
    sheet.range((row, 1)).value = [
        ["CASE-2025-000007", "007", 1.5, dt.date(2025, 12, 1), "first\nsecond"],
        ["CASE-2025-000008", "008", 3, None, "_x0041_"],
    ]
    sheet.tables["tblReturns"].resize(sheet.range((5, 1), (row + 1, 5)))
    book.sheets["_meta"]["B2"].value = "head"
    book.save()
    book.close()
    return path


def test_libreoffice_reads_what_was_written(edited, tmp_path):
    """Texts stay texts, ids keep their zeros, a new formula is calculated, very hidden sheets have the head."""
    convert(edited, CSV, tmp_path)
    rows = table(tmp_path / "register-Returns.csv")
    assert rows[5][:5] == ["CASE-2025-000001", "000", "10.25", "2025-08-31", "=1+1"]
    assert (float(rows[6][2]), *rows[6][3:5]) == (99.1, "2025-09-01", "Zoë & <£10>, 🙂")
    assert rows[11][:2] == ["CASE-2025-000007", "007"]
    assert (float(rows[11][2]), *rows[11][3:5]) == (1.5, "2025-12-01", "first\nsecond")
    assert rows[12][3:5] == ["", "_x0041_"]
    assert rows[7][4] == "61.5"
    meta = table(tmp_path / "register-_meta.csv")
    assert meta[1][1] == "head"


def test_libreoffice_prints_it(edited, tmp_path):
    """The file is whole enough to lay out."""
    convert(edited, "pdf", tmp_path)
    assert (tmp_path / "register.pdf").read_bytes().startswith(b"%PDF")
