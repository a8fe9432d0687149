"""What letters were made of which claims, told by the journal's events alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from addin.journal import Journal
from addin.logic.claim_purposes import APPEAL, CHASER, CLAIM, WRITE_OFF
from addin.logic.events import Event
from addin.logic.system_kinds import LETTER_ISSUED, LETTER_PRINTED, SET_MADE

_KINDS: Final = (LETTER_ISSUED.name, LETTER_PRINTED.name, SET_MADE.name)
#: Letters of before events named their purpose.
_BY_TEMPLATE: Final = {"claims.appeal": APPEAL, "claims.chaser": CHASER, "claims.write_off": WRITE_OFF}


@dataclass(frozen=True, slots=True)
class Made:
    """One version of a letter: who made it when, from which template, and which files there are of it."""

    number: str
    version: int
    template: str
    purpose: str
    at: datetime
    actor: str
    sha256: str
    files: tuple[str, ...]
    printed: bool = False
    in_set: bool = False

    @property
    def internal(self) -> bool:
        """True for the sheet that never leaves the house."""
        return self.purpose == WRITE_OFF


def history_of(journal: Journal, case_id: str | None = None) -> Mapping[str, tuple[Made, ...]]:
    """Every version of every letter by case, in the order they were made; of one case when it is named."""
    found: dict[str, dict[tuple[str, int], Made]] = {}
    for event in journal.events(case_id=case_id, kinds=_KINDS):
        letters = found.setdefault(event.case_id, {})
        key = (str(event.data["letter_no"]), int(str(event.data["letter_version"])))
        if event.kind == LETTER_ISSUED.name:
            letters[key] = _made(event, *key)
        elif (made := letters.get(key)) is not None:
            files = (*made.files, str(event.data["file"]))
            printed, in_set = made.printed or event.kind == LETTER_PRINTED.name, event.kind == SET_MADE.name
            letters[key] = replace(made, files=files, printed=printed, in_set=made.in_set or in_set)
    return {case: tuple(letters.values()) for case, letters in found.items()}


def _made(event: Event, number: str, version: int) -> Made:
    data = event.data
    template = str(data["template"])
    return Made(
        number=number,
        version=version,
        template=template,
        purpose=str(data.get("purpose") or _BY_TEMPLATE.get(template, CLAIM)),
        at=datetime.fromisoformat(event.at),
        actor=event.actor,
        sha256=str(data["sha256"]),
        files=(str(data["file"]), str(data["index"])),
    )


def latest(made: Iterable[Made], *, of: str = "") -> dict[str, Made]:
    """The last version of each purpose; only of one template when it is named."""
    return {one.purpose: one for one in made if not of or one.template == of}
