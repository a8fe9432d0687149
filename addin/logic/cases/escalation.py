"""Escalation (ESC): a blocker told in four parts to a team that can remove it, and followed until it is gone.

1. Situation, background, assessment and recommendation are complete, and the ask is specific, before it is taken.
2. Updates come at the pace of the severity; a missed one is counted.
3. What is not acknowledged in time goes one level up the ladder, never down.
4. Baseline and threshold are filled from the case that is escalated; a team that does not move is chased on dates.
5. The raiser confirms that it is solved; the worst severity it ever had decides who closes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from addin.logic.calendar import add_working_time, is_working_day, london_day
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Rule
from addin.logic.closing import TICKETED
from addin.logic.common_form import CLOSED, PRIORITIES
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.sbar import norm_and_limit
from addin.logic.values import Role

RAISED: Final = "Raised"
ACKNOWLEDGED: Final = "Acknowledged"
IN_ACTION: Final = "In action"
RESOLVED: Final = "Resolved"
CONFIRMED: Final = "Confirmed by raiser"
RE_ESCALATED: Final = "Re-escalated"
TARGETS: Final = (
    "Senior QA", "IT", "3PL", "Carrier", "Customer Service", "Finance", "Security", "Legal", "Manager",
)  # fmt: skip
_PARTS: Final = ("situation", "background", "assessment", "recommendation")
_ROUTES: Final = {"System/IT": "IT", "3PL": "3PL", "Carrier": "Carrier"}
_TOP: Final = 4
#: Words that ask for nothing in particular.
_EMPTY: Final = (
    "please pls plz asap urgent urgently help me us check look into it this the a an and or to can could you someone "
    "somebody anyone advise fix sort do something now quickly thanks thx we i need"
)
_EMPTY_WORDS: Final = frozenset(_EMPTY.split())


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("priority_wanted", "Priority wanted", FieldKind.CHOICE, choices=PRIORITIES, queue=True, late=True, width=9,
       help="The severity: P1 stops the work, P4 is information."),
    _f("target_team", "To team", FieldKind.CHOICE, choices=TARGETS, listed="escalation.targets", queue=True, late=True,
       width=14),
    _f("situation", "Situation", FieldKind.NOTE, queue=True, width=34, help="What, which orders, since when."),
    _f("background", "Background", FieldKind.NOTE, width=30, help="What was tried."),
    _f("assessment", "Assessment", FieldKind.NOTE, width=30, help="Cause, risk, who is affected, which deadline."),
    _f("recommendation", "Ask", FieldKind.NOTE, queue=True, width=30, help="What exactly the team shall do."),
    _f("ask_by", "Ask by", FieldKind.INSTANT, queue=True, late=True, width=16),
    _f("baseline", "Normal is", width=20, help="What would be normal."),
    _f("threshold", "Limit passed", width=20, help="Which limit was passed."),
    _f("orders_affected", "Orders affected", FieldKind.COUNT, width=9),
    _f("tracking", "Tracking", FieldKind.ID, width=20),
    _f("telephoned", "Telephoned", FieldKind.FLAG, late=True, help="A P1 is told by telephone and in chat."),
    _f("taken_by", "Taken by", personal=True, late=True, width=16, help="Who in the team took it."),
    _f("readback", "Read back", late=True, width=24, help="The ask in the receiver's own words."),
    _f("update_text", "Update", FieldKind.NOTE, queue=True, late=True, width=30, help="One text for every channel."),
    _f("resolution", "Resolution", FieldKind.NOTE, late=True, width=30),
    _f("next_update", "Next update", FieldKind.INSTANT, system=True, queue=True, width=16),
    _f("chase_at", "Chase on", FieldKind.INSTANT, late=True, queue=True, width=16, help="When to ask the team again."),
    _f("chases", "Chased", FieldKind.COUNT, system=True, queue=True, width=7),
    _f("chased_at", "Last chased", FieldKind.INSTANT, system=True),
    _f("last_update_at", "Last update", FieldKind.INSTANT, system=True),
    _f("updates_missed", "Updates missed", FieldKind.COUNT, system=True, width=8),
    _f("severity", "Severity", system=True),
    _f("worst_severity", "Worst severity", system=True),
    _f("level", "Level", FieldKind.COUNT, system=True, queue=True, width=7),
    _f("level_name", "Now with", system=True, width=24),
    _f("level_at", "Level since", FieldKind.INSTANT, system=True),
    _f("acknowledged_at", "Acknowledged", FieldKind.INSTANT, system=True),
    _f("minutes_to_ack", "Minutes to acknowledge", FieldKind.COUNT, system=True),
)  # fmt: skip


def _severity(case: Case) -> str:
    """The severity as asked for, else as worked out; P3 for a case that has neither yet."""
    return case.text("priority_wanted") or case.text("priority") or "P3"


def _worst(case: Case) -> str:
    return min(case.text("worst_severity") or _severity(case), _severity(case), key=PRIORITIES.index)


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    level = case.count("level") or 2  # whatever is escalated has left the first level, the coordinator
    return {
        **_told_by_case(case, ctx),
        "level": level,
        "level_name": ctx.policy.text(f"escalation.level.{level}"),
        "severity": _severity(case),
        "worst_severity": _worst(case),
        "next_update": None if case.status in (RESOLVED, CONFIRMED) or case.is_final else _next_update(case, ctx),
    }


def _told_by_case(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    """Baseline and threshold out of the case that is escalated, until somebody writes them."""
    about = next((one for one in ctx.related if one.case_id == case.text("parent_case")), None)
    if about is None or (case.has("baseline") and case.has("threshold")):
        return {}
    normal, limit = norm_and_limit(about, ctx)
    return {"baseline": case.text("baseline") or normal, "threshold": case.text("threshold") or limit}


def _next_update(case: Case, ctx: Context) -> datetime | None:
    """P1 and P2 by the clock, night and weekend included; the others not on a day that is not worked."""
    since = case.instant("last_update_at") or case.instant("acknowledged_at") or case.instant("opened_at")
    if since is None:
        return None
    found = since + timedelta(hours=ctx.policy.number(f"escalation.update_hours.{_severity(case)}"))
    while _severity(case) not in ("P1", "P2") and not is_working_day(london_day(found)):
        found += timedelta(days=1)
    return found


# Rules -----------------------------------------------------------------------------------------------------------


def _four_parts(case: Case, ctx: Context) -> Problem | None:
    """An escalation has its four parts. Source: SBAR, domain rules."""
    lacking = [name for name in _PARTS if not case.has(name)]
    if not lacking:
        return None
    words = ", ".join(CASE.fields[name].title.lower() for name in lacking)
    return Problem("ESC-01", f"The escalation lacks: {words}.", lacking[0], hint="Fill in all four parts.")


def _specific(case: Case, ctx: Context) -> Problem | None:
    """The ask says what is to be done, in at least three words that mean something. Source: domain rules."""
    found = re.findall(r"[\w'-]+", case.text("recommendation").casefold())
    if not found or len([word for word in found if word not in _EMPTY_WORDS]) >= 3:
        return None
    hint = "Say what the team shall do to what, for example: release wave 3 to the pick bench."
    return Problem("ESC-02", "The ask is not specific.", "recommendation", hint=hint)


def _ask_ahead(case: Case, ctx: Context) -> Problem | None:
    """The ask has a time that lies ahead. Source: domain rules."""
    by = case.instant("ask_by")
    if by is None or by > ctx.now:
        return None
    return Problem("ESC-03", "The time of the ask has passed.", "ask_by", hint="Agree on a new time.")


def _told_by_phone(case: Case, ctx: Context) -> Problem | None:
    """A P1 is told by telephone as well as in chat. Source: domain rules."""
    if _severity(case) != "P1" or case.flag("telephoned") is True:
        return None
    return Problem("ESC-04", "A P1 is told by telephone and in chat.", "telephoned", hint="Call, then say Yes.")


def _route(case: Case, ctx: Context) -> Problem | None:
    """A cause in IT, at the 3PL or at the carrier goes there. Source: domain rules."""
    wanted = _ROUTES.get(case.text("root_cause"), "")
    if not wanted or case.text("target_team") in ("", wanted, "Senior QA", "Manager"):
        return None
    words = f"The cause is '{case.text('root_cause')}' but it goes to {case.text('target_team')}."
    return Problem("ESC-05", words, "target_team", hint=f"Send it to {wanted}.")


def _many_orders(case: Case, ctx: Context) -> Problem | None:
    """Many orders make a P1 or P2. Source: policy `priority.orders_high`."""
    count = case.count("orders_affected") or 0
    if count <= ctx.policy.number("priority.orders_high") or _severity(case) in ("P1", "P2"):
        return None
    words = f"{count} orders are affected but the severity is {_severity(case)}."
    return Problem("ESC-06", words, "priority_wanted", hint="Choose P1 or P2, with a reason.")


def _ack_late(case: Case, ctx: Context) -> Problem | None:
    """What nobody acknowledged in time goes to the next level. Source: policy `escalation.ack_minutes`."""
    due = _ack_due(case, ctx)
    if due is None or ctx.now <= due:
        return None
    return Problem("ESC-07", "Nobody has acknowledged it in time.", "status", hint="Escalate it to the next level.")


def _room_above(case: Case, ctx: Context) -> Problem | None:
    """The ladder ends. Source: policy `escalation.level`."""
    if (case.count("level") or 2) < _TOP:
        return None
    words = f"It is already at the top of the ladder ({case.text('level_name')})."
    return Problem("ESC-08", words, "level", hint="Telephone; add a note.")


def _by_raiser(case: Case, ctx: Context) -> Problem | None:
    """Who raised it says whether it is solved. Source: domain rules."""
    if ctx.actor.id == case.text("opened_by"):
        return None
    words = f"{case.text('opened_by')} raised it and has to confirm."
    return Problem("ESC-09", words, "opened_by", hint="Ask them to press 'Confirm'.")


def _senior_closes(case: Case, ctx: Context) -> Problem | None:
    """A case that was ever P1 or P2 is closed by Senior QA. Source: domain rules, approver."""
    if _worst(case) not in ("P1", "P2") or ctx.actor.may({Role.SENIOR_QA}):
        return None
    return Problem("ESC-10", f"It was {_worst(case)}; Senior QA closes it.", "worst_severity", hint="Ask Senior QA.")


# Moves -----------------------------------------------------------------------------------------------------------


def _acknowledged(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    since = case.instant("level_at") or case.instant("opened_at")
    return {
        "acknowledged_at": ctx.now,
        "minutes_to_ack": int((ctx.now - since).total_seconds()) // 60 if since else None,
        "last_update_at": ctx.now,
        "chase_at": case.instant("chase_at") or _next_chase(case, ctx),
        "owner": case.text("owner") or ctx.actor.id,
    }


def _next_chase(case: Case, ctx: Context) -> datetime:
    """When to ask again: after the policy's working time of the severity, but not after the time of the ask."""
    hours = ctx.policy.number(f"escalation.chase_hours.{_severity(case)}")
    found = add_working_time(ctx.now, timedelta(hours=hours), ctx.policy.working_hours())
    ask = case.instant("ask_by")
    return ask if ask is not None and ctx.now < ask < found else found


def _chased(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    ahead = case.instant("chase_at")
    after = ahead if ahead is not None and ahead > ctx.now else _next_chase(case, ctx)
    return {"chases": (case.count("chases") or 0) + 1, "chased_at": ctx.now, "chase_at": after}


def _chased_enough(case: Case, ctx: Context) -> Problem | None:
    """What was chased several times goes up the ladder. Source: policy `escalation.chases_before_next`."""
    count, most = case.count("chases") or 0, ctx.policy.number("escalation.chases_before_next")
    if count < most or case.status in (RESOLVED, CONFIRMED) or case.is_final:
        return None
    words = f"{case.text('target_team') or 'The team'} was chased {count} times."
    return Problem("ESC-12", words, "chases", hint="Escalate it to the next level, or agree on a date.")


def _updated(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    due = case.instant("next_update")
    late = 1 if due is not None and ctx.now > due else 0
    return {"last_update_at": ctx.now, "updates_missed": (case.count("updates_missed") or 0) + late}


def _one_up(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    level = min((case.count("level") or 2) + 1, _TOP)
    return {"level": level, "level_at": ctx.now, "acknowledged_at": None, "chases": None, "chase_at": None}


def _resolved(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"decision": case.text("resolution"), "decision_by": ctx.actor.id, "decision_at": ctx.now}


def _ack_due(case: Case, ctx: Context) -> datetime | None:
    """A P1 by the clock, the others in working time; each level has its own."""
    since = case.instant("level_at") or case.instant("opened_at")
    if since is None or case.status not in (RAISED, RE_ESCALATED):
        return None
    if _severity(case) == "P1":
        return since + timedelta(minutes=ctx.policy.number("escalation.ack_minutes"))
    minutes = ctx.policy.number(f"sla.ack_minutes.{_severity(case)}")
    return add_working_time(since, timedelta(minutes=minutes), ctx.policy.working_hours())


def _chase_due(case: Case, ctx: Context) -> datetime | None:
    return case.instant("chase_at")


def _ask_due(case: Case, ctx: Context) -> datetime | None:
    return case.instant("ask_by")


def _update_due(case: Case, ctx: Context) -> datetime | None:
    return case.instant("next_update")


_SOLVED: Final = frozenset({RESOLVED, CONFIRMED})
_MOVES: Final = (
    Move(verb="acknowledge", label="Acknowledge", start=frozenset({RAISED, RE_ESCALATED}), to=ACKNOWLEDGED,
         event="escalation.acknowledged.v1",
         says="{target_team} acknowledged {case} after {minutes_to_ack} minutes, told by {actor}",
         needs=("target_team", "ask_by", "taken_by", "readback"), sets=_acknowledged,
         rules=(Rule("ESC-01", "An escalation has its four parts.", _four_parts),
                Rule("ESC-02", "The ask is specific.", _specific),
                Rule("ESC-03", "The ask has a time ahead.", _ask_ahead),
                Rule("ESC-04", "A P1 is told by telephone.", _told_by_phone))),
    Move(verb="act", label="In action", start=frozenset({ACKNOWLEDGED}), to=IN_ACTION,
         event="escalation.in_action.v1", says="{case} is in action at {target_team}, told by {actor}"),
    Move(verb="update", label="Update", start=frozenset({"*"}), to="", event="escalation.updated.v1",
         says="{actor} updated {case}: {update_text}", needs=("update_text",), sets=_updated),
    Move(verb="chase", label="Chase", start=frozenset({RAISED, RE_ESCALATED, ACKNOWLEDGED, IN_ACTION}), to="",
         event="escalation.chased.v1", says="{actor} chased {target_team} about {case} ({chases} times), again on "
         "{chase_at}", needs=("target_team",), sets=_chased, hint="Asks the team again and plans the next time."),
    Move(verb="escalate", label="Escalate", start=frozenset({RAISED, ACKNOWLEDGED, IN_ACTION, RESOLVED, RE_ESCALATED}),
         to=RE_ESCALATED, event="escalation.re_escalated.v1", reason=True, sets=_one_up,
         says="{actor} escalated {case} to level {level} ({level_name})",
         rules=(Rule("ESC-08", "The ladder ends at its top.", _room_above),)),
    Move(verb="resolve", label="Resolve", start=frozenset({ACKNOWLEDGED, IN_ACTION}), to=RESOLVED,
         event="escalation.resolved.v1", says="{actor} reported {case} as solved: {resolution}",
         needs=("resolution",), sets=_resolved),
    Move(verb="send_back", label="Send back", start=_SOLVED, to=IN_ACTION, event="escalation.sent_back.v1",
         says="{actor} sent {case} back: not solved", reason=True),
    Move(verb="confirm", label="Confirm", start=frozenset({RESOLVED}), to=CONFIRMED,
         event="escalation.confirmed.v1", says="{actor}, who raised {case}, confirmed that it is solved",
         rules=(Rule("ESC-09", "The raiser confirms.", _by_raiser, override=frozenset({Role.SENIOR_QA})),)),
    Move(verb="close", label="Close", start=frozenset({CONFIRMED}), to=CLOSED, event="escalation.closed.v1",
         says="{actor} closed {case}: {root_cause}", needs=("decision", "root_cause"),
         rules=(Rule("ESC-10", "Senior QA closes what was P1 or P2.", _senior_closes), TICKETED)),
)  # fmt: skip

CASE: Final = CaseType(
    code="ESC",
    name="Escalation",
    family="escalation",
    sheet="Escalations",
    form=_FORM,
    states=(RAISED, ACKNOWLEDGED, IN_ACTION, RE_ESCALATED, RESOLVED, CONFIRMED, CLOSED),
    moves=_MOVES,
    rules=(
        Rule("ESC-05", "An escalation goes where its cause is.", _route, warn=True),
        Rule("ESC-06", "Many orders make it urgent.", _many_orders, warn=True),
        Rule("ESC-07", "What nobody takes goes one level up.", _ack_late, warn=True),
        Rule("ESC-12", "What was chased enough goes one level up.", _chased_enough, warn=True),
    ),
    deadlines=(
        Deadline(id="ESC-ACK", label="Acknowledge, else next level", due=_ack_due, source="policy escalation"),
        Deadline(id="ESC-UPDATE", label="Next update", due=_update_due, until=_SOLVED, source="policy escalation"),
        Deadline(id="ESC-CHASE", label="Chase the team", due=_chase_due, until=_SOLVED, source="policy escalation"),
        Deadline(id="ESC-ASK", label="Ask by", due=_ask_due, until=_SOLVED, source="domain rules"),
    ),
    derive=_derive,
    messages=("escalations.sbar", "escalations.chaser"),
    sample={
        "priority_wanted": "P1", "target_team": "IT",
        "situation": "Wave 3 is stuck in picking since 06:40, about 38 orders.",
        "background": "Restarted the hand scanners; the ticket is open with IT.",
        "assessment": "The orders miss the collection at 17:30 unless the wave moves by 15:00.",
        "recommendation": "Release wave 3 to the pick bench.", "orders_affected": "38",
        "ask_by": "23/11/2026 15:00", "ticket_ref": "TCK-20417",
    },
)  # fmt: skip
