"""The bridge: every press ends in words, one at a time, and registers are kept and let go as they should be."""

import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from addin.errors import ConfigError, HostBusy, HostError
from addin.folder import create
from addin.hosts import excel
from addin.hosts.closed import open_closed
from addin.hosts.excel import BUSY_CODES, busy, same_file
from addin.macros import com_bridge
from addin.macros.bridge import BUSY, Bridge
from addin.macros.press import ALARM
from addin.macros.registers import OpenRegisters
from addin.service import Service


@contextmanager
def closed(address):
    """The workbook of an address as a closed file."""
    book = open_closed(Path(address))
    try:
        yield book
        book.save()
    finally:
        book.close()


@pytest.fixture(name="register")
def fixture_register(tmp_path):
    create(tmp_path / "register", demo=True).close()
    return tmp_path / "register"


@pytest.fixture(name="opened")
def fixture_opened():
    return []


@pytest.fixture(name="bridge")
def fixture_bridge(opened, monkeypatch):
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")

    def open_service(folder):
        opened.append(Service.open(folder))
        return opened[-1]

    bridge = Bridge(closed, OpenRegisters(open_service))
    yield bridge
    bridge.rest()


def test_a_press_is_answered(bridge, register):
    """A press of a button comes back as the outcome's sentence."""
    assert bridge.press(str(register / "casebook.xlsm"), "desk.refresh").startswith("Up to date at event")


def test_an_unknown_action_is_refused_in_words(bridge, register):
    """A button that this version does not know changes nothing and is shown in a box."""
    answer = bridge.press(str(register / "casebook.xlsm"), "desk.nothing")
    assert answer.startswith(ALARM)
    assert "desk.nothing" in answer


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://house.example/sites/team/casebook.xlsm", "open from the web"),
        ("{folder}/elsewhere/casebook.xlsm", "is not a register"),
    ],
)
def test_an_address_that_is_no_register_is_answered_in_words(bridge, register, address, words):
    """Web addresses and folders without a register become sentences, not errors."""
    answer = bridge.press(address.format(folder=register), "desk.refresh")
    assert answer.startswith(ALARM)
    assert words in answer


@pytest.mark.parametrize("error", [HostBusy("Excel cannot listen now."), RuntimeError("boom"), KeyError("x")])
def test_every_fault_becomes_words(register, error):
    """Whatever goes wrong while the workbook is looked for, the answer is a text."""

    def broken(address):
        raise error

    bridge = Bridge(broken)
    bridge.registers.opener = lambda folder: None
    answer = bridge.press(str(register / "casebook.xlsm"), "desk.refresh")
    assert answer.startswith(ALARM)
    assert not bridge.in_call


def test_a_second_press_during_the_first_is_turned_away(opened, register, monkeypatch):
    """A click that arrives in the middle of a press is told so, and the first goes on undisturbed."""
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    inner = []

    @contextmanager
    def lookup(address):
        inner.append(bridge.press(address, "desk.refresh"))
        with closed(address) as book:
            yield book

    bridge = Bridge(lookup)
    assert bridge.press(str(register / "casebook.xlsm"), "desk.refresh").startswith("Up to date")
    assert inner == [ALARM + BUSY]
    bridge.rest()


def test_a_register_stays_open_between_clicks(bridge, register, opened):
    """The second click finds the register open; after a rest it is opened anew."""
    address = str(register / "casebook.xlsm")
    bridge.press(address, "desk.refresh")
    bridge.press(address, "desk.refresh")
    assert len(opened) == 1
    bridge.rest()
    bridge.press(address, "desk.refresh")
    assert len(opened) == 2


def test_changed_settings_are_read_at_the_next_click(bridge, register, opened):
    """A settings file that was edited while the bridge was warm counts from the next click on."""
    address, toml = str(register / "casebook.xlsm"), register / "casebook.toml"
    bridge.press(address, "desk.refresh")
    toml.write_text(toml.read_text(encoding="utf-8") + "\nunknown_key = 1\n", encoding="utf-8")
    assert "unknown_key" in bridge.press(address, "desk.refresh")
    assert len(opened) == 1


@pytest.mark.parametrize("path", [r"\\server\share\python.exe", "//server/share/python.exe"])
def test_a_python_on_the_network_is_refused(path):
    """The bridge never runs an interpreter that others could exchange."""
    with pytest.raises(ConfigError, match="network path"):
        com_bridge.refuse_network(path)
    com_bridge.refuse_network(r"C:\Casebook\.venv\Scripts\pythonw.exe")


@pytest.mark.parametrize(("text", "seconds"), [("", 2700), ("90", 90), ("soon", 2700), ("0", 0.5)])
def test_the_idle_time_may_be_set(monkeypatch, text, seconds):
    """45 minutes, unless the environment gives a number of seconds."""
    if text:
        monkeypatch.setenv("CASEBOOK_BRIDGE_IDLE", text)
    else:
        monkeypatch.delenv("CASEBOOK_BRIDGE_IDLE", raising=False)
    assert com_bridge.idle_seconds() == seconds


def test_a_server_that_rests_lets_go_of_registers(bridge, register):
    """After a while without clicks the registers are closed, though the server stays."""
    server = com_bridge.Server(closed, 5)
    server.press(str(register / "casebook.xlsm"), "desk.nothing")
    assert server.bridge.registers._open
    server.tidy()
    assert server.bridge.registers._open
    server.used -= 6
    server.tidy()
    assert not server.bridge.registers._open


def test_busy_excel_is_told_from_a_fault():
    """The three codes of an Excel that cannot listen are known; other errors are not taken for them."""
    error = Exception()
    assert not busy(error)
    for code in BUSY_CODES:
        error.hresult = code
        assert busy(error)


class PaperExcel:
    """An Excel whose workbooks have these full names; an error instead of a name is what Excel answers."""

    def __init__(self, *names):
        self.names = names

    @property
    def books(self):
        return [SimpleNamespace(impl=SimpleNamespace(xl=PaperBook(name))) for name in self.names]


class PaperBook:
    """A workbook that says its full name, or cannot."""

    def __init__(self, name):
        self.name = name

    @property
    def FullName(self):
        if isinstance(self.name, Exception):
            raise self.name
        return self.name


def com_fault(code):
    """What COM raises when Excel answers with this code."""
    error = excel.com_error()
    error.hresult = code
    return error


def test_the_workbook_is_found_in_whichever_excel_shows_it(monkeypatch):
    """Several Excel programs with several workbooks: the one with the full name is taken, and no other."""
    apps = [PaperExcel("/a/other.xlsm"), PaperExcel("/a/casebook.xlsm", "/b/casebook.xlsm")]
    monkeypatch.setattr(excel.xw, "apps", apps)
    with excel.open_in_excel("/b/casebook.xlsm") as book:
        assert book.impl.xl.FullName == "/b/casebook.xlsm"


@pytest.mark.parametrize("answer", [com_fault(min(BUSY_CODES)), AttributeError("FullName"), excel.ExcelBusyError()])
def test_an_excel_that_cannot_listen_is_said_so(monkeypatch, answer):
    """A busy Excel does not hide the workbook of another one; alone, it is told from a workbook that is not open."""
    monkeypatch.setattr(excel.xw, "apps", [PaperExcel(answer), PaperExcel("/b/casebook.xlsm")])
    with excel.open_in_excel("/b/casebook.xlsm") as book:
        assert book
    with pytest.raises(HostBusy, match="Press Enter or Esc"), excel.open_in_excel("/c/casebook.xlsm"):
        pass


def test_a_workbook_that_no_excel_shows_is_said_so(monkeypatch):
    """Not open, and an Excel that answers with another fault: both in words."""
    monkeypatch.setattr(excel.xw, "apps", [PaperExcel("/a/casebook.xlsm")])
    with pytest.raises(HostError, match="no open Excel shows"), excel.open_in_excel("/b/casebook.xlsm"):
        pass
    monkeypatch.setattr(excel.xw, "apps", [PaperExcel(com_fault(5))])
    with pytest.raises(HostError, match="Excel answered"), excel.open_in_excel("/b/casebook.xlsm"):
        pass


@pytest.mark.parametrize("code", sorted(BUSY_CODES))
def test_excel_that_becomes_busy_in_the_middle_asks_to_leave_the_cell(bridge, register, monkeypatch, code):
    """A cell that is being edited stops the press with the words that help, not as a fault of ours."""

    def busy_live(*_):
        raise com_fault(code)

    monkeypatch.setattr("addin.macros.press.Live", busy_live)
    answer = bridge.press(str(register / "casebook.xlsm"), "desk.refresh")
    assert answer.startswith(ALARM)
    assert "Press Enter or Esc to leave the cell, then press the button again." in answer
    assert not (register / "incidents").exists()


@pytest.mark.skipif(sys.platform != "win32", reason="capitals matter elsewhere")
def test_full_names_are_compared_as_windows_does():
    """Capitals and the kind of slash do not make another file."""
    assert same_file(r"C:\Books\Casebook.xlsm", "c:/books/casebook.xlsm")


def test_full_names_that_differ_are_two_files():
    """Two registers are never mixed up."""
    assert same_file("/books/a/casebook.xlsm", "/books/a/./casebook.xlsm")
    assert not same_file("/books/a/casebook.xlsm", "/books/b/casebook.xlsm")
