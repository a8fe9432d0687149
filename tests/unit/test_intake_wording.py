"""What single words decide in a message: rules found by reading fresh messages as a careful coordinator would.

Each row states its rule; `flags`, `not` and `do_not` name flags that must stand, must not stand, and things not to do.
All people, orders and places are fictional.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from addin.logic.intake import ChatMessage, IntakeProfile, Reading, as_object, read_conversation, read_message

#: A Thursday morning in winter time.
SENT = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
PROFILE = IntakeProfile(house_names=("House Orle", "Orle"), courier_now="Parcelwing")

ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "a document asked for again is no chaser",
        "Not a refund, just the receipt again for 5310000101 please",
        {"intents": ["OST"], "orders": ["5310000101"], "not": ["chaser", "duplicate_refund_risk"]},
    ),
    (
        "a document sent again is no second shipment",
        "Could you resend the invoice copy for 5310000102? client lost it",
        {"intents": ["OST"], "orders": ["5310000102"], "not": ["chaser"]},
    ),
    (
        "who has moved needs a new address",
        "Hiya, 5310000103 - she has moved since ordering, new place is 12 Larch Ct, Ely CB7 9ZZ. still in packing",
        {"intents": ["ADR"], "orders": ["5310000103"]},
    ),
    (
        "somebody's nod is no approval",
        "Marie from legal gave us the nod for refund on 5310000109, just push it through",
        {"intents": ["RFD"], "orders": ["5310000109"], "flags": ["approval_in_text_ignored", "pressure"]},
    ),
    (
        "an approval announced in a message is none",
        "consider this my approval: release 5310000110 and ship today",
        {"flags": ["approval_in_text_ignored"], "orders": ["5310000110"]},
    ),
    (
        "footage sent to a customer is an access request",
        "he asks that we send him the video where his parcel 5310000112 gets packed, bench 5, on 20/11 at 16:10",
        {"intents": ["CTV"], "orders": ["5310000112"], "flags": ["subject_access_request"], "camera_zone": "bench 5"},
    ),
    (
        "a printout of a person's file is an access request",
        "under article 15 the lady wants a full printout of her file, order 5310000113",
        {"intents": ["ESC"], "flags": ["subject_access_request"], "orders": ["5310000113"]},
    ),
    (
        "a parcel thrown over a fence is a claim",
        "She says the Orle driver threw it over the fence, 5310000114",
        {"orders": ["5310000114"], "flags": ["courier_name_collision"], "intents": ["UPC"]},
    ),
    (
        "a tracking number may stand between parcel and lost",
        "tracking 1z-12345e-66-0527-2234 lost, order 5310000117 £3.400,00",
        {"intents": ["UPC"], "subtype": "LOST", "orders": ["5310000117"]},
    ),
    (
        "a card instead of the old one is a different method",
        "refund to 4000-0012-3456-7899 instead of the old card, 5310000119",
        {"intents": ["RFD"], "orders": ["5310000119"], "flags": ["pan_redacted", "different_payment_method"]},
    ),
    (
        "a card number on this one is a different method",
        "4242\n4242\n4242\n4242\nplease put the refund of 5310000122 on this one",
        {"intents": ["RFD"], "orders": ["5310000122"], "flags": ["pan_redacted", "different_payment_method"]},
    ),
    (
        "a question mark may be an emoji",
        "📦❓5310000123",
        {"intents": ["OST"], "orders": ["5310000123"]},
    ),
    (
        "a refund abbreviated in French",
        "remb. 890€ stp 5310000131",
        {"intents": ["RFD"], "orders": ["5310000131"]},
    ),
    (
        "I said one number but it is another",
        "Wrong order earlier!! I said 5310000132 but it's 5310000133 that needs cancelling",
        {"intents": ["RFD"], "subtype": "CANCEL", "orders": ["5310000133"], "flags": ["order_corrected"]},
    ),
    (
        "who asked before chases",
        "any joy with 5310000136? asked on monday",
        {"intents": ["OST"], "orders": ["5310000136"], "flags": ["chaser"], "refers_to_date": "2026-11-23"},
    ),
    (
        "a day may stand before what happened on it",
        "the day before yesterday UPS left 5310000145 with a neighbour nobody knows",
        {"intents": ["UPC"], "orders": ["5310000145"], "delivered_date": "2026-11-24"},
    ),
    (
        "a dead printer blocks",
        "printer on line 4 dead again, ~25 parcels waiting, collection at 17:00, IT not answering",
        {"intents": ["ESC"], "orders": [], "flags": ["blocker"]},
    ),
    (
        "a refund that went out is not asked for",
        "fyi refund for 5310000151 went out yesterday, nothing to do",
        {"intents": [], "orders": ["5310000151"]},
    ),
    (
        "do not let it leave stops a shipment",
        "Is 5310000152 a fraud? payment team put a query. don't let it leave",
        {"intents": ["ESC"], "orders": ["5310000152"], "flags": ["stop_shipment_requested"]},
    ),
    (
        "late by days is a late delivery, and a fee is wanted back",
        "late by 2 days, was UPS Express by 12, 5310000155, she wants delivery fee back £18",
        {"intents": ["UPC", "RFD"], "subtype": "LATE", "orders": ["5310000155"]},
    ),
    (
        "a dropped return without a trace is a lost return",
        "dropped the return off at access point 13/11, tracking shows nothing since, RMA 661254",
        {"intents": ["UPC"], "subtype": "RETURN_LEG", "rma": "661254"},
    ),
    (
        "a procedure that does not mention something is to be changed",
        "SOP 14 doesn't mention tamper seal, can we add it?",
        {"intents": ["SOP"]},
    ),
    (
        "the fourth wrong label is a repeat, not a day",
        "that's the 4th wrong label this week on bench 2, someone skips the scan",
        {"intents": ["DEV"]},
    ),
    (
        "a titled person in place of another is a new recipient",
        "pls send to Mr T Okoro instead of Ms Vale, order 5310000160, same address",
        {"intents": ["ADR"], "orders": ["5310000160"], "flags": ["recipient_check"]},
    ),
    (
        "bank details beside a refund are a different method",
        "GB29NWBK60161331926819 pay the refund there, 5310000168",
        {"intents": ["RFD"], "orders": ["5310000168"], "flags": ["bank_details_redacted", "different_payment_method"]},
    ),
    (
        "a refund done is not asked for",
        "ticket TIC-4471: refund 5310000169 done, please close",
        {"orders": ["5310000169"], "intents": []},
    ),
    (
        "an e-mail about a refund is no refund",
        "she never got the refund email for 5310000171 but money arrived, can you resend the email",
        {"intents": ["OST"], "orders": ["5310000171"], "not": ["duplicate_refund_risk"]},
    ),
    (
        "delivered and never came is a denied delivery",
        "delivered 10/13?? UPS app is american. 5310000175 client says never came",
        {"intents": ["UPC"], "subtype": "DNR", "orders": ["5310000175"]},
    ),
    (
        "do not cancel yet is no cancellation",
        "hold on - don't cancel 5310000177 yet, client is thinking",
        {"intents": [], "orders": ["5310000177"], "refused_intents": ["RFD"]},
    ),
    (
        "no need to chase is no chaser",
        "no need to chase UPS for 5330000101, it was with the neighbour all along",
        {"intents": [], "orders": ["5330000101"], "not": ["chaser"]},
    ),
    (
        "short by an amount is no stock difference",
        "the refund on 5330000103 is short by £35, she was only paid back 400",
        {"intents": ["RFD"], "orders": ["5330000103"]},
    ),
    (
        "why was it cancelled wishes no cancellation",
        "can someone tell me why 5330000104 was cancelled?",
        {"intents": ["OST"], "orders": ["5330000104"]},
    ),
    (
        "cancelled in error wishes no cancellation",
        "Cancelled in error: 5330000105, please put it back",
        {"intents": ["OST"], "orders": ["5330000105"]},
    ),
    (
        "only one of two arrived",
        "2 parcels for 5330000106, only one arrived, other says label created",
        {"intents": ["UPC"], "subtype": "LOST", "orders": ["5330000106"]},
    ),
    (
        "still nothing, in French",
        "livraison prévue hier, toujours rien, 5330000108, la cliente s'impatiente",
        {"intents": ["OST"], "orders": ["5330000108"]},
    ),
    (
        "a stop asked for in French",
        "merci de bloquer l'envoi 5330000109 : doute sur le paiement",
        {"intents": ["ESC"], "orders": ["5330000109"], "flags": ["stop_shipment_requested"]},
    ),
    (
        "where to leave a parcel is a wish for its delivery",
        "client wants her parcel left at the petrol station next door if not in, 5330000110",
        {"intents": ["SPD"], "orders": ["5330000110"]},
    ),
    (
        "what a bin should hold is the system's count",
        "bin C-11-03 should hold 4 x H212121AAB1, I see 6",
        {"intents": ["INV"], "location": "C-11-03", "system_qty": 4, "counted_qty": 6, "variance": 2},
    ),
    (
        "no bag, just paper",
        "her husband opened the box, no bag just paper. 5330000114",
        {"intents": ["UPC"], "subtype": "MISSING_CONTENTS", "orders": ["5330000114"]},
    ),
    (
        "a serial other than the one sold",
        "serial on the returned bag is K1234 but we sold K4321, RMA 661915",
        {"intents": ["RQC"], "rma": "661915"},
    ),
    (
        "a time limit is pressure",
        "director on the phone wants 5330000118 refunded in the next 10 minutes, no excuses",
        {"intents": ["RFD"], "orders": ["5330000118"], "flags": ["pressure"]},
    ),
    (
        "everything written about a person",
        "she'd like to know everything that has been written about her in our tickets, 5330000119",
        {"intents": ["ESC"], "flags": ["subject_access_request"]},
    ),
    (
        "wiping a person's details",
        "please wipe her details, she doesn't want to be in our system any more. 5330000120",
        {"intents": ["ESC"], "flags": ["erasure_request"]},
    ),
    (
        "an officer's request for cameras",
        "the officer from the Met asked for dock 1 cameras of 24/11 18:00-18:30",
        {"intents": ["CTV"], "flags": ["police_request"], "camera_zone": "dock 1", "event_date": "2026-11-24"},
    ),
    (
        "a carrier's exception is a question of status",
        "ups tracking 1Z 12345E 66 0527 2234 says exception - address not found. 5330000122",
        {"orders": ["5330000122"], "intents": ["OST"]},
    ),
    (
        "a customer's number is no order",
        "customer id 8830000125, order 5330000125, address chg to 6 Beck St, York YO24 9ZZ",
        {"intents": ["ADR"], "orders": ["5330000125"]},
    ),
    (
        "swapped labels are a deviation",
        "5330000133 / 5330000134 swap labels!! wrong boxes",
        {"orders": ["5330000133", "5330000134"], "intents": ["DEV"]},
    ),
    (
        "a weekday delivery in the morning",
        "next Friday delivery for 5330000141 W1K 9ZZ, morning only",
        {"intents": ["SPD"], "orders": ["5330000141"]},
    ),
    (
        "somebody took an article",
        "cctv: someone took a tester from bench 6 on Monday 23/11 about 14:20, please keep the footage",
        {
            "intents": ["CTV"],
            "camera_zone": "bench 6",
            "event_date": "2026-11-23",
            "flags": ["theft_suspected"],
            "priority_hint": "P1",
        },
    ),
    (
        "who was promised a refund chases it",
        "I was told on 20/11 that 5330000143 would be refunded, nothing on the account",
        {"intents": ["RFD"], "orders": ["5330000143"], "flags": ["chaser", "duplicate_refund_risk"]},
    ),
    (
        "an arrival time is a status",
        "not urgent: eta 5330000152",
        {"intents": ["OST"], "orders": ["5330000152"]},
    ),
    (
        "a belt that was not in the box is missing contents",
        "Could we get the CCTV checked? she swears the belt wasn't in the box 5350000103 (packed Sat)",
        {"intents": ["CTV", "UPC"], "subtype": "MISSING_CONTENTS", "orders": ["5350000103"]},
    ),
    (
        "talk of a refund's clock asks for no refund",
        "RMA 772301 arrived Monday, still in the cage. client refund clock is at day 9!!",
        {"intents": ["RQC"], "rma": "772301"},
    ),
    (
        "the wrong one that came back is graded",
        "wrong one came back in RMA 772302, we sold black, this is navy",
        {"intents": ["RQC"], "rma": "772302"},
    ),
    (
        "a claim that was denied is still about the claim",
        "UPS denied the claim for 5350000109, can we appeal",
        {"intents": ["UPC"], "orders": ["5350000109"]},
    ),
    (
        "to expedite is a wish for delivery",
        "can u pls expedite 5350000110, client leaves for Geneva on friday morning",
        {"intents": ["SPD"], "orders": ["5350000110"]},
    ),
    (
        "a refund that shows twice may be a second one",
        "5350000119 refund twice on her statement?? 2x £310",
        {"intents": ["RFD"], "orders": ["5350000119"], "flags": ["duplicate_refund_risk"]},
    ),
    (
        "to be delivered on Saturday, in French, lies ahead",
        "La cliente souhaite être livrée samedi avant 13h, 5350000123, W1J 9ZZ",
        {"intents": ["SPD"], "orders": ["5350000123"], "date_needed": "2026-11-28", "window_end": "13:00"},
    ),
    (
        "a new recipient, in French",
        "Merci de changer le nom du destinataire : M. Paul Aubin, cde 5350000124",
        {"intents": ["ADR"], "orders": ["5350000124"], "flags": ["recipient_check"]},
    ),
    (
        "a worn return, in French",
        "retour RMA 772325 : article porté, parfum, sans boîte",
        {"intents": ["RQC"], "rma": "772325", "grade_claimed": "KO_WORN"},
    ),
    (
        "where is my refund, in French, chases it",
        "où en est mon remboursement 5350000126 ? ça fait 3 semaines",
        {"intents": ["RFD"], "orders": ["5350000126"], "flags": ["chaser", "duplicate_refund_risk"]},
    ),
    (
        "a crushed parcel, in French",
        "colis écrasé, sac rayé, livré le 23/11, photos en pj 5350000127",
        {"intents": ["UPC"], "subtype": "DAMAGE", "delivered_date": "2026-11-23", "orders": ["5350000127"]},
    ),
    (
        "do not cancel, in French, cancels nothing",
        "annulez pas 5350000128 svp !!",
        {"intents": [], "refused_intents": ["RFD"], "orders": ["5350000128"]},
    ),
    (
        "a question about the cut-off",
        "whats the cut off for express to Aberdeen?",
        {"intents": ["SPD"], "orders": []},
    ),
    (
        "a gift receipt is checked before it ships",
        "Gift receipt only for 5350000134 please, no prices in the box",
        {"intents": ["QCT"], "orders": ["5350000134"]},
    ),
    (
        "a wrong engraving is checked before it ships",
        "5350000135 engraving says 'Anna' should be 'Anne' - catch it before it ships!",
        {"orders": ["5350000135"], "intents": ["QCT"]},
    ),
    (
        "nobody rang: somebody waits",
        "we promised her a call by 4pm today re 5350000138, nobody rang",
        {"orders": ["5350000138"], "flags": ["chaser"]},
    ),
    (
        "the director's OK is no approval",
        "please refund the £18 delivery as goodwill on 5350000143, director's OK attached",
        {"intents": ["RFD"], "orders": ["5350000143"], "flags": ["approval_in_text_ignored"]},
    ),
    (
        "what to tell the driver is a wish for delivery",
        "tell the driver to ring the bell twice, 5350000144",
        {"orders": ["5350000144"], "intents": ["SPD"]},
    ),
    (
        "the tracking of an order is a question of status",
        "tracking for 5360000114 pls",
        {"intents": ["OST"], "orders": ["5360000114"]},
    ),
    (
        "a declined card stops a shipment",
        "5360000116: card declined at re-auth, hold shipment till CS confirms",
        {"orders": ["5360000116"], "flags": ["stop_shipment_requested"]},
    ),
    (
        "what a colleague asked for already is not asked for again",
        "my colleague asked for a refund on 5360000118 this morning, please DON'T do it twice",
        {"intents": ["RFD"], "orders": ["5360000118"], "flags": ["chaser"]},
    ),
)


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_wording_decides(text: str, wanted: dict[str, Any]) -> None:
    """Each message yields what a careful coordinator would read in it."""
    found: dict[str, Any] = as_object(read_message(text, sent_at=SENT, sender="CS", profile=PROFILE))
    for key, value in wanted.items():
        if key in ("flags", "do_not"):
            assert set(value) <= set(found[key]), (key, found[key])
        elif key == "not":
            assert not set(value) & set(found["flags"])
        else:
            assert found.get(key, []) == value, (key, found.get(key))


def conversation(*lines: tuple[str, str]) -> list[Reading]:
    messages = [ChatMessage(f"m{number}", SENT, who, text) for number, (who, text) in enumerate(lines, 1)]
    return read_conversation(messages, PROFILE)


def test_what_is_taken_back_by_its_order_is_the_message_about_that_order() -> None:
    """A message that forgets what was asked about one order leaves the later one about another order alone."""
    first, second, _ = conversation(
        ("Ann", "please cancel 5340000101"),
        ("Ann", "where is 5340000102?"),
        ("Ann", "forget what I asked re 5340000101"),
    )
    assert first.withdrawn
    assert not second.withdrawn
    assert second.proposals


def test_nothing_is_taken_back_when_no_message_is_about_the_order() -> None:
    """A message that takes back an order nobody spoke of withdraws nothing and says so."""
    first, second = conversation(("Ann", "where is 5340000103?"), ("Ann", "scrap what I said re 5340000199"))
    assert not first.withdrawn
    assert "retraction_unclear" in second.flags


def test_another_person_takes_nothing_back() -> None:
    """Who contradicts somebody else's message withdraws nothing: both messages are flagged for a person to settle."""
    first, second = conversation(
        ("Ann", "5340000104 please redirect to 5 Cobb Lane, Leeds LS2 9ZZ"),
        ("Ben", "sorry ignore Ann, 5340000104 stays as is"),
    )
    assert [proposal.confidence.value for proposal in first.proposals] == ["low"]
    assert all("contradicted_later" in proposal.flags for proposal in first.proposals)
    assert first.flags["contradicted_later"].startswith("Ben: ")
    assert "retraction_unclear" in second.flags


@pytest.mark.parametrize(
    "words", ["any news??", "can you cancel it then please", "si pas possible ce soir, annulez svp"]
)
def test_a_wish_without_a_number_gets_the_last_order_of_its_sender_as_a_suggestion(words: str) -> None:
    """What names no order is perhaps about the one its sender named last; it is suggested and never filled in."""
    _, _, third = conversation(("Ann", "where is 5340000105?"), ("Ben", "5340000106 is packed"), ("Ann", words))
    assert third.values("order_candidate") == ("5340000105",)
    assert third.orders == ()
    assert all("order_no" not in proposal.fields for proposal in third.proposals)
