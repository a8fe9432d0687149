"""What every host must do with a workbook through xlwings; a host's tests subclass `EngineContract`.

A subclass gives `open_book(path)`, which opens a workbook file in its host and returns an `xw.Book`.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hosts_kit import ROWS, make_book

from addin.errors import Unsupported
from addin.hosts.boot import xw


class EngineContract:
    """The rules of reading, writing, finding one's way, tables, protection and saving."""

    def open_book(self, path):
        raise NotImplementedError

    @pytest.fixture
    def path(self, tmp_path):
        return make_book(tmp_path / "register.xlsm")

    @pytest.fixture
    def book(self, path):
        book = self.open_book(path)
        yield book
        book.close()

    @pytest.fixture
    def returns(self, book):
        return book.sheets["Returns"]

    def reopened(self, book):
        """The same file, saved, closed and opened again."""
        path = book.fullname
        book.save()
        book.close()
        return self.open_book(path)

    # ---------------------------------------------------------------- books and sheets

    def test_a_book_knows_its_name_and_place(self, book, path):
        """A press finds its book by the full name."""
        assert (book.name, book.fullname) == (path.name, str(path))

    def test_opening_twice_gives_the_same_book(self, book, path):
        """Two objects over one file would overwrite each other."""
        assert self.open_book(path) == book

    def test_sheets_come_in_their_order_by_name_and_by_number(self, book):
        """Names do not tell capitals apart."""
        assert [sheet.name for sheet in book.sheets] == ["Returns", "Desk", "Audit", "_lists", "_meta"]
        assert book.sheets["desk"] == book.sheets[1]
        assert book.sheets[1].index == 2
        assert "Desk" in [sheet.name for sheet in book.sheets]

    def test_a_missing_sheet_is_an_error(self, book):
        """A missing sheet is never made up."""
        with pytest.raises(Exception, match="nowhere"):
            book.sheets["nowhere"]

    def test_very_hidden_sheets_are_told_from_hidden_ones(self, book):
        """Excel's numbers: -1 visible, 2 very hidden."""
        assert book.sheets["_meta"].api.Visible == 2
        assert book.sheets["Desk"].api.Visible == -1

    def test_very_hidden_sheets_can_be_read_and_written(self, book):
        """The register keeps its head there."""
        meta = book.sheets["_meta"]
        meta["B2"].value = "head"
        assert meta["B1:B2"].value == ["R-1", "head"]

    def test_activate_brings_a_sheet_to_the_front(self, book):
        """The sheet in front is where a press happens."""
        book.sheets["Returns"].activate()
        assert book.sheets.active.name == "Returns"

    def test_selection_can_be_set_and_read(self, book, returns):
        """Bulk presses work on the selection."""
        returns.range("A7:A9").select()
        assert book.app.selection.address == "$A$7:$A$9"
        assert book.app.selection.sheet.name == "Returns"

    def test_selection_may_have_several_areas(self, book, returns):
        """Rows picked with Ctrl are areas; each has its address."""
        returns.range("A6,A8:A9").select()
        assert book.app.selection.address == "$A$6,$A$8:$A$9"
        assert [area.Address for area in book.app.selection.api.Areas] == ["$A$6", "$A$8:$A$9"]
        assert book.app.selection.api.Areas.Count == 2

    def test_switches_of_the_screen_are_accepted(self, book):
        """Macros set them on every host."""
        app = book.app
        app.screen_updating = False
        app.display_alerts = False
        app.enable_events = False
        app.calculation = "manual"
        app.status_bar = "Working"
        assert app.calculation == "manual"
        app.calculation = "automatic"
        app.screen_updating = True
        app.status_bar = False

    # ---------------------------------------------------------------- reading

    def test_reads_are_typed(self, returns):
        """Text stays text, a number is a float, a day is a datetime, a blank is None."""
        assert returns.range("A6:E6").value == ["CASE-2025-000001", "000", 10.25, dt.datetime(2025, 8, 31), None]
        assert type(returns["C6"].value) is float

    def test_two_dimensions_are_always_two(self, returns):
        """ndim=2 gives rows for one cell, one row and one column alike."""
        assert returns["A6"].options(ndim=2).value == [["CASE-2025-000001"]]
        assert returns["B6:B7"].options(ndim=2).value == [["000"], ["001"]]

    def test_a_truth_value_is_a_bool(self, book):
        """TRUE is not 1."""
        assert book.sheets["Desk"]["B5"].value is True

    def test_text_with_markup_and_lines_is_read_as_it_is(self, book):
        """What was pasted from a chat comes back unchanged."""
        assert book.sheets["Desk"]["B4"].value == 'Paste <here> & "there"\nsecond line'

    def test_an_error_reads_as_its_name_or_as_nothing(self, book):
        """err_to_str tells; the default hides, as in Excel."""
        cell = book.sheets["Desk"]["A4"]
        assert cell.value is None
        assert cell.options(err_to_str=True).value == "#DIV/0!"

    def test_a_formula_has_a_result_and_a_text(self, book):
        """`value` is what is seen, `formula` what was typed."""
        cell = book.sheets["Desk"]["A3"]
        assert cell.value == float(ROWS)
        assert cell.formula == "=COUNTA(Returns!A6:A400)"

    def test_raw_serial_numbers_are_there_for_money(self, returns):
        """Value2 knows neither dates nor currencies."""
        assert returns["D6"].api.Value2 == 45900.0
        assert returns["A6:E6"].api.Value2 == (("CASE-2025-000001", "000", 10.25, 45900.0, None),)

    def test_an_error_is_no_blank_in_raw_values(self, book):
        """What is compared with what was written must not take an error for nothing."""
        assert book.sheets["Desk"]["A4"].api.Value2 == "#DIV/0!"

    # ---------------------------------------------------------------- writing

    @pytest.mark.parametrize(
        ("value", "read"),
        [
            ("00123", "00123"),
            ("=1+1", "=1+1"),
            ("+44 20 7946 0000", "+44 20 7946 0000"),
            ("@here", "@here"),
            ("  spaces  ", "  spaces  "),
            ("a\nb\tc", "a\nb\tc"),
            ("Zoë £10 – 漢字 🙂", "Zoë £10 – 漢字 🙂"),
            ("<b>&amp;</b>", "<b>&amp;</b>"),
            ("_x0041_", "_x0041_"),
            ("#N/A", "#N/A"),
            ("TRUE", "TRUE"),
            (12.5, 12.5),
            (7, 7.0),
            (2**31, 2147483648.0),
            (-(2**40), -1099511627776.0),
            (Decimal("1250.10"), 1250.1),
            (True, True),
            (False, False),
            (None, None),
            ("", None),
        ],
    )
    def test_a_value_written_is_the_value_read(self, book, value, read):
        """No text becomes a formula, a number, a truth value or an error; ids keep their zeros."""
        book.sheets["Returns"]["E7"].value = value
        assert self._cell(book, "E7") == (read, type(read))
        again = self.reopened(book)
        assert self._cell(again, "E7") == (read, type(read))
        again.close()

    @staticmethod
    def _cell(book, address):
        value = book.sheets["Returns"][address].options(err_to_str=True).value
        return value, type(value)

    def test_dates_keep_day_and_time(self, book, returns):
        """A moment is stored to the second at least."""
        moment = dt.datetime(2025, 11, 24, 14, 30, 15)
        returns["D7"].value = moment
        returns["D8"].value = dt.date(2024, 2, 29)
        again = self.reopened(book)
        values = again.sheets["Returns"]["D7:D8"].value
        again.close()
        assert [values[0].replace(microsecond=0), values[1]] == [moment, dt.datetime(2024, 2, 29)]

    def test_an_instant_with_a_zone_is_refused(self, returns):
        """Cells have no zones: instants are text."""
        with pytest.raises(TypeError, match="zone"):
            returns["D7"].value = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)

    def test_blocks_are_written_from_their_corner(self, returns):
        """A block fills as many cells as it has."""
        returns["E6"].value = [["a"], ["b"], [None]]
        assert returns["E6:E8"].value == ["a", "b", None]
        returns["A20"].value = ["x", 1, None, "y"]
        assert returns["A20:D20"].value == ["x", 1.0, None, "y"]

    def test_a_block_may_mix_everything(self, book, returns):
        """None, truth values and large whole numbers beside texts: what a program cannot take as it is, is made fit."""
        returns["E6"].value = [[None, True, 2**40], ["", "text", False], [3_000_000_000, None, "=1"]]
        again = self.reopened(book)
        found = again.sheets["Returns"]["E6:G8"].value
        again.close()
        assert found == [[None, True, 2.0**40], [None, "text", False], [3e9, None, "=1"]]

    def test_one_value_fills_a_range(self, returns):
        """A scalar goes into every cell, of every area."""
        returns["E6:E7"].value = "same"
        returns.range("A20,C22").value = "far"
        assert returns["E6:E8"].value == ["same", "same", None]
        assert (returns["A20"].value, returns["C22"].value) == ("far", "far")

    def test_formulas_are_written_by_their_own_door(self, book, returns):
        """`formula` makes formulas; `value` never does."""
        returns["E6"].formula = "=C6*2"
        assert returns["E6"].formula == "=C6*2"
        again = self.reopened(book)
        assert again.sheets["Returns"]["E6"].formula == "=C6*2"
        again.close()

    def test_clearing_empties_and_keeps_the_format(self, returns):
        """clear_contents is not clear."""
        returns["A6:D6"].clear_contents()
        assert returns["A6:D6"].value == [None] * 4
        assert returns["D6"].number_format == "yyyy-mm-dd"

    def test_a_number_format_can_be_read_and_given(self, book, returns):
        """Ids get the text format before they are written."""
        assert returns["A6"].number_format == "@"
        assert returns["A6:C6"].number_format is None
        returns["C6:C7"].number_format = "@"
        returns["C6"].value = "0001"
        again = self.reopened(book)
        sheet = again.sheets["Returns"]
        assert (sheet["C6"].number_format, sheet["C6"].value) == ("@", "0001")
        assert sheet["C8"].number_format == "#,##0.00"
        again.close()

    def test_colour_is_read_as_three_numbers(self, returns):
        """Inputs are told by their colour in tests."""
        assert returns["A6"].color == (0xFF, 0xF6, 0xDD)
        assert returns["C6"].color is None

    # ---------------------------------------------------------------- finding one's way

    def test_ranges_know_place_and_shape(self, returns):
        """Rows and columns count from 1."""
        block = returns.range((6, 2), (8, 4))
        assert (block.row, block.column, block.shape, block.count) == (6, 2, (3, 3), 9)
        assert block.address == "$B$6:$D$8"
        assert block.get_address(False, False) == "B6:D8"
        assert (len(block.rows), len(block.columns)) == (3, 3)
        assert block.rows[1].address == "$B$7:$D$7"
        assert block.columns[0].address == "$B$6:$B$8"
        assert block.last_cell.address == "$D$8"

    def test_offset_resize_and_slices(self, returns):
        """They move relative to the first cell."""
        cell = returns["B6"]
        assert cell.offset(1, 2).address == "$D$7"
        assert cell.resize(2, 3).address == "$B$6:$D$7"
        assert returns[5, 0].address == "$A$6"
        assert returns["A6:E9"][1:3, 0:2].address == "$A$7:$B$8"

    def test_end_stops_where_ctrl_arrow_stops(self, returns):
        """From a filled cell to the end of the block, from a blank one to the next filled."""
        last = 5 + ROWS
        assert returns["A5"].end("down").row == last
        assert returns.range((1_048_576, 1)).end("up").row == last
        assert returns["A6"].end("right").column == 4
        assert returns["E6"].end("left").column == 4
        assert returns["A20"].end("up").row == last
        assert returns["B30"].end("down").row == 1_048_576

    def test_expand_and_region_find_the_block(self, returns):
        """The header row to the last row."""
        assert returns["A5"].expand().address == f"$A$5:$E${5 + ROWS}"
        assert returns["A5"].expand("down").address == f"$A$5:$A${5 + ROWS}"
        assert returns["B7"].current_region.address == f"$A$5:$E${5 + ROWS}"

    def test_used_range_covers_everything(self, book):
        """From the first to the last cell in use."""
        assert book.sheets["_lists"].used_range.address == "$A$1:$A$3"

    def test_names_lead_to_ranges(self, book):
        """Names of the book and of a sheet."""
        assert book.names["RegisterId"].refers_to_range.value == "R-1"
        assert book.sheets["Desk"].range("Paste").address == "$B$4"
        assert "RegisterId" in book.names
        assert "Nothing" not in book.names

    def test_what_is_printed_of_a_sheet_can_be_asked_and_moved(self, book):
        """The print area of a sheet that has one; it stays with the file."""
        setup = book.sheets["Desk"].page_setup
        assert setup.print_area == "$A$1:$D$9"
        setup.print_area = "$A$1:$D$12"
        assert setup.print_area == "$A$1:$D$12"
        again = self.reopened(book)
        kept = again.sheets["Desk"].page_setup.print_area
        again.close()
        assert kept == "$A$1:$D$12", kept

    def test_a_wrong_address_is_an_error(self, returns):
        """It is neither A1 nor some other cell."""
        with pytest.raises(xw.NoSuchObjectError):
            returns.range("no such thing")

    def test_hidden_rows_and_columns_are_seen(self, book):
        """Rows hidden by hand or by a filter must not be pressed unseen."""
        desk = book.sheets["Desk"]
        assert desk["A10"].rows.hidden is True
        assert desk["A9"].rows.hidden is False
        assert desk["A9:A10"].rows.hidden is None
        assert desk["H1"].columns.hidden is True

    def test_heights_and_widths_are_read(self, book):
        """Points and characters."""
        assert book.sheets["Desk"]["A9"].row_height == pytest.approx(30, abs=0.5)
        assert book.sheets["Returns"]["E1"].column_width == pytest.approx(40, abs=1)

    # ---------------------------------------------------------------- tables

    def test_a_table_knows_its_parts(self, returns):
        """Header, body and filter buttons."""
        table = returns.tables["tblReturns"]
        assert table.name == "tblReturns"
        assert table.range.address == f"$A$5:$E${5 + ROWS}"
        assert table.data_body_range.address == f"$A$6:$E${5 + ROWS}"
        assert table.header_row_range.value == ["Case", "Order", "Amount", "Due", "Note"]
        assert table.show_autofilter is True
        assert [t.name for t in returns.tables] == ["tblReturns"]
        assert returns["B7"].table == table

    def test_a_table_grows_by_resize(self, book, returns):
        """Rows are appended below, then the table takes them in."""
        row = 6 + ROWS
        returns.range((row, 1)).value = ["CASE-2025-000099", "099", 1.5, dt.date(2025, 12, 1), "late"]
        returns.tables["tblReturns"].resize(returns.range((5, 1), (row, 5)))
        again = self.reopened(book)
        table = again.sheets["Returns"].tables["tblReturns"]
        assert table.range.address == f"$A$5:$E${row}"
        assert table.data_body_range.rows[-1].value == [
            "CASE-2025-000099",
            "099",
            1.5,
            dt.datetime(2025, 12, 1),
            "late",
        ]
        again.close()

    # ---------------------------------------------------------------- protection and saving

    def test_protection_can_be_lifted_and_put_back(self, book):
        """Unprotect, write, protect: the way every press writes a locked sheet."""
        audit = book.sheets["Audit"]
        assert audit.api.ProtectContents is True
        audit.api.Unprotect("")
        assert audit.api.ProtectContents is False
        audit["A3"].value = [2, "{}"]
        audit.api.Protect("", AllowFiltering=True)
        assert audit.api.ProtectContents is True
        again = self.reopened(book)
        audit = again.sheets["Audit"]
        assert audit.api.ProtectContents is True
        assert audit["A3:B3"].value == [2.0, "{}"]
        again.close()

    def test_closing_does_not_save(self, book, path):
        """What was not saved is gone, and nobody is asked."""
        book.sheets["Returns"]["E6"].value = "lost"
        book.close()
        again = self.open_book(path)
        assert again.sheets["Returns"]["E6"].value is None
        again.close()

    def test_what_the_host_cannot_do_it_refuses(self, returns):
        """Never a silent nothing: `Unsupported`, in words."""
        with pytest.raises(Unsupported):
            returns.api.NoSuchMember  # noqa: B018

    def test_a_day_in_a_plain_cell_shows_as_a_day(self, book):
        """A cell without a day's format gets one, as in Excel; else the day would come back as a number."""
        sheet = book.sheets["_lists"]
        sheet["F1"].value = [dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 14, 30)]
        again = self.reopened(book)
        found = again.sheets["_lists"]["F1:G1"].value
        again.close()
        assert found[0] == dt.datetime(2024, 2, 29)
        assert abs(found[1] - dt.datetime(2024, 2, 29, 14, 30)) < dt.timedelta(seconds=1)

    def test_find_leads_to_the_first_cell_that_holds_a_text(self, returns):
        """By rows from the front, in whole cells or parts; a cell that does not show counts."""
        assert returns["A6:E11"].find("case-2025-000003").address == "$A$8"
        assert returns["A6:E11"].find("CASE", whole=True) is None
        assert returns["A6:E11"].find("CASE", direction="backward").address == "$A$11"
        assert returns["A6:E11"].find("case", match_case=True) is None
