"""What every store of the journal keeps in the same form: states, keys, instants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from addin.errors import ChainBroken, IntegrityError, JournalError
from addin.journal.contract import RELATING
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import Head, digest
from addin.logic.events import Draft, Event, canonical, decode, iso
from addin.logic.system_kinds import CLOCK_HELD, TRUE_CLOCK

#: A clock this little behind the last event is taken for a correction; further back is refused.
_CLOCK_SLACK: Final = timedelta(seconds=120)
#: How many values one statement takes, well under every database's own limit.
_PART: Final = 500


def steady(draft: Draft, at: str, head: Head, held: Callable[[], str]) -> tuple[Draft, str]:
    """What to record, and when: never before the last event. A clock well behind it is refused.

    It is let through where somebody recorded that the last event's clock was ahead (`held` answers to which instant):
    until time has caught up, events bear the instant of the last one, and what the clock really said.
    """
    if not head.at or at >= head.at:
        return draft, at
    behind = datetime.fromisoformat(head.at) - datetime.fromisoformat(at)
    if behind <= _CLOCK_SLACK:
        return draft, head.at
    if draft.kind == CLOCK_HELD.name or held() == head.at:
        return replace(draft, data={**draft.data, TRUE_CLOCK: at}), head.at
    raise JournalError(
        f"This computer's clock ({at}) is {behind} behind the last event ({head.at}).",
        hint="Set the clock, then press again; nothing was changed. If it is right, and another one was ahead, Senior "
        "QA lets work go on with 'casebook clock hold'.",
        code="JRN-CLOCK",
    )


def held_until(text: str) -> str:
    """The instant that an event of a held clock names, out of its text."""
    return str(decode(text, prev="", hash="").data.get("until", ""))


def read_event(text: str, prev: str, hashed: str, seq: int) -> Event:
    """An event from its stored text; a text that is none names its number."""
    try:
        return decode(text, prev=prev, hash=hashed)
    except ValueError as error:
        raise ChainBroken(seq, hashed, digest(prev, text)) from error


def read_case(case_id: str, code: str, status: str, version: int, fields: str) -> Case:
    """A case from its stored state.

    Raises:
        IntegrityError: when it cannot be read.
    """
    try:
        kind = case_types()[code]
        stored = msgspec.json.decode(fields)
        values = {name: kind.fields[name].decode(item) for name, item in stored.items() if name in kind.fields}
    except (LookupError, ValueError, AttributeError) as error:
        raise IntegrityError(
            f"The stored state of {case_id} cannot be read.",
            hint="Run 'casebook verify'; the events themselves are not touched by this.",
            code="INT-STATE",
            case_id=case_id,
        ) from error
    return Case(case_id, code, status, {name: item for name, item in values.items() if item is not None}, version)


def standing(case: Case) -> tuple[bool, str, str, bool, bool]:
    """What the worklist is ordered and counted by: open, due, priority, owned, waiting."""
    due = case.instant("due")
    priority = case.text("priority") or "P9"
    return (not case.is_final, iso(due) if due else "9", priority, case.has("owner"), case.has("waiting_since"))


def keys_of(case: Case) -> Iterator[str]:
    """What relates a case to others: its number, and what it shares with them."""
    return keys_in(case.case_id, case.fields)


def keys_in(case_id: str, fields: Mapping[str, object]) -> Iterator[str]:
    """The same out of a case's fields, decoded or as they are stored."""
    yield f"case:{case_id}"
    for name, prefix in RELATING.items():
        value = fields.get(name)
        if value is None:
            continue
        for item in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(item, str) and item:
                yield f"{prefix}:{''.join(item.split()).upper()}"


def first_since(last: int, at: Callable[[int], str], since: str) -> int:
    """The number of the first event at or after an instant, `last + 1` when there is none.

    Numbers have no gaps and instants never go back, so a few looks at single events find it, however long the chain.
    """
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle) >= since else (middle + 1, high)
    return low


def parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """The values in parts that one statement takes."""
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]


def fields_text(case: Case) -> str:
    """A case's fields as they are stored."""
    kind = case_types()[case.type]
    return canonical({name: kind.fields[name].encode(value) for name, value in case.fields.items()})
