"""The folder of templates: finds it, reads every letter and message in it, and hands them out by id.

Letters are listed in `claims/letters.toml` (any folder may have such a list); messages carry their own head.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from jinja2 import TemplateSyntaxError

from addin.errors import ConfigError, LetterError
from addin.letters.grammar import names_used
from addin.letters.letter import LetterTemplate, ListedLetter, digest
from addin.letters.messages import Message, MessageTemplate, read_message, render_message
from addin.letters.word_file import read_parts
from addin.logic.claim_purposes import CLAIM, PURPOSES

LIST: Final = "letters.toml"
_REQUIRED: Final = frozenset({"id", "title", "file", "case_type"})
#: What the top of a list may say: names any letter may leave empty, names every letter to the carrier shows.
_TOP: Final = frozenset({"letter", "optional", "shown"})
_KNOWN: Final = _REQUIRED | {"version", "optional", "subtypes", "states", "internal", "purpose", "relies"}
_PACKAGE: Final = Path(__file__).resolve().parent.parent


def templates_root(configured: Path | None = None) -> Path:
    """The folder of templates: the one in the settings, else the wheel's own, else the repository's.

    Raises:
        ConfigError: the configured folder does not exist, or there is none at all.
    """
    if configured is not None:
        if configured.is_dir():
            return configured
        raise ConfigError(f"The template folder {configured} does not exist.", hint="Correct it in casebook.toml.")
    for folder in (_PACKAGE / "_templates", _PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise ConfigError("No folder of templates was found.", hint="Name one in casebook.toml, or install again.")


class Templates:
    """The letters and messages of one folder; read once, read again only when a file has changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._seen: dict[str, tuple[object, Mapping[str, Any]]] = {}

    def listed(self) -> Mapping[str, ListedLetter]:
        """Every row of the lists of letters by id, whether its file is sound or not.

        Raises:
            LetterError: a list cannot be read, or two rows share an id.
        """
        lists = _lists(self.root)
        return self._fresh("listed", lists, lambda: (item for path in lists for item in read_list(path)))

    def letters(self) -> Mapping[str, LetterTemplate]:
        """Every Word letter that can be read, by id; one that cannot is told by `letter` and by the lint.

        Raises:
            LetterError: a list cannot be read, or two rows share an id.
        """
        return {key: found for key, found in self._opened().items() if isinstance(found, LetterTemplate)}

    def _opened(self) -> Mapping[str, LetterTemplate | _Unread]:
        files = [*_lists(self.root), *self.root.glob("*/*.docx")]
        return self._fresh("letters", files, lambda: map(_opened, self.listed().values()))

    def messages(self) -> Mapping[str, MessageTemplate]:
        """Every text message by id.

        Raises:
            LetterError: a message cannot be read, or two share an id.
        """
        files = sorted(self.root.glob("*/*.txt"))
        return self._fresh("messages", files, lambda: (read_message(path) for path in files))

    def letter(self, letter_id: str) -> LetterTemplate:
        """One letter.

        Raises:
            LetterError: there is none of this id, or its file is missing or broken.
        """
        found: LetterTemplate | _Unread = _one(self._opened(), letter_id, "letter")
        if isinstance(found, _Unread):
            raise found.fault
        return found

    def message(self, message_id: str) -> MessageTemplate:
        """One message template.

        Raises:
            LetterError: there is none of this id.
        """
        message: MessageTemplate = _one(self.messages(), message_id, "message")
        return message

    def render_message(self, message_id: str, values: Mapping[str, object]) -> Message:
        """One message filled in; ask `check_values` first.

        Raises:
            LetterError: there is none of this id, it is broken, or a value is missing.
        """
        return render_message(self.message(message_id), values)

    def _fresh(self, kind: str, files: list[Path], read: Any) -> Mapping[str, Any]:
        stamp = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(files))
        if kind not in self._seen or self._seen[kind][0] != stamp:
            self._seen[kind] = (stamp, _by_id(read()))
        return self._seen[kind][1]


def _lists(root: Path) -> list[Path]:
    return sorted(root.glob(f"*/{LIST}"))


def _by_id(items: Any) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.id in found:
            raise LetterError(f"Two templates have the id {item.id}.", hint="Give one of them another id.")
        found[item.id] = item
    return found


def _one(items: Mapping[str, Any], wanted: str, kind: str) -> Any:
    if wanted not in items:
        known = f"There are: {', '.join(sorted(items))}." if items else "The folder of templates has none at all."
        raise LetterError(f"There is no {kind} {wanted!r}.", hint=known)
    return items[wanted]


def shown_names(path: Path) -> frozenset[str]:
    """The names that every letter of a list prints unless it stays in the house.

    Raises:
        LetterError: the list cannot be read.
    """
    return frozenset(_list_of(path).get("shown", ()))


def _list_of(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _bad_list(path, str(fault)) from fault
    if odd := data.keys() - _TOP:
        raise _bad_list(path, f"it has the unknown {', '.join(sorted(odd))}")
    return data


def rows_of(path: Path) -> tuple[frozenset[str], list[dict[str, Any]]]:
    """The names that may be empty in every letter of a list, and the list's rows, checked for their shape.

    Raises:
        LetterError: the list cannot be read.
    """
    data = _list_of(path)
    rows: list[dict[str, Any]] = data.get("letter", [])
    for row in rows:
        who = row.get("id", "a letter without id")
        if lacks := _REQUIRED - row.keys():
            raise _bad_list(path, f"{who} lacks {', '.join(sorted(lacks))}")
        if odd := row.keys() - _KNOWN:
            raise _bad_list(path, f"{who} has the unknown {', '.join(sorted(odd))}")
        if row.get("purpose", CLAIM) not in PURPOSES:
            raise _bad_list(path, f"{who} has a purpose that is none of {', '.join(PURPOSES)}")
        if Path(row["file"]).name != row["file"] or not row["file"].endswith(".docx"):
            raise _bad_list(path, f"{who} names {row['file']!r}, which is not a .docx beside the list")
    return frozenset(data.get("optional", ())), rows


def _bad_list(path: Path, why: str) -> LetterError:
    return LetterError(f"{path.parent.name}/{path.name} cannot be used: {why}.", hint="Mend the list.")


def read_list(path: Path) -> list[ListedLetter]:
    """The letters of one list, without their contents.

    Raises:
        LetterError: the list cannot be read.
    """
    common, rows = rows_of(path)
    return [listed_letter(path.parent / row["file"], row, common) for row in rows]


def listed_letter(path: Path, row: Mapping[str, Any], common: frozenset[str]) -> ListedLetter:
    """One row of a list as a letter without its contents."""
    return ListedLetter(
        id=row["id"],
        path=path,
        title=row["title"],
        case_type=row["case_type"],
        version=row.get("version", 1),
        optional=common | frozenset(row.get("optional", ())),
        subtypes=frozenset(row.get("subtypes", ())),
        states=frozenset(row.get("states", ())),
        internal=row.get("internal", False),
        purpose=row.get("purpose", CLAIM),
        relies=tuple(row.get("relies", ())),
    )


@dataclass(frozen=True, slots=True)
class _Unread:
    """A listed letter whose file cannot be used; the others go on."""

    id: str
    fault: LetterError


def _opened(row: ListedLetter) -> LetterTemplate | _Unread:
    try:
        return open_letter(row)
    except LetterError as fault:
        return _Unread(row.id, fault)


def open_letter(row: ListedLetter) -> LetterTemplate:
    """A listed letter with its file.

    Raises:
        LetterError: the file is missing, no Word file, or its tags are wrong.
    """
    try:
        content = row.path.read_bytes()
    except OSError as fault:
        hint = "Put the file back into the folder of templates."
        raise LetterError(f"The letter {row.id} is missing: {row.path.name} cannot be read.", hint=hint) from fault
    try:
        used = [names_used([line.plain for line in part.paragraphs]) for part in read_parts(content)]
    except TemplateSyntaxError as fault:
        hint = "Mend it in Word; 'casebook check templates' names the place."
        raise LetterError(f"The template {row.path.name} is broken: {fault.message}.", hint=hint) from fault
    facts = {item.name: getattr(row, item.name) for item in fields(ListedLetter)}
    return LetterTemplate(**facts, names=frozenset().union(*used), sha256=digest(content), content=content)
