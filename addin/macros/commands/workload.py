"""Buttons about the work as a whole: triage, sharing out, handovers, the digest, repeats and the roll-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from addin import workboard
from addin.logic.outcome import Outcome, summary
from addin.macros.asking import Press, on_rows, requests_of
from addin.macros.commands.record import last_month
from addin.macros.commands.rows import finish_rows, move_rows
from addin.register.patch import Shown
from addin.register.refresh import Harvest
from addin.register.sheets import Queue

#: What a triage decides; typed once, it counts for every selected row.
_DECIDED: Final = ("owner", "priority_wanted", "waiting_on", "waiting_until")


@on_rows
def triage_rows(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Triage the selected rows by what is typed into the first of them; what a row says itself goes first."""
    spread = _spread(found)
    return finish_rows(press, queue, spread, press.service.press(press.action.verb, requests_of(press, spread)))


def _spread(found: Sequence[Harvest]) -> list[Harvest]:
    first = found[0]
    decided = {name: value for name, value in first.changes.items() if name in _DECIDED}
    return [
        replace(one, changes={**decided, **one.changes}, reason=one.reason or first.reason) if one.case_id else one
        for one in found
    ]


@on_rows
def merge_rows(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Merge the selected rows into the oldest of them; one row alone needs the other case typed on the Case sheet."""
    return _with_oldest(press, queue, found, "duplicate_of")


@on_rows
def link_rows(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Link the selected rows with the oldest of them; one row alone needs the other case typed on the Case sheet."""
    return _with_oldest(press, queue, found, "other_case")


def _with_oldest(press: Press, queue: Queue, found: list[Harvest], field: str) -> Outcome:
    numbers = sorted({one.case_id for one in found if one.case_id})
    if len(numbers) < 2 or field in (press.values or {}):
        return move_rows(press)
    others = [
        replace(one, changes={field: numbers[0], **one.changes}) if one.case_id else one
        for one in found
        if one.case_id != numbers[0]
    ]
    return finish_rows(press, queue, others, press.service.press(press.action.verb, requests_of(press, others)))


def write_digest(press: Press) -> Outcome:
    """Say what is most late and who has how much; the whole text lies in the outbox folder."""
    outcome = workboard.write_digest(press.service)
    press.show()
    return outcome


def share_work(press: Press) -> Outcome:
    """Give what nobody owns to whoever has the least."""
    outcome = workboard.share(press.service)
    press.show(Shown({row.case_id: row.message for row in outcome.rows if row.case_id}))
    return outcome


@on_rows
def fill_handovers(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Fill the selected handovers from the register, after taking over what was typed there."""
    edited = press.service.edit(requests_of(press, found))
    results = [
        workboard.fill_handovers(press.service, [one.case_id]).rows[0] if row.ok else row
        for one, row in zip(found, edited.rows, strict=True)
    ]
    return finish_rows(press, queue, found, summary(results))


def open_repeats(press: Press) -> Outcome:
    """Open a deviation for each repeat that none answers yet."""
    outcome = workboard.open_repeats(press.service)
    press.show(Shown({row.case_id: row.message for row in outcome.rows if row.case_id}))
    return outcome


def make_roll_up(press: Press) -> Outcome:
    """Write the figures of a month: the one named with --set period=YYYY-MM, else last month."""
    period = (press.values or {}).get("period") or last_month(press.now)
    outcome = workboard.write_roll_up(press.service, period)
    press.show()
    return outcome
