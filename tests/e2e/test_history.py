"""Versions from the command line: listed, compared, brought back, rebuilt; the register itself is never touched."""

from __future__ import annotations

import hashlib
import json
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner

from addin.cli import DONE, FINDINGS, TROUBLE, main
from addin.closed_book import press_closed
from addin.errors import ConfigError
from addin.folder import create
from addin.macros.press import Asked
from addin.register.layout import columns
from addin.service import RowRequest, Service
from addin.verify import verify


@pytest.fixture(name="register")
def fixture_register(tmp_path, monkeypatch):
    """A register with a snapshot, and a change since."""
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    service = create(tmp_path / "register", demo=True)
    service.open_cases([RowRequest("", {"order_no": "5200400001"}, opens="OST")])
    assert press_closed(service, "desk.refresh").ok
    assert press_closed(service, "desk.snapshot", Asked(reason="Before lunch")).ok
    asked = Asked(cases_of(service), {"owner": "b.lowe"}, "Handed over")
    assert press_closed(service, "requests.note", asked).ok
    service.open_cases([RowRequest("", {"order_no": "5200400002"}, opens="OST")])
    service.close()
    return tmp_path / "register"


def cases_of(service):
    return tuple(case.case_id for case in service.journal.cases())


def run(register, *arguments, code=DONE):
    done = CliRunner().invoke(main, [*arguments, "--register", str(register)])
    assert done.exit_code == code, done.output
    return done.output


def told(register, *arguments, code=DONE):
    return json.loads(run(register, *arguments, "--json", code=code))


def snapshot_of(register):
    return told(register, "snapshots")["snapshots"][0]["name"]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_versions_are_listed_with_their_reason(register):
    """When, who, why, up to where; and what the store costs."""
    found = told(register, "snapshots")
    assert [(s["why"], s["by"]) for s in found["snapshots"]] == [("Before lunch", "a.khan")]
    assert found["stored_bytes"] > 0
    assert "Before lunch" in run(register, "snapshots")


def test_a_snapshot_and_now_differ_in_what_was_done_since(register):
    """One owner changed, one case came; nothing else, and exit code 1 says that there is something."""
    found = told(register, "diff", snapshot_of(register), code=FINDINGS)
    assert [(row["what"], row["case"][-1]) for row in found["rows"]] == [("changed", "1"), ("added", "2")]
    assert {"column": "Owner", "old": "", "new": "b.lowe"} in found["rows"][0]["cells"]
    words = run(register, "diff", snapshot_of(register), code=FINDINGS)
    assert "Owner: (empty) -> b.lowe" in words


def test_the_workbook_says_what_the_journal_says(register):
    """Read from the file and from the events, the same words: no false change."""
    assert run(register, "press", "desk.refresh")
    assert told(register, "diff", str(register / "casebook.xlsm"), "now")["rows"] == []


def test_fields_that_no_queue_shows_are_compared_too(register):
    """A row of a version is the whole form; --queue keeps to what the queue sheet shows."""
    name = snapshot_of(register)
    service = Service.open(register)
    (first, _) = service.journal.cases()
    hidden = "decision"
    assert not any(column.name == hidden for column in columns("Requests"))
    outcome = service.edit([RowRequest(first.case_id, {hidden: "Wait for the scan"}, reason="Found out")])
    assert outcome.ok, outcome.message
    service.close()
    run(register, "press", "desk.refresh")
    title = {"column": "Decision", "old": "", "new": "Wait for the scan"}
    for older, newer in ((name, "now"), (name, str(register / "casebook.xlsm"))):
        whole = told(register, "diff", older, newer, code=FINDINGS)
        assert title in whole["rows"][0]["cells"]
        assert whole["partly"] == []
        queue = told(register, "diff", older, newer, "--queue", code=FINDINGS)
        assert title not in queue["rows"][0]["cells"]
        assert {"column": "Owner", "old": "", "new": "b.lowe"} in queue["rows"][0]["cells"]


def test_a_workbook_without_its_audit_sheet_is_compared_by_what_it_shows(register, tmp_path):
    """What it cannot say is no difference, and is said."""
    run(register, "press", "desk.refresh")
    cut = tmp_path / "cut.xlsx"
    book = openpyxl.load_workbook(register / "casebook.xlsm")
    del book["Audit"]
    book.save(cut)
    found = told(register, "diff", str(cut), "now")
    assert (found["rows"], found["partly"]) == ([], [str(cut)])
    assert "no sound Audit sheet" in run(register, "diff", str(cut), "now")


def test_a_workbook_shows_the_changed_cells(register, tmp_path):
    """Old words under new ones, the changed cell coloured."""
    target = tmp_path / "what changed.xlsx"
    run(register, "diff", snapshot_of(register), "--book", str(target), code=FINDINGS)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Summary", "Changes", "Requests"]
    lines = [[cell.value for cell in row] for row in book["Changes"].iter_rows(min_row=5)]
    assert ["changed", "Requests", book["Requests"]["B5"].value, "Owner", "", "b.lowe"] in lines
    sheet = book["Requests"]
    owner = [cell.value for cell in sheet[4]].index("Owner") + 1
    assert (sheet.cell(5, owner).value, sheet.cell(6, owner).value) == ("b.lowe", "(empty)")
    assert sheet.cell(5, owner).fill.fgColor.rgb == "FFF4C95D"
    assert sheet.cell(5, 3).fill.fgColor.rgb != "FFF4C95D"
    run(register, "diff", snapshot_of(register), "--book", str(target), code=TROUBLE)


def test_a_version_is_brought_back_beside_the_register(register):
    """The live workbook keeps its bytes, the restore is an event, the copy is sound and takes no work."""
    before = digest(register / "casebook.xlsm")
    name = snapshot_of(register)
    told(register, "restore", name)
    copy = register / f"restored-{name}"
    assert digest(register / "casebook.xlsm") == before
    assert verify(copy).ok
    assert zipfile.ZipFile(copy / "casebook.xlsm").testzip() is None
    service = Service.open(register)
    assert [event.kind for event in service.journal.events()][-1] == "snapshot.restored.v1"
    service.close()
    run(register, "restore", name, code=TROUBLE)
    looked_at = Service.open(copy)
    with pytest.raises(ConfigError, match="copy"):
        looked_at.open_cases([RowRequest("", {"order_no": "5200400009"}, opens="OST")])
    looked_at.close()


def test_a_moment_is_rebuilt_from_the_journal(register):
    """Events up to it, cases as they stood, its own workbook; nothing is recorded in the register."""
    service = Service.open(register)
    moment = next(event.at for event in service.journal.events() if event.kind == "status.opened.v1")
    count = service.journal.head().seq
    service.close()
    found = told(register, "as-of", moment.replace("+00:00", "Z"), "--to", str(register / "then"))
    report = verify(register / "then")
    assert report.ok, report.sentence()
    assert report.head.hash == found["head"]
    again = Service.open(register)
    assert again.journal.head().seq == count
    assert found["head"] == next(link.hash for link in again.journal.links(found["events"] - 1, found["events"]))
    again.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["diff", "nothing-like-it"], "Name 'now', a snapshot"),
        (["as-of", "1999-01-01"], "did not exist"),
        (["as-of", "yesterday"], "Write it like"),
        (["restore", "../../casebook"], "no name of a snapshot"),
        (["restore", "20200101T000000-0000001"], "no snapshot"),
    ],
)
def test_a_version_that_is_not_there_is_said_with_what_there_is(register, arguments, words):
    """No traceback, and a remedy."""
    assert words in run(register, *arguments, code=TROUBLE)


def test_a_version_is_kept_before_a_risky_step(register):
    """Month end, closing a month and an import come after a version; a second press right after keeps no second one."""
    for _ in range(2):  # the first one also makes the signing key, which is an event
        run(register, "month-end", "2026-01", code=FINDINGS)
    found = told(register, "snapshots")["snapshots"]
    assert found[-1]["why"] == "Before Month end"
    run(register, "month-end", "2026-01", code=FINDINGS)
    assert told(register, "snapshots")["snapshots"] == found


def test_the_daily_version_is_kept_once(register):
    """A scheduled task may run as often as it likes."""
    first = told(register, "snapshot", "--daily")
    again = told(register, "snapshot", "--daily")
    assert "kept already" in first["message"]  # the one before lunch is today's
    assert "kept already" in again["message"]
