"""What goes wrong with claims and their letters, as presses on the workbook: words one can act on, and nothing lost.

Each test ends with the proof of the fixture: the register verifies, no number is missing or used twice.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tomllib
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from claim_kit import dropped, gathered, of_london, opened
from click.testing import CliRunner
from docx import Document
from e2e_kit import START, TRACKING, TRACKING_NEW, Day, refused
from letter_kit import split_by_a_link

from addin import durable
from addin.bench.backlog import fill_backlog
from addin.claims.history import history_of
from addin.cli import main
from addin.folder import create, write_workbook
from addin.hosts.unoboot import PROGRAM_VARIABLE
from addin.letters import templates_root
from addin.service import Service
from addin.settings import load
from addin.verify import verify

FIRST, SECOND = "5200417401", "5200417402"
#: One more than TRACKING's last digit: its check digit fails.
WRONG = TRACKING[:-1] + "9"


def settle(day: Day, **sections: Any) -> None:
    """Change the register's settings, as an administrator does, and open it anew."""
    path = day.folder / "casebook.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    day.book.save()
    path.write_text(tomli_w.dumps(known | sections), encoding="utf-8")
    day.again()


def house_templates(day: Day) -> Path:
    """Templates of the house's own, which it may spoil."""
    folder = day.folder.with_name("house")
    shutil.copytree(templates_root(), folder)
    settle(day, templates=str(folder))
    return folder


def letters(day: Day) -> dict[str, list[tuple[str, int]]]:
    """Number and version of every letter, by case."""
    made = history_of(day.service.journal)
    return {case: [(one.number, one.version) for one in found] for case, found in made.items()}


def files(day: Day) -> list[str]:
    """What lies in the folder of letters."""
    return sorted(path.name for path in (day.folder / "letters").glob("*") if path.is_file())


def ready(day: Day, order: str = FIRST, tracking: str = TRACKING) -> str:
    """A claim for a lost parcel with all its papers."""
    return gathered(day, "LOST", order, tracking, 640.0)


# ---- templates --------------------------------------------------------------------------------------------------


def _smart_quotes(paragraph: Any) -> None:
    paragraph.text = "Claimed: {{ amount_claimed }} {% if claim_no == \u201cC-1\u201d %}again{% endif %}"


def _left_open(paragraph: Any) -> None:
    paragraph.text = "Claimed: {{ amount_claimed }"


@pytest.mark.parametrize("spoil", [_smart_quotes, split_by_a_link, _left_open])
def test_a_template_broken_in_word_stops_its_own_letters_and_the_check_names_the_place(day: Day, spoil: Any) -> None:
    lost, late = ready(day), gathered(day, "LATE", SECOND, TRACKING_NEW, 18.4)
    house = house_templates(day)
    path = house / "claims" / "loss.docx"
    document = Document(str(path))
    place = next(number for number, one in enumerate(document.paragraphs) if "We are the shipper" in one.text)
    spoil(document.paragraphs[place])
    document.save(str(path))

    outcome = day.press("claims.letter", lost, late)
    assert [(row.case_id, row.ok) for row in outcome.rows] == [(lost, False), (late, True)]
    assert "loss.docx" in day.message("Claims", lost)
    assert "casebook check templates" in day.message("Claims", lost)
    assert letters(day) == {late: [("LTR-2026-000001", 1)]}

    told = CliRunner().invoke(main, ["check", "templates", str(house), "--json"])
    faults = json.loads(told.output)
    assert told.exit_code == 1
    assert faults
    assert all(fault["place"].startswith("claims/loss.docx, paragraph ") for fault in faults)
    assert any("{" in fault["message"] for fault in faults), "the tag is shown"

    shutil.copy(templates_root() / "claims" / "loss.docx", path)
    day.sure(day.press("claims.letter", lost))
    assert letters(day)[lost] == [("LTR-2026-000002", 1)]


def test_a_tag_that_word_split_over_runs_is_joined(day: Day) -> None:
    """Word cuts a tag into pieces when one letter of it is edited; people cannot see that, and it is no fault."""
    lost = ready(day)
    path = house_templates(day) / "claims" / "loss.docx"
    document = Document(str(path))
    opening = next(one for one in document.paragraphs if "We are the shipper" in one.text)
    pieces = ["Claimed: {", "{ amount_", "clai", "med }", "}."]
    opening.text = ""
    for number, piece in enumerate(pieces):
        opening.add_run(piece).bold = bool(number % 2)
    document.save(str(path))
    outcome = day.sure(day.press("claims.letter", lost))
    made = Document(str(day.folder / outcome.files[0]))
    assert any(one.text == "Claimed: £640.00." for one in made.paragraphs)


def test_a_missing_template_is_named_and_the_others_are_made(day: Day) -> None:
    lost, late = ready(day), gathered(day, "LATE", SECOND, TRACKING_NEW, 18.4)
    house = house_templates(day)
    (house / "claims" / "loss.docx").rename(house / "loss.docx.kept")
    outcome = day.press("claims.set", lost, late)
    assert [row.ok for row in outcome.rows] == [False, True]
    assert "loss.docx" in day.message("Claims", lost)
    assert "Put the file back" in day.message("Claims", lost)
    (house / "loss.docx.kept").rename(house / "claims" / "loss.docx")
    day.sure(day.press("claims.set", lost))
    assert letters(day) == {late: [("LTR-2026-000001", 1)], lost: [("LTR-2026-000002", 1)]}


# ---- folders, disks, programs -------------------------------------------------------------------------------------


def unwritable(monkeypatch: pytest.MonkeyPatch, code: int, *, after: int = 0) -> None:
    """From so many files on, the system refuses to put a file of letters onto the disk."""
    seen, real = [0], os.fsync

    def fsync(handle: int) -> None:
        seen[0] += 1
        if seen[0] > after:
            raise OSError(code, os.strerror(code))
        real(handle)

    monkeypatch.setattr(durable.os, "fsync", fsync)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_read_only_folder_is_told_and_uses_no_number(day: Day, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    case = ready(day)
    with monkeypatch.context() as closed:
        unwritable(closed, code)
        said = refused(day.press("claims.set", case), "FILE-WRITE")
    assert os.strerror(code) in said
    assert "Check the rights on letters" in said
    assert (letters(day), files(day)) == ({}, [])
    day.sure(day.press("claims.set", case))
    assert letters(day) == {case: [("LTR-2026-000001", 1)]}


@pytest.mark.parametrize("after", [1, 3, 5, 7])
def test_a_disk_that_is_full_in_the_middle_loses_no_letter_and_makes_none_twice(
    day: Day, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Two sets are eight files. Wherever the disk is full: said, stopped; with room again the rest is made."""
    cases = [ready(day), gathered(day, "LATE", SECOND, TRACKING_NEW, 18.4)]
    with monkeypatch.context() as full:
        unwritable(full, errno.ENOSPC, after=after)
        outcome = day.press("claims.set", *cases)
    assert not outcome.ok
    assert "No space left on device" in " ".join(day.message("Claims", case) for case in cases)
    day.save()
    day.book.close()
    answer = CliRunner().invoke(
        main, ["letter", "--all-due", "--set", "--json", "--register", str(day.folder)], env={"CASEBOOK_USER": "a.khan"}
    )
    assert answer.exit_code == 0, answer.output
    day.again()
    assert sorted(one for found in letters(day).values() for one in found) == [
        ("LTR-2026-000001", 1), ("LTR-2026-000002", 1),
    ]  # fmt: skip
    assert len(files(day)) == 8
    assert {path.suffix for path in (day.folder / "letters").glob("*") if path.is_file()} == {
        ".docx", ".pdf", ".zip", ".txt",
    }  # fmt: skip


def _can_mount(tmp_path: Path) -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("spare_kib", [40, 700, 1100])
def test_a_real_disk_that_is_too_small_is_told_and_the_batch_goes_on_with_room(tmp_path: Path, spare_kib: int) -> None:
    """A file system of a few MiB: journal, letters or workbook find it full; nothing is lost, nothing is made twice."""
    place = tmp_path / "small"
    place.mkdir()
    if not _can_mount(place):
        pytest.skip("this account may not mount a small file system; the same is tried above by the system's error")
    folder = tmp_path / "register"
    service = create(folder, demo=True, clock=lambda: START - timedelta(days=3))
    fill_backlog(service.acting(service.settings.actors()["a.khan"]), 10)
    write_workbook(service)
    service.close()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    command = [sys.executable, "-c", "from addin.cli import main; main()", "letter", "--all-due", "--set", "--json"]
    driver = [sys.executable, str(Path(__file__).with_name("full_disk.py")), str(folder), str(place)]
    kib = str(size // 1024 + 120 + spare_kib)
    run = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", *driver, kib, *command, "--register"],
        capture_output=True, text=True, check=False, env=os.environ | {"CASEBOOK_USER": "a.khan"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    full, room = json.loads(run.stdout)
    assert full["code"] in (1, 3), full
    assert "Traceback" not in full["said"] + full["wrong"]
    assert "full" in (full["said"] + full["wrong"]).casefold() or "No space left" in full["said"] + full["wrong"]
    assert room["code"] == 0, room
    again = Service.open(folder, actor=load(folder).actors()["a.khan"])
    made = history_of(again.journal)
    again.close()
    assert sorted((one.number, one.version) for found in made.values() for one in found) == [
        (f"LTR-2026-{number:06d}", 1) for number in range(1, 11)
    ]
    report = verify(folder)
    assert report.ok, report.sentence()


def test_without_a_pdf_program_the_letter_stands_and_is_finished_later(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house wants LibreOffice's PDF, and there is none: the Word file is made, and the row says what to do."""
    settle(day, letters={"pdf": "libreoffice"})
    case = ready(day)
    with monkeypatch.context() as bare:
        bare.setenv(PROGRAM_VARIABLE, str(day.folder / "nowhere"))
        said = refused(day.press("claims.set", case), "OFFICE-MISSING")
    assert "The Word file is made, but not the PDF" in said
    assert "'direct'" in said
    assert letters(day) == {case: [("LTR-2026-000001", 1)]}
    day.save()
    day.book.close()
    command = ["letter", "--all-due", "--set", "--pdf-by", "direct", "--json", "--register", str(day.folder)]
    answer = CliRunner().invoke(main, command, env={"CASEBOOK_USER": "a.khan"})
    assert answer.exit_code == 0, answer.output
    day.again()
    assert letters(day) == {case: [("LTR-2026-000001", 1)]}
    assert [Path(name).suffix for name in files(day)] == [".zip", ".docx", ".pdf", ".txt"]


# ---- evidence -----------------------------------------------------------------------------------------------------


def test_evidence_that_is_gone_stops_its_letter_until_the_same_file_is_back(day: Day) -> None:
    case = ready(day)
    (piece,) = [one for one in day.case(case).items("evidence_files") if "Invoice" in one]
    digest = piece.rsplit(" | ", 1)[1]
    content = day.folder / "evidence" / digest[:2] / digest
    kept = content.read_bytes()
    content.unlink()
    said = refused(day.press("claims.set", case), "LET-FILE")
    assert "is missing" in said
    assert "Attach the same file again" in said
    day.save()
    report = verify(day.folder)
    assert not report.ok
    assert case in " ".join(fault.message for fault in report.faults)
    path = day.folder / "inbox" / "evidence" / case / "Invoice" / piece.split(" | ")[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kept)
    day.press("claims.evidence", case)
    day.sure(day.press("claims.set", case))
    assert letters(day) == {case: [("LTR-2026-000001", 1)]}


def test_a_film_that_is_too_large_for_the_set_is_kept_listed_and_not_enclosed(day: Day) -> None:
    """Thirty-two MiB pass in pieces, without memory for them; `casebook bench letters --film 2048` tries two GiB."""
    case = ready(day)
    film = dropped(day, case, "CCTV reference", "bench.mp4")
    with film.open("r+b") as file:
        file.truncate(32 * 2**20)
    tracemalloc.start()
    day.sure(day.press("claims.evidence", case))
    outcome = day.sure(day.press("claims.set", case))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20
    (archive,) = [day.folder / name for name in outcome.files if name.endswith(".zip")]
    assert archive.stat().st_size < 2**20
    with zipfile.ZipFile(archive) as found:
        left = json.loads(found.read("manifest.json"))["not_enclosed"]
    assert [(one["name"], one["bytes"]) for one in left] == [("bench.mp4", 32 * 2**20)]
    assert "sent on request" in left[0]["why"]


# ---- facts --------------------------------------------------------------------------------------------------------


def test_a_number_whose_check_digit_fails_is_told_at_once_and_filed_only_with_the_reason(day: Day) -> None:
    case = day.open("UPC", order_no=FIRST, subtype="LATE", tracking=WRONG)
    assert "check digit" in day.message("Claims", case)
    assert "key" in day.message("Claims", case).casefold()
    day.fill_and_save(
        case, event_date=of_london(3), discovery_date=of_london(7), ship_date=of_london(1),
        expected_delivery=of_london(2), shipping_charge=18.4, amount_claimed=18.4, manifest_match="Yes",
        origin_country="GB", dest_country="GB", mode="road", service="Express Saver",
        evidence_kinds="Service and commitment; Actual time; Label and papers: box 3; Tendered before cut-off: box 3",
    )  # fmt: skip
    day.sure(day.press("claims.gather", case))
    said = refused(day.press("claims.file", case), "UPC-29")
    assert "say why it is right" in said
    assert day.cell("Claims", case, "status") == "Evidence gathering"
    day.fill_and_save(case, tracking_why="Read twice from the label, the carrier knows it")
    day.sure(day.press("claims.file", case))


def test_an_event_in_the_future_is_refused_with_its_cell_and_changes_nothing(day: Day) -> None:
    case = opened(day, "LOST", FIRST, TRACKING)
    outcome = day.move(case, "Gather evidence", event_date=of_london(9), discovery_date=of_london(9))
    said = refused(outcome, "UPC-01")
    assert "09/09/2026 lies in the future" in said
    assert day.case(case).status == "Draft"
    assert not day.case(case).has("event_date")
    day.sure(day.move(case, "Gather evidence", event_date=of_london(3), discovery_date=of_london(7)))


def test_more_than_is_proven_is_refused_and_the_typed_amount_stays_in_its_cell(day: Day) -> None:
    case = ready(day)
    outcome = day.press("claims.letter", case, amount_claimed=900.0)
    said = refused(outcome, "UPC-03")
    assert "£900.00 is claimed, £640.00 is proven" in said
    assert str(day.case(case).money("amount_claimed")) == "GBP 640.00"
    assert day.cell("Claims", case, "amount_claimed") == 900.0
    assert letters(day) == {}
    day.sure(day.press("claims.letter", case, amount_claimed=640.0))


def test_two_claims_for_one_parcel_are_told_at_once_and_one_is_filed(day: Day) -> None:
    first = ready(day)
    spaced = f"{TRACKING[:2]} {TRACKING[2:5]} {TRACKING[5:]}".lower()
    second = day.open("UPC", order_no=SECOND, subtype="DAMAGE", tracking=spaced)
    assert first in day.message("Claims", second)
    facts: dict[str, Any] = {
        "event_date": of_london(3), "discovery_date": of_london(7), "ship_date": of_london(1),
        "delivered_date": of_london(2), "manifest_match": "Yes", "origin_country": "GB", "dest_country": "GB",
        "mode": "road", "proven_value": 640.0, "amount_claimed": 640.0,
    }  # fmt: skip
    day.sure(day.move(second, "Gather evidence", **facts))
    for case, other in ((first, second), (second, first)):
        said = refused(day.press("claims.file", case), "UPC-08")
        assert f"{other} claims the same parcel" in said
        assert "mark one of them as a duplicate" in said
    day.sure(day.move(second, "Duplicate", duplicate_of=first, reason="The same loss, told twice"))
    day.sure(day.press("claims.file", first))
    refused(day.press("claims.file", second), "MOVE-STATE")
