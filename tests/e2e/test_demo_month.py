"""A whole month of refunds, played small: sent, reconciled, closed, and one that comes too late."""

from __future__ import annotations

from datetime import date

import pytest
from refund_kit import TEAM

from addin.demo.month import Flaws, play_month
from addin.service import Service


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Service, dict[str, object], list[str]]:
    """The month before last, with sixty refunds."""
    folder = tmp_path_factory.mktemp("month") / "register"
    said: list[str] = []
    figures = play_month(folder, 60, today=date(2026, 11, 27), say=said.append)
    service = Service.open(folder, actor=TEAM["f.osei"])
    yield service, figures, said
    service.close()


def test_the_control_equation_is_zero_and_what_is_wrong_is_listed(played):
    """Everything that was put wrong is found, by its code."""
    _, figures, _ = played
    flaws, listed = Flaws.of(60), figures["exceptions"]
    assert figures["equation_zero"]
    assert listed["R02"] == flaws.unlogged
    assert listed["R03"] == flaws.differ
    assert listed["R06"] == flaws.twice
    assert listed["R09"] == flaws.never_sent


def test_the_month_is_closed_with_its_dated_result(played):
    """The closing event holds the totals, and every refund it counts is booked in the month."""
    service, figures, _ = played
    totals = figures["closed"]["currencies"]["GBP"]
    booked = [case for case in service.journal.cases(types=["RFD"]) if case.text("booked_period") == "2026-09"]
    assert figures["closed"]["on"] == "2026-10-03"
    assert totals["refunds"] == len(booked) == totals["matched"] + totals["unmatched"]
    assert totals["refunds_minor"] == sum(case.money("total_refund").minor for case in booked)
    assert service.periods().is_closed("2026-09")


def test_a_late_refund_is_shown_in_the_next_month(played):
    """It settled in the closed month, is booked in the next, and says so."""
    service, figures, said = played
    (case_id,) = figures["late"]
    case = service.journal.case(case_id)
    assert (case.day("settled_date"), case.text("booked_period"), case.text("late_from")) == (
        date(2026, 9, 30), "2026-10", "2026-09",
    )  # fmt: skip
    assert any("late from an earlier month" in line for line in said)


def test_every_batch_lies_in_the_outbox_once(played):
    """As many files as batches, none waiting, each with the totals of its refunds."""
    from addin.payments import list_batches

    service, _, _ = played
    found = list_batches(service)
    assert sorted(path.name for path in (service.folder / "outbox").iterdir()) == sorted(
        batch["file"].removeprefix("outbox/") for batch in found
    )
    assert sum(batch["count"] for batch in found) >= 56


def test_the_register_is_sound(played):
    """Workbook, journal and witness agree."""
    _, figures, _ = played
    assert figures["verified"]
