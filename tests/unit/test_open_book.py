"""What `casebook open` looks at before it shows a workbook; the office itself is driven in tests/host."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import xlsxwriter

from addin.errors import NotOurBook
from addin.folder import create, keep_aside, write_workbook
from addin.hosts.closed import open_closed
from addin.letters import templates_root
from addin.open_book import check_notes, check_templates
from addin.register.layout import SCHEMA


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_USER", "a.khan")
    service = create(tmp_path / "register", demo=True)
    yield service
    service.close()


@pytest.fixture
def said():
    return []


def alter(service, row, value):
    """Write into the workbook's own notes."""
    book = open_closed(service.workbook)
    book.sheets["_meta"].range((row, 2)).value = value
    book.save()
    book.close()


def test_a_sound_workbook_is_opened_without_a_word(service, said):
    """Nothing is said where nothing is wrong."""
    check_notes(service, said.append)
    assert said == []


def test_faults_of_the_letter_templates_are_told_at_the_opening(service, said, tmp_path):
    """Before anybody needs the letter: the first ones with file, paragraph and tag, and how many more there are."""
    house = tmp_path / "house"
    shutil.copytree(templates_root(), house)
    for name in ("loss", "late", "damage", "appeal"):
        (house / "claims" / f"{name}.docx").unlink()
    (house / "claims" / "credit_reference.txt").write_text("no head", encoding="utf-8")
    spoiled = replace(service, settings=service.settings.model_copy(update={"templates": str(house)}))
    check_templates(service, said.append)
    assert said == []
    check_templates(spoiled, said.append)
    assert len(said) == 4
    assert "claims/loss.docx" in " ".join(said)
    assert said[-1].startswith("2 more faults")
    gone = replace(service, settings=service.settings.model_copy(update={"templates": str(tmp_path / "nowhere")}))
    check_templates(gone, said.append)
    assert "does not exist" in said[-1]


def test_an_older_layout_is_refused_with_the_way_to_make_it_anew(service, said):
    """No button of it could work: better told before the window opens than at the first press."""
    alter(service, 2, SCHEMA - 1)
    with pytest.raises(NotOurBook, match="casebook rebuild workbook --replace") as refused:
        check_notes(service, said.append)
    assert refused.value.code == "BOOK-SCHEMA"


def test_damaged_notes_are_refused_with_the_way_to_make_it_anew(service, said):
    """So are notes that are no notes."""
    alter(service, 3, "many")
    with pytest.raises(NotOurBook, match="rebuild workbook"):
        check_notes(service, said.append)


@pytest.mark.parametrize(("row", "value", "words"), [(3, 4_000, "journal ends at"), (4, "0" * 64, "not the journal's")])
def test_notes_that_the_journal_does_not_bear_out_are_told_and_shown(service, said, row, value, words):
    """A workbook ahead of its journal, or of another chain, may be looked at; what its buttons will say is said."""
    alter(service, row, value)
    check_notes(service, said.append)
    assert words in said[0]


def test_a_workbook_that_is_not_ours_is_refused(service, said):
    """Somebody saved another workbook under the register's name."""
    with xlsxwriter.Workbook(service.workbook) as book:
        book.add_worksheet("Sheet1")
    with pytest.raises(NotOurBook, match="not a Casebook register"):
        check_notes(service, said.append)


def test_the_former_workbook_is_kept_when_one_is_made_anew(service):
    """What was typed and never pressed stands nowhere else."""
    former = service.workbook.read_bytes()
    kept = keep_aside(service)
    write_workbook(service)
    assert kept.read_bytes() == former
    assert service.workbook.exists()
