"""`casebook bench history`: what keeping versions and comparing them costs, as ratios of one run.

1. A workbook of fictional rows grows by a press a version: one row changes, audit rows are added. The store's bytes
   stand beside the bytes of as many copies.
2. Two versions of a sheet, sorted otherwise, differ in a hundredth of their rows. Comparing them by case stands beside
   `pandas.DataFrame.compare` on the same words, indexed and sorted by case as it needs them.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from addin.journal import SqliteJournal
from addin.logic.difference import Listing, Row, differences
from addin.month_end.zip_writer import Piece, piece_of, write_zip
from addin.snapshots import Store

COLUMNS: Final = 25
_WORDS: Final = (
    "order", "parcel", "claim", "label", "refund", "return", "carrier", "gate", "shelf", "invoice", "note", "seal",
)  # fmt: skip
_FIGURES: Final = tuple(map(str, range(100_000)))
_ROUNDS: Final = 3
#: How many rows a version adds to the audit sheet, as a handful of presses do.
_ADDED: Final = 5
#: How many rows are packed together.
_BLOCK: Final = 512
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """What `bench history` found: bytes and seconds, and the two ratios."""

    versions: int
    workbook_bytes: int
    copies_bytes: int
    stored_bytes: int
    keep_s: float
    rows: int
    changed: int
    compare_s: float
    pandas_s: float

    @property
    def stored_to_copies(self) -> float:
        """The store against as many copies."""
        return self.stored_bytes / self.copies_bytes

    @property
    def compare_to_pandas(self) -> float:
        """Comparing by case against `DataFrame.compare`."""
        return self.compare_s / self.pandas_s

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        ratios = {"stored_to_copies": self.stored_to_copies, "compare_to_pandas": self.compare_to_pandas}
        return {**asdict(self), **{name: round(value, 4) for name, value in ratios.items()}}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield (
            f"{self.versions} versions of a workbook of {self.workbook_bytes / 2**20:.1f} MiB: stored "
            f"{self.stored_bytes / 2**20:.1f} MiB = 1/{1 / self.stored_to_copies:.0f} of the copies; "
            f"{self.keep_s:.2f} s to keep one."
        )
        yield (
            f"{self.rows:,} x {COLUMNS} compared in {self.compare_s:.2f} s = 1/{1 / self.compare_to_pandas:.1f} of "
            f"pandas.DataFrame.compare ({self.pandas_s:.2f} s); both found {self.changed:,} changed rows."
        )


def bench_history(mib: int = 20, versions: int = 100, rows: int = 100_000, tick: Tick = lambda: None) -> HistoryReport:
    """Measure versions of a workbook of so many MiB, and the comparison of so many rows."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as work:
        size, copies, stored, keep_s = _keeping(Path(work), mib, versions, tick)
    changed, compare_s, pandas_s = _comparing(rows, tick)
    return HistoryReport(versions, size, copies, stored, keep_s, rows, changed, compare_s, pandas_s)


# ---- keeping ----------------------------------------------------------------------------------------------------


def _keeping(work: Path, mib: int, versions: int, tick: Tick) -> tuple[int, int, int, float]:
    drawn = random.Random(20261127)  # noqa: S311 - fictional rows, the same every time
    sheet, audit = _rows_for(drawn, mib), _Sheet()
    journal = SqliteJournal(work / "journal.sqlite", create=True)
    store, book = Store(work / "snapshots"), work / "casebook.xlsm"
    size = copies = 0
    took: list[float] = []
    for number in range(versions):
        sheet.put(drawn.randrange(len(sheet.lines)), _line(drawn))
        for _ in range(_ADDED):
            audit.put(len(audit.lines), _line(drawn))
        parts = (("xl/worksheets/sheet1.xml", sheet.pieces()), ("xl/worksheets/sheet2.xml", audit.pieces()))
        write_zip(book, iter(parts))
        size = book.stat().st_size
        copies += size
        began = time.perf_counter()
        store.keep("bench", book, journal, at=f"2026-11-{1 + number // 24:02d}T{number % 24:02d}:00:00+00:00",
                   why="Measured", by="bench", head=journal.head())  # fmt: skip
        took.append(time.perf_counter() - began)
        tick()
    journal.close()
    return size, copies, store.size(), median(took)


def _line(drawn: random.Random) -> bytes:
    words, figures = drawn.choices(_WORDS, k=COLUMNS), drawn.choices(_FIGURES, k=COLUMNS)
    cells = " ".join(map("".join, zip(words, figures, strict=True)))
    return f"<row><c t='inlineStr'><is><t>{cells}</t></is></c></row>".encode()


@dataclass
class _Sheet:
    """Rows on their way into a workbook's part, packed in blocks: only blocks that changed are packed again.

    Packing all rows for every version, as a program that saves a workbook does, would take most of the measurement and
    tell nothing of the store.
    """

    lines: list[bytes] = field(default_factory=list)
    _packed: dict[int, Piece] = field(default_factory=dict)

    def put(self, at: int, line: bytes) -> None:
        """Put a row in the place of another, or behind the last one."""
        self.lines[at : at + 1] = [line]
        self._packed.pop(at // _BLOCK, None)

    def pieces(self) -> list[Piece]:
        """The part, deflated."""
        for block, at in enumerate(range(0, len(self.lines), _BLOCK)):
            if block not in self._packed:
                self._packed[block] = piece_of(b"".join(self.lines[at : at + _BLOCK]))
        return [self._packed[block] for block in sorted(self._packed)]


def _rows_for(drawn: random.Random, mib: int) -> _Sheet:
    """Rows enough for a file of so many MiB once it is packed."""
    probe = _Sheet([_line(drawn) for _ in range(2_000)])
    each = sum(piece.packed for piece in probe.pieces()) / len(probe.lines)
    return _Sheet([_line(drawn) for _ in range(int(mib * 2**20 / each))])


# ---- comparing --------------------------------------------------------------------------------------------------


def _comparing(rows: int, tick: Tick) -> tuple[int, float, float]:
    old, new = _two_versions(rows)
    ours, found = _timed(lambda: sum(1 for _ in differences({"S": old}, {"S": new})))
    tick()
    theirs, also = _timed(_pandas(old, new))
    tick()
    if found != also:
        raise AssertionError(f"{found} rows differ here and {also} in pandas")
    return found, ours, theirs


def _two_versions(rows: int) -> tuple[Listing, Listing]:
    drawn = random.Random(7)  # noqa: S311 - fictional rows, the same every time
    titles = tuple(f"Column {at}" for at in range(COLUMNS))
    before: dict[str, Row] = {}
    for number in range(rows):
        name = f"CASE-2026-{number:06d}"
        before[name] = (name, *(drawn.choice(_WORDS) for _ in range(COLUMNS - 1)))
    names = list(before)
    drawn.shuffle(names)
    after = {name: before[name] for name in names}
    for name in drawn.sample(names, rows // 100):
        row = list(after[name])
        row[drawn.randrange(1, COLUMNS)] = "changed"
        after[name] = tuple(row)
    # Equal words read from two files are equal texts, not the same objects.
    after = {name: tuple("".join(word) for word in map(list, row)) for name, row in after.items()}
    return Listing(titles, before), Listing(titles, after)


def _pandas(old: Listing, new: Listing) -> Callable[[], int]:
    import pandas as pd  # noqa: PLC0415 - the peer, loaded only where it is measured

    one, two = (
        pd.DataFrame(list(listing.rows.values()), index=list(listing.rows), columns=list(listing.titles))
        for listing in (old, new)
    )
    return lambda: len(one.sort_index().compare(two.sort_index()))


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    took, found = [], 0
    for _ in range(_ROUNDS):
        began = time.process_time()
        found = work()
        took.append(time.process_time() - began)
    return median(took), found
