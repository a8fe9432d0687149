"""Words in the policy that rules know by name: a list may grow by others, and never loses one of these.

A rule looks for "THEFT_SUSPECTED" or for the grade's effect "hold"; a row without the word, or with a word that no rule
knows, would switch the rule off without a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from addin.logic.cases import case_types
from addin.logic.outcome import Problem
from addin.logic.return_terms import REFUND_EFFECTS, STOCK_EFFECTS


@cache
def known_words() -> Mapping[str, tuple[str, ...]]:
    """The words that each listing row must keep, out of the forms whose fields offer the row."""
    fields = (field for kind in case_types().values() for field in kind.fields.values())
    return MappingProxyType({field.listed: field.choices for field in fields if field.listed and field.choices})


def lost_words(key: str, value: str) -> Problem | None:
    """What stands against a new value: a word that rules know and the list lost, or one that no rule knows."""
    words = tuple(part.strip() for part in value.split(";"))
    lost = [word for word in known_words().get(key, ()) if word not in words]
    if lost:
        hint = "Keep them, and add what else may be chosen behind them."
        return Problem("RUL-WORDS", f"{key}: rules know {', '.join(lost)} by name.", "value", hint=hint)
    table, _, part = key.rpartition(".")
    effects = {"refund": REFUND_EFFECTS, "stock": STOCK_EFFECTS}.get(part, {}) if table.startswith("grade.") else {}
    if effects and value.strip() not in effects:
        return Problem("RUL-WORDS", f"{key}: no rule knows {value!r}.", "value", hint=f"One of: {', '.join(effects)}.")
    return None
