"""Buttons that move work between people: triage of many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from addin.logic.outcome import Outcome
from addin.macros.asking import Press, requests_of, rows_asked
from addin.macros.commands.rows import finish_rows
from addin.register.refresh import Harvest
from addin.register.sheets import nothing_selected

#: What a triage decides; typed once, it counts for every selected row.
_DECIDED: Final = ("owner", "priority_wanted", "waiting_on", "waiting_until")


def triage_rows(press: Press) -> Outcome:
    """Triage the selected rows by what is typed into the first of them; what a row says itself goes first."""
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    if problem is not None:
        return Outcome.refused(problem)
    found = _spread(press.read(queue, rows))
    if not found:
        return Outcome.refused(nothing_selected(queue.name))
    return finish_rows(press, queue, found, press.service.press(press.action.verb, requests_of(press, found)))


def _spread(found: Sequence[Harvest]) -> list[Harvest]:
    if not found:
        return []
    first = found[0]
    decided = {name: value for name, value in first.changes.items() if name in _DECIDED}
    return [
        replace(one, changes={**decided, **one.changes}, reason=one.reason or first.reason) if one.case_id else one
        for one in found
    ]
