"""What holds for any imported row: the sieve misses nothing, columns and readers agree, counts add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
from cases_kit import ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from import_kit import NOW, number, read, text_file

from addin.arrivals.run import _look
from addin.imports.columns import _PLAIN_ID, _PLAIN_TEXT, check_digit_agrees
from addin.imports.values import _read_text, read_id
from addin.logic.carrier_status import TRACKING_STATUSES
from addin.logic.imports.rows import ROWS as MODELS
from addin.logic.imports.rules import find
from addin.logic.order_terms import ORDER_STAGES
from addin.logic.return_terms import GRADES
from addin.logic.tracking import read_tracking

CTX = replace(ctx(), now=NOW)
days = st.integers(0, 30).map(lambda n: f"{NOW - timedelta(days=n):%d/%m/%Y}")
ahead = st.integers(-20, 10).map(lambda n: f"{NOW + timedelta(days=n):%d/%m/%Y}")
instants = st.integers(0, 24 * 60 * 20).map(lambda n: f"{NOW - timedelta(minutes=n):%d/%m/%Y %H:%M}")
blank = st.just("")
codes = st.sampled_from(["", "A-1", "a-1", "B-2"])

ROWS = {
    "tracking": (
        ("Tracking Number", "Status", "Ship Date", "Scheduled Delivery", "Last Scan"),
        st.tuples(st.integers(1, 999).map(number), st.sampled_from(TRACKING_STATUSES), days | blank, ahead | blank,
                  instants | blank),
    ),
    "orders": (
        ("Order No", "WMS Status", "OMS Status", "Status Since", "Promised For"),
        st.tuples(st.integers(1, 999).map(str), st.sampled_from(ORDER_STAGES), st.sampled_from(("", *ORDER_STAGES)),
                  instants | blank, ahead | blank),
    ),
    "stock": (
        ("SKU", "Bin", "On Hand", "Counted", "Serialised"),
        st.tuples(st.integers(1, 999).map(str), st.just("B-1"), st.integers(-2, 4).map(str),
                  st.integers(0, 4).map(str) | blank, st.sampled_from(("", "Yes", "No"))),
    ),
    "returns": (
        ("RMA", "Grade", "SKU Sold", "SKU Received", "Serial Sold", "Serial Received"),
        st.tuples(st.integers(1, 999).map(str), st.sampled_from(GRADES), codes, codes, codes, codes),
    ),
}  # fmt: skip


def check_sieve(kind, rows):
    """Every row of which a rule speaks is among the rows that the rules are asked about."""
    header, _ = ROWS[kind]
    distinct = list({row[0]: row for row in rows}.values())
    content = text_file(distinct, header)
    keys = {"tracking": "tracking", "orders": "order_no", "stock": "sku", "returns": "rma_no"}[kind]
    everything = read(content, watched={keys: tuple(row[0] for row in distinct)})
    sieved = {row["row"] for row in read(content, look=_look(CTX)).wanted}
    model = MODELS[kind]
    for raw in everything.wanted:
        row = model.model_validate(dict(raw), strict=False)
        if find(kind, row, CTX) is not None:
            assert raw["row"] in sieved, raw


@settings(max_examples=25)
@given(st.lists(ROWS["tracking"][1], min_size=1, max_size=8))
def test_the_sieve_lets_every_parcel_through_that_a_rule_speaks_of(rows):
    """Whatever its status and its days."""
    check_sieve("tracking", rows)


@settings(max_examples=25)
@given(st.lists(ROWS["orders"][1], min_size=1, max_size=8))
def test_the_sieve_lets_every_order_through_that_a_rule_speaks_of(rows):
    """Whatever its stages."""
    check_sieve("orders", rows)


@settings(max_examples=25)
@given(st.lists(ROWS["stock"][1], min_size=1, max_size=8))
def test_the_sieve_lets_every_count_through_that_a_rule_speaks_of(rows):
    """Whatever was counted."""
    check_sieve("stock", rows)


@settings(max_examples=25)
@given(st.lists(ROWS["returns"][1], min_size=1, max_size=8))
def test_the_sieve_lets_every_return_through_that_a_rule_speaks_of(rows):
    """Whatever came back."""
    check_sieve("returns", rows)


@given(st.lists(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=15, max_size=16), min_size=1, max_size=20))
def test_the_check_digit_of_a_column_is_that_of_its_numbers(bodies):
    """Reckoned on whole columns, with the same result as one by one."""
    texts = [f"1Z{body}" for body in bodies]
    single = [read_tracking(text) for text in texts]
    wanted = [one.norm == text and one.check_ok is True for one, text in zip(single, texts, strict=True)]
    assert check_digit_agrees(pl.Series(texts)).to_list() == wanted


@given(st.lists(st.text(max_size=40) | st.from_regex(r"[A-Z0-9/ _-]{1,12}", fullmatch=True), min_size=1, max_size=20))
def test_a_plain_text_is_what_its_reader_would_make_of_it(texts):
    """So that it need not be read."""
    series = pl.Series(texts, dtype=pl.String)
    for text in series.filter(series.str.contains(_PLAIN_ID)).to_list():
        assert read_id(text).value == text
    for text in series.filter(series.str.contains(_PLAIN_TEXT) & ~series.str.contains("  ", literal=True)).to_list():
        assert _read_text(text).value == text


@settings(max_examples=25)
@given(st.lists(st.lists(st.text(max_size=12), min_size=5, max_size=5), min_size=1, max_size=6))
def test_every_row_gets_one_verdict(rows):
    """Whatever stands in its cells: accepted, review, rejected and repeated add up to the rows."""
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    try:
        content = text_file(quoted, ROWS["tracking"][0])
    except UnicodeEncodeError:
        return
    answer = read(content, "ups-tracking") if b"\x00" not in content else None
    if answer is not None:
        assert answer.rows == answer.accepted + answer.review + answer.rejected + answer.repeated
