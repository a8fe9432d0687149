"""In which month a refund is booked, and what the payment provider said about it.

1. A settled refund is booked in the month of its booking day. When that month takes nothing more, it is booked in the
   next that does and keeps the name of its own: a late item, visible in both results.
2. What is booked in a closed month stays as it is. A mistake is put right by an event of an open month: a reversal.
3. A refund that the provider paid in several parts is matched by their sum.

Every check answers None when its rule holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.forms import Value
from addin.logic.outcome import Problem
from addin.logic.periods import is_month, month_of
from addin.logic.values import Money, total

_PART: Final = re.compile(r"(?P<reference>\S+)\s+(?P<amount>[0-9]+(?:\.[0-9]{1,3})?)")


def booked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """Where a refund that has just settled is booked."""
    day = case.day("settled_date")
    if day is None:
        return {}
    own = month_of(day)
    taking = ctx.periods.taking(own)
    return {"booked_period": taking, "late_from": own if taking != own else None}


def terms_kept(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """What is booked, as one line: it follows the case until its month is closed, then it is what the case must match.

    The match belongs to it once the refund is reconciled.
    """
    period = case.text("booked_period")
    return {} if not period or ctx.periods.is_closed(period) else {"booked_terms": _terms(case, period)}


def reversal_booked(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """Where a reversal is booked: in the month of the day it is recorded, whenever the refund itself was."""
    return {"reversed_at": ctx.now, "reversal_period": ctx.periods.taking(month_of(ctx.today))}


def _terms(case: Case, period: str) -> str:
    names = ["settled_date", "total_refund", "refund_psp_reference"]
    names += ["recon_period", "recon_status"] if case.has("recon_at") else []
    return " | ".join([period, *(str(case.fields.get(name, "-")) for name in names)])


def booking_stays(case: Case, ctx: Context) -> Problem | None:
    """What is booked in a closed month stays as it is. Source: period close."""
    period = case.text("booked_period")
    if not period or not ctx.periods.is_closed(period) or case.text("booked_terms") == _terms(case, period):
        return None
    return Problem(
        "RFD-41", f"{case.case_id} is booked in {period}, which is closed.", "settled_date",
        hint="Put the cells back; reverse the refund, or ask Senior QA and Finance to reopen the month.",
    )  # fmt: skip


def recon_period_open(case: Case, ctx: Context) -> Problem | None:
    """A refund is reconciled in a month that is not closed. Source: period close, "late items go to the next"."""
    period = case.text("recon_period")
    if not is_month(period) or not ctx.periods.is_closed(period):
        return None
    return Problem(
        "RFD-42", f"{period} is closed.", "recon_period",
        hint=f"Reconcile it in {ctx.periods.taking(period)}; it is shown there as late.",
    )  # fmt: skip


# What the provider said -----------------------------------------------------------------------------------------


def parts(case: Case) -> list[tuple[str, Money]]:
    """The payments into which the provider split the refund: reference and amount.

    Raises:
        ValueError: for an entry that is not "REFERENCE 12.00".
    """
    amount = case.money("total_refund")
    found = []
    for entry in case.items("psp_parts"):
        match = _PART.fullmatch(entry.strip())
        if match is None:
            raise ValueError(f"{entry!r} is not a reference and an amount, like REF-1 300.00.")
        found.append((match["reference"], Money.parse(match["amount"], amount.currency if amount else "GBP")))
    return found


def parts_add_up(case: Case, ctx: Context) -> Problem | None:
    """The parts a refund was paid in make the refund, each under its own reference. Source: matching engine, T4."""
    amount = case.money("total_refund")
    try:
        found = parts(case)
    except ValueError as error:
        return Problem("RFD-43", str(error), "psp_parts", hint="Write one reference and amount a part, with ; between.")
    if not found or amount is None:
        return None
    together = total([money for _, money in found], amount.currency)
    if len({reference for reference, _ in found}) < len(found):
        return Problem("RFD-43", "Two parts have the same reference.", "psp_parts", hint="Each part has its own.")
    if together == amount:
        return None
    return Problem(
        "RFD-43", f"The parts make {together.pretty()}, the refund is {amount.pretty()}.", "psp_parts",
        hint="Correct the parts.",
    )  # fmt: skip
