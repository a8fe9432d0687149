"""The sample import that is a workbook: what a 3PL found in returns. The other samples are text and lie beside it."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Final

import xlsxwriter

_CREATED: Final = datetime(2026, 11, 23)  # noqa: DTZ001 - a file's own property, without a zone
_HEADER: Final = (
    "RMA", "Order No", "Line", "SKU Sold", "SKU Received", "Serial Sold", "Serial Received", "Received", "Grade",
    "Reason", "Inspector", "Graded At", "Value",
)  # fmt: skip
_Cell = str | int | float
_ROWS: Final[tuple[tuple[_Cell, ...], ...]] = (
    ("RMA-30411", "5200417901", "1", "BAG-0117", "BAG-0117", "Z-884201", "Z-884201", 20, "OK", "", "op 12", 21, 1250.0),
    (
        "RMA-30412",
        "5200417902",
        "1",
        "BELT-09",
        "BELT-09",
        "",
        "",
        20,
        "KO worn",
        "Holes stretched",
        "op 12",
        21,
        410.0,
    ),
    ("RMA-30413", "5200417903", "1", "WATCH-7", "WATCH-7", "W-1001", "W-1010", 19, "OK", "", "op 07", 20, 3900.0),
    (
        "RMA-30414",
        "5200417904",
        "2",
        "SCARF-22",
        "SCARF-22",
        "",
        "",
        22,
        "KO",
        "Unsure: mark or shade",
        "op 07",
        23,
        320.0,
    ),
)


def sample_returns() -> bytes:
    """The workbook, the same bytes each time."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet("Results")
    day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    text = book.add_format({"num_format": "@"})
    sheet.write_row(0, 0, ["3PL return results, week 47"])
    sheet.write_row(2, 0, _HEADER)
    for number, row in enumerate(_ROWS, 3):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_datetime(number, place, datetime(2026, 11, value, 9, 15 + place), day)  # noqa: DTZ001
            elif isinstance(value, float):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, value, text)
    sheet.set_column(0, len(_HEADER) - 1, 16)
    book.close()
    return out.getvalue()
