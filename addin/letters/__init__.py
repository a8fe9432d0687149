"""Letters and messages: Word and text templates that people edit, filled from a case without surprises.

What it guarantees: a letter depends on nothing but its template and the values handed over (same input, same bytes);
a value is text and stays text, whatever tags or markup it holds; a missing value is a `Problem` that names the field,
never a gap in a letter. It leaves to others what the values are (the service fills them from the case), the numbering
of letters and where they are kept. Only this package knows the Word format.
"""

from addin.letters.docx_letters import render_letter
from addin.letters.fill import check_values, masked_address
from addin.letters.letter import LetterTemplate
from addin.letters.lint import known_names, lint_house, lint_templates
from addin.letters.messages import Message, MessageTemplate, render_message
from addin.letters.names import LETTER_NAMES, ROW_NAMES
from addin.letters.templates import Templates, templates_root

__all__ = [
    "LETTER_NAMES",
    "ROW_NAMES",
    "LetterTemplate",
    "Message",
    "MessageTemplate",
    "Templates",
    "check_values",
    "known_names",
    "lint_house",
    "lint_templates",
    "masked_address",
    "render_letter",
    "render_message",
    "templates_root",
]
