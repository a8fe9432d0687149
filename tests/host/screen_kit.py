"""A screen, a mouse and a keyboard for tests: Xvfb and xdotool."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

import pytest

from addin.hosts.libre import LibreDocument
from addin.hosts.locking import process_lives
from addin.hosts.office import connect, running
from addin.macros.actions import actions
from addin.macros.calc_bridge import DOUBLE_CLICK_S
from addin.register.layout import FIRST_ROW, MESSAGE_ROW

from .calc_kit import PATIENCE_S, PERSON, OpenRegister, wait_for

SHOTS = Path(__file__).parents[2] / "build" / "out" / "clicks"
#: Where buttons stand in Calc's boxes, from the right and lower edge.
_OK, _DONT_SAVE = (62, 34), (244, 34)
#: How long a program may take to start on a slow machine, seconds.
START_S = 180
#: How long an end may take: the office's own, then the workbook drawn anew.
QUIT_S = 120
FELL_THROUGH, LOST, ENDED = "the cell behind", "lost", "ended"
RUN = "import sys; from addin.cli import main; sys.argv[0] = 'casebook'; main()"


def need(*names):
    """Skip, or fail where the host is required, when a program is missing."""
    for name in names:
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not on this machine")


def _wants_to_run(pid):
    """True while a process computes, waits for the processor or for the disk."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "RD"
    except OSError:  # it is no more
        return False


def first_true(questions):
    """The first answer that says something, None when none does."""
    return next(filter(None, (ask() for ask in questions)), None)


class Screen:
    """A screen that nobody sees: its name for DISPLAY, and what it shows, read from the server's own memory file."""

    def __init__(self, name, memory):
        self.name, self._memory = name, memory

    def _dump(self):
        """Width, height, bytes a line and the lines, each pixel as blue, green, red and one byte more."""
        dump = self._memory.read_bytes()
        numbers = struct.unpack(">25I", dump[:100])  # XWD version 7: numbers in network order
        header, width, height, line, colours = (numbers[at] for at in (0, 4, 5, 12, 19))
        return width, height, line, dump[header + colours * 12 :]

    def strip(self, top, height):
        """The pixels of a part of the screen as bytes."""
        _, _, line, pixels = self._dump()
        return pixels[top * line : (top + height) * line]

    def save(self, path):
        """Keep a picture of the screen as PNG."""
        width, height, line, pixels = self._dump()
        rows = bytearray()
        for row in range(height):
            found = pixels[row * line : row * line + width * 4]
            colours = bytearray(width * 3)
            colours[0::3], colours[1::3], colours[2::3] = found[2::4], found[1::4], found[0::4]
            rows += b"\0" + colours
        parts = [
            (b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        ]
        chunks = [
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in parts
        ]
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))


@contextlib.contextmanager
def screen():
    """A screen of an ordinary laptop that nobody sees."""
    need("Xvfb", "xdotool")
    with tempfile.TemporaryDirectory() as memory, _server(Path(memory)) as name:
        yield Screen(name, Path(memory) / "Xvfb_screen0")


@contextlib.contextmanager
def _server(memory):
    read, write = os.pipe()
    # Without -noreset the server starts anew when its last window closes, and would meet the next start half-way.
    size = ["-screen", "0", "1366x768x24", "-noreset", "-fbdir", str(memory)]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), *size, "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


class Person:
    """Somebody at the screen who ran `casebook open` and now clicks."""

    def __init__(self, folder, display, cache):
        self.folder, self.display = folder, display
        self.environment = {**os.environ, "CASEBOOK_USER": PERSON, "XDG_CACHE_HOME": str(cache)}
        self.environment["DISPLAY"] = display.name
        self.said = folder.parent / f"{folder.name}-said.txt"
        self.host, self.context, self.desktop = None, None, None
        self.profiles = cache / "casebook" / "calc"
        self.book, self.office_pid = None, None

    # ------------------------------------------------------------------ opening and closing

    def open(self):
        """Run `casebook open` and wait until the workbook stands on the screen."""
        with self.said.open("w") as output:
            self.host = subprocess.Popen(
                [sys.executable, "-c", RUN, "open", str(self.folder), "--host", "calc"],
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        wait_for(lambda: "is open in Calc" in self.words() or self.host.poll() is not None, self.words, START_S)
        assert self.host.poll() is None, self.words()
        self.office_pid, pipe = self._office()
        self.context = connect(pipe, time.monotonic() + PATIENCE_S)
        self.desktop = self.context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
        self.book = OpenRegister(self.folder, LibreDocument(self._model()))
        self.wait_for_a_still_screen()
        return self

    def _office(self):
        """Process and pipe of the office that our own host started: others may live in the same pool of profiles."""
        mine = str(self.host.pid)
        return next(
            state
            for profile in self.profiles.iterdir()
            if (profile / "claim").read_text() == mine and (state := running(profile)) is not None
        )

    def _model(self):
        listing = self.desktop.Components.createEnumeration()
        while listing.hasMoreElements():
            item = listing.nextElement()
            if hasattr(item, "Sheets"):
                return item
        raise AssertionError("no workbook is open")

    def is_well(self):
        """True when the window can be worked with: nothing died, no box and no half-typed cell was left behind."""
        return (
            self.book is not None
            and self.host.poll() is None
            and process_lives(self.office_pid)
            and self.book.document.is_open
            and not self.box()
        )

    @contextlib.contextmanager
    def watched(self, patience_s=240):
        """End the office when the block takes too long: a call that hangs becomes a failure."""
        watchdog = threading.Timer(patience_s, lambda: os.kill(self.office_pid, 9))
        watchdog.start()
        try:
            yield self
        finally:
            watchdog.cancel()

    def words(self):
        """What `casebook open` said so far."""
        return self.said.read_text()

    def close(self):
        """End everything, whatever state it is in: a call would wait for a box that nobody answers."""
        if self.office_pid is not None and process_lives(self.office_pid):
            os.kill(self.office_pid, 9)
            wait_for(lambda: not process_lives(self.office_pid), "the office to be gone")
        if self.host is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.host.wait(10)
            self.host.kill()
            self.host.wait()

    # ------------------------------------------------------------------ mouse and keyboard

    def xdotool(self, *arguments):
        """One command of xdotool."""
        done = subprocess.run(
            ["xdotool", *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def show(self, sheet):
        """Bring a sheet to the front."""
        self.book.document.activate(self.book.grid(sheet))

    def button(self, action_id):
        """Where the middle of a button is on the screen."""
        action = actions()[action_id]
        self.show(action.sheet)
        sheet = self.book.grid(action.sheet).sheet
        shapes = (sheet.DrawPage.getByIndex(number) for number in range(sheet.DrawPage.Count))
        shape = next((each for each in shapes if hasattr(each, "Control") and each.Control.Label == action.label), None)
        assert shape is not None, f"{action.sheet} has no button {action.label}"
        place = self._pane(sheet, shape).getControl(shape.Control).getAccessibleContext()
        corner, size = place.getLocationOnScreen(), place.getSize()
        return corner.X + size.Width // 2, corner.Y + size.Height // 2

    def _pane(self, sheet, shape):
        """The pane of frozen rows or columns that a shape's middle is in: asked for a button of another, Calc paints
        it there once more.
        """
        controller = self.book.document.model.CurrentController
        column, row = controller.getSplitColumn(), controller.getSplitRow()
        middle = shape.Position.X + shape.Size.Width // 2
        is_right = column > 0 and middle >= sheet.Columns.getByIndex(column).getCellByPosition(0, 0).Position.X
        return controller.getByIndex((2 if row > 0 else 1) if is_right else 0)

    def click(self, action_id, done=None, *, times=1):
        """Click a button with the mouse and wait for what it does.

        Args:
            action_id: the button.
            done: true once it did something; by default an answer in the message cell or in a box.
            times: 2 for a double click.

        As a person would, it clicks again when the click hit the cell behind a button that was not drawn yet, or when
        Calc lost the click: on a loaded machine a button now and then stays down, and nobody works.
        """
        sheet = actions()[action_id].sheet
        done = done or (lambda: self.book.message(sheet) or self.box())
        self.show(sheet)
        before = self.book.document.selection()
        for _ in range(8):
            self.wait_for_a_still_screen()
            self.xdotool("mousemove", *self.button(action_id))
            if times == 1:
                self.xdotool("mousedown", 1, "sleep", 0.05, "mouseup", 1)
            else:
                self.xdotool("click", "--repeat", times, "--delay", 60, 1)
            signs = done, lambda: self._fell_through(sheet), self._quiet()
            found = wait_for(lambda signs=signs: first_true(signs), f"the answer to {action_id}")
            if found not in (FELL_THROUGH, LOST):
                return
            # A click into the sheet lets go of a button that stayed down; only moving away does not.
            self.xdotool("mousemove", 1000, 650, "mousedown", 1, "sleep", 0.05, "mouseup", 1)
            self.book.document.select(*before)
            time.sleep(DOUBLE_CLICK_S * 2)  # or the next click would be the second half of a double click
        raise AssertionError(f"the button of {action_id} cannot be clicked")

    def _fell_through(self, sheet):
        """A sign when the click selected a cell behind the buttons, None when it did not (yet)."""
        grid, areas = self.book.document.selection()
        return FELL_THROUGH if grid.name == sheet and areas and areas[0].last_row < MESSAGE_ROW else None

    def _quiet(self, seconds=4):
        """A question to ask again and again: LOST once office and host were found asleep for so long, else None."""
        since = [time.monotonic()]

        def asked():
            if any(_wants_to_run(pid) for pid in (self.office_pid, self.host.pid)):
                since[0] = time.monotonic()
            return LOST if time.monotonic() - since[0] > seconds else None

        return asked

    def wait_for_a_still_screen(self):
        """Wait until the screen shows the same three times: a button that is not drawn yet lets clicks fall through."""
        wait_for(self._still(), "a still screen")

    def _still(self):
        """A question to ask again and again: true once the screen shows the same three times, and shows something."""
        shots = [b"", b"", self._pixels()]

        def asked():
            shots.append(self._pixels())
            return shots[-1] == shots[-2] == shots[-3] and len(set(shots[-1])) > 16

        return asked

    def _pixels(self):
        return self.display.strip(100, 250)

    def click_into_the_sheet(self):
        """Click an empty cell far from everything, which takes the keyboard there."""
        self.xdotool("mousemove", 1000, 650, "click", 1)
        wait_for(lambda: self.book.document.selection()[1][0].row > FIRST_ROW + 8, "the click")

    def save_and_quit(self):
        """Ctrl+S, then Ctrl+Q, and wait for the end of `casebook open`."""
        path = self.folder / "casebook.xlsm"
        before = path.stat().st_mtime_ns
        self.click_into_the_sheet()
        self.xdotool("key", "ctrl+s")
        wait_for(lambda: path.stat().st_mtime_ns != before and self.book.document.is_saved, "the file to be saved")
        self.quit()

    def quit(self, answer=None):
        """Ctrl+Q, as often as a person would press it, and the end of `casebook open`.

        Args:
            answer: how to answer Calc's question about unsaved work; None when it must not ask.
        """
        for _ in range(4):
            if self._first_of(self._still()) != ENDED:
                self.xdotool("key", "ctrl+q")
            found = self._first_of(self._question, self._quiet())
            if found not in (ENDED, LOST):
                assert answer is not None, f"Calc asks about unsaved work. {self._what_stays()}"
                answer()
                found = self._first_of(self._quiet())
            if found == ENDED:
                assert self.host.returncode == 0, self.words()
                return
        raise AssertionError(self._what_stays())

    def _first_of(self, *questions):
        """The first answer to questions, or ENDED when `casebook open` has ended."""
        signs = (lambda: ENDED if self.host.poll() is not None else None), *questions
        return wait_for(lambda: first_true(signs), self._what_stays, QUIT_S)

    def _what_stays(self):
        """What a person would see when it does not end, with a picture of it."""
        self.shot("does-not-end")
        office = "lives" if process_lives(self.office_pid) else "is gone"
        return f"the end of `casebook open`: the office {office}, see does-not-end.png. It said: {self.words()}"

    def press(self, action_id, times=1):
        """Click a button and wait for the answer under the buttons; a box that opens is closed by its OK."""
        sheet = actions()[action_id].sheet
        self.forget_message(sheet)
        self.click(action_id, times=times)
        text = self.book.message(sheet)
        if not text or text[7:].startswith(("Not done", "In part", "Behind")):
            self.dismiss_box()
        return text

    def forget_message(self, sheet):
        """Empty the message cell, so that the next answer is seen; it may stand on a locked sheet."""
        self.book.grid(sheet).sheet.getCellByPosition(0, 4).setString("")

    def box(self):
        """The number of an open message box's window."""
        return self.xdotool("search", "--onlyvisible", "--name", "^Casebook$")

    def dismiss_box(self):
        """Wait for the message box, and click its OK in the lower right corner."""
        self.click_in(wait_for(self.box, "the message box"), _OK)
        wait_for(lambda: not self.box(), "the message box to go")

    def click_in(self, windows, corner):
        """Click in a box, so many pixels from its right and lower edge."""
        window = windows.split()[-1]
        size = dict(line.split("=") for line in self.xdotool("getwindowgeometry", "--shell", window).splitlines())
        across, down = int(size["WIDTH"]) - corner[0], int(size["HEIGHT"]) - corner[1]
        self.xdotool("mousemove", "--window", window, across, down, "click", 1)

    def dont_save(self):
        """Answer Calc's question with Don't Save."""
        self.click_in(wait_for(self._question, "Calc's question"), _DONT_SAVE)

    def _question(self):
        """The number of the window in which Calc asks whether to save."""
        return self.xdotool("search", "--onlyvisible", "--name", "^Save Document")

    def shot(self, name):
        """Keep a picture of the screen."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.display.save(SHOTS / f"{name}.png")
