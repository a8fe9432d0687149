"""Text messages: short plain texts for customers, teams and the carrier, made from templates with a small head.

A template is a text file with a head between two lines of three dashes (TOML: id, title, case_type, channel, names,
optional) and the words below. What is sent is logged by template id, text and digest, never just "e-mailed".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Template, TemplateError, TemplateSyntaxError

from addin.errors import LetterError
from addin.letters.fill import fill
from addin.letters.grammar import environment, names_used
from addin.letters.letter import digest

_FENCE: Final = "---"
#: A line that holds one block tag and nothing else; it leaves no empty line behind.
_TAG_LINE: Final = re.compile(r"^[ \t]*(\{%[^%\n]*%\})[ \t]*\n", re.MULTILINE)
_HEAD: Final = frozenset({"id", "title", "case_type", "channel", "names", "optional"})
#: How a message goes out; a file is kept with the case, not sent by itself.
CHANNELS: Final = ("email", "chat", "ticket", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One message: its head, the names it uses, and its words. `declared` are the names its head promises."""

    id: str
    path: Path
    title: str
    case_type: str
    channel: str
    names: frozenset[str]
    optional: frozenset[str]
    declared: frozenset[str]
    sha256: str
    head_lines: int
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be copied or sent: its template's id and title, its text and the text's SHA-256."""

    id: str
    title: str
    text: str
    sha256: str
    channel: str = ""
    template_sha256: str = ""


def read_message(path: Path) -> MessageTemplate:
    """A message template out of its file.

    Raises:
        LetterError: the head or the tags cannot be read.
    """
    raw = path.read_bytes()
    head, body, head_lines = _split(path, raw)
    try:
        names = names_used(body.split("\n"))
    except TemplateSyntaxError as fault:
        raise _broken(path, f"line {fault.lineno + head_lines}: {fault.message}") from fault
    return MessageTemplate(
        id=str(head["id"]),
        path=path,
        title=str(head["title"]),
        case_type=str(head["case_type"]),
        channel=str(head["channel"]),
        names=names,
        optional=frozenset(head.get("optional", ())),
        declared=frozenset(head["names"]),
        sha256=digest(raw),
        head_lines=head_lines,
        body=body,
    )


def split_message(path: Path) -> tuple[dict[str, Any], str, int]:
    """Head, body and the number of lines above the body, without looking at the tags.

    Raises:
        LetterError: the head cannot be read.
    """
    return _split(path, path.read_bytes())


def _split(path: Path, raw: bytes) -> tuple[dict[str, Any], str, int]:
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise _broken(path, "it is not UTF-8 text") from fault
    lines = text.split("\n")
    if lines[0].strip() != _FENCE or _FENCE not in (line.strip() for line in lines[1:]):
        raise _broken(path, "the head between two lines of three dashes is missing")
    end = next(n for n, line in enumerate(lines) if n and line.strip() == _FENCE)
    try:
        head = tomllib.loads("\n".join(lines[1:end]))
    except tomllib.TOMLDecodeError as fault:
        raise _broken(path, f"the head cannot be read: {fault}") from fault
    wrong = _head_fault(head)
    if wrong:
        raise _broken(path, wrong)
    return head, "\n".join(lines[end + 1 :]).strip("\n") + "\n", end + 1 + _blank_lines(lines[end + 1 :])


def _blank_lines(lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines) if line), 0)


def _head_fault(head: Mapping[str, object]) -> str:
    missing = _HEAD - {"optional"} - head.keys()
    if missing or head.keys() - _HEAD:
        odd = ", ".join(sorted(missing or (head.keys() - _HEAD)))
        return f"the head {'lacks' if missing else 'has the unknown'} {odd}"
    for name in ("names", "optional"):
        listed = head.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            return f"{name} in the head is not a list of names"
    if head["channel"] not in CHANNELS:
        return f"the channel must be one of {', '.join(CHANNELS)}"
    return ""


def _broken(path: Path, why: str) -> LetterError:
    return LetterError(f"The message template {path.name} is broken: {why}.", hint="Mend the file.", path=path.name)


@lru_cache(maxsize=64)
def _compiled(body: str) -> Template:
    return environment().from_string(_TAG_LINE.sub(r"\1", body))


def render_message(template: MessageTemplate, values: Mapping[str, object]) -> Message:
    """The message filled in. Ask `check_values` first and tell its problems to the person.

    Raises:
        LetterError: the template is broken, or a value that `check_values` would have named is missing.
    """
    try:
        text = _compiled(template.body).render(fill(template, values))
    except TemplateError as fault:
        raise _broken(template.path, str(fault)) from fault
    except (KeyError, TypeError) as fault:
        raise LetterError(
            f"The message {template.id} cannot be filled: {fault}.", hint="Check the values first."
        ) from fault
    return Message(template.id, template.title, text, digest(text.encode()), template.channel, template.sha256)
