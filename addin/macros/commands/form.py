"""Buttons of the Case sheet."""

from __future__ import annotations

from addin.logic import reversal
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.machine import allowed
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.reversal import consequences, why_not
from addin.macros.asking import Press, rows_asked
from addin.messaging import titles_for
from addin.register import desk
from addin.register.patch import Shown
from addin.register.projection import timeline_rows
from addin.service import RowRequest
from addin.workboard import with_repeats


def show_case(press: Press) -> Outcome:
    """Fill the Case sheet with the case whose number is typed there."""
    case_id = press.cases[0] if press.cases else desk.asked_case(press.live)
    return _show(press, case_id)


def open_case(press: Press) -> Outcome:
    """Show the selected row's case on the Case sheet and go there."""
    if press.cases:
        return _show(press, press.cases[0])
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    if problem is not None:
        return Outcome.refused(problem)
    outcome = _show(press, queue.read(rows[:1])[0].case_id)
    if outcome.ok:
        press.live.sheet("Case").activate()
    return outcome


def _show(press: Press, case_id: str) -> Outcome:
    case = press.service.journal.case(case_id)
    if case is None:
        hint = "Type a number like CASE-2026-000001 into the yellow cell, then press Show."
        return Outcome.refused(Problem("CASE-UNKNOWN", f"There is no case {case_id!r}.", "case_id", "Case!B6", hint))
    fill_case(press, case)
    press.show()
    return Outcome(Status.DONE, f"{case.case_id}: {case_types()[case.type].name.lower()}, '{case.status}'.")


def fill_case(press: Press, case: Case) -> None:
    """Show a case on the Case sheet: its form, the moves and texts it allows, its timeline."""
    """Show a case on the Case sheet: its form, the moves it can make and its timeline."""
    kind = case_types()[case.type]
    ctx = press.service.context(related=press.service.journal.related(case))
    step = press.service.step_of(case)
    problem = why_not(case, step, ctx)
    last = str(problem) if step is None or problem is not None else consequences(case, kind, step)
    moves = [move.label for move, _ in allowed(kind, case, ctx)]
    timeline = timeline_rows(press.service.journal.events(case_id=case.case_id), press.service.kinds)
    desk.show_case(press.live, case, moves, timeline, titles_for(press.service, kind), last)


def save_case(press: Press) -> Outcome:
    """Take over the changed yellow cells of the Case sheet."""
    return _press_form(press, None)


def move_case(press: Press) -> Outcome:
    """Make the move chosen on the Case sheet."""
    chosen = desk.chosen_move(press.live)
    if not chosen:
        hint = "Choose one from the list beside 'Move', then press."
        return Outcome.refused(Problem("MOVE-NONE", "No move is chosen.", cell="Case!I6", hint=hint))
    return _press_form(press, chosen)


def take_back(press: Press) -> Outcome:
    """Take back the last step of the case on the form, or of the cases named on the command line."""
    if press.cases:
        requests = [RowRequest(case_id, reason=press.reason, key=press.key) for case_id in press.cases]
        outcome = press.service.take_back(requests)
    else:
        case = press.service.journal.case(desk.asked_case(press.live))
        if case is None:
            return _show(press, desk.asked_case(press.live))
        form = desk.case_form(press.live, case, press.service.journal)
        if form.changes:
            hint = "Press Save changes first, or press Show to leave them."
            return Outcome.refused(Problem("FORM-TYPED", "Yellow cells were changed and not saved.", hint=hint))
        step = press.service.step_of(case)
        key = press.key or f"{case.case_id}|{reversal.VERB}|{step.seq if step else 0}"
        outcome = press.service.take_back([RowRequest(case.case_id, {}, form.reason, key, form.problems)])
        now = press.service.journal.case(case.case_id)
        if outcome.ok and now is not None:
            fill_case(press, now)
    press.show(Shown({row.case_id: row.message for row in outcome.rows}))
    return outcome


def _press_form(press: Press, label: str | None) -> Outcome:
    case = press.service.journal.case(desk.asked_case(press.live))
    if case is None:
        return _show(press, desk.asked_case(press.live))
    form = desk.case_form(press.live, case, press.service.journal)
    request = RowRequest(case.case_id, form.changes, form.reason, press.key, form.problems)
    if label is None:
        outcome = press.service.edit([request])
    else:
        verbs = {move.label.casefold(): verb for verb, move in case_types()[case.type].all_moves.items()}
        outcome = with_repeats(press.service, press.service.press(verbs.get(label.casefold(), label), [request]))
    now = press.service.journal.case(case.case_id)
    if outcome.ok and now is not None:
        fill_case(press, now)
    press.show(Shown({row.case_id: row.message for row in outcome.rows}))
    return outcome
