"""Address change: who may redirect an order, when, and with what proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from case_moves import refused_for_state, wrong_starts
from cases_kit import NOW, ctx, done, open_, press, refusal, typed

from addin.logic.address_terms import names_premises, place_kind, same_name, surname
from addin.logic.case_type import Case
from addin.logic.cases.address import CASE
from addin.logic.machine import edit, open_case
from addin.logic.values import Role

CALL = {
    "contact_number_source": "On file",
    "phone_on_file": "020 7946 0018",
    "spoken_to": "Ms R. Ferro",
    "callback_at": "23/11/2026 09:50",
    "callback_result": "Confirmed",
}
OLD_LABEL, NEW_LABEL = "1Z12345E0400001017", "1Z12345E6800002067"


def case(**texts: object) -> Case:
    return open_(CASE, **{**CASE.sample, **texts})


def verified(**texts: object) -> Case:
    return done(CASE, case(**texts), "verify", **CALL)


def approved(**texts: object) -> Case:
    return done(CASE, verified(**texts), "approve")


def applied(**texts: object) -> Case:
    return done(CASE, approved(**texts), "apply", order_screen="Passed", oms_proof="oms-4102938475.png")


def verify_codes(**texts: object) -> set[str]:
    return refusal(CASE, case(**texts), "verify", **CALL)


def screened(found: Case, result: str = "Cleared") -> Case:
    return done(CASE, found, "screen", ctx(Role.LOSS_PREVENTION), fraud_result=result)


def test_low_risk_change_goes_from_request_to_close_by_one_coordinator():
    """A score of 0 to 2 is approved by a coordinator; before the label the order system alone is changed."""
    found = verified()
    assert (found.count("risk_score"), found.text("approver_needed")) == (0, "Coordinator")
    found = done(CASE, found, "approve")
    assert found.text("approved_by") == "a.khan"
    found = done(CASE, found, "apply", order_screen="Passed", oms_proof="oms.png")
    assert found.count("minutes_to_change") == 0
    found = done(CASE, found, "confirm")
    found = done(CASE, found, "close", cs_told="Yes", evidence="oms.png; call note", ticket_ref="T-1")
    assert found.status == "Closed"
    assert found.instant("closed_at") == NOW


def test_printed_label_is_voided_and_replaced():
    """With a label the old one is void before the new one lives."""
    found = applied(order_stage="Label printed", tracking=OLD_LABEL)
    found = done(CASE, found, "relabel", label_void_proof="void-1.png", tracking_new=NEW_LABEL)
    assert found.status == "Label replaced"
    assert done(CASE, found, "confirm").status == "Confirmed"


def test_despatched_parcel_is_a_request_whose_outcome_the_carrier_tells():
    """In transit one level more approves, and only the carrier's answer confirms."""
    found = verified(order_stage="In transit", tracking=OLD_LABEL)
    assert found.text("approver_needed") == "Second coordinator"
    found = done(CASE, found, "approve", ctx("b.lowe"))
    found = done(CASE, found, "apply", order_screen="Passed", oms_proof="oms.png")
    found = done(CASE, found, "ask_carrier", carrier_ref="REQ-1")
    assert refusal(CASE, found, "confirm") == {"ADR-21"}
    found = done(CASE, found, "confirm", carrier_answer="Changed")
    assert found.status == "Confirmed"


@pytest.mark.rule("ADR-28")
def test_order_passes_the_fraud_screen_with_its_new_address():
    """What passed with the old address is screened again with the new one; a failure changes nothing."""
    assert refusal(CASE, approved(), "apply", oms_proof="oms.png") == {"MOVE-NEEDS"}
    assert refusal(CASE, approved(), "apply", oms_proof="oms.png", order_screen="Failed") == {"ADR-28"}


@pytest.mark.rule("ADR-27")
@pytest.mark.parametrize(
    ("number", "told"), [("+44 7700 900123", True), ("07700 900123", True), ("020 7946 0018", False), ("", False)]
)
def test_number_that_came_with_the_request_is_told(number, told):
    """A number out of the message, typed in as the one on file, is said at once."""
    given = {**CASE.sample, "phone_on_file": number or None}
    message = {"chat_text": "Please call me back on 07700-900 123 and send it to my new flat."}
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, given) | message, ctx())
    assert ("ADR-27" in {problem.code for problem in decision.warnings}) is told


@pytest.mark.parametrize(
    ("value", "stage", "level"),
    [
        ("999.99", "In transit", "Second coordinator"), ("1000.00", "In transit", "Senior QA and fraud team"),
        ("1000.00", "Label printed", "Coordinator"),
    ],
)  # fmt: skip
def test_goods_of_value_that_have_left_need_senior_qa_whatever_the_score(value, stage, level):
    """From £1,000 on a redirect on its way is for Senior QA and the fraud team."""
    assert case(order_value=value, order_stage=stage, tracking=OLD_LABEL).text("approver_needed") == level


@pytest.mark.rule("ADR-22")
def test_failed_request_to_the_carrier_is_refused_once_the_order_system_is_put_back():
    """A change the carrier could not make does not stay in the order system."""
    found = done(CASE, verified(order_stage="In transit", tracking=OLD_LABEL), "approve", ctx("b.lowe"))
    found = done(
        CASE, done(CASE, found, "apply", order_screen="Passed", oms_proof="x"), "ask_carrier", carrier_ref="REQ-1"
    )
    texts = {"refusal": "Carrier could not", "carrier_answer": "Not possible"}
    assert refusal(CASE, found, "refuse", ctx(reason="too late"), **texts) == {"ADR-22"}
    found = done(CASE, found, "refuse", ctx(reason="too late"), oms_restored="Yes", **texts)
    assert done(CASE, found, "close", cs_told="Yes", no_ticket_why="Refused at once").status == "Closed"


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ({"order_value": "999.99"}, 0),
        ({"order_value": "1000.00"}, 2),
        ({"order_value": "4999.99"}, 2),
        ({"order_value": "5000.00"}, 4),
        ({"first_order": "Yes"}, 2),
        ({"asked_through": "Chat relay"}, 1),
        ({"postcode": "EC2V 9ZZ"}, 1),
        ({"postcode": "BT1 5GS"}, 3),
        ({"postcode": "IV51 9EU"}, 1),
        ({"address_new": "Hotel Bristol, 4 Strand, London"}, 3),
        ({"place": "Freight forwarder"}, 3),
        ({"recipient": "Mr J. Okafor", "third_party": "Yes"}, 3),
        ({"recipient": "Rosa FERRO"}, 0),
        ({"phone_changed": "Yes"}, 3),
        ({"despatch_planned": "23/11/2026 17:00"}, 2),
        ({"despatch_planned": "25/11/2026 17:00"}, 0),
        ({"billing_is_new": "No"}, 1),
        ({"payment_checks": "Failed or absent"}, 2),
        ({"goods_kind": "Watch"}, 1),
        ({"previous_claim": "Yes"}, 2),
        ({"order_value": "6400.00", "first_order": "Yes", "goods_kind": "Exotic leather"}, 7),
    ],
)
def test_score_is_the_sum_of_the_policy_weights_of_the_facts(facts, score):
    """Each fact adds its weight, and each weight has words beside it."""
    found = case(**facts)
    assert found.count("risk_score") == score
    assert sum(int(words.rpartition("(+")[2].rstrip(")")) for words in found.items("risk_reasons")) == score


def test_score_is_never_typed():
    """The score is worked out; typing it is refused."""
    found = case()
    decision = edit(CASE, found, {"risk_score": 9}, ctx())
    assert [problem.code for problem in decision.problems] == ["EDIT-SYSTEM"]


def test_second_change_of_one_order_adds_to_the_score():
    """An order whose address was changed before is riskier."""
    earlier = replace(applied(), case_id="CASE-2026-000009", status="Closed")
    again = open_(CASE, ctx(related=(earlier,)), **CASE.sample)
    assert again.count("risk_score") == 2


def test_value_at_risk_is_the_order_value_unless_it_was_typed():
    """The value stands once: the common field follows the order value."""
    assert case(order_value="640.00").money("value_at_risk").amount == 640
    assert case(value_at_risk="100.00").money("value_at_risk").amount == 100


@pytest.mark.rule("ADR-01")
@pytest.mark.parametrize("stage", ["Out for delivery", "Delivered", "Returning"])
def test_parcel_at_the_door_is_refused_with_its_reason(stage):
    """Out for delivery: refused. Delivered: not an address change at all."""
    found = case(order_stage=stage, tracking=OLD_LABEL)
    assert "ADR-01" in refusal(CASE, found, "verify", **CALL)
    refused = done(CASE, found, "refuse", ctx(reason="Left the depot"), refusal="Out for delivery")
    assert refused.text("decision") == "Refused: out for delivery. Left the depot"


@pytest.mark.rule("ADR-25")
def test_delivered_order_opens_with_a_warning():
    """A message about a delivered order still becomes a case, and says what it is instead."""
    decision = open_case(CASE, "CASE-2026-000001", typed(CASE, {"order_no": "1", "order_stage": "Delivered"}), ctx())
    assert decision.ok
    assert [warning.code for warning in decision.warnings] == ["ADR-25"]


def test_message_with_hardly_any_facts_opens_a_case():
    """A chat message can always become a case."""
    assert open_case(CASE, "CASE-2026-000001", {}, ctx()).ok


@pytest.mark.rule("ADR-02")
def test_label_needs_its_tracking_number():
    """A stage after the label without a tracking number is incomplete."""
    assert verify_codes(order_stage="Label printed") == {"ADR-02"}


@pytest.mark.rule("ADR-03")
@pytest.mark.parametrize("postcode", ["SW1X 9CZ", "12345", "QQ1 1AA", ""])
def test_malformed_or_missing_postcode_is_refused(postcode):
    """A British address has a well-formed postcode."""
    assert verify_codes(postcode=postcode) == {"ADR-03"}


@pytest.mark.rule("ADR-04")
def test_doubtful_postcode_is_told_while_it_is_typed():
    """A malformed postcode opens with a warning, so that the chat message is not lost."""
    decision = open_case(CASE, "CASE-2026-000001", {"postcode": "SW1X 9CZ"}, ctx())
    assert decision.ok
    assert decision.warnings[0].code == "ADR-04"


@pytest.mark.parametrize(
    "postcode",
    ["SW1A 1AA", "EC1A 1BB", "W1A 0AX", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "N1P 2AA", "ZE1 0AA", "kw15 1aa",
     "BT1 5GS", "G1 1XX", "W1K3LH", "E1W 1YY", "SE1P 5LX", "NW1W 5XX", "TD15 1AA", "PH41 4AA", "CF99 1NA"],
)  # fmt: skip
def test_real_postcodes_are_accepted(postcode):
    """No real British postcode is turned away."""
    assert done(CASE, case(postcode=postcode), "verify", **CALL).status == "Verified"


@pytest.mark.rule("ADR-05")
@pytest.mark.parametrize("texts", [{"country": "France"}, {"postcode": "JE2 3AB"}, {"postcode": "IM1 1AA"}])
def test_order_stays_in_its_country(texts):
    """Another country or a Crown dependency is no address change but a new order."""
    assert verify_codes(**texts) == {"ADR-05"}


def test_change_within_jersey_is_accepted():
    """What stays in one country is an address change, in Jersey too."""
    assert verified(postcode_old="JE2 4WE", postcode="JE2 3AB").text("territory") == "Jersey"


@pytest.mark.rule("ADR-06")
def test_same_address_is_no_change():
    """Capitals, commas and spaces do not make an address new."""
    same = {"address_new": "7 LARCH ROW\nLondon", "postcode": "sw1x9zy"}
    assert verify_codes(**same) == {"ADR-06"}


@pytest.mark.rule("ADR-07")
@pytest.mark.parametrize(
    "texts",
    [
        {"address_new": "PO Box 114, London"},
        {"address_new": "P.O. Box 114\nLondon"},
        {"address_new": "Post Office Box 3, Leeds"},
        {"address_new": "Lt Reed, BFPO 12", "postcode": "BFPO 12"},
        {"address_new": "Camp Road 1", "postcode": "BF1 4FB"},
    ],
)
def test_carrier_does_not_serve_boxes_and_forces(texts):
    """UPS is not sent to PO boxes and forces' addresses."""
    assert verify_codes(**texts) == {"ADR-07"}


def test_postal_carrier_may_go_to_a_po_box_at_more_risk():
    """The rule is the carrier's; another carrier may serve a box, but the risk counts it."""
    found = verified(address_new="PO Box 114, London", carrier="Royal Mail")
    assert found.count("risk_score") == 3


@pytest.mark.rule("ADR-08")
@pytest.mark.parametrize(
    "address", ["Saddler Sq, London", "London", "High Street\nBath", "Church Lane, Dunsford SW1X 9ZZ"]
)
def test_address_without_a_house_is_refused(address):
    """An address names its house or flat."""
    assert verify_codes(address_new=address) == {"ADR-08"}


@pytest.mark.parametrize(
    "address",
    ["Flat 3, 18 Saddler Sq, London", "18 Saddler Sq", "Rose Cottage, Church Lane, Dunsford", "Oakhill Farm, Dunsford",
     "The Old Rectory\nDunsford\nExeter", "Alder House, High Street, Box, Corsham", "2a High St",
     "1/2, 5 Argyle St, Glasgow",
     "Ellery & Sons Ltd, Mill Wharf, Leeds", "Unit B, Larch Park, Derby"],
)  # fmt: skip
def test_real_british_addresses_are_accepted(address):
    """House names, farms, firms and villages called Box are real."""
    assert names_premises(address)
    assert done(CASE, case(address_new=address), "verify", **CALL).status == "Verified"


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("Rose Cottage Church Lane Dunsford", True),
        ("Oak Hill, High Street, Bath", True),
        ("c/o Larch Ltd, Mill Road, Leeds", True),
        ("Flat A, Larch House, Hull", True),
        ("Church Lane Dunsford", False),
        ("Mill Road", False),
        ("SW1X 9ZZ", False),
        ("", False),
    ],
)
def test_house_is_found_in_one_line_and_before_a_street(address, named):
    """An address pasted without commas, and a house named like a street, are complete."""
    assert names_premises(address) is named


def test_person_may_state_the_house_that_words_do_not_show():
    """A house whose name looks like a street is accepted once somebody names it."""
    assert verified(address_new="Oak Hill, Dunsford", premises_new="Oak Hill (house)").status == "Verified"


@pytest.mark.rule("ADR-09")
@pytest.mark.parametrize("source", ["Given in the chat", "Given by the caller", "Found elsewhere"])
def test_number_from_the_request_proves_nothing(source):
    """The call goes to the number already on file."""
    assert refusal(CASE, case(), "verify", **{**CALL, "contact_number_source": source}) == {"ADR-09"}


@pytest.mark.rule("ADR-10")
def test_denied_call_is_refused_and_escalated_to_security():
    """A customer who denies the request makes it an attempted fraud."""
    denied = {**CALL, "callback_result": "Denied"}
    found = case()
    assert refusal(CASE, found, "verify", **denied) == {"ADR-10"}
    decision = press(CASE, found, "refuse", ctx(reason="She knew nothing of it"), refusal="Fraud risk", **denied)
    assert decision.ok
    assert [(o.type, o.fields["target_team"]) for o in decision.openings] == [("ESC", "Security")]


@pytest.mark.rule("ADR-11")
def test_call_back_lies_in_the_past():
    """A call is recorded after it was made."""
    assert refusal(CASE, case(), "verify", **{**CALL, "callback_at": "23/11/2026 10:01"}) == {"ADR-11"}


@pytest.mark.rule("ADR-12")
def test_changed_recipient_is_explained():
    """When the name is written differently somebody says whether it is another person."""
    assert verify_codes(recipient="Mr J. Okafor") == {"ADR-12"}


@pytest.mark.parametrize("missing", ["order_stage", "first_order", "payment_checks", "billing_is_new", "order_value"])
def test_nobody_verifies_before_the_facts_of_the_score_are_known(missing):
    """A fact that is not known cannot lower the score unseen."""
    assert "MOVE-NEEDS" in verify_codes(**{missing: None})


@pytest.mark.rule("ADR-13")
def test_medium_risk_needs_a_second_person():
    """A score of 3 to 5 is approved by somebody who neither opened nor verified."""
    found = verified(order_value="1200.00", asked_through="Phone")
    assert found.count("risk_score") == 3
    assert refusal(CASE, found, "approve") == {"ADR-13"}
    assert done(CASE, found, "approve", ctx("b.lowe")).text("approved_by") == "b.lowe"
    other = done(CASE, case(order_value="1200.00", asked_through="Phone"), "verify", ctx("b.lowe"), **CALL)
    assert refusal(CASE, other, "approve", ctx("b.lowe")) == {"ADR-13"}
    assert refusal(CASE, other, "approve") == {"ADR-13"}


@pytest.mark.rule("ADR-14")
@pytest.mark.rule("ADR-15")
def test_high_risk_needs_senior_qa_and_the_fraud_team():
    """From 6 on Senior QA approves, after Loss Prevention signed off."""
    found = verified(order_value="6400.00", first_order="Yes")
    assert refusal(CASE, found, "approve", ctx("b.lowe")) == {"ADR-14", "ADR-15"}
    assert refusal(CASE, found, "approve", ctx(Role.SENIOR_QA)) == {"ADR-15"}
    assert refusal(CASE, screened(found, "Not cleared"), "approve", ctx(Role.SENIOR_QA)) == {"ADR-15"}
    found = done(CASE, screened(found), "approve", ctx(Role.SENIOR_QA))
    assert (found.text("approved_by"), found.text("fraud_by")) == ("s.moreau", "l.pike")


def test_high_risk_after_despatch_stays_with_senior_qa():
    """There is no level above the third."""
    assert (
        verified(order_value="6400.00", first_order="Yes", order_stage="In transit", tracking=OLD_LABEL).text(
            "approver_needed"
        )
        == "Senior QA and fraud team"
    )


def test_coordinator_cannot_type_the_fraud_result():
    """The sign-off is Loss Prevention's own."""
    assert "EDIT-ROLE" in refusal(CASE, verified(), "approve", fraud_result="Cleared")


def test_other_person_as_recipient_needs_the_fraud_team_at_any_score():
    """A third party is never approved without the fraud team."""
    found = verified(recipient="Mr J. Okafor", third_party="Yes")
    assert refusal(CASE, found, "approve", ctx("b.lowe")) == {"ADR-15"}
    assert done(CASE, screened(found), "approve", ctx("b.lowe")).status == "Approved"


@pytest.mark.rule("ADR-16")
def test_parcel_that_left_after_the_approval_needs_a_higher_one():
    """An approval covers the stage it was given for."""
    found = approved()
    texts = {"order_stage": "In transit", "tracking": OLD_LABEL, "oms_proof": "x", "order_screen": "Passed"}
    assert refusal(CASE, found, "apply", **texts) == {"ADR-16"}
    assert done(CASE, found, "send_back", ctx(reason="It left")).text("approved_by") == ""


@pytest.mark.rule("ADR-17")
def test_order_has_one_address_change_at_work():
    """Two changes at once would make two live labels."""
    other = replace(approved(), case_id="CASE-2026-000009")
    found = verified(order_value="100.00")
    assert refusal(CASE, found, "approve", ctx(related=(other,))) >= {"ADR-17"}


@pytest.mark.rule("ADR-18")
@pytest.mark.rule("ADR-20")
def test_label_and_carrier_belong_to_their_stages():
    """A label is replaced here, the carrier is asked for what it has."""
    texts = {"label_void_proof": "v", "tracking_new": NEW_LABEL, "tracking": OLD_LABEL}
    assert refusal(CASE, applied(), "relabel", **texts) == {"ADR-18"}
    assert refusal(CASE, applied(), "ask_carrier", tracking=OLD_LABEL, carrier_ref="R") == {"ADR-20"}


@pytest.mark.rule("ADR-19")
def test_there_are_never_two_live_labels():
    """The new label has another number, and the old one a proof that it is void."""
    found = applied(order_stage="Label printed", tracking=OLD_LABEL)
    assert refusal(CASE, found, "relabel", label_void_proof="v", tracking_new="1z 12345e0400001017") == {"ADR-19"}
    assert refusal(CASE, found, "relabel", tracking_new=NEW_LABEL) == {"MOVE-NEEDS"}


@pytest.mark.rule("ADR-21")
def test_printed_label_is_not_confirmed_from_the_order_system_alone():
    """As long as the parcel carries the old address nothing is confirmed."""
    assert refusal(CASE, applied(order_stage="Label printed", tracking=OLD_LABEL), "confirm") == {"ADR-21"}


@pytest.mark.rule("ADR-23")
@pytest.mark.rule("ADR-24")
@pytest.mark.rule("COM-06")
def test_nothing_is_closed_in_silence():
    """Customer Service knows, and a change has its evidence."""
    found = done(CASE, applied(), "confirm")
    assert refusal(CASE, found, "close") == {"ADR-23", "COM-06"}
    bare = done(CASE, replace(applied(), fields={**applied().fields, "oms_proof": ""}), "confirm")
    assert refusal(CASE, bare, "close", cs_told="Yes", ticket_ref="T-1") == {"ADR-24"}


def test_facts_are_frozen_once_verified():
    """What was verified is what is approved; a change goes back to the beginning."""
    assert refusal(CASE, verified(), "approve", address_new="99 Other Street") == {"EDIT-FROZEN"}


def test_deadlines_are_the_wave_and_then_the_first_attempt():
    """Before the wave is released, else before the first attempt."""
    found = case(wave_release="23/11/2026 14:00", first_attempt="24/11/2026 09:00")
    assert (found.instant("due"), found.text("due_what")) == (
        datetime(2026, 11, 23, 14, tzinfo=UTC), "Before wave release"
    )  # fmt: skip
    later = case(order_stage="In transit", tracking=OLD_LABEL, first_attempt="24/11/2026 09:00")
    assert later.text("due_what") == "Before the first attempt"


def test_erased_address_keeps_its_score():
    """After erasure the score stands as it was worked out."""
    found = done(
        CASE, done(CASE, applied(postcode="BT1 5GS"), "confirm") if False else applied(order_value="1200"), "confirm"
    )
    closed = done(CASE, found, "close", cs_told="Yes", ticket_ref="T-1")
    erased = replace(closed, fields={**closed.fields, "address_new": "[erased]", "postcode": "[erased]"})
    again = done(CASE, erased, "reopen", ctx(Role.SENIOR_QA, reason="Audit"))
    assert again.count("risk_score") == closed.count("risk_score") == 2


def test_escalation_carries_the_facts_and_no_personal_value():
    """Whoever escalates does not have to type the case again."""
    decision = press(CASE, verified(), "escalate", ctx(reason="No answer from the order system"))
    (opening,) = decision.openings
    words = " ".join(str(value) for value in opening.fields.values())
    assert opening.type == "ESC"
    assert "4102938475" in words
    assert "Saddler" not in words
    assert "Ferro" not in words


@pytest.mark.parametrize(("verb", "state"), wrong_starts(CASE))
def test_move_is_refused_from_any_other_state(verb, state):
    """A move that does not belong to a state changes nothing."""
    assert refused_for_state(CASE, case(), verb, state)


def test_masked_address_shows_the_customer_that_the_right_one_is_meant_and_tells_nobody_else():
    """First letters and the postcode's district; the full address stays out of the message."""
    assert case().text("address_masked") == "F*** 3 1* S****** S*, SW1X"


def test_names_are_compared_without_titles_and_accents():
    """Accents, capitals and titles make no other person."""
    assert surname("Mrs. Zoë O'Neill, OBE") == "o'neill"
    assert same_name("Mr Renée Ferró", "renee ferro")
    assert not same_name("R. Ferro", "J. Ferro")


def test_kinds_of_places_are_found_in_words():
    """Lockers, forwarders, hotels and boxes are open to anybody."""
    assert place_kind("Larch Hotel, Bath") == "Hotel"
    assert place_kind("Parcel locker 12, Leeds") == "Parcel shop or locker"
    assert place_kind("P O Box 3") == "PO box"
    assert place_kind("12 Boxley Road") == ""
