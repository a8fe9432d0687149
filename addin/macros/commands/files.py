"""Files that lie in the inbox."""

from __future__ import annotations

from addin.arrivals import import_inbox
from addin.logic.outcome import Outcome
from addin.macros.asking import Press
from addin.register.patch import Shown


def import_files(press: Press) -> Outcome:
    """Import every file of the inbox that a profile knows, and show the cases that it opened or filled in."""
    outcome = import_inbox(press.service)
    press.show(Shown({row.case_id: row.message for row in outcome.rows if row.ok and row.seqs}))
    return outcome
