"""Dates from statute, with the examples of the rules themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from addin.logic import liability, statute
from addin.logic.liability import legal_cap, recovery, regime_of
from addin.logic.policy import DEFAULT_POLICY, PolicyError
from addin.logic.statute import ClaimEvent, Regime
from addin.logic.values import Money


def test_a_change_of_mind_is_refunded_fourteen_days_after_receipt() -> None:
    """Received on 1 November: due on the 15th."""
    assert statute.ccr_refund_due(received=date(2026, 11, 1)) == date(2026, 11, 15)


def test_proof_of_sending_starts_the_clock_if_earlier() -> None:
    """Proof of sending on 28 October, received on 1 November: due on 11 November."""
    assert statute.ccr_refund_due(date(2026, 11, 1), date(2026, 10, 28)) == date(2026, 11, 11)
    assert statute.ccr_refund_due(date(2026, 11, 1), date(2026, 11, 3)) == date(2026, 11, 15)


def test_an_offer_to_collect_moves_the_clock_to_the_notice() -> None:
    """Collection offered, told on 20 October: due on 3 November even if nothing has come back."""
    assert statute.ccr_refund_due(collection_offered=True, notice=date(2026, 10, 20)) == date(2026, 11, 3)
    assert statute.ccr_refund_due(date(2026, 11, 1), None, True, date(2026, 10, 20)) == date(2026, 11, 3)


def test_no_fact_starts_no_clock() -> None:
    """Without receipt, proof or notice there is no date yet."""
    assert statute.ccr_refund_due() is None
    assert statute.ccr_refund_due(date(2026, 11, 1), collection_offered=True) is None


def test_faulty_goods_are_refunded_a_day_earlier() -> None:
    """Fourteen days beginning with the day of agreement: agreed on 1 November, due on the 14th."""
    assert statute.cra_refund_due(date(2026, 11, 1)) == date(2026, 11, 14)


def test_the_short_term_right_to_reject_lasts_thirty_days_after_delivery() -> None:
    """Delivered on 1 November: until 1 December."""
    assert statute.short_term_reject_ends(date(2026, 11, 1)) == date(2026, 12, 1)


def test_legal_days_are_not_moved_by_weekends() -> None:
    """A due date on Boxing Day stays there."""
    assert statute.ccr_refund_due(date(2026, 12, 12)) == date(2026, 12, 26)


def test_goods_go_back_within_fourteen_days_of_the_notice() -> None:
    """Told on 1 November: sent by the 15th."""
    assert statute.ccr_return_deadline(date(2026, 11, 1)) == date(2026, 11, 15)


def test_the_cancellation_period_is_longer_without_information() -> None:
    """Fourteen days, and up to twelve months more when the customer was not told of the right."""
    assert statute.ccr_cancel_ends(date(2026, 11, 1)) == date(2026, 11, 15)
    assert statute.ccr_cancel_ends(date(2028, 2, 15), informed=False) == date(2029, 2, 28)


def test_other_statutory_days() -> None:
    """Delivery in thirty days, a credit note in fourteen."""
    assert statute.delivery_due(date(2026, 11, 1)) == date(2026, 12, 1)
    assert statute.credit_note_due(date(2026, 11, 1)) == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_an_access_request_is_answered_in_a_calendar_month(received: date, due: date) -> None:
    """The corresponding day of the next month, or its last day."""
    assert statute.access_request_due(received) == due


@pytest.mark.parametrize(
    ("regime", "event", "due"),
    [
        (Regime.UK_TERMS, ClaimEvent.DAMAGE, date(2026, 11, 15)),
        (Regime.CMR, ClaimEvent.DAMAGE, date(2026, 11, 8)),
        (Regime.MONTREAL, ClaimEvent.DAMAGE, date(2026, 11, 15)),
        (Regime.UK_TERMS, ClaimEvent.LOSS, date(2026, 12, 31)),
        (Regime.UK_TERMS, ClaimEvent.TIME_BAR, date(2027, 5, 1)),
        (Regime.MONTREAL, ClaimEvent.TIME_BAR, date(2028, 11, 1)),
        (Regime.CMR, ClaimEvent.DELAY, date(2026, 11, 22)),
        (Regime.UNKNOWN, ClaimEvent.DAMAGE, date(2026, 11, 8)),
        (Regime.UNKNOWN, ClaimEvent.TIME_BAR, date(2027, 5, 1)),
        (Regime.UNKNOWN, ClaimEvent.LATE_GUARANTEED, date(2026, 11, 16)),
    ],
)
def test_claim_deadlines_come_from_policy_rows(regime: Regime, event: ClaimEvent, due: date) -> None:
    """Each regime has its period; an unknown regime takes the earliest of all."""
    deadline = statute.claim_deadline(event, date(2026, 11, 1), regime, DEFAULT_POLICY)
    assert deadline.day == due
    assert deadline.source
    assert not deadline.verified


def test_what_other_sources_say_counts_until_the_row_is_verified() -> None:
    """Two sources disagree about the time bar: the earlier day holds until a named person has verified one of them."""
    day, key = date(2026, 11, 1), "claim.uk_terms.time_bar"
    unsure = statute.claim_deadlines(ClaimEvent.TIME_BAR, day, Regime.UK_TERMS, DEFAULT_POLICY)
    assert [row.day for row in unsure] == [date(2027, 5, 1), date(2027, 7, 1)]
    row = replace(DEFAULT_POLICY.row(key), verified_by="l.ward", verified_on=day, source="The contract, clause 12")
    verified = DEFAULT_POLICY.amended([row], "2")
    (sure,) = statute.claim_deadlines(ClaimEvent.TIME_BAR, day, Regime.UK_TERMS, verified)
    assert (sure.day, sure.verified, sure.verified_by) == (date(2027, 7, 1), True, "l.ward")


def test_every_regime_has_every_period() -> None:
    """No combination of regime and event lacks a row."""
    for event in ClaimEvent:
        found = statute.claim_deadlines(event, date(2026, 1, 1), Regime.UNKNOWN, DEFAULT_POLICY)
        regimes = {row.regime for row in found}
        assert regimes == ({Regime.UNKNOWN} if event is ClaimEvent.LATE_GUARANTEED else set(Regime) - {Regime.UNKNOWN})
        assert [row.day for row in found] == sorted(row.day for row in found)


def test_a_missing_row_is_named() -> None:
    """A policy without the row fails by its key."""
    with pytest.raises(PolicyError, match=r"claim\.cmr\.damage"):
        statute.claim_deadline(ClaimEvent.DAMAGE, date(2026, 1, 1), Regime.CMR, DEFAULT_POLICY.as_of(date(1999, 1, 1)))


@pytest.mark.parametrize(
    ("origin", "destination", "mode", "regime"),
    [
        ("GB", "GB", "road", Regime.UK_TERMS),
        ("gb", "GB", "air", Regime.UK_TERMS),
        ("GB", "FR", "road", Regime.CMR),
        ("GB", "US", "air", Regime.MONTREAL),
        ("GB", "FR", "", Regime.UNKNOWN),
        ("GB", "JE", "air", Regime.UNKNOWN),
        ("", "GB", "road", Regime.UNKNOWN),
        ("FR", "FR", "road", Regime.UNKNOWN),
    ],
)
def test_the_regime_follows_from_the_movement(origin: str, destination: str, mode: str, regime: Regime) -> None:
    """Conventions need an international carriage; what is unclear stays unknown."""
    assert regime_of(origin, destination, mode) is regime


def test_caps_are_tiny_for_three_kilograms() -> None:
    """About 26 pounds by road and 81 by air at 1.04 pounds per SDR; by the carrier's terms the lower of two caps."""
    three = Decimal(3)
    assert legal_cap(Regime.CMR, three, DEFAULT_POLICY) == Money(Decimal("25.99"))
    assert legal_cap(Regime.MONTREAL, three, DEFAULT_POLICY) == Money(Decimal("81.12"))
    assert legal_cap(Regime.UK_TERMS, Decimal(30), DEFAULT_POLICY) == Money(Decimal("60.00"))
    assert legal_cap(Regime.UNKNOWN, three, DEFAULT_POLICY) == Money(Decimal("25.99"))


def test_the_montreal_limit_rose_at_the_end_of_2024() -> None:
    """Before 28 December 2024 the limit was 22 SDR per kilogram."""
    before = DEFAULT_POLICY.as_of(date(2024, 12, 27))
    assert legal_cap(Regime.MONTREAL, Decimal(1), before) == Money(Decimal("22.88"))


def test_a_declared_value_lifts_the_cap_and_the_gap_is_shown() -> None:
    """Expected is the proven loss at most, else the higher of cap and declared value; the rest is uninsured."""
    proven = Money(Decimal("4000.00"))
    bare = recovery(proven, None, Decimal(3), Regime.CMR, DEFAULT_POLICY)
    assert (bare.expected, bare.gap) == (Money(Decimal("25.99")), Money(Decimal("3974.01")))
    declared = recovery(proven, Money(Decimal("5000.00")), Decimal(3), Regime.CMR, DEFAULT_POLICY)
    assert (declared.expected, declared.gap) == (proven, Money(Decimal(0)))
    with pytest.raises(ValueError, match="pounds"):
        recovery(Money(Decimal(1), "EUR"), None, Decimal(1), Regime.CMR, DEFAULT_POLICY)
    with pytest.raises(ValueError, match="weight"):
        recovery(proven, None, Decimal(-1), Regime.CMR, DEFAULT_POLICY)


def test_the_house_files_within_five_working_days() -> None:
    """Five working days after the event, or the legal day if that is earlier."""
    assert liability.file_by(date(2026, 12, 22), None, DEFAULT_POLICY) == date(2026, 12, 31)
    assert liability.file_by(date(2026, 12, 22), date(2026, 12, 29), DEFAULT_POLICY) == date(2026, 12, 29)


def test_the_earliest_known_day_counts() -> None:
    """Unknown days are left out."""
    assert statute.earliest([None, date(2026, 2, 1), date(2026, 1, 1)]) == date(2026, 1, 1)
    assert statute.earliest([None]) is None
