"""Letters in a real word processor: every letter opens, fits one page and shows what it must."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from letter_kit import EXTREME, FULL, SCRIPTS

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
#: A full letter, the most one may have to hold, and names in other scripts.
CLAIMS = {"full": FULL, "extreme": EXTREME, "scripts": SCRIPTS}
#: What stands on every page, and above a table on each page that it reaches; without spaces.
FOOT = re.compile(
    r"(Letter|Internalsheet)LTR-2026-000017,version1\|ourreferenceCASE-2026-000123Page\d+of\d+"
    r"(HouseofFableLtd,registeredinEnglandno\.01234567)?claims\.lossv10123456789ab"
)
HEADS = ("ReferenceDescriptionSerialQtyUnitnetTotalnet", "FileWhatitisSHA-256,first16")
#: Width of the page less its right margin, in points.
EDGE = 595.3 - 56.7


def said(program: str, *arguments: str) -> str:
    """What a program of poppler says."""
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def by_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every letter as PDF, all made in one call of LibreOffice."""
    folder = tmp_path_factory.mktemp("letters")
    files = []
    for kind, values in CLAIMS.items():
        for letter_id in sorted(LETTERS):
            files.append(folder / f"{kind}-{letter_id}.docx")
            files[-1].write_bytes(render_letter(LETTERS[letter_id], values))
    office_pdfs(files, folder)
    return folder


def body(pdf: Path, house: object) -> str:
    """Every word in the order of the page's contents, without spaces, headers, footers and repeated table heads."""
    text = "".join(said("pdftotext", "-raw", str(pdf), "-").replace("\u200b", "").split())
    for again in (*HEADS, "HOUSEOFFABLE" + "".join(str(house).split())):
        text = text.replace(again, "")
    return FOOT.sub("", text)


def beyond_the_edge(pdf: Path) -> list[str]:
    """Words that run over the right margin."""
    found = re.findall(r'xMax="([0-9.]+)"[^>]*>([^<]*)</word>', said("pdftotext", "-bbox", str(pdf), "-"))
    return [word for right, word in found if float(right) > EDGE + 0.5]


@pytest.mark.slow
@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_a_full_letter_is_one_page(letter_id: str, by_office: Path):
    """Facts only, one page: three lines of goods and seven files of evidence fit; the file is PDF/A-2."""
    pdf = by_office / f"full-{letter_id}.pdf"
    info, text = said("pdfinfo", str(pdf)), said("pdftotext", "-layout", str(pdf), "-")
    assert "Pages:           1\n" in info
    assert "A4" in info
    assert "1Z 999 AA1 01 2345 6784" in text
    assert "Page 1 of 1" in text
    assert "{" not in text
    assert re.search(rb"pdfaid:part[>=\"]+2", pdf.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("kind", CLAIMS)
@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_both_ways_say_the_same(letter_id: str, kind: str, by_office: Path, tmp_path: Path):
    """Set directly or by LibreOffice: the same words in the same order, and nothing runs over the edge of the page."""
    own, office = tmp_path / "direct.pdf", by_office / f"{kind}-{letter_id}.pdf"
    values = CLAIMS[kind]
    own.write_bytes(direct_pdf(LETTERS[letter_id], values, on=DAY, font_folders=font_folders(templates_root())))
    assert body(own, values["house_address"]) == body(office, values["house_address"])
    assert beyond_the_edge(own) == beyond_the_edge(office) == []
