"""What a claim letter says, from the case, the settings and the pieces of evidence in the store.

Values are texts; what is missing stays out and is named by `letters.check_values`. Files are hashed again when the
letter is made, so the letter proves what was enclosed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from addin.evidence import files_of
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.claim_terms import EVENT_WORDS, goods_lines
from addin.logic.outcome import Problem
from addin.logic.tracking import read_tracking
from addin.service import Service

#: What the letter says it relies on. Limits and periods are not cited: no row of the policy is verified by itself.
_REGIMES: Final = {
    "uk_terms": "the carrier's terms and conditions of carriage for shipments within the United Kingdom",
    "cmr": "the Convention on the Contract for the International Carriage of Goods by Road (CMR)",
    "montreal": "the Montreal Convention 1999",
}
_ANY_REGIME: Final = "the terms and conventions that apply to this shipment"


def claim_values(
    service: Service, case: Case, number: str, version: int
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The values of a claim letter by name, and what stands against making it."""
    goods, goods_problems = _goods(case)
    evidence, file_problems = _evidence(service.folder, case)
    values = {
        **_house(service),
        **_letter(service, case, number, version),
        **_shipment(case),
        "goods": goods,
        "evidence": evidence,
    }
    return values, (*goods_problems, *file_problems)


def _house(service: Service) -> dict[str, object]:
    house, carrier = service.settings.house, service.settings.carrier
    return {
        "house_name": house.name,
        "house_address": house.address,
        "house_signatory": house.signatory,
        "house_signatory_title": house.signatory_title,
        "ups_entity": carrier.entity,
        "ups_address": carrier.address,
        "ups_account_masked": f"****{carrier.account[-2:]}" if carrier.account else "",
        "shipper_of_record": carrier.shipper_of_record or house.name,
        "signed_by": service.actor.name,
    }


def _letter(service: Service, case: Case, number: str, version: int) -> dict[str, object]:
    today = service.clock().astimezone(LONDON).date()
    return {
        "letter_no": number,
        "letter_version": str(version),
        "letter_date": _day(today),
        "our_ref": case.text("claim_no_own") or case.case_id,
        "ticket_ref": case.text("ticket_ref"),
        "decision_by": _day(today + timedelta(days=service.policy.days("claim.answer_days"))),
        "regime": _REGIMES.get(case.text("regime"), _ANY_REGIME),
    }


#: Names that the letter takes from the form field of the same name, as words.
_SAME: Final = (
    "service", "ship_date", "expected_delivery", "pod_name", "consignee_name", "consignee_town", "consignee_postcode",
    "event_date", "discovery_date", "goods_total", "gross_weight_kg", "amount_claimed", "packaging_retained",
    "packaging_place", "tracer_ref", "claim_no", "refund_ref",
)  # fmt: skip


def _shipment(case: Case) -> dict[str, object]:
    fields = case_types()[case.type].fields
    values: dict[str, object] = {name: fields[name].words(case.fields.get(name)) for name in _SAME}
    declared = case.money("declared_value")
    delivered = fields["delivered_at"].words(case.fields.get("delivered_at"))
    return values | {
        "tracking_grouped": read_tracking(case.text("tracking")).grouped,
        "event_type": case.text("event_type") or EVENT_WORDS.get(case.text("subtype"), ""),
        "declared_value": declared.pretty() if declared else "none declared",
        "delivered_at": delivered
        or fields["delivered_date"].words(case.fields.get("delivered_date"))
        or "not delivered",
    }


def _goods(case: Case) -> tuple[list[Mapping[str, str]], list[Problem]]:
    try:
        lines = goods_lines(case)
    except ValueError as error:
        hint = "Write each line as: reference | description | serial | quantity | unit price."
        return [], [Problem("LET-GOODS", str(error), "goods_lines", hint=hint)]
    rows: list[Mapping[str, str]] = [
        {
            "ref": line.ref,
            "description": line.description,
            "serial": line.serial,
            "qty": str(line.qty),
            "unit_net": line.unit_net.pretty(),
            "line_total": line.line_total.pretty(),
        }
        for line in lines
    ]
    return rows, []


def _evidence(folder: Path, case: Case) -> tuple[list[Mapping[str, str]], list[Problem]]:
    """The enclosed files with their kinds and hashes, in the order in which they were attached."""
    found, problems = files_of(folder, case)
    rows = [{"name": one.piece.name, "kind": one.piece.kind, "sha256": one.piece.sha256} for one in found]
    return list(rows), list(problems)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
