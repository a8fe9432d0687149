"""The weekly list of what blocks which claim, out of the register and into `outbox/`."""

from __future__ import annotations

from typing import Final

from addin.durable import write_file
from addin.logic.calendar import LONDON, london_day
from addin.logic.cases import case_types
from addin.logic.claim_figures import ClaimFigures, claim_figures
from addin.logic.claim_week import Blocked, blocked, in_order, week_text
from addin.logic.events import Json
from addin.logic.outcome import Outcome, Status, counted
from addin.logic.system_kinds import CLAIMS_LISTED
from addin.service import Service

_CLAIM: Final = "UPC"


def open_claims(service: Service) -> list[Blocked]:
    """Every open claim with what blocks it, in the order of the dates."""
    kind = case_types()[_CLAIM]
    found = []
    for case in service.journal.cases(types=[_CLAIM]):
        if not case.is_final:
            ctx = service.context(related=service.journal.related(case))
            found.append(blocked(kind, case, ctx))
    return in_order(found)


def figures_of(service: Service) -> ClaimFigures:
    """How all claims of the register went, until today."""
    return claim_figures(service.journal.cases(types=[_CLAIM]), london_day(service.clock()))


def write_week(service: Service) -> Outcome:
    """Write the list as a text into `outbox/`, under the instant it was made, and record it."""
    lines, now = open_claims(service), service.clock()
    name = f"outbox/claims-{now.astimezone(LONDON):%Y-%m-%d-%H%M%S}.txt"
    text = week_text(lines, now, service.settings.house.name, figures_of(service))
    digest = write_file(service.folder / name, text.encode("utf-8"))
    data: dict[str, Json] = {"count": len(lines), "file": name, "sha256": digest}
    event = service.record(CLAIMS_LISTED.name, data)
    late = sum(line.overdue for line in lines)
    words = f"{counted(len(lines), 'open claim')}, {late} overdue: {name}"
    return Outcome(Status.DONE, words, seq=event.seq, files=(name,))
