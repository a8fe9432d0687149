"""What a claim letter says, from the case, the settings and the pieces of evidence in the store.

1. Nothing in a letter is typed for it: days, amounts and periods come from the case and the policy, the wording from
   the template and the settings.
2. A period is cited only from a policy row that a named person has verified.
3. Files are hashed again when the letter is made, so the letter proves what was enclosed.
4. Nothing is said that the register does not bear out: what the words rest on is on file, and amounts agree.
5. What is missing is told with the sheet and the field, or the setting, that it belongs into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from addin.claims.enclosures import by_file
from addin.claims.history import history_of
from addin.claims.places import placed
from addin.evidence import EvidenceFile, files_of
from addin.letters import check_values
from addin.letters.fill import NO_BREAK, as_text
from addin.letters.letter import LetterTemplate
from addin.logic.calendar import add_working_days, london_day, next_working_day
from addin.logic.case_type import Case, Context
from addin.logic.cases import case_types
from addin.logic.claim_purposes import APPEAL, CLAIM, WRITE_OFF
from addin.logic.claim_terms import EVENT_WORDS, NOTICE, citable_days, goods_lines
from addin.logic.claim_truth import other_recovery, refund_paid, untrue
from addin.logic.evidence import Piece, pieces
from addin.logic.outcome import Problem
from addin.logic.tracking import read_tracking
from addin.service import Service

#: What is said of a file that is too large to enclose.
KEPT_BACK: Final = "not enclosed, sent on request"
#: What the letter says it relies on.
_REGIMES: Final = {
    "uk_terms": "UPS's terms and conditions of carriage for shipments within the United Kingdom",
    "cmr": "the Convention on the Contract for the International Carriage of Goods by Road (CMR)",
    "montreal": "the Montreal Convention 1999",
}
_ANY_REGIME: Final = "the terms and conventions that apply to this shipment"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What makes a letter this one: its number and version, and the mark of its template."""

    number: str
    version: int
    mark: str


@dataclass(frozen=True, slots=True)
class ClaimLetter:
    """The values of a claim letter by name, the files it encloses, its day, and what stands against making it."""

    values: Mapping[str, object]
    files: tuple[EvidenceFile, ...]
    on: date
    problems: tuple[Problem, ...] = ()

    def stamped(self, stamp: Stamp) -> Mapping[str, object]:
        """The values with the letter's number, version and template mark."""
        return {
            **self.values,
            "letter_no": stamp.number,
            "letter_version": str(stamp.version),
            "template_mark": stamp.mark,
        }


def claim_letter(service: Service, case: Case, template: LetterTemplate) -> ClaimLetter:
    """What a letter from this template says of a claim, but for its number; problems name field and sheet."""
    kind, on = case_types()[case.type], london_day(service.clock())
    ctx = service.context(related=service.journal.related(case))
    goods, faults = _goods(case)
    files, missing = files_of(service.folder, case)
    limit = service.settings.letters.enclose_up_to_mb * 1_000_000
    values: dict[str, object] = {
        **_house(service),
        **_terms(case, ctx, on, template.purpose),
        **_shipment(case),
        **_outcome(case),
        "refund_ref": refund_paid(case, ctx),
        "earlier_letter": _earlier(service, case, template),
        "goods": goods,
        "evidence": [_listed(one.piece, limit) for one in by_file(files)],
    }
    unnumbered = {**values, "letter_no": "-", "letter_version": "-", "template_mark": "-"}
    told = {problem.field for problem in (*faults, *missing)}
    found = [one for one in placed(check_values(template, unnumbered), template, case, kind) if one.field not in told]
    proof = untrue(case, ctx, template.purpose, template.relies)
    return ClaimLetter(values, files, on, (*faults, *missing, *found, *proof))


def _listed(piece: Piece, limit: int) -> Mapping[str, str]:
    """A file as the letter and the index list it; `limit` is the largest that is enclosed, in bytes."""
    kept_back = KEPT_BACK if piece.size > limit else ""
    return {"name": piece.name, "kind": piece.kind, "sha256": piece.sha256, "kept_back": kept_back}


def _house(service: Service) -> dict[str, object]:
    house, carrier, words = service.settings.house, service.settings.carrier, service.settings.letters
    return {
        "house_name": house.name,
        "house_address": house.address,
        "house_signatory": house.signatory,
        "house_signatory_title": house.signatory_title,
        "ups_entity": carrier.entity,
        "ups_address": carrier.address,
        "ups_account": carrier.account,
        "ups_account_masked": f"****{carrier.account[-2:]}" if carrier.account else "",
        "shipper_of_record": carrier.shipper_of_record or house.name,
        "signed_by": service.actor.name,
        "salutation": words.salutation,
        "greeting": words.greeting,
        "rights_reserved": words.rights,
        "reply_to": words.reply_to,
        "registration": words.registration,
    }


def _terms(case: Case, ctx: Context, on: date, purpose: str) -> dict[str, object]:
    filed = case.instant("filed_at")
    return {
        "letter_date": on,
        "our_ref": case.text("claim_no_own") or case.case_id,
        "ticket_ref": case.text("ticket_ref"),
        "decision_by": _decision_by(case, ctx, on, purpose),
        "inspect_by": add_working_days(on, ctx.policy.days("claim.inspect_working_days")),
        "filed_on": london_day(filed) if filed else "",
        "regime": _REGIMES.get(case.text("regime"), _ANY_REGIME),
        **_notice(case, ctx, on),
    }


def _decision_by(case: Case, ctx: Context, on: date, purpose: str) -> date:
    """The day a decision is asked for: of the carrier after its usual time, of the house while it may still appeal."""
    decided = case.instant("carrier_decided_at")
    if purpose == WRITE_OFF and decided is not None:
        still = london_day(decided) + timedelta(days=ctx.policy.days("claim.appeal_days"))
        return max(still, add_working_days(on, 1))
    return next_working_day(on + timedelta(days=ctx.policy.days("claim.answer_days")))


def _notice(case: Case, ctx: Context, on: date) -> dict[str, object]:
    """The period the claim is made in, where a letter may cite it and while it runs."""
    for one in citable_days(case, ctx):
        if one.label == NOTICE and on <= one.deadline.day:
            return {"notice_by": one.deadline.day, "notice_source": one.deadline.source}
    return {"notice_by": "", "notice_source": ""}


#: Names that the letter takes from the form field of the same name.
_SAME: Final = (
    "service", "ship_date", "expected_delivery", "pod_name", "consignee_name", "consignee_town", "consignee_postcode",
    "event_date", "discovery_date", "goods_total", "gross_weight_kg", "amount_claimed", "packaging_retained",
    "packaging_place", "tracer_ref", "claim_no",
)  # fmt: skip


def _shipment(case: Case) -> dict[str, object]:
    declared = case.money("declared_value")
    same: dict[str, object] = {name: case.fields.get(name) for name in _SAME}
    return same | {
        "tracking_grouped": read_tracking(case.text("tracking")).grouped,
        "event_type": case.text("event_type") or EVENT_WORDS.get(case.text("subtype"), ""),
        "declared_value": declared or "none declared",
        "delivered_at": case.instant("delivered_at") or case.day("delivered_date"),
        "committed_at": case.instant("committed_at") or case.day("expected_delivery"),
    }


def _outcome(case: Case) -> dict[str, object]:
    """What the carrier decided, offered and paid, what else came back, what is still open, and what is new since."""
    decided = case.instant("carrier_decided_at")
    new = [piece.name for piece in pieces(case) if decided is not None and piece.attached_at >= decided]
    return {
        "decided_on": london_day(decided) if decided else "",
        "amount_offered": case.money("amount_offered") or "nothing",
        "amount_paid": case.money("amount_paid") or "nothing",
        "write_off_amount": case.money("write_off_amount") or "",
        "new_evidence": ", ".join(new),
        **other_recovery(case),
    }


def _earlier(service: Service, case: Case, template: LetterTemplate) -> str:
    """The letter that was not answered, by number and day: the last appeal while one runs, else the first claim."""
    if "earlier_letter" not in template.names:
        return ""
    made = history_of(service.journal, case.case_id).get(case.case_id, ())
    appeals = [one for one in made if one.purpose == APPEAL and case.status == "Appeal"]
    found = appeals[-1:] or [one for one in made if one.purpose == CLAIM][:1]
    return f"{found[0].number} of {as_text(london_day(found[0].at), NO_BREAK)}" if found else ""


def _goods(case: Case) -> tuple[list[Mapping[str, object]], list[Problem]]:
    try:
        lines = goods_lines(case)
    except ValueError as error:
        hint = "Write each line as: reference | description | serial | quantity | unit price."
        return [], [Problem("LET-GOODS", str(error), "goods_lines", hint=hint)]
    rows: list[Mapping[str, object]] = [
        {
            "ref": line.ref,
            "description": line.description,
            "serial": line.serial,
            "qty": line.qty,
            "unit_net": line.unit_net,
            "line_total": line.line_total,
        }
        for line in lines
    ]
    return rows, []
