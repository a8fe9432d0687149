"""The first command a newcomer types: start.py, and the gate before host tests that it controls."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import start

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with lock files and no environment yet; what would be installed is noted, not done."""
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(start, "venv_works", lambda: True)
    return tmp_path


@pytest.fixture
def installed(house: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What start.py did to make the environment: "venv", then the last word of each pip call."""
    done: list[str] = []

    def make_venv() -> None:
        done.append("venv")
        shutil.rmtree(start.VENV, ignore_errors=True)
        start.VENV.mkdir()

    def run_pip(*arguments: str) -> None:
        done.append(arguments[-1])
        command = start.venv_command("casebook")
        command.parent.mkdir(exist_ok=True)
        command.touch()

    monkeypatch.setattr(start, "make_venv", make_venv)
    monkeypatch.setattr(start, "run_pip", run_pip)
    return done


def test_an_old_python_can_read_the_file_far_enough_to_say_why() -> None:
    """start.py parses as Python 3.6 and asks for the version before it imports anything else."""
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    before = [ast.unparse(node) for node in tree.body[:3]]
    assert before[1] == "import sys"
    assert before[2].startswith("if sys.version_info < (3, 11):")


def test_start_needs_the_standard_library_only() -> None:
    """No package has to be there before the first command."""
    tree = ast.parse((ROOT / "start.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_the_first_start_makes_everything_once(installed: list[str]) -> None:
    """The environment is made, filled from the lock by hash, and given the command; the second start does nothing."""
    start.ensure_environment(start.RUNTIME)
    start.ensure_environment(start.RUNTIME)
    assert installed == ["venv", "requirements.lock", "."]


def test_tests_add_their_packages_and_keep_them(house: Path, installed: list[str]) -> None:
    """After the tests ran, the demo needs nothing more, and a changed lock renews both."""
    start.ensure_environment(start.RUNTIME)
    start.ensure_environment(start.DEV)
    start.ensure_environment(start.RUNTIME)
    assert installed == ["venv", "requirements.lock", ".", "requirements-dev.lock", "."]
    (house / "requirements.lock").write_text("newer")
    start.ensure_environment(start.RUNTIME)
    assert installed[5:] == ["requirements-dev.lock", "."]


def test_an_interrupted_start_begins_again(installed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """When installing fails there is no stamp, so that the next start makes a fresh environment."""
    working = start.run_pip

    def failing(*_: str) -> None:
        raise start.Trouble("no network")

    monkeypatch.setattr(start, "run_pip", failing)
    with pytest.raises(start.Trouble):
        start.ensure_environment(start.RUNTIME)
    monkeypatch.setattr(start, "run_pip", working)
    start.ensure_environment(start.RUNTIME)
    assert installed == ["venv", "venv", "requirements.lock", "."]


def test_a_moved_environment_is_made_again(
    house: Path, installed: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Commands in an environment hold its folder, so a copied or moved project does not trust the stamp."""
    start.ensure_environment(start.RUNTIME)
    moved = tmp_path_factory.mktemp("moved to") / "house"
    shutil.copytree(house, moved)
    monkeypatch.setattr(start, "ROOT", moved)
    monkeypatch.setattr(start, "VENV", moved / ".venv")
    start.ensure_environment(start.RUNTIME)
    assert "requirements.lock" in installed[3:]


def test_a_python_that_went_away_is_replaced(installed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment whose Python no longer starts is made again, stamp or not."""
    start.ensure_environment(start.RUNTIME)
    monkeypatch.setattr(start, "venv_works", lambda: False)
    start.ensure_environment(start.RUNTIME)
    assert installed[3] == "venv"


@pytest.mark.usefixtures("house")
def test_a_python_without_venv_is_told_which_package_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian packs venv on its own: the message names the package."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(start.Trouble, match=r"apt-get install python3\.\d+-venv"):
        start.make_venv()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("WARNING: Retrying ... NewConnectionError", "check the network"),
        ("[Errno -3] Temporary failure in name resolution", "check the network"),
        ("ERROR: No matching distribution found for pandas", "64 bit"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "do not use it"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError: certificate verify failed)", "PIP_CERT"),
        ("something new", "pip's own words"),
    ],
)
def test_pip_is_translated(said: str, meant: str) -> None:
    """What pip says is explained in plain words."""
    assert meant in start.explain_pip(said)


@pytest.mark.parametrize(("ci", "required"), [("true", True), ("1", True), ("", False), ("false", False)])
def test_a_build_machine_requires_the_hosts(monkeypatch: pytest.MonkeyPatch, ci: str, required: bool) -> None:
    """With CI set, an absent host is a failure; on a person's machine it is a skip."""
    called: list[list[str]] = []
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(start, "ensure_environment", lambda kind: None)
    monkeypatch.setattr(start, "ensure_hosts", lambda: None)
    monkeypatch.setattr(start, "run", lambda command, cwd: called.append([str(word) for word in command]) or 0)
    assert start.test(["tests/unit"]) == 0
    assert ("--require=libre,postgres" in called[0]) is required
    assert called[0][-1] == "tests/unit"
    assert called[0][called[0].index("-n") + 1] == "2"


def test_system_packages_are_installed_only_where_nobody_must_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root and without a sudo that asks nothing, or with CASEBOOK_NO_APT, apt is left alone."""
    monkeypatch.setattr(start, "on_path", lambda *names: True)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert start.apt_prefix({}) == []
    assert start.apt_prefix({"CASEBOOK_NO_APT": "1"}) is None
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert start.apt_prefix({}) is None


def test_missing_hosts_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A person reads what is missing, which package brings it and what is skipped."""
    absent = start.Part("PostgreSQL", "postgres", "postgresql", lambda: False)
    monkeypatch.setattr(start, "PARTS", (absent,))
    monkeypatch.setattr(start, "apt_prefix", lambda environment: None)
    start.ensure_hosts()
    assert "PostgreSQL (Debian package postgresql); the postgres tests are skipped" in capsys.readouterr().err


def test_foreign_variables_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PYTHONPATH or PIP_USER of the caller does not reach the private environment."""
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    assert not {"PYTHONPATH", "PIP_USER"} & start.child_environment().keys()


def test_exit_codes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """0 help, 2 wrong usage, 3 trouble outside, 130 stopped; else what the command returned."""

    def fails_with(fault: BaseException) -> int:
        def command(arguments: object) -> int:
            raise fault

        monkeypatch.setitem(start.COMMANDS, "demo", command)
        return start.main(["demo"])

    assert start.main(["--help"]) == 0
    assert start.main([]) == start.main(["dance"]) == start.EXIT_USAGE
    assert fails_with(start.Trouble("why and what to do")) == start.EXIT_TROUBLE
    assert fails_with(OSError("disk")) == start.EXIT_TROUBLE
    assert fails_with(KeyboardInterrupt()) == start.EXIT_STOPPED
    assert "why and what to do" in capsys.readouterr().err
    assert start.run([sys.executable, "-c", "raise SystemExit(7)"]) == 7


@pytest.mark.parametrize(("require", "code"), [("", 0), ("--require=libre", 1), ("--require=postgres", 0)])
def test_a_skip_of_a_required_host_is_a_failure(tmp_path: Path, require: str, code: int) -> None:
    """The gate: a skipped host test is told loudly, and fails a run that requires its host, whatever the reason."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  libre: x\n  postgres: x\n  excel: x\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.libre\n"
        "def test_office(): pytest.skip('the office does not answer')\n"
        "def test_plain(): pass\n"
        "def test_other(): pytest.skip('a skip of no host never counts')\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(
        [*command, *filter(None, [require])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert ("HOST TESTS THAT DID NOT RUN" in done.stdout) is (code == 0)
    assert " passed" in done.stdout.splitlines()[-1]
