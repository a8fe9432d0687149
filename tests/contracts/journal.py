"""What every store of the journal must do; a store's tests subclass `JournalContract`.

A subclass gives `open(place)`, which opens the journal of a place (made when absent, again when it is open already),
`raw(journal, statement)`, which runs a statement behind the journal's back, and `alter(journal, seq)`. A store that
outlives the one who opened it subclasses `KeptJournalContract`.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from addin.errors import ChainBroken, Conflict, IntegrityError, JournalError
from addin.journal.contract import RELATING, Journal, Remembered, Tally
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import GENESIS, Head, check
from addin.logic.events import ERASED, Draft, digests, unseal
from addin.logic.system_kinds import CLOCK_HELD, TRUE_CLOCK
from addin.logic.values import Money

AT = "2026-11-23T10:00:00+00:00"
NOTED = "case.noted.v1"


class Stop(Exception):
    """What goes wrong in the middle of a transaction."""


def note(number: int = 1, text: str = "x", *, personal: str = "", kind: str = NOTED) -> Draft:
    """An event of a case."""
    data = {"set": {"decision": text, "requester": personal or None}}
    return Draft(kind, f"CASE-2026-{number:06d}", data, "why", frozenset({"requester"}))


def put(journal: Journal, *drafts: Draft, at: str = AT) -> None:
    """Append events in one transaction."""
    with journal.write() as writer:
        for draft in drafts:
            writer.append(draft, at=at, actor="a.khan", role="coordinator")


def case_with(name: str, value: object, number: int = 1) -> Case:
    """A case of a type that has the field."""
    kind = next(kind for kind in case_types().values() if name in kind.fields)
    return Case(f"CASE-2026-{number:06d}", kind.code, kind.initial, {name: value}, number)


def case(number: int, *, status: str = "", **fields: object) -> Case:
    """A case of the first type with common fields."""
    kind = next(iter(case_types().values()))
    return Case(f"CASE-2026-{number:06d}", kind.code, status or kind.initial, fields, number)


def save(journal: Journal, *cases: Case) -> None:
    """Store states in one transaction."""
    with journal.write() as writer:
        for one in cases:
            writer.save(one)


def hour(hour_: int, day: int = 23) -> datetime:
    """An instant of November 2026."""
    return datetime(2026, 11, day, hour_, tzinfo=UTC)


class JournalContract:
    """The rules of events, state, numbers, keys and the vault."""

    #: What the driver raises when a trigger stops a statement.
    driver_error: type[Exception] = Exception

    def open(self, place: object) -> Journal:
        raise NotImplementedError

    def raw(self, journal: Journal, statement: str) -> None:
        raise NotImplementedError

    @pytest.fixture
    def place(self, tmp_path):
        return tmp_path / "journal.sqlite"

    @pytest.fixture
    def journal(self, place):
        journal = self.open(place)
        yield journal
        journal.close()

    # ---------------------------------------------------------------- events and their chain

    def test_a_new_journal_is_empty(self, journal):
        """No head, no cases, no register."""
        assert journal.head() == Head(0, GENESIS, "")
        assert (list(journal.links()), list(journal.events()), journal.cases()) == ([], [], [])
        assert journal.register_id == ""
        assert journal.worklist(5) == []
        assert journal.tally(AT, AT) == Tally(0, 0, 0, 0, 0, 0)
        assert journal.recall("key") is None
        assert journal.case("CASE-2026-000001") is None

    def test_events_are_numbered_and_chained(self, journal):
        """From one, without gaps, each following the last."""
        put(journal, note(1), note(2))
        put(journal, note(3))
        links = list(journal.links())
        assert [link.seq for link in links] == [1, 2, 3]
        assert list(check(links)) == []
        assert journal.head() == Head(3, links[-1].hash, AT)

    def test_an_event_comes_back_as_it_was_appended(self, journal):
        """Append answers what events() gives later."""
        with journal.write() as writer:
            event = writer.append(note(1, "£ü 😀"), at=AT, actor="zoë", role="senior_qa")
        assert list(journal.events()) == [event]
        assert (event.actor, event.role, event.case_id, event.reason) == ("zoë", "senior_qa", "CASE-2026-000001", "why")
        assert event.changes["decision"] == "£ü 😀"

    def test_the_register_is_named_by_its_first_event(self, journal):
        """That binds the chain to it."""
        put(journal, Draft("register.opened.v1", "", {"register": "ab12"}), note(1))
        assert journal.register_id == "ab12"

    def test_events_are_found_by_number_case_and_kind(self, journal):
        """`after` leaves out, `upto` takes in."""
        put(journal, note(1), note(2), note(1, kind="a.b.v1"), note(1), note(2, kind="a.b.v1"))

        def seqs(*bounds, **more):
            return [event.seq for event in journal.events(*bounds, **more)]

        assert seqs() == [1, 2, 3, 4, 5]
        assert seqs(2) == [3, 4, 5]
        assert seqs(1, 3) == [2, 3]
        assert seqs(upto=0) == []
        assert seqs(9) == []
        assert seqs(case_id="CASE-2026-000001") == [1, 3, 4]
        assert seqs(1, 3, case_id="CASE-2026-000001") == [3]
        assert seqs(case_id="CASE-2026-000009") == []
        assert seqs(kinds=["a.b.v1"]) == [3, 5]
        assert seqs(kinds=["a.b.v1", NOTED], case_id="CASE-2026-000002") == [2, 5]
        assert [link.seq for link in journal.links(1, 3)] == [2, 3]

    def test_a_writer_reads_what_it_wrote(self, journal):
        """Before the commit, within its own transaction."""
        with journal.write() as writer:
            event = writer.append(note(1), at=AT, actor="a", role="r")
            writer.save(case(1))
            writer.remember("key", Remembered("p", "c", "a", 1))
            assert writer.head().hash == event.hash
            assert writer.case("CASE-2026-000001") == case(1)
            assert writer.recall("key") == Remembered("p", "c", "a", 1)
            assert writer.worklist(5) == [case(1)]

    # ---------------------------------------------------------------- one transaction

    def test_a_transaction_that_fails_leaves_nothing(self, journal):
        """Events, state, vault, numbers and keys all stand or none does."""
        put(journal, note(1, personal="Ada"))
        before = list(journal.links())
        with pytest.raises(Stop), journal.write() as writer:  # noqa: PT012 - it stops in the middle
            event = writer.append(note(2, personal="Bo"), at=AT, actor="a", role="r")
            assert writer.next_number("CASE", 2026) == "CASE-2026-000001"
            writer.save(case(2))
            writer.remember("key", Remembered("p", "c", "a", 1))
            raise Stop
        assert list(journal.links()) == before
        assert journal.case("CASE-2026-000002") is None
        assert journal.recall("key") is None
        assert journal.vault(digests(event.data)) == {}
        with journal.write() as writer:
            assert writer.next_number("CASE", 2026) == "CASE-2026-000001"

    def test_one_row_is_undone_alone(self, journal):
        """The good rows before and after it stand; its numbers are given again."""
        numbers = []
        with journal.write() as writer:
            for number in (1, 2, 3):
                try:
                    with writer.row():
                        numbers.append(writer.next_number("RFD", 2026))
                        writer.append(note(number), at=AT, actor="a", role="r")
                        writer.save(case(number))
                        if number == 2:
                            raise Stop
                except Stop:
                    numbers.pop()
        assert [event.case_id[-1] for event in journal.events()] == ["1", "3"]
        assert [found.case_id[-1] for found in journal.cases()] == ["1", "3"]
        assert numbers == ["RFD-2026-000001", "RFD-2026-000002"]
        assert list(check(journal.links())) == []

    def test_a_failed_row_can_be_answered_in_the_same_transaction(self, journal):
        """A refusal is recorded after its row was undone."""
        with journal.write() as writer:
            with pytest.raises(Stop), writer.row():  # noqa: PT012 - it stops in the middle
                writer.append(note(1), at=AT, actor="a", role="r")
                raise Stop
            writer.append(note(1, kind="case.refused.v1"), at=AT, actor="a", role="r")
        assert [event.kind for event in journal.events()] == ["case.refused.v1"]

    # ---------------------------------------------------------------- nothing is ever changed

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE events SET text = 'x' WHERE seq = 1",
            "UPDATE events SET at = '2020-01-01T00:00:00+00:00'",
            "DELETE FROM events WHERE seq = 2",
            "DELETE FROM events",
            "INSERT INTO events SELECT seq + 2, at, case_id, kind, text, hash, 'abc' FROM events WHERE seq = 2",
            "INSERT INTO events SELECT 3, at, case_id, kind, text, prev, 'abc' FROM events WHERE seq = 2",
            "INSERT INTO events SELECT 2, at, case_id, kind, text, prev, 'abc' FROM events WHERE seq = 2",
            "INSERT INTO events SELECT 0, at, case_id, kind, text, prev, 'abc' FROM events WHERE seq = 1",
            "UPDATE answers SET answer = 'x'",
            "DELETE FROM answers",
            "UPDATE vault SET value = 'x'",
        ],
    )
    def test_the_store_refuses_to_change_what_stands(self, journal, statement):
        """Whoever asks: events and answers are append-only, a personal value is erased or stands."""
        put(journal, note(1, personal="Ada"), note(2))
        with journal.write() as writer:
            writer.remember("key", Remembered("p", "c", "a", 2))
        links = list(journal.links())
        with pytest.raises(self.driver_error):
            self.raw(journal, statement)
        assert list(journal.links()) == links
        assert journal.recall("key") == Remembered("p", "c", "a", 2)

    def test_nothing_is_built_on_an_altered_head(self, journal):
        """Whoever took the guards away and altered the last event: the next press is refused, and it says which."""
        put(journal, note(1), note(2))
        self.alter(journal, 2)
        with pytest.raises(ChainBroken) as caught:
            put(journal, note(3))
        assert caught.value.seq == 2
        assert journal.head().seq == 2

    def test_an_event_that_is_no_event_any_more_is_named(self, journal):
        """Reading says where the damage is instead of failing on it."""
        put(journal, note(1), note(2))
        self.alter(journal, 1)
        with pytest.raises(ChainBroken) as caught:
            list(journal.events())
        assert caught.value.seq == 1
        assert [fault.seq for fault in check(journal.links())] == [1]

    def test_a_state_that_cannot_be_read_is_named(self, journal):
        """It is not the events that are damaged."""
        save(journal, case(1))
        self.raw(journal, "UPDATE cases SET fields = '[' WHERE case_id = 'CASE-2026-000001'")
        with pytest.raises(IntegrityError, match="CASE-2026-000001"):
            journal.case("CASE-2026-000001")

    def alter(self, journal: Journal, seq: int) -> None:
        """Change the text of an event past every guard."""
        raise NotImplementedError

    # ---------------------------------------------------------------- the clock

    def test_a_clock_a_little_behind_is_taken_for_a_correction(self, journal):
        """The instant recorded is never before the last event's."""
        put(journal, note(1), at="2026-11-23T10:01:59+00:00")
        put(journal, note(2), at=AT)
        assert [event.at for event in journal.events()] == ["2026-11-23T10:01:59+00:00"] * 2
        put(journal, note(3), at="2026-11-23T10:02:00+00:00")
        assert journal.head().at == "2026-11-23T10:02:00+00:00"

    def test_a_clock_well_behind_is_refused(self, journal):
        """Nothing is recorded before what already happened."""
        put(journal, note(1), at="2026-11-23T10:02:01+00:00")
        with pytest.raises(JournalError) as caught:
            put(journal, note(2), at=AT)
        assert caught.value.code == "JRN-CLOCK"
        assert caught.value.hint
        assert journal.head().seq == 1

    def test_work_goes_on_after_a_clock_that_was_ahead(self, journal):
        """Held events bear the instant of the last one and the true one; later than that, the clock counts again."""
        ahead = "2026-11-24T10:00:00+00:00"
        put(journal, note(1), at=ahead)
        put(journal, Draft(CLOCK_HELD.name, "", {"until": ahead}, "The desk's clock was a day ahead"), at=AT)
        put(journal, note(2), at=AT)
        found = list(journal.events())
        assert [(event.at, event.data.get(TRUE_CLOCK)) for event in found] == [(ahead, None), (ahead, AT), (ahead, AT)]
        put(journal, note(3), at="2026-11-25T10:00:00+00:00")
        with pytest.raises(JournalError):  # what was held is over: another wrong clock is another decision
            put(journal, note(4), at=AT)

    # ---------------------------------------------------------------- numbers and keys

    def test_numbers_have_no_gaps(self, journal):
        """Each series and year counts for itself."""
        with journal.write() as writer:
            found = [writer.next_number(*asked) for asked in [("CASE", 2026), ("CASE", 2026), ("RFD", 2026),
                                                              ("CASE", 2027), ("CASE", 2026)]]  # fmt: skip
        assert found == ["CASE-2026-000001", "CASE-2026-000002", "RFD-2026-000001", "CASE-2027-000001",
                         "CASE-2026-000003"]  # fmt: skip

    def test_an_answer_is_given_once(self, journal):
        """A key has its answer for good."""
        kept = Remembered("payload", "CASE-2026-000001", "Opened.", 7)
        with journal.write() as writer:
            writer.remember("key", kept)
        assert journal.recall("key") == kept
        assert journal.recall("KEY") is None
        with pytest.raises(Conflict), journal.write() as writer:
            writer.remember("key", replace(kept, answer="Another."))
        assert journal.recall("key") == kept

    # ---------------------------------------------------------------- personal values

    def test_a_personal_value_is_sealed(self, journal):
        """It stands in the vault and nowhere in the chain; the digest puts it back."""
        put(journal, note(1, personal="Ada Ngo"))
        (event,) = journal.events()
        assert "Ada" not in event.text
        found = journal.vault(digests(event.data))
        assert unseal(event.changes, found)["requester"] == "Ada Ngo"

    def test_equal_personal_values_do_not_look_alike(self, journal):
        """Each has its own salt."""
        put(journal, note(1, personal="Ada"), note(2, personal="Ada"))
        one, two = (digests(event.data) for event in journal.events())
        assert one != two

    def test_a_value_that_is_gone_reads_erased(self, journal):
        """And the chain is as whole as before."""
        put(journal, note(1, personal="Ada"))
        self.raw(journal, "DELETE FROM vault")
        (event,) = journal.events()
        assert unseal(event.changes, journal.vault(digests(event.data)))["requester"] == ERASED
        assert list(check(journal.links())) == []

    def test_the_vault_answers_many_at_once(self, journal):
        """Unknown digests are just absent."""
        put(journal, *(note(number, personal=f"P{number}") for number in range(1, 1_201)))
        wanted = [digest for event in journal.events() for digest in digests(event.data)]
        assert len(journal.vault([*wanted, *wanted, "unknown"])) == 1_200
        assert journal.vault([]) == {}

    # ---------------------------------------------------------------- states

    def test_a_state_comes_back_as_it_was(self, journal):
        """Every kind of field, exactly."""
        for kind in case_types().values():
            fields = {
                name: value
                for name, text in kind.sample.items()
                if (value := kind.fields[name].read(text)[0]) is not None
            }
            fields |= {"due": hour(9), "linked_cases": ("a", "b"), "value_at_risk": Money.parse("EUR 9.50")}
            one = Case("CASE-2026-000001", kind.code, kind.initial, fields, 4)
            save(journal, one)
            assert journal.case("CASE-2026-000001") == one

    def test_a_later_state_takes_the_place_of_the_earlier(self, journal):
        """There is one state of a case."""
        save(journal, case(1, owner="a.khan"))
        save(journal, replace(case(1), version=8))
        assert journal.cases() == [replace(case(1), version=8)]

    def test_states_come_in_order_of_their_ids(self, journal):
        """The named ones, those of a type, or all; unknown and repeated ids do not matter."""
        other = list(case_types())[1]
        one, two, three = case(1), replace(case(2), type=other), case(3)
        save(journal, three, one, two)
        assert journal.cases() == [one, two, three]
        assert journal.cases(types=[other]) == [two]
        assert journal.cases(types=[other, one.type]) == [one, two, three]
        assert journal.cases(["CASE-2026-000003", "CASE-2026-000001", "CASE-2026-000003", "CASE-2026-000077"]) == [
            one,
            three,
        ]
        assert journal.cases([]) == []

    def test_any_number_of_cases_can_be_asked_for(self, journal):
        """A whole sheet at once."""
        save(journal, *(case(number) for number in range(1, 1_102)))
        ids = [f"CASE-2026-{number:06d}" for number in range(40_000, 0, -1)]
        assert [found.case_id for found in journal.cases(ids)] == sorted(ids)[:1_101]

    # ---------------------------------------------------------------- related cases

    @pytest.mark.parametrize("name", [name for name, prefix in RELATING.items() if prefix != "case"])
    def test_cases_that_share_a_number_are_related(self, journal, name):
        """Orders, tracking numbers, returns, payments: however they are spaced and whatever their case."""
        one, two, three = (case_with(name, value, at) for at, value in ((1, "Ab 12"), (2, "AB12"), (3, "AB13")))
        save(journal, one, two, three)
        assert journal.related(one) == (two,)
        assert journal.related(two) == (one,)
        assert journal.related(three) == ()

    def test_cases_that_are_linked_are_related_both_ways(self, journal):
        """By a list of links, by a parent, and to others that have the same parent."""
        one = case(1, linked_cases=("CASE-2026-000002",))
        two, three, four = case(2), case(3, parent_case="CASE-2026-000001"), case(4)
        save(journal, one, two, three, four)
        assert journal.related(one) == (two, three)
        assert journal.related(two) == (one,)
        assert journal.related(three) == (one,)
        assert journal.related(four) == ()

    def test_a_case_that_is_not_stored_yet_has_relations(self, journal):
        """Asked before it is opened."""
        save(journal, case(1, order_no="41"))
        assert journal.related(case(9, order_no="41")) == (case(1, order_no="41"),)

    def test_an_old_number_relates_no_longer(self, journal):
        """The keys follow the state."""
        save(journal, case(1, order_no="41"), case(2, order_no="41"))
        save(journal, case(1, order_no="42"))
        assert journal.related(case(2, order_no="41")) == ()

    # ---------------------------------------------------------------- worklist and counts

    def test_the_worklist_is_in_the_order_of_what_is_due(self, journal):
        """Then the more urgent, then the older; without a date last; over ones never."""
        save(
            journal,
            case(1),
            case(2, due=hour(12), priority="P3"),
            case(3, due=hour(12), priority="P1"),
            case(4, due=hour(9), priority="P4"),
            case(5, due=hour(12), priority="P3"),
            case(6, due=hour(1), status="Closed"),
            case(7, priority="P1"),
        )
        assert [found.case_id[-1] for found in journal.worklist(10)] == ["4", "3", "2", "5", "7", "1"]
        assert [found.case_id[-1] for found in journal.worklist(2)] == ["4", "3"]

    def test_touched_cases_are_those_to_which_something_happened_since(self, journal):
        """From the instant on, itself included; a state that no event of that time reached is left out."""
        for number, at in enumerate((9, 10, 11), 1):
            put(journal, note(number), at=hour(at).isoformat())
            save(journal, replace(case(number), version=number))
        found = {since: [one.case_id[-1] for one in journal.touched(hour(since).isoformat())] for since in (8, 10, 12)}
        assert found == {8: ["1", "2", "3"], 10: ["2", "3"], 12: []}

    def test_the_tally_counts_the_open_cases(self, journal):
        """Overdue, due today, waiting beyond today, urgent, without an owner."""
        save(
            journal,
            case(1, due=hour(8), priority="P1"),
            case(2, due=hour(10)),
            case(3, due=hour(18), owner="a.khan"),
            case(4, due=hour(9, 24), waiting_since=hour(8), owner="a.khan"),
            case(5, due=hour(9, 24)),
            case(6, due=hour(8), status="Cancelled", priority="P1"),
            case(7),
        )
        assert journal.tally("2026-11-23T10:00:00+00:00", "2026-11-23T23:59:59+00:00") == Tally(
            open=6, overdue=1, due_today=2, waiting=1, urgent=1, unowned=4
        )


class KeptJournalContract(JournalContract):
    """What a store must do besides when others can reach it and it outlives the one who opened it."""

    def test_two_writers_never_interleave(self, journal, place):
        """The second waits until the first is done, then sees its events."""
        first_is_in, seen = threading.Event(), []

        def other() -> None:
            mine = self.open(place)
            first_is_in.wait(10)
            with mine.write() as writer:
                seen.append(writer.head().seq)
                writer.append(note(9), at=AT, actor="b", role="r")
            mine.close()

        thread = threading.Thread(target=other)
        thread.start()
        with journal.write() as writer:
            writer.append(note(1), at=AT, actor="a", role="r")
            first_is_in.set()
            for number in range(2, 30):
                writer.append(note(number), at=AT, actor="a", role="r")
        thread.join(20)
        assert seen == [29]
        assert [event.actor for event in journal.events()] == ["a"] * 29 + ["b"]
        assert list(check(journal.links())) == []

    def test_what_is_not_committed_is_nobody_elses(self, journal, place):
        """A reader beside an open transaction sees the last committed state."""
        put(journal, note(1))
        other = self.open(place)
        with journal.write() as writer:
            writer.append(note(2), at=AT, actor="a", role="r")
            assert other.head().seq == 1
        assert other.head().seq == 2
        other.close()

    def test_a_journal_reads_the_same_when_it_is_opened_again(self, journal, place):
        """Events, states, keys, numbers and personal values."""
        put(journal, note(1, personal="Ada"), note(2))
        save(journal, case(1, owner="a.khan"), case(2))
        with journal.write() as writer:
            writer.remember("key", Remembered("p", "c", "a", 2))
            writer.next_number("RFD", 2026)
        events, states = list(journal.events()), journal.cases()
        values = journal.vault(digests(events[0].data))
        journal.close()
        again = self.open(place)
        assert (list(again.events()), again.cases()) == (events, states)
        assert again.vault(digests(events[0].data)) == values
        assert again.recall("key") == Remembered("p", "c", "a", 2)
        with again.write() as writer:
            assert writer.next_number("RFD", 2026) == "RFD-2026-000002"
        again.close()
