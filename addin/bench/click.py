"""`casebook bench click`: what one press costs, as ratios measured in one run on one computer.

1. A register of each size is made in a folder of its own: fictional status checks, opened through the service.
2. In a private LibreOffice the button "Add note" is pressed by its macro: VBA, bridge, rules, journal, sheets and back.
   Beside each press, in turn, stand its two floors: one bare cell written over the same connection, and one bare event
   committed to a journal of the same size.
3. A cold press is a new process that presses on the closed workbook; beside it stands `python -c pass`.

Seconds differ between computers, and from hour to hour; ratios of one run may be compared. Medians throughout. Where
LibreOffice is absent the closed workbook is pressed in its place, and the result says so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from addin.closed_book import press_closed
from addin.errors import CasebookError, HostError
from addin.folder import create, write_workbook
from addin.hosts.grid import Rect
from addin.hosts.libre import LibreDocument
from addin.hosts.office import Office
from addin.journal import SqliteJournal
from addin.logic.events import Draft, iso
from addin.macros.calc_bridge import CalcBridge
from addin.macros.press import Asked
from addin.register.layout import FIRST_ROW, columns
from addin.service import Clock, RowRequest, Service
from addin.settings import JOURNAL_FILE, load

SIZES: Final = (200, 2_000, 20_000)
PRESSES: Final = 25
#: Presses that are not counted: the first ones load modules, compile the macro and fill caches.
_UNCOUNTED: Final = 3
_COLD: Final = 3
_BATCH: Final = 500
_SHEET: Final = "Requests"
_ACTION: Final = "requests.note"
_MACRO: Final = "Buttons.Do_requests_note"
#: A cell of the queue sheet far from everything: the bare write goes there.
_BARE: Final = Rect(3, 200, 3, 200)
_CASEBOOK: Final = "from addin.cli import main; main()"
_FIRST_DAY: Final = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """The medians of one register: seconds, and how many cases it holds."""

    cases: int
    press_s: float
    cell_write_s: float
    commit_s: float
    cold_s: float
    python_s: float

    @property
    def ratios(self) -> dict[str, float]:
        """A press against each of its floors."""
        return {
            "warm_to_cell_write": self.press_s / self.cell_write_s if self.cell_write_s else 0.0,
            "warm_to_commit": self.press_s / self.commit_s,
            "cold_to_python": self.cold_s / self.python_s,
        }


@dataclass(frozen=True, slots=True)
class ClickReport:
    """What `bench click` found: one sample per size, and how the host was reached.

    `growth` is the press on the largest register against the press on the smallest, the median over the rounds.
    """

    host: str
    samples: tuple[Sample, ...]
    growth: float
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it: seconds to the microsecond, ratios to two digits."""
        rows = [
            {key: round(value, 6) for key, value in asdict(sample).items()}
            | {key: round(value, 2) for key, value in sample.ratios.items()}
            for sample in self.samples
        ]
        return {"host": self.host, "note": self.note, "growth": round(self.growth, 2), "registers": rows}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield f"One-row press '{_ACTION}' on the host '{self.host}', medians of one run."
        if self.note:
            yield self.note
        for sample in self.samples:
            found = sample.ratios
            bare = f"{found['warm_to_cell_write']:.1f} x a bare cell write, " if sample.cell_write_s else ""
            yield (
                f"{sample.cases:>7,} cases: warm {sample.press_s * 1e3:.1f} ms = {bare}"
                f"{found['warm_to_commit']:.1f} x a bare commit; "
                f"cold {sample.cold_s:.2f} s = {found['cold_to_python']:.0f} x 'python -c pass'."
            )
        first, last = self.samples[0].cases, self.samples[-1].cases
        yield f"Growth of the warm press from {first:,} to {last:,} cases: {self.growth:.2f} x."


def bench_click(sizes: Sequence[int] = SIZES, presses: int = PRESSES, tick: Tick = lambda: None) -> ClickReport:
    """Measure presses on registers of these sizes.

    Args:
        sizes: numbers of cases, ascending.
        presses: how many presses are counted on each.
        tick: called once a register.
    """
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        folders = [Path(base) / f"cases-{size}" for size in sizes]
        for folder, size in zip(folders, sizes, strict=True):
            make_register(folder, size)
        host, note = "libreoffice", ""
        try:
            with _office(Path(base) / "profile") as bridge:
                taken = _in_calc(bridge, folders, presses)
        except HostError as error:
            if error.code not in ("CALC-MISSING", "CALC-BRIDGE"):
                raise
            host = "closed"
            note = f"{error.message} Measured on the closed workbook, which is read and saved whole at each press."
            taken = _closed(folders, presses)
        samples = []
        for folder, size, floors in zip(folders, sizes, taken, strict=True):
            samples.append(_sample(size, folder, _medians(floors)))
            tick()
        return ClickReport(host, tuple(samples), _growth(taken), note)


def make_register(folder: Path, cases: int) -> None:
    """A register of fictional status checks, at a fixed clock, and its workbook."""
    service = create(folder, demo=True, clock=_still(_FIRST_DAY))
    try:
        person = next(iter(load(folder).actors().values()))
        for start in range(0, cases, _BATCH):
            acting = replace(service, actor=person, clock=_still(_FIRST_DAY + timedelta(minutes=start // _BATCH)))
            numbers = range(start, min(start + _BATCH, cases))
            asked = [RowRequest("", {"order_no": f"{2_000_000_000 + number}"}, opens="OST") for number in numbers]
            outcome = acting.open_cases(asked)
            if not outcome.ok:
                raise CasebookError(f"The register of {cases} cases could not be made: {outcome.message}")
        write_workbook(service)
    finally:
        service.close()


def _still(moment: datetime) -> Clock:
    return lambda: moment


def _acting(folder: Path) -> Service:
    """The register as its first person, whose name the measured presses bear."""
    return Service.open(folder, actor=next(iter(load(folder).actors().values())))


@contextmanager
def _office(profile: Path) -> Iterator[CalcBridge]:
    office = Office.start(profile, headless=True)
    try:
        bridge = CalcBridge(office, draw=write_workbook, opener=_acting, double_click_s=0)
        try:
            yield bridge
        finally:
            bridge.close()
    finally:
        office.stop()


Floors = tuple[float, float, float]  # press, cell write, commit: medians in seconds


def _in_calc(bridge: CalcBridge, folders: Sequence[Path], presses: int) -> list[list[Floors]]:
    """Press on all registers in turn, so that a slow moment of the computer falls on each of them."""
    answers: list[str] = []
    bridge.on_answer = lambda _action, text: answers.append(text)
    with ExitStack() as stack:
        opened = []
        for folder in folders:
            document = bridge.open(folder / "casebook.xlsm")
            stack.callback(document.close)
            journal, bare = _bare_commit(folder)
            stack.callback(journal.close)
            opened.append((document, next(grid for grid in document.grids() if grid.name == _SHEET), bare))
        taken: list[list[Floors]] = [[] for _ in folders]
        for number in range(presses + _UNCOUNTED):
            for (document, grid, bare), floors in zip(opened, taken, strict=True):
                _prepare(document, grid, number)
                press = _seconds(bridge.driver.run, document, _MACRO, ())
                if not answers or not answers[-1].startswith("Add note"):
                    raise CasebookError(f"The press was not done: {answers[-1:]}")
                write = _seconds(grid.write, _BARE, [[f"bare {number}"]])
                floors.append((press, write, _seconds(bare)))
    return taken


def _prepare(document: LibreDocument, grid: Any, number: int) -> None:
    """Type the note of a row and select it, as a person does before pressing."""
    row = FIRST_ROW + number
    names = [column.name for column in columns(_SHEET)]
    column = names.index("reason") + 1
    grid.write(Rect(row, column, row, column), [[f"Rang the carrier, call {number}"]])
    document.select(grid, [Rect(row, 1, row, 1)])


def _closed(folders: Sequence[Path], presses: int) -> list[list[Floors]]:
    """Press on the closed workbooks of all registers in turn."""
    with ExitStack() as stack:
        opened = []
        for folder in folders:
            service = _acting(folder)
            stack.callback(service.close)
            journal, bare = _bare_commit(folder)
            stack.callback(journal.close)
            ids = [case.case_id for case in service.journal.worklist(presses + _UNCOUNTED)]
            opened.append((service, ids, bare))
        taken: list[list[Floors]] = [[] for _ in folders]
        for number in range(presses + _UNCOUNTED):
            for (service, ids, bare), floors in zip(opened, taken, strict=True):
                asked = Asked((ids[number],), reason="Rang the carrier")
                press = _seconds(press_closed, service, _ACTION, asked)
                floors.append((press, 0.0, _seconds(bare)))
    return taken


def _bare_commit(folder: Path) -> tuple[SqliteJournal, Callable[[], object]]:
    """A copy of the register's journal, and the commit of one event to it."""
    target = folder / "bare.sqlite"
    target.write_bytes((folder / JOURNAL_FILE).read_bytes())
    journal = SqliteJournal(target)
    case_id = journal.worklist(1)[0].case_id
    draft = Draft("case.noted.v1", case_id, {"type": "OST", "move": "note", "set": {}}, "Rang the carrier")

    def commit() -> None:
        with journal.write() as writer:
            writer.append(draft, at=iso(datetime.now(UTC).replace(microsecond=0)), actor="bench", role="coordinator")

    return journal, commit


def _sample(cases: int, folder: Path, floors: Floors) -> Sample:
    """The warm medians with the cold ones, measured in turn on the closed workbook."""
    service = _acting(folder)
    ids = [case.case_id for case in service.journal.worklist(_COLD)]
    person = service.actor.id
    service.close()
    write_fresh(folder)
    cold, bare = [], []
    for case_id in ids:
        command = [sys.executable, "-c", _CASEBOOK, "press", _ACTION, "--case", case_id]
        command += ["--reason", "Rang the carrier", "--register", str(folder), "--json"]
        cold.append(_seconds(_run, command, person))
        bare.append(_seconds(_run, [sys.executable, "-c", "pass"], person))
    return Sample(cases, *floors, median(cold), median(bare))


def write_fresh(folder: Path) -> None:
    """The workbook as the journal has it, so that the cold press does not first catch up with the warm ones."""
    service = _acting(folder)
    try:
        write_workbook(service)
    finally:
        service.close()


def _run(command: Sequence[str], person: str) -> None:
    done = subprocess.run(command, env=os.environ | {"CASEBOOK_USER": person}, capture_output=True, check=False)
    if done.returncode:
        raise CasebookError(
            f"A cold press ended with {done.returncode}: {(done.stderr + done.stdout).decode()[-300:].strip()}"
        )


def _seconds(call: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def _growth(taken: Sequence[Sequence[Floors]]) -> float:
    rounds = zip(taken[0][_UNCOUNTED:], taken[-1][_UNCOUNTED:], strict=True)
    return median(last[0] / first[0] for first, last in rounds)


def _medians(taken: Sequence[Floors]) -> Floors:
    counted = taken[_UNCOUNTED:]
    press, write, commit = (median(column) for column in zip(*counted, strict=True))
    return press, write, commit
