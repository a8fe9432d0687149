"""Finance's own work: reconcile a month with a statement, decide on proposals, look again, give the results out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from addin.errors import CasebookError
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.reconcile.records import RECON_KINDS
from addin.macros.asking import Press
from addin.reconciling import decide, latest, reconcile_month, retest
from addin.reconciling_files import make_workbook, put_away, statements_waiting
from addin.register import reconcile_sheet


def reconcile(press: Press) -> Outcome:
    """Compare a month's refunds with a statement: the files named, else those that wait in the inbox."""
    given = press.values or {}
    month, layout, dates = reconcile_sheet.asked(press.live)
    named = given.get("file", "")
    paths, problem = ([Path(name) for name in named.split("\n")], None) if named else statements_waiting(press.service)
    if problem is not None:
        return Outcome.refused(problem)
    outcome = reconcile_month(
        press.service, paths, given.get("period") or month, profile=given.get("profile") or layout,
        dates=given.get("dates") or dates, decimal=given.get("decimal", ""),
    )  # fmt: skip
    moved = "" if named else " ".join(put_away(press.service, path, outcome) for path in paths)
    press.show()
    if outcome.status is not Status.REFUSED:
        show_standing(press)
    return replace(outcome, message=f"{outcome.message} {moved}".strip())


def decide_proposals(press: Press) -> Outcome:
    """Accept or reject the proposals marked Yes or No; on the command line --set P1234=yes."""
    marked, problems = reconcile_sheet.decisions(press.live)
    for name, word in (press.values or {}).items():
        marked[name] = word.strip().casefold() in ("yes", "y", "accept")
    if problems:
        return Outcome.refused(*problems)
    outcome = decide(press.service, marked, press.reason)
    press.show()
    if outcome.status is not Status.REFUSED:
        show_standing(press)
    return outcome


def look_again(press: Press) -> Outcome:
    """Reckon again what every reconciliation rests on, and name the refunds that were changed since."""
    changed = retest(press.service)
    press.show()
    show_standing(press)
    if not changed:
        return Outcome(Status.DONE, "Nothing that a reconciliation rests on was changed since it was made.")
    problems = tuple(Problem("RCN-08", words, hint="Look at the Audit sheet; reconcile again.") for words in changed)
    return Outcome(Status.PROBLEMS, " ".join(changed), problems=problems)


def make_results(press: Press) -> Outcome:
    """Make the workbook of the latest reconciliation: every pair, proposal, exception and class of lines."""
    standing = latest(press.service)
    if standing is None:
        return Outcome.refused(Problem("RCN-03", "There is no reconciliation yet.", hint="Run one first."))
    try:
        outcome = make_workbook(press.service, standing)
    except CasebookError as error:
        return Outcome.refused(Problem(error.code, error.message, hint=error.hint))
    press.show()
    return outcome


def show_standing(press: Press) -> None:
    """Write the latest reconciliation to its sheet, with what was changed since."""
    reconcile_sheet.show(press.live, latest(press.service), " ".join(retest(press.service)))


def show_news(press: Press, shown: int) -> None:
    """Write the sheet when somebody reconciled or decided since an event, or a refund moved under a result."""
    kinds = [kind.name for kind in RECON_KINDS]
    if latest(press.service) is not None and any(True for _ in press.service.journal.events(after=shown, kinds=kinds)):
        show_standing(press)
