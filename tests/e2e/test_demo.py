"""The demo: a whole day through real presses, and what it leaves behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document

from addin.cli import main
from addin.folder import rebuild_journal, write_workbook
from addin.register.layout import AUDIT_TEXT
from addin.service import Service
from addin.verify import verify


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo register, played once for this module."""
    folder = tmp_path_factory.mktemp("demo") / "register"
    result = CliRunner().invoke(main, ["demo", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert said["ok"] is True
    assert said["surprises"] == []
    return folder


def copied(played: Path, tmp_path: Path) -> Path:
    """The demo register in a place of its own."""
    return Path(shutil.copytree(played, tmp_path / "copy"))


def test_the_day_leaves_workbook_journal_letter_pack_and_snapshot(played: Path):
    """Everything that the demo names is there, and the register is sound."""
    for pattern in ("casebook.xlsm", "journal.sqlite", "letters/*.docx", "packs/*.xlsx", "snapshots/*.json"):
        assert list(played.glob(pattern)), pattern
    assert not (played / "incidents").exists()
    report = verify(played)
    assert report.ok, report.faults
    assert report.events > 150


def test_the_letter_claims_what_the_case_says(played: Path):
    """The claim letter names the parcel and the amount, and encloses an index of its evidence."""
    letter = next((played / "letters").glob("*.docx"))
    document = Document(str(letter))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    assert "1Z 123 45E 03 0527 1648" in text
    assert "£1,420.00" in text
    assert "  invoice.pdf" in next((played / "letters").glob("*-evidence.txt")).read_text(encoding="utf-8")


def test_the_day_shows_what_a_team_does_together(played: Path):
    """One press for many rows, a merge that was parted again, texts that went out, and a comment that came in."""
    service = Service.open(played, actor=_anybody(played))
    kinds = [event.kind for event in service.journal.events()]
    escalation = service.journal.cases(types=["ESC"])[0]
    service.close()
    assert kinds.count("case.triaged.v1") >= 5
    assert {"case.duplicate.v1", "case.parted.v1", "case.linked.v1"} <= set(kinds)
    assert len(list((played / "outbox").glob("OUT-*.json"))) == 3
    assert "Noor (IT): Interface restarts at 13:40" in escalation.items("ticket_log")[0]


def test_no_card_number_reached_the_disk(played: Path):
    """The card number in one of the messages is nowhere in the folder, in no file's bytes."""
    found = [path for path in played.rglob("*") if path.is_file() and b"4111 1111 1111 1111" in path.read_bytes()]
    assert found == []


def test_self_approval_is_refused_and_on_the_audit_trail(played: Path):
    """Who asked for the refund and then tried to approve it is recorded with the rule."""
    service = Service.open(played, actor=_anybody(played))
    refusals = list(service.journal.events(kinds=["case.refused.v1"]))
    service.close()
    assert any(event.actor == "s.moreau" and "RFD-22" in str(event.data["rules"]) for event in refusals)


def test_the_journal_is_rebuilt_from_the_workbook_alone(played: Path, tmp_path: Path):
    """With the journal gone, the workbook gives it back: same head, same personal values, still sound."""
    folder = copied(played, tmp_path)
    before = verify(folder).head
    for path in folder.glob("journal.sqlite*"):
        path.unlink()
    assert rebuild_journal(folder) == before
    assert verify(folder).ok
    case = next(case for case in _cases(folder) if case.type == "ADR")
    assert case.text("address_new").startswith("12 Orchard Mews")


def test_the_workbook_is_rebuilt_from_the_journal_alone(played: Path, tmp_path: Path):
    """With the workbook gone, the journal gives it back, up to the same event."""
    folder = copied(played, tmp_path)
    (folder / "casebook.xlsm").unlink()
    service = Service.open(folder, actor=_anybody(folder))
    write_workbook(service)
    service.close()
    report = verify(folder)
    assert report.ok, report.faults
    assert not report.notes


def test_a_tampered_audit_sheet_is_no_source_for_a_journal(played: Path, tmp_path: Path):
    """A journal is not made from a chain that does not hold; the present one stays."""
    import openpyxl

    folder = copied(played, tmp_path)
    book = openpyxl.load_workbook(folder / "casebook.xlsm", keep_vba=True)
    cell = book["Audit"].cell(40, AUDIT_TEXT)
    cell.value = str(cell.value).replace("coordinator", "coordinatoR").replace("senior_qa", "senior_qA")
    book.save(folder / "casebook.xlsm")
    book.vba_archive.close()
    kept = (folder / "journal.sqlite").read_bytes()
    result = CliRunner().invoke(main, ["rebuild", "journal", "--replace", "--register", str(folder)])
    assert result.exit_code == 3
    assert "33" in result.output
    assert (folder / "journal.sqlite").read_bytes() == kept


def _anybody(folder: Path):
    from addin.settings import load

    return load(folder).actors()["a.khan"]


def _cases(folder: Path):
    service = Service.open(folder, actor=_anybody(folder))
    try:
        return service.journal.cases()
    finally:
        service.close()
