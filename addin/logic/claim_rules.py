"""The guards of a carrier claim: right facts, in time, with evidence, approved, and closed only by money or consent.

Every function is a check of one rule: it answers None when the rule holds.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from addin.logic.case_type import Case, Context
from addin.logic.claim_terms import (
    LATE,
    LOST,
    RETURN_LEG,
    goods_lines,
    missing_evidence,
    provable,
    recovered,
    shortfall,
)
from addin.logic.common_form import CANCELLED, DUPLICATE
from addin.logic.evidence import pieces
from addin.logic.order_terms import RESTRICTED_GOODS
from addin.logic.outcome import Problem
from addin.logic.priority import end_of_day
from addin.logic.signatures import may_sign, unsigned
from addin.logic.statute import Regime
from addin.logic.tracking import check_tracking, normalise
from addin.logic.values import Role, total

PAID: Final = "Paid"
PART_PAID: Final = "Part-paid"
DENIED: Final = "Denied"
#: What a proven loss can be measured by (policy `claim.proven_loss_basis`).
BASES: Final = ("cost", "invoice")
AMOUNTS: Final = (
    "goods_value", "proven_value", "declared_value", "shipping_charge", "amount_claimed", "amount_offered",
    "amount_paid", "insured_sum", "insurer_paid", "remedy_cost", "found_value", "repaid_amount",
)  # fmt: skip
#: States in which the carrier has the claim.
WITH_CARRIER: Final = frozenset({"Filed", "UPS info requested", "Decided", "Appeal"})


# What is typed --------------------------------------------------------------------------------------------------


def days_in_order(case: Case, ctx: Context) -> Problem | None:
    """What happened is not after its discovery, and nothing that happened lies in the future.

    Source: claim validation.
    """
    for name in ("ship_date", "event_date", "discovery_date", "delivered_date", "last_scan_date", "found_on"):
        day = case.day(name)
        if day is not None and day > ctx.today:
            return Problem("UPC-01", f"{day:%d/%m/%Y} lies in the future.", name, hint="Check the date.")
    delivered = case.instant("delivered_at")
    if delivered is not None and delivered > ctx.now:
        return Problem("UPC-01", "It cannot have been delivered in the future.", "delivered_at", hint="Check the time.")
    happened, found, shipped = (case.day(name) for name in ("event_date", "discovery_date", "ship_date"))
    if happened is not None and found is not None and happened > found:
        return Problem("UPC-01", "It cannot happen after it was discovered.", "event_date", hint="Check both dates.")
    if shipped is not None and happened is not None and shipped > happened:
        return Problem("UPC-01", "It cannot happen before the parcel was shipped.", "ship_date", hint="Check the date.")
    return None


def amounts_sound(case: Case, ctx: Context) -> Problem | None:
    """No amount is below zero. Source: claim validation."""
    for name in AMOUNTS:
        amount = case.money(name)
        if amount is not None and amount.amount < 0:
            return Problem("UPC-02", f"{amount.pretty()} is below zero.", name, hint="Type amounts without a sign.")
    return None


def within_proven(case: Case, ctx: Context) -> Problem | None:
    """No more is claimed than is proven: the goods' value, or a late service's charge. Source: claim validation."""
    claimed, (name, proven) = case.money("amount_claimed"), provable(case)
    if claimed is None or proven is None:
        return None
    if claimed.currency == proven.currency and claimed.amount <= proven.amount:
        return None
    what = "what the carrier charged" if name == "shipping_charge" else "what the invoice or cost proves"
    return Problem(
        "UPC-03", f"{claimed.pretty()} is claimed, {proven.pretty()} is proven.", "amount_claimed",
        hint=f"Claim at most {what}, in the same currency.",
    )  # fmt: skip


def goods_covered(case: Case, ctx: Context) -> Problem | None:
    """The table of goods adds up to no less than is claimed. Source: claim letter, one amount in all its parts."""
    claimed = case.money("amount_claimed")
    try:
        lines = goods_lines(case)
    except ValueError:
        return None  # told by the rule that reads the table
    if claimed is None or not lines:
        return None
    worth = total(line.line_total for line in lines)
    if claimed.currency == worth.currency and claimed.amount <= worth.amount:
        return None
    return Problem(
        "UPC-40", f"{claimed.pretty()} is claimed for goods that add up to {worth.pretty()}.", "goods_lines",
        hint="List every article that is claimed, or lower the claim.",
    )  # fmt: skip


def number_checked(case: Case, ctx: Context) -> Problem | None:
    """A tracking number whose check digit fails is told: the claim may be for another parcel. Source: UPS, 1Z check."""
    if not case.has("tracking"):
        return None
    problem = check_tracking(case.text("tracking"))
    return Problem("UPC-04", problem.message, "tracking", hint=problem.hint) if problem else None


def lines_readable(case: Case, ctx: Context) -> Problem | None:
    """Each line of the goods table can be read. Source: claim letter, field list."""
    try:
        goods_lines(case)
    except ValueError as error:
        return Problem("UPC-05", str(error), "goods_lines", hint="One line each, with ; between.")
    return None


def goods_carried(case: Case, ctx: Context) -> Problem | None:
    """A claim for a watch or jewellery above the carrier's limit may be void. Source: UPS restricted articles."""
    kind, value = case.text("goods_kind"), case.money("goods_value") or case.money("proven_value")
    if kind not in RESTRICTED_GOODS or value is None:
        return None
    limit = ctx.policy.money(f"carrier.ups.limit.{kind.lower()}")
    return Problem(
        "UPC-06", f"The carrier lists {kind.lower()} above {limit.pretty()} as not carried.", "goods_kind",
        hint="Ask for the contract's exception before filing.",
    )  # fmt: skip


def snapshot_kept(case: Case, ctx: Context) -> Problem | None:
    """Tracking data disappear: a snapshot is kept from the first day. Source: UPS Track API, 120 days."""
    if case.has("tracking_snapshot") or case.has("tracking_text") or not case.has("tracking") or case.is_final:
        return None
    return Problem(
        "UPC-07", "No snapshot of the tracking and the proof of delivery is kept.", "tracking_snapshot",
        hint=f"The carrier deletes them {ctx.policy.days('carrier.track_days')} days after shipping.",
    )  # fmt: skip


def same_parcel(case: Case, ctx: Context) -> tuple[str, ...]:
    """The other claims for the parcel, however its number is written; a late service's charge is claimed by itself."""
    tracking = normalise(case.text("tracking"))
    late = case.text("subtype") == LATE
    return tuple(
        other.case_id
        for other in ctx.of_type("UPC")
        if tracking
        and other.case_id != case.case_id
        and other.status not in {CANCELLED, DUPLICATE}
        and normalise(other.text("tracking")) == tracking
        and (other.text("subtype") == LATE) == late
    )


def one_claim(case: Case, ctx: Context) -> Problem | None:
    """A parcel is claimed once: lost, damaged or short, it has one claim. Source: one parcel per letter."""
    same = same_parcel(case, ctx)
    if not same:
        return None
    hint = "Use that case, or mark one of them as a duplicate."
    return Problem("UPC-08", f"{', '.join(same)} claims the same parcel.", "tracking", hint=hint)


def other_claim_told(case: Case, ctx: Context) -> Problem | None:
    """Another claim for the parcel is told as soon as there are two. Source: one parcel per letter."""
    same = same_parcel(case, ctx)
    if not same or case.is_final or case.status in WITH_CARRIER:
        return None
    hint = "Only one of them can be filed."
    return Problem("UPC-35", f"{', '.join(same)} claims the same parcel.", "tracking", hint=hint)


def digit_explained(case: Case, ctx: Context) -> Problem | None:
    """A number whose check digit fails is filed only with the reason why it is right. Source: UPS, 1Z check."""
    problem = number_checked(case, ctx)
    if problem is None or case.has("tracking_why"):
        return None
    return Problem(
        "UPC-29", problem.message, "tracking_why", hint="Key the number again from the label, or say why it is right."
    )


def claim_stays(case: Case, ctx: Context) -> Problem | None:
    """What Senior QA approved is what is filed. Source: segregation of duties."""
    approved, claimed = case.money("approved_amount"), case.money("amount_claimed")
    if approved is None or case.status in WITH_CARRIER or approved == claimed:
        return None
    limit = ctx.policy.money("approval.claim.file_above")
    if claimed is not None and claimed.amount <= limit.amount:
        return None
    return Problem(
        "UPC-09", f"{approved.pretty()} was approved.", "amount_claimed", hint="Have the new amount approved."
    )


# Filing ---------------------------------------------------------------------------------------------------------


def on_manifest(case: Case, ctx: Context) -> Problem | None:
    """The tracking number stands on our despatch manifest: a check digit proves nothing. Source: filing guards."""
    if case.flag("manifest_match") is True:
        return None
    return Problem(
        "UPC-10", "The tracking number was not found on the despatch manifest.", "manifest_match",
        hint="Look it up; answer Yes only when order and number stand together.",
    )  # fmt: skip


def value_proved(case: Case, ctx: Context) -> Problem | None:
    """The value is proved by an invoice or a cost, a late service's charge by its bill. Source: filing guards."""
    name, proven = provable(case)
    if proven is not None:
        return None
    what = "the carrier's bill" if name == "shipping_charge" else "the invoice"
    return Problem("UPC-11", "The value is not proved.", name, hint=f"Take it from {what}, net of VAT.")


def regime_known(case: Case, ctx: Context) -> Problem | None:
    """The regime is decided, never assumed. Source: regime rules; filing guards."""
    if case.text("regime") not in ("", Regime.UNKNOWN.value):
        return None
    return Problem(
        "UPC-12", "Origin, destination and mode do not say which rules hold.", "dest_country",
        hint="Fill in two-letter countries, and road or air when they differ.",
    )  # fmt: skip


def deadline_kept(case: Case, ctx: Context) -> Problem | None:
    """Filing after the carrier's deadline needs a reason. Source: claim validation."""
    due = case.day("notice_by")
    if due is None:
        return Problem(
            "UPC-13", "No deadline can be worked out.", "ship_date",
            hint="Fill in the day of shipping, of delivery or of the scheduled delivery.",
        )  # fmt: skip
    if due >= ctx.today or case.has("late_reason"):
        return None
    return Problem(
        "UPC-13", f"The carrier's deadline was {due:%d/%m/%Y}.", "late_reason", hint="Say why it is late, then file."
    )


def evidence_complete(case: Case, ctx: Context) -> Problem | None:
    """Each subtype's evidence is complete. Source: claim subtypes, must-have evidence."""
    missing = missing_evidence(case)
    if not missing:
        return None
    return Problem(
        "UPC-14",
        f"Missing: {', '.join(missing)}.",
        "evidence_kinds",
        hint="Attach the files and press 'Take evidence', or say in 'Evidence kinds' where they are.",
    )


def approved_above(case: Case, ctx: Context) -> Problem | None:
    """A claim above the limit is approved before it is filed. Source: policy `approval.claim.file_above`."""
    claimed, limit = case.money("amount_claimed"), ctx.policy.money("approval.claim.file_above")
    if claimed is None or claimed.amount <= limit.amount or case.money("approved_amount") == claimed:
        return None
    return Problem("UPC-15", f"A claim above {limit.pretty()} needs Senior QA.", "amount_claimed", hint="Ask for it.")


def approver_apart(case: Case, ctx: Context) -> Problem | None:
    """Nobody approves the claim they opened. Source: segregation of duties."""
    if ctx.actor.id != case.text("opened_by"):
        return None
    return Problem("UPC-16", f"{ctx.actor.name} opened this claim and cannot approve it.", hint="Ask a colleague.")


def tracer_time(case: Case, ctx: Context) -> Problem | None:
    """A lost parcel is traced a day after it should have come. Source: UPS, 24 hours after expected delivery."""
    expected = case.day("expected_delivery")
    if case.text("subtype") not in {LOST, RETURN_LEG} or expected is None:
        return None
    from_when = end_of_day(expected) + timedelta(hours=ctx.policy.number("claim.tracer_hours"))
    if ctx.now >= from_when:
        return None
    return Problem(
        "UPC-17", f"A tracer may be opened from {from_when:%d/%m/%Y %H:%M}.", "expected_delivery", hint="Wait for it."
    )


def consignee_complained(case: Case, ctx: Context) -> Problem | None:
    """By air the consignee's own written complaint is safest. Source: Montreal art 31; Frankfurt court."""
    damage = case.text("subtype") in {"DAMAGE", "MISSING_CONTENTS"}
    if case.text("regime") != Regime.MONTREAL or not damage or case.flag("consignee_notice"):
        return None
    return Problem("UPC-18", "The customer's own written complaint is not on file.", "consignee_notice", hint="Get it.")


def packaging_there(case: Case, ctx: Context) -> Problem | None:
    """Packaging is kept until the carrier says otherwise. Source: InsureShield GB."""
    if case.text("subtype") not in {"DAMAGE", "MISSING_CONTENTS"} or case.flag("packaging_retained"):
        return None
    return Problem(
        "UPC-19", "The packaging is not shown as kept.", "packaging_retained", hint="Ask for it to be kept, and where."
    )


# Deciding and closing -------------------------------------------------------------------------------------------


def decision_consistent(case: Case, ctx: Context) -> Problem | None:
    """The carrier's decision and the amount offered agree. Source: plain arithmetic of the decision."""
    claimed, offered = case.money("amount_claimed"), case.money("amount_offered")
    result = case.text("carrier_decision")
    if result == DENIED:
        fits = not offered
    else:
        known = offered is not None and claimed is not None and offered.currency == claimed.currency
        fits = known and offered is not None and claimed is not None and offered.amount > 0
        if fits and offered is not None and claimed is not None:
            fits = offered.amount >= claimed.amount if result == PAID else offered.amount < claimed.amount
    if fits:
        return None
    return Problem(
        "UPC-20", f"'{result}' does not fit the amount offered.", "amount_offered",
        hint="Paid: at least the claim; part-paid: less; denied: nothing.",
    )  # fmt: skip


def settlement_matched(case: Case, ctx: Context) -> Problem | None:
    """A claim closes as recovered with amount, payment reference and Finance's match. Source: closing guards."""
    for name, what in (("amount_paid", "the amount paid"), ("payment_ref", "the payment's reference")):
        if not case.has(name):
            return Problem("UPC-21", f"Missing: {what}.", name, hint="Fill it in, or write the claim off.")
    if case.flag("finance_match") is True:
        return None
    return Problem("UPC-21", "Finance has not matched the payment.", "finance_match", hint="Ask Finance to match it.")


def nothing_left(case: Case, ctx: Context) -> Problem | None:
    """What is paid below the claim and the expected recovery is appealed or written off. Source: decision rules."""
    left, paid, hoped = shortfall(case), case.money("amount_paid"), recovered(case, ctx)
    if not left:
        return None
    if hoped is not None and paid is not None and paid.currency == "GBP" and paid.amount >= hoped.expected.amount:
        return None
    return Problem(
        "UPC-22", f"{left.pretty()} of the claim is not paid.", "amount_paid", hint="Appeal, or write the rest off."
    )


def write_off_roles(case: Case, ctx: Context) -> tuple[Role, ...]:
    """Who signs a write-off besides Senior QA, who presses it. Source: policy `approval.claim.write_off_roles`."""
    named = ctx.policy.items("approval.claim.write_off_roles")
    return tuple(Role(name) for name in named if name != Role.SENIOR_QA)


def write_off_signed(case: Case, ctx: Context) -> Problem | None:
    """A write-off has all its signatures. Source: policy `approval.claim.write_off_roles`."""
    return unsigned("UPC-23", case, ctx, write_off_roles(case, ctx))


def signature_wanted(case: Case, ctx: Context) -> Problem | None:
    """Only a signature that is wanted is taken, never the claim's own opener's. Source: segregation of duties."""
    return may_sign("UPC-24", case, ctx, write_off_roles(case, ctx), case.text("opened_by"))


def new_document(case: Case, ctx: Context) -> Problem | None:
    """An appeal brings something new: a piece of evidence attached since the decision. Source: claim workflow."""
    decided = case.instant("carrier_decided_at")
    if decided is None or any(piece.attached_at >= decided for piece in pieces(case)):
        return None
    hint = "Attach what answers the refusal, then appeal."
    return Problem("UPC-28", "Nothing was attached since the carrier decided.", "evidence_files", hint=hint)


def rate_fresh(case: Case, ctx: Context) -> Problem | None:
    """An old rate of the SDR is told: cap and expected recovery rest on it. Source: policy `sdr.max_age_days`."""
    day = ctx.policy.day("sdr.date")
    if not case.has("sdr_rate") or ctx.today <= day + timedelta(days=ctx.policy.days("sdr.max_age_days")):
        return None
    return Problem(
        "UPC-34", f"The SDR rate is of {day:%d/%m/%Y}.", "sdr_rate", hint="Have a newer rate put into the policy."
    )


def loss_presumed(case: Case, ctx: Context) -> Problem | None:
    """Filing a loss before the law presumes it is told. Source: CMR, article 20(1)."""
    day = case.day("presumed_lost_on")
    if day is None or ctx.today >= day:
        return None
    return Problem(
        "UPC-37", f"The parcel may be treated as lost from {day:%d/%m/%Y} on (CMR, article 20).", "presumed_lost_on",
        hint="Until then the carrier may answer that it still searches: attach what proves the loss.",
    )  # fmt: skip


def basis_kept(case: Case, ctx: Context) -> Problem | None:
    """The proven value is what Finance decided a loss is measured by. Source: policy `claim.proven_loss_basis`."""
    told, ours = case.text("proven_basis"), ctx.policy.text("claim.proven_loss_basis")
    if provable(case)[0] != "proven_value" or not told or told == ours:
        return None
    return Problem(
        "UPC-38", f"The proven value is the {told} value; losses are proved by {ours}.", "proven_basis",
        hint=f"Enter the {ours} value, or have Senior QA or Finance say why this claim differs.",
    )  # fmt: skip


def declared_within(case: Case, ctx: Context) -> Problem | None:
    """A declared value above the carrier's maximum is told. Source: policy `claim.declared_max`."""
    declared, most = case.money("declared_value"), ctx.policy.money("claim.declared_max")
    if declared is None or declared.currency not in ("GBP", most.currency):
        return None
    rate = ctx.policy.decimal("carrier.usd_per_gbp") if declared.currency == "GBP" else 1
    if declared.amount * rate <= most.amount:
        return None
    words = f"{declared.pretty()} is more than the carrier lets anybody declare ({most.pretty()})."
    return Problem("UPC-36", words, "declared_value", hint="Look it up on the shipping record.")


def withdrawal_by_senior(case: Case, ctx: Context) -> Problem | None:
    """What the carrier has is withdrawn by Senior QA only. Source: no closing without money or consent."""
    if case.status not in WITH_CARRIER or ctx.actor.may({Role.SENIOR_QA}):
        return None
    return Problem("UPC-26", f"{case.case_id} is with the carrier.", hint="Senior QA may withdraw it, with a reason.")


def asked_in_time(case: Case, ctx: Context) -> Problem | None:
    """The carrier's questions have a date that is not past. Source: claims dashboard, `ups_action_due`."""
    due = case.day("ups_action_due")
    if due is None or due >= ctx.today:
        return None
    return Problem("UPC-27", f"{due:%d/%m/%Y} is past.", "ups_action_due", hint="Fill in the date the carrier set.")
