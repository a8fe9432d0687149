"""One message read: redact, fold, find, settle, caution, propose.

The order matters: what must not be stored is gone before anything else looks at the text, numbers claim their digits
before amounts and dates are read, and wishes are settled per order before facts become fields. Nothing is guessed
silently: what is not stated goes to `*_candidate` facts and flags. The same text gives the same reading, always.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.intake import signals
from addin.logic.intake.cautions import Notes, Seen, apply_cautions, listed
from addin.logic.intake.details import find_details, find_grades, find_partial, find_return_reason, find_stage
from addin.logic.intake.intents import Hit, Intent, Intents, Refusals, find_hits, settle, spared
from addin.logic.intake.model import CODES, Basis, Fact, IntakeProfile, Reading
from addin.logic.intake.money import find_money
from addin.logic.intake.numbers import find_numbers
from addin.logic.intake.places import find_address, find_postcodes, find_recipient
from addin.logic.intake.proposals import propose
from addin.logic.intake.redact import redact
from addin.logic.intake.scopes import Scope, cut
from addin.logic.intake.text import READ_LIMIT, Folded, fold
from addin.logic.intake.timing import month_later, notice_deadline, read_timing
from addin.logic.values import formula_like

#: Marks that make a text read otherwise than it is stored.
_DIRECTION: Final = re.compile("[\u202d\u202e\u2066\u2067\u2068]")
_QUOTED: Final = re.compile(r"^[ \t]{0,4}(?:>|\|).*$", re.MULTILINE)
_REPLY_MARK: Final = re.compile(
    r"^(?:from|de) ?: ?.{1,160}\n(?:(?:to|cc|a) ?: ?.{0,300}\n){0,2}(?:sent|date|envoye) ?: ?.{4,80}$|"
    r"^[ \t]*(?:-{3,}\s?(?:original message|message d'origine)|on .{6,80} wrote:|le .{6,80} a ecrit ?:|_{8,})",
    re.MULTILINE,
)
#: The line that a mail program puts over what it forwards.
_BANNER: Final = re.compile(
    r"^[\s>-]*(?:forwarded message|message transfere|begin forwarded message)\W*$", re.MULTILINE
)


def read_message(text: str, *, sent_at: datetime, sender: str, profile: IntakeProfile, message_id: str = "") -> Reading:
    """Everything one message states, proposes and should warn of; never raises, whatever the text.

    `sent_at` is an aware instant; relative dates are read against its calendar day in Europe/London.
    """
    clean = redact(text.removeprefix("\ufeff"), profile.order_pattern)
    quoted = _quoted(clean.text[:READ_LIMIT])
    body = fold(_blank(clean.text[:READ_LIMIT], quoted))
    notes = Notes([])
    _first_look(clean.text, quoted, notes)
    for redaction in clean.redactions:
        _redacted(redaction.type, notes)
    notes.facts = find_numbers(body, profile)
    if quoted and not any(fact.name == "order_no" for fact in notes.facts):
        notes.facts += _quoted_orders(clean.text, quoted, profile)
    hits, refused = find_hits(body)
    hits = _without_taken_back(body, hits, refused, notes)
    hits = _without_retracted(body, hits, notes)
    notes.spared = spared(body, hits, refused, [fact for fact in notes.facts if fact.name == "order_no"])
    # Small talk: no number and no request, so there is no detail to look for.
    quiet = not hits and not body.has_digit
    recipient_known = not quiet and _places(body, hits, notes)
    notes.facts += find_money(body, profile.currency) if body.has_digit else ()
    notes.facts += find_details(body, profile) if not quiet else ()
    intents, scoped = _settle(body, hits, refused, notes)
    intents, scoped = _without_agreeing_count(body, intents, scoped, notes)
    intents, scoped = _cautious(body, intents, scoped, notes, profile)
    ticketed = any(fact.name == "ticket_ref" for fact in notes.facts)
    chaser = signals.find_chaser(body, intents.codes, ticketed=ticketed)
    intents, scoped = _chased(body, chaser, intents, scoped, notes)
    if not quiet or notes.flags:
        _dated(body, sent_at, intents, notes, profile)
    _worded(body, intents, notes)
    seen = Seen(body, intents, profile, sent_at.astimezone(LONDON).date(), bool(chaser))
    hint = apply_cautions(seen, notes)
    notes.facts.sort(key=lambda fact: (fact.start, fact.end, fact.name))
    _lone_amount(intents, notes)
    proposals = propose(
        body, scoped, notes, chaser=bool(chaser), recipient_known=recipient_known, sender=sender, message_id=message_id
    )
    return Reading(
        kept_text=clean.text,
        sent_at=sent_at,
        sender=sender,
        intents=intents.codes,
        proposals=proposals,
        facts=tuple(notes.facts),
        flags=notes.flags,
        missing=listed([name for proposal in proposals for name in proposal.missing]),
        do_not=listed(notes.do_not),
        redactions=clean.redactions,
        refused=intents.refused,
        route=listed(notes.route),
        triggers=listed(notes.triggers),
        priority_hint=hint,
        message_id=message_id,
        ticket_key=profile.ticket_key,
    )


def _quoted(text: str) -> list[tuple[int, int]]:
    """Lines quoted from an earlier message, and everything under a reply mark: kept, but no new request."""
    spans = [match.span() for match in _QUOTED.finditer(text)]
    if "\n" not in text:
        return spans
    folded = fold(text)
    for mark in _REPLY_MARK.finditer(folded.lower):
        start = folded.place(*mark.span())[0]
        # What stands under "Forwarded message" alone is what somebody passes on: it is the message.
        if _BANNER.sub("", folded.lower[: mark.start()]).strip():
            return [span for span in spans if span[0] < start] + [(start, len(text))]
    return spans


def _quoted_orders(text: str, quoted: Sequence[tuple[int, int]], profile: IntakeProfile) -> list[Fact]:
    """Orders that only the quoted part names: what somebody answers to may be about them, so they are suggested."""
    pattern = re.compile(rf"(?<![\w-])(?:{profile.order_pattern})(?![\w-])")
    found = (match for start, end in quoted for match in pattern.finditer(text, start, end))
    return [
        Fact("order_candidate", match[0], *match.span(), match[0], Basis.SUGGESTED, "named in the quoted part")
        for match in found
    ]


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _first_look(text: str, quoted: list[tuple[int, int]], notes: Notes) -> None:
    if formula_like(text):
        notes.flag("formula_injection_escaped", text.lstrip()[:40], "write_as_formula")
    if (marks := _DIRECTION.search(text)) is not None:
        notes.flag("direction_marks_removed", f"U+{ord(marks[0]):04X} turns the order of characters round")
    if quoted:
        notes.flag("quoted_text_not_read", text[quoted[0][0] : quoted[0][1]][:60])
    if len(text) > READ_LIMIT:
        notes.flag("long_text_read_in_part", f"{READ_LIMIT:,} of {len(text):,} characters")


def _redacted(kind: str, notes: Notes) -> None:
    if kind == "PAN":
        notes.flag("pan_redacted", "a card number was taken out", "store_pan", "route_as_tracking")
    elif kind in ("IBAN", "ACCOUNT", "SORT_CODE"):
        notes.flag("bank_details_redacted", "bank details were taken out", "store_bank_details")
    elif kind == "CVV":
        notes.flag("security_code_redacted", "a card's security code was taken out", "store_pan")


def _without_taken_back(body: Folded, hits: list[Hit], refused: Refusals, notes: Notes) -> list[Hit]:
    """What a message asks for and takes back in the same breath is no wish ("redirect it ... no, scrap that")."""
    back = signals.find_taken_back(body)
    gone = [hit for hit in hits if back is not None and hit.start < back.start()]
    if back is None or not gone:
        return hits
    notes.flag("taken_back_in_message", back[0])
    for hit in gone:
        refused.setdefault(hit.cue.code, []).append(hit.start)
    return [hit for hit in hits if hit not in gone]


def _without_retracted(body: Folded, hits: list[Hit], notes: Notes) -> list[Hit]:
    """Wishes named in the clause that takes an earlier message back belong to that message, not to this one."""
    words = "" if "taken_back_in_message" in notes.flags else signals.find_retraction(body)
    if (fixed := signals.find_correction(body)) or any(f.name == "order_withdrawn" for f in notes.facts):
        notes.flag("correction", fixed or next(f.words for f in notes.facts if f.name == "order_withdrawn"))
    if not words:
        return hits
    notes.flag("retraction", words, "act_on_previous_message")
    left, right = body.clause(body.lower.find(words))
    return [hit for hit in hits if not left <= hit.start < right]


def _places(body: Folded, hits: list[Hit], notes: Notes) -> bool:
    """Address, postcode and recipient; answers whether the message says who receives the parcel."""
    codes = find_postcodes(body) if body.has_digit else []
    wanted = any(hit.cue.code == "ADR" for hit in hits)
    address = find_address(body, codes, wanted=wanted)
    if address is not None and (wanted or address.lines):
        notes.facts += [f for f in address.facts if wanted or f.name == "postcode"]
        if wanted:
            for name, why in address.flags:
                notes.flag(name, why)
    for start, end, code in codes:
        if not any(fact.name == "postcode" and fact.start == body.place(start, end)[0] for fact in notes.facts):
            notes.facts.append(
                body.fact("postcode_mentioned" if wanted else "postcode", code.norm or code.raw, (start, end))
            )
    recipient, same = find_recipient(body)
    if recipient is not None:
        notes.facts.append(recipient)
    return recipient is not None or bool(same)


def _settle(
    body: Folded, hits: list[Hit], refused: Refusals, notes: Notes
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    """The intents of each piece of the message, and all of them together."""
    orders = [fact for fact in notes.facts if fact.name == "order_no"]
    if any(hit.cue.code == "HND" and hit.cue.weight >= 3 for hit in hits):
        orders = []
    has_address = any(fact.name == "address_new" for fact in notes.facts)
    known = bool(orders) or any(f.name in ("order_suffix", "order_candidate", "tracking") for f in notes.facts)
    scoped = []
    for scope in cut(body, orders, hits):
        piece = body.only(scope.spans)
        scoped.append((scope, settle(piece, scope.hits, refused, has_order=known, has_address=has_address)))
    found = {code: intent for _, part in reversed(scoped) for intent in part.found for code in (intent.code,)}
    merged = {name: why for _, part in reversed(scoped) for name, why in part.notes.items()}
    together = tuple(found[code] for code in CODES if code in found)
    return Intents(together, tuple(code for code in CODES if code in refused and code not in found), merged), scoped


def _without_agreeing_count(
    body: Folded, intents: Intents, scoped: list[tuple[Scope, Intents]], notes: Notes
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    """A count that agrees with the system is flagged; where the message says that all is well, it is no discrepancy."""
    quantities = [{f.value for f in notes.facts if f.name == name} for name in ("system_qty", "counted_qty")]
    if "INV" not in intents.codes or len(quantities[0]) != 1 or quantities[0] != quantities[1]:
        return intents, scoped
    notes.flag("counts_agree", f"{min(quantities[0])} counted, as the system says")
    if signals.find_all_well(body) == "":
        return intents, scoped
    kept = [(scope, replace(part, found=tuple(i for i in part.found if i.code != "INV"))) for scope, part in scoped]
    return replace(intents, found=tuple(one for one in intents.found if one.code != "INV")), kept


def _with(
    intents: Intents, scoped: list[tuple[Scope, Intents]], code: str, *, weight: int = 2
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    """The intents and one more that a caution calls for."""
    extra = Intent(code, "", weight, ())
    both = tuple(sorted((*intents.found, extra), key=lambda item: CODES.index(item.code)))
    more = replace(intents, found=both)
    first = (scoped[0][0], replace(scoped[0][1], found=(*scoped[0][1].found, extra)))
    return more, [first, *scoped[1:]]


def _cautious(
    body: Folded, intents: Intents, scoped: list[tuple[Scope, Intents]], notes: Notes, profile: IntakeProfile
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    """Signals that stand whatever is asked for; an access request in disguise becomes an escalation."""
    if "RFD" in intents.refused:
        notes.do_not.append("create_new_refund")
    for row, words in signals.find_signals(body):
        if row.flag == "restricted_goods_check" and not set(intents.codes) & {"SPD", "CRP"}:
            continue
        notes.flag(row.flag, words, *row.do_not)
        notes.route += row.route
    if signals.is_forwarded(body):
        notes.flag("forwarded", "somebody else's words; confirm who asks")
    if any(fact.name == "url" for fact in notes.facts):
        notes.flag("url_in_text", next(f.words for f in notes.facts if f.name == "url")[:80], "open_link")
    if words := signals.find_collision(body, profile):
        notes.flag("courier_name_collision", words, "assume_carrier")
        if profile.courier_now:
            place = body.lower.find(words)
            notes.facts.append(
                body.fact("carrier_suggested", profile.courier_now, (place, place + len(words)), Basis.SUGGESTED)
            )
    personal = notes.flags.keys() & {"subject_access_request", "erasure_request"}
    if "theft_suspected" in notes.flags and not intents.codes:
        return _with(intents, scoped, "ESC")
    if personal and not set(intents.codes) & {"CTV", "ESC"}:
        return _with(intents, scoped, "ESC")
    return intents, scoped


def _chased(
    body: Folded, words: str, intents: Intents, scoped: list[tuple[Scope, Intents]], notes: Notes
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    ticket = any(f.name == "ticket_ref" for f in notes.facts)
    numbered = any(f.name in ("order_no", "tracking", "rma_no") for f in notes.facts)
    if ticket and not numbered and not set(intents.codes) - {"OST"}:
        # A ticket and nothing else: somebody waits for its answer.
        none = replace(intents, found=())
        intents, scoped = _with(none, [(scope, replace(part, found=())) for scope, part in scoped], "ESC")
    if not words:
        return _unclear(body, intents, scoped, notes)
    notes.flag("chaser", words)
    if not intents.codes and any(f.name in ("order_no", "tracking", "order_suffix") for f in notes.facts):
        intents, scoped = _with(intents, scoped, "OST")
    if "RFD" not in intents.codes:
        notes.do_not.append("open_second_case")
    return intents, scoped


def _unclear(
    body: Folded, intents: Intents, scoped: list[tuple[Scope, Intents]], notes: Notes
) -> tuple[Intents, list[tuple[Scope, Intents]]]:
    """A number without a request any rule knows: flagged, and at a question mark proposed as a status question."""
    numbered = any(f.name in ("order_no", "tracking", "rma_no") for f in notes.facts)
    if intents.codes or intents.refused or not numbered or "retraction" in notes.flags:
        return intents, scoped
    if "resolved_by_sender" in notes.flags:
        return intents, scoped
    notes.flag("request_not_recognised", "no rule tells what is asked")
    if "?" in body.lower:
        return _with(intents, scoped, "OST", weight=1)
    return intents, scoped


def _dated(body: Folded, sent_at: datetime, intents: Intents, notes: Notes, profile: IntakeProfile) -> None:
    timing = read_timing(body, sent_at, intents.codes, profile)
    notes.facts += timing.facts
    notes.flags.update(timing.flags)
    if (never := signals.find_impossible_day(body)) and not any(fact.words == never for fact in timing.facts):
        notes.flag("date_not_possible", never)
    claim = intents.get("UPC")
    delivered = next((f for f in timing.facts if f.name == "delivered_date"), None)
    if claim is not None and claim.subtype in ("DAMAGE", "MISSING_CONTENTS") and delivered is not None:
        notes.facts.append(notice_deadline(delivered, profile))
    if "subject_access_request" in notes.flags:
        day = sent_at.astimezone(LONDON).date()
        words = notes.flags["subject_access_request"]
        due = month_later(day).isoformat()
        notes.facts.append(Fact("sar_due", due, 0, 0, words, Basis.DERIVED, "one calendar month from receipt"))


def _worded(body: Folded, intents: Intents, notes: Notes) -> None:
    """Facts that only mean something beside certain intents: stage, grade, reason, partial refund, variance."""
    codes = set(intents.codes)
    if codes & {"ADR", "OST", "QCT", "SPD"} or any(i.subtype == "CANCEL" for i in intents.found):
        stage, guess = find_stage(body)
        if stage is not None:
            notes.facts.append(stage)
        elif guess:
            notes.flag("status_unconfirmed", guess)
    if codes & {"RQC", "RFD"}:
        several = len({fact.value for fact in notes.facts if fact.name in ("rma_no", "order_no")}) > 1
        notes.facts += find_grades(body, several=several)
    if "CRP" in codes and (reason := find_return_reason(body)) is not None:
        notes.facts.append(reason)
    if "RFD" in codes and (partial := find_partial(body)) is not None:
        notes.facts.append(Fact("refund_partial", partial, 0, 0, partial))
    quantities = [[f for f in notes.facts if f.name == name] for name in ("system_qty", "counted_qty")]
    if "INV" in codes and [len(found) for found in quantities] == [1, 1]:
        (system,), (counted,) = quantities
        gap = str(int(counted.value) - int(system.value))
        notes.facts.append(
            Fact("variance", gap, counted.start, counted.end, counted.words, Basis.DERIVED, "counted minus system")
        )


def _lone_amount(intents: Intents, notes: Notes) -> None:
    """An amount beside a refund and nothing else is the refund asked for; a delivery amount belongs to it."""
    if "RFD" not in intents.codes:
        return
    has_goods = any(fact.name == "refund_goods" for fact in notes.facts)
    lone = [fact for fact in notes.facts if fact.name == "amount"]
    for index, fact in enumerate(notes.facts):
        if fact.name == "delivery":
            notes.facts[index] = replace(fact, name="refund_delivery")
        elif fact.name == "amount" and len(lone) == 1 and not has_goods:
            notes.facts[index] = replace(fact, name="refund_goods_candidate", basis=Basis.SUGGESTED)
