"""Batches: approved refunds are submitted together under one number, and their file is put out once.

The order of things makes a kill harmless at any instant. Inside the transaction the file is written whole, under a
hidden name that nobody picks up; then the journal commits batch and refunds; then one rename puts the file out. A
hidden file whose batch the journal has is put out by the next press; one whose batch it has not is thrown away. So a
file is never put out twice, nor without its refunds being submitted, nor the other way round.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from addin.errors import CasebookError
from addin.gathering import Document, gather
from addin.letters import templates_root
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.events import Draft, Event, Json
from addin.logic.outcome import Outcome, Problem, RowResult, counted, summary
from addin.logic.system_kinds import BATCH_MADE
from addin.payments.csv_file import csv_file
from addin.payments.lines import Batch, line_of, line_problems
from addin.payments.pain001 import pain001
from addin.payments.profiles import Profile, load_profile
from addin.service import RowRequest, Service

OUTBOX: Final = "outbox"
SERIES: Final = "BAT"
_HIDDEN: Final = re.compile(r"\.(?P<sha>[0-9a-f]{64})\.part")


def make_batches(service: Service, requests: Sequence[RowRequest], profile_name: str = "", key: str = "") -> Outcome:
    """Submit approved refunds (and send failed ones again) in numbered batches, one or more a currency.

    Good rows go out, each bad one says why; rows are answered in the order they were asked. The same key with the same
    refunds answers what it answered before and makes nothing; with others it is refused.

    Raises:
        ConfigError: for a profile that is none.
        CasebookError: when the file cannot be made or written; nothing is recorded then.
    """
    put_out(service)
    profile = load_profile(root_of(service), profile_name or service.settings.payments.profile)
    cases = {case.case_id: case for case in service.journal.cases(one.case_id for one in requests)}
    answered: dict[int, RowResult] = {}
    files: list[str] = []
    seq, head = 0, ""
    for number, group in enumerate(_groups(service, requests, cases)):
        asked = [(_verb(cases.get(requests[at].case_id)), _fitting(requests[at], cases, profile)) for at in group]
        own = f"batch|{key}|{number}" if key else ""
        outcome = gather(service, Document(SERIES, "batch_no", _sealer(service, profile), own), asked)
        answered |= dict(zip(group, outcome.rows, strict=True))
        files += outcome.files
        seq, head = outcome.seq, outcome.head
        put_out(service)
    rows = [answered[at] for at in range(len(requests))]
    return replace(_told(rows, files), files=tuple(files), seq=seq, head=head)


def payable(service: Service, profile_name: str = "") -> tuple[str, ...]:
    """The case numbers of all approved refunds that a profile can pay."""
    profile = load_profile(root_of(service), profile_name or service.settings.payments.profile)
    refunds = service.journal.cases(types=["RFD"])
    return tuple(c.case_id for c in refunds if c.status == "Approved" and not line_problems(c, profile.pays))


def root_of(service: Service) -> Path:
    """The folder of templates with the payment profiles."""
    return templates_root(Path(service.settings.templates) if service.settings.templates else None)


def _groups(service: Service, requests: Sequence[RowRequest], cases: dict[str, Case]) -> Iterable[list[int]]:
    """The places of the requests, by currency, no more together than a batch takes; a case asked twice comes once."""
    most = service.policy.number("payment.batch_lines")
    by_currency: dict[str, list[int]] = {}
    for at, request in enumerate(requests):
        case = cases.get(request.case_id)
        amount = case.money("total_refund") if case else None
        by_currency.setdefault(amount.currency if amount else "", []).append(at)
    for places in by_currency.values():
        for start in range(0, len(places), most):
            yield places[start : start + most]


def _verb(case: Case | None) -> str:
    return "retry" if case is not None and case.status == "PSP failed" else "submit"


def _fitting(request: RowRequest, cases: dict[str, Case], profile: Profile) -> RowRequest:
    case = cases.get(request.case_id)
    if case is None:
        return request
    if case.type != "RFD":
        problem = Problem("PAY-03", f"{case.case_id} is not a refund.", "case_id", hint="Select refunds.")
        return replace(request, problems=(*request.problems, problem))
    return replace(request, problems=(*request.problems, *line_problems(case, profile.pays)))


def _sealer(service: Service, profile: Profile) -> Callable[[str, Sequence[Case]], Draft]:
    """What makes a batch's file and event, once its number is drawn and its refunds are submitted."""

    def seal(number: str, cases: Sequence[Case]) -> Draft:
        at = service.clock()
        ordered = sorted((line_of(case) for case in cases), key=lambda line: line.refund_no)
        batch = Batch(number, at, at.astimezone(LONDON).date(), tuple(ordered))
        content = _content(batch, profile, service)
        name = profile.file_name(number)
        sha256 = _hide(service.folder / OUTBOX, content)
        members: list[Json] = [line.case_id for line in ordered]
        data: dict[str, Json] = {
            "batch_no": number, "file": f"{OUTBOX}/{name}", "sha256": sha256, "count": len(ordered),
            "total": str(batch.total), "cases": members, **profile.told(),
        }  # fmt: skip
        return Draft(BATCH_MADE.name, "", data)

    return seal


def _content(batch: Batch, profile: Profile, service: Service) -> bytes:
    if profile.format == "csv":
        return csv_file(batch, profile)
    return pain001(batch, profile.format, service.settings.payments.debtor)


def _hide(outbox: Path, content: bytes) -> str:
    """Write the file under a hidden name made of its hash; answers the hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        outbox.mkdir(exist_ok=True)
        with (outbox / f".{sha256}.part").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CasebookError(
            f"The payment file cannot be written: {error.strerror}.",
            hint="Check the rights on outbox and the space on the disk; no refund was submitted.",
            code="FILE-WRITE",
        ) from error
    return sha256


def put_out(service: Service) -> tuple[str, ...]:
    """Put out the files of batches that the journal has; throw away those of batches that never came about.

    Nobody else's file is touched: the journal is locked meanwhile, so no batch is being made.
    """
    outbox = service.folder / OUTBOX
    hidden = [path for path in outbox.glob(".*.part") if _HIDDEN.fullmatch(path.name)]
    if not hidden:
        return ()
    done = []
    with service.journal.write():
        made = {str(event.data["sha256"]): str(event.data["file"]) for event in _made(service)}
        for path in hidden:
            file = made.get(path.name[1:65])
            if file is None:
                path.unlink(missing_ok=True)
                continue
            _rename(path, service.folder / file)
            done.append(file)
    return tuple(done)


def _rename(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except FileNotFoundError:
        return  # another press has just put it out
    except OSError as error:
        raise CasebookError(
            f"{target.name} waits to be put out: {error.strerror}.",
            hint="The batch is recorded. Close what holds the folder outbox, then press again.",
            code="FILE-WRITE",
        ) from error


def _made(service: Service) -> Iterable[Event]:
    return service.journal.events(kinds=[BATCH_MADE.name])


def list_batches(service: Service) -> list[dict[str, Any]]:
    """Every batch, in order: its number, file, hash and control totals, when and by whom, and how its refunds stand."""
    found = []
    for event in _made(service):
        members = event.data["cases"]
        cases = service.journal.cases(str(one) for one in (members if isinstance(members, list) else ()))
        mine = [case for case in cases if case.text("batch_no") == event.data["batch_no"]]
        states = Counter(case.status for case in mine)
        waits = (service.folder / OUTBOX / f".{event.data['sha256']}.part").exists()
        found.append({**event.data, "at": event.at, "by": event.actor, "states": dict(states), "waits": waits})
    return found


def _told(rows: Sequence[RowResult], files: Sequence[str]) -> Outcome:
    outcome = summary(rows)
    if not files:
        return outcome
    good = sum(row.ok for row in rows)
    bad = f" {counted(len(rows) - good, 'row')} not; see their Message cells." if good < len(rows) else ""
    return replace(outcome, message=f"{counted(good, 'refund')} submitted: {', '.join(files)}.{bad}")
