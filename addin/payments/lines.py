"""What a payment file says about one refund and about its batch, taken from the approved case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from addin.logic.case_type import Case
from addin.logic.outcome import Problem
from addin.logic.values import Money, formula_like, total


@dataclass(frozen=True, slots=True)
class Line:
    """One refund of a batch. `end_to_end_id` is another for each attempt, so that a retry is not taken for a repeat."""

    case_id: str
    refund_no: str
    order_no: str
    payment_reference: str
    amount: Money
    reason_code: str
    attempt: int
    payee_name: str = ""
    payee_account: str = ""

    @property
    def end_to_end_id(self) -> str:
        """What the provider or the bank gives back with its answer."""
        return f"{self.refund_no}-{self.attempt}"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: its number, when it was made, and its refunds, all in one currency."""

    batch_no: str
    at: datetime
    day: date
    lines: tuple[Line, ...]

    @property
    def currency(self) -> str:
        """The currency of every line."""
        return self.lines[0].amount.currency

    @property
    def total(self) -> Money:
        """The control total."""
        return total((line.amount for line in self.lines), self.currency)


def line_of(case: Case, *, attempt: int | None = None) -> Line:
    """A refund as a line of a batch, as it stands after it was sent; `attempt` before that."""
    amount = case.money("total_refund")
    if amount is None:
        raise ValueError(f"{case.case_id} has no amount.")
    return Line(
        case.case_id, case.text("refund_no"), case.text("order_no"), case.text("orig_psp_reference"), amount,
        case.text("reason_code"), attempt if attempt is not None else case.count("attempt") or 1,
        case.text("payee_name"), case.text("payee_account"),
    )  # fmt: skip


#: What a column may hold about a refund; amounts and days are put into the profile's form by whoever writes the file.
VALUES: Final = frozenset(
    {
        "case_id", "refund_no", "order_no", "payment_reference", "amount", "amount_minor", "currency", "reason_code",
        "attempt", "end_to_end_id", "payee_name", "payee_account", "number",
    }
)  # fmt: skip
#: What a column may hold about the batch.
BATCH_VALUES: Final = frozenset({"batch_no", "batch_day", "batch_currency", "count", "total", "total_minor"})


def values_of(line: Line, number: int) -> Mapping[str, str | Money | int]:
    """Everything a column can say about a refund."""
    return {
        "case_id": line.case_id, "refund_no": line.refund_no, "order_no": line.order_no,
        "payment_reference": line.payment_reference, "amount": line.amount, "amount_minor": line.amount.minor,
        "currency": line.amount.currency, "reason_code": line.reason_code, "attempt": line.attempt,
        "end_to_end_id": line.end_to_end_id, "payee_name": line.payee_name, "payee_account": line.payee_account,
        "number": number,
    }  # fmt: skip


def batch_values(batch: Batch) -> Mapping[str, str | Money | int | date]:
    """Everything a column can say about the batch."""
    return {
        "batch_no": batch.batch_no, "batch_day": batch.day, "batch_currency": batch.currency,
        "count": len(batch.lines), "total": batch.total, "total_minor": batch.total.minor,
    }  # fmt: skip


def line_problems(case: Case, pays: str) -> tuple[Problem, ...]:
    """Why a refund does not fit into a file that pays "original" payments or an agreed "account".

    No text that a spreadsheet program takes for a formula ever goes out; it is refused, since an altered reference
    would be another one.
    """
    to_account = case.has("payee_account")
    found = []
    if to_account != (pays == "account"):
        words = "is paid to an agreed bank account" if to_account else "goes back to the original payment"
        hint = f"Choose a payment profile for {'accounts' if to_account else 'the payment provider'}."
        found.append(Problem("PAY-01", f"{case.case_id} {words}.", "payee_account", hint=hint))
    for name in ("order_no", "orig_psp_reference", "payee_name", "payee_account", "reason_code"):
        if formula_like(case.text(name)):
            words = f"{case.case_id}: a text that begins like a formula is not sent."
            found.append(Problem("PAY-02", words, name, hint="Correct the cell."))
    return tuple(found)


def one_currency(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """The cases by the currency they are paid in."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        amount = case.money("total_refund")
        found.setdefault(amount.currency if amount else "", []).append(case)
    return found
