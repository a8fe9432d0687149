"""Dates the law sets: refunds, rejections, returns, credit notes, and a carrier's notice periods.

1. Every date here is a calendar day in Europe/London. A day that falls on a weekend or bank holiday is *not* moved
   later; act on the previous working day (`calendar.previous_working_day`).
2. "14 days after the day" excludes the day; "14 days beginning with the day" includes it. So two functions a day apart.
3. Quality control stops none of these clocks.
4. Rules from statute stand here as code with their source; what a contract or a house decides comes from the policy.

This is not legal advice; a person who may give it confirms each row of the policy before a letter cites it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addin.logic.policy import Policy


def ccr_refund_due(
    received: date | None = None,
    proof_of_sending: date | None = None,
    collection_offered: bool = False,
    notice: date | None = None,
) -> date | None:
    """The last day to refund a change of mind; None while no clock has started.

    14 days after the goods came back or, if earlier, after the consumer supplied evidence of having sent them. When the
    trader offered to collect: 14 days after it was told of the cancellation, even if nothing has come back.

    Source: Consumer Contracts (Information, Cancellation and Additional Charges) Regulations 2013 (SI 2013/3134),
    regulation 34(5) and (6).
    """
    start = notice if collection_offered else min((d for d in (received, proof_of_sending) if d), default=None)
    return start + timedelta(days=14) if start else None


def ccr_cancel_ends(delivered: date, *, informed: bool = True) -> date:
    """The last day on which a consumer may cancel without a reason, counted from the last goods of the order.

    14 days after delivery; up to twelve months longer when the required information was not given. Source: SI
    2013/3134, regulations 30 and 31.
    """
    ends = delivered + timedelta(days=14)
    return ends if informed else add_months(ends, 12)


def ccr_return_deadline(notice: date) -> date:
    """The last day to send goods back, 14 days after telling the trader. Source: SI 2013/3134, regulation 35."""
    return notice + timedelta(days=14)


def cra_refund_due(agreed: date) -> date:
    """The last day to refund faulty goods: 14 days *beginning with* the day the trader agrees that it is due.

    Source: Consumer Rights Act 2015, section 20(15).
    """
    return agreed + timedelta(days=13)


def short_term_reject_ends(delivered: date) -> date:
    """The last day of the short-term right to reject: 30 days beginning with the day after delivery.

    Source: Consumer Rights Act 2015, section 22(3).
    """
    return delivered + timedelta(days=30)


def delivery_due(contract: date) -> date:
    """The last day to deliver when nothing was agreed: 30 days. Source: Consumer Rights Act 2015, section 28(3)."""
    return contract + timedelta(days=30)


def credit_note_due(decrease: date) -> date:
    """The last day to issue a VAT credit note: 14 days after the decrease in consideration.

    Source: HMRC internal manual VATREC13040.
    """
    return decrease + timedelta(days=14)


def access_request_due(received: date, months: int = 1) -> date:
    """The last day to answer a request for one's own data (footage included): one calendar month, more when complex.

    The corresponding day of the last month, or its last day when there is none. A clarification that is outstanding
    stops the clock; the person in charge of data protection decides that, not this function. Source: UK GDPR, article
    12(3); guidance of the Information Commissioner.
    """
    return add_months(received, months)


# Claims against the carrier --------------------------------------------------------------------------------------


class Regime(StrEnum):
    """Which rules of liability hold for a carriage; decided before anything is computed."""

    UK_TERMS = "uk_terms"
    CMR = "cmr"
    MONTREAL = "montreal"
    UNKNOWN = "unknown"


class ClaimEvent(StrEnum):
    """What went wrong, as far as a notice period depends on it."""

    DAMAGE = "damage"
    DELAY = "delay"
    LOSS = "loss"
    TIME_BAR = "time_bar"
    LATE_GUARANTEED = "late_guaranteed"


@dataclass(frozen=True, slots=True)
class ClaimDeadline:
    """A claim's deadline: the day, the regime and policy row that set it, and who has verified that row, if anybody."""

    day: date
    regime: Regime
    key: str
    source: str
    verified_by: str = ""
    verified_on: date | None = None

    @property
    def verified(self) -> bool:
        """True when a named person has confirmed the row; a letter cites no other."""
        return bool(self.verified_by)


def claim_deadlines(event: ClaimEvent, start: date, regime: Regime, policy: Policy) -> tuple[ClaimDeadline, ...]:
    """The deadlines that may hold, earliest first; for an unknown regime those of every regime.

    While nobody has verified a row, what other sources say (rows `claim.{regime}.{event}.{source}`) may hold as well.
    `start` is the day the period runs from: receipt for damage and delay, tender for loss, the scheduled delivery for a
    guaranteed service. Periods are policy rows `claim.{regime}.{event}`, in days or months.

    Raises:
        PolicyError: when a known regime has no such row.
    """
    if event is ClaimEvent.LATE_GUARANTEED:
        return (_deadline(f"claim.{event}", start, regime, policy),)
    known = [r for r in Regime if r is not Regime.UNKNOWN] if regime is Regime.UNKNOWN else [regime]
    found = (_deadline(key, start, r, policy) for r in known for key in _candidates(f"claim.{r}.{event}", policy))
    return tuple(sorted(found, key=lambda row: (row.day, row.regime, row.key)))


def _candidates(key: str, policy: Policy) -> tuple[str, ...]:
    """The row of a period, and while it is not verified those in which other sources contradict it."""
    if policy.row(key).verified:
        return (key,)
    others = (row.key for row in policy.table(key.split(".", maxsplit=1)[0]) if row.key.startswith(f"{key}."))
    return (key, *others)


def claim_deadline(event: ClaimEvent, start: date, regime: Regime, policy: Policy) -> ClaimDeadline:
    """The deadline to keep: the earliest that may hold."""
    return claim_deadlines(event, start, regime, policy)[0]


def lost_in_law(agreed: date | None, taken_over: date | None, policy: Policy) -> ClaimDeadline | None:
    """The day from which goods by international road may be treated as lost; None while neither day is known.

    30 days after the agreed day, or, where none was agreed, 60 days after the carrier took them over. Source: CMR,
    article 20(1); the periods are policy rows.
    """
    if agreed is not None:
        return _deadline("claim.cmr.loss_agreed_days", agreed, Regime.CMR, policy)
    return _deadline("claim.cmr.loss", taken_over, Regime.CMR, policy) if taken_over is not None else None


def _deadline(key: str, start: date, regime: Regime, policy: Policy) -> ClaimDeadline:
    row = policy.row(key)
    day = add_months(start, int(row.value)) if row.unit == "months" else start + timedelta(days=int(row.value))
    return ClaimDeadline(day, regime, key, row.source, row.verified_by, row.verified_on)


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last day when there is none."""
    index = day.year * 12 + day.month - 1 + months
    after = index + 1
    last = date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def earliest(days: Iterable[date | None]) -> date | None:
    """The earliest of the days that are known; None when none is."""
    return min((day for day in days if day), default=None)
