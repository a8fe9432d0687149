"""What a reconciliation leaves in the journal, and how its standing is told from there.

1. A run is one `recon.made` event with figures and digests, followed by its pairs and its open items in pieces that fit
   a cell. All of them stand in one transaction.
2. A decision on a proposal is an event of its own; figures move by what the item says it would shift.
3. The same run again (same file, same register) adds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from addin.logic.events import Draft, Event, Json, Kind, canonical
from addin.logic.reconcile.equation import TERMS, Equation, Line
from addin.logic.reconcile.tiers import UNRESOLVED

RECON_MADE: Final = Kind("recon.made.v1", "{actor} reconciled {period} with {file}: {words}")
RECON_PAIRED: Final = Kind("recon.paired.v1", "Reconciliation {run}: {count} refunds matched their lines")
RECON_LISTED: Final = Kind("recon.listed.v1", "Reconciliation {run}: {count} open items listed")
RECON_DECIDED: Final = Kind("recon.decided.v1", "{actor} {answer} proposal {item} of {period}: {what}")
RECON_PACKED: Final = Kind("recon.packed.v1", "{actor} made the workbook of results of {period}: {file}")
#: The kinds that a standing is told from.
RECON_KINDS: Final = (RECON_MADE, RECON_PAIRED, RECON_LISTED, RECON_DECIDED)

#: An event's text must fit one cell; pieces stay well below.
_PIECE: Final = 24_000
#: More open items than this are in the workbook of results only; their figures are summed up.
MOST_LISTED: Final = 4_000
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"


class Item(msgspec.Struct, frozen=True):
    """One open item: a line or a group that is not simply matched within the period.

    `place` is where it stands in the equation ("paired", "timing in", "timing out", "open", "outside"); `shift` is what
    an accepted proposal moves: (currency, term, count, minor units).
    """

    id: str
    code: str
    worth: str
    tier: str
    place: str
    currency: str
    cases: tuple[str, ...]
    references: tuple[str, ...]
    orders: tuple[str, ...]
    left_count: int
    left_minor: int
    right_count: int
    right_minor: int
    age: int
    day: str
    words: str = ""
    shift: tuple[tuple[str, str, int, int], ...] = ()

    @property
    def is_proposal(self) -> bool:
        """True while a person has to decide."""
        return self.worth == "proposed"


class Run(msgspec.Struct, frozen=True):
    """One reconciliation as its event keeps it."""

    run: str
    period: str
    file: str
    sha256: str
    profile: str
    words: str
    cut_off: str
    reaches: str
    decimals: int
    upto: int
    result: str
    register: str
    """SHA-256 over what the register's refunds of the period rest on; reckoned again at every re-test."""
    matched: tuple[tuple[str, int, int, int, int], ...]
    """Currency, refunds and value, lines and value that match within the period."""
    tiers: tuple[tuple[str, int], ...]
    equations: tuple[tuple[str, tuple[tuple[str, int, int], ...]], ...]
    classes: tuple[tuple[str, int, str], ...]
    """What the file's lines are: class, count, value as text."""
    ages: tuple[tuple[str, int], ...]
    rest: tuple[tuple[str, str, int, int, int, int, int], ...] = ()
    """Items beyond the list, summed up: currency, place, items, refunds and value, lines and value."""
    dates: str = ""
    decimal: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest run of a period with what was decided since."""

    run: Run
    seq: int
    at: str
    by: str
    items: tuple[Item, ...] = ()
    pairs: tuple[tuple[str, int, str], ...] = ()
    decided: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Item id -> (answer, who)."""

    def equations(self) -> list[Equation]:
        """The control equations with accepted proposals moved to where they belong."""
        shifts: dict[tuple[str, str], tuple[int, int]] = {}
        for item in self.items:
            if self.decided.get(item.id, ("",))[0] == ACCEPTED:
                for currency, key, count, minor in item.shift:
                    before = shifts.get((currency, key), (0, 0))
                    shifts[currency, key] = (before[0] + count, before[1] + minor)
        found = []
        for currency, lines in self.run.equations:
            figures = {key: (count, minor) for key, count, minor in lines}
            moved = {key: shifts.get((currency, key), (0, 0)) for key in figures}
            found.append(
                Equation(currency, self.run.decimals, tuple(
                    Line(term, figures[term.key][0] + moved[term.key][0], figures[term.key][1] + moved[term.key][1])
                    for term in TERMS
                ))
            )  # fmt: skip
        return found

    def waiting(self) -> list[Item]:
        """The proposals that nobody has decided."""
        return [item for item in self.items if item.is_proposal and item.id not in self.decided]

    def shown(self) -> list[Item]:
        """All items as decisions have left them: accepted ones stand where their two sides now meet."""
        return [self._decided(item) for item in self.items]

    def _decided(self, item: Item) -> Item:
        answer = self.decided.get(item.id, ("",))[0]
        if not answer or item.worth not in ("proposed", "part"):
            return item
        if answer == REJECTED:
            return changed(item, worth="exception", code=UNRESOLVED, words=f"Rejected. {item.words}")
        met = any(one.id == item.id and one.place == "open" and one.right_count for one in self.items)
        place = item.place
        if item.place == "open":
            place = "paired" if met else "timing out"
        elif met and item.left_count:
            place = "timing in"
        return changed(
            item, worth="accepted", place=place, words=f"Accepted by {self.decided[item.id][1]}. {item.words}"
        )


def drafts(run: Run, pairs: Sequence[tuple[str, int, str]], items: Sequence[Item]) -> list[Draft]:
    """The events of one run, in order."""
    found = [Draft(RECON_MADE.name, "", _plain(run))]
    parts: tuple[tuple[Kind, str, list[Any]], ...] = (
        (RECON_PAIRED, "pairs", [list(pair) for pair in pairs]),
        (RECON_LISTED, "items", [_plain(item) for item in items]),
    )
    for kind, name, entries in parts:
        for piece in _pieces(entries):
            found.append(Draft(kind.name, "", {"run": run.run, "count": len(piece), name: list(piece)}))
    return found


def decision(period: str, run: str, item: Item, answer: str, reason: str) -> Draft:
    """The event of one decision."""
    cases = ", ".join(item.cases) or "no refund"
    what = f"{cases} with {', '.join(item.references) or ', '.join(item.orders) or 'a line without reference'}"
    return Draft(
        RECON_DECIDED.name, "", {"period": period, "run": run, "item": item.id, "answer": answer, "what": what[:500]},
        reason,
    )  # fmt: skip


def _plain(value: Run | Item) -> dict[str, Json]:
    found: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(value))
    return found


def _pieces(entries: Sequence[Any]) -> Iterator[list[Any]]:
    piece: list[Any] = []
    size = 0
    for entry in entries:
        length = len(canonical(entry))
        if piece and size + length > _PIECE:
            yield piece
            piece, size = [], 0
        piece.append(entry)
        size += length
    if piece:
        yield piece


def standings(events: Iterable[Event]) -> dict[str, Standing]:
    """The latest run of every period, out of the events of `RECON_KINDS` in order."""
    found: dict[str, Standing] = {}
    by_run: dict[str, str] = {}
    items: dict[str, list[Item]] = {}
    pairs: dict[str, list[tuple[str, int, str]]] = {}
    decided: dict[str, dict[str, tuple[str, str]]] = {}
    for event in events:
        if event.kind == RECON_MADE.name:
            run = msgspec.convert(event.data, Run)
            by_run[run.run] = run.period
            items[run.period], pairs[run.period] = [], []
            found[run.period] = Standing(run, event.seq, event.at, event.actor)
        elif event.kind == RECON_DECIDED.name:
            answers = decided.setdefault(str(event.data["period"]), {})
            answers[str(event.data["item"])] = (str(event.data["answer"]), event.actor)
        else:
            period = by_run[str(event.data["run"])]
            if event.kind == RECON_LISTED.name:
                items[period] += msgspec.convert(event.data["items"], list[Item])
            else:
                pairs[period] += msgspec.convert(event.data["pairs"], list[tuple[str, int, str]])
    return {
        period: replace(
            one, items=tuple(items[period]), pairs=tuple(pairs[period]), decided=decided.get(period, {})
        )
        for period, one in found.items()
    }  # fmt: skip


def answers_of(events: Iterable[Event], period: str) -> dict[str, str]:
    """What was decided on proposals of a period so far, by item; the last answer counts."""
    return {
        str(event.data["item"]): str(event.data["answer"])
        for event in events
        if event.kind == RECON_DECIDED.name and event.data["period"] == period
    }


def changed(item: Item, **cells: object) -> Item:
    """An item with some of its cells changed."""
    found: Item = msgspec.structs.replace(item, **cells)
    return found


def rest_of(items: Sequence[Item]) -> tuple[tuple[str, str, int, int, int, int, int], ...]:
    """Items summed up by currency and place."""
    found: dict[tuple[str, str], list[int]] = {}
    for item in items:
        row = found.setdefault((item.currency, item.place), [0, 0, 0, 0, 0])
        for at, figure in enumerate((1, item.left_count, item.left_minor, item.right_count, item.right_minor)):
            row[at] += figure
    return tuple((*key, *row) for key, row in sorted(found.items()))  # type: ignore[misc]


def item_id(tier: str, parts: Iterable[str]) -> str:
    """The id of a group by its contents: the same group has it again in the next run."""
    return "P" + hashlib.sha256("\n".join([tier, *sorted(parts)]).encode()).hexdigest()[:9]


def digest(parts: Iterable[str]) -> str:
    """SHA-256 over texts, whatever their order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()
