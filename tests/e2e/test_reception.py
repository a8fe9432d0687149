"""Messages sent twice, chasers and card numbers at the Desk."""

from __future__ import annotations

from e2e_kit import Day, refused

from addin.register.layout import DESK_COLUMNS, PROPOSAL_HEADER, PROPOSAL_ROWS, WORKLIST_HEADER

WHERE = "where is order 5200417302? it says preparing since yesterday"


def taken(day: Day, text: str, sender: str = "Nadia (Care)") -> None:
    """Paste a message, read it and take what it proposes."""
    day.sure(day.paste(text, sender))
    day.sure(day.click("desk.take"))


def test_the_same_request_sent_again_on_the_day_is_noted_and_not_opened_twice(day: Day) -> None:
    """A second message about the same order and type within the policy's hours goes to the open case."""
    taken(day, WHERE)
    case = day.only("OST").case_id
    taken(day, "any news on order 5200417302? where is it?", "Omar (Care)")
    assert day.only("OST").case_id == case
    note = day.events(case, "case.noted.v1")[0]
    assert note.reason.startswith("Asked again by Omar (Care)")


def test_the_same_request_days_later_is_a_case_of_its_own(day: Day) -> None:
    """After the policy's hours a new message opens a new case, unless it chases the old one."""
    taken(day, WHERE)
    day.on(hours=30)
    taken(day, WHERE.replace("yesterday", "Monday"))
    assert len(day.service.journal.cases(types=["OST"])) == 2


def test_a_chaser_never_opens_a_refund(day: Day) -> None:
    """Who chases a refund that is not open is told where to look; the proposal waits."""
    day.sure(day.paste("following up AGAIN on refund for 5200417309, still nothing", "Omar (Care)"))
    assert "chaser never opens one" in refused(day.click("desk.take"), "TAKE-CHASER")
    assert day.service.journal.cases(types=["RFD"]) == []
    assert len(day.proposals()) == 1


def test_a_card_number_is_redacted_before_anything_is_stored(day: Day) -> None:
    """Neither journal nor workbook ever holds the number; the last four digits stay."""
    day.sure(day.paste("refund on another card 4111 1111 1111 1111 exp 03/28 please, order 5200417314", "Omar (Care)"))
    day.save()
    journal = day.journal_bytes()
    assert b"4111 1111" not in journal
    assert b"1111 1111 1111" not in journal
    assert b"****1111" in journal
    assert day.book.sheets["Desk"].range("B8").value is None


def test_a_message_that_names_its_case_is_linked_to_it(day: Day) -> None:
    """It asks for nothing that would be a case of its own; it is noted on the one it names, and opens none."""
    taken(day, WHERE)
    case = day.only("OST").case_id
    taken(day, f"re {case}: the customer is fine with Thursday", "Omar (Care)")
    assert day.only("OST").case_id == case
    assert "by Omar (Care)" in day.events(case, "case.noted.v1")[0].reason


def test_a_message_that_names_a_closed_case_proposes_nothing(day: Day) -> None:
    """What is over is not noted on silently; the text says that nothing is proposed."""
    taken(day, WHERE)
    case = day.only("OST").case_id
    day.sure(day.press("requests.cancel", case, reason="Asked by mistake"))
    outcome = day.sure(day.paste(f"re {case}: thanks for the help", "Omar (Care)"))
    assert "no case is proposed" in outcome.message


def test_more_proposals_than_lines_never_run_over_the_worklist(day: Day) -> None:
    """The first ones are shown, the next follow when these are taken; what stands below keeps its place."""
    talk = "\n".join(f"[07/09/2026, 09:{at:02d}] Omar: where is order 52004990{at:02d}?" for at in range(10, 19))
    assert day.paste(talk).ok
    assert len(day.proposals()) == PROPOSAL_ROWS
    titles = [title for title, _ in DESK_COLUMNS]
    header = day.book.sheets["Desk"].range((WORKLIST_HEADER, 2), (WORKLIST_HEADER, 1 + len(titles)))
    assert header.value == titles
    taken = 0
    while lines := day.proposals():
        for offset in range(len(lines)):
            day.book.sheets["Desk"].range((PROPOSAL_HEADER + 1 + offset, 2)).value = "Yes"
        assert day.click("desk.take").ok
        taken += len(lines)
    assert taken == 9
    assert header.value == titles
