"""A small register for tests of proofs: real presses by several people, its journal file and its workbook."""

from __future__ import annotations

import atexit
import itertools
import shutil
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from cases_kit import PEOPLE

from addin.journal import SqliteJournal
from addin.logic.cases import case_types
from addin.logic.events import digests
from addin.logic.policy import DEFAULT_POLICY
from addin.register.render import render
from addin.service import RowRequest, Service, begin
from addin.settings import House, Person, Settings

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
REGISTER = "reg-7f3a"


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def to(self, now: datetime) -> None:
        self.now = now

    def on(self, **step: float) -> None:
        self.now += timedelta(**step)


def settings() -> Settings:
    people = {key: Person(name=who.name, roles=tuple(who.roles)) for key, who in PEOPLE.items()}
    return Settings(register_id=REGISTER, house=House(name="Example House"), people=people)


def new_register(path: Path | None, clock: Clock) -> Service:
    """A register that has only its first event; salts are counted, so that the same test makes the same chain."""
    salts = itertools.count()
    journal = SqliteJournal(path, create=True, salt=lambda: f"{next(salts):032x}")
    service = Service(path.parent if path else Path(), settings(), journal, PEOPLE["a.khan"], clock)
    begin(service, REGISTER)
    return service


def fresh_folder() -> Path:
    """A folder for what all tests of a run share; it goes when the run ends."""
    folder = Path(mkdtemp(prefix="casebook-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _finished() -> Path:
    folder, clock = fresh_folder(), Clock()
    service = new_register(folder / "journal.sqlite", clock)
    some_work(service, clock)
    (folder / "casebook.xlsm").write_bytes(book_bytes(service))
    service.close()
    return folder


def finished_register(folder: Path) -> Service:
    """A copy of a register with some work and its workbook, opened; made once for all tests of a run."""
    for name in ("journal.sqlite", "casebook.xlsm"):
        shutil.copy(_finished() / name, folder / name)
    salts = itertools.count(10_000)
    journal = SqliteJournal(folder / "journal.sqlite", salt=lambda: f"{next(salts):032x}")
    return Service(folder, settings(), journal, PEOPLE["a.khan"], Clock(datetime(2026, 10, 5, 12, 0, tzinfo=UTC)))


def read(code: str, texts: dict[str, object]) -> dict[str, object]:
    """Typed texts as field values."""
    kind = case_types()[code]
    values = {}
    for name, text in texts.items():
        value, problem = kind.fields[name].read(text)
        assert problem is None or problem.warn, problem
        values[name] = value
    return values


def opens(service: Service, code: str, who: str = "a.khan", **texts: object) -> str:
    """Open a case of a type from its sample and some texts; must succeed. Answers its number."""
    known = {k: v for k, v in case_types()[code].sample.items() if k in case_types()[code].fields}
    request = RowRequest("", read(code, {**known, **texts}), opens=code)
    row = service.acting(PEOPLE[who]).open_cases([request]).rows[0]
    assert row.ok, row.message
    return row.case_id


def presses(service: Service, verb: str, case_id: str, who: str = "a.khan", reason: str = "", **texts: object) -> None:
    """Press a move on a case; must succeed."""
    code = service.journal.case(case_id).type
    request = RowRequest(case_id, read(code, texts), reason)
    row = service.acting(PEOPLE[who]).press(verb, [request]).rows[0]
    assert row.ok, row.message


def is_refused(service: Service, verb: str, case_id: str, who: str, reason: str = "", **texts: object) -> None:
    """Press a move that must be refused."""
    code = service.journal.case(case_id).type
    row = service.acting(PEOPLE[who]).press(verb, [RowRequest(case_id, read(code, texts), reason)]).rows[0]
    assert not row.ok


def some_work(service: Service, clock: Clock, cases: int = 4) -> list[str]:
    """A few cases with presses, typed edits, a refusal, notes and a cancellation."""
    ids = []
    for number in range(cases):
        clock.on(minutes=7)
        ids.append(opens(service, "RFD", order_no=f"40001{number:05d}", orig_psp_reference=f"PSP-{number}"))
        clock.on(minutes=2)
        presses(
            service,
            "note",
            ids[-1],
            "b.lowe",
            reason=f"Asked the desk, answer {number}; \N{POUND SIGN}12 \N{EM DASH} ok",
        )
        if number % 2:
            presses(
                service, "wait", ids[-1], "b.lowe", "No answer yet", waiting_on="Customer", waiting_until="2026-10-20"
            )
        else:
            is_refused(service, "reject", ids[-1], "a.khan", "Not right")
    clock.on(hours=3)
    presses(service, "cancel", ids[0], reason="Opened twice")
    ids.append(opens(service, "ADR", "b.lowe"))
    presses(service, "prioritise", ids[-1], reason="Wave leaves at noon", priority_wanted="P1")
    return ids


def book_bytes(service: Service, upto: int | None = None) -> bytes:
    """The register's workbook as it is made anew."""
    events = list(service.journal.events(upto=upto))
    named = [digest for event in events for digest in digests(event.data)]
    return render(
        service.journal.cases(),
        events,
        service.kinds,
        register_id=REGISTER,
        house="Example House",
        demo=False,
        now=service.clock(),
        policy_rows=DEFAULT_POLICY.rows,
        people=sorted(PEOPLE),
        buttons={},
        vba=(Path(__file__).parents[1] / "addin/macros/vbaProject.bin").read_bytes(),
        password="casebook",
        head=service.journal.head() if upto is None else _head_at(service, upto),
        vault=service.journal.vault(named).values(),
    )


def _head_at(service: Service, upto: int):
    from addin.logic.chain import Head

    event = next(service.journal.events(upto - 1, upto))
    return Head(event.seq, event.hash, event.at)


def _sample_of(code: str, **more: object) -> dict[str, object]:
    return {**case_types()[code].sample, **more}


def refund_story(service: Service, clock: Clock, order: str, amount: str, *, steps: int) -> str:
    """A refund of returned goods: `steps` says how far it goes (1 graded goods ... 8 reconciled)."""
    facts = {"order_no": order, "sku": f"BAG-{order[-4:]}", "serial": f"Z-{order[-6:]}"}
    case = opens(
        service, "RFD", refund_goods=amount, captured_amount=amount, orig_psp_reference=f"PSP-{order}",
        legal_basis="Goodwill", reason_code="Goodwill", **facts,
    )  # fmt: skip
    moves = [
        ("confirm_qc", "b.lowe", {}),
        ("check_amount", "b.lowe", {}),
        ("approve", "s.moreau", {}),
        ("submit", "f.osei", {}),
        ("accept", "f.osei", {"refund_psp_reference": f"R-{order}"}),
        ("settle", "f.osei", {"settled_date": f"{clock.now:%Y-%m-%d}"}),
        ("reconcile", "f.osei", {"recon_status": "Matched", "recon_period": f"{clock.now:%Y-%m}"}),
    ]
    for verb, who, texts in moves[:steps]:
        clock.on(hours=2)
        presses(service, verb, case, who, "Checked against the order", **texts)
    return case


def month_of_work(service: Service, clock: Clock, start: datetime) -> None:
    """A month with most of what a pack lists: openings before, in and after it, refusals, drift, late entries."""
    clock.to(start - timedelta(days=12))
    early = [opens(service, "RFD", order_no=f"40009{n:05d}", orig_psp_reference=f"PSP-E{n}") for n in range(3)]
    clock.to(start - timedelta(hours=30))
    opens(service, "OST", order_no="4000200001")
    clock.to(start + timedelta(hours=9))
    presses(service, "cancel", early[0], reason="Opened twice; mail jane.doe@example.com or 07700 900123, SW1A 1AA")
    for number, steps in enumerate((7, 6, 5, 3, 2, 0), 1):
        clock.to(start + timedelta(days=2 * number, hours=8))
        refund_story(service, clock, f"40003{number:05d}", f"{number * 137}.50", steps=steps)
    clock.to(start + timedelta(days=23, hours=12))
    for code in case_types():
        if code != "RFD":
            opens(service, code)
            clock.on(hours=1)
    is_refused(service, "reject", early[1], "a.khan", "Not right")
    drift = {"cell": "Refunds!C9", "field": "Status", "found": "Approved", "kept": "Requested"}
    service.record("workbook.drift.v1", drift, case_id=early[1])
    clock.to(start + timedelta(days=29, hours=15))
    happened = f"{start + timedelta(days=27, hours=4):%Y-%m-%dT%H:%M}+00:00"
    service.edit([RowRequest(early[2], read("RFD", {"happened_at": happened}), "Told by phone, Mrs Jane Doe")])
    clock.to(start + timedelta(days=32))
    opens(service, "OST", order_no="4000400001")
