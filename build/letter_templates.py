"""Makes the first Word templates of the claim letters; afterwards they are edited in Word and this recipe rests.

    python build/letter_templates.py OUT_DIR

The templates in `templates/claims` are sources, kept as they are; nothing at run time needs this file. It is kept so
that a new letter can start from the same sheet: add a row to `letter_wording.py`, run it into an empty folder and copy
the one file.
All tags are flat names, `if`, and the loops over `goods` and `evidence` (the lint of the test run holds them to that).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from letter_wording import LETTERS, Letter  # noqa: E402

INK: Final = "1F2A37"
ACCENT: Final = "A8501F"
GREY: Final = "5B6673"
RULE: Final = "D5DAE0"
WASH: Final = "F3F4F6"
WIDTH_MM: Final = 170
_LEFT_MM: Final = 104

#: What stands in the second column of the evidence.
KIND: Final = "{{ row.kind }}{% if row.kept_back %}, {{ row.kept_back }}{% endif %}"

#: Character spacing of the house's name, in twentieths of a point.
_TRACKING: Final = "30"

#: Style name: size, bold, colour, space before, space after (points).
_STYLES: Final = {
    "Letter House": (15, True, INK, 0, 0),
    "Letter House Address": (8.5, False, GREY, 0, 0),
    "Letter Address": (10, False, INK, 0, 0),
    "Letter Reference": (9, False, INK, 0, 0.5),
    "Letter Salutation": (10, False, INK, 9, 0),
    "Letter Heading": (15, True, ACCENT, 4, 0),
    "Letter Subheading": (10.5, True, INK, 0, 6),
    "Letter Section": (10, True, ACCENT, 6, 2),
    "Letter Cell": (9, False, INK, 0.8, 0.8),
    "Letter Label": (9, False, GREY, 0.8, 0.8),
    "Letter Column": (8.5, True, "FFFFFF", 1, 1),
    "Letter Request": (10, False, INK, 0, 1.5),
    "Letter Small": (8.5, False, GREY, 2, 0),
    "Letter Footer": (8, False, GREY, 0, 0),
}


def build(letter: Letter) -> Any:
    """The Word document of one letter."""
    document = _blank(letter.heading)
    _head_and_foot(document.sections[0], letter)
    _address(document, letter)
    if not letter.internal:
        document.add_paragraph("{{ salutation }}", style="Letter Salutation")
    document.add_paragraph(letter.heading, style="Letter Heading")
    document.add_paragraph("UPS tracking number {{ tracking_grouped }}", style="Letter Subheading")
    for text in letter.opening:
        _paragraph(document, text)
    _facts(document, letter)
    if letter.goods:
        _goods(document, letter)
    _evidence(document, letter)
    _ask(document, letter)
    _sign(document, letter)
    return document


def _paragraph(document: Any, text: str) -> None:
    """A paragraph; one that begins with an `if` becomes a paragraph that vanishes with its condition."""
    if not text.startswith("{% if "):
        document.add_paragraph(text)
        return
    condition, words = text.split(" %}", 1)
    document.add_paragraph(f"{condition.replace('{%', '{%p')} %}}")
    document.add_paragraph(words.removesuffix("{% endif %}"))
    document.add_paragraph("{%p endif %}")


def _blank(title: str) -> Any:
    """An A4 document with our styles and nothing of the library's default template that shows."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(24), Mm(16)
    section.header_distance, section.footer_distance = Mm(12), Mm(8)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = title, "", ""
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    properties.language = "en-GB"
    _styles(document)
    _modern(document)
    return document


def _styles(document: Any) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for child in list(defaults):
        defaults.remove(child)
    defaults.append(_element("w:rFonts", ascii="Calibri", hAnsi="Calibri", eastAsia="Calibri", cs="Calibri"))
    defaults.append(_element("w:lang", val="en-GB", eastAsia="en-US", bidi="ar-SA"))
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = "Calibri", Pt(10), RGBColor.from_string(INK)
    normal.paragraph_format.space_before, normal.paragraph_format.space_after = Pt(0), Pt(4)
    normal.paragraph_format.line_spacing = 1.05
    for name, (size, bold, colour, before, after) in _STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = normal, True
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, RGBColor.from_string(colour)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.0
    for name in ("Letter Salutation", "Letter Heading", "Letter Subheading", "Letter Section", "Letter Request"):
        document.styles[name].paragraph_format.keep_with_next = True
    kept = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Header", "Footer", "Table Normal"}
    for style in list(document.styles):
        if style.name not in kept and style.name not in _STYLES:
            style.delete()


def _modern(document: Any) -> None:
    """No compatibility mode in Word, and no thumbnail of somebody else's page."""
    settings = document.settings.element
    compat = settings.find(qn("w:compat"))
    if compat is None:
        compat = OxmlElement("w:compat")
        settings.append(compat)
    for child in list(compat):
        compat.remove(child)
    compat.append(
        _element("w:compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val="15")
    )
    for rel_id, rel in list(document.part.package.rels.items()):
        if rel.reltype.endswith("/thumbnail"):
            del document.part.package.rels[rel_id]
    for rel_id, rel in list(document.part.rels.items()):
        if rel.reltype.endswith(("/customXml", "/stylesWithEffects")):
            del document.part.rels[rel_id]


def _head_and_foot(section: Any, letter: Letter) -> None:
    header = section.header
    table = _table(header, [_LEFT_MM - 20, WIDTH_MM - _LEFT_MM + 20], padding=0)
    _tracked(_fill(table.rows[0].cells[0], "{{ house_name }}", "Letter House"))
    address = _fill(table.rows[0].cells[1], "{{ house_address }}", "Letter House Address")
    address.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _borders(table, bottom=(ACCENT, 8))
    last = header.paragraphs[0]  # a header must end in a paragraph, so the table goes above the one it has
    header._element.append(last._p)
    last.style = "Letter Footer"
    foot = section.footer.paragraphs[0]
    foot.style = "Letter Footer"
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    kind = "Internal sheet" if letter.internal else "Letter"
    foot.add_run(f"{kind} {{{{ letter_no }}}}, version {{{{ letter_version }}}}   |   our reference {{{{ our_ref }}}}")
    foot.add_run("\tPage ")
    _field(foot, "PAGE")
    foot.add_run(" of ")
    _field(foot, "NUMPAGES")
    made = section.footer.add_paragraph(style="Letter Footer")
    made.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)
    made.add_run("" if letter.internal else "{{ registration }}")
    made.add_run("\t{{ template_mark }}")


def _address(document: Any, letter: Letter) -> None:
    """Who it goes to on the left, the references on the right."""
    table = _table(document, [_LEFT_MM, WIDTH_MM - _LEFT_MM], padding=0)
    left, right = table.rows[0].cells
    if letter.internal:
        _fill(left, "Senior QA", "Letter Address")
        left.add_paragraph("Finance", style="Letter Address")
    else:
        _fill(left, "{{ ups_entity }}", "Letter Address")
        left.add_paragraph("{{ ups_address }}", style="Letter Address")
    references = [
        ("Date", "letter_date", False),
        ("Our reference", "our_ref", False),
        ("Our letter", "letter_no", False),
        ("Our ticket", "ticket_ref", True),
        ("UPS account", "ups_account_masked" if letter.internal else "ups_account", False),
        ("UPS tracer", "tracer_ref", True),
        ("UPS claim", "claim_no", letter.file != "appeal.docx"),
    ]
    first = True
    for label, name, optional in references:
        if optional:
            right.add_paragraph(f"{{%p if {name} %}}", style="Letter Reference")
        line = right.paragraphs[0] if first else right.add_paragraph()
        line.style = "Letter Reference"
        line.paragraph_format.tab_stops.add_tab_stop(Mm(24))
        run = line.add_run(f"{label}\t")
        run.font.color.rgb = RGBColor.from_string(GREY)
        line.add_run(f"{{{{ {name} }}}}")
        if name == "letter_no":
            line.add_run(", version {{ letter_version }}")
        if optional:
            right.add_paragraph("{%p endif %}", style="Letter Reference")
        first = False


def _facts(document: Any, letter: Letter) -> None:
    """What is known of the shipment, two facts a line; without a table of goods the amount stands here."""
    facts = letter.facts if letter.goods else (*letter.facts, (letter.amount_label, letter.amount), ("", ""))
    document.add_paragraph("The shipment", style="Letter Section")
    pairs = [facts[n : n + 2] for n in range(0, len(facts), 2)]
    table = _table(document, [36, 64, 28, 42], rows=len(pairs))
    for row, pair in zip(table.rows, pairs, strict=True):
        cells = row.cells
        _fill(cells[0], pair[0][0], "Letter Label")
        if pair[1] == ("", ""):  # one long fact over the rest of the row
            line = _fill(cells[1].merge(cells[3]), pair[0][1], "Letter Cell")
            line.runs[0].bold = pair[0][0] == letter.amount_label or None
            continue
        _fill(cells[1], pair[0][1], "Letter Cell")
        _fill(cells[2], pair[1][0], "Letter Label")
        _fill(cells[3], pair[1][1], "Letter Cell")
    _borders(table, top=(RULE, 4), bottom=(RULE, 4), inside=(RULE, 4))


def _goods(document: Any, letter: Letter) -> None:
    document.add_paragraph("The goods", style="Letter Section")
    columns = ["Reference", "Description", "Serial", "Qty", "Unit net", "Total net"]
    table = _table(document, [25, 52, 29, 11, 24, 29], rows=5)
    _columns(table, columns, right_from=3)
    _tag_row(table.rows[1], "{%tr for row in goods %}")
    names = ["ref", "description", "serial", "qty", "unit_net", "line_total"]
    for index, (cell, name) in enumerate(zip(table.rows[2].cells, names, strict=True)):
        paragraph = _fill(cell, f"{{{{ row.{name} }}}}", "Letter Cell")
        if index >= 3:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _tag_row(table.rows[3], "{%tr endfor %}")
    _amount(table.rows[4], "Total, net", "{{ goods_total }}")
    _amount(table.add_row(), letter.amount_label, letter.amount, strong=True)
    _borders(table, bottom=(INK, 6), inside=(RULE, 4))


def _evidence(document: Any, letter: Letter) -> None:
    heading = document.add_paragraph("Evidence", style="Letter Section")
    note = heading.add_run(f"   {letter.enclosed}")
    note.bold, note.font.size, note.font.color.rgb = False, Pt(8.5), RGBColor.from_string(GREY)
    table = _table(document, [82, 54, 34], rows=4)
    _columns(table, ["File", "What it is", "SHA-256, first 16"], right_from=9)
    _tag_row(table.rows[1], "{%tr for row in evidence %}")
    for cell, tag in zip(table.rows[2].cells, ["{{ row.name }}", KIND, "{{ row.sha256 | short }}"], strict=True):
        _fill(cell, tag, "Letter Cell")
    _tag_row(table.rows[3], "{%tr endfor %}")
    _borders(table, bottom=(RULE, 4), inside=(RULE, 4))
    if letter.internal or not letter.goods:
        return
    kept = "Packaging retained: {{ packaging_retained }}{% if packaging_place %}, {{ packaging_place }}{% endif %}."
    if letter.packaging:
        kept += " It stays available for inspection until you tell us otherwise in writing."
    else:
        document.add_paragraph("{%p if packaging_retained %}")
    document.add_paragraph(kept).paragraph_format.space_before = Pt(4)
    if not letter.packaging:
        document.add_paragraph("{%p endif %}")


def _ask(document: Any, letter: Letter) -> None:
    document.add_paragraph("What is asked" if letter.internal else "What we ask", style="Letter Section")
    for number, text in enumerate(letter.requests, start=1):
        line = document.add_paragraph(f"{number}.\t{text}", style="Letter Request")
        line.paragraph_format.left_indent, line.paragraph_format.first_line_indent = Mm(6), Mm(-6)
        line.paragraph_format.tab_stops.add_tab_stop(Mm(6))
    closing = document.add_paragraph(letter.closing)
    closing.paragraph_format.space_before = Pt(4)
    closing.paragraph_format.space_after = Pt(10 if letter.internal else 4)
    closing.paragraph_format.keep_with_next = True


def _sign(document: Any, letter: Letter) -> None:
    if letter.internal:
        table = _table(document, [56, 57, 57])
        for cell, who in zip(table.rows[0].cells, ["Proposed by", "Senior QA", "Finance"], strict=True):
            _fill(cell, who, "Letter Label")
            cell.add_paragraph("{{ signed_by }}" if who == "Proposed by" else "", style="Letter Cell")
            cell.add_paragraph("Name, date", style="Letter Small").paragraph_format.space_before = Pt(14)
        _borders(table, top=(RULE, 4), bottom=(RULE, 4))
        return
    greeting = document.add_paragraph("{{ greeting }}")
    greeting.paragraph_format.space_before, greeting.paragraph_format.keep_with_next = Pt(4), True
    name = document.add_paragraph("", style="Letter Address")
    name.paragraph_format.space_before = Pt(14)
    name.paragraph_format.keep_with_next = True
    name.add_run("{{ house_signatory }}").bold = True
    title = document.add_paragraph("{{ house_signatory_title }}, {{ house_name }}", style="Letter Address")
    title.paragraph_format.keep_with_next = True
    answer = "{% if reply_to %}Please answer to {{ reply_to }}. {% endif %}"
    document.add_paragraph(answer + "Released in the register by {{ signed_by }}", style="Letter Small")


# -- small parts ---------------------------------------------------------------------------------------------------


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _table(parent: Any, widths_mm: list[int], rows: int = 1, padding: int = 60) -> Any:
    """A table of fixed widths without borders; `padding` at the sides of each cell in twentieths of a point."""
    size = {"width": Mm(sum(widths_mm))} if not hasattr(parent, "core_properties") else {}
    table = parent.add_table(rows, len(widths_mm), **size)
    table.style = None
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblW")):
        properties.remove(old)
    layout = properties.find(qn("w:tblLayout"))
    properties.find(qn("w:jc")).addprevious(_element("w:tblW", w=str(round(sum(widths_mm) * 56.7)), type="dxa"))
    margins = OxmlElement("w:tblCellMar")
    margins.append(_element("w:left", w=str(padding), type="dxa"))
    margins.append(_element("w:right", w=str(padding), type="dxa"))
    layout.addnext(margins)
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    return table


def _fill(cell: Any, text: str, style: str) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(text)
    return paragraph


def _tag_row(row: Any, tag: str) -> None:
    """A row that holds only a loop tag; it vanishes when the letter is made."""
    _fill(row.cells[0], tag, "Letter Small")
    for cell in row.cells[1:]:
        cell.paragraphs[0].style = "Letter Small"


def _columns(table: Any, titles: list[str], *, right_from: int) -> None:
    row = table.rows[0]
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for index, (cell, title) in enumerate(zip(row.cells, titles, strict=True)):
        paragraph = _fill(cell, title, "Letter Column")
        if index >= right_from:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=INK))


def _amount(row: Any, label: str, tag: str, *, strong: bool = False) -> None:
    """A line under the goods: label over all columns but the last, amount in the last."""
    cells = row.cells
    wide = cells[0].merge(cells[-2]) if len(cells) > 2 else cells[0]
    for cell, text in ((wide, label), (row.cells[-1], tag)):
        paragraph = cell.paragraphs[0]
        for extra in cell.paragraphs[1:]:
            extra._p.getparent().remove(extra._p)
        paragraph.style = "Letter Cell"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run = paragraph.add_run(text)
        run.bold = strong
        if strong:
            run.font.size = Pt(10.5)
            cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=WASH))


def _borders(table: Any, **edges: tuple[str, int]) -> None:
    """Lines of a table: edge = (colour, eighths of a point); `inside` are the horizontal lines between rows."""
    holder = OxmlElement("w:tblBorders")
    for edge, tag in (("top", "w:top"), ("bottom", "w:bottom"), ("inside", "w:insideH")):
        if edge in edges:
            colour, size = edges[edge]
            holder.append(_element(tag, val="single", sz=str(size), space="0", color=colour))
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(holder)


def _tracked(paragraph: Any) -> None:
    """Wide-set capitals, as on the house's own paper."""
    for run in paragraph.runs:
        run.font.all_caps = True
        run._r.get_or_add_rPr().append(_element("w:spacing", val=_TRACKING))


def _field(paragraph: Any, code: str) -> None:
    """A page number that the word processor counts."""
    field = _element("w:fldSimple", instr=f" {code} ")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def main(arguments: list[str]) -> int:
    """Write every template into the folder named; refuse to overwrite what people may have edited."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for letter in LETTERS:
        target = folder / letter.file
        if target.exists():
            print(f"{target} exists and may have been edited in Word: left alone.")
            continue
        build(letter).save(str(target))
        print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
