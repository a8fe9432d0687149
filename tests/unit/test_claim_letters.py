"""Letters of claims in batches: numbers without gaps, each letter once, what was begun is finished, sets that prove."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from service_kit import SETTINGS, Clock, assert_sound, make_service

from addin.bench.backlog import START, fill_backlog, lacking
from addin.claims import letters
from addin.claims.history import history_of
from addin.claims.letters import Extent, Wanted, letters_due, make_letters
from addin.durable import CannotWrite
from addin.errors import HostError, Unavailable
from addin.folder import DEMO_CARRIER, DEMO_HOUSE
from addin.journal import SqliteJournal
from addin.journal.retell import Retold
from addin.letters import templates_root
from addin.letters.fill import as_text
from addin.letters.pdf import Printed
from addin.logic.calendar import london_day
from addin.logic.claim_purposes import purpose_due, usual_purpose
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money
from addin.service import RowRequest, Service
from addin.settings import Carrier, House
from addin.verify.beside import check_beside

SET = Extent(pdf=True, claim_set=True)
HOUSED = SETTINGS.model_copy(update={"house": House(**DEMO_HOUSE), "carrier": Carrier(**DEMO_CARRIER)})


def register(folder: Path, *, settings=HOUSED) -> Service:
    """A register in a folder with a journal in memory, a day after its claims were opened."""
    clock = Clock(START)
    service = replace(make_service(SqliteJournal(None), clock=clock), folder=folder, settings=settings)
    clock.on(days=1)
    return service


@pytest.fixture
def office(tmp_path: Path) -> Service:
    """A register with seven claims, one of each subtype, ready for their letters."""
    service = register(tmp_path)
    fill_backlog(service, 7)
    return service


def ids(service: Service) -> list[str]:
    """Every claim."""
    return [case.case_id for case in service.journal.cases(types=["UPC"])]


def faults(service: Service) -> list[str]:
    """What verify would say of the files beside the journal."""
    retold = Retold()
    for event in service.journal.events():
        list(retold.take(event.seq, event.at, event.case_id, event.kind, dict(event.data)))
    return [fault.message for fault in check_beside(service.folder, retold, [])]


def assert_letters(service: Service, count: int) -> None:
    """Numbers 1 to `count` without a gap, one letter a claim, every file as its event says, nothing loose."""
    made = [one for found in history_of(service.journal).values() for one in found]
    assert sorted(one.number for one in made) == [f"LTR-2026-{n:06d}" for n in range(1, count + 1)]
    assert {len(found) for found in history_of(service.journal).values()} <= {1}
    assert faults(service) == []
    named = {Path(name).name for one in made for name in one.files}
    assert {path.name for path in (service.folder / "letters").iterdir() if path.is_file()} == named
    assert_sound(service.journal)


# -- one press -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("LTR-07")
def test_one_press_makes_letter_pdf_and_set_of_each_claim(office: Service):
    """Seven subtypes, seven letters with PDF and set; numbers without a gap; every file is what its event says."""
    outcome = make_letters(office, [Wanted(one) for one in ids(office)], SET)
    assert outcome.status is Status.DONE, outcome.message
    assert len(outcome.files) == 21
    assert_letters(office, 7)
    assert letters_due(office, SET) == []


def test_the_set_holds_everything_and_its_manifest_proves_it(office: Service):
    """Letter in both forms, invoice, evidence, credit reference, goods with serials, index: each with its SHA-256."""
    case_id = ids(office)[0]
    outcome = make_letters(office, [Wanted(case_id)], SET)
    archive = next(name for name in outcome.files if name.endswith("-claim-set.zip"))
    with zipfile.ZipFile(office.folder / archive) as found:
        assert found.testzip() is None
        manifest = json.loads(found.read("manifest.json"))
        contents = {name: found.read(name) for name in found.namelist()}
    stem = "LTR-2026-000001-v1"
    assert sorted(contents) == sorted([
        "manifest.json", f"{stem}.docx", f"{stem}.pdf", "credit-reference.txt", "item-description.txt",
        "evidence/index.txt", "evidence/invoice.pdf", "evidence/photo.jpg",
    ])  # fmt: skip
    listed = {row["path"]: row for row in manifest["files"]}
    assert set(listed) == set(contents) - {"manifest.json"}
    for path, row in listed.items():
        assert (row["bytes"], row["sha256"]) == (len(contents[path]), hashlib.sha256(contents[path]).hexdigest())
    assert listed["evidence/invoice.pdf"]["role"] == "commercial invoice"
    assert (manifest["letter"], manifest["version"], manifest["case"]) == ("LTR-2026-000001", "1", case_id)
    assert manifest["template"] == "claims.loss"
    assert "SER-000000" in contents["item-description.txt"].decode()
    assert "none is recorded" in contents["credit-reference.txt"].decode()
    for line in contents["evidence/index.txt"].decode().splitlines():
        if not line.startswith("#"):
            digest, name = line.split("  ")
            assert hashlib.sha256(contents[f"evidence/{name}"]).hexdigest() == digest


def test_the_same_set_is_the_same_bytes(tmp_path: Path):
    """Two registers with the same claim make the same archive, whenever their files were written."""
    made = []
    for name in ("one", "two"):
        service = register(tmp_path / name)
        (tmp_path / name).mkdir()
        fill_backlog(service, 1)
        outcome = make_letters(service, [Wanted(ids(service)[0])], SET)
        made.append([(tmp_path / name / file).read_bytes() for file in outcome.files])
    assert made[0] == made[1]


def test_a_piece_above_the_limit_is_listed_and_not_enclosed(tmp_path: Path):
    """Nothing is left out in silence: name, size, digest and the reason stand in the manifest."""
    tight = HOUSED.model_copy(update={"letters": HOUSED.letters.model_copy(update={"enclose_up_to_mb": 0})})
    service = register(tmp_path, settings=tight)
    fill_backlog(service, 1)
    outcome = make_letters(service, [Wanted(ids(service)[0])], SET)
    with zipfile.ZipFile(tmp_path / outcome.files[-1]) as found:
        manifest = json.loads(found.read("manifest.json"))
        assert not any(name.endswith(".jpg") for name in found.namelist())
    assert [row["name"] for row in manifest["not_enclosed"]] == ["invoice.pdf", "photo.jpg"]
    assert all(len(row["sha256"]) == 64 and "larger than" in row["why"] for row in manifest["not_enclosed"])


def test_a_set_needs_the_invoice(office: Service):
    """Without proof of value there is no set, and the words say what to attach; the others have theirs."""
    first, second, *_ = ids(office)
    office.withdraw(first, "invoice.pdf", "Wrong file")
    outcome = make_letters(office, [Wanted(first), Wanted(second)], SET)
    assert [row.ok for row in outcome.rows] == [False, True]
    assert outcome.rows[0].problems[0].code == "SET-INVOICE"
    assert_letters(office, 1)


def test_altered_evidence_stops_its_own_letter(office: Service):
    """A content of the store that was changed by hand is not enclosed as what it was."""
    victim, other, *_ = ids(office)
    content = next((office.folder / "evidence").glob("*/*"))
    digest = content.name
    owner = next(one for one in ids(office) if digest in str(office.journal.case(one).fields["evidence_files"]))
    content.chmod(0o600)
    content.write_bytes(b"x" * content.stat().st_size)
    outcome = make_letters(office, [Wanted(one) for one in ids(office)], SET)
    assert [row.case_id for row in outcome.rows if not row.ok] == [owner]
    assert "altered" in next(row for row in outcome.rows if not row.ok).message
    assert {victim, other} <= set(ids(office))


# -- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.rule("LTR-08")
def test_a_missing_value_names_field_and_sheet_and_the_others_go_through(tmp_path: Path):
    """One claim of fifty lacks a town: forty-nine letters, one sentence that says where to type it."""
    service = register(tmp_path)
    made = fill_backlog(service, 50)
    outcome = make_letters(service, [Wanted(one) for one in made])
    assert outcome.status is Status.PROBLEMS
    (bad,) = [row for row in outcome.rows if not row.ok]
    assert [bad.case_id] == lacking(made)
    assert bad.problems[0].field == "consignee_town"
    assert "'Town' is empty, and the letter" in bad.message
    assert f"Fill in 'Town' on the sheet Case of {bad.case_id}." in bad.message
    assert_letters(service, 49)


def test_a_missing_setting_is_named_as_a_setting(tmp_path: Path):
    """A house without an address is told the line of casebook.toml, not a cell."""
    service = register(tmp_path, settings=SETTINGS)
    (case_id,) = fill_backlog(service, 1)
    (row,) = make_letters(service, [Wanted(case_id)]).rows
    assert "casebook.toml: house address is empty" in row.message
    assert "Fill in [house] address in casebook.toml." in row.message


def test_one_broken_template_stops_only_its_own_letters(tmp_path: Path):
    """A loss letter that was torn in Word, and a damage letter that is gone; the other five are made."""
    house = tmp_path / "house"
    shutil.copytree(templates_root(), house)
    (house / "claims" / "loss.docx").write_bytes(b"torn")
    (house / "claims" / "damage.docx").unlink()
    folder = tmp_path / "register"
    folder.mkdir()
    service = register(folder, settings=HOUSED.model_copy(update={"templates": str(house)}))
    fill_backlog(service, 7)
    outcome = make_letters(service, [Wanted(one) for one in ids(service)], SET)
    said = {service.journal.case(row.case_id).text("subtype"): row.message for row in outcome.rows if not row.ok}
    assert sorted(said) == ["DAMAGE", "LOST"]
    assert "not a Word document" in said["LOST"]
    assert "missing" in said["DAMAGE"]
    assert_letters(service, 5)


def test_a_case_that_is_no_claim_and_a_draft_are_refused(office: Service):
    """An unknown number, and a claim before its evidence is gathered, get no letter."""
    opened = office.open_cases([RowRequest("", {"order_no": "5200999999"}, opens="UPC")])
    outcome = make_letters(office, [Wanted("CASE-2026-999999"), Wanted(opened.rows[0].case_id)])
    assert [row.problems[0].code for row in outcome.rows] == ["CASE-UNKNOWN", "LET-NONE"]
    assert list((office.folder).glob("letters/*")) == []


# -- again -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("LTR-07")
def test_a_letter_made_again_is_its_next_version(office: Service):
    """The number stays, the version rises, both files stay as they were."""
    case_id = ids(office)[0]
    make_letters(office, [Wanted(case_id)], SET)
    before = {path: path.read_bytes() for path in (office.folder / "letters").iterdir()}
    make_letters(office, [Wanted(case_id)], SET)
    made = history_of(office.journal)[case_id]
    assert [(one.number, one.version) for one in made] == [("LTR-2026-000001", 1), ("LTR-2026-000001", 2)]
    assert all(path.read_bytes() == content for path, content in before.items())
    assert faults(office) == []


def test_another_purpose_is_another_letter(office: Service):
    """A reminder has a number of its own; the next reminder, when it is due, has the next."""
    case_id = ids(office)[0]
    make_letters(office, [Wanted(case_id)])
    senior = office.acting(office.settings.actors()["s.moreau"])
    for verb, changes in (
        ("approve", {}),
        ("file", {"claim_no": "C-1", "manifest_match": True, "late_reason": "Found late",
                  "evidence_kinds": tuple(f"{kind}: seen" for kind in ("Tracking snapshot", "Manifest line",
                  "Proof of tender", "Item description", "Weight", "Declared value"))}),
    ):  # fmt: skip
        done = senior.press(verb, [RowRequest(case_id, changes, reason="Checked")])
        assert done.ok or verb == "approve", done.message
    assert letters_due(office) == [] or all(one.case_id != case_id for one in letters_due(office))
    office.clock.on(days=40)
    (due,) = [one for one in letters_due(office) if one.case_id == case_id]
    assert due.purpose == "chaser"
    assert make_letters(office, [due]).ok
    assert [one.purpose for one in history_of(office.journal)[case_id]] == ["claim", "chaser"]
    office.clock.on(days=40)
    (again,) = [one for one in letters_due(office) if one.case_id == case_id]
    assert make_letters(office, [again]).ok
    numbers = [(one.number, one.version) for one in history_of(office.journal)[case_id]]
    assert numbers == [("LTR-2026-000001", 1), ("LTR-2026-000002", 1), ("LTR-2026-000003", 1)]


def test_what_is_due_follows_state_and_silence(office: Service):
    """Before filing the claim's own letter, after a decision the appeal, in silence a reminder; a draft needs none."""
    case = office.journal.case(ids(office)[0])
    now = office.clock()
    today = now.date()
    gathering, appeal = replace(case, status="Evidence gathering"), replace(case, status="Appeal")
    filed = replace(case, status="Filed", fields={**case.fields, "filed_at": now - timedelta(days=31)})
    due = lambda one, written: purpose_due(one, written, today, DEFAULT_POLICY)  # noqa: E731
    assert [due(gathering, {}), due(gathering, {"claim": now})] == ["claim", ""]
    assert [due(appeal, {"claim": now}), due(appeal, {"appeal": now})] == ["appeal", ""]
    assert [due(filed, {}), due(filed, {"chaser": now - timedelta(days=2)})] == ["chaser", ""]
    assert due(replace(case, status="Draft"), {}) == ""
    assert [usual_purpose(state) for state in ("Filed", "Decided", "Appeal")] == ["claim", "appeal", "appeal"]


# -- stopped and gone on ---------------------------------------------------------------------------------------------


class Full(OSError):
    """What a full disk says."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("at", [1, 4, 10, 15])
def test_a_full_disk_stops_the_batch_and_nothing_is_made_twice(
    office: Service, monkeypatch: pytest.MonkeyPatch, at: int
):
    """The disk is full at the nth file: the batch says so and stops; asked again, it goes on and ends whole."""
    written, real = [0], letters.write_file

    def write(path: Path, content: bytes) -> str:
        written[0] += 1
        if written[0] >= at:
            raise CannotWrite(f"{path.name} cannot be written: {Full().strerror}.", hint="Free some space.")
        return real(path, content)

    monkeypatch.setattr(letters, "write_file", write)
    monkeypatch.setattr(letters, "PART", 3)
    outcome = make_letters(office, letters_due(office, SET), SET)
    assert not outcome.ok
    assert any("No space left on device" in row.message for row in outcome.rows)
    assert len(outcome.rows) == 7
    monkeypatch.setattr(letters, "write_file", real)
    again = make_letters(office, letters_due(office, SET), SET)
    assert again.ok, again.message
    assert_letters(office, 7)


def test_a_batch_of_a_thousand_is_not_tried_file_by_file_on_a_full_disk(office: Service, monkeypatch):
    """After the first file that cannot be written nothing else is begun, and each claim is told it was not tried."""
    tried = []

    def full(path: Path, content: bytes) -> str:
        tried.append(path)
        raise CannotWrite("full", hint="Free some space.")

    monkeypatch.setattr(letters, "write_file", full)
    outcome = make_letters(office, [Wanted(one) for one in ids(office)])
    assert len(tried) == 1
    assert [row.problems[0].code for row in outcome.rows] == ["FILE-WRITE"] + ["LET-STOPPED"] * 6
    assert history_of(office.journal) == {}


def test_a_commit_that_fails_gives_the_numbers_back(office: Service, monkeypatch: pytest.MonkeyPatch):
    """Files without their event are moved aside before the next letter, and the numbers begin where they were."""
    real = letters._Batch._append

    def dying(*_: object) -> int:
        raise Unavailable("The journal cannot be used: disk I/O error.", hint="Check the disk.")

    monkeypatch.setattr(letters._Batch, "_append", dying)
    outcome = make_letters(office, [Wanted(one) for one in ids(office)], SET)
    assert not any(row.ok for row in outcome.rows)
    loose = {path.name for path in (office.folder / "letters").iterdir()}
    assert loose
    monkeypatch.setattr(letters._Batch, "_append", real)
    assert make_letters(office, letters_due(office, SET), SET).ok
    assert_letters(office, 7)
    aside = {path.name.split("-", 1)[1] for path in (office.folder / "letters" / "left-over").iterdir()}
    assert aside == loose


def test_a_letter_without_its_pdf_is_finished_not_written_again(office: Service, monkeypatch: pytest.MonkeyPatch):
    """Without a PDF program the Word files are made and each row says so; with it the same letters are finished."""
    absent = Problem("OFFICE-MISSING", "The Word file is made, but not the PDF: LibreOffice was not found.")
    real = letters.make_pdfs
    monkeypatch.setattr(letters, "make_pdfs", lambda written, *_: [Printed(problem=absent) for _ in written])
    outcome = make_letters(office, letters_due(office, SET), SET)
    assert {row.problems[0].code for row in outcome.rows} == {"OFFICE-MISSING"}
    assert len(list((office.folder / "letters").glob("*.docx"))) == 7
    monkeypatch.setattr(letters, "make_pdfs", real)
    office.clock.on(days=2)  # the letter keeps the day on which it was written
    due = letters_due(office, SET)
    assert [one.finish for one in due] == [True] * 7
    assert make_letters(office, due, SET).ok
    assert_letters(office, 7)


def test_a_letter_that_was_begun_and_no_longer_true_is_a_new_version(office: Service):
    """When the claim changed between letter and PDF, the PDF of yesterday's words would be a forgery."""
    case_id = ids(office)[0]
    make_letters(office, [Wanted(case_id)])
    office.edit([RowRequest(case_id, {"consignee_town": "Ely"})])
    (due,) = [one for one in letters_due(office, SET) if one.case_id == case_id]
    assert make_letters(office, [due], SET).ok
    made = history_of(office.journal)[case_id]
    assert [(one.version, one.printed, one.in_set) for one in made] == [(1, False, False), (2, True, True)]


@pytest.mark.rule("LTR-07")
def test_two_batches_at_once_make_each_letter_once(office: Service):
    """Both asked what is due before either wrote: the second finds each letter made, and makes no version of it."""
    due = letters_due(office, SET)
    begun = make_letters(office, due)
    unfinished = letters_due(office, SET)
    assert begun.ok
    assert [one.finish for one in unfinished] == [True] * 7
    for wanted in (due, unfinished, due, unfinished):
        outcome = make_letters(office, wanted, SET)
        assert outcome.ok, outcome.message
    assert all(row.message.endswith("was made meanwhile.") for row in outcome.rows)
    assert_letters(office, 7)


def test_what_people_put_into_the_folder_stays(office: Service):
    """Only files that are named like ours and that no event names are moved aside, never deleted."""
    folder = office.folder / "letters"
    folder.mkdir()
    for name in (
        "notes.docx",
        "LTR-old.docx",
        "LTR-2026-000009-v1-CASE-2026-000001.docx",
        ".LTR-2026-000001-v1-evidence.txt.part",
    ):
        (folder / name).write_bytes(b"kept")
    make_letters(office, [Wanted(ids(office)[0])])
    left = sorted(path.name for path in folder.iterdir() if path.is_file() and path.read_bytes() == b"kept")
    assert left == ["LTR-old.docx", "notes.docx"]
    assert [path.read_bytes() for path in (folder / "left-over").iterdir()] == [b"kept", b"kept"]


def test_a_folder_that_cannot_be_written_is_told(office: Service):
    """A file lies where the folder of letters should be: plain words, no letter, no number used."""
    (office.folder / "letters").write_bytes(b"not a folder")
    outcome = make_letters(office, [Wanted(ids(office)[0])])
    assert outcome.rows[0].problems[0].code == "FILE-WRITE"
    assert "cannot be written" in outcome.message
    assert history_of(office.journal) == {}


def test_an_internal_sheet_is_never_put_into_a_set(office: Service):
    """The write-off sheet stays in the house: Word file and PDF, no archive for the carrier."""
    case_id = ids(office)[0]
    senior = office.acting(office.settings.actors()["s.moreau"])
    _decided(office, case_id, "60.00", "1360.00")
    outcome = make_letters(senior, [Wanted(case_id, "write_off")], SET)
    assert outcome.ok, outcome.message
    assert sorted(Path(name).suffix for name in outcome.files) == [".docx", ".pdf"]


def _decided(office: Service, case_id: str, paid: str, left: str) -> None:
    """The carrier decided yesterday and paid a part."""
    case = office.journal.case(case_id)
    amount, rest = Money(Decimal(paid)), Money(Decimal(left))
    facts = {"amount_offered": amount, "amount_paid": amount, "write_off_amount": rest, "claim_no": "C-1",
             "carrier_decided_at": office.clock() - timedelta(days=1)}  # fmt: skip
    with office.journal.write() as writer:
        writer.save(replace(case, status="Decided", fields={**case.fields, **facts}))


def _said(office: Service, outcome: Outcome) -> str:
    """Every word of the body of the letter that was made."""
    docx = next(name for name in outcome.files if name.endswith(".docx"))
    said = "\n".join(paragraph.text for paragraph in Document(str(office.folder / docx)).paragraphs)
    return said.replace("\u00a0", " ")


def test_the_write_off_names_what_is_left_and_not_what_was_claimed(office: Service):
    """Of what was claimed, the part that the carrier paid is no loss and is not written off."""
    case_id = ids(office)[0]
    _decided(office, case_id, "60.00", "1360.00")
    said = _said(office, make_letters(office, [Wanted(case_id, "write_off")]))
    assert "the carrier has paid £60.00. It is proposed to write off £1,360.00." in said


def test_an_appeal_names_the_decision_it_is_against(office: Service):
    """Day of the decision and amount offered are computed, never typed; nothing offered is said in words."""
    first, second = ids(office)[:2]
    _decided(office, first, "60.00", "1360.00")
    _decided(office, second, "60.00", "335.00")
    with office.journal.write() as writer:
        denied = office.journal.case(second)
        writer.save(replace(denied, fields={**denied.fields, "amount_offered": None}))
    day = as_text(london_day(office.clock() - timedelta(days=1)))
    assert f"decision of {day} on claim C-1, which offers £60.00," in _said(
        office, make_letters(office, [Wanted(first, "appeal")])
    )
    assert "which offers nothing," in _said(office, make_letters(office, [Wanted(second, "appeal")]))


def test_a_reminder_names_the_letter_that_was_not_answered(office: Service):
    """The claim's first letter stands in it by number and day; a claim that was filed without a letter has none."""
    first, second = ids(office)[:2]
    claim = make_letters(office, [Wanted(first)])
    number = Path(claim.files[0]).name[:15]
    with office.journal.write() as writer:
        for case_id in (first, second):
            writer.save(replace(office.journal.case(case_id), status="Filed"))
    told, untold = (_said(office, make_letters(office, [Wanted(one, "chaser")])) for one in (first, second))
    assert f"in our letter {number} of {as_text(london_day(office.clock()))} and have not yet had your" in told
    assert "We wrote to you about the parcel below and have not yet had your decision" in untold


def test_a_word_file_of_a_set_opens(office: Service):
    """The letter in the archive is the letter in the folder."""
    outcome = make_letters(office, [Wanted(ids(office)[3])], SET)
    docx, _, archive = outcome.files
    with zipfile.ZipFile(office.folder / archive) as found:
        inside = next(name for name in found.namelist() if name.endswith(".docx"))
        assert found.read(inside) == (office.folder / docx).read_bytes()
        assert zipfile.ZipFile(io.BytesIO(found.read(inside))).testzip() is None


def test_an_absent_host_is_one_problem_for_each_letter(office: Service, monkeypatch: pytest.MonkeyPatch):
    """Asking for LibreOffice where there is none leaves the Word files and says what to do."""

    def absent(*_: object) -> None:
        raise HostError("LibreOffice was not found.", hint="Install it.", code="OFFICE-MISSING")

    real = letters.make_pdfs
    monkeypatch.setattr(letters, "make_pdfs", lambda one, way, root: real(one, way, root, {"libreoffice": absent}))
    outcome = make_letters(office, [Wanted(ids(office)[0])], Extent(pdf=True, way="libreoffice"))
    assert outcome.rows[0].problems[0].code == "OFFICE-MISSING"
    assert history_of(office.journal)
