"""New addresses: the lines and the postcode that a message asks a parcel to go to.

The address is taken as written between the word that announces it and its postcode (or the end of the sentence). It is
a request, never a verification: who asked, and whether the person is the account's, is always asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from addin.logic.intake.model import Fact
from addin.logic.intake.text import Folded
from addin.logic.postcode import Postcode, read_postcode

_POSTCODE: Final = re.compile(
    r"(?<![a-z0-9-])(?:[a-z]{1,2}\d[a-z\d]?\s{0,2}\d[a-z]{2}|gir ?0aa|bfpo\s?\d{1,4})(?![a-z0-9])"
)
_ANNOUNCED: Final = re.compile(
    r"\b(?:(?:new |delivery |shipping |correct |right )?(?:address|addr|adress|adresse|add)\b(?:\W{1,3}(?:is|"
    r"should be|now|to|as|:|pls|please|est))*[\s:=-]{1,4}"
    r"|(?:redirect|divert|reroute|re-route|deliver|send|ship|resend|reship|forward|livrer|expedier|rediriger)"
    r"(?:ed|ing)?"
    r"\b(?:\W{1,2}(?:it|this|that|the|parcel|order|them|her|his|instead|back|out|package|colis|#?\d{6,14}|commande|la)){0,4}\s(?:"
    r"to|at|a|au|chez|vers)\b[\s:]{1,3}"
    r"|\b(?:move|change|changed|changing|update|updated|amend)\b[^.;\n]{0,40}?\b(?:to|en|pour)\b[\s:]{1,3})"
)
_FIRST_LINE: Final = re.compile(
    r"\b(?:(?:flat|apt|apartment|unit|suite|studio|floor|room)\W{1,2}(?:[a-z]?\d{1,4}[a-z]?|[a-z])|"
    r"c/o|attn|the |po box|p\.?o\.? ?box|bat|batiment)"
    r"\b|\d{1,4}[a-z]?(?:[-/]\d{1,4})?(?=[\s,]+(?:bis |ter )?[a-z])"
)
_PART_ONLY: Final = re.compile(
    r"(?:flat|apt|apartment|unit|suite|studio|floor|room|bat|batiment)\W{1,2}[\w-]{1,6}|\d{1,4}(?:st|nd|rd|"
    r"th) floor|c/o .{1,40}"
)
_ENDS: Final = re.compile(
    r"[;\n]{1}(?!\s?(?:\w+ ){0,4}\w+,)|[.!?](?=\s|$)|\s-\s|\b(?:pls|please|thx|thanks|asap|instead|as she|"
    r"as he|because|since|she'?s|he'?s|client|customer|order|not shipped|pas encore|before|merci|svp)\b"
)
_NAMED_RECIPIENT: Final = re.compile(
    r"\b(?i:recipient|attn|attention|for the attention of|c/o|addressed to|in the name of|au nom de|destinataire)\b"
    r"(?:\W{1,2}(?i:name|to|is|of|now|:)){0,3}\W{1,3}"
    r"((?:(?:Mrs?|Ms|Miss|Dr|Mme|M)\.? )?[A-Z][\w'-]{0,20}\.?(?: [A-Z][\w'-]{0,20}\.?){0,2})"
)
#: "Send to Mr T Okoro instead of Ms Vale": a title makes it a person, not a place.
_INSTEAD_OF: Final = re.compile(
    r"\b(?i:send|deliver|ship|address)(?i: (?:it|this|the|order|parcel|#?\d{6,14})){0,3} (?i:to) "
    r"((?:Mrs?|Ms|Miss|Dr|Mme|M)\.? [A-Z][\w'-]{0,20}\.?(?: [A-Z][\w'-]{0,20}\.?){0,2}) (?i:instead of|rather than|"
    r"not)\b"
)
_SAME_PERSON: Final = re.compile(
    r"\b(?:same (?:name|recipient|person|client)|name (?:unchanged|stays|the same)|(?:her|his|their|"
    r"client'?s|customer'?s) (?:own )?"
    r"(?:office|work|workplace|home|house|flat|hotel|place|mum|mother|sister|brother|parents|desk))\b"
)
#: What a form calls the lines of an address ("Town: Ware"); no part of the line.
_LINE_LABEL: Final = re.compile(
    r"^\s*(?:town|city|post ?code|street|county|address(?: line)? ?\d?|ville|rue|code postal|adresse)\s?(?::\s*|$)",
    re.IGNORECASE,
)
_RISKY: Final = (
    ("no_carrier_delivery_po_box", re.compile(r"\bp\.?\s?o\.?\s?box\b|\bbfpo\b|boite postale")),
    (
        "parcel_shop_or_locker",
        re.compile(r"\b(?:locker|parcel shop|pick-?up point|access point|collect\+|point relais)\b"),
    ),
    (
        "hotel_or_forwarder",
        re.compile(r"\b(?:hotel|forwarder|freight forward\w*|mailbox|mail box|shipito|airbnb|concierge)\b"),
    ),
)
_HOUSE: Final = re.compile(r"\b\d{1,4}[a-z]?\b|\b(?:house|lodge|cottage|court|mansions?|hall|manor|farm|tower|villa)\b")
_REACH: Final = 220


@dataclass(frozen=True, slots=True)
class Address:
    """A new address as written: its lines, its postcode if one stands there, and what is odd about it."""

    lines: tuple[str, ...]
    postcode: Postcode | None
    facts: tuple[Fact, ...]
    flags: tuple[tuple[str, str], ...]


def find_postcodes(text: Folded) -> list[tuple[int, int, Postcode]]:
    """Every postcode, well formed or close to it, with its place."""
    found = []
    for match in text.hits(_POSTCODE):
        code = read_postcode(text.plain[match.start() : match.end()])
        if code.ok or code.suggestions:
            text.claim(*match.span())
            found.append((match.start(), match.end(), code))
    return found


def find_address(text: Folded, codes: list[tuple[int, int, Postcode]], *, wanted: bool) -> Address | None:
    """The address a message asks for; `wanted` says that it asks for a change, so a bare postcode counts too."""
    span = _span(text, codes, wanted)
    if span is None:
        return None
    start, end, code = span
    raw = text.written[text.place(start, end)[0] : text.place(start, end)[1]] if end > start else ""
    lines = address_lines(raw)
    facts = [text.fact("address_new", ", ".join(lines), (start, end))] if lines else []
    if code is not None:
        facts.append(text.fact("postcode", code[2].norm or code[2].raw.upper(), (code[0], code[1])))
    if not facts:
        return None
    return Address(lines, code[2] if code else None, tuple(facts), tuple(_oddities(text, lines, code)))


def _span(
    text: Folded, codes: list[tuple[int, int, Postcode]], wanted: bool
) -> tuple[int, int, tuple[int, int, Postcode] | None] | None:
    for match in _ANNOUNCED.finditer(text.lower):
        code = next((c for c in codes if 0 <= c[0] - match.end() <= _REACH), None)
        end = code[0] if code else _end(text, match.end())
        start = _begin(text, match.end(), end)
        if code is not None or (start is not None and wanted):
            return start if start is not None else match.end(), end, code
    if wanted and codes:
        code = codes[0]
        left, _ = text.sentence(code[0])
        start = _begin(text, max(left, code[0] - _REACH // 2), code[0])
        behind = re.compile(r"\s?,\s?").match(text.lower, code[1])
        if start is None and behind is not None and _FIRST_LINE.match(text.lower, behind.end()):
            return behind.end(), _end(text, behind.end()), code  # the postcode stands first
        return start if start is not None else code[0], code[0], code
    return None


def _end(text: Folded, start: int) -> int:
    stop = _ENDS.search(text.lower, start, start + _REACH)
    return stop.start() if stop else min(len(text.lower), start + _REACH)


def _begin(text: Folded, start: int, end: int) -> int | None:
    """Where the first line begins: a flat, a house number or a named house; claimed numbers are not house numbers."""
    named = text.plain[start : start + 1].isupper() and any(map(str.isdigit, text.lower[start : end + 8]))
    if named and text.free(start, end) and not text.lower.startswith(("po box", "flat", "c/o"), start):
        return start
    for match in _FIRST_LINE.finditer(text.lower, start, end):
        if text.free(*match.span()):
            return match.start()
    return None


def address_lines(raw: str) -> tuple[str, ...]:
    """The lines of an address as written: cut at commas and line ends, a flat kept with its street."""
    parts = [_LINE_LABEL.sub("", part).strip(" \t:.-") for part in re.split(r"[,\n\r]+", raw)]
    lines: list[str] = []
    for part in (p for p in parts if p):
        if lines and _PART_ONLY.fullmatch(lines[-1].lower()):
            lines[-1] = f"{lines[-1]}, {part}"
        else:
            lines.append(part)
    return tuple(lines)


def _oddities(text: Folded, lines: tuple[str, ...], code: tuple[int, int, Postcode] | None) -> list[tuple[str, str]]:
    flags = [(name, match[0]) for name, pattern in _RISKY if (match := pattern.search(text.lower))]
    if code is not None:
        flags += [("postcode_format", code[2].raw)] if not code[2].ok else []
    if lines and not any(_HOUSE.search(line.lower()) for line in lines):
        flags.append(("address_incomplete", lines[0]))
    return flags


def find_recipient(text: Folded) -> tuple[Fact | None, str]:
    """The person named to receive the parcel, or the words that say it stays the same person ("her office")."""
    if (named := _NAMED_RECIPIENT.search(text.plain)) is not None:
        return text.fact("recipient", named[1].strip(" ."), named.span(1)), ""
    if (instead := _INSTEAD_OF.search(text.plain)) is not None:
        return text.fact("recipient", instead[1].strip(" ."), instead.span(1)), ""
    same = _SAME_PERSON.search(text.lower)
    return None, same[0] if same else ""
