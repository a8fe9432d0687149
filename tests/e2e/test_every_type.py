"""Every case type on the built workbook: opened by typing, shown, saved, refreshed, and every button pressed on it."""

from __future__ import annotations

from typing import Any

import pytest
from e2e_kit import Day, codes

from addin.logic.cases import case_types
from addin.macros.actions import actions
from addin.register.layout import CASE_ROWS, columns

TYPES = sorted(case_types())


def sampled(day: Day, code: str) -> str:
    """A case of a type, opened by typing its sample into a new row and the rest into its form."""
    day.on(days=78)  # the samples play in November 2026
    kind = case_types()[code]
    typed = {column.name for column in columns(kind.sheet) if column.typed}
    sample: dict[str, Any] = {name: text for name, text in kind.sample.items() if not kind.fields[name].system}
    case = day.open(code, who="s.moreau", **{name: text for name, text in sample.items() if name in typed})
    rest = {name: text for name, text in sample.items() if name not in typed}
    if rest:
        assert day.show(case, who="s.moreau").ok
        day.fill(**rest)
        outcome = day.click("case.save", who="s.moreau")
        assert outcome.ok or codes(outcome) <= {"EDIT-ROLE"}, outcome.message
    return case


@pytest.mark.parametrize("code", TYPES)
def test_a_form_that_was_only_shown_and_a_row_that_was_only_read_change_nothing(day: Day, code: str) -> None:
    """What a program makes of dates, amounts and long numbers is never mistaken for something that was typed."""
    case = sampled(day, code)
    day.sure(day.click("desk.refresh"))  # the day's first one keeps its version, which is an event
    head = day.service.journal.head()
    day.save()
    day.reopen()
    assert day.show(case).ok
    assert day.click("case.save").ok
    day.sure(day.click("desk.refresh"))
    assert day.service.journal.head() == head, [event.text for event in day.events()][head.seq :]


@pytest.mark.parametrize("code", TYPES)
def test_every_field_of_a_type_has_its_line_on_the_case_sheet(day: Day, code: str) -> None:
    case = sampled(day, code)
    assert day.show(case).ok
    assert set(day.form()) == set(case_types()[code].fields)
    assert len(day.form()) <= CASE_ROWS


@pytest.mark.parametrize("code", TYPES)
def test_every_button_answers_on_a_new_case_in_words(day: Day, code: str) -> None:
    """Done or refused, each with words; never a fault of ours."""
    case = sampled(day, code)
    sheet = case_types()[code].sheet
    for action in actions().values():
        if action.sheet != sheet or action.command in ("add_rows", "refresh"):
            continue
        outcome = day.press(action.id, case, who="s.moreau", reason="Tried once")
        assert "PRESS-INCIDENT" not in codes(outcome), action.id
        assert outcome.message.strip(), action.id
        assert day.message(sheet, case) or action.command == "open_case"
    day.sure(day.click("desk.refresh"))
    assert "workbook.drift.v1" not in day.kinds()
