"""Refunds and reconciliation."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, Block, Entry

_MONEY: Final[tuple[Entry, ...]] = (
    ("refund.non_delivery_days", "14", "days", "The law says without undue delay; the house says how long that is."),
    ("refund.warn_days", "3", "days", "A refund due this soon is urgent."),
    ("refund.submit_working_days", "1", "working days", "From approval to the payment provider."),
    ("refund.hold_review_days", "14", "days", "A refund on hold is looked at again within this time."),
    ("payment.batch_lines", "500", "count", "So many refunds go into one payment file; more make another file."),
    ("refund.arn_digits", "23", "count", "Digits of an acquirer reference number."),
    (
        "refund.reasons",
        "Change of mind; Faulty; Not delivered; Wrong item; Damaged in transit; Price adjustment; Goodwill",
        "list",
        "To choose from; those that rules know by name stay.",
    ),
    ("recon.date_window_days", "5", "days", "Same order and amount within this time is proposed, never matched alone."),
    ("recon.timing_days", "5", "days", "Later, a refund missing at the provider is an exception, not timing."),
    ("recon.tolerance", "GBP 0.00", "money", "Same currency."),
    ("recon.tolerance_max", "GBP 0.01", "money", "The tolerance may never be set higher."),
    ("recon.fx_percent", "0.5", "percent", "Foreign currency recomputed at the capture's rate."),
    ("recon.fx_amount", "GBP 1.00", "money", "Or this much."),
    ("recon.ageing_days", "2; 5; 14", "list", "Upper ends of the age groups; the last is open."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = ((ASSUMED, _MONEY),)
