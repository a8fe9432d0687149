"""Word letters: a template with its facts, and the bytes of the letter made from it.

The same template and values give the same bytes on every machine: parts in one order, dates fixed, nothing packed by a
compressor whose version matters, no author and no time of making inside. The time a letter was made is the journal's.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from docxtpl.template import DocxTemplate
from jinja2 import TemplateError

from addin.errors import LetterError
from addin.letters.fill import Filled, fill
from addin.letters.grammar import armoured, environment

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTemplate:
    """One Word letter: where it is, when it may be written, which names it needs, and its exact contents.

    `subtypes` and `states` are the case's subtypes and states in which it may be written; empty means any.
    `optional` names may be empty; all other `names` are required. `sha256` pins `content`, as read.
    """

    id: str
    path: Path
    title: str
    case_type: str
    names: frozenset[str]
    sha256: str
    version: int = 1
    optional: frozenset[str] = frozenset()
    subtypes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    internal: bool = False
    content: bytes = field(repr=False, compare=False)

    def suits(self, subtype: str, state: str) -> bool:
        """True when the letter may be written for a case of this subtype in this state."""
        return (not self.subtypes or subtype in self.subtypes) and (not self.states or state in self.states)


def render_letter(template: LetterTemplate, values: Mapping[str, object]) -> bytes:
    """The finished letter as a Word file. Ask `check_values` first and tell its problems to the person.

    Raises:
        LetterError: the template is broken, or a value that `check_values` would have named is missing.
    """
    try:
        filled = fill(template, values)
    except (KeyError, TypeError) as fault:
        raise LetterError(
            f"The letter {template.id} cannot be filled: {fault}.", hint="Check the values first.", template=template.id
        ) from fault
    document = DocxTemplate(io.BytesIO(template.content))
    try:
        document.render(_armour(filled), environment(xml=True), autoescape=True)
    except TemplateError as fault:
        raise LetterError(
            f"The template of {template.id} is broken: {fault}.",
            hint=f"Mend {template.path.name} in Word and check the templates again.",
            template=template.id,
        ) from fault
    made = io.BytesIO()
    document.save(made)
    return _settled(made.getvalue(), template.title)


def _armour(filled: Filled) -> dict[str, object]:
    return {
        name: armoured(value)
        if isinstance(value, str)
        else [{column: armoured(text) for column, text in row.items()} for row in value]
        for name, value in filled.items()
    }


def digest(content: bytes) -> str:
    """The SHA-256 of a file's contents in hex."""
    return hashlib.sha256(content).hexdigest()


def _settled(docx: bytes, title: str) -> bytes:
    """The file with everything removed that depends on who made it, when, and on which machine."""
    with zipfile.ZipFile(io.BytesIO(docx)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for name in list(parts):
        if name == "docProps/core.xml":
            parts[name] = _CORE.format(title=escape(title)).encode()
        elif name == "docProps/app.xml":
            parts[name] = _APP.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(parts, key=lambda part: (part != "[Content_Types].xml", part)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 0
            target.writestr(info, parts[name])
    return out.getvalue()
