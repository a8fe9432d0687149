"""Settings of a register: `casebook.toml` in its folder, over defaults, under the environment.

Unknown keys are refused, a workbook is never asked. `described` lists every setting with its value and origin, for
`casebook doctor`.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from addin.errors import ConfigError
from addin.logic.intake import IntakeProfile
from addin.logic.values import Actor, Role

FILE: Final = "casebook.toml"
JOURNAL_FILE: Final = "journal.sqlite"
WORKBOOK_FILE: Final = "casebook.xlsm"
#: How messages are written where the settings say nothing.
_WRITES: Final = IntakeProfile()


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
_OWN_COMPUTER: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _web_address(text: str) -> str:
    """Nothing leaves this computer unencrypted, and no name or password stands in an address."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("https", "http") or not parts.hostname):
        raise ValueError("not a web address like https://tickets.example/api/updates")
    if parts.scheme == "http" and parts.hostname not in _OWN_COMPUTER:
        raise ValueError("an address outside this computer must begin with https")
    if parts.username or parts.password:
        raise ValueError("take name and password out; name the environment variable of the secret in token_env")
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
EnvironmentName = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")]


def _dotted(value: object, above: str = "") -> object:
    """A TOML table as one level of dotted keys: `sla.resolve_hours.P1 = 4` without quotes is a table of tables."""
    if not isinstance(value, dict):
        return value
    found: dict[str, object] = {}
    for name, item in value.items():
        inner = _dotted(item, f"{above}{name}.")
        found |= inner if isinstance(inner, dict) else {f"{above}{name}": _policy_text(inner)}
    return found


def _policy_text(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return value if isinstance(value, (str, int)) else str(value)


PolicyValues = Annotated[dict[str, str | int], BeforeValidator(_dotted)]


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


class Letters(_Section):
    """How letters are worded and made where houses differ; everything else is said in the Word templates."""

    pdf: Literal["auto", "direct", "libreoffice", "word"] = "auto"
    """Who makes PDFs: auto sets them directly and asks an office only for what that way cannot draw."""
    salutation: str = "Dear Sir or Madam,"
    """How a letter begins."""
    greeting: str = "Yours faithfully,"
    """What stands above the signature."""
    rights: str = (
        "All our rights and remedies under the contract of carriage, the applicable terms and any convention that "
        "applies by law are reserved. Nothing in this letter waives any of them."
    )
    """The line that reserves all rights; no letter to the carrier goes without one."""
    reply_to: str = ""
    """Where answers are to be sent, when that is not the address of the house."""
    registration: str = ""
    """The company's registration as it must stand on its letters, in the foot of the page."""
    enclose_up_to_mb: int = Field(default=25, ge=0, le=4_000)
    """The largest piece of evidence that is put into a claim set; a larger one is listed with its digest only."""


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
    keys: str = ""
    """The folder of private signing keys; empty keeps them in the account's own folder, ~/.casebook/keys."""


class Outbox(_Section):
    """How texts leave the register: as files into outbox/, or over HTTP to a ticket tool."""

    connector: Literal["file", "http"] = "file"
    url: WebAddress = ""
    """Where the HTTP connector posts to: https, or http on this computer."""
    token_env: EnvironmentName = ""
    """The environment variable that holds the secret; the secret itself never stands in this file."""
    proxy: str = ""
    """A proxy for the HTTP connector; the environment's own is not used."""
    ca_file: str = ""
    """A file (PEM) with the house's own certificate authority, where the ticket tool's certificate comes from it."""
    sender: str = ""
    """The address that mails are from; empty leaves it to the mail program."""
    attempts: int = Field(default=4, ge=1, le=10)
    """Tries for one text in one run."""
    timeout_s: int = Field(default=10, ge=1, le=120)

    @model_validator(mode="after")
    def _has_an_address(self) -> Outbox:
        if self.connector == "http" and not self.url:
            raise ValueError("the HTTP connector needs a url")
        return self


class Intake(_Section):
    """How chat messages are read."""

    ticket: Pattern = r"[A-Z]{2,5}-\d{3,7}"
    ticket_key: str = "ticket_ref"
    """How the reading's JSON names the ticket."""
    sku: Pattern = _WRITES.sku_pattern
    rma: Pattern = _WRITES.rma_pattern
    house_names: tuple[str, ...] = ()
    """Names of the house that a carrier also bears or bore: "parcel from NAME" is then asked about."""
    courier_now: str = ""
    """What that carrier is called today."""
    exotic_words: tuple[str, ...] = _WRITES.exotic_words
    profile_words: tuple[str, ...] = _WRITES.profile_words


class Debtor(_Section):
    """Whose account pays when customers are paid by credit transfer."""

    name: str = ""
    account: str = ""
    """The account's IBAN."""
    bic: str = ""


class Payments(_Section):
    """How approved refunds leave."""

    profile: str = "provider-csv"
    """The payment profile that is used unless another is named: a file in templates/payments."""
    debtor: Debtor = Debtor()


class Settings(_Section):
    """All settings of one register."""

    register_id: str = ""
    demo: bool = False
    """A register for trying out: CASEBOOK_USER may name another person."""
    copy_of: str = ""
    """What this folder is a copy of, made to be looked at; nothing is recorded in it."""
    currency: str = "GBP"
    lock_password: str = "casebook"  # noqa: S105 - a courtesy lock, no secret
    """Password of the locked sheets: a courtesy against accidents, no secret."""
    templates: str = ""
    """Folder of letter templates; empty uses those that come with Casebook."""
    house: House = House()
    carrier: Carrier = Carrier()
    letters: Letters = Letters()
    store: Store = Store()
    intake: Intake = Intake()
    outbox: Outbox = Outbox()
    payments: Payments = Payments()
    people: dict[str, Person] = Field(default_factory=dict)
    policy: PolicyValues = Field(default_factory=dict)
    """Policy values that differ from the defaults, by key."""

    def actors(self) -> Mapping[str, Actor]:
        """Every person by account."""
        return {key: Actor(key, who.name, frozenset(who.roles)) for key, who in self.people.items()}

    def described(self) -> Iterator[tuple[str, str, str]]:
        """Every setting as (name, value, origin), those of a section by themselves; passwords are not shown."""
        yield from _described(self, "")


def _described(section: BaseModel, above: str) -> Iterator[tuple[str, str, str]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _described(value, f"{above}{name}.")
            continue
        origin = FILE if name in section.model_fields_set else "default"
        yield f"{above}{name}", _without_password(name, str(value)), origin


def _without_password(name: str, text: str) -> str:
    return "(not shown)" if "password" in name else re.sub(r"(://[^:/@]*):[^@]*@", r"\1:(not shown)@", text)


def load(folder: Path) -> Settings:
    """The settings of a register folder.

    Raises:
        ConfigError: when the file is missing, is not TOML, or holds an unknown key or a wrong value; it names each.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
        return Settings.model_validate(tomllib.loads(text, parse_float=str))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            f"{folder} is not a register: it has no {FILE}.",
            hint="Go to the register's folder, or name it with --register, or make one with 'casebook new DIR'.",
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Check the rights on it.") from error
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
    typed = (env.get("CASEBOOK_USER") if settings.demo else None) or account()
    # Windows does not tell capitals apart in account names; the settings' spelling is the one that is recorded.
    person = next((actor for name, actor in settings.actors().items() if name.casefold() == typed.casefold()), None)
    if person is None:
        known = ", ".join(sorted(settings.people)) or "nobody yet"
        hint = f"Add [people.{typed!r}] with name and roles to {FILE} (it knows {known})."
        if settings.demo:
            hint += " In a demo register CASEBOOK_USER=name picks one of them."
        raise ConfigError(f"The account {typed!r} has no role in this register.", hint=hint, code="CFG-WHO")
    return person


def outbox_secret(settings: Settings, environment: Mapping[str, str] | None = None) -> str:
    """The secret of the HTTP connector, from the environment variable that the settings name; "" when they name none.

    Raises:
        ConfigError: when the variable is not set.
    """
    name = settings.outbox.token_env
    found = (os.environ if environment is None else environment).get(name, "") if name else ""
    if name and not found:
        hint = f"Set it before sending, or take token_env out of [outbox] in {FILE}."
        raise ConfigError(f"The environment variable {name} is not set.", hint=hint, code="CFG-SECRET")
    found = found.strip()
    if not (found.isascii() and found.replace(" ", "").isprintable()):
        words = f"The environment variable {name} holds characters that a secret sent over HTTP may not have."
        raise ConfigError(words, hint="Set it to the secret alone, on one line.", code="CFG-SECRET")
    return found


def key_passphrase(environment: Mapping[str, str] | None = None) -> str:
    """The passphrase of the signing keys of this account, from CASEBOOK_KEY_PASSPHRASE; "" when it is not set."""
    return (os.environ if environment is None else environment).get("CASEBOOK_KEY_PASSPHRASE", "")


def account() -> str:
    """The name of the operating-system account that runs this; never taken from the environment, which anyone sets.

    Raises:
        ConfigError: when the system has no name for it.
    """
    name = _windows_account() if sys.platform == "win32" else _posix_account()
    if not name:
        raise ConfigError(
            "This operating-system account has no name.", hint="Ask who looks after this computer.", code="CFG-WHO"
        )
    return name


def _posix_account() -> str:
    import pwd  # noqa: PLC0415 - not there on Windows

    try:
        return str(pwd.getpwuid(os.getuid()).pw_name)  # type: ignore[attr-defined,unused-ignore]
    except KeyError:
        return ""


def _windows_account() -> str:
    size = ctypes.c_ulong(257)
    name = ctypes.create_unicode_buffer(size.value)
    done = ctypes.windll.advapi32.GetUserNameW(name, ctypes.byref(size))  # type: ignore[attr-defined,unused-ignore]
    return name.value if done else ""
