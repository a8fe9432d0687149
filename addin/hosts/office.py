"""A private LibreOffice: its own profile, a pipe to talk through, an end that touches no other office.

1. The profile holds the settings this project needs; the person's own LibreOffice is never touched. Macros run only in
   the workbooks we load ourselves (they are loaded with that right); any other file opened in this office stays inert.
2. A fresh profile makes the first start end at once with code 81 ("start me again"): it is started again.
3. Several offices may run side by side, each with a profile of its own from a small pool; a profile whose office still
   lives is not free. `office.json` in the profile says which process that is and how it is reached.
4. Only the process started here is ever ended, by its own number.
5. A call that meets an office on its way out may never come back: what is asked then has a time limit.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from addin.errors import CasebookError, HostBusy, HostError, HostGone
from addin.hosts.locking import process_lives
from addin.hosts.unoboot import bridge, program_folder

START_S: Final = 90.0
STOP_S: Final = 15.0
#: How long an office that ought to end may leave a question unanswered. One that shows a box or saves still answers.
SILENCE_S: Final = 20.0
#: What a fresh profile's first start ends with.
_START_AGAIN: Final = 81
_PROFILES: Final = 16
_STATE: Final = "office.json"
_FAR_FUTURE: Final = "4102444800"  # seconds: the bars asking for money or help have just been seen
_COMMON: Final = "/org.openoffice.Office.Common"
_SETTINGS: Final = (
    # Macros of files that we do not load ourselves stay off.
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Calc/Filter/Import/VBA", "Load", "true"),
    ("/org.openoffice.Office.Calc/Filter/Import/VBA", "Executable", "true"),
    ("/org.openoffice.Office.Calc/Filter/Import/VBA", "Save", "true"),
    # A lock file left by a killed office would block the next start with a question; see `calc_lock`.
    (f"{_COMMON}/Misc", "UseDocumentOOoLockFile", "false"),
    (f"{_COMMON}/Misc", "FirstRun", "false"),
    (f"{_COMMON}/Misc", "ShowTipOfTheDay", "false"),
    (f"{_COMMON}/Save/Document", "WarnAlienFormat", "false"),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
    # Lines where pages end, over sheets that are worked on and seldom printed.
    ("/org.openoffice.Office.Calc/Layout/Line", "PageBreak", "false"),
    ("/org.openoffice.Setup/Product", "LastTimeGetInvolvedShown", _FAR_FUTURE),
    ("/org.openoffice.Setup/Product", "LastTimeDonateShown", _FAR_FUTURE),
    # A day typed as 3/4/2026 is the third of April.
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-GB"),
)
_XCU_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)


_Answer = TypeVar("_Answer")


def pool() -> Path:
    """Where the profiles of private offices are kept between starts."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "casebook" / "calc"


class Office:
    """One private LibreOffice that was started here.

    `context` is its UNO component context, `desktop` its list of documents.
    """

    def __init__(self, process: subprocess.Popen[bytes], profile: Path, pipe: str, context: Any) -> None:
        self.process, self.profile, self.pipe, self.context = process, profile, pipe, context
        self.desktop: Any = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    @classmethod
    def start(
        cls,
        profile: Path | None = None,
        *,
        headless: bool = False,
        environment: Mapping[str, str] | None = None,
        deadline_s: float = START_S,
    ) -> Self:
        """Start an office and connect to it.

        Args:
            profile: its profile folder, made when absent; a free one of the pool when None.
            headless: without any window.
            environment: in place of this process' own.
            deadline_s: how long start and connection may take.

        Raises:
            HostError: it is not installed, does not start, or cannot be reached in time.
            HostBusy: the profile's office still runs.
        """
        home = profile or _free_profile()
        prepare_profile(home)
        pipe = f"casebook{uuid.uuid4().hex[:16]}"
        command = _command(home, pipe, headless=headless)
        start = time.monotonic()
        process = _launch(command, environment)
        try:
            context, process = _connected(process, command, environment, pipe, start + deadline_s)
        except BaseException:
            end_process(process)
            raise
        (home / _STATE).write_text(json.dumps({"pid": process.pid, "pipe": pipe}), encoding="utf-8")
        return cls(process, home, pipe, context)

    @property
    def is_running(self) -> bool:
        """True while its process lives."""
        return self.process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait for its end; True when it has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return not self.is_running

    def documents(self) -> list[Any]:
        """The documents that are open in it.

        Raises:
            HostGone: the office died.
        """
        try:
            found, listing = [], self.desktop.Components.createEnumeration()
            while listing.hasMoreElements():
                item = listing.nextElement()
                if hasattr(item, "getURL"):  # the start page is no document
                    found.append(item)
        except gone() as error:
            raise HostGone("LibreOffice has gone away.", hint="Open the register again.") from error
        return found

    def terminate(self) -> None:
        """Ask the office to end; with unsaved work it asks the person first."""
        with contextlib.suppress(*gone()):
            self.desktop.terminate()

    def stop(self) -> None:
        """Close its documents without saving and end it, by force when it does not go in time."""
        in_time(self._close_all, STOP_S)
        end_process(self.process, patience_s=STOP_S)

    def _close_all(self) -> None:
        with contextlib.suppress(HostGone, *gone()):
            for document in self.documents():
                with contextlib.suppress(bridge().uno.getClass("com.sun.star.util.CloseVetoException")):
                    document.close(True)
        self.terminate()

    def end_if_empty(self) -> bool:
        """End it when no document is open in it any more; True when it has ended.

        For an office whose workbook was closed: nothing of a person's is left to lose, so one that gives no answer at
        all, having met this question on its way out, is ended by force.

        Raises:
            HostGone: it died.
        """
        found = in_time(self.documents, SILENCE_S)
        if found:
            return False
        if found is not None:
            in_time(self.terminate, SILENCE_S)
        end_process(self.process, patience_s=STOP_S)
        return True


def in_time(call: Callable[[], _Answer], seconds: float) -> _Answer | None:
    """What a call answers, or None when it has not come back in time; it is then left to itself.

    Raises:
        CasebookError: what the call raised.
    """
    answers: list[_Answer] = []
    errors: list[CasebookError] = []

    def ask() -> None:
        try:
            answers.append(call())
        except CasebookError as error:
            errors.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(seconds)
    if errors:
        raise errors[0]
    return answers[0] if answers else None


def gone() -> tuple[type[BaseException], ...]:
    """The exceptions that a call may meet when the other side is no more.

    Any of UNO's: beside those that say so, a call under way ends with a plain runtime error, and an object that lost
    its office does not know its own properties any more.
    """
    return (bridge().uno.getClass("com.sun.star.uno.Exception"),)


def running(profile: Path) -> tuple[int, str] | None:
    """Process number and pipe of the office that lives in a profile; None when there is none."""
    try:
        state = json.loads((profile / _STATE).read_text(encoding="utf-8"))
        pid, pipe = int(state["pid"]), str(state["pipe"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (pid, pipe) if process_lives(pid) else None


def is_profile(profile: Path) -> bool:
    """True for a profile folder in which an office of ours was once started."""
    return (profile / _STATE).is_file()


def connect(pipe: str, deadline: float) -> Any:
    """The component context of the office behind a pipe.

    Args:
        pipe: the pipe's name.
        deadline: on the monotonic clock.

    Raises:
        HostError: nobody answers in time.
    """
    uno = bridge().uno
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except gone() as error:
            if time.monotonic() > deadline:
                raise HostError(
                    "LibreOffice does not answer.", hint="Try again; 'casebook doctor' looks closer.", code="CALC-START"
                ) from error
        time.sleep(0.05)


def _connected(
    process: subprocess.Popen[bytes],
    command: Sequence[str],
    environment: Mapping[str, str] | None,
    pipe: str,
    deadline: float,
) -> tuple[Any, subprocess.Popen[bytes]]:
    """The context, and the process that is behind it after a possible second start."""
    starts = 1
    while True:
        with contextlib.suppress(HostError):
            return connect(pipe, time.monotonic()), process
        code = process.poll()
        if code == _START_AGAIN and starts < 3:
            process, starts = _launch(command, environment), starts + 1
        elif code is not None:
            raise HostError(
                f"LibreOffice ended at its start with code {code}.",
                hint="Start it once by hand: it says what it lacks (often a display).",
                code="CALC-START",
            )
        if time.monotonic() > deadline:
            raise HostError("LibreOffice did not start in time.", hint="Close other programs and try again.")
        time.sleep(0.05)


def _command(profile: Path, pipe: str, *, headless: bool) -> list[str]:
    name = "soffice.exe" if sys.platform == "win32" else "soffice.bin"
    return [
        str(program_folder() / name),
        *(["--headless"] if headless else []),
        *("--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard"),
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        f"--accept=pipe,name={pipe};urp;StarOffice.ServiceManager",
    ]


def _launch(command: Sequence[str], environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    own = dict(os.environ if environment is None else environment)
    own.pop("URE_BOOTSTRAP", None)  # ours, for the bridge; the office knows its own
    try:
        # A session of its own: Ctrl+C in our terminal must not end a person's unsaved work.
        return subprocess.Popen(
            command, env=own, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise HostError(f"LibreOffice cannot be started: {error.strerror}.", code="CALC-START") from error


def end_process(process: subprocess.Popen[bytes], *, patience_s: float = 0.0) -> None:
    """Wait for a process of ours to end, then end it by force."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience_s)
    if process.poll() is None:
        process.kill()
        process.wait()


def prepare_profile(profile: Path) -> None:
    """Write the settings into a fresh profile; one that was used keeps what the person changed.

    Raises:
        HostBusy: its office still runs.
        HostError: it cannot be written.
    """
    if (found := running(profile)) is not None:
        raise HostBusy(f"Another office (process {found[0]}) uses the profile {profile}.", hint="Close it first.")
    settings = profile / "user" / "registrymodifications.xcu"
    if settings.exists():
        return
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in _SETTINGS
    )
    try:
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"{_XCU_HEAD}{items}</oor:items>\n", encoding="utf-8")
    except OSError as error:
        raise HostError(f"LibreOffice's profile cannot be written: {error.strerror}.", code="CALC-PROFILE") from error


def _free_profile() -> Path:
    """The first profile of the pool that nobody uses."""
    for number in range(1, _PROFILES + 1):
        profile = pool() / f"profile-{number}"
        if running(profile) is None and _claimed(profile):
            return profile
    raise HostBusy(f"{_PROFILES} offices run already.", hint="Close some of them.")


def _claimed(profile: Path) -> bool:
    """Take a profile for this process, so that two starts at the same time do not share one."""
    claim = profile / "claim"
    mine = str(os.getpid())
    try:
        profile.mkdir(parents=True, exist_ok=True)
        with claim.open("x", encoding="ascii") as file:
            file.write(mine)
    except FileExistsError:
        holder = claim.read_text(encoding="ascii", errors="replace").strip()
        if holder == mine:
            return False  # a second office of this process needs a second profile
        if holder.isdigit() and process_lives(int(holder)):
            return False
        claim.write_text(mine, encoding="ascii")
    except OSError as error:
        raise HostError(f"{profile} cannot be made: {error.strerror}.", code="CALC-PROFILE") from error
    return True
