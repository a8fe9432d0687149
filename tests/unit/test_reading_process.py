"""The process that reads imported files: one file each, within limits, ready ahead of the press, gone when done."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from import_kit import job, parcel, text_file

from addin.imports import reader
from addin.imports.job import do_job
from addin.imports.reader import read_file
from addin.imports.refusal import Refused
from addin.macros.registers import OpenRegisters

BACK = {"status": "Returned to sender"}


def test_a_file_is_read_in_a_process_of_its_own():
    """Its answer is the same as here; a refusal comes back in words."""
    content = text_file([parcel(1, **BACK), parcel(2, tracking="")])
    assert read_file(content, job()) == do_job(content, job())
    with pytest.raises(Refused, match="No import profile"):
        read_file(b"a,b\n1,2\n", job())


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(60)", "IMP-SLOW"),
        ("import os; os.abort()", "IMP-READER"),
        ("print('ok'); print('{}')", "IMP-READER"),
        ("print('hello')", "IMP-READER"),
        ("raise MemoryError", "IMP-READER"),
    ],
)
def test_a_reading_process_that_dies_or_hangs_is_a_refusal(program, code):
    """Bounded in time; whatever it says is checked."""
    with pytest.raises(Refused) as caught:
        read_file(b"x,y\n", job(), command=(sys.executable, "-c", program), seconds=1.5)
    assert caught.value.code == code


def test_a_process_that_hangs_before_it_has_taken_the_file_is_stopped():
    """A file larger than what a pipe holds does not make us wait for ever."""
    with pytest.raises(Refused) as caught:
        read_file(b"x,y\n" * 2**20, job(), command=(sys.executable, "-c", "import time; time.sleep(60)"), seconds=1)
    assert caught.value.code == "IMP-SLOW"


@pytest.fixture
def starts(monkeypatch):
    """The reading processes that were started, in their order; none is left over."""
    reader.let_go()
    found, start = [], subprocess.Popen

    def started(*given, **more):
        found.append(start(*given, **more))
        return found[-1]

    monkeypatch.setattr(reader.subprocess, "Popen", started)
    yield found
    reader.let_go()
    assert all(process.poll() is not None for process in found)


def test_a_process_started_ahead_reads_one_file(starts):
    """And only one: what a file did to it never meets the next file."""
    content = text_file([parcel(1, **BACK)])
    reader.make_ready(loaded=True)
    reader.make_ready()
    assert len(starts) == 1
    assert read_file(content, job()) == do_job(content, job())
    assert starts[0].poll() == 0
    assert read_file(content, job()) == do_job(content, job())
    assert len(starts) == 2


def test_a_process_that_died_while_it_waited_is_replaced(starts):
    """The file is read all the same."""
    reader.make_ready(loaded=True)
    starts[0].kill()
    starts[0].wait()
    assert read_file(text_file([parcel(1, **BACK)]), job()).rows == 1
    assert len(starts) == 2


def test_a_file_in_the_inbox_has_its_reader_started_before_the_press(tmp_path, starts):
    """By the click before, whichever that is; an empty inbox starts none, and a bridge at rest keeps none."""
    registers = OpenRegisters(lambda _folder: SimpleNamespace(close=lambda: None))
    registers.of(tmp_path)
    (tmp_path / "inbox").mkdir()
    registers.of(tmp_path)
    assert not starts
    (tmp_path / "inbox" / "ups.csv").write_bytes(text_file([parcel(1)]))
    registers.of(tmp_path)
    assert awaited(lambda: starts)
    registers.close()
    assert len(starts) == 1
    assert starts[0].poll() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_waiting_process_ends_with_the_one_that_started_it():
    """Also when that one is killed: nothing is left behind on the computer."""
    program = (
        "from addin.imports import reader; reader.make_ready(loaded=True); "
        "print(reader._WAITING[0]._running.pid, flush=True); input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    waiting = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert awaited(lambda: not is_running(waiting))


def awaited(question, seconds=20):
    until = time.monotonic() + seconds
    while not (found := question()) and time.monotonic() < until:
        time.sleep(0.01)
    return found


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def test_the_reading_process_loads_only_what_it_reads_with():
    """Its start is part of every import: no pydantic, no workbook writer, nothing of the register."""
    program = "import sys, addin.imports.worker, addin.imports.exchange, addin.imports.job; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pydantic", "pandas", "numpy", "openpyxl", "xlwings", "sqlite3", "addin.service", "addin.journal"}
    assert not heavy & set(loaded)


@pytest.mark.skipif(sys.platform != "linux", reason="limits by setrlimit")
def test_the_reading_process_holds_itself_to_its_memory():
    """More than it may have is not given to it."""
    program = (
        "from addin.imports.limits import hold_to_limits; hold_to_limits(200 * 2**20, 5); x = bytearray(400 * 2**20)"
    )
    with pytest.raises(Refused, match="more memory than it may have") as caught:
        read_file(b"x,y\n", job(), command=(sys.executable, "-c", program), seconds=20)
    assert "ask where it comes from" in caught.value.hint
    with pytest.raises(Refused) as caught:
        read_file(b"x,y\n" * 2**23, job(), command=(sys.executable, "-c", program), seconds=20)
    assert "Export a shorter period" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "IMP-EMPTY"),
        (b"\xef\xbb\xbf\r\n ", "IMP-EMPTY"),
        (b"%PDF-1.7 ...", "IMP-STRANGE"),
        (b"<html><table>", "IMP-STRANGE"),
        (b"\x1f\x8b\x08", "IMP-STRANGE"),
    ],
)
def test_what_is_plainly_no_table_starts_no_process(content, code):
    """An .xls that is a web page, a packed file, nothing at all."""
    with pytest.raises(Refused) as caught:
        read_file(content, job(), command=("/nowhere",))
    assert caught.value.code == code
