"""How the lines of a copied or exported conversation begin: one row per form of header, and what a program wrote.

1. Some forms no sentence has (a bracket round date and time); they begin a message wherever they stand. Others a line
   of a message may have by chance ("Deliver before 12:00"); they count in a text that is written in them.
2. What a program wrote under somebody's name ("image omitted") is told by the whole of its words: people, too, write
   that somebody "changed their mind".
"""

from __future__ import annotations

import re
from typing import Final

MARKS: Final = "[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]{0,4}"
CLOCK: Final = r"(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?)"
#: What stands between a day and its time: "25/11/2026, 08:03", "25/11/2026 à 08:03".
_GAP: Final = r"(?:,| à)? "
NUMERIC: Final = r"(?P<a>\d{1,4})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{2,4})"
NAMED: Final = (
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?(?:(?P<d1>\d{1,2}) (?P<m1>[A-Z][a-z]{2,8})|"
    r"(?P<m2>[A-Z][a-z]{2,8}) (?P<d2>\d{1,2})),?(?: (?P<y>\d{4}))?"
)
_WHO: Final = r"(?P<who>[^\n\[\]:]{1,60}?)"

#: Headers of one message, the most telling first: name and pattern of a whole line up to the words.
_HEADERS: Final = tuple(
    (name, re.compile(MARKS + pattern))
    for name, pattern in (
        ("whatsapp_iphone", rf"\[{NUMERIC}{_GAP}{CLOCK}\] {MARKS}{_WHO}: ?"),
        ("teams_bracket", rf"\[{NUMERIC}[ ,]{{1,2}}{CLOCK}\] {_WHO}: ?"),
        ("whatsapp_android", rf"{NUMERIC}{_GAP}{CLOCK} - {_WHO}: ?"),
        ("bracket_clock", rf"\[(?:[A-Z][a-z]{{2,8}} )?{CLOCK}\] {_WHO}: ?"),
        (
            "iso",
            r"\[?(?P<iso>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)"
            r"\]?[ ,;|\t-]{1,4}<?" + _WHO + r">?(?::|[ ]?[|;\t]| - ) ?",
        ),
        (
            "iso_comma",
            r"(?P<iso>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?),"
            r"\"?(?P<who>[^\n\[\]:,\"]{1,40})\"?,(?=\S)",
        ),
        ("tabs", rf"{NUMERIC},?[ \t]{CLOCK}\t(?P<who>[^\n\t]{{1,60}})\t"),
        ("plain_dated", rf"{NUMERIC},? {CLOCK}[ ,]{{1,2}}{_WHO}: "),
        ("plain_named", rf"{NAMED},? {CLOCK}[ ,-]{{1,3}}{_WHO}: "),
        ("clock_first", rf"{CLOCK}[ -]{{1,3}}{_WHO}: "),
    )
)
#: What such a line ends in: a clock, with or without am and pm, a bracket or a rule.
_LINE_ENDS: Final = frozenset("0123456789mM.]-")
#: Headers on a line of their own, the words follow below (Teams and Slack, copied).
OVER: Final = tuple(
    (name, re.compile(MARKS + pattern + r"\s{0,3}$"))
    for name, pattern in (
        ("bracket_over", rf"\[{NUMERIC}[ ,]{{1,2}}{CLOCK}\] (?P<who>[^\n\[\]:]{{1,60}})"),
        (
            "weekday_comma",
            rf"(?P<who>[A-Z][^\n\[\]:,\d]{{1,50}}), (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? {CLOCK}",
        ),
        ("bracket_day_over", rf"\[(?P<word>Today|Yesterday|Aujourd'hui|Hier) {CLOCK}\] (?P<who>[^\n\[\]:]{{1,60}})"),
        ("slack", rf"{_WHO}  ?\[{CLOCK}\]"),
        ("teams_comma", rf"{_WHO}, {NUMERIC},? {CLOCK}"),
        ("teams_line", rf"(?P<who>[A-Z][^\n\[\]:,\d]{{1,50}}?)  ?(?:{NUMERIC},? )?{CLOCK}"),
        ("teams_named", rf"{_WHO}[, ]{{1,3}}{NAMED},? {CLOCK}"),
        ("rule", rf"-{{2,}} ?{_WHO},? {NUMERIC},? {CLOCK} ?-{{2,}}"),
    )
)
#: Forms that no sentence has: they begin a message wherever they stand.
_SURE: Final = frozenset({
    "whatsapp_iphone", "whatsapp_android", "teams_bracket", "bracket_clock", "bracket_over", "bracket_day_over", "rule",
})  # fmt: skip
#: Forms that a line of a message may have by chance, by family: a text is written in one of them, or in none.
_FAMILIES: Final = (
    frozenset({"iso", "iso_comma"}), frozenset({"tabs"}), frozenset({"plain_dated", "plain_named", "clock_first"}),
    frozenset({"weekday_comma", "slack", "teams_comma", "teams_line", "teams_named", "two_lines"}),
)  # fmt: skip
#: Forms whose senders must look like names: each word with a capital, a number, or a particle.
_NAMED_FORMS: Final = frozenset({"weekday_comma", "slack", "teams_comma", "teams_line", "teams_named"})
_LOOSE_FORMS: Final = _NAMED_FORMS | {"clock_first"}
_NAMES: Final = re.compile(r"(?:\d{0,3}[^\W\d_a-z][\w.'-]*|\d{1,3}|\(.{1,24}\)|&|de|du|la|van|von|der|al|bin)(?:,? |$)")
SYSTEM_HEAD: Final = re.compile(MARKS + rf"\[?{NUMERIC}{_GAP}{CLOCK}\]?(?: -)? (?P<words>.*)")
#: What exports put around a name: spaces of all kinds, a tilde, direction marks.
OUTER: Final = " ~\u00a0\u202f\u200e\u200f\u202a\u202c\u2068\u2069"
#: Words before a time or a colon that are no sender's.
NO_NAMES: Final = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun today yesterday
    lundi mardi mercredi jeudi vendredi samedi dimanche from sent to cc bcc subject date de envoye à objet
    note nb order tracking address ps re fw fwd rma sku
    delivered deliver packed collected collection shipped sent needed window slot deadline bench dock wave bay line
    scanned returned received picked due by until before after call eta cut-off cutoff
    """.split()  # noqa: SIM905
)
#: A sender on one line, the time on the next (Teams, copied): each word with a capital, or in brackets.
NAME_LINE: Final = re.compile(
    r"(?P<who>[A-Z][\w'.-]{0,24}(?: (?:[A-Z][\w'.-]{0,24}|\([^()\n]{1,24}\)|de|van|von|al)){0,4})\s{0,3}$"
)
TIME_LINE: Final = re.compile(
    MARKS + rf"\s{{0,4}}(?:{NUMERIC},? |{NAMED},? |(?P<word>Yesterday|Today|Hier|"
    rf"Aujourd'hui) )?{CLOCK}\s{{0,3}}$"
)
#: Words that name a line of a form ("Issue: parcel lost") and seldom a person.
LABELS: Final = frozenset(
    """
    client customer phone tel telephone mobile email mail name issue problem reason amount value price qty quantity
    colour color size item product article status service carrier time camera zone location bin serial grade town city
    postcode street country type case request update next action priority weight payment card refund delivery comment
    comments details description summary cause owner team channel nom telephone motif montant quantite statut ville
    """.split()  # noqa: SIM905
)
#: A sender alone ("CS: where is ..."): only short names, since any sentence may hold a colon.
NAME_ONLY: Final = re.compile(r"(?P<who>[A-Z][A-Za-z0-9 .&'/-]{0,24}): (?=\S)")
DATE_RULE: Final = re.compile(rf"{MARKS}[-=_ ]{{0,20}}(?:{NUMERIC}|{NAMED})[-=_ ]{{0,20}}\s{{0,3}}$")
SYSTEM: Final = re.compile(
    r"(?:messages and calls are end-to-end encrypted|created (?:this )?group|(?:joined|left)(?: the (?:chat|"
    r"conversation|group|meeting))?\.?$"
    r"|joined using|added .{1,60}(?:to the chat|to the group)?$|removed .{1,60}$|changed (?:the |"
    r"this group's |their )|<media omitted>|"
    r"(?:image|video|audio|sticker|gif|document|contact card) omitted|this message was deleted|"
    r"you deleted this message|"
    r"message (?:deleted|has been deleted)|missed (?:voice|video) call|pinned a message|renamed the (?:chat|"
    r"conversation|channel)|"
    r"meeting (?:started|ended)|call (?:started|ended)|set the (?:channel|group) (?:topic|description)|"
    r"has joined the channel|"
    r"security code (?:with|changed)|les messages et les appels sont chiffr|a rejoint|a quitt[eé]|a supprim[eé] ce "
    r"message|"
    r"a cr[eé][eé] (?:le|ce) groupe|a (?:ajout[eé]|retir[eé]) .{1,60}$|a (?:chang[eé]|modifi[eé]) (?:le|l'|les|la|"
    r"son) ?\S|"
    r"m[eé]dias? omis|appel (?:vocal|vid[eé]o) manqu[eé])",
    re.IGNORECASE,
)

#: What a line that names its sender must say from end to end to be a notice: people, too, write that somebody "changed
#: their mind" or "added a note".
_NOTICE: Final = re.compile(
    r"\W{0,4}(?:<?media omitted>?|<?m[eé]dias? omis>?|(?:image|video|vid[eé]o|audio|sticker|gif|document|contact card) "
    r"(?:omitted|absente?)|this message was (?:deleted|edited)|you deleted this message|"
    r"message (?:deleted|has been deleted)|"
    r"ce message a [eé]t[eé] supprim[eé]|vous avez supprim[eé] ce message|messages and calls are end-to-end "
    r"encrypted.*|"
    r"les messages et les appels sont chiffr.*|(?:has )?(?:joined|left)(?: (?:the|this) (?:chat|conversation|group|"
    r"meeting|channel))?|joined using .{1,60}|missed (?:voice|video) call.{0,40}|(?:meeting|call) (?:started|ended)|"
    r"pinned a message.{0,40}|renamed the (?:chat|conversation|channel).{0,80}|created (?:this )?group.{0,80}|"
    r"set the (?:channel|group) (?:topic|description).{0,120}|changed (?:the|this) group's .{0,80}|"
    r"a (?:rejoint|quitt[eé]) (?:le groupe|la conversation|la r[eé]union))\W{0,4}",
    re.IGNORECASE,
)


def forms_of(lines: list[str]) -> frozenset[str]:
    """The forms of headers that count in a text.

    The first header tells the family. A text that begins with a plain sentence is written in a family only when two
    different senders have headers of it.
    """
    found: dict[frozenset[str], set[str]] = {}
    first = True
    for place, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        form = _form(bare, lines, place)
        if form is not None and form[0] not in _SURE:
            family = next(one for one in _FAMILIES if form[0] in one)
            if first:
                return _SURE | family
            found.setdefault(family, set()).add(form[1])
        begins = form is not None or SYSTEM_HEAD.match(bare) or DATE_RULE.match(bare) or not bare.strip()
        if form is not None and first:
            return _SURE
        first = first and bool(begins)
    return _SURE.union(*(family for family, senders in found.items() if len(senders) > 1))


def _form(line: str, lines: list[str], place: int) -> tuple[str, str] | None:
    """The form of the header that a line is or may be, with its sender; None for any other line."""
    if (match := header_of(line)) is not None:
        return match[0], (match[1].groupdict().get("who") or "").strip(OUTER)
    named = NAME_LINE.match(line) if place + 1 < len(lines) and len(line) <= 80 else None
    if named is not None and is_sender(named["who"]) and TIME_LINE.match(lines[place + 1].rstrip("\r\n")):
        return "two_lines", named["who"].strip(OUTER)
    return None


def header_of(line: str) -> tuple[str, re.Match[str]] | None:
    """The header that a line is by its form, whether or not the text is written in that form."""
    if len(line) < 4 or not any(map(str.isdigit, line[:160])):
        return None
    tables = (
        (_HEADERS, OVER) if len(line) <= 120 and (line.rstrip()[-1:] in _LINE_ENDS or line[0] == "[") else (_HEADERS,)
    )
    for table in tables:
        for form, pattern in table:
            if (match := pattern.match(line)) is not None and is_sender(match["who"], form):
                return form, match
    return None


def is_sender(who: str, form: str = "") -> bool:
    """A sender has letters and few digits; a number with a colon after it is no name.

    In forms that a sentence may have none of its words is one of the trade's ("Delivered 10:12"), and where no colon
    follows, each has a capital.
    """
    bare = who.strip(OUTER)
    if bare.casefold() in NO_NAMES:
        return False
    if form in _NAMED_FORMS and _NAMES.sub("", bare):
        return False
    if form in _LOOSE_FORMS and not NO_NAMES.isdisjoint(bare.casefold().split()):
        return False
    return bool(bare) and (any(map(str.isalpha, bare)) or bare.startswith("+")) and sum(map(str.isdigit, bare)) <= 15


def is_notice(words: str) -> bool:
    """True for what a program wrote under somebody's name.

    WhatsApp on an iPhone puts a left-to-right mark before its own words; a number or a question is still a person's.
    """
    if len(words) >= 200:
        return False
    own = words.startswith("\u200e") and not re.search(r"\d{6}|\?", words)
    return _NOTICE.fullmatch(words) is not None or (own and SYSTEM.search(words) is not None)
