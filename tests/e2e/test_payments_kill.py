"""Finance submits refunds and the machine dies, again and again: no refund is in two payment files or in none."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from refund_kit import approved, as_person, money_service
from service_kit import assert_sound

from addin.logic.system_kinds import BATCH_MADE
from addin.payments import payable, put_out
from addin.service import Service

LOOP = Path(__file__).with_name("batch_loop.py")
ROOT = Path(__file__).parents[2]
KILLS, REFUNDS = 8, 30
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


def submit(folder: Path, batches: int | None = None, more_s: float = 0.0) -> list[str]:
    """The files that a loop said it had put out; it is killed so many seconds after so many batches, or ends."""
    process = subprocess.Popen(
        [sys.executable, str(LOOP), str(folder)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout as lines:
        if batches is None:
            said = list(lines)
        else:
            said = [lines.readline() for _ in range(batches + 1)]
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(more_s)
            process.kill()
            said += list(lines)
        errors = process.stderr.read()
    assert said[:1] == ["ready\n"], errors
    return [line.strip() for line in said[1:] if line.endswith("\n")]


def batches_of(service: Service) -> dict[str, str]:
    """The hash of each batch's file by its name, as the journal has it; the content of each file put out is that."""
    made = {
        str(event.data["file"]): str(event.data["sha256"]) for event in service.journal.events(kinds=[BATCH_MADE.name])
    }
    for name, sha256 in made.items():
        path = service.folder / name
        if path.exists():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    return made


def test_no_kill_pays_a_refund_twice_or_loses_one(tmp_path: Path) -> None:
    """What was said stands; nothing lies in the outbox that the journal does not know; in the end all went once."""
    service = as_person(money_service(tmp_path), "f.osei")
    cases = [approved(service, line_id=str(line), refund_goods="1.00") for line in range(1, REFUNDS + 1)]
    rng = random.Random(20261127)
    for run in range(KILLS):
        said = submit(tmp_path, run % 3, rng.uniform(0.0, 0.03))
        made = batches_of(service)
        assert set(said) <= set(made)
        shown = {f"outbox/{path.name}" for path in (tmp_path / "outbox").glob("[!.]*")}
        assert set(said) <= shown <= set(made)
        assert_sound(service.journal)
    assert payable(service), "every batch was made before the last kill"
    submit(tmp_path)
    put_out(service)
    events = list(service.journal.events(kinds=[BATCH_MADE.name]))
    assert Counter(case_id for event in events for case_id in event.data["cases"]) == Counter(cases)
    assert [event.data["batch_no"] for event in events] == [f"BAT-2026-{n:06d}" for n in range(1, REFUNDS + 1)]
    assert {f"outbox/{path.name}" for path in (tmp_path / "outbox").iterdir()} == set(batches_of(service))
    assert_sound(service.journal)
    service.close()
