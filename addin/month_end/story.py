"""What a month was: one pass over the journal up to the cut-off, never the current state.

An event tells the case as it stood before; cases are folded from their own events up to the cut-off, so that a month
told again later is told the same. Texts and hashes are checked on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from addin.journal import Journal
from addin.journal.retell import Retold
from addin.logic.case_type import Case
from addin.logic.chain import Fault, Head, Link, check, digest
from addin.logic.common_form import FINAL_STATES
from addin.logic.events import Event, iso
from addin.logic.periods import PERIOD_CLOSED, PERIOD_KINDS, PERIOD_REOPENED
from addin.logic.system_kinds import BATCH_MADE, CLOCK_HELD, CONFLICT, DRIFT, INTAKE_READ, LETTER_FILES, REFUSED
from addin.month_end.period import Period

_LISTED: Final = frozenset(kind.name for kind in (REFUSED, DRIFT, CONFLICT, CLOCK_HELD, BATCH_MADE, *PERIOD_KINDS))
#: What is kept of a case as it stood before an event of the month.
_KEPT: Final = ("approved_by", "opened_by", "requested_by", "executed_by")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the month, and how its case stood before it."""

    event: Event
    status: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def move(self) -> str:
        """The move that was pressed; empty for events of the register itself."""
        return str(self.event.data.get("move", ""))


@dataclass(frozen=True, slots=True)
class Crossing:
    """A case that was opened or ended close to one of the month's two borders."""

    border: str
    event: Event
    what: str


@dataclass(slots=True)
class Story:
    """Everything the pack is made of."""

    period: Period
    retold: Retold = field(default_factory=Retold)
    entries: list[Entry] = field(default_factory=list)
    """The events of the month that a table of its own lists; the others are counted, and read again for the log."""
    count: int = 0
    first_seq: int = 0
    last_seq: int = 0
    messages: int = 0
    accounts: set[str] = field(default_factory=set)
    fresh: dict[str, int] = field(default_factory=dict)
    """Case opened in the month -> the event that opened it."""
    files: dict[str, str] = field(default_factory=dict)
    """Letters and their indexes made in the month -> SHA-256."""
    opening: dict[str, str] = field(default_factory=dict)
    """Case -> its state as the month began."""
    ended: dict[str, str] = field(default_factory=dict)
    """Case -> the instant it last came to an end, up to the cut-off."""
    paths: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Case -> (instant, state) for each state it came to."""
    crossings: list[Crossing] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    """The accounting months that are closed, as far as the story has come."""
    faults: list[Fault] = field(default_factory=list)
    opening_head: Head = field(default_factory=Head)
    head: Head = field(default_factory=Head)

    def case(self, case_id: str) -> Case | None:
        """A case as it stood at the cut-off; personal values read as erased."""
        return self.retold.case(case_id, {})

    def population(self) -> list[Case]:
        """The cases of the month: open as it began, opened in it, or open at the cut-off; in order of their numbers."""
        fresh = self.fresh
        wanted = [
            case_id
            for case_id, told in self.retold.told.items()
            if case_id in fresh or self.opening.get(case_id, "Closed") not in FINAL_STATES
            or told.status not in FINAL_STATES
        ]  # fmt: skip
        found = (self.case(case_id) for case_id in sorted(wanted))
        return [case for case in found if case is not None]

    def was_open(self, case_id: str) -> bool:
        """True for a case that was open as the month began."""
        return self.opening.get(case_id, "Closed") not in FINAL_STATES


def tell(journal: Journal, period: Period, margin: int, upto: int | None = None) -> Story:
    """Read the journal once: all events up to the cut-off, and `margin` days beyond it for the cut-off list.

    `upto` is the last event that counts at all: what the journal ended with when the month was told first.

    Raises:
        ValueError: when the register was opened after the month.
    """
    story = Story(period)
    start, limit = iso(period.start), iso(period.limit)
    began = False
    for event in journal.events(upto=upto):
        if event.at >= iso(period.end + timedelta(days=margin)):
            break
        if not began and event.at >= start:
            began = True
            _begin(story)
        _cross(story, event, margin)
        if event.at < limit:
            story.faults += _take(story, event, in_month=event.at >= start)
    if not began:
        _begin(story)
    if not story.head.seq:
        raise ValueError(f"The register has no event before the end of {period.text}.")
    return story


def _begin(story: Story) -> None:
    story.opening = {case_id: told.status for case_id, told in story.retold.told.items()}
    story.opening_head = story.head


def _take(story: Story, event: Event, *, in_month: bool) -> Iterator[Fault]:
    head = story.head
    follows = event.seq == head.seq + 1 and event.prev == head.hash
    if not follows or digest(event.prev, event.text) != event.hash:
        yield from check([Link(event.seq, event.text, event.prev, event.hash)], head)
    told = story.retold.told.get(event.case_id)
    status = told.status if told else ""
    if in_month:
        _count(story, event)
        booked = told.changes.get("booked_period") if told else None
        touched = booked if booked in story.closed and event.changes else None
        if touched or _is_listed(event, status, told.changes if told else {}):
            before = {name: told.changes.get(name) for name in _KEPT} if told else {}
            story.entries.append(Entry(event, status, before | {"closed_month": touched} if touched else before))
    if event.kind == PERIOD_CLOSED.name:
        story.closed.add(str(event.data.get("period", "")))
    elif event.kind == PERIOD_REOPENED.name:
        story.closed.discard(str(event.data.get("period", "")))
    yield from story.retold.absorb(event.seq, event.at, event.case_id, event.kind, event.data)
    story.head = Head(event.seq, event.hash, event.at)
    told = told or story.retold.told.get(event.case_id)
    now = told.status if told else ""
    if now != status and now:
        story.paths.setdefault(event.case_id, []).append((event.at, now))
        if now in FINAL_STATES:
            story.ended[event.case_id] = event.at
        else:
            story.ended.pop(event.case_id, None)


def _count(story: Story, event: Event) -> None:
    story.count += 1
    story.first_seq, story.last_seq = story.first_seq or event.seq, event.seq
    story.accounts.add(event.actor)
    if event.data.get("move") == "open":
        story.fresh[event.case_id] = event.seq
    elif event.kind == INTAKE_READ.name:
        story.messages += 1
    elif event.kind in LETTER_FILES:
        for name, digest in (("file", "sha256"), ("index", "index_sha256")):
            if name in event.data:
                story.files[str(event.data[name])] = str(event.data.get(digest, ""))


def _is_listed(event: Event, status: str, before: Mapping[str, Any]) -> bool:
    """True for an event that approvals, late changes, overrides or exceptions may list."""
    changes = event.changes
    if event.kind in _LISTED or event.data.get("overrides") or not {"happened_at", "late_from"}.isdisjoint(changes):
        return True
    if changes.get("approved_by") or changes.get("agreed_by"):
        return True
    return bool(changes and status and (status in FINAL_STATES or before.get("approved_by")))


def _cross(story: Story, event: Event, margin: int) -> None:
    """Keep an opening or an ending close to a border of the month; told from the event alone, so also beyond it."""
    if event.data.get("move") == "open":
        what = "Opened"
    elif event.data.get("status") in FINAL_STATES:
        what = str(event.data["status"])
    else:
        return
    for name, border in (("Start", story.period.start), ("End", story.period.end)):
        if abs(datetime.fromisoformat(event.at) - border) <= timedelta(days=margin):
            story.crossings.append(Crossing(name, event, what))
