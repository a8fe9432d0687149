"""CCTV retrieval (CTV): footage is asked for narrowly, kept in time, seen by few, and never travels by chat.

1. Footage is overwritten; the day of the request is the day to preserve it, and half the retention is the alarm.
2. The one who asks does not watch: a viewer records findings, a clip number and a digest, never the clip.
3. A person's own request for footage, and police or insurers, belong to Security and data protection alone.
4. A clip that was kept is deleted when its time is up; the case stays open until then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from addin.logic.calendar import LONDON, london_day, to_london
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.sbar import blocker
from addin.logic.statute import access_request_due
from addin.logic.values import Role

REQUESTED: Final = "Requested"
PRESERVED: Final = "Preserved"
APPROVED: Final = "Approved"
REVIEWED: Final = "Reviewed"
RECORDED: Final = "Findings recorded"
DISCLOSED: Final = "Disclosed"
RETAINED: Final = "Retained"
DELETED: Final = "Deleted"
ACCESS: Final = "Access request"
POLICE: Final = "Police request"
INSURER: Final = "Insurer or carrier request"
#: Purposes that only Security and data protection handle.
OUTSIDE: Final = frozenset({ACCESS, POLICE, INSURER})
PURPOSES: Final = ("Claim", "Dispute", "QC", "Safety", ACCESS, POLICE, INSURER, "Other")
#: Security, and Legal for data protection.
GUARDS: Final = frozenset({Role.SECURITY, Role.LEGAL})
_VIEWERS: Final = GUARDS | {Role.LOSS_PREVENTION, Role.SENIOR_QA}
_ACCESS_WORDS: Final = re.compile(
    r"\ball (?:the |my )?data\b|\bsubject access\b|\bdata request\b"
    r"|\bcopy of (?:the |my )?(?:footage|video|recording|cctv)",
    re.I,
)
_POLICE_WORDS: Final = re.compile(r"\bpolice\b|\bcrime (?:ref|number)", re.I)
_STAFF_WORDS: Final = re.compile(
    r"\b(?:time.?keeping|lateness|(?:too )?long breaks?|on (?:his|her|their) phone|slack(?:s|ing)|skiv(?:es|ing)"
    r"|how (?:fast|slow|hard)\b.{0,20}\bworks?|work rate|disciplin\w+)\b",
    re.I,
)


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("tracking", "Tracking", FieldKind.ID, queue=True, late=True, width=20),
    _f("purpose", "Purpose", FieldKind.CHOICE, choices=PURPOSES, queue=True, width=14),
    _f("lawful_basis", "Lawful basis", late=True, width=18),
    _f("camera_zone", "Camera or zone", listed="cctv.cameras", queue=True, width=14,
       help="A zone of the list, with its number where there are several."),
    _f("event_date", "Event on", FieldKind.DAY, width=12, help="When the exact time is not known yet."),
    _f("window_start", "From", FieldKind.INSTANT, queue=True, width=16,
       help="London time; in October's double hour with its offset."),
    _f("window_end", "To", FieldKind.INSTANT, queue=True, width=16),
    _f("pick_scan_at", "Pick scan", FieldKind.INSTANT, width=16, help="With the seal it gives the usual window."),
    _f("sealed_at", "Sealed", FieldKind.INSTANT, width=16),
    _f("window_reason", "Why this window", late=True, width=24, help="What should be seen in it."),
    _f("clock_drift", "Clock drift, seconds", FieldKind.COUNT, late=True, help="Camera less true time; 0 if right."),
    _f("written_request", "Written request", late=True, help="Reference of a request from outside."),
    _f("received_on", "Request received", FieldKind.DAY, late=True, width=12, help="The day an access request came."),
    _f("is_complex", "Complex", FieldKind.FLAG, late=True, roles=GUARDS, help="Two more months; tell the person."),
    _f("clock_stopped", "Clock stopped on", FieldKind.DAY, late=True, roles=GUARDS, width=12,
       help="While identity or clarification is outstanding."),
    _f("clock_started", "Clock went on", FieldKind.DAY, late=True, roles=GUARDS, width=12),
    _f("identity_checked", "Identity checked", FieldKind.FLAG, late=True, roles=GUARDS),
    _f("preservation_ref", "Preservation", late=True, width=18, help="Whom you asked to keep it, and the reference."),
    _f("found", "Found", FieldKind.FLAG, late=True, queue=True, width=7),
    _f("findings", "Findings", FieldKind.NOTE, late=True, width=30, help="What is seen, in one or two sentences."),
    _f("clip_id", "Clip", FieldKind.ID, late=True, queue=True, width=14),
    _f("clip_sha256", "Clip digest", FieldKind.ID, late=True, width=20, help="SHA-256 of the exported copy."),
    _f("storage_place", "Kept at", late=True, width=16),
    _f("third_parties", "Others in the picture", FieldKind.FLAG, late=True),
    _f("redacted", "Others made unseen", FieldKind.FLAG, late=True),
    _f("fact_told", "Fact told", late=True, width=24, help="The one fact Customer Service needs, nothing more."),
    _f("disclosed_to", "Disclosed to", personal=True, late=True, width=20, help="Name and organisation."),
    _f("disclosure_why", "Disclosed because", late=True, width=20),
    _f("receipt_ref", "Signed receipt", late=True, width=16, help="What shows who took the copy over."),
    _f("disclosure_how", "Disclosed by", FieldKind.CHOICE, late=True,
       choices=("Viewing", "Secure transfer", "Handed over and signed", "Answer without footage")),
    _f("retain_until", "Keep until", FieldKind.DAY, late=True, width=12),
    _f("overwrite_at", "Overwritten on", FieldKind.INSTANT, system=True, queue=True, width=16),
    _f("half_at", "Half of the time", FieldKind.INSTANT, system=True, width=16),
    _f("window_minutes", "Minutes", FieldKind.COUNT, system=True, width=8),
    _f("window_words", "Window", system=True, width=34, help="London time and UTC."),
    _f("preserved_at", "Preserved", FieldKind.INSTANT, system=True),
    _f("approved_by", "Approved by", FieldKind.ID, system=True),
    _f("approved_at", "Approved", FieldKind.INSTANT, system=True, width=16),
    _f("viewers", "Viewers", FieldKind.LIST, system=True, width=20),
    _f("viewings", "Viewings", FieldKind.LIST, system=True, width=30, help="Who watched and when, London time."),
    _f("disclosed_at", "Disclosed", FieldKind.INSTANT, system=True),
    _f("deleted_by", "Deleted by", FieldKind.ID, system=True),
    _f("deleted_at", "Deleted", FieldKind.INSTANT, system=True),
)  # fmt: skip


# What is worked out ----------------------------------------------------------------------------------------------


def _happened(case: Case) -> datetime | None:
    """The earliest instant the footage may be of: the window, else the first moment of the event's day."""
    day = case.day("event_date")
    return case.instant("window_start") or (datetime.combine(day, time(0), LONDON) if day else None)


def _minutes(case: Case) -> int | None:
    start, end = case.instant("window_start"), case.instant("window_end")
    return None if start is None or end is None else int((end - start).total_seconds() + 59) // 60


def _words(case: Case) -> str | None:
    """The window as London's clocks showed it, with the name of the time, so that October's double hour is plain."""
    start, end = case.instant("window_start"), case.instant("window_end")
    if start is None or end is None:
        return None
    local = f"{to_london(start):%d/%m/%Y %H:%M %Z} to {to_london(end):%H:%M %Z}"
    return f"{local} (UTC {start:%H:%M} to {end:%H:%M})"


def _usual_window(case: Case, ctx: Context) -> dict[str, Value | None]:
    """The narrow window around packing, as far as nobody has typed one: from the pick scan to the seal, and a margin.

    Source: policy `cctv.margin_minutes`.
    """
    picked, sealed = case.instant("pick_scan_at"), case.instant("sealed_at")
    if case.status != REQUESTED or picked is None or sealed is None:
        return {}
    margin = timedelta(minutes=ctx.policy.number("cctv.margin_minutes"))
    usual = {"window_start": picked - margin, "window_end": sealed + margin}
    return {name: at for name, at in usual.items() if not case.has(name)}


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    usual = _usual_window(case, ctx)
    case = replace(case, fields={**case.fields, **{name: at for name, at in usual.items() if at is not None}})
    happened = _happened(case)
    kept = timedelta(days=ctx.policy.days("cctv.retention_days"))
    share = timedelta(seconds=int(kept.total_seconds()) * int(ctx.policy.decimal("cctv.escalate_percent")) // 100)
    return usual | {
        "overwrite_at": happened + kept if happened else None,
        "half_at": happened + share if happened else None,
        "window_minutes": _minutes(case),
        "window_words": _words(case),
    }


# Rules -----------------------------------------------------------------------------------------------------------


def _end_after_start(case: Case, ctx: Context) -> Problem | None:
    """A window ends after it starts. Source: domain rules."""
    minutes = _minutes(case)
    if minutes is None or minutes > 0:
        return None
    return Problem("CTV-01", "The window ends before it starts.", "window_end", hint="Check both times.")


def _window_narrow(case: Case, ctx: Context) -> Problem | None:
    """A long window needs a reason. Source: policy `cctv.window_minutes`, minimum footage."""
    minutes, most = _minutes(case) or 0, ctx.policy.number("cctv.window_minutes")
    if minutes <= most or case.has("window_reason"):
        return None
    words = f"The window is {minutes} minutes long; more than {most} needs a reason."
    return Problem("CTV-02", words, "window_reason", hint="Narrow it, or say why.")


def _window_past(case: Case, ctx: Context) -> Problem | None:
    """Footage is of the past. Source: domain rules."""
    end = case.instant("window_end")
    if end is None or end <= ctx.now:
        return None
    return Problem("CTV-03", "The window lies in the future.", "window_end", hint="Check the date.")


def _still_there(case: Case, ctx: Context) -> Problem | None:
    """Footage older than the retention is probably gone. Source: policy `cctv.retention_days`."""
    gone = case.instant("overwrite_at")
    if gone is None or ctx.now < gone:
        return None
    words = f"The footage was overwritten on {to_london(gone):%d/%m/%Y %H:%M}."
    return Problem("CTV-04", words, "overwrite_at", hint="Press 'Not available'.")


def _purpose_declared(case: Case, ctx: Context) -> Problem | None:
    """Footage serves a declared purpose and no other. Source: policy `cctv.purposes`, data protection."""
    purpose = case.text("purpose")
    if not purpose or purpose in OUTSIDE or purpose in ctx.policy.items("cctv.purposes"):
        return None
    known = ", ".join(ctx.policy.items("cctv.purposes"))
    return Problem("CTV-05", f"'{purpose}' is no declared purpose.", "purpose", hint=f"Declared: {known}.")


def _guarded(case: Case, ctx: Context) -> Problem | None:
    """Access, police and insurer requests belong to Security and data protection. Source: domain rules."""
    if case.text("purpose") not in OUTSIDE or ctx.actor.may(GUARDS):
        return None
    words = f"A '{case.text('purpose').lower()}' is handled by Security or data protection alone."
    return Problem("CTV-06", words, "purpose", hint="Tell them the case number; send nothing to the asker.")


def _not_own_request(case: Case, ctx: Context) -> Problem | None:
    """Who asks does not watch. Source: domain rules, requester is not the viewer where possible."""
    if ctx.actor.id != case.text("opened_by"):
        return None
    return Problem("CTV-07", "You asked for this footage and cannot watch it.", "opened_by", hint="Ask a colleague.")


def _not_own_approval(case: Case, ctx: Context) -> Problem | None:
    """Who asks does not approve. Source: segregation of duties."""
    if ctx.actor.id != case.text("opened_by"):
        return None
    return Problem("CTV-08", "You asked for this footage and cannot approve it.", "opened_by", hint="Ask another.")


def _asked_in_writing(case: Case, ctx: Context) -> Problem | None:
    """Requests from outside are written and have a lawful basis, never informal chat. Source: domain rules."""
    if case.text("purpose") not in OUTSIDE or (case.has("written_request") and case.has("lawful_basis")):
        return None
    lacking = "lawful_basis" if case.has("written_request") else "written_request"
    words = "A request from outside needs its written form and a lawful basis."
    return Problem("CTV-09", words, lacking, hint="Ask for it in writing.")


def _clock_checked(case: Case, ctx: Context) -> Problem | None:
    """Camera clocks drift and may not follow summer time. Source: domain rules."""
    if case.count("clock_drift") is not None:
        return None
    return Problem("CTV-10", "The camera's clock has not been checked.", "clock_drift", hint="Type 0 when it is right.")


def _by_viewer(case: Case, ctx: Context) -> Problem | None:
    """Findings are recorded by somebody who watched. Source: chain of custody."""
    if ctx.actor.id in case.items("viewers"):
        return None
    return Problem("CTV-11", "You have not watched this footage.", "viewers", hint="A viewer records the findings.")


def _clip_proven(case: Case, ctx: Context) -> Problem | None:
    """What was found has a clip number, a digest and a place. Source: chain of custody."""
    if case.flag("found") is not True:
        return None
    for name, title in (("clip_id", "number"), ("clip_sha256", "digest"), ("storage_place", "place")):
        if not case.has(name):
            return Problem("CTV-12", f"The clip has no {title}.", name, hint="Fill it in.")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", case.text("clip_sha256")):
        return Problem("CTV-12", "The digest is not a SHA-256 of 64 characters.", "clip_sha256", hint="Copy it again.")
    return None


def _others_hidden(case: Case, ctx: Context) -> Problem | None:
    """Other people are made unseen before footage leaves. Source: Information Commissioner's guidance."""
    if case.flag("third_parties") is False or case.flag("redacted") is True or case.flag("found") is not True:
        return None
    return Problem(
        "CTV-13", "Others may be seen in the picture.", "redacted", hint="Have them made unseen, then say Yes."
    )


def _identity_known(case: Case, ctx: Context) -> Problem | None:
    """A person's own footage goes to that person. Source: UK GDPR article 12."""
    if case.text("purpose") != ACCESS or case.flag("identity_checked") is True:
        return None
    return Problem(
        "CTV-14", "The person's identity has not been checked.", "identity_checked", hint="Check it, then say Yes."
    )


def _time_is_up(case: Case, ctx: Context) -> Problem | None:
    """A clip is deleted when its time is up, earlier with a reason. Source: retention."""
    until = case.day("retain_until")
    if until is None or ctx.today > until or ctx.reason.strip():
        return None
    words = f"The clip is to be kept until {until:%d/%m/%Y}."
    return Problem("CTV-15", words, "retain_until", hint="Give a reason to delete it earlier.")


def _half_gone(case: Case, ctx: Context) -> Problem | None:
    """Half of the retention gone and nothing preserved: escalate. Source: policy `cctv.escalate_percent`."""
    half = case.instant("half_at")
    if case.status != REQUESTED or half is None or ctx.now < half:
        return None
    gone = case.instant("overwrite_at")
    words = f"The footage is overwritten on {to_london(gone):%d/%m/%Y %H:%M}." if gone else "The footage is old."
    return Problem("CTV-16", words, "overwrite_at", hint="Preserve it now and escalate.")


def _wording_trap(case: Case, ctx: Context) -> Problem | None:
    """Some words make it a request in law, whatever it is called. Source: domain rules, wording traps."""
    words = f"{case.text('chat_text')} {case.text('window_reason')}"
    if _POLICE_WORDS.search(words) and case.text("purpose") != POLICE:
        return Problem("CTV-17", "The message speaks of the police.", "purpose", hint=f"'{POLICE}': tell Security.")
    if _ACCESS_WORDS.search(words) and case.text("purpose") != ACCESS:
        hint = f"'{ACCESS}': tell data protection; the legal month runs."
        return Problem("CTV-17", "The message asks for the person's own data.", "purpose", hint=hint)
    return None


def _handed_over(case: Case, ctx: Context) -> Problem | None:
    """A copy that leaves the house is signed for. Source: chain of custody."""
    if case.text("disclosure_how") not in ("Secure transfer", "Handed over and signed") or case.has("receipt_ref"):
        return None
    words = "Nothing shows who took the copy over."
    return Problem("CTV-20", words, "receipt_ref", hint="Name the signed receipt, or the proof of the transfer.")


def _zone_watched(case: Case, ctx: Context) -> Problem | None:
    """Footage is asked of a zone that has cameras. Source: policy `cctv.cameras`."""
    zones, words = ctx.policy.items("cctv.cameras"), set(case.text("camera_zone").casefold().split())
    if not words or any(words & set(zone.casefold().split()) for zone in zones):
        return None
    told = f"No camera is known in {case.text('camera_zone')!r}."
    return Problem("CTV-22", told, "camera_zone", hint=f"The zones with cameras: {', '.join(zones)}.")


def _no_staff_watching(case: Case, ctx: Context) -> Problem | None:
    """Footage kept against loss is not used to watch how people work. Source: declared purpose, data protection."""
    found = _STAFF_WORDS.search(f"{case.text('chat_text')} {case.text('window_reason')}")
    if found is None:
        return None
    words = f"'{found[0]}' sounds like watching how somebody works, which is no declared purpose."
    return Problem("CTV-21", words, "purpose", hint="Ask Security or data protection before anybody looks.")


def _reached_nothing(case: Case, ctx: Context) -> Problem | None:
    """A case is closed when no clip is left. Source: retention."""
    if case.status == DELETED or case.flag("found") is False:
        return None
    return Problem(
        "CTV-19", "There is a clip, so it is kept or deleted first.", "found", hint="Press 'Retain' or 'Delete'."
    )


_GUARDED: Final = Rule("CTV-06", "Requests from outside belong to Security and data protection.", _guarded)


# Moves and deadlines ---------------------------------------------------------------------------------------------


def _preserved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"preserved_at": ctx.now}


def _approved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"approved_by": ctx.actor.id, "approved_at": ctx.now}


def _viewed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    once = f"{ctx.actor.id}, {to_london(ctx.now):%d/%m/%Y %H:%M}"
    return {
        "viewers": tuple(dict.fromkeys((*case.items("viewers"), ctx.actor.id))),
        "viewings": (*case.items("viewings"), once),
    }


def _recorded(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    found = "Found" if case.flag("found") else "Nothing found"
    return {"decision": f"{found}: {case.text('findings')}", "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _unavailable(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    gone = case.instant("overwrite_at")
    lost = f"overwritten on {to_london(gone):%d/%m/%Y}" if gone and gone <= ctx.now else ctx.reason.strip()
    words = f"Not available, {lost}."
    return {"found": False, "findings": words, "decision": words, "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _refused(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"decision": f"Refused: {ctx.reason}", "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _disclosed(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"disclosed_at": ctx.now}


def _retained(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    longest = ctx.today + timedelta(days=ctx.policy.days("cctv.clip_retention_days"))
    return {"retain_until": case.day("retain_until") or longest}


def _deleted(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"deleted_by": ctx.actor.id, "deleted_at": ctx.now}


def _escalates(case: Case, ctx: Context) -> Sequence[Opening]:
    gone = case.instant("overwrite_at")
    when = f", overwritten on {to_london(gone):%d/%m/%Y %H:%M}" if gone else ""
    words = f"Footage of {case.text('camera_zone') or 'a camera'} for order {case.text('order_no')}{when}. {ctx.reason}"
    if case.text("purpose") == ACCESS:
        ask = "Answer the person within the legal month; nothing was sent from here."
        return (blocker(case, "Legal", f"A person asks for their own images. {words}", ask),)
    return (blocker(case, "Security", words, "Preserve the footage and confirm the clip number."),)


def _same_day(case: Case, ctx: Context) -> date | None:
    opened = case.instant("opened_at")
    return london_day(opened) if opened else None


def _half(case: Case, ctx: Context) -> datetime | None:
    return case.instant("half_at")


def _overwritten(case: Case, ctx: Context) -> datetime | None:
    return case.instant("overwrite_at")


def _access_due(case: Case, ctx: Context) -> date | None:
    """One calendar month, more when complex, and the days on which the clock stood still.

    Source: UK GDPR article 12(3), policy `cctv.access_request_months`; Data (Use and Access) Act 2025 on the clock.
    """
    opened = case.instant("opened_at")
    received = case.day("received_on") or (london_day(opened) if opened else None)
    if case.text("purpose") != ACCESS or received is None:
        return None
    months = ctx.policy.number("cctv.access_request_months")
    if case.flag("is_complex"):
        months += ctx.policy.number("cctv.access_request_more_months")
    due = access_request_due(received, months)
    stopped = case.day("clock_stopped")
    if stopped is None:
        return due
    return due + max(timedelta(0), (case.day("clock_started") or ctx.today) - stopped)


def _delete_due(case: Case, ctx: Context) -> date | None:
    return case.day("retain_until") if case.status == RETAINED else None


_KEPT: Final = frozenset({PRESERVED, APPROVED, REVIEWED, RECORDED, DISCLOSED, RETAINED, DELETED})
_MOVES: Final = (
    Move(verb="preserve", label="Preserve", start=frozenset({REQUESTED}), to=PRESERVED, event="cctv.preserved.v1",
         says="{actor} had footage of {camera_zone} preserved for {case}: {window_words}",
         needs=("purpose", "camera_zone", "window_start", "window_end", "preservation_ref"), sets=_preserved,
         rules=(_GUARDED, Rule("CTV-02", "A long window has a reason.", _window_narrow),
                Rule("CTV-03", "Footage is of the past.", _window_past),
                Rule("CTV-04", "Footage older than the retention is gone.", _still_there,
                     override=frozenset({Role.SECURITY})),
                Rule("CTV-05", "Footage serves a declared purpose.", _purpose_declared))),
    Move(verb="approve", label="Approve", start=frozenset({PRESERVED}), to=APPROVED, event="cctv.approved.v1",
         says="{actor} approved that footage for {case} is watched ({purpose})", roles=GUARDS, sets=_approved,
         needs=("lawful_basis", "window_reason"),
         rules=(Rule("CTV-08", "Who asks does not approve.", _not_own_approval),
                Rule("CTV-09", "Requests from outside are in writing.", _asked_in_writing))),
    Move(verb="refuse", label="Refuse", start=frozenset({REQUESTED, PRESERVED}), to=CLOSED, event="cctv.refused.v1",
         says="{actor} refused the footage for {case}", roles=GUARDS, reason=True, sets=_refused,
         rules=(TICKETED,)),
    Move(verb="unavailable", label="Not available", start=frozenset({REQUESTED, PRESERVED, APPROVED}), to=RECORDED,
         event="cctv.unavailable.v1", says="{actor} recorded for {case}: {findings}", reason=True, sets=_unavailable,
         rules=(_GUARDED,)),
    Move(verb="review", label="Reviewed", start=frozenset({APPROVED, REVIEWED}), to=REVIEWED, event="cctv.reviewed.v1",
         says="{actor} watched the footage of {case}", roles=_VIEWERS, sets=_viewed,
         rules=(_GUARDED, Rule("CTV-10", "The camera's clock is checked.", _clock_checked),
                Rule("CTV-07", "Who asks does not watch.", _not_own_request, override=frozenset({Role.SECURITY})))),
    Move(verb="record", label="Record findings", start=frozenset({REVIEWED}), to=RECORDED, event="cctv.recorded.v1",
         says="{actor} recorded the findings of {case}: {findings}", roles=_VIEWERS, needs=("found", "findings"),
         sets=_recorded,
         rules=(_GUARDED, Rule("CTV-11", "A viewer records the findings.", _by_viewer),
                Rule("CTV-12", "A clip has number, digest and place.", _clip_proven))),
    Move(verb="disclose", label="Disclose", start=frozenset({RECORDED}), to=DISCLOSED, event="cctv.disclosed.v1",
         says="{actor} disclosed footage of {case} by {disclosure_how}: {disclosure_why}",
         roles=frozenset({Role.LEGAL}), needs=("disclosed_to", "disclosure_why", "disclosure_how", "lawful_basis"),
         sets=_disclosed,
         rules=(Rule("CTV-13", "Others are made unseen.", _others_hidden),
                Rule("CTV-14", "The person's identity is checked.", _identity_known),
                Rule("CTV-20", "A copy that leaves the house is signed for.", _handed_over)),
         lasting="the footage was handed over."),
    Move(verb="retain", label="Retain", start=frozenset({RECORDED, DISCLOSED}), to=RETAINED, event="cctv.retained.v1",
         says="{actor} keeps the clip of {case} until {retain_until}", needs=("clip_id",), sets=_retained),
    Move(verb="delete", label="Delete", start=frozenset({RECORDED, DISCLOSED, RETAINED}), to=DELETED,
         event="cctv.deleted.v1", says="{actor} had the clip {clip_id} of {case} deleted", roles=GUARDS,
         needs=("clip_id",), sets=_deleted,
         rules=(Rule("CTV-15", "A clip is deleted when its time is up.", _time_is_up),),
         lasting="the footage is deleted."),
    Move(verb="escalate", label="Escalate", start=frozenset({"*"}), to="", event="cctv.escalated.v1", reason=True,
         says="{actor} escalated {case}", opens=_escalates),
    Move(verb="close", label="Close", start=frozenset({RECORDED, DISCLOSED, DELETED}), to=CLOSED,
         event="cctv.closed.v1", says="{actor} closed {case}", needs=("decision",),
         rules=(Rule("CTV-19", "No clip is left behind.", _reached_nothing), TICKETED)),
)  # fmt: skip

CASE: Final = CaseType(
    code="CTV",
    name="CCTV retrieval",
    family="cctv",
    sheet="Requests",
    form=_FORM,
    states=(REQUESTED, PRESERVED, APPROVED, REVIEWED, RECORDED, DISCLOSED, RETAINED, DELETED, CLOSED),
    moves=_MOVES,
    rules=(
        Rule("CTV-01", "A window ends after it starts.", _end_after_start),
        Rule("CTV-16", "Half of the retention gone is an alarm.", _half_gone, warn=True),
        Rule("CTV-17", "Some words make it a request in law.", _wording_trap, warn=True),
        Rule("CTV-21", "Footage is not for watching how people work.", _no_staff_watching, warn=True),
        Rule("CTV-22", "Footage is asked of a zone that has cameras.", _zone_watched, warn=True,
             source="policy cctv.cameras"),
    ),
    deadlines=(
        Deadline(id="CTV-DAY", label="Preserve today", due=_same_day, until=_KEPT, source="domain rules"),
        Deadline(id="CTV-HALF", label="Half of the retention: escalate", due=_half, until=_KEPT, source="policy cctv"),
        Deadline(id="CTV-GONE", label="Footage overwritten", due=_overwritten, until=_KEPT, source="policy cctv"),
        Deadline(id="CTV-ACCESS", label="Answer the access request", due=_access_due, legal=True,
                 until=frozenset({DISCLOSED, RETAINED, DELETED}), source="UK GDPR article 12(3)"),
        Deadline(id="CTV-DELETE", label="Delete the clip", due=_delete_due, source="policy cctv.clip_retention_days"),
    ),
    frozen_from=_KEPT,
    derive=_derive,
    messages=("requests.cctv_finding",),
    sample={
        "order_no": "4102938481", "purpose": "Claim", "camera_zone": "Bench 4",
        "window_start": "20/11/2026 01:25", "window_end": "20/11/2026 01:50", "ticket_ref": "TCK-20430",
        "window_reason": "Picked 01:30, sealed 01:42",
    },
)  # fmt: skip
