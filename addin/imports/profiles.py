"""Profiles: how a house's files are written, one TOML file each; adding a format is adding such a file.

Profiles come with Casebook; a register's own, in its folder `profiles/`, stand beside them and, under the same id,
before them. A profile says the titles of the columns, the marks of numbers, the order of days, the encoding, and which
of the file's words mean which of ours. It cannot change a rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from addin.errors import ConfigError
from addin.logic.imports.kinds import KINDS, ImportKind, Value

#: Where the profiles that come with Casebook lie.
SHIPPED: Final = Path(__file__).parent / "profiles"
#: The folder of a register's own profiles.
OWN: Final = "profiles"


@lru_cache(maxsize=8_192)
def folded(text: str) -> str:
    """A title or word as it is compared: without case, outer marks, and runs of blanks and joining signs."""
    return " ".join(text.replace("_", " ").replace("-", " ").replace("\u00a0", " ").split()).strip(" .:#").casefold()


Texts = Annotated[tuple[str, ...], Meta(min_length=1)]


class ColumnProfile(Struct, frozen=True, forbid_unknown_fields=True):
    """One column of the file: the titles it may have, and what is particular about it."""

    titles: Texts
    time_titles: tuple[str, ...] = ()
    """Titles of a second column that holds the time of an instant."""
    days: tuple[str, ...] = ()
    """How its days are written, when not as in the rest of the file."""
    empty: tuple[str, ...] = ()
    """Words that stand for nothing: "n/a", "-"."""
    words: dict[str, str] = {}
    """The file's words and what each means among ours."""


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """How one kind of file of one system is written."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]*$")]
    kind: str
    title: str
    columns: dict[str, ColumnProfile]
    encodings: Texts = ("utf-8", "cp1252")
    delimiters: Texts = (",", ";", "\t", "|")
    decimal: Annotated[str, Meta(pattern=r"^[.,]$")] = "."
    thousands: tuple[str, ...] = (",",)
    days: Texts = ("%d/%m/%Y",)
    times: Texts = ("%H:%M", "%H:%M:%S")
    zone: str = "Europe/London"
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "GBP"
    sheet: str = ""
    """The sheet of a workbook; the first one with the columns when empty."""
    totals: tuple[str, ...] = ("total", "totals", "grand total")
    """First cells of lines that are no rows."""

    def __post_init__(self) -> None:
        """Hold the profile to its kind of file."""
        kind = KINDS.get(self.kind)
        if kind is None:
            raise ValueError(f"kind {self.kind!r} is none of {', '.join(KINDS)}")
        known = {column.name: column for column in kind.columns}
        if strange := sorted(set(self.columns) - set(known)):
            raise ValueError(f"{self.kind} has no column {', '.join(strange)}")
        if missing := sorted(set(kind.needed) - set(self.columns)):
            raise ValueError(f"{self.kind} needs the column {', '.join(missing)}")
        if self.decimal in self.thousands:
            raise ValueError("decimal and thousands are the same mark")
        for name, column in self.columns.items():
            allowed = {"", *known[name].words}
            if wrong := sorted(set(column.words.values()) - allowed):
                raise ValueError(f"{name}: {', '.join(wrong)} is none of its values")
            if column.time_titles and known[name].value is not Value.INSTANT:
                raise ValueError(f"{name} is no instant and has no time column")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"there is no time zone {self.zone!r}") from error

    @property
    def of(self) -> ImportKind:
        """The kind of file this profile reads."""
        return KINDS[self.kind]


def load_profiles(folder: Path | None = None) -> dict[str, Profile]:
    """All profiles by id: those that come with Casebook, and a register's own over them.

    Raises:
        ConfigError: for a profile that cannot be read; it names the file and the fault.
    """
    found = {profile.id: profile for profile in _read_all(SHIPPED)}
    if folder is not None:
        found |= {profile.id: profile for profile in _read_all(folder / OWN)}
    return dict(sorted(found.items()))


def chosen(profiles: Mapping[str, Profile], what: str) -> list[Profile]:
    """The profiles that a name means: the one of that id, or all of that kind.

    Raises:
        ConfigError: when there is neither.
    """
    name = folded(what).replace(" ", "-")
    if name in profiles:
        return [profiles[name]]
    of_kind = [profile for profile in profiles.values() if profile.kind == name]
    if not of_kind:
        names = ", ".join([*KINDS, *sorted(profiles)])
        raise ConfigError(f"There is no kind of import {what!r}.", hint=f"One of: {names}.", code="IMP-KIND")
    return of_kind


def _read_all(folder: Path) -> Iterable[Profile]:
    for path in sorted(folder.glob("*.toml")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"The profile {path.name} cannot be read: {error}.", hint="Correct it.") from error
        try:
            yield msgspec.convert(data, Profile)
        except msgspec.ValidationError as error:
            raise ConfigError(
                f"The profile {path.name} is wrong: {_fault(data, error)}.", hint="Correct it."
            ) from error


def _fault(data: Mapping[str, object], error: msgspec.ValidationError) -> str:
    """What is wrong with a profile; one of its columns is named, which the general message does not do."""
    columns = data.get("columns")
    for name, part in columns.items() if isinstance(columns, dict) else ():
        try:
            msgspec.convert(part, ColumnProfile)
        except msgspec.ValidationError as inner:
            return f"{name}: {inner}"
    return str(error)
