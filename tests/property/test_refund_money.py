"""Whatever people press in whatever order: no money is lost, none goes twice, and nobody moves any alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from refund_kit import SAMPLE, TEAM, money_service, values
from service_kit import Clock, assert_sound

from addin.logic.case_type import Case
from addin.logic.cases.refund import CASE
from addin.logic.period_result import booked_months, lines
from addin.logic.refund_terms import is_alive, same_line
from addin.logic.refund_terms import lines as order_lines
from addin.logic.signatures import signed
from addin.logic.values import Money, Role, total
from addin.periods import take_step
from addin.service import RowRequest, Service

#: What was captured for each of the two payments, whatever people type.
CAPTURED = {"PSP-1": "GBP 6000.00", "PSP-2": "GBP 120.00"}
PEOPLE = ("a.khan", "b.lowe", "q.reid", "s.moreau", "f.osei", "g.hale")
#: States in which money is on its way or gone.
SENT = {"Submitted to PSP", "PSP accepted", "Settled", "Reconciled", "Closed"}
BEGUN = SENT | {"QC confirmed", "Amount checked", "Approved", "PSP failed"}


@dataclass(frozen=True)
class Step:
    """One thing somebody does: opens a refund or presses a move on one of those that there are."""

    who: str
    verb: str
    nth: int
    payment: str
    line: str
    part: str
    amount: str
    days: int


VERBS = ("open", "confirm_qc", "check_amount", "agree", "approve", "submit", "accept", "fail", "retry", "settle",
         "reconcile", "reverse", "hold", "release", "reject", "cancel", "close_month", "hold_month")  # fmt: skip
#: Opening, and the next step of a refund by a person who may, come up often: so money really moves between the rest.
LIKELY = ("open",) * 6 + ("next",) * 24 + ("next by anybody",) * 24

steps = st.lists(
    st.builds(
        Step,
        who=st.sampled_from(PEOPLE),
        verb=st.sampled_from(VERBS + LIKELY),
        nth=st.integers(0, 3),
        payment=st.sampled_from(tuple(CAPTURED)),
        line=st.sampled_from(("1", "01", "2", "3", "4")),
        part=st.sampled_from(("", "", "1", "2")),
        amount=st.sampled_from(("0.01", "60.00", "60.01", "120.00", "500.00", "500.01", "5000.00", "5000.01")),
        days=st.sampled_from((0, 0, 0, 1, 20)),
    ),
    min_size=10,
    max_size=60,
)
#: From each state the next step and who may take it.
WAY = {
    "Requested": ("confirm_qc", "b.lowe"), "QC confirmed": ("check_amount", "b.lowe"),
    "Amount checked": ("approve", "s.moreau"), "Approved": ("submit", "f.osei"),
    "Submitted to PSP": ("accept", "f.osei"),
    "PSP accepted": ("settle", "f.osei"), "Settled": ("reconcile", "f.osei"), "PSP failed": ("retry", "f.osei"),
    "On hold": ("release", "b.lowe"),
}  # fmt: skip


def texts_of(step: Step, service: Service) -> dict[str, str]:
    """What is typed with a move."""
    today = service.context().today
    return {
        "accept": {"refund_psp_reference": f"REF-{step.nth}"},
        "settle": {"settled_date": today.isoformat()},
        "reconcile": {"recon_status": "Matched", "recon_period": f"{today:%Y-%m}"},
        "hold": {"hold_owner": "f.osei", "hold_review": (today + timedelta(days=1)).isoformat()},
    }.get(step.verb, {})


def play(service: Service, clock: Clock, step: Step) -> None:
    """Do one step; a refusal is an answer, not a fault."""
    clock.on(days=step.days, minutes=1)
    actor = service.acting(TEAM[step.who])
    if step.verb == "open":
        given = SAMPLE | {
            "line_id": step.line, "line_part": step.part, "line_amount": "6000.00", "refund_goods": step.amount,
            "orig_psp_reference": step.payment, "captured_amount": CAPTURED[step.payment], "order_no": "4000123456",
        }  # fmt: skip
        actor.open_cases([RowRequest("", values(**given), opens="RFD")])
        return
    if step.verb.endswith("_month"):
        last = (service.context().today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
        take_step(actor, step.verb.removesuffix("_month"), last, "as drawn")
        return
    found = service.journal.cases(types=["RFD"])
    if not found:
        return
    case = found[step.nth % len(found)]
    if step.verb.startswith("next"):
        verb, who = WAY.get(case.status, ("note", step.who))
        who = who if step.verb == "next" else step.who
        if (
            verb == "approve"
            and step.verb == "next"
            and (amount := case.money("total_refund"))
            and amount > Money.parse("5000.00")
        ):
            play(service, clock, replace(step, verb="agree", who="g.hale", days=0))
        play(service, clock, replace(step, verb=verb, who=who, days=0))
    else:
        case_id = case.case_id
        actor.press(step.verb, [RowRequest(case_id, values(**texts_of(step, service)), "as drawn")])


def everything(drawn: list[Step]) -> Service:
    """A register in which all of it happened; what must hold held after every step."""
    clock = Clock(datetime(2026, 10, 5, 9, 0, tzinfo=UTC))
    service = money_service(clock=clock)
    for step in drawn:
        play(service, clock, step)
        holds(service)
    return service


def stage(case: Case) -> str:
    """How far a refund is, also while it is on hold."""
    return case.text("held_from") if case.status == "On hold" else case.status


def holds(service: Service) -> None:
    """What must be true after every step."""
    refunds = service.journal.cases(types=["RFD"])
    for payment, captured in CAPTURED.items():
        out = [case for case in refunds if case.text("orig_psp_reference") == payment and is_alive(case)]
        checked = [case.money("total_refund") for case in out if stage(case) in BEGUN - {"QC confirmed"}]
        assert total(m for m in checked if m) <= Money.parse(captured), f"above captured on {payment}"
    begun = [case for case in refunds if stage(case) in BEGUN and is_alive(case)]
    for at, one in enumerate(begun):
        assert not [other.case_id for other in begun[at + 1 :] if same_line(one, other)], "two refunds of one line"
    for case in refunds:
        if case.status in SENT or case.has("executed_at"):
            assert_three_people(case)


def assert_three_people(case: Case) -> None:
    """Asked, approved and sent by three; above the limit Finance signed as a fourth; each in a role that may."""
    people = [case.text(name) for name in ("requested_by", "approved_by", "executed_by")]
    assert all(people)
    assert len(set(people)) == 3
    amount = case.money("total_refund")
    assert amount is not None
    approver = TEAM[people[1]]
    assert approver.may({Role.SENIOR_QA}) or (approver.may({Role.QC}) and amount <= Money.parse("500.00"))
    assert TEAM[people[2]].may({Role.FINANCE})
    if amount > Money.parse("5000.00"):
        assert signed(case)[Role.FINANCE] not in people


@given(steps)
@settings(max_examples=60, deadline=None)
def test_whatever_is_pressed_money_stays_whole(drawn: list[Step]) -> None:
    """Never above captured, never two live refunds of one line, never without three people, at no instant."""
    service = everything(drawn)
    assert_sound(service.journal)
    assert_booked_once(service.journal.cases(types=["RFD"]))


def assert_booked_once(refunds: list[Case]) -> None:
    """What was paid, less what came back, is exactly what the months show, and no month shows a refund twice."""
    paid = [case for case in refunds if case.has("booked_period")]
    back = [case for case in refunds if case.has("reversal_period")]
    shown = [line for month in booked_months(refunds) for line in lines(refunds, month)]
    assert Counter((line.case_id, line.reversal) for line in shown).most_common(1)[:1] in ([], [*_once(shown)])
    expected = sum(case.money("total_refund").minor for case in paid) - sum(
        case.money("total_refund").minor for case in back
    )
    assert sum(line.amount.minor for line in shown) == expected


def _once(shown: list) -> list:
    return [((shown[0].case_id, shown[0].reversal), 1)] if shown else []


@given(steps, st.sampled_from(PEOPLE))
@settings(max_examples=20, deadline=None)
def test_a_press_that_comes_twice_does_nothing_twice(drawn: list[Step], who: str) -> None:
    """The same key and payload answer what they answered; the chain does not grow; another payload is refused."""
    service = everything(drawn)
    for case in service.journal.cases(types=["RFD"]):
        for verb in ("release", "retry", "reverse", "reject", "note"):
            asked = RowRequest(case.case_id, {}, "as drawn", key=f"{verb}|{case.case_id}")
            first = service.acting(TEAM[who]).press(verb, [asked])
            if not first.ok:
                continue
            head = service.journal.head()
            again = service.acting(TEAM[who]).press(verb, [asked])
            assert again.ok
            assert service.journal.head() == head
            other = service.acting(TEAM[who]).press(verb, [RowRequest(case.case_id, {}, "another", key=asked.key)])
            assert {problem.code for problem in other.problems} == {"KEY-01"}


@given(st.lists(st.sampled_from(("1", "01", "1;2", "2", "3")), min_size=2, max_size=2), st.lists(
    st.sampled_from(("", "1", "2", "02")), min_size=2, max_size=2))  # fmt: skip
def test_lines_are_the_same_whichever_refund_is_asked(named: list[str], parts: list[str]) -> None:
    """Whether two refunds are of one line does not depend on which of them is looked at first."""
    one, other = (
        Case(f"CASE-2026-00000{at}", "RFD", "Requested", {"order_no": "4000123456", "line_id": line, "line_part": part})
        for at, (line, part) in enumerate(zip(named, parts, strict=True), 1)
    )
    one, other = (Case(c.case_id, c.type, c.status, {k: v for k, v in c.fields.items() if v}) for c in (one, other))
    assert same_line(one, other) == same_line(other, one)
    if not order_lines(one) & order_lines(other):
        assert not same_line(one, other)


def test_every_move_of_a_refund_is_tried() -> None:
    """A new move must be put among those that are drawn, or be left out on purpose."""
    left_out = {"duplicate", "reopen", "close", "note", "wait", "resume", "prioritise"}
    tried = {verb for verb in VERBS if not verb.endswith("_month")} | left_out
    assert {move.verb for move in CASE.moves} <= tried
