"""The kinds of files that can be imported, each with its columns: one table, read by profiles, checks and tests.

A column is named as in the row's model (`rows`, which this table does without: the process that reads files has no use
for the models); how a house's file titles it, and how it writes days and numbers, is
said by a profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from addin.logic.carrier_status import TRACKING_STATUSES
from addin.logic.order_terms import ORDER_STAGES
from addin.logic.return_terms import GRADES


class Value(StrEnum):
    """How a column's text is read."""

    ID = "id"
    TRACKING = "tracking"
    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "yes/no"
    WORD = "word"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the row, what it is called in messages, and how it is read.

    `needed` columns must be in the file and filled in each row; `words` are the values of a WORD column;
    `signed` counts may be below zero; `past` days and instants do not lie ahead.
    """

    name: str
    title: str
    value: Value = Value.ID
    needed: bool = False
    words: tuple[str, ...] = ()
    signed: bool = False
    past: bool = False


@dataclass(frozen=True)
class ImportKind:
    """One kind of file.

    `key` names the columns that make a row the row of one thing; of two rows of one thing the one with the later
    `newest` counts. `order` lists columns of days that come one after another.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    newest: str
    order: tuple[str, ...] = ()

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The columns a file cannot do without."""
        return tuple(column.name for column in self.columns if column.needed)

    def column(self, name: str) -> Column:
        """The column of a name.

        Raises:
            KeyError: when the kind has none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_INSTANT, _DAY, _TEXT, _WORD = Value.INSTANT, Value.DAY, Value.TEXT, Value.WORD

ORDERS: Final = ImportKind(
    "orders",
    "warehouse orders",
    (
        Column("order_no", "Order no.", needed=True),
        Column("line_id", "Order line"),
        Column("wms_stage", "Stage", _WORD, needed=True, words=ORDER_STAGES),
        Column("order_stage", "Stage in the order system", _WORD, words=ORDER_STAGES),
        Column("stage_since", "In this stage since", _INSTANT, past=True),
        Column("ordered_at", "Ordered", _INSTANT, past=True),
        Column("expected_delivery", "Promised for", _DAY),
        Column("tracking", "Tracking", Value.TRACKING),
        Column("sku", "Article"),
        Column("location", "Location"),
        Column("quantity", "Quantity", Value.COUNT),
        Column("order_value", "Order value", Value.MONEY),
    ),
    ("order_no", "line_id"),
    "stage_since",
    ("ordered_at", "stage_since"),
)
STOCK: Final = ImportKind(
    "stock",
    "warehouse stock",
    (
        Column("sku", "SKU", needed=True),
        Column("location", "Location", needed=True),
        Column("serial", "Serial"),
        Column("system_qty", "System quantity", Value.COUNT, needed=True, signed=True),
        Column("counted_qty", "Counted", Value.COUNT),
        Column("counted_at", "Counted at", _INSTANT, past=True),
        Column("serialised", "Serialised", Value.FLAG),
        Column("unit_cost", "Unit cost", Value.MONEY),
        Column("order_no", "Order that falls short"),
    ),
    ("sku", "location", "serial"),
    "counted_at",
)
TRACKING: Final = ImportKind(
    "tracking",
    "carrier tracking",
    (
        Column("tracking", "Tracking", Value.TRACKING, needed=True),
        Column("order_no", "Order no."),
        Column("status_text", "Status", Value.STATUS, needed=True, words=TRACKING_STATUSES),
        Column("exception_text", "Exception", _TEXT),
        Column("ship_date", "Shipped", _DAY, past=True),
        Column("expected_delivery", "Promised for", _DAY),
        Column("last_scan_at", "Last scan", _INSTANT, past=True),
        Column("delivered_at", "Delivered at", _INSTANT, past=True),
        Column("signed_by", "Signed by", _TEXT),
        Column("service", "Service", _TEXT),
        Column("weight_kg", "Weight kg", Value.NUMBER),
        Column("declared_value", "Declared value", Value.MONEY),
        Column("postcode", "Postcode"),
        Column("country", "Country"),
        Column("return_tracking", "Return tracking", Value.TRACKING),
    ),
    ("tracking",),
    "last_scan_at",
    ("ship_date", "last_scan_at"),
)
RETURNS: Final = ImportKind(
    "returns",
    "3PL return results",
    (
        Column("rma_no", "RMA no.", needed=True),
        Column("order_no", "Order no."),
        Column("line_id", "Order line"),
        Column("sku", "SKU"),
        Column("sku_received", "SKU received"),
        Column("serial", "Serial"),
        Column("serial_received", "Serial received"),
        Column("tracking", "Tracking", Value.TRACKING),
        Column("received_at", "Received", _INSTANT, past=True),
        Column("third_party_grade", "3PL grade", _WORD, needed=True, words=GRADES),
        Column("third_party_reason", "3PL reason", _TEXT),
        Column("third_party_by", "3PL inspector"),
        Column("third_party_at", "3PL graded", _INSTANT, past=True),
        Column("goods_value", "Goods value", Value.MONEY),
    ),
    ("rma_no", "line_id", "sku"),
    "third_party_at",
    ("received_at", "third_party_at"),
)
KINDS: Final = {kind.name: kind for kind in (ORDERS, STOCK, TRACKING, RETURNS)}
