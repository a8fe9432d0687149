"""What the documents point at exists: a control whose test was renamed is no control."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from addin.cli import main

ROOT = Path(__file__).resolve().parents[2]
POINTERS = sorted(
    set(re.findall(r"`((?:tests|addin|docs|build)/[^`\s]+)`", (ROOT / "docs/controls.md").read_text("utf-8")))
)


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_control_names_code_and_tests_that_exist(pointer):
    """Each file, and each test by its name, as the matrix of controls writes them."""
    path, _, name = pointer.partition("::")
    assert (ROOT / path).exists(), path
    if name:
        assert re.search(rf"def {name}\b", (ROOT / path).read_text("utf-8")), pointer


def test_every_line_of_controls_is_proved():
    """A control without a test is a wish."""
    lines = [line for line in (ROOT / "docs/controls.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    heads = [line for line in lines if "Proved by" in line]
    assert len(heads) >= 4
    assert [line for line in lines if line not in heads and "`tests/" not in line.rsplit("|", 2)[-2]] == []


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_readme_names_every_command(name):
    """Whoever reads the table knows what there is."""
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("## The command line")[2].partition("\n## ")[0]
    assert re.search(rf"`(casebook )?{name}\b", table), f"README.md does not list {name}"


def test_decisions_and_checks_are_numbered_once():
    """A number that stands twice points nowhere."""
    decisions = re.findall(r"(?m)^## (\d+)\.", (ROOT / "DECISIONS.md").read_text(encoding="utf-8"))
    assert decisions == [str(number) for number in range(1, len(decisions) + 1)]
    checks = re.findall(
        r"(?m)^\| ([A-Z]\d+[a-z]?) \|", (ROOT / "docs/windows-checklist.md").read_text(encoding="utf-8")
    )
    assert len(checks) > 20
    assert len(checks) == len(set(checks))
