"""A working day for end-to-end tests: a real register, its built workbook held open, people who type and press.

Everything goes the way a person's work goes: values are typed into cells, rows are selected, a button of the action
table is pressed. `Day.end` is the oath of every test: the chain holds and `verify` finds the saved register sound.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from addin.folder import create, write_workbook
from addin.hosts.closed import open_closed
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import check
from addin.logic.events import Event
from addin.logic.outcome import Outcome
from addin.macros.actions import find
from addin.macros.press import Asked, press
from addin.register.layout import (
    AUDIT_COLUMNS,
    CASE_FIRST,
    CASE_MOVE,
    CASE_NUMBER,
    CASE_REASON,
    CASE_ROWS,
    DESK_PASTE,
    DESK_SENDER,
    PROPOSAL_COLUMNS,
    PROPOSAL_HEADER,
    PROPOSAL_ROWS,
    QUEUES,
)
from addin.register.sheets import Live, Queue
from addin.service import Service
from addin.settings import load
from addin.verify import verify

#: Monday, 09:00 in London.
START = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
#: A number that is well formed and whose check digit agrees.
TRACKING, TRACKING_NEW = "1Z12345E0305271648", "1Z12345E6805271679"


def make_template(folder: Path) -> Path:
    """A new demo register, made once and copied by every test."""
    create(folder, demo=True, clock=lambda: START).close()
    return folder


class Day:
    """One register in use: its folder, its journal, its workbook held open, and a clock that the test moves."""

    def __init__(self, folder: Path, *, now: datetime = START) -> None:
        self.folder, self.now = folder, now
        founder = load(folder).actors()["a.khan"]
        self.service = Service.open(folder, actor=founder, clock=lambda: self.now)
        self.book: Any = open_closed(self.service.workbook)
        self.ends_sound = True
        self.ends_plain = True
        self.saves = True

    @classmethod
    def begin(cls, template: Path, folder: Path) -> Day:
        """A day in a copy of the template."""
        shutil.copytree(template, folder)
        return cls(folder)

    # ---- people and time ------------------------------------------------------------------------------------

    def on(self, **step: float) -> None:
        """Let time pass."""
        self.now += timedelta(**step)

    def as_(self, who: str) -> Service:
        """The register with one of its people at the keyboard."""
        return self.service.acting(self.service.settings.actors()[who])

    # ---- cells ----------------------------------------------------------------------------------------------

    def live(self) -> Live:
        return Live(self.book, self.service.settings.lock_password)

    def queue(self, sheet: str) -> Queue:
        return self.live().queue(sheet)

    def row(self, sheet: str, case_id: str) -> int:
        """The row of a case, wherever it stands."""
        return self.queue(sheet).index()[case_id][0]

    def at(self, sheet: str, case_id: str, field: str) -> Any:
        """The cell of a case's field, as an xlwings range."""
        return self.place(sheet, self.row(sheet, case_id), field)

    def place(self, sheet: str, row: int, field: str) -> Any:
        """A cell of a queue sheet by row number and column name."""
        return self.book.sheets[sheet].range((row, self.queue(sheet).positions[field]))

    def type(self, sheet: str, case_id: str, field: str, cell: Any) -> None:
        """Type into a cell of a case's row."""
        self.at(sheet, case_id, field).value = cell

    def type_new(self, sheet: str, **cells: Any) -> int:
        """Type a new case into the blank row at the end of a table, as a program grows it; answers the row."""
        queue = self.queue(sheet)
        row = queue.place_new(1)[0]
        for field, cell in cells.items():
            self.place(sheet, row, field).value = cell
        return row

    def cell(self, sheet: str, case_id: str, field: str) -> Any:
        """What a cell of a case's row shows."""
        return self.at(sheet, case_id, field).value

    def message(self, sheet: str, case_id: str) -> str:
        """The case's Message cell."""
        return str(self.cell(sheet, case_id, "message") or "")

    def select(self, address: str, sheet: str) -> None:
        """Select an area of a sheet, as a person does."""
        self.book.sheets[sheet].activate()
        self.book.sheets[sheet].range(address).select()

    # ---- presses --------------------------------------------------------------------------------------------

    def press(self, action: str, *cases: str, who: str = "a.khan", reason: str = "", **cells: Any) -> Outcome:
        """Type cells into the cases' rows, select the rows, press the button."""
        sheet = find(action).sheet  # type: ignore[union-attr]
        for case_id in cases:
            for field, cell in (cells | ({"reason": reason} if reason else {})).items():
                self.type(sheet, case_id, field, cell)
        if cases:
            self.select(",".join(f"A{self.row(sheet, case_id)}" for case_id in cases), sheet)
        return self.click(action, who=who)

    def click(self, action: str, *, who: str = "a.khan", **values: str) -> Outcome:
        """Press a button with whatever is typed and selected."""
        self.on(minutes=1)
        return press(self.book, action, self.as_(who), Asked(values=values) if values else None)

    def show(self, case_id: str, *, who: str = "a.khan") -> Outcome:
        """Type a number on the Case sheet and press Show."""
        self.book.sheets["Case"].activate()
        self.book.sheets["Case"].range(CASE_NUMBER).value = case_id
        return self.click("case.show", who=who)

    def form(self) -> dict[str, int]:
        """Where each field stands on the Case sheet."""
        sheet = self.book.sheets["Case"]
        names = sheet.range((CASE_FIRST, 4), (CASE_FIRST + CASE_ROWS - 1, 4)).value
        return {name: CASE_FIRST + offset for offset, name in enumerate(names) if name}

    def fill(self, **cells: Any) -> None:
        """Type into the yellow cells of the Case sheet."""
        places = self.form()
        for field, cell in cells.items():
            self.book.sheets["Case"].range((places[field], 2)).value = cell

    def move(self, case_id: str, label: str, *, who: str = "a.khan", reason: str = "", **cells: Any) -> Outcome:
        """Show a case on the Case sheet, type into its form, choose a move, press."""
        assert self.show(case_id, who=who).ok
        self.fill(**cells)
        sheet = self.book.sheets["Case"]
        sheet.range(CASE_MOVE).value = label
        sheet.range(CASE_REASON).value = reason or None
        return self.click("case.press", who=who)

    def fill_and_save(self, case_id: str, *, who: str = "a.khan", **cells: Any) -> Outcome:
        """Show a case on the Case sheet, type into its form, press Save changes."""
        assert self.show(case_id, who=who).ok
        self.fill(**cells)
        return self.sure(self.click("case.save", who=who))

    def paste(self, text: str, sender: str = "", *, who: str = "a.khan") -> Outcome:
        """Paste a message into the Desk's box and press Read message."""
        desk = self.book.sheets["Desk"]
        desk.range(DESK_PASTE).value = text
        desk.range(DESK_SENDER).value = sender or None
        return self.click("desk.read", who=who)

    def proposals(self) -> list[list[Any]]:
        """The proposal lines of the Desk that hold something."""
        first, last = PROPOSAL_HEADER + 1, PROPOSAL_HEADER + PROPOSAL_ROWS
        area = self.book.sheets["Desk"].range((first, 2), (last, 1 + len(PROPOSAL_COLUMNS)))
        return [line for line in area.value if any(line)]

    # ---- what came of it ------------------------------------------------------------------------------------

    def case(self, case_id: str) -> Case:
        found = self.service.journal.case(case_id)
        assert found is not None, f"no case {case_id}"
        return found

    def only(self, code: str) -> Case:
        """The one case of a type."""
        (case,) = self.service.journal.cases(types=[code])
        return case

    def open(self, code: str, *, who: str = "a.khan", **cells: Any) -> str:
        """Type a new row of a type and press Add new rows; answers the case's number."""
        sheet = case_types()[code].sheet
        before = {case.case_id for case in self.service.journal.cases()}
        self.type_new(sheet, type=code, **cells)
        self.sure(self.click(f"{sheet.lower()}.add", who=who))
        (new,) = {case.case_id for case in self.service.journal.cases(types=[code])} - before
        return new

    def open_quietly(self, code: str, **cells: Any) -> Outcome:
        """Type a new row and press Add new rows, whatever comes of it."""
        sheet = case_types()[code].sheet
        self.type_new(sheet, type=code, **cells)
        return self.click(f"{sheet.lower()}.add")

    @staticmethod
    def sure(outcome: Outcome) -> Outcome:
        """The outcome of a press that must be done."""
        assert outcome.ok, outcome.message
        return outcome

    def events(self, case_id: str | None = None, *kinds: str) -> list[Event]:
        return list(self.service.journal.events(case_id=case_id, kinds=kinds))

    def kinds(self, case_id: str | None = None) -> list[str]:
        return [event.kind for event in self.events(case_id)]

    def audit(self) -> list[list[Any]]:
        """The rows of the Audit sheet."""
        return self.live().log_rows("Audit", len(AUDIT_COLUMNS))

    def shown(self, sheet: str) -> dict[str, dict[str, Any]]:
        """The rows of a queue sheet by case number, each by column name."""
        return {line.case_id: dict(line.cells) for line in self.queue(sheet).read() if line.case_id}

    # ---- the file -------------------------------------------------------------------------------------------

    def save(self) -> None:
        self.book.save()

    def reopen(self) -> None:
        """Close the workbook without saving and open the file again, as after a crash."""
        self.book.close()
        self.book = open_closed(self.service.workbook)

    def again(self) -> None:
        """Open register and workbook anew, after a test closed one of them or put other files there."""
        self.book.close()
        self.service.close()
        self.service = Service.open(self.folder, actor=self.service.actor, clock=lambda: self.now)
        self.book = open_closed(self.service.workbook)

    def tamper(self, part: str | None, old: bytes, new: bytes) -> None:
        """Save, replace bytes in a part of the file (any part when None), and open it again."""
        self.book.save()
        self.book.close()
        repack(self.service.workbook, part, old, new)
        self.book = open_closed(self.service.workbook)

    def put_workbook(self, content: bytes) -> None:
        """Put another file in the workbook's place and open it."""
        self.book.close()
        self.service.workbook.write_bytes(content)
        self.book = open_closed(self.service.workbook)

    def journal_bytes(self) -> bytes:
        """The journal as a file of its own, with nothing left beside it."""
        self.service.close()
        content = (self.folder / "journal.sqlite").read_bytes()
        self.service = Service.open(self.folder, actor=self.service.actor, clock=lambda: self.now)
        return content

    def put_journal(self, content: bytes) -> None:
        """Put another journal in place."""
        self.service.close()
        for path in self.folder.glob("journal.sqlite*"):
            path.unlink()
        (self.folder / "journal.sqlite").write_bytes(content)
        self.service = Service.open(self.folder, actor=self.service.actor, clock=lambda: self.now)

    def rebuilt(self) -> Path:
        """A workbook made anew from the journal, beside the register."""
        return write_workbook(self.service, self.folder.with_name("rebuilt.xlsm"))

    def end(self) -> None:
        """Save, close, and prove that the register is sound."""
        if self.saves:
            self.book.save()
        self.book.close()
        faults = list(check(self.service.journal.links()))
        self.service.close()
        assert faults == []
        if self.ends_sound:
            report = verify(self.folder)
            assert report.ok, report.sentence()
            assert report.notes == () or not self.ends_plain, report.notes


def ost(day: Day, order: str = "5200417302") -> str:
    """An order status check, the plainest case there is."""
    return day.open("OST", order_no=order)


def codes(outcome: Outcome) -> set[str]:
    """The codes of everything that an outcome finds fault with."""
    return {problem.code for problem in outcome.problems} | {p.code for row in outcome.rows for p in row.problems}


def refused(outcome: Outcome, *wanted: str) -> str:
    """The words of a press that must be refused for these reasons; each problem says what to do."""
    assert not outcome.ok, f"it was done: {outcome.message}"
    assert set(wanted) <= codes(outcome), (codes(outcome), outcome.message)
    return " ".join([outcome.message, *(str(problem) for problem in outcome.problems)])


def repack(path: Path, part: str | None, old: bytes, new: bytes) -> None:
    """Replace bytes in a part of a package (in whichever part has them when None)."""
    with zipfile.ZipFile(path) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    hit = [name for name, data in contents.items() if old in data and part in (None, name)]
    assert hit, f"{old!r} is nowhere in {path.name}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in contents.items():
            package.writestr(name, data.replace(old, new) if name in hit else data)


def formulas(path: Path, sheets: Iterable[str] = tuple(sheet.name for sheet in QUEUES)) -> list[str]:
    """Every formula in the queue sheets of a saved workbook."""
    from openpyxl import load_workbook

    book = load_workbook(path)
    found = [
        f"{name}!{cell.coordinate} {cell.value}"
        for name in sheets
        for line in book[name].iter_rows()
        for cell in line
        if cell.data_type == "f"
    ]
    book.close()
    return found
