"""One press under way: what is asked by selection, typed cells or the command line, as requests to the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Final

from addin.logic.case_type import CaseType
from addin.logic.cases import case_types
from addin.logic.forms import Cell, Value
from addin.logic.outcome import Outcome, Problem
from addin.macros.actions import Action
from addin.register import desk
from addin.register.layout import QUEUES
from addin.register.patch import Shown, project, unseen_drift
from addin.register.refresh import Harvest, harvest
from addin.register.sheets import Live, Queue, nothing_selected
from addin.service import RowRequest, Service

#: What a row that gets its number must not keep from the row it was copied from.
NUMBERED: Final[Mapping[str, Cell]] = {"status": None, "version": None}


@dataclass(frozen=True, slots=True)
class Press:
    """One press under way: the workbook, the register, the button, and what was asked on the command line."""

    live: Live
    service: Service
    action: Action
    cases: tuple[str, ...] = ()
    values: Mapping[str, str] | None = None
    reason: str = ""
    key: str = ""

    @property
    def now(self) -> datetime:
        """The instant of the press."""
        return self.service.clock()

    def read(self, queue: Queue, rows: Iterable[int] | None = None) -> list[Harvest]:
        """What people typed or altered in rows of a queue sheet (all when None)."""
        return harvest(queue, self.service.journal, self.now, rows)

    def look_at(self, types: Collection[str]) -> None:
        """Look at the queues that changes of these case types are shown on, before the changes are committed.

        Raises:
            CasebookError: one of them cannot be written to; it names sheet and place.
        """
        self.live.check({case_types()[code].sheet for code in types})

    def show(self, shown: Shown | None = None) -> int:
        """Bring the workbook up to the journal's head, the Desk included."""
        given = shown or Shown()
        journal = self.service.journal
        self.service.record_all(unseen_drift(self.live, journal, self.now, given))
        behind = project(self.live, journal, self.service.kinds, self.now, given)
        desk.show_desk(self.live, journal, self.now)
        return behind


def number_opened(press: Press) -> None:
    """Give new rows the numbers of cases that a press opened for them and died before it could write them.

    Only a workbook that is behind can hold such rows; their keys follow from what was typed and from its event.
    """
    if press.live.meta().seq == press.service.journal.head().seq:
        return
    numbered = 0
    for sheet in QUEUES:
        queue = press.live.queue(sheet.name)
        index = queue.index()
        fresh = [one for one in press.read(queue, index.get("", ())) if not one.case_id]
        bare = Press(press.live, press.service, replace(press.action, id=f"{queue.name.lower()}.add"))
        for one, request in zip(fresh, openings(bare, fresh), strict=True):
            kept = press.service.journal.recall(request.key)
            if kept is not None and kept.case_id not in index:
                queue.write(one.row, {**NUMBERED, "case_id": kept.case_id})
                numbered += 1
    if numbered:
        press.show()


def rows_asked(press: Press, queue: Queue) -> tuple[Sequence[int], Problem | None]:
    """The rows a press is about: those of the cases named, else the selected ones; or why there are none."""
    if not press.cases:
        selected = press.live.selection()
        if selected.sheet != queue.name or not selected.rows:
            return (), nothing_selected(queue.name)
        return selected.rows, None
    index = queue.index()
    if any(case_id not in index for case_id in press.cases):
        press.show()  # a workbook that is behind may lack rows of cases that there are
        index = queue.index()
    unknown = [case_id for case_id in press.cases if case_id not in index]
    if unknown:
        hint = "Check the number; 'casebook press' acts on cases of the button's own sheet."
        words = f"{queue.name} has no row for {', '.join(unknown)}."
        return (), Problem("CASE-UNKNOWN", words, "case_id", hint=hint)
    return [row for case_id in press.cases for row in index[case_id]], None


def on_rows(command: Callable[[Press, Queue, list[Harvest]], Outcome]) -> Callable[[Press], Outcome]:
    """Decorator of a button for rows: it gets the queue and the rows it is about, as people left them.

    With no such row the press is refused, and the command is not asked.
    """

    @wraps(command)
    def pressed(press: Press) -> Outcome:
        queue = press.live.queue(press.action.sheet)
        rows, problem = rows_asked(press, queue)
        if problem is not None:
            return Outcome.refused(problem)
        found = press.read(queue, rows)
        return command(press, queue, found) if found else Outcome.refused(nothing_selected(queue.name))

    return pressed


def requests_of(press: Press, found: Sequence[Harvest]) -> list[RowRequest]:
    """A request for each row; a key from the command line is made each case's own when there are several."""
    requests = [_request(press, one) for one in found]
    if press.key and len(requests) > 1:
        return [replace(request, key=f"{press.key}|{request.case_id}") for request in requests]
    return requests


def openings(press: Press, found: Sequence[Harvest]) -> list[RowRequest]:
    """A request for each new row; of rows that say the same each counts for itself."""
    seen: Counter[str] = Counter()
    requests = []
    for one in found:
        request = _request(press, one, opening=True)
        seen[request.key] += 1
        nth = seen[request.key]
        requests.append(replace(request, key=f"{request.key}|{nth}") if nth > 1 else request)
    return requests


def _request(press: Press, found: Harvest, *, opening: bool = False) -> RowRequest:
    """The service's request for one row; values given on the command line are read like typed cells."""
    changes: dict[str, Value | None] = dict(found.changes)
    problems = list(found.problems)
    kind = _kind_of(press, found)
    for name, text in (press.values or {}).items():
        field = kind.fields.get(name) if kind else None
        if field is None:
            words = f"There is no field {name!r} on this case."
            problems.append(Problem("EDIT-UNKNOWN", words, name, hint="See the Case sheet."))
            continue
        value, problem = field.read(text, press.service.settings.currency)
        changes[name] = value
        problems += [problem] if problem is not None and not problem.warn else []
    if not found.case_id and not opening and not problems:
        hint = "Press 'Add new rows' first."
        problems.append(Problem("ROW-NEW", "This row is not a case yet.", "case_id", hint=hint))
    reason = press.reason or found.reason
    meta = press.live.meta()
    merged = replace(found, changes=changes, reason=reason)
    key = press.key or f"{meta.register_id}|{press.action.id}|{meta.seq if opening else ''}|{merged.key}"
    return RowRequest(found.case_id, changes, reason, key, tuple(problems), found.opens)


def _kind_of(press: Press, found: Harvest) -> CaseType | None:
    if found.opens:
        return case_types().get(found.opens)
    case = press.service.journal.case(found.case_id)
    return case_types()[case.type] if case else None
