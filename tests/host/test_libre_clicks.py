"""A person clicks: real mouse clicks on the buttons of a register that `casebook open` shows in Calc.

Each test makes sure that cells, journal and message agree after the click. Pictures are kept in build/out/clicks.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal

import pytest

from addin.hosts.grid import Rect, parse_area
from addin.open_book import AS_SAVED, saved_by_calc
from addin.register.layout import DESK_PASTE, FIRST_ROW, PROPOSAL_HEADER, WORKLIST_HEADER
from addin.register.reading import BookFile

from .calc_kit import ORDERS, PERSON, events, kinds, make_register, settled, wait_for
from .screen_kit import SHOTS, Person, screen

pytestmark = pytest.mark.libre
FRESH_ORDERS = itertools.count(3_000_000_001)
CHAT = "Hi team, order {order} never arrived, tracking says delivered. Can you check please? Maria"


@pytest.fixture(autouse=True)
def _coordinator(monkeypatch):
    monkeypatch.setenv("CASEBOOK_USER", PERSON)


@pytest.fixture(scope="module")
def display():
    with screen() as name:
        yield name


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


class Pictured(Person):
    """A person whose first click on each button is kept as a picture of what came of it."""

    def press(self, action_id, times=1):
        text = super().press(action_id, times)
        if not (SHOTS / f"button-{action_id}.png").exists():
            self.wait_for_a_still_screen()
            self.shot(f"button-{action_id}")
        return text


@pytest.fixture(scope="module")
def at_desk(display, cache, tmp_path_factory):
    """One window for the tests that leave it as they found it."""
    shutil.rmtree(SHOTS, ignore_errors=True)
    person = Pictured(make_register(tmp_path_factory.mktemp("clicks") / "demo"), display, cache)
    try:
        yield person
    finally:
        person.close()


@pytest.fixture
def person(at_desk, request):
    if not at_desk.is_well():
        at_desk.close()
        at_desk.open()
    before, failed = len(events(at_desk.folder)), request.session.testsfailed
    at_desk.fresh = lambda: kinds(at_desk.folder)[before:]
    with at_desk.watched():
        yield at_desk
    at_desk.shot(request.node.name.replace("[", "-").strip("]"))
    if request.session.testsfailed > failed:
        at_desk.close()  # whatever it was left in, the next test gets a new one


@pytest.fixture
def alone(cache, tmp_path, request):
    """A screen and a window of the test's own, to close or to break."""
    with screen() as display:
        person = Person(make_register(tmp_path / "demo"), display, cache)
        try:
            with person.open().watched():
                yield person
        finally:
            person.shot(request.node.name)
            person.close()


def new_case(person):
    """Type a new order into the blank row of Requests and click Add new rows; the case's number and row."""
    order = str(next(FRESH_ORDERS))
    grid = person.book.grid("Requests")
    row = grid.tables()[0].rect.last_row
    person.book.type("Requests", row, type="OST", order_no=order)
    person.book.select("Requests", row)
    person.press("requests.add")
    case_id = person.book.cell("Requests", row, "case_id")
    assert case_id is not None, person.book.message("Requests")
    return case_id, row


@pytest.mark.parametrize(
    ("verb", "kind"),
    [("note", "case.noted.v1"), ("escalate", "status.escalated.v1"), ("cancel", "case.cancelled.v1")],
)
def test_a_click_on_a_move_records_it(person, verb, kind):
    """Row, journal and message say the same; the reason is taken and its cell emptied."""
    case_id, row = new_case(person)
    person.book.type("Requests", row, reason="Because it must")
    person.book.select("Requests", row)
    text = person.press(f"requests.{verb}")
    found = [event for event in events(person.folder) if event.kind == kind and event.case_id == case_id]
    assert [event.reason for event in found] == ["Because it must"]
    assert case_id in text
    assert person.book.cell("Requests", row, "reason") is None
    status = {"cancel": "Cancelled"}.get(verb, "New")
    assert person.book.cell("Requests", row, "status") == status
    assert person.book.seq_shown() == len(events(person.folder))


def test_add_new_rows_numbers_the_typed_row(person):
    """A typed row becomes a case and a blank row remains below it."""
    case_id, row = new_case(person)
    assert person.fresh() == ["status.opened.v1"]
    assert case_id.startswith("CASE-")
    assert person.book.grid("Requests").tables()[0].rect.last_row == row + 1


def test_refresh_takes_over_what_was_typed(person):
    """An order number corrected in its yellow cell becomes an event."""
    case_id, row = new_case(person)
    person.book.type("Requests", row, order_no="3000000033")
    assert "typed changes of 1 case " in person.press("requests.refresh")
    last = events(person.folder)[-1]
    assert last.case_id == case_id
    assert person.book.cell("Requests", row, "order_no") == "3000000033"


def test_the_first_buttons_stay_in_reach_when_a_sheet_is_scrolled(person):
    """Over the far columns, where one types, Refresh still stands over the frozen column and can be clicked."""
    far = Rect(FIRST_ROW, 45, FIRST_ROW, 45)
    person.book.document.select(person.book.grid("Requests"), [far])
    pane = person.book.document.model.CurrentController.getByIndex(3)  # below and beside what is frozen
    wait_for(lambda: pane.getFirstVisibleColumn() > 20, "the sheet to be scrolled")
    assert "Up to date" in person.press("requests.refresh")
    assert pane.getFirstVisibleColumn() > 20
    person.shot("requests-scrolled")
    person.book.select("Requests", FIRST_ROW)


def test_refresh_on_the_desk_shows_the_worklist(person):
    """Cases stand under Next to do after a click on the Desk's Refresh."""
    assert "Up to date" in person.press("desk.refresh")
    first = person.book.grid("Desk").values(Rect(WORKLIST_HEADER + 1, 2, WORKLIST_HEADER + 1, 4))[0]
    assert str(first[0]).startswith("CASE-")


def paste(person, text):
    box = parse_area(DESK_PASTE)
    person.book.grid("Desk").write(box, [[text]])


def first_proposal(person):
    return person.book.grid("Desk").values(Rect(PROPOSAL_HEADER + 1, 2, PROPOSAL_HEADER + 1, 4))[0]


def test_a_pasted_message_is_read_and_its_proposal_taken(person):
    """Read message proposes with the order number; Take proposals opens what is marked Yes."""
    paste(person, CHAT.format(order=ORDERS[0]))
    person.press("desk.read")
    proposal = first_proposal(person)
    assert proposal[2] == ORDERS[0]
    person.book.grid("Desk").write(Rect(PROPOSAL_HEADER + 1, 2, PROPOSAL_HEADER + 1, 2), [["Yes"]])
    text = person.press("desk.take")
    assert any(kind.endswith("opened.v1") for kind in person.fresh()), text
    person.press("desk.dismiss")


def test_a_pasted_message_can_be_set_aside(person):
    """Dismiss clears the proposals; the message stays recorded."""
    paste(person, CHAT.format(order=ORDERS[1]))
    person.press("desk.read")
    assert first_proposal(person)[2] == ORDERS[1]
    person.press("desk.dismiss")
    assert first_proposal(person) == [None, None, None]


def test_verify_answers_on_the_desk_and_on_the_audit_sheet(person):
    """Both buttons check the journal and say so under their own sheet's buttons."""
    person.press("desk.snapshot")
    assert "event" in person.press("desk.verify")
    assert "event" in person.press("audit.verify")


def test_a_snapshot_is_kept_and_the_file_is_drawn(person):
    """The snapshot's file is Casebook's own, never one that LibreOffice wrote."""
    person.press("desk.snapshot")
    assert person.fresh()[-1] == "snapshot.taken.v1"
    assert list((person.folder / "snapshots").iterdir())
    assert not saved_by_calc(person.folder / "casebook.xlsm")


def test_a_case_is_shown_changed_and_moved_on_its_sheet(person):
    """Open case, Save changes and Do the move work on the form."""
    case_id, row = new_case(person)
    person.book.select("Requests", row)
    form = person.book.grid("Case")
    person.click("requests.open", lambda: form.values(Rect(6, 2, 6, 2))[0][0] == case_id)
    wait_for(lambda: person.book.document.active().name == "Case", "the Case sheet in front")
    titles = [line[0] for line in form.values(Rect(10, 1, 60, 1))]
    place = 10 + titles.index("Requester")
    form.write(Rect(place, 2, place, 2), [["Maria"]])
    person.press("case.save")
    assert person.fresh()[-1].endswith("edited.v1") or "status" in person.fresh()[-1]
    form.write(Rect(6, 9, 7, 9), [["Add note"], ["From the form"]])
    person.press("case.press")
    last = events(person.folder)[-1]
    assert (last.kind, last.case_id, last.reason) == ("case.noted.v1", case_id, "From the form")


def test_show_brings_up_a_typed_number(person):
    """A number typed in the yellow cell."""
    case_id, _ = new_case(person)
    person.book.grid("Case").write(Rect(6, 2, 6, 2), [[case_id]])
    assert case_id in person.press("case.show")


def test_a_refused_press_opens_a_box_and_changes_nothing(person):
    """Words in the cell and in a box; no event but the record of what was refused."""
    person.book.select("Requests", FIRST_ROW - 1)
    text = person.press("requests.note")
    assert "No row of Requests is selected" in text
    assert person.fresh() == []


def test_a_double_click_presses_once(person):
    """The second half of a double click does nothing: one event, no refusal."""
    _, row = new_case(person)
    person.book.type("Requests", row, reason="Once")
    person.book.select("Requests", row)
    text = person.press("requests.note", times=2)
    assert text[7:].startswith("Add note")
    wait_for(lambda: person.book.cell("Requests", row, "reason") is None, "the row to be written")
    assert not person.box()
    assert person.fresh().count("case.noted.v1") == 1


def test_a_click_ends_the_entry_of_a_cell_first(person):
    """What was typed and not yet entered counts: Calc ends the entry when the button is clicked."""
    case_id, row = new_case(person)
    place = person.book.place("Requests", row, "order_no")
    person.show("Requests")
    person.click_into_the_sheet()
    person.book.document.select(person.book.grid("Requests"), [place])
    order = str(next(FRESH_ORDERS))
    person.xdotool("type", order)
    person.wait_for_a_still_screen()
    text = person.press("requests.refresh")
    assert "typed changes of 1 case " in text
    assert person.book.cell("Requests", row, "order_no") == order
    assert events(person.folder)[-1].case_id == case_id


def test_a_button_whose_casebook_has_died_says_so(alone):
    """Words in a box instead of LibreOffice's own fault, nothing recorded; opened again, all is well."""
    os.kill(alone.host.pid, signal.SIGKILL)
    alone.host.wait()
    before = events(alone.folder)
    alone.forget_message("Desk")
    alone.click("desk.refresh", alone.box)
    alone.shot("casebook-has-died")
    alone.dismiss_box()
    assert not alone.book.message("Desk")
    assert events(alone.folder) == before
    alone.close()
    alone.open()
    assert "Up to date" in alone.press("desk.refresh")


# ---------------------------------------------------------------- the window's end


def test_saving_and_closing_leaves_a_register_drawn_by_casebook(alone):
    """Calc's own file is put right when the window is gone: everything typed is in the journal."""
    alone.book.type("Requests", FIRST_ROW, order_no="4000000001")
    alone.save_and_quit()
    assert "shows the journal up to event" in alone.words()
    assert not saved_by_calc(alone.folder / "casebook.xlsm")
    assert (alone.folder / AS_SAVED).exists()
    assert events(alone.folder)[-1].kind.endswith("v1")
    assert settled(alone.folder).message.startswith("Up to date")
    assert not list(alone.folder.glob(".~lock*"))


def test_closing_by_the_window_without_saving_keeps_the_file(alone):
    """The question is Calc's own; Don't save leaves the file, the journal has what was pressed."""
    before = (alone.folder / "casebook.xlsm").read_bytes()
    alone.book.type("Requests", FIRST_ROW, reason="Seen")
    alone.book.select("Requests", FIRST_ROW)
    alone.press("requests.note")
    alone.click_into_the_sheet()
    alone.quit(alone.dont_save)
    assert (alone.folder / "casebook.xlsm").read_bytes() == before
    assert kinds(alone.folder)[-1] == "case.noted.v1"
    assert "1 new event shown" in settled(alone.folder).message


def test_sheets_of_ones_own_are_kept_beside(alone):
    """Nothing of the person's is thrown away, the workbook has its buttons, and the words say what is where."""
    alone.book.document.model.Sheets.insertNewByName("Mine", 3)
    alone.save_and_quit()
    kept = next(alone.folder.glob("casebook-kept-*.xlsm"))
    assert f"Sheets of your own (Mine) are in {kept.name}" in alone.words()
    assert "Mine" in BookFile(kept).sheets
    alone.open()
    assert "Up to date" in alone.press("desk.refresh")


def test_what_could_not_be_taken_over_is_kept_beside(alone):
    """A priority nobody knows cannot be recorded: the file that holds it stays, and its cell is named."""
    alone.book.type("Requests", FIRST_ROW, order_stage="no such stage")
    alone.save_and_quit()
    kept = next(alone.folder.glob("casebook-kept-*.xlsm"))
    assert kept.name in alone.words()
    assert "Requests!" in alone.words()
    assert not saved_by_calc(alone.folder / "casebook.xlsm")
