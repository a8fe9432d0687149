"""The end of a private office: it goes by itself, is asked to, or is ended by force, and nobody waits for ever."""

from __future__ import annotations

import subprocess
import threading
import time

import pytest

from addin.errors import HostGone
from addin.hosts import office as office_module
from addin.hosts.office import Office, in_time


class Process:
    """A process that ends when it is killed, or when it is asked to."""

    def __init__(self):
        self.returncode, self.killed = None, False

    def poll(self):
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None and timeout is not None:
            raise subprocess.TimeoutExpired("office", timeout)
        return self.returncode

    def kill(self):
        self.returncode, self.killed = -9, True


def an_office(documents, terminate):
    """An office whose answers are given; no program is started."""
    made = Office.__new__(Office)
    made.process, made.documents, made.terminate = Process(), documents, terminate
    return made


def test_a_call_that_comes_back_is_answered_and_its_error_told():
    """Within its time a call is like any other."""
    assert in_time(lambda: 7, 5) == 7

    def gone():
        raise HostGone("It has gone.")

    with pytest.raises(HostGone, match="gone"):
        in_time(gone, 5)


def test_a_call_that_does_not_come_back_is_left_to_itself():
    """An office on its way out may keep a question for ever."""
    let_go = threading.Event()
    start = time.monotonic()
    assert in_time(let_go.wait, 0.05) is None
    assert time.monotonic() - start < 5
    let_go.set()


def test_an_office_with_another_document_stays():
    """Another file that the person opened in it is theirs to close."""
    asked = []
    office = an_office(lambda: ["a letter"], lambda: asked.append("end"))
    assert not office.end_if_empty()
    assert office.is_running
    assert not asked


def test_an_empty_office_is_asked_to_end():
    """It ends by itself, not by force."""
    office = an_office(list, lambda: setattr(office.process, "returncode", 0))
    assert office.end_if_empty()
    assert not office.process.killed


def test_an_office_that_answers_nothing_is_ended_by_force(monkeypatch):
    """Its workbook was closed: nothing can be lost, and `casebook open` must come to its end."""
    monkeypatch.setattr(office_module, "SILENCE_S", 0.05)
    let_go = threading.Event()
    office = an_office(let_go.wait, lambda: None)
    assert office.end_if_empty()
    assert office.process.killed
    let_go.set()
