"""The accounting months: hold, release, close, reopen."""

from __future__ import annotations

from addin.logic.outcome import Outcome
from addin.macros.asking import Press
from addin.periods import next_to_close, take_step


def step_month(press: Press) -> Outcome:
    """Take the button's step with a month: the one named with --set period=YYYY-MM, else the next to be closed."""
    period = (press.values or {}).get("period") or next_to_close(press.service)
    outcome = take_step(press.service, press.action.verb, period, press.reason)
    press.show()
    return outcome
