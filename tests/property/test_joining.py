"""Laws of merging: whatever two cases hold, nothing is lost, and parting gives back what was there before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases_kit import NOW, PEOPLE
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_case import TOY

from addin.logic.case_type import Case, CaseType, Context
from addin.logic.cases import case_types
from addin.logic.forms import FieldKind, Value
from addin.logic.joining import Join, join
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money

KINDS = [TOY, *(case_types()[code] for code in ("OST", "CRP", "UPC"))]
KEPT, GONE = "CASE-2026-000001", "CASE-2026-000002"
CONTEXT = Context(PEOPLE["s.moreau"], NOW, DEFAULT_POLICY, "Because.", (), PEOPLE)
texts = st.sampled_from(["a", "b", "c; d", "=1+1", "x" * 400])
VALUES: dict[FieldKind, st.SearchStrategy[Value]] = {
    FieldKind.TEXT: texts, FieldKind.NOTE: texts, FieldKind.ID: texts, FieldKind.FLAG: st.booleans(),
    FieldKind.COUNT: st.integers(0, 3), FieldKind.NUMBER: st.decimals(0, 3, places=1),
    FieldKind.MONEY: st.builds(Money.from_minor, st.integers(0, 3), st.just("GBP")),
    FieldKind.LIST: st.lists(st.sampled_from(["p", "q: r", "s"]), min_size=1, unique=True).map(tuple),
}  # fmt: skip
#: What says how a case is worked on; it stays each case's own.
OWN = {"owner", "priority_wanted", "waiting_on", "waiting_until", "duplicate_of", "other_case", "linked_cases",
       "no_ticket_why"}  # fmt: skip


def facts(kind: CaseType, data: st.DataObject) -> dict[str, Value]:
    """What a case of the type may hold in its typed fields."""
    names = [name for name, field in kind.fields.items() if not field.system and field.kind in VALUES]
    chosen = data.draw(st.lists(st.sampled_from(names), max_size=8, unique=True))
    return {name: data.draw(VALUES[kind.fields[name].kind]) for name in chosen}


def after(case: Case, changes: object) -> Case:
    """A case with what a join sets."""
    merged = {**case.fields, **dict(changes)}  # type: ignore[call-overload]
    return replace(case, fields={name: value for name, value in merged.items() if value not in (None, "", ())})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
@settings(max_examples=40)
@given(data=st.data())
def test_no_value_is_lost_and_parting_restores_both(kind: CaseType, data: st.DataObject) -> None:
    """Each value of the merged case is in use on the kept one, in its list, or among the differences."""
    frozen = data.draw(st.sampled_from([kind.initial, *sorted(kind.frozen_from)]))
    kept = Case(KEPT, kind.code, frozen, facts(kind, data))
    gone = Case(GONE, kind.code, kind.initial, {**facts(kind, data), "duplicate_of": KEPT})
    met = join(kind, gone, Join.MERGE, replace(CONTEXT, related=(kept,)))
    assert met.problems == ()
    (effect,) = met.effects
    both, merged = after(kept, effect.sets), after(gone, met.mine)
    for name, value in gone.fields.items():
        if name in OWN:
            continue
        told = any(line.startswith(f"{GONE} has {kind.fields[name].title}: ") for line in both.items("differences"))
        held = both.fields.get(name)
        assert held == value or told or (isinstance(value, tuple) and set(value) <= set(held or ())), name  # type: ignore[arg-type]
    for name, value in kept.fields.items():
        now = both.fields[name]
        assert now == value or (isinstance(value, tuple) and isinstance(now, tuple) and now[: len(value)] == value)

    parted = join(kind, merged, Join.PART, replace(CONTEXT, related=(both,)))
    (back,) = parted.effects
    assert after(both, back.sets).fields == kept.fields
    assert after(merged, parted.mine).fields == gone.fields
