"""What a month-end workbook and its CSV files prove by themselves: each table's rows against the digest it states.

1. A digest does not depend on the order of rows (`table`), so a sorted sheet, or one that another program saved, is
   still sound; a changed, deleted, added or doubled row is not.
2. With the CSV file of the same table at hand, the rows and cells that differ are named.
3. Sheets are found by what they say on top, not by a list, so that packs of older versions stay readable.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Final

import msgspec

from addin.logic.chain import Fault
from addin.logic.values import FORMULA_LEADS
from addin.month_end.book import CONTROLS, COVER
from addin.month_end.controls import FIRST_ROW, HEADER_ROW
from addin.month_end.table import digest_of, in_order, line_of, plain
from addin.register.lists import column_letters
from addin.register.reading import BookFile, Stored, as_text

_STATED: Final = re.compile(r"SHA-256 of the rows: ([0-9a-f]{64})")
_PART: Final = re.compile(r"(.+?) ([2-9]|\d{2,})")
_STATED_ROW: Final = 3
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?(E[+-]?\d+)?")
#: More rows than this are counted, not named.
_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table as a workbook holds it: the digest it states, its titles, its rows' lines with the rows they stand in."""

    name: str
    stated: str
    titles: tuple[str, ...]
    lines: Sequence[bytes]
    rows: Sequence[int]

    @property
    def sound(self) -> bool:
        """True when the rows still have the digest."""
        return digest_of(self.lines) == self.stated or digest_of(in_order(self.lines)) == self.stated


def is_month_end(book: BookFile) -> bool:
    """True for a workbook that looks like a month's audit workbook."""
    return COVER in book.sheets and CONTROLS in book.sheets


def tables(book: BookFile) -> Iterator[SheetTable]:
    """Every table of the workbook; those that lie on several sheets are joined.

    Raises:
        HostError: a sheet is damaged.
    """
    joined: dict[str, SheetTable] = {}
    for sheet in book.sheets:
        found = _sheet(book, sheet)
        if found is None:
            continue
        part = _PART.fullmatch(sheet)
        name = part[1] if part and part[1] in joined else sheet
        known = joined.get(name)
        joined[name] = found if known is None else SheetTable(
            name, known.stated if known.stated == found.stated else "", known.titles,
            [*known.lines, *found.lines], [*known.rows, *found.rows],
        )  # fmt: skip
    yield from joined.values()


def _sheet(book: BookFile, name: str) -> SheetTable | None:
    stated = ""
    titles: tuple[str, ...] = ()
    lines: list[bytes] = []
    numbers: list[int] = []
    for number, row in book.rows(name):
        if number == _STATED_ROW:
            found = _STATED.search(" ".join(as_text(cell) for cell in row.values()))
            if found is None:
                return None
            stated = found[1]
        elif number == HEADER_ROW:
            titles = tuple(as_text(row.get(at)) for at in range(1, max(row, default=0) + 1))
        elif number >= FIRST_ROW and stated:
            lines.append(line_of(_cells(row, max(len(titles), *row))))
            numbers.append(number)
    return SheetTable(name, stated, titles, lines, numbers) if stated else None


def _cells(row: Mapping[int, Stored], width: int) -> list[Stored]:
    return [row.get(at) for at in range(1, width + 1)]


def check_workbook(book: BookFile, place: str) -> Iterator[Fault]:
    """Every table whose rows have not the digest that is stated, and every digest that is stated twice differently."""
    controls = _controls(book)
    found = False
    for table in tables(book):
        found = True
        where = f"{place}: {table.name}"
        if not table.sound:
            words = f"The rows of the sheet '{table.name}' were changed: they have not the SHA-256 stated above them."
            yield Fault(0, "rows", words, where)
        if controls.get(table.name, table.stated) != table.stated:
            words = f"The SHA-256 on the sheet '{table.name}' is not the one that '{CONTROLS}' states for it."
            yield Fault(0, "digest", words, where)
    for name in controls.keys() - {table.name for table in tables(book)} if found else ():
        yield Fault(0, "sheet", f"The sheet '{name}' is missing, or states no SHA-256 any more.", f"{place}: {name}")
    if not found:
        yield Fault(0, "sheet", "No sheet of this workbook states a SHA-256 of its rows.", place)


def _controls(book: BookFile) -> dict[str, str]:
    """What the sheet of control totals states for each table."""
    found = {}
    for _, row in book.rows(CONTROLS):
        label, note = as_text(row.get(1)), as_text(row.get(5))
        if label.endswith(": rows") and note.startswith("SHA-256 of the rows "):
            found[label.removesuffix(": rows")] = note.rpartition(" ")[2]
    return found


def csv_lines(file: IO[str]) -> Iterator[bytes]:
    """The rows of a CSV file as the digest takes them, the titles first."""
    for row in csv.reader(file):
        yield line_of([_csv_cell(cell) for cell in row])


def _csv_cell(text: str) -> str:
    if text[:1] == "'" and text[1:2] and text[1] in FORMULA_LEADS:
        return text[1:]
    return text


def differences(table: SheetTable, kept: Sequence[bytes]) -> Iterator[str]:
    """Where the rows of a sheet differ from the rows of its CSV file, in words; in any order of rows."""
    kept_lines = [_loose(line) for line in kept]
    mine = [_loose(line) for line in table.lines]
    lost, added = Counter(kept_lines), Counter(mine)
    lost, added = lost - added, added - lost
    if not lost and not added:
        return
    by_key = {line[0]: line for line in lost if line}
    named = 0
    for number, line in zip(table.rows, mine, strict=True):
        if not added[line]:
            continue
        added[line] -= 1
        named += 1
        if named > _NAMED:
            continue
        old = by_key.pop(line[0], None) if line else None
        yield _row_words(table, number, line, old)
        if old:
            lost[old] -= 1
    for line in sorted(+lost):
        yield f"the row of {line[0]!r} is not there (any more)"
    if named > _NAMED:
        yield f"{named - _NAMED} more rows differ"


def _row_words(table: SheetTable, number: int, line: tuple[str, ...], old: tuple[str, ...] | None) -> str:
    if old is None:
        return f"row {number} ({line[0]!r}) is in one of both only"
    wrong = [at for at, (one, two) in enumerate(zip(line, old, strict=False)) if one != two]
    at = wrong[0] if wrong else min(len(line), len(old))
    title = table.titles[at] if at < len(table.titles) else "?"
    mine, kept = (cells[at] if at < len(cells) else "" for cells in (line, old))
    return (
        f"{column_letters(at + 1)}{number} ({title}) reads {mine[:60]!r} on the sheet and {kept[:60]!r} in the CSV file"
    )


def _loose(line: bytes) -> tuple[str, ...]:
    """A row's cells in a form in which a number or a date and its text are one: a CSV file cannot tell them apart."""
    return tuple(map(_comparable, msgspec.json.decode(line, type=list[str])))


def _comparable(text: str) -> str:
    if _INSTANT.fullmatch(text):
        try:
            return plain(datetime.fromisoformat(text) if " " in text else date.fromisoformat(text))
        except ValueError:
            return text
    return plain(Decimal(text)) if _NUMBER.fullmatch(text) else text


__all__ = ["SheetTable", "check_workbook", "csv_lines", "differences", "is_month_end", "tables"]
