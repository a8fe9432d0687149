"""Days and times in a message, read against the moment it was sent, in Europe/London.

1. Numbers are day first ("12/11" is 12 November) and flagged where month first would also be a date; a date that only
   works month first is a suggestion.
2. A day without a year is the nearest one to the message; a weekday follows the words around it ("since fri" looks
   back, "by fri" ahead) and has two candidates where they do not tell.
3. A local time that the clocks made happen twice yields both instants; one they skipped yields none. Nothing is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from addin.logic.calendar import LONDON, resolve_local
from addin.logic.intake.text import Folded


@dataclass(frozen=True, slots=True)
class DayHit:
    """A day named in the text: one candidate when the words tell, more when they do not."""

    start: int
    end: int
    days: tuple[date, ...]
    note: str = ""
    approx: bool = False
    weekday: bool = False

    @property
    def day(self) -> date | None:
        """The day when there is exactly one."""
        return self.days[0] if len(self.days) == 1 else None


@dataclass(frozen=True, slots=True)
class TimeHit:
    """A time of day in local time, or a range of two."""

    start: int
    end: int
    at: time
    until: time | None = None
    approx: bool = False


_WEEKDAYS: Final = {
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
    "lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6,
}  # fmt: skip
MONTHS: Final = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12, "fev": 2, "avr": 4, "mai": 5, "jui": 6, "aou": 8,
}  # fmt: skip
_MONTH: Final = (
    r"(jan(?:uary|vier)?|feb(?:ruary)?|fev(?:rier)?|mar(?:ch|s)?|apr(?:il)?|avr(?:il)?|may|mai|june?|juin|"
    r"july?|juillet|"
    r"aug(?:ust)?|aout|sept?(?:ember|embre)?|oct(?:ober|obre)?|nov(?:ember|embre)?|dec(?:ember|embre)?)\b"
)
_ISO: Final = re.compile(r"(?<![\d/.-])(\d{4})-(\d{2})-(\d{2})(?!\d|[-/.]\d)")
_NUMERIC: Final = re.compile(r"(?<![\d/.:,£€$-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d]|[/.,:-]\d|\s?%)")
_DAY_MONTH: Final = re.compile(
    rf"(?<![\d/.])(\d{{1,2}})(?:st|nd|rd|th|er)?\s?(?:of\s)?{_MONTH}\.?(?:,?\s((?:20)\d{{2}}))?"
)
_MONTH_DAY: Final = re.compile(rf"\b{_MONTH}\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(?![\d/.:]\d|\d)(?:,?\s(20\d{{2}}))?")
_ORDINAL: Final = re.compile(
    r"\b(?:on |since |from |by |le |before |until )?the (\d{1,2})(?:st|nd|rd|th)\b"
    # "The 4th wrong label", "the 2nd time": counted things, not days of a month.
    r"(?! (?:wrong|time|one|case|parcel|box|bag|order|item|piece|client|customer|attempt|delivery|shipment|mis\w+|"
    r"mix\w*|error|mistake|incident|refund|return|claim|scan|count|person|floor|request|reminder|chaser|message|"
    r"label|unit|line|step|row|shelf)\b)"
)
_RELATIVE: Final = re.compile(
    r"\b(day before yesterday|avant-hier|yesterday|yday|ytd|yest|hier|today|2day|tonight|this (?:morning|"
    r"afternoon|evening)|"
    r"aujourd'hui|eod|cob|tomorrow|tmrw|tmrrw|tmr|tomoz|2moro|demain|last night)\b"
)
_SHIFT: Final = {
    "day before yesterday": -2, "avant-hier": -2, "yesterday": -1, "yday": -1, "ytd": -1, "yest": -1, "hier": -1,
    "last night": -1, "tomorrow": 1, "tmrw": 1, "tmrrw": 1, "tmr": 1, "tomoz": 1, "2moro": 1, "demain": 1,
}  # fmt: skip
_COUNT: Final = r"(\d{1,3}|a|an|one|two|three|four|five|six|seven|un|une|deux|trois|quatre|cinq)"
_AGO: Final = re.compile(
    rf"\b{_COUNT}\s?(d|days?|jours?|wks?|weeks?|w|semaines?)\s(?:ago|back)\b|\bil y a {_COUNT} (jours?|semaines?)\b"
)
_AHEAD: Final = re.compile(rf"\b(?:in|within|dans|sous) {_COUNT} (days?|jours?|wks?|weeks?|semaines?)\b")
_WEEKDAY: Final = re.compile(
    r"\b(?:(last|next|this|coming|past)\s)?"
    r"(mon(?:day)?s?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b(?!')"
    r"(?:\s(last|next|this|prochain|dernier)(?:\s(?:wk|week))?)?(?:\s(am|pm|morning|night|evening|afternoon))?"
)
_NUMBER_WORDS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5,
}  # fmt: skip
_LOOKS_BACK: Final = re.compile(
    r"\b(?:since|last|from|depuis|was|were|delivered|arrived|packed|shipped|sent|despatched|dispatched|collected|"
    r"received|returned|asked|chased|said|promised|scanned|happened|msg|message|email|ago|back on|told|reported|left)\b"
    r"[^,.;]{0,20}$"
)
_LOOKS_AHEAD: Final = re.compile(
    r"\b(?:by|before|b4|until|til|till|need\w*|must|deliver|for|next|wants?|due|required|arrange|book|pour|"
    r"avant|jusqu\w*|ship|send|"
    r"part(?:ent|ira)?|will|going|collection|wedding|event|flying|leav\w+)\b[^,.;]{0,20}$"
)
#: "Hold it until Monday", said on a Monday, means the next one.
_UNTIL: Final = re.compile(r"\b(?:until|till?|jusqu\w*)(?: (?:the|this|au|a|le))?\W{0,3}$")
#: "She is back on Monday": somebody who is away comes back, nothing came back.
_COMES_BACK: Final = re.compile(
    r"(?:\b(?:is|are|be|gets?|comes?|coming|return(?:s|ing)|until|when|revient|rentre)|'s|'re|'ll be)"
    r"(?: not)? (?:back|home|in|here|available|around|de retour)?(?: again)?(?: on| from)?\W{0,2}$"
)
_TO_BE_DONE: Final = re.compile(
    r"\b(?:needs?|needed|must|to be|be|get|gets|wants?|have (?:it|this))\b[^.;]{0,30}\b(?:deliver|ship|"
    r"sen[dt]|collect|arriv|receiv)\w*\W{0,3}(?:on )?$|"
    r"\b(?:etre|soit|soient|sera|seront|doit|faire|voudrait|souhaite|veut)\b[^.;]{0,30}\b(?:livr|expedi|envoy|recev)\w*"
    r"\W{0,3}(?:le |ce )?$"
)
_MERIDIEM: Final = r"\s?(am|pm|a\.m\.?|p\.m\.?)(?![a-z])"
_CLOCK: Final = re.compile(
    rf"(?<![\d:.,/£€$-])(?:(\d{{1,2}})[:h](\d{{2}})(?!\d|:?\d)(?:{_MERIDIEM})?|(\d{{1,2}})"
    rf"(?:[.:](\d{{2}}))?{_MERIDIEM}|"
    rf"(\d{{1,2}})h(?![a-z\d])|(\d{{1,2}})\so'?clock|\b(noon|midday|midi|midnight|minuit)\b)"
)
_RANGE: Final = re.compile(
    rf"(?<![\d:.,/£€$-])(\d{{1,2}})(?:[:.h](\d{{2}})|h)?(?:{_MERIDIEM})?\s?(?:-|to|till?|until|and|et|a)\s?"
    rf"(\d{{1,2}})(?:[:.h](\d{{2}})(?!\d)|h)?(?:{_MERIDIEM})?(?![\d/.:]|\s?(?:days?|x|orders|gbp|eur|weeks?))"
)
_WORDED_TIME: Final = re.compile(r"\bnoon|\bmid")
_RANGE_LEAD: Final = re.compile(
    r"\b(?:between|from|entre|window|slot|de|today|tmrw|tomorrow|demain|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6})"
    r"\W{0,3}(?:\w{1,8}\W)?$"
)
_APPROX: Final = re.compile(r"(?:\b(?:about|around|approx\.?|roughly|circa|c\.|vers|environ)|~)\s?$")


def find_days(text: Folded, sent: date) -> list[DayHit]:
    """Every day the text names, in order of place; hits do not overlap and claim their words."""
    hits: list[DayHit] = []
    worded = (_relative_days, _counted_days, _week_days)
    for finder in (_iso_days, _worded_days, _numeric_days, *worded) if text.has_digit else worded:
        for hit in list(finder(text, sent)):
            if text.free(hit.start, hit.end):
                text.claim(hit.start, hit.end)
                hits.append(hit)
    return _merged(sorted(hits, key=lambda hit: hit.start), text)


def _merged(hits: list[DayHit], text: Folded) -> list[DayHit]:
    """Makes "Sat 28/11" one day; where weekday and date contradict each other both stay candidates."""
    out: list[DayHit] = []
    for hit in hits:
        last = out[-1] if out else None
        if last is None or not last.weekday or hit.weekday or hit.start - last.end > 4:
            out.append(hit)
            continue
        if not re.fullmatch(r"[\s,(]{0,3}(?:the )?", text.lower[last.end : hit.start]):
            out.append(hit)
        elif hit.days and hit.days[0].weekday() == last.days[0].weekday():
            out[-1] = replace(hit, start=last.start)
        else:
            out[-1] = DayHit(last.start, hit.end, (hit.days[0], *last.days), "weekday_and_date_differ")
    return out


def _iso_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_ISO):
        yield from _hit(match, _real(int(match[1]), int(match[2]), int(match[3])))


def _hit(match: re.Match[str], *days: date | None, note: str = "") -> Iterator[DayHit]:
    known = tuple(day for day in days if day is not None)
    if known:
        yield DayHit(match.start(), match.end(), known, note)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 2000 <= year <= 2100 else None
    except ValueError:
        return None


def nearest_year(day: int, month: int, sent: date) -> date | None:
    """The day and month in the year that brings it closest to when the message was sent."""
    options = [found for year in (sent.year - 1, sent.year, sent.year + 1) if (found := _real(year, month, day))]
    return min(options, key=lambda found: abs((found - sent).days), default=None)


def _numeric_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_NUMERIC):
        first, second = int(match[1]), int(match[3])
        if match[2] != "/" and not match[4] and (match[2] == "-" or second > 12 or len(match[3]) < 2):
            continue
        year = _full_year(match[4]) if match[4] else None
        uk = _dated(first, second, year, sent)
        us = _dated(second, first, year, sent)
        if uk is None:
            yield from _hit(match, us, note="month_first")
        elif us is not None and us != uk:
            yield from _hit(match, uk, note="dd_mm")
        else:
            yield from _hit(match, uk)


def _dated(day: int, month: int, year: int | None, sent: date) -> date | None:
    return _real(year, month, day) if year else nearest_year(day, month, sent)


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _worded_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_DAY_MONTH):
        year = int(match[3]) if match[3] else None
        yield from _hit(match, _dated(int(match[1]), _month(match[2]), year, sent))
    for match in text.hits(_MONTH_DAY):
        year = int(match[3]) if match[3] else None
        yield from _hit(match, _dated(int(match[2]), _month(match[1]), year, sent))
    for match in text.hits(_ORDINAL):
        options = [_real(y, m, int(match[1])) for y, m in _months_around(sent)]
        known = [day for day in options if day is not None]
        if known:
            yield from _hit(match, min(known, key=lambda day: abs((day - sent).days)), note="month_assumed")


def _months_around(sent: date) -> tuple[tuple[int, int], ...]:
    middle = sent.replace(day=15)
    return tuple((day.year, day.month) for day in (middle - timedelta(30), middle, middle + timedelta(30)))


def _month(word: str) -> int:
    if word.startswith("juil"):
        return 7
    return MONTHS[word[:3]]


def _relative_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_RELATIVE):
        yield DayHit(match.start(), match.end(), (sent + timedelta(_SHIFT.get(match[1], 0)),))


def _counted_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_AGO):
        count, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
        yield from _counted(match, count, unit, sent, -1)
    for match in text.hits(_AHEAD):
        yield from _counted(match, match[1], match[2], sent, 1)


def _counted(match: re.Match[str], count: str, unit: str, sent: date, sign: int) -> Iterator[DayHit]:
    days = (_NUMBER_WORDS.get(count) or int(count)) * (7 if unit[0] in "ws" else 1)
    yield DayHit(match.start(), match.end(), (sent + timedelta(sign * days),), approx=unit[0] in "ws")


def _week_days(text: Folded, sent: date) -> Iterator[DayHit]:
    for match in text.hits(_WEEKDAY):
        written = match[2]
        if written in ("mon", "sun", "sat", "mar", "wed") and not _as_a_day(text, match):
            continue
        number = _WEEKDAYS[written[:3]]
        side = match[1] or match[3] or ""
        whole_week = bool(match[3] and match.group().rstrip().endswith(("wk", "week")))
        days = _resolve(number, sent, side, text.before(match.start()), by_week=whole_week)
        yield DayHit(match.start(), match.end(), days, "weekday_unclear" if len(days) > 1 else "", weekday=True)


def _as_a_day(text: Folded, match: re.Match[str]) -> bool:
    """Short words that are also other words count as days only beside a word that wants one."""
    return (
        bool(
            match[1]
            or match[3]
            or match[4]
            or re.search(
                r"\b(?:on|by|since|from|for|before|b4|until|this|till|next|promised|due|delivered|arrived|"
                r"collected|packed|shipped|received|posted)\s$",
                text.before(match.start()),
            )
        )
        or bool(re.match(r"\s\d", text.after(match.end())))
        or len(match[2]) > 3
    )


def _resolve(number: int, sent: date, side: str, lead: str, *, by_week: bool) -> tuple[date, ...]:
    monday = sent - timedelta(sent.weekday())
    this_week = monday + timedelta(number)
    back = sent - timedelta((sent.weekday() - number) % 7 or 7)
    ahead = sent + timedelta((number - sent.weekday()) % 7 or 7)
    if by_week or side in ("prochain", "dernier"):
        shift = {"last": -7, "next": 7, "this": 0, "prochain": 7, "dernier": -7}[side]
        return (this_week + timedelta(shift),) if by_week else ((ahead,) if shift > 0 else (back,))
    if side in ("last", "past"):
        return (back,)
    if side == "next":
        coming_is_next_week = ahead > monday + timedelta(6)
        return (ahead,) if coming_is_next_week else (ahead, ahead + timedelta(7))
    if side in ("this", "coming"):
        return (this_week if this_week >= sent else ahead,)
    if _UNTIL.search(lead) or _COMES_BACK.search(lead):
        return (ahead,)
    if _LOOKS_BACK.search(lead) and not _TO_BE_DONE.search(lead):
        return (back,)
    if _LOOKS_AHEAD.search(lead) or _TO_BE_DONE.search(lead):
        return (sent,) if sent == this_week else (ahead,)
    return tuple(sorted({back, sent if this_week == sent else ahead}))


def find_times(text: Folded) -> list[TimeHit]:
    """Every time of day or range of times, in order of place."""
    hits: list[TimeHit] = []
    if not text.has_digit and not _WORDED_TIME.search(text.lower):
        return hits
    taken: list[tuple[int, int]] = []
    for match in text.hits(_RANGE):
        if (hit := _range(text, match)) is not None:
            hits.append(hit)
            taken.append(match.span())
    for match in text.hits(_CLOCK):
        if any(match.start() < end and match.end() > start for start, end in taken):
            continue
        if (at := _clock(match)) is not None:
            approx = _APPROX.search(text.lower[max(0, match.start() - 12) : match.start()]) is not None
            hits.append(TimeHit(match.start(), match.end(), at, approx=approx))
    return sorted(hits, key=lambda hit: hit.start)


def _range(text: Folded, match: re.Match[str]) -> TimeHit | None:
    hour, minute, half, hour2, minute2, half2 = match.groups()
    sure = half or half2 or (minute and minute2)
    if not sure and not _RANGE_LEAD.search(text.lower[max(0, match.start() - 24) : match.start()]):
        return None
    end = _time(int(hour2), int(minute2 or 0), half2 or "")
    start = _time(int(hour), int(minute or 0), half or (half2 or ""))
    if start is not None and end is not None and start > end and not half:
        start = _time(int(hour), int(minute or 0), "")
    return TimeHit(match.start(), match.end(), start, end) if start and end and start < end else None


def _clock(match: re.Match[str]) -> time | None:
    if match[9]:
        return time(12) if match[9] in ("noon", "midday", "midi") else time(0)
    if match[1]:
        return _time(int(match[1]), int(match[2]), match[3] or "")
    if match[4]:
        return _time(int(match[4]), int(match[5] or 0), match[6])
    return _time(int(match[7] or match[8]), 0, "")


def _time(hour: int, minute: int, half: str) -> time | None:
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def instants(day: date, at: time) -> tuple[datetime, ...]:
    """The instants a local time in London names: one, two when the clocks go back, none when they skip it."""
    return tuple(instant.astimezone(LONDON) for instant in resolve_local(datetime.combine(day, at)))
