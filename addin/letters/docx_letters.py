"""Word letters: the bytes of a letter, made from its template and its values.

The same template and values give the same bytes on every machine: parts in one order, dates fixed, nothing packed by a
compressor whose version matters, no author and no time of making inside. The time a letter was made is the journal's.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import TemplateError

from addin.errors import LetterError
from addin.letters.fill import NO_BREAK, Filled, fill
from addin.letters.letter import LetterTemplate, broken
from addin.letters.prepared import prepare


def render_letter(template: LetterTemplate, values: Mapping[str, object]) -> bytes:
    """The finished letter as a Word file. Ask `check_values` first and tell its problems to the person.

    Raises:
        LetterError: the template is broken, or a value that `check_values` would have named is missing.
    """
    filled = filled_letter(template, values)
    try:
        return prepare(template).docx(filled)
    except TemplateError as fault:
        raise broken(template, str(fault)) from fault


def filled_letter(template: LetterTemplate, values: Mapping[str, object]) -> Filled:
    """The values as the template prints them.

    Raises:
        LetterError: a value that `check_values` would have named is missing or has no exact text.
    """
    try:
        return fill(template, values, NO_BREAK)
    except (KeyError, TypeError) as fault:
        raise LetterError(
            f"The letter {template.id} cannot be filled: {fault}.", hint="Check the values first.", template=template.id
        ) from fault
