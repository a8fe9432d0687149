"""Footage, stock and outbound quality checks."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, COMMISSIONER, Block, Entry

_CCTV: Final[tuple[Entry, ...]] = (
    ("cctv.retention_days", "30", "days", "The law sets no period; 30 or 31 days are common."),
    ("cctv.escalate_percent", "50", "percent", "Escalate when this much of the retention has passed."),
    ("cctv.window_minutes", "60", "minutes", "A longer window needs a reason."),
    ("cctv.margin_minutes", "5", "minutes", "Before the pick scan and after the seal."),
    ("cctv.purposes", "Claim; Dispute; QC; Safety", "list", "Purposes for which footage may be asked."),
    ("cctv.cameras", "Pack bench; Dock; Cage", "list", "Zones with cameras; a request for another one is told."),
    ("cctv.clip_retention_days", "180", "days", "How long a preserved clip is kept."),
)
_CCTV_LAW: Final[tuple[Entry, ...]] = (
    ("cctv.access_request_months", "1", "months", "To answer somebody's request for their own images."),
    ("cctv.access_request_more_months", "2", "months", "Added when the request is complex."),
)

_STOCK: Final[tuple[Entry, ...]] = (
    ("inventory.tolerance_qty.serialised", "0", "count", "Serialised stock has no tolerance."),
    ("inventory.tolerance_value.serialised", "GBP 0.00", "money", ""),
    ("inventory.tolerance_over_percent.other", "0", "percent", "Systems often allow 5 above and 10 below."),
    ("inventory.tolerance_under_percent.other", "0", "percent", ""),
    ("inventory.tolerance_value.other", "GBP 0.00", "money", ""),
    ("inventory.freeze_minutes", "30", "minutes", "From report to locked location."),
    ("inventory.recount_hours", "8", "hours", "Within the shift."),
    ("inventory.decide_days", "2", "working days", ""),
    ("inventory.repeat_days", "30", "days", "A location that differs again within this time is repeated."),
    (
        "inventory.causes",
        "MISPICK; MISPUT; RECEIVE_SHORT; RECEIVE_OVER; UNPOSTED_MOVE; RETURN_NOT_BOOKED; DAMAGE_NOT_BOOKED; "
        "LABEL_SWAP; SERIAL_MISMATCH; UOM; SYSTEM_SYNC; 3PL_ERROR; THEFT_SUSPECTED; COUNT_ERROR; UNKNOWN",
        "list",
        "To choose from; those that rules know by name stay.",
    ),
)

_FULL: Final = "Photo set; Second person; Weight; Seal; Signature; Serial"
#: Trigger and what it asks for. Profiles show only a code: a valued client, b earlier wrong-item claim, c abuse of
#: returns, d first order of high value; the meaning is personal data and stays off the sheets.
_QC: Final[tuple[Entry, ...]] = (
    ("qc_trigger.exotic", "Photo set; Second person; Papers check; Serial", "list", "Product: exotic leather."),
    ("qc_trigger.watch", "Photo set; Second person; Seal; Signature; Serial", "list", "Product."),
    ("qc_trigger.jewellery", "Photo set; Second person; Seal; Signature; Serial", "list", "Product."),
    ("qc_trigger.fragile", "Photo set; Weight", "list", "Product: porcelain and the like."),
    ("qc_trigger.personalised", "Photo set; Second person", "list", "Product: made to order."),
    ("qc_trigger.high_value", "Photo set; Second person; Weight; Seal; Signature", "list", "From qc.high_value."),
    ("qc_trigger.very_high_value", _FULL, "list", "From qc.very_high_value: the full set."),
    ("qc_trigger.profile_a", _FULL, "list", "Customer profile: the full set."),
    ("qc_trigger.profile_b", _FULL, "list", "Customer profile: the full set."),
    ("qc_trigger.profile_c", _FULL, "list", "Customer profile: the full set."),
    ("qc_trigger.profile_d", _FULL, "list", "Customer profile: the full set."),
    ("qc_trigger.gift", "Photo set", "list", "Order."),
    ("qc_trigger.same_reference", "Photo set; Second person", "list", "Order: several units of one reference."),
    ("qc_trigger.address_changed", "Hold; Second person; Signature", "list", "Order: changed after payment."),
    ("qc_trigger.reshipment", "Photo set; Second person; Weight; Seal", "list", "Order: sent a second time."),
    ("qc_trigger.returned_goods", "Photo set; Second person; Weight", "list", "Order: returned goods sent again."),
    ("qc_trigger.carrier_rule", "Hold; Papers check", "list", "A rule of the carrier speaks against it."),
    ("qc.high_value", "GBP 1000.00", "money", "A second person checks from here."),
    ("qc.very_high_value", "GBP 5000.00", "money", "Full set of checks from here."),
    ("qc.weight_percent", "2", "percent", "Largest difference from the master weight."),
    ("qc.photos", "4", "count", "Least number of photos."),
    ("qc.second_scan_above", "GBP 1000.00", "money", "A first-choice return above this is scanned twice."),
    ("qc.checklist_version", "1", "text", "The version of the checklists in use: raise it when a line changes."),
    (
        "qc.checklist",
        "reference; colour and size; serial; stitching; hardware; lining and odour; handles and corners; strap; box; "
        "ribbon; dustbag; booklet; receipt; seals; weight",
        "list",
        "What is looked at on every piece that came back, line by line.",
    ),
    (
        "qc.checklist_outbound",
        "reference; colour and size; serial; condition; accessories; papers and receipt; box and ribbon; label",
        "list",
        "What is looked at on every piece that goes out, line by line.",
    ),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = (
    (ASSUMED, _CCTV),
    (COMMISSIONER, _CCTV_LAW),
    (ASSUMED, _STOCK),
    (ASSUMED, _QC),
)
