"""Settings of a register: `casebook.toml` in its folder, over defaults, under the environment.

Unknown keys are refused, a workbook is never asked. `described` lists every setting with its value and origin, for
`casebook doctor`.
"""

from __future__ import annotations

import getpass
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from addin.errors import ConfigError
from addin.logic.values import Actor, Role

FILE: Final = "casebook.toml"


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class House(_Section):
    """Who the register belongs to, as it stands on sheets and letters."""

    name: str = "The House"
    address: str = ""
    signatory: str = ""
    signatory_title: str = ""
    site: str = "Distribution centre"


class Carrier(_Section):
    """The carrier account that claims are made under."""

    entity: str = ""
    address: str = ""
    account: str = ""
    shipper_of_record: str = ""


class Person(_Section):
    """One person: the display name and the roles the account holds."""

    name: str
    roles: tuple[Role, ...]


class Store(_Section):
    """Where the journal and its witness are."""

    url: str = ""
    """PostgreSQL url; empty keeps journal.sqlite in the register folder."""
    witness: str = ""
    """A file in a second place; empty keeps witness.txt in the register folder."""


class Intake(_Section):
    """How chat messages are read."""

    order_number: Pattern = r"\d{10}"
    ticket: Pattern = r"[A-Z]{2,5}-\d{3,7}"
    team: str = ""


class Settings(_Section):
    """All settings of one register."""

    register_id: str = ""
    demo: bool = False
    """A register for trying out: CASEBOOK_USER may name another person."""
    currency: str = "GBP"
    lock_password: str = "casebook"  # noqa: S105 - a courtesy lock, no secret
    """Password of the locked sheets: a courtesy against accidents, no secret."""
    templates: str = ""
    """Folder of letter templates; empty uses those that come with Casebook."""
    house: House = House()
    carrier: Carrier = Carrier()
    store: Store = Store()
    intake: Intake = Intake()
    people: dict[str, Person] = Field(default_factory=dict)
    policy: dict[str, str | int] = Field(
        default_factory=dict, description="policy values that differ from the defaults"
    )

    def actors(self) -> Mapping[str, Actor]:
        """Every person by account."""
        return {key: Actor(key, who.name, frozenset(who.roles)) for key, who in self.people.items()}

    def described(self) -> Iterator[tuple[str, str, str]]:
        """Every setting as (name, value, origin)."""
        for name in type(self).model_fields:
            origin = FILE if name in self.model_fields_set else "default"
            yield name, str(getattr(self, name)), origin


def load(folder: Path) -> Settings:
    """The settings of a register folder.

    Raises:
        ConfigError: when the file is missing, is not TOML, or holds an unknown key or a wrong value; it names each.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Settings.model_validate(tomllib.loads(text))
    except FileNotFoundError:
        raise ConfigError(
            f"{folder} is not a register: it has no {FILE}.",
            hint="Go to the register's folder, or name it with --register, or make one with 'casebook new DIR'.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}.", hint="Correct that line.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigError(f"{path.name} holds wrong settings: {faults}.", hint="Correct or remove them.") from error


def who(settings: Settings, environment: Mapping[str, str] | None = None) -> Actor:
    """The person at the keyboard: the operating-system account, looked up in the settings.

    In a demo register `CASEBOOK_USER` may name another account, so that four-eyes rules can be tried alone.

    Raises:
        ConfigError: when the account has no entry.
    """
    env = os.environ if environment is None else environment
    account = (env.get("CASEBOOK_USER") if settings.demo else None) or getpass.getuser()
    person = settings.actors().get(account)
    if person is None:
        known = ", ".join(sorted(settings.people)) or "nobody yet"
        hint = f"Add [people.{account!r}] with name and roles to {FILE} (it knows {known})."
        if settings.demo:
            hint += " In a demo register CASEBOOK_USER=name picks one of them."
        raise ConfigError(f"The account {account!r} has no role in this register.", hint=hint, code="CFG-WHO")
    return person
