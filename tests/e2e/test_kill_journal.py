"""A press that is killed at any instant loses nothing that was reported done and leaves nothing half done.

A real process presses in a loop on a real file and is killed with SIGKILL at random moments, again and again on the
same register; each time the journal is opened as anyone would open it, and read as evidence.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cases_kit import PEOPLE
from service_kit import SETTINGS, Clock, assert_sound, make_service

from addin.journal import SqliteJournal
from addin.journal.opening import open_journal
from addin.logic.cases import case_types
from addin.logic.system_kinds import VERSION_MARKED
from addin.settings import FILE, JOURNAL_FILE

KILLS = 20
LOOP = Path(__file__).with_name("press_loop.py")
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


def simple_type() -> str:
    """The first type that needs nothing but an order number."""
    return next(kind.code for kind in case_types().values() if set(kind.asks) <= {"order_no"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register that was just begun, on disk."""
    (tmp_path / FILE).write_text('register_id = "ab12"\n', encoding="utf-8")
    service = make_service(open_journal(tmp_path, SETTINGS, create=True), clock=Clock())
    assert service.actor == PEOPLE["a.khan"]
    service.close()
    return tmp_path


def killed_run(folder: Path, presses: int, more_s: float) -> list[list[str]]:
    """The complete lines of a loop that was killed so many presses, and then so many seconds, after it was ready."""
    process = subprocess.Popen(
        [sys.executable, str(LOOP), str(folder), simple_type()],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout as lines:
        first = [lines.readline() for _ in range(presses + 1)]
        if first[0] != "ready\n" or not first[-1]:
            process.kill()
            pytest.fail(process.stderr.read())
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(more_s)
        process.kill()
        return [line.split() for line in (*first[1:], *lines) if line.endswith("\n")]


def test_a_kill_at_any_moment_loses_nothing_that_was_reported(folder: Path) -> None:
    """Everything said is in the journal, the chain is whole, states are what events tell, numbers have no gaps."""
    rng = random.Random(20261123)
    reported = 0
    for run in range(KILLS):
        said = killed_run(folder, run % 5, rng.uniform(0.0, 0.03))
        journal = SqliteJournal(folder / JOURNAL_FILE)
        hashes = {link.seq: link.hash for link in journal.links()}
        for _, seq, head, *_ids in said:
            assert hashes[int(seq)] == head
        ids = {word for line in said for word in line[3:]}
        assert ids <= {case.case_id for case in journal.cases()}
        assert_sound(journal)
        whole_presses(journal)
        journal.close()
        reported += len(said)
    assert reported > KILLS


def whole_presses(journal: SqliteJournal) -> None:
    """No press is there by half: each opens, notes, edits or cancels both of its cases or none; a mark stands alone."""
    counts: dict[str, int] = {}
    for event in journal.events(after=1):
        if event.kind == VERSION_MARKED.name:
            continue
        counts[event.kind] = counts.get(event.kind, 0) + 1
    assert all(count % 2 == 0 for count in counts.values()), counts
    for event in journal.events(kinds=["case.edited.v1"]):
        turn = str(event.changes["owner"])[1:]
        assert journal.recall(f"edit-{turn}-0") is not None
        assert journal.recall(f"edit-{turn}-1") is not None
