"""Audit request: scope, period and sample are stated, the pack is frozen, another person reviews it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.audit_request import CASE
from addin.logic.machine import open_case
from addin.logic.values import Role


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def prepared(**texts: object) -> Case:
    return done(CASE, case(**texts), "prepare")


def reviewed(**texts: object) -> Case:
    return done(CASE, prepared(**texts), "review", ctx(Role.FINANCE), review_comment="Totals agree with the tab.")


def delivered(**texts: object) -> Case:
    return done(CASE, reviewed(**texts), "deliver", delivered_to="X. Tull, external audit", delivered_how="Secure link")


def test_request_goes_from_scope_to_close_with_a_query():
    """Prepared, reviewed by another, delivered, queried by the auditor, answered, closed."""
    found = done(CASE, delivered(), "query", ctx(Role.AUDITOR), queries="Who approved refund 17?")
    assert (found.status, found.count("queries_raised")) == ("Queries", 1)
    found = done(CASE, found, "answer", answers="Senior QA, see event 812.")
    assert done(CASE, found, "close").status == "Closed"


def test_auditor_may_ask_and_change_nothing_else():
    """The auditor opens a request; preparing and answering are ours."""
    opened = open_case(CASE, "CASE-2026-000001", typed(CASE, {"scope": "Refunds"}), ctx(Role.AUDITOR))
    assert opened.ok
    assert refusal(CASE, case(), "prepare", ctx(Role.AUDITOR)) == {"MOVE-ROLE"}
    codes = refusal(CASE, case(), "prepare", ctx(Role.AUDITOR), completeness="All there")
    assert "EDIT-ROLE" in codes


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("AUD-01")
def test_period_ends_after_it_begins():
    """A period the wrong way round is refused when it is typed."""
    texts = {**CASE.sample, "period_to": "30/09/2026"}
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, texts), ctx())
    assert [problem.code for problem in decision.problems] == ["AUD-01"]


@pytest.mark.rule("AUD-02")
@pytest.mark.parametrize(("day", "over"), [("22/11/2026", True), ("23/11/2026", False)])
def test_pack_is_made_of_a_period_that_is_over(day, over):
    """Today is not over."""
    found = case(period_to=day)
    if over:
        assert done(CASE, found, "prepare").status == "Prepared"
    else:
        assert refusal(CASE, found, "prepare") == {"AUD-02"}


@pytest.mark.rule("AUD-03")
@pytest.mark.parametrize("digest", ["abc", "zz" * 32, "ab" * 33])
def test_pack_is_known_by_its_digest(digest):
    """64 hexadecimal characters."""
    assert refusal(CASE, case(pack_sha256=digest), "prepare") == {"AUD-03"}


@pytest.mark.rule("AUD-04")
def test_reviewer_is_not_the_preparer():
    """And nothing is delivered unreviewed."""
    own = done(CASE, case(), "prepare", ctx(Role.FINANCE))
    assert refusal(CASE, own, "review", ctx(Role.FINANCE), review_comment="Fine") == {"AUD-04"}
    assert refusal(CASE, own, "deliver", delivered_to="X", delivered_how="Link") == {"MOVE-STATE"}


@pytest.mark.rule("AUD-05")
@pytest.mark.parametrize("size", ["0", "213"])
def test_sample_fits_its_population(size):
    """At least one, at most all."""
    assert refusal(CASE, case(sample_size=size), "prepare") == {"AUD-05"}


@pytest.mark.rule("AUD-06")
def test_unusual_sample_size_is_told_and_left_to_the_auditor():
    """No size is called sufficient."""
    decision = press(CASE, case(sample_size="30"), "prepare")
    assert decision.ok
    assert [warning.code for warning in decision.warnings] == ["AUD-06"] or not decision.warnings
    opened = open_case(CASE, "CASE-2026-000001", typed(CASE, {"sample_size": "30"}), ctx())
    assert [warning.code for warning in opened.warnings] == ["AUD-06"]


@pytest.mark.rule("AUD-07")
def test_each_request_has_a_seed_of_its_own():
    """The same seed would draw the same cases."""
    other = replace(case(), case_id="CASE-2026-000009")
    assert refusal(CASE, case(), "prepare", ctx(related=(other,))) == {"AUD-07"}


@pytest.mark.parametrize("missing", ["scope", "population", "sample_seed", "completeness", "pack_version"])
def test_nothing_is_prepared_with_half_the_facts(missing):
    """Scope, population, seed, completeness and version are stated."""
    assert refusal(CASE, case(**{missing: None}), "prepare") >= {"MOVE-NEEDS"}


@pytest.mark.rule("COM-06")
def test_request_is_closed_with_its_ticket():
    """Every request has a ticket or says why there is none."""
    assert refusal(CASE, delivered(ticket_ref=None), "close") == {"COM-06"}


def test_pack_is_frozen_until_it_is_sent_back():
    """What was reviewed is what is delivered; a new pack is reviewed anew."""
    texts = {"delivered_to": "X", "delivered_how": "Link"}
    assert refusal(CASE, reviewed(), "deliver", pack_sha256="cd" * 32, **texts) == {"EDIT-FROZEN"}
    back = done(CASE, reviewed(), "send_back", ctx(reason="Cut-off wrong"))
    assert (back.status, back.text("reviewed_by")) == ("Requested", "")


def test_pack_is_due_on_the_auditors_day():
    """The auditor's date is the deadline until the pack is delivered."""
    found = done(CASE, case(), "wait", ctx(reason="x"), waiting_on="Customer", waiting_until="31/12/2026")
    assert (found.text("due_what"), found.instant("due").date().isoformat()) == ("Pack needed", "2026-12-04")


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
