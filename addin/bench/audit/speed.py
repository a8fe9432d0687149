"""`casebook bench audit`: what proof costs, as ratios measured in one run on one computer.

1. A journal of the asked size is made (`made`). Its chain is checked as `verify --chain` does, and beside it by a peer
   that decodes each event and encodes it again before hashing, as many do. CPU seconds of all processes count.
2. The whole `verify` of the same journal follows: states, numbers and personal values compared with what events tell.
3. The month-end workbook is written from the rows of that month by our writer, and by XlsxWriter in constant memory
   with the same cells; the extra memory of ours is what its process grows beyond holding the rows.
4. The whole month end, from the journal to the pack's files, is told beside it: reading, phrasing, masking included.

Memory and CPU are read through the operating system's accounts of processes, which Windows does not have.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, Final

from xlsxwriter.workbook import Workbook

from addin.bench.audit.made import PER_CASE, PERSON, REGISTER, make_journal
from addin.errors import CasebookError
from addin.journal import SqliteJournal
from addin.logic.forms import Cell
from addin.logic.policy import DEFAULT_POLICY
from addin.month_end import Source, build, month_tables
from addin.month_end.staging import SHEET_ROWS, stage
from addin.month_end.table import Table
from addin.month_end.zip_writer import piece_of, write_zip
from addin.service import kind_table
from addin.settings import Person, Settings
from addin.verify import verify

CASES: Final = 100_000
_PERIOD: Final = "2026-10"
_NOW: Final = datetime(2026, 11, 3, 9, tzinfo=UTC)
#: How many different log rows are held; they are written over and over until there are as many as events.
_HELD: Final = 20_000
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What `bench audit` found: CPU seconds unless said otherwise, memory in MiB."""

    events: int
    chain_s: float
    chain_wall_s: float
    re_encoding_s: float
    verify_s: float
    verify_wall_s: float
    cells: int
    writing_s: float
    xlsxwriter_s: float
    extra_mib: float
    month_end_s: float
    month_end_mib: float

    @property
    def ratios(self) -> dict[str, float]:
        """Ours against each peer."""
        return {
            "re_encoding_to_chain": self.re_encoding_s / self.chain_s,
            "writing_to_xlsxwriter": self.writing_s / self.xlsxwriter_s,
            "month_end_to_xlsxwriter": self.month_end_s / self.xlsxwriter_s,
        }

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {key: round(value, 3) for key, value in (asdict(self) | self.ratios).items()}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        found = self.ratios
        yield (
            f"Chain of {self.events:,} events: {self.chain_s:.2f} CPU s ({self.chain_wall_s:.2f} s by the clock, two "
            f"processes); decoding and encoding anew: {self.re_encoding_s:.2f} = {found['re_encoding_to_chain']:.1f} x."
        )
        yield (
            f"Whole verify of the journal, states compared: {self.verify_s:.2f} CPU s, {self.verify_wall_s:.2f} s by "
            "the clock."
        )
        share, whole = found["writing_to_xlsxwriter"], found["month_end_to_xlsxwriter"]
        yield (
            f"Workbook of {self.cells:,} cells: {self.writing_s:.2f} CPU s, XlsxWriter in constant memory "
            f"{self.xlsxwriter_s:.2f}: {share:.3f} = 1/{1 / share:.1f}; extra memory {self.extra_mib:.0f} MiB."
        )
        yield (
            f"Whole month end from the journal, with CSV files: {self.month_end_s:.1f} CPU s = {whole:.2f} x "
            f"XlsxWriter's writing alone; {self.month_end_mib:.0f} MiB at most."
        )


def bench_audit(cases: int = CASES, tick: Tick = lambda: None) -> AuditReport:
    """Measure proof and month end on a journal of so many cases and ten times as many events."""
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        path = Path(base) / "journal.sqlite"
        make_journal(path, cases)
        tick()
        chain_s, chain_wall = _cpu(lambda: _sound(verify(path, chain_only=True)))
        again, _ = _cpu(lambda: _re_encode(path))
        tick()
        verify_s, verify_wall = _cpu(lambda: _sound(verify(path)))
        tick()
        writing = _part("writing", path)
        tick()
        peer = _part("xlsxwriter", path)
        tick()
        whole = _part("month_end", path)
        tick()
    return AuditReport(
        cases * PER_CASE + 1, chain_s, chain_wall, again, verify_s, verify_wall, writing["cells"], writing["cpu_s"],
        peer["cpu_s"], writing["mib"], whole["cpu_s"], whole["mib"],
    )  # fmt: skip


def _cpu(job: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of this process and of those it waited for, and seconds by the clock."""
    before, wall = _used(), time.perf_counter()
    job()
    return _used() - before, time.perf_counter() - wall


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _sound(report: Any) -> None:
    if not report.ok:
        raise CasebookError(f"The measured journal is not sound: {report.sentence()}")


def _re_encode(path: Path) -> None:
    """The peer: each event decoded, encoded again in canonical form, and hashed."""
    db = sqlite3.connect(path, isolation_level=None)
    head = "0" * 64
    for text, prev, hashed in db.execute("SELECT text, prev, hash FROM events ORDER BY seq"):
        again = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if prev != head or hashlib.sha256((prev + again).encode()).hexdigest() != hashed:
            raise CasebookError("The peer does not find the chain sound.")
        head = hashed
    db.close()


# ---- parts that are measured in a process of their own ----------------------------------------------------------


def _part(name: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", f"from addin.bench.audit.speed import run_part; run_part({name!r}, {str(path)!r})"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CasebookError(f"The part '{name}' ended with {done.returncode}: {done.stderr[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run_part(name: str, path: str) -> None:
    """Run one part in this process and print what it used."""
    parts: dict[str, Callable[[Path], dict[str, Any]]] = {
        "writing": lambda path: _written(path, _ours),
        "xlsxwriter": lambda path: _written(path, _xlsxwriter),
        "month_end": _month_end,
    }
    sys.stdout.write(json.dumps(parts[name](Path(path))))


def _settings() -> Settings:
    return Settings(register_id=REGISTER, people={PERSON.id: Person(name=PERSON.name, roles=tuple(PERSON.roles))})


def _month_end(path: Path) -> dict[str, Any]:
    journal = SqliteJournal(path)
    with tempfile.TemporaryDirectory(prefix="casebook-bench-", dir=path.parent) as folder:
        before = time.process_time()
        build(
            journal, kind_table(), _settings(), DEFAULT_POLICY, period=_PERIOD, now=_NOW, preparer=PERSON,
            folder=Path(folder), signer="00" * 32,
        )  # fmt: skip
        used = time.process_time() - before
    journal.close()
    return {"cpu_s": used, "mib": _peak_mib()}


def _written(path: Path, write: Callable[[list[Table], Path], None]) -> dict[str, Any]:
    """Write the month's big tables: the cases as they are, the log from rows at hand, as long as the journal."""
    journal = SqliteJournal(path)
    source, tables = month_tables(journal, kind_table(), _settings(), DEFAULT_POLICY, _PERIOD, _NOW)
    big = [_held(table, source) for table in tables if table.name in ("Cases", "Change log")]
    journal.close()
    with tempfile.TemporaryDirectory(prefix="casebook-bench-", dir=path.parent) as folder:
        held, before = _forget_peak(), time.process_time()
        write(big, Path(folder))
        used = time.process_time() - before
    return {"cpu_s": used, "mib": _peak_mib() - held, "cells": sum(_cells(table) for table in big)}


@dataclass(frozen=True, slots=True)
class _Repeated:
    """Rows written over and over until there are enough of them."""

    rows: list[tuple[Cell, ...]]
    count: int

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        return islice(chain.from_iterable(repeat(self.rows)), self.count)


def _held(table: Table, source: Source) -> Table:
    count = source.story.count if table.ordered else len(list(table.rows))
    rows = list(islice(table.rows, _HELD))
    return Table(table.name, table.hint, table.columns, _Repeated(rows, count), ordered=True)


def _cells(table: Table) -> int:
    return sum(1 for _ in table.rows) * len(table.columns)


def _peak_mib() -> float:
    """The most memory this process had since the last `_forget_peak`, or ever where the system keeps only that."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _forget_peak() -> float:
    """Begin to count memory anew; answers what is in use now."""
    gc.collect()
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak_mib()


def _ours(tables: list[Table], folder: Path) -> None:
    for table in tables:
        staged = stage(table, range(1, len(table.columns) + 1), folder, 6, csv_too=False)
        edges = piece_of(b"<worksheet><sheetData>"), piece_of(b"</sheetData></worksheet>")
        sheets = [(leaf.name, [edges[0], leaf.xml, edges[1]]) for leaf in staged.leaves]
        write_zip(folder / f"{table.name}.zip", iter(sheets))


def _xlsxwriter(tables: list[Table], folder: Path) -> None:
    book = Workbook(str(folder / "peer.xlsx"), {"constant_memory": True, "strings_to_formulas": False})
    codes = {"day": "dd/mm/yyyy", "instant": "dd/mm/yyyy hh:mm", "text": "@"}
    formats = {name: book.add_format({"num_format": code}) for name, code in codes.items()}
    for table in tables:
        rows = iter(table.rows)
        while first := list(islice(rows, 1)):
            sheet = book.add_worksheet()
            for number, row in enumerate(chain(first, islice(rows, SHEET_ROWS - 1)), 5):
                for column, cell in enumerate(row):
                    _peer_cell(sheet, number, column, cell, formats)
    book.close()


def _peer_cell(sheet: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, formats["text"])
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, formats["text"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats["instant" if isinstance(cell, datetime) else "day"])
    else:
        sheet.write_number(row, column, float(cell) if isinstance(cell, Decimal) else cell)


__all__ = ["CASES", "AuditReport", "bench_audit", "run_part"]
