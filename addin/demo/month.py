"""A month of refunds in a demo register: asked, approved, sent in batches, answered, reconciled, closed; one is late.

Fictional from end to end, and the same for the same number of refunds: whoever looks for what is wrong with the month
finds exactly what `Flaws` says was put there.
"""

from __future__ import annotations

import csv
import io
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from addin.errors import CasebookError
from addin.folder import create, write_workbook
from addin.logic.calendar import is_working_day
from addin.logic.case_type import Case
from addin.logic.forms import Value
from addin.logic.outcome import Outcome
from addin.logic.periods import last_day, month_after, month_of
from addin.logic.values import Money
from addin.payments import load_profile, make_batches, payable, record_answers, root_of
from addin.periods import standing, take_step
from addin.reconciling import latest, reconcile_month
from addin.service import RowRequest, Service
from addin.tasks import keep_snapshot, verify_register

STATEMENT: Final = "provider-statement"
_HEAD: Final = ("Refund reference", "Payment reference", "Order number", "Booking date", "Currency", "Amount")
_ANSWER: Final = ("Refund", "Status", "Refund reference", "Booked on", "ARN", "Reason")


@dataclass(frozen=True, slots=True)
class Flaws:
    """How many refunds of the month are not as they should be, of each kind."""

    never_sent: int
    failed: int
    missing: int
    differ: int
    unlogged: int
    twice: int
    without_reference: int

    @classmethod
    def of(cls, refunds: int) -> Flaws:
        """A few of each kind, more in a larger month."""
        some = max(refunds // 400, 1)
        return cls(2 * some, 2 * some, some, some, some, some, some)


@dataclass
class Clock:
    """The clock of the play; every look at it is a second later."""

    now: datetime

    def __call__(self) -> datetime:
        """The instant of this look."""
        self.now += timedelta(seconds=1)
        return self.now

    def at(self, day: date, hour: int) -> None:
        """Go on to an hour of a day."""
        self.now = max(self.now, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


@dataclass
class Month:
    """The month under way: its register, its clock, its chance, and what the provider has booked."""

    service: Service
    name: str
    chance: random.Random
    clock: Clock
    flaws: Flaws
    booked: list[tuple[str, str, str, date, Money]] = field(default_factory=list)

    def by(self, account: str) -> Service:
        """The register with somebody at the keyboard."""
        return self.service.acting(self.service.settings.actors()[account])

    def sure(self, outcome: Outcome) -> Outcome:
        """An outcome that must be done whole.

        Raises:
            CasebookError: when something was refused.
        """
        if not outcome.ok:
            raise CasebookError(f"The demo was refused: {outcome.message}", code="DEMO")
        return outcome


def play_month(
    folder: Path, refunds: int, *, today: date, say: Callable[[str], None], tick: Callable[[], None] = lambda: None
) -> dict[str, object]:
    """Play a month in a new register in `folder`; answers its figures.

    Args:
        folder: absent or empty.
        refunds: how many refunds the month has.
        today: the day on which it is played; the month played is the last but one before it.
        say: is given each line of the story.
        tick: is called after each day.

    Raises:
        CasebookError: when a step that must succeed is refused.
    """
    began = time.monotonic()
    name = month_of((today.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1))
    first = date(int(name[:4]), int(name[5:]), 1)
    clock = Clock(datetime(first.year, first.month, 1, 6, tzinfo=UTC))
    service = create(folder, demo=True, clock=clock)
    month = Month(service, name, random.Random(refunds), clock, Flaws.of(refunds))  # noqa: S311 - a fixed play
    try:
        month_days = (first + timedelta(days=at) for at in range(last_day(name).day))
        days = [day for day in month_days if is_working_day(day)]
        late = _days_of_refunds(month, refunds, days, tick)
        say(f"{refunds:,} refunds asked for, approved and sent over {len(days)} working days of {name}.")
        figures = _closing(month, late, say)
        write_workbook(service)
        keep_snapshot(service, f"{name} played")
        report = verify_register(service)
        say(report.sentence())
        seconds = round(time.monotonic() - began, 1)
        say(f"Played in {seconds:.0f} s; the register is {folder}.")
        return {**figures, "refunds": refunds, "period": name, "verified": report.ok, "seconds": seconds}
    finally:
        service.close()


# The days -------------------------------------------------------------------------------------------------------


def _days_of_refunds(month: Month, refunds: int, days: Sequence[date], tick: Callable[[], None]) -> str:
    """Every day: ask, check, approve, send what is approved, and take yesterday's answer; the last answer waits."""
    shares = [refunds * (at + 1) // len(days) - refunds * at // len(days) for at in range(len(days))]
    keep_back: set[str] = set()
    sent: list[Case] = []
    for day, share in zip(days, shares, strict=True):
        _answer(month, sent, day)
        asked = _ask(month, share, day)
        if len(keep_back) < month.flaws.never_sent:
            keep_back |= set(asked[: month.flaws.never_sent - len(keep_back)])
        sent = _send(month, keep_back, day)
        tick()
    month.clock.at(days[-1], 18)
    return sent[0].case_id if sent else ""


def _ask(month: Month, share: int, day: date) -> list[str]:
    """The day's refunds, from the request to Senior QA's approval."""
    month.clock.at(day, 8)
    opened = month.sure(month.by("a.khan").open_cases([_request(month, day) for _ in range(share)]))
    ids = [row.case_id for row in opened.rows]
    for account, verb in (("b.lowe", "confirm_qc"), ("b.lowe", "check_amount"), ("s.moreau", "approve")):
        month.sure(month.by(account).press(verb, [RowRequest(case_id) for case_id in ids]))
    return ids


def _request(month: Month, day: date) -> RowRequest:
    chance = month.chance
    order = f"52{chance.randrange(10**8):08d}"
    amount = Money.from_minor(chance.randint(500, 40_000))
    basis = chance.choice(("Price adjustment", "Goodwill"))
    values: dict[str, Value] = {
        "order_no": order, "line_id": "1", "sku": f"SC-{chance.randrange(10**4):04d}", "qty": 1, "legal_basis": basis,
        "reason_code": basis, "refund_goods": amount, "captured_amount": Money(amount.amount + 900),
        "orig_payment_method": f"card ending {chance.randrange(10**4):04d}", "orig_psp_reference": f"PSP-{order}",
        "dispute_open": False,
    }  # fmt: skip
    return RowRequest("", values, opens="RFD")


def _send(month: Month, keep_back: set[str], day: date) -> list[Case]:
    """Everything that is approved goes out, except what nobody gets to."""
    month.clock.at(day, 16)
    finance = month.by("f.osei")
    ids = [case_id for case_id in payable(finance) if case_id not in keep_back]
    failed = [case.case_id for case in finance.journal.cases(types=["RFD"]) if case.status == "PSP failed"]
    again = failed[: len(failed) // 2]
    month.sure(make_batches(finance, [RowRequest(case_id) for case_id in (*ids, *again)]))
    return finance.journal.cases((*ids, *again))


def _answer(month: Month, sent: Sequence[Case], day: date) -> None:
    """The provider's answer to yesterday's batch, taken from its file."""
    if not sent:
        return
    month.clock.at(day, 7)
    lines = [_said(month, case, day) for case in sent]
    profile = load_profile(root_of(month.service), month.service.settings.payments.profile)
    finance = month.by("f.osei")
    month.sure(record_answers(finance, profile, _csv(_ANSWER, lines)))
    paid = [case for case in finance.journal.cases(case.case_id for case in sent) if case.status == "Settled"]
    noted = [_credit_note(case, day) for case in paid if month.chance.random() < 0.99]
    month.sure(finance.edit(noted))


def _credit_note(case: Case, day: date) -> RowRequest:
    values: dict[str, Value] = {"credit_note_no": f"CN-{case.text('refund_no')[4:]}", "credit_note_date": day}
    return RowRequest(case.case_id, values)


def _said(month: Month, case: Case, day: date) -> tuple[str, ...]:
    attempt = case.count("attempt") or 1
    name = f"{case.text('refund_no')}-{attempt}"
    if attempt == 1 and month.flaws.failed and month.chance.random() < 0.02:
        month.flaws = _one_less(month.flaws)
        return (name, "failed", "", "", "", "Card closed")
    reference = f"REF-{case.text('refund_no')[4:]}-{attempt}"
    _book(month, case, reference, day)
    arn = f"7481{month.chance.randrange(10**19):019d}"
    return (name, "settled", reference, day.isoformat(), arn, "")


def _one_less(flaws: Flaws) -> Flaws:
    return Flaws(
        flaws.never_sent, flaws.failed - 1, flaws.missing, flaws.differ, flaws.unlogged, flaws.twice,
        flaws.without_reference,
    )  # fmt: skip


def _book(month: Month, case: Case, reference: str, day: date) -> None:
    amount = case.money("total_refund")
    if amount is not None:
        month.booked.append((reference, case.text("orig_psp_reference"), case.text("order_no"), day, amount))


# The end of the month -------------------------------------------------------------------------------------------


def _closing(month: Month, late: str, say: Callable[[str], None]) -> dict[str, object]:
    """Reconcile with the provider's statement, close the month, and see where a late refund goes."""
    service, finance = month.service, month.by("f.osei")
    after = month_after(month.name)
    month.clock.at(date(int(after[:4]), int(after[5:]), 3), 9)
    path = service.folder / "inbox" / f"{STATEMENT}-{month.name}.csv"
    path.write_bytes(_statement(month))
    first = reconcile_month(finance, path, month.name)
    say(f"Reconciled: {first.message}")
    path.unlink()
    run = latest(service)
    exceptions = Counter(item.code for item in run.items) if run is not None else Counter()
    say("Listed: " + ", ".join(f"{code} {count}" for code, count in sorted(exceptions.items())) + ".")
    matched = [
        RowRequest(case.case_id)
        for case in service.journal.cases(types=["RFD"])
        if case.status == "Settled" and case.text("recon_status") == "Matched"
    ]
    month.sure(finance.press("reconcile", matched))
    say(f"{len(matched):,} refunds matched and reconciled.")
    closed = month.sure(take_step(finance, "close", month.name, "The rest is listed and followed up."))
    say(f"Closed: {closed.message}")
    _late(month, late, date(int(after[:4]), int(after[5:]), 4))
    shown = standing(service, after)
    say(f"Next month: {shown.sentence()}")
    return {
        "equation_zero": run is not None and all(one.holds for one in run.equations()),
        "reconciled": len(matched), "exceptions": dict(sorted(exceptions.items())),
        "closed": standing(service, month.name).as_dict()["kept"],
        "late": [line.case_id for line in shown.lines if line.late_from == month.name],
    }  # fmt: skip


def _late(month: Month, case_id: str, day: date) -> None:
    """The provider tells after the close that a refund of the last day was booked in the month."""
    month.clock.at(day, 9)
    finance = month.by("f.osei")
    case = month.service.journal.case(case_id)
    if case is None:
        return
    values: dict[str, Value] = {"refund_psp_reference": f"REF-{case.text('refund_no')[4:]}-1"}
    month.sure(finance.press("accept", [RowRequest(case_id, values)]))
    month.sure(finance.press("settle", [RowRequest(case_id, {"settled_date": last_day(month.name)})]))


def _statement(month: Month) -> bytes:
    """The provider's own file of the month, with what is wrong in it."""
    flaws, lines = month.flaws, list(_lines(month))
    picked = month.chance.sample(range(len(lines)), min(_wrong(flaws), len(lines)))
    missing, differ, twice, bare = _shares(picked, (flaws.missing, flaws.differ, flaws.twice, flaws.without_reference))
    shown = [
        _altered(line, differs=at in differ, bare=at in bare) for at, line in enumerate(lines) if at not in missing
    ]
    shown += [lines[at] for at in twice]
    day = lines[-1][3]
    shown += [
        (f"REF-X{n}", f"PSP-X{n}", f"53{n:08d}", day, "GBP", f"{30 + n}.00") for n in range(1, flaws.unlogged + 1)
    ]
    return _csv(_HEAD, shown)


def _wrong(flaws: Flaws) -> int:
    return flaws.missing + flaws.differ + flaws.twice + flaws.without_reference


def _shares(picked: Sequence[int], sizes: Sequence[int]) -> list[set[int]]:
    found, start = [], 0
    for size in sizes:
        found.append(set(picked[start : start + size]))
        start += size
    return found


def _lines(month: Month) -> Iterator[tuple[str, ...]]:
    for reference, payment, order, day, amount in month.booked:
        yield reference, payment, order, day.isoformat(), amount.currency, str(amount.amount)


def _altered(line: tuple[str, ...], *, differs: bool, bare: bool) -> tuple[str, ...]:
    reference, payment, order, day, currency, amount = line
    if differs:
        amount = str(Decimal(amount) + Decimal("0.50"))
    return ("" if bare else reference, payment, order, day, currency, amount)


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
