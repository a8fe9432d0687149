"""Messages that take earlier ones back, when those have become cases already: linked, said, and never acted on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from service_kit import Clock, assert_sound, make_service

from addin.logic.intake import ChatMessage, read_conversation
from addin.logic.outcome import Outcome
from addin.reception import profile_of, proposal_rows, read_messages, take_all, waiting
from addin.service import RowRequest, Service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> Service:
    return make_service(clock=clock)


def said(service: Service, *lines: tuple[str, str]) -> Outcome:
    """Messages pasted together."""
    now = service.clock()
    return read_messages(service, [ChatMessage(f"m{at}", now, who, text) for at, (who, text) in enumerate(lines)])


def opened(service: Service, who: str, text: str) -> str:
    """The case that a message became; answers its number."""
    assert said(service, (who, text)).ok
    outcome = take_all(service, waiting(service))
    assert outcome.ok, outcome.message
    return outcome.rows[-1].case_id


@pytest.mark.parametrize(
    "words",
    [
        "sorry, please ignore my last message",
        "forget what I asked re 5200417302",
        "5200417302 found it, all sorted now",
        "don't cancel 5200417302 after all",
        "annulez pas 5200417302 svp",
    ],
)
def test_what_takes_a_case_back_is_linked_to_it_and_said(service: Service, words: str) -> None:
    """The case goes on only after somebody has looked: it is named in the answer, and the message noted on it."""
    case = opened(service, "Omar", "please cancel 5200417302")
    outcome = said(service, ("Omar", words))
    assert f"An earlier message is taken back: look at {case} before you go on with it." in outcome.message
    (line,) = waiting(service)
    assert (line.fields["case_id"], line.flags) == (case, ("takes_back_earlier_message",))
    assert take_all(service, [line]).ok
    found = service.journal.case(case)
    assert found is not None
    assert not found.is_final
    assert not found.flag("customer_waits")
    (note,) = service.journal.events(case_id=case, kinds=["case.noted.v1"])
    assert note.reason.startswith("Taken back or called settled by Omar")
    assert len(service.journal.cases()) == 1
    assert_sound(service.journal)


def test_another_persons_case_is_not_taken_back_by_last_message(service: Service) -> None:
    """The last message of a sender is the sender's own."""
    opened(service, "Lena", "please cancel 5200417302")
    assert "taken back" not in said(service, ("Omar", "ignore my last message")).message


def test_a_withdrawal_read_together_with_its_message_needs_no_link(service: Service) -> None:
    """The withdrawn message proposes nothing, and an older case of the same sender is left alone."""
    opened(service, "Omar", "where is 5200417301?")
    outcome = said(service, ("Omar", "please cancel 5200417302"), ("Omar", "ignore my last message"))
    assert "no case is proposed" in outcome.message
    assert "taken back" not in outcome.message


def test_an_old_case_is_not_meant_by_last_message(service: Service, clock: Clock) -> None:
    """After the hours of the policy row `intake.duplicate_hours` nothing is guessed."""
    opened(service, "Omar", "where is 5200417301?")
    clock.now += timedelta(days=9)
    assert "taken back" not in said(service, ("Omar", "ignore my last message")).message


def test_a_proposal_that_still_waits_is_named(service: Service) -> None:
    """Nobody has taken it yet: the answer says which line to set to No."""
    assert said(service, ("Omar", "please cancel 5200417302")).ok
    (line,) = waiting(service)
    outcome = said(service, ("Omar", "ignore my last message"))
    assert f"Proposals of the same sender still wait ({line.ref})" in outcome.message


def test_a_case_that_is_closed_meanwhile_is_not_opened_again(service: Service) -> None:
    """The line that links to it notes nothing and opens nothing; the answer says why."""
    case = opened(service, "Omar", "please cancel 5200417302")
    assert said(service, ("Omar", "ignore my last message")).ok
    assert service.press("cancel", [RowRequest(case, {}, "Taken back by phone")]).ok
    outcome = take_all(service, waiting(service))
    assert "is not open any more; nothing was noted" in outcome.message
    assert len(service.journal.cases()) == 1


def test_a_proposal_names_what_is_open_on_its_order(service: Service) -> None:
    """A question about an order that a refund is open for perhaps belongs there: a person sees it before Take."""
    case = opened(service, "Omar", "please cancel 5200417302")
    assert said(service, ("Lena", "where is 5200417302?"), ("Lena", "where is 5200417303?")).ok
    first, second = proposal_rows(service, 5)
    assert f"{case} is open on this order" in str(first)
    assert "is open on this order" not in str(second)


def test_the_form_of_order_numbers_is_the_policys_in_messages_too(service: Service) -> None:
    """One place says how the house's orders look: messages, imports and the rules read it."""
    row = replace(service.policy.row("id.order_pattern"), value="AU[0-9]{8}")
    profile = profile_of(service.settings, service.policy.amended([row], "test"))
    (read,) = read_conversation([ChatMessage("m1", service.clock(), "CS", "where is AU12345678?")], profile)
    assert tuple(read.orders) == ("AU12345678",)
