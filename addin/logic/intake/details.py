"""Details a message states besides its numbers: stage, grade, counts, impact, reasons, who is meant.

Each finder is a table row: a fact's name, the pattern, and its canonical value. A stage in a guess or a question
("not shipped yet I think?") is not stated: it raises `status_unconfirmed` instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from addin.logic.intake.model import Fact, IntakeProfile
from addin.logic.intake.text import Folded, hedged, negated

#: Stages of an order in a person's words; the first row that matches at the earliest place wins.
_STAGES: Final = tuple(
    (stage, re.compile(pattern))
    for stage, pattern in (
        ("out_for_delivery",
            r"(?<!not )(?<!not yet )(?<!n't )(?<!never )\b(?:out for delivery|ofd)\b|"
            r"\bon the van\b|\ben cours de livraison\b"),
        ("in_transit",
            r"\b(?:already |is |it'?s )?out (?:w/?|with) (?:ups|the carrier|carrier|dpd|dhl|courier)\b|"
            r"\bin transit\b|\bon its way\b|"
                       r"\b(?:already|has|have|been|was|it'?s|is) (?:already |been )?(?:shipped|sent out|"
                       r"despatched|dispatched|gone|left)\b|"
                       r"\bwith (?:ups|the carrier|the courier) (?:already|now)\b|\ben transit\b|\bexpediee?\b"),
        ("collected", r"\b(?:collected|picked up) by (?:ups|the carrier|carrier)\b"),
        ("label_printed", r"\blabel (?:is |already |been |was )?(?:printed|created)\b"),
        ("packed", r"\b(?:already |is |been |it'?s |fully |now )packed\b|\bpacked (?:now|already|and ready)\b"),
        ("packing",
            r"\b(?:packing now|being packed|in packing|at packing|on the (?:pack )?bench now|"
            r"'?packing'?(?= since| stage|$))\b|says '?packing"),
        ("picking",
            r"\b(?:in|at|says|shows|still|status|on|stuck in|been|being|now) ?['\"]?(?:picking|picked)\b|"
            r"\bpicking (?:since|now|stage)\b"),
        ("preparing", r"\b['\"]?(?:preparing|in preparation|en preparation|being prepared)\b"),
        ("not_prepared",
            r"\b(?:not (?:yet )?(?:prepared|picked|packed|started|allocated|shipped|sent|left|despatched|"
            r"dispatched)(?: yet)?|hasn'?t (?:shipped|left|been shipped)|has not (?:shipped|left)|"
            r"pas encore expedie\w?)\b"),
        ("on_hold", r"\b(?:on hold|held|blocked in oms)\b"),
        ("delivered", r"\b(?:was|been|already|shows?|says?|marked|status|is) ['\"]?delivered\b"),
    )
)  # fmt: skip

_GRADES: Final = tuple(
    (grade, re.compile(pattern))
    for grade, pattern in (
        ("KO_WRONG_ITEM",
            r"\b(?:wrong|different) (?:item|bag|piece|article|serial)\b|\bnot the (?:same )?(?:bag|item|"
            r"piece|one) we\b|\bswitched\b|\bempty box\b"),
        ("KO_AUTHENTICITY",
            r"\b(?:counterfeit|fake|not genuine|authenticity|(?:not |n't |if |whether )(?:sure )?(?:it'?s |"
            r"it is |this is )?(?:genuine|authentic)|serial (?:does ?n.?t|does not|not|mis-?) ?match\w*|"
            r"serial mismatch|contrefacon)\b"),
        ("KO_WORN", r"\b(?:worn|used|odou?r|smell\w{0,2}|make-?up|marked soles|soles|altered|porte)\b"),
        ("KO_INCOMPLETE",
            r"\b(?:incomplete|(?:missing|no|without) (?:the )?(?:dust ?bag|box|receipt|tags?|certificate|"
            r"accessor\w{1,3}|strap|lock|key))\b"),
        ("KO_DAMAGE_TRANSIT", r"\b(?:transit damage|damaged in transit|crushed)\b"),
        ("KO_DAMAGE_FAULT", r"\b(?:manufactur\w+ (?:fault|defect)|stitching|faulty|defective)\b"),
    )
)  # fmt: skip
_FIRST: Final = re.compile(
    r"\b(?:1st|first|1er|premier|1ere)\W?(?:choice|choix|grade)\b|\bgrade(?:d)?(?: as)?:? (?:1st|a|1)\b|"
    r"\bprima scelta\b"
)
_SECOND: Final = re.compile(
    r"\b(?:2nd|second|2e|2eme|deuxieme)\W?(?:choice|choix|grade)\b|\bgrade(?:d)?(?: as)?:? (?:2nd|b|2)\b"
)
_KO: Final = re.compile(r"\bko(?:'?e?d|s)?\b")

_RETURN_REASONS: Final = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        ("REFUSED", r"\brefus\w{1,3}\b"),
        ("ACCESS_POINT_EXPIRED",
            r"\b(?:access point|pick-?up point|unclaimed|uncollected|not collected|non reclame)\b"),
        ("ADDRESS_INCOMPLETE",
            r"\b(?:incomplete addr\w*|addr(?:ess)? incomplete|adresse incomplete|"
            r"(?:no|missing) (?:flat|house|apartment|door) (?:no|"
            r"number)|insufficient address)\b"),
        ("ADDRESS_WRONG",
            r"\b(?:wrong|bad|incorrect|unknown) addr\w*|\baddress (?:wrong|unknown|not found|incorrect)|"
            r"\bnpai\b|\bmoved away\b"),
        ("UNAVAILABLE",
            r"\b(?:not (?:available|in|home|at home)|unavailable|no(?:body| one) (?:in|home|there)|attempts?|"
            r"absent\w?|away)\b"),
        ("DAMAGED", r"\b(?:damaged|crushed|wet|torn)\b"),
        ("UNSAFE_OR_NO_ACCESS", r"\b(?:no access|unsafe|could not access|gate)\b"),
        ("CUSTOMS/NI", r"\b(?:customs|northern ireland|douane)\b"),
        ("SHIPPER_RECALL", r"\b(?:recall\w{0,2}|intercept\w{0,2}|we asked (?:them|ups) to return)\b"),
    )
)  # fmt: skip

_SERVICES: Final = tuple(
    (service, re.compile(pattern))
    for service, pattern in (
        ("UPS Express Plus", r"\bexpress plus\b"),
        ("UPS Express 12:00", r"\b(?:express 12(?:[:.]?00)?|ups 12[:.]00|express noon)\b"),
        ("UPS Express Saver", r"\b(?:express saver|ups saver)\b"),
        ("UPS Express", r"\bups express\b"),
        ("Saturday delivery", r"\b(?:saturday|sat) (?:delivery|del|service|option)\b"),
        ("Same-day courier", r"\bsame[ -]day\b"),
        ("Special Delivery by 9am", r"\bspecial delivery by 9"),
    )
)
_CARRIERS: Final = tuple(
    (name, re.compile(rf"\b(?:{pattern})\b"))
    for name, pattern in (
        ("UPS", "ups"), ("DPD", "dpd"), ("DHL", "dhl"), ("FedEx", "fedex"), ("Royal Mail", "royal mail|parcelforce"),
        ("Evri", "evri"), ("Yodel", "yodel"), ("InPost", "inpost"), ("Citysprint", "citysprint"), ("Gophr", "gophr"),
    )
)  # fmt: skip

_NUMBER_WORD: Final = {"none": 0, "zero": 0, "nothing": 0, "one": 1, "two": 2, "three": 3, "a single": 1}
_QTY: Final = r"(\d{1,5}|none|zero|nothing|one|two|three)"
_SYSTEM_QTY: Final = re.compile(
    rf"\b(?:wms|oms|system|sys|stock|inventory|theoretical|expected|"
    rf"(?:bin|loc|location|shelf|[a-z]{{1,2}}\d{{0,2}}-\d{{1,3}}-\d{{1,3}}) (?:should|is supposed to) (?:hold|have|be|"
    rf"contain|show))\W{{1,2}}(?:(?:says?|shows?|has|have|is|"
    rf"qty|at|on hand|record|count)\W{{1,2}}){{0,3}}{_QTY}(?!\d|[:./-]\d|\s?(?:days?|hours?|orders|%|am|pm))"
    rf"\b"
)
_COUNTED: Final = re.compile(
    rf"\b(?:found|finds?|counted|count(?: is|s)?|physical(?:ly)?(?: count)?|actual(?:ly)?|sees?|only got|"
    rf"only have|only has|there(?:'s| is| are)|i count|have counted|in (?:the )?(?:bin|location)|"
    rf"count(?:ed)? (?:in|at|of) [a-z0-9-]{{2,14}}(?: (?:shows|is|was|gives|says))?)\W{{1,3}}(?:(?:only|just|is|of|"
    rf"have|qty)\W{{1,2}}){{0,2}}{_QTY}(?!\d|[:./-]\d|\s?(?:parcels?|orders?|packages?|box(?:es)?|customers?|clients?|days?|hours?)\b)\b"
)
_BIN_HOLDS: Final = re.compile(
    rf"\b(?:bin|loc|location|shelf)\W{{1,2}}(?:[a-z0-9-]{{3,12}}\W{{1,2}})?(?:only )?(?:has|holds|shows|"
    rf"contains|=)\W{{1,2}}(?:only )?{_QTY}\b"
)
_BIN_EMPTY: Final = re.compile(
    r"\b(?:[a-z]{1,2}\d{0,2}-\d{1,3}-\d{1,3}|bin|location|shelf)\W{1,2}(?:is |was |physically )*(empty|vide)\b"
)
_IMPACT: Final = re.compile(
    r"(~|approx\.? |about |around |c\. ?|roughly |environ |circa )?\b(\d{1,5})(\+)?\s(?:\w+ )?(?:orders|"
    r"parcels|shipments|commandes|colis)\b"
)
_WAVE: Final = re.compile(r"\bwave\s?#?(\d{1,4}[a-z]?)\b")
_AGE: Final = re.compile(
    r"\b(?:for|since|depuis|been|over|now)\s(\d{1,3}|two|three|four|five|a)\s?(?:working |business )?(d|"
    r"days?|jours?|weeks?|wks?|semaines?)\b(?! ago)|\b(\d{1,3})\s?(days?|jours?)\s(?:now|already|"
    r"and counting|deja)\b"
)
_ATTACHED: Final = re.compile(
    r"\b(?:pics?|photos?|pictures?|images?|screenshots?|pdf|file|form|pj|piece jointe)s?\b\W{1,2}(?:are |is |"
    r"were |all |ci-)?(?:attached|enclosed|below|sent|jointe?s?)\b|\b(?:see |pls find |find )?(?:attached|"
    r"attachment|enclosed)\b|\bci-joint\w?\b"
)
_PARTIAL: Final = re.compile(
    r"\b(partial|part[- ]refund|partiel)\b|\b(full|in full|total|integral) (?:refund|remboursement)\b|"
    r"\brefund\w* (?:\w+ )?in full\b"
)


def find_details(text: Folded, profile: IntakeProfile) -> list[Fact]:
    """Counts, impact, service, carrier and attachments, each with its words."""
    facts: list[Fact] = []
    for name, pattern in (("system_qty", _SYSTEM_QTY), ("counted_qty", _COUNTED)):
        # Only the quantity has to be free: a place between its words ("count in A-03-11 shows 14") is its own fact.
        stated = (match for match in pattern.finditer(text.lower) if text.free(*match.span(1)))
        facts += [text.fact(name, str(_number(match[1])), match.span()) for match in stated]
    if not any(fact.name == "counted_qty" for fact in facts) and (held := _BIN_HOLDS.search(text.lower)) is not None:
        facts.append(text.fact("counted_qty", str(_number(held[1])), held.span(1)))
    if not any(fact.name == "counted_qty" for fact in facts) and (empty := _BIN_EMPTY.search(text.lower)) is not None:
        facts.append(text.fact("counted_qty", "0", empty.span(1), note="empty"))
    if (match := _IMPACT.search(text.lower)) is not None:
        facts.append(
            text.fact("orders_affected", match[2], match.span(), note="approx" if match[1] or match[3] else "")
        )
    if (match := _WAVE.search(text.lower)) is not None:
        facts.append(text.fact("wave", match[1].upper(), match.span()))
    if (match := _AGE.search(text.lower)) is not None:
        count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
        days = _number("one" if count == "a" else count) * (7 if unit[0] in "ws" else 1)
        facts.append(text.fact("age_days_claimed", str(days), match.span()))
    if (match := _ATTACHED.search(text.lower)) is not None:
        facts.append(text.fact("attachments_claimed", "yes", match.span()))
    facts += _first_of(text, "service", _SERVICES)
    facts += _first_of(text, "carrier", _CARRIERS)
    return facts


def _number(word: str) -> int:
    return _NUMBER_WORD[word] if word in _NUMBER_WORD else int(word) if word.isdigit() else {"four": 4, "five": 5}[word]


def _first_of(text: Folded, name: str, table: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[Fact]:
    for value, pattern in table:
        if (match := pattern.search(text.lower)) is not None and not negated(text, match.start(), match.end()):
            yield text.fact(name, value, match.span())
            return


def find_stage(text: Folded) -> tuple[Fact | None, str]:
    """The stage of the order when somebody states it; else the words of a guess or a question about it."""
    guess = ""
    found: list[tuple[int, int, str]] = []
    for stage, pattern in _STAGES:
        for match in pattern.finditer(text.lower):
            if hedged(text, match.start()):
                guess = guess or text.clause_words(match.start())
            elif stage == "not_prepared" or not negated(text, match.start(), match.end()):
                found.append((match.start(), match.end(), stage))
                break
    if not found:
        return None, guess
    start, end, stage = min(found)
    return text.fact("order_stage", stage, (start, end)), ""


def find_grades(text: Folded, *, several: bool) -> list[Fact]:
    """The grades somebody claims, the surest first; a claim in chat is never the quality record.

    Where a message names several returns each clause may claim one of its own.
    """
    whole = _grade_in(text, 0, len(text.lower))
    if whole is None or not several:
        return [] if whole is None else [whole]
    others = (_grade_in(text, start, end) for start, end in text.clauses)
    return [fact for fact in others if fact is not None and fact.value != "KO"] or [whole]


def _grade_in(text: Folded, start: int, end: int) -> Fact | None:
    named = (("1ST", _FIRST), ("2ND", _SECOND), *_GRADES, ("KO", _KO))
    for grade, pattern in named:
        match = pattern.search(text.lower, start, end)
        sure = grade in ("1ST", "2ND", "KO")
        if match is not None and (sure or not negated(text, match.start(), match.end())):
            return text.fact("grade_claimed", grade, match.span())
    return None


def find_return_reason(text: Folded) -> Fact | None:
    """Why the carrier brings a parcel back, as the message gives it."""
    return next(iter(_first_of(text, "reason_code", _RETURN_REASONS)), None)


def find_partial(text: Folded) -> str | None:
    """Answers "yes" for a partial refund, "no" for a full one, None when the message does not say."""
    match = _PARTIAL.search(text.lower)
    return None if match is None else ("yes" if match[1] else "no")
