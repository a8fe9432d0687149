"""A folder of templates that people broke in Word: the command names file, paragraph and tag of every fault."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from letter_kit import split_by_a_link

from addin.cli import main
from addin.letters import templates_root

#: Where the opening sentence of the letters stands, counted as the check counts paragraphs.
OPENING = ("We ", "The parcel", "The carrier")


def reword(text: str) -> Callable[[Any], None]:
    """The opening sentence typed anew."""
    return lambda paragraph: setattr(paragraph, "text", text)


def change(paragraph: Any) -> None:
    """Words that somebody proposed and nobody accepted."""
    inserted, run, words = (OxmlElement(f"w:{name}") for name in ("ins", "r", "t"))
    inserted.set(qn("w:id"), "1")
    words.text = " and more"
    run.append(words)
    inserted.append(run)
    paragraph._p.append(inserted)


SPOILED: dict[str, tuple[Callable[[Any], None], set[tuple[str, str]]]] = {
    "loss": (
        reword("We claim {{ amount_claimd }} by {{ claim.no }}, {{ amount_claimed | upper }}"),
        {("LET-T07", "{{ amount_claimd }}"), ("LET-T08", "{{ claim.no }}"),
         ("LET-T09", "{{ amount_claimed | upper }}")},
    ),
    "late": (reword("We claim {{ amount_claimed } today"), {("LET-T01", "{{ amount_claimed } today")}),
    "damage": (
        reword("{% if claim_no == \u201cC\u201d %}x{% endif %} {{ amount_claimed }} closes }}"),
        {("LET-T03", "{% if claim_no == \u201cC\u201d %}"), ("LET-T02", "closes }}")},
    ),
    "misdelivery": (split_by_a_link, {("LET-T04", "{{ amount_claimed }}")}),
    "appeal": (reword("{% if claim_no %}no end {{ amount_claimed }}"), {("LET-T05", "{% if claim_no %}")}),
    "return_leg": (reword("{{ amount claimed }}"), {("LET-T06", "{{ amount claimed }}")}),
    "write_off": (change, {("LET-T16", "tracked changes")}),
}  # fmt: skip


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, str]]]:
    """What the command says of each letter, by the file's name."""
    root = tmp_path_factory.mktemp("house") / "templates"
    shutil.copytree(templates_root(), root)
    for name, (spoil, _) in SPOILED.items():
        path = root / "claims" / f"{name}.docx"
        document = Document(str(path))
        spoil(next(one for one in document.paragraphs if one.text.startswith(OPENING)))
        document.save(str(path))
    answer = CliRunner().invoke(main, ["check", "templates", str(root), "--json"])
    assert answer.exit_code == 1
    found: dict[str, list[dict[str, str]]] = {}
    for fault in json.loads(answer.output):
        found.setdefault(fault["place"].split(".")[0].removeprefix("claims/"), []).append(fault)
    return found


@pytest.mark.parametrize("name", SPOILED)
def test_every_fault_is_told_with_file_paragraph_and_tag(name: str, faults: dict[str, list[dict[str, str]]]):
    """No fault hides another, none is invented, and the tag is shown as it was typed."""
    wanted = SPOILED[name][1]
    assert len(faults[name]) == len(wanted)
    for code, tag in wanted:
        (fault,) = [one for one in faults[name] if one["code"] == code]
        assert tag in fault["message"]
        assert fault["place"].startswith(f"claims/{name}.docx, paragraph ")
        assert fault["hint"] or code == "LET-T06"


def test_a_folder_that_lacks_texts_is_told_before_the_first_letter(tmp_path: Path):
    """A house that copied only its Word files learns that each letter needs its evidence index, too."""
    shutil.copytree(templates_root() / "claims", tmp_path / "claims", ignore=shutil.ignore_patterns("*.txt"))
    answer = CliRunner().invoke(main, ["check", "templates", str(tmp_path)])
    assert answer.exit_code == 1
    assert (
        "claims/evidence_index: LET-T21 The template claims.evidence_index of 'Carrier claim' is not" in answer.output
    )
    assert "claims.loss" not in answer.output


def test_a_sound_letter_beside_broken_ones_is_not_named(faults: dict[str, list[dict[str, str]]]):
    """Only what was spoiled is told."""
    assert set(faults) == set(SPOILED)
