"""Claims in the built workbook, as far as tests share them: from a pasted message to a claim with all its papers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from e2e_kit import Day, refused

from addin.logic.claim_terms import EVIDENCE, is_proved

#: What somebody writes, by the subtype that is read from it; "{}" are order and tracking number.
MESSAGES = {
    "LOST": "Order {}: UPS {} no scan since 1 Sept, was due 2 Sept, looks lost, please open a claim",
    "DNR": "Order {} {}: UPS shows delivered on 2 Sept but the client says she never received it, claim please",
    "MISDELIVERY": "Order {} {}: UPS delivered it to the wrong address, POD shows number 14. Please raise a claim",
    "DAMAGE": "Order {} {}: bag arrived damaged, box crushed, client sent photos, UPS claim please",
    "MISSING_CONTENTS": "Order {} {}: box arrived empty, scarf missing from the parcel, please claim with UPS",
    "LATE": "Order {} {}: Express Saver guaranteed for 2 Sept 12:00 was delivered late on 3 Sept, claim it back",
    "RETURN_LEG": "Order {}: client's return parcel {} never arrived here, she sent it on 1 Sept, open a claim",
}


def of_london(number: int, hour: int = 0, minute: int = 0) -> datetime:
    """A date cell of September."""
    return datetime(2026, 9, number, hour, minute)


FACTS: dict[str, Any] = {
    "ship_date": of_london(1), "expected_delivery": of_london(2), "manifest_match": "Yes", "service": "Express Saver",
    "consignee_name": "I. Marlow", "consignee_town": "Bath", "consignee_postcode": "BA1 9ZZ", "origin_country": "GB",
    "dest_country": "GB", "mode": "road", "sku": "HB-20417", "goods_description": "Leather bag, black",
    "serial": "SER-20417", "goods_value": 2350.0, "gross_weight_kg": 2.4, "declared_value": 0.0,
    "tracking_text": "01/09/2026 19:12 Origin scan",
}  # fmt: skip
BEGAN = {"event_date": of_london(3), "discovery_date": of_london(7)}
OWN: dict[str, dict[str, Any]] = {
    "DNR": {"delivered_date": of_london(2), "pod_name": "FRONT DESK", "neighbour_check": "Nobody at 14 and 16, 6 Sept",
            "cctv_ref": "CLIP-7"},
    "MISDELIVERY": {"delivered_date": of_london(2), "pod_name": "NUMBER 14"},
    "DAMAGE": {"delivered_date": of_london(2), "box_dimensions": "40 x 30 x 20", "packaging_retained": "Yes",
               "packaging_place": "cage 4"},
    "MISSING_CONTENTS": {"delivered_date": of_london(2), "cctv_ref": "CLIP-8", "despatch_weight_kg": 2.4,
                         "carrier_weight_kg": 0.9, "packaging_retained": "Yes", "packaging_place": "cage 4"},
    "LATE": {"delivered_at": of_london(3, 15, 10), "delivered_date": of_london(3), "committed_at": of_london(2, 12, 0),
             "shipping_charge": 1420.0},
    "RETURN_LEG": {"return_label_owner": "House", "proof_of_sending_date": of_london(1)},
}  # fmt: skip


def opened(day: Day, subtype: str, order: str, tracking: str) -> str:
    """A claim out of a message; the subtype is read from the words."""
    day.sure(day.paste(MESSAGES[subtype].format(order, tracking), "Nadia (Care)"))
    for line in range(1, len(day.proposals())):  # a second reading of the words is set aside
        day.book.sheets["Desk"].range((11 + line + 1, 2)).value = "No"
    day.sure(day.click("desk.take"))
    case = next(one for one in day.service.journal.cases(types=["UPC"]) if one.text("order_no") == order)
    assert (case.text("subtype"), case.text("tracking")) == (subtype, tracking)
    return case.case_id


def dropped(day: Day, case: str, kind: str, name: str) -> Path:
    """A file in the drop folder of a case, in the folder of its kind."""
    path = day.folder / "inbox" / "evidence" / case / kind / name
    path.parent.mkdir(parents=True)
    path.write_text(f"{kind} of {case}\n", encoding="utf-8")
    return path


def gathered(day: Day, subtype: str, order: str, tracking: str, amount: float) -> str:
    """A claim with its facts and with every paper of its checklist attached."""
    case = opened(day, subtype, order, tracking)
    refused(day.press("claims.file", case), "MOVE-STATE")
    proven = {} if subtype == "LATE" else {"proven_value": amount}
    facts = FACTS | BEGAN | OWN.get(subtype, {}) | proven | {"amount_claimed": amount}
    day.sure(day.move(case, "Gather evidence", **facts))
    missing = day.case(case).items("evidence_missing")
    assert missing, "papers are proved by files"
    assert missing[0] in refused(day.press("claims.file", case), "UPC-14")
    for number, kind in enumerate(missing):
        dropped(day, case, kind, f"scan {number}.pdf")
    day.sure(day.press("claims.evidence", case))
    assert all(is_proved(day.case(case), kind) for kind in EVIDENCE[subtype])
    return case


def with_letter(day: Day, case: str) -> str:
    """The claim's letter, as Word file with its evidence in it."""
    outcome = day.sure(day.press("claims.letter", case))
    assert any(name.endswith(".docx") for name in outcome.files)
    return outcome.files[0]
