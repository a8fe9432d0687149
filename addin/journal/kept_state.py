"""Compares the kept state of a case with what its events tell, most cases without decoding a single value.

A kept state is written by encoding what the events say. So where the values that the events set last, just as they are
stored, encode to exactly the bytes that are kept, the state is what the events tell. Everything else (personal values,
other spellings, real differences) is decoded and compared value by value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from addin.journal.retell import Told
from addin.journal.stored import fields_text, standing
from addin.logic.case_type import Case, CaseType
from addin.logic.chain import Fault
from addin.logic.common_form import FINAL_STATES

#: The columns that `is_as_told` and `state_fault` compare, in the order in which they are selected.
STATE: Final = "type, status, version, is_open, due, priority, owned, waiting, fields"
_TITLES: Final = (
    "type", "status", "version", "open mark", "due time", "priority", "owner mark", "waiting mark", "fields",
)  # fmt: skip
_SCALARS: Final = frozenset({str, int, bool})
_ENCODE: Final = msgspec.json.Encoder(order="sorted").encode
#: One row of the kept states: texts as the bytes they are stored as.
Row = tuple[Any, ...]


def plain_fields(kind: CaseType, told: Told) -> dict[str, Any] | None:
    """The fields of a case as its events set them, in stored form; None where they have to be decoded to be known."""
    fields = {name: value for name, value in told.changes.items() if value is not None}
    if not kind.fields.keys() >= fields.keys():
        return None
    for value in fields.values():
        if type(value) not in _SCALARS and not (type(value) is list and all(type(item) is str for item in value)):
            return None
    return fields


def is_as_told(kind: CaseType, told: Told, fields: Mapping[str, Any], row: Row | None) -> bool:
    """True when the kept row is, byte by byte, what a case's plain fields encode to."""
    due, priority, status = fields.get("due", "9"), fields.get("priority") or "P9", told.status or kind.initial
    if type(due) is not str or type(priority) is not str:
        return False
    return row == (
        told.type.encode(), status.encode(), told.version, int(status not in FINAL_STATES), due.encode(),
        priority.encode(), int(bool(fields.get("owner"))), int(bool(fields.get("waiting_since"))), _ENCODE(fields),
    )  # fmt: skip


def state_fault(case: Case, row: Row | None) -> Iterator[Fault]:
    """What is wrong with the kept row of a case, its values compared one by one."""
    if row is None:
        yield Fault(
            case.version, "state", f"The case {case.case_id} is missing, though event {case.version} is its last."
        )
        return
    told = (case.type, case.status, case.version, *map(_number, standing(case)), fields_text(case))
    stored = (item if isinstance(item, int) else _text(item) for item in row)
    wrong = [title for title, one, other in zip(_TITLES, told, stored, strict=True) if one != other]
    if wrong:
        words = (
            f"The kept state of {case.case_id} ({', '.join(wrong)}) is not what its events up to {case.version} say."
        )
        yield Fault(case.version, "state", words)


def _number(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
