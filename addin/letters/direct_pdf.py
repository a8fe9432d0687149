"""A letter as PDF without an office program: the template's page program, filled and typeset by a warm compiler.

The page follows the Word template (`typeset`), is tagged and keeps to PDF/A-2a, and is the same bytes for the same
template, values and day: fonts come with the templates, and no clock is asked. Only a letter with signs that those
fonts lack is set with the computer's own fonts besides.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst
from jinja2 import Template, TemplateError

from addin.errors import LetterError
from addin.letters.docx_letters import filled_letter
from addin.letters.grammar import environment
from addin.letters.letter import LetterTemplate, broken
from addin.letters.look import CannotSet
from addin.letters.typeset import Page, as_literal

FONT_FOLDER: Final = "fonts"
#: Archival and readable aloud: PDF/A-2 with the structure of the page.
_STANDARD: Final = "a-2a"
_MIDDAY: Final = time(12, tzinfo=UTC)
#: One letter at a time: the compilers keep what they have laid out between letters.
_ONE: Final = threading.Lock()


@lru_cache(maxsize=64)
def page_program(template: LetterTemplate) -> tuple[Template, tuple[str, ...]]:
    """The page program of a template, compiled for filling, and the fonts it asks for.

    Raises:
        CannotSet: the template holds something that only an office program can draw.
        LetterError: the template is broken.
    """
    page = Page(template.content, template.title)
    try:
        return environment(as_literal).from_string(page.source), page.fonts
    except TemplateError as fault:
        raise broken(template, str(fault)) from fault


@lru_cache(maxsize=4)
def _compiler(folders: tuple[Path, ...], *, system: bool) -> tuple[typst.Compiler, frozenset[str]]:
    fonts = typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=list(folders))
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=not system), frozenset(fonts.families())


def direct_pdf(
    template: LetterTemplate, values: Mapping[str, object], *, on: date, font_folders: tuple[Path, ...]
) -> bytes:
    """The letter as PDF, dated the day `on`.

    Args:
        template: the letter.
        values: what it says, as for the Word file.
        on: the day of the letter, which the file bears as its date.
        font_folders: where the fonts of the templates are.

    Raises:
        CannotSet: it holds something that only an office program can draw, or a font that is not there.
        LetterError: the template is broken, or a value is missing.
    """
    program, wanted = page_program(template)
    try:
        source = program.render(filled_letter(template, values)).encode()
    except TemplateError as fault:
        raise broken(template, str(fault)) from fault
    with _ONE:
        for system in (False, True):
            compiler, known = _compiler(font_folders, system=system)
            if set(wanted) <= known and (made := _set(compiler, source, on)):
                return made
    lacking = ", ".join(sorted(set(wanted) - known))
    raise CannotSet(f"the font {lacking}" if lacking else "signs that no font here has")


def _set(compiler: typst.Compiler, source: bytes, on: date) -> bytes:
    """The page, or nothing when a sign is in none of the compiler's fonts.

    Raises:
        LetterError: the page program cannot be set, which is a fault of ours.
    """
    moment = datetime.combine(on, _MIDDAY)
    try:
        made = compiler.compile(input=source, format="pdf", pdf_standards=_STANDARD, timestamp=moment)
    except typst.TypstError as fault:
        if "could not be displayed" in str(fault) or "font" in fault.message:
            return b""
        raise LetterError(
            f"The page could not be set: {fault.message}.", hint="Make the PDF with Word or LibreOffice."
        ) from fault
    return made if isinstance(made, bytes) else b""
