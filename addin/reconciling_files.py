"""Files of reconciliation in a register's folder: the statement that waits, where it goes, the workbook of results."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from addin.durable import write_file
from addin.logic.events import Json
from addin.logic.outcome import Outcome, Problem, Status
from addin.logic.reconcile.records import RECON_PACKED, Standing
from addin.service import Service

#: Ends of names that statements have.
_ENDS: Final = frozenset({".csv", ".txt", ".tsv", ".xml", ".sta", ".mt940", ".940", ".tab"})


def statements_waiting(service: Service) -> tuple[list[Path], Problem | None]:
    """The statements in the inbox, all of one month, or why there is none."""
    inbox = service.folder / "inbox"
    waiting = sorted(path for path in inbox.glob("*") if path.is_file() and path.suffix.casefold() in _ENDS)
    if waiting:
        return waiting, None
    hint = "Put the provider's or the bank's files of the month there, then press again."
    return [], Problem("RCN-07", "No statement waits in the folder inbox.", hint=hint)


def put_away(service: Service, path: Path, outcome: Outcome) -> str:
    """Move a statement that was taken to inbox/done; one that was refused stays for a question, else goes to refused.

    Answers where it went, in words. Moving comes after the commit: what was not moved is the same run again.
    """
    asked = any(problem.code.startswith(("STM-DATES", "STM-DECIMAL", "RCN-")) for problem in outcome.problems)
    if outcome.status is Status.REFUSED and asked:
        return ""
    taken = outcome.status is not Status.REFUSED
    target = service.folder / "inbox" / ("done" if taken else "refused")
    stamp = service.clock().strftime("%Y%m%dT%H%M%SZ")
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        path.replace(target / f"{stamp}-{path.name}")
        if not taken:
            (target / f"{stamp}-{path.name}.why.txt").write_text(f"{outcome.message}\n", encoding="utf-8")
        return f"The file is now in inbox/{target.name}."
    return f"{path.name} could not be moved out of the inbox."


def make_workbook(service: Service, standing: Standing) -> Outcome:
    """Write the workbook of results of a run into the folder packs, and record it.

    Raises:
        CasebookError: when it cannot be written.
    """
    from addin.reconcile.pack import results_workbook  # noqa: PLC0415 - drawn only when asked for

    cases = {case.case_id: case for case in service.journal.cases(case_id for case_id, _, _ in standing.pairs)}
    content = results_workbook(standing, cases, service.settings.house.name, service.journal.register_id)
    name = f"packs/reconciliation-{standing.run.period}-event{standing.seq}.xlsx"
    digest = write_file(service.folder / name, content)
    data: dict[str, Json] = {"period": standing.run.period, "file": name, "sha256": digest, "run": standing.run.run}
    event = service.record(RECON_PACKED.name, data)
    return Outcome(Status.DONE, f"Workbook of results of {standing.run.period}: {name}", seq=event.seq, files=(name,))
