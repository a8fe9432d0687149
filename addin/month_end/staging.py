"""Makes the rows of a table once, for all that needs them: the sheet's cells, the CSV file, the digest, the totals.

Rows go straight into deflated files beside, so that a million events need no more memory than a thousand. Cells are
written as text (`t="inlineStr"`), numbers or dates: never as a formula (invariant: no text from outside becomes one).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from addin.errors import HostError
from addin.logic.forms import Cell
from addin.logic.values import CELL_LIMIT, FORMULA_LEADS
from addin.month_end.table import Holds, Table, in_order, line_of
from addin.month_end.zip_writer import Deflater, Piece
from addin.register.lists import column_letters

#: Rows of one sheet before the table goes on on the next one; a sheet ends at row 1,048,576.
SHEET_ROWS: Final = 1_000_000
_BATCH: Final = 500
_EPOCH: Final = date(1899, 12, 30).toordinal()
_HARD: Final = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_QUOTED: Final = re.compile(r'[",\r\n]')
_LINE: Final = 15


@dataclass(frozen=True, slots=True)
class Leaf:
    """The rows of one sheet: its name, its deflated row elements, and how many rows they are."""

    name: str
    rows: int
    xml: Piece


@dataclass(frozen=True, slots=True)
class Staged:
    """A table whose rows are made: its sheets, its CSV file, and what is stated of it."""

    table: Table
    leaves: tuple[Leaf, ...]
    csv: Piece
    csv_sha256: str
    digest: str
    total: Decimal

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(leaf.rows for leaf in self.leaves)


def stage(table: Table, styles: Sequence[int], folder: Path, first_row: int, sheet_rows: int = SHEET_ROWS) -> Staged:
    """Make the rows of a table.

    Args:
        table: what is listed.
        styles: the number of each column's cell format.
        folder: where the deflated files go.
        first_row: the sheet's row of the first row.
        sheet_rows: how many rows a sheet takes.

    Raises:
        HostError: a text does not fit a cell, or the disk refuses.
    """
    stem = folder / f"{table.name.replace(' ', '-').lower()}"
    csv = Deflater(stem.with_suffix(".csv.part"), hashed=True)
    csv.write(("\ufeff" + ",".join(map(_csv_cell, (column.title for column in table.columns))) + "\r\n").encode())
    tally = _Tally(table)
    draw = row_drawer(table, styles)
    leaves = []
    for number, part in enumerate(_sheets(table.rows, sheet_rows), 1):
        xml = Deflater(folder / f"{stem.name}-{number}.xml.part")
        at = first_row
        for batch in part:
            xml.write("".join(map(draw, range(at, at + len(batch)), batch)).encode())
            csv.write("".join(map(_csv_line, batch)).encode())
            tally.take(batch)
            at += len(batch)
        leaves.append(Leaf(sheet_name(table.name, number), at - first_row, xml.close()))
    piece = csv.close()
    return Staged(table, tuple(leaves), piece, csv.sha256, tally.digest(), tally.total)


def sheet_name(name: str, number: int) -> str:
    """The name of a table's sheets: the first has the table's own, the next ones a number."""
    return name if number == 1 else f"{name} {number}"


def _sheets(rows: Iterable[tuple[Cell, ...]], most: int) -> Iterator[Iterator[list[tuple[Cell, ...]]]]:
    """Rows in batches, the batches in sheets; one empty sheet when there is no row. Each sheet is read to its end."""
    source = iter(rows)
    first = list(islice(source, 1))
    while True:
        yield _batches(chain(first, islice(source, most - len(first))))
        first = list(islice(source, 1))
        if not first:
            return


def _batches(rows: Iterator[tuple[Cell, ...]]) -> Iterator[list[tuple[Cell, ...]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


class _Tally:
    """Digest and total of rows as they pass."""

    def __init__(self, table: Table) -> None:
        self.total = Decimal(0)
        self._sums = table.column(table.sums) if table.sums else -1
        self._running = hashlib.sha256() if table.ordered else None
        self._lines: list[bytes] = []
        self._between = b""

    def take(self, batch: Sequence[tuple[Cell, ...]]) -> None:
        if self._sums >= 0:
            amounts = (row[self._sums] for row in batch)
            self.total += sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
        lines = list(map(line_of, batch))
        if self._running is None:
            self._lines += lines
            return
        self._running.update(self._between + b"\n".join(lines))
        self._between = b"\n"

    def digest(self) -> str:
        if self._running is None:
            return hashlib.sha256(b"\n".join(in_order(self._lines))).hexdigest()
        return self._running.hexdigest()


# ---- cells ----------------------------------------------------------------------------------------------------


def row_drawer(table: Table, styles: Sequence[int]) -> Callable[[int, tuple[Cell, ...]], str]:
    """What draws a row of a table as its XML."""
    heads = [(f'<c r="{column_letters(at)}', f'" s="{style}') for at, style in enumerate(styles, 1)]
    long = [
        (at, max(int(column.width * 1.1), 1))  # a letter of a text is narrower than a digit, by which widths count
        for at, column in enumerate(table.columns)
        if column.holds is Holds.LONG
    ]

    def draw(number: int, row: tuple[Cell, ...]) -> str:
        cells = []
        for (head, style), cell in zip(heads, row, strict=True):
            if type(cell) is str:
                if not cell:
                    end = '"/>'
                elif len(cell) > CELL_LIMIT or _HARD.search(cell):
                    end = f'" t="inlineStr"><is><t xml:space="preserve">{_hard(cell, table.name, number)}</t></is></c>'
                else:
                    end = f'" t="inlineStr"><is><t>{cell}</t></is></c>'
            elif cell is None:
                end = '"/>'
            elif isinstance(cell, bool):
                end = f'" t="inlineStr"><is><t>{"Yes" if cell else "No"}</t></is></c>'
            elif type(cell) is int or type(cell) is Decimal:
                end = f'"><v>{cell}</v></c>'
            else:
                end = f'"><v>{_number(cell)}</v></c>'
            cells.append(f"{head}{number}{style}{end}")
        height = _height(row, long)
        tall = f' ht="{height}" customHeight="1"' if height else ""
        return f'<row r="{number}"{tall}>{"".join(cells)}</row>'

    return draw


def _height(row: Sequence[Cell], long: Sequence[tuple[int, int]]) -> int:
    """The height in points that a row's long texts need; 0 for one line."""
    needed = 1
    for at, fits in long:
        cell = row[at]
        if type(cell) is str and (len(cell) > fits or "\n" in cell):
            needed = max(needed, sum(1 + len(line) // fits for line in cell.split("\n")))
    return min(_LINE * needed + 1, 405) if needed > 1 else 0


def _hard(text: str, name: str, row: int) -> str:
    """A text with characters that XML cannot hold as they are (ECMA-376 part 1, 22.9.2.19)."""
    if len(text) > CELL_LIMIT:
        words = f"Row {row} of {name} would hold {len(text):,} characters; {CELL_LIMIT:,} fit."
        raise HostError(words, hint="Keep long texts as evidence files.", code="HOST-LONG")
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _number(cell: object) -> str:
    if isinstance(cell, datetime):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second
        return repr(cell.toordinal() - _EPOCH + seconds / 86_400)
    if isinstance(cell, date):
        return str(cell.toordinal() - _EPOCH)
    return repr(cell)


def _csv_line(row: Sequence[Cell]) -> str:
    return ",".join([_csv_cell(cell) for cell in row]) + "\r\n"


def _csv_cell(cell: Cell) -> str:
    """A cell as CSV holds it (RFC 4180); a text that a program would take for a formula gets an apostrophe."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if type(cell) is not str:
        return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)
    text = f"'{cell}" if cell[:1] and cell[0] in FORMULA_LEADS else cell
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(text) else text


__all__ = ["SHEET_ROWS", "Leaf", "Staged", "row_drawer", "sheet_name", "stage"]
