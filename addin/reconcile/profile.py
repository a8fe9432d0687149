"""Statement formats as TOML: which columns hold what, how amounts and days are written, which lines are refunds.

1. A profile is declarative: names of columns, rules chosen from a list, patterns over cells. It holds no program.
2. Unknown keys are refused, so a misspelt rule is never silently ignored.
3. `sniff` finds the profile of a file by its header; where two fit as well it asks instead of guessing.
4. A profile of two sides compares any two files; its tiers may replace the refund tiers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from addin.errors import ConfigError
from addin.logic.reconcile.tiers import Found, Tier
from addin.logic.values import CURRENCIES

GENERIC: Final = "generic"


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no pattern: {error}") from None
    return text


def _currency(text: str) -> str:
    if text and text not in CURRENCIES:
        raise ValueError(f"{text!r} is no currency")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Names = str | tuple[str, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cells(_Part):
    """A choice of lines by one cell: its column, and a pattern it must or must not match, or that it is blank."""

    column: str
    matches: Pattern = ""
    not_matches: Pattern = ""
    blank: bool = False

    @model_validator(mode="after")
    def _says_one(self) -> Cells:
        if sum((bool(self.matches), bool(self.not_matches), self.blank)) != 1:
            raise ValueError("give one of matches, not_matches, blank")
        return self


class KindRule(Cells):
    """Which lines are refunds, and which are chargebacks, fees, payments, failures or nothing of ours."""

    kind: Literal["refund", "failed", "chargeback", "fee", "fx", "payment", "other"]


class Aside(Cells):
    """Lines that take no part in matching, listed under a name of their own."""

    bucket: str


class Extract(_Part):
    """A reference that stands within a text: its column, and the pattern whose match (or first group) it is."""

    column: str
    pattern: Pattern


class Amount(_Part):
    """Where an amount stands and how it is written.

    `column`, or `debit` and `credit` (their difference), or the `product` of two columns. `sign` turns it so that money
    to the customer is positive. `decimal` is found out when it can be; `whole` amounts are in minor units already.
    """

    column: Names = ""
    debit: Names = ""
    credit: Names = ""
    product: tuple[str, ...] = ()
    sign: Literal["as it is", "turned", "always positive"] = "as it is"
    decimal: Literal["auto", "point", "comma"] = "auto"
    whole: bool = False

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Amount:
        places = (bool(self.column), bool(self.debit or self.credit), bool(self.product))
        if sum(places) != 1 or (self.product and len(self.product) != 2):
            raise ValueError("give one of: column, debit with credit, a product of two columns")
        return self

    @property
    def columns(self) -> tuple[Names, ...]:
        """The columns it needs."""
        return self.product or tuple(name for name in (self.column, self.debit, self.credit) if name)


class Profile(_Part):
    """One format of one side."""

    name: str = ""
    title: str = ""
    format: Literal["csv", "camt.053", "mt940"] = "csv"
    tells: tuple[str, ...] = ()
    """Header names by which the format is recognised, all of them."""
    columns: Mapping[str, Names] = Field(default_factory=dict)
    extract: Mapping[str, Extract] = Field(default_factory=dict)
    needs: tuple[str, ...] = ("day",)
    """The columns without which a file is refused; the amount is always needed."""
    any_of: tuple[str, ...] = ()
    """At least one of these columns must be there."""
    amount: Amount = Amount(column="amount")
    value: Amount | None = None
    """Money, where the tiers compare something else (a quantity); totals are told in it."""
    currency: Annotated[str, AfterValidator(_currency)] = ""
    """The currency of lines whose file has no column for it."""
    dates: Literal["auto", "iso", "dmy", "mdy", "ymd"] = "auto"
    zone: str = "Europe/London"
    """The zone of instants without offset; days are told in Europe/London."""
    kinds: tuple[KindRule, ...] = ()
    otherwise: Literal["refund", "other"] = "refund"
    """What a line is that no kind names."""
    where: tuple[Cells, ...] = ()
    """Which lines of the file are this side's; the others are left out and counted."""
    aside: tuple[Aside, ...] = ()


def _tier_row(row: object) -> object:
    """A row of a file's own tiers: no unknown key, and a meeting is only proposed unless the row says more."""
    if not isinstance(row, Mapping):
        return row
    known = {one.name for one in fields(Tier)}
    if unknown := sorted(set(row) - known):
        raise ValueError(f"a tier has no {', '.join(unknown)}; it may have {', '.join(sorted(known))}")
    return {"one": Found.PROPOSED, **row}


class Comparison(_Part):
    """A profile of two sides, with tiers of its own or the refund tiers."""

    title: str = ""
    left: Profile
    right: Profile
    tier: tuple[Annotated[Tier, BeforeValidator(_tier_row)], ...] = ()
    nothing_left: str = ""
    """What a left line is called that met nothing (R01 when empty)."""
    nothing_right: str = ""
    days: int = 5
    """How far apart the days of tier T3 may be."""


def load_profile(wanted: str) -> Profile | Comparison:
    """A profile by its name, or out of a file.

    Raises:
        ConfigError: when there is none, or it says something wrong; it names the place.
    """
    if wanted in shipped():
        return shipped()[wanted]
    path = Path(wanted)
    if path.suffix != ".toml" or not path.exists():
        known = ", ".join(shipped())
        hint = f"Name one of these, or a file that ends in .toml: {known}."
        raise ConfigError(f"There is no profile {wanted!r}.", hint=hint, code="RCN-PROFILE")
    try:
        return read_profile(path.read_text(encoding="utf-8-sig"), path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} cannot be read: {error}.", code="RCN-PROFILE") from error


def read_profile(text: str, name: str) -> Profile | Comparison:
    """A profile out of its text.

    Raises:
        ConfigError: for TOML that cannot be read, an unknown key or a wrong value.
    """
    try:
        body = tomllib.loads(text)
        if "left" in body or "right" in body:
            return Comparison.model_validate(body)
        return Profile.model_validate({"name": name, **body})
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The profile {name} is no TOML: {error}.", code="RCN-PROFILE") from error
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise ConfigError(f"The profile {name} says something wrong: {faults}.", code="RCN-PROFILE") from error


@cache
def shipped() -> Mapping[str, Profile]:
    """The profiles that come with Casebook, by name; the generic one last."""
    found: dict[str, Profile] = {}
    files = resources.files("addin.reconcile").joinpath("profiles").iterdir()
    for file in sorted(files, key=lambda one: (one.name == f"{GENERIC}.toml", one.name)):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            profile = read_profile(file.read_text(encoding="utf-8"), name)
            if isinstance(profile, Profile):
                found[name] = profile
    return found


def names_of(wanted: Names) -> tuple[str, ...]:
    """The header names a column may have."""
    return (wanted,) if isinstance(wanted, str) else wanted


def placed(profile: Profile, header: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Where a profile's columns stand in a header, by our name, and the needed ones that are missing, in words."""
    by_name = {squeezed(title): title for title in reversed(header)}
    found: dict[str, str] = {}
    for ours, wanted in profile.columns.items():
        title = next((by_name[squeezed(name)] for name in names_of(wanted) if squeezed(name) in by_name), None)
        if title is not None:
            found[ours] = title
    missing = [
        _in_words(profile, name)
        for name in profile.needs
        if name not in found and not (name == "currency" and profile.currency)
    ]
    if profile.any_of and not any(name in found for name in profile.any_of):
        missing.append(" or ".join(_in_words(profile, name) for name in profile.any_of))
    used = [*profile.amount.columns, *(profile.value.columns if profile.value else ())]
    used += [rule.column for rule in (*profile.kinds, *profile.where, *profile.aside)]
    used += [rule.column for rule in profile.extract.values()]
    for wanted in used:
        names = names_of(wanted)
        if not any(squeezed(name) in by_name for name in names) and (words := " or ".join(names)) not in missing:
            missing.append(words)
    return found, missing


def _in_words(profile: Profile, ours: str) -> str:
    return " or ".join(f"'{name}'" for name in names_of(profile.columns.get(ours, ours)))


def squeezed(title: str) -> str:
    """A header title as it is compared: letters and digits only, small."""
    return re.sub(r"[^0-9a-z]+", "", title.casefold())


def sniff(header: Iterable[str]) -> list[Profile]:
    """The tabular profiles that recognise a header, the most demanding first; the generic one only by itself."""
    there = {squeezed(title) for title in header}
    fits = [
        profile
        for profile in shipped().values()
        if profile.format == "csv" and profile.tells and all(squeezed(name) in there for name in profile.tells)
    ]
    special = [profile for profile in fits if profile.name != GENERIC]
    most = max((len(profile.tells) for profile in special), default=0)
    return [profile for profile in special if len(profile.tells) == most] or fits
