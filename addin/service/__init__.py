"""The service: one journal transaction a press, the same for buttons, bulk, imports, typed edits and the command line.

1. State is loaded, rules decide, events and state are appended: all inside one transaction, durable before it returns.
2. Rows are judged one by one: a row that fails is undone alone and says why; the others stand.
3. An idempotency key fixes the payload too: the same key and payload answer what they answered before, the same key
   with another payload is refused.
4. A press that a rule or a role refuses is recorded as refused; a press that lacks something is only answered.
"""

from addin.service.register import (
    FOLDERS,
    Clock,
    Service,
    begin,
    kind_table,
    policy_of,
    utc_now,
)
from addin.service.requests import RowRequest, cleaned, repeated
from addin.service.work import Work

__all__ = [
    "FOLDERS", "Clock", "RowRequest", "Service", "Work", "begin", "cleaned", "kind_table", "policy_of", "repeated",
    "utc_now",
]  # fmt: skip
