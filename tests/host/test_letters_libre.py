"""Letters in a real word processor: every letter opens, fits one page and shows what it must."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from letter_kit import FILE, LINE, VALUES

from addin.errors import HostError
from addin.letters import Templates, render_letter, templates_root
from addin.letters.pdf import to_pdf

pytestmark = [
    pytest.mark.libre,
    pytest.mark.skipif(
        not all(map(shutil.which, ("soffice", "pdftotext", "pdfinfo"))), reason="LibreOffice or poppler is not there"
    ),
]
LETTERS = Templates(templates_root()).letters()
#: Three lines of goods, one of them long, and seven files: the fullest claim that must still be one page.
FULL = {
    **VALUES,
    "goods": [{**LINE, "description": "Silk scarf 90, hand-rolled edge, with box, ribbon and receipt"}, LINE, LINE],
    "evidence": [{**FILE, "name": f"document_{number}.pdf"} for number in range(7)],
}


@pytest.mark.slow
@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_a_full_letter_is_one_page(letter_id: str, tmp_path: Path):
    """Facts only, one page: three lines of goods and seven files of evidence fit."""
    pdf = tmp_path / "letter.pdf"
    pdf.write_bytes(to_pdf(render_letter(LETTERS[letter_id], FULL)))
    info = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    assert "Pages:           1\n" in info
    assert "A4" in info
    assert "1Z 999 AA1 01 2345 6784" in text
    assert "Page 1 of 1" in text
    assert "{" not in text


def test_a_missing_word_processor_is_told():
    """Without LibreOffice the Word file is still there, and the words say so."""
    with pytest.raises(HostError, match="send the Word file"):
        to_pdf(b"", office="no-such-office")
