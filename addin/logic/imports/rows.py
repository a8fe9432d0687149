"""The rows of imported files as the rules see them: typed, complete, nothing that a file said too much.

Each model is the contract between the process that reads a file and the one that owns the register: it is validated on
the way in, whoever wrote it. A value that a row leaves open, or that could not be trusted, is None or "".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Code = Annotated[str, Field(max_length=120)]
Words = Annotated[str, Field(max_length=1_000)]
Count = Annotated[int, Field(ge=-(10**9), le=10**9)]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]
#: "GBP 1250.00", as the register stores money.
Amount = Annotated[str, Field(pattern=r"^[A-Z]{3} -?[0-9]{1,15}(\.[0-9]{1,3})?$")]


class ImportRow(BaseModel):
    """What every row has: its number in the file, and what was doubtful in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    row: Annotated[int, Field(ge=1)]
    doubts: tuple[Words, ...] = ()


class OrderRow(ImportRow):
    """One order, or order line, of the warehouse system."""

    order_no: Code
    wms_stage: Code
    line_id: Code = ""
    order_stage: Code = ""
    stage_since: AwareDatetime | None = None
    ordered_at: AwareDatetime | None = None
    expected_delivery: date | None = None
    tracking: Code = ""
    sku: Code = ""
    location: Code = ""
    quantity: Count | None = None
    order_value: Amount | None = None


class CountRow(ImportRow):
    """One article at one place: what the system says, and what was counted if somebody did."""

    sku: Code
    location: Code
    system_qty: Count
    serial: Code = ""
    counted_qty: Count | None = None
    counted_at: AwareDatetime | None = None
    serialised: bool | None = None
    unit_cost: Amount | None = None
    order_no: Code = ""


class ParcelRow(ImportRow):
    """One parcel as the carrier last saw it; `status` is the register's word for `status_text`."""

    tracking: Code
    status: Code
    status_text: Words
    exception_text: Words = ""
    order_no: Code = ""
    ship_date: date | None = None
    expected_delivery: date | None = None
    last_scan_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    signed_by: Words = ""
    service: Words = ""
    weight_kg: Number | None = None
    declared_value: Amount | None = None
    postcode: Code = ""
    country: Code = ""
    return_tracking: Code = ""


class ReturnRow(ImportRow):
    """One returned article as the 3PL graded it: an input to our own check, never the decision."""

    rma_no: Code
    third_party_grade: Code
    order_no: Code = ""
    line_id: Code = ""
    sku: Code = ""
    sku_received: Code = ""
    serial: Code = ""
    serial_received: Code = ""
    tracking: Code = ""
    received_at: AwareDatetime | None = None
    third_party_reason: Words = ""
    third_party_by: Code = ""
    third_party_at: AwareDatetime | None = None
    goods_value: Amount | None = None


#: The model of a row by the kind of file it stands in (`kinds`).
ROWS: Final[Mapping[str, type[ImportRow]]] = {
    "orders": OrderRow, "stock": CountRow, "tracking": ParcelRow, "returns": ReturnRow,
}  # fmt: skip
