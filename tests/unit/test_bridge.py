"""The bridge: every press ends in words, one at a time, and registers are kept and let go as they should be."""

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from addin.errors import ConfigError, HostBusy
from addin.folder import create
from addin.hosts.closed import open_closed
from addin.hosts.excel import BUSY_CODES, busy, same_file
from addin.macros import com_bridge
from addin.macros.bridge import BUSY, Bridge
from addin.macros.press import ALARM
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

    bridge = Bridge(closed, open_service)
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
    bridge.open_service = lambda folder: None
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
    assert server.bridge._services
    server.tidy()
    assert server.bridge._services
    server.used -= 6
    server.tidy()
    assert not server.bridge._services


def test_busy_excel_is_told_from_a_fault():
    """The three codes of an Excel that cannot listen are known; other errors are not taken for them."""
    error = Exception()
    assert not busy(error)
    for code in BUSY_CODES:
        error.hresult = code
        assert busy(error)


@pytest.mark.skipif(sys.platform != "win32", reason="capitals matter elsewhere")
def test_full_names_are_compared_as_windows_does():
    """Capitals and the kind of slash do not make another file."""
    assert same_file(r"C:\Books\Casebook.xlsm", "c:/books/casebook.xlsm")


def test_full_names_that_differ_are_two_files():
    """Two registers are never mixed up."""
    assert same_file("/books/a/casebook.xlsm", "/books/a/./casebook.xlsm")
    assert not same_file("/books/a/casebook.xlsm", "/books/b/casebook.xlsm")
