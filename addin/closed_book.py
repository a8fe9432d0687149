"""Pressing buttons of a workbook that no spreadsheet program has open: open, press, save, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from addin.hosts.closed import open_closed
from addin.intake_files import SentText
from addin.logic.outcome import Outcome, RowResult, Status
from addin.macros.press import Asked, press
from addin.reception import read_one, read_text, take_all, waiting
from addin.service import Service


@contextmanager
def closed_book(service: Service) -> Iterator[Any]:
    """The register's workbook, opened as a file; saved when the block ends well, closed in any case.

    Raises:
        HostError: when a program has it open, it cannot be read, or it is not a workbook of ours.
    """
    book = open_closed(service.workbook)
    try:
        yield book
        book.save()
    finally:
        book.close()


def press_closed(service: Service, action_id: str, asked: Asked | None = None) -> Outcome:
    """Press one button on the closed workbook."""
    with closed_book(service) as book:
        return press(book, action_id, service, asked)


def intake_closed(service: Service, texts: Sequence[SentText], tick: Callable[[], None] = lambda: None) -> Outcome:
    """Read messages, open the cases they propose, and show them in the closed workbook."""
    rows: list[RowResult] = []
    for sent in texts:
        if sent.single and sent.at is not None:
            read_one(service, sent.text, at=sent.at, sender=sent.sender, message_id=sent.id)
        else:
            for part in _parts(sent.text):
                read_text(service, part, sent.sender)
        rows += take_all(service, waiting(service)).rows
        tick()
    with closed_book(service) as book:
        shown = press(book, "desk.refresh", service)
    good = [row for row in rows if row.ok]
    text = f"{len(texts)} messages read; {len(good)} proposals taken, {len(rows) - len(good)} not. {shown.message}"
    status = Status.DONE if len(good) == len(rows) else Status.PROBLEMS
    return Outcome(status, text, tuple(rows), tuple(p for row in rows for p in row.problems if not row.ok))


def _parts(text: str, size: int = 100_000) -> Iterator[str]:
    """A long export in parts that one press takes, cut between lines."""
    lines: list[str] = []
    held = 0
    for line in text.splitlines(keepends=True):
        if lines and held + len(line) > size:
            yield "".join(lines)
            lines, held = [], 0
        lines.append(line)
        held += len(line)
    if lines:
        yield "".join(lines)
