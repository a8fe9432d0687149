"""What is asked for one case, and what its key remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from addin.journal import Remembered
from addin.logic.events import Json, canonical
from addin.logic.forms import Value
from addin.logic.outcome import Problem, RowResult, failed
from addin.logic.values import clean_text

#: How long a reason may be, in characters.
_REASON_LIMIT: Final = 2_000


@dataclass(frozen=True, slots=True)
class RowRequest:
    """What is asked for one case: typed changes, a reason, and the key that makes a repeat harmless.

    `problems` are faults already found while its cells were read; `opens` is the type code of a case to be opened.
    """

    case_id: str
    changes: Mapping[str, Value | None] = field(default_factory=dict)
    reason: str = ""
    key: str = ""
    problems: tuple[Problem, ...] = ()
    opens: str = ""

    def payload(self, verb: str) -> str:
        """The digest of everything that is asked, for the idempotency key."""
        asked: dict[str, Json] = {name: f"{type(value).__name__} {value}" for name, value in self.changes.items()}
        body: dict[str, Json] = {"verb": verb, "case": self.case_id, "set": asked, "reason": self.reason}
        if self.opens:
            body["opens"] = self.opens
        return hashlib.sha256(canonical(body).encode()).hexdigest()


def cleaned(request: RowRequest) -> RowRequest:
    """A request whose reason can be kept: no characters that no cell holds, and not too long a one."""
    reason = clean_text(request.reason).strip()
    if len(reason) <= _REASON_LIMIT:
        return replace(request, reason=reason)
    words = f"The reason has {len(reason):,} characters, and {_REASON_LIMIT:,} fit."
    problem = Problem("FLD-LONG", words, "reason", hint="Shorten it.")
    return replace(request, reason="", problems=(*request.problems, problem))


def repeated(request: RowRequest, kept: Remembered, payload: str) -> RowResult:
    """What a repeat answers: what was answered before, or a refusal when something else was asked with the key."""
    if kept.payload == payload:
        seqs = (kept.seq,) if kept.seq else ()
        return RowResult(kept.case_id, ok=True, message=f"{kept.answer} (done before)", seqs=seqs)
    problem = Problem("KEY-01", "This key was used for something else.", hint="Refresh, then press again.")
    return failed(request.case_id, (problem,))
