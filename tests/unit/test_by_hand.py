"""docs/verify-by-hand.md: its commands, run as they stand there, agree with what Casebook says."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from proof_kit import PEOPLE, Clock, fresh_folder, month_of_work, new_register

from addin.month_end.sample import score
from addin.pack_tasks import make_pack
from addin.service import Service
from addin.settings import Store

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "verify-by-hand.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs the tools of a Unix shell")


@cache
def register():
    """A register with a closed month; its folder and its unpacked pack."""
    folder, clock = fresh_folder(), Clock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    service = new_register(folder / "journal.sqlite", clock)
    rules = service.settings.model_copy(update={"store": Store(keys="keys")})
    service = Service(folder, rules, service.journal, PEOPLE["s.moreau"], clock)
    month_of_work(service.acting(PEOPLE["a.khan"]), clock, datetime(2026, 11, 1, tzinfo=UTC))
    clock.to(datetime(2026, 12, 4, 9, 0, tzinfo=UTC))
    done = make_pack(service, "2026-11", "WORD")
    with zipfile.ZipFile(folder / done.files[1]) as package:
        package.extractall(folder / "unpacked")
    service.close()
    return folder


def commands(heading):
    """The indented blocks of a section of the page, as one shell text each."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"(?:^|\n)((?: {4}.*\n?(?:\n(?= {4}))?)+)", section)
    return [re.sub(r"(?m)^ {4}(?: {3}(?=openssl))?", "", block).strip() for block in blocks]


def shell(text, folder):
    done = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def event(seq):
    db = sqlite3.connect(register() / "journal.sqlite")
    row = db.execute("SELECT text, prev, hash FROM events WHERE seq = ?", (seq,)).fetchone()
    db.close()
    return row


def test_one_event(tmp_path):
    """Previous hash and text, one behind the other, give the hash."""
    text, prev, hashed = event(7)
    (tmp_path / "text").write_text(text, encoding="utf-8")
    (tmp_path / "prev").write_text(prev, encoding="ascii")
    command = commands("One event")[1]
    assert shell(command, tmp_path).split()[0] == hashed


def test_a_whole_journal(tmp_path):
    """Nothing is printed for a sound one; an altered event is named."""
    for tool in ("sqlite3", "xxd"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not here")
    shutil.copy(register() / "journal.sqlite", tmp_path)
    walk = commands("A whole journal")[0]
    assert shell(walk, tmp_path) == ""
    db = sqlite3.connect(tmp_path / "journal.sqlite")
    db.execute("DROP TRIGGER events_never_change")
    db.execute("UPDATE events SET text = replace(text, 'a.khan', 'b.lowe') WHERE seq = 5")
    db.commit()
    db.close()
    assert shell(walk, tmp_path) == "event 5 does not hold"


def test_a_pack(tmp_path):
    """Fingerprint, signature and digests, as the page and the pack's own README say."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    folder = register() / "unpacked"
    fingerprint, signature = commands("An audit pack")
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    printed = re.search(r"Signing key: ([0-9a-f ]+)", readme)[1].replace(" ", "")
    assert shell(fingerprint, folder).split()[0] == printed
    assert "Signature Verified Successfully" in shell(signature, folder)
    assert set(re.findall(r": (\w+)$", shell("sha256sum -c SHA256SUMS", folder), re.MULTILINE)) == {"OK"}


@pytest.mark.parametrize("title", ["Cases", "Refunds", "Claims", "Exceptions", "Change log"])
def test_a_sheet_of_the_month_end_workbook(title):
    """The digest made from the CSV file is the one above the table."""
    folder = register() / "unpacked"
    (file,) = (folder / "csv").glob(f"[0-9][0-9]-{title.lower().replace(' ', '-')}.csv")
    command = commands("A sheet of the month-end workbook")[0].replace("csv/05-refunds.csv", f"csv/{file.name}")
    book = openpyxl.load_workbook(next(folder.glob("*.xlsx")), data_only=True)
    stated = " ".join(cell.value for cell in book[title][3] if cell.value)
    assert shell(command, folder) == re.search(r"SHA-256 of the rows: (\w+)", stated)[1]


def test_the_sample():
    """A case's score is one line of a shell."""
    (command,) = commands("The sample")
    assert shell(command, ".").split()[0] == score("2026-10|WORD|v1", "CASE-2026-000059")
