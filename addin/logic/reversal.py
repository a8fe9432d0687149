"""Taking back the last step of a case: a compensating event, never a deletion.

1. Only the last step that still stands can be taken back; what was taken back before is skipped.
2. A step with an effect outside the register (money sent, claim filed, pack delivered) stays; its row says why.
3. A step that opened other cases stays while one of them is alive.
4. Fields go back to what they held before the step, but for those somebody changed since.
5. It takes a reason, and the person who made the step or Senior QA; the event names the step and both states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from addin.logic.case_type import Case, CaseType, Context, Move
from addin.logic.events import Draft, Event, Json, Kind
from addin.logic.machine import Decision, compared, fold, settled, with_fields
from addin.logic.outcome import Problem
from addin.logic.values import Role

TAKEN_BACK: Final = Kind(
    "case.taken_back.v1", "{actor} took back '{label}' (event {reverses}) on {case}: '{came}' again"
)
VERB: Final = "take_back"


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of a case that still stands: its move, its event, the case right before it, and what came of it."""

    move: Move
    seq: int
    actor: str
    at: str
    before: Case
    sets: frozenset[str]
    changed_since: frozenset[str]
    opened: tuple[str, ...]


def last_step(kind: CaseType, events: Iterable[Event], unsealed: Mapping[int, Mapping[str, Json]]) -> Step | None:
    """The step that can be asked back, out of a case's events in order; None when only its opening stands.

    `unsealed` holds the changes of each event that sets fields, personal values put back, by event number.
    """
    case: Case | None = None
    steps: list[Step] = []
    for event in events:
        verb = str(event.data.get("move", ""))
        if not verb:
            continue
        changes = unsealed[event.seq]
        if event.kind == TAKEN_BACK.name and steps:
            steps.pop()
        elif verb in kind.all_moves and case is not None:
            opened = event.data.get("opened")
            names = tuple(str(name) for name in opened) if isinstance(opened, list) else ()
            move = kind.all_moves[verb]
            steps.append(Step(move, event.seq, event.actor, event.at, case, frozenset(changes), frozenset(), names))
        elif steps:
            steps[-1] = replace(steps[-1], changed_since=steps[-1].changed_since | changes.keys())
        case = fold(kind, case, event.case_id, event.seq, event.data, changes)
    return steps[-1] if steps else None


def why_not(case: Case, step: Step | None, ctx: Context) -> Problem | None:
    """Why the last step cannot be taken back, None when it can; the reason apart."""
    if step is None:
        return Problem("REV-01", f"{case.case_id} has no step to take back.", hint="Cancel it if it is not wanted.")
    label = step.move.label
    if case.is_final:
        return Problem("REV-02", f"{case.case_id} is '{case.status}'.", "status", hint="Reopen it first.")
    if step.move.lasting:
        hint = "Record what happens next as a step of its own."
        return Problem("REV-03", f"'{label}' cannot be taken back: {step.move.lasting}", hint=hint)
    if step.move.joins or step.move.follows:
        hint = "Press 'Part', or put the other case right by a step of its own."
        return Problem("REV-06", f"'{label}' changed another case too, so it stays.", "linked_cases", hint=hint)
    alive = [other.case_id for other in ctx.related if other.case_id in step.opened and not other.is_final]
    if alive:
        words = f"'{label}' opened {', '.join(alive)}, which is still worked on."
        return Problem("REV-04", words, "linked_cases", hint="Cancel that first.")
    if step.actor != ctx.actor.id and not ctx.actor.may(frozenset({Role.SENIOR_QA})):
        words = f"'{label}' was made by {step.actor}; {ctx.actor.name} may not take it back."
        return Problem("REV-05", words, hint="Ask that person, or Senior QA.")
    return None


def consequences(case: Case, kind: CaseType, step: Step) -> str:
    """In a sentence, what taking the step back does."""
    came = step.before.status
    state = f"goes back to '{came}'" if came != case.status else f"stays '{case.status}'"
    emptied = [kind.fields[n].title for n in sorted(_restored(step)) if n in kind.fields and not step.before.has(n)]
    shown = [title for title in emptied if title][:4]
    more = f"; emptied: {', '.join(shown)}" if shown else ""
    return f"'{step.move.label}' by {step.actor} can be taken back: the case {state}{more}."


def take_back(kind: CaseType, case: Case, step: Step | None, ctx: Context) -> Decision:
    """Take the last step back, or say why not."""
    problem = why_not(case, step, ctx)
    if problem is None and not ctx.reason.strip():
        problem = Problem("MOVE-REASON", "Taking a step back needs a reason.", "reason", hint="Fill in Reason.")
    if step is None or problem is not None:
        return Decision(case, problems=(problem,) if problem else ())
    old = {name: step.before.fields.get(name) for name in _restored(step)}
    after = settled(kind, with_fields(replace(case, status=step.before.status), old), ctx)
    data = compared(kind, case, after, move=VERB)
    data |= {"label": step.move.label, "reverses": step.seq, "came": after.status}
    return Decision(after, (Draft(TAKEN_BACK.name, case.case_id, data, ctx.reason, kind.personal),))


def _restored(step: Step) -> frozenset[str]:
    return step.sets - step.changed_since
