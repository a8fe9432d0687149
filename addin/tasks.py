"""What the register's buttons do besides moving cases: letters, snapshots, month end, verification.

Each makes its file first under a name that nothing else has, then records the event that names it; a file without its
event is a left-over that is harmless, an event always has its file.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from addin import snapshots, verify
from addin.errors import CasebookError
from addin.journal import witness
from addin.letter_values import Stamp, claim_letter
from addin.letters import Templates, render_letter, templates_root
from addin.letters.letter import LetterTemplate
from addin.logic.calendar import LONDON
from addin.logic.case_type import Case
from addin.logic.events import Draft, Json, iso
from addin.logic.outcome import Outcome, Problem, RowResult, Status
from addin.logic.system_kinds import LETTER_ISSUED, SNAPSHOT_TAKEN
from addin.service import Service, failed

_EVIDENCE: Final = "evidence"


def write_file(path: Path, content: bytes) -> str:
    """Write a file whole and durably, never over an existing one of other content; answers its SHA-256.

    Raises:
        CasebookError: when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise CasebookError(
            f"{path.name} cannot be written: {error.strerror}.",
            hint=f"Check the rights on {path.parent.name} and the space on the disk.",
            code="FILE-WRITE",
        ) from error
    return hashlib.sha256(content).hexdigest()


def issue_letter(service: Service, case_id: str) -> tuple[RowResult, list[str]]:
    """Make the claim letter that suits a claim's subtype and state; a new version when it was made before."""
    case = service.journal.case(case_id)
    if case is None or case.type != "UPC":
        problem = Problem(
            "LET-CASE", f"{case_id or 'This row'} is not a carrier claim.", "case_id", hint="Select a claim."
        )
        return failed(case_id, (problem,)), []
    template = _template(service, case)
    if template is None:
        words = (
            f"There is no letter for a '{case.text('subtype') or 'claim without subtype'}' in state '{case.status}'."
        )
        hint = "Fill in the subtype and gather the evidence first."
        return failed(case_id, (Problem("LET-NONE", words, "subtype", hint=hint),)), []
    number, version = _number(service, case)
    written = claim_letter(service, case, template)
    if written.problems:
        return failed(case_id, written.problems), []
    return _make(service, case, template, number, version)


def _template(service: Service, case: Case) -> LetterTemplate | None:
    for template in _templates(service).letters().values():
        if template.case_type == case.type and template.suits(case.text("subtype"), case.status):
            return template
    return None


def _templates(service: Service) -> Templates:
    return Templates(templates_root(Path(service.settings.templates) if service.settings.templates else None))


def _number(service: Service, case: Case) -> tuple[str, int]:
    """The letter's number and next version: the case's own letters so far, "" when it has none yet."""
    mine = service.journal.events(case_id=case.case_id, kinds=[LETTER_ISSUED.name])
    last = max(((str(e.data["letter_no"]), int(str(e.data["letter_version"]))) for e in mine), default=("", 0))
    return last[0], last[1] + 1


def _make(
    service: Service, case: Case, template: LetterTemplate, number: str, version: int
) -> tuple[RowResult, list[str]]:
    """Number, render, write and record a letter in one transaction: a fault on the way gives the number back."""
    with service.journal.write() as writer:
        number = number or writer.next_number("LTR", service.clock().astimezone(LONDON).year)
        values = claim_letter(service, case, template).stamped(Stamp(number, version, template.mark))
        name = f"{number}-v{version}-{case.case_id}.docx"
        digest = write_file(service.folder / "letters" / name, render_letter(template, values))
        index = f"{number}-v{version}-evidence.txt"
        text = _templates(service).render_message("claims.evidence_index", values).text
        index_digest = write_file(service.folder / "letters" / index, text.encode("utf-8"))
        data: dict[str, Json] = {
            "letter_no": number,
            "letter_version": version,
            "file": f"letters/{name}",
            "sha256": digest,
            "index": f"letters/{index}",
            "index_sha256": index_digest,
            "template": template.id,
            "template_version": str(template.version),
            "template_sha256": template.sha256,
        }
        role = service.actor.acting_as(service.actor.roles)
        draft = Draft(LETTER_ISSUED.name, case.case_id, data)
        event = writer.append(draft, at=iso(service.clock()), actor=service.actor.id, role=role.value)
    message = f"Letter {number} version {version}: letters/{name}"
    return RowResult(case.case_id, ok=True, message=message, seqs=(event.seq,)), [f"letters/{name}"]


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
