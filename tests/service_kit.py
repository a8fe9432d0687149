"""A register in memory for tests of the service: people, a clock that stands, and a small case type of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cases_kit import NOW, PEOPLE
from toy_case import TOY

from addin.journal import Journal, SqliteJournal
from addin.logic import cases
from addin.logic.case_type import Case
from addin.logic.chain import check
from addin.logic.events import KindTable, digests, unseal
from addin.logic.machine import fold
from addin.service import Service, begin, kind_table
from addin.settings import Person, Settings

SETTINGS = Settings(
    register_id="ab12",
    demo=True,
    people={key: Person(name=who.name, roles=tuple(sorted(who.roles))) for key, who in PEOPLE.items()},
)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **more: float) -> None:
        """Move it."""
        self.now += timedelta(**more)


def with_toy(patch: pytest.MonkeyPatch) -> None:
    """Put the small case type among the real ones, for the service and the store."""
    types = {**cases.case_types(), TOY.code: TOY}
    for name in (
        "addin.service.work.case_types",
        "addin.service.register.case_types",
        "addin.journal.stored.case_types",
    ):
        patch.setattr(name, lambda: types)


def toy_kinds() -> KindTable:
    """The kinds of events, the small type's among them."""
    return KindTable.of([*kind_table().kinds.values(), *TOY.kinds()])


def make_service(journal: Journal | None = None, *, who: str = "a.khan", clock: Clock | None = None) -> Service:
    """A register that was just begun."""
    journal = journal or SqliteJournal(None)
    service = Service(Path(), SETTINGS, journal, PEOPLE[who], clock or Clock(), kinds=toy_kinds())
    begin(service, "ab12")
    return service


def told(journal: Journal) -> dict[str, Case]:
    """Every case as its events alone tell it."""
    found: dict[str, Case] = {}
    types = {**cases.case_types(), TOY.code: TOY}
    for event in journal.events():
        if event.data.get("type") in types:
            kind = types[str(event.data["type"])]
            changes = unseal(event.changes, journal.vault(digests(event.data)))
            found[event.case_id] = fold(kind, found.get(event.case_id), event.case_id, event.seq, event.data, changes)
    return found


def assert_sound(journal: Journal) -> None:
    """The chain is whole, the states are what the events tell, and no number is missing."""
    assert list(check(journal.links())) == []
    states = {case.case_id: case for case in journal.cases()}
    assert told(journal) == states
    years = sorted({case_id.split("-")[1] for case_id in states})
    for year in years:
        ids = sorted(case_id for case_id in states if case_id.startswith(f"CASE-{year}-"))
        assert ids == [f"CASE-{year}-{number:06d}" for number in range(1, len(ids) + 1)]
