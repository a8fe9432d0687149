"""The tables of all case types: every name in them is real, every state can be reached and left, every rule is proved.

These tests know no case type. A new one is held to them by being there.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases_kit import NOW, PEOPLE

from addin.logic.case_type import COMMON_MOVES, CaseType, Context, Move, Rule
from addin.logic.cases import case_kinds, case_types
from addin.logic.claim_truth import RULES as LETTER_RULES
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED, COMMON_FORM, FINAL_STATES
from addin.logic.events import names_in
from addin.logic.evidence import ATTACHED, ERASED_FILE, WITHDRAWN
from addin.logic.forms import Field, FieldKind
from addin.logic.hearing import COMMENTED, TEXT_MADE
from addin.logic.imports.rules import RULES as IMPORT_RULES
from addin.logic.joining import EFFECT_KINDS
from addin.logic.machine import EDITED, open_case, starts
from addin.logic.pack_rules import RULES as PACK_RULES
from addin.logic.periods import RULES as MONTH_RULES
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.reversal import TAKEN_BACK
from addin.logic.values import Role, clean_id
from addin.register.layout import QUEUES
from addin.register.lists import Lists, field_list

TYPES = case_types()
KINDS = list(TYPES.values())
MOVES = [(kind, move) for kind in KINDS for move in kind.moves]
FIELDS = [(kind, field) for kind in KINDS for field in kind.form]
SHEETS = sorted({kind.sheet for kind in KINDS})
TESTS = Path(__file__).parents[1]
#: What a sentence may name besides the fields of its type.
ENVELOPE = {"actor", "case", "from", "status", "opened", "changed"}

#: Types in which an auditor does more than read: audit requests, and procedures that everybody confirms.
FOR_AUDITORS = {"AUD", "SOP"}

#: A handover and a procedure are papers among ourselves: nobody asked for anything that a ticket would hold.
NO_INTERVENTIONS = {"HND", "SOP"}

each_type = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
each_move = pytest.mark.parametrize(("kind", "move"), MOVES, ids=[f"{k.code}-{m.verb}" for k, m in MOVES])
each_sheet = pytest.mark.parametrize("sheet", SHEETS)


def rules_of(kind: CaseType) -> Iterator[Rule]:
    """Every rule of a type: of its form and of its own moves."""
    yield from kind.rules
    for move in kind.moves:
        yield from move.rules


def all_rules() -> dict[str, list[Rule]]:
    """Every rule of the project by its id."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for move in COMMON_MOVES:
        for rule in move.rules:
            found[rule.id].append(rule)
    for kind in KINDS:
        for rule in rules_of(kind):
            found[rule.id].append(rule)
    return found


def on_sheet(sheet: str) -> list[CaseType]:
    """The types whose rows live on a sheet."""
    return [kind for kind in KINDS if kind.sheet == sheet]


# The register of types -----------------------------------------------------------------------------------------------


def test_every_case_type_of_the_trade_is_there():
    """Fifteen, each with its code, name and family of its own."""
    assert len(TYPES) == 15
    for values in ([k.code for k in KINDS], [k.name for k in KINDS], [k.family for k in KINDS]):
        assert len(set(values)) == 15


@each_type
def test_a_type_is_named_in_its_code_and_stands_on_a_sheet(kind):
    """Codes are three capitals, families one word, sheets those of the workbook."""
    assert TYPES[kind.code] is kind
    assert re.fullmatch(r"[A-Z]{3}", kind.code)
    assert re.fullmatch(r"[a-z_]+", kind.family)
    assert kind.sheet in {sheet.name for sheet in QUEUES}


# States and moves ----------------------------------------------------------------------------------------------------


@each_type
def test_states_are_named_once_and_end_in_closed(kind):
    """Every type can be closed; cancelled and duplicate are common to all and not listed."""
    assert len(set(kind.states)) == len(kind.states)
    assert kind.states[-1] == CLOSED
    assert not {"Cancelled", "Duplicate"} & set(kind.states)
    assert kind.frozen_from <= set(kind.states)
    assert kind.initial not in kind.frozen_from


def arrows(kind: CaseType, moves: list[Move]) -> dict[str, set[str]]:
    """From each state the states that moves reach, holds and releases included."""
    found: dict[str, set[str]] = defaultdict(set)
    for move in moves:
        for state in starts(kind, move):
            if move.to:
                found[state].add(move.to)
            elif move.back:
                found[state] |= {s for hold in moves if hold.back == move.back and hold.to for s in starts(kind, hold)}
    return found


def reach(start: str, graph: dict[str, set[str]]) -> set[str]:
    """Every state that can be reached."""
    found, todo = {start}, [start]
    while todo:
        new = graph[todo.pop()] - found
        found |= new
        todo += new
    return found


@each_type
def test_every_state_can_be_reached(kind):
    """From the first one, by the type's own moves."""
    assert set(kind.states) - reach(kind.initial, arrows(kind, list(kind.moves))) == set()


@each_type
def test_every_state_leads_to_the_end(kind):
    """No case is ever stuck: closed can be reached without cancelling."""
    graph = arrows(kind, list(kind.moves))
    assert [state for state in kind.open_states if CLOSED not in reach(state, graph)] == []


@each_move
def test_a_move_joins_real_states(kind, move):
    """And none of them is a slip of the pen."""
    assert move.start
    assert move.start <= {*kind.states, *FINAL_STATES, "*", "final"}
    assert move.to in {*kind.states, *FINAL_STATES, ""}
    assert starts(kind, move)


@each_move
def test_a_move_names_real_fields(kind, move):
    """What it needs can be typed or is worked out; what it remembers a state in is a system field."""
    assert set(move.needs) <= kind.fields.keys()
    assert len(set(move.needs)) == len(move.needs)
    if move.back:
        assert kind.fields[move.back].system
        assert kind.fields[move.back].kind in (FieldKind.TEXT, FieldKind.CHOICE)


@each_move
def test_a_move_is_made_by_people_who_work(kind, move):
    """Always by somebody; by an auditor only where auditors are served."""
    assert move.roles
    assert Role.AUDITOR not in move.roles or kind.code in FOR_AUDITORS
    assert any(person.may(move.roles) for person in PEOPLE.values())


@each_move
def test_a_move_has_a_verb_a_label_and_a_sentence(kind, move):
    """The verb names buttons, the label stands on them, the sentence on the audit sheet."""
    assert re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", move.verb)
    assert 0 < len(move.label) <= 24
    assert not move.says.endswith(".")


@each_move
def test_a_sentence_names_only_what_can_be_told(kind, move):
    """A name that is no field would read as a dash for ever."""
    assert names_in(move.says) <= kind.fields.keys() | ENVELOPE
    assert {"actor", "case"} & names_in(move.says)


@each_type
def test_a_verb_stands_once_in_a_type(kind):
    """A second row of the same verb would hide the first."""
    assert [verb for verb, count in Counter(move.verb for move in kind.moves).items() if count > 1] == []


@each_sheet
def test_a_verb_has_one_label_on_a_sheet(sheet):
    """A button serves every type of its sheet."""
    labels: dict[str, set[str]] = defaultdict(set)
    for kind in on_sheet(sheet):
        for verb, move in kind.all_moves.items():
            labels[verb].add(move.label)
    assert {verb: found for verb, found in labels.items() if len(found) > 1} == {}


@each_sheet
def test_a_label_has_one_verb_in_a_type(sheet):
    """The list of moves on the Case sheet is chosen from by label."""
    for kind in on_sheet(sheet):
        counts = Counter(move.label.casefold() for move in kind.all_moves.values())
        assert [label for label, count in counts.items() if count > 1] == []


def redefines_common(move: Move) -> bool:
    """True for a common move that a type makes stricter: it stays the same move, with the same event and sentence."""
    return any((move.verb, move.event, move.says) == (m.verb, m.event, m.says) for m in COMMON_MOVES)


# Events --------------------------------------------------------------------------------------------------------------


def test_every_kind_of_event_has_its_own_name():
    """Across all types, common moves included: a name always means one thing."""
    own = (EDITED, TAKEN_BACK, ATTACHED, WITHDRAWN, ERASED_FILE, *EFFECT_KINDS, COMMENTED, TEXT_MADE)
    names = [one.name for one in own]
    names += [*(move.event for move in COMMON_MOVES)]
    names += [*(kind.opened.name for kind in KINDS)]
    names += [move.event for _, move in MOVES if not redefines_common(move)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert set(names) == case_kinds().kinds.keys()


@each_move
def test_a_kind_of_event_is_named_by_family_and_version(kind, move):
    """A stable text that no renamed file or function changes."""
    assert redefines_common(move) or re.fullmatch(rf"{kind.family}\.[a-z_]+\.v[1-9]", move.event)


# Fields --------------------------------------------------------------------------------------------------------------


@each_type
def test_fields_are_named_once_in_a_form(kind):
    """By name, and by title whatever its case: a table's columns and a form's lines are found by it."""
    assert [n for n, c in Counter(field.name for field in kind.form).items() if c > 1] == []
    titles = Counter(field.title.casefold() for field in kind.fields.values())
    assert [title for title, count in titles.items() if count > 1] == []


@pytest.mark.parametrize(
    ("kind", "field"), [*FIELDS, *((KINDS[0], field) for field in COMMON_FORM)],
    ids=[*(f"{k.code}-{f.name}" for k, f in FIELDS), *(f"common-{f.name}" for f in COMMON_FORM)],
)  # fmt: skip
def test_a_field_is_well_formed(kind, field: Field):
    """Name, title, width and choices; a choice reads back as itself."""
    assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)
    assert 0 < len(field.title) <= 40
    assert field.title == clean_id(field.title)
    assert 4 <= field.width <= 80
    assert bool(field.choices) == (field.kind is FieldKind.CHOICE)
    assert not field.choices or not field.listed or set(field.choices) <= set(DEFAULT_POLICY.items(field.listed))
    assert not field.listed or Lists((), DEFAULT_POLICY).items[field_list(field.name)]
    assert len({choice.casefold() for choice in field.choices}) == len(field.choices)
    assert [choice for choice in field.choices if field.read(choice) != (choice, None)] == []
    assert not (field.system and field.roles)
    assert Role.AUDITOR not in field.roles or kind.code in FOR_AUDITORS


@each_sheet
def test_a_column_means_the_same_for_every_type_of_its_sheet(sheet):
    """One name, one title, one kind, one width; one title, one name."""
    means: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for kind in on_sheet(sheet):
        for field in kind.fields.values():
            means[field.name].add((field.title, field.kind, field.system, field.personal))
            if field.queue:
                names[field.title.casefold()].add(field.name)
    assert {name: found for name, found in means.items() if len(found) > 1} == {}
    assert {title: found for title, found in names.items() if len(found) > 1} == {}


@each_type
def test_a_redefined_common_field_stays_what_it_was(kind):
    """A type may move, widen or work out a common field, never make another thing of it."""
    common = {field.name: field for field in COMMON_FORM}
    for field in kind.form:
        if field.name in common:
            assert (field.kind, field.personal) == (common[field.name].kind, common[field.name].personal), field.name


@each_type
def test_what_a_new_case_needs_can_be_given(kind):
    """The fields it asks for are real and can be typed; its own numbers go into system fields."""
    assert set(kind.asks) <= kind.fields.keys()
    assert all(not kind.fields[name].system for name in kind.asks)
    assert kind.numbers.keys() <= kind.fields.keys()
    assert all(kind.fields[name].system and kind.fields[name].kind is FieldKind.ID for name in kind.numbers)
    assert all(re.fullmatch(r"[A-Z]{3,4}", series) for series in kind.numbers.values())


@each_type
def test_a_types_sample_opens_a_case(kind):
    """Every text of it is read without a fault, and nothing stands against the case."""
    assert kind.sample
    values = {}
    for name, text in kind.sample.items():
        assert not kind.fields[name].system, name
        values[name], problem = kind.fields[name].read(text)
        assert problem is None or problem.warn, problem
    actor = next(person for person in PEOPLE.values() if person.may(kind.openers))
    assert open_case(kind, "CASE-2026-000001", values, Context(actor, NOW, DEFAULT_POLICY, "", (), PEOPLE)).ok


@each_type
def test_a_chat_can_always_become_a_case(kind):
    """With the order number alone, or with less where the type asks for nothing."""
    assert set(kind.asks) <= {"order_no", "refund_reason", *kind.sample}
    assert len(kind.asks) <= 2


# Deadlines -----------------------------------------------------------------------------------------------------------


@each_type
def test_deadlines_name_real_states(kind):
    """Each has an id of its own, a label and, when it is the law's, its source."""
    assert len({row.id for row in kind.deadlines}) == len(kind.deadlines)
    for row in kind.deadlines:
        assert row.until <= {*kind.states, *FINAL_STATES}, row.id
        assert row.label, row.id
        assert row.source or not row.legal, row.id


# Rules ---------------------------------------------------------------------------------------------------------------


def marks(path: Path) -> Iterator[str]:
    """The rule ids that a test file marks its tests with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def proved() -> dict[str, set[str]]:
    """Rule id -> the test files that prove it."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(TESTS.rglob("test_*.py")):
        for rule in marks(path):
            found[rule].add(path.name)
    return found


#: The rules of case types, of letters, of packs, of months and of imports.
REAL_RULES = {*all_rules(), *LETTER_RULES, *PACK_RULES, *MONTH_RULES, *(rule.id for rule in IMPORT_RULES)}


@pytest.mark.parametrize("rule_id", sorted(all_rules()))
def test_a_rule_states_itself(rule_id):
    """Its id is like ADR-03, it is one sentence, and where it is used twice it says the same."""
    rules = all_rules()[rule_id]
    assert re.fullmatch(r"[A-Z]{3}-\d\d", rule_id)
    assert len({rule.says for rule in rules}) == 1
    assert rules[0].says[0].isupper()
    assert rules[0].says.endswith(".")
    assert all(not (rule.warn and rule.override) for rule in rules)
    assert all(Role.AUDITOR not in rule.override for rule in rules)


@pytest.mark.rule("COM-06")
@each_type
def test_no_type_closes_a_case_without_its_ticket_or_a_reason(kind):
    """Whatever closes a case asks for it: an intervention is logged in the ticket tool, or says why not."""
    closing = [move for move in kind.all_moves.values() if move.to == CLOSED]
    assert closing
    bare = [move.verb for move in closing if TICKETED not in move.rules]
    assert bare == ([move.verb for move in closing] if kind.code in NO_INTERVENTIONS else [])


@each_type
def test_a_types_rules_have_its_code(kind):
    """So that a message leads to its file."""
    assert {rule.id for rule in rules_of(kind) if rule.id[:3] not in (kind.code, "COM")} == set()


def test_every_rule_is_proved_by_a_test():
    """A test marked with the rule's id shows at least its refusal."""
    assert sorted(REAL_RULES - proved().keys()) == []


def test_every_mark_names_a_real_rule():
    """A mark that names none would prove nothing."""
    strange = {rule: files for rule, files in proved().items() if rule not in REAL_RULES and rule[:3] != "TOY"}
    assert strange == {}
