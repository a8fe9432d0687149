"""A generic xlwings engine: what xlwings' front calls, expressed over the small protocols of `driver`.

`Engine(driver)` registered with `boot.register_engine` makes `xw.Book`, `xw.books`, `sheet.range(...)` and the rest
work in any host, so macros and sheet operations are written once, on the xlwings API. The other objects live in
`sheets`, `ranges` and `tables`.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from addin.errors import Unsupported
from addin.hosts.boot import base_classes, put_in_front, register_engine, xw
from addin.hosts.driver import Document, Driver
from addin.hosts.grid import CellError
from addin.hosts.ranges import Range
from addin.hosts.sheets import Names, Sheet, Sheets
from addin.hosts.shims import Shim, complete

_CALCULATION: Final = ("automatic", "manual", "semiautomatic")
_numbers: Final = itertools.count(1)


class Engine:
    """One host as xlwings sees it."""

    type: Final = "desktop"

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.name = driver.name
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        """One value on its way into a cell: what other libraries call nothing becomes nothing.

        Raises:
            TypeError: for a moment with a time zone, which no cell can hold.
        """
        if x is None or type(x).__name__ in ("NaTType", "NAType"):
            return None
        if isinstance(x, str | bool | int):
            return x
        if isinstance(x, float):
            return None if math.isnan(x) else x
        if hasattr(x, "to_pydatetime"):
            x = x.to_pydatetime()
        elif type(x).__module__ == "numpy":
            return Engine.prepare_xl_data_element(x.item(), options)
        if isinstance(x, dt.datetime) and x.tzinfo is not None:
            raise TypeError("A cell has no time zone: write an instant as text.")
        return x

    @staticmethod
    def clean_value_data(
        data: Any,
        datetime_builder: Callable[..., Any],
        empty_as: Any,
        number_builder: Callable[[float], Any] | None,
        err_to_str: bool,
    ) -> list[list[Any]]:
        """Values on their way out of the cells, by xlwings' reading options."""

        def clean(value: Any) -> Any:
            if value is None or value == "":
                return empty_as
            if isinstance(value, dt.datetime):
                return datetime_builder(
                    year=value.year,
                    month=value.month,
                    day=value.day,
                    hour=value.hour,
                    minute=value.minute,
                    second=value.second,
                    microsecond=value.microsecond,
                    tzinfo=None,
                )
            if isinstance(value, CellError):
                return str(value) if err_to_str else None
            if number_builder is not None and type(value) is float:
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in data]


@complete
class Apps(base_classes.Apps):
    """The open instances of a host, the active one first."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.items: list[App] = []

    def keys(self) -> list[int]:
        """Their numbers."""
        return [app.pid for app in self.items]

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> App:
        """Another instance; it becomes the active one."""
        app = App(self)
        self.items.insert(0, app)
        return app

    @staticmethod
    def cleanup() -> None:
        """Do nothing: this project kills nobody's program."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self.items))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, pid: int) -> App:
        for app in self.items:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class ApplicationApi(Shim):
    """Excel's Application: none of it is used."""


@complete
class App(base_classes.App):
    """One instance: the switches that only matter on a screen are kept and do nothing."""

    screen_updating: Any = True
    display_alerts: Any = True
    enable_events: Any = True
    interactive: Any = True
    visible: Any = False
    cut_copy_mode: Any = None
    startup_path: Any = ""
    path: Any = ""
    hwnd: Any = None
    xl: Any = None

    def __init__(self, apps: Apps) -> None:
        self._apps, self.engine, self.driver = apps, apps.engine, apps.engine.driver
        self._pid = os.getpid() * 10_000 + next(_numbers)
        self._books = Books(self)
        self._calculation = _CALCULATION[0]
        self._status: Any = False
        self.leaves_with_last_book = False

    @property
    def api(self) -> ApplicationApi:
        """Nothing of Excel's Application is used here."""
        return ApplicationApi()

    @property
    def pid(self) -> int:
        """A number of its own, not a process."""
        return self._pid

    @property
    def version(self) -> str:
        """The host's version."""
        return self.driver.version

    @property
    def books(self) -> Books:
        """The open books."""
        return self._books

    @property
    def selection(self) -> Range | None:
        """What is selected in the active book."""
        book = self._books.active
        if book is None:
            return None
        grid, areas = book.document.selection()
        return Range(Sheet(book, grid), areas) if areas else None

    @property
    def status_bar(self) -> Any:
        """The text of the status bar; False when the program writes it."""
        return self._status

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        self._status = value
        self.driver.show_status(None if value in (False, None) else str(value))

    @property
    def calculation(self) -> str:
        """The mode asked for; nothing follows from it in hosts that do not calculate."""
        return self._calculation

    @calculation.setter
    def calculation(self, value: str) -> None:
        if value not in _CALCULATION:
            raise ValueError(f"calculation is one of {', '.join(_CALCULATION)}, not {value!r}.")
        self._calculation = value

    def calculate(self) -> None:
        """Recalculate the open books."""
        for book in self._books:
            self.driver.calculate(book.document)

    def activate(self, steal_focus: bool = False) -> None:
        """Make this the active instance, and its host the active one of several that run in one process."""
        self._apps.items.remove(self)
        self._apps.items.insert(0, self)
        put_in_front(self._apps.engine)

    def run(self, macro: str, args: Any) -> Any:
        """Run a macro of the active book."""
        book = self._books.active
        if book is None:
            raise Unsupported("There is no open workbook to run a macro in.")
        return self.driver.run(book.document, macro, args)

    def alert(self, prompt: Any, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        """Show a message."""
        return self.driver.tell(str(prompt), str(title or ""), str(buttons or "ok"))

    def quit(self) -> None:
        """Close everything without saving."""
        for book in list(self._books):
            book.close()
        if self in self._apps.items:
            self._apps.items.remove(self)

    def kill(self) -> None:
        """The same as `quit`: no process is killed."""
        self.quit()


@complete
class Books(base_classes.Books):
    """The open books of one instance."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.items: list[Book] = []
        self.front: Book | None = None

    @property
    def api(self) -> Shim:
        """Nothing of Excel's Workbooks is used here."""
        return ApplicationApi()

    @property
    def active(self) -> Book | None:
        """The book in front."""
        return self.front

    def __call__(self, name_or_index: int | str) -> Book:
        """One of them, by its place from 1 or its name."""
        if isinstance(name_or_index, int):
            return self.items[name_or_index - 1]
        for book in self.items:
            if book.name.lower() == name_or_index.lower():
                return book
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self.items))

    def open(self, fullname: str, update_links: Any = None, read_only: Any = None, *more: Any, **named: Any) -> Book:
        """Open a book and bring it to the front; formats and passwords are not offered."""
        if any(value is not None for value in (*more, *named.values())):
            raise Unsupported("This host opens plain workbooks only, without password or format.")
        document = self.app.driver.open(Path(fullname), read_only=bool(read_only))
        book = self._known(document) or Book(self.app, document)
        if book.app is self.app:
            self.items += [] if book in self.items else [book]
            self.front = book
        return book

    def _known(self, document: Document) -> Book | None:
        """The book that shows this document already: two would each believe it open after the other closed it."""
        model = getattr(document, "model", None)
        books = (book for app in self.app.engine.apps for book in app.books) if model is not None else ()
        return next((book for book in books if getattr(book.document, "model", None) == model), None)


class WorkbookApi(Shim):
    """Excel's Workbook, as far as it is used."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def ReadOnly(self) -> bool:  # noqa: N802 - Excel's name
        """True when it cannot be saved in place."""
        return self._document.is_read_only

    @property
    def Date1904(self) -> bool:  # noqa: N802
        """True when day numbers count from 1904."""
        return self._document.is_date_1904

    @property
    def Saved(self) -> bool:  # noqa: N802
        """True when nothing has changed since the last save."""
        return self._document.is_saved

    @property
    def AutoSaveOn(self) -> bool:  # noqa: N802
        """False: that belongs to Excel with a web path."""
        return False

    @property
    def Path(self) -> str:  # noqa: N802
        """The folder."""
        return str(self._document.path.parent) if self._document.path else ""

    @property
    def FullName(self) -> str:  # noqa: N802
        """The whole path."""
        return str(self._document.path or "")

    @property
    def Name(self) -> str:  # noqa: N802
        """The file's name."""
        return self._document.path.name if self._document.path else ""


@complete
class Book(base_classes.Book):
    """One open workbook."""

    def __init__(self, app: App, document: Document) -> None:
        self._app, self.document = app, document

    @property
    def app(self) -> App:
        """The instance it is open in."""
        return self._app

    @property
    def api(self) -> WorkbookApi:
        """The members of Excel's Workbook that are used here."""
        return WorkbookApi(self.document)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.document.path.name if self.document.path else "Book1"

    @property
    def fullname(self) -> str:
        """The whole path."""
        return str(self.document.path or self.name)

    @property
    def sheets(self) -> Sheets:
        """The sheets."""
        return Sheets(self)

    @property
    def names(self) -> Names:
        """The defined names."""
        return Names(self)

    def activate(self) -> None:
        """Bring the book to the front of its instance."""
        self._app.books.front = self

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save in place, or under another path.

        Raises:
            HostBusy: the file is held by somebody, or changed on the disk.
        """
        if password:
            raise Unsupported("This host writes no encrypted workbooks.")
        self.document.save(Path(path) if path else None)

    def close(self) -> None:
        """Close without saving."""
        books = self._app.books
        if self in books.items:
            books.items.remove(self)
            books.front = books.items[-1] if books.items else None
            self.document.close()
        if self._app.leaves_with_last_book and not books.items:
            self._app.quit()


def known_book(driver_engine: Engine, path: Path | str) -> xw.Book | None:
    """The book of this file, if the engine has it open."""
    register_engine(driver_engine, activate=xw.engines.active is None)  # xlwings' own activate() needs one
    wanted = Path(path).resolve()
    for app in driver_engine.apps:
        for book in app.books:
            if (known := book.document.path) is not None and known.resolve() == wanted:
                return xw.Book(impl=book)
    return None


def open_book(driver_engine: Engine, path: Path | str, *, read_only: bool = False) -> xw.Book:
    """A book in an instance of its own, or the one that is open already; closing it ends the instance.

    Raises:
        FileNotFoundError: there is no such file.
        NotOurBook: the file is no workbook.
    """
    if (known := known_book(driver_engine, path)) is not None:
        return known
    wanted = Path(path).resolve()
    app = driver_engine.apps.add()
    app.leaves_with_last_book = True
    try:
        return xw.App(impl=app).books.open(str(wanted), read_only=read_only or None)
    except BaseException:
        app.quit()
        raise
