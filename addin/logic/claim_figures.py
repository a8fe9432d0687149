"""How the claims of a register went: days to file, in time or missed, claimed against what came back, uninsured.

Source: audit facts of a carrier claim. Withdrawn claims and duplicates are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.outcome import counted
from addin.logic.values import Money, total


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """Counts and sums over claims; days run from the discovery to the filing, amounts are those in pounds."""

    claims: int
    filed: int
    days_to_file: Decimal | None
    in_time: int
    missed: int
    claimed: Money
    came_back: Money
    uninsured: Money

    def sentence(self) -> str:
        """The figures in words, for the head of a list."""
        days = f", {self.days_to_file} days after discovery on average" if self.days_to_file is not None else ""
        percent = f" ({self.in_time * 100 // self.filed} %)" if self.filed else ""
        return (
            f"Of {counted(self.claims, 'claim')} {self.filed} filed{days}; {self.in_time} in time{percent}, "
            f"{self.missed} past the carrier's deadline; {self.claimed.pretty()} claimed, "
            f"{self.came_back.pretty()} came back, {self.uninsured.pretty()} uninsured."
        )


def claim_figures(cases: Iterable[Case], today: date) -> ClaimFigures:
    """The figures of these claims on a day: a deadline that passed without filing is missed, like one filed late."""
    mine = [case for case in cases if case.status not in (CANCELLED, DUPLICATE)]
    filed = [case for case in mine if case.instant("filed_at") is not None]
    late = sum(bool(case.flag("filed_late")) for case in filed)
    days = [found for case in filed if (found := _days(case)) is not None]
    return ClaimFigures(
        claims=len(mine),
        filed=len(filed),
        days_to_file=(Decimal(sum(days)) / len(days)).quantize(Decimal("0.1"), ROUND_HALF_UP) if days else None,
        in_time=len(filed) - late,
        missed=late + sum(_passed(case, today) for case in mine if case.instant("filed_at") is None),
        claimed=_sum(mine, "amount_claimed"),
        came_back=_sum(mine, "amount_paid", "insurer_paid", "found_value"),
        uninsured=_sum(mine, "uninsured_gap"),
    )


def _days(case: Case) -> int | None:
    filed, known = case.instant("filed_at"), case.day("discovery_date")
    return (london_day(filed) - known).days if filed and known else None


def _passed(case: Case, today: date) -> bool:
    due = case.day("notice_by")
    return due is not None and due < today and not case.is_final


def _sum(cases: Iterable[Case], *names: str) -> Money:
    found = [case.money(name) for case in cases for name in names]
    return total(one for one in found if one is not None and one.currency == "GBP")
