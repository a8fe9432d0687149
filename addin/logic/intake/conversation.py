"""A whole conversation read: each message, then what messages say about each other.

1. "Ignore my last one" marks the sender's previous message as withdrawn; its proposals are not offered, its text stays.
2. A cut-short order number gets candidates from the orders named before it; they are suggestions.
3. The same words of the same sender within a day are a repetition: linked, proposed once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from addin.logic.intake.model import Basis, Fact, IntakeProfile, Reading
from addin.logic.intake.numbers import candidates
from addin.logic.intake.read import read_message
from addin.logic.intake.transcript import ChatMessage, MessageKind

#: How many different orders back a cut-short number is looked for, and for how long a repetition counts as one.
_MEMORY: Final = 50
_REPEAT: Final = timedelta(hours=24)


def read_conversation(
    messages: Iterable[ChatMessage], profile: IntakeProfile, tick: Callable[[], None] = lambda: None
) -> list[Reading]:
    """The readings of a conversation's messages in order; system lines have none. `tick` is called once a message."""
    readings: list[Reading] = []
    last_of: dict[str, int] = {}
    said: dict[tuple[str, str], int] = {}
    orders: deque[str] = deque(maxlen=_MEMORY)
    for message in messages:
        tick()
        if message.kind is not MessageKind.MESSAGE:
            continue
        reading = read_message(
            message.text, sent_at=message.at, sender=message.sender, profile=profile, message_id=message.id
        )
        previous = last_of.get(message.sender)
        if "retraction" in reading.flags and previous is not None:
            readings[previous] = replace(readings[previous], withdrawn=True, proposals=())
        reading = _with_candidates(reading, tuple(orders))
        key = (message.sender, " ".join(message.text.split()).casefold())
        if (twin := said.get(key)) is not None and abs(reading.sent_at - readings[twin].sent_at) <= _REPEAT:
            reading = _repeated(reading, readings[twin])
        said[key] = len(readings)
        orders.extend(order for order in reading.orders if order not in orders)
        last_of[message.sender] = len(readings)
        readings.append(reading)
    return readings


def _with_candidates(reading: Reading, orders: tuple[str, ...]) -> Reading:
    cut_short = reading.all("order_suffix")
    if not cut_short or not orders:
        return reading
    known = {fact.value for fact in reading.facts if fact.name == "order_candidate"}
    extra: list[Fact] = []
    for fact in cut_short:
        # Only a whole order named before that ends so; a made-up beginning is no better than none.
        for value in candidates(fact.value, [order for order in reversed(orders) if order.endswith(fact.value)]):
            if value not in known:
                note = "named earlier in the conversation"
                extra.append(replace(fact, name="order_candidate", value=value, basis=Basis.SUGGESTED, note=note))
    return replace(reading, facts=(*reading.facts, *extra))


def _repeated(reading: Reading, twin: Reading) -> Reading:
    why = f"same words as {twin.message_id or 'an earlier message'}"
    linked = tuple(replace(proposal, link_to_open=True) for proposal in reading.proposals)
    marks = tuple(dict.fromkeys((*reading.do_not, "open_second_case")))
    return replace(reading, flags={**reading.flags, "repeated_message": why}, proposals=linked, do_not=marks)
