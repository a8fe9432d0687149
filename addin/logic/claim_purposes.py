"""Which letter a claim needs: by its state, what was written before, and how long the carrier has been silent.

1. While a claim is prepared or filed, its own letter; after a decision the appeal.
2. A letter is due when the claim needs one that has not been written: to file, to appeal, to remind.
3. A write-off sheet is never due by itself: writing off is somebody's decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from addin.logic.calendar import london_day
from addin.logic.case_type import Case
from addin.logic.policy import Policy

CLAIM: Final = "claim"
APPEAL: Final = "appeal"
CHASER: Final = "chaser"
WRITE_OFF: Final = "write_off"
PURPOSES: Final = (CLAIM, APPEAL, CHASER, WRITE_OFF)

#: States in which a claim has letters.
LETTER_STATES: Final = ("Evidence gathering", "Tracer open", "Filed", "UPS info requested", "Decided", "Appeal")
_PREPARED: Final = frozenset({"Evidence gathering", "Tracer open"})
_WAITING: Final = frozenset({"Filed", "Appeal"})
_DECIDED: Final = frozenset({"Decided", "Appeal"})


def usual_purpose(status: str) -> str:
    """The letter that is meant when a person only says "make the letter"."""
    return APPEAL if status in _DECIDED else CLAIM


def purpose_due(case: Case, written: Mapping[str, datetime], today: date, policy: Policy) -> str:
    """The purpose of the letter that is due; empty when none is.

    Args:
        case: the claim.
        written: when the last letter of each purpose was made.
        today: the calendar day in London.
        policy: `claim.answer_days` is how long the carrier may take before a reminder, and before the next one.
    """
    if case.status in _PREPARED and CLAIM not in written:
        return CLAIM
    if case.status == "Appeal" and not _since(written.get(APPEAL), case.instant("carrier_decided_at")):
        return APPEAL
    if case.status in _WAITING and _silent(case, written, today, policy):
        return CHASER
    return ""


def _since(made: datetime | None, decided: datetime | None) -> bool:
    return made is not None and (decided is None or made >= decided)


def _silent(case: Case, written: Mapping[str, datetime], today: date, policy: Policy) -> bool:
    """True when neither side has written for the time that an answer usually takes; filing counts as a letter."""
    last = [at for at in (case.instant("filed_at"), *written.values()) if at is not None]
    return bool(last) and london_day(max(last)) + timedelta(days=policy.days("claim.answer_days")) < today
