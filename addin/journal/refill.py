"""A journal made again from events that were kept elsewhere: the workbook's Audit sheet, or another journal.

1. Every event is checked before it is stored; the first one that does not follow stops the whole, nothing is stored.
2. The chain is the same, to the last hash; state, numbers and links are folded anew from the events.
3. Personal values come back where the source still had them; the others read as erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from addin.errors import ChainBroken, IntegrityError
from addin.journal.contract import Journal
from addin.journal.retell import Retold
from addin.logic.chain import Head, Link, check, digest
from addin.logic.events import Sealed, decode, digests


def refill(journal: Journal, links: Iterable[Link], vault: Mapping[str, Sealed], *, register: str = "") -> Head:
    """Fill an empty journal with kept events, of this register when one is named; answers its head.

    Raises:
        IntegrityError: when the journal is not empty, there is no event, or the story contradicts itself.
        ChainBroken: at the first event whose hash does not follow.
    """
    retold = Retold()
    head = Head()
    with journal.write() as writer:
        if writer.head().seq:
            raise IntegrityError(
                "The journal already holds events.", hint="A journal is only made again where none is."
            )
        for link in links:
            if fault := next(check([link], head), None):
                raise ChainBroken(fault.seq, digest(link.prev, link.text), link.hash)
            event = decode(link.text, prev=link.prev, hash=link.hash)
            for wrong in retold.take(link.seq, event.at, event.case_id, event.kind, event.data):
                raise IntegrityError(wrong.message, hint="Run 'casebook verify' on the workbook.")
            writer.retake(link, event, [vault[name] for name in digests(event.data) if name in vault])
            head = Head(link.seq, link.hash, event.at)
        if register and retold.register_id not in ("", register):
            raise IntegrityError(f"The workbook is of register {retold.register_id}.", hint="Name its own folder.")
        if not head.seq:
            raise IntegrityError("There is no event to make a journal of.", hint="Name a workbook of a register.")
        for case_id in retold.told:
            case = retold.case(case_id, vault)
            if case is not None:
                writer.save(case)
        for (series, year), given in retold.issued.items():
            writer.resume_numbers(series, year, max(given))
    return head
