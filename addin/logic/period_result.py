"""The dated result of an accounting month: what was booked in it, what matched, what is left, and what came late.

Counts and amounts in minor units, for each currency; a month without any refund has a result of noughts. The digest
covers every booked refund line by line, so that a later change of a closed month is seen by reckoning it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from addin.logic.case_type import Case
from addin.logic.events import Json, canonical
from addin.logic.values import Money

MATCHED: Final = ("Matched", "Matched by hand")


@dataclass(frozen=True, slots=True)
class Line:
    """One booking of a month: a refund, or the reversal of one (then the amount is negative)."""

    case_id: str
    refund_no: str
    amount: Money
    settled: date | None
    reference: str
    state: str
    late_from: str = ""
    reversal: bool = False

    @property
    def matched(self) -> bool:
        """True when it agrees with the provider's file; a reversal stands by its own event."""
        return self.reversal or self.state in MATCHED

    def text(self) -> str:
        """The line as the digest takes it: what may not change once the month is closed."""
        kind = "reversal" if self.reversal else "refund"
        return f"{kind}|{self.case_id}|{self.amount}|{self.settled or '-'}|{self.reference}|{self.late_from}"


def lines(refunds: Iterable[Case], period: str) -> tuple[Line, ...]:
    """Everything booked in a month, in order of the cases, a refund before its reversal."""
    found = []
    for case in sorted(refunds, key=lambda one: one.case_id):
        amount = case.money("total_refund")
        if amount is None:
            continue
        if case.text("booked_period") == period:
            found.append(_line(case, amount, late_from=case.text("late_from")))
        if case.text("reversal_period") == period:
            found.append(_line(case, -amount, reversal=True))
    return tuple(found)


def _line(case: Case, amount: Money, *, late_from: str = "", reversal: bool = False) -> Line:
    return Line(
        case.case_id, case.text("refund_no"), amount, case.day("settled_date"), case.text("refund_psp_reference"),
        case.text("recon_status") or "Open", late_from, reversal,
    )  # fmt: skip


def booked_months(refunds: Iterable[Case]) -> tuple[str, ...]:
    """The months in which anything is booked, in order."""
    names = {case.text(name) for case in refunds for name in ("booked_period", "reversal_period")}
    return tuple(sorted(names - {""}))


def unmatched(found: Sequence[Line]) -> tuple[Line, ...]:
    """What has not matched the provider's file."""
    return tuple(line for line in found if not line.matched)


def result(found: Sequence[Line]) -> dict[str, Json]:
    """The result as the closing event keeps it."""
    currencies = sorted({line.amount.currency for line in found})
    listed = unmatched(found)
    exceptions: list[Json] = [f"{line.case_id} {line.amount} {line.state}" for line in listed[:_LISTED]]
    late: list[Json] = [f"{line.case_id} {line.amount} from {line.late_from}" for line in found if line.late_from]
    return {
        "lines": len(found),
        "sha256": digest(found),
        "currencies": {currency: _totals(found, currency) for currency in currencies},
        "exceptions": exceptions,
        "exceptions_beyond": max(len(listed) - _LISTED, 0),
        "late": late[:_LISTED],
    }


#: So many lines are named in the event itself, which must fit a cell; the others are on the Refunds sheet.
_LISTED: Final = 200


def _totals(found: Sequence[Line], currency: str) -> dict[str, Json]:
    mine = [line for line in found if line.amount.currency == currency]
    groups: Mapping[str, list[Line]] = {
        "refunds": [line for line in mine if not line.reversal],
        "late": [line for line in mine if line.late_from],
        "reversals": [line for line in mine if line.reversal],
        "matched": [line for line in mine if not line.reversal and line.matched],
        "unmatched": [line for line in mine if not line.reversal and not line.matched],
    }
    totals: dict[str, Json] = {}
    for name, group in groups.items():
        totals[name] = len(group)
        totals[f"{name}_minor"] = sum(line.amount.minor for line in group)
    return totals


def digest(found: Sequence[Line]) -> str:
    """The SHA-256 of every booked line."""
    return hashlib.sha256(canonical({"lines": [line.text() for line in found]}).encode()).hexdigest()


def words(found: Sequence[Line]) -> str:
    """The result in a sentence."""
    if not found:
        return "nothing was booked in it"
    refunds = [line for line in found if not line.reversal]
    parts = [f"{len(refunds)} refunds, {_sums(refunds)}"]
    for group, name in (
        ([line for line in found if line.reversal], "reversals"),
        ([line for line in found if line.late_from], "late from an earlier month"),
        (list(unmatched(found)), "not matched"),
    ):
        if group:
            parts.append(f"{len(group)} {name}, {_sums(group)}")
    return "; ".join(parts)


def _sums(found: Sequence[Line]) -> str:
    sums: dict[str, int] = {}
    for line in found:
        sums[line.amount.currency] = sums.get(line.amount.currency, 0) + line.amount.minor
    return (
        " and ".join(Money.from_minor(minor, currency).pretty() for currency, minor in sorted(sums.items())) or "£0.00"
    )


def changed(kept: Mapping[str, Json], found: Sequence[Line]) -> bool:
    """True when a closed month no longer holds what its result says."""
    return bool(kept) and kept.get("sha256") != digest(found)
