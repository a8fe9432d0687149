"""The default rows of the policy: data only, read by `policy`.

Each entry is `(key, value, unit, note)` under the source that all entries of its block share. Nobody has verified any
of them yet: `ASSUMED` ones are the house's to decide, the others are to be checked against the named text. To add a
value, add an entry to a block with the right source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

#: Rows hold from here on unless they say otherwise.
BEGINNING: Final = date(2000, 1, 1)
VERSION: Final = "2026-11-23"

_Entry = tuple[str, str, str, str]
_Row = tuple[str, str, str, str, str, date]

ASSUMED: Final = "Assumption, to be confirmed by the house"
GENERAL: Final = "General knowledge of the trade, to be verified"
CARRIER_TERMS: Final = "UPS UK terms and conditions of carriage, from general knowledge; the contract decides"
CMR: Final = "CMR Convention 1956 (international carriage by road)"
MONTREAL: Final = "Montreal Convention 1999 (international carriage by air)"
CARRIER_PAGES: Final = "UPS help pages of other countries; the UK page was not at hand"
CARRIER_API: Final = "UPS API documentation, July 2026"
COMMISSIONER: Final = "Information Commissioner's guidance on video surveillance and UK GDPR article 12"

#: Who may approve what. Up to a limit means up to and including it.
_APPROVAL: Final[tuple[_Entry, ...]] = (
    ("approval.refund.delegate", "GBP 500.00", "money", "Up to here a Senior QA delegate may approve."),
    ("approval.refund.senior_qa", "GBP 5000.00", "money", "Up to here Senior QA alone; above, Finance as well."),
    ("approval.claim.file_above", "GBP 1000.00", "money", "A claim above this needs Senior QA before it is filed."),
    ("approval.claim.write_off_roles", "finance; senior_qa", "list", "All of them sign a write-off."),
    ("approval.special.cost_above", "GBP 75.00", "money", "A special delivery that costs more needs Senior QA."),
    ("approval.special.value_above", "GBP 5000.00", "money", "Goods worth more need Senior QA."),
    ("approval.carrier_return.value_above", "GBP 1000.00", "money", "Above, or to a new address: Senior QA."),
    ("approval.inventory.team_lead_below", "GBP 500.00", "money", "An adjustment below this: team lead."),
    ("approval.inventory.senior_qa_below", "GBP 5000.00", "money", "Below: Senior QA. From here: all of the next."),
    (
        "approval.inventory.top_roles",
        "senior_qa; finance; loss_prevention",
        "list",
        "From the upper limit, or serialised.",
    ),
    ("approval.destroy.roles", "senior_qa; finance", "list", "All of them, in writing, before goods are destroyed."),
    ("approval.destroy.witnesses", "2", "count", ""),
    ("approval.destroy.saleable_allowed", "no", "yes/no", "Saleable goods are never destroyed."),
)

_TIMES: Final[tuple[_Entry, ...]] = (
    ("hours.start", "08:00", "time", "Working hours, London."),
    ("hours.end", "18:00", "time", ""),
    ("hours.weekdays", "Mon; Tue; Wed; Thu; Fri", "list", ""),
    ("hours.division", "england-and-wales", "text", "Whose bank holidays the office keeps."),
    ("sla.ack_minutes.P1", "15", "minutes", "Working minutes until somebody has taken the case."),
    ("sla.ack_minutes.P2", "60", "minutes", ""),
    ("sla.ack_minutes.P3", "240", "minutes", ""),
    ("sla.ack_minutes.P4", "600", "minutes", "One working day of ten hours."),
    ("sla.resolve_hours.P1", "4", "working hours", "Working hours until it is solved or the next step is agreed."),
    ("sla.resolve_hours.P2", "10", "working hours", "One working day."),
    ("sla.resolve_hours.P3", "30", "working hours", "Three working days."),
    ("sla.resolve_hours.P4", "50", "working hours", "Five working days."),
    ("priority.value_high", "GBP 5000.00", "money", "High impact from here."),
    ("priority.value_medium", "GBP 1000.00", "money", "Medium impact from here."),
    ("priority.legal_days_high", "3", "days", "High impact when a legal date is this near."),
    ("priority.legal_days_medium", "5", "days", "Medium impact when a legal date is this near."),
    ("priority.orders_high", "20", "count", "High impact when more orders are affected."),
    ("priority.urgent_working_days", "2", "working days", "Medium urgency up to here."),
    ("escalation.ack_minutes", "15", "minutes", "Then the next level is told."),
    ("escalation.update_hours.P1", "1", "hours", "Longest time between two updates."),
    ("escalation.update_hours.P2", "4", "hours", ""),
    ("escalation.update_hours.P3", "24", "hours", ""),
    ("escalation.update_hours.P4", "24", "hours", "As P3."),
    ("escalation.level.1", "Coordinator", "text", "The ladder, from the bottom."),
    ("escalation.level.2", "Senior Quality Assurance Coordinator", "text", ""),
    ("escalation.level.3", "Warehouse and e-commerce manager", "text", ""),
    ("escalation.level.4", "Finance, Legal, Data protection or IT, by topic", "text", ""),
    ("escalation.targets", "Senior QA; IT; 3PL; Carrier; Customer Service; Finance; Security", "list", "Teams."),
    ("handover.accept_hours", "1", "working hours", "A handover nobody has accepted by then is shown as late."),
    ("intake.duplicate_hours", "24", "hours", "Same order and type within this time may be the same request."),
    ("intake.max_characters", "100000", "count", "A longer pasted text is refused as a whole."),
    ("id.order_pattern", r"[0-9]{10}", "text", "Order numbers; a regular expression over the whole number."),
    ("id.ticket_pattern", r"[A-Za-z0-9][A-Za-z0-9/_-]{1,39}", "text", "External ticket references; format unknown."),
)

#: Periods by regime: `claim.{regime}.{event}`. An unknown regime takes the earliest of all.
_CLAIM_UK: Final[tuple[_Entry, ...]] = (
    ("claim.uk_terms.damage", "14", "days", "From receipt, partial loss included."),
    ("claim.uk_terms.delay", "21", "days", "From receipt."),
    ("claim.uk_terms.loss", "60", "days", "From tender to the carrier."),
    ("claim.uk_terms.time_bar", "8", "months", "A copy for another country says six."),
    ("claim.uk_terms.cap_shipment", "GBP 60.00", "money", "Per shipment when no higher value was declared."),
    ("claim.uk_terms.sdr_per_kg", "8.33", "rate", "Per kilogram, gross."),
    ("claim.uk_terms.cap_rule", "lower", "text", "lower or greater of the two caps: sources disagree; lower is safe."),
)
_CLAIM_CMR: Final[tuple[_Entry, ...]] = (
    ("claim.cmr.damage", "7", "days", "Article 30(1), hidden damage; counted with Sundays, to be safe."),
    ("claim.cmr.delay", "21", "days", "Article 30(3), from the day the goods were at the consignee's disposal."),
    ("claim.cmr.loss", "60", "days", "Article 20: may be treated as lost, from take-over; no notice."),
    ("claim.cmr.loss_agreed_days", "30", "days", "Article 20: the same, from an agreed delivery date."),
    ("claim.cmr.time_bar", "12", "months", "Article 32; three years for wilful misconduct."),
    ("claim.cmr.sdr_per_kg", "8.33", "rate", "Article 23, gross weight."),
)
_CLAIM_MONTREAL: Final[tuple[_Entry, ...]] = (
    ("claim.montreal.damage", "14", "days", "Article 31, from receipt; best by the consignee in writing."),
    ("claim.montreal.delay", "21", "days", "Article 31, from the day the goods were at the consignee's disposal."),
    ("claim.montreal.loss", "120", "days", "Not in the convention: common air conditions, from the air waybill."),
    ("claim.montreal.time_bar", "24", "months", "Article 35."),
    ("claim.montreal.sdr_per_kg", "22", "rate", "Until 27 December 2024."),
)
_CLAIM_WORK: Final[tuple[_Entry, ...]] = (
    ("claim.file_working_days", "5", "working days", "Our own limit to file, if earlier than the legal one."),
    ("claim.lost_within_days", "14", "days", "A lost parcel is claimed within this time, whatever the terms allow."),
    ("claim.appeal_days", "30", "days", "Time we give ourselves to answer a refusal."),
    ("claim.proven_loss_basis", "cost", "text", "cost or invoice value, net of recoverable VAT; Finance decides."),
    ("sdr.gbp", "1.04", "rate", "Pounds for one SDR; illustrative, the IMF publishes it daily."),
    ("sdr.date", "2024-11-01", "date", "The day of that rate."),
)
_CLAIM_PAGES: Final[tuple[_Entry, ...]] = (
    ("claim.late_guaranteed", "15", "days", "Money back for a late guaranteed service, from the scheduled delivery."),
    ("claim.tracer_hours", "24", "hours", "A tracer may be opened this long after the expected delivery."),
    ("claim.search_working_days", "10", "working days", "How long the carrier searches."),
    ("claim.answer_days", "30", "days", "Longest usual time to a decision."),
    ("claim.payment_days", "30", "days", "From validated payment documents."),
    ("claim.insurance_chase_working_days", "5", "working days", "Chase an insurer who has not acknowledged."),
    ("claim.declared_max", "USD 50000.00", "money", "Highest declared value of a parcel."),
    ("carrier.attempts", "2", "count", "Sources say two or three; then an access point or return."),
    ("carrier.access_point_days", "7", "days", "Sources say 7, 8 or 10 calendar days; 7 is the safe alarm."),
    ("carrier.ups.limit.watch", "USD 500.00", "money", "Above, prohibited; the contract may except."),
    ("carrier.ups.limit.jewellery", "USD 500.00", "money", "Above, refused; the contract may except."),
)
_CARRIER_GENERAL: Final[tuple[_Entry, ...]] = (
    ("carrier.ups.papers.exotic", "yes", "yes/no", "Exotic leather that crosses a border needs CITES papers."),
    ("carrier.ups.bfpo", "no", "yes/no", "Whether the carrier serves forces' addresses."),
    ("carrier.ups.po_box", "no", "yes/no", "Whether the carrier serves post office boxes."),
    ("carrier.ups.intercept", "no", "yes/no", "No intercept is promised in Britain: a request, outcome unknown."),
    ("carrier.royal_mail.limit.any", "GBP 2500.00", "money", "Highest cover of Special Delivery by 9am."),
    ("carrier.royal_mail.max_kg", "20", "rate", "Heaviest parcel of Special Delivery."),
    ("carrier.ups.max_kg", "70", "rate", "Heaviest parcel."),
    ("carrier.ups.max_length_cm", "274", "rate", "Longest parcel."),
    ("carrier.usd_per_gbp", "1.25", "rate", "To compare limits in dollars with values in pounds; illustrative."),
    ("carrier.sensitive_goods", "watch; jewellery; exotic", "list", "Goods with a carrier rule of their own."),
)
_CARRIER_API: Final[tuple[_Entry, ...]] = (
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
_SPECIAL: Final[tuple[_Entry, ...]] = (
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

_ADDRESS: Final[tuple[_Entry, ...]] = (
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
    ("address_level.high_value", "GBP 1000.00", "money", ""),
    ("address_level.very_high_value", "GBP 5000.00", "money", ""),
    ("address_level.twice_hours", "24", "hours", ""),
)

_CCTV: Final[tuple[_Entry, ...]] = (
    ("cctv.retention_days", "30", "days", "The law sets no period; 30 or 31 days are common."),
    ("cctv.escalate_percent", "50", "percent", "Escalate when this much of the retention has passed."),
    ("cctv.window_minutes", "60", "minutes", "A longer window needs a reason."),
    ("cctv.margin_minutes", "5", "minutes", "Before the pick scan and after the seal."),
    ("cctv.purposes", "Claim; Dispute; QC; Safety", "list", "Purposes for which footage may be asked."),
    ("cctv.cameras", "Pack bench; Dock; Cage", "list", "Zones."),
    ("cctv.clip_retention_days", "180", "days", "How long a preserved clip is kept."),
)
_CCTV_LAW: Final[tuple[_Entry, ...]] = (
    ("cctv.access_request_months", "1", "months", "Somebody's request for their own images; two more if complex."),
)

_STOCK: Final[tuple[_Entry, ...]] = (
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
        "",
    ),
)

#: Trigger and what it asks for. Profiles show only a code: a valued client, b earlier wrong-item claim, c abuse of
#: returns, d first order of high value; the meaning is personal data and stays off the sheets.
_QC: Final[tuple[_Entry, ...]] = (
    ("qc_trigger.exotic", "Photo set; Second person; Papers check", "list", "Product: exotic leather."),
    ("qc_trigger.watch", "Photo set; Second person; Seal; Signature", "list", "Product."),
    ("qc_trigger.jewellery", "Photo set; Second person; Seal; Signature", "list", "Product."),
    ("qc_trigger.fragile", "Photo set; Weight", "list", "Product: porcelain and the like."),
    ("qc_trigger.personalised", "Photo set; Second person", "list", "Product: made to order."),
    ("qc_trigger.high_value", "Photo set; Second person; Weight; Seal; Signature", "list", "From qc.high_value."),
    ("qc_trigger.profile_a", "Photo set; Second person; Weight; Seal", "list", "Customer profile."),
    ("qc_trigger.profile_b", "Photo set; Second person; Weight; Seal; Signature", "list", "Customer profile."),
    ("qc_trigger.profile_c", "Photo set; Second person; Weight; Seal; Signature", "list", "Customer profile."),
    ("qc_trigger.profile_d", "Photo set; Second person; Signature", "list", "Customer profile."),
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
    ("qc.checklist_version", "1", "text", "The version of the checklist in use."),
)

#: Meaning, what the customer gets back, stock, disposition options, who approves one (all of them).
_GRADE_PARTS: Final = (
    ("meaning", "text"), ("refund", "text"), ("stock", "text"), ("options", "list"), ("approvers", "list"),
)  # fmt: skip
# fmt: off
_GRADE_TABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "1ST": ("First choice: as new, complete, saleable at full price", "Full refund", "Restock", "Restock", "qc"),
    "2ND": ("Second choice: minor flaw, incomplete packaging or light handling",
        "Full refund unless excess handling is proven", "Quarantine",
        "Atelier repair; Second-choice channel; Staff channel", "senior_qa"),
    "KO_WORN": ("Used, odour, make-up, altered, soles marked", "Deduction up to the price with evidence", "Hold",
        "Deduct and quarantine; Return to customer", "senior_qa; finance"),
    "KO_DAMAGE_TRANSIT": ("Damage consistent with carriage", "Full refund; open a claim",
        "Hold for the carrier's inspection", "Hold for claim", "senior_qa"),
    "KO_DAMAGE_FAULT": ("Manufacturing fault", "Full refund as faulty goods, no deduction",
        "Repair or supplier claim", "Repair; Supplier claim", "senior_qa"),
    "KO_WRONG_ITEM": ("Not the article sold: switched, or an empty box", "Hold pending review, with a review date",
        "Secure cage, chain of custody", "Secure and investigate", "senior_qa; loss_prevention; legal"),
    "KO_AUTHENTICITY": ("Suspected counterfeit or serial mismatch", "Hold; expert opinion and Legal",
        "Secure; never returned or destroyed without Legal", "Secure and investigate",
        "senior_qa; loss_prevention; legal"),
    "KO_INCOMPLETE": ("Accessory, dust bag, box, certificate or receipt missing",
        "Refund less proven loss, or ask for the part", "Hold with parts list",
        "Hold with parts list; Second-choice channel", "senior_qa"),
    "PENDING": ("An expert is needed", "The refund clock still runs", "Quarantine", "Quarantine", "senior_qa"),
}
# fmt: on
_GRADES: Final = tuple(
    (f"grade.{code}.{part}", value, unit, "")
    for code, values in _GRADE_TABLE.items()
    for (part, unit), value in zip(_GRADE_PARTS, values, strict=True)
)

_RETURNS: Final[tuple[_Entry, ...]] = (
    ("return.grade_working_days", "2", "working days", "From receipt to grade."),
    ("return.decide_before_due_days", "4", "days", "Decide this long before the refund is due."),
    ("return.ageing_day", "10", "days", "A return still open then is escalated."),
    ("return.photos", "4", "count", "Least number of photos."),
    ("return.policy_days", "14", "days", "The shop's own return period; never below the law's."),
    ("third_party.overturn_percent", "10", "percent", "More grades overturned in a month: a deviation."),
    (
        "carrier_return.reasons",
        "UNAVAILABLE; REFUSED; ADDRESS_WRONG; ADDRESS_INCOMPLETE; ACCESS_POINT_EXPIRED; DAMAGED; UNSAFE_OR_NO_ACCESS; "
        "CUSTOMS/NI; SHIPPER_RECALL; UNKNOWN",
        "list",
        "",
    ),
    ("carrier_return.refused_wait_days", "7", "days", "A refused parcel without a word waits; then Senior QA decides."),
    ("carrier_return.contact_attempts", "3", "count", "Attempts on different days before no contact is final."),
    ("carrier_return.contact_channels", "2", "count", ""),
    ("carrier_return.no_contact_days", "10", "days", "Then it is a return: refund and tell the customer in writing."),
    ("carrier_return.contact_working_days", "1", "working days", "From receipt to the first contact."),
    ("carrier_return.decide_working_days", "2", "working days", "From receipt to decision."),
    ("carrier_return.second_shipments", "1", "count", "More need Senior QA."),
    ("carrier_return.weight_percent", "2", "percent", "A larger difference is damage: secure, no second shipment."),
    ("carrier_return.customer_error_fee", "GBP 0.00", "money", "Fee for sending again after the customer's error."),
    ("order_status.systems_differ_hours", "2", "hours", "Order and warehouse systems that disagree longer: a blocker."),
    ("order_status.not_prepared_hours", "24", "working hours", "Then escalate."),
    ("order_status.picking_hours", "4", "hours", "Then look for a short pick."),
    ("order_status.not_scanned_working_days", "1", "working days", "Packed and not scanned: watch for loss."),
    ("order_status.answer_hours", "2", "working hours", ""),
    ("order_status.answer_minutes_urgent", "30", "minutes", "Valued client or legal date."),
    ("order_status.repeat_checks", "3", "count", "As many checks of one order: a deviation."),
)

_MONEY: Final[tuple[_Entry, ...]] = (
    ("refund.non_delivery_days", "14", "days", "The law says without undue delay; the house says how long that is."),
    ("refund.warn_days", "3", "days", "A refund due this soon is urgent."),
    ("refund.submit_working_days", "1", "working days", "From approval to the payment provider."),
    ("refund.hold_review_days", "14", "days", "A refund on hold is looked at again within this time."),
    ("refund.arn_digits", "23", "count", "Digits of an acquirer reference number."),
    (
        "refund.reasons",
        "Change of mind; Faulty; Not delivered; Wrong item; Damaged in transit; Price adjustment; Goodwill",
        "list",
        "",
    ),
    ("recon.date_window_days", "5", "days", "Same order and amount within this time is proposed, never matched alone."),
    ("recon.timing_days", "5", "days", "Later, a refund missing at the provider is an exception, not timing."),
    ("recon.tolerance", "GBP 0.00", "money", "Same currency."),
    ("recon.tolerance_max", "GBP 0.01", "money", "The tolerance may never be set higher."),
    ("recon.fx_percent", "0.5", "percent", "Foreign currency recomputed at the capture's rate."),
    ("recon.fx_amount", "GBP 1.00", "money", "Or this much."),
    ("recon.ageing_days", "2; 5; 14", "list", "Upper ends of the age groups; the last is open."),
    ("recon.cut_off", "booking date, Europe/London", "text", "One rule for what belongs to a period."),
)

_QUALITY: Final[tuple[_Entry, ...]] = (
    ("deviation.capa_same_cause", "3", "count", "As many of one cause: corrective and preventive action."),
    ("deviation.capa_window_days", "30", "days", "Within this time."),
    ("deviation.containment_days", "1", "days", ""),
    ("deviation.cause_working_days", "10", "working days", ""),
    ("deviation.effectiveness_days", "30", "days", "Least time before the effect is checked."),
    ("deviation.least_whys", "3", "count", "Five whys; fewer when the third already names a cause we control."),
    ("procedure.read_days", "14", "days", "From the effective date until everybody has read it."),
    ("deviation.severities", "Minor; Major; Critical", "list", ""),
    ("root_cause.people", "People", "text", ""),
    ("root_cause.process", "Process/SOP", "text", ""),
    ("root_cause.system", "System/IT", "text", ""),
    ("root_cause.carrier", "Carrier", "text", ""),
    ("root_cause.third_party", "3PL", "text", ""),
    ("root_cause.product", "Product/packaging", "text", ""),
    ("root_cause.customer", "Customer", "text", ""),
    ("root_cause.data", "Data/address", "text", ""),
    ("root_cause.external", "External", "text", ""),
    ("audit.sample_sizes", "5; 25; 40; 60", "list", "Offered to the auditor, who chooses; none is called sufficient."),
    ("audit.key_item_from", "GBP 5000.00", "money", "Items from here are all in the sample."),
    ("audit.cut_off_days", "3", "days", "Items this close to the cut-off are listed."),
    ("audit.chat_days", "180", "days", "Chat texts and addresses are erased after this time."),
    ("audit.aged_days", "14", "days", "Open exceptions older than this are listed."),
)
_RETENTION: Final[tuple[_Entry, ...]] = (
    ("audit.refund_years", "6", "years", "VAT records."),
    ("audit.claim_years", "6", "years", "From the event."),
)

_BLOCKS: Final[tuple[tuple[str, tuple[_Entry, ...]], ...]] = (
    (ASSUMED, _APPROVAL),
    (ASSUMED, _TIMES),
    (CARRIER_TERMS, _CLAIM_UK),
    (CMR, _CLAIM_CMR),
    (MONTREAL, _CLAIM_MONTREAL),
    (ASSUMED, _CLAIM_WORK),
    (CARRIER_PAGES, _CLAIM_PAGES),
    (GENERAL, _CARRIER_GENERAL),
    (CARRIER_API, _CARRIER_API),
    (GENERAL, _SERVICE),
    (ASSUMED, _SPECIAL),
    (ASSUMED, _ADDRESS),
    (ASSUMED, _CCTV),
    (COMMISSIONER, _CCTV_LAW),
    (ASSUMED, _STOCK),
    (ASSUMED, _QC),
    (ASSUMED, _GRADES),
    (ASSUMED, _RETURNS),
    (ASSUMED, _MONEY),
    (ASSUMED, _QUALITY),
    ("HM Revenue and Customs on VAT records; Limitation Act 1980, from general knowledge", _RETENTION),
)
#: Rows that begin on a day of their own.
_DATED: Final[tuple[_Row, ...]] = (
    ("claim.montreal.sdr_per_kg", "26", "rate", MONTREAL, "Revised limit from 28 December 2024.", date(2024, 12, 28)),
)


def _all_rows() -> Iterator[_Row]:
    for source, block in _BLOCKS:
        for key, value, unit, note in block:
            yield key, value, unit, source, note, BEGINNING
    yield from _DATED


#: `(key, value, unit, source, note, valid_from)`.
DEFAULT_ROWS: Final[tuple[_Row, ...]] = tuple(_all_rows())
