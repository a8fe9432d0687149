"""One Word letter as the list of letters describes it, with its exact contents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from addin.errors import LetterError
from addin.logic.claim_purposes import CLAIM


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLetter:
    """A row of the list of letters: which file, and when the letter may be written.

    `subtypes` and `states` are the case's subtypes and states in which it may be written; empty means any.
    `optional` names may be empty; all other names the file uses are required. An `internal` letter stays in the house.
    `purpose` says what it is for: the claim itself, an appeal, a reminder, a write-off. `relies` are the kinds of
    evidence that its words rest on: without them it would say what nobody can prove.
    """

    id: str
    path: Path
    title: str
    case_type: str
    version: int = 1
    optional: frozenset[str] = frozenset()
    subtypes: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    internal: bool = False
    purpose: str = CLAIM
    relies: tuple[str, ...] = ()

    def suits(self, subtype: str, state: str) -> bool:
        """True when the letter may be written for a case of this subtype in this state."""
        return (not self.subtypes or subtype in self.subtypes) and (not self.states or state in self.states)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTemplate(ListedLetter):
    """A listed letter with its file: the `names` it uses and its exact contents, pinned by `sha256`."""

    names: frozenset[str]
    sha256: str
    content: bytes = field(repr=False, compare=False)

    @property
    def mark(self) -> str:
        """What a letter prints of its template: id, version and the start of its digest."""
        return f"{self.id} v{self.version} {self.sha256[:12]}"


def digest(content: bytes) -> str:
    """The SHA-256 of a file's contents in hex."""
    return hashlib.sha256(content).hexdigest()


def broken(template: LetterTemplate, why: str, *, name: str = "", part: str = "") -> LetterError:
    """The error for a template that cannot be used."""
    return LetterError(
        f"The template of {template.id} is broken: {why}.",
        hint=f"Mend {template.path.name} in Word; 'casebook check templates' names the place.",
        template=template.id,
        name=name,
        part=part,
    )
