"""Excel for Windows as a host: finding an open workbook among the running Excel programs. xlwings does the rest.

1. Only workbooks that a person has open are found; nothing is opened, started or closed here.
2. Excel that cannot listen now (a cell being edited, a dialog) is told from a fault of ours.
3. No reference to Excel is kept after a press: one that was would keep Excel alive after its window was closed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from addin.errors import HostBusy, HostError
from addin.hosts.boot import xw

if sys.platform == "win32":
    from pythoncom import com_error
    from xlwings._xlwindows import ExcelBusyError
else:

    class com_error(Exception):  # noqa: N801 - its name on Windows
        """Stands for the error that COM calls raise on Windows."""

    class ExcelBusyError(Exception):
        """Stands for what xlwings says of an Excel that does not answer."""


#: What Excel answers while it cannot listen: RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE.
BUSY_CODES: Final = frozenset({-2147418111, -2147417846, -2146777998})
BUSY_WORDS: Final = "Excel cannot listen now: a cell is being edited or a dialog is open."
BUSY_HINT: Final = "Press Enter or Esc to leave the cell, then press the button again."


def busy(error: BaseException) -> bool:
    """True for the answer of an Excel that cannot listen now."""
    return isinstance(error, ExcelBusyError) or getattr(error, "hresult", None) in BUSY_CODES


@contextmanager
def open_in_excel(address: str) -> Iterator[Any]:
    """The open workbook with this full name, as an `xlwings.Book`, in whichever Excel it is open.

    Raises:
        HostBusy: when an Excel that may hold it cannot listen now.
        HostError: when no Excel shows it.
    """
    yield _found(address)


def _found(address: str) -> Any:
    deaf = False
    for app in xw.apps:
        try:
            for book in app.books:
                if same_file(book.impl.xl.FullName, address):
                    return book
        except AttributeError:  # late binding asks for names first, and takes a refusal for a missing name
            deaf = True
        except (com_error, ExcelBusyError) as error:
            if not busy(error):
                raise HostError(f"Nothing was changed: Excel answered {error}.", hint="Press again.") from error
            deaf = True
    if deaf:
        raise HostBusy(f"Nothing was changed. {BUSY_WORDS}", hint=BUSY_HINT)
    raise HostError(
        f"Nothing was changed: no open Excel shows {address}.",
        hint="If Excel runs as administrator, start it normally; then open the workbook and press again.",
        code="HOST-NOT-OPEN",
    )


def same_file(one: str, other: str) -> bool:
    """True when two full names are one file to Windows: capitals and the kind of slash do not matter."""
    return os.path.normcase(os.path.normpath(one)) == os.path.normcase(os.path.normpath(other))
