"""Rules that people set and verify: who may, what holds afterwards, and what the workbook shows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from e2e_kit import TRACKING, Day

from addin.cli import main
from addin.logic.claim_terms import citable_days
from addin.service import Service

KEY = "claim.uk_terms.loss"


def told(day: Day, monkeypatch: pytest.MonkeyPatch, who: str, *words: str, code: int = 0) -> Any:
    """The answer of a command as JSON, given by somebody."""
    monkeypatch.setenv("CASEBOOK_USER", who)
    found = CliRunner().invoke(main, [*words, "--register", str(day.folder), "--json"])
    assert found.exit_code == code, found.output
    return json.loads(found.output)


def shown(day: Day, key: str) -> list[list[Any]]:
    """The rows of a rule on the Rules sheet."""
    return [line for line in day.live().log_rows("Rules", 9) if line[1] == key]


def test_a_rule_is_set_by_one_and_verified_by_another_and_then_a_letter_may_cite_it(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = day.open("UPC", order_no="5200417401", tracking=TRACKING)
    facts = {"subtype": "LOST", "ship_date": "01/09/2026", "event_date": "03/09/2026", "discovery_date": "07/09/2026"}
    day.sure(day.move(case, "Gather evidence", **facts, origin_country="GB", dest_country="GB"))
    assert day.cell("Claims", case, "file_by") is not None
    assert day.case(case).text("deadline_source").endswith("not verified")
    day.save()
    day.book.close()

    contract = "Contract of 2026, clause 12.3"
    told(day, monkeypatch, "a.khan", "rules", "verify", KEY, "--source", contract, code=1)
    wrong = told(day, monkeypatch, "s.moreau", "rules", "set", KEY, "soon", "--source", contract, code=1)
    assert wrong["problems"][0]["code"] == "RUL-VALUE"
    wrong = told(day, monkeypatch, "s.moreau", "rules", "set", "claim.mars.loss", "4", "--source", contract, code=1)
    assert KEY in wrong["problems"][0]["hint"]
    told(day, monkeypatch, "s.moreau", "rules", "set", KEY, "45", "--source", contract, "--from", "2026-01-01")
    own = told(day, monkeypatch, "s.moreau", "rules", "verify", KEY, "--source", contract, code=1)
    assert own["problems"][0]["code"] == "RUL-SELF"
    told(day, monkeypatch, "d.fox", "rules", "verify", KEY, "--source", contract)
    (row,) = (row for row in told(day, monkeypatch, "a.khan", "rules", "list", "claim") if row["key"] == KEY)
    assert (row["value"], row["verified_by"]) == ("45", "d.fox")

    day.now += timedelta(days=200)  # the commands ran on the computer's own clock
    day.again()
    lines = shown(day, KEY)
    assert [line[2] for line in lines] == ["60", "45"]
    assert lines[1][5] == "d.fox"
    day.sure(day.press("claims.note", case, reason="Looked at again"))
    assert day.case(case).text("deadline_source") == KEY
    (cited,) = citable_days(day.case(case), day.service.context())
    assert (f"{cited.deadline.day:%d/%m/%Y}", cited.deadline.source) == ("16/10/2026", contract)


def test_a_rule_set_by_somebody_else_holds_for_the_next_press(day: Day) -> None:
    """A workbook that stands open takes in what another person changed meanwhile."""
    from addin.rules import set_rule

    other = Service.open(day.folder, actor=day.service.settings.actors()["s.moreau"], clock=lambda: day.now)
    assert set_rule(other, "claim.lost_within_days", "3", source="House rule of 7 September").ok
    other.close()
    case = day.open("UPC", order_no="5200417401", tracking=TRACKING)
    facts = {"subtype": "LOST", "ship_date": "01/09/2026", "event_date": "03/09/2026", "discovery_date": "07/09/2026"}
    day.sure(day.move(case, "Gather evidence", **facts))
    assert f"{day.case(case).day('file_by'):%d/%m/%Y}" == "06/09/2026"
    assert shown(day, "claim.lost_within_days")[-1][2] == "3"
