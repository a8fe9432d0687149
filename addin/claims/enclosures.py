"""The claim set: everything the carrier needs for one claim, in one archive with a list of its contents.

1. The letter (Word and PDF), the commercial invoice and the other evidence, the credit reference, the description of
   the goods with serial numbers, the index of the evidence, and `manifest.json`: each file with its SHA-256.
2. Evidence is copied in pieces and hashed as it passes; a content that is not what was attached stops the set.
3. A piece above the limit of the settings is listed with its digest and not enclosed; nothing is left out in silence.
4. A file that proves two things is enclosed once, with both kinds in the list.
5. The same letter and evidence give the same bytes: one order, fixed dates, nothing packed.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

from addin.durable import writing
from addin.errors import CasebookError
from addin.evidence import EvidenceFile
from addin.logic.case_type import Case
from addin.logic.outcome import Problem

FORMAT: Final = "casebook claim set 1"
INVOICE: Final = "Invoice"
#: Goods are proved by an invoice in every claim but the one for a late delivery, which is about the freight.
_NO_INVOICE: Final = frozenset({"LATE"})
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PIECE: Final = 1024 * 1024
_LARGE: Final = 2**31


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file of a set: its path in the archive, what it is for, and its contents."""

    path: str
    role: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimSet:
    """What a set is made of: its facts, the files made for it, the evidence, and the largest piece to enclose."""

    facts: Mapping[str, str]
    made: tuple[Enclosed, ...]
    evidence: tuple[EvidenceFile, ...]
    limit: int


def lacking(case: Case, evidence: Iterable[EvidenceFile]) -> tuple[Problem, ...]:
    """What keeps a set from being made: the proof of value is part of it."""
    if case.text("subtype") in _NO_INVOICE or any(one.piece.kind == INVOICE for one in evidence):
        return ()
    words = "No commercial invoice is attached, and the claim set needs it."
    hint = f"Attach it as '{INVOICE}': casebook attach {case.case_id} FILE --as {INVOICE}, or by the drop folder."
    return (Problem("SET-INVOICE", words, "evidence_files", hint=hint),)


def write_set(path: Path, given: ClaimSet) -> str:
    """Write the archive; answers its SHA-256.

    Raises:
        CannotWrite: it cannot be written.
        CasebookError: a piece of evidence is no longer what was attached.
    """
    files = by_file(given.evidence)
    within = [one for one in files if one.piece.size <= given.limit]
    beyond = [one for one in files if one.piece.size > given.limit]
    with writing(path) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_member("manifest.json"), _manifest(given, within, beyond))
            for one in given.made:
                archive.writestr(_member(one.path), one.content)
            for piece in within:
                _copy(archive, piece)
        return _digest(file)


def by_file(evidence: Iterable[EvidenceFile]) -> tuple[EvidenceFile, ...]:
    """Each file once, its kinds side by side: what is attached under two kinds is still one content of one name."""
    found: dict[tuple[str, str], EvidenceFile] = {}
    for one in evidence:
        known = found.setdefault((one.piece.name, one.piece.sha256), one)
        if known is not one:
            both = replace(known.piece, kind=f"{known.piece.kind}, {one.piece.kind}")
            found[one.piece.name, one.piece.sha256] = replace(known, piece=both)
    return tuple(found.values())


def _member(name: str, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 0
    info.file_size = size
    return info


def _copy(archive: zipfile.ZipFile, one: EvidenceFile) -> None:
    seen, size = hashlib.sha256(), one.piece.size
    try:
        source = one.path.open("rb")
    except OSError as gone:
        raise _altered(one) from gone
    with source, archive.open(_member(_place(one), size), "w", force_zip64=size >= _LARGE) as target:
        while piece := source.read(_PIECE):
            seen.update(piece)
            target.write(piece)
    if seen.hexdigest() != one.piece.sha256:
        raise _altered(one)


def _altered(one: EvidenceFile) -> CasebookError:
    return CasebookError(
        f"The evidence file {one.piece.name!r} is no longer what was attached.",
        hint="Attach the same file again; 'casebook verify' lists all such files.",
        code="SET-EVIDENCE",
    )


def _place(one: EvidenceFile) -> str:
    return f"evidence/{one.piece.name}"


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _manifest(given: ClaimSet, within: Iterable[EvidenceFile], beyond: Iterable[EvidenceFile]) -> bytes:
    rows: list[dict[str, Any]] = [
        {"path": one.path, "role": one.role, "bytes": len(one.content), "sha256": _sha(one.content)}
        for one in given.made
    ]
    rows += [{"path": _place(one), **_facts(one)} for one in within]
    why = f"larger than the {given.limit // 1_000_000} MB that are enclosed; kept by us, sent on request"
    left = [{"name": one.piece.name, **_facts(one), "why": why} for one in beyond]
    body = {"format": FORMAT, **given.facts, "files": rows, "not_enclosed": left}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _facts(one: EvidenceFile) -> dict[str, Any]:
    role = "commercial invoice" if INVOICE in one.piece.kind.split(", ") else "evidence"
    return {"role": role, "kind": one.piece.kind, "bytes": one.piece.size, "sha256": one.piece.sha256}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
