"""Buttons of the Desk: messages and proposals."""

from __future__ import annotations

from addin.logic.outcome import Outcome, Problem
from addin.macros.asking import Press
from addin.reception import dismiss, proposal_rows, read_text, take
from addin.register import desk
from addin.register.layout import PROPOSAL_ROWS
from addin.register.patch import Shown


def read_message(press: Press) -> Outcome:
    """Read the pasted message: record it redacted, propose cases, empty the box."""
    text, sender = desk.pasted(press.live)
    if not text.strip():
        hint = "Paste one message or a whole chat into the yellow box, then press."
        return Outcome.refused(Problem("CHAT-EMPTY", "The message box is empty.", cell="Desk!B8", hint=hint))
    outcome = read_text(press.service, text, sender)
    if outcome.ok:
        desk.clear_paste(press.live)
        desk.show_proposals(press.live, proposal_rows(press.service, PROPOSAL_ROWS))
        press.show()
    return outcome


def take_proposals(press: Press) -> Outcome:
    """Open the proposed cases marked Yes, with the coordinator's corrections."""
    outcome = take(press.service, desk.proposals(press.live))
    desk.show_proposals(press.live, proposal_rows(press.service, PROPOSAL_ROWS))
    press.show(Shown({row.case_id: row.message for row in outcome.rows if row.ok}))
    return outcome


def dismiss_proposals(press: Press) -> Outcome:
    """Set the waiting proposals aside."""
    outcome = dismiss(press.service)
    desk.show_proposals(press.live, proposal_rows(press.service, PROPOSAL_ROWS))
    press.show()
    return outcome
