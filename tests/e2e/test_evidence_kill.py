"""Attaching evidence that is killed without warning: nothing half attached, verify green, the same again mends it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from addin.bench.backlog import START, fill_backlog
from addin.evidence import DROP
from addin.evidence_store import FOLDER, keep_bytes
from addin.folder import create, write_workbook
from addin.logic.evidence import pieces
from addin.service import Service
from addin.settings import load
from addin.verify import verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
CONTENT = b"a signed denial " * 200_000
#: Where the process kills itself: what is called there, and whether before or after it did its work.
MOMENTS = {
    "in the middle of the copy": ("addin.evidence_store", "_settle", "before"),
    "after the copy, before the journal": ("addin.evidence", "keep_file", "after"),
    "in the transaction, before its commit": ("addin.service.work.Work", "_store", "after"),
    "after the journal, before the file is put away": ("addin.evidence", "_put_away", "before"),
}
COMMAND = """
import os, pkgutil, signal, sys
place, name, when = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1)
owner = pkgutil.resolve_name(place.replace(".Service", ":Service"))
whole = getattr(owner, name)
def killed(*given, **named):
    if when == "after":
        whole(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, killed)
from addin.cli import main
main()
"""


@pytest.fixture(name="folder")
def fixture_folder(tmp_path: Path) -> Path:
    """A register with one claim, for which a signed denial waits in the drop folder."""
    service = create(tmp_path / "register", demo=True, clock=lambda: START)
    service = replace(service, actor=service.settings.actors()["a.khan"])
    (case_id,) = fill_backlog(service, 1)
    write_workbook(service)
    service.close()
    waiting = tmp_path / "register" / DROP / case_id
    waiting.mkdir(parents=True)
    (waiting / "signed denial.txt").write_bytes(CONTENT)
    return tmp_path / "register"


def attached(folder: Path) -> Iterator[str]:
    """The names of the claim's evidence, as the journal has them."""
    service = Service.open(folder, actor=load(folder).actors()["a.khan"])
    try:
        (case,) = service.journal.cases(types=["UPC"])
        yield from (piece.name for piece in pieces(case))
    finally:
        service.close()


def take(folder: Path, *moment: str) -> int:
    """The button "Take evidence" pressed in a process of its own, killed at a moment when one is given."""
    code = COMMAND if moment else "from addin.cli import main; main()"
    (waiting,) = (folder / DROP).iterdir()
    command = [sys.executable, "-c", code, *moment, "press", "claims.evidence", "--case", waiting.name]
    command += ["--register", str(folder)]
    run = subprocess.run(command, env=os.environ | {"CASEBOOK_USER": "a.khan"}, capture_output=True, check=False)
    return run.returncode


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_leaves_nothing_half_attached(folder: Path, moment: str) -> None:
    """Contents are whole or not there, verify is green at once, and the same press again attaches the file once."""
    before = list(attached(folder))
    assert take(folder, *MOMENTS[moment]) == -signal.SIGKILL
    recorded = "signed denial.txt" in attached(folder)
    assert recorded == moment.startswith("after the journal")
    for path in (folder / FOLDER).glob("??/*"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    assert verify(folder).ok
    assert take(folder) == 0
    assert list(attached(folder)) == [*before, "signed denial.txt"]
    assert not list((folder / DROP).rglob("*.txt"))
    assert verify(folder).ok


def test_what_a_killed_copy_left_is_cleared_once_nobody_writes_it(tmp_path: Path) -> None:
    """A part that has not grown for an hour is deleted by the next copy; a younger one may be somebody's."""
    keep_bytes(tmp_path, b"first", "first.txt")
    old, young = (tmp_path / FOLDER / f".{name}.part" for name in ("1-old", "2-young"))
    for part in (old, young):
        part.write_bytes(b"half")
    hour_ago = young.stat().st_mtime - 3601
    os.utime(old, (hour_ago, hour_ago))
    keep_bytes(tmp_path, b"second", "second.txt")
    assert not old.exists()
    assert young.exists()
