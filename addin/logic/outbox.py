"""What waits to go out: texts for tickets, mail and chat, told by events and never lost.

1. A text is recorded before anything is sent; a crash between sending and recording sends it again under the same key.
2. The key of a text never changes, so that a receiver that keeps keys takes it once however often it comes.
3. What a receiver refuses for good, or what failed too often, is a dead letter: kept, listed, and sent again only when
   a person says so.
4. Texts, subjects and addressees are personal: they lie in the vault, the events hold their digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from addin.logic.events import Event, Json, Kind

QUEUED: Final = Kind("outbox.queued.v1", "{actor} put a text for {channel} about {case} into the outbox ({template})")
SENT: Final = Kind("outbox.sent.v1", "{ref} went out by {connector} at attempt {attempts}, reference {reference}")
FAILED: Final = Kind("outbox.failed.v1", "{ref} could not be sent ({attempts} attempts): {why}")
DEAD: Final = Kind("outbox.dead.v1", "{ref} is a dead letter: {why}")
REVIVED: Final = Kind("outbox.revived.v1", "{actor} let {ref} be sent again")
OUTBOX_KINDS: Final = (QUEUED, SENT, FAILED, DEAD, REVIVED)
#: The parts of a text that are personal.
SEALED: Final = ("to", "subject", "text")
CHANNELS: Final = ("ticket", "email", "chat")

WAITING: Final = "waiting"
GONE: Final = "sent"
DEAD_LETTER: Final = "dead"


@dataclass(frozen=True, slots=True)
class OutItem:
    """One text on its way out: where it goes, what it says, which template made it, and how far it got.

    `seq` is the number of the event that recorded it; `attempts` counts tries over all runs, `runs` the runs that
    failed; `key` is what a receiver knows it by.
    """

    seq: int
    key: str
    case_id: str
    channel: str
    to: str
    subject: str
    text: str
    template: str
    template_sha256: str
    text_sha256: str
    ticket_ref: str
    queued_at: str
    queued_by: str
    state: str = WAITING
    attempts: int = 0
    runs: int = 0
    why: str = ""
    reference: str = ""

    @property
    def ref(self) -> str:
        """How the text is named to people, and its files."""
        return f"OUT-{self.seq:06d}"

    def as_dict(self) -> dict[str, Json]:
        """The text as a file or a request carries it."""
        return {
            "id": self.ref,
            "key": self.key,
            "case": self.case_id,
            "channel": self.channel,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "text_sha256": self.text_sha256,
            "template": self.template,
            "template_sha256": self.template_sha256,
            "ticket": self.ticket_ref,
            "queued_at": self.queued_at,
            "queued_by": self.queued_by,
        }


def fold_outbox(register_id: str, events: Iterable[tuple[Event, Mapping[str, Json]]]) -> dict[int, OutItem]:
    """Every text by its number, as the events tell; each event comes with its personal values put back."""
    found: dict[int, OutItem] = {}
    for event, opened in events:
        if event.kind == QUEUED.name:
            found[event.seq] = _queued(register_id, event, opened)
            continue
        seq = int(str(event.data.get("item", 0)))
        if seq in found:
            found[seq] = _after(found[seq], event)
    return found


def _queued(register_id: str, event: Event, opened: Mapping[str, Json]) -> OutItem:
    said = {name: str(value) for name, value in event.data.items()}
    told = {name: str(opened.get(name) or "") for name in SEALED}
    return OutItem(
        seq=event.seq,
        key=f"{register_id}-{event.seq}",
        case_id=event.case_id,
        channel=said.get("channel", ""),
        to=told["to"],
        subject=told["subject"],
        text=told["text"],
        template=said.get("template", ""),
        template_sha256=said.get("template_sha256", ""),
        text_sha256=said.get("text_sha256", ""),
        ticket_ref=said.get("ticket", ""),
        queued_at=event.at,
        queued_by=event.actor,
    )


def _after(item: OutItem, event: Event) -> OutItem:
    tried = item.attempts + int(str(event.data.get("attempts", 0)))
    why = str(event.data.get("why", ""))
    if event.kind == SENT.name:
        return replace(item, state=GONE, attempts=tried, why="", reference=str(event.data.get("reference", "")))
    if event.kind == FAILED.name:
        return replace(item, attempts=tried, runs=item.runs + 1, why=why)
    if event.kind == DEAD.name:
        return replace(item, state=DEAD_LETTER, why=why)
    return replace(item, state=WAITING, runs=0)
