"""The Import button of the built workbook, and the command: files from the inbox to rows on the sheets."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from e2e_kit import Day, refused
from import_kit import SAMPLES

from addin.cli import main

#: The samples are of this week.
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(day: Day) -> Day:
    """The day on which the samples were exported."""
    day.now = NOON
    return day


def drop(day: Day, *names: str) -> None:
    for name in names:
        shutil.copy(SAMPLES / name, day.folder / "inbox" / name)


def test_import_takes_the_inbox_and_shows_its_cases(noon: Day) -> None:
    """Parcels, orders and returns of the samples, each on its sheet, opened once."""
    drop(noon, "ups-tracking.csv", "threepl-returns.xlsx")
    outcome = noon.sure(noon.click("desk.import"))
    assert "12 rows, 8 accepted, 3 to review, 0 rejected, 1 repeated. 6 cases opened" in outcome.message
    assert sorted(case.type for case in noon.service.journal.cases()) == ["CRP", "OST", "OST", "OST", "RQC", "RQC",
                                                                         "RQC", "UPC", "UPC"]  # fmt: skip
    claim = noon.service.journal.cases(types=["UPC"])[0]
    assert noon.cell("Claims", claim.case_id, "tracking") == claim.text("tracking")
    assert sorted(path.name for path in (noon.folder / "inbox" / "done").glob("*.result.csv"))


def test_import_again_opens_nothing_again(noon: Day) -> None:
    """The same files, dropped a second time."""
    drop(noon, "ups-tracking.csv")
    noon.sure(noon.click("desk.import"))
    before = len(noon.service.journal.cases())
    drop(noon, "ups-tracking.csv")
    assert "nothing is done twice" in noon.sure(noon.click("desk.import")).message
    assert len(noon.service.journal.cases()) == before


def test_a_file_that_cannot_be_taken_is_refused_in_words(noon: Day) -> None:
    """It lies in `refused` with a text beside it, and nothing of it is in the register."""
    (noon.folder / "inbox" / "parcels.csv").write_bytes(b"Tracking Number,State\n1Z999AA10123456784,Delivered\n")
    assert "lacks the column Status" in refused(noon.click("desk.import"), "IMP-COLUMNS")
    assert len(list((noon.folder / "inbox" / "refused").iterdir())) == 2
    assert noon.service.journal.cases() == []


def test_an_empty_inbox_is_said(noon: Day) -> None:
    """With what to do about it."""
    assert "folder inbox" in refused(noon.click("desk.import"), "IMP-NONE")


def test_the_command_imports_a_file_of_a_kind(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same service as the button; the exit code says whether a person has to look."""
    day.save()
    day.book.close()
    day.saves = False
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    where = ["--register", str(day.folder), "--json"]
    done = CliRunner().invoke(main, ["import", "stock", str(SAMPLES / "wms-stock.csv"), *where])
    assert done.exit_code == 0, done.output
    assert "4 rows, 4 accepted" in json.loads(done.output)["message"]
    assert (SAMPLES / "wms-stock.csv").exists()
    assert CliRunner().invoke(main, ["import", "tracking", str(SAMPLES / "wms-orders.csv"), *where]).exit_code == 1
    assert CliRunner().invoke(main, ["import", "inbox", *where]).exit_code == 1
    assert CliRunner().invoke(main, ["import", "parcels", str(SAMPLES / "wms-stock.csv"), *where]).exit_code == 3
    assert CliRunner().invoke(main, ["import", "stock", *where]).exit_code == 2
