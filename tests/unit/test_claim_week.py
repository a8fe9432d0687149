"""The weekly list of claims, and a parcel that comes back while it is claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cases_kit import NOW, ctx, done, open_
from proof_kit import REGISTER, Clock, new_register

from addin.claims.week import open_claims, write_week
from addin.evidence import attach_files
from addin.logic.cases.claim import CASE
from addin.logic.claim_figures import claim_figures
from addin.logic.claim_terms import EVIDENCE
from addin.logic.claim_week import blocked, in_order, week_text
from addin.logic.outcome import Problem
from addin.logic.values import Money, Role
from addin.service import RowRequest
from addin.settings import FILE

LISTED = "; ".join(f"{kind}: shelf 4" for kind in EVIDENCE["LOST"])
TRACKING = "1Z999AA10123456784"


def claim(**texts):
    return open_(CASE, **(dict(CASE.sample) | texts))


def gathering(**texts):
    return done(CASE, claim(**texts), "gather", ctx())


def filed():
    return done(CASE, gathering(), "file", ctx(), manifest_match="Yes", evidence_kinds=LISTED)


def line(case, **more):
    return blocked(CASE, case, ctx(**more))


class TestBlocked:
    def test_a_draft_lacks_what_gathering_needs(self):
        """The same words that the press would answer."""
        found = line(open_(CASE, tracking=TRACKING, order_no="4000123456"))
        assert found.who == "Coordinator"
        assert "Subtype is missing." in found.what

    def test_missing_evidence_and_a_missing_approval_name_who_can_help(self):
        """Two obstacles, two people."""
        found = line(gathering(proven_value="2000.00", amount_claimed="1500.00"))
        assert found.who == "Coordinator and Senior QA"
        assert any("Invoice" in words for words in found.what)
        assert any("needs Senior QA" in words for words in found.what)

    def test_what_is_ready_says_which_button_to_press(self):
        """Nothing stands in its way but the press."""
        found = line(done(CASE, gathering(manifest_match="Yes", evidence_kinds=LISTED), "note", ctx(reason="x")))
        assert found.what == ("Nothing: press 'File'.",)

    def test_with_the_carrier_the_carrier_is_named_and_the_day_to_chase(self):
        """Thirty days after filing the words change."""
        assert line(filed()).who == "Carrier"
        assert line(filed()).what == ("The carrier has not decided; filed on 23/11/2026, chase it from 23/12/2026.",)
        (late,) = line(filed(), now=NOW + timedelta(days=30)).what
        assert late.endswith("chase it now.")

    def test_a_question_of_the_carrier_is_ours_to_answer(self):
        """It is due on the day the carrier set."""
        asked = done(CASE, filed(), "request_info", ctx(), ups_action_due="2026-11-25")
        found = line(asked)
        assert (found.who, found.what) == ("Coordinator", ("Nothing: press 'Answered'.",))
        assert (found.due_what, f"{found.due:%d/%m}") == ("Answer the carrier", "25/11")

    def test_a_paid_claim_waits_for_finance_and_a_denied_one_for_signatures(self):
        """Recovered needs the match, a write-off the signature of Finance."""
        paid = done(CASE, filed(), "decide", ctx(), carrier_decision="Paid", amount_offered="750.00")
        paid = done(CASE, paid, "note", ctx(reason="x"), amount_paid="750.00", payment_ref="P-1", remedy="None due")
        assert line(paid).who == "Finance"
        denied = done(CASE, filed(), "decide", ctx(), carrier_decision="Denied", remedy="None due")
        assert line(denied).what == ("Finance must agree first. They press 'Agree' on this case.",)

    def test_somebody_waited_for_is_named(self):
        """A waiting claim says on whom."""
        case = done(CASE, gathering(), "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="2026-11-30")
        assert "Waits on Customer." in line(case).what


class TestText:
    def test_the_list_is_read_by_date_with_sums_on_top(self):
        """Overdue first, then this week, then later; each with who and what."""
        lines = in_order([line(filed()), line(gathering(), now=NOW + timedelta(days=20))])
        text = week_text(lines, NOW, "House of Fable", claim_figures([], NOW.date()))
        assert text.startswith("House of Fable: open carrier claims in week 48 of 2026, as of 23/11/2026 10:00\n")
        assert "2 open, 1 overdue, £1,500.00 at stake." in text
        assert text.index("Overdue (1)") < text.index("Later (1)")
        assert "Coordinator: " in text
        assert "Carrier: " in text

    def test_no_claims_is_a_list_too(self):
        """A quiet week is said, not left out."""
        assert "0 open, 0 overdue, £0.00 at stake." in week_text(
            [], NOW, "House of Fable", claim_figures([], NOW.date())
        )


@pytest.fixture(name="register")
def fixture_register(tmp_path):
    """A new register, on the day of the samples."""
    service = new_register(tmp_path / "journal.sqlite", Clock(NOW))
    (tmp_path / FILE).write_text(f'register_id = "{REGISTER}"\n', encoding="utf-8")
    yield service
    service.close()


def opened(register, code, **given):
    row = register.open_cases([RowRequest("", given, opens=code)]).rows[0]
    assert row.ok, row.message
    return row.case_id


def received(register, **given):
    """A parcel that the carrier brought back, received now."""
    case_id = opened(register, "CRP", order_no="4000123456", tracking=TRACKING, **given)
    changes = {"received_at": NOW, "reason_code": "UNAVAILABLE"}
    return case_id, register.press("receive", [RowRequest(case_id, changes)]).rows[0]


class TestRegister:
    def test_the_list_is_written_into_the_outbox_and_recorded(self, register):
        """Its event names file and digest; a closed claim is not on it."""
        kept = opened(register, "UPC", order_no="4000123456", tracking=TRACKING)
        gone = opened(register, "UPC", order_no="4000123457")
        register.press("cancel", [RowRequest(gone, {}, "opened twice")])
        assert [one.case_id for one in open_claims(register)] == [kept]
        outcome = write_week(register)
        text = (register.folder / outcome.files[0]).read_text(encoding="utf-8")
        assert kept in text
        (event,) = register.journal.events(kinds=["claims.listed.v1"])
        assert event.data["count"] == 1

    def test_a_parcel_that_comes_back_is_found_on_its_claim(self, register):
        """Receiving it tells the claim, in the same transaction and with the reason."""
        claim_id = opened(register, "UPC", order_no="4000123456", tracking="1Z 999 AA1 01 2345 6784", subtype="LOST")
        case_id, row = received(register)
        assert row.ok
        assert f"Parcel found: {claim_id} is 'Draft'." in row.message
        case = register.journal.case(claim_id)
        assert case is not None
        assert case.day("found_on") == NOW.date()
        (event,) = register.journal.events(case_id=claim_id, kinds=["claim.parcel_found.v1"])
        assert case_id in event.reason

    def test_a_damage_claim_and_a_cancelled_one_are_left_alone(self, register):
        """Neither says that the parcel is gone."""
        damage = opened(register, "UPC", order_no="4000123456", tracking=TRACKING, subtype="DAMAGE")
        lost = opened(register, "UPC", order_no="4000123456", tracking=TRACKING, subtype="LOST")
        register.press("cancel", [RowRequest(lost, {}, "opened twice")])
        received(register)
        for case_id in (damage, lost):
            case = register.journal.case(case_id)
            assert case is not None
            assert not case.has("found_on")

    def test_damage_on_the_way_back_opens_check_and_claim_at_once_with_its_evidence(self, register):
        """Photos attached to the return are the claim's evidence too."""
        case_id, _ = received(register, goods_value=None, sku="BAG-0117")
        photo = register.folder / "photo of item.jpg"
        photo.write_bytes(b"jpg")
        assert attach_files(register, case_id, [photo], "Photo").ok
        qc = register.acting(register.settings.actors()["q.reid"])
        row = qc.press("inspect", [RowRequest(case_id, {"condition": "Damaged", "photos": ("1.jpg",)})]).rows[0]
        assert row.ok, row.message
        opened_types = {case.type: case for case in register.journal.cases()}
        assert {"RQC", "UPC"} <= opened_types.keys()
        claim_case = opened_types["UPC"]
        assert claim_case.text("subtype") == "DAMAGE"
        assert "photo of item.jpg" in claim_case.items("evidence_files")[0]

    def test_a_refusal_of_the_claim_does_not_stop_the_parcel(self, register, monkeypatch):
        """The parcel is in our hands whatever the claim says; the refusal is told."""
        claim_id = opened(register, "UPC", order_no="4000123456", tracking=TRACKING, subtype="LOST")
        found = CASE.all_moves["found"]
        monkeypatch.setattr("addin.logic.machine._role_problem", _only_for(found.roles))
        _, row = received(register)
        assert row.ok
        assert f"{claim_id} did not make 'Parcel found'" in row.message


def _only_for(forbidden):
    """A role check that refuses one move's roles and nothing else."""

    def check(roles, _, what):
        return [Problem("MOVE-ROLE", f"Nobody may {what}.")] if roles == forbidden and "found" in what else []

    return check


def test_roles_that_receive_may_also_say_that_a_parcel_was_found():
    """Whoever takes the parcel in must not be refused on the claim."""
    roles = CASE.all_moves["found"].roles
    assert {Role.COORDINATOR, Role.QC, Role.SENIOR_QA} <= roles


class TestFigures:
    """How claims went: the audit's facts, counted over all of them."""

    def test_days_deadlines_and_sums_are_counted_and_withdrawn_claims_left_out(self):
        """Two filed after 2 and 5 days, one of them late; one never filed and past its deadline; one withdrawn."""
        base = open_(CASE, **CASE.sample)

        def claim(status, **fields):
            return replace(base, status=status, fields={**base.fields, **fields})

        day = date(2026, 11, 2)
        paid = {"discovery_date": day, "amount_claimed": Money.parse("100.00"), "uninsured_gap": Money.parse("40.00")}
        cases = [
            claim("Filed", filed_at=datetime(2026, 11, 4, 9, tzinfo=UTC), filed_late=False, **paid),
            claim("Closed", filed_at=datetime(2026, 11, 7, 9, tzinfo=UTC), filed_late=True, **paid,
                  amount_paid=Money.parse("60.00"), insurer_paid=Money.parse("15.00")),
            claim("Evidence gathering", notice_by=date(2026, 11, 10), **paid),
            claim("Cancelled", notice_by=date(2026, 11, 10), **paid),
        ]  # fmt: skip
        found = claim_figures(cases, date(2026, 11, 23))
        assert (found.claims, found.filed, found.in_time, found.missed) == (3, 2, 1, 2)
        assert str(found.days_to_file) == "3.5"
        assert [str(one.amount) for one in (found.claimed, found.came_back, found.uninsured)] == [
            "300.00", "75.00", "120.00",
        ]  # fmt: skip
        assert "2 filed, 3.5 days after discovery on average; 1 in time (50 %), 2 past" in found.sentence()
