"""Cells of a workbook that hold an error (#DIV/0!, #N/A) instead of a value: the reader of sheets leaves them empty.

An empty cell may be right where it stands; an error never is. So its words are put back into the grid, where every
reader of values refuses them by column and line.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from addin.hosts.grid import column_number

#: A part of more bytes is not looked through; the sheet is read all the same.
_LARGEST: Final = 200 * 1024 * 1024
_ERROR: Final = b't="e"'
_CELL: Final = re.compile(rb'<(?:\w+:)?c ([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_WORDS: Final = re.compile(rb"<(?:\w+:)?v>([^<]{1,40})<")
_SHEET: Final = re.compile(r'<(?:\w+:)?sheet [^>]*?\bname="([^"]*)"[^>]*?\b\w+:id="([^"]*)"')
_RELATION: Final = re.compile(r"<(?:\w+:)?Relationship [^>]*>")
_TARGET: Final = re.compile(r'\bTarget="/?(?:xl/)?([^"]*)"')
_ID: Final = re.compile(r'\bId="([^"]*)"')


def put_errors_back(package: zipfile.ZipFile, grids: Mapping[str, list[list[Any]]], starts: Mapping[str, Any]) -> None:
    """Write the error of each cell that holds one into its sheet's grid; `starts` are (row, column) of the grids."""
    parts = [part.filename for part in package.infolist() if _is_sheet(part)]
    found = {name: data for name in parts if _ERROR in (data := package.read(name))}
    if not found:
        return
    for sheet, part in _sheets(package):
        grid, (top, left) = grids.get(sheet), starts.get(sheet) or (0, 0)
        for row, column, words in _errors(found.get(part, b"")):
            if grid and top <= row < top + len(grid) and left <= column < left + len(grid[row - top]):
                grid[row - top][column - left] = words


def _is_sheet(part: zipfile.ZipInfo) -> bool:
    return part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml") and part.file_size <= _LARGEST


def _errors(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Row and column (from 0) and words of each error cell of a sheet's XML."""
    for cell in _CELL.finditer(data):
        place, words = _PLACE.search(cell[1]), _WORDS.search(cell[2])
        if place is not None:
            said = words[1].decode("utf-8", errors="replace") if words is not None else "#ERROR"
            yield int(place[2]) - 1, column_number(place[1].decode("ascii")) - 1, said


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name and the part it stands in."""
    names = set(package.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return
    book = package.read("xl/workbook.xml").decode("utf-8", errors="replace")
    relations = package.read("xl/_rels/workbook.xml.rels").decode("utf-8", errors="replace")
    targets = {}
    for relation in _RELATION.findall(relations):
        key, target = _ID.search(relation), _TARGET.search(relation)
        if key is not None and target is not None:
            targets[key[1]] = f"xl/{target[1]}"
    for name, key in _SHEET.findall(book):
        if key in targets:
            yield html.unescape(name), targets[key]
