"""The exception codes of a reconciliation, most serious first, each with what it means and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Reason:
    """One code: how serious it is (1 is the worst), its title and the suggested action."""

    code: str
    rank: int
    title: str
    action: str


_ROWS: Final = (
    ("R02", 1, "At the provider, not in the register",
     "Find out who paid it and why; open a refund case with the evidence, or recover the money."),
    ("R17", 2, "Approved by the person who asked for it", "Tell Senior QA and the auditor; have it approved anew."),
    ("R10", 3, "Chargeback and refund on one payment",
     "Send the refund's proof to the provider and contest the chargeback; do not refund again."),
    ("R12", 4, "More refunded than was captured", "Recover the excess; correct the captured amount if it is wrong."),
    ("R06", 5, "Twice at the provider",
     "Ask the provider whether it was paid twice or listed twice; recover a second payment."),
    ("R05", 6, "Twice in the register", "Mark one of the two as a duplicate; make sure that one payment went out."),
    ("R08", 7, "Failed or reversed at the provider, but closed here",
     "Reopen the refund: the customer has not been paid."),
    ("R04", 8, "Currency differs", "Refund in the captured currency; ask the provider for the rate it used."),
    ("R03", 9, "Amount differs", "Compare with the approval; pay or recover the difference by a case of its own."),
    ("R01", 10, "In the register, not at the provider",
     "Ask the provider where it is; send it again only when it surely failed."),
    ("R09", 11, "Approved, not sent to the provider", "Send it today or put it on hold with a reason."),
    ("R07", 12, "Split or partial, unresolved", "Say by hand which parts belong together, or correct the references."),
    ("FX", 13, "Agrees only at the statement's exchange rate", "Check rate and its day; accept if both are right."),
    ("R18", 14, "Amount or reference changed after approval", "Have the change approved; see the Audit sheet."),
    ("R14", 15, "Not the payment method of the purchase",
     "Show the customer's express agreement, or correct the method."),
    ("R15", 16, "Refund without a quality check", "Name the return check, or Senior QA's reason."),
    ("R16", 17, "Paid after the statutory date", "Report it; find out which step took too long."),
    ("R13", 18, "Credit note missing or late", "Issue it and fill in number and date; tell Finance of the VAT period."),
    ("R11", 19, "Settled in the next period", "Nothing: it is carried to the next period."),
    ("T6", 20, "Only the order number agrees", "Look at both; correct the references."),
)  # fmt: skip

REASONS: Final[Mapping[str, Reason]] = MappingProxyType({row[0]: Reason(*row) for row in _ROWS})
#: What a missing item is called while it can still come: within the cut-off's days.
TIMING: Final = Reason("R01", 21, "Sent, not yet at the provider", "Wait: it is carried to the next period.")


def reason(code: str, *, timing: bool = False) -> Reason:
    """A code's row; for labels of two-file profiles, which are words of their own, a row that repeats them."""
    if timing and code == TIMING.code:
        return TIMING
    return REASONS.get(code) or Reason(code, 50, code, "Look at both sides and decide.")
