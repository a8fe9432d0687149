"""LibreOffice agrees: it opens what the package functions wrote, keeps its locks, and runs its VBA."""

import glob
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from recipes import make, vba_project

from addin.register import buttons, package
from addin.register.package import ProtectionOptions
from start import LIBREOFFICE_HOMES

PROBE = Path(__file__).with_name("office_probe.py")
ACTIONS = ("desk.refresh", "refund.request")
PASSWORD = "right £1"


def program_folder():
    found = [Path(home) for pattern in LIBREOFFICE_HOMES for home in glob.glob(pattern)]  # noqa: PTH207 absolute patterns
    return next(home for home in found if (home / "soffice.bin").is_file())


def office_python(program):
    """LibreOffice's own Python where it brings one, else the system's."""
    for candidate in (program / "python", program / "python.exe", Path("/usr/bin/python3"), Path(sys.executable)):
        if candidate.is_file():
            tried = subprocess.run([candidate, "-c", "import uno"], check=False, capture_output=True)
            if tried.returncode == 0:
                return candidate
    pytest.skip("no Python with LibreOffice's bridge (Debian: python3-uno)")


def make_book():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    modules = make.register_modules(ACTIONS, ["shAudit", "shDesk"])
    book.add_vba_project(io.BytesIO(vba_project.build_project(modules)), True)
    book.set_vba_name("ThisWorkbook")
    for name in ("Audit", "Desk"):
        sheet = book.add_worksheet(name)
        sheet.set_vba_name(f"sh{name}")
        sheet.write_string("A1", "kept")
    sheet.insert_button("C2", {"macro": buttons.macro_name(ACTIONS[0]), "caption": "Refresh"})
    book.close()
    sheets = {"Audit": ProtectionOptions()}
    return package.protect_sheets(target.getvalue(), sheets, PASSWORD, package.register_salt("r1"), structure=True)


@pytest.fixture(name="answer", scope="module")
def fixture_answer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    path = folder / "a book.xlsm"
    path.write_bytes(make_book())
    program = program_folder()
    wishes = {
        "book": str(path),
        "passwords": ["wrong", "", PASSWORD.upper(), PASSWORD],
        "subs": [buttons.macro_name(action_id) for action_id in ACTIONS],
    }
    command = [office_python(program), PROBE, program, folder / "profile"]
    run = subprocess.run(command, input=json.dumps(wishes), check=False, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stderr
    return {"path": str(path), **json.loads(run.stdout)}


@pytest.mark.libre
def test_opens_only_with_the_right_password(answer):
    """Three wrong passwords leave the sheet shut, the right one opens it."""
    assert answer["first cell"] == "kept"
    assert answer["locks"]["Audit"] == [False, False, False, True]


@pytest.mark.libre
def test_other_sheets_stay_open(answer):
    """A sheet that was not named has no lock."""
    assert set(answer["locks"]["Desk"]) == {None}


@pytest.mark.libre
def test_subs_reach_the_bridge(answer):
    """Opening and each button's Sub compile, run, and hand over the book's path and the action, also when refused."""
    asked = ["book.opened", *ACTIONS]
    assert answer["presses"] == [["Press", answer["path"], action_id] for action_id in asked]
