"""What the rows of a file ask of the service: cases to open, facts to add to open cases, notes where they disagree.

Nothing is asked twice: the key of a finding names the thing and its episode, the key of a fact its case and its value.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from addin.imports.exchange import Answer
from addin.imports.refusal import Refused
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.imports.facts import SAME, TOLD, comparable, is_about, news
from addin.logic.imports.kinds import ImportKind
from addin.logic.imports.rows import ROWS, ImportRow
from addin.logic.imports.rules import Finding, find
from addin.logic.order_terms import odd_order_number
from addin.service import RowRequest, Service

#: By which fields a finding and an open case of its type are about the same thing, the surest first.
_MATTER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "OST": (("tracking",), ("order_no",)),
    "UPC": (("tracking",), ("order_no",)),
    "CRP": (("tracking",), ("order_no",)),
    "RQC": (("rma_no", "sku"), ("rma_no",)),
    "INV": (("sku", "location", "serial"), ("sku", "location")),
}


@dataclass
class Asked:
    """Requests with the line each comes from.

    `known` are lines that need nothing more, `odd` those that name nothing a case could be opened for, each with why.
    """

    requests: list[tuple[str, RowRequest]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    known: list[tuple[int, str]] = field(default_factory=list)
    odd: list[tuple[int, str]] = field(default_factory=list)
    openings: int = 0

    def add(self, line: int, verb: str, request: RowRequest) -> None:
        """Ask for something because of a line."""
        self.requests.append((verb, request))
        self.lines.append(line)


def rows_of(answer: Answer, kind: ImportKind) -> list[ImportRow]:
    """The rows for the rules, checked against their contract whoever wrote them.

    Raises:
        Refused: when one does not keep it.
    """
    model = ROWS[kind.name]
    return [_kept(model, row) for row in answer.wanted]


def _kept(model: type[ImportRow], row: Mapping[str, Any]) -> ImportRow:
    try:
        return model.model_validate_json(json.dumps(row))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        words = f"Line {row.get('row')} of the file is not as it was said to be ({place}: {first['msg']})."
        raise Refused("IMP-CONTRACT", words, "Tell who looks after Casebook.") from error


def asked_of(
    service: Service,
    kind: ImportKind,
    rows: Sequence[ImportRow],
    open_cases: Sequence[Case],
    *,
    file: str,
    newest: bool,
) -> Asked:
    """What rows ask for.

    Args:
        service: the register; it is only read here.
        kind: the kind of file.
        rows: the rows that may matter.
        open_cases: every case that is open and could be about one of them.
        file: the name of the file, for reasons.
        newest: False for a file that is older than one of its kind taken before.
    """
    asked = Asked()
    ctx = service.context()
    told = _by_number([case for case in open_cases if case.type in TOLD[kind.name]], SAME[kind.name])
    matters = _Matters(open_cases)
    for row in rows:
        finding = find(kind.name, row, ctx)
        if finding is not None:
            _ask_opening(asked, service, finding, row, file, matters)
        for case in _about(told, row, kind.name):
            _ask_news(asked, row, case, file, newest=newest)
    return asked


class _Matters:
    """What open cases are about, and what this file has asked to open."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        for case in cases:
            for key in _matter_keys(case.type, case.fields):
                self._known.setdefault(key, case.case_id)

    def of(self, finding: Finding) -> str:
        """The open case that a finding is about; empty when there is none."""
        keys = list(_matter_keys(finding.type_code, finding.fields))
        return self._known.get(keys[0], "") if keys else ""

    def take(self, finding: Finding) -> None:
        """Let later rows of the file know that this one asks for a case."""
        for key in _matter_keys(finding.type_code, finding.fields):
            self._known.setdefault(key, "a case that this file opens")


def _matter_keys(code: str, fields: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    for names in _MATTER.get(code, ()):
        values = [comparable(str(fields.get(name) or "")) for name in names]
        if all(values[:2]) and values[0]:
            yield (code, *names, *values)


def _by_number(cases: Iterable[Case], names: Sequence[str]) -> dict[tuple[str, str], list[Case]]:
    found: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        for name in names:
            if case.text(name):
                found[name, comparable(case.text(name))].append(case)
    return found


def _about(index: Mapping[tuple[str, str], list[Case]], row: ImportRow, kind: str) -> list[Case]:
    """The open cases that a row tells something about."""
    found: dict[str, Case] = {}
    for name in SAME[kind]:
        value = comparable(str(getattr(row, name, "") or ""))
        found |= {case.case_id: case for case in index.get((name, value), ()) if value and is_about(kind, row, case)}
    return list(found.values())


def _ask_opening(
    asked: Asked, service: Service, finding: Finding, row: ImportRow, file: str, matters: _Matters
) -> None:
    key = f"import|{finding.key}"
    if (before := service.journal.recall(key)) is not None:
        asked.known.append((row.row, f"{before.case_id} was opened for this before"))
        return
    doubts = list(row.doubts)
    number = str(finding.fields.get("order_no") or "")
    if hint := odd_order_number(number, service.policy.text("id.order_pattern")):
        words = f"{number} does not look like an order number"
        handles = {name for names in _MATTER.get(finding.type_code, ()) for name in names} - {"order_no"}
        if not any(finding.fields.get(name) for name in handles):
            asked.odd.append((row.row, f"{words}; no case was opened. {hint}"))
            return
        doubts.append(words)
    if case_id := matters.of(finding):
        asked.known.append((row.row, f"{case_id} is open for this"))
        return
    matters.take(finding)
    doubted = f" In doubt: {'; '.join(doubts)}." if doubts else ""
    reason = f"{finding.reason} From {file}, line {row.row} ({finding.rule}).{doubted}"
    fields = {**finding.fields, "channel": "Import"}
    asked.add(row.row, "open", RowRequest("", fields, reason[:2_000], key, opens=finding.type_code))
    asked.openings += 1


def _ask_news(asked: Asked, row: ImportRow, case: Case, file: str, *, newest: bool) -> None:
    found = news(row, case_types()[case.type], case, newest=newest)
    if found.changes:
        reason = f"From {file}, line {row.row}."
        asked.add(row.row, "edit", RowRequest(case.case_id, found.changes, reason))
    if found.otherwise:
        words = "; ".join(found.otherwise)
        digest = hashlib.sha256(words.encode()).hexdigest()[:16]
        reason = f"The carrier's or warehouse's file says otherwise: {words}."
        asked.add(row.row, "note", RowRequest(case.case_id, {}, reason[:2_000], f"import|{case.case_id}|{digest}"))
