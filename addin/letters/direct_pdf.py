"""A letter as PDF without an office program: the template's page program, filled and typeset by a warm compiler.

The page follows the Word template (`typeset`), is tagged and keeps to PDF/A-2a, and is the same bytes for the same
template, values and day: fonts come with the templates, and no clock is asked. Only a letter with signs that those
fonts lack is set with the computer's own fonts besides.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Final

import typst
from jinja2 import Template, TemplateError

from addin.errors import LetterError
from addin.letters.docx_letters import filled_letter
from addin.letters.fill import Filled
from addin.letters.grammar import environment
from addin.letters.letter import LetterTemplate, broken
from addin.letters.look import CannotSet
from addin.letters.typeset import COUNTED, HEIGHT, LOOKS, Page, as_literal

FONT_FOLDER: Final = "fonts"
#: Archival and readable aloud: PDF/A-2 with the structure of the page.
_STANDARD: Final = "a-2a"
_MIDDAY: Final = time(12, tzinfo=UTC)
_INSTEAD: Final = "Make the PDF with Word or LibreOffice."
#: A page of the finished file, and how the page says how high its header and footer are.
_PAGES: Final = re.compile(rb"/Type\s*/Page\b")
_HEIGHT: Final = re.compile(rf"{HEIGHT} (top|bottom) ([0-9.]+)pt")
#: Once for the height of each side, and again where counting pages made both higher; the last one is the letter.
_TRIES: Final = 6
#: One letter at a time: the compilers keep what they have laid out between letters.
_ONE: Final = threading.Lock()


@dataclass(slots=True)
class PageProgram:
    """A template's page, ready to be filled: the page, its header and footer, and the fonts it asks for.

    What the last letter was like is tried first on the next one, and never makes a letter another one: `heights` of its
    header ("top") and footer ("bottom") in points, which the page checks unless it is the very header of before
    (`measured`) and the same on each page; and whether its pages had to be `counted`, for a letter of one page is the
    same bytes either way.
    """

    page: Template
    edges: Mapping[str, Template]
    looks: bytes
    fonts: frozenset[str]
    heights: dict[str, str] = field(default_factory=lambda: {"top": "0", "bottom": "0"})
    measured: dict[str, bytes] = field(default_factory=dict)
    counted: bool = False

    def sources(self, filled: Filled, *, counted: bool) -> dict[str, bytes]:
        """The files the compiler is given for one letter."""
        known: dict[str, object] = {**filled, "counted": counted}
        edges = {side: edge.render(known).encode() for side, edge in self.edges.items()}
        for side, edge in edges.items():
            sure = edge == self.measured.get(side) and COUNTED not in edge
            known |= {f"edge_{side}": self.heights[side], f"sure_{side}": "true" if sure else "false"}
        drawn = {f"{side}.typ": edge for side, edge in edges.items()}
        return {"main.typ": self.page.render(known).encode(), LOOKS: self.looks, **drawn}

    def correct(self, side: str, height: str) -> None:
        """A header or footer has another height than the last one had."""
        self.heights[side] = height
        self.measured.pop(side, None)

    def remember(self, sources: Mapping[str, bytes], *, counted: bool) -> None:
        """A letter was set from these files, with these heights."""
        self.measured = {side: sources[f"{side}.typ"] for side in self.edges}
        self.counted = counted


@lru_cache(maxsize=64)
def page_program(template: LetterTemplate) -> PageProgram:
    """The page program of a template, compiled for filling.

    Raises:
        CannotSet: the template holds something that only an office program can draw.
        LetterError: the template is broken.
    """
    page, env = Page(template.content, template.title), environment(as_literal)
    try:
        edges = {side: env.from_string(edge) for side, edge in page.edges.items()}
        return PageProgram(env.from_string(page.page), edges, page.looks.encode(), frozenset(page.fonts))
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
    program, filled = page_program(template), filled_letter(template, values)
    moment = datetime.combine(on, _MIDDAY)
    with _ONE:
        for system in (False, True):
            compiler, known = _compiler(font_folders, system=system)
            if program.fonts <= known and (made := _whole(compiler, program, (template, filled), moment)):
                return made
    lacking = ", ".join(sorted(program.fonts - known))
    raise CannotSet(f"the font {lacking}" if lacking else "signs that no font here has")


def _whole(
    compiler: typst.Compiler, program: PageProgram, letter: tuple[LetterTemplate, Filled], moment: datetime
) -> bytes:
    """The letter as PDF, set again while the page says that its header or footer need other room, or has more pages
    than one; nothing when a sign is in none of the compiler's fonts.
    """
    counted = program.counted
    for _ in range(_TRIES):
        try:
            sources = program.sources(letter[1], counted=counted)
            made = _set(compiler, sources, moment)
        except TemplateError as fault:
            raise broken(letter[0], str(fault)) from fault
        except _OtherHeight as found:
            program.correct(found.side, found.height)
            continue
        if not made:
            return made
        is_long = len(_PAGES.findall(made)) > 1
        if counted or not is_long:
            program.remember(sources, counted=is_long)
            return made
        counted = True
    raise LetterError("The page could not be set: header and footer change from try to try.", hint=_INSTEAD)


class _OtherHeight(Exception):
    """Header or footer is so high; said by the page."""

    def __init__(self, side: str, height: str) -> None:
        super().__init__(side, height)
        self.side, self.height = side, height


def _set(compiler: typst.Compiler, sources: dict[str, bytes], moment: datetime) -> bytes:
    """The page, or nothing when a sign is in none of the compiler's fonts.

    Raises:
        LetterError: the page program cannot be set, which is a fault of ours.
    """
    try:
        made = compiler.compile(
            input=sources,  # type: ignore[type-var]  # its hints forget that it takes several files by name
            format="pdf",
            pdf_standards=_STANDARD,
            timestamp=moment,
        )
    except typst.TypstError as fault:
        if found := _HEIGHT.search(str(fault)):
            raise _OtherHeight(found[1], found[2]) from fault
        if "could not be displayed" in str(fault) or "font" in fault.message:
            return b""
        raise LetterError(f"The page could not be set: {fault.message}.", hint=_INSTEAD) from fault
    return made if isinstance(made, bytes) else b""
