"""The outbox of a register: texts are recorded, then sent, then told as sent; none is lost and none goes out twice.

Queuing is an event like any other, so a press is done when the text is in the journal. Sending reads what waits, hands
each text to the connector of the settings, and records what came of it, text by text, so that a crash loses at most
the knowledge that one was sent; it is then sent again under the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from addin.connectors import Connector, FileConnector, Receipt, Undelivered
from addin.logic.case_type import Case
from addin.logic.events import ERASED, Draft, Json, digests, unseal
from addin.logic.outbox import (
    DEAD,
    DEAD_LETTER,
    FAILED,
    OUTBOX_KINDS,
    QUEUED,
    REVIVED,
    SEALED,
    SENT,
    WAITING,
    OutItem,
    fold_outbox,
)
from addin.logic.outcome import Outcome, Problem, RowResult, Status, summary
from addin.service import RowRequest, Service
from addin.settings import outbox_secret

#: Longest reason that an event keeps of a failure.
_WHY: Final = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """One text to queue: where it goes and what it says, with the template that made it ("" when a person wrote it)."""

    channel: str
    text: str
    to: str = ""
    subject: str = ""
    template: str = ""
    template_sha256: str = ""


def queue(service: Service, case: Case, letters: Iterable[Letter]) -> list[str]:
    """Record texts about a case as waiting; answers how each is named."""
    drafts = [_draft(case, letter) for letter in letters]
    return [f"OUT-{event.seq:06d}" for event in service.record_all(drafts)]


def _draft(case: Case, letter: Letter) -> Draft:
    data: dict[str, Json] = {
        "channel": letter.channel,
        "ticket": case.text("ticket_ref"),
        "template": letter.template or "own words",
        "template_sha256": letter.template_sha256,
        "text_sha256": hashlib.sha256(letter.text.encode("utf-8")).hexdigest(),
        "set": {"to": letter.to, "subject": letter.subject, "text": letter.text},
    }
    return Draft(QUEUED.name, case.case_id, data, personal=frozenset(SEALED))


def items(service: Service) -> list[OutItem]:
    """Every text of the outbox, oldest first; an erased one says so."""
    names = [kind.name for kind in OUTBOX_KINDS]
    events = list(service.journal.events(kinds=names))
    kept = service.journal.vault([digest for event in events for digest in digests(event.data)])
    opened = ((event, unseal(event.changes, kept)) for event in events)
    return list(fold_outbox(service.journal.register_id, opened).values())


def connector_of(service: Service) -> Connector:
    """The connector that the settings name.

    Raises:
        ConfigError: when its secret is not in the environment, or the authority that it shall trust not in its file.
    """
    chosen = service.settings.outbox
    if chosen.connector == "http":
        from addin.connectors.http import HttpConnector, Patience, trusting  # noqa: PLC0415 - not on the path of a click

        patience = Patience(attempts=chosen.attempts, timeout_s=chosen.timeout_s)
        trust = trusting(chosen.ca_file) if chosen.ca_file else None
        return HttpConnector(chosen.url, outbox_secret(service.settings), patience, proxy=chosen.proxy, trust=trust)
    return FileConnector(service.folder / "outbox", chosen.sender)


def send(service: Service, connector: Connector | None = None, tick: Callable[[], None] = lambda: None) -> Outcome:
    """Send everything that waits, oldest first; stops when nothing can be reached, and says what is left."""
    waiting = [item for item in items(service) if item.state == WAITING]
    if not waiting:
        return Outcome(Status.DONE, "Nothing waits in the outbox.")
    way = connector or connector_of(service)
    rows: list[RowResult] = []
    files: list[str] = []
    try:
        for item in waiting:
            try:
                _refuse_erased(item)
                receipt = way.deliver(item)
            except Undelivered as fault:
                rows.append(_failed(service, item, fault))
                tick()
                if fault.unreachable:
                    break
                continue
            rows.append(_sent(service, item, receipt, way.name))
            files += receipt.files
            tick()
    finally:
        if connector is None:
            way.close()
    return _told(rows, len(waiting), files)


def _refuse_erased(item: OutItem) -> None:
    if ERASED in (item.text, item.subject, item.to):
        words = f"{item.ref}: its words were erased on somebody's request."
        raise Undelivered(words, attempts=0, permanent=True, hint="Make the text anew if it is still needed.")


def _told(rows: Sequence[RowResult], waiting: int, files: Sequence[str]) -> Outcome:
    good = sum(row.ok for row in rows)
    words = f"{good} of {waiting} texts sent."
    bad = [row for row in rows if not row.ok]
    if not bad:
        return Outcome(Status.DONE, words, tuple(rows), files=tuple(files))
    left = waiting - len(rows)
    words += f" {bad[0].message}" + (f" {left} more were not tried." if left else "")
    problems = tuple(problem for row in bad for problem in row.problems)
    return Outcome(Status.PROBLEMS if good else Status.REFUSED, words, tuple(rows), problems, files=tuple(files))


def _sent(service: Service, item: OutItem, receipt: Receipt, way: str) -> RowResult:
    data: dict[str, Json] = {
        "item": item.seq, "ref": item.ref, "attempts": receipt.attempts, "connector": way,
        "reference": receipt.reference,
    }  # fmt: skip
    seqs = _record_once(service, item, Draft(SENT.name, item.case_id, data))
    words = f"{item.ref} sent" + (f" as {receipt.reference}" if receipt.reference else "")
    if item.channel == "ticket" and receipt.reference and not item.ticket_ref:
        words += _note_ticket(service, item, receipt.reference)
    return RowResult(item.case_id, ok=True, message=f"{words}.", seqs=tuple(seqs))


def _record_once(service: Service, item: OutItem, draft: Draft) -> list[int]:
    """Record a sending unless another person's run has recorded it meanwhile."""
    told = service.journal.events(case_id=item.case_id, kinds=[SENT.name])
    if any(event.data.get("item") == item.seq for event in told):
        return []
    return [event.seq for event in service.record_all([draft])]


def _note_ticket(service: Service, item: OutItem, reference: str) -> str:
    """The ticket that the tool opened becomes the case's reference when it has none yet."""
    case = service.journal.case(item.case_id)
    if case is None or case.has("ticket_ref") or case.is_final:
        return ""
    request = RowRequest(case.case_id, {"ticket_ref": reference}, f"Opened by {item.ref}")
    row = service.edit([request]).rows[0]
    return f"; {case.case_id} has the ticket now" if row.ok else f"; the ticket was not noted: {row.message}"


def _failed(service: Service, item: OutItem, fault: Undelivered) -> RowResult:
    data: dict[str, Json] = {"item": item.seq, "ref": item.ref, "attempts": fault.attempts, "why": str(fault)[:_WHY]}
    drafts = [Draft(FAILED.name, item.case_id, data)]
    given_up = fault.permanent or item.runs + 1 >= service.policy.number("outbox.dead_after_runs")
    if given_up:
        why = str(fault.message if fault.permanent else f"{item.runs + 1} runs failed; the last: {fault.message}")
        drafts.append(Draft(DEAD.name, item.case_id, {"item": item.seq, "ref": item.ref, "why": why[:_WHY]}))
    events = service.record_all(drafts)
    hint = f"{item.ref} is a dead letter now." if given_up else fault.hint
    problem = Problem(fault.code, fault.message, hint=hint)
    seqs = tuple(event.seq for event in events)
    return RowResult(item.case_id, ok=False, message=str(problem), problems=(problem,), seqs=seqs)


def revive(service: Service, refs: Sequence[str], reason: str = "") -> Outcome:
    """Let dead letters be sent again: the named ones, or all."""
    dead = {item.ref: item for item in items(service) if item.state == DEAD_LETTER}
    rows = []
    for ref in refs or sorted(dead):
        item = dead.get(ref.upper())
        if item is None:
            listed = ", ".join(sorted(dead)) or "none"
            problem = Problem("OUT-NONE", f"{ref} is no dead letter.", hint=f"There are: {listed}.")
            rows.append(RowResult("", ok=False, message=str(problem), problems=(problem,)))
            continue
        data: dict[str, Json] = {"item": item.seq, "ref": item.ref}
        event = service.record(REVIVED.name, data, case_id=item.case_id, reason=reason)
        words = f"{item.ref} is sent again at the next send."
        rows.append(RowResult(item.case_id, ok=True, message=words, seqs=(event.seq,)))
    return summary(rows) if rows else Outcome(Status.DONE, "There are no dead letters.")
