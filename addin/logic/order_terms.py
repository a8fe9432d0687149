"""Words that several case types share about an order: its stage, its goods, carriers and their services.

They are lists to choose from; which service runs where, until when and up to what value are rows of the policy.
"""

from __future__ import annotations

import re
from typing import Final

#: From payment to the door, in order.
ORDER_STAGES: Final = (
    "Not prepared", "Preparing", "On hold", "Picking", "Packing", "Packed", "Label printed", "Collected", "In transit",
    "Out for delivery", "At Access Point", "Returning", "Delivered",
)  # fmt: skip
#: No label exists yet: an order can be changed in the order system alone.
BEFORE_LABEL: Final = frozenset({"Not prepared", "Preparing", "On hold", "Picking", "Packing"})
#: The parcel stands here; from packing on it has a label.
LABELLED: Final = frozenset({"Packed", "Label printed"})
#: Work on the order has not begun.
UNPREPARED: Final = frozenset({"Not prepared", "Preparing"})
#: The parcel is with the carrier and not on the delivery vehicle: a change is a request to the carrier.
WITH_CARRIER: Final = frozenset({"Collected", "In transit", "At Access Point"})
#: The carrier has, or has had, the parcel.
DESPATCHED: Final = WITH_CARRIER | {"Out for delivery", "Returning", "Delivered"}

GOODS_KINDS: Final = (
    "Leather goods", "Exotic leather", "Watch", "Jewellery", "Silk or textile", "Clothing or shoes",
    "Fragile or porcelain", "Fragrance", "Personalised", "Other",
)  # fmt: skip
#: Goods that carriers' own rules single out (published UPS lists of restricted articles).
RESTRICTED_GOODS: Final = frozenset({"Watch", "Jewellery"})

UPS: Final = "UPS"
CARRIERS: Final = (
    UPS, "Royal Mail", "DPD", "DHL", "FedEx", "Courier", "Secure", "Boutique", "Other",
)  # fmt: skip


def is_despatched(stage: str) -> bool:
    """True once the carrier has the parcel; False for an unknown stage."""
    return stage in DESPATCHED


def is_ups(carrier: str) -> bool:
    """True for UPS, and for no carrier named: parcels go with UPS unless somebody chose otherwise."""
    return carrier in ("", UPS)


def odd_order_number(number: str, pattern: str) -> str:
    """What to do about a number that has not the form of the house's orders (policy `id.order_pattern`).

    Empty when it has, or when there is none. A program that took the number for an amount dropped its zeros: where
    zeros in front make it whole, that is what is asked.
    """
    if not number or re.fullmatch(pattern, number):
        return ""
    padded = next((p for zeros in (1, 2, 3, 4) if re.fullmatch(pattern, p := "0" * zeros + number)), "")
    return f"Zeros at the start were perhaps lost: {padded}?" if padded else "Copy it again."
