"""Attacks on a register's workbook: its Audit sheet, its notes, and the file as a whole."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random
from typing import Final

from addin.bench.audit.scene import Blow, Scene, Sheet, at, audit_row, edit_sheet
from addin.logic.chain import GENESIS
from addin.register import package
from addin.register.layout import AUDIT_COLUMNS, AUDIT_TEXT, HEADER_ROW
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE

_WIDTH: Final = len(AUDIT_COLUMNS)


def change_cell(scene: Scene, work: Path, rng: Random) -> Blow:
    """Any one cell of any row of the Audit sheet."""
    seq, column = rng.randint(1, scene.shown), rng.randint(1, _WIDTH)

    def change(sheet: Sheet) -> None:
        old = sheet.text(audit_row(seq), column)
        new = rng.choice([f"{old} ", f"x{old}", old[:-1], "7", old.swapcase()])
        sheet.put(audit_row(seq), column, new if new != old else f"{old}!")

    return Blow(edit_sheet(scene, work, "Audit", change), at(seq))


def delete_row(scene: Scene, work: Path, rng: Random) -> Blow:
    """A row is emptied; the last one is missed by the workbook's own notes."""
    seq = rng.randint(1, scene.shown)
    path = edit_sheet(scene, work, "Audit", lambda sheet: sheet.rows[audit_row(seq)].clear())
    return Blow(path, at(seq if seq < scene.shown else seq - 1))


def take_row_out(scene: Scene, work: Path, rng: Random) -> Blow:
    """A row is taken out and those below move up."""
    seq = rng.randint(1, scene.shown - 1)

    def change(sheet: Sheet) -> None:
        for row in range(audit_row(seq), audit_row(scene.shown)):
            for column in range(1, _WIDTH + 1):
                sheet.put(row, column, sheet.text(row + 1, column))
        sheet.rows[audit_row(scene.shown)].clear()

    return Blow(edit_sheet(scene, work, "Audit", change), at(seq))


def swap_rows(scene: Scene, work: Path, rng: Random) -> Blow:
    """Two rows of the Audit sheet change places."""
    first, second = sorted(rng.sample(range(1, scene.shown + 1), 2))

    def change(sheet: Sheet) -> None:
        for column in range(1, _WIDTH + 1):
            one, two = sheet.text(audit_row(first), column), sheet.text(audit_row(second), column)
            sheet.put(audit_row(first), column, two)
            sheet.put(audit_row(second), column, one)

    return Blow(edit_sheet(scene, work, "Audit", change), at(first))


def double_row(scene: Scene, work: Path, rng: Random) -> Blow:
    """A row is written over with another one."""
    first, second = rng.sample(range(1, scene.shown + 1), 2)

    def change(sheet: Sheet) -> None:
        for column in range(1, _WIDTH + 1):
            sheet.put(audit_row(first), column, sheet.text(audit_row(second), column))

    # The fault names the doubled event where it stands too low, else the one that is missed there.
    return Blow(edit_sheet(scene, work, "Audit", change), at(first, second))


def rehash_sheet(scene: Scene, work: Path, rng: Random) -> Blow:
    """A text is changed and all behind it hashed anew: the sheet holds together, and the journal knows better."""
    seq = rng.randint(1, scene.shown)

    def change(sheet: Sheet) -> None:
        prev = scene.events[seq - 1].prev if seq > 1 else GENESIS
        for number in range(seq, scene.shown + 1):
            row, text = audit_row(number), sheet.text(audit_row(number), AUDIT_TEXT)
            if number == seq:
                text = text.replace('"reason":"', '"reason":"x', 1)
                sheet.put(row, AUDIT_TEXT, text)
            hashed = hashlib.sha256((prev + text).encode()).hexdigest()
            sheet.put(row, AUDIT_TEXT + 1, prev)
            sheet.put(row, AUDIT_TEXT + 2, hashed)
            prev = hashed

    return Blow(edit_sheet(scene, work, "Audit", change), at(seq), other=scene.folder / JOURNAL_FILE)


def change_title(scene: Scene, work: Path, rng: Random) -> Blow:
    """A title of the Audit sheet, which says what its column means."""
    column = rng.randint(1, _WIDTH)
    return Blow(edit_sheet(scene, work, "Audit", lambda sheet: sheet.put(HEADER_ROW, column, "Other")), at(1))


def put_cell_beyond(scene: Scene, work: Path, rng: Random) -> Blow:
    """Something is written beside an event, where nothing belongs."""
    seq, column = rng.randint(1, scene.shown), _WIDTH + rng.randint(1, 5)
    change = edit_sheet(scene, work, "Audit", lambda sheet: sheet.put(audit_row(seq), column, "approved by phone"))
    return Blow(change, at(seq))


def change_notes(scene: Scene, work: Path, rng: Random) -> Blow:
    """The workbook's own notes: register, last event, head."""
    row = rng.choice([1, 3, 4])
    return Blow(edit_sheet(scene, work, "_meta", lambda sheet: sheet.put(row, 2, "12")), at(scene.shown))


def change_personal_value(scene: Scene, work: Path, rng: Random) -> Blow:
    """A personal value that an event sealed."""
    path = edit_sheet(scene, work, "_vault", lambda sheet: sheet.put(2, 3, '"Somebody else"'))
    return Blow(path, seqs=frozenset(range(1, scene.shown + 1)))


def cut_sheet(scene: Scene, work: Path, rng: Random) -> Blow:
    """The last rows are gone; the notes still name the last event."""
    keep = rng.randint(1, scene.shown - 1)

    def change(sheet: Sheet) -> None:
        for seq in range(keep + 1, scene.shown + 1):
            sheet.rows[audit_row(seq)].clear()

    return Blow(edit_sheet(scene, work, "Audit", change), at(keep))


def rename_sheet(scene: Scene, work: Path, rng: Random) -> Blow:
    """The Audit sheet has another name."""
    parts = dict(scene.book_parts)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Audit"', b'name="Log"', 1)
    path = work / WORKBOOK_FILE
    path.write_bytes(package.write_parts(parts))
    return Blow(path, at(1))


def cut_file(scene: Scene, work: Path, rng: Random) -> Blow:
    """The file ends too early."""
    path = scene.copy(work, WORKBOOK_FILE)
    content = path.read_bytes()
    path.write_bytes(content[: rng.randrange(4, len(content) - 1)])
    return Blow(path, at(1))


RANDOM: Final = (
    change_cell, delete_row, take_row_out, swap_rows, double_row, rehash_sheet, put_cell_beyond, cut_sheet,
)  # fmt: skip
DESIGNED: Final = (*RANDOM, change_title, change_notes, change_personal_value, rename_sheet, cut_file)

__all__ = ["DESIGNED", "RANDOM"]
