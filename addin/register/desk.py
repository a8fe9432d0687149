"""The Desk, the Case sheet and the Dashboard of an open workbook: what is read from them and written to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from textwrap import wrap
from typing import Any, Final

from addin.journal import Journal
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case, CaseType
from addin.logic.cases import case_types
from addin.logic.events import iso
from addin.logic.forms import Cell, Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.priority import end_of_day
from addin.register.cells import TEXT_FORMAT, number_format, same, same_plain
from addin.register.figures import figures, tiles
from addin.register.layout import (
    CASE_FIRST,
    CASE_HEADER,
    CASE_HELP,
    CASE_LAST_STEP,
    CASE_MOVE,
    CASE_NUMBER,
    CASE_PRINTED,
    CASE_REASON,
    CASE_ROWS,
    CASE_TEXT,
    CASE_TEXT_COLUMN,
    CASE_TEXT_LINES,
    CASE_TIMELINE,
    COUNTS_COLUMN,
    COUNTS_ROW,
    DESK_PASTE,
    DESK_SENDER,
    FIGURES_COLUMN,
    FIGURES_FIRST,
    PROPOSAL_COLUMNS,
    PROPOSAL_HEADER,
    PROPOSAL_ROWS,
    SHEET,
    TILE_COLUMNS,
    TILE_ROW,
    WORKLIST_HEADER,
    WORKLIST_ROWS,
)
from addin.register.projection import desk_counts, desk_lines, form_rows
from addin.register.refresh import case_at, conflict
from addin.register.sheets import Live, cell_name, plain

#: Where the moves that a shown case allows are listed for the Case sheet's drop-down.
CASE_MOVES_COLUMN: Final = 26
CASE_MOVES_ROWS: Final = 36
#: Where the texts that can be made for a shown case are listed.
CASE_TEXTS_COLUMN: Final = 27
CASE_TEXTS_ROWS: Final = 12
_REASON: Final = Field(name="reason", title="Reason", kind=FieldKind.NOTE)


@dataclass(frozen=True, slots=True)
class CaseForm:
    """What stands on the Case sheet: the case's number, the typed changes, faults and the reason."""

    case_id: str
    changes: Mapping[str, Value | None]
    problems: tuple[Problem, ...]
    reason: str


def pasted(live: Live) -> tuple[str, str]:
    """The message in the paste box and who it is from."""
    text, sender = live.get("Desk", DESK_PASTE), live.get("Desk", DESK_SENDER)
    return ("" if text is None else str(text)), ("" if sender is None else str(sender).strip())


def clear_paste(live: Live) -> None:
    """Empty the paste box: what was in it is in the journal, redacted."""
    live.sheet("Desk").range(DESK_PASTE).value = None


def show_proposals(live: Live, rows: Sequence[Sequence[Cell]]) -> None:
    """Put the proposed cases under the paste box, as many as have a line there, blank lines below them."""
    width, shown = len(PROPOSAL_COLUMNS), rows[:PROPOSAL_ROWS]
    blank: list[Sequence[Cell]] = [[None] * width for _ in range(PROPOSAL_ROWS - len(shown))]
    live.put("Desk", PROPOSAL_HEADER + 1, 2, [*shown, *blank])


def proposals(live: Live) -> list[list[Cell]]:
    """The proposal lines as they stand, corrections included."""
    first, last = PROPOSAL_HEADER + 1, PROPOSAL_HEADER + PROPOSAL_ROWS
    area = live.sheet("Desk").range((first, 2), (last, 1 + len(PROPOSAL_COLUMNS)))
    return [list(line) for line in area.options(ndim=2).value]


def show_desk(live: Live, journal: Journal, now: datetime) -> None:
    """Write counts and worklist, most urgent first, each number a link to the case's row."""
    counts = desk_counts(journal.tally(iso(now), iso(end_of_day(now.astimezone(LONDON).date()))))
    _put_changed(live, COUNTS_ROW, COUNTS_COLUMN, [[label for label, _ in counts], [number for _, number in counts]])
    work = journal.worklist(WORKLIST_ROWS)
    _put_changed(live, WORKLIST_HEADER + 1, 3, [line[1:] for line in desk_lines(work, now)])
    first, last = WORKLIST_HEADER + 1, WORKLIST_HEADER + WORKLIST_ROWS
    links = [[case_link(case)] for case in work] + [[""]] * (WORKLIST_ROWS - len(work))
    area = live.sheet("Desk").range((first, 2), (last, 2))
    if [list(line) for line in area.formula] != links:
        area.formula = links


def _put_changed(live: Live, row: int, column: int, block: Sequence[Sequence[Cell]]) -> None:
    """Write the lines of a block of the Desk that show something else: a press changes few of them."""
    area = live.sheet("Desk").range((row, column), (row + len(block) - 1, column + len(block[0]) - 1))
    found = plain(area)
    stale = [at for at, line in enumerate(block) if not all(map(same_plain, found[at], line))]
    if stale:
        live.put("Desk", row + stale[0], column, block[stale[0] : stale[-1] + 1])


def case_link(case: Case) -> str:
    """A formula that shows a case's number and jumps to its row wherever sorting has put it."""
    sheet = SHEET[case_types()[case.type].sheet].name
    return f'=HYPERLINK("#{sheet}!A"&MATCH("{case.case_id}",{sheet}!$A:$A,0),"{case.case_id}")'


def show_case(
    live: Live,
    case: Case,
    moves: Iterable[str],
    timeline: Sequence[Sequence[Cell]],
    texts: Iterable[str] = (),
    last_step: str = "",
) -> None:
    """Fill the Case sheet with a case: form, moves, texts to make, what became of its last step, timeline."""
    kind = case_types()[case.type]
    block = list(_form_lines(kind, case))[:CASE_ROWS]
    filled = max(len(block), len(timeline[:CASE_TIMELINE]))
    formats = [number_format(kind.fields[str(name)].kind) if name else TEXT_FORMAT for *_, name, _ in block]
    block += [[None] * 5 for _ in range(CASE_ROWS - len(block))]
    sheet = live.sheet("Case")
    _format_form(sheet, formats)
    sheet.range(CASE_NUMBER).value = case.case_id
    sheet.range((CASE_HEADER, 4), (CASE_HEADER, 5)).value = [case.case_id, case.version]
    live.put("Case", CASE_FIRST, 1, block)
    blank: list[Sequence[Cell]] = [[None] * 4 for _ in range(CASE_TIMELINE - len(timeline[:CASE_TIMELINE]))]
    live.put("Case", CASE_FIRST, 7, [*timeline[:CASE_TIMELINE], *blank])
    _print_only(sheet, filled)
    heading = f"{kind.name}: {case.status}"
    sheet.range((CASE_FIRST - 3, 1)).value = heading
    _put_list(live, CASE_MOVES_COLUMN, CASE_MOVES_ROWS, moves)
    _put_list(live, CASE_TEXTS_COLUMN, CASE_TEXTS_ROWS, texts)
    sheet.range(CASE_LAST_STEP).value = last_step or None
    sheet.range(CASE_MOVE).value = None
    sheet.range(CASE_REASON).value = None
    sheet.range(CASE_TEXT).value = None
    show_text(live, "")


def _print_only(sheet: Any, rows: int) -> None:
    """Let what is printed of the Case sheet end with the case; a print area that somebody took away stays away."""
    last = CASE_FIRST + max(rows, 1) - 1
    area = sheet.range((1, 1), (last, CASE_PRINTED)).address
    if sheet.page_setup.print_area not in (None, area):
        sheet.page_setup.print_area = area


def _form_lines(kind: CaseType, case: Case) -> Iterator[Sequence[Cell]]:
    """Title, value, help, name and mode of each field.

    A help longer than its column goes on below, in lines of its own: rows need not grow, which not every program does.
    """
    for name, title, cell, mode, help_ in form_rows(kind, case):
        first, *more = wrap(help_, CASE_HELP) or [""]
        yield title, cell, first or None, name, mode
        yield from ((None, None, text, None, None) for text in more)


def _put_list(live: Live, column: int, rows: int, entries: Iterable[str]) -> None:
    listed: list[Sequence[Cell]] = [(entry,) for entry in list(entries)[:rows]]
    live.put("_lists", 2, column, [*listed, *([(None,)] * (rows - len(listed)))])


def chosen_text(live: Live) -> str:
    """The text chosen on the Case sheet: its template's id, a dash and its title."""
    value = live.get("Case", CASE_TEXT)
    return "" if value is None else str(value).strip()


def show_text(live: Live, text: str) -> None:
    """Show a text on the Case sheet, one line a cell; an empty one clears what stood there."""
    lines = text.rstrip("\n").split("\n")[:CASE_TEXT_LINES] if text else []
    block: list[Sequence[Cell]] = [[line or None] for line in lines]
    block += [[None]] * (CASE_TEXT_LINES - len(block))
    column = live.sheet("Case").range(
        (CASE_FIRST, CASE_TEXT_COLUMN), (CASE_FIRST + CASE_TEXT_LINES - 1, CASE_TEXT_COLUMN)
    )
    if any(cell is not None for cell in column.value) or lines:
        live.put("Case", CASE_FIRST, CASE_TEXT_COLUMN, block)


def _format_form(sheet: Any, formats: Sequence[str]) -> None:
    """Give each value cell the format of its field before it is written: dates stay dates, numbers of orders texts."""
    padded = [*formats, *[TEXT_FORMAT] * (CASE_ROWS - len(formats))]
    row = CASE_FIRST
    for code, run in groupby(padded):
        last = row + len(list(run)) - 1
        area = sheet.range((row, 2), (last, 2))
        if area.number_format != code:
            area.number_format = code
        row = last + 1


def asked_case(live: Live) -> str:
    """The case number typed on the Case sheet."""
    value = live.get("Case", CASE_NUMBER)
    return "" if value is None else str(value).strip().upper()


def chosen_move(live: Live) -> str:
    """The move chosen on the Case sheet."""
    value = live.get("Case", CASE_MOVE)
    return "" if value is None else str(value).strip()


def case_form(live: Live, case: Case, journal: Journal) -> CaseForm:
    """Read the Case sheet's form and compare it with the case as it was when it was shown.

    A form that shows another case gives nothing but that problem; a cell that somebody else changed since gives a
    conflict, and cells that were not typed into undo nobody's change.
    """
    sheet = live.sheet("Case")
    shown, version = sheet.range((CASE_HEADER, 4), (CASE_HEADER, 5)).value
    if shown != case.case_id:
        words_ = f"The form shows {shown or 'no case'}, the number says {case.case_id}."
        hint = "Press Show to see the case of that number, or type the other number back."
        return CaseForm(case.case_id, {}, (Problem("FORM-OTHER", words_, "case_id", f"Case!{CASE_NUMBER}", hint),), "")
    then = case_at(journal, case.case_id, int(version)) if isinstance(version, (int, float)) else None
    block = sheet.range((CASE_FIRST, 1), (CASE_FIRST + CASE_ROWS - 1, 5)).options(ndim=2).value
    changes, problems = _typed(case, then or case, block, live.currency)
    reason, problem = _REASON.read(live.get("Case", CASE_REASON))
    problems += [problem.at(f"Case!{CASE_REASON}")] if problem else []
    return CaseForm(case.case_id, changes, tuple(problems), "" if reason is None else str(reason))


def _typed(
    case: Case, then: Case, block: Sequence[Sequence[Cell]], currency: str
) -> tuple[dict[str, Value | None], list[Problem]]:
    kind = case_types()[case.type]
    changes: dict[str, Value | None] = {}
    problems = []
    for offset, (_, cell, _, name, mode) in enumerate(block):
        field = kind.fields.get(str(name)) if name else None
        if field is None or mode != "input":
            continue
        before, now = (field.show(one.fields.get(field.name)) for one in (then, case))
        if same(cell, before) or same(cell, now):
            continue
        place = cell_name("Case", CASE_FIRST + offset, 2)
        value, problem = field.read(cell, currency)
        if not same(before, now):
            problems.append(conflict(field, cell, now, place))
        elif problem is not None and not problem.warn:
            problems.append(problem.at(place))
        else:
            changes[field.name] = value
    return changes, problems


def show_figures(live: Live, cases: Sequence[Case], now: datetime) -> None:
    """Write the Dashboard's figures; its charts read them."""
    row = FIGURES_FIRST
    blocks = figures(cases, now)
    for at, (_, number) in zip(TILE_COLUMNS, tiles(blocks[0]), strict=True):
        live.put("Dashboard", TILE_ROW, at, [[number]])
    for figure in blocks:
        live.put("Dashboard", row, FIGURES_COLUMN, [list(figure.columns), *(list(line) for line in figure.rows)])
        row += len(figure.rows) + 3
