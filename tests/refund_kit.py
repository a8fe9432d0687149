"""Refunds through the service, step by step, by the people who may: for tests of money, months and batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cases_kit import PEOPLE
from service_kit import SETTINGS, Clock

from addin.journal import SqliteJournal
from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE
from addin.logic.outcome import Outcome
from addin.logic.values import Actor, Role
from addin.service import RowRequest, Service, begin
from addin.settings import Person, Settings

#: A second person of finance, who executes what the first has agreed to.
SECOND_FINANCE = Actor("g.hale", "Gita Hale", frozenset({Role.FINANCE}))
TEAM = {**PEOPLE, SECOND_FINANCE.id: SECOND_FINANCE}
#: A price adjustment needs no goods: the shortest way to money.
SAMPLE = {
    "order_no": "4000123456", "line_id": "1", "sku": "BAG-0117", "qty": "1", "reason_code": "Price adjustment",
    "legal_basis": "Price adjustment", "refund_goods": "50.00", "captured_amount": "450.00",
    "orig_payment_method": "Card ending 4242", "orig_psp_reference": "PSP-88231", "dispute_open": "No",
}  # fmt: skip
#: An IBAN that the standard itself gives as an example.
IBAN = "GB82 WEST 1234 5698 7654 32"
STEPS = (("confirm_qc", "b.lowe"), ("check_amount", "b.lowe"), ("approve", "s.moreau"))


def team_settings(**more: object) -> Settings:
    """Settings that know the whole team."""
    people = {key: Person(name=who.name, roles=tuple(sorted(who.roles))) for key, who in TEAM.items()}
    return SETTINGS.model_copy(update={"people": people, **more})


def money_service(folder: Path | None = None, clock: Clock | None = None, **more: object) -> Service:
    """A register that was just begun, with the whole team; in memory unless it has a folder."""
    journal = SqliteJournal(folder / "journal.sqlite", create=True) if folder else SqliteJournal(None)
    for name in ("outbox", "packs") if folder else ():
        (folder / name).mkdir()
    service = Service(folder or Path(), team_settings(**more), journal, PEOPLE["a.khan"], clock or Clock())
    begin(service, "ab12")
    return service


def values(**texts: object) -> dict[str, object]:
    """Typed texts of a refund as values."""
    found = {}
    for name, text in texts.items():
        value, problem = CASE.fields[name].read(text)
        assert problem is None or problem.warn, problem
        found[name] = value
    return found


def request(service: Service, **texts: object) -> str:
    """A refund that was just asked for; answers its case number."""
    given = values(**(SAMPLE | texts))
    outcome = service.acting(TEAM["a.khan"]).open_cases([RowRequest("", given, opens="RFD")])
    assert outcome.ok, outcome.message
    return outcome.rows[0].case_id


def try_move(service: Service, who: str, verb: str, case_id: str, *, reason: str = "", **texts: object) -> Outcome:
    """Press a move as somebody."""
    return service.acting(TEAM[who]).press(verb, [RowRequest(case_id, values(**texts), reason)])


def move(service: Service, who: str, verb: str, case_id: str, *, reason: str = "", **texts: object) -> Case:
    """Press a move that must succeed; answers the case."""
    outcome = try_move(service, who, verb, case_id, reason=reason, **texts)
    assert outcome.ok, outcome.message
    return the(service, case_id)


def the(service: Service, case_id: str) -> Case:
    """A case as it stands."""
    case = service.journal.case(case_id)
    assert case is not None
    return case


def approved(service: Service, **texts: object) -> str:
    """A refund that is approved; answers its case number."""
    case_id = request(service, **texts)
    for verb, who in STEPS:
        move(service, who, verb, case_id)
    return case_id


def settled(service: Service, *, day: str = "", reference: str = "", **texts: object) -> str:
    """A refund that was paid on a day (today unless said); answers its case number."""
    case_id = approved(service, **texts)
    move(service, "f.osei", "submit", case_id)
    move(service, "f.osei", "accept", case_id, refund_psp_reference=reference or f"REF-{case_id[-6:]}")
    move(service, "f.osei", "settle", case_id, settled_date=day or service.context().today.isoformat())
    return case_id


def codes(outcome: Outcome) -> set[str]:
    """The codes of everything that was refused."""
    return {problem.code for problem in outcome.problems}


def as_person(service: Service, who: str) -> Service:
    """The register with another person of the team at the keyboard."""
    return replace(service, actor=TEAM[who])


def agreed() -> dict[str, str]:
    """What is typed for a refund to an account that the customer agreed to."""
    return {
        "payee_name": "I. Marlow", "payee_account": IBAN, "refund_method": "Bank transfer",
        "method_agreement": "Mail of 20/11, file 12",
    }  # fmt: skip
