"""What the letter tests share: a sample claim's values and small Word templates made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import OxmlElement

LINE = {
    "ref": "SC-90-0001",
    "description": "Silk scarf 90",
    "serial": "",
    "qty": "1",
    "unit_net": "£1,250.00",
    "line_total": "£1,250.00",
}
FILE = {"name": "invoice.pdf", "kind": "Commercial invoice", "sha256": "9f86d081884c7d65" + "0" * 48}

VALUES: dict[str, object] = {
    "letter_no": "LTR-2026-000017",
    "letter_version": "1",
    "letter_date": "24 November 2026",
    "our_ref": "CASE-2026-000123",
    "ticket_ref": "TCK-0048211",
    "house_name": "House of Fable",
    "house_address": "Unit 4, Example Park\nHounslow TW6 9ZZ",
    "house_signatory": "A. Sample",
    "house_signatory_title": "Coordinator",
    "ups_entity": "UPS Limited",
    "ups_address": "Claims\n1 Carrier Way\nFeltham TW14 9ZZ",
    "ups_account": "12345E",
    "ups_account_masked": "****5E",
    "shipper_of_record": "House of Fable Distribution Ltd",
    "tracking_grouped": "1Z 999 AA1 01 2345 6784",
    "service": "UPS Express Saver",
    "ship_date": "16 November 2026",
    "expected_delivery": "17 November 2026",
    "delivered_at": "17 November 2026, 11:42",
    "pod_name": "FRONT DESK",
    "consignee_name": "J. Example",
    "consignee_town": "Leeds",
    "consignee_postcode": "LS1 9ZZ",
    "event_type": "Lost, no scans",
    "event_date": "17 November 2026",
    "discovery_date": "19 November 2026",
    "goods": [LINE],
    "goods_total": "£1,250.00",
    "gross_weight_kg": "1.86",
    "declared_value": "none declared",
    "regime": "UPS terms and conditions of carriage, domestic",
    "amount_claimed": "£1,250.00",
    "evidence": [FILE],
    "packaging_retained": "Yes",
    "packaging_place": "cage 4",
    "decision_by": "8 December 2026",
    "tracer_ref": "TR-5512098",
    "claim_no": "C-998877",
    "refund_ref": "REF-2026-000045",
    "signed_by": "Alex Sample",
    "template_mark": "claims.loss v1 0123456789ab",
    "salutation": "Dear Sir or Madam,",
    "greeting": "Yours faithfully,",
    "rights_reserved": "All our rights and remedies are reserved.",
    "reply_to": "claims desk, Unit 4, Example Park",
    "registration": "House of Fable Ltd, registered in England no. 01234567",
    "decided_on": "2 December 2026",
    "amount_offered": "£100.00",
    "amount_paid": "£100.00",
    "write_off_amount": "£1,150.00",
    "new_evidence": "driver.pdf",
    "insurer_paid": "",
    "found_value": "",
    "filed_on": "20 November 2026",
    "inspect_by": "27 November 2026",
    "committed_at": "17 November 2026, 12:00",
    "earlier_letter": "LTR-2026-000009 of 20 November 2026",
    "notice_by": "15 January 2027",
    "notice_source": "clause 12 of the carrier's terms",
}


#: Three lines of goods, one of them long, and seven files: the fullest claim that must still be one page.
FULL = {
    **VALUES,
    "goods": [{**LINE, "description": "Silk scarf 90, hand-rolled edge, with box, ribbon and receipt"}, LINE, LINE],
    "evidence": [{**FILE, "name": f"document_{number}.pdf"} for number in range(7)],
}
#: The most that a letter may have to hold: names without an end, forty articles, forty files, amounts of eight digits.
EXTREME = {
    **VALUES,
    "house_address": "\n".join(f"Line {n} of a very long address of the house" for n in range(9)),
    "ups_address": "\n".join(f"Line {n} of a carrier's address, department {n}" for n in range(9)),
    "consignee_name": "Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley von Württemberg de la Rochefoucauld",
    "consignee_town": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "ticket_ref": "T" * 60,
    "amount_claimed": "£12,345,678.90",
    "goods_total": "£12,345,678.90",
    "write_off_amount": "£12,345,678.90",
    "goods": [
        {
            "ref": f"SC-90-{n:04d}", "description": "Scarf, hand-rolled edge, très élégant, ÅÄÖ ž č ł ő",
            "serial": f"SER{n:021d}", "qty": "1000", "unit_net": "£123,456.78", "line_total": "£12,345,678.00",
        }
        for n in range(40)
    ],
    "evidence": [
        {**FILE, "name": f"a_file_name_without_any_space_whatever_{n:03d}_and_then_some_more_and_more_of_it.pdf",
         "kind": "Photo of inner packing", "kept_back": "" if n % 7 else "not enclosed, sent on request"}
        for n in range(40)
    ],
    "packaging_place": "cage 4 behind the third conveyor, next to the red fire door, ask for the key at the gate",
    "new_evidence": ", ".join(f"statement_of_the_driver_{n}.pdf" for n in range(12)),
}  # fmt: skip
#: Names in other scripts, two of them written from right to left.
SCRIPTS = {
    **VALUES,
    "consignee_name": "محمد بن عبد الله آل مكتوم",
    "consignee_town": "דימונה",
    "pod_name": "יוסף כהן",
    "signed_by": "Zoë Łuczak-Ångström",
    "packaging_place": "Ωμέγα, Юлия",
    "goods": [{**LINE, "description": "وشاح حرير 90 / foulard soie"}],
}


def make_list(root: Path, *files: str) -> Path:
    """A folder of claim letters with a list of these files; each may leave any name empty."""
    folder = root / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f'[[letter]]\nid = "claims.{Path(file).stem}"\ntitle = "Test & trial"\nfile = "{file}"\ncase_type = "UPC"\n'
        for file in files
    ]
    (folder / "letters.toml").write_text("\n".join(rows), "utf-8")
    return folder


def make_letter(root: Path, *paragraphs: str, change: Callable[[Any], None] | None = None) -> Path:
    """A root of templates with one listed letter of these paragraphs; `change` may spoil it further."""
    folder = make_list(root, "trial.docx")
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if change:
        change(document)
    document.save(str(folder / "trial.docx"))
    return root


def split_by_a_link(paragraph: Any) -> None:
    """A tag of which Word made half a link."""
    paragraph.text = "See {{ amount_"
    link = OxmlElement("w:hyperlink")
    link.append(paragraph.add_run("claimed }}")._r)
    paragraph._p.append(link)


def words(docx: bytes) -> str:
    """Every word of a letter's body, tables included, a paragraph a line."""
    import io

    from docx.oxml.ns import qn

    body = Document(io.BytesIO(docx)).element.body
    lines = []
    for paragraph in body.iter(qn("w:p")):
        pieces = [
            element.text or "" if element.tag == qn("w:t") else "\n"
            for element in paragraph.iter(qn("w:t"), qn("w:br"))
        ]
        lines.append("".join(pieces))
    return "\n".join(lines)
