"""Random edits of a closed workbook agree with a plain dictionary of cells, before and after saving."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

from hosts_kit import changed_parts, parts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addin.hosts.closed import open_closed
from addin.hosts.sheetxml import unescaped
from addin.hosts.splice import escaped

ROW, COLUMN = st.integers(1, 25), st.integers(1, 30)
TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
VALUE = st.one_of(
    st.none(),
    st.booleans(),
    TEXT,
    st.sampled_from(["=1+1", "_x0041_", "a\r\nb", " x ", "#N/A", "007", "_x000", "_"]),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.decimals(min_value=-(10**6), max_value=10**6, places=2),
)
EDIT = st.tuples(ROW, COLUMN, st.lists(st.lists(VALUE, min_size=1, max_size=3), min_size=1, max_size=3))


def seen(value):
    """What a cell shows for a value written into it."""
    if value is None or value == "":
        return None
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def start(folder: str) -> tuple[Path, dict[tuple[int, int], object]]:
    """A small workbook with gaps, and its model."""
    import xlsxwriter

    path = Path(folder) / "book.xlsx"
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("S")
    bold = made.add_format({"bold": True})
    model: dict[tuple[int, int], object] = {}
    for row in range(1, 20, 2):
        for column in range(1, 27, 3):
            model[row, column] = f"r{row}c{column}" if row % 3 else float(row * column)
            sheet.write(row - 1, column - 1, model[row, column], bold if row % 5 == 0 else None)
    made.add_worksheet("Other").write("A1", "untouched")
    made.close()
    return path, model


def shown(book) -> dict[tuple[int, int], object]:
    """The non-blank cells of the sheet."""
    rows = book.sheets["S"].range((1, 1), (30, 35)).options(ndim=2, err_to_str=True).value
    return {(i, j): v for i, row in enumerate(rows, 1) for j, v in enumerate(row, 1) if v is not None}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(EDIT, max_size=4), min_size=1, max_size=3))
def test_random_edits_equal_the_model(rounds):
    """Whatever is written, in whatever order, over several saves: what is read is what was written, and no more."""
    with tempfile.TemporaryDirectory() as folder:
        path, model = start(folder)
        original = parts(path)
        book = open_closed(path)
        for edits in rounds:
            for row, column, block in edits:
                for i, line in enumerate(block):
                    book.sheets["S"].range((row + i, column)).value = [line]
                    model.update({(row + i, column + j): seen(v) for j, v in enumerate(line)})
            book.save()
            assert shown(book) == {k: v for k, v in model.items() if v is not None}
        book.close()
        again = open_closed(path)
        found = shown(again)
        again.close()
        assert found == {k: v for k, v in model.items() if v is not None}
        assert {k: type(v) for k, v in found.items()} == {k: type(v) for k, v in model.items() if v is not None}
        assert changed_parts(original, parts(path)) <= {"xl/worksheets/sheet1.xml"}


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_survives_its_escapes(text):
    """Reading undoes what writing did, for every string there is."""
    assert unescaped(escaped(text)) == text


@given(st.text(alphabet="_x0041F\x01\r", max_size=30))
def test_texts_that_look_like_escapes_survive(text):
    """Underscores, digits and control characters in every order."""
    assert unescaped(escaped(text)) == text


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))
def test_serial_numbers_round_trip_to_the_millisecond(moment):
    """A moment comes back within half a millisecond of itself."""
    from addin.hosts.grid import from_serial, to_serial

    back = from_serial(to_serial(moment))
    assert back is not None
    assert abs(back - moment) <= dt.timedelta(microseconds=500)
