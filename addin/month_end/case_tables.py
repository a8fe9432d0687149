"""The tables that list cases as they stood at the cut-off: all of them, and those an auditor reads one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from addin.logic.calendar import LONDON, add_working_days, london_day
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.common_form import FINAL_STATES
from addin.logic.forms import Cell
from addin.logic.policy import Policy
from addin.logic.refund_terms import CCR_CANCEL, CRA_REJECT
from addin.logic.values import Money
from addin.month_end.privacy import Mask
from addin.month_end.story import Story
from addin.month_end.table import Col, Holds, Table

_LONG, _COUNT, _MONEY, _DAY, _INSTANT = Holds.LONG, Holds.COUNT, Holds.MONEY, Holds.DAY, Holds.INSTANT


@dataclass(frozen=True, slots=True)
class Source:
    """What every table is made of."""

    story: Story
    population: Sequence[Case]
    mask: Mask
    policy: Policy
    by_id: Mapping[str, Case]

    @classmethod
    def made(cls, story: Story, mask: Mask, policy: Policy) -> Source:
        """The source of a month's tables."""
        population = story.population()
        return cls(story, population, mask, policy, {case.case_id: case for case in population})

    def of(self, *codes: str) -> list[Case]:
        """The cases of some types."""
        return [case for case in self.population if case.type in codes]

    @property
    def day(self) -> date:
        """The last day that is told."""
        return self.story.period.cut_off_day

    def when(self, instant: str) -> datetime | None:
        """An instant as stored, on the clock of Europe/London."""
        return local(datetime.fromisoformat(instant)) if instant else None

    def who(self, case: Case, name: str) -> str | None:
        """The initials of the person in a field."""
        return self.mask.who(case.text(name)) or None

    def words(self, case: Case, name: str) -> str | None:
        """A field's text or list, pseudonymised; what is personal never reads as anything."""
        kind = case_types()[case.type]
        if name in kind.personal:
            return None
        field = kind.fields.get(name)
        return self.mask.text(field.words(case.fields.get(name))) or None if field else None


def local(instant: datetime | None) -> datetime | None:
    """An instant as a cell shows it: the clock of Europe/London."""
    return instant.astimezone(LONDON).replace(tzinfo=None) if instant else None


def amount(money: Money | None) -> Cell:
    """An amount: a number in pounds, a text in any other currency, so that sums never mix."""
    if money is None:
        return None
    return money.amount if money.currency == "GBP" else str(money)


#: Legal bases for which goods come back, so that somebody must have looked at them.
_GOODS_BACK: Final = frozenset({CCR_CANCEL, CRA_REJECT})

_Cells = Callable[[Case], Cell]


def _table(name: str, hint: str, cases: Iterable[Case], columns: Sequence[tuple[Col, _Cells]], sums: str = "") -> Table:
    rows = [tuple(cell(case) for _, cell in columns) for case in cases]
    return Table(name, hint, tuple(col for col, _ in columns), rows, sums, "Nothing in this month.")


def _lead(source: Source) -> list[tuple[Col, _Cells]]:
    return [
        (Col("Case", 17), lambda case: case.case_id),
        (Col("Order no.", 12), lambda case: case.text("order_no") or None),
        (Col("State", 24), lambda case: case.status),
    ]


def _day(name: str, title: str) -> tuple[Col, _Cells]:
    return Col(title, 11, _DAY), lambda case: case.day(name)


def _instant(name: str, title: str) -> tuple[Col, _Cells]:
    return Col(title, 17, _INSTANT), lambda case: local(case.instant(name))


def _money(name: str, title: str) -> tuple[Col, _Cells]:
    return Col(title, 12, _MONEY), lambda case: amount(case.money(name))


def _count(name: str, title: str, width: int = 8) -> tuple[Col, _Cells]:
    return Col(title, width, _COUNT), lambda case: case.count(name)


def _text(source: Source, name: str, title: str, width: int = 14, *, long: bool = False) -> tuple[Col, _Cells]:
    return Col(title, width, _LONG if long else Holds.TEXT), lambda case: source.words(case, name)


def _who(source: Source, name: str, title: str) -> tuple[Col, _Cells]:
    return Col(title, 10), lambda case: source.who(case, name)


def flags(story: Story, case: Case, fresh: Iterable[str]) -> tuple[int, int, int, int, int]:
    """1 or 0 for: open at the start, new, come back, left, open at the end."""
    start, new = story.was_open(case.case_id), case.case_id in fresh
    still = case.status not in FINAL_STATES
    back = still and not start and not new
    return int(start), int(new), int(back), int((start or new) and not still), int(still)


def cases_table(source: Source) -> Table:
    """Every case of the month, with the five marks that the control totals count."""
    fresh = source.story.fresh
    lead = _lead(source)
    columns: list[tuple[Col, _Cells]] = [
        lead[0],
        (Col("Type", 21), lambda case: case_types()[case.type].name),
        *lead[1:],
        _instant("opened_at", "Opened"),
        (Col("Ended", 17, _INSTANT), lambda case: source.when(source.story.ended.get(case.case_id, ""))),
        _text(source, "priority", "Priority", 8),
        _who(source, "owner", "Owner"),
        _day("legal_due", "Legal date"),
        _money("value_at_risk", "Value at risk"),
        _text(source, "channel", "Channel", 9),
        (Col("Ticket", 12), lambda case: source.words(case, "ticket_ref") or _no_ticket(case)),
    ]
    marks = ("At start", "New", "Came back", "Left", "At end")
    columns += [(Col(title, 7, _COUNT), _mark(source, fresh, at)) for at, title in enumerate(marks)]
    hint = "All cases of the month. The five marks on the right are what the control totals count."
    return _table("Cases", hint, source.population, columns, sums="Value at risk")


def _mark(source: Source, fresh: Iterable[str], at: int) -> _Cells:
    return lambda case: flags(source.story, case, fresh)[at]


def _no_ticket(case: Case) -> str:
    return "none, see why" if case.has("no_ticket_why") else "none"


# ---- refunds and claims ---------------------------------------------------------------------------------------


def refund_codes(source: Source, case: Case, changed: frozenset[str]) -> list[str]:
    """The reconciliation codes that a refund's own record shows (R-codes of the house's rules)."""
    settled, due, approved = case.day("settled_date"), case.day("refund_due"), case.instant("approved_at")
    live = case.status not in {"Rejected", "Reversed", *FINAL_STATES} or case.text("outcome") == "Refunded"
    days = source.policy.days("refund.submit_working_days")
    send_by = add_working_days(london_day(approved), days) if approved else source.day
    found = {
        "R09": case.status == "Approved" and send_by < source.day,
        "R13": settled is not None and not case.has("credit_note_no"),
        "R15": case.has("approved_by") and not case.has("qc_record_id") and case.text("legal_basis") in _GOODS_BACK,
        "R16": live and due is not None and (settled or source.day) > due,
        "R17": case.has("approved_by") and case.text("approved_by") == case.text("requested_by"),
        "R18": case.case_id in changed,
    }
    return [code for code, is_so in found.items() if is_so]


def refunds_table(source: Source, changed: frozenset[str]) -> Table:
    """Refunds with who asked, approved and paid, and where reconciliation stands."""
    columns = [
        *_lead(source),
        _text(source, "refund_no", "Refund no.", 17),
        _text(source, "reason_code", "Reason", 14),
        _text(source, "legal_basis", "Legal basis", 12),
        _money("refund_goods", "Goods"),
        _money("delivery_amount", "Delivery"),
        _money("deduction_amount", "Deduction"),
        _money("total_refund", "Refund"),
        _day("refund_due", "Due"),
        _who(source, "requested_by", "Requested"),
        _who(source, "approved_by", "Approved"),
        _instant("approved_at", "Approved at"),
        _who(source, "executed_by", "Executed"),
        _instant("executed_at", "Executed at"),
        _text(source, "refund_psp_reference", "Refund reference", 18),
        _day("settled_date", "Settled"),
        _text(source, "recon_status", "Reconciliation", 13),
        _text(source, "recon_period", "In period", 9),
        (Col("Codes", 12), lambda case: ", ".join(refund_codes(source, case, changed)) or None),
    ]
    hint = (
        "Requested, approved and executed by three people. R09 approved, not sent; R13 no credit note; R15 no quality "
        "check; R16 past the statutory date; R17 approved by who asked; R18 edited after approval."
    )
    return _table("Refunds", hint, source.of("RFD"), columns, sums="Refund")


#: The amounts of the claims that are summed: what was asked for, what came back and from whom, what nobody covers.
RECOVERY: Final = ("Claimed", "Expected", "Offered", "Recovered", "Insurer paid", "Gap")


def claims_table(source: Source) -> Table:
    """Carrier claims with their dates, what was claimed and what came back."""
    columns = [
        *_lead(source),
        _text(source, "claim_no_own", "Claim no.", 17),
        _text(source, "subtype", "Kind", 12),
        _text(source, "tracking", "Tracking", 20),
        _text(source, "regime", "Regime", 12),
        _day("event_date", "Event"),
        _day("notice_by", "Notice by"),
        _day("file_by", "File by"),
        _instant("filed_at", "Filed"),
        _day("time_bar", "Time bar"),
        _money("goods_total", "Goods"),
        _money("amount_claimed", "Claimed"),
        _money("expected_recovery", "Expected"),
        _money("amount_offered", "Offered"),
        _money("amount_paid", "Recovered"),
        _money("insurer_paid", "Insurer paid"),
        _money("uninsured_gap", "Gap"),
        _money("customer_got", "Customer got"),
        _money("net_position", "Net"),
        _text(source, "carrier_decision", "Decision", 12),
        _who(source, "approved_by", "Approved"),
        _text(source, "remedy", "Customer's remedy", 14),
        _text(source, "outcome", "Outcome", 12),
    ]
    hint = "What was claimed, what is expected, what came back. Dates passed without filing are among the exceptions."
    return _table("Claims", hint, source.of("UPC"), columns, sums="Claimed")


# ---- decisions, checks, addresses, film, deviations -----------------------------------------------------------


def returns_table(source: Source) -> Table:
    """Parcels the carrier brought back: each with its path from state to state, and who decided."""
    columns = [
        *_lead(source),
        _text(source, "reason_code", "Reason", 18),
        _instant("received_at", "Received"),
        _text(source, "option_chosen", "Chosen", 16),
        _text(source, "options_considered", "Considered", 20, long=True),
        _text(source, "decision", "Decision", 30, long=True),
        _who(source, "decision_by", "Decided"),
        _instant("decision_at", "Decided at"),
        _count("decision_days", "Days to decide", 9),
        _text(source, "tracking_new", "New tracking", 20),
        (Col("Path", 46, _LONG), lambda case: _path(source, case)),
    ]
    hint = "The path of each decision, state by state. A decision without reason, person or time would show as a blank."
    return _table("Carrier returns", hint, source.of("CRP"), columns)


def _path(source: Source, case: Case) -> str:
    steps = source.story.paths.get(case.case_id, ())
    return " > ".join(f"{state} ({source.when(at):%d/%m %H:%M})" for at, state in steps)


def quality_table(source: Source) -> Table:
    """Quality checks of goods that came back and goods that go out."""
    columns = [
        *_lead(source),
        (Col("Check", 16), lambda case: "Return" if case.type == "RQC" else "Outbound"),
        _text(source, "sku", "SKU", 14),
        _text(source, "third_party_grade", "3PL grade", 17),
        (Col("House grade", 17), lambda case: case.text("final_grade") or case.text("result") or None),
        _text(source, "third_party_agrees", "3PL agrees", 8),
        (Col("Graded by", 10), lambda case: source.who(case, "graded_by") or source.who(case, "inspected_by")),
        _text(source, "disposition", "Disposition", 18),
        _text(source, "defect_codes", "Defects", 16, long=True),
        (Col("Approved", 10), lambda case: source.who(case, "approved_by") or source.who(case, "released_by")),
        _money("goods_value", "Goods value"),
        _money("deduction_amount", "Deduction"),
        _day("refund_due", "Refund due"),
    ]
    hint = "The 3PL's grade is an input; the house grades independently. Overrides stand on the next sheet."
    return _table("Quality checks", hint, source.of("RQC", "QCT"), columns, sums="Goods value")


def address_table(source: Source) -> Table:
    """Address changes, the riskiest first; places only as postcode districts."""
    cases = sorted(source.of("ADR"), key=lambda case: (-(case.count("risk_score") or 0), case.case_id))
    columns = [
        _lead(source)[0],
        (Col("Risk", 7, _COUNT), lambda case: case.count("risk_score") or 0),
        *_lead(source)[1:],
        _text(source, "risk_reasons", "Risk reasons", 36, long=True),
        _text(source, "approver_needed", "Approval by", 26),
        _text(source, "order_stage", "Order stage", 14),
        _text(source, "district_old", "From", 8),
        _text(source, "district_new", "To", 8),
        _text(source, "contact_number_source", "Number called", 15),
        _text(source, "callback_result", "Call-back", 11),
        _who(source, "verified_by", "Verified"),
        _text(source, "fraud_result", "Fraud screen", 12),
        _who(source, "approved_by", "Approved"),
        _instant("approved_at", "Approved at"),
        _text(source, "refusal", "Refused because", 16),
        _count("minutes_to_change", "Minutes to change", 9),
        _money("order_value", "Order value"),
    ]
    hint = "By risk score, highest first. Addresses, names and telephone numbers are not in this pack."
    return _table("Address changes", hint, cases, columns, sums="Order value")


def deliveries_table(source: Source) -> Table:
    """Special deliveries: what was asked, what was booked and what came of it, side by side."""
    columns = [
        *_lead(source),
        _text(source, "service", "Asked: service", 20),
        _instant("window_start", "Asked: from"),
        _instant("window_end", "Asked: to"),
        _text(source, "hard_or_soft", "Hard or soft", 8),
        _text(source, "booked_service", "Booked: service", 20),
        _instant("booked_from", "Booked: from"),
        _instant("booked_to", "Booked: to"),
        _text(source, "booked_why", "Why booked otherwise", 24, long=True),
        (Col("Told of it", 9), lambda case: _yes(case.has("change_told")) if case.has("booked_otherwise") else None),
        _text(source, "booking_ref", "Booking", 16),
        _instant("delivered_at", "Came at"),
        _count("late_minutes", "Minutes late", 9),
        _money("cost", "Cost"),
        _text(source, "cost_centre", "Cost centre", 10),
        _text(source, "approver_needed", "Approval by", 12),
        _who(source, "approved_by", "Approved"),
        _instant("approved_at", "Approved at"),
    ]
    hint = "Asked, booked and what came of it. Late is late by the booked window, which was promised to the customer."
    return _table("Special deliveries", hint, source.of("SPD"), columns, sums="Cost")


def stock_table(source: Source) -> Table:
    """Stock differences: who counted blind, what was adjusted, by whom approved and posted; Finance's list."""
    columns = [
        *_lead(source),
        _text(source, "sku", "SKU", 14),
        _text(source, "location", "Location", 12),
        _count("system_qty", "System"),
        _count("counted_qty", "Counted"),
        _who(source, "counted_by", "Counted by"),
        _count("recount_qty", "Recounted"),
        _who(source, "recounted_by", "Recounted by"),
        _count("adjustment_qty", "Adjusted"),
        _money("variance_value", "Value"),
        _text(source, "cause", "Cause", 16),
        _who(source, "approved_by", "Approved"),
        _instant("approved_at", "Approved at"),
        _text(source, "adjustment_ref", "Adjustment", 14),
        _who(source, "posted_by", "Posted"),
        _instant("posted_at", "Posted at"),
    ]
    hint = "Counted by two people who did not see the system's figure. What was posted has a reference."
    return _table("Stock differences", hint, source.of("INV"), columns, sums="Value")


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _viewings(source: Source, case: Case) -> str | None:
    """Who watched, by initials, and when; cases of before viewings were dated name only the people."""
    dated = [line.partition(", ") for line in case.items("viewings")]
    seen = [f"{source.mask.who(who)} {when}" for who, _, when in dated] or map(source.mask.who, case.items("viewers"))
    return "; ".join(seen) or None


def cctv_table(source: Source) -> Table:
    """Requests to look at film: metadata only."""
    columns = [
        *_lead(source),
        _text(source, "purpose", "Purpose", 11),
        _text(source, "lawful_basis", "Lawful basis", 18),
        _text(source, "camera_zone", "Camera", 11),
        _instant("window_start", "From"),
        _instant("window_end", "To"),
        _instant("overwrite_at", "Overwritten"),
        _instant("preserved_at", "Preserved"),
        _who(source, "approved_by", "Approved"),
        (Col("Viewed by", 24, _LONG), lambda case: _viewings(source, case)),
        _text(source, "found", "Found", 7),
        _text(source, "clip_id", "Clip", 14),
        _text(source, "disclosure_how", "Disclosed how", 16),
        _instant("disclosed_at", "Disclosed"),
        _day("retain_until", "Keep until"),
        _instant("deleted_at", "Deleted"),
    ]
    hint = "Who asked, who approved, who looked, what left the house and when it is deleted. No film, no findings."
    return _table("CCTV log", hint, source.of("CTV"), columns)


def deviations_table(source: Source) -> Table:
    """Deviations with their causes and actions."""
    columns = [
        _lead(source)[0],
        _lead(source)[2],
        _text(source, "severity", "Severity", 9),
        _text(source, "sop_id", "Procedure", 12),
        _text(source, "what_happened", "What happened", 36, long=True),
        _text(source, "root_cause", "Root cause", 16),
        _text(source, "corrective_action", "Corrective action", 30, long=True),
        _text(source, "preventive_action", "Preventive action", 30, long=True),
        _who(source, "action_owner", "Owner"),
        _day("action_due", "Due"),
        _text(source, "capa_required", "CAPA", 7),
        _day("effectiveness_date", "Effect checked on"),
        _text(source, "effective", "Effective", 9),
        _who(source, "verified_by", "Verified"),
    ]
    hint = "What departed from a procedure, why, what was done, and whether it helped."
    return _table("Deviations", hint, source.of("DEV"), columns)


def money_by_state(cases: Sequence[Case], field: str, states: Sequence[str]) -> list[tuple[str, int, Decimal]]:
    """Count and sum of an amount in pounds for each state."""
    rows = []
    for state in states:
        mine = [case for case in cases if case.status == state]
        amounts = [money.amount for case in mine if (money := case.money(field)) and money.currency == "GBP"]
        rows.append((state, len(mine), sum(amounts, Decimal(0))))
    return rows
