"""What the buttons do: each command reads the sheet, asks the service, and shows what came of it.

No rule lives here; a command only carries cells to the service and results back to cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.machine import allowed
from addin.logic.outcome import Outcome, Problem, RowResult, Status
from addin.logic.system_kinds import DRIFT
from addin.macros.asking import NUMBERED, Press, openings, requests_of, rows_asked
from addin.reception import dismiss, proposal_rows, read_text, take
from addin.register import desk
from addin.register.layout import QUEUES
from addin.register.patch import Shown, missing_rows
from addin.register.projection import timeline_rows
from addin.register.refresh import Harvest
from addin.register.rows import misplaced
from addin.register.sheets import Queue, nothing_selected
from addin.service import RowRequest, failed, summary
from addin.tasks import issue_letter, keep_snapshot, make_pack
from addin.tasks import verify_register as check_register


def move_rows(press: Press) -> Outcome:
    """Make the button's move on the selected rows, or on the cases named on the command line."""
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    if problem is not None:
        return Outcome.refused(problem)
    found = press.read(queue, rows)
    if not found:
        return Outcome.refused(nothing_selected(queue.name))
    return _finish(press, queue, found, press.service.press(press.action.verb, requests_of(press, found)))


def add_rows(press: Press) -> Outcome:
    """Open a case for every row of the sheet that has no number yet."""
    queue = press.live.queue(press.action.sheet)
    found = [one for one in press.read(queue, queue.index().get("", ())) if not one.case_id]
    if not found:
        hint = "Type the new case into the blank row at the end of the table, then press."
        return Outcome.refused(Problem("ADD-NONE", f"There is no new row on {queue.name}.", hint=hint))
    outcome = _finish(press, queue, found, press.service.open_cases(openings(press, found)))
    queue.place_new(0)  # a blank row remains to type the next case into
    return outcome


def _finish(press: Press, queue: Queue, found: Sequence[Harvest], outcome: Outcome) -> Outcome:
    """Record repairs, write results and messages into the rows, and bring the workbook up to date."""
    press.service.record_all([draft for one in found for draft in one.repairs])
    messages: dict[str, str] = {}
    taken: set[str] = set()
    for one, row in zip(found, outcome.rows, strict=True):
        case_id = one.case_id
        if row.ok and not case_id:
            case_id = row.case_id
            queue.write(one.row, {**NUMBERED, "case_id": case_id})
        if case_id and not one.stray and press.service.journal.case(case_id) is not None:
            messages[case_id] = " ".join([row.message, *(f"Note: {note}" for note in one.notes)]).strip()
            taken |= {case_id} if row.ok else set()
        else:
            queue.write(one.row, {"message": row.message})
    repaired = tuple(one.case_id for one in found if one.repairs)
    told = frozenset((one.case_id, problem.field) for one in found for problem in one.problems)
    press.show(Shown(messages, frozenset(taken), repaired, told))
    head = press.service.journal.head()
    return replace(outcome, seq=head.seq, head=head.hash)


def refresh(press: Press) -> Outcome:
    """Take over everything typed on every sheet, restore what was altered, show what others did."""
    shown = press.live.meta().seq
    rows: list[RowResult] = []
    stale: list[str] = []
    for sheet in QUEUES:
        results, older = _refresh_queue(press, press.live.queue(sheet.name))
        rows += results
        stale += older
    missing = missing_rows(press.live, press.service.journal)
    press.show(Shown(also=(*missing, *stale)))
    cases = press.service.journal.cases()
    desk.show_figures(press.live, cases, press.now)
    bad = [row for row in rows if not row.ok]
    words = _standing_words(press, shown, rows, len(missing))
    if not bad:
        return Outcome(Status.DONE, words, tuple(rows))
    problems = tuple(problem for row in bad for problem in row.problems)
    text = f"{words} {len(bad)} rows hold something that could not be taken over: {bad[0].message}"
    return Outcome(Status.PROBLEMS, text, tuple(rows), problems)


def _standing_words(press: Press, shown: int, rows: list[RowResult], missing: int) -> str:
    """What a refresh did: events shown, cells taken over, cells and rows put back."""
    events = list(press.service.journal.events(after=shown))
    put_back = sum(event.kind == DRIFT.name for event in events) + missing
    taken = sum(bool(row.ok and row.seqs) for row in rows)
    parts = [f"Up to date at event {press.service.journal.head().seq}"]
    parts += [f"{len(events)} new events shown"] if events else []
    parts += [f"typed changes of {taken} cases taken over"] if taken else []
    parts += [f"{put_back} altered or deleted cells and rows put back (see Audit)"] if put_back else []
    return "; ".join(parts) + "."


def _refresh_queue(press: Press, queue: Queue) -> tuple[list[RowResult], list[str]]:
    """Take over and put right one sheet; answers what came of the rows, and the rows that show an older version."""
    repairs = misplaced(queue, press.service.journal)
    press.service.record_all([repair.draft for repair in repairs])
    for repair in repairs:
        queue.write(repair.row, repair.cells)
    found = press.read(queue)
    busy = [one for one in found if one.case_id and (one.changes or one.problems or one.repairs)]
    results: tuple[RowResult, ...] = ()
    if busy:
        outcome = press.service.edit([replace(request, key="") for request in requests_of(press, busy)])
        results = _finish(press, queue, busy, outcome).rows
    now = {case.case_id: case.version for case in press.service.journal.cases([one.case_id for one in found])}
    done = {one.case_id for one in busy}
    stale = [one.case_id for one in found if not one.stray and one.version != now.get(one.case_id, one.version)]
    return list(results), [case_id for case_id in stale if case_id not in done]


def opened(press: Press) -> Outcome:
    """How the workbook stands beside the journal, in one line; changes nothing."""
    meta, head = press.live.meta(), press.service.journal.head()
    if meta.seq == head.seq:
        return Outcome(Status.DONE, f"Casebook: up to date at event {head.seq}.")
    return Outcome(Status.BEHIND, f"{head.seq - meta.seq} events are not shown yet. Press Refresh.")


def read_message(press: Press) -> Outcome:
    """Read the pasted message: record it redacted, propose cases, empty the box."""
    text, sender = desk.pasted(press.live)
    if not text.strip():
        hint = "Paste one message or a whole chat into the yellow box, then press."
        return Outcome.refused(Problem("CHAT-EMPTY", "The message box is empty.", cell="Desk!B8", hint=hint))
    outcome = read_text(press.service, text, sender)
    if outcome.ok:
        desk.clear_paste(press.live)
        desk.show_proposals(press.live, proposal_rows(press.service))
        press.show()
    return outcome


def take_proposals(press: Press) -> Outcome:
    """Open the proposed cases marked Yes, with the coordinator's corrections."""
    outcome = take(press.service, desk.proposals(press.live))
    desk.show_proposals(press.live, proposal_rows(press.service))
    press.show(Shown({row.case_id: row.message for row in outcome.rows if row.ok}))
    return outcome


def dismiss_proposals(press: Press) -> Outcome:
    """Set the waiting proposals aside."""
    outcome = dismiss(press.service)
    desk.show_proposals(press.live, proposal_rows(press.service))
    press.show()
    return outcome


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
    _fill_case(press, case)
    press.show()
    return Outcome(Status.DONE, f"{case.case_id}: {case_types()[case.type].name.lower()}, '{case.status}'.")


def _fill_case(press: Press, case: Case) -> None:
    kind = case_types()[case.type]
    ctx = press.service.context(related=press.service.journal.related(case))
    moves = [move.label for move, _ in allowed(kind, case, ctx)]
    timeline = timeline_rows(press.service.journal.events(case_id=case.case_id), press.service.kinds)
    desk.show_case(press.live, case, moves, timeline)


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
        outcome = press.service.press(verbs.get(label.casefold(), label), [request])
    now = press.service.journal.case(case.case_id)
    if outcome.ok and now is not None:
        _fill_case(press, now)
    press.show(Shown({row.case_id: row.message for row in outcome.rows}))
    return outcome


def make_letters(press: Press) -> Outcome:
    """Make the claim letter of each selected claim, each in its own file with its own number."""
    queue = press.live.queue(press.action.sheet)
    rows, problem = rows_asked(press, queue)
    if problem is not None:
        return Outcome.refused(problem)
    found = press.read(queue, rows)
    edited = press.service.edit(requests_of(press, found))
    results, files = [], []
    for one, row in zip(found, edited.rows, strict=True):
        if not row.ok:
            results.append(failed(one.case_id, row.problems))
            continue
        issued, made = issue_letter(press.service, one.case_id)
        results.append(issued)
        files += made
    outcome = replace(summary(results), files=tuple(files))
    return _finish(press, queue, found, outcome)


def take_snapshot(press: Press) -> Outcome:
    """Save the workbook and keep this version of the register."""
    press.show()
    press.live.book.save()
    outcome = keep_snapshot(press.service, press.reason or "Button pressed")
    press.show()
    return outcome


def make_month_end(press: Press) -> Outcome:
    """Make the audit workbook of a month: the one named with --set period=YYYY-MM, else last month."""
    period = (press.values or {}).get("period") or _last_month(press.now)
    outcome = make_pack(press.service, period)
    press.show()
    return outcome


def _last_month(now: datetime) -> str:
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
