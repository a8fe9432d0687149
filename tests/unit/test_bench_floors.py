"""The floors beside which an import is measured do the work they stand for."""

from __future__ import annotations

from addin.bench.floors import TwentyFields, column_by_column, row_by_row, twenty_fields


def test_both_ways_of_bulk_validation_refuse_the_same_rows():
    """A floor that looked at less than its contract would be a false one."""
    rows = twenty_fields(2_001)
    assert len(TwentyFields.model_fields) == 20
    assert row_by_row(rows) == column_by_column(rows) == 3
    for name, wrong in (("state", "Lost"), ("quantity", "-1"), ("value", "12.345"), ("scanned_at", "yesterday")):
        assert row_by_row([rows[1] | {name: wrong}]) == column_by_column([rows[1] | {name: wrong}]) == 1, name
