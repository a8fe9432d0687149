"""Buttons of the Claims sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from addin.claims import letters as claim_letters
from addin.claims.letters import Extent, Wanted
from addin.claims.week import write_week
from addin.logic.claim_purposes import CHASER, WRITE_OFF
from addin.logic.outcome import Outcome, failed, summary
from addin.macros.asking import Press, on_rows, requests_of
from addin.macros.commands.rows import finish_rows
from addin.register.refresh import Harvest
from addin.register.sheets import Queue

#: What each button asks for: the purpose of the letter ("" for the usual one), and how much is made of it.
_ASKED: Final = {
    "claims.letter": ("", Extent()),
    "claims.set": ("", Extent(pdf=True, claim_set=True)),
    "claims.chaser": (CHASER, Extent(pdf=True)),
    "claims.write_off_sheet": (WRITE_OFF, Extent(pdf=True)),
}


@on_rows
def make_letters(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Make the button's letter for each selected claim, after taking over what was typed into its row."""
    edited = press.service.edit(requests_of(press, found)).rows
    purpose, extent = _ASKED[press.action.id]
    good = [one.case_id for one, row in zip(found, edited, strict=True) if row.ok]
    made = claim_letters.make_letters(
        press.service, [Wanted(case_id, purpose) for case_id in dict.fromkeys(good)], extent
    )
    told = {row.case_id: row for row in made.rows}
    results = [
        told[one.case_id] if row.ok else failed(one.case_id, row.problems)
        for one, row in zip(found, edited, strict=True)
    ]
    return finish_rows(press, queue, found, replace(summary(results), files=made.files))


def list_claims(press: Press) -> Outcome:
    """Write the weekly list of what blocks which claim."""
    outcome = write_week(press.service)
    press.show()
    return outcome
