"""Small files as other systems export them, read without a process of their own, and the service around them."""

from __future__ import annotations

import io
import re
import zipfile
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


#: The namespaces of Strict Open XML in place of those that every program writes unless asked otherwise.
_STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships":
        "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "http://purl.oclc.org/ooxml/drawingml/main",
}  # fmt: skip


def strict(content: bytes) -> bytes:
    """A workbook as Excel saves it as "Strict Open XML Spreadsheet": other namespaces, days and times in ISO form."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as plain, zipfile.ZipFile(out, "w") as package:
        for part in plain.namelist():
            text = plain.read(part).decode()
            for usual, own in _STRICT.items():
                text = text.replace(usual, own)
            text = text.replace("<workbook ", '<workbook conformance="strict" ')
            package.writestr(part, re.sub(r'<c r="(\w+)" s="1"><v>([\d.]+)</v></c>', _as_iso, text))
    return out.getvalue()


def _as_iso(cell: re.Match[str]) -> str:
    at = datetime(1899, 12, 30) + timedelta(days=float(cell[2]))
    shown = at.isoformat(timespec="milliseconds") if at.hour else at.date().isoformat()
    return f'<c r="{cell[1]}" t="d"><v>{shown}</v></c>'


def profiles(*ids: str) -> tuple[Profile, ...]:
    """The shipped profiles of these ids, or all."""
    return tuple(profile for name, profile in load_profiles().items() if not ids or name in ids)


def job(**more: Any) -> Job:
    """What is asked of the process that reads a file, with all shipped profiles."""
    given = {"profiles": profiles(), "look": LOOK, "most_rows": 10_000, "most_wanted": 100, "most_listed": 100}
    return Job(**(given | more))


def read(content: bytes, *ids: str, **more: Any) -> Answer:
    """What a file says, in this process."""
    return do_job(content, job(**({"profiles": profiles(*ids)} | more)))


def said(answer: Answer) -> dict[int, tuple[str, str]]:
    """Verdict and words by line."""
    return {line.row: (line.verdict, line.words) for line in answer.lines}
