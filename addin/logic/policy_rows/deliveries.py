"""What carriers and their services take and promise, and address changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, CARRIER_API, GENERAL, Block, Entry

_CARRIER_GENERAL: Final[tuple[Entry, ...]] = (
    ("carrier.papers_goods", "Exotic leather", "list", "Goods that cross a border with CITES papers only."),
    ("carrier.ups.bfpo", "no", "yes/no", "Whether the carrier serves forces' addresses."),
    ("carrier.ups.po_box", "no", "yes/no", "Whether the carrier serves post office boxes."),
    ("carrier.royal_mail.limit.any", "GBP 2500.00", "money", "Highest cover of Special Delivery by 9am."),
    ("carrier.royal_mail.max_kg", "20", "rate", "Heaviest parcel of Special Delivery."),
    ("carrier.dpd.limit.any", "GBP 5000.00", "money", "Highest extended cover."),
    ("carrier.dpd.limit.watch", "GBP 0.00", "money", "Outside its cover."),
    ("carrier.dpd.limit.jewellery", "GBP 0.00", "money", "Outside its cover."),
    ("carrier.ups.max_kg", "70", "rate", "Heaviest parcel."),
    ("carrier.ups.max_length_cm", "274", "rate", "Longest parcel."),
    ("carrier.usd_per_gbp", "1.25", "rate", "To compare limits in dollars with values in pounds; illustrative."),
    (
        "carrier.sensitive_goods",
        "Watch; Jewellery; Exotic leather",
        "list",
        "Goods that thieves seek and carriers single out: a risk at a new address, a check before a second shipment.",
    ),
)
_CARRIER_API: Final[tuple[Entry, ...]] = (
    ("carrier.track_days", "120", "days", "Tracking data disappears after this time; keep a snapshot at opening."),
)

#: Name, carrier, the carrier's code, offered, handed over by, delivery days, promised by, note. The rows' keys are
#: `service.{code}.{name|carrier|carrier_code|offered|cutoff|days|by}`. Cut-offs are assumed, promises typical: confirm
#: each per postcode.
_SERVICE_PARTS: Final = (
    ("name", "text"), ("carrier", "text"), ("carrier_code", "text"), ("offered", "yes/no"), ("cutoff", "time"),
    ("days", "list"), ("by", "time"),
)  # fmt: skip
_WEEK: Final = "Mon; Tue; Wed; Thu; Fri"
# fmt: off
_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "ups_express_plus": ("UPS Express Plus", "UPS", "54", "yes", "17:00", _WEEK, "09:00", ""),
    "ups_express": ("UPS Express", "UPS", "07", "yes", "17:00", _WEEK, "12:00",
        "By 10:30 at some postcodes; Saturday needs its own option and label."),
    "ups_express_1200": ("UPS Express 12:00", "UPS", "74", "no", "17:00", _WEEK, "12:00",
        "Said to be within Germany only; not before UPS confirms."),
    "ups_saver": ("UPS Express Saver", "UPS", "65", "yes", "17:30", _WEEK, "18:00", "End of day."),
    "ups_standard": ("UPS Standard", "UPS", "11", "yes", "17:30", _WEEK, "18:00", "One to two days, no time of day."),
    "rm_special_9": ("Royal Mail Special Delivery by 9am", "Royal Mail", "SD9", "yes", "16:30", f"{_WEEK}; Sat",
        "09:00", "Not above its cover; Saturday at an extra fee."),
    "dpd_1200": ("DPD next day by 12:00", "DPD", "1200", "yes", "17:00", f"{_WEEK}; Sat", "12:00",
        "To be evaluated."),
    "courier_same_day": ("Same-day courier", "Courier", "SAMEDAY", "yes", "15:00", f"{_WEEK}; Sat; Sun", "21:00",
        "A quote for each trip."),
    "secure": ("Secure logistics", "Secure", "SECURE", "yes", "12:00", _WEEK, "18:00", "For watches and jewellery."),
    "boutique": ("Boutique collection", "Boutique", "COLLECT", "yes", "12:00", f"{_WEEK}; Sat", "18:00",
        "The customer collects."),
}
# fmt: on
_SERVICE: Final = tuple(
    (f"service.{code}.{part}", value, unit, values[-1] if part == "name" else "")
    for code, values in _SERVICES.items()
    for (part, unit), value in zip(_SERVICE_PARTS, values[:-1], strict=True)
)
_SPECIAL: Final[tuple[Entry, ...]] = (
    ("service.ups_express_plus.transit", "1", "working days", "From handing over to delivery."),
    ("service.ups_express.transit", "1", "working days", ""),
    ("service.ups_express_1200.transit", "1", "working days", ""),
    ("service.ups_saver.transit", "1", "working days", ""),
    ("service.ups_standard.transit", "2", "working days", "One to two days; two is safe."),
    ("service.rm_special_9.transit", "1", "working days", ""),
    ("service.dpd_1200.transit", "1", "working days", ""),
    ("service.courier_same_day.transit", "0", "working days", ""),
    ("service.secure.transit", "1", "working days", ""),
    ("service.boutique.transit", "1", "working days", "To the shop."),
    ("special.arranged_services", "courier_same_day; secure; boutique", "list", "Hours are agreed for each trip."),
    ("special.book_before_cutoff_minutes", "60", "minutes", "Book this long before the carrier's cut-off."),
    ("special.signature_above", "GBP 1000.00", "money", "Above: signature, and no neighbour."),
)

#: Where a service does not go (territories or postcode areas), and how much longer others take there.
_FAR: Final = "Scottish islands; Northern Ireland; Jersey; Guernsey; Isle of Man"
_REACH: Final[tuple[Entry, ...]] = (
    ("service.ups_express_plus.not_to", f"Scottish Highlands; {_FAR}", "list", "Early hours: main towns only."),
    ("service.ups_express.not_to", "Scottish islands", "list", "Confirm each postcode."),
    ("service.ups_express_1200.not_to", _FAR, "list", ""),
    ("service.ups_saver.not_to", "", "list", "Everywhere in the United Kingdom."),
    ("service.ups_standard.not_to", "", "list", "Everywhere in the United Kingdom."),
    ("service.rm_special_9.not_to", f"Scottish Highlands; {_FAR}; BFPO", "list", "By 1pm there: another service."),
    ("service.dpd_1200.not_to", f"Scottish Highlands; {_FAR}; BFPO", "list", ""),
    ("service.courier_same_day.not_to", f"{_FAR}; BFPO", "list", "No road reaches it within the day."),
    ("service.secure.not_to", "BFPO", "list", ""),
    ("service.boutique.not_to", "BFPO", "list", ""),
    ("special.extra_days.scottish_islands", "1", "working days", "Above the service's transit: HS, ZE, KW15-17 ..."),
    ("special.extra_days.northern_ireland", "1", "working days", ""),
    ("special.extra_days.jersey", "1", "working days", ""),
    ("special.extra_days.guernsey", "1", "working days", ""),
    ("special.extra_days.isle_of_man", "1", "working days", ""),
)

_ADDRESS: Final[tuple[Entry, ...]] = (
    ("address_risk.high_value", "2", "points", "Order value from address_level.high_value."),
    ("address_risk.very_high_value", "4", "points", "From address_level.very_high_value, instead of 2."),
    ("address_risk.guest_or_first", "2", "points", "Guest, or first order."),
    ("address_risk.chat_relay", "1", "points", "Asked by chat relay rather than from the customer's account."),
    ("address_risk.other_area", "1", "points", "Another postcode area."),
    ("address_risk.other_territory", "3", "points", "Another country or territory, instead of the one for the area."),
    ("address_risk.forwarder", "3", "points", "Forwarder, hotel, parcel shop, locker or post office box."),
    ("address_risk.name_or_phone", "3", "points", "Surname or telephone changed."),
    ("address_risk.changed_twice", "2", "points", "Changed twice, or within 24 hours of despatch."),
    ("address_risk.billing_differs", "1", "points", "Billing address is not the new one."),
    ("address_risk.no_card_check", "2", "points", "Address or cardholder check failed or absent."),
    ("address_risk.sensitive_goods", "1", "points", "Watch, jewellery or exotic leather."),
    ("address_risk.previous_claim", "2", "points", "An earlier claim."),
    ("address_level.second_approver", "3", "points", "From here a second approver and a call back."),
    ("address_level.senior_qa", "6", "points", "From here Senior QA and the fraud team."),
    ("address_level.after_despatch_adds", "1", "count", "Levels added once the parcel has left."),
    ("address_level.after_despatch_value", "GBP 1000.00", "money", "A parcel that has left: the highest level."),
    ("address_level.high_value", "GBP 1000.00", "money", ""),
    ("address_level.very_high_value", "GBP 5000.00", "money", ""),
    ("address_level.twice_hours", "24", "hours", ""),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = (
    (GENERAL, _CARRIER_GENERAL),
    (CARRIER_API, _CARRIER_API),
    (GENERAL, _SERVICE),
    (GENERAL, _REACH),
    (ASSUMED, _SPECIAL),
    (ASSUMED, _ADDRESS),
)
