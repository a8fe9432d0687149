"""What hurried messages mix up: several returns, counts and parcels, wishes taken back, days to hold. All fictional."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from addin.logic.intake import IntakeProfile, Reading, as_object, read_conversation, read_message, split_transcript

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PROFILE = IntakeProfile(house_names=("House Orle", "Orle"), courier_now="Parcelwing")
ONE, TWO = "1Z12345E0305271648", "1Z12345E6805271679"


def read(text: str, at: datetime = MONDAY) -> Reading:
    return read_message(text, sent_at=at, sender="CS", profile=PROFILE)


def proposed(text: str, *names: str) -> list[tuple[str, ...]]:
    """Each proposal as its type and the named fields, "" where it has none."""
    return [(one.type_code, *(one.fields.get(name, "") for name in names)) for one in read(text).proposals]


RETURNS = (
    ("a list", "RMA 778820, 778821 and 778822 all came back this morning pls QC them",
     [("RQC", "778820", ""), ("RQC", "778821", ""), ("RQC", "778822", "")]),
    ("each with its fault", "KO today: RMA 778900 worn soles, RMA 778901 missing dustbag, RMA 778902 empty box",
     [("RQC", "778900", "KO_WORN"), ("RQC", "778901", "KO_INCOMPLETE"), ("RQC", "778902", "KO_WRONG_ITEM")]),
    ("one grade for both", "pls refund RMA 55012 and RMA 55013, both 1st choice, qc ok",
     [("RFD", "55012", "1ST"), ("RFD", "55013", "1ST")]),
    ("one grade after both", "RMA 55012 and 55013 came back worn",
     [("RQC", "55012", "KO_WORN"), ("RQC", "55013", "KO_WORN")]),
    ("a grade between two", "RMA 55012 graded 2nd choice, RMA 55013 not opened yet",
     [("RQC", "55012", "2ND"), ("RQC", "55013", "")]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in RETURNS], ids=[row[0] for row in RETURNS])
def test_every_return_that_a_message_names_gets_its_own_proposal(text: str, wanted: list[tuple[str, ...]]) -> None:
    """No return number is dropped, and no grade goes to another return than the one it was said of."""
    assert proposed(text, "rma_no", "grade_claimed") == wanted


def test_returns_of_several_orders_keep_their_own_numbers_and_grades() -> None:
    """A return, its order and its grade stay together."""
    text = "RMA 778820 (order 4102938475) graded 2nd choice and RMA 778831 (order 4102938476) is KO worn, look at both?"
    assert proposed(text, "order_no", "rma_no", "grade_claimed") == [
        ("RQC", "4102938475", "778820", "2ND"), ("RQC", "4102938476", "778831", "KO_WORN"),
    ]  # fmt: skip
    assert as_object(read(text))["rmas"] == ["778820", "778831"]


def test_every_location_of_a_message_gets_its_own_count() -> None:
    """Two bins, two cases; the quantities of one are never those of the other."""
    text = "B-12-04: counted 3, system 5. also A-01-02 count 7 system 6"
    names = ("location", "counted_qty", "system_qty")
    assert proposed(text, *names) == [("INV", "B-12-04", "3", "5"), ("INV", "A-01-02", "7", "6")]
    assert read(text).first("variance") is None


def test_every_lost_parcel_of_a_message_gets_its_own_claim() -> None:
    """Two parcels, two claims; a parcel that is only named to say that it came is none."""
    assert proposed(f"no scans on {ONE} and {TWO} since thurs", "tracking") == [("UPC", ONE), ("UPC", TWO)]
    one_came = f"no scan since thurs on {ONE}, the other one {TWO} arrived ok"
    assert proposed(one_came, "tracking") == [("UPC", ONE)]


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("count in A-03-11 shows 14, wms says 15", 14), ("wms says 2 in A-03-11 and there's only 1", 1),
        ("counted at A-03-11 gives 0, system 3", 0),
    ],
)  # fmt: skip
def test_a_count_is_read_with_the_place_between_its_words(text: str, counted: int) -> None:
    """The location is a fact of its own and does not hide the quantity."""
    found = as_object(read(text))
    assert (found["location"], found["counted_qty"]) == ("A-03-11", counted)


def test_a_count_that_agrees_is_no_discrepancy() -> None:
    """Counted five, system five, all good: nothing is proposed; without these words it is proposed with a flag."""
    agreed = read("Counted D-02-11 again: system 5, found 5. All good, nothing to do")
    assert (agreed.intents, agreed.proposals, list(agreed.flags)) == ((), (), ["counts_agree"])
    odd = read("recounted D-02-11: system 5, found 5, but serial Z-884201 is not ours?")
    assert "INV" in odd.intents
    assert "counts_agree" in odd.flags


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("please hold order 4102938475 until Monday, client is away", "2026-11-30"),
        ("4102938477 hold till Mon pls, dont ship b4", "2026-11-30"),
        ("customer travelling - keep parcel for 4102938478 here till 4 dec pls", "2026-12-04"),
        ("merci de garder la commande 4102938479 jusqu'à jeudi", "2026-11-26"),
        ("hold 4102938480, she's back on Thursday, until then nothing", ""),
        ("delay 4102938481 to 27/11", ""),
    ],
)  # fmt: skip
def test_the_day_until_which_a_parcel_is_held_is_read(text: str, day: str) -> None:
    """Said on a Monday, "until Monday" is the next one; a delivery wish, not an alarm."""
    found = as_object(read(text))
    assert found.get("hold_until", "") == day
    assert "ESC" not in found["intents"] or not day


def test_a_hold_against_fraud_stays_an_alarm() -> None:
    """A stop for fraud is not a wish for a later day, whatever day it names."""
    assert "ESC" in read("hold order 4102938475 until Monday, fraud team is checking").intents


@pytest.mark.parametrize(
    ("text", "day"),
    [("she is back on Thursday", "2026-11-26"), ("he's home from Wednesday", "2026-11-25")],
)
def test_somebody_who_is_away_comes_back_on_a_day_ahead(text: str, day: str) -> None:
    """A person who is back on Thursday is no parcel that came back."""
    found = [fact.value for fact in read(f"deliver 4102938475 later, {text}").facts if fact.value == day]
    assert found


TAKEN_BACK = (
    ("scrapped in one breath",
     "redirect 4102938475 to 22 Saddler Sq, SW1X 9ZZ. no sorry scrap that, she is home. but can u add gift wrap?",
     {"intents": ["OST"], "refused_intents": ["ADR"], "flags": ["taken_back_in_message"], "do_not": []}),
    ("never mind", "can you refund 4102938476? never mind, she found the card",
     {"intents": [], "refused_intents": ["RFD"]}),
    ("one cancelled, one not", "pls dont cancel 4102938488, cancel 4102938489 instead", {"intents": ["RFD"]}),
    ("why no refund", "RMA 778910 - qc passed 1st choice, why no refund?? day 12 already",
     {"intents": ["RFD"], "is_followup": True, "do_not": ["create_new_refund"]}),
    ("everything on him",
     "footage of bench 4 for 4102938482 on Friday pls. he also asks a copy of everything you've got on him",
     {"event_date": "2026-11-20", "flags": ["subject_access_request"], "do_not": ["send_footage_or_data"]}),
    ("off to the card company", "she wants her money back for 4102938483 or she goes to Amex",
     {"flags": ["chargeback_risk"]}),
    ("another card", "refund 4102938493 to this one instead, old card closed", {"flags": ["different_payment_method"]}),
    ("a courier's neighbour", "her Orle driver left the bag next door, order 4102938481",
     {"intents": ["UPC"], "subtype": "MISDELIVERY", "flags": ["courier_name_collision"]}),
    ("nothing came", "Ma cliente n'a rien reçu, UPS indique livré hier. Commande 4102938490. Pas de remboursement.",
     {"intents": ["UPC"], "subtype": "DNR", "refused_intents": ["RFD"]}),
    ("order between the words", "her husband says he never got 4102938521. UPS shows delivered Sat.",
     {"intents": ["UPC"], "subtype": "DNR", "delivered_date": "2026-11-21"}),
    ("by noon, hurried", "need 4102938484 there b4 noon thurs, its for a wedding, EH1 9ZZ",
     {"intents": ["SPD"], "date_needed": "2026-11-26", "window_end": "12:00"}),
    ("to her mother, abroad", "parcel came back refused, send it again to her mums in Jersey JE2 9ZZ, 4102938495",
     {"intents": ["ADR", "CRP"], "flags": ["reship_to_new_address_needs_full_check", "postcode_export"]}),
    ("a guest's name", "client is at a hotel from the 27th, can we send 4102938502 there under the name K. Tanaka",
     {"intents": ["ADR"]}),
    ("sent back, in French", "la cliente veut échanger son carré (cde 4102938480), renvoyé vendredi dernier",
     {"intents": ["RQC"], "subtype": "EXCHANGE", "proof_of_sending_date": "2026-11-20"}),
    ("out for delivery, short", "flat number missing for 4102938475, its flat 9b. OFD today",
     {"intents": ["ADR"], "order_stage": "out_for_delivery", "flags": ["no_change_out_for_delivery"]}),
    ("a pack for the auditors", "pls provide the refunds pack for October, sample of 25, by friday",
     {"intents": ["AUD"], "date_needed": "2026-11-27"}),
    ("a handover to a person", "handing over to Priya: 3 P1s open, 4102938499 must leave before 17:30",
     {"intents": ["HND"]}),
    ("handed to the carrier", "we are handing over to UPS at 5, is 4102938499 in it?", {"intents": ["OST"]}),
    ("promised, in French", "où en est la cde 4102938601 ? Promise pour mardi dernier",
     {"intents": ["OST"], "expected_delivery_date": "2026-11-17"}),
    ("letters the wrong way round", "adress chnage for 4102938602: Flat 4, 7 Tanner's Yd, LS1 9ZZ",
     {"intents": ["ADR"]}),
    ("the right one instead", "wrong colour on 4102938604, wants the right one, will send back the blue",
     {"intents": ["RQC"], "subtype": "EXCHANGE"}),
    ("engraving", "4102938605 is a gift: no price slip please, and check the engraving spells 'Noor'",
     {"intents": ["QCT"]}),
    ("what the procedure says", "SOP-RET-007 still says 3 photos, should be 4 since October",
     {"intents": ["SOP"]}),
    ("another try", "4102938607: redelivery tmrw between 2 and 4pm poss?",
     {"intents": ["SPD"], "date_needed": "2026-11-24", "window_start": "14:00", "window_end": "16:00"}),
    ("can it wait", "Client in Paris until 3/12, can her order 4102938609 wait for her? Don't send before",
     {"intents": ["SPD"], "hold_until": "2026-12-03"}),
    ("not taken", "ups refused the watch 4102938610, value over their limit, client needs it friday",
     {"intents": ["SPD"], "date_needed": "2026-11-27", "flags": ["restricted_goods_check"]}),
    ("not forgotten", "please don't forget the refund for 4102938614 we talked about last week",
     {"intents": ["RFD"], "is_followup": True, "do_not": ["create_new_refund"]}),
    ("not to be cancelled", "the customer never asked to cancel 4102938618, please reinstate it",
     {"intents": ["OST"], "refused_intents": ["RFD"]}),
    ("found without papers", "found a bag H012345ECA0 with no paperwork at dock 2, whose is it?",
     {"intents": ["INV"]}),
    ("a payment's reference", "Two refunds for 4102938608 (ref PSP-88120 & PSP-88121), which one is right?",
     {"ticket_ref": [], "flags": ["duplicate_refund_risk"]}),
    ("only if it is late", "cancel 4102938501 please. If it's already gone then refuse delivery / return.",
     {"subtype": "CANCEL", "flags": ["conditional_request"]}),
    ("a value without its currency", "croc bag 4102938491, value 38k, extra qc before it goes pls",
     {"intents": ["QCT"],
      "amount": {"value": "38000.00", "currency": "GBP", "kind": "goods_value", "suggested": True}}),
)  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in TAKEN_BACK], ids=[row[0] for row in TAKEN_BACK])
def test_what_is_meant_is_read_and_not_only_what_is_named(text: str, wanted: dict[str, Any]) -> None:
    """Its case types, facts and cautions; `flags` and `do_not` must contain theirs."""
    found = as_object(read(text))
    for key, value in wanted.items():
        if key in ("flags", "do_not"):
            assert set(value) <= set(found[key]), (key, found[key])
        else:
            assert found.get(key, []) == value, (key, found.get(key))


def test_an_order_that_must_not_be_cancelled_is_not_proposed() -> None:
    """Not the one, but the other: one proposal, for the other."""
    text = "pls dont cancel 4102938488, cancel 4102938489 instead"
    assert proposed(text, "order_no", "subtype") == [("RFD", "4102938489", "CANCEL")]


CONVERSATION = """[23/11/2026, 09:02:40] Chloe: 4102938510 client moved, new addr Flat 9b, 18 Saddler Sq SW1X 9ZZ
[23/11/2026, 09:03:05] Chloe: sorry thats for 4102938511
[23/11/2026, 09:05:00] Sam: ok who checks?
[23/11/2026, 09:06:12] Chloe: and pls refund 4102938512
[23/11/2026, 09:07:30] Chloe: actually ignore that last one, it's an exchange
[23/11/2026, 11:12:00] Chloe: is 4102938487 out?
[23/11/2026, 11:13:02] Chloe: ignore, found it
"""


def test_a_conversation_corrects_itself_and_nothing_is_chosen_silently() -> None:
    """A second order for one wish leaves none and suggests the later; what takes a wish's place suggests its order."""
    readings = read_conversation(split_transcript(CONVERSATION, default_at=MONDAY), PROFILE)
    moved, corrected, _, refund, exchange, asked, found = readings
    (address,) = moved.proposals
    assert "order_no" not in address.fields
    assert address.missing[0] == "order_no"
    assert moved.values("order_candidate") == ("4102938511",)
    assert (corrected.proposals, list(corrected.flags)) == ((), ["correction"])
    assert (refund.withdrawn, refund.proposals) == (True, ())
    assert (exchange.intents, exchange.orders, exchange.values("order_candidate")) == (("RQC",), (), ("4102938512",))
    assert (asked.withdrawn, found.intents) == (True, ())
