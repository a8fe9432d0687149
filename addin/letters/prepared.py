"""A Word template made ready once, so that each letter costs no more than its words.

1. docxtpl joins the tags that Word has split and turns `{%tr` and `{%p` into loops over rows and paragraphs; that work
   depends on the template only, so it is done once per template and not once per letter.
2. What no letter changes (styles, fonts, settings) is packed once; a letter adds its body, headers and footers.
3. Before the first letter every condition is tried both ways: a condition that would leave a damaged file is a fault
   of the template, told then and not found by the carrier.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from docxtpl.template import DocxTemplate
from jinja2 import Template, TemplateError
from lxml import etree

from addin.letters.fill import Filled
from addin.letters.grammar import TAG, environment
from addin.letters.letter import LetterTemplate, broken
from addin.letters.names import ROW_NAMES
from addin.letters.word_file import RENDERED, members, parsed

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_CORE: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>en-GB</dc:language>'
    "</cp:coreProperties>"
)
_APP: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Casebook</Application></Properties>"
)
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OVER: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKUP: Final = re.compile("[&<>\n\t]")
#: Inside a run of Word text: how a line end and a tab of a value are written.
_WRITTEN: Final = {
    **_OVER,
    "\n": '</w:t><w:br/><w:t xml:space="preserve">',
    "\t": '</w:t><w:tab/><w:t xml:space="preserve">',
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template ready to be filled: the packed parts that stay, and the compiled parts that change."""

    packed: bytes
    parts: tuple[tuple[str, Template], ...]

    def xml(self, filled: Filled) -> Iterator[tuple[str, bytes]]:
        """Each changing part by name with the values in it.

        Raises:
            TemplateError: the template uses a name that is not filled.
        """
        for name, template in self.parts:
            yield name, (_DECLARED + template.render(filled)).encode()

    def docx(self, filled: Filled) -> bytes:
        """The finished Word file: the same bytes for the same values, on every machine."""
        out = io.BytesIO(self.packed)
        with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as target:
            for name, data in self.xml(filled):
                target.writestr(_member(name), data)
        return out.getvalue()


def as_word(value: object) -> str:
    """A printed value as Word's XML holds it: escaped, its line ends as breaks of the same run."""
    return _MARKUP.sub(lambda sign: _WRITTEN[sign.group()], str(value))


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 0
    return info


@lru_cache(maxsize=64)
def prepare(template: LetterTemplate) -> Prepared:
    """The template made ready; once for each version of its contents.

    Raises:
        LetterError: it cannot be read, its tags are wrong, or a condition would leave a damaged letter.
    """
    try:
        made = _prepared(template)
        _try_conditions(template, made)
    except TemplateError as fault:
        raise broken(template, str(fault)) from fault
    return made


def patched(content: bytes) -> Iterator[tuple[str, str]]:
    """The parts of a Word template that hold tags, as docxtpl makes them ready: name and XML with plain Jinja tags."""
    joiner = DocxTemplate(io.BytesIO(content))
    for name, data in members(content):
        if RENDERED.fullmatch(name):
            text = etree.tostring(parsed(name, data), encoding="unicode")
            yield name, str(joiner.patch_xml(text))  # type: ignore[no-untyped-call]


def _prepared(template: LetterTemplate) -> Prepared:
    env = environment(as_word)
    parts = tuple((name, env.from_string(text)) for name, text in sorted(patched(template.content)))
    changing = {name for name, _ in parts}
    stays = {name: data for name, data in members(template.content) if name not in changing}
    stays |= {"docProps/core.xml": _CORE.format(title=escape(template.title)).encode()} if _has(stays, "core") else {}
    stays |= {"docProps/app.xml": _APP.encode()} if _has(stays, "app") else {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(stays, key=lambda part: (part != "[Content_Types].xml", part)):
            target.writestr(_member(name), stays[name])
    return Prepared(out.getvalue(), parts)


def _has(parts: dict[str, bytes], name: str) -> bool:
    return f"docProps/{name}.xml" in parts


def _try_conditions(template: LetterTemplate, made: Prepared) -> None:
    """Fill the letter with everything, with nothing, and without each name in turn, and parse what comes out."""
    full: Filled = {name: _two_rows(name) if name in ROW_NAMES else "x" for name in template.names}
    empty: Filled = {name: () if name in ROW_NAMES else "" for name in template.names}
    trials = []
    for name in sorted(asked_names(template)):
        trials.append((name, f"{name} is empty", {**full, name: empty[name]}))
        trials.append((name, f"only {name} is there", {**empty, name: full[name]}))
    trials += [("", "it is filled", full), ("", "everything in it is empty", empty)]
    for name, when, filled in trials:
        for part, data in made.xml(filled):
            try:
                etree.fromstring(data)
            except etree.XMLSyntaxError as fault:
                where = part.removeprefix("word/").removesuffix(".xml")
                raise broken(template, f"the {where} would be damaged when {when}", name=name, part=where) from fault


def _two_rows(name: str) -> tuple[dict[str, str], ...]:
    return tuple(dict.fromkeys(ROW_NAMES[name], "x") for _ in range(2))


def asked_names(template: LetterTemplate) -> frozenset[str]:
    """The names that stand in a condition of the template, or are looped over."""
    tags = " ".join(tag for _, text in patched(template.content) for tag in TAG.findall(text) if tag.startswith("{%"))
    return frozenset(name for name in template.names if re.search(rf"\b{name}\b", tags))
