"""A letter as docxtpl alone makes it, a fresh document each time: what our way is held against.

Tests compare the two word for word; `casebook bench letters` measures both in one run. No letter is issued this way.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from docxtpl.template import DocxTemplate
from jinja2 import Environment
from lxml import etree

from addin.letters.docx_letters import filled_letter
from addin.letters.grammar import short
from addin.letters.letter import LetterTemplate
from addin.letters.word_file import RENDERED, members, parsed

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def plain_docx(template: LetterTemplate, values: Mapping[str, object]) -> bytes:
    """The letter as a Word file, made the ordinary way."""
    document = DocxTemplate(io.BytesIO(template.content))
    env = Environment(autoescape=True)  # docxtpl's own default besides the escaping
    env.filters["short"] = short
    document.render(filled_letter(template, values), env, autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def printed_words(docx: bytes) -> tuple[str, ...]:
    """Every paragraph of a Word file that prints, as plain text: body, headers and footers."""
    parts = sorted((name, data) for name, data in members(docx) if RENDERED.fullmatch(name))
    return tuple(_text(paragraph) for name, data in parts for paragraph in parsed(name, data).iter(f"{_W}p"))


def _text(paragraph: etree._Element) -> str:
    signs = {f"{_W}br": "\n", f"{_W}tab": "\t"}
    pieces = [item.text or "" if item.tag == f"{_W}t" else signs.get(str(item.tag), "") for item in paragraph.iter()]
    return re.sub(r"^\t+(?=$)", "", "".join(pieces))
