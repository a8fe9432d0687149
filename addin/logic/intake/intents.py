"""What a message asks for: cues found, wishes taken back, and rules that settle which case types are proposed.

Settling rules, in order (each leaves a sentence in `Intent.why` or in the flags):

1. A negated cue ("no need for a refund", "don't cancel") proposes nothing and is listed as refused.
2. "Refund or exchange?" is a remedy the customer has not chosen: neither is proposed.
3. A wish to return goods proposes the return; the refund follows from it and is not proposed beside it, unless the
   message says that quality control passed or asks to trigger the refund. So a faulty article to be refunded, too.
4. A cancellation is a refund of kind `CANCEL`, whose first question is the order's stage (money that was never
   captured is cancelled, not refunded). An exchange is a return of kind `EXCHANGE`.
5. A parcel the carrier brings back is a carrier return, not a customer's; what becomes of it is decided in that case.
6. Damage to returned goods is a matter of grading unless a carrier or a claim is named.
7. A blocker swallows status questions about the orders it holds up.
8. A status question beside a stronger request about the same order is part of that request.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from addin.logic.intake.cue import Cue
from addin.logic.intake.cues import CUES
from addin.logic.intake.literals import Sieve
from addin.logic.intake.model import CODES, Fact
from addin.logic.intake.text import Folded, negated


@dataclass(frozen=True, slots=True)
class Hit:
    """One cue found at one place."""

    cue: Cue
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Intent:
    """One case type a message is about, with the hits that say so."""

    code: str
    subtype: str
    weight: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Intents:
    """All intents of a message, the codes it refused, and what the settling rules noticed."""

    found: tuple[Intent, ...]
    refused: tuple[str, ...]
    notes: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """The case types in the register's order."""
        return tuple(intent.code for intent in self.found)

    def get(self, code: str) -> Intent | None:
        """The intent of a case type, None when the message has none."""
        return next((intent for intent in self.found if intent.code == code), None)


_REMEDY: Final = r"(?:refund|exchange|swap|replacement|replace|credit|store credit|reship|resend|remboursement|echange)"
_UNDECIDED: Final = re.compile(
    rf"\b{_REMEDY}(?:ed|d)?\W{{1,3}}(?:or|ou|/|vs)\W{{0,3}}(?:a |an |to |un |une )?{_REMEDY}"
)
_CALLED_OFF: Final = re.compile(
    r"\b(?:cancel|call off|stop|scrap|drop|withdraw|hold|pause|annul\w{1,2})\W{1,3}(?:the |my |that |this |"
    r"her |his |last |le |la |l')*"
    r"(?:\w+ )?(refund|claim|redirect\w*|address change|exchange|return|cctv|footage|courier|escalation|"
    r"special delivery|qc)\b"
)
_CALLED: Final = {
    "refund": "RFD", "claim": "UPC", "address change": "ADR", "exchange": "RQC", "return": "RQC", "cctv": "CTV",
    "footage": "CTV", "courier": "SPD", "special delivery": "SPD", "escalation": "ESC", "qc": "QCT",
}  # fmt: skip
_ON_HOLD: Final = re.compile(r"\brefunds?\b(?: is| be| to be| stays?)? (?:on hold|held|paused|blocked|not to be)\b")
_TRIGGER: Final = re.compile(
    r"\b(?:manual refund|trigger\w* (?:\w+ ){0,3}?refund|process (?:\w+ ){0,3}?refund|"
    r"issue (?:\w+ ){0,3}?refund|release (?:\w+ ){0,3}?refund|"
    r"qc (?:ok|passed?|confirmed|good|done)|ok (?:for|to) refund|pls refund|please refund|refund (?:pls|"
    r"please)|declencher)\b"
)
_FIRST_CHOICE: Final = re.compile(
    r"\b(?:1st|first|1er|premier)\W?(?:choice|choix|grade)\b|\bqc\W{1,3}(?:is |was |all )?(?:ok|passed?|good|"
    r"confirmed)\b|\bgrade(?:d)? (?:1st|a)\b"
)
_RETURN_TALK: Final = re.compile(r"\b(?:rma|return(?:s|ed)?|3pl|retour)\b")
_DESCRIBED: Final = re.compile(r"\b(?:incomplete|incorrect|wrong|erronee)\b")
_SENT_AGAIN: Final = re.compile(r"re-?sen[dt]|re-?ship|send|ship (?:it )?again|second (?:shipment|despatch)|2nd")
#: "The refund was done on Friday" tells of a refund, it asks for none.
_DONE: Final = re.compile(
    r"\brefund\w*\b(?:(?!\b(?:not|never|until|if|once|before|can|please|pls)\b)[^.;?\n]){0,40}?"
    r"\b(?:was|were|has been|have been|is|got)(?: now| already)? "
    r"(?:done|processed|issued|completed|paid out|paid|sent|made|executed|settled)\b(?![^.\n]{0,20}\?)|"
    r"\brefunds?\b(?: (?:for|of|on|from|order|#?\d{6,14})){0,4} (?:(?:went|has gone|gone) (?:out|through)|"
    r"(?:done|processed|issued|completed|paid|sent)\b(?! (?:yet|today|asap|now)))(?![^.\n]{0,20}\?)"
)
#: "Why was it cancelled?", "cancelled in error": it asks about a cancellation, it wishes none.
_WAS_CANCELLED: Final = re.compile(
    r"\b(?:why|how come|when|who)\b[^.;\n]{0,40}\bcancel\w*|\bcancel\w*ed (?:it |this |#?\d{6,14} )?(?:in error|"
    r"by mistake|by accident|wrongly|accidentally)\b|\b(?:wrongly|accidentally|mistakenly) cancel\w*ed\b"
)
#: A wish for a later day, not an alarm.
_HELD_UNTIL: Final = re.compile(r"\b(?:until|till?|jusqu)")
_ALARM: Final = re.compile(
    r"\b(?:declined|unpaid|chargeback|fraud\w*|stop|freeze|pull|stolen|wrong|scam\w*|"
    r"suspicious)\b"
)
#: "Pls QC them" about goods that came back asks for their grading, not for a check before they leave.
_PLAIN_CHECK: Final = re.compile(
    r"(?:please|pls|do(?: an?)?|run(?: an?)?|needs?|manual) (?:qc|quality (?:check|control)|qc check|inspection)"
)
_STOP: Final = re.compile(
    r"\b(?:stop|hold|pull|freeze|do ?n'?t (?:ship|despatch|dispatch|release)|not (?:ship|despatch|dispatch|"
    r"release)|n'?t (?:ship|despatch|dispatch|release)|not let|n'?t let|\w*fraud\w*|"
    r"bloque\w{0,2}\W{1,2}(?:(?:l|le|la|cet|cette|son|sa)\W)?(?:envoi|expedition|commande|colis)|ne pas (?:expedier|"
    r"envoyer)|n'?e?xpedi\w{1,3} pas)\b"
)
_PARCEL_TALK: Final = re.compile(
    r"\b(?:tracking|parcel|package|ups|carrier|courier|scan\w*|transit|claim|colis|1z\w*)\b"
)
_STILL_HERE: Final = re.compile(r"\b(?:picking|picked|preparing|packing|wave|allocat\w+|label)\b")
_SUBTYPES: Final = ("MISSING_CONTENTS", "DAMAGE", "RETURN_LEG", "MISDELIVERY", "DNR", "LATE", "LOST", "")


_SIEVE: Final = Sieve([cue.pattern for cue in CUES])


#: The case types that a message refuses, each with the places of the words that do.
Refusals = dict[str, list[int]]


def find_hits(text: Folded) -> tuple[list[Hit], Refusals]:
    """The cues the text holds, and the codes that its negations refuse."""
    hits: list[Hit] = []
    refused: Refusals = {}
    off = [m.span() for pattern in (_CALLED_OFF, _ON_HOLD) for m in pattern.finditer(text.lower)]
    for called in _CALLED_OFF.finditer(text.lower) if off else ():
        refused.setdefault(_CALLED.get(called[1], "ADR"), [])
    done = [m.span() for m in _DONE.finditer(text.lower)]
    if off and _ON_HOLD.search(text.lower):
        refused.setdefault("RFD", [])
    for cue in (CUES[number] for number in _SIEVE.possible(text.lower)):
        for match in cue.pattern.finditer(text.lower):
            if not match[0].strip():
                continue
            if negated(text, match.start(), match.end()):
                refused.setdefault(cue.code, []).append(match.start())
            else:
                hits.append(Hit(cue, match.start(), match.end()))
    past = [m.span() for m in _WAS_CANCELLED.finditer(text.lower)]
    hits = [h for h in hits if h.cue.subtype != "CANCEL" or not any(a <= h.start < b for a, b in past)]
    # "cancel the refund" takes a refund back; it is not a cancellation of the order.
    hits = [h for h in hits if not any(a <= h.start < b for a, b in off)]
    if any(h.cue.code == "RFD" and any(a <= h.start < b for a, b in done) for h in hits):
        refused.setdefault("RFD", [])
        hits = [h for h in hits if h.cue.code != "RFD" or not any(a <= h.start < b for a, b in done)]
    return hits, refused


def spared(text: Folded, hits: list[Hit], refused: Refusals, orders: Sequence[Fact]) -> frozenset[tuple[str, str]]:
    """Case types and orders that a clause refuses ("don't cancel 1, cancel 2"): the wish is about another order."""
    found = set()
    for order in orders:
        left, right = text.clause(text.local(order.start))
        for code, places in refused.items():
            wished = any(hit.cue.code == code and left <= hit.start < right for hit in hits)
            if not wished and any(left <= place < right for place in places):
                found.add((code, order.value))
    return frozenset(found)


def settle(text: Folded, hits: list[Hit], refused: Collection[str], *, has_order: bool, has_address: bool) -> Intents:
    """The case types to propose, by the rules at the top of this module."""
    notes: dict[str, str] = {}
    if not hits:
        return Intents((), tuple(code for code in CODES if code in refused), notes)
    weights = {code: max((h.cue.weight for h in hits if h.cue.code == code), default=0) for code in CODES}
    dropped = {code for code, weight in weights.items() if weight < 2}
    for rule in (_undecided, _returns, _carrier_returns, _claims, _addresses, _escalations):
        rule(text, hits, weights, dropped, notes)
    if weights["HND"] >= 3 or (not has_order and _strong(weights) & {"AUD", "SOP"}):
        # Talk about refunds and claims in general, or a list of what is handed over.
        dropped |= {"ADR", "SPD", "CTV", "OST", "INV", "UPC", "RQC", "RFD", "CRP"}
    _status(hits, weights, dropped, has_order=has_order, has_address=has_address)
    found = tuple(
        Intent(code, _subtype(code, kept), weights[code], kept)
        for code in CODES
        if code not in dropped and (kept := tuple(h for h in hits if h.cue.code == code))
    )
    alive = {intent.code for intent in found}
    return Intents(found, tuple(code for code in CODES if code in refused and code not in alive), notes)


_Weights = dict[str, int]


def _undecided(text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]) -> None:
    if (found := _UNDECIDED.search(text.lower)) is None:
        return
    notes["customer_remedy_undecided"] = found[0]
    if weights["UPC"] >= 2 or weights["CRP"] >= 2 or "?" in text.lower[found.end() :]:
        dropped |= {"RFD"}
        if all(h.cue.subtype == "EXCHANGE" for h in hits if h.cue.code == "RQC"):
            dropped.add("RQC")
    # Somebody wants something, even when it is not settled what.
    if not any(weights[code] >= 2 and code not in dropped for code in CODES) and weights["RQC"] >= 2:
        dropped.discard("RQC")
    elif not any(weights[code] >= 2 and code not in dropped for code in CODES):
        dropped.discard("RFD")


def _returns(text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]) -> None:
    refunds = [h for h in hits if h.cue.code == "RFD"]
    if refunds and all(h.cue.subtype == "METHOD" for h in refunds):
        dropped.add("RFD")
        return
    triggered = _TRIGGER.search(text.lower) is not None
    first = _FIRST_CHOICE.search(text.lower) is not None
    graded = [h for h in hits if h.cue.code == "RQC"]
    only_grade = all("choi" in text.lower[h.start : h.end] or "grade" in text.lower[h.start : h.end] for h in graded)
    if weights["RFD"] >= 2 and first and (triggered or only_grade):
        dropped.add("RQC")
        return
    checks = [text.lower[h.start : h.end] for h in hits if h.cue.code == "QCT"]
    if weights["RQC"] >= 2 and _RETURN_TALK.search(text.lower) and all(map(_PLAIN_CHECK.fullmatch, checks)):
        dropped.add("QCT")
    wishes = [h for h in hits if h.cue.code == "RQC" and h.cue.subtype in ("RETURN", "EXCHANGE")]
    plain = [h for h in refunds if h.cue.subtype == ""]
    cancels = [h for h in refunds if h.cue.subtype == "CANCEL"]
    if wishes and not triggered and not cancels and "CRP" not in _strong(weights):
        together = {text.errand(h.start) for h in plain}
        if plain and (weights["RQC"] >= 2 or weights["UPC"] < 2) and (len(together) <= 2 or not plain):
            dropped.add("RFD")
            notes["refund_follows_return"] = text.lower[wishes[0].start : wishes[0].end]
            if weights["RQC"] == 1:
                weights["RQC"] = 2
                dropped.discard("RQC")


def _strong(weights: _Weights) -> set[str]:
    return {code for code, weight in weights.items() if weight >= 2}


def _carrier_returns(
    text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]
) -> None:
    if weights["CRP"] < 2:
        return
    again = all(_SENT_AGAIN.search(text.lower[h.start : h.end]) for h in hits if h.cue.code == "CRP")
    if again and any(h.cue.subtype == "LOST" and "lost" in text.lower[h.start : h.end] for h in hits):
        dropped.add("CRP")  # what is to be sent again was lost: nothing comes back
        notes["customer_remedy_separate"] = "a second shipment is asked for beside the claim"
        return
    graded = any(h.cue.code == "RQC" and h.cue.subtype == "" and h.cue.weight == 3 for h in hits)
    if not graded:
        dropped.add("RQC")
    if weights["RFD"] >= 2 and not _TRIGGER.search(text.lower):
        dropped.add("RFD")
        notes["decision_in_carrier_return"] = "refund named beside a returned parcel"
        if any(h.cue.subtype == "CANCEL" for h in hits):
            notes["cancellation_requested"] = "a cancellation decides the returned parcel once it is in writing"
    if all(h.cue.subtype in ("LOST", "LATE") for h in hits if h.cue.code == "UPC"):
        dropped.add("UPC")


def _claims(text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]) -> None:
    claims = [h for h in hits if h.cue.code == "UPC"]
    wishes = [h for h in hits if h.cue.code == "SPD"]
    if claims and all(any(wish.start <= h.start < wish.end for wish in wishes) for h in claims):
        dropped.add("UPC")  # "she wants it left at reception" is a wish, no complaint
    if claims and "UPC" not in dropped:
        returned = _RETURN_TALK.search(text.lower) is not None and weights["RQC"] >= 2
        only_state = all(h.cue.subtype in ("DAMAGE", "MISSING_CONTENTS") for h in claims)
        if returned and only_state and not re.search(r"\b(?:ups|carrier|courier|driver|transit|claim)\b", text.lower):
            dropped.add("UPC")
    if (
        claims
        and (_STILL_HERE.search(text.lower) or not _PARCEL_TALK.search(text.lower))
        and all(h.cue.subtype == "LOST" and "mov" in text.lower[h.start : h.end] for h in claims)
    ):
        dropped.add("UPC")
    if "UPC" not in dropped and weights["UPC"] >= 2:
        # A complaint about a parcel is not a grading of returned goods, and a late one not a wish for a slot.
        if not _RETURN_TALK.search(text.lower) and not any(
            h.cue.code == "RQC" and (h.cue.weight == 3 or h.cue.subtype) for h in hits
        ):
            dropped.add("RQC")
        if any(h.cue.subtype == "RETURN_LEG" for h in claims) and all(
            h.cue.subtype == "RETURN" or h.cue.weight < 3 for h in hits if h.cue.code == "RQC"
        ):
            dropped.add("RQC")
        if any(h.cue.subtype == "LATE" for h in claims):
            dropped.add("SPD")
        if not any(h.cue.code == "INV" and h.cue.weight == 3 for h in hits):
            dropped.add("INV")


def _addresses(text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]) -> None:
    misdelivered = any(h.cue.subtype == "MISDELIVERY" for h in hits)
    described = all(h.cue.code != "ADR" or _DESCRIBED.search(text.lower[h.start : h.end]) for h in hits)
    if described and weights["CRP"] >= 2 and not re.search(r"\b(?:flat|house|new address)\b", text.lower):
        dropped.add("ADR")
    if misdelivered and not re.search(r"\b(?:chang|updat|new|redirect|amend)", text.lower):
        dropped.add("ADR")


def _escalations(text: Folded, hits: list[Hit], weights: _Weights, dropped: set[str], notes: dict[str, str]) -> None:
    if weights["ESC"] >= 3:
        words = [text.lower[h.start : h.end] for h in hits if h.cue.code == "ESC"]
        stops = [w for w in words if _STOP.search(w)]
        blocking = [w for w in words if "escal" not in w and w not in stops]
        waits = any(h.cue.code == "SPD" and _HELD_UNTIL.search(text.lower[h.start : h.end]) for h in hits)
        if waits and stops and len(stops) == len(words) and not _ALARM.search(text.lower):
            dropped.add("ESC")  # "hold it until Monday, don't ship before" is one wish
            notes["hold_requested"] = stops[0]
            return
        if stops:
            notes["stop_shipment_requested"] = stops[0]
        if blocking:
            dropped |= {"OST", "SPD"}
            notes["blocker"] = blocking[0]


def _status(hits: list[Hit], weights: _Weights, dropped: set[str], *, has_order: bool, has_address: bool) -> None:
    alive = {code for code in CODES if weights[code] >= 2 and code not in dropped}
    if alive - {"OST"}:
        explicit = any(h.cue.code == "OST" and h.cue.subtype == "ITEM_CHANGE" for h in hits)
        if not explicit:
            dropped.add("OST")
    elif not alive and weights["OST"] == 1 and has_order:
        dropped.discard("OST")


def _subtype(code: str, hits: tuple[Hit, ...]) -> str:
    best = max((h.cue.weight for h in hits if h.cue.subtype or code != "UPC"), default=0)
    options = {h.cue.subtype for h in hits if h.cue.weight == best}
    if code == "UPC":
        return next((name for name in _SUBTYPES if name in options), "")
    named = [h.cue.subtype for h in hits if h.cue.subtype]
    if code == "RFD" and "CANCEL" in named:
        return "CANCEL"
    return named[0] if named and len(named) == len(hits) else (named[0] if code in ("RQC", "OST") and named else "")
