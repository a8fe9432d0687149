"""The button Take back on the Case sheet: what it says beforehand, what it does, and what it leaves alone."""

from __future__ import annotations

from e2e_kit import Day, codes

from addin.macros.press import Asked, press
from addin.register.layout import CASE_LAST_STEP, CASE_REASON


def last_step(day: Day) -> str:
    """What the Case sheet says about the case's last step."""
    return str(day.book.sheets["Case"].range(CASE_LAST_STEP).value or "")


def take_back(day: Day, reason: str = "", who: str = "a.khan"):
    day.book.sheets["Case"].range(CASE_REASON).value = reason or None
    return day.click("case.take_back", who=who)


def checked(day: Day) -> str:
    """An order status check that was checked by mistake."""
    case = day.open("OST", order_no="5200400001")
    outcome = day.press("requests.note", case, reason="Looked at it")
    assert outcome.ok, outcome.message
    return case


def test_the_sheet_says_what_taking_back_would_do_and_does_it(day):
    """Reason and consequences first; then state, row, timeline and message agree."""
    case = checked(day)
    assert day.move(case, "Set priority", reason="Urgent", priority_wanted="P1").ok
    assert day.show(case).ok
    assert "can be taken back" in last_step(day)
    assert codes(take_back(day)) == {"MOVE-REASON"}
    outcome = take_back(day, "Wrong row")
    assert outcome.ok, outcome.message
    assert "'Set priority' taken back" in day.message("Requests", case)
    assert "'Add note'" in last_step(day)
    assert day.kinds()[-1] == "case.taken_back.v1"


def test_a_case_without_a_step_says_so(day):
    """Its opening is not taken back but cancelled."""
    case = day.open("OST", order_no="5200400002")
    assert day.show(case).ok
    assert "no step to take back" in last_step(day)
    assert codes(take_back(day, "Why not")) == {"REV-01"}


def test_typing_that_was_not_saved_is_not_lost(day):
    """It is refused until the yellow cells are saved or left."""
    case = checked(day)
    assert day.show(case).ok
    day.fill(owner="b.lowe")
    assert codes(take_back(day, "Wrong row")) == {"FORM-TYPED"}
    assert day.click("case.save").ok
    assert take_back(day, "Wrong row").ok
    assert day.case(case).text("owner") == "b.lowe"


def test_the_command_line_takes_back_too(day):
    """The same service, several cases at once, each with its own answer."""
    one, two = checked(day), day.open("OST", order_no="5200400003")
    asked = Asked((one, two), reason="Wrong rows")
    outcome = press(day.book, "case.take_back", day.as_("a.khan"), asked)
    assert [row.ok for row in outcome.rows] == [True, False]
    assert codes(outcome) == {"REV-01"}
