"""A register on disk: made new, and its workbook made from the journal.

One folder holds everything: workbook, journal, settings, letters, packs, snapshots, inbox, outbox, evidence. The
workbook can always be made anew from the journal; the journal is never made from settings.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomli_w

from addin.errors import ConfigError
from addin.journal import Journal, SqliteJournal
from addin.journal.opening import open_journal
from addin.journal.refill import refill
from addin.logic.chain import Head
from addin.logic.events import Sealed, digests
from addin.logic.system_kinds import VERSION_KINDS
from addin.logic.values import CELL_LIMIT
from addin.macros.actions import buttons
from addin.macros.vba import vba_project
from addin.reconciling import latest
from addin.register.projection import snapshot_cells
from addin.register.reading import BookFile, audit_links, kept_values
from addin.register.render import render
from addin.service import FOLDERS, Clock, Service, begin, policy_of, utc_now
from addin.settings import FILE, JOURNAL_FILE, WORKBOOK_FILE, Settings, account, load, who

#: The people of a register for trying out: enough to try every four-eyes rule.
DEMO_PEOPLE: Final = {
    "a.khan": {"name": "Amira Khan", "roles": ["coordinator"]},
    "b.lowe": {"name": "Ben Lowe", "roles": ["coordinator"]},
    "q.reid": {"name": "Quinn Reid", "roles": ["qc"]},
    "s.moreau": {"name": "Sylvie Moreau", "roles": ["senior_qa"]},
    "d.fox": {"name": "Dana Fox", "roles": ["senior_qa"]},
    "f.osei": {"name": "Femi Osei", "roles": ["finance"]},
    "g.hale": {"name": "Greta Hale", "roles": ["finance"]},
    "c.adler": {"name": "Cora Adler", "roles": ["security"]},
    "j.ward": {"name": "Jo Ward", "roles": ["legal"]},
    "l.pike": {"name": "Lee Pike", "roles": ["loss_prevention"]},
    "x.tull": {"name": "Xan Tull", "roles": ["auditor"]},
}
DEMO_HOUSE: Final = {
    "name": "House of Aurelle",
    "site": "Aurelle Distribution Centre",
    "address": "Unit 4, Larkfield Park, Hounslow TW6 9ZZ",
    "signatory": "Sylvie Moreau",
    "signatory_title": "Senior Quality Assurance Coordinator",
}
DEMO_CARRIER: Final = {
    "entity": "UPS Limited",
    "address": "Claims Department, UPS House, Feltham TW13 9ZZ",
    "account": "12345E",
    "shipper_of_record": "House of Aurelle, Aurelle Distribution Centre",
}


def create(
    folder: Path, *, demo: bool = False, given: Mapping[str, Any] | None = None, clock: Clock = utc_now
) -> Service:
    """Make a new register and open it.

    Args:
        folder: absent or empty.
        demo: with fictional people, and with the right to act as any of them through CASEBOOK_USER.
        given: settings to write into casebook.toml besides.
        clock: what time it is; the computer's own unless a demo plays another day.

    Raises:
        ConfigError: when the folder holds something already or cannot be made.
    """
    take_folder(folder)
    register_id = uuid.uuid4().hex
    content: dict[str, Any] = {"register_id": register_id, "demo": demo}
    if demo:
        content |= {"house": DEMO_HOUSE, "carrier": DEMO_CARRIER, "people": DEMO_PEOPLE}
        content |= {"store": {"keys": "keys"}}  # people who are only played share one account: their keys stay here
    else:
        mine = account()
        content |= {"people": {mine: {"name": mine, "roles": ["coordinator"]}}}
    settings = Settings.model_validate(content | dict(given or {}))
    (folder / FILE).write_text(tomli_w.dumps(content | dict(given or {})), encoding="utf-8", newline="\n")
    journal = open_journal(folder, settings, create=True)
    founder = next(iter(settings.actors().values())) if demo else who(settings)
    service = Service(folder, settings, journal, founder, clock, policy_of(settings))
    begin(service, register_id)
    write_workbook(service)
    return service


def take_folder(folder: Path) -> None:
    """Make the folders of a register where there is nothing yet.

    Raises:
        ConfigError: there is something already, or they cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} is not empty.",
            hint="Name a new folder; a register is never made over something.",
            code="CFG-FOLDER",
        )
    try:
        for name in ("", *FOLDERS, "evidence"):
            (folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}.", hint="Check the rights on it.") from error


def write_workbook(service: Service, target: Path | None = None) -> Path:
    """Make the workbook from the journal, whole, through a temporary file."""
    path = target or service.workbook
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(workbook_bytes(service))
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path


def workbook_bytes(service: Service) -> bytes:
    """The workbook of the journal's current state."""
    journal = service.journal
    return render(
        journal.cases(),
        journal.events(),
        service.kinds,
        register_id=journal.register_id,
        house=service.settings.house.name,
        demo=service.settings.demo,
        now=service.clock(),
        policy_rows=service.policy.rows,
        people=sorted(service.settings.people),
        buttons=buttons(),
        vba=vba_project(),
        password=service.settings.lock_password,
        head=journal.head(),
        snapshots=[snapshot_cells(event) for event in journal.events(kinds=VERSION_KINDS)],
        vault=_vault(service),
        standing=latest(service),
    )


def _vault(service: Service) -> list[Sealed]:
    """Every personal value that is still kept and that a cell can hold."""
    wanted = [digest for event in service.journal.events() for digest in digests(event.data)]
    return [entry for entry in service.journal.vault(wanted).values() if len(entry.value) <= CELL_LIMIT]


def keep_aside(service: Service) -> Path:
    """Give the workbook a name with the time, which nothing overwrites, and answer it."""
    kept = service.workbook.with_name(f"casebook-kept-{service.clock():%Y%m%dT%H%M%SZ}.xlsm")
    return service.workbook.replace(kept)


def rebuild_journal(folder: Path, *, replace: bool = False) -> Head:
    """Make the journal again from the workbook's Audit sheet; a present one is kept beside it under another name.

    Raises:
        ConfigError: when there is a journal and `replace` is not given.
        IntegrityError: when the Audit sheet does not hold a sound chain.
    """
    settings = load(folder)
    make = _rebuild_on_server if settings.store.url else _rebuild_file
    return make(folder, settings, replace=replace)


def _rebuild_file(folder: Path, settings: Settings, *, replace: bool) -> Head:
    path = folder / JOURNAL_FILE
    if path.exists() and not replace:
        raise _replaces(path.name)
    part = folder / f".{JOURNAL_FILE}.part"
    part.unlink(missing_ok=True)
    journal = SqliteJournal(part, create=True)
    try:
        head = _refilled(folder, settings, journal)
    except BaseException:
        journal.close()
        part.unlink(missing_ok=True)
        raise
    journal.close()
    if path.exists():
        path.rename(folder / f"journal-before-rebuild-{utc_now():%Y%m%dT%H%M%SZ}.sqlite")
    part.replace(path)
    return head


def _rebuild_on_server(folder: Path, settings: Settings, *, replace: bool) -> Head:
    from addin.journal.postgres import PostgresJournal  # noqa: PLC0415 - a file's user need not have its driver

    url, register, stamp = settings.store.url, settings.register_id, f"{utc_now():%Y%m%dt%H%M%Sz}"
    present = PostgresJournal(url, register) if PostgresJournal.exists(url, register) else None
    if present is not None and not replace:
        present.close()
        raise _replaces("The journal on the server")
    part = PostgresJournal(url, f"{register}_part_{stamp}", create=True)
    try:
        head = _refilled(folder, settings, part)
    except BaseException:
        part.rename_to(f"{register}_failed_{stamp}")
        raise
    if present is not None:
        present.rename_to(f"{register}_before_{stamp}")
    part.rename_to(register)
    return head


def _replaces(what: str) -> ConfigError:
    hint = "Add --replace; the present one is kept beside it."
    return ConfigError(f"{what} exists.", hint=hint, code="CFG-REPLACE")


def _refilled(folder: Path, settings: Settings, journal: Journal) -> Head:
    """Fill an empty journal from the workbook; a workbook of another register is refused before anything stands."""
    book = BookFile(folder / WORKBOOK_FILE)
    return refill(journal, audit_links(book), kept_values(book), register=settings.register_id)


__all__ = ["FOLDERS", "JOURNAL_FILE", "WORKBOOK_FILE", "create", "workbook_bytes", "write_workbook"]
