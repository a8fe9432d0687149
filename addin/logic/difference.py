"""What differs between two versions of a register's sheets, row by row and cell by cell.

Rows are told apart by their case, so sorting, filtering and empty rows between them make no difference; cells are
compared as the words they show, so a number saved by another program makes none either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

#: The words of a row's cells, in the order of its sheet's titles.
Row = tuple[str, ...]
ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class Listing:
    """One sheet of a version: its column titles and its rows by case number."""

    titles: tuple[str, ...]
    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs; `column` is its title."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that is new, gone, or differs in the cells named; `old` and `new` are whole rows by title."""

    sheet: str
    case_id: str
    what: str
    cells: tuple[CellChange, ...]
    old: Mapping[str, str]
    new: Mapping[str, str]


def differences(old: Mapping[str, Listing], new: Mapping[str, Listing]) -> Iterator[RowChange]:
    """Every row that differs, sheet by sheet in the order of the newer version, then by case number."""
    for sheet in dict.fromkeys([*new, *old]):
        yield from _on_sheet(sheet, old.get(sheet, _NOTHING), new.get(sheet, _NOTHING))


_NOTHING: Final = Listing((), {})


def _on_sheet(sheet: str, old: Listing, new: Listing) -> Iterator[RowChange]:
    before, after = old.rows, new.rows
    if old.titles == new.titles:
        apart = before.items() ^ after.items()  # whole rows compared at once; equal ones never come up again
        names = sorted({case_id for case_id, _ in apart})
    else:
        names = sorted(before.keys() | after.keys())
    for case_id in names:
        was = dict(zip(old.titles, before[case_id], strict=True)) if case_id in before else {}
        now = dict(zip(new.titles, after[case_id], strict=True)) if case_id in after else {}
        what = ADDED if not was else REMOVED if not now else CHANGED
        cells = tuple(
            CellChange(title, was.get(title, ""), now.get(title, ""))
            for title in dict.fromkeys([*new.titles, *old.titles])
            if was.get(title, "") != now.get(title, "")
        )
        if cells or what != CHANGED:
            yield RowChange(sheet, case_id, what, cells, was, now)
