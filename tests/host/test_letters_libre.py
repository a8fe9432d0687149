"""Letters in a real word processor: every letter opens, fits one page and shows what it must."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from letter_kit import FILE, LINE, VALUES

from addin.letters import Templates, render_letter, templates_root
from addin.letters.direct_pdf import direct_pdf
from addin.letters.office_pdf import office_pdfs
from addin.letters.pdf import font_folders
from addin.logic.calendar import date

pytestmark = [
    pytest.mark.libre,
    pytest.mark.skipif(
        not all(map(shutil.which, ("soffice", "pdftotext", "pdfinfo"))), reason="LibreOffice or poppler is not there"
    ),
]
LETTERS = Templates(templates_root()).letters()
DAY = date(2026, 11, 24)
#: Three lines of goods, one of them long, and seven files: the fullest claim that must still be one page.
FULL = {
    **VALUES,
    "goods": [{**LINE, "description": "Silk scarf 90, hand-rolled edge, with box, ribbon and receipt"}, LINE, LINE],
    "evidence": [{**FILE, "name": f"document_{number}.pdf"} for number in range(7)],
}


def said(program: str, *arguments: str) -> str:
    """What a program of poppler says."""
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def by_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every letter as PDF, all made in one call of LibreOffice."""
    folder = tmp_path_factory.mktemp("letters")
    files = [folder / f"{letter_id}.docx" for letter_id in sorted(LETTERS)]
    for file in files:
        file.write_bytes(render_letter(LETTERS[file.stem], FULL))
    office_pdfs(files, folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_a_full_letter_is_one_page(letter_id: str, by_office: Path):
    """Facts only, one page: three lines of goods and seven files of evidence fit; the file is PDF/A-2."""
    pdf = by_office / f"{letter_id}.pdf"
    info, text = said("pdfinfo", str(pdf)), said("pdftotext", "-layout", str(pdf), "-")
    assert "Pages:           1\n" in info
    assert "A4" in info
    assert "1Z 999 AA1 01 2345 6784" in text
    assert "Page 1 of 1" in text
    assert "{" not in text
    assert re.search(rb"pdfaid:part[>=\"]+2", pdf.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_both_ways_say_the_same(letter_id: str, by_office: Path, tmp_path: Path):
    """The letter set directly has the same words in the same order as the one LibreOffice makes of the Word file."""
    own = tmp_path / "direct.pdf"
    own.write_bytes(direct_pdf(LETTERS[letter_id], FULL, on=DAY, font_folders=font_folders(templates_root())))
    office = said("pdftotext", "-layout", str(by_office / f"{letter_id}.pdf"), "-")
    assert "".join(said("pdftotext", "-layout", str(own), "-").split()) == "".join(office.split())
