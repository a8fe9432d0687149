"""Buttons of the queue sheets: moves, new rows, refresh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from addin.ageing import escalate_old_returns
from addin.logic.calendar import london_day
from addin.logic.outcome import Outcome, Problem, RowResult, Status, counted
from addin.logic.repeats import find_repeats
from addin.logic.system_kinds import DRIFT, VERSION_KINDS
from addin.macros.asking import NUMBERED, Press, on_rows, openings, requests_of
from addin.macros.commands.reconciliation import show_news
from addin.payments import put_out
from addin.reconciling import retest
from addin.register import desk
from addin.register.layout import QUEUES
from addin.register.patch import Shown, missing_rows
from addin.register.refresh import Harvest
from addin.register.rows import misplaced
from addin.register.sheets import Queue
from addin.workboard import with_repeats


@on_rows
def move_rows(press: Press, queue: Queue, found: list[Harvest]) -> Outcome:
    """Make the button's move on the selected rows, or on the cases named on the command line."""
    outcome = press.service.press(press.action.verb, requests_of(press, found), ready=press.look_at)
    return finish_rows(press, queue, found, with_repeats(press.service, outcome))


def add_rows(press: Press) -> Outcome:
    """Open a case for every row of the sheet that has no number yet."""
    queue = press.live.queue(press.action.sheet)
    found = [one for one in press.read(queue, queue.index().get("", ())) if not one.case_id]
    if not found:
        hint = "Type the new case into the blank row at the end of the table, then press."
        return Outcome.refused(Problem("ADD-NONE", f"There is no new row on {queue.name}.", hint=hint))
    outcome = finish_rows(press, queue, found, press.service.open_cases(openings(press, found)))
    queue.place_new(0)  # a blank row remains to type the next case into
    return outcome


def finish_rows(press: Press, queue: Queue, found: Sequence[Harvest], outcome: Outcome) -> Outcome:
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
    put_out(press.service)  # a payment file whose press died between its commit and its rename
    shown = press.live.meta().seq
    rows: list[RowResult] = []
    stale: list[str] = []
    for sheet in QUEUES:
        results, older = _refresh_queue(press, press.live.queue(sheet.name))
        rows += results
        stale += older
    escalate_old_returns(press.service)
    missing = missing_rows(press.live, press.service.journal)
    press.show(Shown(also=(*missing, *stale)))
    cases = press.service.journal.cases()
    desk.show_figures(press.live, cases, press.now)
    show_news(press, shown)
    bad = [row for row in rows if not row.ok]
    words = _standing_words(press, shown, rows, len(missing))
    again = find_repeats(cases, london_day(press.now), press.service.policy)
    if again:
        words += f" {again[0].words}: press 'Find repeats' on Improvement."
    if not bad:
        return Outcome(Status.DONE, words, tuple(rows))
    problems = tuple(problem for row in bad for problem in row.problems)
    text = f"{words} {counted(len(bad), 'row')} could not be taken over whole: {bad[0].message}"
    return Outcome(Status.PROBLEMS, text, tuple(rows), problems)


def _standing_words(press: Press, shown: int, rows: list[RowResult], missing: int) -> str:
    """What a refresh did: events shown, cells taken over, cells and rows put back."""
    events = list(press.service.journal.events(after=shown))
    put_back = sum(event.kind == DRIFT.name for event in events) + missing
    taken = sum(bool(row.ok and row.seqs) for row in rows)
    parts = [f"Up to date at event {press.service.journal.head().seq}"]
    parts += [f"{counted(len(events), 'new event')} shown"] if events else []
    parts += [f"typed changes of {counted(taken, 'case')} taken over"] if taken else []
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
        results = finish_rows(press, queue, busy, outcome).rows
    now = {case.case_id: case.version for case in press.service.journal.cases([one.case_id for one in found])}
    done = {one.case_id for one in busy}
    stale = [one.case_id for one in found if not one.stray and one.version != now.get(one.case_id, one.version)]
    return list(results), [case_id for case_id in stale if case_id not in done]


def opened(press: Press) -> Outcome:
    """How the workbook stands beside the journal, in one line; changes nothing."""
    meta, head = press.live.meta(), press.service.journal.head()
    changed = " ".join(retest(press.service))
    behind = sum(event.kind not in VERSION_KINDS for event in press.service.journal.events(after=meta.seq))
    if not behind:  # a version kept since, such as the one of the day's first opening, changes no case
        return Outcome(Status.DONE, f"Casebook: up to date at event {head.seq}. {changed}".strip())
    are = "event is" if behind == 1 else "events are"
    return Outcome(Status.BEHIND, f"{behind} {are} not shown yet. Press Refresh. {changed}".strip())
