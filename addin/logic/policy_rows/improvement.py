"""Deviations, procedures, audits and retention."""

from __future__ import annotations

from typing import Final

from addin.logic.policy_rows.sources import ASSUMED, RECORDS_LAW, Block, Entry

_QUALITY: Final[tuple[Entry, ...]] = (
    ("deviation.capa_same_cause", "3", "count", "As many of one cause: corrective and preventive action."),
    ("deviation.capa_window_days", "30", "days", "Within this time."),
    ("deviation.containment_days", "1", "days", ""),
    ("deviation.cause_working_days", "10", "working days", ""),
    ("deviation.effectiveness_days", "30", "days", "Least time before the effect is checked."),
    ("deviation.least_whys", "3", "count", "Five whys; fewer when the third already names a cause we control."),
    ("procedure.read_days", "14", "days", "From the effective date until everybody has read it."),
    ("cause_detail.people", "Training; Staffing; Handover; Fatigue; Communication", "list", "Branches of the tree."),
    ("cause_detail.process", "No step; Unclear step; Step not followed; No check; Conflicting steps", "list", ""),
    ("cause_detail.system", "Interface; Down; Wrong data; Access; Device; Change", "list", ""),
    ("cause_detail.carrier", "Lost; Damaged; Late; Wrong scan; Wrong delivery; Access point", "list", ""),
    ("cause_detail.third_party", "Grading; Packing; Counting; Booking; Delay", "list", ""),
    ("cause_detail.product", "Fault; Packaging; Label; Weight or size", "list", ""),
    ("cause_detail.customer", "Not reachable; Changed mind; Wrong details; Suspected fraud", "list", ""),
    ("cause_detail.data", "Address; Article master; Serial; Stock figure", "list", ""),
    ("cause_detail.external", "Weather; Strike; Road or airport; Authority", "list", ""),
    ("audit.sample_sizes", "5; 25; 40; 60", "list", "Offered to the auditor, who chooses; none is called sufficient."),
    ("audit.key_item_from", "GBP 5000.00", "money", "Items from here are all in the sample."),
    ("audit.cut_off_days", "3", "days", "Items this close to the cut-off are listed."),
    ("audit.aged_days", "14", "days", "Open exceptions older than this are listed."),
)
_KEEPING: Final[tuple[Entry, ...]] = (
    ("retention.classes", "contact; claim; refund; disclosure", "list", "Contact is what no other class names."),
    ("retention.contact.months", "6", "months", "Names, addresses, phones and chat texts, after the case is closed."),
    ("retention.claim.fields",
     "UPC.consignee_name; UPC.consignee_town; UPC.consignee_postcode; UPC.pod_name; UPC.tracking_text; "
     "UPC.evidence_files; CRP.evidence_files; RQC.evidence_files", "list",
     "What a claim against the carrier rests on."),
    ("retention.refund.fields", "RFD.comms", "list", "The customer's agreement to another means of payment."),
    ("retention.disclosure.months", "72", "months", "To whom footage or an audit pack was given must be told later."),
    ("retention.disclosure.fields", "CTV.disclosed_to; AUD.delivered_to", "list", ""),
)  # fmt: skip
_RETENTION: Final[tuple[Entry, ...]] = (
    ("retention.claim.months", "72", "months", "A claim in contract can be brought for six years."),
    ("retention.refund.months", "72", "months", "Records behind VAT credit notes are kept for six years."),
)

#: What this file gives to the policy.
BLOCKS: Final[tuple[Block, ...]] = (
    (ASSUMED, _QUALITY),
    (ASSUMED, _KEEPING),
    (RECORDS_LAW, _RETENTION),
)
