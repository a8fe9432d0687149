"""The check of all templates before anybody meets a fault: every tag, every name, every file, with its place.

1. A name that the case type does not fill is told, in every branch, with file, paragraph and tag.
2. A tag that is open, misspelt, split or typographic is told where it stands.
3. A letter listed and missing, or lying there unlisted, is told.
4. A name that is called optional and never used, or that every letter must show and one does not, is told.
5. A condition that would leave a damaged letter is told, by trying each of them both ways.
6. A kind of evidence that a letter relies on and no claim can have is told.
7. A letter or text that a case type needs and a house's own folder lacks is told.
8. A letter that would carry comments, tracked changes, macros or outside links to the carrier is told.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from addin.errors import LetterError
from addin.letters.grammar import TAG, Place, check_lines, names_used
from addin.letters.letter import LetterTemplate, ListedLetter
from addin.letters.messages import read_message, split_message
from addin.letters.names import HOUSE_NAMES, LETTER_NAMES
from addin.letters.prepared import prepare
from addin.letters.templates import LIST, listed_letter, open_letter, rows_of, shown_names
from addin.letters.word_file import FOREIGN, Paragraph, WordPart, foreign_matter, read_parts
from addin.logic.cases import case_types
from addin.logic.outcome import Problem

#: The names filled in for each case type.
Names = Mapping[str, AbstractSet[str]]


def lint_templates(root: Path, known_names: Names) -> tuple[Problem, ...]:
    """Every fault in the folder's templates; empty when all is well.

    `known_names` are the names filled in for each case type; the house's own names are always known. `cell` of a
    problem is the place ("claims/loss.docx, paragraph 12"), `field` the name in question.
    """
    found: list[Problem] = []
    ids: dict[str, str] = {}
    for path in sorted(root.glob(f"*/{LIST}")):
        found += _lint_list(path, known_names, ids)
    listed = {path.parent for path in root.glob(f"*/{LIST}")}
    for path in sorted(root.glob("*/*.docx")):
        if path.parent not in listed and not path.name.startswith("~$"):
            found.append(_unlisted(path))
    for path in sorted(root.glob("*/*.txt")):
        found += _lint_message(path, known_names, ids)
    return tuple(found)


def lint_house(root: Path) -> tuple[Problem, ...]:
    """Every fault of a folder that a register works with: those of its templates, and what it lacks altogether.

    A house's own folder takes the place of the one that comes with Casebook, so it holds every letter and text.
    """
    there = {f"{path.parent.name}.{path.stem}" for path in root.glob("*/*.txt")}
    for path in sorted(root.glob(f"*/{LIST}")):
        with contextlib.suppress(LetterError):  # a list that cannot be read is told as that
            there |= {row["id"] for row in rows_of(path)[1]}
    found = list(lint_templates(root, known_names()))
    for kind in case_types().values():
        for lacks in sorted({*kind.letters, *kind.messages} - there):
            family, _, name = lacks.partition(".")
            words = f"The template {lacks} of '{kind.name}' is not there."
            hint = "Copy it from the templates that come with Casebook."
            found.append(Problem("LET-T21", words, lacks, cell=f"{family}/{name}", hint=hint))
    return tuple(found)


def known_names() -> Names:
    """The names filled in for each case type: those of its letters and messages, and every field of its form."""
    return {
        code: frozenset(LETTER_NAMES.get(code, frozenset()) | kind.fields.keys()) for code, kind in case_types().items()
    }


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _unlisted(path: Path) -> Problem:
    hint = f"Add it to {path.parent.name}/{LIST}, or take it away."
    return Problem("LET-T12", "The letter is not listed.", cell=_name(path), hint=hint)


def _lint_list(path: Path, known_names: Names, ids: dict[str, str]) -> list[Problem]:
    try:
        common, rows = rows_of(path)
    except LetterError as fault:
        return [Problem("LET-T13", fault.message, cell=_name(path), hint=fault.hint)]
    found: list[Problem] = []
    for row in rows:
        found += _same_id(row["id"], _name(path), ids)
        file = path.parent / row["file"]
        if not file.is_file():
            message = f"{row['id']} is listed in {path.parent.name}/{LIST}, but the file is missing."
            found.append(Problem("LET-T11", message, cell=_name(file), hint="Put the file back or take the row out."))
            continue
        faults = _lint_letter(file, row, common, known_names)
        found += faults or _lint_whole(listed_letter(file, row, common), shown_names(path))
        found += _relied(row, _name(path))
    listed = {row["file"] for row in rows}
    loose = (file for file in sorted(path.parent.glob("*.docx")) if file.name not in listed)
    found += [_unlisted(file) for file in loose if not file.name.startswith("~$")]
    return found


def _relied(row: Mapping[str, Any], where: str) -> list[Problem]:
    """A kind of evidence that the case type does not know could never be proved, and the letter never made."""
    kind = case_types().get(row["case_type"])
    odd = [one for one in row.get("relies", ()) if kind is not None and one not in kind.evidence_kinds]
    hint = f"One of: {'; '.join(kind.evidence_kinds)}." if kind is not None else ""
    return [Problem("LET-T20", f"{row['id']} relies on {one!r}, which is no kind of evidence.", cell=where, hint=hint)
            for one in odd]  # fmt: skip


def _same_id(template_id: str, where: str, ids: dict[str, str]) -> list[Problem]:
    before = ids.setdefault(template_id, where)
    if before is where:
        return []
    return [Problem("LET-T14", f"The id {template_id} is used twice, first in {before}.", cell=where)]


def _known(case_type: str, where: str, known_names: Names) -> tuple[frozenset[str], list[Problem]]:
    names = frozenset(known_names.get(case_type, ())) | HOUSE_NAMES
    if case_type in known_names:
        return names, []
    return names, [Problem("LET-T15", f"There is no case type {case_type!r}.", cell=where, hint="Correct case_type.")]


def _lint_letter(file: Path, row: Mapping[str, Any], common: frozenset[str], known_names: Names) -> list[Problem]:
    where = _name(file)
    names, found = _known(row["case_type"], where, known_names)
    try:
        content = file.read_bytes()
        parts = read_parts(content)
        carried = foreign_matter(content)
    except LetterError as fault:
        return [*found, Problem("LET-T13", fault.message, cell=where, hint=fault.hint)]
    for part in parts:
        unit = "paragraph" if part.name == "document" else f"{part.name} paragraph"
        place = Place(where, unit)
        found += _make_up(part.paragraphs, place)
        found += check_lines([paragraph.plain for paragraph in part.paragraphs], place, names)
    placed = {problem.message for problem in found if problem.code == FOREIGN}
    for message in (f"The letter carries {matter}." for matter in carried):
        if message not in placed:  # what is in a paragraph was told there
            found.append(Problem(FOREIGN, message, cell=where, hint="Accept or remove it in Word and save again."))
    optional = frozenset(row.get("optional", ()))
    found += _optional(optional | common, names, where)
    return found or _unused(optional, parts, where)


def _unused(optional: AbstractSet[str], parts: Iterable[WordPart], where: str) -> list[Problem]:
    """A letter's own optional name that it never uses: the list and the file have grown apart."""
    used = frozenset().union(*(names_used([line.plain for line in part.paragraphs]) for part in parts))
    hint = "Take it out of the list, or use it in the letter."
    return [
        Problem("LET-T17", f"The name {name!r} is called optional but the letter never uses it.", name, where, hint)
        for name in sorted(optional - used)
    ]


def _lint_whole(row: ListedLetter, shown: AbstractSet[str]) -> list[Problem]:
    """Faults of a letter whose single tags are sound: what it never prints, and conditions that damage the file."""
    where, found = _name(row.path), []
    letter = open_letter(row)
    for name in sorted(shown - letter.names) if not letter.internal else ():
        message = f"The letter never shows {name!r}, which every letter to the carrier must."
        found.append(Problem("LET-T19", message, name, cell=where, hint=f"Add {{{{ {name} }}}} where it belongs."))
    try:
        prepare(letter)
    except LetterError as fault:
        name = str(fault.context.get("name", ""))
        cell, tag = _condition(letter, name)
        says = f"The tag {tag}: {fault.message}" if tag else fault.message
        hint = "Put each condition and its end into paragraphs or rows of their own ({%p, {%tr)."
        found.append(Problem("LET-T18", says, name, cell=cell or where, hint=hint))
    return found


def _condition(letter: LetterTemplate, name: str) -> tuple[str, str]:
    """Where a name first stands in a block tag: the place and the tag."""
    for part in read_parts(letter.content) if name else ():
        unit = "paragraph" if part.name == "document" else f"{part.name} paragraph"
        for number, paragraph in enumerate(part.paragraphs, start=1):
            for tag in TAG.findall(paragraph.text):
                if tag.startswith("{%") and re.search(rf"\b{re.escape(name)}\b", tag):
                    return Place(_name(letter.path), unit).at(number), tag
    return "", ""


def _make_up(paragraphs: Iterable[Paragraph], place: Place) -> list[Problem]:
    return [
        Problem(code, message, cell=place.at(number), hint=hint)
        for number, paragraph in enumerate(paragraphs, start=1)
        for code, message, hint in paragraph.faults
    ]


def _optional(optional: AbstractSet[str], known: AbstractSet[str], where: str) -> list[Problem]:
    """A name called optional must exist, or the slip would make a required name required for ever."""
    return [
        Problem("LET-T07", f"The name {name!r} is called optional but is unknown.", name, cell=where)
        for name in sorted(optional - known)
    ]


def _lint_message(path: Path, known_names: Names, ids: dict[str, str]) -> list[Problem]:
    where = _name(path)
    try:
        head, body, above = split_message(path)
    except LetterError as fault:
        return [Problem("LET-T13", fault.message, cell=where, hint=fault.hint)]
    names, found = _known(str(head["case_type"]), where, known_names)
    found += _same_id(str(head["id"]), where, ids)
    faults = check_lines(body.split("\n"), Place(where, offset=above), names)
    found += faults
    if any(problem.code not in ("LET-T07", "LET-T08") for problem in faults):  # the names cannot be told
        return found
    template = read_message(path)
    found += _optional(template.optional, template.declared, where)
    for name in sorted(template.names ^ template.declared):
        word = "uses the name" if name in template.names else "declares but never uses the name"
        hint = "Make the names in the head those of the text."
        found.append(Problem("LET-T17", f"The message {word} {name!r}.", name, cell=where, hint=hint))
    return found
