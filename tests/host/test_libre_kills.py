"""`kill -9` of our process or of the office in the middle of a press, again and again on one register.

Each time the register is opened again as a person would, Refresh is pressed, and everything is looked at: what was
reported done is there, a press that two rows went into is there for both or for none, nothing is there twice, nothing
half written is taken for something altered by hand, and the workbook shows the whole journal.

CASEBOOK_KILLS=50 kills fifty times instead of a few; pytest's `-p randomly -p "randomly_seed=N"` repeats the moments.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from service_kit import assert_sound

from addin.errors import HostError
from addin.hosts.grid import Rect
from addin.hosts.libre import LibreDocument, LibreDriver, option
from addin.hosts.locking import process_lives
from addin.hosts.office import connect, running
from addin.journal import SqliteJournal
from addin.logic.system_kinds import DRIFT
from addin.register.layout import AUDIT_TEXT, FIRST_ROW, HEADER_ROW, MESSAGE_ROW

from .calc_kit import PERSON, OpenRegister, events, make_register, wait_for

pytestmark = [pytest.mark.libre, pytest.mark.slow]
KILLS = int(os.environ.get("CASEBOOK_KILLS", "3"))
A, B = FIRST_ROW, FIRST_ROW + 1
START_S = 180
OPEN = """
import sys
from pathlib import Path
from addin.errors import CasebookError
from addin.open_book import open_register
try:
    sys.exit(open_register(Path(sys.argv[1]), "calc", headless=True, say=lambda words: print(words, flush=True)))
except CasebookError as error:
    print(error, flush=True)
    sys.exit(3)
"""


class Opened:
    """`casebook open` in a process of its own, and the workbook in the office that it started."""

    def __init__(self, folder, cache):
        self.said = folder.parent / "said.txt"
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        with self.said.open("w") as words:
            command = [sys.executable, "-c", OPEN, str(folder)]
            self.host = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
        try:
            wait_for(lambda: "is open in Calc" in self.words() or self.host.poll() is not None, self.words, START_S)
            assert self.host.poll() is None, self.words()
            self.office_pid, pipe = next(
                state
                for profile in (cache / "casebook" / "calc").iterdir()
                if (profile / "claim").read_text() == str(self.host.pid) and (state := running(profile)) is not None
            )
            context = connect(pipe, time.monotonic() + START_S)
            self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            document = LibreDocument(self.desktop.Components.createEnumeration().nextElement())
            self.book = OpenRegister(folder, document)
        except BaseException:
            self.kill()
            raise

    def words(self):
        """What it said so far."""
        return self.said.read_text()

    def press(self, action):
        """Press a button by its macro, as a click does; the answer under the sheet's buttons."""
        sheet = action.split(".")[0].title()
        self.book.grid(sheet).write(Rect(MESSAGE_ROW, 1, MESSAGE_ROW, 1), [[None]])
        LibreDriver.run(None, self.book.document, "Buttons.Do_" + action.replace(".", "_"), ())
        return self.book.message(sheet)

    def save_and_quit(self):
        """What a person does with a window whose buttons no longer answer: save it and close it."""
        model = self.book.document.model
        model.storeAsURL(model.getURL(), (option("FilterName", "Calc MS Excel 2007 VBA XML"),))
        model.close(True)
        self.desktop.terminate()
        wait_for(lambda: not process_lives(self.office_pid), "the office to end")

    def kill(self):
        """End whatever still lives."""
        for pid in (getattr(self, "office_pid", None), self.host.pid):
            if pid is not None and process_lives(pid):
                os.kill(pid, 9)
        self.host.wait()


@pytest.fixture(autouse=True)
def _coordinator(monkeypatch):
    monkeypatch.setenv("CASEBOOK_USER", PERSON)


def test_a_kill_in_the_middle_of_a_press_loses_nothing_and_leaves_nothing_half_done(tmp_path):
    """Whoever dies, and whether or not the half-written workbook is saved: reopened and refreshed, all is there."""
    folder, cache = make_register(tmp_path / "demo"), tmp_path / "cache"
    reported, blows = [], []
    for turn in range(KILLS + 1):
        opened = Opened(folder, cache)
        try:
            looked_at(opened, reported, blows)
            if turn < KILLS:
                blows.append(blow(opened, turn, reported))
        finally:
            opened.kill()
    assert len(reported) >= KILLS


def blow(opened, turn, reported):
    """Press on two rows again and again until one of the two processes is killed; answers what was done to whom.

    The blow falls at any moment of a press, of the typing before it or of the next press: its time is drawn from twice
    the time that the press before took.
    """
    victim, number = random.choice([("host", opened.host.pid), ("office", opened.office_pid)])
    struck = threading.Event()

    def strike():
        os.kill(number, 9)
        struck.set()

    with contextlib.suppress(HostError):
        for attempt in range(random.choice([1, 2, 3])):
            taken_s = pressed(opened, f"note {turn}-{attempt}", reported)
        timer = threading.Timer(random.uniform(0, 2 * taken_s), strike)
        timer.start()
        while not struck.is_set():
            attempt += 1
            pressed(opened, f"note {turn}-{attempt}", reported)
    assert struck.wait(60)
    if victim == "office":
        assert opened.host.wait(60) == 3, opened.words()
        assert "LibreOffice ended unexpectedly" in opened.words()
        return victim
    before = len(events(opened.book.folder))
    assert opened.press("requests.note") == "", "without its host a button must not claim anything"
    assert len(events(opened.book.folder)) == before
    if random.random() < 0.5:
        opened.save_and_quit()
        return "host, then saved"
    return victim


def pressed(opened, text, reported):
    """Note a text on two rows and write down whether that was reported done; answers how long it took, seconds."""
    start = time.monotonic()
    for row in (A, B):
        opened.book.type("Requests", row, reason=text)
    opened.book.select("Requests", A, B)
    if opened.press("requests.note")[7:] == "2 rows done.":
        reported.append(text)
    opened.press("desk.refresh")  # or the next press would count as the second half of a double click
    return time.monotonic() - start


def looked_at(opened, reported, blows):
    """Press Refresh and look at everything."""
    folder = opened.book.folder
    opened.press("desk.refresh")
    found = events(folder)
    kinds = Counter(event.kind for event in found)
    notes = Counter(event.reason for event in found if event.kind == "case.noted.v1")
    assert set(reported) <= set(notes), f"reported done and missing after {blows}"
    assert set(notes.values()) <= {2}, f"done by half, or twice, after {blows}: {notes}"
    assert kinds[DRIFT.name] == 0, f"half-written cells were taken for altered ones after {blows}"
    journal = SqliteJournal(folder / "journal.sqlite", read_only=True)
    try:
        assert_sound(journal)
        links = list(journal.links())
    finally:
        journal.close()
    assert opened.book.seq_shown() == len(found)
    audit = opened.book.grid("Audit")
    texts = [line[AUDIT_TEXT - 1] for line in audit.values(audit.used())][HEADER_ROW:]
    assert texts == [link.text for link in links], f"the Audit sheet is not whole after {blows}"
    last = {event.case_id: event.seq for event in found}
    for row in (A, B):
        assert opened.book.cell("Requests", row, "version") == last[opened.book.cell("Requests", row, "case_id")]
    wait_for(lambda: opened.press("desk.refresh")[7:] == f"Up to date at event {len(found)}.", "nothing more to do")
