"""The bridge of Excel for Windows, tried for real under Wine: COM starts it, it answers, dies, comes back and leaves.

VBScript stands in for VBA: it makes the object and calls it the same way. What Wine cannot show (Excel itself, COM
looking into the user's own classes, the trust centre) is in docs/windows-checklist.md. Wine's COM reads the classes of
the whole computer only, so the keys are put there, by the same code and inside the private prefix.
"""

import re

import pytest

from addin.folder import create
from addin.macros.bridge import BUSY
from addin.macros.press import ALARM
from addin.verify import verify

from .wine_kit import Absent, Wine, on_drive

pytestmark = [pytest.mark.wine, pytest.mark.slow, pytest.mark.xdist_group("wine")]

SETUP = """
import sys
from pathlib import Path
from addin import windows_setup as setup
hive, start = setup.WindowsHive("HKLM"), setup.start_folder()
"""
INSTALL = SETUP + 'print(*setup.install(hive, setup.windowless(Path(sys.executable)), start), sep="\\n")'
UNINSTALL = SETUP + 'setup.stop_running(); print(*setup.uninstall(hive, start), sep="\\n")'
#: What a run that was broken off may have left in the prefix, which stays between runs.
LEFTOVERS = SETUP + "setup.uninstall(hive, start); setup.uninstall(setup.WindowsHive(), start)"
CLASSES = """
import winreg
def names(root, key):
    try:
        with winreg.OpenKey(root, key) as handle:
            return [winreg.EnumKey(handle, n) for n in range(winreg.QueryInfoKey(handle)[0])]
    except OSError:
        return []
for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
    for key in ("Software\\\\Classes", "Software\\\\Classes\\\\CLSID"):
        print([name for name in names(root, key) if name in {wanted!r}])
"""
WAIT_FOR_END = """
import sys, win32api, win32event
try:
    process = win32api.OpenProcess(0x100000, False, int(sys.argv[1]))
except Exception:
    print("gone")
else:
    print("gone" if win32event.WaitForSingleObject(process, 20_000) == 0 else "still there")
"""
CALLS = """
Dim book, bridge, answer, number
book = WScript.Arguments(0)
For number = 1 To WScript.Arguments.Count - 1
    Set bridge = CreateObject("Casebook.Bridge")
    If WScript.Arguments(number) = "ping" Then
        answer = bridge.Ping()
    Else
        answer = bridge.Press(book, WScript.Arguments(number))
    End If
    WScript.Echo answer
    Set bridge = Nothing
Next
"""
SEARCH = """
On Error Resume Next
Set bridge = CreateObject("Casebook.Bridge")
If Err.Number = 0 Then WScript.Echo "found" Else WScript.Echo "not found"
"""
DIES = """
import ctypes, sys, pythoncom, win32com.client, win32event
from ctypes import c_char_p, c_int, c_void_p

def end(number):  # the process ends itself at once, without a word to COM
    kernel = ctypes.windll.kernel32
    kernel.OpenProcess.restype = kernel.GetModuleHandleW.restype = c_void_p
    kernel.GetProcAddress.restype, kernel.GetProcAddress.argtypes = c_void_p, [c_void_p, c_char_p]
    kernel.CreateRemoteThread.argtypes = [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_int, c_void_p]
    process = kernel.OpenProcess(0x1FFFFF, False, number)
    leave = kernel.GetProcAddress(kernel.GetModuleHandleW("kernel32.dll"), b"ExitProcess")
    kernel.CreateRemoteThread(process, None, 0, leave, 3, 0, None)
    assert win32event.WaitForSingleObject(process, 20_000) == 0

def found():
    try:
        return win32com.client.Dispatch("Casebook.Bridge")
    except pythoncom.com_error:
        return None

bridge = found()
first = bridge.Ping()
print(first)
press = bridge._oleobj_.GetIDsOfNames(0, "Press")
end(int(first.split()[-1]))
try:
    print(bridge._oleobj_.Invoke(press, 0, pythoncom.DISPATCH_METHOD, True, sys.argv[1], "desk.refresh"))
except pythoncom.com_error as error:
    print("error", hex(error.hresult & 0xFFFFFFFF))
bridge = found() or found()  # as the macro does: the search is repeated once, never the press
print(bridge.Ping())
print(bridge.Press(sys.argv[1], "desk.refresh"))
"""
ENVIRONMENT = {"CASEBOOK_BRIDGE_HOST": "closed", "CASEBOOK_USER": "a.khan", "CASEBOOK_BRIDGE_IDLE": "60"}


@pytest.fixture(name="wine", scope="module")
def fixture_wine():
    try:
        wine = Wine()
    except Absent as absent:
        pytest.skip(str(absent))
    wine.run_python(LEFTOVERS)
    yield wine
    wine.stop()


@pytest.fixture(name="installed", scope="module")
def fixture_installed(wine):
    done = wine.run_python(INSTALL)
    assert done.returncode == 0, done.stdout
    yield wine
    wine.run_python(UNINSTALL)


@pytest.fixture(name="scripts", scope="module")
def fixture_scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    for name, text in (("calls", CALLS), ("search", SEARCH)):
        (folder / f"{name}.vbs").write_text(text, encoding="ascii")
    return folder


@pytest.fixture(name="register")
def fixture_register(tmp_path):
    create(tmp_path / "register", demo=True).close()
    return tmp_path / "register"


@pytest.fixture(name="ask")
def fixture_ask(installed, scripts, register):
    """Press these actions one after the other from VBScript, each on an object of its own; the answers."""

    def ask(*actions, **more):
        book = on_drive(register / "casebook.xlsm")
        done = installed.start_script(scripts / "calls.vbs", book, *actions, **{**ENVIRONMENT, **more}).finish()
        assert done.returncode == 0, done.stdout
        return done.stdout.splitlines()

    return ask


def process_of(answer):
    """The process number in an answer to a ping."""
    return re.fullmatch(r"Casebook \S+, process (\d+)", answer)[1]


def test_a_press_reaches_the_register_and_its_answer_comes_back(ask, register):
    """COM starts the bridge, the button does its work on the register, the words come back; the register is whole."""
    (answer,) = ask("desk.refresh")
    assert answer.startswith("Up to date at event")
    assert verify(register).ok


def test_a_refusal_comes_back_as_words(ask):
    """What may not be done is an answer that starts with the alarm sign, not an error."""
    (unknown, role) = ask("desk.nothing", "refunds.approve")
    assert unknown.startswith(f"{ALARM}There is no action 'desk.nothing'.")
    assert role.startswith(ALARM)


def test_a_folder_that_is_no_register_is_said_in_words(installed, scripts, tmp_path):
    """A workbook without a register beside it gets a sentence that says what to do."""
    book = on_drive(tmp_path / "stray.xlsm")
    done = installed.start_script(scripts / "calls.vbs", book, "desk.refresh", **ENVIRONMENT).finish()
    assert done.stdout.startswith(ALARM)
    assert "is not a register" in done.stdout


def test_the_bridge_stays_warm(ask):
    """Five objects one after the other, and a second client: one process answers them all."""
    first = ask("ping", "desk.refresh", "ping", "desk.refresh", "ping")
    second = ask("ping")
    assert {process_of(answer) for answer in (first[0], first[2], first[4], second[0])} == {process_of(first[0])}


def test_two_clients_are_served_in_turn(installed, scripts, register):
    """Two clients at once get every answer of theirs, and the register's chain is whole."""
    book = on_drive(register / "casebook.xlsm")
    actions = ["desk.refresh", "ping", "requests.refresh", "desk.refresh"]
    clients = [installed.start_script(scripts / "calls.vbs", book, *actions, **ENVIRONMENT) for _ in range(2)]
    for done in [client.finish() for client in clients]:
        answers = done.stdout.splitlines()
        assert len(answers) == len(actions), done.stdout
        assert all(BUSY in answer or not answer.startswith(ALARM) for answer in answers), answers
    assert verify(register).ok


def test_a_bridge_that_dies_is_started_again(installed, register):
    """A client that holds a dead bridge gets an error it can show; the next object is answered by a new process.

    The process ends itself here; Wine's COM does not notice one that is killed from outside, which Windows does.
    """
    done = installed.run_python(DIES, on_drive(register / "casebook.xlsm"), **ENVIRONMENT)
    assert done.returncode == 0, done.stdout
    first, error, second, answer = done.stdout.splitlines()
    assert error.startswith("error 0x8007")
    assert process_of(first) != process_of(second)
    assert answer.startswith("Up to date at event")


def test_an_idle_bridge_leaves(ask, installed):
    """Without a click for its idle time the process ends, and the next click starts another."""
    installed.run_python("from addin.windows_setup import stop_running; stop_running()")
    (first,) = ask("ping", CASEBOOK_BRIDGE_IDLE="1")
    assert installed.run_python(WAIT_FOR_END, process_of(first)).stdout == "gone"
    (second,) = ask("ping")
    assert process_of(second) != process_of(first)


def test_uninstall_leaves_nothing_and_the_running_bridge_leaves(ask, installed, scripts):
    """After uninstall no key and no file is left, the process is gone, and a client finds no bridge."""
    (answer,) = ask("ping")
    said = installed.run_python(UNINSTALL).stdout
    assert "no longer registered" in said
    assert installed.run_python(WAIT_FOR_END, process_of(answer)).stdout == "gone"
    assert keys_left(installed) == ["[]"] * 4
    assert not list((installed.prefix / "drive_c").rglob("casebook.xlam"))
    assert installed.start_script(scripts / "search.vbs").finish().stdout == "not found"
    installed.run_python(INSTALL)
    assert installed.start_script(scripts / "search.vbs", **ENVIRONMENT).finish().stdout == "found"


def test_the_commands_write_the_users_own_keys(wine):
    """`casebook install` writes below the user's classes only; the doctor sees it; `uninstall` takes all of it away."""
    run = "from addin.cli import main; main()"
    before = keys_left(wine)
    installed = wine.run_python(run, "install")
    assert installed.returncode == 0, installed.stdout
    mine, my_class, *others = keys_left(wine)
    assert "Casebook.Bridge" in mine
    assert my_class != "[]"
    assert others == before[2:]
    doctor = wine.run_python(run, "doctor").stdout
    assert re.search(r"^ok +excel: registry: Casebook\.Bridge runs .*pythonw\.exe$", doctor, re.M), doctor
    assert re.search(r"^ok +excel: add-in: .*XLSTART", doctor, re.M), doctor
    removed = wine.run_python(run, "uninstall")
    assert removed.returncode == 0, removed.stdout
    assert keys_left(wine)[:2] == ["[]", "[]"]


def keys_left(wine):
    """What there is of ours below the classes of the user and of the computer, and below their CLSID."""
    from addin.macros.com_bridge import CLSID, PROGID

    return wine.run_python(CLASSES.replace("{wanted!r}", repr([CLSID, PROGID]))).stdout.splitlines()
