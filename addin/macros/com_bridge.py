"""`Casebook.Bridge` for Excel on Windows: a COM server of the user's own, in a process of its own, warm between clicks.

COM starts it at the first click (`casebook install` says how in the registry) and it leaves by itself when nobody has
clicked for a while. All decisions are in `bridge`; here is only what COM asks for.

1. One thread, one press at a time; while a press talks to Excel, COM may deliver the next click, which is turned away.
2. Classes are announced only after everything is ready, and withdrawn before the server leaves, so that a click that
   comes in between starts a new server instead of reaching a leaving one.
3. Nothing is read from a workbook to decide what runs, and no Python on a network path is used.

Environment variables: CASEBOOK_BRIDGE_IDLE (seconds without a click after which the server leaves; 45 minutes),
CASEBOOK_BRIDGE_HOST ("closed" presses the buttons of a workbook file that no program has open; for tests only).
"""

from __future__ import annotations

import gc
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from addin.errors import ConfigError
from addin.macros.bridge import BookLookup, Bridge

CLSID: Final = "{4B0B1D3E-6C1B-4B57-9C0E-5B8E3B0C7A52}"
PROGID: Final = "Casebook.Bridge"
#: What Windows calls the event by which `casebook uninstall` asks a running server to leave.
STOP_EVENT: Final = r"Local\Casebook.Bridge.Stop"
IDLE_SECONDS: Final = 45 * 60
#: After so long without a click, registers are let go and Excel's objects are forgotten.
REST_SECONDS: Final = 60.0
_DRAIN_SECONDS: Final = 0.3
_LOOK_SECONDS: Final = 5.0
FAULT_FILE: Final = "bridge-fault.txt"


class CasebookBridge:
    """The COM class: what VBA's `CreateObject("Casebook.Bridge")` answers. Public names are COM's, hence capitals."""

    _public_methods_ = ("Press", "Ping")
    _reg_clsid_ = CLSID
    _reg_progid_ = PROGID

    def __init__(self) -> None:
        _server().touch()

    def Press(self, address: object, action_id: object) -> str:  # noqa: N802 - the name VBA calls
        """Press a button of an open workbook; the answer in words."""
        return _server().press(str(address), str(action_id))

    def Ping(self) -> str:  # noqa: N802 - the name VBA calls
        """Version and process, to see that the bridge stands."""
        return _server().bridge.ping()


class Server:
    """The process behind the COM class: its bridge, and when it was last asked for anything."""

    def __init__(self, lookup: BookLookup, idle_seconds: float) -> None:
        self.bridge = Bridge(lookup)
        self.idle_seconds = idle_seconds
        self.used = time.monotonic()
        self.resting = True

    def touch(self) -> None:
        """Somebody is here."""
        self.used = time.monotonic()

    def press(self, address: str, action_id: str) -> str:
        """One press, from COM."""
        self.touch()
        try:
            return self.bridge.press(address, action_id)
        finally:
            self.resting = False
            self.touch()

    @property
    def idle(self) -> float:
        """Seconds since somebody was here."""
        return time.monotonic() - self.used

    def tidy(self) -> None:
        """Forget Excel's objects at once, and let go of registers after a while: neither may outlive its use."""
        if not self.resting:
            gc.collect()
            self.resting = True
        if self.idle >= min(REST_SECONDS, self.idle_seconds):
            self.bridge.rest()


_running: list[Server] = []


def _server() -> Server:
    return _running[0]


def refuse_network(path: str) -> None:
    r"""Raise for a Python on a network path (\\server\share): whoever can write there would decide what runs here.

    Raises:
        ConfigError: the path is one.
    """
    if path.replace("/", "\\").startswith("\\\\"):
        raise ConfigError(
            f"The bridge does not run a Python from a network path ({path}).",
            hint="Install Casebook into a folder of this computer.",
            code="CFG-UNC",
        )


def idle_seconds() -> float:
    """After how many seconds without a click the server leaves; a value that is no number counts as none."""
    try:
        return max(0.5, float(os.environ.get("CASEBOOK_BRIDGE_IDLE", IDLE_SECONDS)))
    except ValueError:
        return IDLE_SECONDS


def book_lookup() -> BookLookup:
    """How this server finds an open workbook: among the running Excel programs, except in tests without Excel."""
    if os.environ.get("CASEBOOK_BRIDGE_HOST") == "closed":
        return _closed_book
    from addin.hosts.excel import open_in_excel  # noqa: PLC0415 - loads Excel's half of xlwings

    return open_in_excel


@contextmanager
def _closed_book(address: str) -> Iterator[Any]:
    from addin.hosts.closed import open_closed  # noqa: PLC0415 - for tests only

    book = open_closed(Path(address))
    try:
        yield book
        book.save()
    finally:
        book.close()


def fault_file() -> Path:
    """Where a server that could not start leaves its reason: it has no window to say it in."""
    return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "Casebook" / FAULT_FILE


def serve() -> None:
    """Be the COM server until nobody has clicked for a while; the command in the registry calls this."""
    try:
        refuse_network(sys.executable)
        _serve(Server(book_lookup(), idle_seconds()))
    except BaseException as error:
        kept = fault_file()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        raise


def _serve(server: Server) -> None:
    sys.coinit_flags = 2  # type: ignore[attr-defined]  # one thread: pythoncom reads this when it is first imported
    import pythoncom  # noqa: PLC0415 - Windows only
    import win32event  # noqa: PLC0415 - Windows only
    from win32com.server import factory  # noqa: PLC0415 - Windows only

    _running[:] = [server]
    stop = win32event.CreateEvent(None, True, False, STOP_EVENT)
    classes = factory.RegisterClassFactories([CLSID])  # for many clients, announced but asleep
    pythoncom.CoResumeClassObjects()
    server.touch()

    def wait(seconds: float) -> bool:
        """Serve what comes in; True when the server was asked to leave."""
        woken = win32event.MsgWaitForMultipleObjects([stop], False, int(seconds * 1000), win32event.QS_ALLINPUT)
        return bool(pythoncom.PumpWaitingMessages()) or woken == win32event.WAIT_OBJECT_0

    def needed() -> bool:
        return server.bridge.in_call or pythoncom._GetGatewayCount() > 0

    look = min(_LOOK_SECONDS, server.idle_seconds / 4)
    while not wait(look):
        server.tidy()
        if not needed() and server.idle >= server.idle_seconds:
            break
    factory.RevokeClassFactories(classes)
    leaving = time.monotonic()
    while time.monotonic() - leaving < _DRAIN_SECONDS or needed():
        if wait(0.05) and time.monotonic() - leaving >= _DRAIN_SECONDS and not server.bridge.in_call:
            break  # asked to leave: a client that only holds on is not waited for
    server.bridge.rest()
    pythoncom.CoUninitialize()
