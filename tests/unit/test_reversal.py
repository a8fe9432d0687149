"""Taking back the last step: a compensating event, what it restores, and what it refuses with which words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases_kit import PEOPLE
from service_kit import Clock, assert_sound, make_service, with_toy
from toy_case import TOY

from addin.logic.cases import case_types
from addin.logic.reversal import TAKEN_BACK
from addin.service import RowRequest

ONE = "CASE-2026-000001"


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    with_toy(monkeypatch)


@pytest.fixture(name="service")
def fixture_service():
    """A register with one key that was prepared and lent by a.khan."""
    service = make_service(clock=Clock())
    given = {"door": "7", "keys": 2, "borrower": "Ada Ngo"}
    assert service.open_cases([RowRequest("", given, opens="TOY")]).ok
    for verb in ("prepare", "lend"):
        assert service.press(verb, [RowRequest(ONE)]).ok
    return service


def back(service, reason="Pressed by mistake", **more):
    return service.take_back([RowRequest(ONE, reason=reason, **more)])


def case(service):
    return service.journal.case(ONE)


def code(outcome):
    return [problem.code for problem in outcome.problems]


def test_state_and_fields_go_back_to_what_they_were(service):
    """What the step worked out is emptied again; what was there before stays, personal values too."""
    outcome = back(service)
    assert outcome.ok, outcome.message
    assert "'Lend' taken back" in outcome.message
    assert case(service).status == "Ready"
    assert not case(service).has("lent_by")
    assert case(service).text("borrower") == "Ada Ngo"
    assert_sound(service.journal)


def test_the_event_says_what_was_taken_back_and_why(service):
    """Nothing is deleted: the step and its taking back both stand."""
    head = service.journal.head().seq
    back(service)
    event = list(service.journal.events())[-1]
    assert (event.kind, event.reason, event.data["reverses"]) == (TAKEN_BACK.name, "Pressed by mistake", head)
    assert service.kinds.sentence(event) == f"a.khan took back 'Lend' (event {head}) on {ONE}: 'Ready' again"


def test_step_by_step_back_to_the_beginning(service):
    """One after the other; the opening itself is not a step."""
    assert back(service).ok
    assert back(service).ok
    assert case(service).status == "New"
    assert code(back(service)) == ["REV-01"]


def test_a_step_made_again_can_be_taken_back_again(service):
    """Lent, taken back, lent again: the newer step is the last."""
    back(service)
    assert service.press("lend", [RowRequest(ONE)]).ok
    assert back(service).ok
    assert back(service).ok
    assert case(service).status == "New"


def test_what_somebody_typed_since_stays(service):
    """A later edit of another field, and of a field the step had set itself, is not undone."""
    assert service.press("hold", [RowRequest(ONE, {"tags": ("blue",)}, "Wait")]).ok
    assert service.edit([RowRequest(ONE, {"weight": None, "tags": ("red",)})]).ok
    assert back(service).ok
    assert case(service).status == "Lent"
    assert case(service).items("tags") == ("red",)


def test_it_takes_a_reason(service):
    """As every step that an auditor will ask about."""
    assert code(back(service, reason=" ")) == ["MOVE-REASON"]
    assert case(service).status == "Lent"


def test_another_person_may_not_unless_senior_qa(service):
    """Who made the step, or Senior QA."""
    assert code(back(service.acting(PEOPLE["b.lowe"]))) == ["REV-05"]
    assert back(service.acting(PEOPLE["s.moreau"])).ok


def test_a_step_that_opened_a_living_case_stays(service):
    """The other case is named; once it is cancelled the step can be taken back."""
    assert service.press("return", [RowRequest(ONE)]).ok
    outcome = back(service)
    assert code(outcome) == ["REV-04"]
    assert "CASE-2026-000002" in outcome.message
    assert service.press("cancel", [RowRequest("CASE-2026-000002", reason="Not needed")]).ok
    assert back(service).ok
    assert case(service).status == "Lent"


def test_a_case_that_is_over_is_reopened_first(service):
    """Closing is undone by reopening, which has its own rules."""
    assert service.press("cancel", [RowRequest(ONE, reason="No")]).ok
    assert code(back(service)) == ["REV-02"]


def test_the_same_key_takes_back_once(service):
    """A double click undoes one step, not two."""
    assert back(service, key="k1").ok
    assert back(service, key="k1").ok
    assert case(service).status == "Ready"


LASTING = [
    (kind.code, move.verb, move.lasting) for kind in case_types().values() for move in kind.moves if move.lasting
]


def test_every_refund_that_was_sent_stays_and_says_why():
    """Money that left cannot be called back by a press: the provider has to give it back."""
    sent = {verb: words for code_, verb, words in LASTING if code_ == "RFD"}
    assert {"submit", "retry", "accept", "settle"} <= sent.keys()
    assert all("Reverse" in sent[verb] for verb in ("submit", "retry", "accept", "settle"))


@pytest.mark.parametrize(("code_", "verb", "words"), LASTING)
def test_the_reason_why_a_step_stays_reads_as_a_sentence(code_, verb, words):
    """It follows "... cannot be taken back: "."""
    assert words[0].islower()
    assert words.endswith(".")


def test_a_step_with_an_effect_outside_is_refused_with_its_reason(service, monkeypatch):
    """The words of its row are told."""
    moves = tuple(replace(move, lasting="the key is gone." if move.verb == "lend" else "") for move in TOY.moves)
    types = {**case_types(), "TOY": replace(TOY, moves=moves)}
    for place in ("work", "register"):
        monkeypatch.setattr(f"addin.service.{place}.case_types", lambda: types)
    outcome = back(service)
    assert code(outcome) == ["REV-03"]
    assert "cannot be taken back: the key is gone." in outcome.message
    assert case(service).status == "Lent"
