"""The work as a whole: the digest, sharing out, handovers, repeats, the month's roll-up, and texts for people."""

from __future__ import annotations

import json
import shutil
from dataclasses import astuple, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cases_kit import NOW, PEOPLE
from service_kit import Clock, assert_sound, make_service

from addin.errors import LetterError
from addin.letters import templates_root
from addin.logic.case_type import Case, CaseType
from addin.logic.cases import case_types
from addin.logic.common_form import WAITED_FOR
from addin.logic.forms import Value
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.repeats import find_repeats
from addin.logic.rollup import Month, pareto, roll_up, told
from addin.logic.values import Money
from addin.logic.workload import NOBODY, digest, late_cases, loads, share_out, worklist
from addin.messaging import EVERYWHERE, make_text, templates_of, texts_for, titles_for
from addin.outbox import items
from addin.register.layout import DESK_COLUMNS, NEXT_ROOM, QUEUES, types_on
from addin.register.projection import desk_cells, desk_lines, next_moves, queue_cells
from addin.service import RowRequest, Service
from addin.workboard import (
    fill_handovers,
    month_roll_up,
    open_handover,
    open_repeats,
    repeats,
    share,
    write_digest,
    write_roll_up,
)

TODAY = NOW.date()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Service:
    """An empty register."""
    found = replace(make_service(clock=clock), folder=tmp_path)
    for name in ("outbox", "packs"):
        (tmp_path / name).mkdir()
    return found


def case(number: int, **fields: Value) -> Case:
    """An order status check that stands as it is told."""
    return Case(f"CASE-2026-{number:06d}", "OST", "New", {"opened_at": NOW, "priority": "P3", **fields})


def opened(service: Service, kind: str, **fields: Value | None) -> str:
    """A new case."""
    outcome = service.open_cases([RowRequest("", fields, opens=kind)])
    assert outcome.ok, outcome.message
    return outcome.rows[0].case_id


# Digest and load -----------------------------------------------------------------------------------------------------


def test_the_most_late_comes_first_in_the_unit_a_person_would_say() -> None:
    """What is not due yet, or over, is not late."""
    cases = [
        case(1, due=NOW - timedelta(minutes=40)),
        case(2, due=NOW - timedelta(days=9)),
        case(3, due=NOW - timedelta(hours=5)),
        case(4, due=NOW + timedelta(minutes=1)),
        replace(case(5, due=NOW - timedelta(days=30)), status="Closed"),
    ]
    assert [(one.case_id[-1], one.words) for one in late_cases(cases, NOW)] == [
        ("2", "9 days"), ("3", "5 h"), ("1", "40 min"),
    ]  # fmt: skip


def test_a_persons_load_counts_urgent_cases_for_more_and_waiting_ones_for_nothing() -> None:
    cases = [
        case(1, owner="a.khan", priority="P1", due=NOW - timedelta(hours=1)),
        case(2, owner="a.khan", priority="P4", waiting_since=NOW),
        case(3, owner="b.lowe", priority="P3", due=NOW + timedelta(hours=2)),
        case(4),
    ]
    found = [astuple(one) for one in loads(cases, NOW, DEFAULT_POLICY)]
    assert found == [
        ("a.khan", 2, 1, 0, 1, 1, 4), ("b.lowe", 1, 0, 1, 0, 0, 2), (NOBODY, 1, 0, 0, 0, 0, 2),
    ]  # fmt: skip


def test_the_digest_is_one_persons_or_everybodys() -> None:
    """It names what nobody has taken in time, and who is away."""
    cases = [case(1, owner="a.khan", due=NOW - timedelta(hours=3)), case(2, ack_due=NOW - timedelta(minutes=5))]
    found = digest(cases, NOW, DEFAULT_POLICY, away={"b.lowe": "a.khan"})
    assert (found.open, found.late_count, found.untaken) == (2, 1, ("CASE-2026-000002",))
    text = "\n".join(found.lines())
    assert "CASE-2026-000001  P3  3 h late" in text
    assert "Away: b.lowe, covered by a.khan" in text
    assert digest(cases, NOW, DEFAULT_POLICY, owner="A.Khan").open == 1
    assert json.loads(json.dumps(found.as_dict()))["most_late"][0]["minutes"] == 180


def test_the_digest_is_a_text_in_the_outbox_folder(service: Service) -> None:
    opened(service, "OST", order_no="5200417300")
    outcome = write_digest(service)
    assert (
        (service.folder / outcome.files[0]).read_text("utf-8").startswith("State of the work, 23/11/2026 10:00: 1 open")
    )


def test_the_worklist_is_in_the_order_in_which_things_are_due() -> None:
    """Then by priority; one person's, nobody's, or all; what is over does not stand there."""
    cases = [
        case(1, due=NOW + timedelta(hours=2), priority="P4", owner="a.khan"),
        case(2, due=NOW + timedelta(hours=1), owner="b.lowe"),
        case(3, due=NOW + timedelta(hours=2), priority="P1"),
        case(4, owner="a.khan"),
        replace(case(5, due=NOW), status="Closed"),
    ]
    assert [one.case_id[-1] for one in worklist(cases)] == ["2", "3", "1", "4"]
    assert [one.case_id[-1] for one in worklist(cases, "A.Khan")] == ["1", "4"]
    assert [one.case_id[-1] for one in worklist(cases, NOBODY)] == ["3"]


# Sharing out ---------------------------------------------------------------------------------------------------------


def test_work_is_shared_by_urgency_to_whoever_has_the_least() -> None:
    """Whoever carries a P1 gets the next one last; the order of the cases does not matter."""
    cases = [case(1, owner="a.khan", priority="P1"), *(case(number, priority="P4") for number in range(2, 7))]
    for order in (cases, cases[::-1]):
        plan = [(one.case_id[-1], who) for one, who in share_out(order, ["a.khan", "b.lowe"], DEFAULT_POLICY)]
        assert plan == [("2", "b.lowe"), ("3", "b.lowe"), ("4", "b.lowe"), ("5", "b.lowe"), ("6", "a.khan")]


def test_nobody_who_is_away_gets_work() -> None:
    plan = share_out([case(1), case(2)], ["a.khan", "b.lowe"], DEFAULT_POLICY, away={"A.Khan": "b.lowe"})
    assert {who for _, who in plan} == {"b.lowe"}
    assert share_out([case(1)], ["a.khan"], DEFAULT_POLICY, away={"a.khan": ""}) == []


def test_sharing_out_gives_every_case_an_owner_by_an_event(service: Service) -> None:
    """Said first with a dry run; a stranger is refused with those who can have it."""
    ids = [opened(service, "OST", order_no=f"520041730{number}") for number in range(4)]
    assert share(service, dry=True).message.startswith("4 cases would")
    assert not any(one.has("owner") for one in service.journal.cases())
    assert "Choose among: a.khan, b.lowe" in share(service, ["nobody"]).message
    assert share(service).ok
    owners = [one.text("owner") for one in service.journal.cases(ids)]
    assert sorted(owners) == ["a.khan", "a.khan", "b.lowe", "b.lowe"]
    assert {event.reason for event in service.journal.events(kinds=["case.given.v1"])} == {"Shared out by load"}
    assert "nothing to share out" in share(service).message
    assert_sound(service.journal)


# Handovers -----------------------------------------------------------------------------------------------------------


def test_a_handover_is_filled_from_the_register_and_what_was_typed_stays(service: Service, clock: Clock) -> None:
    urgent = opened(service, "ESC", priority_wanted="P1", situation="Wave 3 stuck", owner="a.khan")
    later = opened(service, "OST", order_no="5200417300", owner="a.khan")
    clock.on(hours=30)
    shift = opened(service, "HND", shift="Late", to_person="b.lowe", risks="The lift is out")
    assert fill_handovers(service, [shift]).ok
    found = service.journal.case(shift)
    assert found is not None
    assert found.items("open_cases") == (urgent,)
    assert f"{urgent}: next update by 23/11/2026 11:00" in found.text("promised")
    assert found.text("risks") == "The lift is out"
    assert later not in found.items("open_cases")
    assert "is filled already" in fill_handovers(service, [shift]).message
    assert "no draft" in fill_handovers(service, [later]).message


def test_an_absence_hands_over_everything_that_is_open(service: Service) -> None:
    for number in range(2):
        opened(service, "OST", order_no=f"520041730{number}", owner="a.khan")
    opened(service, "OST", order_no="5200417309", owner="b.lowe")
    days = {"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 27)}
    assert open_handover(service, "b.lowe", "Day", given={**days}).ok
    (found,) = service.journal.cases(types=["HND"])
    assert found.items("covered_cases") == ("CASE-2026-000001", "CASE-2026-000002")
    assert found.items("open_cases") == ("none",)
    receiver = replace(service, actor=PEOPLE["b.lowe"])
    assert receiver.press("accept", [RowRequest(found.case_id, {"readback": "Two checks, none urgent"})]).ok
    assert {one.text("owner") for one in service.journal.cases(types=["OST"])} == {"b.lowe"}


def test_an_absence_with_more_cases_than_a_list_holds_says_how_many_are_left(service: Service) -> None:
    """Nothing stays behind silently with somebody who is away: what does not fit is counted, and what to do is said."""
    rows = [RowRequest("", {"order_no": f"52004{n:05d}", "owner": "a.khan"}, opens="OST") for n in range(450)]
    assert service.open_cases(rows).ok
    days = {"away_from": date(2026, 11, 24), "away_until": date(2026, 11, 27)}
    outcome = open_handover(service, "b.lowe", "Day", given={**days})
    assert outcome.ok
    (found,) = service.journal.cases(types=["HND"])
    named = len(found.items("covered_cases"))
    assert named == 220
    assert (
        f"names 220 of 450 open cases of a.khan. {450 - named} do not fit: write a second handover" in outcome.message
    )
    receiver = replace(service, actor=PEOPLE["b.lowe"])
    assert receiver.press("accept", [RowRequest(found.case_id, {"readback": "All of them"})]).ok
    assert sum(one.text("owner") == "b.lowe" for one in service.journal.cases(types=["OST"])) == named


def test_a_handover_is_for_the_one_it_names(service: Service, clock: Clock) -> None:
    """It is shared out to nobody and missed by nobody else: only its own clock runs."""
    assert open_handover(service, "b.lowe", "Day").ok
    clock.on(hours=30)
    assert "nothing to share out" in share(service).message
    assert digest(service.journal.cases(), clock.now, DEFAULT_POLICY).untaken == ()


# Repeats -------------------------------------------------------------------------------------------------------------


def of_cause(number: int, days: int = 0, cause: str = "Carrier", **fields: Value) -> Case:
    """A case of a cause, opened some days ago."""
    return case(number, root_cause=cause, opened_at=NOW - timedelta(days=days), **fields)


@pytest.mark.parametrize(("ages", "found"), [([0, 1, 2], 1), ([0, 1], 0), ([0, 1, 31], 0), ([0, 15, 30], 1)], ids=str)
def test_three_of_one_cause_within_thirty_days_are_a_repeat(ages: list[int], found: int) -> None:
    cases = [of_cause(number, age) for number, age in enumerate(ages, 1)]
    assert len(find_repeats(cases, TODAY, DEFAULT_POLICY)) == found


def test_cancelled_cases_duplicates_and_cases_about_others_are_no_repeats() -> None:
    cases = [replace(of_cause(number), status=status) for number, status in enumerate(("Cancelled", "Duplicate"), 1)]
    cases += [replace(of_cause(3), type="ESC"), replace(of_cause(4), type="DEV"), of_cause(5)]
    assert find_repeats(cases, TODAY, DEFAULT_POLICY) == []


def test_orders_locations_and_overturned_grades_repeat_too() -> None:
    asked = [case(number, order_no="5200417300") for number in range(1, 4)]
    counts = [Case(f"CASE-2026-00001{n}", "INV", "Reported", {"opened_at": NOW, "location": "A-07"}) for n in range(3)]
    grades = [
        Case(f"CASE-2026-00002{n}", "RQC", "Graded", {"opened_at": NOW, "third_party_agrees": n > 2}) for n in range(9)
    ]
    found = {one.key: one.words for one in find_repeats([*asked, *counts, *grades], TODAY, DEFAULT_POLICY)}
    assert set(found) == {"order:5200417300", "location:A-07", "overturned:2026-11"}
    assert "3 of 9 third-party grades" in found["overturned:2026-11"]


def test_a_repeat_opens_one_deviation_and_no_second_one(service: Service) -> None:
    """It names its cases and needs prevention; once it is closed only new cases count."""
    for number in range(3):
        given = {"order_no": f"520041730{number}", "root_cause": "Carrier", "value_at_risk": Money.parse("GBP 900.00")}
        opened(service, "OST", **given)
    assert [one.key for one in repeats(service)] == ["cause:Carrier"]
    outcome = open_repeats(service)
    assert outcome.ok
    assert "3 cases of the cause 'Carrier' within 30 days" in outcome.message
    (found,) = service.journal.cases(types=["DEV"])
    assert found.items("linked_cases") == tuple(f"CASE-2026-00000{number}" for number in (1, 2, 3))
    assert (found.flag("capa_required"), found.text("repeat_of")) == (True, "cause:Carrier")
    assert "goods worth £2,700.00" in found.text("impact")
    assert "Nothing repeats" in open_repeats(service).message
    for number in range(3, 5):
        opened(service, "OST", order_no=f"520041730{number}", root_cause="Carrier")
    assert service.press("cancel", [RowRequest(found.case_id, reason="known")]).ok
    assert repeats(service) == []
    opened(service, "OST", order_no="5200417309", root_cause="Carrier")
    assert [len(one.cases) for one in repeats(service)] == [3]


# Roll-up -------------------------------------------------------------------------------------------------------------


def test_causes_are_ordered_by_count_and_by_value_with_their_shares() -> None:
    """What costs most need not come most often."""
    cases = [of_cause(1), of_cause(2), of_cause(3, cause="3PL", value_at_risk=Money.parse("GBP 9000.00"))]
    assert [(one.name, one.count, one.share_count) for one in pareto(cases)] == [
        ("Carrier", 2, Decimal("66.7")), ("3PL", 1, Decimal("33.3")),
    ]  # fmt: skip
    assert [(one.name, one.share_value) for one in pareto(cases, by_value=True)] == [
        ("3PL", Decimal("100.0")), ("Carrier", Decimal("0.0")),
    ]  # fmt: skip


def test_a_month_counts_what_came_what_went_and_how_punctually(service: Service, clock: Clock) -> None:
    """A case closed before its service date is in time; shares of nothing are none."""
    ids = [opened(service, "OST", order_no=f"520041730{number}", root_cause="Carrier") for number in range(3)]
    assert service.press("cancel", [RowRequest(ids[0], reason="asked twice")]).ok
    clock.on(days=1)
    found = roll_up(service.journal.cases(), Month.parse("2026-11"), clock.now, service.policy)
    assert found["cases"] == {
        "opened": 3, "closed": 0, "cancelled": 1, "duplicates": 0, "still_open": 2,
        "by_type": {"OST": {"opened": 3, "closed": 0}},
    }  # fmt: skip
    assert found["service"] == {
        "closed_in_time": 0, "closed_late": 0, "in_time_percent": None, "minutes_off_the_clock": 0, "waits": 0,
    }  # fmt: skip
    done = [replace(one, status="Closed", fields={**one.fields, "closed_at": NOW, "in_time": flag})
            for one, flag in zip(service.journal.cases(ids), (True, False, True), strict=True)]  # fmt: skip
    punctual = roll_up(done, Month.parse("2026-11"), clock.now, service.policy)["service"]
    assert isinstance(punctual, dict)
    assert (punctual["closed_in_time"], punctual["in_time_percent"]) == (2, "66.7")
    assert roll_up(done, Month.parse("2026-10"), clock.now, service.policy)["cases"]["opened"] == 0  # type: ignore[index]


def test_the_roll_up_is_written_as_text_and_as_figures(service: Service) -> None:
    opened(service, "DEV", what_happened="Seal missing")
    outcome = write_roll_up(service, "2026-11")
    text, figures = ((service.folder / name).read_text("utf-8") for name in outcome.files)
    assert "Deviations\n  opened: 1" in text
    assert json.loads(figures)["deviations"]["opened"] == 1
    assert text == "\n".join(told(json.loads(figures))) + "\n"
    assert "not a month" in write_roll_up(service, "11/2026").message


def test_the_roll_up_tells_who_put_priorities_otherwise(service: Service) -> None:
    """Typed with the button or without; each time counts for the person who typed it."""
    one, two = opened(service, "OST", order_no="5200417301"), opened(service, "OST", order_no="5200417302")
    asked = [
        RowRequest(one, {"priority_wanted": "P1"}, "Client waits"),
        RowRequest(two, {"priority_wanted": "P2"}, "x"),
    ]
    assert service.press("prioritise", asked).ok
    ben = replace(service, actor=PEOPLE["b.lowe"])
    assert ben.edit([RowRequest(one, {"priority_wanted": "P3"}, "It can wait")]).ok
    found, lines = month_roll_up(service, "2026-11")
    assert found["priority_by_person"] == {"a.khan": 2, "b.lowe": 1}
    assert lines[lines.index("Priority by person") + 1] == "  a.khan: 2"


def test_a_case_that_ends_says_whether_it_kept_its_service_date(service: Service, clock: Clock) -> None:
    """Waiting on the customer does not count against it; reopening takes the judgement back."""
    ids = [opened(service, "OST", order_no=f"520041730{number}") for number in range(3)]
    wait = {"waiting_on": "Customer", "waiting_until": date(2026, 12, 20)}
    assert service.press("wait", [RowRequest(ids[1], wait, "no answer")]).ok
    assert service.press("cancel", [RowRequest(ids[0], reason="x")]).ok
    clock.on(days=20)
    assert service.press("cancel", [RowRequest(one, reason="x") for one in ids[1:]]).ok
    assert [one.flag("in_time") for one in service.journal.cases(ids)] == [True, True, False]
    senior = replace(service, actor=PEOPLE["s.moreau"])
    assert senior.press("reopen", [RowRequest(ids[2], reason="mistake")]).ok
    assert service.journal.cases([ids[2]])[0].flag("in_time") is None


# Texts ---------------------------------------------------------------------------------------------------------------

ESCALATION = {
    "priority_wanted": "P2", "target_team": "IT", "situation": "Wave 3 is stuck since 06:40",
    "background": "Scanners restarted", "assessment": "38 orders miss the collection",
    "recommendation": "Release wave 3 to the pick bench", "baseline": "A wave takes 40 minutes",
    "threshold": "Picking longer than 4 hours",
}  # fmt: skip


def test_an_escalation_goes_everywhere_in_the_same_words(service: Service) -> None:
    """Chat, ticket and mail bear one digest; template and hashes stand on the case's event."""
    esc = opened(service, "ESC", **ESCALATION)
    made = make_text(service, esc, channels=EVERYWHERE)
    assert made.row.ok
    assert made.message is not None
    waiting = items(service)
    assert [one.channel for one in waiting] == ["chat", "ticket", "email"]
    assert {one.text for one in waiting} == {made.message.text}
    for part in (
        "SITUATION: Wave 3",
        "Baseline (what is normal): A wave",
        "Threshold met: Picking",
        "Next update: 23 Nov",
    ):
        assert part in made.message.text
    (event,) = service.journal.events(kinds=["message.made.v1"])
    assert event.data["template"] == "escalations.sbar"
    assert event.data["template_sha256"] == made.message.template_sha256
    assert event.data["text_sha256"] == made.message.sha256 == waiting[0].text_sha256
    found = service.journal.case(esc)
    assert found is not None
    assert found.items("texts_made") == (
        f"23/11/2026 10:00 escalations.sbar for chat, ticket, email, text {made.message.sha256[:12]}",
    )
    assert_sound(service.journal)


def test_a_text_with_a_gap_is_not_made(service: Service) -> None:
    """What is missing is named by its field; nothing is recorded, nothing queued."""
    esc = opened(service, "ESC", **{**ESCALATION, "background": None})
    head = service.journal.head()
    made = make_text(service, esc, channels=("chat",))
    assert not made.row.ok
    assert [problem.field for problem in made.row.problems] == ["background"]
    assert service.journal.head() == head


@pytest.mark.parametrize(
    ("kind", "wanted", "words"),
    [("AUD", "", "There is no text for a case of type"), ("CRP", "returns.chose", "There are: returns.")],
)
def test_a_text_that_there_is_not_is_answered_with_those_there_are(
    service: Service, kind: str, wanted: str, words: str
) -> None:
    made = make_text(service, opened(service, kind), wanted)
    assert words in made.row.message
    assert "no case" in make_text(service, "CASE-2026-000099").row.message


def test_a_customers_text_borrows_what_the_order_is_known_by(service: Service) -> None:
    """The day to answer by is worked out, the name comes from the order's other case."""
    opened(service, "ADR", order_no="5200417300", recipient="Ms R. Ferro")
    parcel = opened(service, "CRP", order_no="5200417300")
    made = make_text(service, parcel, "returns.choose", queued=True, to="r.ferro@mail.example")
    assert made.message is not None, made.row.message
    assert "Dear Ms R. Ferro" in made.message.text
    assert "by 30 November 2026" in made.message.text
    assert [(one.channel, one.to) for one in items(service)] == [("email", "r.ferro@mail.example")]


def test_every_type_that_talks_to_people_has_its_texts(service: Service) -> None:
    """In the order in which its table names them; enclosures of letters are not offered."""
    from addin.logic.cases import case_types

    enclosures = {"claims.evidence_index", "claims.credit_reference", "claims.item_description"}
    offered = {code: list(texts_for(templates_of(service), kind)) for code, kind in case_types().items()}
    titles = {code: [title.partition(" - ")[0] for title in titles_for(service, kind)]
              for code, kind in case_types().items()}  # fmt: skip
    assert titles == offered
    assert [code for code, found in offered.items() if not found] == ["AUD"]
    for code, kind in case_types().items():
        named = [name for name in kind.messages if name not in enclosures]
        assert offered[code][: len(named)] == named
    assert enclosures.isdisjoint(offered["UPC"])


def test_a_broken_template_stops_only_itself(service: Service, tmp_path: Path) -> None:
    """The Case sheet still opens and offers the others; making the broken one is refused with its file."""
    from addin.logic.cases import case_types

    root = tmp_path / "words"
    shutil.copytree(templates_root(), root)
    (root / "requests" / "broken.txt").write_text("no head at all", "utf-8")
    own = service.settings.model_copy(update={"templates": str(root)})
    mine = replace(service, settings=own)
    assert titles_for(mine, case_types()["ESC"])[0] == "escalations.sbar - Escalation (SBAR)"
    with pytest.raises(LetterError, match="broken"):
        make_text(mine, opened(mine, "ESC", **ESCALATION))


# What the Desk says ---------------------------------------------------------------------------------------------------


def test_an_empty_worklist_says_in_words_that_nothing_is_waiting() -> None:
    """An empty list could also be one that was not filled; the sheet says which it is, and only while it is."""
    lines = desk_lines([], NOW)
    assert [cell for cell in lines[0] if cell] == ["Nothing is waiting: no case is open."]
    assert not any(any(line) for line in lines[1:])
    assert len(desk_lines([case(1)], NOW)) == len(lines)
    assert "Nothing is waiting: no case is open." not in desk_lines([case(1)], NOW)[0]
    assert digest([], NOW, DEFAULT_POLICY).lines()[-1] == "Nothing is waiting: no case is open."


@pytest.mark.parametrize("kind", case_types().values(), ids=lambda kind: kind.code)
def test_the_next_step_fits_its_column(kind: CaseType) -> None:
    """In every state of every type the next step is said in full words, what does not fit is counted and never cut."""
    room = dict(DESK_COLUMNS)["Next step"]
    queue = next(sheet.name for sheet in QUEUES if kind in types_on(sheet.name))
    for state in kind.states:
        for fields in ({}, {"waiting_since": NOW, "waiting_on": max(WAITED_FOR, key=len)}):
            shown = Case("CASE-2026-000001", kind.code, state, fields)
            words = str(desk_cells(shown, NOW)[-1] or "")
            assert len(words) <= room, words
            in_queue = str(queue_cells(queue, shown, NOW)["next"] or "")
            assert len(in_queue) <= NEXT_ROOM, in_queue
            moves = [move.label for move in next_moves(kind, Case("", kind.code, state, {}))]
            assert not moves or words, state
