"""Procedure change: a version of its own, approved by another, read by those it binds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import ctx, done, open_, refusal

from addin.logic.case_type import Case
from addin.logic.cases.procedure import CASE
from addin.logic.machine import open_case
from addin.logic.values import Role

THE_DAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def submitted(**texts: object) -> Case:
    return done(CASE, case(**texts), "submit")


def approved(**texts: object) -> Case:
    return done(CASE, submitted(**texts), "approve", ctx(Role.SENIOR_QA))


def in_force(**texts: object) -> Case:
    return done(CASE, approved(**texts), "publish", ctx(now=THE_DAY), old_kept_at="Archive/SOP-114-v3.docx")


def test_change_goes_from_proposal_to_read_by_all():
    """Submitted, approved, in force on its day, read by each, closed."""
    found = in_force()
    found = done(CASE, found, "read", ctx(now=THE_DAY))
    assert found.items("not_read") == ("b.lowe",)
    found = done(CASE, found, "read", ctx("b.lowe", now=THE_DAY))
    found = done(CASE, found, "complete", ctx(now=THE_DAY))
    assert (found.status, found.items("read_by")) == ("Read & understood", ("a.khan", "b.lowe"))
    assert found.items("read_log") == (
        "a.khan 30/11/2026 09:00, after 0 days", "b.lowe 30/11/2026 09:00, after 0 days",
    )  # fmt: skip
    assert done(CASE, found, "close", ctx(now=THE_DAY)).status == "Closed"


def test_message_without_facts_opens_a_case():
    """A proposal in three words still becomes a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("SOP-01")
@pytest.mark.parametrize(("old", "new"), [("3", "3"), ("3", "2"), ("3.10", "3.9"), ("v3", "V3"), ("B", "b")])
def test_version_follows_the_one_it_replaces(old, new):
    """Neither the same nor a lower one; 3.10 comes after 3.9."""
    assert refusal(CASE, case(superseded_version=old, new_version=new), "submit") == {"SOP-01"}


@pytest.mark.parametrize(("old", "new"), [("3.9", "3.10"), ("3", "3.1"), (None, "1"), ("B", "C")])
def test_next_version_is_accepted(old, new):
    """A new procedure replaces nothing."""
    assert submitted(superseded_version=old, new_version=new).status == "Review"


def test_version_is_never_blank():
    """No version, no procedure."""
    assert refusal(CASE, case(new_version=None), "submit") == {"MOVE-NEEDS"}


@pytest.mark.rule("SOP-02")
def test_version_is_used_once():
    """Two changes do not carry one number; a cancelled one frees it."""
    other = replace(case(), case_id="CASE-2026-000009")
    assert refusal(CASE, case(), "submit", ctx(related=(other,))) == {"SOP-02"}
    gone = replace(other, status="Cancelled")
    assert done(CASE, case(), "submit", ctx(related=(gone,))).status == "Review"


@pytest.mark.rule("SOP-03")
def test_author_does_not_approve():
    """Neither who wrote it nor who proposed it."""
    assert refusal(CASE, submitted(author="S.Moreau"), "approve", ctx(Role.SENIOR_QA)) == {"SOP-03"}
    own = done(CASE, open_(CASE, ctx(Role.SENIOR_QA), **CASE.sample), "submit")
    assert refusal(CASE, own, "approve", ctx(Role.SENIOR_QA)) == {"SOP-03"}
    assert submitted().text("author") == "a.khan"


@pytest.mark.rule("SOP-04")
@pytest.mark.rule("SOP-05")
def test_it_comes_into_force_on_its_day_after_the_approval():
    """Not before the approval, not before the day."""
    assert refusal(CASE, submitted(effective_date="22/11/2026"), "approve", ctx(Role.SENIOR_QA)) == {"SOP-04"}
    assert refusal(CASE, approved(), "publish", old_kept_at="Archive") == {"SOP-05"}


@pytest.mark.rule("SOP-06")
def test_old_version_is_kept():
    """What is replaced is not lost; a new procedure has no old version."""
    assert refusal(CASE, approved(), "publish", ctx(now=THE_DAY)) == {"SOP-06"}
    fresh = approved(superseded_version=None, new_version="1")
    assert done(CASE, fresh, "publish", ctx(now=THE_DAY)).status == "Effective"


@pytest.mark.rule("SOP-07")
def test_training_is_held_first():
    """Where training is needed nothing comes into force before it."""
    texts = {"old_kept_at": "Archive"}
    found = approved(training_needed="Yes")
    assert refusal(CASE, found, "publish", ctx(now=THE_DAY), **texts) == {"SOP-07"}
    assert done(CASE, found, "publish", ctx(now=THE_DAY), training_done="27/11/2026", **texts).status == "Effective"


@pytest.mark.rule("SOP-08")
@pytest.mark.rule("SOP-09")
def test_each_reader_signs_once_and_all_of_them():
    """Nobody signs for somebody else, and one missing reader keeps it open."""
    found = in_force()
    assert refusal(CASE, found, "read", ctx(Role.FINANCE, now=THE_DAY)) == {"SOP-08"}
    found = done(CASE, found, "read", ctx(now=THE_DAY))
    assert refusal(CASE, found, "read", ctx(now=THE_DAY)) == {"SOP-08"}
    assert refusal(CASE, found, "complete", ctx(now=THE_DAY)) == {"SOP-09"}


def test_submitted_change_is_frozen_and_sent_back_to_be_changed():
    """What was submitted is what is approved."""
    assert refusal(CASE, submitted(), "approve", ctx(Role.SENIOR_QA), change="Something else") == {"EDIT-FROZEN"}
    assert done(CASE, submitted(), "send_back", ctx(Role.SENIOR_QA, reason="Step unclear")).status == "Proposed"


def test_readers_have_two_weeks():
    """The reading is due fourteen days after it came into force."""
    found = done(
        CASE, in_force(), "wait", ctx(reason="x", now=THE_DAY), waiting_on="Customer", waiting_until="31/01/2027"
    )
    assert (found.text("due_what"), found.instant("due").date().isoformat()) == ("Read by all", "2026-12-14")


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
