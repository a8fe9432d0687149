"""What happens again and again: the same cause, the same order asked about, the same location, the same wrong grades.

1. As many cases of one root cause within the policy's days as `deviation.capa_same_cause` says are a repeat.
2. So are as many status checks of one order, and as many stock differences at one location.
3. A third party whose grades were overturned in more than the policy's share of a month is one as well.
4. Cases that a deviation already names are not counted again for another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from addin.logic.calendar import london_day
from addin.logic.case_type import Case, Opening
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.forms import Value
from addin.logic.policy import Policy
from addin.logic.values import Money, total

#: Types that are about other cases: their causes would count a thing twice.
_ABOUT_OTHERS = frozenset({"ESC", "HND", "DEV", "SOP", "AUD"})


@dataclass(frozen=True, slots=True)
class Repeat:
    """One thing that came back: `key` names it for good, `words` say it, `cases` are those that show it."""

    key: str
    words: str
    cases: tuple[Case, ...]
    root_cause: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The numbers of its cases."""
        return tuple(case.case_id for case in self.cases)


def find_repeats(cases: Sequence[Case], today: date, policy: Policy) -> list[Repeat]:
    """Every repeat that no deviation answers yet, in a fixed order."""
    known = _named(cases)
    live = [case for case in cases if case.status not in (CANCELLED, DUPLICATE) and case.type not in _ABOUT_OTHERS]
    found = [*_by_cause(live, today, policy), *_by_order(live, today, policy), *_by_location(live, today, policy),
             *_overturned(live, today, policy)]  # fmt: skip
    least = policy.number("deviation.capa_same_cause")
    fresh = []
    for one in found:
        new = tuple(case for case in one.cases if (one.key, case.case_id) not in known)
        if len(new) >= least and one.key not in _open_keys(cases):
            fresh.append(Repeat(one.key, one.words, new, one.root_cause))
    return fresh


def may_repeat(case: Case) -> bool:
    """True for a case whose closing can make a repeat complete."""
    return case.type not in _ABOUT_OTHERS and (case.has("root_cause") or case.type in ("OST", "INV"))


def _named(cases: Iterable[Case]) -> set[tuple[str, str]]:
    deviations = [case for case in cases if case.type == "DEV" and case.has("repeat_of")]
    return {(one.text("repeat_of"), case_id) for one in deviations for case_id in one.items("linked_cases")}


def _open_keys(cases: Iterable[Case]) -> set[str]:
    return {case.text("repeat_of") for case in cases if case.type == "DEV" and not case.is_final}


def _lately(cases: Iterable[Case], today: date, days: int) -> list[Case]:
    since = today - timedelta(days=days)
    return [case for case in cases if (at := case.instant("opened_at")) is not None and london_day(at) >= since]


def _grouped(cases: Iterable[Case], field: str) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.has(field):
            found.setdefault(case.text(field), []).append(case)
    return dict(sorted(found.items()))


def _by_cause(cases: Iterable[Case], today: date, policy: Policy) -> list[Repeat]:
    days = policy.days("deviation.capa_window_days")
    return [
        Repeat(f"cause:{cause}", f"{len(mine)} cases of the cause '{cause}' within {days} days", tuple(mine), cause)
        for cause, mine in _grouped(_lately(cases, today, days), "root_cause").items()
    ]


def _by_order(cases: Iterable[Case], today: date, policy: Policy) -> list[Repeat]:
    days = policy.days("deviation.capa_window_days")
    checks = _lately((case for case in cases if case.type == "OST"), today, days)
    return [
        Repeat(f"order:{order}", f"Order {order} was asked about {len(mine)} times within {days} days", tuple(mine))
        for order, mine in _grouped(checks, "order_no").items()
    ]


def _by_location(cases: Iterable[Case], today: date, policy: Policy) -> list[Repeat]:
    days = policy.days("inventory.repeat_days")
    counts = _lately((case for case in cases if case.type == "INV"), today, days)
    return [
        Repeat(f"location:{place}", f"Location {place} differed {len(mine)} times within {days} days", tuple(mine))
        for place, mine in _grouped(counts, "location").items()
    ]


def _overturned(cases: Iterable[Case], today: date, policy: Policy) -> list[Repeat]:
    """Third-party grades that the house overturned this calendar month, when they are more than the policy's share."""
    month = [
        case
        for case in cases
        if case.type == "RQC"
        and case.flag("third_party_agrees") is not None
        and (at := case.instant("opened_at")) is not None
        and (london_day(at).year, london_day(at).month) == (today.year, today.month)
    ]
    wrong = [case for case in month if case.flag("third_party_agrees") is False]
    if not month or Decimal(len(wrong)) * 100 / len(month) <= policy.decimal("third_party.overturn_percent"):
        return []
    words = f"{len(wrong)} of {len(month)} third-party grades of {today:%Y-%m} were overturned"
    return [Repeat(f"overturned:{today:%Y-%m}", words, tuple(wrong), "3PL")]


def deviation_of(repeat: Repeat) -> Opening:
    """The deviation that a repeat opens."""
    worth = [value for case in repeat.cases if (value := case.money("value_at_risk")) is not None]
    known = [value for value in worth if value.currency == "GBP"]
    amount: Money | None = total(known) if known else None
    impact = f"{len(repeat.cases)} cases" + (f", goods worth {amount.pretty()}" if amount else "") + "."
    fields: dict[str, Value] = {
        "what_happened": f"{repeat.words}: {', '.join(repeat.ids[:20])}.",
        "linked_cases": repeat.ids[:40],
        "repeat_of": repeat.key,
        "impact": impact,
    }
    if repeat.root_cause:
        fields["root_cause"] = repeat.root_cause
    return Opening(type="DEV", fields=fields)
