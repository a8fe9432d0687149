"""The demo: a fictional house's working day, played through the same presses that a click makes.

Every step types into cells of the real workbook and presses a button of the action table, as one of several people.
Times are those of the last working day, so that real presses afterwards come later.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from addin.demo import scenes
from addin.errors import CasebookError
from addin.folder import create
from addin.hosts.closed import open_closed
from addin.logic.calendar import add_working_days, previous_working_day
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.outcome import Outcome
from addin.macros.press import Asked, press
from addin.reception import waiting
from addin.register.layout import CASE_FIRST, CASE_ROWS
from addin.register.sheets import Live
from addin.service import Service, utc_now
from addin.ticket_comments import DROP
from addin.verify import Report, verify

LONDON: Final = ZoneInfo("Europe/London")


@dataclass
class Told:
    """One line of the account: when, who, what, and what came of it."""

    at: str
    who: str
    what: str
    result: str
    ok: bool


@dataclass
class Player:
    """Plays a day in a register: a clock that is moved by hand, people, and a workbook file held open."""

    folder: Path
    day: date
    service: Service
    book: Any
    now: datetime
    told: list[Told] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, folder: Path) -> Player:
        """Make the register and open its workbook."""
        today = utc_now().astimezone(LONDON).date()
        day = previous_working_day(today - timedelta(days=1))
        start = datetime(day.year, day.month, day.day, 8, 0, tzinfo=LONDON)
        player = cls(folder, day, None, None, start)  # type: ignore[arg-type]
        player.service = create(folder, demo=True, clock=lambda: player.now)
        player.book = open_closed(player.service.workbook)
        return player

    def at(self, clock: str) -> None:
        """Move the clock to a time of the day, never back."""
        hour, minute = clock.split(":")
        self.now = max(self.now, self.now.replace(hour=int(hour), minute=int(minute)))

    def press(
        self, who: str, action: str, *cases: str, reason: str = "", refused: bool | None = False, **values: object
    ) -> Outcome:
        """Press a button as somebody; `refused` says that a refusal should happen, None that either is fine."""
        self.now += timedelta(minutes=1)
        asked = Asked(cases, {name: str(value) for name, value in values.items()}, reason)
        outcome = press(self.book, action, self.acting(who), asked)
        if refused is not None and outcome.ok == refused:
            self.surprises.append(f"{action} {' '.join(cases)} by {who}: {outcome.message}")
        what = f"{action} {' '.join(cases)}".strip()
        self.told.append(Told(f"{self.now:%H:%M}", who, what, outcome.message, outcome.ok))
        return outcome

    def acting(self, who: str) -> Service:
        """The register with one of its people at the keyboard."""
        return self.service.acting(self.service.settings.actors()[who])

    def press_if_waiting(self) -> bool:
        """Take the proposals on the Desk, a page at a time; answers whether there is another page to take."""
        if not waiting(self.service):
            return False
        before = len(waiting(self.service))
        self.press("a.khan", "desk.take", refused=None)
        if len(waiting(self.service)) < before:
            return True
        self.press("a.khan", "desk.dismiss")
        return False

    def type(self, case_id: str, **cells: object) -> None:
        """Type into the cells of a case's row, as a person does, without pressing anything."""
        queue = Live(self.book).queue(self._sheet(case_id))
        queue.write(queue.index()[case_id][0], cells)  # type: ignore[arg-type]

    def type_new(self, sheet: str, **cells: object) -> None:
        """Type a new case into the blank row at the end of a sheet's table, without pressing anything."""
        queue = Live(self.book).queue(sheet)
        queue.write(queue.place_new(1)[0], cells)  # type: ignore[arg-type]

    def comment(self, ticket: str, author: str, text: str) -> None:
        """Drop what the ticket tool exported into the inbox: one comment on a ticket."""
        folder = self.folder / DROP
        folder.mkdir(parents=True, exist_ok=True)
        row = {"ticket": ticket, "id": f"{ticket}-1", "at": self.now.isoformat(), "author": author, "text": text}
        (folder / "comments.json").write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8", newline="\n")

    def fill(self, **cells: object) -> None:
        """Type into the form of the case that the Case sheet shows."""
        sheet = self.book.sheets["Case"]
        names = sheet.range((CASE_FIRST, 4), (CASE_FIRST + CASE_ROWS - 1, 4)).value
        for name, cell in cells.items():
            sheet.range((CASE_FIRST + names.index(name), 2)).value = cell

    def _sheet(self, case_id: str) -> str:
        return case_types()[self.case(case_id).type].sheet

    def case(self, case_id: str) -> Case:
        """A case as the journal has it."""
        found = self.service.journal.case(case_id)
        if found is None:
            raise CasebookError(f"The demo lost {case_id}.")
        return found

    def find(self, code: str, order_no: str) -> str:
        """The number of the case of a type and an order."""
        for case in self.service.journal.cases(types=[code]):
            if case.text("order_no") == order_no:
                return case.case_id
        raise CasebookError(f"The demo has no {code} case of order {order_no}.")

    def ago(self, days: int) -> str:
        """A day before the played one, as a person types it."""
        return f"{self.day - timedelta(days=days):%d/%m/%Y}"

    def ahead(self, days: int) -> str:
        """A day after the played one, as a person types it."""
        return self.ago(-days)

    def working_day(self, days: int) -> str:
        """A working day after the played one, as a person types it."""
        return f"{add_working_days(self.day, days):%d/%m/%Y}"

    def clock(self, hhmm: str, days: int = 0) -> str:
        """A time of the played day or one before, as a person types it."""
        return f"{self.ago(days)} {hhmm}"

    def evidence(self, case_id: str, files: Mapping[str, str]) -> None:
        """Drop evidence files into the case's folder of the inbox, each in a folder called like its kind."""
        for name, kind in files.items():
            folder = self.folder / "inbox" / "evidence" / case_id / kind
            folder.mkdir(parents=True, exist_ok=True)
            text = f"{kind} of {case_id} (demo file)\n"
            (folder / name).write_text(text, encoding="utf-8", newline="\n")

    def save(self) -> None:
        """Save the workbook, as a person does."""
        self.book.save()

    def end(self) -> None:
        """Close the workbook and the register."""
        self.book.close()
        self.service.close()


SCENES: Final[tuple[tuple[str, Callable[[Player], None]], ...]] = (
    ("Chat of the morning, read and taken", scenes.morning),
    ("An address change, from message to close", scenes.address_change),
    ("An order status answered and closed", scenes.order_status),
    ("A special delivery booked otherwise than asked", scenes.special_delivery),
    ("A return graded, its refund by three people", scenes.refund),
    ("Two parcels the carrier brought back", scenes.carrier_returns),
    ("A lost parcel, claimed with a letter", scenes.claim),
    ("An escalation with a structured update", scenes.escalation),
    ("A typed edit, and a cell altered by hand", scenes.edit_and_drift),
    ("The carrier's export, imported from the inbox", scenes.carrier_export),
    ("Chat of the rest of the day", scenes.rest_of_day),
    ("Peak: many rows by one press, and a case that was asked twice", scenes.peak),
    ("Snapshot and month end", scenes.evening),
)


def play(folder: Path, *, as_json: bool = False) -> int:
    """Play the day in a new register in `folder`; answers the exit code."""
    began = time.monotonic()
    player = Player.begin(folder)
    try:
        for title, scene in SCENES:
            mark = len(player.told)
            try:
                scene(player)
            except CasebookError as error:
                player.surprises.append(f"{title}: {error}")
            if not as_json:
                _tell(title, player.told[mark:])
        player.save()
    finally:
        player.end()
    report = verify(folder)
    _account(player, report, time.monotonic() - began, as_json=as_json)
    return 0 if report.ok and not player.surprises else 1


def _tell(title: str, told: list[Told]) -> None:
    click.echo(f"\n{title}")
    for line in told:
        mark = " " if line.ok else "x"
        click.echo(f"  {line.at} {mark} {line.who:9} {line.what:44} {line.result[:110]}")


def _account(player: Player, report: Report, seconds: float, *, as_json: bool) -> None:
    files = {
        "workbook": [player.service.workbook.name],
        "journal": ["journal.sqlite"],
        "letters": _names(player.folder, "letters", "*.docx"),
        "packs": _names(player.folder, "packs", "*.xlsx"),
        "snapshots": _names(player.folder, "snapshots", "*.json"),
    }
    if as_json:
        body = {"ok": report.ok and not player.surprises, "folder": str(player.folder), "events": report.events}
        body |= {"files": files, "surprises": player.surprises, "seconds": round(seconds, 1)}
        click.echo(json.dumps(body, ensure_ascii=False))
        return
    click.echo(f"\n{report.sentence()}")
    for surprise in player.surprises:
        click.echo(f"UNEXPECTED: {surprise}")
    click.echo(f"Played in {seconds:.0f} s. In {player.folder}:")
    for what, names in files.items():
        click.echo(f"  {what:10} {', '.join(names)}")
    click.echo("Try: CASEBOOK_USER=a.khan .venv/bin/casebook actions, press, verify (see README).")


def _names(folder: Path, sub: str, pattern: str) -> list[str]:
    return [f"{sub}/{path.relative_to(folder / sub)}" for path in sorted((folder / sub).rglob(pattern))]
