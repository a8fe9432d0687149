"""A register with many refunds that are already paid, and the provider's statement of them, out of a seed.

The refunds are written as the events that carry all their facts at once: a measurement and a demonstration need the
end of their lives, not every step. Rules are not asked; nothing here is reachable from a register that is in use.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.events import Draft, Json, iso
from addin.logic.forms import Value
from addin.logic.values import Money
from addin.service import Service

_BATCH: Final = 2_000
HEAD: Final = "Refund reference,Payment reference,Order number,Booking date,Currency,Amount"


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund as the register has it: number, day of approval, amount in pence, and its references."""

    number: int
    day: date
    pence: int
    reference: str = ""
    payment: str = ""
    order: str = ""
    currency: str = "GBP"
    status: str = "Settled"

    def line(self, *, day: date | None = None, pence: int | None = None, reference: str | None = None) -> str:
        """The provider's line of it, with what differs."""
        amount = Decimal(self.pence if pence is None else pence).scaleb(-2)
        booked = day or self.day + timedelta(days=1)
        own = self.reference if reference is None else reference
        return f"{own},{self.payment},{self.order},{booked.isoformat()},{self.currency},{amount}"


def refunds(count: int, month: date, seed: int = 1) -> list[Refund]:
    """Refunds approved over the days of a month, in the order of their numbers."""
    chance = random.Random(seed)  # noqa: S311 - a fixed sequence, no secret
    return [
        Refund(
            number, month + timedelta(days=number * 28 // max(count, 1)), chance.randint(500, 250_000),
            f"RF-{number:07d}", f"PAY-{number:07d}", f"{5_200_000_000 + number}",
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def seed_refunds(service: Service, rows: Sequence[Refund]) -> list[str]:
    """Write refunds into a register's journal; answers their case numbers."""
    kind = case_types()["RFD"]
    found: list[str] = []
    for start in range(0, len(rows), _BATCH):
        with service.journal.write() as writer:
            for row in rows[start : start + _BATCH]:
                case_id = writer.next_number("CASE", row.day.year)
                fields = _fields(row, writer.next_number(kind.numbers["refund_no"], row.day.year))
                encoded: dict[str, Json] = {name: kind.fields[name].encode(value) for name, value in fields.items()}
                data: dict[str, Json] = {"type": "RFD", "move": "open", "status": row.status, "set": encoded}
                data |= {"order_no": row.order}
                draft = Draft(kind.opened.name, case_id, data, personal=kind.personal)
                event = writer.append(draft, at=iso(service.clock()), actor=service.actor.id, role="coordinator")
                writer.save(Case(case_id, "RFD", row.status, fields, event.seq))
                found.append(case_id)
    return found


def _fields(row: Refund, refund_no: str) -> dict[str, Value]:
    amount = Money(Decimal(row.pence).scaleb(-2), row.currency)
    approved = datetime.combine(row.day, time(10, 0), UTC)
    fields: dict[str, Value | None] = {
        "refund_no": refund_no,
        "order_no": row.order,
        "line_id": "1",
        "reason_code": "Price adjustment",
        "legal_basis": "Price adjustment",
        "refund_goods": amount,
        "total_refund": amount,
        "captured_amount": Money(amount.amount * 2, row.currency),
        "currency": row.currency,
        "orig_psp_reference": row.payment,
        "refund_psp_reference": row.reference,
        "opened_by": "a.khan",
        "opened_at": approved - timedelta(hours=1),
        "requested_by": "a.khan",
        "approved_by": "s.moreau",
        "approved_at": approved,
        "executed_by": "f.osei",
        "executed_at": approved + timedelta(hours=2),
        "settled_date": row.day + timedelta(days=1),
        "booked_period": f"{row.day + timedelta(days=1):%Y-%m}",
        "credit_note_no": f"CN-{row.number:07d}",
        "credit_note_date": row.day + timedelta(days=2),
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def write_statement(path: Path, lines: Sequence[str]) -> Path:
    """A general statement of these lines."""
    path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return path
