"""Small files as other systems export them, read without a process of their own, and the service around them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from addin.imports.exchange import Answer, Job, Look
from addin.imports.job import do_job
from addin.imports.profiles import Profile, load_profiles
from addin.logic.tracking import ups_check_digit

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "workbooks" / "samples" / "imports"
#: Monday noon; the samples are of that week.
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOOK = Look(
    now=NOW, silent_since=NOW - timedelta(days=3), waiting_since=NOW - timedelta(hours=4),
    unscanned_until=(NOW - timedelta(days=5)).date(),
    statuses=("RETURNING", "REFUSED", "ADDRESS_ISSUE", "DAMAGE_REPORTED"), grades=("PENDING", "KO_WORN"),
)  # fmt: skip
HEADER = ("Tracking Number", "Reference 1", "Status", "Ship Date", "Scheduled Delivery", "Last Scan", "Declared Value")


def number(n: int) -> str:
    """A parcel number whose check digit agrees."""
    body = f"12345E68{n:07d}"
    return f"1Z{body}{ups_check_digit(body)}"


def parcel(n: int = 1, **cells: str) -> list[str]:
    """One line of a tracking export: a parcel on its way, scanned this morning, unless `cells` say otherwise."""
    usual = {
        "tracking": number(n), "order": f"52004180{n:02d}", "status": "In Transit", "shipped": "20/11/2026",
        "promised": "24/11/2026", "scan": "23/11/2026 06:10", "value": "",
    }  # fmt: skip
    return list((usual | cells).values())


def text_file(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, mark: str = ",") -> bytes:
    """A text file without quotation marks."""
    return "\n".join(mark.join(row) for row in (header, *rows)).encode() + b"\n"


def workbook(rows: Sequence[Sequence[Any]], header: Sequence[str] = HEADER) -> bytes:
    """A workbook with one sheet; dates and numbers keep their types."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm"})
    sheet = book.add_worksheet("Export")
    for at, row in enumerate((header, *rows)):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


def profiles(*ids: str) -> tuple[Profile, ...]:
    """The shipped profiles of these ids, or all."""
    return tuple(profile for name, profile in load_profiles().items() if not ids or name in ids)


def read(content: bytes, *ids: str, **job: Any) -> Answer:
    """What a file says, in this process."""
    given = {"profiles": profiles(*ids), "look": LOOK, "most_rows": 10_000, "most_wanted": 100, "most_listed": 100}
    return do_job(content, Job(**(given | job)))


def said(answer: Answer) -> dict[int, tuple[str, str]]:
    """Verdict and words by line."""
    return {line.row: (line.verdict, line.words) for line in answer.lines}
