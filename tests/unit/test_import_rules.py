"""When a row of an imported file becomes a case, and what it tells about open ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cases_kit import NOW, ctx

from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.imports.facts import is_about, news
from addin.logic.imports.kinds import KINDS
from addin.logic.imports.rows import CountRow, OrderRow, ParcelRow, ReturnRow
from addin.logic.imports.rules import RULES, find
from addin.logic.policy import DEFAULT_POLICY
from addin.logic.values import Money

PARCEL = "1Z999AA10123456784"
TODAY = date(2026, 11, 23)


def parcel(status="IN_TRANSIT", *, scanned_days=0.2, text="In transit", **more):
    scan = None if scanned_days is None else NOW - timedelta(days=scanned_days)
    return ParcelRow(row=2, tracking=PARCEL, status=status, status_text=text, last_scan_at=scan, **more)


def order(stage, *, hours=0.5, **more):
    return OrderRow(row=2, order_no="5200417701", wms_stage=stage, stage_since=NOW - timedelta(hours=hours), **more)


def found(kind, row):
    return find(kind, row, ctx())


@pytest.mark.rule("IMP-01")
@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("RETURNING", "Returning to sender", "UNKNOWN"),
        ("RETURNED", "Delivered to sender, incorrect address", "ADDRESS_WRONG"),
        ("REFUSED", "The receiver refused the package", "REFUSED"),
        ("RETURNING", "Held at UPS Access Point too long, returned to sender", "ACCESS_POINT_EXPIRED"),
    ],
)
def test_a_parcel_that_comes_back_is_announced(status, text, reason):
    """As a carrier return, with the reason that the carrier's words give."""
    one = found("tracking", parcel(status, text=text))
    assert (one.rule, one.type_code, one.fields["reason_code"]) == ("IMP-01", "CRP", reason)


@pytest.mark.rule("IMP-02")
@pytest.mark.parametrize(
    ("status", "text", "subtype"),
    [
        ("DAMAGE_REPORTED", "Damaged in transit", "DAMAGE"),
        ("DAMAGE_REPORTED", "Merchandise is missing", "MISSING_CONTENTS"),
        ("LOST_DECLARED", "The package was lost", "LOST"),
    ],
)
def test_a_parcel_reported_damaged_or_lost_is_a_claim(status, text, subtype):
    """With what the carrier said about it."""
    one = found("tracking", parcel(status, text=text, declared_value="GBP 1250.00", weight_kg=Decimal("2.4")))
    assert (one.type_code, one.fields["subtype"]) == ("UPC", subtype)
    assert one.fields["declared_value"] == Money(Decimal("1250.00"))


@pytest.mark.rule("IMP-03")
def test_a_delivery_exception_is_looked_into():
    """As a status check; a hub's plain delay is not in the policy's list by its words but by its status."""
    one = found("tracking", parcel("ADDRESS_ISSUE", text="The street number is incorrect"))
    assert (one.rule, one.type_code, one.fields["tracking_status"]) == ("IMP-03", "OST", "ADDRESS_ISSUE")
    assert found("tracking", parcel("OUT_FOR_DELIVERY")) is None


@pytest.mark.rule("IMP-04")
def test_a_parcel_waits_at_an_access_point_for_so_many_days():
    """Before it goes back; until then that nobody scans it says nothing."""
    days = DEFAULT_POLICY.days("carrier.access_point_days")
    assert found("tracking", parcel("AT_ACCESS_POINT", scanned_days=days - 1)) is None
    assert found("tracking", parcel("AT_ACCESS_POINT", scanned_days=days)).rule == "IMP-04"


@pytest.mark.rule("IMP-05")
def test_a_silent_parcel_past_its_promised_day_is_a_claim():
    """From 24 hours after that day, and not earlier."""
    late = parcel(scanned_days=4, expected_delivery=TODAY - timedelta(days=2))
    one = found("tracking", late)
    assert (one.rule, one.type_code, one.fields["subtype"]) == ("IMP-05", "UPC", "LOST")
    assert one.fields["last_scan_date"] == date(2026, 11, 19)
    assert found("tracking", parcel(scanned_days=4, expected_delivery=TODAY - timedelta(days=1))).rule == "IMP-06"


@pytest.mark.rule("IMP-06")
def test_a_parcel_that_nobody_scans_is_looked_into():
    """After the policy's days, to the minute; a delivered one never."""
    days = DEFAULT_POLICY.days("import.no_scan_days")
    assert found("tracking", parcel(scanned_days=days)).rule == "IMP-06"
    assert found("tracking", parcel(scanned_days=days - 0.001)) is None
    assert found("tracking", parcel("DELIVERED", scanned_days=30)) is None
    assert found("tracking", parcel(scanned_days=None)) is None


@pytest.mark.rule("IMP-07")
def test_a_label_that_the_carrier_never_scanned_is_looked_into():
    """After the next working day: a Friday's label not on Monday, a Thursday's is."""
    friday, thursday = date(2026, 11, 20), date(2026, 11, 19)
    assert found("tracking", parcel("LABEL_CREATED", scanned_days=None, ship_date=friday)) is None
    one = found("tracking", parcel("LABEL_CREATED", scanned_days=None, ship_date=thursday))
    assert (one.rule, one.type_code) == ("IMP-07", "OST")


@pytest.mark.rule("IMP-08")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        (order("Picking", hours=4.1), "Picking for too long"),
        (order("Not prepared", hours=200), "Not prepared for too long"),
        (order("Packed", hours=100), "Packed and not scanned"),
        (order("Picking", expected_delivery=date(2026, 11, 22)), "Past the promised day"),
        (order("Picking", hours=2.1, order_stage="Collected"), "Systems disagree"),
    ],
)
def test_an_order_that_stands_still_is_looked_into(row, words):
    """By the status check's own signals."""
    one = found("orders", row)
    assert (one.rule, one.type_code) == ("IMP-08", "OST")
    assert words in one.reason


@pytest.mark.rule("IMP-08")
@pytest.mark.parametrize(
    "row",
    [
        order("Picking", hours=3.9),
        order("Not prepared", hours=3),
        order("Packed", hours=5),
        order("Collected", hours=200, expected_delivery=date(2026, 11, 1)),
        OrderRow(row=2, order_no="1", wms_stage="Picking"),
    ],
)
def test_an_order_on_its_way_needs_nothing(row):
    """And what has left is the carrier's: the warehouse does not know when it arrives."""
    assert found("orders", row) is None


@pytest.mark.rule("IMP-09")
def test_a_count_that_differs_is_a_discrepancy():
    """The case has the system's quantity and not the count: the next count is blind."""
    row = CountRow(row=2, sku="BAG-0117", location="B-12-04", system_qty=2, counted_qty=1, serialised=True)
    one = found("stock", row)
    assert (one.rule, one.type_code, one.fields["system_qty"]) == ("IMP-09", "INV", 2)
    assert "counted_qty" not in one.fields
    assert found("stock", row.model_copy(update={"counted_qty": 2})) is None
    assert found("stock", row.model_copy(update={"counted_qty": None})) is None


@pytest.mark.rule("IMP-10")
def test_stock_below_zero_is_a_discrepancy():
    """Whatever was counted."""
    one = found("stock", CountRow(row=2, sku="BELT-09", location="B-02-01", system_qty=-1))
    assert (one.rule, one.type_code) == ("IMP-10", "INV")


def returned(grade="1ST", **more):
    return ReturnRow(row=2, rma_no="RMA-30411", third_party_grade=grade, third_party_at=NOW, **more)


@pytest.mark.rule("IMP-11")
def test_what_the_3pl_did_not_pass_is_checked_by_us():
    """KO and uncertain ones; its grade is an input, never the decision."""
    one = found("returns", returned("KO_WORN", third_party_reason="Soles marked", sku="SHOE-1"))
    assert (one.rule, one.type_code, one.fields["third_party_grade"]) == ("IMP-11", "RQC", "KO_WORN")
    assert "grade" not in one.fields
    assert found("returns", returned("PENDING")).rule == "IMP-11"
    assert found("returns", returned("1ST")) is None
    assert found("returns", returned("2ND")) is None


@pytest.mark.rule("IMP-12")
def test_another_article_than_the_sold_one_is_checked_by_us():
    """Even when the 3PL says that it is fine."""
    assert found("returns", returned(serial="W-1001", serial_received="W-1010")).rule == "IMP-12"
    assert found("returns", returned(sku="WATCH-7", sku_received="BELT-1")).rule == "IMP-12"
    assert found("returns", returned(serial="w-1001", serial_received="W-1001")) is None


def test_every_rule_states_itself_once():
    """Ids are unique, sentences are sentences, and each is of a kind that there is."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.says[0].isupper() and rule.says.endswith(".") and rule.kind in KINDS for rule in RULES)


def test_the_same_row_is_the_same_finding_and_another_episode_is_another():
    """The key holds the thing and what happened to it, not the file it stands in."""
    first = found("tracking", parcel(scanned_days=4))
    assert found("tracking", parcel(scanned_days=4).model_copy(update={"row": 99})).key == first.key
    assert found("tracking", parcel(scanned_days=5)).key != first.key


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_finding_fills_fields_that_its_case_type_has(kind):
    """And that a person may type."""
    rows = {
        "tracking": [parcel("RETURNING"), parcel("DAMAGE_REPORTED"), parcel("HELD"), parcel(scanned_days=4),
                     parcel(scanned_days=9, expected_delivery=TODAY - timedelta(days=5), country="GB")],
        "orders": [order("Picking", hours=9, order_stage="Collected", order_value="GBP 10.00")],
        "stock": [CountRow(row=2, sku="A", location="B", system_qty=-1, unit_cost="GBP 1.00")],
        "returns": [returned("PENDING", goods_value="GBP 10.00", received_at=NOW)],
    }  # fmt: skip
    for row in rows[kind]:
        one = found(kind, row)
        fields = case_types()[one.type_code].fields
        assert all(name in fields and not fields[name].system for name in one.fields), one


# Open cases ------------------------------------------------------------------------------------------------------


def case(code, **fields):
    return Case("CASE-2026-000007", code, "New", {"tracking": PARCEL, **fields})


def told(row, one, *, newest=True):
    return news(row, case_types()[one.type], one, newest=newest)


def test_blanks_of_an_open_case_are_filled():
    """From what the row knows."""
    row = parcel("DELIVERED", text="Delivered", delivered_at=datetime(2026, 11, 23, 9, tzinfo=UTC), service="Saver")
    found_news = told(row, case("UPC", subtype="DNR"))
    assert found_news.changes["delivered_date"] == TODAY
    assert found_news.changes["service"] == "Saver"
    assert found_news.otherwise == ()


def test_what_a_person_typed_is_never_typed_over():
    """The case keeps its value; the difference becomes a note with both."""
    row = parcel(expected_delivery=date(2026, 11, 24))
    found_news = told(row, case("OST", expected_delivery=date(2026, 11, 20)))
    assert "expected_delivery" not in found_news.changes
    assert "24/11/2026" in found_news.otherwise[0] or "2026-11-24" in found_news.otherwise[0]


def test_a_status_moves_on_but_never_back():
    """A newer file renews it; an older one leaves it alone, without a note."""
    row = parcel("OUT_FOR_DELIVERY", text="Out for delivery")
    held = case("OST", tracking_status="IN_TRANSIT", tracking_text="In transit")
    assert told(row, held).changes["tracking_status"] == "OUT_FOR_DELIVERY"
    older = told(row, held, newest=False)
    assert not {"tracking_status", "tracking_text"} & set(older.changes)
    assert older.otherwise == ()


def test_a_parcel_thought_lost_that_turns_up_is_told():
    """Somebody is about to write a claim letter."""
    row = parcel("DELIVERED", text="Delivered")
    assert "the carrier now says 'Delivered'" in told(row, case("UPC", subtype="LOST")).otherwise


def test_a_row_is_about_a_case_by_the_surest_number_that_both_have():
    """Two parcels of one order are two things."""
    row = parcel(order_no="5200417601")
    assert is_about("tracking", row, case("OST"))
    assert is_about("tracking", row, Case("C", "OST", "New", {"order_no": "5200417601"}))
    assert not is_about("tracking", row, case("OST", tracking="1Z12345E0305271648", order_no="5200417601"))
