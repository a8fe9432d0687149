"""A batch of letters that is killed without warning, and asked for again: whole, gap-free, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from addin.bench.backlog import START, fill_backlog, lacking
from addin.claims.history import history_of
from addin.folder import create, write_workbook
from addin.service import Service
from addin.settings import load
from addin.verify import verify

#: Small parts, so that a kill falls between some of them.
COMMAND = """
from addin.claims import letters as claim_letters
claim_letters.PART = 4
from addin.cli import main
main()
"""


def letters(folder: Path) -> dict[str, tuple]:
    """Every letter by case, as the journal has it."""
    service = Service.open(folder, actor=load(folder).actors()["a.khan"])
    try:
        return dict(history_of(service.journal))
    finally:
        service.close()


def start(folder: Path) -> subprocess.Popen:
    """`casebook letter --all-due --pdf --set` in a process of its own."""
    command = [sys.executable, "-c", COMMAND, "letter", "--all-due", "--pdf", "--set", "--json"]
    command += ["--register", str(folder)]
    return subprocess.Popen(command, env=os.environ | {"CASEBOOK_USER": "a.khan"}, stdout=subprocess.PIPE)


def test_a_backlog_survives_kills_and_ends_whole(tmp_path: Path) -> None:
    """Killed twice on the way: every claim but the one that lacks its town has one letter with PDF and set."""
    folder = tmp_path / "register"
    service = create(folder, demo=True, clock=lambda: START)
    service = replace(service, actor=service.settings.actors()["a.khan"])
    ids = fill_backlog(service, 50)
    write_workbook(service)
    service.close()
    for reached in (6, 26):
        running = start(folder)
        while running.poll() is None and sum(map(len, letters(folder).values())) < reached:
            try:
                running.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
        assert running.poll() is None, "it ended before it could be killed"
        running.send_signal(signal.SIGKILL)
        running.communicate()
    last = start(folder)
    last.communicate()
    assert last.returncode == 1  # one claim is refused, and named
    made = letters(folder)
    assert set(made) == set(ids) - set(lacking(ids))
    assert {len(versions) for versions in made.values()} == {1}
    found = [one for versions in made.values() for one in versions]
    assert sorted(one.number for one in found) == [f"LTR-{found[0].number[4:8]}-{n:06d}" for n in range(1, 50)]
    assert all(one.printed and one.in_set for one in found)
    report = verify(folder)
    assert report.ok, report.faults
    named = {Path(name).name for one in found for name in one.files}
    assert {path.name for path in (folder / "letters").iterdir() if path.is_file()} == named
