"""PDFs of letters by whichever way the settings choose: directly, by LibreOffice, or by Word.

1. "auto" sets each letter directly, and hands only those to an office that hold something the direct way cannot draw.
2. An office is asked once for all its letters.
3. A letter without a PDF says why by itself; the others have theirs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final, Literal

from addin.errors import CasebookError, HostError
from addin.hosts.word import word_pdfs
from addin.letters.direct_pdf import FONT_FOLDER, direct_pdf
from addin.letters.letter import LetterTemplate
from addin.letters.look import CannotSet
from addin.letters.office_pdf import office_pdfs
from addin.letters.templates import templates_root
from addin.logic.outcome import Problem

Way = Literal["auto", "direct", "libreoffice", "word"]
Office = Callable[[Sequence[Path], Path], None]
OFFICES: Final[Mapping[str, Office]] = {"libreoffice": office_pdfs, "word": word_pdfs}


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that was written: its template and values, the day it bears, and the Word file made of them."""

    template: LetterTemplate
    values: Mapping[str, object]
    on: date
    docx: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as PDF and the way it was made; or the problem that stands against it."""

    content: bytes = field(default=b"", repr=False)
    way: str = ""
    problem: Problem | None = None


def font_folders(root: Path) -> tuple[Path, ...]:
    """Where fonts for the direct way lie: with the house's templates, and with those that come with Casebook."""
    found = (root / FONT_FOLDER, templates_root() / FONT_FOLDER)
    return tuple(dict.fromkeys(folder for folder in found if folder.is_dir()))


def make_pdfs(
    letters: Sequence[Written], way: Way, root: Path, offices: Mapping[str, Office] = OFFICES
) -> tuple[Printed, ...]:
    """The PDFs of these letters, in their order; `root` is the folder of templates."""
    found: list[Printed | None] = [None] * len(letters)
    if way in ("auto", "direct"):
        folders = font_folders(root)
        # One template after the other: what a page has in common with the last one is not laid out again.
        for number in sorted(range(len(letters)), key=lambda one: letters[one].template.id):
            found[number] = _directly(letters[number], folders, again=way == "auto")
    left = [number for number, one in enumerate(found) if one is None]
    chosen = way if way in offices else "word" if sys.platform == "win32" else "libreoffice"
    for number, one in zip(left, _by_office([letters[n] for n in left], chosen, offices), strict=True):
        found[number] = one
    return tuple(one for one in found if one is not None)


def _directly(letter: Written, folders: tuple[Path, ...], *, again: bool) -> Printed | None:
    """The letter set directly; None when an office should try."""
    try:
        return Printed(direct_pdf(letter.template, letter.values, on=letter.on, font_folders=folders), "direct")
    except CannotSet as fault:
        return None if again else Printed(problem=_told(fault))
    except CasebookError as fault:
        return Printed(problem=_told(fault))


def _told(fault: CasebookError) -> Problem:
    return Problem(fault.code, f"The Word file is made, but not the PDF: {fault.message}", "letter", hint=fault.hint)


def _by_office(letters: Sequence[Written], way: str, offices: Mapping[str, Office]) -> list[Printed]:
    if not letters:
        return []
    with tempfile.TemporaryDirectory(prefix="casebook-letters-") as place:
        work, out = Path(place) / "docx", Path(place) / "pdf"
        work.mkdir()
        out.mkdir()
        files = [work / f"letter-{number:05d}.docx" for number in range(len(letters))]
        for file, letter in zip(files, letters, strict=True):
            file.write_bytes(letter.docx)
        try:
            offices[way](files, out)
        except HostError as fault:
            return [Printed(problem=_told(fault)) for _ in letters]
        return [_taken(out / f"{file.stem}.pdf", way) for file in files]


def _taken(made: Path, way: str) -> Printed:
    if made.is_file():
        return Printed(made.read_bytes(), way)
    program = "Word" if way == "word" else "LibreOffice"
    fault = HostError(f"{program} could not open this letter.", hint="Open it there to see why.", code="OFFICE-LETTER")
    return Printed(problem=_told(fault))
