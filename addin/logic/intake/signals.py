"""Cautions: what a message tries, hides or takes back, whatever it asks for.

Each row has a flag, the pattern that raises it, and what must not be done because of it. A flag never blocks; it is
shown with the words that raised it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from addin.logic.intake.literals import Sieve
from addin.logic.intake.model import IntakeProfile
from addin.logic.intake.text import Folded, fold, negated


@dataclass(frozen=True, slots=True)
class Signal:
    """One caution: its flag, its pattern, and what must not be done."""

    flag: str
    pattern: re.Pattern[str]
    do_not: tuple[str, ...] = ()
    route: tuple[str, ...] = ()


def _row(flag: str, pattern: str, *do_not: str, route: tuple[str, ...] = ()) -> Signal:
    return Signal(flag, re.compile(pattern), do_not, route)


SIGNALS: Final = (
    _row("approval_in_text_ignored",
         r"\b(?:(?!(?:not|be|get|got|who|yet|until|is|was|been|has|have|if|once|unless|when|qc|nobody|"
         r"pre)\b)[a-z]{2,20} "
         r"(?:has |already )?(?:approved|authori[sz]ed|signed[ -]?off|ok'?d) (?:the|this|it|that|all|"
         r"refund|redirect|release|"
         r"change|address|return)\b|"
         r"(?:pre-?)?(?:approved|authori[sz]ed|signed[ -]?off|ok'?d|okayed|cleared|green-?lit|validee?|"
         r"autorisee?)\W{1,2}(?:it |this )?(?:by|from|with|par)\b"
         r"|overrid\w{1,4} by\b|(?:already|been|is|was|it'?s|all|fully|verbally) (?:pre-?)?(?:approved|authori[sz]ed|"
         r"signed[ -]?off|cleared|ok'?d)\b"
         r"|(?:manager|boss|director|supervisor|head office|senior qa|sqa|finance|legal|team lead|gm|"
         r"ceo|management)\b(?:\W{1,2}\w+){0,2}?\W{1,2}(?:has |have |just )?(?:approved|authori[sz]ed|"
         r"signed off|ok'?d|okayed|agreed|confirmed it'?s ok|gave (?:the )?(?:ok|green light|approval|"
         r"go ahead)|said (?:it'?s |its |that'?s |this is )?(?:ok|okay|fine|yes|go|to go))"
         r"|(?:manager|boss|director|supervisor|head office|lead|senior qa)(?: [a-z]+){0,2} (?:says?|said|"
         r"told me|reckons) (?:that )?"
         r"(?:you|u|we|it|they|i) (?:can|may|could|should|do ?n.?t (?:need|have) to)\b"
         r"|\w+ (?:said|says) (?:it'?s |its |that'?s |this is )?(?:ok|okay|fine|approved|yes|go ahead)\b|"
         r"(?:approval|authori[sz]ation|sign-?off|green light) (?:is |was |has been |already )?(?:given|"
         r"granted|received|obtained|confirmed|from|by)|(?:i|we) (?:hereby )?(?:approve|authori[sz]e)\b|"
         r"(?:manager|boss|director|supervisor|team lead|finance|legal|gm|ceo)(?:'s|s) (?:ok|okay|approval|sign-?off|"
         r"green light|"
         r"go[- ]?ahead)\b|you have (?:my|our) (?:approval|ok)|"
         r"(?:consider|take|count|treat) (?:this|that|it) (?:as )?(?:my|our|the|an?|your) (?:formal |written |full )?"
         r"(?:approval|ok|sign-?off|authori[sz]ation|go[- ]ahead|green light)|"
         r"this is (?:my|our|your) (?:approval|ok|sign-?off|authori[sz]ation|go[- ]ahead|green light)|"
         r"(?:gave|given|giving|gives|got|have|has)(?: (?:us|me|you|him|her|them))? (?:the|a|his|her|their) (?:nod|"
         r"thumbs[- ]?up|blessing|green light|go[- ]?ahead)\b|approved\s?[!.)]|\bgo ahead given\b)",
         "treat_as_approval"),
    _row("pressure",
         r"\b(?:just do it|(?:just )?(?:push|wave|rush|nod|slip) (?:it|this|them|that|her|him) through|just approve|"
         r"do it (?:right )?now|no time (?:for|to)|(?:skip|bypass|ignore|forget|jump)"
         r" (?:the )?(?:qc|checks?|approval|verification|call[- ]?back|process|procedure|sop|queue|controls?)|"
         r"(?:without|w/o) (?:the |any |a )?(?:qc|checks?|approval|verification|ticket|record|paperwork|"
         r"call[- ]?back)|"
         r"don'?t (?:bother|need to|wait for|tell|log|record)|no need (?:to|for) (?:the |a |"
         r"any )?(?:check\w*|verif\w*|qc|approv\w*|log\w*|call\w*|ticket)|off the record|keep (?:it|this)"
         r" quiet|or else|(?:ceo|coo|md|vp|director|president|chairman|head office|boss|owner|"
         r"management) (?:says?|said|wants?|wanted|demands?|insists?)\b[^.;\n]{0,40}\b(?:now|asap|immediately|"
         r"right away|today)|(?:lose|cost)s?\w* (?:you )?(?:your|my|their|his|her|the) job|no (?:questions asked|"
         r"excuses|ifs)|"
         r"in the next \d{1,2} ?min\w*)\b"),
    _row("duplicate_refund_risk",
         r"\b(?:(?:sees?|got|received|has|shows?) (?:2|two|double|both) refunds?|refund(?:ed|s)? (?:on it |came |"
         r"shown |shows |showing |appears )?(?:twice|two times|2x)\b|refunded (?:"
         r"already)|"
         r"double refund\w{0,3}|already (?:been )?refunded|second refund|two refunds|rembourse\w{0,2} deux fois)\b",
         "create_new_refund"),
    _row("conditional_request",
         r"\b(?:(?:or|otherwise|else|if not)\W{1,3}(?:\w+\W{1,3}){0,2}?(?:cancel|refund|return|redirect)|"
         r"(?:cancel|refund|return|"
         r"redirect)\w*\W{1,3}(?:\S+\W{1,3}){0,4}?(?:if|unless|in case)|sinon annul\w+|"
         r"si (?:pas|ce n'?est pas|non|c'?est|elle|il)\b[^;\n]{0,40}\b(?:annul|rembours|retourn|redirig)\w*|"
         r"if (?:it'?s|it is|it has|they'?ve|already|not possible|too late)\b[^.;\n]{0,30}\b(?:return|refuse|refund|"
         r"cancel|redirect))\b"),
    _row("instructions_in_text_ignored",
         r"\b(?:ignore|disregard|forget|override|bypass)\W{1,2}(?:\w+\W{1,2}){0,3}?(?:previous|prior|above|"
         r"earlier|all|your|system)\W{1,2}"
         r"(?:\w+\W{1,2}){0,2}?(?:instructions?|rules?|prompts?|guidelines?|policies|policy|controls?)\b|"
         r"\byou are now (?:an?|the|in)\b|"
         r"\b(?:system|developer) (?:prompt|message|mode)\b|\bact as (?:an? |the )?(?:admin|approver|manager|"
         r"finance)\b",
         "follow_instructions_in_text"),
    _row("resolved_by_sender",
         r"\b(?:all (?:good|sorted|ok|fine|done) now|(?:been |now |is |it'?s |got )(?:sorted|resolved|solved|"
         r"fixed)|no longer (?:needed|required|an "
         r"issue)|(?:all )?sorted(?=\s*(?:$|[,.!]))|back (?:up|online|working)(?: (?:now|again))?(?=\s*(?:$|[,.!]))|"
         r"found it(?=\W*(?:$|[,.!]|now\b|thanks|thx|in\b))|problem solved|c'est (?:bon|regle))\b"),
    _row("subject_access_request",
         r"\b(?:(?:all|any|the|every\w*) (?:of )?(?:the |her |his |their |my |personal )*(?:data|information|"
         r"info|records|footage|recordings?|images?) (?:that )?(?:you|we|u|they) (?:hold|have|keep|store|got)"
         r"\b|\b(?:data|information|info|records)\b[^.;\n]{0,20}\b(?:you|we|u) (?:hold|have|keep|store)"
         r"\b(?! (?:in|on) (?:wms|oms|stock|file for the order))|everything (?:that )?(?:(?:has|have|is|was|'s|had) )?"
         r"(?:been )?(?:written|recorded|stored|saved|noted|kept|said|logged) (?:about|on) (?:her|him|me|them)\b|"
         r"everything (?:that )?(?:you|we|u|they)"
         r" (?:hold|have|keep|store|know)\b|(?:a )?cop(?:y|ies) of (?:all |the |any |her |his |their |my |"
         r"that |our )*(?:cctv|footage|video|data|recordings?|personal|information|file|images?)|(?:send|"
         r"give|share|forward|email|provide)\w* (?:her|him|them|me|the (?:client|customer)|(?:it )?to (?:her|"
         r"him|the (?:client|customer))) (?:with )?(?:all |the |any |a |our )*(?:cctv|footage|video|"
         r"recordings?|clip|data)|(?:copy of |send (?:me |her |him |them )?|list of |see )?(?:everything|all|whatever)"
         r"(?: that)? (?:you|we|u|they)(?:'ve| have|ve)? (?:got|have|hold|keep|store)?\W{0,2}(?:on|about) "
         r"(?:her|him|them|me|the (?:client|customer))\b|subject access|\bd?sar\b|gdpr request|data protection act|"
         r"right of access|art(?:icle)?\.? ?15\b|(?:printout|print-?out|extract|export|dump) of (?:all |everything "
         r"(?:in|on) )?"
         r"(?:the |her |his |their |my )?(?:file|account|data|record|profile)s?\b|"
         r"data subject|donnees personnelles|droit d'acces)\b",
         "send_footage_or_data", route=("DPO",)),
    _row("erasure_request",
         r"\b(?:right to be forgotten|(?:does ?n'?t|does not|no longer) wants? to be (?:in|on) (?:our|your|the) "
         r"(?:system|"
         r"database|files?|records|list)|(?:delete|erase|remove|wipe|scrub|purge) (?:all )?(?:my|her|his|their|the "
         r"client'?s)"
        r" (?:personal )?(?:data|details|account|information)|effacer (?:ses|mes|les) donnees)\b",
         "delete_by_hand", route=("DPO",)),
    _row("police_request",
         r"\b(?:police|(?:police )?officer|constable|detective|the met\b|court order|solicitors?|lawyers?)\b",
         "release_footage_informally", route=("SECURITY",)),
    _row("theft_suspected",
         r"\b(?:pocketed|walked off with|helped (?:him|her|them)sel\w{1,3} to|(?:someone|somebody|staff|picker|packer|"
         r"temp|colleague) (?:has |have )?(?:took|taken) (?:an?|one|the|two|some) (?:tester|sample|bag|belt|watch|"
         r"scarf|"
         r"item|piece|ring|wallet|parcel|box)|theft|stolen|stole|stealing|thief|pinched|nicked|vole)\b",
         "name_suspects_in_chat", route=("SECURITY",)),
    _row("contact_in_message_not_on_file",
         r"\b(?:call|ring|phone|reach|contact)\b[^.;\n]{0,24}\b(?:on|at)\b\W{0,3}\+?[\d ()-]{9,16}",
         "verify_on_this_number"),
    _row("chargeback_risk",
         r"\b(?:chargeback|(?:bank|card|payment|visa|amex|paypal) dispute|disput(?:e|ed|ing) (?:the |it|this|"
         r"with)|(?:go|goes|gone|going) (?:straight |back )?to (?:the |her |his |their )?(?:amex|visa|mastercard|"
         r"paypal|card (?:company|issuer)|bank))"
         r"\b"),
    _row("restricted_goods_check",
         r"\b(?:watch(?:es)?|jewel\w*|diamonds?|montres?|bijoux?|gold (?:ring|bracelet|necklace))\b"),
)  # fmt: skip

_SIEVE: Final = Sieve([row.pattern for row in SIGNALS])

_CHASER: Final = re.compile(
    r"\b(?:follow(?:ing|ed)?[ -]?up|chas(?:ing|ed|er|e)\b|(?:gentle |friendly |just a )?(?:reminder|nudge)\b|"
    r"bump(?:ing)?\b|as per my (?:last|previous|earlier)|"
    r"my (?:last |previous |earlier )?(?:msg|message|email|mail|request|chat) (?:from|of|on|yesterday|yday|last|"
    r"this)|"
    r"(?:i|we) (?:talked|spoke) about\b|"
    r"(?:2nd|second|third|3rd|4th|fourth|\d{1,2}th) (?:time (?:of )?(?:asking|i|we)|request|reminder|chaser|"
    r"message|msg)|"
    r"(?:i|we) (?:already |have already )?(?:asked|requested|raised|reported|messaged|wrote|sent)(?: (?:for |"
    r"about )?(?:this|it|you|the refund))? (?:on|already|before|yesterday|yday|last|twice|\d)|"
    r"(?:^|[.?!;,\n]\s?)(?:have |already |first )?(?:asked|chased|requested|messaged|emailed|wrote)(?: (?:about "
    r")?(?:it|"
    r"this|for it|you))? (?:on|last|already|yesterday|yday|before|earlier|twice)\b|"
    r"\b(?:was|were|been|got) (?:told|promised|assured)\b[^.;\n]{0,60}\b(?:refund\w*|would|will)\b|"
    r"\b(?:i|we|(?:my|a|another) (?:colleague|team ?mate|manager|agent)) (?:have |has |had |already )*(?:asked|"
    r"requested|"
    r"put in|raised)\b[^.;\n]{0,24}\b(?:refund|claim|request|ticket|change|redirect)\b|"
    r"\b(?:nobody|no ?one) (?:has |have )?(?:rang|called|phoned|got back|contacted|came back to)\b|"
    r"relance|je relance|deuxieme demande)"
)
_WAITING: Final = re.compile(
    r"\b(?:why (?:is there |was there |has there been |have (?:i|we|they) )?(?:no|not) (?:\w+ )?(?:refund|money|credit|"
    r"reply|answer)|no (?:refund|money|credit|reply|word|news) (?:yet|so far|still)|still (?:not|no|nothing|waiting|"
    r"hasn'?t|haven'?t|isn'?t|outstanding|pending)|any (?:update|news|"
    r"progress|joy|luck|movement)|not (?:yet )?(?:done|processed|received|refunded|actioned)|no (?:reply|answer|"
    r"response|"
    r"update) (?:yet|on|to|from)|toujours pas|pas encore|hasn'?t (?:been|had|received|got)|haven'?t (?:had|"
    r"received|got|seen)|nothing (?:on|in) (?:the |her |his |my |their )?(?:account|card|statement|bank)|"
    r"toujours rien|ca fait \d{1,3} (?:jours?|semaines?|mois)|(?<!send )(?<!sent )(?<!ship )(?<!out )(?<!it "
    r")(?<!deliver )again\b)"
)
_ASKED_THING: Final = re.compile(
    r"\b(?:refund|rembours\w+|claim|request|ticket|case|reply|answer|response|msg|message|address change|"
    r"cctv request|escalation)\b"
)
_UPDATE_ON: Final = re.compile(
    r"\b(?:update|news|progress)\b[^.;\n]{0,30}\b(?:claim|case|ticket|request)\b"
    r"|\b(?:claim|case|ticket|request)\b[^.;\n]{0,24}\bstill\b"
)
_WHERE_REFUND: Final = re.compile(
    r"\b(?:where(?:'s| is)|when will|what about|ou (?:en )?est)\b[^.;\n?]{0,16}\b(?:refund|money|remboursement)\b"
)
_RETRACT: Final = re.compile(
    r"\b(?:(?:ignore|disregard|scrap|forget|cancel|delete|drop|skip|discard|oubliez|oublie|annulez?|ignorez)\b\W{1,2}"
    r"(?:(?:about|my|the|that|what|de|mon|mes|le|pls|please|all|both|of)\W{1,2}){0,4}(?:last|previous|prev|"
    r"earlier|prior|above|dernier\w?|precedent\w?)\b(?:\W{1,2}(?:msg|message|one|request|msgs|messages|two|"
    r"chat))?"
    r"|(?:ignore|disregard|scrap|forget) (?:that|this|it|me|above|what i (?:just |have |'ve )?(?:said|wrote|sent|"
    r"asked|requested|told you|typed|put))\b|"
    r"ne (?:pas )?ten\w+ (?:pas )?compte|"
    r"(?:ignore|disregard|scrap|forget|cancel|withdraw) (?:about )?(?:my|our|the|that) (?:\w+ )?request\b|"
    r"never ?mind\b|\bnvm\b|(?:^|(?<=[.!\n])\s?)(?:oubliez|oublie|laissez tomber|laisse tomber|on oublie|forget it|"
    r"scratch that)(?=\s*(?:$|[,.!;]))|"
    r"(?:ignore|disregard)\W{1,3}(?:(?:i(?:'ve)? )?(?:found|got|sorted)\b|it'?s (?:sorted|fine|done)|wrong\b)|"
    r"(?:sorry|oops|apologies|pardon)\W{1,3}(?:wrong (?:order|chat|one|number|group|"
    r"person|client)|ignore))"
)
_CORRECT: Final = re.compile(
    r"\b(?:correction|typo|i meant|meant to (?:say|write|put)|should (?:be|read|say) (?:order )?#?\d{5}|oops|"
    r"erratum|rectificati\w+|my (?:bad|mistake)|wrong (?:order )?(?:no|number)|wrong (?:order|one) (?:earlier|before|"
    r"above))\b"
)
_EXISTING: Final = re.compile(r"\bforwarded(?: message)?\b|\bfwd?:|^\s*fw:|\btransfere\b", re.MULTILINE)
_PARCEL_WORDS: Final = (
    r"(?:parcel|delivery|driver|courier|tracking|van|depot|parcelshop|drop|label|man|guy|locker|shipment)"
)


def find_signals(text: Folded) -> list[tuple[Signal, str]]:
    """The cautions a message raises, each with the words that raise it."""
    found: list[tuple[Signal, str]] = []
    for row in (SIGNALS[number] for number in _SIEVE.possible(text.lower)):
        match = row.pattern.search(text.lower)
        if match is not None and (row.flag == "pressure" or not _unreal(text, match)):
            found.append((row, match[0].strip()))
    return found


_NOT_YET: Final = re.compile(
    r"\b(?:to be|needs?|not|n't|who can|until|once|if|unless|awaiting|waiting for|must be|pending|can you|"
    r"could you|please get)\W{1,3}(?:\w+\W{1,2}){0,2}$"
)


def _unreal(text: Folded, match: re.Match[str]) -> bool:
    """True for "needs to be approved by", "not approved", "if the police"."""
    return negated(text, match.start(), match.end()) or _NOT_YET.search(text.before(match.start(), 28)) is not None


def find_chaser(text: Folded, codes: tuple[str, ...], *, ticketed: bool = False) -> str:
    """The words that chase an earlier request; empty when the message is new."""
    strong = (*_CHASER.finditer(text.lower), *_WHERE_REFUND.finditer(text.lower))
    if (found := next((match for match in strong if not negated(text, *match.span())), None)) is not None:
        return found[0]
    waiting = _WAITING.search(text.lower)
    if waiting is None:
        return ""
    if "UPC" in codes and "refund" not in text.lower:
        # "Still no scans, open a claim" is new; "any update on the claim" is not.
        asked = _UPDATE_ON.search(text.lower)
        return asked[0] if asked is not None else ""
    if ticketed and "ESC" not in codes:
        return waiting[0]
    # "Not a refund, just the receipt again" waits for nothing: what it names it does not want.
    asked_things = _ASKED_THING.finditer(text.lower)
    return waiting[0] if any(not negated(text, *asked.span()) for asked in asked_things) else ""


def find_retraction(text: Folded) -> str:
    """The words that take an earlier message back; empty when there are none."""
    match = _RETRACT.search(text.lower)
    if match is None or _INSTRUCTIONS.match(text.lower, match.end()):
        return ""
    return match[0].strip()


#: "Ignore previous instructions" takes no message back: it tries to steer who reads it.
_INSTRUCTIONS: Final = re.compile(
    r"\W{0,3}(?:\w+\W{1,2})?(?:instructions?|rules?|prompts?|guidelines?|polic\w{1,3}|controls?)\b"
)


#: "Redirect it to ... no, scrap that": what the same message asked for before is taken back.
_TAKEN_BACK: Final = re.compile(
    r"\b(?:(?:scrap|forget|ignore|disregard) (?:that|this|it)\b(?! (?:message|msg|chat|number))|"
    r"never ?mind\b(?! (?:the|about|my|that)\b)|nvm\b|laissez tomber|oubliez ca\b)"
)


#: "Sorry, that's for 4102938511", "*4102938511", "meant 4102938511": another order for what was just asked.
_OTHER_ORDER: Final = re.compile(
    r"^\W{0,3}(?:sorry|oops|pardon|apologies|no|i|correction|typo|my bad)?\W{0,3}"
    r"(?:that(?:'?s| is| was)|it'?s|i|its|this is)?\W{0,2}"
    r"(?:for|meant(?: to (?:say|write|put))?|should (?:be|read)|c'est pour|pour)\W{1,3}(?:(?:order|the|no|nr|la|"
    r"commande|cde)\W{1,3}){0,2}#?\d{6,14}\W*$|^\s*\*\s?#?\d{6,14}\s*$"
)


def names_other_order(text: Folded) -> bool:
    """True for a message that only names another order for what its sender has just asked."""
    return _OTHER_ORDER.search(text.lower) is not None


_ALL_WELL: Final = re.compile(
    r"\b(?:all (?:good|ok|fine|well)|nothing (?:to do|wrong|missing)|no (?:variance|difference|discrepancy|issue)|"
    r"(?:it |that |count )?(?:matches|agrees|tallies)|rien a faire|tout est bon)\b"
)


def find_all_well(text: Folded) -> str:
    """The words that say that nothing is wrong; empty when there are none."""
    match = _ALL_WELL.search(text.lower)
    return match[0] if match is not None else ""


def find_taken_back(text: Folded) -> re.Match[str] | None:
    """The place where a message takes back what it has just asked for."""
    return _TAKEN_BACK.search(text.lower)


def find_correction(text: Folded) -> str:
    """The words that correct an earlier message; empty when there are none."""
    match = _CORRECT.search(text.lower)
    return match[0].strip() if match is not None else ""


_NO_SUCH_DAY: Final = re.compile(
    r"(?<![\d/.,:-])(?:31/0?(?:2|4|6|9)|31/11|30/0?2|3[2-9]/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|[12]\d|"
    r"3[01])/(?:1[3-9]|2\d|3[01])|"
    r"0?0/\d{1,2}|(?:0?[1-9]|[12]\d)/0?0)(?:/(?:20)?\d{2})?(?![\d/]|\s?%)"
)


def find_impossible_day(text: Folded) -> str:
    """A date that no calendar has ("31/11", "11/23" where days come first); empty when there is none."""
    match = next(iter(text.hits(_NO_SUCH_DAY)), None) if text.has_digit else None
    return match[0] if match is not None else ""


def is_forwarded(text: Folded) -> bool:
    """True when the message passes on somebody else's words."""
    return _EXISTING.search(text.lower) is not None


def find_collision(text: Folded, profile: IntakeProfile) -> str:
    """The words that use a name of the house as a courier's; empty when there are none."""
    names = _names(profile.house_names)
    match = names.search(text.lower) if names is not None else None
    return match[0].strip() if match is not None else ""


@lru_cache(maxsize=16)
def _names(names: tuple[str, ...]) -> re.Pattern[str] | None:
    if not names:
        return None
    name = "(?:" + "|".join(sorted({re.escape(fold(n).lower) for n in names})) + ")"
    return re.compile(
        rf"\b{name}(?:'s)? (?:\w+ )?{_PARCEL_WORDS}\b|\b(?:via|with|by|through|from|using|sent|posted|"
        rf"dropped (?:it )?(?:off )?(?:at|with)) (?:the )?{name}\b(?! (?:bag|belt|scarf|watch|store|boutique|"
        rf"shop|client|customer|item|team|order|website|london|uk))"
    )
