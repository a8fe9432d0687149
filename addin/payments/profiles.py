"""Profiles of payment files: what a provider or a bank wants to be given, as one TOML file each."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from addin.errors import ConfigError
from addin.logic.events import Json
from addin.payments.lines import BATCH_VALUES, VALUES

FOLDER: Final = "payments"
PAIN: Final = ("pain.001.001.09", "pain.001.001.03")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """One column: its title, and a value of the refund or the batch, or a text that is the same in every line."""

    title: str = ""
    value: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if bool(self.value) == bool(self.text):
            raise ValueError("a column has a value or a text, one of the two")
        if self.value and self.value not in VALUES | BATCH_VALUES:
            raise ValueError(f"there is no value {self.value!r}; there are {', '.join(sorted(VALUES | BATCH_VALUES))}")
        return self


class Answer(_Part):
    """How the provider answers: the titles of its columns, and its words for what became of a refund."""

    refund: str
    status: str
    reference: str
    day: str = ""
    arn: str = ""
    reason: str = ""
    accepted: tuple[str, ...] = ("accepted",)
    settled: tuple[str, ...] = ("settled",)
    failed: tuple[str, ...] = ("failed",)


def _file_name(text: str) -> str:
    if "{batch_no}" not in text or Path(text).name != text or not text.replace("{batch_no}", "x").isascii():
        raise ValueError("a file name holds {batch_no}, plain letters and no folder")
    return text


class Profile(_Part):
    """One kind of payment file.

    `pays` says where the money goes: back to the original payment, or to the account a customer agreed to; a refund of
    the other kind is refused row by row.
    """

    name: str
    title: str
    format: Literal["csv", "pain.001.001.09", "pain.001.001.03"]
    pays: Literal["original", "account"]
    file: Annotated[str, AfterValidator(_file_name)] = "{batch_no}.csv"
    encoding: Literal["utf-8", "utf-8-sig", "latin-1", "cp1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    day: str = "%Y-%m-%d"
    header: bool = True
    quote_all: bool = False
    columns: tuple[Column, ...] = ()
    trailer: tuple[Column, ...] = ()
    answer: Answer | None = None
    sha256: str = Field(default="", exclude=True)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.format == "csv" and not self.columns:
            raise ValueError("a CSV profile lists its columns")
        if self.format in PAIN and self.pays != "account":
            raise ValueError("a credit transfer pays an account: pays = 'account'")
        wrong = [column.value for column in self.trailer if column.value and column.value not in BATCH_VALUES]
        if wrong:
            raise ValueError(f"the trailer tells of the batch, not of one refund: {', '.join(wrong)}")
        return self

    def file_name(self, batch_no: str) -> str:
        """The name of a batch's file."""
        return self.file.replace("{batch_no}", batch_no)

    def told(self) -> dict[str, Json]:
        """What an event says of the profile."""
        return {"profile": self.name, "profile_sha256": self.sha256}


def profile_names(root: Path) -> tuple[str, ...]:
    """The names of all profiles in a folder of templates."""
    return tuple(sorted(path.stem for path in (root / FOLDER).glob("*.toml")))


def load_profile(root: Path, name: str) -> Profile:
    """Read one profile.

    Raises:
        ConfigError: for a name that is none, or a file that is not a profile; it names each fault.
    """
    if name not in profile_names(root):
        known = ", ".join(profile_names(root)) or "none"
        raise ConfigError(f"There is no payment profile {name!r}.", hint=f"There are: {known}.", code="PAY-PROFILE")
    content = (root / FOLDER / f"{name}.toml").read_bytes()
    try:
        read = tomllib.loads(content.decode("utf-8"))
        return Profile.model_validate({**read, "name": name, "sha256": sha256(content).hexdigest()})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}.toml cannot be read: {error}.", hint="Correct that line.") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, item['loc'])) or name}: {item['msg']}" for item in error.errors())
        raise ConfigError(f"{name}.toml is not a payment profile: {faults}.", hint="Correct it.") from error
