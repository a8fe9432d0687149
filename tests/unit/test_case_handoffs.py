"""What requests, controls and deviations hand over fits the other case's form, whatever state they are in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cases_kit import NOW, ctx, done, open_

from addin.logic.cases import case_types
from addin.logic.forms import FieldKind
from addin.logic.machine import allowed, open_case, starts

TYPES = case_types()
MINE = ("ADR", "SPD", "OST", "CTV", "QCT", "ESC", "HND", "DEV", "SOP", "AUD")
FACTS = [
    ("ADR", {"callback_result": "Denied"}),
    ("SPD", {"delivered_at": NOW, "tracking": "1Z12345E6800002067"}),
    ("OST", {"convert_to": "Blocker", "vip": True, "ticket_ref": "T-1"}),
    ("OST", {"convert_to": "Claim", "tracking": "1Z12345E6800002067", "requester_team": "Stores"}),
    ("OST", {"convert_to": "Inventory discrepancy", "sku": "H012346ACK89", "location": "B-12-04"}),
    ("CTV", {"vip": True}),
    ("QCT", {"afterwards": "Inventory discrepancy", "defect_codes": ("SCRATCH",)}),
    ("QCT", {"afterwards": "Deviation", "defect_codes": ("SCRATCH",)}),
    ("DEV", {"preventive_action": "The station refuses an unsealed parcel."}),
]


@pytest.mark.parametrize(("code", "facts"), FACTS)
def test_every_opening_opens(code, facts):
    """Whatever a move hands over is a field of the other form, and the other case opens without a refusal."""
    case = open_(TYPES[code], **TYPES[code].sample)
    case = replace(case, fields={**case.fields, **facts})
    found = [
        opening
        for move in TYPES[code].moves
        if move.opens is not None
        for opening in move.opens(case, ctx(reason="A reason"))
    ]
    assert found
    for opening in found:
        kind = TYPES[opening.type]
        assert opening.fields.keys() <= kind.fields.keys()
        given = {**opening.fields, "parent_case": case.case_id, "channel": "System"}
        decision = open_case(kind, "CASE-2026-000002", given, ctx(related=(case,)))
        assert decision.ok, decision.problems
        assert not [name for name in opening.fields if kind.fields[name].personal], "no personal value travels"


@pytest.mark.parametrize("code", MINE)
def test_sample_opens_with_moves_to_make_and_something_due(code):
    """The sample of a type opens, has moves, and is due for something."""
    case = open_(TYPES[code], **TYPES[code].sample)
    assert case.status == TYPES[code].initial
    assert allowed(TYPES[code], case, ctx())
    assert case.instant("due") is not None
    assert case.text("due_what")


@pytest.mark.parametrize("code", MINE)
def test_every_state_is_reached_and_left(code):
    """No state is a dead end, and none stands in the list unreached."""
    kind = TYPES[code]
    reached, waiting = {kind.initial}, [kind.initial]
    while waiting:
        here = waiting.pop()
        following = {move.to for move in kind.moves if move.to and here in starts(kind, move)} - reached
        reached |= following
        waiting += following
    assert reached == set(kind.states)
    assert all(
        any(state in starts(kind, move) and move.to for move in kind.moves)
        for state in kind.states
        if state != "Closed"
    )


@pytest.mark.parametrize("code", MINE)
def test_queue_shows_six_to_ten_columns_of_its_own(code):
    """A row can be read without opening the case."""
    shown = [field for field in TYPES[code].form if field.queue]
    assert 5 <= len(shown) <= 10, [field.name for field in shown]


@pytest.mark.parametrize("code", MINE)
def test_what_a_move_sets_is_a_field_and_what_it_needs_can_be_typed(code):
    """A needed field that nobody can type would lock the move."""
    kind = TYPES[code]
    for move in kind.moves:
        assert not [name for name in move.needs if kind.fields[name].system], move.verb
        if move.sets is not None:
            assert move.sets(open_(kind, **kind.sample), ctx(reason="A reason")).keys() <= kind.fields.keys()


@pytest.mark.parametrize("code", MINE)
def test_fields_needed_after_the_freeze_can_still_be_typed(code):
    """A move that needs a field from a state in which it is frozen could never be made."""
    kind = TYPES[code]
    for move in kind.moves:
        frozen = starts(kind, move) <= kind.frozen_from and bool(starts(kind, move))
        for name in move.needs:
            field = kind.fields[name]
            earlier = {
                need for other in kind.moves if not starts(kind, other) & kind.frozen_from for need in other.needs
            }
            assert not frozen or field.late or name in earlier or name == "decision", (move.verb, name)


@pytest.mark.parametrize("code", MINE)
def test_months_later_every_case_can_still_be_read(code):
    """Nothing that is worked out fails when time has passed."""
    case = open_(TYPES[code], **TYPES[code].sample)
    later = done(TYPES[code], case, "note", ctx(now=NOW + timedelta(days=400), reason="Looked at again"))
    assert later.status == case.status


@pytest.mark.parametrize("code", MINE)
def test_every_choice_has_choices_and_every_list_of_choices_is_short(code):
    """A list to choose from is not empty and fits a drop-down."""
    for field in TYPES[code].form:
        if field.kind is FieldKind.CHOICE:
            assert 2 <= len(field.choices) <= 20, field.name
            assert len(", ".join(field.choices)) <= 255, field.name
