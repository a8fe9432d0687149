"""What claim letters say of their register: enclosures that are there, sums that agree, days that stay in one piece."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from pypdf import PdfReader
from service_kit import SETTINGS, Clock, make_service

from addin.bench.backlog import START, fill_backlog
from addin.claims.letters import Extent, Wanted, make_letters
from addin.claims.values import KEPT_BACK
from addin.cli import main
from addin.evidence import attach_files
from addin.folder import DEMO_CARRIER, DEMO_HOUSE
from addin.journal import SqliteJournal
from addin.letters import Templates, templates_root
from addin.letters.plain import printed_words
from addin.logic.claim_purposes import LETTER_STATES
from addin.logic.claim_terms import SUBTYPES
from addin.logic.outcome import Outcome
from addin.logic.values import Money
from addin.service import RowRequest, Service
from addin.settings import Carrier, House

SET = Extent(pdf=True, claim_set=True)
HOUSED = SETTINGS.model_copy(update={"house": House(**DEMO_HOUSE), "carrier": Carrier(**DEMO_CARRIER)})


@pytest.fixture
def office(tmp_path: Path) -> Service:
    """A register with seven claims, one of each subtype, ready for their letters, a day after they were opened."""
    clock = Clock(START)
    service = replace(make_service(SqliteJournal(None), clock=clock), folder=tmp_path, settings=HOUSED)
    clock.on(days=1)
    fill_backlog(service, 7)
    return service


def of(office: Service, subtype: str) -> str:
    """The claim of a subtype."""
    return next(one.case_id for one in office.journal.cases(types=["UPC"]) if one.text("subtype") == subtype)


def file_of(office: Service, outcome: Outcome, end: str) -> Path:
    """The one file of an outcome with this end."""
    assert outcome.ok, outcome.message
    (name,) = [one for one in outcome.files if one.endswith(end)]
    return office.folder / name


def words(office: Service, outcome: Outcome) -> str:
    """Every word of a letter's Word file, tables, header and footer included, with plain spaces."""
    docx = file_of(office, outcome, ".docx").read_bytes()
    return "\n".join(printed_words(docx)).replace("\u00a0", " ")


def set_fields(office: Service, case_id: str, status: str, **fields: object) -> None:
    """Put a claim where a test needs it, past the moves that lead there."""
    case = office.journal.case(case_id)
    assert case is not None
    with office.journal.write() as writer:
        writer.save(replace(case, status=status, fields={**case.fields, **fields}))  # type: ignore[arg-type]


def test_the_states_a_batch_is_asked_for_are_those_of_the_letters():
    """A state or subtype that no letter has is refused as a slip of the keyboard, not answered with "nothing to do"."""
    letters = Templates(templates_root()).letters().values()
    assert {state for one in letters for state in one.states} == set(LETTER_STATES)
    asked = CliRunner().invoke(main, ["letter", "--all-due", "--subtype", "lots"])
    assert asked.exit_code == 2
    assert "'lost'" in asked.output.casefold()


@pytest.mark.rule("LTR-05")
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_the_enclosures_that_a_letter_names_are_those_of_its_set(office: Service, subtype: str):
    """Each file of the set stands in the letter, by its name or by what it is, and each that it lists is in the set."""
    outcome = make_letters(office, [Wanted(of(office, subtype))], SET)
    said = words(office, outcome)
    with zipfile.ZipFile(file_of(office, outcome, ".zip")) as found:
        rows = json.loads(found.read("manifest.json"))["files"]
        names = {name.removeprefix("evidence/") for name in found.namelist() if name.startswith("evidence/")}
    for row in rows:
        if row["role"] in ("evidence", "commercial invoice"):
            assert row["path"].removeprefix("evidence/") in said
            assert row["sha256"][:16] in said
        elif row["role"] != "letter":
            assert row["role"] in said
    document = Document(io.BytesIO(file_of(office, outcome, ".docx").read_bytes()))
    listed = {row.cells[0].text for row in document.tables[-1].rows[1:]}
    assert listed == names - {"index.txt"}


@pytest.mark.rule("LTR-05")
def test_a_file_that_proves_two_things_is_enclosed_once(office: Service):
    """Attached as photo of the item and of the label: one file and one line with both kinds; each name is once."""
    case_id = of(office, "DAMAGE")
    path = office.folder / "both.jpg"
    path.write_bytes(b"item and label")
    for kind in ("Photo of item", "Photo of label"):
        assert attach_files(office, case_id, [path], kind).ok
    outcome = make_letters(office, [Wanted(case_id)], SET)
    with zipfile.ZipFile(file_of(office, outcome, ".zip")) as found:
        assert len(found.namelist()) == len(set(found.namelist()))
        rows = [row for row in json.loads(found.read("manifest.json"))["files"] if row["path"] == "evidence/both.jpg"]
    assert [row["kind"] for row in rows] == ["Photo of item, Photo of label"]
    assert words(office, outcome).count("both.jpg") == 1


@pytest.mark.rule("LTR-05")
def test_a_file_that_is_too_large_to_enclose_is_called_so_in_letter_index_and_manifest(office: Service):
    """The carrier is not told that it has what was kept back, and can check the files that are there."""
    tight = office.settings.letters.model_copy(update={"enclose_up_to_mb": 0})
    service = replace(office, settings=office.settings.model_copy(update={"letters": tight}))
    outcome = make_letters(service, [Wanted(of(office, "LOST"))], SET)
    assert f"Invoice, {KEPT_BACK}" in words(office, outcome)
    with zipfile.ZipFile(file_of(office, outcome, ".zip")) as found:
        index = found.read("evidence/index.txt").decode()
        assert len(json.loads(found.read("manifest.json"))["not_enclosed"]) == 2
    assert [line for line in index.splitlines() if not line.startswith("#")] == []
    assert f"invoice.pdf ({KEPT_BACK})" in index


def test_a_day_and_an_amount_stay_in_one_piece_on_paper_and_plain_in_texts(office: Service):
    """No line ends inside "17 November 2026"; the text files of the set keep spaces that a search finds."""
    outcome = make_letters(office, [Wanted(of(office, "LOST"))], SET)
    docx = Document(io.BytesIO(file_of(office, outcome, ".docx").read_bytes()))
    (opening,) = [one.text for one in docx.paragraphs if one.text.startswith("We are the shipper")]
    assert "1\u00a0September\u00a02026" in opening
    pages = PdfReader(file_of(office, outcome, ".pdf")).pages
    text = " ".join("".join(page.extract_text() for page in pages).replace("\u00a0", "~").split())
    assert "1~September~2026" in text or "1 September 2026" in text
    with zipfile.ZipFile(file_of(office, outcome, ".zip")) as found:
        texts = [found.read(name).decode() for name in found.namelist() if name.endswith(".txt")]
    assert not any("\u00a0" in one for one in texts)
    assert any("7 September 2026" in one or "8 September 2026" in one for one in texts)


@pytest.mark.rule("LTR-08")
@pytest.mark.parametrize(("subtype", "field"), [
    ("DNR", "delivered_date"), ("MISDELIVERY", "delivered_date"), ("DAMAGE", "delivered_date"),
    ("MISSING_CONTENTS", "delivered_date"),
])  # fmt: skip
def test_a_letter_about_a_delivery_needs_its_day(office: Service, subtype: str, field: str):
    """It never says that a parcel was delivered on no day; the words name the cell."""
    case_id = of(office, subtype)
    set_fields(office, case_id, "Evidence gathering", **{field: None})
    (row,) = make_letters(office, [Wanted(case_id)]).rows
    assert not row.ok
    assert "'Delivered on' is empty" in row.message


def test_a_late_service_names_the_hour_it_was_due(office: Service):
    """The promise and the delivery stand beside each other with their times; the charge is what is asked for."""
    case_id = of(office, "LATE")
    due = office.clock() - timedelta(days=5)
    set_fields(office, case_id, "Evidence gathering", committed_at=due, delivered_at=due + timedelta(hours=27),
               shipping_charge=Money(Decimal("18.40")), amount_claimed=Money(Decimal("18.40")))  # fmt: skip
    said = words(office, make_letters(office, [Wanted(case_id)]))
    assert "It was due on 3 September 2026, 09:00 and was delivered on 4 September 2026, 12:00." in said
    assert "a refund of the shipping charge, £18.40, net of VAT" in said


@pytest.mark.rule("LTR-06")
def test_the_day_for_an_inspection_is_worked_out(office: Service):
    """Three working days of the policy after the letter's day, over a weekend, never "within three days"."""
    office.clock.on(days=2)  # Thursday
    said = words(office, make_letters(office, [Wanted(of(office, "DAMAGE"))]))
    assert "Tell us by 15 September 2026 whether you wish to inspect" in said


@pytest.mark.rule("LTR-06")
def test_a_write_off_adds_up(office: Service):
    """Claimed less the carrier's money, the insurer's and what was found is what is written off."""
    case_id = of(office, "LOST")
    decided = office.clock() - timedelta(days=3)
    set_fields(office, case_id, "Decided", carrier_decided_at=decided, amount_claimed=Money(Decimal("1420.00")),
               amount_paid=Money(Decimal("60.00")), insurer_paid=Money(Decimal("800.00")),
               found_value=Money(Decimal("200.00")), write_off_amount=Money(Decimal("360.00")))  # fmt: skip
    said = words(office, make_letters(office, [Wanted(case_id, "write_off")]))
    assert "Of £1,420.00 claimed, the carrier has paid £60.00 and the insurer £800.00;" in said
    assert "goods worth £200.00 were found. It is proposed to write off £360.00." in said
    assert "Decide by 5 October 2026." in said  # while the house may still appeal
    assert "12345E" not in said  # the account is masked in what stays in the house
    assert "****5E" in said


def test_an_appeal_names_what_is_new_and_a_reminder_of_it_names_the_appeal(office: Service):
    """A document that came after the decision is called new; the reminder is of the letter that was not answered."""
    case_id = of(office, "DNR")
    first = make_letters(office, [Wanted(case_id)])
    assert first.ok
    set_fields(office, case_id, "Decided", carrier_decided_at=office.clock(), claim_no="C-1",
               filed_at=office.clock(), amount_offered=None)  # fmt: skip
    office.clock.on(days=1)
    (office.folder / "driver.pdf").write_bytes(b"statement")
    assert attach_files(office, case_id, [office.folder / "driver.pdf"], "Statement").ok
    appeal = make_letters(office, [Wanted(case_id, "appeal")])
    assert "New since your decision: driver.pdf." in words(office, appeal)
    set_fields(office, case_id, "Appeal")
    office.clock.on(days=40)
    said = words(office, make_letters(office, [Wanted(case_id, "chaser")]))
    number = Path(appeal.files[0]).name[:15]
    assert f"in our letter {number} of 9 September 2026 and have not yet had your decision." in said
    assert "The claim was filed on 8 September 2026." in said


@pytest.mark.rule("LTR-01")
def test_a_letter_is_not_made_before_its_proof_and_the_others_go_through(office: Service):
    """The row says which paper is missing; nothing is numbered for it."""
    bare, whole = of(office, "RETURN_LEG"), of(office, "LOST")
    office.edit([RowRequest(bare, {"evidence_kinds": None, "return_label_owner": "House"})])
    outcome = make_letters(office, [Wanted(bare), Wanted(whole)])
    assert [row.ok for row in outcome.rows] == [False, True]
    assert "'Drop-off receipt'" in outcome.rows[0].message
    assert "LTR-2026-000001" in outcome.rows[1].message


@pytest.mark.rule("LTR-08")
def test_what_one_sheet_lacks_is_one_sentence(office: Service):
    """A claim that was only just opened lacks a dozen values: three places to go to, not a dozen sentences."""
    case_id = of(office, "DAMAGE")
    bare = {
        "consignee_town": None,
        "consignee_name": None,
        "service": None,
        "amount_claimed": None,
        "evidence_files": (),
    }
    set_fields(office, case_id, "Evidence gathering", **bare)
    (row,) = make_letters(office, [Wanted(case_id)]).rows
    assert len(row.problems) == 3
    assert (
        "'Consignee', 'Town' and 'Service' are empty, and the letter 'Notice of damage and claim' needs" in row.message
    )
    assert f"Fill them in on the sheet Case of {case_id}." in row.message
    assert "'Claimed' is empty" in row.message
    assert f"Put files into inbox/evidence/{case_id}/" in row.message


@pytest.mark.rule("LTR-08")
def test_a_contact_in_a_name_is_told_with_its_sheet(office: Service):
    """Neither telephone numbers nor addresses of mail leave in a letter; the words say where to take them out."""
    case_id = of(office, "LOST")
    set_fields(office, case_id, "Evidence gathering", consignee_name="J. Example 07700 900123")
    (row,) = make_letters(office, [Wanted(case_id)]).rows
    assert "Take it out of the field." in row.message
    assert f"the sheet Case of {case_id}" in row.message
