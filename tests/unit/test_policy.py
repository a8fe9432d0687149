"""The policy: dated rows with a source, asked by key."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import addin
from addin.errors import CasebookError
from addin.logic import policy_rows
from addin.logic.calendar import Division, WorkingHours
from addin.logic.policy import DEFAULT_POLICY, Policy, PolicyError, PolicyRow, Unit, default_policy, read_row
from addin.logic.values import Money, Role

ASKS = {"money", "days", "number", "decimal", "flag", "text", "items", "time", "day", "row"}


def row(key: str = "refund.warn_days", value: str = "3", unit: Unit = Unit.DAYS, **more: object) -> PolicyRow:
    """A row of a small policy."""
    return PolicyRow(key.split(".", maxsplit=1)[0], key, value, unit, "A test", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("found", DEFAULT_POLICY.rows, ids=lambda found: f"{found.key}@{found.valid_from}")
def test_every_default_row_is_sound(found: PolicyRow) -> None:
    """Its value is in canonical form for its unit, it has a source, and nobody is named who has not verified it."""
    value = found.parsed()
    if isinstance(value, Money):
        assert str(value) == found.value
    assert found.source.strip()
    assert not found.verified
    assert found.verified_on is None
    assert "  " not in found.note + found.value


def test_keys_are_unique_per_day() -> None:
    """No key has two values from the same day."""
    pairs = [(found.key, found.valid_from) for found in DEFAULT_POLICY.rows]
    assert len(pairs) == len(set(pairs)) == len(policy_rows.DEFAULT_ROWS)


def test_role_lists_name_roles() -> None:
    """Every list of approvers holds roles that exist."""
    lists = [r for r in DEFAULT_POLICY.rows if r.name.endswith(("approvers", "roles"))]
    assert lists
    for found in lists:
        for name in DEFAULT_POLICY.items(found.key):
            assert Role(name), found.key


def asked_keys() -> set[tuple[str, str]]:
    """Every literal key that some rule asks the policy for."""
    found = set()
    for path in Path(addin.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS):
                continue
            owner = ast.unparse(node.func.value)
            if owner.split(".")[-1] == "policy" and node.args and isinstance(node.args[0], ast.Constant):
                found.add((node.func.attr, str(node.args[0].value)))
    return found


def test_every_key_that_a_rule_asks_for_has_a_row_of_the_right_unit() -> None:
    """A rule that asks for a key nobody defined would fail in front of the user."""
    missing = []
    for ask, key in sorted(asked_keys()):
        try:
            getattr(DEFAULT_POLICY, ask)(key)
        except PolicyError as error:
            missing.append(f"{ask}: {error}")
    assert missing == []


#: The names that code takes from the policy itself: all of a table, or those of a listing row.
ENUMERATED = {"service": DEFAULT_POLICY.names("service"), "retention": DEFAULT_POLICY.items("retention.classes")}


def _plain(word: str) -> str:
    """A word as keys are woven from it: "Royal Mail" is royal_mail there."""
    return word.casefold().replace(" ", "_")


def _woven(nodes: list[ast.AST]) -> list[re.Pattern[str]]:
    """What keys look like that are put together, each gap as a group: `f"service.{code}.name"`."""
    found = []
    for node in nodes:
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant) and "." in node.values[0].value:
            parts = (re.escape(one.value) if isinstance(one, ast.Constant) else "([^.]+)" for one in node.values)
            found.append(re.compile("".join(parts)))
    return found


def unread_keys(keys: Iterable[str], nodes: list[ast.AST]) -> set[str]:
    """The keys that no code asks for: neither as they stand, nor woven from words that stand in the code.

    A row that only contradicts another one (`claim.uk_terms.time_bar.other_country`) is read with that one.
    """
    keys = set(keys)
    said = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words, woven = {_plain(word) for word in said}, _woven(nodes)

    def is_asked(key: str) -> bool:
        known = words | {_plain(name) for name in ENUMERATED.get(key.partition(".")[0], ())}
        matches = (found for one in woven if (found := one.fullmatch(key)))
        return key in said or any({_plain(gap) for gap in found.groups()} <= known for found in matches)

    unread = {key for key in keys if not is_asked(key)}
    return {key for key in unread if key.rpartition(".")[0] not in keys - unread}


def code_nodes() -> list[ast.AST]:
    """Every node of the package's code, but for the rows themselves."""
    files = [path for path in Path(addin.__file__).parent.rglob("*.py") if path.parent.name != "policy_rows"]
    return [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


def test_every_row_is_read_by_some_code() -> None:
    """A value that nothing reads would look like a rule to whoever changes it, and a deadline would be believed."""
    assert unread_keys((row.key for row in DEFAULT_POLICY.rows), code_nodes()) == set()


def test_a_dead_row_would_be_found() -> None:
    """Neither a row that only rhymes with a woven key nor one of a table that is enumerated elsewhere passes."""
    nodes = code_nodes()
    dead = {"address_risk.full_moon", "service.ups_saver.colour", "claim.uk_terms.weather", "cctv.lenses"}
    assert unread_keys({*dead, "service.ups_saver.cutoff", "address_risk.chat_relay"}, nodes) == dead


def test_values_are_typed() -> None:
    """Each accessor answers with its own type."""
    policy = DEFAULT_POLICY
    assert policy.money("approval.refund.senior_qa") == Money(Decimal("5000.00"))
    assert policy.days("carrier_return.refused_wait_days") == 7
    assert policy.number("sla.resolve_hours.P1") == 4
    assert policy.decimal("sdr.gbp") == Decimal("1.04")
    assert policy.decimal("cctv.retention_days") == Decimal(30)
    assert policy.flag("service.ups_express_1200.offered") is False
    assert policy.text("claim.uk_terms.cap_rule") == "lower"
    assert policy.items("audit.sample_sizes") == ("5", "25", "40", "60")
    assert policy.time("hours.start") == time(8)
    assert policy.day("sdr.date") == date(2024, 11, 1)


def test_a_missing_key_is_named() -> None:
    """The error is one of ours, a lookup error, and says which row is missing."""
    with pytest.raises(PolicyError, match=r"no row 'refund\.nothing'") as caught:
        DEFAULT_POLICY.money("refund.nothing")
    assert isinstance(caught.value, LookupError)
    assert isinstance(caught.value, CasebookError)
    assert not DEFAULT_POLICY.has("refund.nothing")


@pytest.mark.parametrize(
    ("ask", "key"),
    [
        ("money", "refund.warn_days"),
        ("days", "sla.resolve_hours.P1"),
        ("number", "service.ups_saver.offered"),
        ("decimal", "service.ups_saver.offered"),
        ("flag", "refund.warn_days"),
        ("text", "audit.sample_sizes"),
        ("time", "sdr.date"),
    ],
)
def test_a_value_of_another_unit_is_refused(ask: str, key: str) -> None:
    """Asking for money where days are is a fault that names the key."""
    with pytest.raises(PolicyError, match=key.replace(".", r"\.")):
        getattr(DEFAULT_POLICY, ask)(key)


def test_tables_list_their_rows_in_order() -> None:
    """A table is the first part of the key; names are the second parts."""
    weights = DEFAULT_POLICY.table("address_risk")
    assert {r.unit for r in weights} == {Unit.POINTS}
    assert weights[0].name == "high_value"
    assert DEFAULT_POLICY.names("grade")[:2] == ("1ST", "2ND")
    assert DEFAULT_POLICY.table("nothing") == ()


def test_every_service_and_grade_is_complete() -> None:
    """No service lacks a cut-off, no grade an approver."""
    for table in ("service", "grade"):
        parts = [{r.key.split(".")[2] for r in DEFAULT_POLICY.table(table) if r.key.split(".")[1] == name}
                 for name in DEFAULT_POLICY.names(table)]  # fmt: skip
        assert parts
        assert all(found == parts[0] for found in parts)


def test_the_policy_of_a_day_is_what_held_then() -> None:
    """A row counts from its day on; the latest one counts now."""
    key = "claim.montreal.sdr_per_kg"
    assert DEFAULT_POLICY.decimal(key) == 26
    assert DEFAULT_POLICY.as_of(date(2024, 12, 27)).decimal(key) == 22
    assert DEFAULT_POLICY.as_of(date(2024, 12, 28)).decimal(key) == 26


def test_order_of_rows_does_not_decide() -> None:
    """The later valid_from wins wherever it stands."""
    late, early = row(value="5", valid_from=date(2026, 1, 1)), row()
    assert Policy((late, early), "1").days("refund.warn_days") == 5
    assert Policy((early, late), "1").days("refund.warn_days") == 5


def test_an_amendment_keeps_the_old_row() -> None:
    """A new value from a later day leaves the past as it was; the same day takes its place."""
    changed = row(value="5", valid_from=date(2026, 12, 1), verified_by="s.moreau", verified_on=date(2026, 11, 30))
    amended = DEFAULT_POLICY.amended([changed], "2")
    assert amended.version == "2"
    assert amended.days("refund.warn_days") == 5
    assert amended.row("refund.warn_days").verified
    assert amended.as_of(date(2026, 11, 30)).days("refund.warn_days") == 3
    again = amended.amended([row(value="6", valid_from=date(2026, 12, 1))], "3")
    assert again.days("refund.warn_days") == 6
    assert len(again.rows) == len(amended.rows)
    assert DEFAULT_POLICY.days("refund.warn_days") == 3


def test_two_rows_of_one_day_are_refused() -> None:
    """The policy cannot say two things at once."""
    with pytest.raises(ValueError, match="two rows"):
        Policy((row(), row(value="4")), "1")


def test_the_fingerprint_changes_with_a_value_and_not_with_the_order() -> None:
    """An audit pack names the policy it was made under."""
    policy = default_policy()
    assert policy.fingerprint() == DEFAULT_POLICY.fingerprint()
    assert Policy(policy.rows[::-1], policy.version).fingerprint() == policy.fingerprint()
    assert policy.amended([row(value="4")], policy.version).fingerprint() != policy.fingerprint()


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "three"},
        {"value": "-3"},
        {"value": "03"},
        {"value": "3.5"},
        {"key": "refund"},
        {"key": "Refund.x"},
        {"unit": Unit.MONEY},
        {"unit": Unit.FLAG},
        {"unit": Unit.TIME},
        {"unit": Unit.DATE},
        {"unit": Unit.RATE, "value": "many"},
        {"unit": Unit.RATE, "value": "NaN"},
        {"verified_by": "somebody"},
        {"verified_on": date(2026, 1, 1)},
    ],
)
def test_an_unsound_row_cannot_exist(wrong: dict[str, object]) -> None:
    """A value that its unit cannot read, a malformed key or half a verification is refused."""
    with pytest.raises(ValueError, match=r".+"):
        row(**wrong)  # type: ignore[arg-type]


def test_a_row_needs_a_source_and_its_own_table() -> None:
    """A value without a source is nobody's; a key belongs to the table it begins with."""
    with pytest.raises(ValueError, match="source"):
        PolicyRow("refund", "refund.x", "1", Unit.DAYS, " ")
    with pytest.raises(ValueError, match="table"):
        PolicyRow("claim", "refund.x", "1", Unit.DAYS, "A test")


def test_a_row_is_read_from_the_rules_sheet() -> None:
    """Typed cells become a row, or a problem that names the row."""
    cells = {
        "key": "refund.warn_days",
        "value": "4",
        "unit": "days",
        "source": "House rule 7",
        "valid_from": "2026-12-01",
    }
    read, problem = read_row({**cells, "verified_by": "s.moreau", "verified_on": "2026-11-30"})
    assert problem is None
    assert read is not None
    assert (read.parsed(), read.valid_from, read.verified) == (4, date(2026, 12, 1), True)
    for wrong in ({"value": "soon"}, {"unit": "fortnights"}, {"source": ""}, {"valid_from": "soon"}):
        read, problem = read_row({**cells, **wrong})
        assert read is None
        assert problem is not None
        assert "refund.warn_days" in problem.message


def test_working_hours_come_from_the_policy() -> None:
    """The hours rows make the service clock's parameter."""
    assert DEFAULT_POLICY.working_hours() == WorkingHours(
        time(8), time(18), frozenset(range(5)), Division.ENGLAND_AND_WALES
    )
    friday_off = DEFAULT_POLICY.amended([row("hours.weekdays", "Mon; Tue; Wed; Thu", Unit.LIST)], "2")
    assert friday_off.working_hours().weekdays == {0, 1, 2, 3}
    assert friday_off.working_hours().a_day == timedelta(hours=10)


def test_reading_values_does_not_load_the_holiday_package() -> None:
    """The package is slow to import, and most presses ask for no holiday."""
    code = "import addin.logic.policy, addin.logic.postcode, sys; sys.exit('holidays' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(addin.__file__).parents[1]).returncode == 0
    )
