"""The shape of the house, checked on every run: arrows, sizes, names, bans and what may know which package."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
ADDIN = ROOT / "addin"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

#: A package -> the only parts that may import it.
HOMES = {
    "xlwings": {"hosts", "register", "macros"},
    "uno": {"hosts"},
    "pythoncom": {"hosts", "macros"},
    "win32com": {"hosts", "macros"},
    "sqlite3": {"journal", "bench"},
    "psycopg": {"journal"},
    "docx": {"letters"},
    "httpx": {"connectors"},
    "docxtpl": {"letters"},
    "typst": {"letters"},
    "sepaxml": {"payments"},
    "pandas": {"reconcile", "imports", "month_end", "bench"},
    "polars": {"imports", "reconcile", "reconciling", "bench"},
    "python_calamine": {"imports", "reconcile"},
    "numpy": {"reconcile", "reconciling", "bench"},
    "mt940": {"reconcile"},
    "pycamt": {"reconcile"},
    "openpyxl": {"hosts", "register", "month_end", "bench"},
    "xlsxwriter": {"reconcile", "hosts", "register", "month_end", "bench"},
}
#: Packages whose import name is not their name on the index, or that come with another program.
IMPORT_NAMES = {"docx": "docxtpl", "jwt": "pyjwt", "mt940": "mt-940"}
IMPORT_NAMES |= dict.fromkeys(("pythoncom", "win32com", "win32api", "win32event"), "xlwings")
FROM_THE_SYSTEM = {"uno", "unohelper", "com", "winreg", "msvcrt", "fcntl"}
LINE_CAP = 600
#: Tests are lists of rules; they may be longer.
TEST_LINE_CAP = 900
#: File -> why it may be longer than the cap.
LONG_FILES: dict[str, str] = {}
#: File -> why it may make a float; an amount of money never may.
FLOATS: dict[str, str] = {}
#: File -> why it may catch everything and go on.
DOORS = {
    "addin/macros/press.py": "a press: nothing may escape into the spreadsheet program",
    "addin/macros/bridge.py": "the bridge: a fault of ours becomes words",
    "addin/macros/calc_bridge.py": "the bridge's end in the office: nothing may escape into it",
    "addin/hosts/libre.py": "asks an office that may be dying: any fault means that it cannot be used",
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}


def python_files(*folders: str) -> list[Path]:
    """Every Python file under these folders, build outputs left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "out" not in path.relative_to(ROOT).parts)


def name_of(path: Path) -> str:
    """A path as it reads in a failure."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file, read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """The full names a file imports, also inside functions."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(path: Path) -> str:
    """The part of the house a file of the package belongs to: addin/journal/x.py -> journal, addin/cli.py -> cli."""
    return path.relative_to(ADDIN).parts[0].removesuffix(".py")


def test_arrows_point_down() -> None:
    """No module imports a layer above its own, a case type another one, or logic the outer world (.importlinter)."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("package", sorted(HOMES))
def test_a_package_stays_in_its_home(package: str) -> None:
    """Only the parts named in HOMES know a package, so that a host, a database or a library can be exchanged."""
    strangers = [
        f"{name_of(path)}: {name}"
        for path in python_files("addin")
        if part_of(path) not in HOMES[package]
        for name in imports_of(path)
        if name.split(".")[0] == package
    ]
    assert strangers == []


def test_every_imported_package_is_declared() -> None:
    """What the product imports is in pyproject.toml, by itself or through a package that is named in IMPORT_NAMES."""
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    undeclared = {
        f"{name_of(path)}: {top}"
        for path in python_files("addin")
        for top in {name.split(".")[0] for name in imports_of(path)}
        if top not in sys.stdlib_module_names
        and top not in FROM_THE_SYSTEM | {"addin"}
        and canonicalize_name(IMPORT_NAMES.get(top, top)) not in declared
    }
    assert undeclared == set()


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_the_lock_answers_the_project(lock: str, wanted: list[str]) -> None:
    """Every declared package is locked at a version the declaration allows; CONTRIBUTING.md says how to lock again."""
    locked = dict(locked_versions(lock))
    for line in wanted:
        requirement = Requirement(line)
        versions = locked.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in {lock}"
        assert requirement.specifier.contains(versions, prereleases=True), f"{line}: locked at {versions}"


def locked_versions(lock: str) -> Iterator[tuple[str, str]]:
    """Name and version of each line of a lock that is meant for this machine."""
    for line in (ROOT / lock).read_text(encoding="ascii").splitlines():
        if line[:1].isalnum():
            pin, _, marker = line.removesuffix("\\").partition(";")
            name, _, version = pin.strip().partition("==")
            if not marker.strip() or Marker(marker.strip()).evaluate():
                yield canonicalize_name(name), version.strip()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_name_no_place(lock: str) -> None:
    """A lock holds names, versions and hashes: no index, no host, no path; every pin has a hash."""
    text = (ROOT / lock).read_text(encoding="ascii")
    assert not re.search(r"://|--(extra-)?index|--find-links|@ |file:", text)
    pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_files_stay_readable() -> None:
    """No file is longer than the cap, unless LONG_FILES says why."""
    long = {
        name_of(path): lines
        for path in [*python_files("addin", "build", "tests"), ROOT / "start.py"]
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (TEST_LINE_CAP if "tests" in path.relative_to(ROOT).parts else LINE_CAP)
    }
    assert {name: lines for name, lines in long.items() if name not in LONG_FILES} == {}
    assert set(LONG_FILES) <= set(long), "a reason that is no longer needed"


def test_modules_say_what_they_are_for() -> None:
    """No module or folder has a name that says nothing."""
    parts = {part for path in python_files("addin", "build") for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & FORBIDDEN_NAMES == set()


#: Pattern -> why it must not be there.
BANS = {
    r"xlwings\.(pro|reports|server)\b|from xlwings import .*\b(pro|reports|server)\b": "not under the free licence",
    r"XLWINGS_LICENSE_KEY|LICENSE_KEY": "no licence key of any product",
    r"\b(TODO|FIXME)\b": "finish it, or write it into the issue list",
    r"(?i)\bherm[eè]s\b|\bheathrow\b|\bpasserelle\b|\bmaison\b": "the product names no customer and no place",
}
#: File -> why a ban does not hold there.
MAY_NAME = {"addin/hosts/boot.py": "names xlwings.pro in order to keep it from being loaded"}


@pytest.mark.parametrize("pattern", BANS)
def test_bans(pattern: str) -> None:
    """Words that must not appear in any text of the repository that people or machines read."""
    suffixes = {".py", ".bas", ".cls", ".toml", ".txt", ".j2", ".md", ".xml", ".csv", ".json"}
    folders = ("addin", "build", "templates", "workbooks", "docs", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    files += [ROOT / name for name in ("start.py", "pyproject.toml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    hits = [
        f"{name_of(path)}: {found.group()}"
        for path in files
        if path != Path(__file__).resolve() and "out" not in path.relative_to(ROOT).parts
        if name_of(path) not in MAY_NAME
        if (found := re.search(pattern, path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert hits == [], BANS[pattern]


def test_the_licensed_part_of_xlwings_is_never_imported() -> None:
    """Also where its name may stand, nothing imports it."""
    licensed = ("xlwings.pro", "xlwings.reports", "xlwings.server")
    files = python_files("addin", "build", "tests")
    assert [name_of(path) for path in files for name in imports_of(path) if name.startswith(licensed)] == []


def test_one_door_catches_everything() -> None:
    """A catch of everything that goes on stands in the named doors only; one that cleans up and re-raises may be."""
    broad = {
        name_of(path)
        for path in python_files("addin", "build")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not raises_again(node)
    }
    assert broad == set(DOORS)


def catches_all(handler: ast.ExceptHandler) -> bool:
    """True for `except:`, `except Exception` and `except BaseException`, alone or among others."""
    if handler.type is None:
        return True
    return any(
        isinstance(node, ast.Name) and node.id in ("Exception", "BaseException") for node in ast.walk(handler.type)
    )


def raises_again(handler: ast.ExceptHandler) -> bool:
    """True when the handler ends by raising what it caught, or one of our own because of it."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and (last.exc is None or last.cause is not None)


def test_rules_know_no_float() -> None:
    """Logic calls `float(` only to make a timedelta, which takes nothing else (other reasons: FLOATS)."""
    found = {name_of(path) for path in python_files("addin/logic") for _ in floats_in(tree_of(path))}
    assert found - set(FLOATS) == set()
    assert set(FLOATS) <= found, "a reason that is no longer needed"


def floats_in(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls of `float` that are not an argument of `timedelta`."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    harmless = {
        id(argument)
        for call in calls
        if ast.unparse(call.func).endswith("timedelta")
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
    }
    yield from (call for call in calls if ast.unparse(call.func) == "float" and id(call) not in harmless)


def test_rules_ask_no_clock() -> None:
    """Logic is handed the time: it never calls now(), today() or utcnow()."""
    asked = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("addin/logic")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "today", "utcnow")
    ]
    assert asked == []


def test_host_tests_carry_their_mark() -> None:
    """A test under tests/host is marked with its host, and no file is skipped whole: the gate sees each."""
    unmarked = [
        name_of(path)
        for path in python_files("tests/host")
        if path.name.startswith("test_")
        and (
            not re.search(r"mark\.(libre|postgres|excel|wine)\b", text := path.read_text(encoding="utf-8"))
            or "allow_module_level" in text
            or re.search(r"^(\w+ = )?pytest\.importorskip", text, flags=re.MULTILINE)
        )
    ]
    assert unmarked == []


def test_build_is_no_package() -> None:
    """`build/__init__.py` would shadow the build tool."""
    assert not (ROOT / "build" / "__init__.py").exists()
