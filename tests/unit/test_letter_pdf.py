"""Letters as PDF: the direct way follows the Word template; an office is asked once for what that cannot draw."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from letter_kit import FILE, LINE, VALUES, make_letter
from pypdf import PdfReader

from addin.errors import HostError, LetterError
from addin.hosts.word import start_word, word_pdfs
from addin.letters import Templates, render_letter, templates_root
from addin.letters.direct_pdf import direct_pdf, page_program
from addin.letters.look import CannotSet
from addin.letters.office_pdf import office_pdfs
from addin.letters.pdf import Written, font_folders, make_pdfs
from addin.letters.plain import printed_words
from addin.letters.typeset import as_literal

ROOT = templates_root()
LETTERS = Templates(ROOT).letters()
DAY = date(2026, 11, 24)


def pdf_of(template, values) -> bytes:
    """The letter set directly, with the fonts that come with the templates."""
    return direct_pdf(template, values, on=DAY, font_folders=font_folders(ROOT))


def text_of(pdf: bytes) -> str:
    """Every word of a PDF in reading order, spaces and line ends as one space, without marks for breaking."""
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(words.replace("\u200b", "").split())


def made_up(tmp_path: Path, *paragraphs: str, change=None):
    """The template of a made-up letter in Calibri."""

    def in_calibri(document) -> None:
        fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        fonts.set(qn("w:ascii"), "Calibri")
        if change:
            change(document)

    return Templates(make_letter(tmp_path, *paragraphs, change=in_calibri)).letter("claims.trial")


def trial(tmp_path: Path, *paragraphs: str, change=None) -> bytes:
    """A made-up letter set directly with the sample values."""
    return pdf_of(made_up(tmp_path, *paragraphs, change=change), VALUES)


# -- the letters of the house ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_the_pdf_says_what_the_word_file_says(letter_id: str):
    """Every word of body, header and footer stands in both; only page numbers are counted by each program itself."""
    template = LETTERS[letter_id]
    values = {**VALUES, "goods": [LINE, {**LINE, "description": 'Bag #f "x" \\n $1$ <b> *'}], "evidence": [FILE] * 3}
    shown = re.sub(r"\s", "", text_of(pdf_of(template, values))).casefold()
    for paragraph in printed_words(render_letter(template, values)):
        for piece in re.split(r"[\t\n]", paragraph):
            if not piece.startswith("Page "):
                assert re.sub(r"\s", "", piece).casefold() in shown


@pytest.mark.parametrize("letter_id", sorted(LETTERS))
def test_a_full_letter_is_one_page_and_archivable(letter_id: str):
    """Three lines of goods and seven files fit one A4 page; the file claims PDF/A-2a and names no author."""
    values = {**VALUES, "goods": [LINE] * 3, "evidence": [{**FILE, "name": f"document_{n}.pdf"} for n in range(7)]}
    reader = PdfReader(io.BytesIO(pdf_of(LETTERS[letter_id], values)))
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    meta = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part[>=\"]+2", meta)
    assert re.search(r"pdfaid:conformance[>=\"]+A", meta)
    assert (reader.metadata.title, reader.metadata.author) == (LETTERS[letter_id].title, None)


def test_the_same_letter_is_the_same_pdf():
    """Template, values and day decide every byte; another day is another file."""
    template = LETTERS["claims.loss"]
    first = pdf_of(template, VALUES)
    pdf_of(template, {**VALUES, "our_ref": "CASE-2026-000999"})
    assert pdf_of(template, VALUES) == first
    other = direct_pdf(template, VALUES, on=date(2026, 11, 25), font_folders=font_folders(ROOT))
    assert other != first


def test_what_vanishes_from_the_word_file_vanishes_from_the_pdf():
    """An optional reference that is empty leaves no label."""
    text = text_of(pdf_of(LETTERS["claims.loss"], {**VALUES, "claim_no": "", "refund_ref": None, "registration": ""}))
    assert "UPS claim" not in text
    assert "refunded our customer" not in text


# -- values stay words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hostile",
    [
        '") + [#panic("x")]',
        '\\") #read("/etc/passwd") (\\"',
        '#read("x") $ a_b $ *bold* @ref <label> `raw` // comment /* x */',
        "{{ house_name }} {% if x %}",
        "trailing backslash \\",
    ],
)
def test_a_value_is_never_code_of_the_page(tmp_path: Path, hostile: str):
    """Quotes, backslashes and the page language's own signs are printed as they are."""
    template = made_up(tmp_path, "[{{ event_type }}]")
    shown = text_of(pdf_of(template, {"event_type": hostile}))
    assert shown == "[" + " ".join(hostile.split()) + "]"


def test_a_filter_cannot_cut_an_escape_in_half(tmp_path: Path):
    """A value is escaped after the filter: what is left of it still ends inside its own literal."""
    template = made_up(tmp_path, "[{{ event_type | short }}] end")
    assert text_of(pdf_of(template, {"event_type": "x" * 15 + '" + 1 + "'})) == "[" + "x" * 15 + '"] end'


def test_a_literal_cannot_be_left():
    """A backslash and a quote are written as pairs."""
    assert as_literal('a"b\\c\nd\te') == 'a\\"b\\\\c\\nd e'


def test_other_scripts_are_set_or_told(tmp_path: Path):
    """Greek and Cyrillic stand in the kept font; a sign that no font here has is told, never left out."""
    template = made_up(tmp_path, "[{{ event_type }}]")
    assert "Ωμέγα Юлия Łódź" in text_of(pdf_of(template, {"event_type": "Ωμέγα Юлия Łódź"}))
    with pytest.raises(CannotSet, match="signs that no font here has"):
        pdf_of(template, {"event_type": "\U00013000 \U0001f12f \U000e0041"})


# -- what the page language can draw ---------------------------------------------------------------------------------


def test_tabs_fields_and_hanging_numbers_are_set(tmp_path: Path):
    """Tab stops, page numbers (as Word writes them after an edit, too) and hanging numbers keep their words."""

    def shape(document) -> None:
        line = document.add_paragraph("left {{ our_ref }}\tmiddle\tright")
        line.paragraph_format.tab_stops.add_tab_stop(Mm(60))
        line.paragraph_format.tab_stops.add_tab_stop(Mm(150), WD_TAB_ALIGNMENT.RIGHT)
        hanging = document.add_paragraph("1.\tfirst point")
        hanging.paragraph_format.left_indent, hanging.paragraph_format.first_line_indent = Mm(6), Mm(-6)
        counted = document.add_paragraph("Page ")
        for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("shown", "9"), ("end", "")):
            run = counted.add_run(text if kind == "shown" else "")
            node = OxmlElement("w:instrText" if not kind else "w:fldChar")
            if kind not in ("", "shown"):
                node.set(qn("w:fldCharType"), kind)
            node.text = text if not kind else None
            if kind != "shown":
                run._r.append(node)

    assert text_of(trial(tmp_path, change=shape)) == "left CASE-2026-000123 middle right 1. first point Page 1"


def test_a_tall_header_pushes_the_text_down(tmp_path: Path):
    """A letterhead of many lines does not lie over the letter."""

    def shape(document) -> None:
        document.sections[0].header.paragraphs[0].text = "\n".join(f"letterhead line {n}" for n in range(20))
        document.add_paragraph("the body")

    pdf = trial(tmp_path, change=shape)
    heights: dict[str, float] = {}
    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(
        visitor_text=lambda text, cm, *_: heights.update({text.strip(): cm[5]} if text.strip() else {})
    )
    assert heights["the body"] < min(y for words, y in heights.items() if words.startswith("letterhead"))


def test_header_and_footer_have_the_room_each_letter_needs(tmp_path: Path):
    """A letter whose header is taller than that of the one before is set as if it were the first, and the other way."""

    def shape(document) -> None:
        document.sections[0].header.paragraphs[0].text = "{{ event_type }}"
        document.sections[0].footer.paragraphs[0].text = "{{ our_ref }}"
        document.add_paragraph("the body")

    template = made_up(tmp_path, change=shape)
    short = {"event_type": "short", "our_ref": "short"}
    tall = {"event_type": "\n".join(["line"] * 12), "our_ref": "\n".join(["line"] * 9)}
    page_program.cache_clear()
    first = [pdf_of(template, short), pdf_of(template, tall)]
    page_program.cache_clear()
    assert [pdf_of(template, tall), pdf_of(template, short)] == first[::-1]
    assert text_of(first[1]) == " ".join(["line"] * 12) + " the body " + " ".join(["line"] * 9)


def test_pages_are_counted_where_there_is_more_than_one():
    """Each page of a long letter says which it is and of how many; the next short letter says "Page 1 of 1" again."""
    template = LETTERS["claims.loss"]
    long = {**VALUES, "evidence": [{**FILE, "name": f"document_{n}.pdf"} for n in range(90)]}
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(template, long))).pages]
    assert len(pages) == 3
    for number, words in enumerate(pages, start=1):
        assert f"Page {number} of 3" in words
    assert "Page 1 of 1" in text_of(pdf_of(template, VALUES))


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_is_the_same_bytes_whatever_was_set_before_it(name: str):
    """First of all, after itself, after one of many pages: what is remembered between letters only saves time."""
    long = {**VALUES, "evidence": [{**FILE, "name": f"document_{n}.pdf"} for n in range(90)], "goods": [LINE] * 60}
    page_program.cache_clear()
    short_first = pdf_of(LETTERS[name], VALUES)
    again, then_long, after_long = (pdf_of(LETTERS[name], values) for values in (VALUES, long, VALUES))
    page_program.cache_clear()
    assert pdf_of(LETTERS[name], long) == then_long
    assert again == after_long == short_first


def test_no_page_ends_between_a_heading_and_what_it_heads():
    """However many files there are: each page of them has its head, and the signature stands below the requests."""
    template = LETTERS["claims.damage"]
    for count in range(6, 60, 3):
        files = [{**FILE, "name": f"document_{n}.pdf"} for n in range(count)]
        pdf = pdf_of(template, {**VALUES, "goods": [LINE] * (count // 4), "evidence": files})
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
        assert all("SHA-256, first 16" in page for page in pages if "document_" in page)
        assert all("Unit net" in page for page in pages if "Silk scarf" in page)
        (last,) = [page for page in pages if "Yours faithfully" in page]
        assert "What we ask" in last
        assert "decision in writing" in last
        assert "A. Sample" in last


def test_a_word_wider_than_its_cell_is_broken_and_whole(tmp_path: Path):
    """A file name or serial number without a space runs neither over the edge nor into the next column."""
    long = "X" * 150
    files = [{**FILE, "name": f"{long}.pdf"}]
    pdf = pdf_of(LETTERS["claims.loss"], {**VALUES, "ticket_ref": long, "evidence": files})
    lines = PdfReader(io.BytesIO(pdf)).pages[0].extract_text().replace("\u200b", "").splitlines()
    assert max(len(line) for line in lines if "XXX" in line) < 100
    assert "".join(lines).count("X" * 150) == 2


def _picture(document) -> None:
    document.add_paragraph().add_run()._r.append(parse_xml(f"<w:drawing {nsdecls('w')}/>"))


def _list(document) -> None:
    document.add_paragraph("one", style="List Bullet")


def _merged(document) -> None:
    table = document.add_table(2, 1)
    table.cell(0, 0).merge(table.cell(1, 0))


def _fixed_lines(document) -> None:
    document.add_paragraph("x").paragraph_format.line_spacing = Pt(14)


def _strange_font(document) -> None:
    document.add_paragraph("").add_run("x").font.name = "No Such Face"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_picture, "a picture"),
        (_list, "a numbered or bulleted list"),
        (_merged, "cells merged over several rows"),
        (_fixed_lines, "lines of a fixed height"),
        (_strange_font, "the font No Such Face"),
        (lambda d: d.add_paragraph("a\tb"), "a tab without a tab stop"),
        (lambda d: d.add_paragraph("x").runs[0]._r.get_or_add_rPr().append(OxmlElement("w:strike")), "'strike'"),
        (lambda d: d.add_section(), "sections of different layout"),
    ],
)
def test_what_the_direct_way_cannot_draw_is_refused_by_name(tmp_path: Path, change, says: str):
    """Nothing of a template is left out in silence."""
    with pytest.raises(CannotSet) as refused:
        trial(tmp_path, "x", change=change)
    assert says in refused.value.message


def test_the_page_program_is_made_once():
    """A second letter of the same template pays for its words only."""
    assert page_program(LETTERS["claims.loss"]) is page_program(LETTERS["claims.loss"])


# -- the ways --------------------------------------------------------------------------------------------------------


def written(template, **more: object) -> Written:
    """A letter that was written."""
    values = {**VALUES, **more}
    return Written(template, values, DAY, render_letter(template, values))


def test_auto_hands_an_office_only_what_it_cannot_set(tmp_path: Path):
    """Two letters are set directly; the one with a picture goes to the office, alone and in one call."""
    pictured = made_up(tmp_path, "x", change=_picture)
    asked: list[list[str]] = []

    def office(files: Sequence[Path], folder: Path) -> None:
        asked.append([file.name for file in files])
        for file in files:
            assert Document(str(file)).paragraphs[0].text == "x"
            (folder / f"{file.stem}.pdf").write_bytes(b"%PDF by the office")

    letters = [
        written(LETTERS["claims.loss"]),
        written(pictured),
        written(LETTERS["claims.late"]),
    ]
    made = make_pdfs(letters, "auto", ROOT, {"libreoffice": office, "word": office})
    assert [one.way for one in made] == ["direct", made[1].way, "direct"]
    assert made[1].content == b"%PDF by the office"
    assert [len(files) for files in asked] == [1]


def test_an_absent_office_leaves_the_word_files(tmp_path: Path):
    """Without a PDF program each letter says so and what to do; nothing is raised."""

    def absent(_files: Sequence[Path], _folder: Path) -> None:
        raise HostError("LibreOffice was not found.", hint="Install it.", code="OFFICE-MISSING")

    made = make_pdfs([written(LETTERS["claims.loss"])] * 2, "libreoffice", ROOT, {"libreoffice": absent})
    assert [one.content for one in made] == [b"", b""]
    for one in made:
        assert one.problem is not None
        assert one.problem.code == "OFFICE-MISSING"
        assert "The Word file is made" in one.problem.message


def test_one_letter_that_the_office_cannot_open_is_told_alone(tmp_path: Path):
    """The others of the same call have their PDF."""

    def picky(files: Sequence[Path], folder: Path) -> None:
        (folder / f"{files[1].stem}.pdf").write_bytes(b"%PDF")

    made = make_pdfs([written(LETTERS["claims.loss"])] * 2, "libreoffice", ROOT, {"libreoffice": picky})
    assert made[0].problem is not None
    assert made[0].problem.code == "OFFICE-LETTER"
    assert made[1].content == b"%PDF"


def test_an_office_that_is_not_there_is_told(tmp_path: Path):
    """The words name the program and the way that needs none."""
    with pytest.raises(HostError, match="LibreOffice was not found") as absent:
        office_pdfs([tmp_path / "a.docx"], tmp_path, office="no-such-office")
    assert "'direct'" in absent.value.hint


def test_a_missing_value_makes_no_pdf(tmp_path: Path):
    """A value that is not there is a fault that names it, as for the Word file."""
    with pytest.raises(LetterError, match="our_ref"):
        pdf_of(made_up(tmp_path, "{{ our_ref }}"), {})


class FakeWord:
    """Word as far as our thin layer talks to it; writes down what it is asked."""

    def __init__(self, fail: bool = False) -> None:
        self.said: list[str] = []
        self.fail = fail
        self.Documents = self

    def Open(self, name: str, **how: object) -> FakeWord:
        assert (how["ReadOnly"], how["AddToRecentFiles"]) == (True, False)
        self.said.append(f"open {Path(name).name}")
        return self

    def ExportAsFixedFormat(self, target: str, kind: int, **how: object) -> None:
        assert (kind, how["UseISO19005_1"]) == (17, True)
        Path(target).write_bytes(b"%PDF by Word")

    def Close(self, save: int) -> None:
        self.said.append(f"close {save}")

    def Quit(self, save: int) -> None:
        self.said.append(f"quit {save}")


def test_word_opens_a_copy_runs_nothing_and_leaves(tmp_path: Path):
    """Read-only, macros off, PDF/A, closed without saving, and the hidden Word ends."""
    word = FakeWord()
    word_pdfs([tmp_path / "a.docx", tmp_path / "b.docx"], tmp_path, lambda: word)
    assert word.said == ["open a.docx", "close 0", "open b.docx", "close 0", "quit 0"]
    assert (word.AutomationSecurity, word.DisplayAlerts, word.Visible) == (3, 0, False)
    assert (tmp_path / "b.pdf").read_bytes() == b"%PDF by Word"


def test_word_that_is_not_there_is_told():
    """On a computer without Word the words name the setting."""
    with pytest.raises(HostError, match="Word was not found") as absent:
        start_word()
    assert "[letters] pdf" in absent.value.hint
