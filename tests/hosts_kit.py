"""Workbooks for the hosts' tests: a rich register-like file, and a way to take packages apart."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import xlsxwriter

HEADERS = ["Case", "Order", "Amount", "Due", "Note"]
ROWS = 6


def make_book(path: Path, *, formulas: bool = True) -> Path:
    """A macro workbook with about everything a register holds."""
    book = xlsxwriter.Workbook(str(path))
    book.add_vba_project(io.BytesIO(b"not really VBA, but nobody looks inside"), is_stream=True)
    formats = {
        "text": book.add_format({"num_format": "@", "bg_color": "#FFF6DD", "locked": False}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "head": book.add_format({"bold": True, "bg_color": "#1F2A37", "font_color": "white"}),
        "due": book.add_format({"bg_color": "#F4C95D"}),
    }
    _returns(book, formats)
    _desk(book, formats, formulas)
    _audit(book, formats)
    _lists(book)
    book.define_name("RegisterId", "=_meta!$B$1")
    book.define_name("Desk!Paste", "=Desk!$B$4")
    book.close()
    return path


def _returns(book, formats):
    sheet = book.add_worksheet("Returns")
    sheet.freeze_panes(5, 1)
    sheet.set_column(0, 0, 18, formats["text"])
    sheet.set_column(4, 4, 40)
    sheet.insert_button("A2", {"macro": "Press", "caption": "Decide", "width": 90, "height": 24})
    for i in range(ROWS):
        row = 5 + i
        sheet.write_string(row, 0, f"CASE-2025-{i + 1:06d}", formats["text"])
        sheet.write_string(row, 1, f"00{i}", formats["text"])
        sheet.write_number(row, 2, 10.25 * (i + 1), formats["money"])
        sheet.write_number(row, 3, 45_900 + i, formats["date"])
        sheet.write_blank(row, 4, None, formats["text"])
    sheet.add_table(
        4,
        0,
        4 + ROWS,
        4,
        {"name": "tblReturns", "columns": [{"header": h, "header_format": formats["head"]} for h in HEADERS]},
    )
    sheet.data_validation(5, 4, 400, 4, {"validate": "list", "source": "=_lists!$A$1:$A$3"})
    sheet.conditional_format(5, 2, 400, 2, {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format(5, 3, 400, 3, {"type": "cell", "criteria": "<", "value": 45_902, "format": formats["due"]})
    sheet.write_url("G1", "internal:Desk!A1", string="Back")
    sheet.write_comment("A5", "One row per case")


def _desk(book, formats, formulas):
    sheet = book.add_worksheet("Desk")
    sheet.activate()
    sheet.write("A1", "Casebook", formats["head"])
    sheet.write("B4", 'Paste <here> & "there"\nsecond line')
    sheet.write("B5", True)
    sheet.merge_range("D1:F1", "merged", formats["head"])
    if formulas:
        sheet.write_formula("A3", "=COUNTA(Returns!A6:A400)", None, ROWS)
        sheet.write_formula("A4", "=1/0", None, "#DIV/0!")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"=Returns!$C$6:$C${5 + ROWS}"})
    sheet.insert_chart("D5", chart)
    sheet.set_row(8, 30, formats["text"])
    sheet.set_row(9, None, None, {"hidden": True})
    sheet.set_column("H:H", 5, None, {"hidden": True})
    sheet.print_area("A1:D9")


def _audit(book, formats):
    sheet = book.add_worksheet("Audit")
    sheet.freeze_panes(1, 0)
    sheet.write_row("A1", ["seq", "text"], formats["head"])
    sheet.write_row("A2", [1, '{"kind":"case.opened.v1"}'])
    sheet.protect("", {"autofilter": True, "select_locked_cells": True})


def _lists(book):
    lists = book.add_worksheet("_lists")
    lists.write_column("A1", ["approve", "refuse", "wait"])
    lists.very_hidden()
    meta = book.add_worksheet("_meta")
    meta.write_row("A1", ["register", "R-1"])
    meta.very_hidden()


def parts(path: Path) -> dict[str, bytes]:
    """All parts of a package by name."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def changed_parts(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The names of the parts that differ, appeared or vanished."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
