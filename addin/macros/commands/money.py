"""Money beyond single cases: payment batches, and the accounting months."""

from __future__ import annotations

from dataclasses import replace

from addin.logic.outcome import Outcome
from addin.macros.asking import Press, on_rows, requests_of
from addin.macros.commands.rows import finish_rows
from addin.payments import make_batches
from addin.periods import next_to_close, take_step
from addin.register import reconcile_sheet
from addin.register.refresh import Harvest
from addin.register.sheets import Queue


@on_rows
def make_batch(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Submit the selected refunds as payment files, in the profile named with --set profile=NAME or the usual one."""
    named = (press.values or {}).get("profile", "")
    requests = requests_of(replace(press, values={}), found)
    return finish_rows(press, queue, found, make_batches(press.service, requests, named, press.key))


def step_month(press: Press) -> Outcome:
    """Take the button's step with a month: the one named with --set period=YYYY-MM, else typed on the sheet, else the
    next to be closed. The reason is typed on the sheet, too, or given with --reason.
    """
    typed, _, _ = reconcile_sheet.asked(press.live)
    period = (press.values or {}).get("period") or typed or next_to_close(press.service)
    reason = press.reason or reconcile_sheet.month_reason(press.live)
    outcome = take_step(press.service, press.action.verb, period, reason)
    if outcome.ok:
        reconcile_sheet.forget_reason(press.live)
    press.show()
    return outcome
