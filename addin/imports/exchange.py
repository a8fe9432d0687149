"""What goes between the process that owns the register and the one that reads a file: checked on both sides.

By msgspec, as are the profiles: the reading process starts anew for each file, and pydantic would be a third of that
start. The rows that reach the rules are checked by their pydantic models (`addin.logic.imports.rows`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from addin.imports.profiles import Profile

ACCEPTED: Final = "accept"
REVIEW: Final = "review"
REJECTED: Final = "reject"
REPEATED: Final = "repeat"
#: The first line of the reading process: it waits for its job.
LOADED: Final = b"loaded\n"


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a row worth a rule's while: a coarse sieve, never finer than the rules themselves."""

    now: datetime
    silent_since: datetime
    waiting_since: datetime
    unscanned_until: date
    statuses: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()


class Job(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of the reading process; the file's bytes follow it."""

    profiles: Annotated[tuple[Profile, ...], Meta(min_length=1)]
    look: Look
    most_rows: int
    most_wanted: int
    most_listed: int
    watched: dict[str, tuple[str, ...]] = {}
    """Values of columns that open cases are about: their rows are wanted whatever they say."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person has to know about one row."""

    row: int
    verdict: str
    thing: str
    words: str


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What was read. `wanted` are the rows for the rules, as `addin.logic.imports.rows` has them."""

    profile: str
    rows: int
    accepted: int
    review: int
    rejected: int
    repeated: int
    newest: str = ""
    controls: dict[str, str] = {}
    columns: dict[str, str] = {}
    unused: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    unlisted: int = 0
    wanted: tuple[dict[str, Any], ...] = ()
    too_many: int = 0


class Refusal(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file is refused."""

    code: str
    message: str
    hint: str
