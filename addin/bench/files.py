"""`casebook bench intake` and `casebook bench import`: what reading costs, as ratios measured in one run.

Intake. Fictional messages of many kinds are read one by one, and as one transcript. Beside them stands what a plain
reader would do: try every cue of the table on every message, and nothing else. A transcript five times as long shows
whether the cost of a message grows with the length of what it stands in.

Import. A fictional tracking export is imported into a fresh register, from the file to its cases. Beside it stand, on
as many rows in the same round, four floors: polars reading the bare file; pydantic validating the bare rows (the row's
own model, values already in its notation, objects dropped at once); and the bulk validation of a row of twenty fields,
row by row by pydantic and column by column by polars (`floors`). Time is that of the processors, the reading process
included, where the system tells it; else that of the clock. What loading that process costs is measured apart, by
itself: the command pays it, a press of the button does not when the file lay in the inbox before. Medians over the
rounds.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

import polars as pl

from addin.arrivals import import_file
from addin.bench.floors import column_by_column, row_by_row, twenty_fields
from addin.demo.messages import MORNING, transcript
from addin.folder import create
from addin.imports.reader import let_go, make_ready
from addin.logic.imports.rows import ParcelRow
from addin.logic.intake import ChatMessage, IntakeProfile, read_conversation, read_message, split_transcript
from addin.logic.intake.cues import CUES
from addin.logic.intake.text import fold
from addin.logic.tracking import ups_check_digit

ROWS: Final = 100_000
MESSAGES: Final = 2_000
ROUNDS: Final = 3
_NOON: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
#: One row in so many is about a parcel that stands still, and becomes a case.
_STILL: Final = 2_000
Tick = Callable[[], None]


def _spent(call: Callable[..., object], *arguments: object) -> tuple[float, float]:
    """Seconds of the processors (this process and its children) and of the clock."""
    gc.collect()
    clock, before = time.perf_counter(), os.times()
    call(*arguments)
    after = os.times()
    used = sum(after[:4]) - sum(before[:4])
    took = time.perf_counter() - clock
    return (used if used > 0 else took), took


# Intake ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """Messages a second, each way, and the ratios that may be compared."""

    messages: int
    characters: int
    single_per_s: float
    transcript_per_s: float
    floor_ratio: float
    growth: float

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {key: round(value, 2) for key, value in asdict(self).items()}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield f"{self.messages:,} messages of {self.characters / self.messages:.0f} characters each, one core, medians."
        yield f"One by one: {self.single_per_s:,.0f} a second, {self.floor_ratio:.2f} x trying every cue on each."
        yield f"As one transcript, cut and read: {self.transcript_per_s:,.0f} messages a second."
        yield f"A message in a transcript five times as long costs {self.growth:.2f} x as much."


def bench_intake(count: int = MESSAGES, rounds: int = ROUNDS, tick: Tick = lambda: None) -> IntakeReport:
    """Measure reading messages."""
    texts = _texts(count)
    profile = IntakeProfile()
    short, long = _transcript(texts[: max(count // 5, 1)]), _transcript(texts)
    single, floor, cut, growth = [], [], [], []
    for _ in range(rounds):
        single.append(_spent(_read_singly, texts, profile)[0])
        floor.append(max(_spent(_try_cues, texts)[0], 1e-6))
        few, many = _spent(_read_whole, short, profile)[0], _spent(_read_whole, long, profile)[0]
        cut.append(many)
        growth.append((many / count) / (max(few, 1e-6) / max(count // 5, 1)))
        tick()
    size = sum(map(len, texts))
    ratio = median(one / bare for one, bare in zip(single, floor, strict=True))
    return IntakeReport(count, size, count / median(single), count / median(cut), ratio, median(growth))


def _texts(count: int) -> list[str]:
    """Fictional messages of many kinds, no two of one order."""
    day = split_transcript(transcript(MORNING, date(2026, 11, 23)), default_at=_NOON, default_sender="CS")
    kinds = [message.text for message in day if message.text.strip()]
    return [f"{kinds[at % len(kinds)]} (order {3_000_000_000 + at})" for at in range(count)]


def _transcript(texts: Sequence[str]) -> str:
    lines = []
    for at, text in enumerate(texts):
        sent = _NOON + timedelta(seconds=20 * at)
        lines.append(f"[{sent:%d/%m/%Y, %H:%M:%S}] {('Nadia', 'Omar', 'Priya')[at % 3]}: {text}")
    return "\n".join(lines)


def _read_singly(texts: Sequence[str], profile: IntakeProfile) -> None:
    for text in texts:
        read_message(text, sent_at=_NOON, sender="CS", profile=profile)


def _read_whole(text: str, profile: IntakeProfile) -> None:
    messages: list[ChatMessage] = split_transcript(text, default_at=_NOON, default_sender="CS")
    read_conversation(messages, profile)


def _try_cues(texts: Sequence[str]) -> None:
    for text in texts:
        low = fold(text).lower
        for cue in CUES:
            cue.pattern.search(low)


# Import ----------------------------------------------------------------------------------------------------------

_HEADER: Final = (
    "Tracking Number", "Reference 1", "Service", "Ship Date", "Scheduled Delivery", "Status", "Last Scan Date",
    "Last Scan Time", "Weight", "Declared Value", "Delivered On", "Signed By", "Ship To Postcode", "Ship To Country",
)  # fmt: skip
_STATUSES: Final = ("Delivered", "Out For Delivery", "Departed from Facility", "Arrival Scan", "Origin Scan")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Rows a second of an import and of its floors, and the ratios that may be compared."""

    rows: int
    cases: int
    import_per_s: float
    pydantic_per_s: float
    polars_per_s: float
    twenty_per_s: float
    columns_per_s: float
    to_pydantic: float
    to_polars: float
    to_twenty: float
    to_columns: float
    started_to_columns: float
    start_s: float
    clock_s: float
    pressed_s: float

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {key: round(value, 2) for key, value in asdict(self).items()}

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield f"{self.rows:,} rows of {len(_HEADER)} columns, {self.cases} of which become cases; medians of one run."
        by_clock = f"{self.clock_s:.1f} s by the clock; {self.pressed_s:.1f} s when its reader had loaded before"
        yield f"Import, file to cases: {self.import_per_s:,.0f} rows a second ({by_clock})."
        yield f"Bare pydantic: {self.pydantic_per_s:,.0f} rows a second; the import takes {self.to_pydantic:.2f} x."
        yield f"Bare polars reading: {self.polars_per_s:,.0f} rows a second; the import takes {self.to_polars:.1f} x."
        yield "Bulk validation of a row of twenty fields, and nothing else:"
        yield f"  pydantic, row by row: {self.twenty_per_s:,.0f} a second; the import takes {self.to_twenty:.2f} x."
        yield f"  polars, by column: {self.columns_per_s:,.0f} a second; the import takes {self.to_columns:.2f} x,"
        yield f"  or {self.started_to_columns:.2f} x when its reader ({self.start_s:.2f} s) had loaded before."


def bench_import(count: int = ROWS, rounds: int = ROUNDS, tick: Tick = lambda: None) -> ImportReport:
    """Measure importing a tracking export of so many rows."""
    rows = list(_parcels(count))
    content = _as_csv(rows)
    bare = [_in_own_notation(number, row) for number, row in enumerate(rows, 2)]
    twenty = twenty_fields(count)
    taken: list[tuple[float, ...]] = []
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        path = Path(base) / "parcels.csv"
        path.write_bytes(content)
        for number in range(rounds):
            floor, _ = _spent(_validate, bare)
            reading, _ = _spent(_read_bare, content)
            rows_of_twenty, _ = _spent(row_by_row, twenty)
            columns, _ = _spent(column_by_column, twenty)
            start, _ = _spent(_load_and_let_go)
            used, clock, cases = _import_once(Path(base) / f"register-{number}", path)
            make_ready(loaded=True)
            _, pressed, _ = _import_once(Path(base) / f"ready-{number}", path)
            taken.append((used, floor, reading, rows_of_twenty, columns, start, clock, pressed, cases))
            tick()
    used, floor, reading, rows_of_twenty, columns, start, clock, pressed = (
        median(column) for column in list(zip(*taken, strict=True))[:8]
    )
    to_own, to_reading, to_twenty, to_columns = (median(one[0] / one[place] for one in taken) for place in (1, 2, 3, 4))
    return ImportReport(
        rows=count, cases=int(taken[0][8]), import_per_s=count / used, pydantic_per_s=count / floor,
        polars_per_s=count / reading, twenty_per_s=count / rows_of_twenty, columns_per_s=count / columns,
        to_pydantic=to_own, to_polars=to_reading, to_twenty=to_twenty, to_columns=to_columns,
        started_to_columns=median((one[0] - one[5]) / one[4] for one in taken), start_s=start, clock_s=clock,
        pressed_s=pressed,
    )  # fmt: skip


def _parcels(count: int) -> Iterator[tuple[str, ...]]:
    for at in range(count):
        body = f"12345E68{at:07d}"
        still = at % _STILL == 0
        day = 16 if still else 21 + at % 2
        yield (
            f"1Z{body}{ups_check_digit(body)}", f"{4_000_000_000 + at}", "UPS Express Saver",
            f"{min(day, 20):02d}/11/2026", "24/11/2026",
            "Arrival Scan" if still else _STATUSES[at % 5], f"{day:02d}/11/2026", f"{at % 24:02d}:{at % 60:02d}",
            f"{1 + at % 9}.4", f"{at % 4000}.00", "", "", "SW1X 9ZZ", "GB",
        )  # fmt: skip


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows(rows)
    return out.getvalue().encode()


def _in_own_notation(number: int, row: Sequence[str]) -> dict[str, str | int]:
    """A row as its model takes it: nothing is left to be read."""
    shipped, promised, scanned = ("-".join(reversed(row[place].split("/"))) for place in (3, 4, 6))
    return {
        "row": number, "tracking": row[0], "order_no": row[1], "service": row[2], "ship_date": shipped,
        "expected_delivery": promised, "status": "IN_TRANSIT", "status_text": row[5],
        "last_scan_at": f"{scanned}T{row[7]}:00+00:00", "weight_kg": row[8], "declared_value": f"GBP {row[9]}",
        "postcode": row[12], "country": row[13],
    }  # fmt: skip


def _validate(rows: Sequence[dict[str, str | int]]) -> None:
    for row in rows:
        ParcelRow.model_validate(row, strict=False)


def _read_bare(content: bytes) -> None:
    pl.read_csv(content, infer_schema=False)


def _load_and_let_go() -> None:
    make_ready(loaded=True)
    let_go()


def _import_once(folder: Path, path: Path) -> tuple[float, float, int]:
    service = create(folder, demo=True, clock=lambda: _NOON)
    try:
        used, clock = _spent(import_file, service, path, "tracking")
        return used, clock, len(service.journal.cases())
    finally:
        service.close()
