"""A workbook's sheet as a table of texts: only values are read; formulas, links and macros are left alone.

What a workbook could do to us is looked at before a parser sees it: how much it unfolds to, whether it is encrypted,
whether its parts declare entities. Cells with a type of their own (numbers, dates) are written as the profile writes
them, so that everything after this reads one notation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from addin.hosts.grid import column_number
from addin.imports.book_errors import put_errors_back
from addin.imports.profiles import Profile
from addin.imports.refusal import Refused
from addin.imports.tables import Table, fits, no_profile

#: What a workbook may unfold to, in bytes, and how many parts it may have.
_INFLATED: Final = 400 * 1024 * 1024
_PARTS: Final = 2_000
#: No real sheet is packed tighter than this.
_RATIO: Final = 400
_PREAMBLE: Final = 20
#: A sheet of more cells than this, empty ones counted, is no table of rows that anybody exports.
_CELLS: Final = 100_000_000
_EXTENT: Final = re.compile(rb'<(?:\w+:)?dimension ref="(?:[A-Z]{1,3}\d{1,7}:)?([A-Z]{1,3})(\d{1,7})"')
_OLD: Final = b"\xd0\xcf\x11\xe0"
ZIP: Final = b"PK\x03\x04"


def is_workbook(content: bytes) -> bool:
    """True for content that is, or pretends to be, a workbook rather than text."""
    return content.startswith((ZIP, _OLD, b"PK\x05\x06"))


def read_workbook(content: bytes, profiles: Sequence[Profile]) -> tuple[Profile, Table]:
    """The table of the sheet that a profile knows, with that profile.

    Raises:
        Refused: for what is encrypted, damaged, too large when unfolded, or no table that a profile knows.
    """
    look_inside(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        grids = {name: sheet.to_python(skip_empty_area=True) for name, sheet in sheets.items()}
        places = {name: sheet.start or (0, 0) for name, sheet in sheets.items()}
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            put_errors_back(package, grids, places)
    except PasswordError as error:
        raise _protected() from error
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        words = f"The workbook cannot be read: {str(error)[:120] or 'it is damaged'}."
        raise Refused("IMP-DAMAGED", words, "Open it, save it again as .xlsx, or export it as CSV.") from error
    return _best(grids, {name: top for name, (top, _) in places.items()}, profiles)


def look_inside(content: bytes) -> None:
    """Refuse a workbook by its container alone.

    Raises:
        Refused: for an encrypted or old file, one that is no package, a bomb, or one that declares entities.
    """
    if content.startswith(_OLD):
        raise _old_container(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            _check_size(parts)
            if not any(part.filename.startswith("xl/") for part in parts):
                words = "The file is a packed folder (zip) without a workbook in it."
                raise Refused("IMP-STRANGE", words, "Unpack it, and import the table that is inside.")
            if any(part.flag_bits & 1 for part in parts):
                raise _protected()
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with package.open(part) as file:
                        if b"<!DOCTYPE" in (head := file.read(4_096)) or b"<!ENTITY" in head:
                            raise _bomb("it declares entities, as no spreadsheet program does")
                        _check_extent(part.filename, head)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        hint = "Open it, save it again as .xlsx, or export it as CSV."
        raise Refused("IMP-DAMAGED", "The workbook is damaged: its package cannot be read.", hint) from error


def _check_size(parts: Sequence[zipfile.ZipInfo]) -> None:
    if len(parts) > _PARTS:
        raise _bomb(f"it has {len(parts):,} parts")
    unfolded = sum(part.file_size for part in parts)
    if unfolded > _INFLATED:
        raise _bomb(f"it unfolds to {unfolded // 2**20:,} MB")
    packed = sum(part.compress_size for part in parts)
    if unfolded > 2**20 and unfolded > _RATIO * max(packed, 1):
        raise _bomb(f"it unfolds to {unfolded // max(packed, 1):,} times its size")


def _check_extent(name: str, head: bytes) -> None:
    """Refuse a sheet that says it reaches farther than a table does: one cell far away makes all between it count."""
    found = _EXTENT.search(head) if name.startswith("xl/worksheets/") else None
    if found is None:
        return
    column, row = found[1].decode("ascii"), int(found[2])
    width = column_number(column)
    if width * row > _CELLS:
        words = f"The sheet reaches to cell {column}{row}: {width:,} columns by {row:,} rows."
        raise Refused("IMP-EXTENT", words, "Delete what stands beside and below the table, or export it as CSV.")


def _bomb(why: str) -> Refused:
    return Refused("IMP-BOMB", f"The workbook is not read: {why}.", "Ask where it comes from; export the table as CSV.")


def _old_container(content: bytes) -> Refused:
    """Which of the two it is: a workbook under a password, or the .xls of old under whatever name."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        words = "The workbook is under a password."
        return Refused("IMP-PROTECTED", words, "Save it without a password as .xlsx, or export it as CSV.")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        words = "The workbook is of the old .xls kind, whatever its name ends in."
        return Refused("IMP-PROTECTED", words, "Open it, save it as .xlsx (without a password), or export it as CSV.")
    return _protected()


def _protected() -> Refused:
    words = "The workbook is encrypted, or of the old .xls kind."
    return Refused("IMP-PROTECTED", words, "Save it without a password as .xlsx, or export it as CSV.")


def _best(
    grids: dict[str, list[list[Any]]], starts: dict[str, int], profiles: Sequence[Profile]
) -> tuple[Profile, Table]:
    best: tuple[int, Profile, str, int] | None = None
    nearest = ""
    for profile in profiles:
        for name, grid in grids.items():
            if profile.sheet and profile.sheet.casefold() != name.casefold():
                continue
            for number, line in enumerate(grid[:_PREAMBLE]):
                known, missing = fits([str(cell) for cell in line], profile)
                if not missing and (best is None or known > best[0]):
                    best = (known, profile, name, number)
                elif missing and 2 * len(missing) <= len(profile.of.needed):
                    nearest = max(nearest, f"{known:04} {profile.id}: {', '.join(missing)}")
    if best is None:
        raise no_profile(nearest[5:], profiles)
    _, profile, name, number = best
    return profile, _table(grids[name], starts[name], number, profile)


def _table(grid: list[list[Any]], start: int, number: int, profile: Profile) -> Table:
    header = [str(cell).strip() for cell in grid[number]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    notation = _Notation(profile)
    rows: list[list[str]] = []
    lines: list[int] = []
    for offset, line in enumerate(grid[number + 1 :]):
        cells = [notation.text(cell) for cell in line[:width]]
        if any(cells):
            rows.append(cells)
            lines.append(start + number + 2 + offset)
    columns = zip(*rows, strict=True) if rows else [()] * width
    frame = pl.DataFrame({f"c{index}": pl.Series(column, dtype=pl.String) for index, column in enumerate(columns)})
    return Table(tuple(header), frame, lines, width)


class _Notation:
    """Cells with a type of their own, as the profile's file would write them."""

    def __init__(self, profile: Profile) -> None:
        self._decimal = profile.decimal
        self._day, self._time = profile.days[0], profile.times[-1]

    def text(self, cell: Any) -> str:
        """A cell's text; a number of more than 15 digits stays in the form that ids are refused in."""
        if isinstance(cell, str):
            return cell
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        if isinstance(cell, float):
            if cell.is_integer() and abs(cell) < 10**15:
                return str(int(cell))
            return f"{cell:.15g}".replace(".", self._decimal) if abs(cell) < 10**15 else f"{cell:.5E}"
        if isinstance(cell, datetime):
            shown = (cell + timedelta(microseconds=500_000)).replace(microsecond=0)
            day = f"{shown:{self._day}}"
            return day if shown.time() == time(0) else f"{day} {shown:{self._time}}"
        if isinstance(cell, date):
            return f"{cell:{self._day}}"
        if isinstance(cell, time):
            return f"{cell:{self._time}}"
        return str(cell)
