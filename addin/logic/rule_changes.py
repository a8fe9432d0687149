"""Changes of the policy as events: a value set anew, or a row that a named person has verified.

1. A new value holds from its day on and is not verified; the older row stays, so an earlier day still has its value.
2. Whoever verifies a row says which text was opened; nobody verifies a value that they set themselves.
3. Keys are never invented: an event changes a row that the policy has.

Source: claim policy table: source, verified by, verified on, valid from; a letter cites verified rows only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from addin.logic.events import Draft, Event, Json, Kind
from addin.logic.outcome import Problem
from addin.logic.policy import Policy, PolicyRow
from addin.logic.policy_words import lost_words
from addin.logic.values import Actor, Role

RULE_SET: Final = Kind("rules.set.v1", "{actor} set the rule {key} to {value} from {valid_from} on: {source}")
RULE_VERIFIED: Final = Kind("rules.verified.v1", "{actor} verified the rule {key}: {value} ({source})")
RULE_KINDS: Final = (RULE_SET, RULE_VERIFIED)
#: Who may change or verify a row.
RULE_ROLES: Final = frozenset({Role.SENIOR_QA, Role.FINANCE, Role.LEGAL})


def as_data(row: PolicyRow) -> dict[str, Json]:
    """A row as an event tells it, whole."""
    return {
        "key": row.key,
        "value": row.value,
        "unit": row.unit.value,
        "source": row.source,
        "verified_by": row.verified_by,
        "verified_on": row.verified_on.isoformat() if row.verified_on else "",
        "valid_from": row.valid_from.isoformat(),
        "note": row.note,
    }


def row_of(policy: Policy, data: Mapping[str, Json]) -> PolicyRow | None:
    """The row that an event tells; None when this version has no such key, or its unit cannot read the value."""
    key, on = str(data.get("key", "")), str(data.get("verified_on", ""))
    if not policy.has(key):
        return None
    try:
        return replace(
            policy.row(key),
            value=str(data["value"]),
            source=str(data["source"]),
            verified_by=str(data.get("verified_by", "")),
            verified_on=date.fromisoformat(on) if on else None,
            valid_from=date.fromisoformat(str(data["valid_from"])),
            note=str(data.get("note", "")),
        )
    except (KeyError, ValueError):
        return None


def with_changes(policy: Policy, events: Iterable[Event]) -> Policy:
    """The policy after the changes that events tell, in their order; its version names the last of them."""
    last = 0
    for event in events:
        if (row := row_of(policy, event.data)) is not None:
            policy, last = policy.amended([row], policy.version), event.seq
    return replace(policy, version=f"{policy.version.partition('@')[0]}@{last}") if last else policy


def set_value(
    policy: Policy, key: str, value: str, *, source: str, valid_from: date, actor: Actor
) -> tuple[Draft | None, tuple[Problem, ...]]:
    """The event that gives a rule another value from a day on, or what stands against it."""
    problems = [*_may(actor), *_known(policy, key), *_sourced(source)]
    if problems:
        return None, tuple(problems)
    try:
        row = replace(
            policy.row(key), value=value.strip(), source=source.strip(), verified_by="", verified_on=None,
            valid_from=valid_from,
        )  # fmt: skip
    except ValueError as error:
        hint = f"It is in {policy.row(key).unit}, as {policy.row(key).value}."
        return None, (Problem("RUL-VALUE", f"{key}: {error}", "value", hint=hint),)
    if (lost := lost_words(key, row.value)) is not None:
        return None, (lost,)
    return Draft(RULE_SET.name, "", {**as_data(row), "was": policy.row(key).value}), ()


def verify_row(
    policy: Policy, key: str, *, source: str, today: date, actor: Actor, set_by: str
) -> tuple[Draft | None, tuple[Problem, ...]]:
    """The event that says who has verified the newest row of a key, or what stands against it.

    `set_by` is the account that set its value by an event, "" for a value the register began with.
    """
    problems = [*_may(actor), *_known(policy, key), *_sourced(source)]
    if not problems and set_by == actor.id:
        hint = "Ask somebody else to open the source."
        problems.append(Problem("RUL-SELF", f"{actor.name} set {key} and cannot verify it.", "key", hint=hint))
    if problems:
        return None, tuple(problems)
    row = replace(policy.row(key), source=source.strip(), verified_by=actor.id, verified_on=today)
    return Draft(RULE_VERIFIED.name, "", as_data(row)), ()


def _may(actor: Actor) -> list[Problem]:
    if actor.may(RULE_ROLES):
        return []
    who = ", ".join(sorted(role.value.replace("_", " ") for role in RULE_ROLES))
    return [Problem("RUL-ROLE", f"{actor.name} may not change rules.", hint=f"It takes one of these roles: {who}.")]


def _known(policy: Policy, key: str) -> list[Problem]:
    if policy.has(key):
        return []
    near = [row.key for row in policy.table(key.split(".", maxsplit=1)[0])]
    hint = f"That table has: {', '.join(near)}." if near else "'casebook rules list' shows them."
    return [Problem("RUL-KEY", f"There is no rule {key!r}.", "key", hint=hint)]


def _sourced(source: str) -> list[Problem]:
    if source.strip():
        return []
    return [Problem("RUL-SOURCE", "The source is missing.", "source", hint="Name the text and the place in it.")]
