"""LibreOffice as the auditor's program: packs recalculate and print, and a saved workbook still verifies."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from proof_kit import PEOPLE, Clock, finished_register, month_of_work, new_register

from addin.month_end import build
from addin.month_end.controls import FIRST_ROW
from addin.verify import verify

pytestmark = pytest.mark.libre


@pytest.fixture(name="converted", scope="module")
def fixture_converted(tmp_path_factory):
    """Opens a file in LibreOffice and saves it as something else."""
    profile = tmp_path_factory.mktemp("profile")

    def convert(path: Path, kind: str) -> Path:
        out = tmp_path_factory.mktemp("out")
        command = ["soffice", "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to", kind]
        subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=240)
        return out / f"{path.stem}.{kind.partition(':')[0]}"

    return convert


@pytest.fixture(name="pack", scope="module")
def fixture_pack(tmp_path_factory):
    """The pack of a month of work."""
    clock = Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    service = new_register(None, clock)
    month_of_work(service, clock, datetime(2026, 11, 1, tzinfo=UTC))
    folder = tmp_path_factory.mktemp("pack")
    made = build(
        service.journal, service.kinds, service.settings, service.policy, period="2026-11",
        now=datetime(2026, 12, 4, 9, 0, tzinfo=UTC), preparer=PEOPLE["s.moreau"], auditor_word="HGB-LOG",
        folder=folder, signer="ab" * 32,
    )  # fmt: skip
    return made.workbook


def test_a_workbook_saved_by_libreoffice_is_still_sound(tmp_path, converted):
    """A save by another program changes parts, styles and dates, but no content that was hashed."""
    service = finished_register(tmp_path)
    saved = converted(service.workbook, "xlsx:Calc MS Excel 2007 XML")
    report = verify(saved)
    assert (report.ok, report.faults, report.notes) == (True, (), ())
    saved.replace(service.workbook)
    both = verify(service.folder)
    assert both.ok
    assert both.events == report.events
    service.close()


@pytest.mark.parametrize("language", ["en_GB.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8"])
def test_a_month_end_workbook_saved_by_libreoffice_is_still_sound(pack, tmp_path, converted, language, monkeypatch):
    """Whatever language the auditor's program speaks: each table still has the digest that is stated."""
    monkeypatch.setenv("LC_ALL", language)
    saved = converted(pack, "xlsx:Calc MS Excel 2007 XML")
    report = verify(saved)
    assert (report.ok, report.what) == (True, "month-end workbook"), report.faults
    book = openpyxl.load_workbook(saved)
    rows = [[cell.value for cell in row] for row in book["Change log"].iter_rows(min_row=FIRST_ROW)]
    for number, row in enumerate(reversed(rows), FIRST_ROW):
        for column, value in enumerate(row, 1):
            book["Change log"].cell(number, column).value = value
    book.save(tmp_path / "sorted.xlsx")
    assert verify(tmp_path / "sorted.xlsx").ok
    book["Change log"].cell(FIRST_ROW + 3, 3).value = "XX"
    book.save(tmp_path / "altered.xlsx")
    places = [(fault.what, fault.place) for fault in verify(tmp_path / "altered.xlsx").faults]
    assert places == [("rows", "altered.xlsx: Change log")]


def test_every_control_agrees_when_it_is_calculated_anew(pack, tmp_path, converted):
    """With the stored results taken out, LibreOffice calculates each formula, and no line says CHECK."""
    bare = tmp_path / "bare.xlsx"
    book = openpyxl.load_workbook(pack)  # openpyxl keeps formulas and drops their results
    book.save(bare)
    again = openpyxl.load_workbook(converted(bare, "xlsx:Calc MS Excel 2007 XML"), data_only=True)
    rows = list(again["Control totals"].iter_rows(min_row=FIRST_ROW, max_col=4, values_only=True))
    checks = {row[0]: row[3] for row in rows if row[3]}
    assert len(checks) > 50
    assert {label for label, check in checks.items() if check != "OK"} == set()
    assert again["Control totals"]["B4"].value == "All agree"
    assert again["Cover"]["B15"].value == "All agree" or "All agree" in {cell.value for cell in again["Cover"]["B"]}


def test_prints_on_few_pages_with_its_footer(pack, converted):
    """The cover is one page; every page says what it is, of which register."""
    pdf = converted(pack, "pdf")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert 20 < len(pages) < 60
    assert "Month-end audit workbook" in pages[0]
    assert "Sign-off" in pages[0]
    assert "Contents" in pages[0]
    assert all("Example House - reg-7f3a - November 2026" in page for page in pages)
    assert all("####" not in page for page in pages)
