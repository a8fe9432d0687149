"""A real LibreOffice for tests: started once, in a profile of its own, ended with the tests."""

from __future__ import annotations

import contextlib
import shutil
import time

from addin.folder import create, write_workbook
from addin.hosts.grid import Rect
from addin.hosts.libre import LibreDocument
from addin.hosts.office import Office
from addin.journal import SqliteJournal
from addin.register.layout import FIRST_ROW, HEADER_ROW, MESSAGE_ROW, columns
from addin.service import RowRequest, Service

PATIENCE_S = 60.0
PERSON = "a.khan"
ORDERS = ("1000000001", "1000000002", "1000000003")


@contextlib.contextmanager
def running_office(profile, **more):
    """A private office that is gone when the block ends."""
    office = Office.start(profile, **more)
    try:
        yield office
    finally:
        office.stop()


def wait_for(condition, what, patience_s=None):
    """The condition's answer as soon as it is true; an AssertionError that says what was waited for."""
    patience_s = patience_s or PATIENCE_S
    deadline = time.monotonic() + patience_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {patience_s} s for: {what() if callable(what) else what}"
        time.sleep(0.02)
    return found


def make_register(folder, cases=3):
    """A register for trying out with status checks of some orders; its workbook shows them."""
    service = create(folder, demo=True)
    coordinator = service.settings.actors()[PERSON]
    orders = [*ORDERS, *(f"{2_000_000_000 + number}" for number in range(cases))][:cases]
    if orders:
        opened = service.acting(coordinator).open_cases(
            [RowRequest("", {"order_no": order}, opens="OST") for order in orders]
        )
        assert opened.ok, opened.message
        write_workbook(service)
    service.close()
    return folder


def copied(template, folder):
    """The same register once more, in a folder of its own."""
    return shutil.copytree(template, folder)


def events(folder):
    """Everything in the journal, without disturbing whoever writes it."""
    journal = SqliteJournal(folder / "journal.sqlite", read_only=True)
    try:
        return list(journal.events())
    finally:
        journal.close()


def kinds(folder):
    """The kinds of all events, in order."""
    return [event.kind for event in events(folder)]


class OpenRegister:
    """A register's workbook in an office: cells are typed as a person types them, results are read back."""

    def __init__(self, folder, document: LibreDocument):
        self.folder, self.document = folder, document
        self.path = folder / "casebook.xlsm"

    def grid(self, sheet):
        """A sheet."""
        return next(grid for grid in self.document.grids() if grid.name == sheet)

    def place(self, sheet, row, column):
        """The cell of a queue column, found by its title as it stands now."""
        title = next(each.title for each in columns(sheet) if each.name == column)
        titles = self.grid(sheet).values(Rect(HEADER_ROW, 1, HEADER_ROW, 60))[0]
        at = titles.index(title) + 1
        return Rect(row, at, row, at)

    def type(self, sheet, row, **cells):
        """Type into a row of a queue."""
        for name, value in cells.items():
            self.grid(sheet).write(self.place(sheet, row, name), [[value]])

    def cell(self, sheet, row, column):
        """What a cell of a queue shows."""
        return self.grid(sheet).values(self.place(sheet, row, column))[0][0]

    def row_of(self, case_id, sheet="Requests"):
        """Where a case stands now."""
        ids = self.grid(sheet).values(Rect(FIRST_ROW, 1, FIRST_ROW + 60, 1))
        return FIRST_ROW + [line[0] for line in ids].index(case_id)

    def select(self, sheet, *rows):
        """Select rows by their first cells."""
        self.document.select(self.grid(sheet), [Rect(row, 1, row, 1) for row in rows])

    def message(self, sheet):
        """The text under the buttons, "" for none."""
        return self.grid(sheet).values(Rect(MESSAGE_ROW, 1, MESSAGE_ROW, 1))[0][0] or ""

    def service(self):
        """The register behind it."""
        return Service.open(self.folder)

    def seq_shown(self):
        """The event up to which the workbook shows the journal."""
        return int(self.grid("_meta").values(Rect(3, 2, 3, 2))[0][0])


def settled(folder):
    """What a closed refresh finds: the outcome's message after the dust has settled."""
    from addin.closed_book import press_closed

    service = Service.open(folder)
    try:
        return press_closed(service, "desk.refresh")
    finally:
        service.close()
