"""Lists that the policy keeps: what may be chosen, what rules know by name, and what the workbook offers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from cases_kit import PEOPLE, ctx, open_, typed

from addin.logic.cases.escalation import CASE as ESCALATION
from addin.logic.cases.inventory import CASE as STOCK
from addin.logic.cases.refund import CASE as REFUND
from addin.logic.forms import FieldKind
from addin.logic.machine import edit, open_case
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.policy_words import known_words, lost_words
from addin.logic.rule_changes import set_value
from addin.register.draw_queue import field_validation
from addin.register.lists import Lists


def grown(key: str, *words: str):
    """The policy with further words in a list."""
    row = DEFAULT_POLICY.row(key)
    return DEFAULT_POLICY.amended([replace(row, value="; ".join((row.value, *words)))], "test")


def test_a_word_that_the_house_adds_can_be_chosen_and_others_cannot():
    """A new team or cause needs no new program; a word that is in no list is refused with the list."""
    case = open_(STOCK, **STOCK.sample)
    changes = typed(STOCK, {"cause": "dock spill"})
    (problem,) = edit(STOCK, case, changes, ctx()).problems
    assert (problem.code, problem.field) == ("FLD-LISTED", "cause")
    assert "THEFT_SUSPECTED" in problem.hint
    later = replace(ctx(), policy=grown("inventory.causes", "DOCK_SPILL"))
    assert edit(STOCK, case, changes, later).case.text("cause") == "DOCK_SPILL"


def test_a_new_case_is_held_to_the_list_too():
    """An import or another case can bring no word that is in no list."""
    values = typed(REFUND, {**REFUND.sample, "reason_code": "Full moon"})
    assert {p.code for p in open_case(REFUND, "CASE-2026-000001", values, ctx()).problems} == {"FLD-LISTED"}
    known = typed(ESCALATION, {**ESCALATION.sample, "target_team": "senior qa"})
    assert open_case(ESCALATION, "CASE-2026-000001", known, ctx()).case.text("target_team") == "Senior QA"


def test_a_formula_is_no_word():
    """What could become a formula is refused at the cell, whatever a list may say."""
    value, problem = STOCK.fields["cause"].read('=HYPERLINK("http://x")')
    assert value is None
    assert problem is not None
    assert problem.code == "FLD-CHOICE"


@pytest.mark.parametrize(
    ("key", "value", "stands"),
    [
        ("inventory.causes", "MISPICK; UNKNOWN", False), ("escalation.targets", "IT", False),
        ("grade.2ND.refund", "half", False), ("grade.2ND.stock", "secure", True), ("cctv.cameras", "Roof", True),
        ("escalation.targets", "{old}; Night shift", True), ("grade.2ND.meaning", "Anything", True),
    ],
)  # fmt: skip
def test_a_list_may_grow_and_never_loses_what_rules_know(key, value, stands):
    """A rule would be switched off without a trace; so the change is refused and names the words."""
    value = value.format(old=DEFAULT_POLICY.row(key).value)
    draft, problems = set_value(
        DEFAULT_POLICY, key, value, source="House rule 7", valid_from=date(2026, 12, 1), actor=PEOPLE["s.moreau"]
    )
    assert (draft is not None) is stands
    assert [problem.code for problem in problems] == ([] if stands else ["RUL-WORDS"])


def test_the_rows_as_they_come_keep_every_word():
    """No default would be refused if somebody set it again."""
    assert known_words().keys() >= {
        "inventory.causes",
        "refund.reasons",
        "carrier_return.reasons",
        "escalation.targets",
    }
    assert [row.key for row in DEFAULT_POLICY.rows if lost_words(row.key, row.value)] == []


def test_the_workbook_offers_the_words_of_the_policy():
    """A drop-down shows the list of the day; a later word may still be typed, and a zone with its number is."""
    lists = Lists((), grown("escalation.targets", "Night shift"))
    assert "Night shift" in lists.items["list_target_team"]
    assert lists.items["list_requests__camera_zone"] == ("Pack bench", "Dock", "Cage")
    services = lists.items["list_requests__service"]
    assert "UPS Express" in services
    assert "UPS Express 12:00" not in services  # not offered, and yet it may be asked for
    team, zone = ESCALATION.fields["target_team"], _field("CTV", "camera_zone")
    assert field_validation(team, lists.source(team, "Escalations"))["error_type"] == "warning"
    assert field_validation(zone, lists.source(zone, "Requests"))["show_error"] is False
    severity = _field("DEV", "severity")
    assert severity.kind is FieldKind.CHOICE
    assert "error_type" not in field_validation(severity, lists.source(severity, "Improvement"))


def _field(code: str, name: str):
    from addin.logic.cases import case_types

    return case_types()[code].fields[name]
