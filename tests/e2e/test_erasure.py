"""Personal values erased from journal, states, workbook and versions; the chain verifies as before."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from addin import erasure
from addin.bench.backlog import START as BACKLOG_START
from addin.bench.backlog import fill_backlog
from addin.claims.letters import Extent, Wanted, make_letters
from addin.cli import DONE, FINDINGS, USAGE, main
from addin.closed_book import press_closed
from addin.erasure import carry_out, plan_for_cases, plan_for_person, plan_for_time
from addin.folder import create, rebuild_journal
from addin.logic.cases import case_types
from addin.macros.press import Asked
from addin.service import RowRequest, Service
from addin.snapshots import Store
from addin.verify import verify

NAME, STREET = "Philippa Quillfeather", "17 Marlowe Crescent"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture(name="clock")
def fixture_clock():
    return Clock()


@pytest.fixture(name="service")
def fixture_service(tmp_path, monkeypatch, clock):
    """A register with an address change and a claim that name a person, and a snapshot that shows them."""
    monkeypatch.setenv("CASEBOOK_USER", "s.moreau")
    service = create(tmp_path / "register", demo=True, clock=clock)
    service = service.acting(service.settings.actors()["s.moreau"])
    open_one(service, "ADR", recipient=NAME, address_new=STREET)
    open_one(service, "UPC", consignee_name=NAME)
    assert press_closed(service, "desk.refresh").ok
    assert press_closed(service, "desk.snapshot").ok
    yield service
    service.close()


def open_one(service, code, **changed):
    """A case of the type's own sample with other values."""
    kind = case_types()[code]
    texts = {name: kind.sample[name] for name in {*kind.asks, "order_no"} if name in kind.sample} | changed
    given = {name: kind.fields[name].read(text)[0] for name, text in texts.items()}
    outcome = service.open_cases([RowRequest("", given, opens=code)])
    assert outcome.ok, outcome.message
    return outcome.rows[0].case_id


def end(service, *codes):
    """Cancel the cases of these types."""
    cases = [case.case_id for case in service.journal.cases(types=codes)]
    outcome = service.press("cancel", [RowRequest(case_id, reason="Not needed") for case_id in cases])
    assert outcome.ok, outcome.message


def holds(path, words):
    """True when a file holds the words, looked for in every part of a zip and in the raw bytes."""
    content = path.read_bytes()
    found = [content]
    if zipfile.is_zipfile(path):
        package = zipfile.ZipFile(path)
        found += [package.read(name) for name in package.namelist()]
    return any(words.encode() in part for part in found)


def test_a_closed_case_of_a_person_is_erased_everywhere_that_can_be(service):
    """Gone from journal file, log, states and workbook; an event says so without the value; the chain is whole."""
    end(service, "ADR")
    head = service.journal.head()
    plan = plan_for_person(service, "philippa  QUILLFEATHER")
    outcome = carry_out(service, plan, "Article 17 request")
    assert outcome.ok, outcome.message
    (case,) = service.journal.cases(types=["ADR"])
    assert (case.text("recipient"), case.text("address_new")) == ("[erased]", "[erased]")
    assert verify(service.folder).ok
    event = list(service.journal.events())[-1]
    assert event.kind == "personal.erased.v1"
    assert NAME not in event.text
    assert next(service.journal.links(head.seq - 1, head.seq)).hash == head.hash
    for name in ("journal.sqlite", "journal.sqlite-wal", "casebook.xlsm"):
        path = service.folder / name
        assert not path.exists() or not holds(path, STREET), name


def test_an_open_case_keeps_its_values_and_says_why(service):
    """The work still needs them."""
    plan = plan_for_person(service, NAME)
    assert plan.items == ()
    assert {held.case_id for held in plan.held} == {case.case_id for case in service.journal.cases()}
    assert all("still needs it" in held.why for held in plan.held)
    assert carry_out(service, plan, "Asked").message == "There is nothing to erase."


def test_what_a_claim_rests_on_stays_until_its_time(service, clock):
    """A request erases the address change at once; the claim's consignee stays for six years, and it is listed."""
    end(service, "ADR", "UPC")
    plan = plan_for_person(service, NAME)
    assert {service.journal.case(item.case_id).type for item in plan.items if item.title == "Recipient"} == {"ADR"}
    (held,) = [held for held in plan.held if held.title == "Consignee"]
    assert "02/03/2032" in held.why
    clock.now = START + timedelta(days=6 * 366)
    later = plan_for_person(service, NAME)
    assert "Consignee" in {item.title for item in later.items}


def with_letter(service, clock):
    """A closed claim that names the person, with a letter, its PDF, its set and two pieces of evidence."""
    (case_id,) = fill_backlog(service, 1)
    clock.now = BACKLOG_START + timedelta(hours=1)
    edited = service.edit([RowRequest(case_id, {"consignee_name": NAME})])
    assert edited.ok, edited.message
    made = make_letters(service, [Wanted(case_id)], Extent(pdf=True, claim_set=True))
    assert made.ok, made.message
    outcome = service.press("cancel", [RowRequest(case_id, reason="Not needed")])
    assert outcome.ok, outcome.message
    return case_id, sorted((service.folder / "letters").iterdir())


def test_letters_and_evidence_go_with_the_values_they_show(service, clock):
    """Kept as long as the law keeps the claim; then letter, PDF, set, index and evidence go, and verify says why."""
    case_id, files = with_letter(service, clock)
    contents = [path for path in (service.folder / "evidence").rglob("*") if path.is_file()]
    assert (len(files), len(contents)) == (4, 2)
    assert plan_for_cases(service, [case_id]).letters == ()
    clock.now += timedelta(days=6 * 366)
    plan = plan_for_time(service)
    assert (len(plan.letters), {case for case, _ in plan.evidence}) == (4, {case_id})
    outcome = carry_out(service, plan, "Past its retention")
    assert "4 files of letters and 2 of evidence deleted" in outcome.message
    assert not any(path.exists() for path in (*files, *contents))
    report = verify(service.folder)
    assert report.ok, report.faults
    assert any("4 files of letters are gone because they were erased" in note for note in report.notes)
    told = next(event for event in service.journal.events() if event.kind == "letter.erased.v1")
    assert NAME not in told.text


def test_a_kill_before_the_files_are_deleted_is_told_and_mended(service, clock, monkeypatch):
    """The event stands, the files still lie there: verify names each, and the next erasure deletes them."""
    case_id, files = with_letter(service, clock)
    clock.now += timedelta(days=6 * 366)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "delete_erased", lambda *_: 0)
        patched.setattr(erasure, "_erase_evidence", killed)
        with pytest.raises(KeyboardInterrupt):
            carry_out(service, plan_for_cases(service, [case_id]), "Past its retention")
    faults = [fault for fault in verify(service.folder).faults if fault.what == "letter"]
    assert len(faults) == 4
    assert all("run the erasure again" in fault.message for fault in faults)
    again = carry_out(service, plan_for_cases(service, [case_id]), "Past its retention")
    assert "4 files of an earlier erasure were deleted" in again.message
    assert not any(path.exists() for path in files)


def test_the_yearly_run_takes_what_is_past_its_time(service, clock):
    """Contact data six months after closing, not a day before."""
    end(service, "ADR")
    clock.now = datetime(2026, 9, 2, 9, tzinfo=UTC)
    assert plan_for_time(service).items == ()
    clock.now = datetime(2026, 9, 3, 9, tzinfo=UTC)
    plan = plan_for_time(service)
    assert {service.journal.case(case_id).type for case_id in plan.cases} == {"ADR"}
    assert carry_out(service, plan, "Past its retention").ok
    assert plan_for_time(service).items == ()
    assert verify(service.folder).ok


def test_older_versions_are_listed_and_dropped_on_request(service):
    """A snapshot of before still holds the values, until it is deleted with the chunks only it needed."""
    end(service, "ADR")
    plan = plan_for_person(service, NAME)
    store = Store(service.folder / "snapshots")
    assert plan.snapshots == store.names()
    assert carry_out(service, plan, "Asked", drop_snapshots=True).ok
    assert store.names() == ()
    assert not list((store.folder / "chunks").rglob("*.zst"))
    assert verify(service.folder).ok


def test_versions_that_stay_keep_their_chunks(service, clock):
    """Dropping one version harms no other."""
    store = Store(service.folder / "snapshots")
    (first,) = store.names()
    open_one(service, "OST")
    clock.now += timedelta(hours=1)
    assert press_closed(service, "desk.snapshot").ok
    second = next(name for name in store.names() if name != first)
    assert store.drop([first]) == 1
    assert store.check(second) == ()


def test_an_erased_register_can_be_rebuilt_from_its_workbook(service):
    """The same chain, and what was erased stays erased."""
    end(service, "ADR")
    assert carry_out(service, plan_for_person(service, NAME), "Asked").ok
    head = service.journal.head()
    service.close()
    assert rebuild_journal(service.folder, replace=True) == head
    again = Service.open(service.folder)
    assert again.journal.cases(types=["ADR"])[0].text("recipient") == "[erased]"
    again.close()


def test_only_senior_qa_and_legal_erase(service):
    """It cannot be taken back."""
    end(service, "ADR")
    other = service.acting(service.settings.actors()["a.khan"])
    outcome = carry_out(other, plan_for_person(other, NAME), "Asked")
    assert [problem.code for problem in outcome.problems] == ["ERA-ROLE"]
    assert service.journal.cases(types=["ADR"])[0].text("recipient") == NAME


def test_a_message_is_erased_with_the_case_it_became(service, clock):
    """The pasted text, its sender and the proposals."""
    file = service.folder / "chat.txt"
    file.write_text(f"Hi, order 5200477701 status please? {NAME}", encoding="utf-8")
    done = CliRunner().invoke(main, ["intake", str(file), "--register", str(service.folder)])
    assert done.exit_code == DONE, done.output
    clock.now = datetime.now(UTC)  # the command ran by the computer's own clock
    (case,) = service.journal.cases(types=["OST"])
    end(service, "OST", "ADR", "UPC")
    plan = plan_for_cases(service, [case.case_id])
    assert {"Message", "Proposals"} <= {item.title for item in plan.items}
    assert carry_out(service, plan, "Asked").ok
    assert verify(service.folder).ok


def test_typed_cells_are_taken_over_before_the_workbook_is_drawn_anew(service):
    """Erasing loses nobody's typing."""
    case_id = service.journal.cases(types=["UPC"])[0].case_id
    end(service, "ADR")
    assert press_closed(service, "claims.note", Asked((case_id,), {"owner": "b.lowe"}, "x")).ok
    assert carry_out(service, plan_for_person(service, NAME), "Asked").ok
    assert service.journal.case(case_id).text("owner") == "b.lowe"


class TestCommands:
    def run(self, service, *arguments, code=DONE):
        done = CliRunner().invoke(main, [*arguments, "--register", str(service.folder)])
        assert done.exit_code == code, done.output
        return done.output

    def test_a_dry_run_says_what_would_go_and_changes_nothing(self, service):
        """With exit code 1 while there is something, and no personal value in the answer."""
        end(service, "ADR")
        head = service.journal.head()
        found = json.loads(self.run(service, "erase", "--person", NAME, "--dry-run", "--json", code=FINDINGS))
        assert found["values"] >= 2
        assert found["snapshots"]
        assert NAME not in json.dumps(found)
        assert service.journal.head() == head

    def test_erasing_from_the_command_line(self, service):
        """It says how much went and what stays."""
        end(service, "ADR")
        told = self.run(service, "erase", "--person", NAME, "--reason", "Article 17 request")
        assert "erased" in told
        assert "stays" in told

    @pytest.mark.parametrize(
        "arguments",
        [
            ["erase"],
            ["erase", "--person", NAME, "--case", "CASE-2026-000001", "--dry-run"],
            ["erase", "--person", NAME],
            ["erase", "--person", NAME, "--reason", f"{NAME} asked"],
            ["erase", "--person", "Al", "--dry-run"],
            ["erase", "--case", "CASE-2026-009999", "--dry-run"],
        ],
    )
    def test_what_is_not_clear_is_asked_back(self, service, arguments):
        """Whom, why, and never the name itself in a reason that stays for good."""
        self.run(service, *arguments, code=USAGE)
