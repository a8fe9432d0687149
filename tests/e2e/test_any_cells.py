"""Whatever people type, paste or clear in whatever cells: no fault of ours, no lost case, no false alarm."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from e2e_kit import Day, codes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addin.register.layout import FIRST_ROW, columns

REPAIRS = {"workbook.drift.v1", "workbook.conflict.v1"}
ROWS = 5
NAMES = [column.name for column in columns("Requests")]

TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "＝1", "CASE-2026-000001", "CASE-2026-000002",
         "case-2026-000003 ", "CASE-2026-000099", "OST", "ADR", "XYZ", "Closed", "31/02/2026", "07/09/2026", "1e9",
         "12.345", "£12.50", "x" * 1_200, "1Z12345E0305271648", "BA1 9ZZ", "Packed", "Yes", "{{ 1 }}", "../../etc",
         "'; DROP TABLE event; --", "a\u202eb", "Ａ１", "\u00a0"]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
)  # fmt: skip
CELLS = st.one_of(
    st.none(),
    TEXTS,
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**12), 10**17),
    st.booleans(),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)),
)
BUTTONS = ["note", "wait", "cancel", "add", "refresh"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.integers(0, ROWS), st.sampled_from(NAMES), CELLS),
        st.tuples(st.just("copy"), st.integers(0, ROWS), st.integers(0, ROWS), st.none()),
        st.tuples(st.just("clear"), st.integers(0, ROWS), st.none(), st.none()),
        st.tuples(
            st.just("press"), st.sampled_from(["note", "wait", "cancel", "add", "refresh"]), st.none(), st.none()
        ),
        st.tuples(st.just("other"), st.integers(1, 4), st.sampled_from(["owner", "order_stage"]), st.none()),
        st.tuples(st.just("crash"), st.none(), st.none(), st.none()),
    ),
    min_size=1,
    max_size=12,
)


def started(template: Path, folder: Path) -> Day:
    """A register with four cases, saved."""
    shutil.rmtree(folder, ignore_errors=True)
    day = Day.begin(template, folder)
    for number in range(3):
        day.open("OST", order_no=f"52004173{number:02}")
    day.open("ADR", order_no="5200417399", recipient="Iris Marlow", order_value=640.5)
    day.save()
    return day


def play(day: Day, step: tuple[str, Any, Any, Any]) -> None:
    what, first, second, cell = step
    sheet, width = day.book.sheets["Requests"], len(NAMES)
    if what == "type":
        try:
            day.place("Requests", FIRST_ROW + first, second).value = cell
        except (ValueError, TypeError, OverflowError):
            return  # no program takes that into a cell
    elif what == "copy":
        source, target = FIRST_ROW + first, FIRST_ROW + second
        sheet.range((target, 1), (target, width)).value = sheet.range((source, 1), (source, width)).value
    elif what == "clear":
        sheet.range((FIRST_ROW + first, 1), (FIRST_ROW + first, width)).value = None
    elif what == "press":
        day.select(f"A{FIRST_ROW}:A{FIRST_ROW + ROWS}", "Requests")
        answered(day.click(f"requests.{first}"))
    elif what == "other":
        from addin.service import RowRequest

        value = "b.lowe" if second == "owner" else "Packed"
        day.on(minutes=1)
        day.as_("b.lowe").edit([RowRequest(f"CASE-2026-{first:06}", {second: value})])
    else:
        day.reopen()


def answered(outcome: Any) -> None:
    assert "PRESS-INCIDENT" not in codes(outcome), outcome.message
    assert outcome.message.strip()


@settings(
    max_examples=int(os.environ.get("ANY_CELLS", "25")),
    deadline=None,
    derandomize="ANY_CELLS" not in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_after_any_typing_a_refresh_shows_every_case_once_and_the_register_is_sound(
    template: Path, tmp_path: Path, steps: list[tuple[str, Any, Any, Any]]
) -> None:
    day = started(template, tmp_path / "any")
    try:
        judge(day, steps)
    except BaseException:
        day.book.close()  # else the next example would find this one's book
        day.service.close()
        raise
    day.ends_plain = False  # what is typed and refused stays in its cells, and is noted
    day.end()


def judge(day: Day, steps: list[tuple[str, Any, Any, Any]]) -> None:
    for step in steps:
        play(day, step)
    answered(day.click("requests.refresh"))
    index = {case_id: rows for case_id, rows in day.queue("Requests").index().items() if case_id}
    cases = {case.case_id for case in day.service.journal.cases(types=["OST", "ADR"])}
    assert cases <= set(index), "every case has its row"
    assert all(len(index[case]) == 1 for case in cases), "and only one"
    repaired = len(day.events(None, *REPAIRS))
    answered(day.click("requests.refresh"))
    assert len(day.events(None, *REPAIRS)) == repaired, "what was put right is told once"
    shown = day.shown("Requests")
    for case in cases:
        now = day.case(case)
        assert (shown[case]["status"], shown[case]["type"]) == (now.status, now.type)
