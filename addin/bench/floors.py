"""What checking a table costs at least: a row of twenty fields, by pydantic row by row and by polars column by column.

The twenty fields are of the kinds that exports have: codes, choices, days, instants, amounts, counts, a flag, texts.
Both ways refuse the same values; the second gives only the rows that it doubts to the first, which is how bulk
validation is done (the measured floor of the performance notes).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

Code = Annotated[str, Field(pattern=r"^[0-9A-Z-]{2,20}$")]
Amount = Annotated[Decimal, Field(max_digits=18, decimal_places=2)]
Count = Annotated[int, Field(ge=0, le=10**9)]
_STATES: Final = ("Open", "Held", "Done")


class TwentyFields(BaseModel):
    """A row of an export as its contract reads it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_no: Code
    line_id: Code
    sku: Code
    serial: Code
    location: Code
    tracking: Code
    state: Literal["Open", "Held", "Done"]
    ordered_on: date
    promised_on: date
    shipped_on: date
    scanned_at: AwareDatetime
    changed_at: AwareDatetime
    value: Amount
    cost: Amount
    weight: Amount
    quantity: Count
    counted: Count
    is_gift: bool
    service: Annotated[str, Field(max_length=100)]
    remark: Annotated[str, Field(max_length=1_000)]


def twenty_fields(count: int) -> list[dict[str, str]]:
    """So many rows as texts, one in a thousand of them wrong in one value."""
    rows = []
    for at in range(count):
        day = f"2026-11-{1 + at % 28:02d}"
        rows.append({
            "order_no": f"{4_000_000_000 + at}", "line_id": f"{1 + at % 9:02d}", "sku": f"H{at % 100_000:06d}EC",
            "serial": f"Z-{at:07d}", "location": f"A-{at % 40:02d}-{at % 60:02d}", "tracking": f"1Z12345E{at:010d}",
            "state": _STATES[at % 3], "ordered_on": day, "promised_on": day,
            "shipped_on": day if at % 1_000 else "2026-13-01", "scanned_at": f"{day}T09:30:00+00:00",
            "changed_at": f"{day}T10:30:00+00:00", "value": f"{at % 9_000}.50", "cost": f"{at % 700}.25",
            "weight": f"{1 + at % 9}.40", "quantity": str(1 + at % 5), "counted": str(at % 50),
            "is_gift": "true" if at % 4 == 0 else "false", "service": "Express Saver", "remark": "",
        })  # fmt: skip
    return rows


def row_by_row(rows: Sequence[dict[str, str]]) -> int:
    """How many rows pydantic refuses; objects are dropped at once."""
    refused = 0
    for row in rows:
        try:
            TwentyFields.model_validate(row)
        except ValidationError:
            refused += 1
    return refused


def column_by_column(rows: Sequence[dict[str, str]]) -> int:
    """How many rows are refused when polars looks at whole columns, and pydantic only at those it doubts."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(TwentyFields.model_fields, pl.String))
    codes = ("order_no", "line_id", "sku", "serial", "location", "tracking")
    checks = [pl.col(name).str.contains(r"^[0-9A-Z-]{2,20}$") for name in codes]
    checks += [pl.col("state").is_in(_STATES), pl.col("is_gift").is_in(["true", "false"])]
    checks += [
        pl.col(name).str.to_date("%Y-%m-%d", strict=False).is_not_null()
        for name in ("ordered_on", "promised_on", "shipped_on")
    ]
    instants = ("scanned_at", "changed_at")
    checks += [pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False).is_not_null() for name in instants]
    checks += [pl.col(name).str.contains(r"^-?[0-9]{1,16}\.[0-9]{2}$") for name in ("value", "cost", "weight")]
    checks += [pl.col(name).cast(pl.Int64, strict=False).is_between(0, 10**9) for name in ("quantity", "counted")]
    checks += [pl.col("service").str.len_chars() <= 100, pl.col("remark").str.len_chars() <= 1_000]
    doubtful = frame.filter(~pl.all_horizontal(check.fill_null(False) for check in checks))
    return row_by_row(list(doubtful.iter_rows(named=True)))
