"""Outbound quality control (QCT): what is checked before it leaves, by whom, and who may let it go after a failure.

1. A trigger says which checks are due (policy table `qc_trigger`); several triggers add up. Goods, value, profile, the
   order and its other cases give triggers by themselves; a person may name more.
2. A customer profile shows only its code. Why somebody has it stands nowhere here, and no message hints at it.
3. For goods of value the inspector did not pick the order, and a second person checks again.
4. A failure stops the shipment. Only Senior QA lets it go, with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.checklist import OUTBOUND, refused_lines, to_answer, unanswered
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.order_terms import GOODS_KINDS, ORDER_STAGES
from addin.logic.outcome import Problem
from addin.logic.sbar import blocker
from addin.logic.values import Role

TRIGGERED: Final = "Triggered"
ASSIGNED: Final = "Assigned"
INSPECTED: Final = "Inspected"
PASSED: Final = "Pass"
REMARK: Final = "Pass with remark"
FAIL: Final = "Fail"
RELEASED: Final = "Released"
BLOCKED: Final = "Blocked"
ESCALATED: Final = "Escalated"
_INSPECTORS: Final = frozenset({Role.QC, Role.SENIOR_QA})
_SENIOR: Final = frozenset({Role.SENIOR_QA})
#: What is shown, and the policy's name of it.
TRIGGERS: Final[Mapping[str, str]] = {
    "Exotic leather": "exotic", "Watch": "watch", "Jewellery": "jewellery", "Fragile": "fragile",
    "Personalised": "personalised", "High value": "high_value", "Very high value": "very_high_value",
    "Profile A": "profile_a", "Profile B": "profile_b",
    "Profile C": "profile_c", "Profile D": "profile_d", "Gift": "gift", "Several of one reference": "same_reference",
    "Address changed": "address_changed", "Second shipment": "reshipment", "Returned goods": "returned_goods",
    "Carrier rule": "carrier_rule",
}  # fmt: skip
#: The trigger of a kind of goods (choices of the form, as in every case type).
_BY_GOODS: Final[Mapping[str, str]] = {
    "Exotic leather": "exotic", "Watch": "watch", "Jewellery": "jewellery", "Fragile or porcelain": "fragile",
    "Personalised": "personalised",
}  # fmt: skip
_PROFILES: Final = ("A", "B", "C", "D")
#: Words that would tell why a customer has a profile.
_PROFILE_WORDS: Final = re.compile(
    r"\b(?:v\.?i\.?[cp]s?|profil\w*|abus\w+|fraud\w*|serial return\w*|empty.?box|wrong.?item|flagged|suspicio\w+"
    r"|black.?list\w*|previous claims?|earlier claims?)\b",
    re.I,
)
_AFTERWARDS: Final = ("Replace", "Inventory discrepancy", "Deviation")


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("sku", "Article", FieldKind.ID, queue=True, width=16),
    _f("serial", "Serial", FieldKind.ID, queue=True, width=14),
    _f("serial_wms", "Serial in stock system", FieldKind.ID, width=14),
    _f("trigger", "Trigger", FieldKind.CHOICE, choices=tuple(TRIGGERS), queue=True, width=18),
    _f("more_triggers", "More triggers", FieldKind.LIST, width=18, help="With ; between."),
    _f("triggered_by", "Triggered by", width=14, help="The row of the Rules sheet, or a person."),
    _f("goods_kind", "Goods", FieldKind.CHOICE, choices=GOODS_KINDS, width=16),
    _f("profile", "Profile", FieldKind.CHOICE, choices=_PROFILES, width=7, help="Only the code, never why."),
    _f("is_gift", "Gift", FieldKind.FLAG, width=6),
    _f("same_reference_units", "Units of one reference", FieldKind.COUNT, width=9),
    _f("goods_value", "Goods value", FieldKind.MONEY, queue=True, width=12),
    _f("order_stage", "Order stage", FieldKind.CHOICE, choices=ORDER_STAGES, late=True, width=14),
    _f("destination", "Destination", help="Country of delivery."),
    _f("collection_at", "Carrier collects", FieldKind.INSTANT, late=True, width=16),
    _f("picker", "Picked by", FieldKind.ID, width=12, help="Account or badge of the picker."),
    _f("inspector", "Inspector", FieldKind.ID, queue=True, width=12, help="Account of the one who inspects."),
    _f("checklist_version", "Checklist version", width=10),
    _f("checklist", "Checklist", FieldKind.LIST, late=True, width=30,
       help="Each line as 'box: yes' (or no, na), with ; between; 'Inspect' brings the lines."),
    _f("photos", "Photos", FieldKind.LIST, late=True, width=24),
    _f("weight_kg", "Weight, kg", FieldKind.NUMBER, width=9),
    _f("master_weight_kg", "Master weight, kg", FieldKind.NUMBER, width=9),
    _f("seal_no", "Seal", FieldKind.ID, width=12),
    _f("signature_booked", "Signature booked", FieldKind.FLAG, late=True),
    _f("papers", "Papers", width=16, help="Species papers or the carrier's exception."),
    _f("hold_lifted", "Hold lifted because", late=True, width=20, help="What was found out while it was held."),
    _f("defect_codes", "Defects", FieldKind.LIST, late=True, width=18),
    _f("remark", "Remark", late=True, width=24),
    _f("afterwards", "After failure", FieldKind.CHOICE, choices=_AFTERWARDS, late=True, width=16),
    _f("cs_message", "Message to Customer Service", FieldKind.NOTE, late=True, width=30, help="Only the delay."),
    _f("triggers_found", "Triggers found", FieldKind.LIST, system=True, width=24,
       help="By goods, value, profile, order facts and the order's other cases."),
    _f("checks_due", "Checks due", FieldKind.LIST, system=True, queue=True, width=28),
    _f("result", "Result", system=True, queue=True, width=14),
    _f("weight_off", "Weight off, %", FieldKind.NUMBER, system=True, width=9),
    _f("inspected_by", "Inspected by", FieldKind.ID, system=True),
    _f("inspected_at", "Inspected", FieldKind.INSTANT, system=True, width=16),
    _f("second_by", "Second check by", FieldKind.ID, system=True),
    _f("released_by", "Released by", FieldKind.ID, system=True),
    _f("released_at", "Released", FieldKind.INSTANT, system=True, width=16),
)  # fmt: skip


# What is due -----------------------------------------------------------------------------------------------------


def _is_valuable(case: Case, ctx: Context) -> bool:
    value = case.money("goods_value")
    return value is not None and value.amount >= ctx.policy.money("qc.high_value").amount


def _found(case: Case, ctx: Context) -> Iterator[str]:
    """The triggers that the facts themselves give: goods, profile, order, value. Source: QC triggers of the domain."""
    if (goods := _BY_GOODS.get(case.text("goods_kind"))) is not None:
        yield goods
    if case.has("profile"):
        yield f"profile_{case.text('profile').casefold()}"
    if case.flag("is_gift"):
        yield "gift"
    if (case.count("same_reference_units") or 0) > 1:
        yield "same_reference"
    yield from _of_other_cases(case, ctx)
    if _is_valuable(case, ctx):
        worth = case.money("goods_value")
        top = ctx.policy.money("qc.very_high_value")
        yield "very_high_value" if worth is not None and worth.amount >= top.amount else "high_value"


def _of_other_cases(case: Case, ctx: Context) -> Iterator[str]:
    """An address that was changed after payment, and a parcel that came back and goes out again."""
    same = [other for other in ctx.related if other.text("order_no") == case.text("order_no") != ""]
    if any(other.type == "ADR" and other.has("approved_by") and not other.has("refusal") for other in same):
        yield "address_changed"
    if any(other.type == "CRP" and other.text("option_chosen") == "Second shipment" for other in same):
        yield "reshipment"


def _triggers(case: Case, ctx: Context) -> tuple[str, ...]:
    named = (case.text("trigger"), *case.items("more_triggers"))
    by_title = {title.casefold(): code for title, code in TRIGGERS.items()}
    typed = [by_title[name.casefold()] for name in named if name.casefold() in by_title]
    return tuple(dict.fromkeys((*typed, *_found(case, ctx))))


def _checks_due(case: Case, ctx: Context) -> tuple[str, ...]:
    """Every check that one of the triggers asks for, once."""
    checks = (check for code in _triggers(case, ctx) for check in ctx.policy.items(f"qc_trigger.{code}"))
    return tuple(dict.fromkeys(checks))


def _weight_off(case: Case) -> Decimal | None:
    """How far the weight is from the master's, in percent of it."""
    weight, master = case.number("weight_kg"), case.number("master_weight_kg")
    if weight is None or master is None or master <= 0:
        return None
    return (abs(weight - master) * 100 / master).quantize(Decimal("0.01"))


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    by_code = {code: title for title, code in TRIGGERS.items()}
    codes = tuple(dict.fromkeys(_found(case, ctx)))
    found: dict[str, Value | None] = {
        "triggers_found": tuple(by_code[code] for code in codes) or None,
        "checks_due": _checks_due(case, ctx) or None,
        "weight_off": _weight_off(case),
        "checklist_version": case.text("checklist_version") or ctx.policy.text("qc.checklist_version"),
    }
    if not case.has("value_at_risk"):
        found["value_at_risk"] = case.money("goods_value")
    if codes and not case.has("trigger"):
        found["trigger"] = by_code[codes[0]]
        if not case.has("triggered_by"):
            found["triggered_by"] = f"qc_trigger.{codes[0]}"
    return found


# Rules -----------------------------------------------------------------------------------------------------------


def _known_triggers(case: Case, ctx: Context) -> Problem | None:
    """Further triggers are those of the list. Source: policy `qc_trigger`."""
    known = {title.casefold() for title in TRIGGERS}
    odd = [name for name in case.items("more_triggers") if name.casefold() not in known]
    if not odd:
        return None
    words = f"{', '.join(odd)}: no such trigger."
    return Problem("QCT-01", words, "more_triggers", hint=f"Known: {', '.join(TRIGGERS)}.")


def _profile_silent(case: Case, ctx: Context) -> Problem | None:
    """Nothing tells why a customer has a profile. Source: domain rules, profiling is personal data."""
    for name in ("remark", "cs_message", "triggered_by"):
        if name == "triggered_by" and ctx.policy.has(case.text(name)):
            continue  # the row's own name holds the code, as the trigger does
        if (told := _PROFILE_WORDS.search(case.text(name))) is not None:
            words = f"'{told[0]}' tells something about the customer."
            return Problem("QCT-02", words, name, hint="Write what was checked, or the delay; never why.")
    return None


def _not_the_picker(case: Case, ctx: Context) -> Problem | None:
    """For goods of value the inspector is not the picker. Source: domain rules."""
    people = {case.text("inspector").casefold(), ctx.actor.id.casefold()}
    if not _is_valuable(case, ctx) or not case.has("picker") or case.text("picker").casefold() not in people:
        return None
    return Problem("QCT-03", "The inspector picked this order.", "inspector", hint="Another person inspects it.")


def _the_inspector(case: Case, ctx: Context) -> Problem | None:
    """The one who was assigned inspects. Source: attributable records (ALCOA+)."""
    if case.text("inspector").casefold() in ("", ctx.actor.id.casefold()):
        return None
    words = f"The inspection is assigned to {case.text('inspector')}."
    return Problem("QCT-04", words, "inspector", hint="They inspect it, or it is assigned anew.")


def _serial_equal(case: Case, ctx: Context) -> Problem | None:
    """The serial on the goods is that of the stock system. Source: domain rules."""
    seen, stock = case.text("serial"), case.text("serial_wms")
    if not seen or not stock or seen.casefold() == stock.casefold():
        return None
    words = f"The serial is {seen}, the stock system has {stock}."
    return Problem("QCT-05", words, "serial", hint="Fail the inspection: it may be another article.")


def _serial_known(case: Case, ctx: Context) -> Problem | None:
    """Where the serial is due, both numbers are known and look like one. Source: policy `id.serial_pattern`."""
    if "Serial" not in _checks_due(case, ctx) and not (case.has("serial") or case.has("serial_wms")):
        return None
    for name, where in (("serial", "on the goods"), ("serial_wms", "in the stock system")):
        if not case.has(name):
            words = f"The serial number {where} is not known, so nothing was compared."
            return Problem("QCT-18", words, name, hint="Read it and fill it in.")
        if not re.fullmatch(ctx.policy.text("id.serial_pattern"), case.text(name)):
            return Problem("QCT-18", f"{case.text(name)} is no serial number.", name, hint="Read it again.")
    return None


def _photos_there(case: Case, ctx: Context) -> Problem | None:
    """The photo set is complete. Source: policy `qc.photos`."""
    need, have = ctx.policy.number("qc.photos"), len(case.items("photos"))
    if "Photo set" not in _checks_due(case, ctx) or have >= need:
        return None
    return Problem("QCT-06", f"{have} of {need} photos are there.", "photos", hint="Name the files, with ; between.")


def _weighed(case: Case, ctx: Context) -> Problem | None:
    """Where weighing is due, both weights are known. Source: policy `qc_trigger`."""
    if "Weight" not in _checks_due(case, ctx) or _weight_off(case) is not None:
        return None
    lacking = "master_weight_kg" if case.has("weight_kg") else "weight_kg"
    return Problem("QCT-07", "The goods have not been weighed against the master.", lacking, hint="Fill in both.")


def _weight_right(case: Case, ctx: Context) -> Problem | None:
    """The weight is within the policy's percentage of the master. Source: policy `qc.weight_percent`."""
    off, most = _weight_off(case), ctx.policy.decimal("qc.weight_percent")
    if off is None or off <= most:
        return None
    words = f"The weight is {off} % off the master; {most} % is allowed."
    return Problem("QCT-08", words, "weight_kg", hint="Fail the inspection, or weigh again.")


def _sealed(case: Case, ctx: Context) -> Problem | None:
    """Where a seal is due its number is known. Source: policy `qc_trigger`."""
    if "Seal" not in _checks_due(case, ctx) or case.has("seal_no"):
        return None
    return Problem("QCT-09", "There is no seal number.", "seal_no", hint="Seal it and fill in the number.")


def _papers_there(case: Case, ctx: Context) -> Problem | None:
    """Exotic leather and carrier rules need papers. Source: policy `qc_trigger`, CITES."""
    if "Papers check" not in _checks_due(case, ctx) or case.has("papers"):
        return None
    return Problem(
        "QCT-10", "The papers have not been checked.", "papers", hint="Name the permit, or 'not needed: ...'."
    )


def _list_answered(case: Case, ctx: Context) -> Problem | None:
    """The fixed checklist is answered line by line. Source: policy `qc.checklist_outbound`."""
    return unanswered("QCT-19", case, ctx, OUTBOUND)


def _nothing_wrong(case: Case, ctx: Context) -> Problem | None:
    """A line answered with no is a remark or a failure, never a plain pass. Source: fixed checklist."""
    wrong = refused_lines(case)
    if not wrong:
        return None
    hint = "Press 'Pass with remark' and say why it may go, or 'Fail'."
    return Problem("QCT-20", f"The checklist says no to: {', '.join(wrong)}.", "checklist", hint=hint)


def _signature_there(case: Case, ctx: Context) -> Problem | None:
    """Where a signature is due the service with it is booked. Source: policy `qc_trigger`."""
    if "Signature" not in _checks_due(case, ctx) or case.flag("signature_booked") is True:
        return None
    words = "Delivery with a signature has not been booked."
    return Problem("QCT-11", words, "signature_booked", hint="Book it, then say Yes.")


def _second_eyes(case: Case, ctx: Context) -> Problem | None:
    """Where a second person is due, one has checked. Source: policy `qc_trigger`, `qc.high_value`."""
    if "Second person" not in _checks_due(case, ctx) or case.has("second_by"):
        return None
    return Problem(
        "QCT-12", "Nobody has checked it a second time.", "second_by", hint="Another person: 'Second check'."
    )


def _other_eyes(case: Case, ctx: Context) -> Problem | None:
    """The second check is another person's, not the inspector's nor the picker's. Source: domain rules."""
    if ctx.actor.id.casefold() not in (case.text("inspected_by").casefold(), case.text("picker").casefold()):
        return None
    return Problem("QCT-13", "You inspected or picked it yourself.", "second_by", hint="Ask somebody else.")


def _not_own_trigger(case: Case, ctx: Context) -> Problem | None:
    """Who asked for the check does not release. Source: role table, release by QC and not by the requester."""
    if ctx.actor.id != case.text("opened_by"):
        return None
    return Problem("QCT-14", "You asked for this check and cannot release it.", "released_by", hint="QC releases.")


def _told_if_delayed(case: Case, ctx: Context) -> Problem | None:
    """When the collection is missed, Customer Service hears of the delay. Source: domain rules."""
    collects = case.instant("collection_at")
    if collects is None or ctx.now <= collects or case.has("cs_message"):
        return None
    return Problem(
        "QCT-15", "The collection has been missed.", "cs_message", hint="Tell Customer Service of the delay."
    )


def _hold_ended(case: Case, ctx: Context) -> Problem | None:
    """Where a hold is due somebody says why it ends. Source: policy `qc_trigger`."""
    if "Hold" not in _checks_due(case, ctx) or case.has("hold_lifted"):
        return None
    return Problem("QCT-17", "The order is on hold.", "hold_lifted", hint="Say why it may go.")


_HOLD: Final = Rule("QCT-17", "A hold ends with a reason.", _hold_ended)
_SILENT: Final = Rule("QCT-02", "Nothing tells why a customer has a profile.", _profile_silent)
_PASSING: Final = (
    Rule("QCT-05", "The serial is that of the stock system.", _serial_equal),
    Rule("QCT-18", "Serial numbers are read on the goods and in the stock system.", _serial_known),
    Rule("QCT-06", "The photo set is complete.", _photos_there),
    Rule("QCT-07", "What has to be weighed is weighed.", _weighed),
    Rule("QCT-08", "The weight is that of the master.", _weight_right),
    Rule("QCT-09", "What has to be sealed is sealed.", _sealed),
    Rule("QCT-10", "Papers are checked where they are due.", _papers_there),
    Rule("QCT-19", "The checklist is answered line by line.", _list_answered, source="policy qc.checklist_outbound"),
)
_ALL_RIGHT: Final = Rule("QCT-20", "What a line speaks against does not pass plainly.", _nothing_wrong)


# Moves -----------------------------------------------------------------------------------------------------------


def _inspected(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    lines = to_answer(case, ctx, OUTBOUND)
    return {"inspected_by": ctx.actor.id, "inspected_at": ctx.now, "second_by": None, "checklist": lines}


def _second(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"second_by": ctx.actor.id}


def _passed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"result": PASSED}


def _remarked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"result": REMARK}


def _failed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"result": FAIL}


def _released(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    after = f"Released after {case.text('result').lower()}. {ctx.reason}".strip()
    return {"released_by": ctx.actor.id, "released_at": ctx.now, "decision": after,
            "decision_by": ctx.actor.id, "decision_at": ctx.now}  # fmt: skip


def _blocked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Blocked: {', '.join(case.items('defect_codes'))}. {case.text('afterwards')}."
    return {"decision": words, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _not_done(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"result": "Not done", "decision": f"Not done: {ctx.reason}", "decision_by": ctx.actor.id,
            "decision_at": ctx.now}  # fmt: skip


def _block_opens(case: Case, ctx: Context) -> Sequence[Opening]:
    """A failure is more than this parcel: stock that is wrong, or a process that is."""
    if case.text("afterwards") == "Inventory discrepancy":
        names = ("order_no", "sku", "serial", "ticket_ref", "value_at_risk")
        return (Opening(type="INV", fields={name: case.fields[name] for name in names if case.has(name)}),)
    if case.text("afterwards") == "Deviation":
        words = f"Outbound control of order {case.text('order_no')} failed: {', '.join(case.items('defect_codes'))}."
        fields: dict[str, Value] = {"what_happened": words, "linked_cases": (case.case_id,)}
        return (Opening(type="DEV", fields=fields | {n: case.fields[n] for n in ("order_no",) if case.has(n)}),)
    return ()


def _escalates(case: Case, ctx: Context) -> Sequence[Opening]:
    found = ", ".join(case.items("defect_codes")) or "no defect code"
    words = f"Outbound control of order {case.text('order_no')} failed ({found}). {ctx.reason}"
    return (blocker(case, "Senior QA", words, "Decide whether the goods are replaced or released."),)


def _collection(case: Case, ctx: Context) -> datetime | None:
    return case.instant("collection_at")


_MOVES: Final = (
    Move(verb="assign", label="Assign", start=frozenset({TRIGGERED, ASSIGNED}), to=ASSIGNED,
         event="quality.assigned.v1", says="{actor} assigned the inspection of {case} to {inspector}",
         needs=("order_no", "sku", "trigger", "triggered_by", "goods_value", "inspector"),
         rules=(Rule("QCT-01", "Triggers are those of the list.", _known_triggers),
                Rule("QCT-03", "The inspector did not pick goods of value.", _not_the_picker))),
    Move(verb="inspect", label="Inspect", start=frozenset({ASSIGNED, INSPECTED}), to=INSPECTED,
         event="quality.inspected.v1", says="{actor} inspected {case} by checklist {checklist_version}",
         roles=_INSPECTORS, sets=_inspected,
         rules=(Rule("QCT-03", "The inspector did not pick goods of value.", _not_the_picker),
                Rule("QCT-04", "The assigned inspector inspects.", _the_inspector, override=_SENIOR))),
    Move(verb="second_check", label="Second check", start=frozenset({INSPECTED}), to="", sets=_second,
         event="quality.second_checked.v1", says="{actor} checked {case} a second time",
         rules=(Rule("QCT-13", "The second check is another person's.", _other_eyes),)),
    Move(verb="pass", label="Pass", start=frozenset({INSPECTED}), to=PASSED, event="quality.passed.v1",
         says="{actor} passed {case}", roles=_INSPECTORS, sets=_passed,
         rules=(*_PASSING, _ALL_RIGHT, Rule("QCT-12", "A second person has checked.", _second_eyes))),
    Move(verb="remark", label="Pass with remark", start=frozenset({INSPECTED}), to=REMARK,
         event="quality.passed_with_remark.v1", says="{actor} passed {case} with a remark: {remark}",
         roles=_INSPECTORS, needs=("remark",), sets=_remarked,
         rules=(*_PASSING, Rule("QCT-12", "A second person has checked.", _second_eyes))),
    Move(verb="fail", label="Fail", start=frozenset({INSPECTED}), to=FAIL, event="quality.failed.v1",
         says="{actor} failed {case}: {defect_codes}", roles=_INSPECTORS, needs=("defect_codes",), sets=_failed),
    Move(verb="block", label="Block", start=frozenset({FAIL}), to=BLOCKED, event="quality.blocked.v1",
         says="{actor} stopped the shipment of {case}; afterwards: {afterwards}", needs=("afterwards",),
         sets=_blocked, opens=_block_opens),
    Move(verb="release", label="Release", start=frozenset({PASSED, REMARK}), to=RELEASED, event="quality.released.v1",
         says="{actor} released the shipment of {case} ({result})", roles=_INSPECTORS, sets=_released,
         rules=(_HOLD, Rule("QCT-11", "A signature is booked where it is due.", _signature_there),
                Rule("QCT-14", "Who asked for the check does not release.", _not_own_trigger),
                Rule("QCT-15", "A missed collection is told.", _told_if_delayed))),
    Move(verb="override", label="Release after failure", start=frozenset({FAIL, BLOCKED, ESCALATED}), to=RELEASED,
         event="quality.released_after_failure.v1", roles=_SENIOR, reason=True, sets=_released,
         says="{actor} released the shipment of {case} although it had failed: {decision}",
         rules=(Rule("QCT-11", "A signature is booked where it is due.", _signature_there),
                Rule("QCT-14", "Who asked for the check does not release.", _not_own_trigger))),
    Move(verb="escalate", label="Escalate", start=frozenset({BLOCKED}), to=ESCALATED,
         event="quality.escalated.v1", says="{actor} escalated {case}", reason=True, opens=_escalates),
    Move(verb="not_done", label="Not done", start=frozenset({TRIGGERED, ASSIGNED}), to=CLOSED, reason=True,
         event="quality.not_done.v1", says="{actor} recorded that {case} was not inspected", roles=_SENIOR,
         sets=_not_done, rules=(TICKETED,)),
    Move(verb="close", label="Close", start=frozenset({RELEASED, BLOCKED, ESCALATED}), to=CLOSED,
         event="quality.closed.v1", says="{actor} closed {case} ({result})", needs=("decision",),
         rules=(TICKETED,)),
)  # fmt: skip

CASE: Final = CaseType(
    code="QCT",
    name="Outbound quality control",
    family="quality",
    sheet="Quality",
    form=_FORM,
    states=(TRIGGERED, ASSIGNED, INSPECTED, PASSED, REMARK, FAIL, BLOCKED, ESCALATED, RELEASED, CLOSED),
    moves=_MOVES,
    rules=(_SILENT,),
    deadlines=(
        Deadline(id="QCT-COLLECT", label="Before the carrier collects", due=_collection, source="domain rules",
                 until=frozenset({RELEASED, BLOCKED, ESCALATED})),
    ),
    frozen_from=frozenset({PASSED, REMARK, FAIL, BLOCKED, ESCALATED, RELEASED}),
    derive=_derive,
    messages=("quality.delay",),
    sample={
        "order_no": "4102938480", "sku": "H012345ECA0", "serial": "A7731", "serial_wms": "A7731",
        "trigger": "Exotic leather", "triggered_by": "Rule QC-1", "goods_value": "6400.00", "picker": "p.hart",
        "inspector": "q.reid", "collection_at": "23/11/2026 17:30", "ticket_ref": "TCK-20441",
    },
)  # fmt: skip
