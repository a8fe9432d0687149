"""What people and programs do to files without altering anything that counts: none of it may raise an alarm.

Each round takes fresh copies, does a few of these things to them, and leaves what is to be found sound.
"""

from __future__ import annotations

import io
import re
import sqlite3
import warnings
import zipfile
from pathlib import Path
from random import Random
from typing import Final

import openpyxl

from addin.bench.audit.attack_files import pack_files, write_files
from addin.bench.audit.scene import Blow, Scene
from addin.month_end.controls import FIRST_ROW as PACK_ROW
from addin.register import package
from addin.register.layout import FIRST_ROW, QUEUES
from addin.settings import JOURNAL_FILE, WORKBOOK_FILE

_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def journal_kept_tidy(scene: Scene, work: Path, rng: Random) -> Blow:
    """A database program tidies the file: vacuum, other page size, indexes made anew, other journal mode."""
    path = scene.copy(work, JOURNAL_FILE)
    db = sqlite3.connect(path, isolation_level=None)
    size = rng.choice([1024, 4096, 8192, 32768])
    jobs = [
        "VACUUM",
        "REINDEX",
        f"PRAGMA page_size = {size}",
        "PRAGMA journal_mode = TRUNCATE",
        "PRAGMA user_version = 7",
    ]
    for sql in rng.sample(jobs, 3):
        db.execute(sql).fetchall()
    db.execute("VACUUM")
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    return Blow(path, witness=scene.witness, other=rng.choice([None, scene.folder / WORKBOOK_FILE, scene.pack]))


def workbook_packed_again(scene: Scene, work: Path, rng: Random) -> Blow:
    """The workbook's ZIP written by another program: order, dates, compression."""
    names = list(scene.book_parts)
    rng.shuffle(names)
    path = work / WORKBOOK_FILE
    write_files(path, {name: scene.book_parts[name] for name in names}, rng.choice(_METHODS[:2]))
    return Blow(path, other=rng.choice([None, scene.folder / JOURNAL_FILE]))


def workbook_looked_at(scene: Scene, work: Path, rng: Random) -> Blow:
    """Column widths, zoom, selections, hidden columns and a filter, as somebody leaves them who only reads."""
    parts = dict(scene.book_parts)
    for name, part in package.sheet_parts(parts).items():
        content = parts[part]
        if not name.startswith("_"):
            width = f'width="{rng.randint(5, 90)}.7109375"'.encode()
            content = re.sub(rb'(<col [^>]*?)width="[^"]*"', rb"\1" + width, content)
            content = re.sub(rb'zoomScale="\d+"', f'zoomScale="{rng.randint(50, 200)}"'.encode(), content)
            content = re.sub(rb'activeCell="[A-Z]+\d+" sqref="[A-Z]+\d+"', b'activeCell="C9" sqref="C9"', content)
            if rng.random() < 0.3:
                content = content.replace(b"<col ", b'<col hidden="1" ', 1)
        parts[part] = content
    path = work / WORKBOOK_FILE
    path.write_bytes(package.write_parts(parts))
    return Blow(path)


def workbook_saved_by_another_program(scene: Scene, work: Path, rng: Random) -> Blow:
    """Openpyxl reads and writes the whole workbook, a queue sheet sorted the other way round meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(scene.folder / WORKBOOK_FILE, keep_vba=True)
        sheet = book[rng.choice([queue.name for queue in QUEUES])]
        last = max((row for row in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(row, 1).value), default=0)
        lines = (
            [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST_ROW, max_row=last)] if last else []
        )
        rng.shuffle(lines)
        for row, line in enumerate(lines, FIRST_ROW):
            for column, value in enumerate(line, 1):
                sheet.cell(row, column).value = value
        book["Audit"].column_dimensions["G"].width = rng.randint(5, 120)
        path = work / WORKBOOK_FILE
        book.save(path)
        if book.vba_archive is not None:
            book.vba_archive.close()
    return Blow(path, other=rng.choice([None, scene.folder / JOURNAL_FILE]))


def pack_packed_again(scene: Scene, work: Path, rng: Random) -> Blow:
    """The pack unpacked and packed by another program, under another name."""
    files = pack_files(scene.pack)
    names = list(files)
    rng.shuffle(names)
    path = write_files(
        work / rng.choice(["a.zip", "Audit Pack (2).zip", "x"]), {n: files[n] for n in names}, rng.choice(_METHODS)
    )
    return Blow(path, other=rng.choice([None, scene.folder]))


def month_workbook_sorted(scene: Scene, work: Path, rng: Random) -> Blow:
    """The auditor sorts a sheet of the month-end workbook, fills in the sign-off and saves with another program."""
    name, content = next((n, c) for n, c in pack_files(scene.pack).items() if n.endswith(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[rng.choice(["Cases", "Change log", "Rules", "Exceptions", "Sample"])]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=PACK_ROW)]
    rng.shuffle(lines)
    for row, line in enumerate(lines, PACK_ROW):
        for column, value in enumerate(line, 1):
            sheet.cell(row, column).value = value
    cover = book["Cover"]
    cover["B20"].value = cover["B20"].value or "Looked at"
    path = work / name
    book.save(path)
    return Blow(path)


def register_moved(scene: Scene, work: Path, rng: Random) -> Blow:
    """The whole register copied to another folder; its packs and versions perhaps put away."""
    register = scene.copy_all(work)
    if rng.random() < 0.5:
        for path in (register / "packs").iterdir():
            path.unlink()
    return Blow(register, other=rng.choice([None, scene.pack, scene.snapshot]))


def snapshot_as_kept(scene: Scene, work: Path, rng: Random) -> Blow:
    """A version, alone or against what it was taken of."""
    return Blow(
        scene.snapshot, other=rng.choice([None, scene.folder / JOURNAL_FILE, scene.folder / WORKBOOK_FILE, scene.pack])
    )


#: Each with how often it is taken: saving with another program takes seconds.
ROUNDS: Final = (
    (journal_kept_tidy, 30), (workbook_packed_again, 20), (workbook_looked_at, 20), (pack_packed_again, 14),
    (register_moved, 6), (snapshot_as_kept, 6), (workbook_saved_by_another_program, 2), (month_workbook_sorted, 2),
)  # fmt: skip

__all__ = ["ROUNDS"]
