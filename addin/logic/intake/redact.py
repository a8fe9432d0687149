"""What must never be stored: card numbers, expiry dates, security codes, bank accounts.

1. 13 to 19 digits that pass the Luhn check are a card number unless they belong to a `1Z` number or are the house's
   order number (source: card-data standard PCI DSS 3.3, 3.4; ISO/IEC 7812). The last four digits are kept.
2. Expiry and security code go when they are named, or stand beside a card number.
3. An IBAN goes when its own check digits hold; a sort code and an account number go when they are named.
4. A false alarm hides a number that a person can ask for again; a miss stores a card. So doubt redacts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from addin.logic.intake.model import Redaction
from addin.logic.intake.text import Folded, fold

#: Digits with at most two separators in between.
_RUN: Final = re.compile(r"\d(?:[ \t\n\r./,_*|·•-]{0,3}\d)+")
_CARD_WORDS: Final = re.compile(
    r"\b(?:card|cards|carte|cb|visa|amex|mastercard|maestro|pan|debit|credit card|cc)\b[^\d\n]{0,40}$"
)
_OTHER_WORDS: Final = re.compile(r"\b(?:ean|gtin|upc code|barcode|arn|imei)\b[^\d\n]{0,20}$")
_ONE_Z: Final = re.compile(r"\b1\s?z[\s0-9a-z-]{0,22}\d$")
_EXPIRY: Final = re.compile(
    r"\b(?:exp|expy|expiry|expires|expiring|expiration|valid (?:thru|until|to)|valid)\b(?:\s?date)?[\s:.=-]{0,4}"
    r"((?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:20)?\d{2})(?!\d|[/.-]\d)"
)
_BESIDE: Final = re.compile(
    r"[\s,;:(/|-]{1,4}((?:0[1-9]|1[0-2])\s?[/-]?\s?(?:20)?\d{2})(?!\d|[/.-]\d)(?:[\s,;:/|-]{1,4}(\d{3,4})(?!\d))?"
)
_CODE: Final = re.compile(
    r"\b(?:cvv2?|cvc2?|cv2|csc|cid|security code|card code|cryptogramme)\b\W{0,3}(?:(?:is|code|no|number)\W{1,3})?"
    r"(\d{3,4})(?!\d)"
)
_IBAN: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?(?![a-z0-9])")
_SORT: Final = re.compile(r"\bsort\s?code\b\W{0,3}(?:is\W)?(\d{2}[ -]?\d{2}[ -]?\d{2})(?!\d)")
_ACCOUNT: Final = re.compile(r"\b(?:account|acct|acc|a/c)\b\W{0,3}(?:(?:no|num|number|is)\W{1,3}){0,2}(\d{7,8})(?!\d)")
_IBAN_MODULUS: Final = 97
_PAN_MIN, _PAN_MAX, _COMMON = 13, 19, 16
_DIGITS: Final = re.compile(r"\d+")
_CARD_NEAR: Final = re.compile(r"\b(?:card|carte|visa|amex|mastercard|cvv|cvc)\b")

#: Start and end in the comparable text, the words put there, and the record of it.
_Cut = tuple[int, int, str, Redaction]


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text that may be stored, and what was taken out of it."""

    text: str
    redactions: tuple[Redaction, ...]


def luhn(digits: str) -> bool:
    """True when the digits pass the Luhn check of payment cards."""
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = ord(char) - 48
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def redact(text: str, order_pattern: str = r"\d{10}") -> Redacted:
    """The text without card and bank numbers, each replaced by words that say what stood there."""
    if not any(map(str.isdigit, text)):
        return Redacted(text, ())
    seen = fold(text)
    cuts: list[_Cut] = list(_cards(seen, order_pattern))
    cuts += _named(seen, has_card=bool(cuts))
    cuts.sort(key=lambda cut: (cut[0], -cut[1]))
    out: list[str] = []
    done, kept = 0, []
    for start, end, words, redaction in cuts:
        left, right = seen.place(start, end)
        if left < done:
            continue
        out += [text[done:left], words]
        done = right
        kept.append(redaction)
    return Redacted("".join([*out, text[done:]]), tuple(kept))


@lru_cache(maxsize=32)
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _cards(seen: Folded, order_pattern: str) -> Iterator[_Cut]:
    order = _whole(order_pattern)
    for run in _RUN.finditer(seen.lower):
        if run.end() - run.start() < _PAN_MIN:
            continue
        lead = seen.lower[max(0, run.start() - 60) : run.start()]
        if _ONE_Z.search(lead[-30:] + run[0][:1]):
            continue
        groups = [(m.start() + run.start(), m.end() + run.start(), m[0]) for m in _DIGITS.finditer(run[0])]
        spans = list(_card_spans(groups, order, lead, named=False))
        if not spans and _CARD_WORDS.search(lead):
            spans = list(_card_spans(groups, order, lead, named=True))
        for start, end in spans:
            last4 = "".join(filter(str.isdigit, seen.lower[start:end]))[-4:]
            yield start, end, f"[PAN ****{last4}]", Redaction("PAN", last4)
            yield from _beside(seen, end)


def _beside(seen: Folded, end: int) -> Iterator[_Cut]:
    """Expiry and security code that follow a card number without a word."""
    if (found := _BESIDE.match(seen.lower, end)) is None or order_like(found[1]):
        return
    yield found.start(1), found.end(1), "[REDACTED]", Redaction("EXPIRY")
    if found[2]:
        yield found.start(2), found.end(2), "[REDACTED]", Redaction("CVV")


def order_like(text: str) -> bool:
    """True for four digits without a slash that are more likely a year than month and year of an expiry."""
    return text.startswith(("19", "20")) and text.isdigit()


def _card_spans(
    groups: list[tuple[int, int, str]], order: re.Pattern[str], lead: str, *, named: bool
) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(groups):
        size = 0
        best: tuple[bool, int] | None = None
        for last in range(first, min(first + _PAN_MAX, len(groups))):
            size += len(groups[last][2])
            if size > _PAN_MAX:
                break
            if size >= _PAN_MIN and _is_card([g[2] for g in groups[first : last + 1]], order, named, lead):
                # Sixteen digits are by far the commonest; else the longest that passes.
                best = max(best or (False, last), (size == _COMMON, last))
        if best is None:
            yield from _inside(groups[first], named)
            first += 1
            continue
        yield groups[first][0], groups[best[1]][1]
        first = best[1] + 1


def _is_card(groups: list[str], order: re.Pattern[str], named: bool, lead: str) -> bool:
    digits = "".join(groups)
    if digits[0] == "0" or not luhn(digits):
        return False
    if named:
        return True
    if len(groups) == 1:
        return not order.fullmatch(digits) and not _OTHER_WORDS.search(lead)
    # An order number followed by another number is no card, unless somebody calls it one.
    return not any(order.fullmatch(group) and len(group) >= 6 for group in groups)


def _inside(group: tuple[int, int, str], named: bool) -> Iterator[tuple[int, int]]:
    """A card number run together with its expiry or code, when somebody calls it a card."""
    start, end, digits = group
    if named and len(digits) > _PAN_MAX:
        for size in (16, 15, 14, 19):
            if luhn(digits[:size]):
                yield start, end
                return


def _named(seen: Folded, *, has_card: bool) -> Iterator[_Cut]:
    card_near = has_card or _CARD_NEAR.search(seen.lower) is not None
    for match in _EXPIRY.finditer(seen.lower):
        if card_near:
            yield match.start(1), match.end(1), "[REDACTED]", Redaction("EXPIRY")
    for match in _CODE.finditer(seen.lower):
        yield match.start(1), match.end(1), "[REDACTED]", Redaction("CVV")
    for match in _SORT.finditer(seen.lower):
        yield match.start(1), match.end(1), "[REDACTED]", Redaction("SORT_CODE")
    if "sort" in seen.lower or "bank" in seen.lower or "acc" in seen.lower:
        for match in _ACCOUNT.finditer(seen.lower):
            last4 = match[1][-4:]
            yield match.start(1), match.end(1), f"[ACCOUNT ****{last4}]", Redaction("ACCOUNT", last4)
    for match in _IBAN.finditer(seen.lower):
        packed = re.sub(r"[ -]", "", match[0]).upper()
        if 15 <= len(packed) <= 34 and _iban_holds(packed):
            yield match.start(), match.end(), f"[IBAN ****{packed[-4:]}]", Redaction("IBAN", packed[-4:])


def _iban_holds(packed: str) -> bool:
    turned = packed[4:] + packed[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % _IBAN_MODULUS == 1
