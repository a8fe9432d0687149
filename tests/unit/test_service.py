"""The service: one transaction a press, row by row, repeated without harm, refusals kept."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cases_kit import PEOPLE
from service_kit import SETTINGS, Clock, assert_sound, make_service, told, with_toy

from addin.errors import ChainBroken, ConfigError, HostError, Unavailable
from addin.journal import SqliteJournal
from addin.journal.opening import open_journal
from addin.logic.events import Draft
from addin.logic.outcome import Outcome, Problem, Status, failed, summary
from addin.logic.policy import DEFAULT_POLICY, PolicyRow, Unit
from addin.logic.values import Money
from addin.service import RowRequest, Service, begin, kind_table, policy_of, utc_now
from addin.settings import FILE, JOURNAL_FILE, Settings

ONE, TWO = "CASE-2026-000001", "CASE-2026-000002"


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    with_toy(monkeypatch)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def service(clock):
    service = make_service(clock=clock)
    yield service
    assert_sound(service.journal)
    service.close()


def opening(door="7", **more) -> RowRequest:
    """A new row."""
    return RowRequest("", {"door": door, **more.pop("also", {})}, opens="TOY", **more)


def opened(service: Service, *doors: str) -> Outcome:
    """New cases."""
    return service.open_cases([opening(door) for door in doors or ("7",)])


def lend(service: Service, case_id: str = ONE) -> None:
    """Take a case to the state Lent."""
    assert service.press("prepare", [RowRequest(case_id)]).ok
    assert service.press("lend", [RowRequest(case_id, {"keys": 2, "borrower": "Ada Ngo"})]).ok


def kinds(service: Service) -> list[str]:
    """The kinds of all events but the first."""
    return [event.kind for event in service.journal.events(after=1)]


def problem_codes(outcome: Outcome) -> list[str]:
    """The codes of an outcome's problems."""
    return [problem.code for problem in outcome.problems]


# Opening and pressing ------------------------------------------------------------------------------------------------


def test_a_new_case_gets_the_next_number(service):
    """And the answer names it, with where the journal stands."""
    outcome = opened(service)
    assert (outcome.status, outcome.rows[0].case_id) == (Status.DONE, ONE)
    assert outcome.message == f"Opened {ONE}: lent key."
    assert (outcome.seq, outcome.head) == (2, service.journal.head().hash)
    assert service.journal.case(ONE).version == 2


def test_a_press_changes_the_case_and_says_so(service):
    """Typed and pressed in one go: two events, one answer."""
    opened(service)
    outcome = service.press("prepare", [RowRequest(ONE, {"keys": 2})])
    assert outcome.message == f"Prepare: {ONE} is now 'Ready'."
    assert outcome.rows[0].seqs == (3, 4)
    assert kinds(service) == ["key.opened.v1", "case.edited.v1", "key.prepared.v1"]
    assert service.journal.case(ONE).version == 4


def test_a_move_that_stays_says_so(service):
    """A note does not change the state."""
    opened(service)
    assert "is still 'New'" in service.press("note", [RowRequest(ONE, reason="seen")]).message


def test_whoever_shows_the_change_is_asked_before_the_commit(service):
    """With the types of all cases that change; a workbook that cannot show them undoes the press."""
    opened(service)
    asked = []
    assert service.press("prepare", [RowRequest(ONE)], ready=lambda types: asked.append(set(types))).ok
    assert asked == [{service.journal.case(ONE).type}]

    def broken(_types):
        raise HostError("The sheet is locked.")

    with pytest.raises(HostError):
        service.press("note", [RowRequest(ONE, reason="seen")], ready=broken)
    assert kinds(service) == ["key.opened.v1", "key.prepared.v1"]


def test_an_edit_takes_typed_cells_alone(service):
    """Without a move; what is as it was is no event."""
    opened(service)
    assert service.edit([RowRequest(ONE, {"keys": 3})]).ok
    outcome = service.edit([RowRequest(ONE, {"keys": 3})])
    assert outcome.ok
    assert outcome.rows[0].seqs == ()
    assert kinds(service) == ["key.opened.v1", "case.edited.v1"]


def test_an_unknown_case_or_type_or_move_is_told(service):
    """Nothing is guessed."""
    opened(service)
    assert problem_codes(service.press("prepare", [RowRequest("CASE-2026-000077")])) == ["CASE-UNKNOWN"]
    assert problem_codes(service.edit([RowRequest("", {"keys": 3})])) == ["CASE-UNKNOWN"]
    assert problem_codes(service.open_cases([replace(opening(), opens="XXX")])) == ["OPEN-TYPE"]
    assert problem_codes(service.press("approve", [RowRequest(ONE)])) == ["MOVE-UNKNOWN"]
    assert kinds(service) == ["key.opened.v1"]


def test_nothing_asked_is_nothing_done(service):
    """No row, no event."""
    assert service.press("prepare", []) == Outcome(
        Status.DONE, "Nothing to do.", seq=1, head=service.journal.head().hash
    )


def test_a_warning_comes_with_the_answer(service):
    """It does not stop."""
    outcome = opened(service, "99")
    assert outcome.ok
    assert "Note: That door is rarely used." in outcome.message
    assert [problem.code for problem in outcome.rows[0].problems] == ["TOY-02"]


# Bulk ----------------------------------------------------------------------------------------------------------------


def test_good_rows_pass_and_each_bad_one_says_why(service):
    """Row by row, in their order; the bad ones leave nothing behind, not even a number."""
    requests = [
        opening("1"),
        opening("13"),
        opening("2"),
        RowRequest("", {}, problems=(Problem("FLD-MONEY", "no amount", "deposit", "Keys!F7"),), opens="TOY"),
        opening("", also={"door": None}),
        opening("3"),
    ]
    outcome = service.open_cases(requests)
    assert outcome.status is Status.PROBLEMS
    assert [row.ok for row in outcome.rows] == [True, False, True, False, False, True]
    assert [row.case_id for row in outcome.rows if row.ok] == [ONE, TWO, "CASE-2026-000003"]
    assert outcome.message == "3 rows done, 3 not; see their Message cells."
    assert problem_codes(outcome) == ["TOY-01", "FLD-MONEY", "MOVE-NEEDS"]
    assert outcome.rows[3].message == "Keys!F7: no amount"


def test_a_bulk_press_judges_every_case_by_itself(service):
    """The one in another state is told, the others move."""
    opened(service, "1", "2", "3")
    service.press("prepare", [RowRequest(TWO)])
    outcome = service.press("prepare", [RowRequest(f"CASE-2026-{n:06d}") for n in (1, 2, 3, 4)])
    assert [row.ok for row in outcome.rows] == [True, False, True, False]
    assert [case.status for case in service.journal.cases()] == ["Ready", "Ready", "Ready"]


def test_no_good_row_is_a_refusal(service):
    """One bad row speaks for itself, several point to their message cells."""
    assert opened(service, "13").status is Status.REFUSED
    assert opened(service, "13").message == "Door 13 does not exist."
    assert opened(service, "13", "13").message == "None of 2 rows could be done; see their Message cells."


def test_a_row_sees_what_an_earlier_row_did(service):
    """The same case twice in one press: the second finds it moved."""
    opened(service)
    outcome = service.press("prepare", [RowRequest(ONE), RowRequest(ONE)])
    assert [row.ok for row in outcome.rows] == [True, False]
    assert problem_codes(outcome) == ["MOVE-STATE"]


def test_a_broken_journal_stops_the_whole_press(service, monkeypatch):
    """What is no fault of a row is no row's answer: nothing of the press stands."""
    opened(service)

    def broken(*_):
        raise ChainBroken(1, "a", "b")

    monkeypatch.setattr("addin.journal.sqlite.SqliteWriter.remember", broken)
    with pytest.raises(ChainBroken):
        service.press("prepare", [RowRequest(ONE, key="k")])
    assert service.journal.case(ONE).status == "New"


# Idempotency ---------------------------------------------------------------------------------------------------------


def test_pressing_twice_does_nothing_twice(service, clock):
    """Same key, same payload: the first answer again, whenever that is."""
    request = opening(key="k1")
    first = service.open_cases([request])
    clock.on(days=3)
    again = service.open_cases([request])
    assert again.ok
    assert again.rows[0].case_id == ONE
    assert again.rows[0].seqs == first.rows[0].seqs
    assert again.message == f"{first.message} (done before)"
    assert len(service.journal.cases()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"changes": {"door": "8"}},
        {"changes": {"door": None}},
        {"changes": {"door": 7}},
        {"changes": {"door": "7", "keys": 1}},
        {"reason": "because"},
        {"opens": "ESC"},
        {"case_id": ONE},
    ],
)
def test_a_key_is_for_one_payload(service, other):
    """The same key with anything else is refused: it would hide a new wish behind an old answer."""
    service.open_cases([opening(key="k1")])
    outcome = service.open_cases([replace(opening(key="k1"), **other)])
    assert problem_codes(outcome) == ["KEY-01"]
    assert len(service.journal.cases()) == 1


def test_a_key_is_for_one_move(service):
    """Another button is another wish."""
    opened(service)
    service.press("prepare", [RowRequest(ONE, key="k", reason="x")])
    assert problem_codes(service.press("cancel", [RowRequest(ONE, key="k", reason="x")])) == ["KEY-01"]


def test_a_refused_press_may_be_pressed_again(service):
    """Once what was missing is there; only what was done is remembered."""
    opened(service)
    request = RowRequest(ONE, key="k", reason="  ")
    assert not service.press("cancel", [request]).ok
    assert service.press("prepare", [RowRequest(ONE, key="k")]).ok


def test_a_press_without_a_key_is_a_new_wish(service):
    """Two rows alike are two cases."""
    assert len({row.case_id for row in opened(service, "7", "7").rows}) == 2


def test_a_repeat_that_changed_nothing_has_no_event(service):
    """An edit to what already stood is remembered too."""
    opened(service)
    request = RowRequest(ONE, {"door": "7"}, key="k")
    service.edit([request])
    assert service.edit([request]).rows[0].seqs == ()


# Refusals ------------------------------------------------------------------------------------------------------------


def test_what_a_rule_refuses_is_recorded(service):
    """Who tried what, and which rule stood against it."""
    opened(service)
    lend(service)
    service.press("return", [RowRequest(ONE)])
    assert problem_codes(service.press("check", [RowRequest(ONE, reason="I may")])) == ["TOY-04"]
    event = list(service.journal.events(kinds=["case.refused.v1"]))[-1]
    assert (event.actor, event.case_id, event.reason) == ("a.khan", ONE, "I may")
    assert event.data == {
        "move": "check", "label": "Check", "rules": ["TOY-04"], "why": "Who lent the key does not check it.",
    }  # fmt: skip
    assert service.kinds.sentence(event) == f"a.khan was refused 'Check' on {ONE}: Who lent the key does not check it."
    assert service.journal.case(ONE).status == "Back"


def test_what_a_role_refuses_is_recorded_under_a_role_the_person_has(service):
    """An attempt beyond one's rights is worth knowing."""
    opened(service)
    qc = service.acting(PEOPLE["q.reid"])
    assert problem_codes(qc.press("prepare", [RowRequest(ONE)])) == ["MOVE-ROLE"]
    event = list(service.journal.events())[-1]
    assert (event.kind, event.actor, event.role) == ("case.refused.v1", "q.reid", "qc")


@pytest.mark.parametrize(
    ("verb", "request_"),
    [
        ("lend", RowRequest(ONE)),
        ("cancel", RowRequest(ONE)),
        ("prepare", RowRequest(ONE, {"window": "3"})),
        ("prepare", RowRequest(ONE, problems=(Problem("FLD-DAY", "no day"),))),
    ],
)
def test_what_is_only_missing_is_answered_not_recorded(service, verb, request_):
    """A slip of the hand is no event."""
    opened(service)
    assert not service.press(verb, [request_]).ok
    assert kinds(service) == ["key.opened.v1"]


def test_a_refusal_does_not_touch_the_case(service):
    """Its version stays, so that rows on screen are not behind."""
    opened(service)
    service.acting(PEOPLE["q.reid"]).press("prepare", [RowRequest(ONE)])
    assert service.journal.case(ONE).version == 2


def test_an_endless_reason_is_refused_before_anything(service):
    """A page pasted into the reason cell stops its row only, refused or not."""
    opened(service, "1", "2")
    qc = service.acting(PEOPLE["q.reid"])
    outcome = qc.press("prepare", [RowRequest(ONE, reason="x" * 40_000), RowRequest(TWO, reason="x" * 40_000)])
    assert problem_codes(outcome) == ["FLD-LONG", "FLD-LONG"]
    outcome = service.press("cancel", [RowRequest(ONE, reason="x" * 2_001), RowRequest(TWO, reason="x" * 2_000)])
    assert [row.ok for row in outcome.rows] == [False, True]


def test_a_reason_is_kept_without_what_no_cell_holds(service):
    """Control characters and halves of characters go."""
    opened(service)
    service.press("cancel", [RowRequest(ONE, reason=" broken\x00 \ud800lock\r\n ")])
    assert list(service.journal.events())[-1].reason == "broken lock"


# Faults in a row -----------------------------------------------------------------------------------------------------


def test_an_event_that_is_too_long_undoes_its_row_alone(service):
    """It would not fit the audit sheet; the good rows stand."""
    opened(service, "1", "2")
    long = tuple(f"evidence {number} {'x' * 90}" for number in range(400))
    outcome = service.edit([RowRequest(ONE, {"tags": long}), RowRequest(TWO, {"tags": ("a",)})])
    assert [row.ok for row in outcome.rows] == [False, True]
    assert problem_codes(outcome) == ["EVENT"]
    assert "too long" in outcome.rows[0].message
    assert service.journal.case(ONE).version == 2


def test_values_that_cannot_be_reckoned_with_undo_their_row_alone(service, monkeypatch):
    """Two currencies in one sum are a fault of that row, told as such."""
    opened(service, "1", "2")

    def add(*_):
        return {"grams": (Money(Decimal(1)) + Money(Decimal(1), "EUR")).amount}

    kind = replace(service_types()["TOY"], derive=lambda case, ctx: add() if case.text("door") == "1" else {})
    monkeypatch.setattr("addin.service.work.case_types", lambda: {"TOY": kind})
    outcome = service.edit([RowRequest(ONE, {"keys": 1}), RowRequest(TWO, {"keys": 1})])
    assert [row.ok for row in outcome.rows] == [False, True]
    assert problem_codes(outcome) == ["VALUE"]
    assert "Cannot mix GBP and EUR" in outcome.rows[0].message


def service_types():
    """The case types as the service sees them."""
    from addin.service import work

    return work.case_types()


# Linked cases --------------------------------------------------------------------------------------------------------


def test_a_move_opens_its_case_linked_both_ways(service):
    """The parent names the child in its event and field, the child its parent."""
    opened(service)
    lend(service)
    outcome = service.press("return", [RowRequest(ONE)])
    assert outcome.message.endswith(f"Opened {TWO}.")
    parent, child = service.journal.cases()
    assert parent.items("linked_cases") == (TWO,)
    assert (child.text("parent_case"), child.text("door"), child.text("channel")) == (ONE, "7", "System")
    moved, born = list(service.journal.events())[-2:]
    assert (moved.data["opened"], moved.changes["linked_cases"]) == ([TWO], [TWO])
    assert (born.case_id, born.reason) == (TWO, f"Follows from {ONE}")
    assert outcome.rows[0].seqs == (moved.seq, born.seq)
    assert service.journal.related(parent) == (child,)
    assert service.journal.related(child) == (parent,)


def test_links_add_up(service):
    """What was linked before stays linked."""
    opened(service)
    lend(service)
    service.edit([RowRequest(ONE, {"linked_cases": ("CASE-2025-000009",)})])
    service.press("return", [RowRequest(ONE)])
    assert service.journal.case(ONE).items("linked_cases") == ("CASE-2025-000009", TWO)


def test_a_move_whose_case_cannot_open_does_not_happen(service, monkeypatch):
    """Neither does, and no number is used."""
    opened(service)
    lend(service)
    toy = service_types()["TOY"]
    closed = replace(toy, openers=frozenset())
    monkeypatch.setattr("addin.service.work.case_types", lambda: {"TOY": closed})
    assert problem_codes(service.press("return", [RowRequest(ONE)])) == ["MOVE-ROLE"]
    monkeypatch.setattr("addin.service.work.case_types", lambda: {"TOY": toy})
    assert service.journal.case(ONE).status == "Lent"
    assert opened(service).rows[0].case_id == TWO


def test_numbers_of_a_type_have_no_gaps(service, monkeypatch):
    """A refund's own number is given back with its row."""
    toy = replace(service_types()["TOY"], numbers={"held_from": "KEY"})
    monkeypatch.setattr("addin.service.work.case_types", lambda: {"TOY": toy})
    outcome = opened(service, "1", "13", "2", "13", "3")
    assert [row.ok for row in outcome.rows] == [True, False, True, False, True]
    assert [case.text("held_from") for case in service.journal.cases()] == [f"KEY-2026-{n:06d}" for n in (1, 2, 3)]


def test_a_new_year_begins_at_one_in_london(service, clock):
    """At midnight there, not in UTC."""
    opened(service)
    clock.now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    opened(service)
    clock.now = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    assert opened(service).rows[0].case_id == "CASE-2027-000001"


# Who acts ------------------------------------------------------------------------------------------------------------


def test_the_role_that_counted_is_recorded(service, clock):
    """Of several the one the move asks for."""
    both = replace(PEOPLE["s.moreau"], roles=PEOPLE["s.moreau"].roles | PEOPLE["f.osei"].roles | PEOPLE["q.reid"].roles)
    acting = service.acting(both)
    opened(acting)
    acting.press("prepare", [RowRequest(ONE)])
    assert [(event.actor, event.role) for event in service.journal.events(after=1)] == [("s.moreau", "senior_qa")] * 2


def test_an_event_of_the_registers_own_life_has_its_person(service):
    """One by one or several in one transaction."""
    event = service.record("snapshot.taken.v1", {"name": "x", "upto": 1}, reason="evening")
    service.record_all([Draft("pack.made.v1", "", {"period": "2026-10", "file": "f"})] * 2)
    service.record_all([])
    assert (event.actor, event.role, event.reason, event.case_id) == ("a.khan", "coordinator", "evening", "")
    assert kinds(service) == ["snapshot.taken.v1", "pack.made.v1", "pack.made.v1"]


def test_a_personal_value_of_the_registers_own_life_is_sealed(service):
    """record() seals what it is told to."""
    event = service.record("intake.read.v1", {"set": {"text": "Ada", "count": 1}}, personal=["text"])
    assert "Ada" not in event.text


# Policy of the day ---------------------------------------------------------------------------------------------------


def test_a_policy_row_counts_from_its_day(service, clock):
    """What is announced for next year does not decide today."""
    later = replace(DEFAULT_POLICY.row("sla.resolve_hours.P1"), value="2", valid_from=date(2027, 1, 1))
    service.policy = DEFAULT_POLICY.amended([later], "next year")
    assert service.context().policy.number("sla.resolve_hours.P1") == 4
    clock.now = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
    assert service.context().policy.number("sla.resolve_hours.P1") == 2


def test_settings_put_their_values_over_the_policy():
    """With where they come from, and as nobody's verified value."""
    known = DEFAULT_POLICY.amended(
        [PolicyRow("sla", "sla.resolve_hours.P1", "4", Unit.WORKING_HOURS, "x", "me", date(2026, 1, 1))], "v"
    )
    assert known.row("sla.resolve_hours.P1").verified
    policy = policy_of(Settings(policy={"sla.resolve_hours.P1": 6, "approval.refund.senior_qa": "GBP 750.00"}))
    assert policy.number("sla.resolve_hours.P1") == 6
    assert policy.money("approval.refund.senior_qa") == Money(Decimal(750))
    assert "casebook.toml" in policy.row("sla.resolve_hours.P1").source
    assert not policy.row("sla.resolve_hours.P1").verified
    assert policy.version == f"{DEFAULT_POLICY.version}+2"
    assert policy_of(Settings()) is DEFAULT_POLICY


@pytest.mark.parametrize(
    ("policy", "words"),
    [({"no.such_key": 1}, "'no.such_key'"), ({"sla.resolve_hours.P1": "soon"}, "'soon' is not a whole number")],
)
def test_a_wrong_policy_setting_is_named(policy, words):
    """The key or the value, and that it stands in casebook.toml."""
    with pytest.raises(ConfigError, match=words) as caught:
        policy_of(Settings(policy=policy))
    assert "casebook.toml" in caught.value.message


# Opening a register --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A register on disk with one case."""
    people = "\n".join(f'[people."{key}"]\nname = "{who.name}"\nroles = ["coordinator"]' for key, who in PEOPLE.items())
    (tmp_path / FILE).write_text(f'register_id = "ab12"\ndemo = true\n{people}\n', encoding="utf-8")
    journal = open_journal(tmp_path, SETTINGS, create=True)
    service = make_service(journal)
    opened(service)
    service.close()
    return tmp_path


def test_a_register_is_opened_by_its_folder(folder):
    """Settings, journal, person and policy belong together."""
    service = Service.open(folder, actor=PEOPLE["b.lowe"])
    assert service.journal.case(ONE) is not None
    assert service.actor.id == "b.lowe"
    assert service.workbook == folder / "casebook.xlsm"
    assert told(service.journal).keys() == {ONE}
    service.close()


def test_the_person_is_the_one_at_the_keyboard(folder, monkeypatch):
    """By the settings."""
    monkeypatch.setenv("CASEBOOK_USER", "q.reid")
    service = Service.open(folder)
    assert service.actor.id == "q.reid"
    service.close()


def test_files_of_two_registers_do_not_mix(folder):
    """A journal under other settings is refused."""
    (folder / FILE).write_text((folder / FILE).read_text().replace("ab12", "cd34"))
    with pytest.raises(ConfigError, match=r"cd34.*ab12") as caught:
        Service.open(folder, actor=PEOPLE["a.khan"])
    assert caught.value.code == "CFG-REGISTER"


def test_a_journal_without_its_first_event_is_not_the_registers(folder):
    """An empty journal beside settings that know better."""
    (folder / JOURNAL_FILE).unlink()
    open_journal(folder, SETTINGS, create=True).close()
    with pytest.raises(ConfigError, match="the journal of none"):
        Service.open(folder, actor=PEOPLE["a.khan"])


def test_a_journal_that_cannot_be_read_is_let_go(folder):
    """The first event was altered: the register does not open, and nothing stays locked."""
    journal = SqliteJournal(folder / JOURNAL_FILE)
    journal._db.execute("DROP TRIGGER events_never_change")
    journal._db.execute("UPDATE events SET text = 'x' WHERE seq = 1")
    journal.close()
    with pytest.raises(ChainBroken):
        Service.open(folder, actor=PEOPLE["a.khan"])


def test_a_person_without_a_role_leaves_no_open_journal(folder, monkeypatch):
    """Who is not known cannot open the register, and nothing stays locked."""
    monkeypatch.setenv("CASEBOOK_USER", "nobody.here")
    with pytest.raises(ConfigError, match=r"nobody\.here"):
        Service.open(folder)
    Service.open(folder, actor=PEOPLE["a.khan"]).close()


def test_a_server_that_cannot_be_reached_is_told_in_words(tmp_path):
    """A register on a server says so, and leaves no file in its place."""
    url = f"postgresql://nobody@/x?host={tmp_path}"
    settings = Settings.model_validate({"register_id": "ab12", "store": {"url": url}})
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_journal(tmp_path, settings, create=True)
    assert not list(tmp_path.iterdir())


def test_the_clock_is_utc_to_the_second():
    """What is stored has no fraction."""
    now = utc_now()
    assert (now.tzinfo, now.microsecond) == (UTC, 0)


# Answers -------------------------------------------------------------------------------------------------------------


def test_a_failed_row_speaks_with_all_its_problems():
    """Each with its hint."""
    row = failed(ONE, [Problem("A", "One.", hint="Do this."), Problem("B", "Two.", cell="X!A1")])
    assert row.message == "One. Do this. X!A1: Two."
    assert not row.ok


def test_an_outcome_of_many_rows_counts_them():
    """All good: how many."""
    good = replace(failed(ONE, []), ok=True, message="Done.")
    assert summary([good]).message == "Done."
    assert summary([good, good]).message == "2 rows done."


def test_every_kind_of_event_has_one_sentence():
    """The table of all kinds can be made."""
    assert kind_table().kinds


# Everything at once --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_random_presses_leave_a_sound_register(clock, seed):
    """Whoever presses whatever in bulk: chain whole, states as told, numbers without gaps."""
    rng = random.Random(seed)
    service = make_service(clock=clock)
    opened(service, "1", "2", "3")
    verbs = ["prepare", "lend", "hold", "release", "return", "check", "note", "wait", "resume", "cancel", "reopen"]
    for _ in range(40):
        clock.on(minutes=rng.randrange(90))
        acting = service.acting(rng.choice(sorted(PEOPLE.values(), key=lambda who: who.id)))
        ids = [case.case_id for case in service.journal.cases()]
        changes = [
            {},
            {"keys": 2, "borrower": "Ada"},
            {"waiting_on": "IT", "waiting_until": date(2026, 12, 1)},
            {"door": "13"},
        ]
        requests = [
            RowRequest(case_id, rng.choice(changes), rng.choice(["", "why"]), rng.choice(["", f"k{rng.randrange(30)}"]))
            for case_id in rng.sample(ids, min(3, len(ids)))
        ]
        outcome = acting.press(rng.choice(verbs), requests)
        assert len(outcome.rows) == len(requests)
    assert_sound(service.journal)
    service.close()


def test_a_register_begins_with_its_name():
    """The first event binds the chain to the register."""
    journal = SqliteJournal(None)
    service = Service(None, SETTINGS, journal, PEOPLE["a.khan"], Clock())
    begin(service, "ab12")
    (event,) = journal.events()
    assert (event.kind, event.data) == ("register.opened.v1", {"register": "ab12", "house": "The House"})
    journal.close()
