"""Laws of the machine, over a small table and over every real case type: random people press random buttons.

Whatever is pressed: the case stays in a declared state, its events alone tell the same case, a refusal changes nothing,
and nothing that a rule answers or an event holds is of a kind that cannot be kept.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cases_kit import NOW, PEOPLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy_case import TOY

from addin.logic.case_type import Case, CaseType, Context
from addin.logic.cases import case_types
from addin.logic.common_form import FINAL_STATES
from addin.logic.events import canonical, seal
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.machine import Decision, allowed, decide, edit, fold, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money

KINDS = [TOY, *case_types().values()]
STEPS = 8
days = st.dates(date(2026, 10, 1), date(2027, 1, 31))
values: dict[FieldKind, st.SearchStrategy[Value]] = {
    FieldKind.TEXT: st.sampled_from(["x", "a.khan", "b.lowe", "customer"]) | st.text("abc £=", min_size=1, max_size=9),
    FieldKind.NOTE: st.sampled_from(["Because.", "Sure", "two\nlines"]),
    FieldKind.ID: st.sampled_from(["4102938475", "1Z999AA10123456784", "7", "CASE-2026-000001", "SW1A 1AA", "a.khan"]),
    FieldKind.FLAG: st.booleans(),
    FieldKind.COUNT: st.integers(-2, 12),
    FieldKind.NUMBER: st.decimals(-1, 100, places=2),
    FieldKind.MONEY: st.builds(Money.from_minor, st.integers(-100, 900_000), st.sampled_from(["GBP", "GBP", "EUR"])),
    FieldKind.DAY: days,
    FieldKind.INSTANT: st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 31), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=0)
    ),
    FieldKind.LIST: st.lists(st.sampled_from(["a.jpg", "b.pdf", "CASE-2026-000002"]), min_size=1, max_size=2).map(
        tuple
    ),
}


def value_for(field: Field) -> st.SearchStrategy[Value | None]:
    """Something a person could have typed into a field, or a blank."""
    if field.kind is FieldKind.CHOICE:
        return st.sampled_from([*field.choices, None])
    return values[field.kind] | st.none()


def from_sample(kind: CaseType) -> dict[str, Value | None]:
    """The type's own sample as values."""
    return {name: kind.fields[name].read(text)[0] for name, text in kind.sample.items()}


@st.composite
def people(draw: st.DrawFn, now: datetime, related: tuple[Case, ...] = ()) -> Context:
    """Somebody, with or without a reason."""
    actor = draw(st.sampled_from(sorted(PEOPLE.values(), key=lambda person: person.id)))
    return Context(actor, now, DEFAULT_POLICY, draw(st.sampled_from(["Because.", ""])), related, PEOPLE)


def checked(kind: CaseType, before: Case | None, decision: Decision) -> Case | None:
    """A decision that keeps every law; answers the case that stands after it."""
    assert all(problem.message and problem.code for problem in (*decision.problems, *decision.warnings))
    if not decision.ok:
        assert decision.drafts == ()
        assert before is None or decision.case == before
        return before
    after = decision.case
    assert after.status in {*kind.states, *FINAL_STATES}
    told = before
    for draft in decision.drafts:
        canonical(dict(draft.data))
        sealed, kept = seal(draft, lambda: "salt")
        assert len(kept) == len(
            [n for n in draft.data["set"] if n in kind.personal and draft.data["set"][n] is not None]
        )
        assert not kind.personal & draft.data.get("was", {}).keys()
        assert sealed.data.keys() == draft.data.keys()
        told = fold(kind, told, after.case_id, after.version, draft.data, draft.data["set"])
    assert told == after
    assert told is None or {n: type(v) for n, v in told.fields.items()} == {n: type(v) for n, v in after.fields.items()}
    return after


def one_press(kind: CaseType, case: Case, data: st.DataObject, now: datetime) -> Case:
    """One random press or edit of a case."""
    related = data.draw(st.sampled_from([(), (replace(case, case_id="CASE-2026-000002"),)]))
    ctx = data.draw(people(now, related))
    typed = [name for name, field in kind.fields.items() if not field.system]
    names = data.draw(st.lists(st.sampled_from(typed), max_size=4, unique=True))
    changes = {name: data.draw(value_for(kind.fields[name])) for name in names}
    leaving = [move.verb for move, problems in allowed(kind, case, ctx) if not problems]
    choices = st.sampled_from(sorted(kind.all_moves)) | (st.sampled_from(leaving) if leaving else st.nothing())
    verb = data.draw(choices | st.none())
    decision = edit(kind, case, changes, ctx) if verb is None else decide(kind, case, verb, changes, ctx)
    found = checked(kind, case, decision)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_presses_keep_every_law(kind: CaseType, data: st.DataObject) -> None:
    """From a case opened with its sample, with half of it, or with what the type asks alone."""
    sample = from_sample(kind)
    names = data.draw(st.sampled_from([list(sample), [*kind.asks], list(sample)[::2]]))
    given_ = {name: sample.get(name) for name in {*names, *kind.asks}}
    now = NOW
    case = checked(kind, None, open_case(kind, "CASE-2026-000001", given_, data.draw(people(now))))
    if case is None:
        return
    for version in range(1, STEPS + 1):
        now += timedelta(hours=data.draw(st.integers(0, 40)))
        case = one_press(kind, replace(case, version=version), data, now)


def opener(kind: CaseType) -> Context:
    """Somebody who may open the type."""
    actor = next(person for person in PEOPLE.values() if person.may(kind.openers))
    return Context(actor, NOW, DEFAULT_POLICY, "Because.", (), PEOPLE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
@settings(max_examples=20)
@given(data=st.data())
def test_folding_in_two_goes_is_folding_in_one(kind: CaseType, data: st.DataObject) -> None:
    """A prefix of a case's events and then the rest gives what all of them give, and what was decided."""
    ctx = opener(kind)
    decision = open_case(kind, "CASE-2026-000001", from_sample(kind), ctx)
    assert decision.ok, decision.problems
    events = [draft.data for draft in decision.drafts]
    for _ in range(4):
        name = data.draw(st.sampled_from([n for n, f in kind.fields.items() if not f.system]))
        decision = edit(kind, decision.case, {name: data.draw(value_for(kind.fields[name]))}, ctx)
        events += [draft.data for draft in decision.drafts]
    cut = data.draw(st.integers(0, len(events)))
    told: Case | None = None
    for part in (events[:cut], events[cut:]):
        for event in part:
            told = fold(kind, told, "CASE-2026-000001", 0, event, event["set"])  # type: ignore[arg-type]
    assert told == decision.case
