"""What the letter tests share: a sample claim's values and small Word templates made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from docx import Document

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
    "greeting": "Yours faithfully,",
    "rights_reserved": "All our rights and remedies are reserved.",
    "reply_to": "claims desk, Unit 4, Example Park",
    "registration": "House of Fable Ltd, registered in England no. 01234567",
    "decided_on": "2 December 2026",
    "amount_offered": "£100.00",
    "amount_paid": "£100.00",
    "write_off_amount": "£1,150.00",
    "earlier_letter": "LTR-2026-000009 of 20 November 2026",
    "notice_by": "15 January 2027",
    "notice_source": "clause 12 of the carrier's terms",
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
