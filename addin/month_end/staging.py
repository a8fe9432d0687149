"""Makes the rows of a table once, for all that needs them: the sheet's cells, the CSV file, the digest, the totals.

Rows go straight into deflated files beside, so that a million events need no more memory than a thousand. Cells are
written as text (`t="inlineStr"`), numbers or dates: never as a formula (invariant: no text from outside becomes one).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from addin.errors import HostError
from addin.logic.forms import Cell
from addin.logic.values import CELL_LIMIT, FORMULA_LEADS
from addin.month_end.table import Holds, Table, in_order, line_of_texts, plain
from addin.month_end.zip_writer import Deflater, Piece
from addin.register.lists import column_letters

#: Rows of one sheet before the table goes on on the next one; a sheet ends at row 1,048,576.
SHEET_ROWS: Final = 1_000_000
_BATCH: Final = 500
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_LINE: Final = 15
#: What cells of rows that are drawn by a template are.
_EASY: Final = frozenset({str, type(None), int, float, Decimal, date, datetime})


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


def stage(
    table: Table,
    styles: Sequence[int],
    folder: Path,
    first_row: int,
    *,
    sheet_rows: int = SHEET_ROWS,
    csv_too: bool = True,
) -> Staged:
    """Make the rows of a table.

    Args:
        table: what is listed.
        styles: the number of each column's cell format.
        folder: where the deflated files go.
        first_row: the sheet's row of the first row.
        sheet_rows: how many rows a sheet takes.
        csv_too: with the rows as a CSV file.

    Raises:
        HostError: a text does not fit a cell, or the disk refuses.
    """
    stem = folder / f"{table.name.replace(' ', '-').lower()}"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    file = Deflater(stem.with_suffix(".csv.part"), hashed=True)
    file.write("\ufeff".encode())
    writer.writerow([column.title for column in table.columns])
    tally, drawer = _Tally(table), RowDrawer(table, styles)
    leaves = []
    for number, part in enumerate(_sheets(table.rows, sheet_rows), 1):
        xml = Deflater(folder / f"{stem.name}-{number}.xml.part")
        at = first_row
        for batch in part:
            drawn, texts = drawer.draw(at, batch)
            xml.write(drawn.encode())
            tally.take(batch, texts)
            at += len(batch)
            if csv_too:
                writer.writerows(map(_guarded, batch))
                file.write(text.getvalue().encode())
                text.seek(0)
                text.truncate()
        leaves.append(Leaf(sheet_name(table.name, number), at - first_row, xml.close()))
    file.write(text.getvalue().encode())
    piece = file.close()
    return Staged(table, tuple(leaves), piece, file.sha256, tally.digest(), tally.total)


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

    def take(self, batch: Sequence[tuple[Cell, ...]], texts: Sequence[list[str]]) -> None:
        if self._sums >= 0:
            amounts = (row[self._sums] for row in batch)
            self.total += sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))
        lines = list(map(line_of_texts, texts))
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


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows whose cells are of the same types are drawn.

    `words` picks the texts of a row; `shown` picks what goes into the template out of the row's texts; `turned` cells
    become texts by a function, `empty` ones become "". Rows that are not `easy` are drawn cell by cell.
    """

    template: str
    words: Callable[[Sequence[Cell]], Iterable[str]]
    shown: Callable[[Sequence[str]], Iterable[str]]
    turned: tuple[tuple[int, Callable[[object], str]], ...]
    empty: tuple[int, ...]
    easy: bool


class RowDrawer:
    """Draws rows of one table as XML, and gives the texts that the digest takes of their cells."""

    def __init__(self, table: Table, styles: Sequence[int]) -> None:
        self._name = table.name
        self._styles = styles
        self._letters = [column_letters(at) for at in range(1, len(styles) + 1)]
        self._shapes: dict[tuple[type, ...], _Shape] = {}
        self._long = [
            (at, max(int(column.width * 1.1), 1))  # a letter of a text is narrower than a digit, by which widths count
            for at, column in enumerate(table.columns)
            if column.holds is Holds.LONG
        ]

    def draw(self, first: int, rows: Iterable[tuple[Cell, ...]]) -> tuple[str, list[list[str]]]:
        """Rows from the sheet's row `first` on, and each row's texts as `table.plain` gives them."""
        drawn, told, shapes, long = [], [], self._shapes, self._long
        for number, row in enumerate(rows, first):
            kinds = tuple(map(type, row))
            shape = shapes.get(kinds)
            if shape is None:
                shape = shapes[kinds] = self._shape(kinds)
            if not shape.easy or not _is_plain("|".join(shape.words(row))):
                texts = [plain(cell) for cell in row]
                drawn.append(self._draw_slowly(number, row, texts))
                told.append(texts)
                continue
            texts = list(row)  # type: ignore[arg-type]  # what is no text yet is turned into one right below
            for at in shape.empty:
                texts[at] = ""
            for at, turn in shape.turned:
                texts[at] = turn(row[at])
            height = self._height(row) if long else ""
            drawn.append(shape.template.replace("\0", str(number)) % (height, *shape.shown(texts)))
            told.append(texts)
        return "".join(drawn), told

    def _shape(self, kinds: tuple[type, ...]) -> _Shape:
        cells = []
        for kind, letters, style in zip(kinds, self._letters, self._styles, strict=True):
            head = f'<c r="{letters}\0" s="{style}"'
            if kind is type(None):
                cells.append(f"{head}/>")
            else:
                cells.append(f'{head} t="inlineStr"><is><t>%s</t></is></c>' if kind is str else f"{head}><v>%s</v></c>")
        places = range(len(kinds))
        empty = tuple(at for at in places if kinds[at] is type(None))
        others = ((at, kinds[at]) for at in places if kinds[at] not in (str, type(None)))
        return _Shape(
            f'<row r="\0"%s>{"".join(cells)}</row>',
            _picking(at for at in places if kinds[at] is str), _picking(at for at in places if at not in empty),
            tuple((at, str if kind is int else plain) for at, kind in others), empty, set(kinds) <= _EASY,
        )  # fmt: skip

    def _draw_slowly(self, number: int, row: tuple[Cell, ...], texts: Sequence[str]) -> str:
        """A row that holds a blank text, a truth value, or characters that XML cannot hold as they are."""
        cells = []
        for letters, style, cell, text in zip(self._letters, self._styles, row, texts, strict=True):
            head = f'<c r="{letters}{number}" s="{style}"'
            if not text:
                cells.append(f"{head}/>")
            elif isinstance(cell, (str, bool)):
                shown = _escaped(cell if isinstance(cell, str) else text, self._name, number)
                cells.append(f'{head} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>')
            else:
                cells.append(f"{head}><v>{text}</v></c>")
        return f'<row r="{number}"{self._height(row)}>{"".join(cells)}</row>'

    def _height(self, row: Sequence[Cell]) -> str:
        """The height that a row's long texts need, as attributes; nothing for one line."""
        needed = 1
        for at, fits in self._long:
            cell = row[at]
            if type(cell) is str and (len(cell) > fits or "\n" in cell):
                needed = max(needed, sum(1 + len(line) // fits for line in cell.split("\n")))
        return f' ht="{min(_LINE * needed + 1, 405)}" customHeight="1"' if needed > 1 else ""


def _picking(places: Iterable[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What picks these places of a row, in C where there are several of them."""
    chosen = tuple(places)
    if len(chosen) > 1:
        return itemgetter(*chosen)
    return lambda row: tuple(row[at] for at in chosen)


def _is_plain(joined: str) -> bool:
    """True for texts, joined by bars, none of which is blank, has blanks at its ends, or needs escaping."""
    if not joined.isprintable() or len(joined) > CELL_LIMIT or "&" in joined or "<" in joined or ">" in joined:
        return False
    if "_x" in joined or " |" in joined or "| " in joined or "||" in joined:
        return False
    return not joined or (joined[0] not in " |" and joined[-1] not in " |")


def _escaped(text: str, name: str, row: int) -> str:
    """A text with characters that XML cannot hold as they are (ECMA-376 part 1, 22.9.2.19)."""
    if len(text) > CELL_LIMIT:
        words = f"Row {row} of {name} would hold {len(text):,} characters; {CELL_LIMIT:,} fit."
        raise HostError(words, hint="Keep long texts as evidence files.", code="HOST-LONG")
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def _guarded(row: Sequence[Cell]) -> Sequence[Cell]:
    """A row for a CSV file: a text that a program would take for a formula gets an apostrophe."""
    return [_guarded_cell(cell) for cell in row]


def _guarded_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    return f"'{cell}" if isinstance(cell, str) and cell[:1] and cell[0] in FORMULA_LEADS else cell


__all__ = ["SHEET_ROWS", "Leaf", "RowDrawer", "Staged", "sheet_name", "stage"]
