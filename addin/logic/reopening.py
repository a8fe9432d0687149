"""Cases that reopen where they were closed, so that nothing approved or counted is done twice by accident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from addin.logic.case_type import COMMON_MOVES, Case, Context, Move
from addin.logic.forms import Field, Value

#: The field in which a closing move keeps the state it leaves (`Move.back`).
CLOSED_FROM: Final = Field(name="closed_from", title="Closed from", system=True)


def _open_again(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"outcome": None} if case.has("outcome") else {}


#: The common ways to end a case and to reopen it, with a memory of the state; the same events as everywhere.
ENDINGS: Final[tuple[Move, ...]] = tuple(
    replace(move, back=CLOSED_FROM.name, sets=_open_again if move.verb == "reopen" else move.sets)
    for move in COMMON_MOVES
    if move.verb in {"cancel", "duplicate", "part", "reopen"}
)
