"""Numbers in a message: tracking, orders, tickets, cases, returns, articles, serials, places.

Each number found claims its stretch of the text, so that no later rule reads a part of it as something else. Spaces
inside a tracking number are the writer's; a letter O in place of a zero is *suggested* back, never corrected. An order
number that is cut short ("..476") only yields candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from addin.logic.intake.model import Basis, Fact, IntakeProfile
from addin.logic.intake.text import Folded
from addin.logic.tracking import TrackingKind, normalise, read_tracking

_SPACED_1Z: Final = re.compile(r"(?<![a-z0-9])[1il][ ]?[z2](?:[ \t\n-]{0,2}[0-9a-z]){16}(?![a-z0-9])")
_JOINED_1Z: Final = re.compile(r"(?<![a-z0-9])1z[0-9a-z]{6,28}(?![a-z0-9])")
_S10: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}\s?\d{3}\s?\d{3}\s?\d{3}\s?[a-z]{2}(?![a-z0-9])")
_LABELLED: Final = re.compile(
    r"\b(?:tracking|awb|waybill|suivi|consignment|trk)\W{0,3}(?:(?:no|num|number|ref|is|id)\W{1,3}){0,2}"
    r"((?=(?:[a-z]{0,4}\d){5})[a-z\d]{8,30})(?![a-z0-9])"
)
_RETURN_LEG: Final = re.compile(r"\b(?:return|returns|back|rts|retour)\b")
_NEW_LEG: Final = re.compile(r"\b(?:new|replacement|reship|second|2nd|nouveau)\b")

_WORD: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}")
_GLUED: Final = re.compile(r"(?:order|ord|cmd|commande|ref|no|nr)[_-]?(?=\d)", re.IGNORECASE)
_RUN_ON: Final = re.compile(r"(\d{5,14})[A-Za-z]{3,20}")
_PHONE: Final = re.compile(
    r"(?:\+\s?\d{1,3}|\b(?:tel|phone|mob|mobile|ring|whatsapp|call(?:ing|ed|s|-?back)?)\b(?:\W{1,2}(?:back|"
    r"her|him|on|is|no)){0,3})"
    r"[\s:.(0)-]{0,8}$"
)
#: "Customer id 4102938511": digits of an order's length that somebody calls something else.
_OTHER_NUMBER: Final = re.compile(
    r"\b(?:customer|client|account|acct|loyalty|member\w{0,4}|invoice|facture|po|basket|booking|employee|staff|badge|"
    r"payment|transaction|psp|compte)\W{0,3}(?:(?:id|no|number|num|nr|ref|reference|numero)\W{1,3}){1,2}(?:is\W)?#?$"
)
_NOT_THIS: Final = re.compile(
    r"(?:\b(?:not|instead of|rather than|ignore|forget|scrap|disregard|et non)|(?<![a-z] )\bpas|(?<=est "
    r")pas)\W{1,3}(?:(?:order|the|no|"
    r"number|cmd)\W{1,3}){0,2}#?$"
)
_WRONG_AFTER: Final = re.compile(
    r"\W{0,3}(?:(?:is|was)\W(?:the\W)?(?:wrong|a typo|incorrect|not it)\b|should (?:be|read|have been|say)"
    r"\W{1,3}(?:order )?#?\d{5}|but\W{1,3}(?:(?:it|i|that|it'?s|is|was|meant?|mean|actually|should|be|read|the|right|"
    r"one|order|that'?s)\W{1,3}){1,5}#?\d{6})"
)
_SPACED_ORDER: Final = re.compile(
    r"\b(?:order|ord|commande|cmd)\W{0,3}(?:(?:no|number|nr|num|n)\W{1,3})?#?(\d{1,6}(?:[ .-]\d{1,6}){1,5})(?![\d/:])"
)
_GROUPED_ORDER: Final = re.compile(
    r"\b(?:order|ord|commande|cmd)\W{0,3}(?:(?:no|number|nr|num|"
    r"n)\W{1,3})?#?(\d{1,3}(?:[,.]\d{3}){2,5})(?![\d,.]\d|\d)"
)
_SLIP: Final = str.maketrans("OoQIlLSsBbZz", "000111558822")

_ENDING: Final = re.compile(
    r"(?:\.{2,4}|\*{1,6}|\bx{2,6}|\b(?:ending|ends|finishing|finissant)\b(?:\W{1,2}(?:in|with|par))?|"
    r"\blast (?:2|3|4|5|two|three|four|five)(?: digits?)?(?: are| is|:)?)\W{0,2}(\d{2,7})(?![\d,.]\d|\d)"
)
_SHORT: Final = re.compile(
    r"(?:\b(?:order|orders|ord|cmd|commande)[\s#.:]{1,3}(?:(?:no|number|nr)[\s.:#]{1,2})?(?=\d{3})|#)"
    r"(\d{2,9})(?![\d/:.,-]\d|\d|\s?(?:x|days?|orders|pm|am|gbp|eur|%)\b)"
)
_TAIL: Final = re.compile(r"(?:\s?[/&+]\s?|\s?\band\s)(\d{2,6})(?![:.,]\d|\d|\s?(?:x|days?|gbp|eur|%)\b)")
_CARD_BEFORE: Final = re.compile(r"\b(?:card|carte|visa|amex|mastercard|payment|cb)\b[^.;,]{0,24}$")

_CASE_ID: Final = re.compile(r"\bcase-\d{4}-\d{6}\b")
_SOP: Final = re.compile(r"\bsop[ -]?([a-z]{0,4}-?\d{1,5}(?:\.\d{1,3})?)\b")
_NO_TICKET: Final = frozenset({"CASE", "SOP", "RMA", "ISO", "UTF", "DEV", "CAPA", "BIN", "LOC", "GBP", "EUR", "USD",
                                "PSP", "REF", "ARN"})  # fmt: skip
_RMA: Final = re.compile(
    r"\b(?:rma|return (?:no|number|ref|auth\w{0,12})|retour (?:no|numero))\W{0,4}(?:(?:no|number|nr|ref)\W{1,3})?#?"
    r"([a-z]{0,3}-?\d[\da-z-]{2,13})(?![\da-z])"
)
#: Further return numbers after the first: "RMA 778820 778821, 778822".
_RMA_TAIL: Final = re.compile(r"(?:\s?(?:,|/|&|\+|and)\s?|\s)(\d{5,9})(?![\da-z/.:-])")
_SKU_NAMED: Final = re.compile(
    r"\b(?:sku|article)\W{1,3}(?:(?:no|number|is|ref)\W{1,3})?((?=[a-z-]{0,12}\d)[a-z0-9][a-z0-9-]{3,20})(?![a-z0-9])"
)
_SERIAL: Final = re.compile(
    r"\b(?:serial|serials|s/n|sn|blind stamp|numero de serie|no de serie)"
    r"(?:\W{1,3}(?:no|number|num|on|record|is|reads|shows|in|system|the|sold|was|as|wms)){0,5}\W{1,3}"
    r"([a-z]{0,6}-?\d[a-z\d-]{0,14})(?![\da-z])"
)
_SERIAL_SEEN: Final = re.compile(
    r"\W{0,3}(?:vs|versus|but|and|,)?\W{0,3}(?:(?:got|received|is|came back|actual|reads|on|in|the|but|wms|"
    r"oms|system|box|parcel|has|as|with|shows?|says?)\W{1,3}){1,7}"
    r"([a-z]{0,6}-?\d[a-z\d-]{1,14})(?![\da-z])"
)
_LOCATION: Final = re.compile(
    r"(?<![a-z0-9-])(?:[a-z]{1,2}\d{0,2}-\d{1,3}-\d{1,3}(?:-\d{1,2})?)(?![a-z0-9-])"
    r"|\b(?:bin|loc|location|emplacement)\W{1,2}([a-z]{0,3}-?\d[a-z\d-]{0,10})(?![a-z\d-])"
)
_ZONE: Final = re.compile(
    r"\b((?:pack(?:ing)?[ -])?bench|table|dock|cage|bay|zone|camera|cam|line|gate|station|door|quai)"
    r"\s?(?:no\.?\s?|#\s?)?(\d{1,3}[a-z]?)\b"
)
_AREA: Final = re.compile(
    r"\b(secure cage|returns cage|packing area|pack area|loading dock|goods in|goods-in|"
    r"vault)\b"
)
_LAST4: Final = re.compile(
    r"\b(?:card|carte|visa|amex|mastercard|payment)\b[^.;,\d]{0,24}?(?:ending|ends|last 4|last four|"
    r"finissant)(?:\W{1,2}(?:in|with|par|is|are|digits))*\W{0,3}(\d{4})(?!\d)"
)
#: What stands where a card or account number stood: its last digits are no order's.
_REDACTED: Final = re.compile(r"\[(?:pan|iban|account|sort code|[a-z_ ]{2,20}) \*{2,6}\d{1,6}\]|\[redacted\]")
_URL: Final = re.compile(r"\b(?:https?://|www\.)[^\s\"'<>)]{1,2000}")


@lru_cache(maxsize=64)
def whole(pattern: str) -> re.Pattern[str]:
    """A pattern from settings, compiled once."""
    return re.compile(pattern)


def find_numbers(text: Folded, profile: IntakeProfile) -> list[Fact]:
    """Every number the message states, and the candidates for those it abbreviates, in claiming order."""
    for redaction in _REDACTED.finditer(text.lower):
        text.claim(*redaction.span())
    facts = [text.fact("url", m[0][:200], m.span()) for m in _URL.finditer(text.lower)]
    if not text.has_digit:
        return facts + [text.fact("camera_zone", m[1], m.span()) for m in text.hits(_AREA)]
    facts += _tracking(text, profile)
    facts += _claimed(text, _CASE_ID, "case_id")
    facts += _claimed(text, _LAST4, "payment_last4", group=1)
    facts += _sops(text)
    facts += _labelled(text, _RMA, "rma_no", profile.rma_pattern)
    facts += _serials(text)
    facts += _words(text, profile)
    facts += _spaced_orders(text, profile)
    facts += _grouped_orders(text, profile)
    facts += _claimed(text, _SKU_NAMED, "sku", group=1)
    facts += _places(text)
    facts += _abbreviated(text, facts)
    return facts


def _tracking(text: Folded, profile: IntakeProfile) -> Iterator[Fact]:
    for match in text.hits(_SPACED_1Z):
        number = read_tracking(text.plain[match.start() : match.end()])
        digits = sum(c.isdigit() for c in number.norm)
        if digits >= 8 and number.norm[-1].isdigit() and (number.norm.startswith("1Z") or number.suggestions):
            yield _parcel(text, match.span(), number.norm)
    for match in text.hits(_JOINED_1Z):
        yield _parcel(text, match.span(), normalise(match[0]))
    for match in text.hits(_S10):
        number = read_tracking(match[0])
        if number.kind is TrackingKind.S10 and number.format_ok:
            yield _parcel(text, match.span(), number.norm)
    for match in text.hits(_LABELLED):
        if not whole(profile.order_pattern).fullmatch(match[1]):
            yield _parcel(text, match.span(1), normalise(match[1]))


def _parcel(text: Folded, span: tuple[int, int], norm: str) -> Fact:
    """A tracking fact; its note says which leg the parcel is on, as the words before it tell."""
    text.claim(*span)
    left, _ = text.clause(span[0])
    lead = text.lower[max(left, span[0] - 40) : span[0]]
    role = "return" if _RETURN_LEG.search(lead) else "replacement" if _NEW_LEG.search(lead) else "outbound"
    return text.fact("tracking", norm, span, note=role)


def _claimed(text: Folded, pattern: re.Pattern[str], name: str, group: int = 0) -> Iterator[Fact]:
    for match in list(text.hits(pattern)):
        span = match.span(group)
        text.claim(*span)
        yield text.fact(name, match[group].upper(), span)


def _sops(text: Folded) -> Iterator[Fact]:
    for match in text.hits(_SOP):
        text.claim(*match.span())
        yield text.fact("sop_ref", f"SOP-{match[1].upper()}", match.span())


def _labelled(text: Folded, pattern: re.Pattern[str], name: str, shape: str) -> Iterator[Fact]:
    for match in list(text.hits(pattern)):
        value = match[1].upper()
        if whole(shape).fullmatch(value):
            text.claim(*match.span(1))
            yield text.fact(name, value, match.span(1))
            yield from _further(text, match, name, shape)


def _further(text: Folded, first: re.Match[str], name: str, shape: str) -> Iterator[Fact]:
    """Numbers of the same length in a row after the first one, which named what they are."""
    at = first.end(1)
    while (tail := _RMA_TAIL.match(text.lower, at)) is not None and len(tail[1]) == len(first[1]):
        if not whole(shape).fullmatch(tail[1].upper()) or not text.free(*tail.span(1)):
            return
        text.claim(*tail.span(1))
        yield text.fact(name, tail[1].upper(), tail.span(1))
        at = tail.end()


def _serials(text: Folded) -> Iterator[Fact]:
    for match in list(text.hits(_SERIAL)):
        text.claim(*match.span(1))
        yield text.fact("serial", match[1].upper(), match.span(1))
        seen = _SERIAL_SEEN.match(text.lower, match.end())
        if seen is not None and text.free(*seen.span(1)):
            text.claim(*seen.span(1))
            yield text.fact("serial_received", seen[1].upper(), seen.span(1))


def _words(text: Folded, profile: IntakeProfile) -> Iterator[Fact]:
    """Orders, tickets and articles: words whose whole shape is that of the house's numbers."""
    order, sku, ticket = whole(profile.order_pattern), whole(profile.sku_pattern), whole(profile.ticket_pattern)
    for match in text.hits(_WORD, cased=True):
        word = match[0].rstrip("_-")
        start, end = match.start(), match.start() + len(word)
        if not any(map(str.isdigit, word)):
            continue
        if (glued := _GLUED.match(word)) is not None and order.fullmatch(word[glued.end() :]):
            start, word = start + glued.end(), word[glued.end() :]
        if order.fullmatch(word):
            yield _order(text, (start, end), word)
        elif ticket.fullmatch(word) and word.split("-")[0] not in _NO_TICKET:
            text.claim(start, end)
            yield text.fact("ticket_ref", word, (start, end))
        elif sku.fullmatch(word.upper()):
            text.claim(start, end)
            yield text.fact("sku", word.upper(), (start, end))
        elif (tail := _RUN_ON.fullmatch(word)) is not None and order.fullmatch(tail[1]):
            text.claim(start, end)
            yield text.fact("order_candidate", tail[1], (start, end), Basis.SUGGESTED, "run together with letters")
        elif _slipped(word, order):
            text.claim(start, end)
            fixed = word.translate(_SLIP)
            yield text.fact("order_candidate", fixed, (start, end), Basis.SUGGESTED, "letter read as digit")


def _slipped(word: str, order: re.Pattern[str]) -> bool:
    letters = sum(c.isalpha() for c in word)
    return 0 < letters <= 2 and len(word) >= 6 and order.fullmatch(word.translate(_SLIP)) is not None


def _order(text: Folded, span: tuple[int, int], value: str) -> Fact:
    text.claim(*span)
    lead = text.before(span[0])
    if _PHONE.search(lead):
        return text.fact("phone", value, span)
    if _OTHER_NUMBER.search(lead):
        return text.fact("other_number", value, span, note="named as the number of something else")
    if _NOT_THIS.search(lead) or _WRONG_AFTER.match(text.lower, span[1]):
        return text.fact("order_withdrawn", value, span, note="taken back in the same message")
    return text.fact("order_no", value, span)


def _spaced_orders(text: Folded, profile: IntakeProfile) -> Iterator[Fact]:
    for match in list(text.hits(_SPACED_ORDER)):
        value = re.sub(r"\D", "", match[1])
        if whole(profile.order_pattern).fullmatch(value):
            text.claim(*match.span(1))
            yield text.fact("order_no", value, match.span(1), note="spaces taken out")


def _grouped_orders(text: Folded, profile: IntakeProfile) -> Iterator[Fact]:
    """An order number that a program wrote with marks between thousands: suggested, since it may be an amount."""
    for match in list(text.hits(_GROUPED_ORDER)):
        value = re.sub(r"\D", "", match[1])
        if whole(profile.order_pattern).fullmatch(value):
            text.claim(*match.span(1))
            yield text.fact("order_candidate", value, match.span(1), Basis.SUGGESTED, "marks between groups taken out")


def _places(text: Folded) -> Iterator[Fact]:
    for match in list(text.hits(_LOCATION)):
        group = 1 if match[1] else 0
        text.claim(*match.span(group))
        yield text.fact("location", match[group].upper(), match.span(group))
    for match in text.hits(_ZONE):
        yield text.fact("camera_zone", f"{match[1]} {match[2]}", match.span())
    for match in text.hits(_AREA):
        yield text.fact("camera_zone", match[1], match.span())


def _abbreviated(text: Folded, known: list[Fact]) -> Iterator[Fact]:
    """Order numbers cut short, with the candidates that full numbers of the same message give."""
    orders = [f.value for f in known if f.name == "order_no"]
    for value in dict.fromkeys(orders):
        at = text.lower.find(value) + len(value)
        while (tail := _TAIL.match(text.lower, at)) is not None and text.free(*tail.span(1)):
            yield from _short(text, tail, orders, value)
            at = tail.end()
    for pattern in (_ENDING, _SHORT):
        for match in list(text.hits(pattern)):
            if text.free(*match.span(1)) and not _CARD_BEFORE.search(text.before(match.start())):
                yield from _short(text, match, orders, "")


def _short(text: Folded, match: re.Match[str], orders: list[str], beside: str) -> Iterator[Fact]:
    suffix = match[1]
    text.claim(*match.span(1))
    yield text.fact("order_suffix", suffix, match.span(1), note="cut short; ask for the whole number")
    for value in candidates(suffix, [beside] if beside else orders):
        yield text.fact("order_candidate", value, match.span(1), Basis.SUGGESTED, "same beginning as another order")


def candidates(suffix: str, orders: list[str]) -> tuple[str, ...]:
    """Whole numbers that a cut-short one may stand for: an order ending so, else its beginning with this end."""
    ending = tuple(dict.fromkeys(o for o in orders if o.endswith(suffix)))
    return ending or tuple(dict.fromkeys(o[: len(o) - len(suffix)] + suffix for o in orders if len(suffix) < len(o)))
