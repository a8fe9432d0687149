"""Which rows the rules are asked about: a coarse sieve over whole columns, so that a hundred thousand calm rows cost
nothing.

It only leaves out rows of which no rule can speak (a property test holds it to that); the rules decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from addin.imports.exchange import Look
from addin.logic.carrier_status import ENDED
from addin.logic.order_terms import LABELLED, UNPREPARED


def sieve(kind: str, frame: pl.DataFrame, look: Look, watched: Mapping[str, tuple[str, ...]]) -> pl.Series:
    """True for each row that a rule may speak of, or that an open case is about."""
    wanted = _SIEVES[kind](look)
    for name, values in watched.items():
        if name in frame.columns and values:
            wanted |= pl.col(name).is_in(list(values))
    return frame.select(wanted.fill_null(False)).to_series()


def _tracking(look: Look) -> pl.Expr:
    status, scanned = pl.col("status"), pl.col("last_scan_at")
    silent = ~status.is_in(list(ENDED)) & (scanned <= look.silent_since.isoformat())
    made = pl.coalesce(pl.col("ship_date"), scanned.str.slice(0, 10))
    unscanned = (status == "LABEL_CREATED") & (made <= look.unscanned_until.isoformat())
    return status.is_in(list(look.statuses)) | silent.fill_null(False) | unscanned.fill_null(False)


def _orders(look: Look) -> pl.Expr:
    stage, other = pl.col("wms_stage"), pl.col("order_stage")
    standing = stage.is_in(["Picking", *UNPREPARED]) | other.is_in(["Picking", *UNPREPARED])
    late = pl.col("expected_delivery") <= (look.now + timedelta(days=1)).date().isoformat()
    waits = standing & (pl.col("stage_since") <= look.waiting_since.isoformat())
    late &= (stage != "Delivered") | (other != "Delivered")
    labelled = stage.is_in(list(LABELLED)) | other.is_in(list(LABELLED))
    seen = (waits, late, labelled, stage != other)
    return pl.any_horizontal([part.fill_null(False) for part in seen])


def _stock(look: Look) -> pl.Expr:
    return (pl.col("system_qty") < 0) | (pl.col("counted_qty") != pl.col("system_qty")).fill_null(False)


def _returns(look: Look) -> pl.Expr:
    graded = pl.col("third_party_grade").is_in(list(look.grades)).fill_null(False)
    serial = (pl.col("serial").str.to_uppercase() != pl.col("serial_received").str.to_uppercase()).fill_null(False)
    article = (pl.col("sku").str.to_uppercase() != pl.col("sku_received").str.to_uppercase()).fill_null(False)
    return graded | serial | article


_SIEVES: Final[Mapping[str, Callable[[Look], pl.Expr]]] = {
    "tracking": _tracking, "orders": _orders, "stock": _stock, "returns": _returns,
}  # fmt: skip
