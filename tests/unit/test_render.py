"""The rendered workbook: everything DESIGN promises stands in it, and nothing that came from data can run."""

from __future__ import annotations

import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from addin.errors import HostError
from addin.logic.case_type import Case
from addin.logic.cases import case_kinds, case_types
from addin.logic.chain import Head, follow
from addin.logic.events import Draft, KindTable, Sealed, decode, encode
from addin.logic.forms import FieldKind
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.system_kinds import DRIFT, REGISTER_OPENED, SYSTEM_KINDS
from addin.macros.actions import actions
from addin.macros.actions import buttons as all_buttons
from addin.macros.vba import vba_project
from addin.register import reconcile_cells
from addin.register.buttons import Button, macro_name
from addin.register.layout import (
    AUDIT_COLUMNS,
    CASE_MOVE,
    CODE_NAMES,
    DESK_PASTE,
    FIGURES_COLUMN,
    FIRST_ROW,
    HEADER_ROW,
    HINT_ROW,
    MESSAGE_ROW,
    QUEUES,
    SCHEMA,
    SHEETS,
    SNAPSHOT_COLUMNS,
    TITLE_ROW,
    WORKLIST_HEADER,
    Use,
    columns,
    types_on,
)
from addin.register.lists import column_letters, field_list, type_list
from addin.register.page import SCREEN, _lines
from addin.register.render import LOCKED, render, render_empty
from addin.register.sheets import TEXT_KINDS

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KINDS = KindTable.of([*case_kinds().kinds.values(), *SYSTEM_KINDS])
HOSTILE = ("=cmd|'/C calc'!A0", "+1+1", "-2", "@SUM(A1)", '=HYPERLINK("http://x.example")', "{=1}", "http://x.example")
FILLED = [sheet.name for sheet in QUEUES if types_on(sheet.name)]
BUTTONS = {
    sheet.name: [
        Button(f"{sheet.name.lower()}.do_{n}", f"Button {n}", n == 0, f"Hint of {n} & more") for n in range(26)
    ]
    for sheet in SHEETS
    if sheet.use not in (Use.HIDDEN, Use.START)
}


def a_case(code: str, number: int, **fields) -> Case:
    kind = case_types()[code]
    known = {name: value for name, value in fields.items() if name in kind.fields}
    return Case(f"CASE-2026-{number:06d}", code, kind.initial, known, number)


def hostile_cases() -> list[Case]:
    """One case of every type for each hostile text, which stands in every text field."""
    found = []
    for code, kind in case_types().items():
        texts = (FieldKind.TEXT, FieldKind.NOTE, FieldKind.ID, FieldKind.CHOICE)
        for text in HOSTILE:
            fields = {name: text for name, field in kind.fields.items() if field.kind in texts}
            found.append(a_case(code, len(found) + 1, **fields, due=NOW - timedelta(hours=1)))
    return found


def some_events(count: int = 3):
    head, found = Head(), []
    drafts = [Draft(REGISTER_OPENED.name, "", {"register": "R-1", "house": HOSTILE[0]})]
    drafts += [
        Draft(DRIFT.name, "CASE-2026-000001", {"cell": "Refunds!C9", "field": "x", "found": "=1+1", "kept": "@y"}, "=2")
        for _ in range(count - 1)
    ]
    for draft in drafts:
        text = encode(draft, seq=head.seq + 1, at="2026-11-23T09:00:00+00:00", actor="a.khan", role="coordinator")
        link = follow(head, text, "")
        found.append(decode(text, prev=head.hash, hash=link.hash))
        head = Head(link.seq, link.hash)
    return found, head


def made(cases=(), events=(), **more) -> bytes:
    given = {
        "register_id": "R-1", "house": "House & Sons", "demo": False, "now": NOW, "policy_rows": DEFAULT_POLICY.rows,
        "people": ("a.khan", "b.lowe"), "buttons": BUTTONS, "vba": vba_project(), "password": "secret", "head": Head(),
    }  # fmt: skip
    return render(list(cases), events, KINDS, **(given | more))


def dimension(sheet, at: int):
    """What is said of a column; equal neighbours are said together."""
    return next(found for found in sheet.column_dimensions.values() if found.min <= at <= found.max)


def opened(package: bytes):
    return openpyxl.load_workbook(io.BytesIO(package))


@pytest.fixture(scope="module")
def hostile_package() -> bytes:
    events, head = some_events()
    return made(
        hostile_cases(), events, head=head, house=HOSTILE[0], people=HOSTILE,
        snapshots=[(HOSTILE[0], HOSTILE[1], HOSTILE[3], "=why", 2, "0" * 64, "")],
        vault=[Sealed("d" * 64, "s", '"=x"')],
    )  # fmt: skip


@pytest.fixture(scope="module")
def hostile(hostile_package):
    return opened(hostile_package)


@pytest.fixture(scope="module")
def empty():
    return opened(made())


def test_the_same_input_makes_the_same_bytes(hostile_package):
    """Nothing but its input decides the bytes of a workbook; the empty one is the same at every build."""
    events, head = some_events()
    once, again = (made(hostile_cases(), events, head=head) for _ in range(2))
    assert once == again
    assert render_empty(BUTTONS, vba_project()) == render_empty(BUTTONS, vba_project())
    assert once != hostile_package


def test_every_sheet_is_there_in_order_with_its_code_name(empty):
    """All sheets stand in the order of the layout; the code names are those of the VBA modules; helpers are hidden."""
    assert empty.sheetnames == [sheet.name for sheet in SHEETS]
    for sheet in SHEETS:
        found = empty[sheet.name]
        assert found.sheet_properties.codeName == CODE_NAMES[sheet.name]
        assert found.sheet_state == ("veryHidden" if sheet.use is Use.HIDDEN else "visible")
        assert found.sheet_properties.tabColor.rgb[-6:] == sheet.tab


def test_every_visible_sheet_has_title_hint_message_cell_and_print_set_up(empty):
    """A sheet says what it is and what to do, has a place for answers, and prints on A4 so that it can be read."""
    for sheet in SHEETS:
        if sheet.use is Use.HIDDEN:
            continue
        found = empty[sheet.name]
        title = found.cell(TITLE_ROW, 1)
        assert (title.value, title.font.sz, title.font.b) == (sheet.name, 16, True)
        assert found.cell(HINT_ROW, 1).value == sheet.hint
        assert found.cell(MESSAGE_ROW, 1).font.b
        assert found.cell(MESSAGE_ROW, 1).protection.locked is False
        assert found.page_setup.orientation == ("portrait" if sheet.use is Use.DASHBOARD else "landscape")
        assert found.page_setup.paperSize == 9
        if sheet.use is Use.QUEUE:  # too wide for one page: over several, with the case on each
            assert found.print_title_cols == "$A:$C"
        elif sheet.name == "Reconcile":  # figures on one page across, what to do on the next
            assert (found.page_setup.scale, found.print_title_cols) == (64, "$A:$A")
            assert [br.id for br in found.col_breaks.brk] == [13]
        elif sheet.name != "Audit":  # which would be too small to read
            assert found.sheet_properties.pageSetUpPr.fitToPage is True
            assert found.page_setup.fitToWidth in (None, 1)  # 1 is the default
        assert "House && Sons" in found.oddFooter.left.text
        assert found.oddFooter.right.text.endswith("page &P of &N") or "&[Page]" in found.oddFooter.right.text


def test_a_demo_says_so_on_every_sheet():
    """Nobody can take a sheet of a register for trying out for a record."""
    book = opened(made(demo=True))
    assert all("DEMO" in book[sheet.name].cell(1, 1).value for sheet in SHEETS if sheet.use is not Use.HIDDEN)
    assert book["_meta"].cell(5, 2).value == "Yes"


@pytest.mark.parametrize("name", FILLED)
def test_a_queue_is_a_table_with_all_columns_and_one_blank_row(hostile, name):
    """The table covers every case and one blank row; its titles are those of the layout, the version is hidden."""
    sheet, cols = hostile[name], columns(name)
    table = sheet.tables[f"tbl{name}"]
    cases = sum(case_types()[case.type].sheet == name for case in hostile_cases())
    assert table.ref == f"A{HEADER_ROW}:{column_letters(len(cols))}{FIRST_ROW + cases}"
    assert [column.name for column in table.tableColumns] == [column.title for column in cols]
    assert [cell.value for cell in sheet[HEADER_ROW][: len(cols)]] == [column.title for column in cols]
    assert all(cell.value is None for cell in sheet[FIRST_ROW + cases])
    assert sheet.freeze_panes == f"B{FIRST_ROW}"
    hidden = [column.name for at, column in enumerate(cols, 1) if dimension(sheet, at).hidden]
    assert hidden == ["version"]


@pytest.mark.parametrize("name", [sheet.name for sheet in QUEUES])
def test_formats_reach_far_below_the_table(empty, name):
    """A row that is added later finds text columns formatted as text, days as days, amounts with two decimals."""
    codes = {FieldKind.DAY: "dd/mm/yyyy", FieldKind.INSTANT: "dd/mm/yyyy hh:mm", FieldKind.MONEY: "#,##0.00",
             FieldKind.COUNT: "0"}  # fmt: skip
    for at, column in enumerate(columns(name), 1):
        kind = column.field.kind
        wanted = "@" if kind in TEXT_KINDS else codes.get(kind)
        found = dimension(empty[name], at).number_format
        assert wanted is None or found == wanted, column.title


@pytest.mark.parametrize("name", FILLED)
def test_choices_and_types_offer_their_lists_far_below_the_table(empty, name):
    """Type, choices and yes/no cells have a drop-down from the hidden lists, down to row 5,000 and beyond."""
    sheet = empty[name]
    lists = {str(area): rule.formula1 for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges}
    for at, column in enumerate(columns(name), 1):
        letters = column_letters(at)
        area = next((area for area in lists if area.startswith(f"{letters}{FIRST_ROW}:")), None)
        if column.name == "type":
            assert lists[area] == type_list(name)
        elif column.typed and (column.field.choices or column.field.kind is FieldKind.FLAG):
            assert lists[area] == field_list(column.name, name)
        elif column.name == "owner":
            assert lists[area] == "list_owner"
        if area:
            assert int(area.rpartition(letters)[2]) > 5_000


def test_every_list_name_points_at_its_entries(empty):
    """A defined name of a list refers to cells that hold exactly the choices, next to no other list's."""
    lists = empty["_lists"]
    for name in FILLED:
        at = empty.defined_names[type_list(name)].attr_text
        cells = lists[at.partition("!")[2].replace("$", "")]
        cells = cells if isinstance(cells, tuple) else ((cells,),)
        assert tuple(row[0].value for row in cells) == tuple(kind.code for kind in types_on(name))
    for kind in case_types().values():
        for field in kind.fields.values():
            if field.choices:
                at = empty.defined_names[field_list(field.name, kind.sheet)].attr_text
                cells = lists[at.partition("!")[2].replace("$", "")]
                held = {row[0].value for row in cells} if isinstance(cells, tuple) else {cells.value}
                assert set(field.choices) <= held
    assert empty.defined_names["list_case_moves"].attr_text == "_lists!$Z$2:$Z$37"
    assert all(lists.cell(row, 26).value is None for row in range(1, 40))


EQUATION = {
    formula
    for block in range(reconcile_cells.BLOCKS)
    for formula in (
        *(one for pair in reconcile_cells.formulas(block, None) for one in pair),
        *(reconcile_cells.sum_formula(reconcile_cells.block_column(block) + at, None) for at in range(4)),
        reconcile_cells.agrees_formula(block, None),
    )
}


def test_no_text_from_data_becomes_a_formula(hostile):
    """Formulas stand only where the workbook itself puts them, whatever was typed into cases, events and settings."""
    links = re.compile(r'=HYPERLINK\("#[A-Z]\w+!A"&MATCH\("CASE-\d{4}-\d{6}",[A-Z]\w+!\$A:\$A,0\),"CASE-\d{4}-\d{6}"\)')
    for sheet in hostile:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    assert cell.hyperlink is None
                    continue
                worklist = sheet.title == "Desk" and cell.column == 2 and cell.row > WORKLIST_HEADER
                tile = sheet.title == "Dashboard" and cell.row == 8 and str(cell.value).startswith("=SUM($A")
                share = sheet.title == "Dashboard" and cell.column == FIGURES_COLUMN + 3 and "SUM" in cell.value
                control = sheet.title == "Reconcile" and cell.value in EQUATION
                assert (worklist and links.fullmatch(cell.value)) or tile or share or control, (sheet.title, cell)


def test_hostile_texts_stand_as_they_were_typed(hostile):
    """What was typed is shown, character by character, as text."""
    for name in FILLED:
        at = next(at for at, column in enumerate(columns(name), 1) if column.name == "order_no")
        found = [hostile[name].cell(row, at) for row in range(FIRST_ROW, FIRST_ROW + len(HOSTILE))]
        assert [(cell.value, cell.data_type, cell.number_format) for cell in found] == [(t, "s", "@") for t in HOSTILE]
    assert hostile["Start"].cell(6, 2).value == HOSTILE[0]
    assert hostile["_meta"].cell(6, 2).value == HOSTILE[0]


def test_a_text_that_fits_no_cell_is_refused():
    """A cell is never filled with a cut text."""
    code = next(iter(case_types()))
    with pytest.raises(HostError, match=r"32,768 characters"):
        made([a_case(code, 1, owner="x" * 32_768)])


def test_locked_sheets_carry_a_strong_hash_and_queues_no_lock(empty):
    """Audit, Snapshots, Rules and Start are locked with SHA-512; queue sheets can be sorted."""
    for sheet in empty:
        lock = sheet.protection
        assert lock.sheet is (sheet.title in LOCKED), sheet.title
        if lock.sheet:
            assert (lock.algorithmName, lock.spinCount) == ("SHA-512", 100_000)
            assert lock.hashValue
            assert lock.saltValue
    assert empty.security.lockStructure is True
    assert empty["Audit"].protection.autoFilter is False  # the attribute says what is forbidden


def test_every_button_calls_its_macro_and_says_what_it_does():
    """Each button of each sheet is drawn once, with its macro, its caption and its hint as alternative text."""
    with zipfile.ZipFile(io.BytesIO(made())) as file:
        drawn = "".join(file.read(name).decode() for name in file.namelist() if "vmlDrawing" in name)
    macros = re.findall(r"<x:FmlaMacro>\[0\]!(.*?)</x:FmlaMacro>", drawn)
    wanted = [macro_name(button.action_id) for row in BUTTONS.values() for button in row]
    assert sorted(macros) == sorted(wanted)
    assert drawn.count('alt="Hint of 3 &amp; more"') == len(BUTTONS)
    assert drawn.count("<b>Button 0</b>") == len(BUTTONS)


def test_buttons_wrap_into_lines_that_a_screen_shows():
    """No line of buttons is wider than a laptop's screen, and none is lost."""
    buttons = [Button(f"a.b{n}", "Some longer words", False, "") for n in range(40)]
    lines = _lines(buttons, SCREEN)
    assert [button for line in lines for button in line] == buttons
    assert all(len(line) * 120 < SCREEN for line in lines)
    assert _lines([], SCREEN) == []
    assert len(_lines(buttons[:6], SCREEN, least=3)) == 3


def test_held_buttons_stand_over_the_frozen_column_and_no_other_does():
    """However far a queue is scrolled to the right: new rows, Refresh and the Case sheet stay in reach, uncut."""
    with zipfile.ZipFile(io.BytesIO(made(buttons=all_buttons()))) as file:
        drawn = [file.read(name).decode() for name in file.namelist() if "vmlDrawing" in name]
    seen = []
    for action in actions().values():
        if action.drawn and action.sheet in FILLED:
            macro = f"[0]!{macro_name(action.id)}<"
            shape = next(part for one in drawn for part in one.split("</v:shape>") if macro in part)
            first, _, _, _, last, *_ = map(int, re.search(r"<x:Anchor>\s*([\d, ]+)", shape)[1].split(","))
            assert (first == 0, last == 0) == (action.held, action.held), action.id
            seen += [action.id] if action.held else []
    assert sorted(seen) == sorted(f"{name.lower()}.{verb}" for name in FILLED for verb in ("add", "refresh", "open"))


def test_meta_says_whose_workbook_this_is(hostile):
    """The notes stand where the live workbook reads them: numbers as numbers, the rest as text."""
    rows = [[cell.value for cell in row] for row in hostile["_meta"].iter_rows(min_row=1, max_row=6, max_col=2)]
    assert [name for name, _ in rows] == ["register_id", "schema", "seq", "head", "demo", "house"]
    assert [value for _, value in rows][:3] == ["R-1", SCHEMA, 3]


def test_audit_holds_every_event_as_text(hostile):
    """One row per event in order; text and hashes stand as stored, every cell as text, drifts stand out."""
    sheet = hostile["Audit"]
    events, _ = some_events()
    assert [cell.value for cell in sheet[HEADER_ROW]] == [title for title, _ in AUDIT_COLUMNS]
    assert sheet.max_row == FIRST_ROW + len(events) - 1
    for row, event in enumerate(events, FIRST_ROW):
        cells = sheet[row]
        assert [cells[0].value, *(cell.value for cell in cells[-3:])] == [
            str(event.seq),
            event.text,
            event.prev,
            event.hash,
        ]
        assert {cell.number_format for cell in cells if cell.value is not None} == {"@"}
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert any(DRIFT.name in rule.formula[0] for rule in rules)
    assert sheet.auto_filter.ref
    assert [cell.value for cell in hostile["Snapshots"][HEADER_ROW]] == [title for title, _ in SNAPSHOT_COLUMNS]


def test_an_empty_log_ends_at_its_header(empty):
    """The first event that is appended lands right under the header."""
    assert empty["Audit"].max_row == HEADER_ROW
    assert empty["Snapshots"].max_row == HEADER_ROW


def test_vault_entries_stand_under_their_case():
    """Erasable values are kept apart, each with the case whose event refers to it."""
    entry = Sealed("d" * 64, "salt", '"Ms Hart"')
    data = {"type": "RFD", "set": {"requester": {"sealed": entry.digest}}}
    text = encode(
        Draft("x.y.v1", "CASE-2026-000009", data), seq=1, at="2026-11-23T09:00:00+00:00", actor="a", role="qc"
    )
    event = decode(text, prev="0" * 64, hash="1" * 64)
    sheet = opened(made(events=[event], vault=[entry]))["_vault"]
    assert [cell.value for cell in sheet[2]] == [entry.digest, entry.salt, entry.value, "CASE-2026-000009"]


def test_rules_say_in_words_what_nobody_has_verified():
    """An assumption is marked by words, not by colour alone; a verified row names the person."""
    rows = list(DEFAULT_POLICY.rows)
    rows[1] = replace(rows[1], verified_by="s.moreau", verified_on=NOW.date())
    sheet = opened(made(policy_rows=rows))["Rules"]
    assert [sheet.cell(row, 6).value for row in (FIRST_ROW, FIRST_ROW + 1)] == ["not verified yet", "s.moreau"]
    assert sheet.cell(FIRST_ROW + 1, 7).value == "23/11/2026"


def test_desk_and_case_have_their_inputs(empty):
    """The paste box and the case's inputs are yellow text cells; moves come from the shown case's list."""
    for sheet, cell in (("Desk", DESK_PASTE), ("Case", "B6"), ("Case", "I6"), ("Case", "I7")):
        found = empty[sheet][cell]
        assert (found.fill.fgColor.rgb[-6:], found.number_format) == ("FFF6DD", "@")
    rules = {str(rule.sqref): rule.formula1 for rule in empty["Case"].data_validations.dataValidation}
    assert rules[CASE_MOVE] == "list_case_moves"
    assert empty["Case"].column_dimensions["D"].hidden
    assert "B8:K8" in {str(area) for area in empty["Desk"].merged_cells.ranges}


def test_no_merged_cells_in_data(hostile):
    """Nothing is merged from the header down, so that data can be sorted."""
    for sheet in QUEUES:
        assert all(area.min_row < HEADER_ROW for area in hostile[sheet.name].merged_cells.ranges)


def test_worklist_links_show_the_number_before_anything_is_calculated(hostile_package):
    """A reader that does not calculate still sees the case numbers."""
    book = openpyxl.load_workbook(io.BytesIO(hostile_package), data_only=True)
    shown = [book["Desk"].cell(row, 2).value for row in range(WORKLIST_HEADER + 1, WORKLIST_HEADER + 4)]
    assert all(re.fullmatch(r"CASE-2026-\d{6}", text) for text in shown)


def test_the_dashboard_draws_its_figures_as_native_charts(hostile_package):
    """Seven native charts read the figure blocks; no picture stands for a chart."""
    with zipfile.ZipFile(io.BytesIO(hostile_package)) as file:
        charts = [name for name in file.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        assert len(charts) == 7
        for name in charts:
            text = file.read(name).decode()
            assert "Dashboard!$A" in text
            assert "<c:title>" in text


def test_rows_below_the_header_have_no_height_of_their_own(hostile_package):
    """Data rows have no height of their own, so that every program gives them one line; those above are fixed."""
    with zipfile.ZipFile(io.BytesIO(hostile_package)) as file:
        text = file.read("xl/worksheets/sheet3.xml").decode()
    rows = {int(number): rest for number, rest in re.findall(r'<row r="(\d+)"([^>]*)>', text)}
    assert "customHeight" in rows[HEADER_ROW]
    assert "ht=" not in rows[FIRST_ROW]


def test_twenty_thousand_cases_are_drawn_while_a_person_waits():
    """A full register is made anew in seconds; the bound leaves room for a busy machine."""
    codes = list(case_types())
    cases = [
        a_case(codes[n % len(codes)], n + 1, order_no=f"{n:010d}", due=NOW + timedelta(hours=n % 90), owner="a.khan")
        for n in range(20_000)
    ]
    began = time.perf_counter()
    assert made(cases)
    assert time.perf_counter() - began < 60
