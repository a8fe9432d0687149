"""Draws a queue sheet: the table of its cases, the columns' formats, drop-downs and colours.

Formats, validations and colours reach far below the table, so that rows added by a person or a press look and behave
like the others. Yellow and grey are conditional, because they follow the row: yellow where a row is in use and the
column is typed, grey where the row's type has no such field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from addin.logic.case_type import Case
from addin.logic.forms import Field, FieldKind
from addin.register.layout import (
    FIRST_ROW,
    HEADER_ROW,
    Column,
    Source,
    columns,
    has_field,
    types_on,
)
from addin.register.lists import Lists, column_letters, type_list
from addin.register.page import Page, set_print
from addin.register.projection import DONE, DUE_TODAY, OVERDUE, queue_cells
from addin.register.style import GUARDED, INPUT, LINE, QUIET, STANDING, VOID

#: How far formats, validations and colours are prepared at least.
PREPARED: Final = 20_000
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)
#: A queue is too wide for one page: readable, over several, with the case on each.
_PRINT_SCALE: Final = 62
_MOST: Final = 10**9


def set_widths(page: Page) -> None:
    """Give each column its width and the format of its cells down to the last row."""
    for at, column in enumerate(columns(page.sheet.name), 1):
        page.width(at, column.width, page.look.field(column.field.kind), hidden=column.hidden)


def draw_queue(page: Page, cases: Sequence[Case], lists: Lists, now: datetime) -> None:
    """Draw the table with one row per case and a blank one below for new cases."""
    name = page.sheet.name
    cols = columns(name)
    styles = {column.name: page.look.field(column.field.kind) for column in cols}
    for row, case in enumerate(cases, FIRST_ROW):
        cells = queue_cells(name, case, now)
        for at, column in enumerate(cols, 1):
            cell = cells[column.name]
            if cell is not None and cell != "":
                page.put(row, at, cell, styles[column.name])
    last = FIRST_ROW + len(cases)
    _draw_table(page, cols, last)
    prepared = max(PREPARED, last + PREPARED)
    _draw_colours(page, cols, prepared)
    _draw_validations(page, cols, lists, prepared)
    page.worksheet.freeze_panes(HEADER_ROW, 1)
    page.worksheet.set_selection(FIRST_ROW - 1, 0, FIRST_ROW - 1, 0)
    page.worksheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW}:{column_letters(len(cols))}{prepared}"})
    set_print(page, header=HEADER_ROW, scale=_PRINT_SCALE)


def _draw_table(page: Page, cols: Sequence[Column], last: int) -> None:
    header = page.look["header"]
    titles = [
        {"header": column.title, "header_format": header, "format": page.look.field(column.field.kind)}
        for column in cols
    ]
    page.height(HEADER_ROW - 1, 6)
    page.height(HEADER_ROW, 32)
    options = {"name": page.sheet.table, "style": None, "columns": titles}
    page.worksheet.add_table(HEADER_ROW - 1, 0, last - 1, len(cols) - 1, options)


# ---- colours --------------------------------------------------------------------------------------------------


def _draw_colours(page: Page, cols: Sequence[Column], last: int) -> None:
    at = {column.name: index for index, column in enumerate(cols, 1)}
    _draw_void(page, cols, last)
    draw_standing(page, (FIRST_ROW, last), at["standing"], at["due"])
    _colour(page, [at["priority"]], last, f'=${column_letters(at["priority"])}{FIRST_ROW}="P1"', bold=True)
    used = f"=COUNTA($A{FIRST_ROW - 1}:$B{FIRST_ROW})>0"
    typed = [index for index, column in enumerate(cols, 1) if column.typed]
    new_row = f'=AND($A{FIRST_ROW}="",COUNTA($A{FIRST_ROW - 1}:$B{FIRST_ROW})>0)'
    _colour(page, typed, last, used, bg_color=INPUT, bottom=1, bottom_color=LINE)
    _colour(page, [at["type"]], last, new_row, bg_color=INPUT, bottom=1, bottom_color=LINE)
    _colour(page, range(1, len(cols) + 1), last, used, bottom=1, bottom_color=LINE)


def _draw_void(page: Page, cols: Sequence[Column], last: int) -> None:
    """Grey out the columns that a row's type does not have."""
    kinds = types_on(page.sheet.name)
    groups: dict[tuple[str, ...], list[int]] = {}
    for index, column in enumerate(cols, 1):
        lacking = tuple(kind.code for kind in kinds if not has_field(kind, column))
        if lacking:
            groups.setdefault(lacking, []).append(index)
    for codes, places in groups.items():
        wrong = ",".join(f'$B{FIRST_ROW}="{code}"' for code in codes)
        test = f"=OR({wrong})"
        _colour(page, places, last, test, stop=True, bg_color=VOID, font_color=QUIET, bottom=1, bottom_color=LINE)


def draw_standing(page: Page, rows: tuple[int, int], standing: int, due: int) -> None:
    """Colour the Standing cell by its word, the Due cell also by the clock while the workbook stays open."""
    first = rows[0]
    word, when = f"${column_letters(standing)}{first}", f"${column_letters(due)}{first}"
    live = f'ISNUMBER({when}),{word}<>"{DONE}"'
    for name, (fill, ink) in STANDING.items():
        test = f'={word}="{name}"'
        _colour(page, [standing], rows[1], test, top=first, bg_color=fill, font_color=ink, bold=True)
    tests = {
        OVERDUE: f'=OR({word}="{OVERDUE}",AND({live},{when}<NOW()))',
        DUE_TODAY: f'=OR({word}="{DUE_TODAY}",AND({live},INT({when})=TODAY()))',
    }
    _colour(page, [due], rows[1], f'={word}="{DONE}"', top=first, font_color=QUIET, bg_color=GUARDED)
    for name, test in tests.items():
        fill, ink = STANDING[name]
        _colour(page, [due], rows[1], test, top=first, bg_color=fill, font_color=ink)


def _colour(
    page: Page,
    places: Iterable[int],
    last: int,
    test: str,
    *,
    top: int = FIRST_ROW,
    stop: bool = False,
    **look: object,
) -> None:
    """One rule over several columns; the test is written for the first row and its columns are fixed."""
    runs = [(column_letters(a), column_letters(b)) for a, b in _runs(places)]
    if not runs:
        return
    areas = " ".join(f"{a}{top}:{b}{last}" for a, b in runs)
    first = areas.split(maxsplit=1)[0]
    options = {"type": "formula", "criteria": test, "format": page.look.rule(**look), "stop_if_true": stop}
    page.worksheet.conditional_format(first, options | ({"multi_range": areas} if len(runs) > 1 else {}))


def _runs(places: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    return found


# ---- validations ----------------------------------------------------------------------------------------------


def _draw_validations(page: Page, cols: Sequence[Column], lists: Lists, last: int) -> None:
    for at, column in enumerate(cols, 1):
        rule = _validation(page.sheet.name, column, lists)
        if rule:
            page.worksheet.data_validation(FIRST_ROW - 1, at - 1, last - 1, at - 1, rule)


def _validation(sheet: str, column: Column, lists: Lists) -> dict[str, Any]:
    if column.name == "type":
        codes = ", ".join(f"{kind.code} {kind.name.lower()}" for kind in types_on(sheet))
        return _listed(f"={type_list(sheet)}", "Type", f"A new row needs its type: {codes}.") if codes else {}
    if column.source is Source.ASK:
        return {"validate": "any", **_told(column.title, "Your reason or note for the next press; cleared after it.")}
    if not column.typed:
        return {}
    return field_validation(column.field, lists.source(column.field, sheet))


def field_validation(field: Field, source: str) -> dict[str, Any]:
    """What a cell of a field offers and refuses; the rules below the buttons decide, whatever gets past this."""
    if source:
        rule = _listed(source, field.title, field.help)
        if field.listed and field.kind is not FieldKind.CHOICE:
            return rule | {"show_error": False}  # a list to begin from: "Pack bench" may be "Pack bench 4"
        # An owner or a word of the policy may be one that this workbook does not know yet: the rules will say.
        fixed = field.kind is FieldKind.FLAG or (field.choices and not field.listed)
        return rule | ({} if fixed else {"error_type": "warning"})
    if field.kind in _RANGES:
        kind, low, high, words = _RANGES[field.kind]
        error = {"error_type": "warning", "error_title": field.title[:32], "error_message": words}
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, **error} | _told(
            field.title, field.help
        )
    return {"validate": "any", **_told(field.title, field.help)} if field.help else {}


_RANGES: Final[dict[FieldKind, tuple[str, Any, Any, str]]] = {
    FieldKind.DAY: ("date", _EARLIEST, _LATEST, "That is not a date this program reads. Type it like 24/11/2026."),
    FieldKind.INSTANT: (
        "date",
        _EARLIEST,
        _LATEST,
        "That is not a date and time this program reads. Type it like 24/11/2026 17:20.",
    ),
    FieldKind.MONEY: ("decimal", -_MOST, _MOST, "That is not an amount. Type it in pounds and pence, like 1250.00."),
    FieldKind.NUMBER: ("decimal", -_MOST, _MOST, "That is not a number. Type it like 2.5."),
    FieldKind.COUNT: ("integer", -_MOST, _MOST, "That is not a whole number. Type it like 12."),
}


def _listed(source: str, title: str, help_: str) -> dict[str, Any]:
    error = {"error_title": title[:32], "error_message": "That is not in the list. Choose an entry, or press Esc."}
    return {"validate": "list", "source": source, **error, **_told(title, help_)}


def _told(title: str, words: str) -> dict[str, Any]:
    return {"input_title": title[:32], "input_message": words[:255]} if words else {}
