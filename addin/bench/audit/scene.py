"""A register to attack: journal, workbook, witness, snapshot, letters, evidence, a signed pack; one small story.

Attackers here know everything: they lift guards and put them back, hash chains anew, keep digests consistent, sign with
keys of their own. What they cannot have is the second place: the witness, and the register's signing key.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree

from addin.hosts.grid import column_number
from addin.hosts.sheetxml import read_strings
from addin.logic.chain import GENESIS
from addin.register import package
from addin.register.layout import FIRST_ROW
from addin.register.lists import column_letters
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Row(NamedTuple):
    """One stored event."""

    seq: int
    at: str
    case_id: str
    kind: str
    text: str
    prev: str
    hash: str


@dataclass(frozen=True)
class Scene:
    """One finished register; nothing in its folder is ever changed, attackers take copies."""

    folder: Path
    pack: Path
    snapshot: Path
    witness: Path
    known: int
    """The last event that the pack names."""
    kept: int
    """The last event that the snapshot holds."""
    shown: int
    """The last event that the workbook shows."""

    @cached_property
    def events(self) -> list[Row]:
        """Every event as it is stored."""
        db = sqlite3.connect(self.folder / JOURNAL_FILE)
        try:
            sql = "SELECT seq, at, case_id, kind, text, prev, hash FROM events ORDER BY seq"
            return [Row(*row) for row in db.execute(sql)]
        finally:
            db.close()

    @property
    def last(self) -> int:
        """The number of the last event."""
        return len(self.events)

    @cached_property
    def book_parts(self) -> package.Parts:
        """The parts of the workbook."""
        return package.read_parts((self.folder / WORKBOOK_FILE).read_bytes())

    @cached_property
    def strings(self) -> Sequence[str]:
        """The workbook's shared strings."""
        part = "xl/sharedStrings.xml"
        return read_strings(self.book_parts[part], part) if part in self.book_parts else ()

    def copy(self, work: Path, name: str) -> Path:
        """A fresh copy of a file of the register."""
        return Path(shutil.copyfile(self.folder / name, work / Path(name).name))

    def copy_all(self, work: Path) -> Path:
        """A fresh copy of the whole register."""
        return Path(shutil.copytree(self.folder, work / "register"))


@dataclass(frozen=True)
class Blow:
    """An attack that was carried out: what to verify, and where the first fault must be.

    `seqs` are the events one of which must be named first, `places` the files one of which must be named; empty for
    any. `other`, `witness` and `key` are what the defender holds.
    """

    path: Path
    seqs: frozenset[int] = frozenset()
    places: frozenset[str] = frozenset()
    other: Path | None = None
    witness: Path | None = None
    key: str = ""


def at(*seqs: int) -> frozenset[int]:
    """Events one of which must be named first."""
    return frozenset(seqs)


# ---- journals -------------------------------------------------------------------------------------------------


def forge(path: Path, statements: Iterable[tuple[str, Sequence[object]]]) -> None:
    """Change a journal behind its guards, and put the guards back as a careful forger would."""
    db = sqlite3.connect(path)
    try:
        guards = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
        for name in guards:
            db.execute(f"DROP TRIGGER {name}")
        for sql, values in statements:
            db.execute(sql, values)
        for sql in guards.values():
            db.execute(sql)
        db.commit()
        db.execute("PRAGMA journal_mode = DELETE")
    finally:
        db.close()


def put_events(path: Path, events: Sequence[Row]) -> None:
    """Put these events in the place of all there are."""
    insert = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
    forge(path, [("DELETE FROM events", ()), *((insert, event) for event in events)])


def rehashed(events: Sequence[Row], start: int) -> list[Row]:
    """The same texts, numbered and linked anew from a position on."""
    done: list[Row] = []
    for number, row in enumerate(events, 1):
        if number < start:
            done.append(row)
            continue
        prev = done[-1].hash if done else GENESIS
        hashed = hashlib.sha256((prev + row.text).encode()).hexdigest()
        done.append(row._replace(seq=number, prev=prev, hash=hashed))
    return done


# ---- workbooks ------------------------------------------------------------------------------------------------


@dataclass
class Sheet:
    """One sheet of a workbook while it is tampered with."""

    root: etree._Element
    strings: Sequence[str]
    rows: dict[int, etree._Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = {int(row.get("r", "0")): row for row in self.root.iter(f"{_MAIN}row")}

    def cell(self, row: int, column: int) -> etree._Element | None:
        """A cell; None where there is none."""
        found = self.rows.get(row)
        if found is None:
            return None
        return next((c for c in found if column_number(c.get("r", "").rstrip("0123456789")) == column), None)

    def text(self, row: int, column: int) -> str:
        """A cell's text."""
        cell = self.cell(row, column)
        if cell is None:
            return ""
        if cell.get("t") == "inlineStr":
            return "".join(map(str, cell.itertext()))
        value = cell.findtext(f"{_MAIN}v") or ""
        return self.strings[int(value)] if cell.get("t") == "s" else value

    def put(self, row: int, column: int, text: str) -> None:
        """Put a text into a cell, as a person who lifted the lock would."""
        line = self.rows[row]
        new = etree.Element(f"{_MAIN}c", r=f"{column_letters(column)}{row}", t="inlineStr")
        old = self.cell(row, column)
        if old is not None and old.get("s"):
            new.set("s", old.get("s", ""))
        part = etree.SubElement(etree.SubElement(new, f"{_MAIN}is"), f"{_MAIN}t")
        part.text = text
        if old is not None:
            line.replace(old, new)
            return
        behind = [c for c in line if column_number(c.get("r", "").rstrip("0123456789")) < column]
        line.insert(len(behind), new)


def edit_sheet(scene: Scene, work: Path, name: str, change: Callable[[Sheet], None]) -> Path:
    """A copy of the workbook in which one sheet was changed."""
    parts = dict(scene.book_parts)
    part = package.sheet_parts(parts)[name]
    sheet = Sheet(etree.fromstring(parts[part]), scene.strings)
    change(sheet)
    parts[part] = etree.tostring(sheet.root, xml_declaration=True, encoding="UTF-8", standalone=True)
    path = work / WORKBOOK_FILE
    path.write_bytes(package.write_parts(parts))
    return path


def audit_row(seq: int) -> int:
    """The row of an event on the Audit sheet."""
    return FIRST_ROW + seq - 1


__all__ = [
    "Blow", "Row", "Scene", "Sheet", "at", "audit_row", "edit_sheet", "forge", "put_events",
    "rehashed",
]  # fmt: skip
