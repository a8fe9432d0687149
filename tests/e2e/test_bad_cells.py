"""Cells that cannot become values, and texts that look like formulas: named with their cell, kept as typed."""

from __future__ import annotations

import pytest
from e2e_kit import Day, formulas, ost, refused

from addin.macros.press import Asked, press
from addin.register.layout import SHEETS

# ---- texts that look like formulas ------------------------------------------------------------------------------

FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(1;2)", "-2+3", "＝1+1", "\t=1+1", '=HYPERLINK("http://evil.example")')


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_as_text_stays_text(day: Day, text: str) -> None:
    case = day.open("ADR", order_no="5200417301", recipient=text, address_new=text)
    assert day.case(case).text("recipient") == text.strip()
    day.press("requests.note", case, reason=text)
    day.save()
    assert formulas(day.service.workbook) == []
    day.reopen()
    assert str(day.cell("Requests", case, "recipient")).strip() == text.strip()


def test_no_text_becomes_a_formula_in_a_workbook_made_anew(day: Day) -> None:
    for text in FORMULAS:
        case = day.open("ADR", order_no="5200417301", recipient=text, address_new=text, owner=text)
        day.sure(day.press("requests.note", case, reason=text))
    assert formulas(day.rebuilt(), [sheet.name for sheet in SHEETS if sheet.name not in ("Desk", "Reconcile")]) == []


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_as_a_number_or_code_is_refused_with_its_cell(day: Day, text: str) -> None:
    row = day.type_new("Requests", type="ADR", order_no=text)
    words = refused(day.click("requests.add"), "FLD-FORMULA")
    assert f"Requests!J{row}" in words
    assert day.place("Requests", row, "order_no").value.strip() == text.strip(), "what was typed stays to be corrected"
    day.save()
    assert formulas(day.service.workbook) == []


def test_a_formula_in_a_message_stays_text_on_the_way_to_a_case(day: Day) -> None:
    day.sure(day.paste('=HYPERLINK("http://evil.example","5200417315") can you check this one', '=cmd|"x"'))
    for _ in day.proposals():
        day.click("desk.take")
    day.save()
    assert formulas(day.service.workbook) == []
    assert all(str(f).startswith('=HYPERLINK("#') for f in desk_formulas(day))


def desk_formulas(day: Day) -> list[str]:
    return [text.split(" ", 1)[1] for text in formulas(day.service.workbook, ["Desk"])]


# ---- cells that cannot become values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("order_value", 12.345, "FLD-MONEY"),
        ("order_value", "12.345", "FLD-MONEY"),
        ("order_value", "lots", "FLD-NUMBER"),
        ("order_value", "12 GBP EUR", "FLD-NUMBER"),
        ("order_value", "1e3", "FLD-NUMBER"),
        ("order_value", "#REF!", "FLD-NUMBER"),
        ("order_value", True, "FLD-NUMBER"),
        ("order_no", 4.102938475e16, "FLD-ID-NUMBER"),
        ("order_no", 12.5, "FLD-ID-NUMBER"),
        ("order_no", "4.1E+09", "FLD-ID-NUMBER"),
        ("order_stage", "Somewhere", "FLD-CHOICE"),
        ("owner", "x" * 1_001, "FLD-LONG"),
        ("address_new", "x" * 32_767, "FLD-LONG"),
        ("camera_zone", "Bench 2", "EDIT-COLUMN"),
        ("date_needed", "24/12/2026", "EDIT-COLUMN"),
    ],
)
def test_a_cell_that_is_no_value_is_named_and_keeps_what_was_typed(
    day: Day, field: str, cell: object, code: str
) -> None:
    case = day.open("ADR", order_no="5200417301")
    where = day.queue("Requests").address(day.row("Requests", case), field)
    day.type("Requests", case, field, cell)
    day.type("Requests", case, "recipient", "Iris Marlow")
    outcome = day.click("requests.refresh")
    words = refused(outcome, code)
    assert where in words, words
    assert all(problem.hint for problem in outcome.problems)
    assert day.cell("Requests", case, field) == cell, "what was typed stays to be corrected"
    assert day.cell("Requests", case, "recipient") == "Iris Marlow", "and what was typed beside it too"
    assert where in day.message("Requests", case)
    assert day.case(case).fields.get(field) in (None, "5200417301")
    day.type("Requests", case, field, "5200417301" if field == "order_no" else None)
    day.sure(day.click("requests.refresh"))
    assert day.case(case).text("recipient") == "Iris Marlow"
    assert "taken over" in day.message("Requests", case)


def test_a_doubtful_number_is_taken_and_told(day: Day) -> None:
    """A check digit that does not agree is a warning: the label may really say so."""
    case = day.open("ADR", order_no="5200417301")
    day.type("Requests", case, "tracking", "1Z12345E0305271649")
    day.sure(day.click("requests.refresh"))
    assert day.case(case).text("tracking") == "1Z12345E0305271649"
    assert "Note: Requests!" in day.message("Requests", case)
    assert "check" in day.message("Requests", case)


def test_an_amount_without_a_currency_is_in_the_registers_own(day: Day) -> None:
    """Typed into a row, into the form, or on the command line."""
    path = day.folder / "casebook.toml"
    path.write_text('currency = "EUR"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    day.again()
    case = day.open("ADR", order_no="5200417301", order_value=640.5)
    assert str(day.case(case).money("order_value")) == "EUR 640.50"
    day.fill_and_save(case, order_value="£12.00")
    assert str(day.case(case).money("order_value")) == "GBP 12.00"
    day.fill_and_save(case, order_value=12.0)
    day.sure(press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), {"order_value": "13"}, "Again")))
    assert str(day.case(case).money("order_value")) == "EUR 13.00"
    day.sure(day.click("desk.refresh"))
    assert "workbook.drift.v1" not in day.kinds()


@pytest.mark.parametrize("cell", ["31/02/2026", "2026-13-01", "tomorrow", 46_272.0, "29/02/2026 10:00"])
def test_an_impossible_date_is_named_with_its_cell(day: Day, cell: object) -> None:
    case = day.open("SPD", order_no="5200417307")
    where = day.queue("Requests").address(day.row("Requests", case), "date_needed")
    place = day.at("Requests", case, "date_needed")
    place.number_format = "@" if isinstance(cell, str) else "General"
    place.value = cell
    words = refused(day.click("requests.refresh"), "FLD-DAY")
    assert where in words
    assert "dd/mm/yyyy" in words


def test_forty_thousand_characters_in_a_cell_are_refused_with_the_cell(day: Day) -> None:
    """No program types so much into a cell; a file made by another program may hold it all the same."""
    case = day.open("ADR", order_no="5200417301")
    day.type("Requests", case, "address_new", "MARKER-OF-LENGTH")
    where = day.queue("Requests").address(day.row("Requests", case), "address_new")
    day.save()
    day.tamper(None, b"MARKER-OF-LENGTH", b"long " * 8_000)
    words = refused(day.click("requests.refresh"), "FLD-LONG")
    assert where in words
    assert len(words) < 2_000, "a message never quotes it all"
    day.type("Requests", case, "address_new", None)
    day.sure(day.click("requests.refresh"))


def test_forty_thousand_characters_on_the_command_line_are_refused(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), {"answer": "x" * 40_000}, "Long"))
    assert "40,000 characters" in refused(outcome, "FLD-LONG")


def test_a_very_long_reason_is_refused_not_cut(day: Day) -> None:
    case = ost(day)
    text = "y" * 20_000
    outcome = day.press("requests.note", case, reason=text)
    assert not outcome.ok
    assert "Reason" in outcome.message
    assert day.cell("Requests", case, "reason") == text, "what was typed stays to be shortened"


def test_a_field_the_case_does_not_have_is_named(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), {"colour": "red"}, "Why"))
    assert "'colour'" in refused(outcome, "EDIT-UNKNOWN")


# ---- clocks and long texts --------------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_is_refused(day: Day) -> None:
    case = ost(day)
    day.on(days=-2)
    assert "Set the clock" in refused(day.press("requests.note", case, reason="Yesterday"), "JRN-CLOCK")
    day.on(days=2)


def test_a_reason_of_forty_thousand_characters_on_the_command_line_is_refused(day: Day) -> None:
    case = ost(day)
    outcome = press(day.book, "requests.note", day.as_("a.khan"), Asked((case,), reason="x" * 40_000))
    assert not outcome.ok
    assert "Shorten" in outcome.message
    assert day.kinds(case) == ["status.opened.v1"]
