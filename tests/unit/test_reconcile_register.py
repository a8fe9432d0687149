"""The register against a statement: what is kept, what is proposed, what is listed, and what changes afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from reconcile_kit import FINANCE, MONTH, finance_service, october, run, the

from addin.bench.reconcile.register import HEAD, Refund, seed_refunds, write_statement
from addin.journal.sqlite import SqliteWriter
from addin.logic.chain import check
from addin.logic.outcome import Status
from addin.logic.reconcile.fx import converted, within
from addin.logic.reconcile.reasons import REASONS, reason
from addin.logic.reconcile.records import Item, Standing, _pieces
from addin.logic.system_kinds import SYSTEM_KINDS
from addin.logic.values import Actor, Money, Role
from addin.reconciling import changed_since, decide, latest, reconcile_month, retest
from addin.service import RowRequest


def codes(standing: Standing | None) -> list[tuple[str, str]]:
    """Code and place of every open item, in order."""
    assert standing is not None
    return [(item.code, item.place) for item in standing.items]


def zero(standing: Standing | None) -> bool:
    assert standing is not None
    return all(equation.holds for equation in standing.equations())


def only(standing: Standing | None) -> Item:
    assert standing is not None
    (item,) = standing.items
    return item


# Matching ------------------------------------------------------------------------------------------------------


def test_a_month_that_agrees_is_matched_whole(tmp_path):
    """Every refund by its reference; the equation is zero, nothing is open, and each case says so."""
    rows = october()
    service, ids = finance_service(rows)
    outcome = run(service, tmp_path, [row.line() for row in rows])
    standing = latest(service)
    assert (outcome.status, codes(standing), zero(standing)) == (Status.DONE, [], True)
    assert {
        (the(service, case_id).text("recon_status"), the(service, case_id).text("recon_period")) for case_id in ids
    } == {("Matched", "2026-10")}
    assert list(check(service.journal.links())) == []


def test_the_same_statement_again_adds_nothing(tmp_path):
    """A second run of the same file on the same register is the same run."""
    rows = october()
    service, _ = finance_service(rows)
    run(service, tmp_path, [row.line() for row in rows])
    before = service.journal.head()
    again = run(service, tmp_path, [row.line() for row in rows])
    assert (service.journal.head(), again.status) == (before, Status.DONE)
    assert "Nothing new" in again.message


def test_an_empty_month_has_a_dated_result(tmp_path):
    """No refund and no line: zero, with the day and the person."""
    service, _ = finance_service([])
    assert run(service, tmp_path, []).ok
    standing = latest(service)
    assert standing is not None
    assert (standing.equations(), standing.by, standing.at[:10]) == ([], FINANCE.id, "2026-11-03")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (lambda r: [r.line(pence=r.pence - 100)], [("R03", "paired")]),
        (lambda r: [r.line().replace("GBP", "EUR")], [("R04", "paired"), ("R04", "paired")]),
        (lambda r: [r.line(), r.line()], [("R06", "open")]),
        (lambda r: [r.line(), "X,Y,5999999999,2026-10-20,GBP,1.00"], [("R02", "open")]),
        (lambda r: [], [("R01", "open")]),
        (lambda r: [r.line(reference="", pence=200), r.line(reference="", pence=r.pence - 200)], [("T4", "open")]),
        (lambda r: [r.line(reference="", pence=200), r.line(reference="", pence=300)], [("R07", "open")]),
    ],
)
def test_what_does_not_agree_is_listed_with_its_code(tmp_path, lines, found):
    """One refund of the first of October against lines that differ in one way each; the equation holds throughout."""
    (row,) = [replace(october(1)[0], day=MONTH)]
    service, _ = finance_service([row])
    run(service, tmp_path, lines(row))
    standing = latest(service)
    assert sorted(codes(standing)) == found
    assert zero(standing)


def test_a_refund_near_the_end_is_timing_and_an_older_one_is_missing(tmp_path):
    """Within five days of the statement's end its line may still come; before, it is an exception."""
    rows = october(2)
    rows = [replace(rows[0], day=MONTH.replace(day=26)), replace(rows[1], day=MONTH.replace(day=25))]
    service, ids = finance_service(rows)
    run(service, tmp_path, ["X,Y,5999999999,2026-10-31,GBP,1.00"])
    standing = latest(service)
    assert ("R01", "timing out") in codes(standing)
    assert ("R01", "open") in codes(standing)
    assert [the(service, case_id).text("recon_status") for case_id in ids] == ["Timing", "Exception"]
    assert zero(standing)


def test_a_line_of_the_next_month_is_carried_and_brought_forward(tmp_path):
    """Approved on 31 October, booked on 1 November: timing out in October, timing in in November, both zero."""
    row = replace(october(1)[0], day=MONTH.replace(day=31))
    service, (case_id,) = finance_service([row])
    run(service, tmp_path, [row.line()])
    assert codes(latest(service)) == [("R11", "timing out")]
    assert zero(latest(service))
    run(service, tmp_path, [row.line()], "2026-11")
    november = latest(service)
    assert [(item.worth, item.place) for item in november.items] == [("timing", "timing in")]
    assert zero(november)
    assert the(service, case_id).text("recon_period") == "2026-11"


def test_a_refund_reconciled_elsewhere_takes_no_part(tmp_path):
    """Its month says where it went, and no line of this month can take it a second time."""
    row = replace(october(1)[0], day=MONTH.replace(day=31))
    service, _ = finance_service([row])
    run(service, tmp_path, [row.line()], "2026-11")
    run(service, tmp_path, [row.line(day=MONTH.replace(day=31))])
    standing = latest(service)
    assert sorted(codes(standing)) == [("R02", "open"), ("R11", "timing out")]
    assert zero(standing)


def test_two_months_in_one_statement_stay_apart(tmp_path):
    """Lines of other months are outside the equation; only October's count."""
    rows = october(4)
    service, _ = finance_service(rows)
    run(service, tmp_path, [*(row.line() for row in rows), "X,Y,5999999999,2026-09-20,GBP,7.00"])
    assert zero(latest(service))
    standing = latest(service)
    assert standing.equations()[0].items("settled") == 4
    assert ("refunds booked in other months", 1, "7.00") in standing.run.classes
    assert "left out: 1 line of other months" in standing.run.words
    told = run(service, tmp_path, [*(row.line() for row in rows), "X,Y,5999999999,2026-09-20,GBP,7.00"], "2026-09")
    assert "This file was also used for 2026-10." in told.message


def test_a_month_of_two_providers_is_reconciled_with_both_files_at_once(tmp_path):
    """Their order is no matter; alone, each leaves the other's refunds open, and the words ask for the rest."""
    rows = october(6)
    service, _ = finance_service(rows)
    first = write_statement(tmp_path / "a.csv", [row.line() for row in rows[:3]])
    second = write_statement(
        tmp_path / "b.csv", [*(row.line() for row in rows[3:]), "X,Y,5999999999,2026-10-20,GBP,7.00"]
    )
    assert reconcile_month(service, [first, second], "2026-10").ok
    standing = latest(service)
    assert (codes(standing), standing.run.file, zero(standing)) == ([("R02", "open")], "a.csv + b.csv", True)
    assert only(standing).words == "Line b.csv 5."
    assert "Nothing new" in reconcile_month(service, [second, first], "2026-10").message
    assert "were all statements of the month given at once?" in reconcile_month(service, [first], "2026-10").message


def test_a_rate_on_the_line_makes_an_fx_proposal(tmp_path):
    """Within half a percent of the recomputed amount it is proposed as an FX difference, never matched."""
    row = replace(october(1)[0], pence=10_000)
    service, _ = finance_service([row])
    path = tmp_path / "fx.csv"
    line = row.line(pence=11_540).replace("GBP", "EUR")
    path.write_text(f"{HEAD},Exchange rate\n{line},1.15\n", encoding="utf-8")
    reconcile_month(service, path, "2026-10")
    assert {(item.code, item.worth) for item in latest(service).items} == {("FX", "proposed"), ("FX", "part")}
    assert zero(latest(service))


def test_rates_and_tolerances_are_exact():
    """Recomputed half up to the minor unit; the greater of share and fixed amount counts."""
    assert converted(10_001, 2, Decimal("1.155"), 2) == 11_551
    assert within(10_000, 10_050, 2, Decimal("0.5"), Decimal(0))
    assert not within(10_000, 10_051, 2, Decimal("0.5"), Decimal(0))
    assert within(10_000, 10_100, 2, Decimal("0.5"), Decimal(1))


# What the records show -----------------------------------------------------------------------------------------


def test_the_refunds_own_faults_are_flags(tmp_path):
    """Approved by the requester, sent late, without credit note, more than captured: listed though it matches."""
    row = replace(october(1)[0], day=MONTH)
    service, (case_id,) = finance_service([row])
    with service.journal.write() as writer:
        case = writer.case(case_id)
        fields = {**case.fields, "approved_by": "a.khan", "refund_due": MONTH, "refund_method": "bank transfer"}
        fields |= {"captured_amount": Money.parse("1.00"), "legal_basis": "CCR cancellation"}
        for name in ("credit_note_no", "credit_note_date"):
            fields.pop(name)
        writer.save(replace(case, fields=fields))
    run(service, tmp_path, [row.line()])
    assert {item.code for item in latest(service).items} >= {"R12", "R14", "R16", "R17", "R13", "R15"}
    assert zero(latest(service))


def test_an_approved_refund_that_was_not_sent_is_told(tmp_path):
    """One working day after approval it should have gone out."""
    service, _ = finance_service([replace(october(1)[0], status="Approved")])
    run(service, tmp_path, [])
    assert "R09" in {item.code for item in latest(service).items}


def test_failures_and_chargebacks_point_at_their_refunds(tmp_path):
    """A refund the provider reports as failed though it is settled here, and a chargeback on a refunded payment."""
    rows = october(2)
    service, ids = finance_service(rows)
    path = tmp_path / "adyen.csv"
    head = "Psp Reference,Merchant Reference,Booking Date,Type,Modification Reference,Gross Currency,"
    head += "Gross Debit (GC),Gross Credit (GC)"
    lines = [
        f"{rows[0].payment},{rows[0].order},2026-10-02,RefundedReversed,{rows[0].reference},GBP,,5.00",
        f"{rows[1].payment},{rows[1].order},2026-10-03,Chargeback,CB-1,GBP,5.00,",
    ]
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    reconcile_month(service, path, "2026-10", profile="adyen")
    told = {(item.code, item.cases) for item in latest(service).items}
    assert ("R08", (ids[0],)) in told
    assert ("R10", (ids[1],)) in told


def test_every_code_says_what_to_do():
    """R01 to R18 each have a title and an action; words of a two-file profile stand for themselves."""
    assert {f"R{number:02d}" for number in range(1, 19)} <= set(REASONS)
    assert all(row.action and row.title for row in REASONS.values())
    assert reason("R01", timing=True).action.startswith("Wait")
    assert reason("no candidate").title == "no candidate"


# Decisions -----------------------------------------------------------------------------------------------------


def proposal(tmp_path, **more):
    """A register with one proposal waiting."""
    row = replace(october(1)[0], day=MONTH)
    service, ids = finance_service([row])
    run(service, tmp_path, [row.line(reference="").replace(row.payment, "")])
    return service, ids[0], only(latest(service))


def test_an_accepted_proposal_is_matched_by_hand_with_who_and_why(tmp_path):
    """The case, the event and the equation say so; the run again counts it as matched."""
    service, case_id, item = proposal(tmp_path)
    assert decide(service, {item.id: True}, "Seen on the provider's page").ok
    case = the(service, case_id)
    assert (case.text("recon_status"), case.text("recon_period")) == ("Matched by hand", "2026-10")
    standing = latest(service)
    assert (standing.waiting(), zero(standing), standing.equations()[0].items("open")) == ([], True, 0)
    event = list(service.journal.events(kinds=["recon.decided.v1"]))[-1]
    assert (event.reason, event.data["answer"], event.data["item"]) == (
        "Seen on the provider's page",
        "accepted",
        item.id,
    )
    run(service, tmp_path, [october(1)[0].line(reference="", day=MONTH + timedelta(days=1)).replace("PAY-0000001", "")])
    assert (codes(latest(service)), zero(latest(service))) == ([], True)


def test_a_rejected_proposal_is_an_exception_and_stays_one(tmp_path):
    """The same proposal is not made again in the next run."""
    service, case_id, item = proposal(tmp_path)
    assert decide(service, {item.id: False}, "Another customer").ok
    assert latest(service).waiting() == []
    assert latest(service).shown()[0].worth == "exception"
    run(service, tmp_path, [october(1)[0].line(reference="", day=MONTH + timedelta(days=1)).replace("PAY-0000001", "")])
    assert codes(latest(service)) == [("R07", "open")]
    assert the(service, case_id).text("recon_status") == "Exception"


def test_only_what_waits_can_be_decided_once(tmp_path):
    """A second decision, an unknown item and an empty answer are refused in words."""
    service, _, item = proposal(tmp_path)
    decide(service, {item.id: True}, "")
    for answers in ({item.id: False}, {"P000": True}, {}):
        assert decide(service, answers, "").problems[0].code == "RCN-04"


def test_only_finance_reconciles_and_decides(tmp_path):
    """The role is asked for below the button."""
    service, _, item = proposal(tmp_path)
    other = service.acting(Actor("a.khan", "Amira Khan", frozenset({Role.COORDINATOR})))
    assert decide(other, {item.id: True}, "").problems[0].code == "RCN-01"
    assert run(other, tmp_path, []).problems[0].code == "RCN-01"
    assert run(service, tmp_path, [], "October").problems[0].code == "RCN-02"


def test_a_closed_month_is_looked_at_and_not_reconciled_again(tmp_path):
    """After the close its result stands; the words say where late lines go."""
    service, _ = finance_service([])
    service.record("period.closed.v1", {"period": "2026-10", "words": "nothing booked", "result": {}})
    refused = run(service, tmp_path, [])
    assert refused.problems[0].code == "RCN-09"
    assert "2026-11" in str(refused.problems[0])


# Afterwards ----------------------------------------------------------------------------------------------------


def test_a_later_change_of_a_reconciled_refund_is_named(tmp_path):
    """The reference of a matched refund is altered: looking again names the case, before and after."""
    rows = october(3)
    service, ids = finance_service(rows)
    run(service, tmp_path, [row.line() for row in rows])
    assert retest(service) == []
    edited = service.edit([RowRequest(ids[1], {"refund_psp_reference": "RF-OTHER"}, "typed over")])
    assert edited.ok, edited.message
    (changed,) = changed_since(service, latest(service))
    assert ids[1] in changed
    assert "was RF-0000002, is RF-OTHER" in changed
    assert retest(service)[0].startswith("2026-10 was reconciled on 2026-11-03; changed since:")


def test_a_refund_approved_into_the_month_afterwards_is_named(tmp_path):
    """A case that appears later with a day of that month changes what the month rests on."""
    rows = october(3)
    service, _ = finance_service(rows)
    run(service, tmp_path, [row.line() for row in rows])
    (late,) = seed_refunds(service, [Refund(99, MONTH, 100, "RF-99", "PAY-99", "5200009999")])
    assert changed_since(service, latest(service)) == [f"{late} is new."]


def test_answers_about_dates_are_asked_once(tmp_path):
    """After one run with --dates the same layout is read without asking."""
    row = replace(october(1)[0], day=MONTH)
    service, _ = finance_service([row])
    line = row.line().replace("2026-10-02", "02/10/2026")
    refused = run(service, tmp_path, [line])
    assert refused.problems[0].code == "STM-DATES"
    assert run(service, tmp_path, [line], dates="dmy", profile="generic").ok
    assert run(service, tmp_path, [line], profile="generic").ok
    assert run(service, tmp_path, [line]).ok


@pytest.mark.parametrize("step", range(1, 14, 2))
def test_a_fault_at_any_step_leaves_all_or_nothing(tmp_path, monkeypatch, step):
    """The journal fails at its nth event while a run or decision is kept: nothing of it stands, and again it works."""
    rows = [*october(8)[1:], replace(october(1)[0], day=MONTH)]
    service, _ = finance_service(rows)
    lines = [row.line() for row in rows[:-1]] + [rows[-1].line(reference="").replace(rows[-1].payment, "")]
    whole, count = SqliteWriter.append, 0

    def failing(self, *arguments, **named):
        nonlocal count
        count += 1
        if count == step:
            raise OSError("the disk is gone")
        return whole(self, *arguments, **named)

    monkeypatch.setattr(SqliteWriter, "append", failing)
    heads = [service.journal.head()]

    def month() -> None:
        run(service, tmp_path, lines)
        heads.append(service.journal.head())
        decide(service, {latest(service).items[0].id: True}, "")

    with pytest.raises(OSError, match="disk"):
        month()
    assert service.journal.head() == heads[-1]
    monkeypatch.setattr(SqliteWriter, "append", whole)
    assert run(service, tmp_path, lines).ok
    assert zero(latest(service))
    assert list(check(service.journal.links())) == []


def test_pieces_fit_a_cell_and_lose_nothing():
    """However many items a run has, each event stays below the length of a cell."""
    entries = [["CASE-2026-000001", number, "T1"] for number in range(5_000)]
    pieces = list(_pieces(entries))
    assert [entry for piece in pieces for entry in piece] == entries
    assert len(pieces) > 1


def test_the_kinds_of_events_are_known_to_the_register():
    """Each has its audit sentence."""
    assert {"recon.made.v1", "recon.decided.v1", "recon.packed.v1"} <= {kind.name for kind in SYSTEM_KINDS}
