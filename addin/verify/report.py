"""What a verification answers: sound or not, up to where, every fault with its place, notes that are no faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from addin.journal.examine import BREAKS
from addin.logic.chain import Fault, Head
from addin.logic.outcome import counted

#: Faults of the chain itself: its links, and what stands in the columns beside its texts.
_CHAIN: Final = BREAKS | {"column", "clock", "beginning"}
_COMPARED: Final = frozenset({"cut", "rehashed", "differs", "ahead", "foreign"})


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found: `ok` is False when there is a fault; notes are no faults.

    `what` is "register", "workbook", "journal", "snapshot", "audit pack" or "month-end workbook", or two of these;
    `events` and `head` tell how far the checked chain goes.
    """

    ok: bool
    what: str
    events: int
    head: Head
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    def sentence(self) -> str:
        """One sentence for a person: sound up to where, or the first fault and how many there are."""
        if self.ok:
            checked = "nothing in it was altered"
            if self.events:
                checked = f"{counted(self.events, 'event')} checked, none altered"
            head = f" Head {self.head.hash[:16]} at event {self.head.seq}." if self.head.seq else ""
            return f"This {self.what} is sound: {checked}.{head}"
        first, more = self.faults[0], len(self.faults) - 1
        others = f" ({more} more {'fault' if more == 1 else 'faults'} below.)" if more else ""
        return f"This {self.what} is not sound. {first.message}{others}"

    def lines(self) -> Iterable[str]:
        """Everything found, one line each: where, then what."""
        for fault in self.faults:
            where = f"event {fault.seq}" if fault.seq else fault.place or self.what
            place = f" ({fault.place})" if fault.seq and fault.place else ""
            yield f"{where}: {fault.message}{place}"
        for note in self.notes:
            yield f"note: {note}"

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        return {
            "ok": self.ok,
            "what": self.what,
            "events": self.events,
            "head": {"seq": self.head.seq, "hash": self.head.hash, "at": self.head.at},
            "faults": [
                {"seq": fault.seq, "what": fault.what, "message": fault.message, "place": fault.place}
                for fault in self.faults
            ],
            "notes": list(self.notes),
        }


def _rank(fault: Fault) -> int:
    """Causes before consequences: the chain itself, then what it is compared with, then what stands beside it."""
    return 0 if fault.what in _CHAIN else 1 if fault.what in _COMPARED else 2


def report(what: str, events: int, head: Head, faults: Sequence[Fault], notes: Iterable[str]) -> Report:
    """A report with each fault and note once, causes first."""
    unique = tuple(sorted(dict.fromkeys(faults), key=_rank))
    return Report(not unique, what, events, head, unique, tuple(dict.fromkeys(notes)))


__all__ = ["Report", "report"]
