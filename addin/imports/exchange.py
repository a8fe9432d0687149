"""What goes between the process that owns the register and the one that reads a file: checked on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from addin.imports.profiles import Profile

ACCEPTED: Final = "accept"
REVIEW: Final = "review"
REJECTED: Final = "reject"
REPEATED: Final = "repeat"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Look(_Part):
    """What makes a row worth a rule's while: a coarse sieve, never finer than the rules themselves."""

    now: datetime
    silent_since: datetime
    waiting_since: datetime
    unscanned_until: date
    statuses: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()


class Job(_Part):
    """What is asked of the reading process; the file's bytes follow it."""

    profiles: Annotated[tuple[Profile, ...], Field(min_length=1)]
    look: Look
    watched: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values of columns that open cases are about: their rows are wanted whatever they say."""
    most_rows: int
    most_wanted: int
    most_listed: int


class Line(_Part):
    """What a person has to know about one row."""

    row: int
    verdict: str
    thing: str
    words: str


class Answer(_Part):
    """What was read. `wanted` are the rows for the rules, as `addin.logic.imports.rows` has them."""

    profile: str
    rows: int
    accepted: int
    review: int
    rejected: int
    repeated: int
    newest: str = ""
    controls: Mapping[str, str] = Field(default_factory=dict)
    columns: Mapping[str, str] = Field(default_factory=dict)
    unused: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    unlisted: int = 0
    wanted: tuple[Mapping[str, Any], ...] = ()
    too_many: int = 0


class Refusal(_Part):
    """The whole file is refused."""

    code: str
    message: str
    hint: str
