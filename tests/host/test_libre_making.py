"""What Calc can make and a closed file cannot: sheets, names, merged cells; ranges that people moved meanwhile."""

from __future__ import annotations

import pytest

from addin.errors import Unsupported
from addin.hosts.boot import xw
from addin.hosts.engine import Engine, open_book
from addin.hosts.grid import Rect
from addin.hosts.libre import LibreDriver
from tests.hosts_kit import make_book

from .calc_kit import running_office

pytestmark = pytest.mark.libre


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with running_office(tmp_path_factory.mktemp("calc") / "profile", headless=True) as office:
        yield LibreDriver(office)


@pytest.fixture
def book(driver, tmp_path):
    book = open_book(Engine(driver), make_book(tmp_path / "book.xlsm"))
    yield book
    book.close()


def test_sheets_are_added_named_and_deleted(book):
    """A new sheet is in front; its name can be given later."""
    sheet = book.sheets.add("Extra", after=book.sheets["Desk"])
    assert (sheet.name, sheet.index) == ("Extra", 3)
    sheet.name = "More"
    assert "More" in [one.name for one in book.sheets]
    book.sheets["More"].delete()
    assert "More" not in [one.name for one in book.sheets]


def test_names_are_defined_and_taken_away(book):
    """A name leads to its cells until it is deleted."""
    book.names.add("Here", "=Desk!$B$4")
    assert book.names["Here"].refers_to_range.address == "$B$4"
    book.names["Here"].delete()
    assert "Here" not in book.names


def test_a_formula_that_names_a_tables_column_is_refused(book):
    """Calc would enter another formula without a word; the same brackets in a text are a text."""
    cell = book.sheets["Desk"]["F9"]
    with pytest.raises(Unsupported, match="table"):
        cell.formula = "=COUNTA(tblReturns[Case])"
    assert cell.value is None
    cell.formula = '="tblReturns[Case]"'
    assert cell.value == "tblReturns[Case]"


def test_cells_are_merged_and_taken_apart(book):
    """merge_cells tells."""
    cells = book.sheets["_lists"]["A2:A3"]
    cells.merge()
    assert cells.merge_cells is True
    cells.unmerge()
    assert cells.merge_cells is False


def test_a_range_kept_from_the_last_turn_is_fetched_anew_after_rows_were_inserted(book):
    """Calc moves what was fetched along with inserted rows: a cell's address counts, not the object."""
    document = book.impl.document
    grid = next(grid for grid in document.grids() if grid.name == "Returns")
    with document.turn():
        before = grid.values(Rect(6, 1, 7, 1))
    grid.sheet.Rows.insertByIndex(5, 1)
    with document.turn():
        after = grid.values(Rect(6, 1, 7, 1))
    assert (before[0][0], after) == ("CASE-2025-000001", [[None], ["CASE-2025-000001"]])


def test_rows_like_one_are_found_also_where_they_do_not_show(book):
    """A number that stands twice is seen though its row is hidden."""
    sheet = book.sheets["Returns"]
    sheet["A11"].value = "CASE-2025-000001"
    sheet["A11"].impl.row_hidden = True
    assert xw.Range(impl=sheet["A6:A11"].impl).impl.rows_like(6) == [6, 11]
    assert sheet["A6:A11"].impl.rows_like(7) == [7]
