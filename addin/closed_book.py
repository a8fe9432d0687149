"""Pressing buttons of a workbook that no spreadsheet program has open: open, press, save, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from addin.arrivals import import_file, import_inbox
from addin.errors import HostError
from addin.hosts.closed import open_closed
from addin.hosts.locking import refuse_if_held
from addin.logic.intake import ChatMessage
from addin.logic.outcome import Outcome, Status
from addin.macros.press import Asked, press
from addin.reception import read_messages, take_all, too_many, waiting
from addin.service import Service
from addin.tasks import keep_before


@contextmanager
def closed_book(service: Service) -> Iterator[Any]:
    """The register's workbook, opened as a file; saved when the block ends well, closed in any case.

    Raises:
        HostError: when a program has it open, it cannot be read, or it is not a workbook of ours: before the block;
            or when it cannot be saved after it, which says that the journal has what was pressed.
    """
    if not service.workbook.exists():
        raise HostError(
            f"The workbook {service.workbook.name} is missing.",
            hint="Make it anew with 'casebook rebuild workbook'; the journal has everything.",
            code="HOST-MISSING",
        )
    refuse_if_held(service.workbook)
    book = open_closed(service.workbook)
    try:
        yield book
        _save(book)
    finally:
        book.close()


def _save(book: Any) -> None:
    try:
        book.save()
    except HostError as error:
        hint = f"What was pressed is recorded in the journal; the next press shows it. {error.hint}"
        raise type(error)(error.message, hint=hint, code=error.code, **error.context) from error


def press_closed(service: Service, action_id: str, asked: Asked | None = None) -> Outcome:
    """Press one button on the closed workbook."""
    with closed_book(service) as book:
        return press(book, action_id, service, asked)


def shown_closed(service: Service, outcome: Outcome) -> Outcome:
    """The outcome of what was recorded without the workbook, once the closed workbook shows it too.

    Where somebody has the workbook open, or it is missing, the record stands and the next Refresh shows it.
    """
    if not any(row.seqs for row in outcome.rows):
        return outcome
    try:
        press_closed(service, "desk.refresh")
    except HostError as error:
        return replace(outcome, message=f"{outcome.message} The workbook does not show it yet: {error.message}")
    return outcome


def between_refreshes(service: Service, work: Callable[[], Outcome]) -> Outcome:
    """Do some work on the register between two refreshes of the closed workbook: it knows what was typed, and is shown.

    A workbook that cannot be refreshed stops the work before anything is recorded; one that cannot be shown the result
    is told with it.
    """
    before = press_closed(service, "desk.refresh")
    if before.status is Status.REFUSED:
        return before
    return shown_closed(service, work())


def intake_closed(
    service: Service, messages: Sequence[ChatMessage], tick: Callable[[], None] = lambda: None
) -> Outcome:
    """Read messages, open the cases they propose, and show them in the closed workbook; `tick` once a proposal.

    Proposals of earlier messages stay on the Desk for a person to look at.
    """
    if (refusal := too_many(service, len(messages))) is not None:
        return refusal
    with closed_book(service) as book:
        before = press(book, "desk.refresh", service)
        if before.status is Status.REFUSED:  # a workbook that cannot show them: nothing is recorded yet
            return before
        known = service.journal.head().seq
        read = read_messages(service, messages)
        taken = take_all(service, [one for one in waiting(service) if one.message > known], tick)
        press(book, "desk.refresh", service)
    return replace(taken, message=f"{read.message} {taken.message}")


def import_closed(service: Service, path: Path | None, what: str, tick: Callable[[], None] = lambda: None) -> Outcome:
    """Import a file, or (None) what lies in the inbox, and show what came of it in the closed workbook."""
    with closed_book(service) as book:
        before = press(book, "desk.refresh", service)
        if before.status is Status.REFUSED:  # a workbook that cannot show it: nothing is recorded yet
            return before
        keep_before(service, "an import")
        outcome = import_inbox(service, tick=tick) if path is None else import_file(service, path, what, tick=tick)
        press(book, "desk.refresh", service)
    return outcome
