"""A pasted conversation cut into messages: Teams, WhatsApp (Android and iPhone), Slack and plain exports.

1. Nothing is lost: the `raw` texts of the messages, joined, are the pasted text (without a leading byte-order mark).
2. A line is a header when it matches one row of the table of headers; every other line belongs to the message above.
   Forms that a sentence could have as well ("Deliver before 12:00") count only in a text that is written in them.
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
from addin.logic.intake.headers import (
    CLOCK,
    DATE_RULE,
    LABELS,
    MARKS,
    NAME_LINE,
    NAME_ONLY,
    NAMED,
    NO_NAMES,
    NUMERIC,
    OUTER,
    OVER,
    SYSTEM,
    SYSTEM_HEAD,
    TIME_LINE,
    forms_of,
    header_of,
    is_notice,
    is_sender,
)
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


#: The head of an e-mail at the start of a paste.
_MAIL_LINE: Final = re.compile(
    r"(?P<key>from|de|sent|date|envoy[eé]|to|cc|à|a|subject|objet) ?: ?(?P<value>.*)$", re.IGNORECASE
)
_MAIL_DATE: Final = re.compile(rf"(?:{NUMERIC}|{NAMED})\D{{1,12}}{CLOCK}")


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
    forms = forms_of(lines)
    seen: Counter[str] = Counter()
    return [
        part
        for found in _collect(
            lines, default_at, default_sender, _Manner(month_first=month_first, names=names, forms=forms)
        )
        for part in _finished(found, seen)
    ]


def _lines(text: str) -> list[str]:
    """Lines with their ends, cut at `\\n`, `\\r\\n` and `\\r` only (a form feed is no line end)."""
    return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$", text)


def _speakers(lines: list[str]) -> frozenset[str]:
    """Names that start at least two lines of a transcript whose headers are names alone.

    A form that somebody filled in ("Client: ...", "Issue: ...") is no conversation: its labels come once each.
    """
    named = (m["who"] for line in lines if (m := NAME_ONLY.match(line)))
    found = Counter(name for name in named if name.casefold() not in NO_NAMES)
    first = NAME_ONLY.match(lines[0]) if lines else None
    if first is None or first["who"] not in found or sum(found.values()) < 2:
        return frozenset()
    if max(found.values()) == 1 and any(not LABELS.isdisjoint(name.casefold().split()) for name in found):
        return frozenset()
    return frozenset(name for name, count in found.items() if count >= 2 or name == first["who"] or _is_team(name))


def _is_team(name: str) -> bool:
    return len(name.split()) <= 2 and name.casefold() not in NO_NAMES


@dataclass(frozen=True, slots=True)
class _Manner:
    """How the text is written: its order of day and month, the names that begin lines, and its forms of headers."""

    month_first: bool
    names: frozenset[str]
    forms: frozenset[str]


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


def _collect(lines: list[str], default_at: datetime, default_sender: str, manner: _Manner) -> Iterator[_Open]:
    today = default_at.astimezone(LONDON).date()
    now = _Now(today, today, default_at)
    current = _mail(lines, default_at, month_first=manner.month_first)
    place = len(current.raw) if current is not None else 0
    while place < len(lines):
        line = lines[place]
        bare = line.rstrip("\r\n")
        begun = _begun(lines, place, now, manner)
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


def _begun(lines: list[str], place: int, now: _Now, manner: _Manner) -> _Open | None:
    """The message or notice that begins at a line, None when the line goes on with the one above."""
    line = lines[place]
    bare = line.rstrip("\r\n")
    if (head := _header(bare, now.days, manner)) is not None:
        now.day, now.at, who, words, system = head
        now.dated = True
        return _Open(now.at, who, [line], [words], system=system)
    if (over := _two_lines(bare, lines, place, now.days, manner)) is not None:
        now.day, now.at, who = over
        now.dated = True
        return _Open(now.at, who, [line, lines[place + 1]], [])
    if (named := NAME_ONLY.match(bare)) is not None and named["who"] in manner.names:
        return _Open(now.at, named["who"], [line], [bare[named.end() :]], dated=now.dated)
    if (ruled := _ruled(bare, now.day, month_first=manner.month_first)) is not None:
        now.day, now.at = ruled, datetime.combine(ruled, time(0), LONDON)
        return _Open(now.at, "", [line], [bare], system=True)
    return None


def _two_lines(
    line: str, lines: list[str], place: int, days: tuple[date, date], manner: _Manner
) -> tuple[date, datetime, str] | None:
    """A sender on this line and nothing but the time on the next."""
    allowed = "two_lines" in manner.forms and place + 1 < len(lines) and len(line) <= 80
    named = NAME_LINE.match(line) if allowed else None
    timed = TIME_LINE.match(lines[place + 1].rstrip("\r\n")) if named is not None else None
    if named is None or timed is None or not is_sender(named["who"]):
        return None
    found = _dated(timed, "", days, month_first=manner.month_first)
    return None if found is None else (found[0], found[1], named["who"].strip(OUTER))


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


def _header(line: str, days: tuple[date, date], manner: _Manner) -> _Head | None:
    if (found := header_of(line)) is not None and found[0] in manner.forms:
        form, match = found
        over = any(form == name for name, _ in OVER)
        return _dated(match, "" if over else line[match.end() :], days, month_first=manner.month_first)
    if (notice := SYSTEM_HEAD.match(line)) is not None and SYSTEM.search(notice["words"]):
        placed = _dated(notice, notice["words"], days, month_first=manner.month_first)
        return placed if placed is None else (*placed[:2], "", placed[3], True)
    return None


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
    who = (parts.get("who") or "").strip(OUTER)
    return at.astimezone(LONDON).date(), at, who, words, is_notice(words)


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
    if not 6 <= len(line) <= 60 or (match := DATE_RULE.match(line)) is None:
        return None
    parts = match.groupdict()
    return _day(parts, day, month_first=month_first) if parts.get("a") or parts.get("y") else None


def _is_month_first(lines: list[str]) -> bool:
    day_first = month_first = False
    dated = re.compile(
        MARKS + r"\[?(?:[^\n\[\]:,\d]{1,50},? )?(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}(?:,| à)? \d{1,2}[:.]\d{2}"
    )
    for line in lines:
        if (match := dated.match(line)) is not None:
            day_first = day_first or int(match[1]) > 12
            month_first = month_first or int(match[2]) > 12
    return month_first and not day_first


def _finished(found: _Open, seen: Counter[str]) -> Iterator[ChatMessage]:
    words = _EDITED.sub("", "\n".join(found.words).strip("\n"))
    system = found.system or is_notice(words)
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
