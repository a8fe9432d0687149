"""A whole conversation read: each message, then what messages say about each other.

1. "Ignore my last one" marks the sender's previous message as withdrawn; its proposals are not offered, its text stays.
   Where the words name an order ("forget what I asked about 4102938511") it is the sender's latest message about that
   order; when there is none, no message is withdrawn and the reading says so.
2. A cut-short order number gets candidates from the orders named before it; they are suggestions.
3. The same words of the same sender within a day are a repetition: linked, proposed once.
4. "Sorry, that's for 4102938511" leaves the sender's message before it without an order and with a suggestion: which of
   the two is right a person says.
5. A wish that names no number ("cancel it then", "any news?") gets the orders its sender named last as suggestions.
6. Who contradicts somebody else's message ("ignore Ann, 4102938511 stays") withdraws nothing: both are flagged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from addin.logic.intake.model import Basis, Confidence, Fact, IntakeProfile, Reading
from addin.logic.intake.numbers import candidates
from addin.logic.intake.read import read_message
from addin.logic.intake.signals import names_other_order
from addin.logic.intake.text import fold
from addin.logic.intake.transcript import ChatMessage, MessageKind

#: How many different orders back a cut-short number is looked for, and for how long a repetition counts as one.
_MEMORY: Final = 50
#: How many messages back the one that is taken back is looked for.
_LOOK_BACK: Final = 200
#: Case types about one order: a wish without a number is then perhaps about the order its sender named last.
_ABOUT_ONE_ORDER: Final = frozenset({"ADR", "SPD", "QCT", "CTV", "OST", "UPC", "RQC", "RFD", "CRP"})
#: Facts that say what a message is about, whole or cut short.
_NUMBERS: Final = ("order_no", "order_suffix", "tracking", "rma_no", "ticket_ref", "case_id")
_REPEAT: Final = timedelta(hours=24)


def read_conversation(
    messages: Iterable[ChatMessage], profile: IntakeProfile, tick: Callable[[], None] = lambda: None
) -> list[Reading]:
    """The readings of a conversation's messages in order; system lines have none. `tick` is called once a message."""
    readings: list[Reading] = []
    last_of: dict[str, int] = {}
    numbered: dict[str, int] = {}
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
        if "retraction" in reading.flags:
            reading = _withdraw(reading, previous, readings)
        if previous is not None and not reading.intents and names_other_order(fold(message.text)):
            readings[previous], reading = _reordered(readings[previous], reading)
        reading = _with_candidates(reading, tuple(orders))
        if (earlier := numbered.get(message.sender)) is not None:
            reading = _with_senders_orders(reading, readings[earlier])
        key = (message.sender, " ".join(message.text.split()).casefold())
        if (twin := said.get(key)) is not None and abs(reading.sent_at - readings[twin].sent_at) <= _REPEAT:
            reading = _repeated(reading, readings[twin])
        said[key] = len(readings)
        orders.extend(order for order in reading.orders if order not in orders)
        last_of[message.sender] = len(readings)
        if reading.orders:
            numbered[message.sender] = len(readings)
        readings.append(reading)
    return readings


def _withdraw(reading: Reading, previous: int | None, readings: list[Reading]) -> Reading:
    """Marks the message that is taken back, and answers the one that does it, flagged when no own message fits."""
    named = _orders_beside(reading)
    target = previous
    if named:
        target = _latest(readings, lambda one: one.sender == reading.sender and bool(named & set(one.orders)))
    if target is not None:
        readings[target] = replace(readings[target], withdrawn=True, proposals=())
        return reading
    about = named or set(reading.orders)
    other = _latest(readings, lambda one: bool(one.proposals) and bool(about & set(one.orders)))
    if other is not None:
        why = f"{reading.sender or 'somebody'}: {reading.flags['retraction']}"
        readings[other] = _doubted(readings[other], why)
    if other is None and not named:
        return reading
    note = "it is another person's message that it speaks of" if other is not None else f"no message about {min(named)}"
    return replace(reading, flags={**reading.flags, "retraction_unclear": note})


def _latest(readings: list[Reading], fits: Callable[[Reading], bool]) -> int | None:
    """The place of the last of the remembered readings that fits."""
    return next(
        (at for at in range(len(readings) - 1, max(-1, len(readings) - 1 - _LOOK_BACK), -1) if fits(readings[at])), None
    )


def _doubted(reading: Reading, why: str) -> Reading:
    """A reading that somebody else contradicted: still proposed, but for a person to settle."""
    proposals = tuple(
        replace(one, flags=(*one.flags, "contradicted_later"), confidence=Confidence.LOW) for one in reading.proposals
    )
    return replace(reading, flags={**reading.flags, "contradicted_later": why}, proposals=proposals)


def _orders_beside(reading: Reading) -> set[str]:
    """The orders named in the clause that takes an earlier message back."""
    body = fold(reading.kept_text)
    left, right = body.clause(max(body.lower.find(reading.flags["retraction"]), 0))
    return {fact.value for fact in reading.all("order_no") if left <= body.local(fact.start) < right}


def _reordered(earlier: Reading, later: Reading) -> tuple[Reading, Reading]:
    """Two orders for one wish: neither stands, the later one is suggested."""
    new = next(iter(later.all("order_no")), None)
    if new is None or len(earlier.orders) != 1 or new.value in earlier.orders or not earlier.proposals:
        return earlier, later
    words = earlier.first("order_no")
    note = f"named by {later.message_id or 'the next message'} of the same sender"
    guess = replace(words or new, name="order_candidate", value=new.value, basis=Basis.SUGGESTED, note=note)
    flags = {**earlier.flags, "order_corrected_later": new.words}
    proposals = tuple(
        replace(
            one,
            fields={name: value for name, value in one.fields.items() if name != "order_no"},
            missing=tuple(dict.fromkeys(("order_no", *one.missing))),
            flags=tuple(flags),
            confidence=Confidence.LOW,
        )
        for one in earlier.proposals
    )
    missing = tuple(dict.fromkeys(("order_no", *earlier.missing)))
    fixed = replace(earlier, facts=(*earlier.facts, guess), flags=flags, proposals=proposals, missing=missing)
    kept = {name: why for name, why in later.flags.items() if name != "request_not_recognised"}
    return fixed, replace(later, flags={**kept, "correction": new.words})


def _with_senders_orders(reading: Reading, earlier: Reading) -> Reading:
    """What names no number, but asks for something about an order, is perhaps about those its sender named last."""
    if any(reading.first(name) is not None for name in _NUMBERS):
        return reading
    recent = abs(reading.sent_at - earlier.sent_at) <= _REPEAT and _ABOUT_ONE_ORDER & set(reading.intents)
    linked = reading.intents and reading.flags.keys() & {"retraction", "chaser"}
    if not recent and not linked:
        return reading
    known = reading.values("order_candidate")
    note = f"named by {earlier.message_id or 'the message before'} of the same sender"
    extra = (
        replace(fact, name="order_candidate", basis=Basis.SUGGESTED, note=note, start=0, end=0)
        for fact in earlier.all("order_no")
        if fact.value not in known
    )
    return replace(reading, facts=(*reading.facts, *extra))


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
