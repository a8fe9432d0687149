"""A pasted conversation cut into messages: Teams, WhatsApp (Android and iPhone), Slack and plain exports.

1. Nothing is lost: the `raw` texts of the messages, joined, are the pasted text (without a leading byte-order mark).
2. A line is a header when it matches one row of the table of headers; every other line belongs to the message above.
3. The whole text decides once whether numeric dates are day first (the house's way) or month first: month first only
   if some date cannot be read day first and none cannot be read month first.
4. Times are local in Europe/London unless they carry an offset; a header with a time alone takes the day of the one
   before; a text without headers is one message at `default_at`, cut at line ends into parts the reader takes whole.
5. An id is a digest of time, sender and words, so that pasting overlapping parts twice gives the same ids.

One pass over the lines with anchored, bounded patterns: linear in the length of the text.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.intake.dates import MONTHS
from addin.logic.intake.text import READ_LIMIT

UNKNOWN_SENDER: Final = ""


class MessageKind(StrEnum):
    """What a stretch of a transcript is."""

    MESSAGE = "message"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation; `raw` is the stretch of the paste it came from, header included."""

    id: str
    at: datetime
    sender: str
    text: str
    kind: MessageKind = MessageKind.MESSAGE
    raw: str = ""
    dated: bool = True


_MARKS: Final = "[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]{0,4}"
_CLOCK: Final = r"(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u00a0\u202f]?[AaPp]\.?[Mm]\.?)?)"
#: What stands between a day and its time: "25/11/2026, 08:03", "25/11/2026 à 08:03".
_GAP: Final = r"(?:,| à)? "
_NUMERIC: Final = r"(?P<a>\d{1,4})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{2,4})"
_NAMED: Final = (
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?(?:(?P<d1>\d{1,2}) (?P<m1>[A-Z][a-z]{2,8})|"
    r"(?P<m2>[A-Z][a-z]{2,8}) (?P<d2>\d{1,2})),?(?: (?P<y>\d{4}))?"
)
_WHO: Final = r"(?P<who>[^\n\[\]:]{1,60}?)"

#: Headers of one message, the most telling first: name and pattern of a whole line up to the words.
_HEADERS: Final = tuple(
    (name, re.compile(_MARKS + pattern))
    for name, pattern in (
        ("whatsapp_iphone", rf"\[{_NUMERIC}{_GAP}{_CLOCK}\] {_MARKS}{_WHO}: ?"),
        ("teams_bracket", rf"\[{_NUMERIC}[ ,]{{1,2}}{_CLOCK}\] {_WHO}: ?"),
        ("whatsapp_android", rf"{_NUMERIC}{_GAP}{_CLOCK} - {_WHO}: ?"),
        ("bracket_clock", rf"\[(?:[A-Z][a-z]{{2,8}} )?{_CLOCK}\] {_WHO}: ?"),
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
        ("tabs", rf"{_NUMERIC},?[ \t]{_CLOCK}\t(?P<who>[^\n\t]{{1,60}})\t"),
        ("plain_dated", rf"{_NUMERIC},? {_CLOCK}[ ,]{{1,2}}{_WHO}: "),
        ("plain_named", rf"{_NAMED},? {_CLOCK}[ ,-]{{1,3}}{_WHO}: "),
        ("clock_first", rf"{_CLOCK}[ -]{{1,3}}{_WHO}: "),
    )
)
#: What such a line ends in: a clock, with or without am and pm, a bracket or a rule.
_LINE_ENDS: Final = frozenset("0123456789mM.]-")
#: Headers on a line of their own, the words follow below (Teams and Slack, copied).
_OVER: Final = tuple(
    (name, re.compile(_MARKS + pattern + r"\s{0,3}$"))
    for name, pattern in (
        ("bracket_over", rf"\[{_NUMERIC}[ ,]{{1,2}}{_CLOCK}\] (?P<who>[^\n\[\]:]{{1,60}})"),
        (
            "weekday_comma",
            rf"(?P<who>[A-Z][^\n\[\]:,\d]{{1,50}}), (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? {_CLOCK}",
        ),
        ("bracket_day_over", rf"\[(?P<word>Today|Yesterday|Aujourd'hui|Hier) {_CLOCK}\] (?P<who>[^\n\[\]:]{{1,60}})"),
        ("slack", rf"{_WHO}  ?\[{_CLOCK}\]"),
        ("teams_comma", rf"{_WHO}, {_NUMERIC},? {_CLOCK}"),
        ("teams_line", rf"(?P<who>[A-Z][^\n\[\]:,\d]{{1,50}}?)  ?(?:{_NUMERIC},? )?{_CLOCK}"),
        ("teams_named", rf"{_WHO}[, ]{{1,3}}{_NAMED},? {_CLOCK}"),
        ("rule", rf"-{{2,}} ?{_WHO},? {_NUMERIC},? {_CLOCK} ?-{{2,}}"),
    )
)
_SYSTEM_HEAD: Final = re.compile(_MARKS + rf"\[?{_NUMERIC}{_GAP}{_CLOCK}\]?(?: -)? (?P<words>.*)")
#: What exports put around a name: spaces of all kinds, a tilde, direction marks.
_OUTER: Final = " ~\u00a0\u202f\u200e\u200f\u202a\u202c\u2068\u2069"
#: Words before a time or a colon that are no sender's.
_NO_NAMES: Final = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun today yesterday
    lundi mardi mercredi jeudi vendredi samedi dimanche from sent to cc bcc subject date de envoye à objet
    note nb order tracking address ps re fw fwd rma sku
    """.split()  # noqa: SIM905
)
#: A sender on one line, the time on the next (Teams, copied): each word with a capital, or in brackets.
_NAME_LINE: Final = re.compile(
    r"(?P<who>[A-Z][\w'.-]{0,24}(?: (?:[A-Z][\w'.-]{0,24}|\([^()\n]{1,24}\)|de|van|von|al)){0,4})\s{0,3}$"
)
_TIME_LINE: Final = re.compile(
    _MARKS + rf"\s{{0,4}}(?:{_NUMERIC},? |{_NAMED},? |(?P<word>Yesterday|Today|Hier|"
    rf"Aujourd'hui) )?{_CLOCK}\s{{0,3}}$"
)
#: The head of an e-mail at the start of a paste.
_MAIL_LINE: Final = re.compile(
    r"(?P<key>from|de|sent|date|envoy[eé]|to|cc|à|a|subject|objet) ?: ?(?P<value>.*)$", re.IGNORECASE
)
_MAIL_DATE: Final = re.compile(rf"(?:{_NUMERIC}|{_NAMED})\D{{1,12}}{_CLOCK}")
#: A sender alone ("CS: where is ..."): only short names, since any sentence may hold a colon.
_NAME_ONLY: Final = re.compile(r"(?P<who>[A-Z][A-Za-z0-9 .&'/-]{0,24}): (?=\S)")
_DATE_RULE: Final = re.compile(rf"{_MARKS}[-=_ ]{{0,20}}(?:{_NUMERIC}|{_NAMED})[-=_ ]{{0,20}}\s{{0,3}}$")
_SYSTEM: Final = re.compile(
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


@dataclass(slots=True)
class _Open:
    """The message being collected."""

    at: datetime
    sender: str
    raw: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    dated: bool = True
    system: bool = False
    size: int = 0


def split_transcript(text: str, *, default_at: datetime, default_sender: str = UNKNOWN_SENDER) -> list[ChatMessage]:
    """The messages of a pasted conversation, in the order pasted; system lines are kept and marked.

    `default_at` is the aware instant for messages without a date; a text without any header is one message.
    """
    text = text.removeprefix("\ufeff")
    if not text:
        return []
    lines = _lines(text)
    month_first = _is_month_first(lines)
    names = _speakers(lines)
    seen: Counter[str] = Counter()
    return [
        part
        for found in _collect(lines, default_at, default_sender, month_first=month_first, names=names)
        for part in _finished(found, seen)
    ]


def _lines(text: str) -> list[str]:
    """Lines with their ends, cut at `\\n`, `\\r\\n` and `\\r` only (a form feed is no line end)."""
    return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)


def _speakers(lines: list[str]) -> frozenset[str]:
    """Names that start at least two lines of a transcript whose headers are names alone."""
    named = (m["who"] for line in lines if (m := _NAME_ONLY.match(line)))
    found = Counter(name for name in named if name.casefold() not in _NO_NAMES)
    first = _NAME_ONLY.match(lines[0]) if lines else None
    if first is None or first["who"] not in found or sum(found.values()) < 2:
        return frozenset()
    return frozenset(name for name, count in found.items() if count >= 2 or name == first["who"] or _is_team(name))


def _is_team(name: str) -> bool:
    return len(name.split()) <= 2 and name.casefold() not in _NO_NAMES


@dataclass(slots=True)
class _Now:
    """Where the reading stands: the day of the paste, the day and instant of the last head, whether any was dated."""

    today: date
    day: date
    at: datetime
    dated: bool = False

    @property
    def days(self) -> tuple[date, date]:
        """The running day, and the day that "Today" in a head means."""
        return self.day, self.today


def _collect(
    lines: list[str], default_at: datetime, default_sender: str, *, month_first: bool, names: frozenset[str]
) -> Iterator[_Open]:
    today = default_at.astimezone(LONDON).date()
    now = _Now(today, today, default_at)
    current = _mail(lines, default_at, month_first=month_first)
    place = len(current.raw) if current is not None else 0
    while place < len(lines):
        line = lines[place]
        bare = line.rstrip("\r\n")
        begun = _begun(lines, place, now, month_first=month_first, names=names)
        if begun is None and (current is None or current.size > READ_LIMIT - 2_000 - len(line)):
            sender = current.sender if current is not None and not current.system else default_sender
            begun = _Open(now.at, sender, [line], [bare], dated=now.dated)
        elif begun is None and current is not None and current.system and bare.strip():
            begun = _Open(now.at, default_sender, [line], [bare], dated=now.dated)
        if begun is not None:
            if current is not None:
                yield current
            current = begun
        elif current is not None:
            current.raw.append(line)
            current.words.append(bare)
        if current is not None:
            current.size += len(line)
        place += len(begun.raw) if begun is not None else 1
    if current is not None:
        yield current


def _begun(lines: list[str], place: int, now: _Now, *, month_first: bool, names: frozenset[str]) -> _Open | None:
    """The message or notice that begins at a line, None when the line goes on with the one above."""
    line = lines[place]
    bare = line.rstrip("\r\n")
    if (head := _header(bare, now.days, month_first=month_first)) is not None:
        now.day, now.at, who, words, system = head
        now.dated = True
        return _Open(now.at, who, [line], [words], system=system)
    if (over := _two_lines(bare, lines, place, now.days, month_first=month_first)) is not None:
        now.day, now.at, who = over
        now.dated = True
        return _Open(now.at, who, [line, lines[place + 1]], [])
    if (named := _NAME_ONLY.match(bare)) is not None and named["who"] in names:
        return _Open(now.at, named["who"], [line], [bare[named.end() :]], dated=now.dated)
    if (ruled := _ruled(bare, now.day, month_first=month_first)) is not None:
        now.day, now.at = ruled, datetime.combine(ruled, time(0), LONDON)
        return _Open(now.at, "", [line], [bare], system=True)
    return None


def _two_lines(
    line: str, lines: list[str], place: int, days: tuple[date, date], *, month_first: bool
) -> tuple[date, datetime, str] | None:
    """A sender on this line and nothing but the time on the next."""
    named = _NAME_LINE.match(line) if place + 1 < len(lines) and len(line) <= 80 else None
    timed = _TIME_LINE.match(lines[place + 1].rstrip("\r\n")) if named is not None else None
    if named is None or timed is None or not _plausible(named["who"]):
        return None
    found = _dated(timed, "", days, month_first=month_first)
    return None if found is None else (found[0], found[1], named["who"].strip(_OUTER))


def _mail(lines: list[str], default_at: datetime, *, month_first: bool) -> _Open | None:
    """The head of an e-mail that a paste begins with: its sender, its date, and its subject as the first words."""
    heads: dict[str, str] = {}
    taken = 0
    for line in lines[:8]:
        match = _MAIL_LINE.match(line.strip())
        if match is None and line.strip():
            break
        taken += 1
        if match is not None:
            heads[match["key"].casefold()] = match["value"].strip()
        elif heads:
            break
    who = heads.get("from") or heads.get("de")
    sent = heads.get("sent") or heads.get("date") or heads.get("envoyé") or heads.get("envoye")
    subject = heads.get("subject") or heads.get("objet") or ""
    if not who or (sent is None and not subject):
        return None
    at, dated = default_at, False
    if sent and (found := _MAIL_DATE.search(sent)) is not None:
        day = default_at.astimezone(LONDON).date()
        placed = _dated(found, "", (day, day), month_first=month_first)
        at, dated = (placed[1], True) if placed is not None else (default_at, False)
    name = re.sub(r"\s*<[^>]*>", "", who).strip(' "') or who
    return _Open(
        at, name[:60], lines[:taken], [subject] if subject else [], dated=dated, size=sum(map(len, lines[:taken]))
    )


_Head = tuple[date, datetime, str, str, bool]


def _header(line: str, days: tuple[date, date], *, month_first: bool) -> _Head | None:
    if len(line) < 4 or not any(map(str.isdigit, line[:160])):
        return None
    for _, pattern in _HEADERS:
        if (match := pattern.match(line)) is not None and _plausible(match["who"]):
            return _dated(match, line[match.end() :], days, month_first=month_first)
    if len(line) <= 120 and (line.rstrip()[-1:] in _LINE_ENDS or line.startswith("[")):
        for _, pattern in _OVER:
            if (match := pattern.match(line)) is not None and _plausible(match["who"]):
                return _dated(match, "", days, month_first=month_first)
    if (match := _SYSTEM_HEAD.match(line)) is not None and _SYSTEM.search(match["words"]):
        found = _dated(match, match["words"], days, month_first=month_first)
        return found if found is None else (*found[:2], "", found[3], True)
    return None


def _plausible(who: str) -> bool:
    """A sender has letters and few digits; a number with a colon after it is no name."""
    bare = who.strip(_OUTER)
    if bare.casefold() in _NO_NAMES:
        return False
    return bool(bare) and (any(map(str.isalpha, bare)) or bare.startswith("+")) and sum(map(str.isdigit, bare)) <= 15


def _dated(match: re.Match[str], words: str, days: tuple[date, date], *, month_first: bool) -> _Head | None:
    parts = match.groupdict()
    if parts.get("iso"):
        try:
            at = datetime.fromisoformat(parts["iso"].replace("Z", "+00:00"))
        except ValueError:
            return None
        at = at if at.tzinfo is not None else at.replace(tzinfo=LONDON)
    else:
        on = _day(parts, days[0], month_first=month_first)
        if word := parts.get("word"):
            on = days[1] - timedelta(days=word.casefold() in ("yesterday", "hier"))
        clock = _clock(parts["clock"])
        if on is None or clock is None:
            return None
        at = datetime.combine(on, clock, LONDON)
    who = (parts.get("who") or "").strip(_OUTER)
    return at.astimezone(LONDON).date(), at, who, words, _is_notice(words)


def _day(parts: dict[str, str | None], day: date, *, month_first: bool) -> date | None:
    try:
        if parts.get("a"):
            a, b, c = int(parts["a"] or 0), int(parts["b"] or 0), int(parts["c"] or 0)
            if len(parts["a"] or "") == 4:
                return date(a, b, c)
            year = c if c >= 100 else 2000 + c
            return date(year, a, b) if month_first else date(year, b, a)
        name = parts.get("m1") or parts.get("m2")
        if name:
            month = MONTHS.get(name[:3].lower())
            number = int(parts.get("d1") or parts.get("d2") or 0)
            return date(int(parts.get("y") or day.year), month, number) if month else None
    except ValueError:
        return None
    return day


def _clock(text: str) -> time | None:
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    half = re.search(r"[ap]", text.lower())
    hour, minute, second = (*numbers, 0)[:3]
    if half is not None:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _ruled(line: str, day: date, *, month_first: bool) -> date | None:
    """The day a line announces when it holds nothing else ("--- 23/11/2026 ---", "Monday, 23 November 2026")."""
    if not 6 <= len(line) <= 60 or (match := _DATE_RULE.match(line)) is None:
        return None
    parts = match.groupdict()
    return _day(parts, day, month_first=month_first) if parts.get("a") or parts.get("y") else None


def _is_month_first(lines: list[str]) -> bool:
    day_first = month_first = False
    dated = re.compile(
        _MARKS + r"\[?(?:[^\n\[\]:,\d]{1,50},? )?(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}(?:,| à)? \d{1,2}[:.]\d{2}"
    )
    for line in lines:
        if (match := dated.match(line)) is not None:
            day_first = day_first or int(match[1]) > 12
            month_first = month_first or int(match[2]) > 12
    return month_first and not day_first


def _finished(found: _Open, seen: Counter[str]) -> Iterator[ChatMessage]:
    words = _EDITED.sub("", "\n".join(found.words).strip("\n"))
    system = found.system or _is_notice(words)
    kind = MessageKind.SYSTEM if system or not words.strip() else MessageKind.MESSAGE
    message = ChatMessage("", found.at, found.sender, words, kind, "".join(found.raw), found.dated)
    for part in _parts(message):
        key = f"{part.at.isoformat()}\x1f{part.sender}\x1f{part.text}"
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        seen[digest] += 1
        suffix = f"-{seen[digest]}" if seen[digest] > 1 else ""
        yield replace(part, id=f"m-{digest}{suffix}")


#: What WhatsApp puts behind the words of a message that was changed.
_EDITED: Final = re.compile(
    r"[ \u200e]{0,3}<(?:this message was edited|ce message a ete modifie)>\s{0,3}$", re.IGNORECASE
)


def _is_notice(words: str) -> bool:
    """True for what a program wrote under somebody's name.

    WhatsApp on an iPhone puts a left-to-right mark before its own words; a number or a question is still a person's.
    """
    if len(words) >= 200:
        return False
    own = words.startswith("\u200e") and not re.search(r"\d{6}|\?", words)
    return _NOTICE.fullmatch(words) is not None or (own and _SYSTEM.search(words) is not None)


def _parts(message: ChatMessage) -> Iterator[ChatMessage]:
    """A message too long to be read whole, in parts cut at spaces where there are any."""
    if len(message.text) <= READ_LIMIT:
        yield message
        return
    text, first = message.text, True
    while text:
        cut = (
            len(text) if len(text) <= READ_LIMIT else max(text.rfind(" ", READ_LIMIT // 2, READ_LIMIT), 0) or READ_LIMIT
        )
        yield replace(message, text=text[:cut], raw=message.raw if first else "")
        text, first = text[cut:], False
