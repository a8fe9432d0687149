"""Moves that belong to one numbered document: a payment batch and its refunds stand or fall together.

The moves are judged and recorded as every press is; here they share a transaction, so
that drawing the number, the moves and the document's own event are one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from addin.journal import Remembered
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.events import Draft, Event
from addin.logic.outcome import Outcome, RowResult, summary
from addin.service import RowRequest, Service, Work, cleaned, repeated


@dataclass(frozen=True, slots=True)
class Document:
    """A numbered document that moves belong to: its series, the field that gets its number, and what seals it.

    `seal` is given the number and the cases as they stand after their moves, and answers the document's own event,
    whose data name its `file`; what it raises undoes the whole. `key` makes a repeat harmless.
    """

    series: str
    field: str
    seal: Callable[[str, Sequence[Case]], Draft]
    key: str = ""


class _NothingGood(Exception):
    """No row could be done: the number goes back."""


def gather(service: Service, document: Document, requests: Sequence[tuple[str, RowRequest]]) -> Outcome:
    """Make moves, each (verb, request), for one document; good rows make it, bad ones say why.

    When no move was made, no number is used; the refusals are recorded all the same. `Outcome.files` names it.
    """
    payload = hashlib.sha256("|".join(one.payload(verb) for verb, one in requests).encode()).hexdigest()
    with service.work() as work:
        if document.key and (kept := work.writer.recall(document.key)) is not None:
            return summary([repeated(one, replace(kept, case_id=one.case_id), payload) for _, one in requests])
        rows, event = _gathered(work, document, requests)
        if event is None:
            for (verb, request), row in zip(requests, rows, strict=True):
                work.record_refusal(verb, request, row.problems)
        elif document.key:
            work.writer.remember(document.key, Remembered(payload, "", f"{event.data['file']} was made.", event.seq))
        head = work.writer.head()
    files = (str(event.data["file"]),) if event else ()
    return replace(summary(rows), seq=head.seq, head=head.hash, files=files)


def _gathered(
    work: Work, document: Document, requests: Sequence[tuple[str, RowRequest]]
) -> tuple[list[RowResult], Event | None]:
    """The rows, and the document's event; without a good row all is undone, the number too."""
    rows: list[RowResult] = []
    try:
        with work.writer.row():
            number = work.writer.next_number(document.series, work.clock().astimezone(LONDON).year)
            act = _drawing({document.field: number})
            # No key: an answer of an older press must not get into a new document.
            rows = [work.one(verb, cleaned(replace(one, key="")), act) for verb, one in requests]
            if not any(row.ok for row in rows):
                raise _NothingGood
            cases = work.writer.cases(row.case_id for row in rows if row.ok)
            return rows, work.append(document.seal(number, cases))
    except _NothingGood:
        return rows, None


def _drawing(drawn: dict[str, str]) -> Callable[[Work, str, RowRequest], RowResult]:
    """A move under numbers that were drawn for it."""
    return lambda work, verb, request: work.move(verb, request, drawn)
