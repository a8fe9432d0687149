"""Versions, proof and the month end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from addin.logic.calendar import LONDON
from addin.logic.outcome import Outcome, Problem, Status
from addin.macros.asking import Press
from addin.macros.commands.reconciliation import show_standing
from addin.reconciling import retest
from addin.tasks import keep_snapshot
from addin.tasks import verify_register as check_register


def take_snapshot(press: Press) -> Outcome:
    """Save the workbook and keep this version of the register."""
    press.show()
    press.live.book.save()
    outcome = keep_snapshot(press.service, press.reason or "Button pressed")
    press.show()
    return outcome


def make_month_end(press: Press) -> Outcome:
    """Make the audit workbook of a month: the one named with --set period=YYYY-MM, else last month."""
    from addin.pack_tasks import make_pack  # noqa: PLC0415 - ciphers and charts, for a button pressed once a month

    values = press.values or {}
    outcome = make_pack(press.service, values.get("period") or last_month(press.now), values.get("word", ""))
    press.show()
    changed = " ".join(retest(press.service))
    if not changed:
        return outcome
    show_standing(press)
    return replace(outcome, message=f"{outcome.message} {changed}")


def last_month(now: datetime) -> str:
    """The month before an instant in London, as "2026-10"."""
    local = now.astimezone(LONDON)
    year, month = (local.year, local.month - 1) if local.month > 1 else (local.year - 1, 12)
    return f"{year}-{month:02d}"


def verify_register(press: Press) -> Outcome:
    """Check the journal, the workbook as it is on disk, and the witness."""
    report = check_register(press.service)
    if report.ok:
        return Outcome(Status.DONE, report.sentence())
    problems = tuple(Problem(f"INT-{fault.what}", fault.message) for fault in report.faults)
    return Outcome(Status.REFUSED, report.sentence(), problems=problems)
