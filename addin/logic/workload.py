"""Who has how much, what is most late, and how open work is shared out: pure counts over the current cases.

1. Late is what has passed its due instant; the digest names the longest first.
2. A person's load is the sum of points of the open cases they own (policy `workload.points`), so that three urgent
   cases weigh more than five that can wait.
3. Sharing out gives each case nobody owns, most urgent first, to whoever has the least at that moment; people who are
   away get nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.common_form import PRIORITIES
from addin.logic.policy import Policy
from addin.logic.priority import end_of_day

NOBODY: Final = "(nobody)"
#: What a worklist without a line says, on the Desk and on the command line.
NOTHING_WAITS: Final = "Nothing is waiting: no case is open."
_WEAKEST: Final = PRIORITIES[-1]


@dataclass(frozen=True, slots=True)
class Late:
    """A case that has passed its due instant, by how many minutes of the clock."""

    case_id: str
    type: str
    status: str
    priority: str
    owner: str
    due: str
    due_what: str
    minutes: int

    @property
    def words(self) -> str:
        """How late, in the unit that a person would say."""
        if self.minutes < 120:
            return f"{self.minutes} min"
        return f"{self.minutes // 60} h" if self.minutes < 48 * 60 else f"{self.minutes // 1440} days"


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has open."""

    owner: str
    open: int
    overdue: int
    due_today: int
    waiting: int
    urgent: int
    points: int


@dataclass(frozen=True, slots=True)
class Digest:
    """The state of the work at one instant: what is most late, what nobody has taken, and who has how much."""

    at: datetime
    open: int
    late_count: int
    late: tuple[Late, ...]
    untaken: tuple[str, ...]
    load: tuple[Load, ...]
    away: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """As the command line answers it."""
        return {
            "at": self.at.isoformat(),
            "open": self.open,
            "overdue": self.late_count,
            "most_late": [asdict(one) for one in self.late],
            "not_taken_in_time": list(self.untaken),
            "load": [asdict(one) for one in self.load],
            "away": dict(self.away),
        }

    def lines(self) -> list[str]:
        """As plain text to paste."""
        local = self.at.astimezone(LONDON)
        found = [f"State of the work, {local:%d/%m/%Y %H:%M}: {self.open} open, {self.late_count} overdue.", ""]
        found += ["Most late:"] if self.late else ["Nothing is late."]
        found += [
            f"  {one.case_id}  {one.priority}  {one.words} late  {one.due_what or one.status}  "
            f"({one.type}, {one.owner or NOBODY})"
            for one in self.late
        ]
        if self.untaken:
            found += ["", f"Nobody has taken in time: {', '.join(self.untaken)}"]
        if not self.open:
            return [*found[:1], "", NOTHING_WAITS, *self._absent()]
        found += ["", "Load (open, overdue, due today, waiting, P1 and P2, points):"]
        found += [
            f"  {one.owner}: {one.open}, {one.overdue}, {one.due_today}, {one.waiting}, {one.urgent}, {one.points}"
            for one in self.load
        ]
        return found + self._absent()

    def _absent(self) -> list[str]:
        return [f"Away: {person}, covered by {cover or 'nobody'}" for person, cover in sorted(self.away.items())]


def digest(
    cases: Iterable[Case], now: datetime, policy: Policy, *, away: Mapping[str, str] | None = None, owner: str = ""
) -> Digest:
    """The digest of all open cases, or of one person's."""
    mine = [case for case in cases if not case.is_final and owner.casefold() in ("", case.text("owner").casefold())]
    late = late_cases(mine, now)
    untaken = [
        case.case_id
        for case in mine
        if (by := case.instant("ack_due")) is not None and by < now and not _is_addressed(case)
    ]
    most = policy.number("workload.digest_lines")
    return Digest(now, len(mine), len(late), tuple(late[:most]), tuple(untaken[:most]), loads(mine, now, policy),
                  away or {})  # fmt: skip


def worklist(cases: Iterable[Case], owner: str = "") -> list[Case]:
    """Open cases in the order in which they are due, then by priority: one person's, nobody's, or all."""
    wanted = "" if owner == NOBODY else owner.casefold()
    mine = [case for case in cases if not case.is_final and (not owner or case.text("owner").casefold() == wanted)]
    return sorted(mine, key=lambda case: (_due(case), case.text("priority") or "P9", case.case_id))


def _due(case: Case) -> str:
    due = case.instant("due")
    return due.isoformat() if due else "9"


def late_cases(cases: Iterable[Case], now: datetime) -> list[Late]:
    """The open cases that have passed their due instant, the longest first."""
    found = []
    for case in cases:
        due = case.instant("due")
        if case.is_final or due is None or due >= now:
            continue
        local = due.astimezone(LONDON)
        found.append(
            Late(case.case_id, case_types()[case.type].name, case.status, case.text("priority"), case.text("owner"),
                 f"{local:%Y-%m-%dT%H:%M:%S%z}", case.text("due_what"), (now - due) // timedelta(minutes=1))
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.minutes, one.case_id))


def loads(cases: Iterable[Case], now: datetime, policy: Policy) -> tuple[Load, ...]:
    """What each owner has open, the most loaded first; what nobody owns comes last."""
    by_owner: dict[str, list[Case]] = {}
    for case in cases:
        if not case.is_final:
            by_owner.setdefault(case.text("owner") or NOBODY, []).append(case)
    found = [_load(owner, mine, now, policy) for owner, mine in by_owner.items()]
    return tuple(sorted(found, key=lambda one: (one.owner == NOBODY, -one.points, one.owner)))


def _load(owner: str, mine: Sequence[Case], now: datetime, policy: Policy) -> Load:
    day_end = end_of_day(now.astimezone(LONDON).date())
    due = [case.instant("due") for case in mine]
    return Load(
        owner=owner,
        open=len(mine),
        overdue=sum(at is not None and at < now for at in due),
        due_today=sum(at is not None and now <= at <= day_end for at in due),
        waiting=sum(case.has("waiting_since") for case in mine),
        urgent=sum(case.text("priority") in PRIORITIES[:2] for case in mine),
        points=sum(points(case, policy) for case in mine),
    )


def points(case: Case, policy: Policy) -> int:
    """What a case weighs in somebody's load; one that waits weighs nothing."""
    if case.has("waiting_since"):
        return 0
    return policy.number(f"workload.points.{case.text('priority') or _WEAKEST}")


def share_out(
    cases: Sequence[Case], hands: Sequence[str], policy: Policy, *, away: Mapping[str, str] | None = None
) -> list[tuple[Case, str]]:
    """Who shall get each open case that nobody owns: by urgency, each to the least loaded; `hands` are accounts."""
    gone = {name.casefold() for name in away or {}}
    able = [name for name in hands if name.casefold() not in gone]
    if not able:
        return []
    carried = dict.fromkeys(able, 0)
    for case in cases:
        if not case.is_final and case.text("owner") in carried:
            carried[case.text("owner")] += points(case, policy)
    free = [case for case in cases if not case.is_final and not case.has("owner") and not _is_addressed(case)]
    shared = []
    for case in sorted(free, key=_urgency):
        taker = min(able, key=lambda name: (carried[name], name))
        carried[taker] += max(points(case, policy), 1)
        shared.append((case, taker))
    return shared


def _is_addressed(case: Case) -> bool:
    """A handover that names its receiver is nobody else's to take; until when it is accepted has a clock of its own."""
    return case.has("to_person")


def _urgency(case: Case) -> tuple[str, str, str]:
    return (case.text("priority") or "P9", _due(case), case.case_id)
