"""A month of paid refunds in a register, and statements of them, for tests of reconciliation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from cases_kit import PEOPLE
from service_kit import SETTINGS, Clock

from addin.bench.reconcile.register import Refund, refunds, seed_refunds, write_statement
from addin.journal import SqliteJournal
from addin.logic.case_type import Case
from addin.logic.outcome import Outcome
from addin.logic.values import Role
from addin.reconciling import reconcile_month
from addin.service import Service, begin

MONTH = date(2026, 10, 1)
NOVEMBER = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
FINANCE = next(actor for actor in PEOPLE.values() if Role.FINANCE in actor.roles)


def finance_service(rows: list[Refund]) -> tuple[Service, list[str]]:
    """A register in memory with these refunds, Finance at the keyboard, and the refunds' case numbers."""
    service = Service(Path(), SETTINGS, SqliteJournal(None), FINANCE, Clock(NOVEMBER))
    begin(service, "ab12")
    return service, seed_refunds(service, rows)


def october(count: int = 12) -> list[Refund]:
    """Refunds over the days of October."""
    return refunds(count, MONTH)


def run(service: Service, folder: Path, lines: list[str], period: str = "2026-10", **asked: str) -> Outcome:
    """Reconcile with a statement of these lines."""
    return reconcile_month(service, write_statement(folder / "statement.csv", lines), period, **asked)


def the(service: Service, case_id: str) -> Case:
    case = service.journal.case(case_id)
    assert case is not None
    return case


__all__ = ["FINANCE", "MONTH", "finance_service", "october", "replace", "run", "the"]
