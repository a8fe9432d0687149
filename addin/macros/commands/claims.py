"""Buttons of the Claims sheet."""

from __future__ import annotations

from dataclasses import replace

from addin.claim_list import write_week
from addin.logic.outcome import Outcome
from addin.macros.asking import Press, requests_of, rows_asked
from addin.macros.commands.rows import finish_rows
from addin.service import failed, summary
from addin.tasks import issue_letter


def make_letters(press: Press) -> Outcome:
    """Make the claim letter of each selected claim, each in its own file with its own number."""
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    if problem is not None:
        return Outcome.refused(problem)
    found = press.read(queue, rows)
    edited = press.service.edit(requests_of(press, found))
    results, files = [], []
    for one, row in zip(found, edited.rows, strict=True):
        if not row.ok:
            results.append(failed(one.case_id, row.problems))
            continue
        issued, made = issue_letter(press.service, one.case_id)
        results.append(issued)
        files += made
    outcome = replace(summary(results), files=tuple(files))
    return finish_rows(press, queue, found, outcome)


def list_claims(press: Press) -> Outcome:
    """Write the weekly list of what blocks which claim."""
    outcome = write_week(press.service)
    press.show()
    return outcome
