"""The register's side: which refund cases take part in a period, and what their own records show to be wrong.

What a refund case says about itself (approved by its requester, no quality check, changed after approval) is listed
beside what the comparison with the statement shows; a matched refund can have such flags too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from addin.logic.calendar import add_working_days, london_day
from addin.logic.case_type import Case
from addin.logic.policy import Policy
from addin.logic.refund_rules import terms
from addin.logic.refund_terms import WITHOUT_GOODS
from addin.logic.statute import credit_note_due

MATCHED: Final = "Matched"
BY_HAND: Final = "Matched by hand"
TIMING: Final = "Timing"
EXCEPTION: Final = "Exception"
#: A refund that was never to be paid.
_NEVER: Final = frozenset({"Rejected", "Cancelled", "Duplicate"})
#: States in which the register takes the money for paid.
_PAID: Final = frozenset({"Settled", "Reconciled", "Closed"})
#: What a refund's match rests on: a later change of any of these is shown as such.
WATCHED: Final = ("total_refund", "refund_psp_reference", "orig_psp_reference", "order_no")


@dataclass(frozen=True, slots=True)
class Entry:
    """One refund of the register as a line: its case, its day of approval, its amount in minor units."""

    case: Case
    day: date
    minor: int
    currency: str
    exponent: int
    elsewhere: bool
    """It is reconciled in another period already and takes no part in this one."""


def entries(cases: Iterable[Case], period: str) -> list[Entry]:
    """The approved refunds, in the order of their cases."""
    found = []
    for case in sorted(cases, key=lambda one: one.case_id):
        approved, amount = case.instant("approved_at"), case.money("total_refund")
        if approved is None or amount is None or (case.status in _NEVER and not case.has("executed_at")):
            continue
        done = case.text("recon_status").startswith(MATCHED) and case.text("recon_period") not in ("", period)
        found.append(Entry(case, london_day(approved), amount.minor, amount.currency, amount.exponent, done))
    return found


def watched(case: Case) -> str:
    """What a refund's match rests on, as one text."""
    approved = case.instant("approved_at")
    day = london_day(approved).isoformat() if approved else ""
    out = "withdrawn" if case.status in (*_NEVER, "Reversed", "PSP failed") else ""
    return "|".join([case.case_id, *(str(case.fields.get(name, "")) for name in WATCHED), day, out])


def takes_for_paid(case: Case) -> bool:
    """True when the register takes the money for paid."""
    return case.status in _PAID or case.text("recon_status").startswith(MATCHED)


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that a refund's own record shows: the code and the words."""

    code: str
    words: str


def flags(case: Case, paid: date | None, policy: Policy, now: datetime) -> Iterator[Flag]:
    """What is wrong with a refund whatever the statement says of its amount.

    Args:
        case: an approved refund.
        paid: the booking day of its statement line, None without one.
        policy: limits and clocks.
        now: the instant of the reconciliation.
    """
    today = london_day(now)
    approved = case.instant("approved_at")
    if case.status == "Approved" and approved is not None:
        due = add_working_days(london_day(approved), policy.days("refund.submit_working_days"))
        if due < today:
            yield Flag("R09", f"Approved on {london_day(approved):%d/%m/%Y}, to be sent by {due:%d/%m/%Y}.")
    if case.has("approved_by") and case.text("approved_by") in (case.text("requested_by"), case.text("opened_by")):
        yield Flag("R17", f"{case.text('approved_by')} asked for it and approved it.")
    if case.has("approved_terms") and case.text("approved_terms") != terms(case):
        yield Flag("R18", f"Approved as {case.text('approved_terms')}, now {terms(case)}.")
    yield from _papers(case, paid, today)


def _papers(case: Case, paid: date | None, today: date) -> Iterator[Flag]:
    settled, due, note = case.day("settled_date") or paid, case.day("refund_due"), case.day("credit_note_date")
    wanted, method = case.text("refund_method"), case.text("orig_payment_method")
    if wanted and wanted.casefold() != method.casefold() and not case.has("method_agreement"):
        yield Flag("R14", f"Paid with {method or 'unknown'}, refunded to {wanted}.")
    if case.text("legal_basis") not in WITHOUT_GOODS and not case.has("qc_record_id"):
        yield Flag("R15", "No return check is named.")
    if settled is not None and due is not None and settled > due:
        yield Flag("R16", f"Due on {due:%d/%m/%Y}, paid on {settled:%d/%m/%Y}.")
    if settled is not None and not (note and case.has("credit_note_no")) and credit_note_due(settled) < today:
        yield Flag("R13", f"Paid on {settled:%d/%m/%Y}; no credit note.")
    elif settled is not None and note is not None and note > credit_note_due(settled):
        yield Flag("R13", f"The credit note is {(note - settled).days} days after the refund.")
