"""The bridge of LibreOffice Calc: what a button's `CreateObject("Casebook.Bridge").Press(book, action)` reaches.

It lives in the process that started the office and stays warm: the journal, the settings and the workbook's objects are
kept between clicks.

1. One press at a time: a press that comes while another runs is refused in words.
2. The second half of a double click (same button, same selection) gets the first half's answer and does nothing.
3. What is being typed into a cell is entered first, and counts.
4. Settings that changed and a journal that was replaced are opened anew before they are used.
5. Nothing is raised into the office: every fault is an answer in words.
6. The bridge never opens a workbook. Calc may run the opening hook before it lists the workbook that it is loading;
   loaded once more then, it would stand there twice, and clicks would meet the one whose macros are off. The hook is
   answered with nothing then, and `open` says it afterwards.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from addin.errors import CasebookError, HostError
from addin.hosts.boot import xw
from addin.hosts.engine import Engine, known_book, open_book
from addin.hosts.libre import LibreDocument, LibreDriver
from addin.hosts.office import Office
from addin.hosts.ole import offer
from addin.logic.outcome import Outcome, Problem
from addin.macros.actions import find
from addin.macros.press import ALARM, answer, press
from addin.macros.registers import Opener, OpenRegisters
from addin.service import Service

#: What VBA asks for; the same name is a COM server in Excel.
NAME: Final = "Casebook.Bridge"
#: How far apart the two clicks of a double click may be; 500 ms is what desktops take by default.
DOUBLE_CLICK_S: Final = 0.5
#: A click that waited while a press ran longer than that arrives this soon after its answer.
_WAITED_S: Final = 0.4
_BUSY: Final = "Another button is still at work. Wait for its answer, then press again; nothing was changed."
_QUIET: Final = "book.opened"
#: Up to this column a selected cell stands on the screen together with the first columns.
_NEAR: Final = 9


@dataclass(frozen=True, slots=True)
class _Last:
    """The last press: what was pressed on which cells, what came of it, and when (monotonic clock)."""

    book: str
    action: str
    place: str
    text: str
    began: float
    ended: float

    def is_doubled(self, now: float, double_click_s: float) -> bool:
        """True when a press that comes now may be the second half of a double click."""
        return now - self.began < double_click_s or now - self.ended < _WAITED_S


class CalcBridge:
    """Presses buttons of the workbooks that are open in one office."""

    def __init__(
        self,
        office: Office,
        *,
        draw: Callable[[Service], object],
        opener: Opener = Service.open,
        double_click_s: float = DOUBLE_CLICK_S,
    ) -> None:
        """Offer the bridge to an office that has not loaded a workbook yet.

        Args:
            office: the office.
            draw: writes a register's workbook file from its journal: what a button's "save" means here.
            opener: opens the register of a folder.
            double_click_s: how long after the first a second press of a button counts as a double click; 0 for never.
        """
        self.driver = LibreDriver(office)
        self.engine = Engine(self.driver)
        self.on_answer: Callable[[str, str], None] = lambda _action, _text: None
        self._draw, self._double_click_s = draw, double_click_s
        self.registers = OpenRegisters(opener)
        self._one = threading.Lock()
        self._last: _Last | None = None
        self._is_in_sight = False
        self._greeted: set[Path] = set()
        offer(office, NAME, {"Press": self.press_for_macro, "Ping": lambda: "Casebook", "IsLong": is_long})

    def press_for_macro(self, full_name: str, action_id: str) -> str:
        """The same for VBA: nothing when the message cell in sight says it.

        Calc repaints its window when a text comes into the status bar, and before a macro's next steps.
        """
        self._is_in_sight = False
        text = self.press(full_name, action_id)
        return "" if self._is_in_sight else text

    def press(self, full_name: str, action_id: str) -> str:
        """Press a button of the workbook with this path; the answer as VBA shows it."""
        if not self._one.acquire(blocking=False):
            return f"{ALARM}{_BUSY}"
        try:
            text = self._press(full_name, action_id)
            if text:
                self.on_answer(action_id, text)
        except CasebookError as error:
            text = f"{ALARM}{error}"
        except Exception as error:  # noqa: BLE001 - nothing may escape into the office
            fault = type(error).__name__
            text = f"{ALARM}Casebook could not do that ({fault}). Press Refresh: what was recorded will be shown."
        finally:
            self._one.release()
        return text

    def _press(self, full_name: str, action_id: str) -> str:
        began = time.monotonic()
        path = Path(full_name).resolve()
        if action_id == _QUIET and not self._is_to_greet(path):
            return ""
        book = self.book(path)
        document: LibreDocument = book.impl.document
        if (repeated := self._repeated(document, full_name, action_id)) is not None:
            return repeated
        service = self.registers.of(Path(full_name).parent)
        if action_id == _QUIET:
            self._greeted.add(path)
        document.saver = lambda: self._draw(service)
        with document.turn():
            self.driver.end_entry(document)
            outcome = _unwritable(document) if action_id != _QUIET else None
            with document.unpainted():
                _adopt_rows(document, action_id)
                text = answer(outcome or press(book, action_id, service))
            place = str(document.selection()) if self._double_click_s else ""
            self._is_in_sight = not text.startswith(ALARM) and _is_in_sight(document, action_id)
        self._last = _Last(full_name, action_id, place, text, began, time.monotonic())
        return text

    def _repeated(self, document: LibreDocument, full_name: str, action_id: str) -> str | None:
        last = self._last
        if last is None or not self._double_click_s or not last.is_doubled(time.monotonic(), self._double_click_s):
            return None
        if (last.book, last.action) != (full_name, action_id) or last.place != str(document.selection()):
            return None
        return last.text

    def book(self, path: Path) -> xw.Book:
        """The open workbook of this path.

        Raises:
            HostError: it is not open in this office, or the office has gone.
        """
        self._forget_closed()
        if (known := known_book(self.engine, path)) is not None:
            return known
        if not self._is_listed(path):
            hint = "Open the register with 'casebook open', then press again."
            raise HostError(f"{path.name} is not open in this Calc.", hint=hint, code="BOOK-ABSENT")
        return open_book(self.engine, path)

    def open(self, path: Path) -> LibreDocument:
        """Open a workbook of ours with its buttons; it says how it stands, whether Calc's own hook came early or not.

        Raises:
            CasebookError: it cannot be opened.
        """
        document = self.driver.open(path, with_macros=True)
        self.press(str(path), _QUIET)
        return document

    def _is_to_greet(self, path: Path) -> bool:
        self._forget_closed()
        return path not in self._greeted and self._is_listed(path)

    def _forget_closed(self) -> None:
        for app in list(self.engine.apps):
            for known in list(app.books):
                if not cast(LibreDocument, known.document).is_open:
                    app.books.items.remove(known)
                    self._greeted.clear()
            if not app.books.items:
                self.engine.apps.items.remove(app)

    def _is_listed(self, path: Path) -> bool:
        """True when Calc lists the workbook among its documents."""
        return self.driver.find(path) is not None

    def close(self) -> None:
        """Let go of the journals."""
        self.registers.close()


def is_long(action_id: str) -> bool:
    """True for a button that is worth a word in the status bar while it works: any but a move of selected rows."""
    action = find(action_id)
    return action is None or action.command != "move_rows"


def _is_in_sight(document: LibreDocument, action_id: str) -> bool:
    """True when the button's sheet is in front and the person works near the beginning of its message cell."""
    action = find(action_id)
    sheet, areas = document.selection()
    is_near = all(area.column <= _NEAR for area in areas)
    return action is not None and action.drawn and sheet.name == action.sheet and is_near


def _adopt_rows(document: LibreDocument, action_id: str) -> None:
    """Before a press that looks for new rows, take what was typed right below the tables into them."""
    if action_id.endswith(".refresh"):
        for grid in document.grids():
            grid.adopt_rows()
    elif action_id.endswith(".add"):
        document.active().adopt_rows()


def _unwritable(document: LibreDocument) -> Outcome | None:
    """A refusal when the workbook stands open in a way no press can be written to."""
    if document.is_read_only:
        hint = "Close it, open the register with 'casebook open', then press again. Nothing was changed."
        return Outcome.refused(Problem("BOOK-READONLY", "This window shows the workbook read-only.", hint=hint))
    return None
