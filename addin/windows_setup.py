"""Puts Casebook into Excel for Windows and takes it out again, for one user, without an administrator.

What is touched, and nothing else:

1. keys under HKEY_CURRENT_USER, Software, Classes: which program answers `Casebook.Bridge`;
2. casebook.xlam in the user's Excel start-up folder, where add-ins load by themselves and are trusted;
3. the folder Casebook in the user's local application data, where a bridge that cannot start leaves its reason.

`uninstall` removes all three. Trust settings are the user's and the house's: they are read, never changed.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from addin.errors import ConfigError, HostError
from addin.macros.com_bridge import CLSID, PROGID, STOP_EVENT, fault_file, refuse_network
from addin.settings import WORKBOOK_FILE

CLASSES: Final = r"Software\Classes"
ADDIN_FILE: Final = "casebook.xlam"
#: What COM runs: isolated (-I), so that neither a folder one stands in nor PYTHONPATH can slip in other code.
COMMAND: Final = '"{pythonw}" -I -c "from addin.macros.com_bridge import serve; serve()"'
_TITLE: Final = "Casebook bridge"
_EXCEL: Final = r"Software\Microsoft\Office\16.0\Excel\Security"
_POLICY: Final = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
_NO_MACROS: Final = 4  # VBAWarnings: all macros off, without a word
_PACKAGE: Final = Path(__file__).resolve().parent


class Hive(Protocol):
    """A part of the registry: keys below one root, of which only text values are used."""

    def read(self, key: str, name: str = "") -> str | None:
        """A value as text; None when it is not there."""

    def write(self, key: str, value: str) -> None:
        """Sets the key's own value, making the key."""

    def remove(self, key: str) -> bool:
        """Removes a key and all below it; False when it was not there."""

    def names(self, key: str) -> list[str]:
        """The names of the keys right below."""


class WindowsHive:
    """The registry of this computer, below HKCU (the user's own) or HKLM (all users', never written by a command)."""

    def __init__(self, root: str = "HKCU") -> None:
        self._winreg: Any = importlib.import_module("winreg")
        roots = {"HKCU": self._winreg.HKEY_CURRENT_USER, "HKLM": self._winreg.HKEY_LOCAL_MACHINE}
        self._root = roots[root]

    def read(self, key: str, name: str = "") -> str | None:
        """A value as text; None when it is not there."""
        try:
            with self._winreg.OpenKey(self._root, key) as handle:
                return str(self._winreg.QueryValueEx(handle, name)[0])
        except OSError:
            return None

    def write(self, key: str, value: str) -> None:
        """Sets the key's own value, making the key."""
        with self._winreg.CreateKeyEx(self._root, key, 0, self._winreg.KEY_WRITE) as handle:
            self._winreg.SetValueEx(handle, None, 0, self._winreg.REG_SZ, value)

    def remove(self, key: str) -> bool:
        """Removes a key and all below it; False when it was not there."""
        for name in self.names(key):
            self.remove(f"{key}\\{name}")
        try:
            self._winreg.DeleteKey(self._root, key)
        except FileNotFoundError:
            return False
        return True

    def names(self, key: str) -> list[str]:
        """The names of the keys right below."""
        try:
            with self._winreg.OpenKey(self._root, key) as handle:
                count = self._winreg.QueryInfoKey(handle)[0]
                return [self._winreg.EnumKey(handle, number) for number in range(count)]
        except OSError:
            return []


def require_windows(what: str) -> None:
    """Raise on a system that has no Excel of this kind.

    Raises:
        HostError: this is not Windows.
    """
    if sys.platform != "win32":
        raise HostError(
            f"'casebook {what}' is for Excel on Windows; there is nothing to do on this system.",
            hint="Here buttons are pressed in LibreOffice ('casebook open DIR --host calc') or by 'casebook press'.",
            code="HOST-WINDOWS",
        )


# ---- what belongs where ---------------------------------------------------------------------------------------


def windowless(python: Path) -> Path:
    r"""The interpreter without a console window beside this one.

    Raises:
        ConfigError: it is on a network path or not there.
    """
    refuse_network(str(python))
    found = python.with_name("pythonw.exe")
    if not found.is_file():
        raise ConfigError(
            f"{found} is missing.", hint="Install Python from python.org with all its parts.", code="CFG-PYTHONW"
        )
    return found


def registry_entries(pythonw: Path) -> Mapping[str, str]:
    """Every key of the bridge with its value."""
    of_class = f"{CLASSES}\\CLSID\\{CLSID}"
    return {
        f"{CLASSES}\\{PROGID}": _TITLE,
        f"{CLASSES}\\{PROGID}\\CLSID": CLSID,
        of_class: _TITLE,
        f"{of_class}\\ProgID": PROGID,
        f"{of_class}\\LocalServer32": COMMAND.format(pythonw=pythonw),
        f"{of_class}\\PythonCOM": "addin.macros.com_bridge.CasebookBridge",
    }


def start_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's Excel start-up folder.

    Raises:
        ConfigError: Windows does not say where the user's settings are.
    """
    roaming = environment.get("APPDATA")
    if not roaming:
        raise ConfigError("Windows does not say where your settings are (APPDATA).", hint="Log on anew and try again.")
    return Path(roaming) / "Microsoft" / "Excel" / "XLSTART"


def kept_addin() -> Path:
    """The add-in that comes with Casebook: the wheel's own, else the repository's.

    Raises:
        ConfigError: there is none.
    """
    for folder in (_PACKAGE / "_workbooks", _PACKAGE.parent / "workbooks"):
        if (folder / ADDIN_FILE).is_file():
            return folder / ADDIN_FILE
    raise ConfigError(f"{ADDIN_FILE} is missing from this installation.", hint="Install Casebook again.")


# ---- the commands ---------------------------------------------------------------------------------------------


def install(hive: Hive, pythonw: Path, start: Path) -> list[str]:
    """Register the bridge and copy the add-in; what was done and what is left to the user, line by line.

    Raises:
        HostError: Excel holds the add-in open.
    """
    _write_addin(start / ADDIN_FILE, kept_addin().read_bytes())
    _remove_keys(hive)
    for key, value in registry_entries(pythonw).items():
        hive.write(key, value)
    return [
        f"Casebook.Bridge is registered for you alone; it runs {pythonw}.",
        f"The add-in is in {start / ADDIN_FILE}; Excel shows the tab Casebook at its next start.",
        "Left to you: in Excel, File > Options > Trust Center > Trust Center Settings > Trusted Locations, add the",
        "folder of each register. A workbook that came by mail or download: Properties > Unblock, once.",
        "Then 'casebook doctor --register DIR' walks the whole way.",
    ]


def uninstall(hive: Hive, start: Path) -> list[str]:
    """Take everything out again; registers stay as they are.

    Raises:
        HostError: Excel holds the add-in open; the keys are gone already, so that no button works any more.
    """
    removed = _remove_keys(hive)
    said = ["Casebook.Bridge is no longer registered." if removed else "Casebook.Bridge was not registered."]
    target = start / ADDIN_FILE
    if target.exists():
        _held_by_excel(target, target.unlink)
        said.append("The add-in is removed from Excel's start-up folder.")
    else:
        said.append("The add-in was not in Excel's start-up folder.")
    fault_file().unlink(missing_ok=True)
    if fault_file().parent.is_dir() and not any(fault_file().parent.iterdir()):
        fault_file().parent.rmdir()
    return [*said, "Your registers stay where they are."]


def _remove_keys(hive: Hive) -> bool:
    removed = [hive.remove(f"{CLASSES}\\{PROGID}"), hive.remove(f"{CLASSES}\\CLSID\\{CLSID}")]
    return any(removed)


def _write_addin(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_file() or target.read_bytes() != content:
        _held_by_excel(target, lambda: target.write_bytes(content))


def _held_by_excel(target: Path, change: Callable[[], object]) -> None:
    try:
        change()
    except PermissionError as error:
        raise HostError(
            f"Excel holds {target.name} open.", hint="Close every Excel window, then run the command again."
        ) from error


def stop_running(seconds: float = 1.0) -> bool:
    """Ask bridges that run now to leave, so that no file of Casebook stays in use; False when there is none."""
    win32event: Any = importlib.import_module("win32event")
    pywintypes: Any = importlib.import_module("pywintypes")
    try:
        stop = win32event.OpenEvent(win32event.EVENT_ALL_ACCESS, False, STOP_EVENT)
    except pywintypes.error:
        return False
    win32event.SetEvent(stop)
    time.sleep(seconds)
    win32event.ResetEvent(stop)
    return True


# ---- the links, for the doctor --------------------------------------------------------------------------------


def links(folder: Path, hive: Hive) -> Iterator[tuple[str, Callable[[], str]]]:
    """Every link from Excel to Python, each as a name and a look at it that raises when the link is broken."""
    yield "interpreter", lambda: str(windowless(Path(sys.executable)))
    yield "bridge starts", _look_at_import
    yield "registry", lambda: look_at_registry(hive, windowless(Path(sys.executable)))
    yield "bridge answers", _look_at_answer
    yield "rights", _look_at_elevation
    yield "add-in", lambda: look_at_addin(start_folder())
    yield "macros", lambda: look_at_macros(hive)
    yield "trust", lambda: look_at_trust(hive, folder)


def look_at_registry(hive: Hive, pythonw: Path) -> str:
    """Every key is what `install` writes."""
    for key, value in registry_entries(pythonw).items():
        found = hive.read(key)
        if found is None:
            raise ValueError("Casebook.Bridge is not registered for you. Run 'casebook install'.")
        if found != value:
            raise ValueError(f"{key} holds {found!r}, not {value!r}. Run 'casebook install' with this Python.")
    return f"Casebook.Bridge runs {pythonw}"


def look_at_addin(start: Path) -> str:
    """The add-in in the start-up folder is the one that comes with this version."""
    target = start / ADDIN_FILE
    if not target.is_file():
        raise ValueError(f"{target} is missing. Run 'casebook install'.")
    if target.read_bytes() != kept_addin().read_bytes():
        raise ValueError(f"{target} is of another version. Close Excel and run 'casebook install'.")
    return str(target)


def look_at_macros(hive: Hive) -> str:
    """Macros are not switched off without a word, by the user or by the house's policy."""
    for key, who in ((_POLICY, "the house's policy"), (_EXCEL, "your own settings")):
        value = hive.read(key, "VBAWarnings")
        if value == str(_NO_MACROS):
            raise ValueError(
                f"Excel's macros are off by {who}. A register's folder must be a trusted location, or macros be "
                "allowed with a notice (File > Options > Trust Center > Macro Settings)."
            )
    return "Excel may run macros, at least after asking"


def look_at_trust(hive: Hive, folder: Path) -> str:
    """The workbook carries no mark of the web, and its folder is a trusted location or will be asked for."""
    workbook = folder.resolve() / WORKBOOK_FILE
    if workbook.is_file() and Path(f"{workbook}:Zone.Identifier").exists():
        raise ValueError(f"{workbook.name} is marked as downloaded. Right-click it, Properties, Unblock, OK.")
    if _trusted(hive, folder.resolve()):
        return f"{folder.resolve()} is a trusted location"
    return f"{folder.resolve()} is not a trusted location: Excel asks 'Enable Content' at the first opening"


def _trusted(hive: Hive, folder: Path) -> bool:
    for root in (_EXCEL, _POLICY):
        for name in hive.names(f"{root}\\Trusted Locations"):
            key = f"{root}\\Trusted Locations\\{name}"
            place = Path(os.path.expandvars(hive.read(key, "Path") or ""))
            if place.parts and (
                place == folder or (hive.read(key, "AllowSubfolders") == "1" and place in folder.parents)
            ):
                return True
    return False


def _look_at_import() -> str:
    """What COM will run can at least be loaded; with a console Python, so that a fault is seen."""
    command = [
        sys.executable,
        "-I",
        "-c",
        "import addin.macros.com_bridge, pythoncom, win32event, win32com.server.factory",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ValueError(f"The bridge cannot be loaded: {last}. Install Casebook again with this Python.")
    if fault_file().is_file():
        last = fault_file().read_text(encoding="utf-8").strip().splitlines()[-1]
        return f"now; an earlier start failed: {last} ({fault_file()})"
    return "everything it needs can be loaded"


def _look_at_answer() -> str:
    pythoncom: Any = importlib.import_module("pythoncom")
    client: Any = importlib.import_module("win32com.client")
    try:
        return str(client.Dispatch(PROGID).Ping())
    except pythoncom.com_error as error:
        raise ValueError(
            f"Casebook.Bridge does not answer ({error}). Run 'casebook install', then try again."
        ) from error


def _look_at_elevation() -> str:
    ctypes: Any = importlib.import_module("ctypes")
    if ctypes.windll.shell32.IsUserAnAdmin():
        raise ValueError(
            "This prompt runs as administrator. An Excel started this way does not see what is registered for you "
            "alone: start Excel normally."
        )
    return "not running as administrator, as it should be"
