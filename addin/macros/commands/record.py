"""Versions, proof and the month end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from addin.logic.calendar import LONDON
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.pack_rules import Step
from addin.macros.asking import Press
from addin.macros.commands.reconciliation import show_standing
from addin.reconciling import retest
from addin.register import reconcile_sheet
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
    """Make and sign the audit pack of a month: the one typed or named with --set period=YYYY-MM, else last month."""
    from addin.pack_tasks import make_pack  # noqa: PLC0415 - ciphers and charts, for a button pressed once a month

    values = press.values or {}
    outcome = make_pack(press.service, _month(press), values.get("word", ""))
    press.show()
    changed = " ".join(retest(press.service))
    if not changed:
        return outcome
    show_standing(press)
    return replace(outcome, message=f"{outcome.message} {changed}")


def review_pack(press: Press) -> Outcome:
    """Sign off the month's pack as its reviewer."""
    return _sign_off(press, Step.REVIEW)


def accept_pack(press: Press) -> Outcome:
    """Accept the month's pack."""
    return _sign_off(press, Step.ACCEPT)


def return_pack(press: Press) -> Outcome:
    """Return the month's pack to its preparer, with the reason that is typed."""
    return _sign_off(press, Step.RETURN)


def _sign_off(press: Press, step: Step) -> Outcome:
    from addin.pack_review import sign_off_month  # noqa: PLC0415 - ciphers, for a button pressed once a month

    reason = press.reason or reconcile_sheet.month_reason(press.live)
    outcome = sign_off_month(press.service, _month(press), reason, step)
    press.show()
    if outcome.ok:
        reconcile_sheet.forget_reason(press.live)
    return outcome


def _month(press: Press) -> str:
    """The month named on the command line; on the Reconcile sheet the one that is typed; else the last one."""
    named = (press.values or {}).get("period", "")
    typed = reconcile_sheet.asked(press.live)[0] if press.action.sheet == reconcile_sheet.SHEET else ""
    return named or typed or last_month(press.now)


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
