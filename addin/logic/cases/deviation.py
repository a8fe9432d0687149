"""Deviation (DEV): what went against a procedure, why, what changes, and whether it worked.

1. A cause is asked for until it is one we control; "human error" alone is no cause.
2. A major or critical deviation, or the same cause again and again, needs a preventive action besides the corrective.
3. Whether it worked is measured by the same metric, not before the policy's time after the action.
4. Senior QA closes it, and nobody who carried out the action judges it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from addin.logic.calendar import add_working_days, london_day
from addin.logic.case_type import Case, CaseType, Context, Deadline, Move, Opening, Rule
from addin.logic.closing import TICKETED, evidenced
from addin.logic.common_form import CANCELLED, CAUSE_TREE, CLOSED, DUPLICATE, ROOT_CAUSES
from addin.logic.forms import Field, FieldKind, Value
from addin.logic.outcome import Problem
from addin.logic.values import Role

OPEN: Final = "Open"
CONTAINED: Final = "Contained"
CAUSE: Final = "Root cause"
ACTION: Final = "Action"
VERIFIED: Final = "Verified"
SEVERITIES: Final = ("Minor", "Major", "Critical")
_NO_CAUSE: Final = re.compile(
    r"\b(?:human|operator|user|staff|people|person|picker|packer|employee)?\s*(?:error|mistake|fault|slip|oversight)s?\b"
    r"|\b(?:forgot|forgotten|careless\w*|inattenti\w*|negligen\w*|distracted|(?:not|did not) pay(?:ing)? attention)\b",
    re.I,
)
_FILLERS: Final = re.compile(
    r"\b(?:the|a|an|of|by|was|were|is|it|due|to|because|made|one|and|simple|pure|on|in|at)\b", re.I
)


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


_FORM: Final = (
    _f("sop_id", "Procedure", FieldKind.ID, queue=True, width=12),
    _f("sop_version", "Version", FieldKind.ID, width=9),
    _f("sop_step", "Step", width=12),
    _f("what_happened", "What happened", FieldKind.NOTE, queue=True, width=34, help="Against which step, where, when."),
    _f("severity", "Severity", FieldKind.CHOICE, choices=SEVERITIES, queue=True, width=9),
    _f("impact", "Impact", FieldKind.NOTE, width=26),
    _f("containment", "Containment", FieldKind.NOTE, late=True, width=26, help="What was done at once."),
    _f("whys", "Whys", FieldKind.LIST, late=True, width=30, help="One answer after the other, with ; between."),
    _f("root_cause", "Root cause", FieldKind.CHOICE, choices=ROOT_CAUSES, late=True, queue=True, width=16),
    _f("cause_detail", "Root cause, finer", late=True, width=18, help="One branch below; the Rules sheet lists them."),
    _f("controlled", "We control it", FieldKind.FLAG, late=True, width=9, help="Whether the last why is ours."),
    _f("cause_text", "Cause in words", FieldKind.NOTE, late=True, width=30, help="A cause that we control."),
    _f("corrective_action", "Corrective action", FieldKind.NOTE, late=True, queue=True, width=30),
    _f("preventive_action", "Preventive action", FieldKind.NOTE, late=True, width=30),
    _f("action_owner", "Action by", FieldKind.ID, late=True, queue=True, width=12, help="Account of one person."),
    _f("action_due", "Action due", FieldKind.DAY, late=True, queue=True, width=12),
    _f("preventive_owner", "Prevention by", FieldKind.ID, late=True, width=12, help="Account of one person."),
    _f("preventive_due", "Prevention due", FieldKind.DAY, late=True, width=12),
    _f("preventive_done", "Prevention done", FieldKind.DAY, late=True, width=12),
    _f("action_done", "Action done", FieldKind.DAY, late=True, width=12),
    _f("effectiveness_date", "Check effect on", FieldKind.DAY, late=True, width=12),
    _f("effectiveness_metric", "Metric", late=True, width=24, help="The same before and after, over the same time."),
    _f("metric_before", "Before", FieldKind.NUMBER, late=True, width=9),
    _f("metric_after", "After", FieldKind.NUMBER, late=True, width=9),
    _f("days_before", "Measured days before", FieldKind.COUNT, late=True, width=9),
    _f("days_after", "Measured days after", FieldKind.COUNT, late=True, width=9, help="As many as before."),
    _f("effective", "It worked", FieldKind.FLAG, late=True, width=8),
    _f("sop_ref", "Procedure, version, step", system=True, width=20),
    _f("capa_required", "Preventive needed", FieldKind.FLAG, system=True, width=9),
    _f("same_cause", "Same cause lately", FieldKind.COUNT, system=True, width=9),
    _f("repeat_of", "Repeat of", FieldKind.ID, system=True, help="What came back, when a repeat opened it."),
    _f("contained_at", "Contained", FieldKind.INSTANT, system=True),
    _f("caused_at", "Cause found", FieldKind.INSTANT, system=True),
    _f("verified_by", "Verified by", FieldKind.ID, system=True),
    _f("verified_at", "Verified", FieldKind.INSTANT, system=True, width=16),
)  # fmt: skip


# What is worked out ----------------------------------------------------------------------------------------------


def _opened_on(case: Case) -> date | None:
    opened = case.instant("opened_at")
    return london_day(opened) if opened else None


def _same_cause(case: Case, ctx: Context) -> int:
    """This deviation and those of the same cause opened within the policy's days before it."""
    day, cause = _opened_on(case), case.text("root_cause")
    if day is None or not cause:
        return 0
    since = day - timedelta(days=ctx.policy.days("deviation.capa_window_days"))
    count = 1
    for other in ctx.of_type("DEV"):
        when = _opened_on(other)
        counted = other.case_id != case.case_id and other.status not in (CANCELLED, DUPLICATE)
        if counted and other.text("root_cause") == cause and when is not None and since <= when <= day:
            count += 1
    return count


def _derive(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    same = _same_cause(case, ctx)
    often = max(same, len(case.items("linked_cases"))) >= ctx.policy.number("deviation.capa_same_cause")
    parts = (case.text("sop_id"), case.text("sop_version"), case.text("sop_step"))
    return {
        "sop_ref": ", ".join(part for part in parts if part) or None,
        "same_cause": same,
        "capa_required": often or case.text("severity") in ("Major", "Critical"),
    }


# Rules -----------------------------------------------------------------------------------------------------------


def _not_human_error(case: Case, ctx: Context) -> Problem | None:
    """Human error alone is no root cause: ask why it was possible. Source: domain rules."""
    words = case.text("cause_text")
    rest = re.findall(r"\w{3,}", _FILLERS.sub(" ", _NO_CAUSE.sub(" ", words)))
    if not words or _NO_CAUSE.search(words) is None or len(rest) >= 4:
        return None
    hint = "Ask why it was possible: the step, the tool, the training, the load."
    return Problem("DEV-01", "Human error alone is no root cause.", "cause_text", hint=hint)


def _asked_enough(case: Case, ctx: Context) -> Problem | None:
    """Why is asked several times. Source: five whys, policy `deviation.least_whys`."""
    have, need = len(case.items("whys")), ctx.policy.number("deviation.least_whys")
    if have >= need:
        return None
    return Problem(
        "DEV-02", f"Why was asked {have} times; {need} is the least.", "whys", hint="Ask on, with ; between."
    )


def _branch_of_cause(case: Case, ctx: Context) -> Problem | None:
    """The finer cause is a branch of the root cause. Source: root cause tree, policy `cause_detail`."""
    root, fine = case.text("root_cause"), case.text("cause_detail")
    if not root or not fine:
        return None
    key = next(name for name, cause in CAUSE_TREE.items() if cause == root)
    branches = ctx.policy.items(f"cause_detail.{key}") if ctx.policy.has(f"cause_detail.{key}") else ()
    if not branches or fine.casefold() in {branch.casefold() for branch in branches}:
        return None
    words = f"{fine!r} is no branch of '{root}'."
    return Problem("DEV-11", words, "cause_detail", hint=f"Choose one of: {'; '.join(branches)}.")


def _ours_to_change(case: Case, ctx: Context) -> Problem | None:
    """Why is asked until the answer is something we control. Source: five whys."""
    if case.flag("controlled") is True:
        return None
    if case.flag("controlled") is None:
        words = "Nobody has said whether the last answer is something we control."
        return Problem("DEV-12", words, "controlled", hint="Say Yes, or ask why once more.")
    return Problem("DEV-12", "The last answer is not ours to change.", "whys", hint="Ask why once more, with ; before.")


def _prevention_planned(case: Case, ctx: Context) -> Problem | None:
    """A preventive action has one owner and a day ahead, like a corrective one. Source: domain rules."""
    if not case.has("preventive_action"):
        return None
    for name, title in (("preventive_owner", "one person"), ("preventive_due", "a day")):
        if not case.has(name):
            return Problem("DEV-13", f"The preventive action has no {title.split()[-1]}.", name, hint=f"Name {title}.")
    due = case.day("preventive_due")
    if due is not None and due < ctx.today:
        return Problem("DEV-13", "The prevention was due in the past.", "preventive_due", hint="Agree on a day ahead.")
    return None


def _prevention_done(case: Case, ctx: Context) -> Problem | None:
    """Before the effect is judged the prevention is in place, too. Source: domain rules."""
    done_on = case.day("preventive_done")
    if not case.has("preventive_action") or (done_on is not None and done_on <= ctx.today):
        return None
    return Problem("DEV-14", "The preventive action is not done.", "preventive_done", hint="Fill in when it was done.")


def _same_length(case: Case, ctx: Context) -> Problem | None:
    """Before and after are measured over the same time. Source: effectiveness check, same period length."""
    before, after = case.count("days_before") or 0, case.count("days_after") or 0
    if before == after:
        return None
    words = f"The metric was measured over {before} days before and {after} days after."
    return Problem("DEV-15", words, "days_after", hint="Measure both over the same number of days.")


def _planned_ahead(case: Case, ctx: Context) -> Problem | None:
    """An action is due on a day that has not passed. Source: domain rules."""
    due = case.day("action_due")
    if due is None or due >= ctx.today:
        return None
    return Problem("DEV-03", "The action was due in the past.", "action_due", hint="Agree on a day ahead.")


def _prevented(case: Case, ctx: Context) -> Problem | None:
    """Major deviations and repeated causes need a preventive action. Source: policy `deviation.capa`."""
    if case.flag("capa_required") is not True or case.has("preventive_action"):
        return None
    words = (
        f"Severity {case.text('severity').lower()}, same cause {case.count('same_cause')} times: prevention is needed."
    )
    return Problem("DEV-04", words, "preventive_action", hint="Say what keeps it from coming back.")


def _checked_late_enough(case: Case, ctx: Context) -> Problem | None:
    """The effect is planned to be checked long enough after the action. Source: policy."""
    due, check = case.day("action_due"), case.day("effectiveness_date")
    days = ctx.policy.days("deviation.effectiveness_days")
    if due is None or check is None or (check - due).days >= days:
        return None
    words = f"The effect is checked {(check - due).days} days after the action; {days} is the least."
    return Problem("DEV-05", words, "effectiveness_date", hint=f"{due + timedelta(days=days):%d/%m/%Y} or later.")


def _time_has_passed(case: Case, ctx: Context) -> Problem | None:
    """The effect is judged after the action was done and had its time. Source: policy."""
    done_on, days = case.day("action_done"), ctx.policy.days("deviation.effectiveness_days")
    if done_on is None:
        return None
    if done_on > ctx.today:
        return Problem("DEV-06", "The action lies in the future.", "action_done", hint="Fill in when it was done.")
    earliest = done_on + timedelta(days=days)
    if ctx.today >= earliest:
        return None
    words = f"The action was done on {done_on:%d/%m/%Y}; its effect shows after {days} days."
    return Problem("DEV-06", words, "effectiveness_date", hint=f"Verify it on {earliest:%d/%m/%Y} or later.")


def _not_own_action(case: Case, ctx: Context) -> Problem | None:
    """Who carried out the action does not judge it. Source: segregation of duties."""
    if ctx.actor.id.casefold() not in {case.text(name).casefold() for name in ("action_owner", "preventive_owner")}:
        return None
    return Problem("DEV-07", "You carried out the action.", "action_owner", hint="Ask somebody else.")


def _it_worked(case: Case, ctx: Context) -> Problem | None:
    """What did not work is not verified. Source: domain rules."""
    if case.flag("effective") is not False:
        return None
    return Problem("DEV-08", "The action did not work.", "effective", hint="Send it back and find the cause anew.")


def _cause_of_it(case: Case, ctx: Context) -> Problem | None:
    """The same cause again and again is told. Source: policy `deviation.capa_same_cause`."""
    count = case.count("same_cause") or 0
    if count < ctx.policy.number("deviation.capa_same_cause"):
        return None
    words = f"This is number {count} of the cause '{case.text('root_cause')}' lately."
    return Problem("DEV-10", words, "root_cause", hint="Plan a preventive action.")


# Moves -----------------------------------------------------------------------------------------------------------


def _contained(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"contained_at": ctx.now}


def _caused(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"caused_at": ctx.now}


def _verified(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    words = f"Effective: {case.text('effectiveness_metric')} from {case.number('metric_before')} to "
    return {
        "verified_by": ctx.actor.id, "verified_at": ctx.now, "decision": f"{words}{case.number('metric_after')}.",
        "decision_by": ctx.actor.id, "decision_at": ctx.now,
    }  # fmt: skip


def _anew(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    names = ("verified_by", "verified_at", "decision", "decision_by", "decision_at", "effective", "metric_after",
             "action_done", "preventive_done", "controlled")  # fmt: skip
    return dict.fromkeys(names)


def _proposes(case: Case, ctx: Context) -> Sequence[Opening]:
    change = case.text("preventive_action") or case.text("corrective_action") or case.text("cause_text")
    fields: dict[str, Value] = {"trigger_case": case.case_id}
    named = {"sop_id": case.text("sop_id"), "superseded_version": case.text("sop_version"), "change": change}
    return (Opening(type="SOP", fields=fields | {name: text for name, text in named.items() if text}),)


def _contain_due(case: Case, ctx: Context) -> date | None:
    opened = _opened_on(case)
    return opened + timedelta(days=ctx.policy.days("deviation.containment_days")) if opened else None


def _cause_due(case: Case, ctx: Context) -> date | None:
    opened = _opened_on(case)
    return add_working_days(opened, ctx.policy.days("deviation.cause_working_days")) if opened else None


def _action_due(case: Case, ctx: Context) -> date | None:
    return None if case.has("action_done") else case.day("action_due")


def _prevention_due(case: Case, ctx: Context) -> date | None:
    return None if case.has("preventive_done") else case.day("preventive_due")


def _effect_due(case: Case, ctx: Context) -> date | None:
    return case.day("effectiveness_date")


_DONE: Final = frozenset({VERIFIED})
_MOVES: Final = (
    Move(verb="contain", label="Contained", start=frozenset({OPEN}), to=CONTAINED, event="deviation.contained.v1",
         says="{actor} contained {case} ({severity}): {containment}", sets=_contained,
         needs=("what_happened", "sop_id", "sop_version", "severity", "impact", "containment")),
    Move(verb="cause", label="Root cause", start=frozenset({CONTAINED}), to=CAUSE, event="deviation.cause_found.v1",
         says="{actor} found the cause of {case} ({root_cause}): {cause_text}", sets=_caused,
         needs=("whys", "root_cause", "cause_text"),
         rules=(Rule("DEV-01", "Human error alone is no root cause.", _not_human_error),
                Rule("DEV-02", "Why is asked until the cause is ours.", _asked_enough),
                Rule("DEV-11", "The finer cause is a branch of the root cause.", _branch_of_cause),
                Rule("DEV-12", "The cause is one that we control.", _ours_to_change))),
    Move(verb="act", label="Action", start=frozenset({CAUSE}), to=ACTION, event="deviation.action_planned.v1",
         says="{actor} planned the action of {case}: {corrective_action}, by {action_owner} until {action_due}",
         needs=("corrective_action", "action_owner", "action_due", "effectiveness_date", "effectiveness_metric"),
         rules=(Rule("DEV-03", "An action is due ahead.", _planned_ahead),
                Rule("DEV-04", "What is major or repeated is prevented.", _prevented),
                Rule("DEV-05", "The effect is checked late enough.", _checked_late_enough),
                Rule("DEV-13", "A preventive action has its owner and its day.", _prevention_planned))),
    Move(verb="verify", label="Verify", start=frozenset({ACTION}), to=VERIFIED, event="deviation.verified.v1",
         says="{actor} verified that the action of {case} worked: {decision}", sets=_verified,
         roles=frozenset({Role.SENIOR_QA, Role.QC}),
         needs=("action_done", "metric_before", "metric_after", "days_before", "days_after", "effective"),
         rules=(Rule("DEV-06", "An effect needs its time.", _time_has_passed),
                Rule("DEV-07", "Nobody judges their own action.", _not_own_action),
                Rule("DEV-08", "What did not work is not verified.", _it_worked),
                Rule("DEV-14", "Prevention is in place before the effect is judged.", _prevention_done),
                Rule("DEV-15", "Before and after are measured over the same time.", _same_length))),
    Move(verb="send_back", label="Send back", start=frozenset({CAUSE, ACTION, VERIFIED}), to=CONTAINED, reason=True,
         event="deviation.sent_back.v1", says="{actor} sent {case} back to find the cause anew", sets=_anew),
    Move(verb="propose", label="Propose SOP change", start=frozenset({CAUSE, ACTION, VERIFIED}), to="",
         event="deviation.change_proposed.v1", says="{actor} proposed a change of {sop_ref} out of {case}",
         opens=_proposes),
    Move(verb="close", label="Close", start=_DONE, to=CLOSED, event="deviation.closed.v1",
         says="{actor} closed the deviation {case}", roles=frozenset({Role.SENIOR_QA}), needs=("decision",),
         rules=(Rule("DEV-07", "Nobody judges their own action.", _not_own_action),
                evidenced("DEV-09", "the figures before and after"), TICKETED)),
)  # fmt: skip

CASE: Final = CaseType(
    code="DEV",
    name="Deviation",
    family="deviation",
    sheet="Improvement",
    form=_FORM,
    states=(OPEN, CONTAINED, CAUSE, ACTION, VERIFIED, CLOSED),
    moves=_MOVES,
    rules=(Rule("DEV-10", "The same cause again and again is told.", _cause_of_it, warn=True),),
    deadlines=(
        Deadline(id="DEV-CONTAIN", label="Contain", due=_contain_due, source="policy deviation.containment_days",
                 until=frozenset({CONTAINED, CAUSE, ACTION, VERIFIED})),
        Deadline(id="DEV-CAUSE", label="Find the cause", due=_cause_due, source="policy deviation.cause_working_days",
                 until=frozenset({CAUSE, ACTION, VERIFIED})),
        Deadline(id="DEV-ACTION", label="Carry out the action", due=_action_due, until=_DONE, source="its own plan"),
        Deadline(id="DEV-PREVENT", label="Put the prevention in place", due=_prevention_due, until=_DONE,
                 source="its own plan"),
        Deadline(id="DEV-EFFECT", label="Check the effect", due=_effect_due, until=_DONE, source="its own plan"),
    ),
    derive=_derive,
    messages=("escalations.capa_brief", "improvement.supplier_notice"),
    sample={
        "sop_id": "SOP-114", "sop_version": "3", "sop_step": "4.2 seal", "severity": "Major",
        "what_happened": "Three parcels left without a seal number on 20/11/2026, bench 4.",
        "impact": "Three orders of £1,200 to £4,800 could not be claimed if they were opened on the way.",
        "ticket_ref": "TCK-20466",
    },
)  # fmt: skip
