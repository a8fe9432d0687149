"""`casebook doctor`: every link from Python to the journal, one finding each, with the remedy of a broken one."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from addin import windows_setup
from addin.errors import CasebookError, HostError
from addin.hosts.closed import open_closed
from addin.hosts.office import pool
from addin.hosts.unoboot import PROGRAM_VARIABLE, bridge, program_folder
from addin.journal.opening import open_journal
from addin.letters import lint_house, templates_root
from addin.logic.cases import case_types
from addin.logic.outbox import DEAD_LETTER, WAITING
from addin.macros.actions import actions
from addin.macros.vba import vba_project
from addin.outbox import items
from addin.register.refresh import check_standing
from addin.register.sheets import Live
from addin.service import FOLDERS, Service
from addin.settings import FILE, WORKBOOK_FILE, Settings, load, outbox_secret, who

_PACKAGES = ("xlwings", "openpyxl", "xlsxwriter", "pydantic", "jinja2", "docxtpl", "msgspec", "holidays", "pandas")


@dataclass(frozen=True, slots=True)
class Finding:
    """One link of the chain: its name, whether it holds, and what was seen or what to do."""

    name: str
    ok: bool
    message: str

    def as_dict(self) -> dict[str, object]:
        """The finding as JSON shows it."""
        return {"name": self.name, "ok": self.ok, "message": self.message}


def examine(folder: Path) -> list[Finding]:
    """Every link, from Python to the workbook; a register's links only where the folder is one."""
    found = [_python(), *_packages(), _guarded("buttons", _buttons), _guarded("case types", _types), *_windows(folder)]
    found += _calc()
    if not (folder / FILE).exists():
        words = f"{folder.resolve().name} is not a register. Name one with --register, or make one: casebook new DIR."
        return [*found, Finding("register", ok=False, message=words)]
    return [*found, *_register(folder)]


def _windows(folder: Path) -> list[Finding]:
    """The links between Excel and Python, where there is an Excel of this kind."""
    found: list[Finding] = []
    if sys.platform == "win32":
        links = windows_setup.links(folder, windows_setup.WindowsHive())
        found += [_guarded(f"excel: {name}", look) for name, look in links]
    return found


def _calc() -> Iterator[Finding]:
    """The links between LibreOffice and Python; a computer without LibreOffice lacks nothing that Excel needs."""
    try:
        home = program_folder()
    except HostError as error:
        named = PROGRAM_VARIABLE in os.environ
        yield Finding("calc: program", ok=not named, message=f"{error} Only 'open --host calc' needs it.")
        return
    yield Finding("calc: program", ok=True, message=str(home))
    yield _guarded("calc: bridge", lambda: f"answers as {bridge().unohelper.__name__}")
    yield _guarded("calc: profiles", lambda: _writable(pool()))


def _writable(folder: Path) -> str:
    """The folder, which need not be there yet."""
    first = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(first, os.W_OK):
        raise ValueError(f"{first} cannot be written: LibreOffice's private profile lives there. Ask for write rights.")
    return str(folder)


def _guarded(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, message=look())
    except (CasebookError, OSError, ValueError) as error:
        return Finding(name, ok=False, message=str(error))


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    return Finding(
        "python", ok, version if ok else f"{version}: Casebook needs 3.11 or newer. Install it from python.org."
    )


def _packages() -> Iterator[Finding]:
    for package in _PACKAGES:
        try:
            yield Finding(f"package {package}", ok=True, message=importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(f"package {package}", ok=False, message="is missing. Run 'python start.py cli doctor' again.")


def _buttons() -> str:
    return f"{len(actions())} actions, VBA project of {len(vba_project()):,} bytes"


def _types() -> str:
    return f"{len(case_types())}: {', '.join(case_types())}"


def _register(folder: Path) -> Iterator[Finding]:
    try:
        settings = load(folder)
    except CasebookError as error:
        yield Finding("settings", ok=False, message=str(error))
        return
    for name, value, origin in settings.described():
        shown = "(set)" if name == "lock_password" else value
        yield Finding(f"setting {name}", ok=True, message=f"{shown}  [{origin}]")
    yield _guarded("person", lambda: _person(settings))
    yield _guarded("rights", lambda: _rights(folder))
    yield from _templates(settings)
    yield _guarded("journal", lambda: _journal(folder, settings))
    yield _guarded("workbook", lambda: _workbook(folder, settings))
    yield _guarded("outbox", lambda: _outbox(folder, settings))


def _person(settings: Settings) -> str:
    actor = who(settings)
    return f"{actor.name} ({actor.id}): {', '.join(sorted(role.value for role in actor.roles))}"


def _rights(folder: Path) -> str:
    for name in ("", *FOLDERS):
        if not os.access(folder / name, os.W_OK):
            raise ValueError(f"{folder / name} cannot be written or is missing. Ask for write rights, or make it.")
    return "the register's folders can be written"


def _templates(settings: Settings) -> Iterator[Finding]:
    """Every fault in the letters and messages, one finding each with its file, paragraph and tag."""
    try:
        root = templates_root(Path(settings.templates) if settings.templates else None)
        faults = lint_house(root)
    except (CasebookError, OSError) as error:
        yield Finding("templates", ok=False, message=str(error))
        return
    if not faults:
        yield Finding("templates", ok=True, message="every letter and message template is sound")
    for fault in faults:
        yield Finding(f"template {fault.cell}", ok=False, message=f"{fault.message} {fault.hint}".strip())


def _outbox(folder: Path, settings: Settings) -> str:
    """How texts leave, whether the secret is there, and what waits; nothing is sent."""
    outbox_secret(settings)
    with closing(Service.open(folder)) as service:
        states = Counter(item.state for item in items(service))
    way = (
        "files in outbox/"
        if settings.outbox.connector == "file"
        else f"HTTP to {urlsplit(settings.outbox.url).hostname}"
    )
    if states[DEAD_LETTER]:
        raise ValueError(
            f"{states[DEAD_LETTER]} dead letters. See 'casebook outbox list', then 'casebook outbox retry'."
        )
    return f"{way}, {states[WAITING]} texts wait"


def _journal(folder: Path, settings: Settings) -> str:
    journal = open_journal(folder, settings)
    try:
        head = journal.head()
        return f"register {journal.register_id}, {head.seq} events, last {head.at}"
    finally:
        journal.close()


def _workbook(folder: Path, settings: Settings) -> str:
    journal = open_journal(folder, settings)
    try:
        book = open_closed(folder / WORKBOOK_FILE, read_only=True)
        try:
            meta = Live(book, settings.lock_password).meta()
            check_standing(meta, journal)
            behind = journal.head().seq - meta.seq
            return f"shows event {meta.seq}" + (f", {behind} behind the journal: press Refresh" if behind else "")
        finally:
            book.close()
    finally:
        journal.close()
