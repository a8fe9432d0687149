"""A carrier's words about a parcel, in the register's own list."""

from __future__ import annotations

import pytest

from addin.logic.carrier_status import TRACKING_STATUSES, canonical_status

WORDS = [
    ("Shipper created a label, UPS has not received the package yet.", "LABEL_CREATED"),
    ("Order Processed: Ready for UPS", "LABEL_CREATED"),
    ("Origin Scan", "COLLECTED"),
    ("Pickup Scan", "COLLECTED"),
    ("Arrival Scan", "IN_TRANSIT"),
    ("Departed from Facility", "IN_TRANSIT"),
    ("Arrived at Facility", "IN_TRANSIT"),
    ("On the Way", "IN_TRANSIT"),
    ("Out For Delivery Today", "OUT_FOR_DELIVERY"),
    ("Loaded on Delivery Vehicle", "OUT_FOR_DELIVERY"),
    ("The receiver was not available at the time of the first delivery attempt.", "ATTEMPT_1"),
    ("The receiver was not available at the time of the second delivery attempt. A final attempt will be made.",
     "ATTEMPT_2"),
    ("The receiver was not available for the final attempt", "ATTEMPT_FINAL"),
    ("Delivered to UPS Access Point™, awaiting customer pickup", "AT_ACCESS_POINT"),
    ("The apartment number is either missing or incorrect.", "ADDRESS_ISSUE"),
    ("The street number is incorrect. This may delay delivery.", "ADDRESS_ISSUE"),
    ("The address is incomplete; we are trying to update it", "ADDRESS_ISSUE"),
    ("Severe weather conditions have delayed delivery", "HELD"),
    ("A mechanical failure has caused a delay", "HELD"),
    ("Your package is being held for customs clearance", "HELD"),
    ("A claim has been opened", "HELD"),
    ("The package was damaged in transit", "DAMAGE_REPORTED"),
    ("Merchandise is missing. UPS will notify the sender", "DAMAGE_REPORTED"),
    ("The receiver refused the delivery", "REFUSED"),
    ("Returning to Sender", "RETURNING"),
    ("Returned to the shipper", "RETURNING"),
    ("The receiver refused it; it will be returned to sender", "RETURNING"),
    ("Delivered to sender", "RETURNED"),
    ("DELIVERED", "DELIVERED"),
    ("Delivered: front desk, signed BRIGHT", "DELIVERED"),
    ("Delivered to a neighbour", "DELIVERED_NEIGHBOUR"),
    ("Package was left with your neighbor", "DELIVERED_NEIGHBOUR"),
    ("Declared lost", "LOST_DECLARED"),
    ("out_for_delivery", "OUT_FOR_DELIVERY"),
    ("En cours de livraison", "OUT_FOR_DELIVERY"),
    ("Livré", "DELIVERED"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "status"), WORDS)
def test_the_carriers_words_are_mapped(text, status):
    """Whatever their capitals; the more particular meaning counts."""
    assert canonical_status(text) == status
    assert canonical_status(f"  {text.upper()} ") == status


@pytest.mark.parametrize(
    "text",
    ["", "Wurde umgeleitet", "Not delivered", "Not yet delivered", "Will be delivered tomorrow", "D", "X", "💥",
     "Could not be delivered", "No damage was found", "undeliverable"],
)  # fmt: skip
def test_what_is_not_known_is_not_guessed(text):
    """`UNKNOWN`, also for words that only look like a delivery; type letters say nothing."""
    assert canonical_status(text) == "UNKNOWN"


def test_every_status_can_be_reached():
    """No code of the list is dead."""
    assert {canonical_status(text) for text, _ in WORDS} | {"UNKNOWN"} == set(TRACKING_STATUSES)
    assert [canonical_status(code) for code in TRACKING_STATUSES] == list(TRACKING_STATUSES)
