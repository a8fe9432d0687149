"""The mark of a workbook that is open in Calc: a killed office's is dropped, anybody else's is respected."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest

from addin.errors import HostBusy
from addin.hosts.calc_lock import drop_dead, hold


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "register" / "casebook.xlsm"
    path.parent.mkdir()
    path.write_bytes(b"")
    return path


@pytest.fixture
def profile(tmp_path):
    """Makes the profile of an office of ours with this process number."""

    def made(pid, name="profile"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "office.json").write_text(json.dumps({"pid": pid, "pipe": "any"}), encoding="utf-8")
        return folder

    return made


def mark_of(book):
    return book.with_name(".~lock.casebook.xlsm#")


def marked(book, place, computer=None):
    mark_of(book).write_text(f",khan,{computer or socket.gethostname()},24.11.2026 10:00,{place};", encoding="utf-8")


def ended():
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_mark_of_a_killed_office_is_dropped(book, profile):
    """Else the next opening would stop at a question that nobody answers."""
    marked(book, profile(ended()).as_uri())
    drop_dead(book)
    assert not mark_of(book).exists()


def test_the_mark_of_a_living_office_stays(book, profile):
    """Its person is still at work."""
    marked(book, profile(os.getpid()).as_uri())
    drop_dead(book)
    assert mark_of(book).exists()


@pytest.mark.parametrize("text", ["", "nonsense", ",a,b,c", ",khan,HOST,24.11.2026 10:00,file:///nowhere/profile;"])
def test_marks_of_others_stay(book, text):
    """A LibreOffice that we did not start, an unreadable mark: never ours to remove."""
    mark_of(book).write_text(text.replace("HOST", socket.gethostname()), encoding="utf-8")
    drop_dead(book)
    assert mark_of(book).exists()


def test_the_mark_of_another_computer_stays(book, profile):
    """The same profile path may exist there too."""
    marked(book, profile(ended()).as_uri(), computer="another")
    drop_dead(book)
    assert mark_of(book).exists()


def test_of_two_openings_one_is_refused(book, profile):
    """Whoever writes the mark first has the workbook."""
    office = SimpleNamespace(profile=profile(os.getpid()))
    hold(book, office)
    with pytest.raises(HostBusy, match=r"casebook\.xlsm"):
        hold(book, office)


def test_after_a_kill_the_workbook_can_be_held_again(book, profile):
    """Nobody has to delete hidden files by hand."""
    hold(book, SimpleNamespace(profile=profile(ended())))
    hold(book, SimpleNamespace(profile=profile(os.getpid(), "another profile")))
    assert mark_of(book).read_text(encoding="utf-8").endswith("another%20profile;")
