"""Cases that belong together: merged, linked, handed over and parted, without losing a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cases_kit import NOW, PEOPLE
from service_kit import Clock, assert_sound, make_service, with_toy

from addin.logic.case_type import Case
from addin.logic.evidence import Piece, pieces
from addin.logic.forms import Value
from addin.logic.outcome import Outcome
from addin.logic.system_kinds import VERSION_MARKED
from addin.logic.values import Money
from addin.service import RowRequest, Service

ONE, TWO, THREE = (f"CASE-2026-00000{number}" for number in (1, 2, 3))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Service:
    """A register with the small case type in it."""
    with_toy(monkeypatch)
    return make_service(clock=clock)


def opened(service: Service, kind: str = "TOY", **fields: Value | None) -> str:
    """A new case."""
    outcome = service.open_cases([RowRequest("", fields, opens=kind)])
    assert outcome.ok, outcome.message
    return outcome.rows[0].case_id


def pressed(service: Service, verb: str, case_id: str, reason: str = "Because", **fields: Value | None) -> Outcome:
    """A move that must be made."""
    outcome = service.press(verb, [RowRequest(case_id, fields, reason)])
    assert outcome.ok, outcome.message
    return outcome


def refused(service: Service, verb: str, case_id: str, reason: str = "Because", **fields: Value | None) -> str:
    """The message of a move that must be refused, and nothing written; a day's first press marks its version."""
    head = service.journal.head()
    outcome = service.press(verb, [RowRequest(case_id, fields, reason)])
    assert not outcome.ok
    written = {event.kind for event in service.journal.events(after=head.seq)}
    assert written <= {"case.refused.v1", VERSION_MARKED.name}
    return outcome.message


def case(service: Service, case_id: str) -> Case:
    """A case as it stands."""
    found = service.journal.case(case_id)
    assert found is not None
    return found


def facts(found: Case) -> Mapping[str, Value]:
    """What a case holds besides the marks of having been joined."""
    marks = {"merged_cases", "differences", "gave", "merged_from", "due", "due_what", "sla_due", "ack_due", "priority"}
    return {name: value for name, value in found.fields.items() if name not in marks}


def test_a_merge_fills_what_is_empty_adds_to_lists_and_keeps_both_where_they_differ(service: Service) -> None:
    opened(service, door="7", keys=2, tags=("red", "old"))
    opened(service, door="9", deposit=Money.parse("GBP 20.00"), tags=("old", "new"), borrower="Ada Ngo")
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    kept, gone = case(service, ONE), case(service, TWO)
    assert (gone.status, gone.text("duplicate_of")) == ("Duplicate", ONE)
    assert (kept.text("door"), kept.count("keys"), kept.text("borrower")) == ("7", 2, "Ada Ngo")
    assert kept.money("deposit") == Money.parse("GBP 20.00")
    assert kept.items("tags") == ("red", "old", "new")
    assert kept.items("merged_cases") == (TWO,)
    assert kept.items("differences") == (f"{TWO} has Door: 9",)
    assert gone.text("door") == "9"
    assert_sound(service.journal)


def test_personal_values_of_a_merge_stay_out_of_the_chain(service: Service) -> None:
    opened(service, door="7", borrower="Bea Holt")
    opened(service, door="7", borrower="Ada Ngo")
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    assert case(service, ONE).items("differences") == (f"{TWO} has Borrower: Ada Ngo",)
    assert not any("Ada" in event.text or "Bea" in event.text for event in service.journal.events())


def test_parting_takes_back_exactly_what_was_given(service: Service) -> None:
    """Both cases are again what they were, whatever the merge had filled, added or noted."""
    opened(service, door="7", tags=("red",))
    opened(service, door="9", keys=3, borrower="Ada Ngo", tags=("red", "new"))
    before = facts(case(service, ONE)), facts(case(service, TWO))
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    pressed(service, "part", TWO)
    assert (facts(case(service, ONE)), facts(case(service, TWO))) == before
    assert (case(service, ONE).status, case(service, TWO).status) == ("New", "New")
    assert not any(case(service, ONE).has(name) for name in ("merged_cases", "differences"))
    assert not any(case(service, TWO).has(name) for name in ("gave", "duplicate_of", "closed_at", "merged_from"))
    assert_sound(service.journal)


def test_parting_leaves_alone_what_somebody_changed_since(service: Service) -> None:
    opened(service, door="7")
    opened(service, door="7", keys=3, tags=("new",))
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    service.edit([RowRequest(ONE, {"keys": 1, "tags": ("new", "mine")})])
    pressed(service, "part", TWO)
    assert (case(service, ONE).count("keys"), case(service, ONE).items("tags")) == (1, ("mine",))


def test_two_duplicates_are_parted_one_by_one(service: Service) -> None:
    for keys in (None, 2, 3):
        opened(service, door="7", keys=keys)
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    pressed(service, "duplicate", THREE, duplicate_of=ONE)
    assert case(service, ONE).items("differences") == (f"{THREE} has Keys: 3",)
    pressed(service, "part", TWO)
    kept = case(service, ONE)
    assert (kept.items("merged_cases"), kept.has("keys")) == ((THREE,), False)
    assert kept.items("differences") == (f"{THREE} has Keys: 3",)


def test_reopening_a_duplicate_parts_it(service: Service) -> None:
    """A case is never worked on twice: what it gave comes back with it."""
    opened(service, door="7")
    opened(service, door="7", keys=3)
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    pressed(replace(service, actor=PEOPLE["s.moreau"]), "reopen", TWO)
    assert not case(service, ONE).has("keys")
    assert not case(service, ONE).has("merged_cases")
    assert case(service, TWO).count("keys") == 3


def test_a_frozen_case_is_not_filled_by_a_merge(service: Service) -> None:
    """What was decided upon stays as it was; the other value stands beside it."""
    opened(service, door="7", keys=2, borrower="Ada Ngo")
    pressed(service, "prepare", ONE)
    pressed(service, "lend", ONE)
    opened(service, door="7", deposit=Money.parse("GBP 20.00"), tags=("new",))
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    kept = case(service, ONE)
    assert (kept.has("deposit"), kept.items("tags")) == (False, ("new",))
    assert kept.items("differences") == (f"{TWO} has Deposit: £20.00",)


def test_a_field_that_is_not_the_actors_to_change_is_not_changed_by_a_merge(service: Service) -> None:
    opened(service, door="7")
    opened(service, door="7")
    senior = replace(service, actor=PEOPLE["s.moreau"])
    assert senior.edit([RowRequest(TWO, {"remark": "Seen"})]).ok
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    assert not case(service, ONE).has("remark")
    assert case(service, ONE).items("differences") == (f"{TWO} has Remark: Seen",)


def test_a_rule_of_the_kept_case_refuses_the_whole_merge(service: Service) -> None:
    """Neither case changes, and the words name the case that the rule is about."""
    opened(service, door="9")
    opened(service, door="9")
    with service.journal.write() as writer:  # a value from before the rule was made
        writer.save(replace(case(service, ONE), fields={**case(service, ONE).fields, "door": "13"}))
    assert f"{ONE}: Door 13 does not exist." in refused(service, "duplicate", TWO, duplicate_of=ONE)
    assert case(service, TWO).status == "New"


@pytest.mark.parametrize(
    ("of", "words"),
    [("CASE-2026-000077", "There is no case"), (THREE, "of another type"), (TWO, "cannot be a duplicate of itself")],
)
def test_a_case_is_merged_into_a_case_of_its_kind_that_is_there(service: Service, of: str, words: str) -> None:
    opened(service, door="7")
    opened(service, door="7")
    opened(service, "OST", order_no="5200417300")
    assert words in refused(service, "duplicate", TWO, duplicate_of=of)


def test_nothing_is_merged_into_a_case_that_is_over(service: Service) -> None:
    """And the words name the case that took it over."""
    for _ in range(3):
        opened(service, door="7")
    pressed(service, "duplicate", TWO, duplicate_of=ONE)
    assert f"Name {ONE}" in refused(service, "duplicate", THREE, duplicate_of=TWO)


def test_a_link_stands_on_both_cases_and_is_taken_off_both(service: Service) -> None:
    opened(service, door="7")
    opened(service, "OST", order_no="5200417300")
    pressed(service, "link", ONE, other_case=TWO.lower())
    assert case(service, ONE).items("linked_cases") == (TWO,)
    assert case(service, TWO).items("linked_cases") == (ONE,)
    assert not case(service, ONE).has("other_case")
    pressed(service, "unlink", TWO, other_case=ONE)
    assert not case(service, ONE).has("linked_cases")
    assert not case(service, TWO).has("linked_cases")
    assert_sound(service.journal)


def test_a_link_needs_a_case_at_its_other_end(service: Service) -> None:
    opened(service, door="7")
    assert "no case" in refused(service, "link", ONE, other_case="CASE-2026-000044")
    assert "itself" in refused(service, "link", ONE, other_case=ONE)
    assert "not linked" in refused(service, "unlink", ONE, other_case="CASE-2026-000044")


@pytest.mark.rule("COM-04")
def test_a_case_is_given_to_somebody_who_works_here(service: Service) -> None:
    """Not to a slip of the pen, not to an auditor; the refusal lists who can have it."""
    opened(service, door="7")
    for owner in ("b.low", "x.audit"):
        words = refused(service, "give", ONE, owner=owner)
        assert "nobody who works on cases" in words
        assert "b.lowe" in words
    pressed(service, "give", ONE, owner="B.Lowe")
    pressed(service, "take", ONE)
    assert case(service, ONE).text("owner") == "a.khan"


@pytest.mark.rule("COM-05")
def test_a_triage_decides_something_and_says_why(service: Service) -> None:
    """Owner, priority or a wait, in one press for as many rows as are selected."""
    for _ in range(3):
        opened(service, door="7")
    assert "nothing to triage by" in refused(service, "triage", ONE)
    assert "needs a reason" in refused(service, "triage", ONE, reason="", owner="b.lowe")
    given = {"owner": "b.lowe", "priority_wanted": "P2", "waiting_on": "Customer", "waiting_until": date(2026, 11, 25)}
    outcome = service.press("triage", [RowRequest(f"CASE-2026-{n:06d}", given, "Peak") for n in (1, 2, 3)])
    assert outcome.ok
    found = case(service, THREE)
    assert (found.text("owner"), found.text("priority"), found.instant("waiting_since")) == ("b.lowe", "P2", NOW)


def handover(service: Service, **fields: Value | None) -> str:
    """A handover that can be accepted."""
    told: dict[str, Value | None] = {
        "shift": "Late", "to_person": "b.lowe", "promised": "None", "risks": "None", "readback": "Got it",
    }  # fmt: skip
    return opened(service, "HND", **(told | fields))


def test_the_receiver_owns_what_was_handed_over(service: Service) -> None:
    """The writer's cases and those that nobody has; never another person's."""
    for _ in range(3):
        opened(service, door="7")
    pressed(service, "take", ONE)
    pressed(service, "give", THREE, owner="q.reid")
    shift = handover(service, open_cases=(ONE,), covered_cases=(TWO, THREE, "none"))
    receiver = replace(service, actor=PEOPLE["b.lowe"])
    pressed(receiver, "accept", shift)
    assert [case(service, one).text("owner") for one in (ONE, TWO, THREE)] == ["b.lowe", "b.lowe", "q.reid"]
    assert_sound(service.journal)


def test_an_absence_gives_back_what_is_left_when_it_ends(service: Service, clock: Clock) -> None:
    """While it lasts nothing new is given to the absent person, and the refusal names who covers."""
    for _ in range(2):
        opened(service, door="7")
        pressed(service, "take", f"CASE-2026-00000{_ + 1}")
    days = {"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 27)}
    shift = handover(service, open_cases=(ONE, TWO), **days)
    receiver = replace(service, actor=PEOPLE["b.lowe"])
    pressed(receiver, "accept", shift)
    assert service.away(date(2026, 11, 23)) == {}
    clock.now += timedelta(days=2)
    assert service.away(date(2026, 11, 25)) == {"a.khan": "b.lowe"}
    assert "Give it to b.lowe, who covers" in refused(receiver, "give", ONE, owner="a.khan")
    pressed(receiver, "give", TWO, owner="s.moreau")
    pressed(receiver, "close", shift)
    assert service.away(date(2026, 11, 25)) == {}
    assert (case(service, ONE).text("owner"), case(service, ONE).has("covered_for")) == ("a.khan", False)
    assert case(service, TWO).text("owner") == "s.moreau"


def test_evidence_of_a_merged_case_goes_to_the_case_that_is_kept(service: Service) -> None:
    """Files are attached to one case and prove the other: none is lost with the duplicate."""
    one, two = opened(service, door="7"), opened(service, door="9")
    piece = Piece("a.pdf", "Invoice", "0" * 64, 8, "")
    assert service.attach(two, [piece]).ok
    pressed(service, "duplicate", two, duplicate_of=one)
    assert [held.name for held in pieces(case(service, one))] == ["a.pdf"]
    assert_sound(service.journal)
