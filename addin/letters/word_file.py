"""A Word file as lines of text: each paragraph with its tags, the place of each, and what a tag must not cross.

A letter is rendered by docxtpl, which joins tags that Word has split over runs. It cannot join a tag that crosses a
hyperlink, a content control or a tracked change without breaking the file, so those are told here.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from addin.errors import LetterError
from addin.letters.grammar import TAG

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: The parts that are filled.
RENDERED: Final = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
_WHOLE: Final = re.compile(r"\{%(-?)(p|tr|tc|r)\s")
#: What breaks a text inside one paragraph.
_BREAKS: Final = frozenset({f"{_W}br", f"{_W}cr", f"{_W}tab", f"{_W}drawing", f"{_W}fldChar", f"{_W}noBreakHyphen"})
_LIMIT: Final = 20_000_000
#: The code of what a letter must not carry out of the house, and how a paragraph shows that it carries it.
FOREIGN: Final = "LET-T16"
_CARRIED: Final = {"tracked changes": (f"{_W}ins", f"{_W}del"), "comments": (f"{_W}commentReference",)}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: its text, the faults of its make-up, and the whole-row or whole-paragraph sign of its tags."""

    text: str
    faults: tuple[tuple[str, str, str], ...] = ()

    @property
    def plain(self) -> str:
        """The text with `{%p` and `{%tr` written as the ordinary tags they become."""
        return _WHOLE.sub(r"{%\1 ", self.text)


@dataclass(frozen=True, slots=True)
class WordPart:
    """One part of the file that is rendered: the document, a header, a footer, the footnotes."""

    name: str
    paragraphs: tuple[Paragraph, ...]


def read_parts(content: bytes) -> tuple[WordPart, ...]:
    """The rendered parts of a Word file, the document first.

    Raises:
        LetterError: not a Word file that can be read.
    """
    found = []
    for name, data in members(content):
        match = RENDERED.fullmatch(name)
        if match:
            found.append(WordPart(match.group(1), tuple(_paragraph(p) for p in parsed(name, data).iter(f"{_W}p"))))
    if not any(part.name == "document" for part in found):
        raise LetterError("This is not a Word document.", hint="Save it again in Word as .docx.")
    return tuple(sorted(found, key=lambda part: (part.name != "document", part.name)))


def foreign_matter(content: bytes) -> tuple[str, ...]:
    """What a letter must not carry out of the house: comments, tracked changes, macros, links to other files."""
    found: list[str] = []
    for name, data in members(content):
        if name.endswith("vbaProject.bin"):
            found.append("a macro")
        elif name == "word/comments.xml" and parsed(name, data).find(f"{_W}comment") is not None:
            found.append("comments")
        elif RENDERED.fullmatch(name) and any(True for _ in parsed(name, data).iter(f"{_W}ins", f"{_W}del")):
            found.append("tracked changes")
        elif name.endswith(".rels") and any(
            rel.get("TargetMode") == "External" and not (rel.get("Type") or "").endswith("/hyperlink")
            for rel in parsed(name, data)
        ):
            found.append("a link to a file elsewhere")
    return tuple(dict.fromkeys(found))


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of a Word file, by name.

    Raises:
        LetterError: not a Word file, or one that is too large for a letter.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _LIMIT:
                raise LetterError("The template is too large.", hint="Take large pictures out.")
            for info in archive.infolist():
                yield info.filename, archive.read(info)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as broken:
        raise LetterError("This is not a Word document.", hint="Save it again in Word as .docx.") from broken


def parsed(name: str, data: bytes) -> etree._Element:
    """One part as a tree; nothing outside the file is read.

    Raises:
        LetterError: the part is damaged.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as broken:
        raise LetterError(f"The part {name} of the Word file is damaged.", hint="Save it again in Word.") from broken


def _paragraph(paragraph: etree._Element) -> Paragraph:
    text = ""
    owners: list[etree._Element] = []
    for element in paragraph.iter():
        if element.tag == f"{_W}t":
            piece = element.text or ""
        elif element.tag in _BREAKS and not _in(element, f"{_W}tabs"):
            piece = " "
        else:
            continue
        if next(element.iterancestors(f"{_W}p")) is not paragraph:
            continue  # a text box inside the paragraph has paragraphs of its own
        text += piece
        owners += [element] * len(piece)
    return Paragraph(text, tuple(_faults(paragraph, text, owners)))


def _in(element: etree._Element, tag: str) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag == tag


def _faults(paragraph: etree._Element, text: str, owners: list[etree._Element]) -> Iterator[tuple[str, str, str]]:
    """(code, message, hint) of tags that docxtpl would break on, and of what must not leave the house."""
    for matter, signs in _CARRIED.items():
        found = (element for sign in signs for element in paragraph.iter(sign))
        if any(next(element.iterancestors(f"{_W}p")) is paragraph for element in found):
            yield FOREIGN, f"The letter carries {matter}.", "Accept or remove it in Word and save again."
    for match in TAG.finditer(text):
        tag = match.group()
        pieces = owners[match.start() : match.end()]
        if any(piece.tag != f"{_W}t" for piece in pieces):
            yield "LET-T04", f"The tag {tag} is broken by a line break, tab or field.", "Type the tag again in one go."
        elif len({_holder(piece) for piece in pieces}) > 1:
            message = f"The tag {tag} is split by a link, a content control or a tracked change."
            yield "LET-T04", message, "Delete the tag and type it again as plain text."
        if whole := _WHOLE.match(tag):
            yield from _whole_faults(paragraph, tag, whole.group(2))


def _whole_faults(paragraph: etree._Element, tag: str, kind: str) -> Iterator[tuple[str, str, str]]:
    """A `{%p` or `{%tr` tag replaces its paragraph or row, with everything else that stands in it."""
    holder: etree._Element | None = paragraph
    if kind in ("tc", "r"):
        yield "LET-T09", f"The tag {tag} works on a cell or run, which letters do not use.", "Use {%p or {%tr."
        return
    if kind == "tr":
        holder = next(paragraph.iterancestors(f"{_W}tr"), None)
    if holder is None:
        yield "LET-T10", f"The tag {tag} takes a whole row but stands outside a table.", "Use {%p there."
        return
    words = "".join(piece.text or "" for piece in holder.iter(f"{_W}t"))
    if words.replace(tag, "", 1).strip():
        place = "row" if kind == "tr" else "paragraph"
        yield "LET-T10", f"The tag {tag} swallows everything else in its {place}.", f"Give it a {place} of its own."


def _holder(piece: etree._Element) -> etree._Element | None:
    """What holds the run: the paragraph itself, or something a tag must not cross."""
    run = next(piece.iterancestors(f"{_W}r"), None)
    return run.getparent() if run is not None else piece.getparent()
