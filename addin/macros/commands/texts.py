"""Buttons that make texts for people, send them, and take what comes back."""

from __future__ import annotations

from addin.logic.outcome import Outcome, Problem, failed, summary
from addin.macros.asking import Press, on_rows, requests_of
from addin.macros.commands.form import fill_case
from addin.macros.commands.rows import finish_rows
from addin.messaging import EVERYWHERE, make_text
from addin.outbox import send
from addin.register import desk
from addin.register.patch import Shown
from addin.register.refresh import Harvest
from addin.register.sheets import Queue
from addin.ticket_comments import take_dropped


def make_case_text(press: Press) -> Outcome:
    """Make the chosen text for the case on the Case sheet and show it there, line by line, to copy."""
    return _case_text(press, queued=False)


def send_case_text(press: Press) -> Outcome:
    """Make the chosen text for the case on the Case sheet and put it into the outbox for its own channel."""
    return _case_text(press, queued=True)


def _case_text(press: Press, *, queued: bool) -> Outcome:
    case_id = press.cases[0] if press.cases else desk.asked_case(press.live)
    case = press.service.journal.case(case_id)
    if case is None:
        hint = "Type a number like CASE-2026-000001 into the yellow cell, then press Show."
        return Outcome.refused(Problem("CASE-UNKNOWN", f"There is no case {case_id!r}.", "case_id", "Case!B6", hint))
    wanted = (press.values or {}).get("text") or desk.chosen_text(press.live)
    made = make_text(press.service, case_id, wanted.partition(" ")[0], queued=queued)
    now = press.service.journal.case(case_id)
    if made.message is not None and now is not None:
        fill_case(press, now)
        desk.show_text(press.live, made.message.text)
    press.show(Shown({case_id: made.row.message}))
    return summary([made.row])


@on_rows
def send_updates(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Put the selected escalations' text into the outbox for chat, ticket and mail: the same words everywhere."""
    edited = press.service.edit(requests_of(press, found))
    results = [
        make_text(press.service, one.case_id, channels=EVERYWHERE).row if row.ok else failed(one.case_id, row.problems)
        for one, row in zip(found, edited.rows, strict=True)
    ]
    return finish_rows(press, queue, found, summary(results))


def send_outbox(press: Press) -> Outcome:
    """Send what waits in the outbox by the connector of the settings."""
    outcome = send(press.service)
    press.show()
    return outcome


def take_comments(press: Press) -> Outcome:
    """Take the ticket comments that were dropped into the inbox, and note them on their cases."""
    outcome = take_dropped(press.service)
    known = {row.case_id: row.message for row in outcome.rows if row.ok and row.case_id}
    press.show(Shown(known))
    return outcome
