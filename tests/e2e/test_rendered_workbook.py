"""A rendered workbook is one the live operations can read and write, without any spreadsheet program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from addin.hosts.closed import open_closed
from addin.logic.case_type import Case
from addin.logic.cases import case_kinds, case_types
from addin.logic.chain import Head
from addin.logic.policy import DEFAULT_POLICY
from addin.macros.vba import vba_project
from addin.register.cells import same
from addin.register.desk import show_case
from addin.register.layout import CASE_FIRST, CASE_HELP, CASE_ROWS, FIRST_ROW, HEADER_ROW, QUEUES, types_on
from addin.register.projection import queue_cells
from addin.register.render import render
from addin.register.sheets import Live

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FILLED = [sheet.name for sheet in QUEUES if types_on(sheet.name)]


@pytest.fixture
def cases() -> list[Case]:
    found = []
    for number, kind in enumerate(list(case_types().values()) * 2, 1):
        values = {name: kind.fields[name].read(text)[0] for name, text in kind.sample.items()}
        fields = {**values, "due": NOW, "opened_at": NOW, "order_no": f"00{number}"}
        found.append(Case(f"CASE-2026-{number:06d}", kind.code, kind.initial, fields, number))
    return found


@pytest.fixture
def live(tmp_path, cases):
    path = tmp_path / "casebook.xlsm"
    path.write_bytes(
        render(cases, [], case_kinds(), register_id="R-1", house="The House", demo=False, now=NOW,
               policy_rows=DEFAULT_POLICY.rows, people=("a.khan",), buttons={}, vba=vba_project(), password="x",
               head=Head(7, "f" * 64))
    )  # fmt: skip
    book = open_closed(path)
    yield Live(book, "x")
    book.close()


def test_its_notes_are_read(live):
    """The live operations find the register, the layout and the head."""
    meta = live.meta()
    assert (meta.register_id, meta.seq, meta.head) == ("R-1", 7, "f" * 64)


@pytest.mark.parametrize("name", FILLED)
def test_every_row_reads_back_as_it_was_shown(live, cases, name):
    """Nothing that was rendered looks like something a person typed: each cell still is what was shown."""
    queue = live.queue(name)
    mine = [case for case in cases if case_types()[case.type].sheet == name]
    assert queue.index() == {
        **{case.case_id: [row] for row, case in enumerate(mine, FIRST_ROW)},
        "": [FIRST_ROW + len(mine)],
    }
    for case, line in zip(mine, queue.read(), strict=False):
        shown = queue_cells(name, case, NOW)
        assert [column for column, cell in line.cells.items() if not same(cell, shown[column])] == []


def test_a_new_case_finds_the_blank_row_and_leaves_another(live, cases):
    """Placing a case takes the blank row, and one blank row remains."""
    queue = live.queue("Refunds")
    blank = queue.last_row
    assert queue.place_new(1) == [blank]
    assert queue.last_row == blank + 1


def test_a_long_help_goes_on_below_its_field(live, cases):
    """On the Case sheet no help is cut: each fits its column, and the lines of it say the whole in order."""
    for case in cases[: len(case_types())]:
        kind = case_types()[case.type]
        show_case(live, case, (), ())
        block = live.sheet("Case").range((CASE_FIRST, 1), (CASE_FIRST + CASE_ROWS - 1, 5)).value
        told: dict[str, list[str]] = {}
        name = ""
        for title, cell, help_, named, _ in block:
            name = named or name
            assert (title is None and cell is None) or named
            told.setdefault(name, []).extend([help_] if help_ else [])
            assert len(help_ or "") <= CASE_HELP
        assert {name: " ".join(lines) for name, lines in told.items()} == {
            name: " ".join(field.help.split()) for name, field in kind.fields.items()
        }


def test_the_first_event_lands_under_the_header(live):
    """An appended event stands right below the Audit sheet's header, as text."""
    live.append_log("Audit", [(1, "2026-11-23T09:00:00+00:00", None, "a.khan")])
    assert live.log_rows("Audit", 4) == [["1", "2026-11-23T09:00:00+00:00", None, "a.khan"]]
    assert live.log_end(live.sheet("Audit")) == HEADER_ROW + 1


def test_what_is_printed_of_a_case_ends_with_its_last_field(live, cases):
    """No empty page after a short form, and none of a long one's fields cut off."""
    sheet = live.sheet("Case")
    for case in (cases[0], cases[3], cases[12]):
        show_case(live, case, [], [])
        form = sheet.range((CASE_FIRST, 1), (CASE_FIRST + CASE_ROWS - 1, 3)).value
        last = max(at for at, row in enumerate(form) if any(cell is not None for cell in row)) + CASE_FIRST
        assert sheet.page_setup.print_area == f"$A$1:$J${last}"
