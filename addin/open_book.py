"""`casebook open`: the register's workbook in a spreadsheet program, with its buttons alive.

In Calc the file itself is opened, and "Save" writes it as LibreOffice writes such files: without buttons and table
styles, with another VBA project and weak locks. Such a file is never what the register keeps. `settle` puts it right,
when the window is gone and again before the next opening (a killed host cannot do it at once):

1. Everything typed in the saved file is taken over into the journal, as Refresh does.
2. The workbook is drawn anew from the journal. The file as Calc saved it is kept beside it: under one name that the
   next such file takes over, or, when it holds a sheet of the person's own or something that could not be taken over,
   under a name with the time, which nothing overwrites; the person is told what is where.

A window closed without saving leaves the file as it was: what was pressed is in the journal and shows at the next
Refresh; what was typed and neither pressed nor saved is gone, as the person chose.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from addin.closed_book import press_closed
from addin.errors import CasebookError, HostGone, IntegrityError, NotOurBook, Unsupported
from addin.folder import write_workbook
from addin.hosts.calc_lock import drop_dead, hold
from addin.hosts.office import SILENCE_S, Office, in_time
from addin.hosts.ole import when_closed
from addin.hosts.package import Package
from addin.letters import lint_house, templates_root
from addin.macros.calc_bridge import CalcBridge
from addin.register.layout import SHEET
from addin.register.reading import BookFile
from addin.register.refresh import check_standing
from addin.register.sheets import META, meta_of, not_ours
from addin.service import Service
from addin.tasks import keep_day

#: Where the file stays as Calc saved it, until Calc saves the next one.
AS_SAVED: Final = "casebook-as-saved-in-calc.xlsm"
_LOOK_S: Final = 2.0
#: Faults of templates that are told one by one.
_FAULTS: Final = 3
Say = Callable[[str], None]


def open_register(folder: Path, host: str = "", *, headless: bool = False, say: Say = click.echo) -> int:
    """Open the workbook of a register and stay until its window is closed; answers the exit code.

    Args:
        folder: the register.
        host: "excel" or "calc"; by default Excel on Windows and Calc elsewhere.
        headless: without a window, for tests.
        say: where words to the person go.

    Raises:
        CasebookError: the register or the program cannot be opened, or the program died.
    """
    chosen = host or ("excel" if sys.platform == "win32" else "calc")
    service = Service.open(folder.resolve())
    try:
        if not service.workbook.exists():
            hint = "Make it from the journal: casebook rebuild workbook."
            raise NotOurBook(f"{service.workbook.name} is not in {folder}.", hint=hint, code="BOOK-ABSENT")
        if unkept := keep_day(service):
            say(unkept)
        check_templates(service, say)
        if chosen == "excel":
            return _open_in_excel(service.workbook, say)
        return _open_in_calc(service, headless=headless, say=say)
    finally:
        service.close()


def check_templates(service: Service, say: Say) -> None:
    """Tell the faults of the letter templates before anybody needs a letter; the workbook opens all the same."""
    configured = service.settings.templates
    try:
        faults = lint_house(templates_root(Path(configured) if configured else None))
    except CasebookError as error:
        say(f"{error.message} {error.hint}".strip())
        return
    for fault in faults[:_FAULTS]:
        say(f"{fault.cell}: {fault.message} {fault.hint}".strip())
    if len(faults) > _FAULTS:
        say(f"{len(faults) - _FAULTS} more faults of letters and messages: casebook check templates.")


def _open_in_excel(path: Path, say: Say) -> int:
    start: Callable[[Path], None] | None = getattr(os, "startfile", None)  # Windows only
    if start is None:
        raise Unsupported("Excel runs on Windows.", hint="Use --host calc here.")
    start(path)
    say(f"{path.name} opens in Excel.")
    return 0


def _open_in_calc(service: Service, *, headless: bool, say: Say) -> int:
    path = service.workbook
    drop_dead(path)
    settle(service, say)
    check_notes(service, say)
    with ExitStack() as stack:
        stack.callback(drop_dead, path)
        office = Office.start(headless=headless)
        stack.callback(_let_go, office)
        hold(path, office)
        bridge = CalcBridge(office, draw=write_workbook)
        stack.callback(bridge.close)
        document = bridge.open(path)
        document.model.setModified(False)  # the line about its standing is no change of the person's
        closed = threading.Event()
        when_closed(document.model, closed.set)
        say(f"{path.name} is open in Calc. This window answers its buttons: leave it open until Calc is closed.")
        died = _stay(office, closed, say)
    settle(service, say)
    if died:
        raise HostGone(
            "LibreOffice ended unexpectedly.",
            hint="Everything a button reported done is recorded; open the register again and press Refresh. "
            "What was typed and neither pressed nor saved is lost.",
        )
    return 0


def _stay(office: Office, closed: threading.Event, say: Say) -> bool:
    """Wait until the person has closed the workbook and end the office; True when it died instead.

    Ctrl+Q ends the office by itself, and it must not be disturbed at that: it is asked only when it stays.
    """
    while office.is_running:
        try:
            if closed.wait(_LOOK_S) and not office.wait(_LOOK_S) and office.end_if_empty():
                return False
        except KeyboardInterrupt:
            say("Calc is asked to close; save or discard there.")
            office.terminate()
        except HostGone:
            office.wait(_LOOK_S)
    return office.process.returncode != 0


def _let_go(office: Office) -> None:
    """End an office in which no work of a person can be lost; leave any other alone."""
    if office.is_running:
        try:
            busy = in_time(lambda: any(document.isModified() for document in office.documents()), SILENCE_S)
        except CasebookError:
            busy = False
        if not busy:
            office.stop()


def settle(service: Service, say: Say) -> None:
    """Put right a workbook that LibreOffice saved: take over what was typed, then draw it from the journal."""
    path = service.workbook
    try:
        if not saved_by_calc(path):
            return
        own = [name for name in BookFile(path).sheets if name not in SHEET]
        outcome = press_closed(service, "desk.refresh")
    except CasebookError as error:
        say(f"{path.name} stays as Calc saved it, without buttons. {error}")
        return
    stamp = f"{service.clock():%Y%m%dT%H%M%SZ}"
    kept = path.with_name(f"casebook-kept-{stamp}.xlsm" if own or not outcome.ok else AS_SAVED)
    path.replace(kept)
    write_workbook(service)
    if not outcome.ok:
        say(f"Something typed could not be taken over; it stands in {kept.name}. {outcome.message}")
    if own:
        say(f"Sheets of your own ({', '.join(own)}) are in {kept.name}: the register's workbook holds only its own.")
    say(f"{path.name} shows the journal up to event {service.journal.head().seq}.")


def check_notes(service: Service, say: Say) -> None:
    """Look at what the workbook says of itself before it is shown.

    Raises:
        NotOurBook: no button of it could work: it is not ours, or of another layout.
    """
    book = BookFile(service.workbook)
    if "_meta" not in book.sheets:
        raise not_ours()
    cells = {row.get(1): row.get(2) for _, row in book.rows("_meta")}
    try:
        check_standing(meta_of([cells.get(name) for name in META]), service.journal)
    except IntegrityError as error:
        say(f"Buttons will refuse to work. {error}")


def saved_by_calc(path: Path) -> bool:
    """True when the workbook's own notes name LibreOffice as the program that wrote it."""
    package = Package(path)
    return package.has("docProps/app.xml") and b"<Application>LibreOffice" in package.read("docProps/app.xml")
