"""A month in figures: how much came and went, how punctually, why, and what was changed for the better.

Everything is counted from the cases as they stand; a case belongs to the month in which it was opened, or closed, in
London. A share of nothing is None, never a hundred percent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.common_form import CANCELLED, CLOSED, DUPLICATE, ROOT_CAUSES
from addin.logic.policy import Policy
from addin.logic.rollup_requests import request_facts
from addin.logic.rollup_returns import return_facts
from addin.logic.values import Money

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in London, and how it is written: "2026-11"."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """A month as typed.

        Raises:
            ValueError: when it is not written like 2026-11.
        """
        try:
            first = date.fromisoformat(f"{text.strip()}-01")
        except ValueError:
            raise ValueError(f"{text!r} is not a month like 2026-11.") from None
        return cls(first.year, first.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    def holds(self, instant: datetime | date | None) -> bool:
        """True when an instant or a day lies in it."""
        if instant is None:
            return False
        day = london_day(instant) if isinstance(instant, datetime) else instant
        return (day.year, day.month) == (self.year, self.month)


@dataclass(frozen=True, slots=True)
class Cause:
    """One line of the Pareto: a root cause, its cases, their value, and the share of all cases and of all value."""

    name: str
    count: int
    value: Decimal
    share_count: Decimal
    share_value: Decimal


def roll_up(cases: Sequence[Case], month: Month, now: datetime, policy: Policy) -> dict[str, object]:
    """The figures of a month, by section; every number is exact, amounts are in GBP."""
    opened = [case for case in cases if month.holds(case.instant("opened_at"))]
    closed = [case for case in cases if case.status == CLOSED and month.holds(case.instant("closed_at"))]
    return {
        "month": str(month),
        "cases": {
            "opened": len(opened),
            "closed": len(closed),
            "cancelled": sum(case.status == CANCELLED for case in opened),
            "duplicates": sum(case.status == DUPLICATE for case in opened),
            "still_open": sum(not case.is_final for case in opened),
            "by_type": _by_type(opened, closed),
        },
        "requests": request_facts(opened, policy),
        "returns": return_facts(opened),
        "service": _service(closed),
        "priority_by_hand": sum(case.has("priority_wanted") for case in opened if case.type != "ESC"),
        "causes": [_cause_dict(one) for one in pareto({case.case_id: case for case in (*opened, *closed)}.values())],
        "escalations": _escalations([case for case in opened if case.type == "ESC"], now),
        "handovers": _handovers([case for case in opened if case.type == "HND"]),
        "deviations": _deviations(cases, month, now),
        "procedures": _procedures([case for case in cases if case.type == "SOP"], month),
    }


def pareto(cases: Iterable[Case], *, by_value: bool = False) -> list[Cause]:
    """The root causes of cases, the largest first by count or by value; causes that nobody named are left out."""
    mine = [case for case in cases if case.text("root_cause") in ROOT_CAUSES]
    counts = Counter(case.text("root_cause") for case in mine)
    worth = {cause: _worth(case for case in mine if case.text("root_cause") == cause) for cause in counts}
    every, money = sum(counts.values()), sum(worth.values(), Decimal(0))
    found = [
        Cause(cause, counts[cause], worth[cause], _share(counts[cause], every), _share(worth[cause], money))
        for cause in counts
    ]
    return sorted(found, key=lambda one: (-(one.value if by_value else one.count), one.name))


def _worth(cases: Iterable[Case]) -> Decimal:
    amounts = (case.fields.get("value_at_risk") for case in cases)
    return sum((item.amount for item in amounts if isinstance(item, Money) and item.currency == "GBP"), Decimal(0))


def _share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    if not whole:
        return Decimal(0)
    return (Decimal(part) * _HUNDRED / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _cause_dict(one: Cause) -> dict[str, object]:
    return {
        "cause": one.name, "cases": one.count, "value": str(one.value), "share_cases": str(one.share_count),
        "share_value": str(one.share_value),
    }  # fmt: skip


def _by_type(opened: Sequence[Case], closed: Sequence[Case]) -> dict[str, dict[str, int]]:
    came, went = Counter(case.type for case in opened), Counter(case.type for case in closed)
    return {code: {"opened": came[code], "closed": went[code]} for code in case_types() if came[code] or went[code]}


def _service(closed: Sequence[Case]) -> dict[str, object]:
    judged = [case for case in closed if case.flag("in_time") is not None]
    good = sum(case.flag("in_time") is True for case in judged)
    return {
        "closed_in_time": good,
        "closed_late": len(judged) - good,
        "in_time_percent": str(_share(good, len(judged))) if judged else None,
        "minutes_off_the_clock": sum(case.count("waited_minutes") or 0 for case in closed),
        "waits": sum(len(case.items("pauses")) for case in closed),
    }


def _escalations(cases: Sequence[Case], now: datetime) -> dict[str, object]:
    minutes = [found for case in cases if (found := case.count("minutes_to_ack")) is not None]
    return {
        "opened": len(cases),
        "median_minutes_to_acknowledge": int(median(minutes)) if minutes else None,
        "never_acknowledged": len(cases) - len(minutes),
        "still_open": sum(not case.is_final for case in cases),
        "oldest_open_days": max((_days_old(case, now) for case in cases if not case.is_final), default=None),
        "updates_missed": sum(case.count("updates_missed") or 0 for case in cases),
        "highest_level": max((case.count("level") or 0 for case in cases), default=0),
    }


def _days_old(case: Case, now: datetime) -> int:
    return (now - (case.instant("opened_at") or now)).days


def _handovers(cases: Sequence[Case]) -> dict[str, int]:
    accepted = sum(case.has("accepted_at") for case in cases)
    return {"written": len(cases), "accepted": accepted, "never_accepted": len(cases) - accepted}


def _deviations(cases: Sequence[Case], month: Month, now: datetime) -> dict[str, int]:
    mine = [case for case in cases if case.type == "DEV"]
    today = london_day(now)
    running = [case for case in mine if not case.is_final]
    late = [
        case
        for case in running
        if (due := case.day("action_due")) is not None and due < today and not case.has("action_done")
    ]
    return {
        "opened": sum(month.holds(case.instant("opened_at")) for case in mine),
        "closed": sum(case.status == CLOSED and month.holds(case.instant("closed_at")) for case in mine),
        "repeats": sum(case.has("repeat_of") and month.holds(case.instant("opened_at")) for case in mine),
        "verified": sum(month.holds(case.instant("verified_at")) for case in mine),
        "actions_overdue": len(late),
    }


def _procedures(cases: Sequence[Case], month: Month) -> dict[str, int]:
    waiting = [case for case in cases if not case.is_final and case.has("effective_at")]
    return {
        "proposed": sum(month.holds(case.instant("opened_at")) for case in cases),
        "in_force": sum(month.holds(case.instant("effective_at")) for case in cases),
        "signatures_missing": sum(len(case.items("not_read")) for case in waiting),
    }


def told(found: dict[str, object]) -> list[str]:
    """The figures as plain text to paste: one line each, sections apart."""
    lines = [f"Roll-up of {found['month']}"]
    for section, content in found.items():
        if section == "month":
            continue
        lines += ["", section.replace("_", " ").capitalize()]
        lines += _told(content)
    return lines


def _told(content: object) -> list[str]:
    if isinstance(content, dict):
        found = []
        for name, value in content.items():
            if isinstance(value, dict):
                inner = "; ".join(f"{code.replace('_', ' ')} {_pair(counts)}" for code, counts in value.items())
                found.append(f"  {name.replace('_', ' ')}: {inner or 'none'}")
            else:
                found.append(f"  {name.replace('_', ' ')}: {'-' if value is None else value}")
        return found
    if isinstance(content, list):
        rows = [one for one in content if isinstance(one, dict)]
        return [
            f"  {one['cause']}: {one['cases']} cases ({one['share_cases']} %), GBP {one['value']} "
            f"({one['share_value']} %)"
            for one in rows
        ] or ["  none named"]
    return [f"  {content}"]


def _pair(counts: object) -> str:
    if isinstance(counts, dict):
        return "/".join(str(number) for number in counts.values())
    return "-" if counts is None else str(counts)
