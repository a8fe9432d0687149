"""Claims against the carrier: notices, caps and time bars by regime, and our own limits."""

from __future__ import annotations

from datetime import date
from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, CARRIER_PAGES, CARRIER_TERMS, CMR, MONTREAL, Block, Entry, Row

#: Periods by regime: `claim.{regime}.{event}`. An unknown regime takes the earliest of all.
_CLAIM_UK: Final[tuple[Entry, ...]] = (
    ("claim.uk_terms.damage", "14", "days", "From receipt, partial loss included."),
    ("claim.uk_terms.delay", "21", "days", "From receipt."),
    ("claim.uk_terms.loss", "60", "days", "From tender to the carrier."),
    ("claim.uk_terms.time_bar", "8", "months", "A copy for another country says six."),
    ("claim.uk_terms.time_bar.other_country", "6", "months", "Counts as well until the row above is verified."),
    ("claim.uk_terms.cap_shipment", "GBP 60.00", "money", "Per shipment when no higher value was declared."),
    ("claim.uk_terms.sdr_per_kg", "8.33", "rate", "Per kilogram, gross."),
    ("claim.uk_terms.cap_rule", "lower", "text", "lower or greater of the two caps: sources disagree; lower is safe."),
)
_CLAIM_CMR: Final[tuple[Entry, ...]] = (
    ("claim.cmr.damage", "7", "days", "Article 30(1), hidden damage; counted with Sundays, to be safe."),
    ("claim.cmr.delay", "21", "days", "Article 30(3), from the day the goods were at the consignee's disposal."),
    ("claim.cmr.loss", "60", "days", "Article 20: may be treated as lost, from take-over; no notice."),
    ("claim.cmr.loss_agreed_days", "30", "days", "Article 20: the same, from an agreed delivery date."),
    ("claim.cmr.time_bar", "12", "months", "Article 32; three years for wilful misconduct."),
    ("claim.cmr.sdr_per_kg", "8.33", "rate", "Article 23, gross weight."),
)
_CLAIM_MONTREAL: Final[tuple[Entry, ...]] = (
    ("claim.montreal.damage", "14", "days", "Article 31, from receipt; best by the consignee in writing."),
    ("claim.montreal.delay", "21", "days", "Article 31, from the day the goods were at the consignee's disposal."),
    ("claim.montreal.loss", "120", "days", "Not in the convention: common air conditions, from the air waybill."),
    ("claim.montreal.time_bar", "24", "months", "Article 35."),
    ("claim.montreal.sdr_per_kg", "22", "rate", "Until 27 December 2024."),
)
_CLAIM_WORK: Final[tuple[Entry, ...]] = (
    ("claim.file_working_days", "5", "working days", "Our own limit to file, if earlier than the legal one."),
    ("claim.lost_within_days", "14", "days", "A lost parcel is claimed within this time, whatever the terms allow."),
    ("claim.appeal_days", "30", "days", "Time we give ourselves to answer a refusal."),
    ("claim.inspect_working_days", "3", "working days", "Time given to the carrier to say whether it inspects damage."),
    ("claim.insurance_tell_working_days", "1", "working days", "An insurer wants to be told as soon as possible."),
    ("claim.proven_loss_basis", "cost", "text", "cost or invoice value, net of recoverable VAT; Finance decides."),
    ("sdr.gbp", "1.04", "rate", "Pounds for one SDR; illustrative, the IMF publishes it daily."),
    ("sdr.date", "2024-11-01", "date", "The day of that rate."),
    ("sdr.max_age_days", "31", "days", "An older rate is told when a claim is filed."),
    ("claim.repay_found", "yes", "yes/no", "What the carrier paid is owed back when the goods are found."),
)
_CLAIM_PAGES: Final[tuple[Entry, ...]] = (
    ("claim.late_guaranteed", "15", "days", "Money back for a late guaranteed service, from the scheduled delivery."),
    ("claim.tracer_hours", "24", "hours", "A tracer may be opened this long after the expected delivery."),
    ("claim.search_working_days", "10", "working days", "How long the carrier searches."),
    ("claim.answer_days", "30", "days", "Longest usual time to a decision."),
    ("claim.payment_days", "30", "days", "From validated payment documents."),
    ("claim.insurance_chase_working_days", "5", "working days", "Chase an insurer who has not acknowledged."),
    ("claim.declared_max", "USD 50000.00", "money", "Highest declared value of a parcel."),
    (
        "carrier.attempts",
        "2",
        "count",
        "Sources say two or three; then an access point or return: a status check tells it.",
    ),
    ("carrier.access_point_days", "7", "days", "Sources say 7, 8 or 10 calendar days; 7 is the safe alarm."),
    ("carrier.ups.limit.watch", "USD 500.00", "money", "Above, prohibited; the contract may except."),
    ("carrier.ups.limit.jewellery", "USD 500.00", "money", "Above, refused; the contract may except."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = (
    (CARRIER_TERMS, _CLAIM_UK),
    (CMR, _CLAIM_CMR),
    (MONTREAL, _CLAIM_MONTREAL),
    (ASSUMED, _CLAIM_WORK),
    (CARRIER_PAGES, _CLAIM_PAGES),
)

#: Rows that begin on a day of their own.
DATED: Final[tuple[Row, ...]] = (
    ("claim.montreal.sdr_per_kg", "26", "rate", MONTREAL, "Revised limit from 28 December 2024.", date(2024, 12, 28)),
)
