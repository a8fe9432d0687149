"""Several errands in one message: which order each wish and each fact belongs to.

A message with at most one order is one scope. Else it is cut at full stops, lines, "also", "plus" and before the next
order; a piece that names an order without a wish joins the piece beside it, and so does a wish without an order. A
fact belongs to the piece it stands in; what stands before the first order is shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from addin.logic.intake.intents import Hit
from addin.logic.intake.model import Fact
from addin.logic.intake.text import Folded


@dataclass(slots=True)
class Scope:
    """A piece of the message with its orders and its wishes; `spans` are places in the comparable text."""

    spans: list[tuple[int, int]] = field(default_factory=list)
    orders: list[Fact] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    def holds(self, at: int) -> bool:
        """True when the place lies in this piece."""
        return any(start <= at < end for start, end in self.spans)

    def join(self, other: Scope) -> Scope:
        """Both pieces as one."""
        return Scope(self.spans + other.spans, self.orders + other.orders, self.hits + other.hits)


def cut(text: Folded, orders: Sequence[Fact], hits: Sequence[Hit]) -> list[Scope]:
    """The message in pieces that each have their own orders and wishes; one piece when there is at most one order."""
    if len({fact.value for fact in orders}) <= 1:
        return [Scope([(0, len(text.lower))], list(orders), list(hits))]
    pieces: list[Scope] = []
    bounds = text.errands
    by_order = {text.local(f.start): f for f in orders}
    for start, end in bounds:
        named = [fact for at, fact in by_order.items() if start <= at < end]
        wishes = [hit for hit in hits if start <= hit.start < end]
        pieces.append(Scope([(start, end)], named, wishes))
    return _merge(pieces)


def _merge(pieces: list[Scope]) -> list[Scope]:
    """Joins wishes without an order, and orders without a wish, to the piece beside them."""
    merged: list[Scope] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        lone_before = last is not None and not (last.orders and last.hits)
        if last is not None and (lone_before or not piece.orders):
            merged[-1] = last.join(piece)
        else:
            merged.append(piece)
    if len(merged) > 1 and not merged[-1].hits:
        tail = merged.pop()
        merged[-1] = merged[-1].join(tail)
    return merged
