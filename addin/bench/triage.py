"""`casebook bench triage`: many rows by one press, against as many presses of one row and against bare commits.

A register of fictional status checks is made, and its workbook opened without a spreadsheet program. In each round the
same rows are triaged by one press, then some of them one by one; beside both stand their floors: as many bare events in
one transaction of a journal of the same size, and each in a transaction of its own. The workbook stays open all the
while, as it does for a person; what reading and saving it whole costs is told apart. Medians over the rounds.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any, Final

from addin.bench.click import make_register
from addin.closed_book import closed_book, press_closed
from addin.errors import CasebookError
from addin.journal import SqliteJournal
from addin.logic.events import Draft, iso
from addin.macros.press import Asked, press
from addin.service import Service
from addin.settings import JOURNAL_FILE, load

ROWS: Final = 200
ROUNDS: Final = 3
#: Rows that are pressed one by one in each round; the sum for all rows is reckoned from them.
_SINGLY: Final = 20
_ACTION: Final = "requests.triage"
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class TriageReport:
    """Seconds of one press for all rows and of its floors, and the ratios that may be compared."""

    rows: int
    cases: int
    together_s: float
    one_s: float
    together_commit_s: float
    one_commit_s: float
    open_and_save_s: float

    @property
    def ratios(self) -> dict[str, float]:
        """One press for all rows against the other ways."""
        return {
            "to_single_presses": self.together_s / (self.one_s * self.rows),
            "to_one_press": self.together_s / self.one_s,
            "to_one_commit": self.together_s / self.together_commit_s,
            "to_single_commits": self.together_s / (self.one_commit_s * self.rows),
        }

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {key: round(value, 4) for key, value in (asdict(self) | self.ratios).items()}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        found = self.ratios
        yield f"{self.rows} rows of {self.cases:,} triaged by one press: {self.together_s:.2f} s, medians of one run."
        yield (
            f"That is {found['to_single_presses']:.3f} x {self.rows} presses of one row each "
            f"({self.one_s * 1e3:.0f} ms), or what {found['to_one_press']:.1f} of them take."
        )
        yield (
            f"Bare commits to a journal of that size: {found['to_one_commit']:.0f} x all events in one transaction, "
            f"{found['to_single_commits']:.1f} x each in its own."
        )
        yield f"Reading and saving the closed workbook whole takes {self.open_and_save_s:.2f} s more, once for all."


def bench_triage(rows: int = ROWS, rounds: int = ROUNDS, tick: Tick = lambda: None) -> TriageReport:
    """Measure triage of so many rows of a register of five times as many cases."""
    cases = 5 * rows
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        folder = Path(base) / "register"
        make_register(folder, cases)
        people = load(folder).actors()
        service = Service.open(folder, actor=next(iter(people.values())))
        journal = _copy(folder)
        try:
            ids = [case.case_id for case in service.journal.worklist(rows)]
            owners = cycle(sorted(people)[:2])
            taken = []
            with closed_book(service) as book:
                for _ in range(rounds):
                    taken.append(_round(book, service, journal, ids, owners))
                    tick()
            whole = _seconds(press_closed, service, "desk.refresh")
        finally:
            journal.close()
            service.close()
    together, one, together_commit, one_commit = (median(column) for column in zip(*taken, strict=True))
    return TriageReport(rows, cases, together, one, together_commit, one_commit, whole)


def _round(
    book: Any, service: Service, journal: SqliteJournal, ids: Sequence[str], owners: Iterator[str]
) -> tuple[float, ...]:
    together = _seconds(_triage, book, service, ids, next(owners))
    owner = next(owners)
    few = ids[:_SINGLY]
    one = sum(_seconds(_triage, book, service, (case_id,), owner) for case_id in few) / len(few)
    drafts = [
        Draft("case.triaged.v1", case_id, {"type": "OST", "move": "triage", "set": {"owner": owner}}, "Peak")
        for case_id in ids
    ]
    in_one = _seconds(_commit, journal, drafts)
    singly = sum(_seconds(_commit, journal, [draft]) for draft in drafts) / len(drafts)
    return together, one, in_one, singly


def _triage(book: Any, service: Service, ids: Sequence[str], owner: str) -> None:
    outcome = press(book, _ACTION, service, Asked(tuple(ids), {"owner": owner}, "Peak"))
    if not outcome.ok or len(outcome.rows) < len(ids):
        raise CasebookError(f"The press was not done: {outcome.message}")


def _copy(folder: Path) -> SqliteJournal:
    target = folder / "bare.sqlite"
    target.write_bytes((folder / JOURNAL_FILE).read_bytes())
    return SqliteJournal(target)


def _commit(journal: SqliteJournal, drafts: Sequence[Draft]) -> None:
    with journal.write() as writer:
        for draft in drafts:
            writer.append(draft, at=iso(datetime.now(UTC).replace(microsecond=0)), actor="bench", role="coordinator")


def _seconds(call: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
