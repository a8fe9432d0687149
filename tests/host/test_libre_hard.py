"""Live workbooks as people leave them: filtered, sorted, locked, rearranged. Each has a defined answer."""

from __future__ import annotations

import threading

import pytest

from addin.folder import write_workbook
from addin.hosts.boot import xw
from addin.hosts.grid import Rect
from addin.hosts.libre import LibreDocument, LibreDriver, option
from addin.hosts.unoboot import bridge as uno_bridge
from addin.macros.calc_bridge import CalcBridge, is_long
from addin.register.draw_desk import MACROS_OFF
from addin.register.layout import FIRST_ROW, HEADER_ROW

from .calc_kit import (
    ORDERS,
    PERSON,
    OpenRegister,
    copied,
    events,
    kinds,
    make_register,
    running_office,
)

pytestmark = pytest.mark.libre
A, B, C = FIRST_ROW, FIRST_ROW + 1, FIRST_ROW + 2
NOTED = "case.noted.v1"


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    """A warm bridge in an office without windows."""
    with running_office(tmp_path_factory.mktemp("calc") / "profile", headless=True) as office:
        bridge = CalcBridge(office, draw=write_workbook, double_click_s=0)
        yield bridge
        bridge.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_register(tmp_path_factory.mktemp("register") / "demo")


@pytest.fixture
def answers(calc):
    found = []
    calc.on_answer = lambda action, text: found.append((action, text))
    return found


@pytest.fixture
def folder(template, tmp_path):
    return copied(template, tmp_path / "demo")


@pytest.fixture(autouse=True)
def _coordinator(monkeypatch):
    monkeypatch.setenv("CASEBOOK_USER", PERSON)


@pytest.fixture
def book(calc, folder, answers):
    document = calc.open(folder / "casebook.xlsm")
    book = OpenRegister(folder, document)
    answers.clear()
    yield book
    document.close()


@pytest.fixture
def press(calc, book, answers):
    """Press a button by its macro, as a click does, and answer the text that went back to VBA."""

    def pressed(action, on=book):
        answers.clear()
        calc.driver.run(on.document, "Buttons.Do_" + action.replace(".", "_"), ())
        assert [name for name, _ in answers] == [action]
        return answers[0][1]

    return pressed


def noted(folder):
    """The cases with a note, in order."""
    return [event.case_id for event in events(folder) if event.kind == NOTED]


def case_ids(book):
    return [line[0] for line in book.grid("Requests").values(Rect(A, 1, C, 1))]


def test_a_press_changes_row_journal_and_message(book, press):
    """The selected row's move is recorded, shown in its row, told under the buttons and audited."""
    book.type("Requests", B, reason="Rang the carrier")
    book.select("Requests", B)
    text = press("requests.note")
    case_id = case_ids(book)[1]
    assert text.startswith("Add note")
    assert noted(book.folder) == [case_id]
    assert book.cell("Requests", B, "reason") is None
    assert case_id in book.message("Requests")
    assert book.seq_shown() == len(events(book.folder))
    last = book.grid("Audit").used().last_row
    assert book.grid("Audit").values(Rect(last, 11, last, 11)) == [[NOTED]]
    assert book.grid("Audit").is_protected


def test_several_areas_are_pressed_together(book, press):
    """Rows picked one by one count like rows picked in one go."""
    for row in (A, C):
        book.type("Requests", row, reason="Seen")
    book.select("Requests", A, C)
    press("requests.note")
    ids = case_ids(book)
    assert noted(book.folder) == [ids[0], ids[2]]


def test_a_selected_header_presses_nothing(book, press):
    """The header is no case."""
    book.select("Requests", HEADER_ROW)
    assert press("requests.note").startswith("!No row of Requests is selected")
    assert noted(book.folder) == []


def test_a_selected_button_or_picture_presses_nothing(book, press):
    """With a shape selected there is no row."""
    book.select("Requests", A)
    grid = book.grid("Requests")
    controller = book.document.model.CurrentController
    controller.select(grid.sheet.DrawPage.getByIndex(0))
    assert press("requests.note").startswith("!")
    assert noted(book.folder) == []


def test_with_several_sheets_picked_together_only_the_one_in_front_is_pressed(calc, book, press):
    """Calc selects the same cells on each of them; a row number of another sheet is no row of this one."""
    book.type("Requests", B, reason="Only here")
    book.select("Requests", B)
    helper = calc.driver.office.context.ServiceManager.createInstanceWithContext(
        "com.sun.star.frame.DispatchHelper", calc.driver.office.context
    )
    helper.executeDispatch(book.document.frame, ".uno:TableSelectAll", "", 0, ())
    grid, areas = book.document.selection()
    assert (grid.name, [area.row for area in areas]) == ("Requests", [B])
    press("requests.note")
    assert noted(book.folder) == [case_ids(book)[1]]


def test_vba_gets_no_words_that_stand_in_sight(calc, book):
    """A good answer is in the message cell in front; a refusal, another sheet or far columns need the words."""
    path = str(book.path)
    book.type("Requests", A, reason="One")
    book.select("Requests", A)
    assert calc.press_for_macro(path, "requests.note") == ""
    assert "Add note" in book.message("Requests")
    book.select("Requests", HEADER_ROW)
    assert calc.press_for_macro(path, "requests.note").startswith("!No row")
    assert calc.press_for_macro(path, "desk.digest").startswith("3 open")
    book.type("Requests", A, reason="Two")
    book.document.select(book.grid("Requests"), [Rect(A, 30, A, 30)])
    assert calc.press_for_macro(path, "requests.note").startswith("Add note")
    assert noted(book.folder) == [case_ids(book)[0]] * 2


@pytest.mark.parametrize(
    ("action", "wanted"), [("requests.note", False), ("requests.refresh", True), ("desk.month_end", True), ("?", True)]
)
def test_only_a_move_works_without_a_word_in_the_status_bar(action, wanted):
    """Whatever goes over the whole register may take long enough to be read about."""
    assert is_long(action) is wanted


def filtered(book, keep):
    """Filter the Requests table to one order by Calc's own filter."""
    uno = uno_bridge().uno
    table = book.document.table_objects()["tblRequests"]
    field = uno.createUnoStruct("com.sun.star.sheet.TableFilterField2")
    field.Field = book.place("Requests", A, "order_no").column - 1
    field.Operator = uno.getConstantByName("com.sun.star.sheet.FilterOperator2.EQUAL")
    field.IsNumeric, field.StringValue = False, keep
    descriptor = table.getFilterDescriptor()
    descriptor.ContainsHeader = True
    descriptor.setFilterFields2((field,))
    table.refresh()


def test_rows_hidden_by_a_filter_are_not_pressed(book, press):
    """A selection that runs over hidden rows presses those that show, and the filter stays."""
    filtered(book, ORDERS[1])
    grid = book.grid("Requests")
    assert grid.is_filtered()
    assert grid.hidden_rows(Rect(A, 1, C, 1)) == {A, C}
    book.type("Requests", B, reason="Only this one")
    book.document.select(grid, [Rect(A, 1, C, 1)])
    press("requests.note")
    assert noted(book.folder) == [case_ids(book)[1]]
    assert book.grid("Requests").hidden_rows(Rect(A, 1, C, 1)) == {A, C}


def test_rows_are_written_rightly_while_a_filter_hides_them(book, press):
    """Refresh writes hidden rows where they stand: no value slips into another row."""
    service = book.service()
    ids = case_ids(book)
    from addin.service import RowRequest

    service.press("note", [RowRequest(ids[2], reason="From elsewhere")])
    service.close()
    filtered(book, ORDERS[0])
    press("desk.refresh")
    assert case_ids(book) == ids
    assert book.cell("Requests", C, "version") == len(events(book.folder))
    assert book.cell("Requests", A, "version") < book.cell("Requests", C, "version")


def test_rows_hidden_by_hand_are_not_pressed(book, press):
    """What a person cannot see she cannot press."""
    book.grid("Requests").set_rows_hidden(B, B, hidden=True)
    for row in (A, B, C):
        book.type("Requests", row, reason="Seen")
    book.document.select(book.grid("Requests"), [Rect(A, 1, C, 1)])
    press("requests.note")
    ids = case_ids(book)
    assert noted(book.folder) == [ids[0], ids[2]]


def test_after_a_sort_the_right_case_is_pressed(book, press):
    """Cases are found by their number, wherever sorting put them, and sorting alone is no change."""
    before = case_ids(book)
    uno = uno_bridge().uno
    field = uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = book.place("Requests", A, "order_no").column - 1, False
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    last = book.grid("Requests").tables()[0].rect.last_column
    area = book.grid("Requests").sheet.getCellRangeByPosition(0, A - 1, last - 1, C - 1)
    uno.invoke(area, "sort", ((option("SortFields", fields), option("ContainsHeader", False)),))
    assert case_ids(book) == before[::-1]
    assert press("desk.refresh") == f"Up to date at event {len(events(book.folder))}."
    book.type("Requests", A, reason="The last one")
    book.select("Requests", A)
    press("requests.note")
    assert noted(book.folder) == [before[2]]
    assert set(kinds(book.folder)) == {"register.opened.v1", "status.opened.v1", NOTED}


def test_moved_columns_are_found_by_their_titles(book, press):
    """Two columns change places; the press reads and writes them where they stand."""
    grid = book.grid("Requests")
    first, last = book.place("Requests", A, "order_no").column, book.place("Requests", A, "reason").column
    width = [Rect(HEADER_ROW, at, C, at) for at in (first, last)]
    one, other = grid.values(width[0]), grid.values(width[1])
    grid.write(width[0], other)
    grid.write(width[1], one)
    assert book.place("Requests", A, "reason").column == first
    book.type("Requests", A, reason="Moved over")
    book.select("Requests", A)
    assert press("requests.note").startswith("Add note")
    assert noted(book.folder) == [case_ids(book)[0]]
    assert book.cell("Requests", A, "order_no") == ORDERS[0]


def test_a_missing_column_is_named_and_nothing_changes(book, press):
    """A renamed header is told by its title, before anything is recorded."""
    title = book.place("Requests", A, "order_no")
    book.grid("Requests").write(title._replace(row=HEADER_ROW, last_row=HEADER_ROW), [["Bestellung"]])
    book.select("Requests", A)
    text = press("requests.note")
    assert text.startswith("!")
    assert "Order no." in text
    assert noted(book.folder) == []


def test_a_missing_table_is_named_and_nothing_changes(book, press):
    """Without its table a queue cannot be trusted."""
    book.document.model.DatabaseRanges.removeByName("tblRequests")
    book.type("Requests", A, reason="Lost")
    book.select("Requests", A)
    text = press("requests.note")
    assert "tblRequests is missing" in text
    assert noted(book.folder) == []


def test_a_missing_sheet_is_named_and_nothing_changes(book, press):
    """So is a renamed one."""
    book.grid("Stock").sheet.Name = "My stock"
    book.type("Requests", A, reason="Where is it")
    book.select("Requests", A)
    assert "Stock" in press("requests.note")
    assert noted(book.folder) == []


def test_a_queue_locked_by_hand_is_refused_before_anything_changes(book, press):
    """Nothing is recorded that could not be shown; the words say which sheet to unlock."""
    book.type("Requests", A, reason="Locked")
    book.grid("Requests").protect("mine", {})
    book.select("Requests", A)
    text = press("requests.note")
    assert text.startswith("!")
    assert "Requests" in text
    assert noted(book.folder) == []
    book.grid("Requests").unprotect("mine")
    assert press("requests.note").startswith("Add note")


def test_a_lifted_lock_is_put_back(book, press):
    """The Audit sheet is locked again by the next press that writes to it."""
    book.grid("Audit").unprotect("casebook")
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    press("requests.note")
    assert book.grid("Audit").is_protected


def test_an_audit_sheet_locked_with_another_password_loses_nothing(book, press):
    """The journal has the event; the answer says what to do; after it the row is there."""
    audit = book.grid("Audit")
    audit.unprotect("casebook")
    audit.protect("other", {})
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    text = press("requests.note")
    assert "another password" in text
    book.grid("Audit").unprotect("other")
    press("desk.refresh")
    assert book.seq_shown() == len(events(book.folder))
    assert len(noted(book.folder)) == 1


def test_a_system_cell_altered_by_hand_is_restored_and_recorded(book, press):
    """Both values are kept in an event; the journal's stands."""
    place = book.place("Requests", A, "status")
    book.grid("Requests").write(place, [["Closed"]])
    press("desk.refresh")
    assert book.cell("Requests", A, "status") == "New"
    drift = events(book.folder)[-1]
    assert (drift.data["found"], drift.data["kept"]) == ("Closed", "New")


def test_rows_typed_below_the_table_are_taken_in(book, press):
    """Calc does not grow tables by itself: the press does, and a blank row remains for the next case."""
    last = book.grid("Requests").tables()[0].rect.last_row
    for row, order in ((last, "5000000001"), (last + 1, "5000000002"), (last + 2, "5000000003")):
        book.type("Requests", row, type="OST", order_no=order)
    book.select("Requests", last)
    text = press("requests.add")
    assert not text.startswith("!"), text
    assert kinds(book.folder)[-3:] == ["status.opened.v1"] * 3
    assert book.grid("Requests").tables()[0].rect.last_row == last + 3
    assert book.cell("Requests", last + 2, "order_no") == "5000000003"


def test_sheets_of_the_persons_own_are_left_alone(book, press):
    """They may stand anywhere, also in front."""
    book.document.model.Sheets.insertNewByName("Mine", 0)
    mine = book.grid("Mine")
    mine.write(Rect(1, 1, 1, 2), [["keep", "=1+1"]])
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    assert press("requests.note").startswith("Add note")
    assert book.grid("Mine").values(Rect(1, 1, 1, 2)) == [["keep", "=1+1"]]


def test_another_workbook_in_front_does_not_matter(calc, book, press):
    """A button acts on the workbook it stands in, whatever window is active."""
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    other = LibreDocument(calc.driver.office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ()))
    try:
        assert press("requests.note").startswith("Add note")
        assert other.grids()[0].used() is None
    finally:
        other.close()
    assert len(noted(book.folder)) == 1


def test_two_registers_open_at_once_do_not_mix(calc, book, press, tmp_path):
    """Each press goes to the journal beside its own workbook."""
    second = make_register(tmp_path / "second", cases=1)
    document = calc.open(second / "casebook.xlsm")
    try:
        other = OpenRegister(second, document)
        for each in (book, other):
            each.type("Requests", A, reason="Seen")
            each.select("Requests", A)
        press("requests.note", on=other)
        assert (len(noted(second)), noted(book.folder)) == (1, [])
        press("requests.note")
        assert (len(noted(second)), len(noted(book.folder))) == (1, 1)
    finally:
        document.close()


def test_a_workbook_that_is_opened_twice_is_one_book(calc, book):
    """Two would each believe it open after the other closed it."""
    first = calc.book(book.path)
    app = calc.engine.apps.add()
    try:
        assert xw.App(impl=app).books.open(str(book.path)).impl is first.impl
        assert not app.books.items
    finally:
        app.quit()
    assert book.document.is_open


def test_a_workbook_that_is_still_loading_is_not_loaded_again(calc, book, monkeypatch):
    """Calc may run the opening hook before it lists the workbook: nothing is answered, and no second one stands there.

    Two windows of one file looked like one, and clicks met the one whose macros are off.
    """
    stands = len(calc.driver.office.documents())
    monkeypatch.setattr(calc, "_is_listed", lambda _path: False)
    monkeypatch.setattr("addin.macros.calc_bridge.known_book", lambda _engine, _path: None)
    calc._greeted.clear()
    assert calc.press(str(book.path), "book.opened") == ""
    assert "is not open in this Calc" in calc.press(str(book.path), "desk.refresh")
    assert len(calc.driver.office.documents()) == stands


def test_a_workbook_says_once_how_it_stands(calc, folder, answers):
    """By Calc's own hook or by the one who opened it, whichever comes when the workbook is there."""
    document = calc.open(folder / "casebook.xlsm")
    try:
        assert [name for name, _ in answers] == ["book.opened"]
        assert calc.press(str(folder / "casebook.xlsm"), "book.opened") == ""
    finally:
        document.close()


def test_a_read_only_window_is_refused(calc, folder, answers):
    """Nothing is recorded from a workbook that could not show it."""
    model = calc.driver.office.desktop.loadComponentFromURL(
        (folder / "casebook.xlsm").as_uri(), "_blank", 0, (option("ReadOnly", True), option("MacroExecutionMode", 4))
    )
    try:
        answers.clear()
        calc.driver.run(LibreDocument(model), "Buttons.Do_requests_add", ())
        assert "read-only" in answers[-1][1]
        assert len(events(folder)) == 1 + len(ORDERS)
    finally:
        model.close(True)


def test_closing_unsaved_loses_nothing_that_was_recorded(calc, book, press):
    """The file is behind the journal; the next opening says so, and Refresh catches up."""
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    press("requests.note")
    path = book.path
    book.document.close()
    book.document = calc.open(path)
    assert "1 event is not shown yet" in book.message("Desk")
    press("desk.refresh")
    assert book.cell("Requests", A, "version") == len(events(book.folder))
    assert press("desk.refresh") == f"Up to date at event {len(events(book.folder))}."


def test_a_press_while_another_runs_is_refused_in_words(calc, book):
    """One press at a time: the second is told to wait and changes nothing."""
    running, go_on = threading.Event(), threading.Event()
    calc.on_answer = lambda _action, _text: None
    service = calc.registers.of(book.folder)
    clock = service.clock

    def slow():
        running.set()
        assert go_on.wait(20)
        return clock()

    service.clock = slow
    first = threading.Thread(target=calc.press, args=(str(book.path), "desk.refresh"))
    first.start()
    try:
        assert running.wait(20)
        assert "still at work" in calc.press(str(book.path), "desk.refresh")
    finally:
        service.clock = clock
        go_on.set()
        first.join(20)
    assert calc.press(str(book.path), "desk.refresh").startswith("Up to date")


@pytest.mark.parametrize(
    ("row", "value", "words"),
    [(1, "another", "belongs to register another"), (2, 1, "rebuild workbook --replace"),
     (3, 900, "the journal ends at"), (4, "0" * 64, "one of them was altered")],
)  # fmt: skip
def test_notes_that_were_tampered_with_are_refused(book, press, row, value, words):
    """Whatever is written into the very hidden notes, the press says what is wrong and records nothing."""
    book.grid("_meta").write(Rect(row, 2, row, 2), [[value]])
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    assert words in press("requests.note")
    assert noted(book.folder) == []


def test_without_macros_the_desk_says_what_to_do(calc, folder):
    """Opened where macros may not run, the first sheet tells of it; as soon as one ran it says how the book stands."""
    silent = calc.driver.open(folder / "casebook.xlsm", with_macros=False)
    assert OpenRegister(folder, silent).message("Desk") == MACROS_OFF
    silent.close()
    alive = calc.open(folder / "casebook.xlsm")
    assert "up to date" in OpenRegister(folder, alive).message("Desk")
    alive.close()


def test_a_workbook_that_is_not_ours_is_refused(calc, folder, tmp_path):
    """Another folder's workbook without settings beside it is no register."""
    stray = tmp_path / "stray" / "casebook.xlsm"
    stray.parent.mkdir()
    stray.write_bytes((folder / "casebook.xlsm").read_bytes())
    document = calc.driver.open(stray)
    try:
        assert calc.press(str(stray), "desk.refresh").startswith("!")
    finally:
        document.close()


def test_a_journal_put_back_from_elsewhere_is_opened_anew(calc, book, press, template):
    """A replaced journal is never written through the old handle."""
    book.type("Requests", A, reason="Seen")
    book.select("Requests", A)
    press("requests.note")
    journal = book.folder / "journal.sqlite"
    for leftover in book.folder.glob("journal.sqlite*"):
        leftover.unlink()
    journal.write_bytes((template / "journal.sqlite").read_bytes())
    assert "the journal ends at" in press("desk.refresh")


def test_texts_from_outside_stay_texts(book, press):
    """A formula typed into a note is recorded as it reads, and comes back as text."""
    book.type("Requests", A, reason='=HYPERLINK("http://x","y")')
    book.select("Requests", A)
    press("requests.note")
    assert events(book.folder)[-1].reason == '=HYPERLINK("http://x","y")'
    audit = book.grid("Audit")
    assert audit.sheet.queryContentCells(16).getCount() == 0  # no formula cell anywhere
    last = audit.used().last_row
    assert '=HYPERLINK("http://x","y")' in audit.values(Rect(last, 1, last, 13))[0]


def test_the_driver_names_the_office(calc):
    """Its version is what doctor and help show."""
    assert isinstance(calc.driver, LibreDriver)
    assert calc.driver.version[0].isdigit()
