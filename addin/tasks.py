"""What the register's buttons do besides moving cases: snapshots, verification.

Each makes its file first under a name that nothing else has, then records the event that names it; a file without its
event is a left-over that is harmless, an event always has its file.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from addin import snapshots, verify
from addin.durable import write_file
from addin.errors import CasebookError
from addin.journal import witness
from addin.logic.calendar import london_day
from addin.logic.events import Json, iso
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.system_kinds import CLOCK_HELD, SNAPSHOT_TAKEN, VERSION_KINDS
from addin.logic.values import Role
from addin.logic.versions import is_due, is_try, mark_instead
from addin.service import Service

__all__ = ["keep_snapshot", "verify_register", "witness_path", "write_file"]


def keep_snapshot(service: Service, why: str) -> Outcome:
    """Keep the workbook on disk and the journal as a version, and write a witness line."""
    head = service.journal.head()
    store = snapshots.Store(service.folder / "snapshots")
    kept = store.keep(
        why,
        service.workbook,
        service.journal,
        at=iso(service.clock()),
        why=why,
        by=service.actor.id,
        head=head,
    )
    witness.add(witness_path(service), head)
    data: dict[str, Json] = {
        "name": kept.name, "upto": head.seq, "head": head.hash, "sha256": kept.file_sha256,
        "manifest": store.manifest_digest(kept.name),
    }  # fmt: skip
    event = service.record(SNAPSHOT_TAKEN.name, data, reason=why)
    return Outcome(Status.DONE, f"Snapshot {kept.name} keeps the register up to event {head.seq}.", seq=event.seq)


def keep_before(service: Service, step: str) -> None:
    """Keep a version before a step that changes much, unless the last event kept one already."""
    last = next(service.journal.events(after=service.journal.head().seq - 1), None)
    if service.workbook.exists() and (last is None or last.kind != SNAPSHOT_TAKEN.name):
        keep_snapshot(service, f"Before {step}")


def keep_day(service: Service) -> str:
    """Keep the day's version at its first opening or refresh; answers why it could not be kept, mostly nothing.

    A version that cannot be kept stops nobody from working: it is marked, and the journal tells what stood there.
    """
    known = service.journal.events(kinds=VERSION_KINDS)
    kept = [event for event in known if event.kind == SNAPSHOT_TAKEN.name or is_try(event)]
    last = kept[-1] if kept else None
    after = service.journal.events(after=last.seq if last else 0)
    if service.settings.copy_of or not service.workbook.exists() or not is_due(last, after, service.clock()):
        return ""
    try:
        keep_snapshot(service, "The day's first opening")
    except CasebookError as error:
        service.record_all([mark_instead(service.journal.head(), service.clock(), error.message)])
        return f"The day's version could not be kept as a file, and was marked instead: {error.message}"
    return ""


def keep_daily(service: Service) -> Outcome:
    """Keep the day's version: once a day in London, and only when something happened since the last one."""
    kept = list(service.journal.events(kinds=[SNAPSHOT_TAKEN.name]))
    today, head = london_day(service.clock()), service.journal.head()
    if kept and (london_day(datetime.fromisoformat(kept[-1].at)) == today or kept[-1].seq == head.seq):
        return Outcome(Status.DONE, "The day's version is kept already, or nothing happened since the last one.")
    return keep_snapshot(service, "Daily")


def hold_clock(service: Service, reason: str) -> Outcome:
    """Let work go on after a clock that was ahead was put right: the last event's instant lies in the future.

    Until then every event bears that instant, so that order and proof stay whole, and says what the clock really said.
    """
    head, now = service.journal.head(), iso(service.clock())
    problems = []
    if not service.actor.may({Role.SENIOR_QA}):
        problems.append(Problem("CLK-01", "Senior QA decides that a clock was ahead.", hint="Ask one of them."))
    if not reason.strip():
        problems.append(Problem("CLK-02", "This needs a reason.", "reason", hint="Say which computer it was."))
    if now >= head.at:
        hint = "Press what you wanted to press; nothing stops it."
        problems.append(Problem("CLK-03", f"The last event ({head.at}) is not ahead of this clock.", hint=hint))
    if problems:
        return Outcome.refused(*problems)
    event = service.record(CLOCK_HELD.name, {"until": head.at}, reason=reason)
    words = f"Work goes on: until {head.at} events bear that instant, and what the clock really says"
    return Outcome(Status.DONE, f"{words} (event {event.seq}).", seq=event.seq)


def verify_register(service: Service) -> verify.Report:
    """Check journal, workbook on disk and witness of an open register."""
    return verify.verify(service.folder, witness=witness_path(service))


def witness_path(service: Service) -> Path:
    """Where the witness lines of a register go: the second place of the settings, else the register folder."""
    place = service.settings.store.witness
    if not place:
        return service.folder / "witness.txt"
    path = (service.folder / place).resolve()
    return path / f"witness-{service.settings.register_id}.txt" if path.is_dir() else path
