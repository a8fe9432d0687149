"""Special delivery: possible first, paid for by the right person, promised after the carrier has confirmed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import ctx, done, open_, press, refusal, typed

from addin.logic.case_type import Case
from addin.logic.cases.delivery import CASE
from addin.logic.machine import open_case
from addin.logic.values import Role

LATER = datetime(2026, 11, 26, 9, tzinfo=UTC)
NUMBER = "1Z12345E6800002067"


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def possible(**texts: object) -> Case:
    return done(CASE, case(**texts), "check")


def despatched(**texts: object) -> Case:
    found = done(CASE, possible(**texts), "approve")
    found = done(CASE, found, "book", booking_ref="BK-1")
    found = done(CASE, found, "confirm", confirmation="ups-confirmation.pdf", cs_told="Yes")
    return done(CASE, found, "despatch", tracking=NUMBER)


def codes(**texts: object) -> set[str]:
    return refusal(CASE, case(**texts), "check")


def day(text: str, start: str = "09:00", end: str = "13:00") -> dict[str, str]:
    return {"date_needed": text, "window_start": f"{text} {start}", "window_end": f"{text} {end}"}


def test_delivery_goes_from_request_to_on_time_and_close():
    """Checked, approved, booked, confirmed, despatched, on time, closed."""
    found = despatched()
    assert (found.text("carrier_used"), found.day("leaves_on")) == ("UPS", date(2026, 11, 24))
    found = done(CASE, found, "deliver", ctx(now=LATER), delivered_at="25/11/2026 11:40")
    assert (found.status, found.count("late_minutes")) == ("Delivered on time", 0)
    found = done(CASE, found, "close", evidence="pod.png", ticket_ref="T-1")
    assert found.status == "Closed"


def test_late_delivery_opens_a_claim_for_the_guaranteed_service():
    """A minute after the window is late, and UPS is claimed."""
    found = despatched()
    assert refusal(CASE, found, "deliver", ctx(now=LATER), delivered_at="25/11/2026 13:01") == {"SPD-21"}
    decision = press(CASE, found, "late", ctx(now=LATER), delivered_at="25/11/2026 13:01")
    assert (decision.case.status, decision.case.count("late_minutes")) == ("Late", 1)
    (opening,) = decision.openings
    assert (opening.type, opening.fields["subtype"], opening.fields["tracking"]) == ("UPC", "LATE", NUMBER)
    assert opening.fields["expected_delivery"] == date(2026, 11, 25)
    assert opening.fields["delivered_date"] == date(2026, 11, 25)


def test_late_courier_opens_no_claim_against_ups():
    """Only UPS is claimed by this way."""
    found = despatched(service="dpd_1200")
    assert press(CASE, found, "late", ctx(now=LATER), delivered_at="25/11/2026 14:00").openings == ()


def test_message_without_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("SPD-01")
@pytest.mark.parametrize("service", ["UPS Express 12:00", "Sunday magic"])
def test_only_offered_services_are_sold(service):
    """The 12:00 service is not offered before the carrier confirms that it runs here."""
    assert "SPD-01" in codes(service=service)


@pytest.mark.rule("SPD-02")
def test_carrier_sells_its_own_services():
    """A UPS service does not go with DPD."""
    assert codes(carrier="DPD") == {"SPD-02"}


@pytest.mark.rule("SPD-03")
def test_saturday_needs_a_service_that_runs_and_its_option():
    """UPS Express does not run on Saturday; Royal Mail does, with the option; Sunday only a courier."""
    saturday = day("28/11/2026")
    assert codes(**saturday) == {"SPD-03"}
    royal = {**saturday, "service": "rm_special_9"}
    assert codes(**royal) == {"SPD-03"}
    assert possible(**royal, saturday_option="Yes").day("leaves_on") == date(2026, 11, 27)
    assert possible(**day("29/11/2026"), service="Same-day courier", ship_date="29/11/2026").status == "Feasibility"


@pytest.mark.rule("SPD-04")
@pytest.mark.parametrize(
    ("postcode", "holiday", "refused"),
    [("EH1 9ZZ", "30/11/2026", True), ("LS1 9ZZ", "30/11/2026", False), ("LS1 9ZZ", "28/12/2026", True)],
)
def test_bank_holidays_are_those_of_the_destination(postcode, holiday, refused):
    """St Andrew's Day is a holiday in Edinburgh and not in Leeds; 28 December 2026 is a substitute day."""
    texts = {**day(holiday), "postcode": postcode}
    if refused:
        assert "SPD-04" in codes(**texts)
    else:
        assert possible(**texts).status == "Feasibility"


@pytest.mark.rule("SPD-05")
def test_cut_off_has_not_passed():
    """For tomorrow morning the parcel leaves today before the cut-off."""
    tomorrow = day("24/11/2026")
    assert possible(**tomorrow).instant("book_by") == datetime(2026, 11, 23, 16, tzinfo=UTC)
    evening = ctx(now=datetime(2026, 11, 23, 17, tzinfo=UTC))
    assert refusal(CASE, case(**tomorrow), "check", evening) == {"SPD-05"}


def test_booking_is_refused_after_the_cut_off_too():
    """What was possible in the morning may be too late in the evening."""
    found = done(CASE, possible(**day("24/11/2026")), "approve")
    evening = ctx(now=datetime(2026, 11, 23, 17, 1, tzinfo=UTC))
    assert refusal(CASE, found, "book", evening, booking_ref="BK-1") == {"SPD-05"}


@pytest.mark.rule("SPD-06")
def test_parcel_leaves_early_enough():
    """Next day means leaving the day before."""
    assert codes(ship_date="25/11/2026") == {"SPD-06"}


@pytest.mark.rule("SPD-26")
@pytest.mark.parametrize(
    ("service", "postcode", "goes"),
    [
        ("UPS Express Plus", "LS1 9ZZ", True), ("UPS Express Plus", "IV2 9ZZ", False),
        ("UPS Express Plus", "BT1 9ZZ", False), ("UPS Express", "IV2 9ZZ", True), ("UPS Express", "HS1 9ZZ", False),
        ("Same-day courier", "JE2 9ZZ", False), ("UPS Express Saver", "ZE1 9ZZ", True),
    ],
)  # fmt: skip
def test_service_goes_to_that_place(service, postcode, goes):
    """Early services keep to the main towns, a courier to the road; the plain ones go everywhere."""
    texts = {**day("27/11/2026", "09:00", "21:00"), "service": service, "postcode": postcode}
    decision = press(CASE, case(**texts), "check")
    assert ("SPD-26" not in {problem.code for problem in decision.problems}) is goes


@pytest.mark.rule("SPD-06")
def test_islands_take_longer():
    """A parcel for Lerwick leaves a day earlier than one for Leeds, and is refused when it leaves too late."""
    texts = {**day("27/11/2026", "09:00", "18:00"), "service": "UPS Express Saver"}
    assert possible(**texts).day("leaves_on") == date(2026, 11, 26)
    assert possible(**texts, postcode="ZE1 9ZZ").day("leaves_on") == date(2026, 11, 25)
    assert codes(**texts, postcode="ZE1 9ZZ", ship_date="26/11/2026") == {"SPD-06"}


@pytest.mark.rule("SPD-27")
@pytest.mark.parametrize("ship", ["28/11/2026", "29/11/2026", "25/12/2026"])
def test_parcel_leaves_on_a_day_on_which_it_is_collected(ship):
    """No carrier collects on a Saturday, a Sunday or Christmas Day; an arranged courier rides on any."""
    late = day("31/12/2026")
    assert codes(**late, ship_date=ship) == {"SPD-27"}
    assert possible(**day("29/11/2026"), service="Same-day courier", ship_date="29/11/2026").status == "Feasibility"


@pytest.mark.rule("SPD-28")
def test_parcel_that_is_held_does_not_leave_before_its_day():
    """Held until the 26th it can be needed on the 27th, not on the 26th; nor is it despatched on the 24th."""
    assert codes(**day("26/11/2026"), hold_until="26/11/2026") == {"SPD-28"}
    found = done(CASE, possible(**day("27/11/2026"), hold_until="26/11/2026"), "approve")
    found = done(CASE, done(CASE, found, "book", booking_ref="BK-1"), "confirm", confirmation="ups.pdf", cs_told="Yes")
    early = ctx(now=datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert refusal(CASE, found, "despatch", early, tracking=NUMBER) == {"SPD-28"}
    assert done(CASE, found, "despatch", ctx(now=LATER), tracking=NUMBER).status == "Despatched"


def test_what_else_would_be_possible_stands_beside_an_impossible_wish():
    """Before 11:00 in Leeds: not the service asked for, but these; none on the day before yesterday."""
    wished = case(**day("25/11/2026", "09:00", "11:00"))
    assert wished.items("also_possible") == (
        "UPS Express Plus", "Royal Mail Special Delivery by 9am", "Same-day courier", "Secure logistics",
        "Boutique collection",
    )  # fmt: skip
    watch = case(goods_kind="Watch", goods_value="6400.00")
    assert watch.items("also_possible") == ("Same-day courier", "Secure logistics", "Boutique collection")
    assert case(**day("20/11/2026")).items("also_possible") == ()


def test_a_refused_wish_names_the_first_ways_that_would_keep_it():
    """The refusal itself says what to choose instead, not only that it cannot be."""
    decision = press(CASE, case(**day("25/11/2026", "09:00", "11:00")), "check")
    ways = "Also possible: UPS Express Plus, Royal Mail Special Delivery by 9am, Same-day courier."
    assert [problem.hint for problem in decision.problems] == [
        f"Widen the window or choose an earlier service. {ways} Cell: To."
    ]
    past = press(CASE, case(**day("20/11/2026")), "check")
    assert not any("Also possible" in problem.hint for problem in past.problems)


@pytest.mark.rule("SPD-07")
def test_nothing_earlier_than_the_hour_of_the_service_is_promised():
    """UPS Express promises 12:00, so a window to 11:00 needs Express Plus."""
    early = day("25/11/2026", "09:00", "11:00")
    assert codes(**early) == {"SPD-07"}
    assert possible(**early, service="UPS Express Plus").status == "Feasibility"
    assert possible(**early, service="Same-day courier").status == "Feasibility"


@pytest.mark.rule("SPD-08")
@pytest.mark.parametrize("texts", [day("25/11/2026", "13:00", "13:00"), {"window_end": "26/11/2026 13:00"}])
def test_window_lies_on_its_day_the_right_way_round(texts):
    """A window that cannot be is refused when it is typed."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, **texts}), ctx())
    assert [problem.code for problem in decision.problems] == ["SPD-08"]


@pytest.mark.rule("SPD-09")
def test_delivery_lies_ahead():
    """Nobody books yesterday."""
    assert "SPD-09" in codes(**day("20/11/2026"))


@pytest.mark.rule("SPD-10")
@pytest.mark.parametrize(
    "texts", [{"postcode": "LS1 9CZ"}, {"postcode": "BFPO 12"}, {"address_new": "PO Box 3, Leeds"}]
)
def test_place_is_served(texts):
    """No malformed postcode, and no PO box or forces' address for UPS."""
    assert codes(**texts) == {"SPD-10"}


@pytest.mark.rule("SPD-11")
def test_export_is_told_while_it_is_typed():
    """Jersey is outside the United Kingdom."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, "postcode": "JE2 3AB"}), ctx())
    assert decision.ok
    assert "SPD-11" in {warning.code for warning in decision.warnings}


@pytest.mark.rule("SPD-12")
@pytest.mark.parametrize("kind", ["Watch", "Jewellery"])
def test_watches_and_jewellery_above_the_limit_go_another_way(kind):
    """USD 500 is about £400; Senior QA may name the contract's exception."""
    assert possible(goods_kind=kind, goods_value="400.00").status == "Feasibility"
    dear = case(goods_kind=kind, goods_value="400.01")
    assert refusal(CASE, dear, "check") == {"SPD-12"}
    assert done(CASE, dear, "check", ctx(Role.SENIOR_QA, reason="Contract clause 7")).status == "Feasibility"
    assert possible(goods_kind=kind, goods_value="4000.00", service="Secure logistics", no_neighbour="Yes").status


@pytest.mark.rule("SPD-13")
def test_goods_above_the_cover_go_with_another_carrier():
    """Royal Mail covers up to £2,500."""
    assert codes(service="rm_special_9", goods_value="2500.01") == {"SPD-13"}
    assert possible(service="rm_special_9", goods_value="2500.00").status == "Feasibility"


@pytest.mark.rule("SPD-14")
@pytest.mark.parametrize("texts", [{"weight_kg": "70.1"}, {"length_cm": "275"}, {"weight_kg": "0"}])
def test_size_is_allowed(texts):
    """Weight and length are within the carrier's limits."""
    assert codes(**texts) == {"SPD-14"}


@pytest.mark.rule("SPD-15")
@pytest.mark.parametrize("texts", [{"delivery_proof": "None"}, {"no_neighbour": "No"}])
def test_goods_of_value_are_signed_for_by_the_recipient(texts):
    """Above £1,000: a signature, and no neighbour."""
    assert codes(goods_value="1000.01", **texts) == {"SPD-15"}
    assert possible(goods_value="1000.00", **texts).status == "Feasibility"


@pytest.mark.rule("SPD-16")
@pytest.mark.parametrize("postcode", ["JE2 3AB", "BT1 5GS"])
def test_exotic_leather_across_a_border_has_its_papers(postcode):
    """Jersey and Northern Ireland need species papers; Leeds does not."""
    assert codes(goods_kind="Exotic leather", postcode=postcode) == {"SPD-16"}
    assert possible(goods_kind="Exotic leather", postcode=postcode, papers="CITES 24/881").status == "Feasibility"
    assert possible(goods_kind="Exotic leather").status == "Feasibility"


@pytest.mark.rule("SPD-17")
@pytest.mark.rule("SPD-18")
@pytest.mark.parametrize("texts", [{"cost": "75.01"}, {"goods_value": "5000.01"}])
def test_dear_deliveries_are_approved_by_senior_qa_and_another_person(texts):
    """Above £75 of cost or £5,000 of goods."""
    found = possible(**texts)
    assert found.text("approver_needed") == "Senior QA"
    assert refusal(CASE, found, "approve", ctx("b.lowe")) == {"SPD-17"}
    assert done(CASE, found, "approve", ctx(Role.SENIOR_QA)).text("approved_by") == "s.moreau"
    own = done(CASE, case(**texts), "check", ctx(Role.SENIOR_QA))
    assert refusal(CASE, own, "approve", ctx(Role.SENIOR_QA)) == {"SPD-18"}


@pytest.mark.parametrize("texts", [{"cost": "75.00"}, {"goods_value": "5000.00"}])
def test_up_to_the_limits_a_coordinator_approves(texts):
    """Up to a limit means up to and including it."""
    assert done(CASE, possible(**texts), "approve").status == "Cost approved"


@pytest.mark.rule("SPD-19")
def test_nothing_is_promised_before_the_carrier_confirms():
    """The promise to the customer follows the confirmation."""
    found = done(CASE, done(CASE, possible(), "approve"), "book", booking_ref="BK-1")
    assert refusal(CASE, found, "confirm", cs_told="Yes") == {"SPD-19"}


@pytest.mark.rule("SPD-20")
def test_parcel_has_its_tracking_number_and_a_courier_needs_none():
    """A parcel with a carrier is known by its number."""
    texts = {"confirmation": "c.pdf", "cs_told": "Yes"}
    found = done(CASE, done(CASE, possible(), "approve"), "book", booking_ref="BK-1")
    assert refusal(CASE, done(CASE, found, "confirm", **texts), "despatch") == {"SPD-20"}
    courier = done(CASE, done(CASE, possible(service="Same-day courier"), "approve"), "book", booking_ref="BK-2")
    assert done(CASE, done(CASE, courier, "confirm", **texts), "despatch").status == "Despatched"


@pytest.mark.rule("SPD-21")
@pytest.mark.rule("SPD-22")
def test_on_time_and_late_are_what_the_clock_says():
    """A delivery in the future is neither; an open window is not late."""
    found = despatched()
    assert refusal(CASE, found, "deliver", delivered_at="25/11/2026 11:40") == {"SPD-21"}
    assert refusal(CASE, found, "late") == {"SPD-22"}
    assert refusal(CASE, found, "late", ctx(now=LATER), delivered_at="25/11/2026 13:00") == {"SPD-22"}


@pytest.mark.rule("SPD-23")
@pytest.mark.rule("COM-06")
def test_close_needs_evidence_and_ticket():
    """Nothing is closed bare."""
    found = done(CASE, despatched(), "deliver", ctx(now=LATER), delivered_at="25/11/2026 11:40")
    assert refusal(CASE, found, "close") == {"SPD-23", "COM-06"}


@pytest.mark.rule("SPD-31")
def test_a_late_parcel_is_closed_when_it_is_known_how_it_ended():
    """When it came, or the claim for one that never did; the claim for being late says neither."""
    found = done(CASE, despatched(), "late", ctx(now=LATER))
    papers = {"evidence": "pod.png", "ticket_ref": "T-1"}
    late = Case("CASE-2026-000009", "UPC", "Draft", {"subtype": "LATE"})
    assert refusal(CASE, found, "close", ctx(now=LATER, related=(late,)), **papers) == {"SPD-31"}
    assert done(CASE, found, "close", ctx(now=LATER), **papers, delivered_at="26/11/2026 08:10").status == "Closed"
    lost = Case("CASE-2026-000009", "UPC", "Draft", {"subtype": "LOST"})
    assert done(CASE, found, "close", ctx(now=LATER, related=(lost,)), **papers).status == "Closed"


@pytest.mark.parametrize("missing", ["fallback", "authority", "cost_centre", "postcode_proof", "recipient_available"])
def test_nothing_is_checked_with_half_the_facts(missing):
    """Fallback, authority, cost centre, proof and recipient are known before."""
    assert "MOVE-NEEDS" in codes(**{missing: None})


def test_plan_is_frozen_once_checked_and_send_back_opens_it():
    """What was checked is what is booked."""
    found = possible()
    assert refusal(CASE, found, "approve", cost="20.00") == {"EDIT-FROZEN"}
    assert done(CASE, found, "send_back", ctx(reason="Other day")).text("checked_by") == ""


def test_deadlines_are_the_booking_and_the_window():
    """First book before the cut-off, then deliver within the window."""
    assert case(**day("24/11/2026")).text("due_what") == "Book before the cut-off"
    assert despatched().text("due_what") == "End of the window"


def otherwise(**texts: object) -> dict[str, object]:
    """The wish stays; the afternoon is booked instead, with the reason."""
    plan = {"booked_from": "25/11/2026 13:00", "booked_to": "25/11/2026 17:00", "booked_why": "The road is closed"}
    return {**plan, **texts}


def approved(**texts: object) -> Case:
    return done(CASE, possible(**texts), "approve")


def test_wish_and_booking_both_stay_on_the_case():
    """What was asked is never typed over; as asked is written down as booked, too."""
    found = done(CASE, approved(service="ups_express"), "book", booking_ref="BK-1")
    assert (found.text("service"), found.text("booked_service")) == ("ups_express", "UPS Express")
    assert (found.instant("booked_from"), found.instant("booked_to")) == (
        found.instant("window_start"), found.instant("window_end"),
    )  # fmt: skip
    assert found.items("booked_otherwise") == ()
    other = approved(service="UPS Express 12:00", booked_service="UPS Express", booked_why="Not offered here")
    assert other.text("service") == "UPS Express 12:00"
    assert other.items("booked_otherwise") == ("UPS Express instead of UPS Express 12:00",)


@pytest.mark.rule("SPD-29")
def test_booking_otherwise_than_asked_has_its_reason():
    """Another service, another window: why stands on the case, and the code of a service is no other service."""
    assert codes(**otherwise(booked_why=None)) == {"SPD-29"}
    assert codes(booked_service="UPS Express Saver", **day("25/11/2026", "09:00", "18:00")) == {"SPD-29"}
    assert possible(**otherwise()).items("booked_otherwise") == (
        "25/11/2026 13:00 to 17:00 instead of 25/11/2026 09:00 to 13:00",
    )
    assert possible(booked_service="ups_express").items("booked_otherwise") == ()


def test_rules_judge_what_is_to_be_booked_and_not_the_wish():
    """The wish may be impossible; another service in its place is looked at by every rule."""
    early = {**day("25/11/2026", "09:00", "11:00"), "booked_why": "Delivers by nine"}
    assert codes(**early) == {"SPD-07"}
    assert possible(**early, booked_service="UPS Express Plus").status == "Feasibility"
    assert codes(booked_service="Sunday magic", booked_why="?") == {"SPD-01"}
    saturday = {"booked_from": "28/11/2026 09:00", "booked_to": "28/11/2026 13:00", "booked_why": "Asked again"}
    assert codes(**saturday) == {"SPD-03"}
    assert possible(**otherwise()).day("leaves_on") == date(2026, 11, 24)


@pytest.mark.rule("SPD-30")
def test_a_hard_window_is_booked_otherwise_only_when_the_customer_agreed():
    """Agreed first where the wish is hard; within the wish nobody has to agree."""
    told = {"change_told": "Ms Okafor by phone, 23/11 10:05: fine"}
    assert refusal(CASE, approved(**otherwise()), "book", booking_ref="BK-1") == {"SPD-30"}
    assert done(CASE, approved(**otherwise()), "book", booking_ref="BK-1", **told).status == "Booked"
    inside = otherwise(booked_from="25/11/2026 10:00", booked_to="25/11/2026 12:30")
    assert done(CASE, approved(**inside), "book", booking_ref="BK-1").status == "Booked"
    assert done(CASE, approved(**otherwise(hard_or_soft="Soft")), "book", booking_ref="BK-1").status == "Booked"


@pytest.mark.rule("SPD-30")
def test_what_is_booked_otherwise_is_told_with_the_promise():
    """A soft wish may be booked first; nothing is promised before somebody was told of the difference."""
    found = done(CASE, approved(**otherwise(hard_or_soft="Soft")), "book", booking_ref="BK-1")
    promise = {"confirmation": "c.pdf", "cs_told": "Yes"}
    assert refusal(CASE, found, "confirm", **promise) == {"SPD-30"}
    told = done(CASE, found, "confirm", **promise, change_told="Care, chat of 10:20: the afternoon is fine")
    assert told.status == "Confirmed to CS"


@pytest.mark.rule("SPD-21")
@pytest.mark.rule("SPD-22")
def test_late_is_late_by_what_was_promised():
    """Booked until 17:00 instead of 13:00: 16:30 is in time, 17:20 is twenty minutes late and claimed as booked."""
    found = despatched(**otherwise(hard_or_soft="Soft", change_told="Care, 10:20"))
    evening = ctx(now=datetime(2026, 11, 25, 19, tzinfo=UTC))
    assert refusal(CASE, found, "late", evening, delivered_at="25/11/2026 16:30") == {"SPD-22"}
    assert done(CASE, found, "deliver", evening, delivered_at="25/11/2026 16:30").count("late_minutes") == 0
    decision = press(CASE, found, "late", evening, delivered_at="25/11/2026 17:20")
    assert decision.case.count("late_minutes") == 20
    (claim,) = decision.openings
    assert (claim.fields["service"], claim.fields["committed_at"]) == (
        "UPS Express", datetime(2026, 11, 25, 12, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.rule("SPD-08")
@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"booked_from": "25/11/2026 13:00"}, "booked_to"), ({"booked_to": "25/11/2026 13:00"}, "booked_from"),
        ({"booked_from": "25/11/2026 13:00", "booked_to": "25/11/2026 12:00"}, "booked_to"),
        ({"booked_from": "25/11/2026 13:00", "booked_to": "26/11/2026 14:00"}, "booked_from"),
    ],
)  # fmt: skip
def test_booked_window_is_whole(texts, field):
    """Half a window promises nothing; the refusal names the cell that lacks it."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {**CASE.sample, **texts}), ctx())
    assert [(problem.code, problem.field) for problem in decision.problems] == [("SPD-08", field)]


def test_send_back_keeps_another_plan_and_forgets_one_that_repeats_the_wish():
    """Planned anew, a wish that is changed counts again; what was to be booked instead is still there."""
    same = done(CASE, approved(service="ups_express"), "book", booking_ref="BK-1")
    back = done(CASE, same, "send_back", ctx(reason="Other day"))
    assert not any(back.has(name) for name in ("booked_service", "booked_from", "booked_to"))
    other = done(CASE, possible(**otherwise()), "send_back", ctx(reason="Ask again"))
    assert (other.text("booked_why"), other.has("booked_to")) == ("The road is closed", True)


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)
