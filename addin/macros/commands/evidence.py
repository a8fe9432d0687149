"""Buttons that take the files of the drop folder as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from addin.evidence import take_dropped
from addin.logic.outcome import Outcome, RowResult
from addin.macros.asking import Press, rows_asked
from addin.macros.commands.form import fill_case
from addin.register import desk
from addin.register.patch import Shown


def take_evidence(press: Press) -> Outcome:
    """Attach what waits in the drop folder: of the selected cases, or of all when no row of this sheet is selected."""
    return _shown(press, take_dropped(press.service, _asked(press)))


def take_case_evidence(press: Press) -> Outcome:
    """Attach what waits in the drop folder for the case that the Case sheet shows."""
    case_id = press.cases[0] if press.cases else desk.asked_case(press.live)
    outcome = _shown(press, take_dropped(press.service, (case_id,)))
    case = press.service.journal.case(case_id)
    if case is not None and not press.cases:
        fill_case(press, case)
    return outcome


def _asked(press: Press) -> Sequence[str]:
    if press.cases:
        return press.cases
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    return () if problem is not None else [line.case_id for line in queue.read(rows) if line.case_id]


def _shown(press: Press, outcome: Outcome) -> Outcome:
    """Show the outcome in the message cells; a case with several files has all their words."""
    messages: dict[str, str] = {}
    for row in outcome.rows:
        messages[row.case_id] = f"{messages.get(row.case_id, '')} {_words(row)}".strip()
    known = {case.case_id for case in press.service.journal.cases(messages)} if messages else set()
    press.show(Shown({case_id: text for case_id, text in messages.items() if case_id in known}))
    head = press.service.journal.head()
    return replace(outcome, seq=head.seq, head=head.hash)


def _words(row: RowResult) -> str:
    return row.message if row.ok else f"Not taken: {row.message}"
