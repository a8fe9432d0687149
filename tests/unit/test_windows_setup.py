"""Putting Casebook into Excel and taking it out: the user's own keys and files only, and nothing is left."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from addin import windows_setup as setup
from addin.cli import TROUBLE, main
from addin.errors import ConfigError, HostError

PYTHONW = Path(r"C:\Casebook\.venv\Scripts\pythonw.exe")


class PaperHive:
    """A registry on paper: keys with their values."""

    def __init__(self):
        self.values = {("Software\\Classes", ""): ""}

    def read(self, key, name=""):
        return self.values.get((key, name))

    def write(self, key, value, name=""):
        self.values[key, name] = value

    def remove(self, key):
        gone = [at for at in self.values if at[0] == key or at[0].startswith(key + "\\")]
        for at in gone:
            del self.values[at]
        return bool(gone)

    def names(self, key):
        below = [at[0].removeprefix(key + "\\") for at in self.values if at[0].startswith(key + "\\")]
        return sorted({name.split("\\")[0] for name in below})


@pytest.fixture(name="hive")
def fixture_hive():
    return PaperHive()


@pytest.fixture(name="start")
def fixture_start(tmp_path, monkeypatch):
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    return tmp_path / "XLSTART"


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows the commands do their work")
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_other_systems_are_told(command):
    """Where there is no Excel of this kind the commands say so and what serves instead; exit code 3."""
    done = CliRunner().invoke(main, [command])
    assert done.exit_code == TROUBLE
    assert "is for Excel on Windows" in done.output
    assert "LibreOffice" in done.output


def test_install_then_uninstall_leaves_nothing(hive, start):
    """After uninstall the registry and the start-up folder are what they were, also after two installs."""
    before = dict(hive.values)
    setup.install(hive, PYTHONW, start)
    setup.install(hive, PYTHONW, start)
    assert (start / setup.ADDIN_FILE).read_bytes() == setup.kept_addin().read_bytes()
    said = setup.uninstall(hive, start)
    assert hive.values == before
    assert list(start.iterdir()) == []
    assert any("no longer registered" in line for line in said)


def test_uninstall_without_install_says_so(hive, start):
    """Taking out what is not in changes nothing and is no error."""
    said = setup.uninstall(hive, start)
    assert "Casebook.Bridge was not registered." in said


def test_uninstall_removes_what_a_failed_start_left(hive, start):
    """The reason that a bridge left behind goes with the rest; a folder that holds other files stays."""
    kept = setup.fault_file()
    kept.parent.mkdir(parents=True)
    kept.write_text("boom")
    setup.uninstall(hive, start)
    assert not kept.parent.exists()


def test_only_the_users_own_classes_are_written(hive, start):
    """Every key stands below Software, Classes, and names the bridge or its class."""
    setup.install(hive, PYTHONW, start)
    keys = {key for key, _ in hive.values} - {"Software\\Classes"}
    assert keys
    assert all(
        key.startswith((f"Software\\Classes\\{setup.PROGID}", "Software\\Classes\\CLSID\\{4B0B")) for key in keys
    )


def test_what_com_runs_is_isolated():
    """The command names the windowless Python in quotes and runs it without the caller's folders and variables."""
    command = setup.registry_entries(Path(r"C:\Program Files\Casebook\pythonw.exe"))
    server = next(value for key, value in command.items() if key.endswith("LocalServer32"))
    assert server.startswith(r'"C:\Program Files\Casebook\pythonw.exe" -I -c "from addin.')


def test_the_windowless_python_must_be_there_and_here(tmp_path):
    """A Python without its windowless twin, or one on the network, is refused with the remedy."""
    with pytest.raises(ConfigError, match=r"pythonw\.exe is missing"):
        setup.windowless(tmp_path / "python.exe")
    (tmp_path / "pythonw.exe").touch()
    assert setup.windowless(tmp_path / "python.exe") == tmp_path / "pythonw.exe"
    with pytest.raises(ConfigError, match="network path"):
        setup.windowless(Path(r"\\server\share\python.exe"))


def test_excel_holding_the_addin_is_said_in_words(hive, start, monkeypatch):
    """An add-in that Excel has open cannot be exchanged; the person is told to close Excel."""

    def held(path, content):
        raise PermissionError(path)

    monkeypatch.setattr(Path, "write_bytes", held)
    with pytest.raises(HostError, match="Close every Excel window"):
        setup.install(hive, PYTHONW, start)


def test_the_doctor_names_a_broken_registration(hive, start):
    """No key, a key of another Python, and the right keys are told apart."""
    with pytest.raises(ValueError, match="not registered"):
        setup.look_at_registry(hive, PYTHONW)
    setup.install(hive, PYTHONW, start)
    assert "Casebook.Bridge runs" in setup.look_at_registry(hive, PYTHONW)
    with pytest.raises(ValueError, match="LocalServer32 holds"):
        setup.look_at_registry(hive, Path(r"D:\other\pythonw.exe"))


def test_the_doctor_names_a_missing_or_older_addin(hive, start):
    """No add-in, one of another version, and the right one are told apart."""
    with pytest.raises(ValueError, match="is missing"):
        setup.look_at_addin(start)
    setup.install(hive, PYTHONW, start)
    assert setup.look_at_addin(start) == str(start / setup.ADDIN_FILE)
    (start / setup.ADDIN_FILE).write_bytes(b"older")
    with pytest.raises(ValueError, match="another version"):
        setup.look_at_addin(start)


@pytest.mark.parametrize(("key", "who"), [("Microsoft", "your own settings"), ("Policies\\Microsoft", "policy")])
def test_the_doctor_sees_macros_switched_off(hive, key, who):
    """Macros that are off without a word are found, and who switched them off."""
    assert "may run macros" in setup.look_at_macros(hive)
    hive.write(f"Software\\{key}\\Office\\16.0\\Excel\\Security", "4", "VBAWarnings")
    with pytest.raises(ValueError, match=who):
        setup.look_at_macros(hive)


def test_the_doctor_knows_trusted_locations(hive, tmp_path):
    """A folder is trusted by itself, or by a folder above it that includes its subfolders; else Excel will ask."""
    key = "Software\\Microsoft\\Office\\16.0\\Excel\\Security\\Trusted Locations\\Location9"
    assert "Excel asks" in setup.look_at_trust(hive, tmp_path)
    hive.write(key, str(tmp_path.parent), "Path")
    assert "Excel asks" in setup.look_at_trust(hive, tmp_path)
    hive.write(key, "1", "AllowSubfolders")
    assert "is a trusted location" in setup.look_at_trust(hive, tmp_path)


def test_a_downloaded_workbook_is_named(hive, tmp_path):
    """The mark of the web on the register's workbook is found, with the remedy."""
    (tmp_path / "casebook.xlsm").touch()
    (tmp_path / "casebook.xlsm:Zone.Identifier").touch()
    with pytest.raises(ValueError, match="Unblock"):
        setup.look_at_trust(hive, tmp_path)
