"""Which date is what: days and times of a message given their meaning by the words beside them.

The nearest word in the same clause decides ("delivered 12/11", "no scans since thurs"), a day no word explains stays
`day_mentioned`. Instants are worked out in Europe/London; an hour that the clocks made happen twice gives two
candidates and a flag, and no field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from addin.logic.calendar import LONDON
from addin.logic.intake.dates import DayHit, TimeHit, find_days, find_times, instants
from addin.logic.intake.model import Basis, Fact, IntakeProfile
from addin.logic.intake.text import Folded

#: Words that tell what a day is, looked for before it (the last one wins), then after it.
_ROLES: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("hold_until",
            r"\b(?:hold|held|keep|kept|park|delay|postpone|gard\w{1,3}|ret(?:enir|enez|iens)|mett\w{1,3} de cote)"
            r"\b[^.;]{0,50}\b(?:until|till?|jusqu\w*)\b(?=\W{0,3}(?:the |this |au |a |le )?$)"),
        ("last_scan_date",
            r"\b(?:no (?:new )?(?:scans?|movement|updates?)|last scan(?:ned)?|not (?:moved|scanned|updated)|"
            r"n't moved|scanned|aucun scan)\b"),
        ("expected_delivery",
            r"\bpromis\w{0,2}(?: pour| for)?\b(?=\W{0,3}(?:le |the )?$)|"
            r"\b(?:expected|was due|due (?:for )?delivery|eta|should have (?:been|arrived)|promised|"
            r"scheduled|supposed to)\b"),
        ("refers_to_date",
            r"\b(?:msg|message|(?:my|our|your|last) (?:mail|email)|chat|request|ticket|asked|asking|chased|"
            r"wrote|raised|"
            r"reported (?:it|this)|sent (?:you|this|it to you)|told you|relance)\b"),
        ("cancel_notice_date", r"\b(?:cancel(?:l?ed)?|cancellation|notice|annule\w?)\b"),
        ("proof_of_sending_date",
            r"\b(?:dropped (?:\w+ ){0,2}?(?:off|at)|renvoye\w{0,2}|depose\w{0,2}|posted|"
            r"proof of (?:sending|posting)|handed (?:in|over)|drop-?off)\b"),
        ("received_date",
            r"\b(?:received (?:back|at|in)|came back|brought back|returned|back (?:at|in|here)|arrived back|"
            r"recu\w?)\b"),
        ("delivered_date", r"\b(?:delivered|arrived|livree?|delivery was|got it|received)\b"),
        ("event_date",
            r"\b(?:packed|packing|sealed|picked by|happened|incident|occurred|filmed|recorded|footage (?:of|"
            r"from|for)|cameras? (?:of|from|for|on)|cctv (?:of|from|for)|emballee?|on shift|between)\b"),
        ("ship_date",
            r"\b(?:shipped|sent(?: out)?|despatched|dispatched|left (?:us|the dc|here)|collected|tendered|"
            r"expediee?)\b"),
        ("discovery_date", r"\b(?:found|noticed|discovered|reported|told us|opened|complained|spotted)\b"),
        ("stage_since",
            r"\b(?:picking|preparing|packing|packed|pending|stuck|processing|allocated)"
            r"\b(?=.{0,12}\b(?:since|depuis)\b)"),
        ("date_needed",
            r"\b(?:needs?|needed|must|deliver(?:y|ed)?(?: it| this)?(?: on| by)?|wants? it|wedding|birthday|event|"
            r"flying|leaving|leaves|required|arrange|book|no later than)\b|"
            r"\b(?:by|before|b4|until|for|avant|pour)\b(?=\W{0,3}(?:the |this |le )?$)"),
    )
)  # fmt: skip
_ROLE_AFTER: Final = (
    ("date_needed", re.compile(r"\W{0,3}(?:latest|at the latest|please|pls|!|delivery|slot|only|is a must)")),
    (
        "delivered_date",
        re.compile(
            r"\W{0,3}(?:delivery was|delivered|(?:ups|the driver|driver|courier|carrier|they)\W{1,2}(?:has |have )?"
            r"(?:left|delivered)\b(?! (?:us|the dc|here)\b))"
        ),
    ),
)
_UNTIL_DAY: Final = re.compile(r"\b(?:until|till?|jusqu\w*)\W{1,3}(?:the |this |au |a |le )?$")
_WAITS: Final = re.compile(
    r"\bwait (?:for|until)\b|\b(?:n'?t|not|ne pas|don'?t) (?:send|ship|despatch|dispatch)\w*\b.{0,12}\bbefore\b"
)
#: Roles of days that have been when the message is written.
_BEHIND: Final = frozenset({
    "last_scan_date", "refers_to_date", "proof_of_sending_date", "received_date", "delivered_date", "event_date",
    "ship_date", "discovery_date", "stage_since",
})  # fmt: skip
_FUTURE_PERFECT: Final = re.compile(
    r"\b(?:be|get|needs?|needed|must|want\w*|have it|to be)\b[^,.;]{0,20}\bdeliver\w*\b[^,.;]{0,16}$|"
    r"\b(?:etre|soit|soient|sera|seront|faire)\b[^,.;]{0,20}\blivree?s?\b[^,.;]{0,16}$"
)
_CLOSES: Final = re.compile(
    r"\b(?:collection|cut-?off|deadline|by|before|due|van|truck|pick-?up|closes?|leaves?|latest|avant|until)"
    r"\b[^.;\d]{0,16}$|\b(?:ups|carrier|courier|driver|lorry)(?: is| are| comes?| due| here)? at\W{0,2}$"
)
_SINCE: Final = re.compile(r"\b(?:since|from|depuis|as of)\b[^.;\d]{0,10}$")
_UNTIL: Final = re.compile(r"\b(?:by|before|latest|no later than|avant|until|pre)\b[^.;\d]{0,12}$")
_TIME_LABEL: Final = re.compile(r"^\s*(?:time|heure)\s?:?\s*$")
_AFTER: Final = re.compile(r"\b(?:after|from|not before|apres)\b[^.;\d]{0,12}$")


@dataclass(slots=True)
class Timing:
    """The dated facts of a message and the cautions about them."""

    facts: list[Fact] = field(default_factory=list)
    flags: dict[str, str] = field(default_factory=dict)


def read_timing(text: Folded, sent_at: datetime, codes: Sequence[str], profile: IntakeProfile) -> Timing:
    """Every dated fact: days by role, times as windows, deadlines or moments, and what follows from them."""
    sent = sent_at.astimezone(LONDON).date()
    out = Timing()
    days = find_days(text, sent)
    times = find_times(text)
    roles = [_settled(hit, _waited(text, hit, _role(text, hit)), sent, codes) for hit in days]
    if "RQC" in codes and "UPC" not in codes:
        # Goods that are graded were received by us, not delivered to the customer.
        roles = [(hit, "received_date" if role == "delivered_date" else role) for hit, role in roles]
    for hit, role in roles:
        out.facts += _day_facts(text, hit, role, out.flags)
    _moments(text, roles, times, sent, codes, out)
    _derived(text, out, sent, codes, profile)
    return out


def _waited(text: Folded, hit: DayHit, role: str) -> str:
    """The day of "Away until 3/12, can it wait?" belongs to the wish, though another clause names it."""
    waits = role in ("date_needed", "day_mentioned") and _WAITS.search(text.lower) is not None
    return "hold_until" if waits and _UNTIL_DAY.search(text.before(hit.start)) is not None else role


def _settled(hit: DayHit, role: str, sent: date, codes: Sequence[str]) -> tuple[DayHit, str]:
    """What has happened lies behind: a weekday is then the last one, whatever the words beside it look at."""
    filmed = role == "day_mentioned" and "CTV" in codes and not {"SPD", "ADR"} & set(codes)
    behind = tuple(day for day in hit.days if day <= sent)
    if len(hit.days) > 1 and behind and hit.note == "weekday_unclear" and (role in _BEHIND or filmed):
        hit = replace(hit, days=behind[-1:], note="")
    elif hit.weekday and role in _BEHIND and len(hit.days) == 1 and not behind:
        hit = replace(hit, days=(hit.days[0] - timedelta(7),))
    return hit, role


def _role(text: Folded, hit: DayHit) -> str:
    left, right = text.clause(hit.start)
    lead = text.lower[max(left, hit.start - 60) : hit.start]
    best: tuple[int, int, str] | None = None
    for rank, (name, pattern) in enumerate(_ROLES):
        for match in pattern.finditer(lead):
            if best is None or (match.end(), -rank) > (best[0], best[1]):
                best = (match.end(), -rank, name)
    if best is not None:
        name = best[2]
        if name == "delivered_date" and _FUTURE_PERFECT.search(lead):
            return "date_needed"
        return name
    tail = text.lower[hit.end : min(right, hit.end + 24)]
    return next((name for name, pattern in _ROLE_AFTER if pattern.match(tail)), "day_mentioned")


def _day_facts(text: Folded, hit: DayHit, role: str, flags: dict[str, str]) -> Iterator[Fact]:
    words = text.lower[hit.start : hit.end]
    if hit.note == "dd_mm":
        flags["date_read_as_dd_mm"] = words
    elif hit.note == "month_first":
        flags["date_month_first"] = words
    elif hit.note == "weekday_unclear":
        flags["weekday_unclear"] = words
    elif hit.note == "weekday_and_date_differ":
        flags["weekday_and_date_differ"] = words
    elif hit.note == "month_assumed":
        flags["month_assumed"] = words
    sure = len(hit.days) == 1 and hit.note not in ("month_first", "month_assumed")
    for day in hit.days:
        basis = Basis.STATED if sure else Basis.SUGGESTED
        yield text.fact(role if sure else f"{role}_candidate", day.isoformat(), (hit.start, hit.end), basis, hit.note)


def _moments(
    text: Folded, roles: list[tuple[DayHit, str]], times: list[TimeHit], sent: date, codes: Sequence[str], out: Timing
) -> None:
    for hit in times:
        near = _nearest_day(text, roles, hit)
        day = near[0].day if near else None
        lead = text.before(hit.start, 40)
        if "CTV" in codes and (near is None or near[1] in ("event_date", "day_mentioned", "date_needed", "ship_date")):
            _event(text, hit, day, out)
        elif "ESC" in codes and _SINCE.search(lead):
            _instant(text, "time_since", hit, day or sent, hit.at, out)
        elif "ESC" in codes and _CLOSES.search(lead):
            _instant(text, "deadline", hit, day or sent, hit.at, out)
        elif "SPD" in codes:
            _window(text, hit, day, lead, out)
        elif hit.until is None:
            out.facts.append(text.fact("time_mentioned", hit.at.strftime("%H:%M"), (hit.start, hit.end)))


def _nearest_day(text: Folded, roles: list[tuple[DayHit, str]], hit: TimeHit) -> tuple[DayHit, str] | None:
    left, right = text.sentence(hit.start)
    near = [pair for pair in roles if left <= pair[0].start < right]
    if not near and len(roles) == 1 and _TIME_LABEL.search(text.before(hit.start)):
        near = roles  # a form: "Date: 07/12/2026" on one line, "Time: 14:20" on the next
    return min(near, key=lambda p: min(abs(p[0].start - hit.end), abs(hit.start - p[0].end)), default=None)


def _instant(text: Folded, name: str, hit: TimeHit, day: date, at: time, out: Timing) -> None:
    found = instants(day, at)
    span = (hit.start, hit.end)
    if len(found) == 1:
        out.facts.append(text.fact(name, found[0].isoformat(), span, note="approx" if hit.approx else ""))
    elif found:
        out.flags["ambiguous_local_time"] = f"{day:%d/%m/%Y} {at:%H:%M} happened twice: the clocks went back"
        names = "event_candidate" if name in ("event_at", "window_start") else f"{name}_candidate"
        out.facts += [text.fact(names, item.isoformat(), span, Basis.SUGGESTED) for item in found]
    else:
        out.flags["nonexistent_local_time"] = f"{day:%d/%m/%Y} {at:%H:%M} does not exist: the clocks went forward"


def _event(text: Folded, hit: TimeHit, day: date | None, out: Timing) -> None:
    if day is None:
        out.facts.append(text.fact("time_mentioned", hit.at.strftime("%H:%M"), (hit.start, hit.end)))
        return
    if not any(f.name == "event_date" for f in out.facts):
        place = next(f for f in out.facts if f.value == day.isoformat())
        out.facts.append(Fact("event_date", place.value, place.start, place.end, place.words))
    if hit.until is None:
        _instant(text, "event_at", hit, day, hit.at, out)
    else:
        _instant(text, "window_start", hit, day, hit.at, out)
        _instant(text, "window_end", hit, day, hit.until, out)


def _window(text: Folded, hit: TimeHit, day: date | None, lead: str, out: Timing) -> None:
    """A delivery window as local times of day; with a stated day they stay times, for the promise is in local time."""
    span = (hit.start, hit.end)
    if hit.until is not None:
        out.facts.append(text.fact("window_start", hit.at.strftime("%H:%M"), span))
        out.facts.append(text.fact("window_end", hit.until.strftime("%H:%M"), span))
    elif _AFTER.search(lead) and not _UNTIL.search(lead):
        out.facts.append(text.fact("window_start", hit.at.strftime("%H:%M"), span))
    else:
        out.facts.append(text.fact("window_end", hit.at.strftime("%H:%M"), span))
    if day is not None and not any(f.name == "date_needed" for f in out.facts):
        place = next((f for f in out.facts if f.value == day.isoformat()), None)
        if place is not None and place.name == "day_mentioned":
            out.facts.append(Fact("date_needed", place.value, place.start, place.end, place.words))


def _derived(text: Folded, out: Timing, sent: date, codes: Sequence[str], profile: IntakeProfile) -> None:
    """Dates that follow from stated ones: when footage is overwritten, until when damage must be notified."""
    if "CTV" in codes:
        event = next((f for f in out.facts if f.name == "event_date"), None) or next(
            (f for f in out.facts if f.name in ("day_mentioned", "ship_date", "delivered_date")), None
        )
        if event is not None:
            overwrite = date.fromisoformat(event.value) + timedelta(profile.cctv_retention_days)
            note = f"{event.value} plus {profile.cctv_retention_days} days (setting)"
            out.facts.append(
                Fact("overwrite_at", overwrite.isoformat(), event.start, event.end, event.words, Basis.DERIVED, note)
            )
            left = (overwrite - sent).days
            if date.fromisoformat(event.value) > sent:
                out.flags["event_in_future"] = event.words
            if left < 0:
                out.flags["cctv_probably_overwritten"] = f"overwritten on {overwrite:%d/%m/%Y}"
            elif left <= profile.cctv_warn_days:
                out.flags["cctv_overwrite_imminent"] = f"overwritten on {overwrite:%d/%m/%Y}"


def notice_deadline(delivered: Fact, profile: IntakeProfile) -> Fact:
    """Until when the carrier must have notice of damage to a domestic parcel (setting; confirm in the contract)."""
    due = date.fromisoformat(delivered.value) + timedelta(profile.damage_notice_days)
    note = f"{delivered.value} plus {profile.damage_notice_days} days (setting)"
    return Fact(
        "notice_deadline_domestic",
        due.isoformat(),
        delivered.start,
        delivered.end,
        delivered.words,
        Basis.DERIVED,
        note,
    )


def month_later(day: date) -> date:
    """One calendar month on, or the last day of that month (subject access: one month from receipt)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, 28)
