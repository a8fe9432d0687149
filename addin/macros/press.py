"""The door: one press of one button, whatever the host.

1. Everything that goes wrong is caught here and answered in words; nothing escapes into the spreadsheet program.
2. The workbook is checked before anything is changed: ours, this register, this layout, not ahead of the journal.
3. The journal commits first, the workbook is written after; a kill between the two is healed by the next refresh.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from addin.errors import CasebookError
from addin.hosts import excel
from addin.logic.outcome import Outcome, Problem, Status
from addin.macros import commands
from addin.macros.actions import Action, find
from addin.macros.asking import Press, number_opened
from addin.register.refresh import check_standing
from addin.register.sheets import Live
from addin.service import Service
from addin.tasks import keep_before, keep_day

#: What a text answer that is not good news starts with; VBA shows those in a box.
ALARM: Final = "!"
#: Commands that write nothing but their answer; they work on a workbook that is not whole, too.
_LOOKING: Final = frozenset({"opened", "verify_register"})
#: Commands that look at other queues themselves, when they know which of them they write to.
_ONE_QUEUE: Final = frozenset({"move_rows"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked besides the button: cases by number instead of the selection, typed values, a reason, a key."""

    cases: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    key: str = ""


def press(book: Any, action_id: str, service: Service, asked: Asked | None = None) -> Outcome:
    """Press a button of an open workbook.

    Args:
        book: the `xlwings.Book`, of any host.
        action_id: a row of the action table, as "refunds.approve".
        service: the register the book belongs to.
        asked: cases and values given on the command line instead of the selection and the cells.
    """
    action = find(action_id)
    if action is None:
        hint = "Run 'casebook actions' for the list, or make the workbook's buttons anew."
        return Outcome.refused(Problem("ACT-UNKNOWN", f"There is no action {action_id!r}.", hint=hint))
    try:
        return _pressed(book, action, service, asked or Asked())
    except CasebookError as error:
        return Outcome.refused(Problem(error.code, error.message, hint=error.hint))
    except Exception as error:  # noqa: BLE001 - the one place: nothing may escape into the program
        if excel.busy(error):
            return Outcome.refused(Problem("HOST-BUSY", excel.BUSY_WORDS, hint=excel.BUSY_HINT))
        return _incident(service.folder, action, error)


def _pressed(book: Any, action: Action, service: Service, asked: Asked) -> Outcome:
    live = Live(book, service.settings.lock_password, service.settings.currency)
    check_standing(live.meta(), service.journal)
    service.renew_policy()
    # A move is judged by the case type's own table, row by row, and an attempt without the role is recorded there.
    if not action.verb and not service.actor.may(action.roles):
        roles = ", ".join(sorted(role.value.replace("_", " ") for role in action.roles))
        problem = Problem(
            "ACT-ROLE",
            f"{service.actor.name} may not press '{action.label}'.",
            hint=f"It takes one of these roles: {roles}.",
        )
        outcome = Outcome.refused(problem)
    else:
        asking = Press(live, service, action, asked.cases, asked.values, asked.reason, asked.key)
        if action.command not in _LOOKING:
            live.check(_written(live, action, service))
            number_opened(asking)
        if action.risky:
            keep_before(service, action.label)
        unkept = keep_day(service) if action.command == "refresh" else ""
        command: Callable[[Press], Outcome] = getattr(commands, action.command)
        outcome = command(asking)
        outcome = replace(outcome, message=f"{outcome.message} {unkept}") if unkept else outcome
    live.tell(action.sheet, _told(service, outcome))
    return outcome


def _written(live: Live, action: Action, service: Service) -> Collection[str] | None:
    """The queues to look at before a press: its own for a move in a workbook that is up to date, else all.

    What a move does to cases of other queues is known when it was judged, and looked at then, before the commit.
    """
    is_alone = action.command in _ONE_QUEUE and live.meta().seq == service.journal.head().seq
    return {action.sheet} if is_alone else None


def _told(service: Service, outcome: Outcome) -> str:
    lead = {Status.DONE: "", Status.REFUSED: "Not done: ", Status.PROBLEMS: "In part: ", Status.BEHIND: "Behind: "}
    stamp = service.clock().astimezone().strftime("%H:%M")
    return f"{stamp}  {lead[outcome.status]}{outcome.message}"


def answer(outcome: Outcome) -> str:
    """The outcome as the text that goes back to VBA."""
    return outcome.message if outcome.ok else f"{ALARM}{outcome.message}"


def _incident(folder: Path, action: Action, error: Exception) -> Outcome:
    """Write down what happened for the engineers and answer in plain words."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path = folder / "incidents" / f"{stamp}-{action.id}.txt"
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        kept = f"What happened is in incidents/{path.name}."
    except OSError:
        kept = f"({type(error).__name__})"
    hint = f"Press Refresh: what was recorded will be shown. {kept}"
    return Outcome.refused(Problem("PRESS-INCIDENT", f"'{action.label}' stopped on a fault of ours.", hint=hint))
