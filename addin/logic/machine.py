"""The case machine: reads a case type's table and decides.

1. A move applies in the states and to the roles its row names; anything else is refused in words and changes nothing.
2. A move's needed fields are filled, its rules hold, and its reason is given where the row asks for one.
3. The same functions serve a button, bulk, an import, the command line and a typed edit.
4. What a rule computes (score, due dates, amounts) is a system field: recorded in the event, never typed.
5. Folding is blind: status and fields come from the event, so an old decision is never judged by a new rule.

Reading cells is left to `forms`, numbering and storing to the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from addin.logic.case_type import WORKING, Case, CaseType, Context, Follow, Move, Opening, Rule
from addin.logic.common_form import FINAL_STATES, WAITING_FIELDS
from addin.logic.events import PERSONAL, Draft, Json, Kind, names_in
from addin.logic.evidence import ATTACHED, ERASED_FILE, FIELD, WITHDRAWN, Keep, Piece, joined, pieces, told
from addin.logic.forms import Field, FieldKind, Value, same_word
from addin.logic.joining import Effect, Join, Joined, join
from addin.logic.outcome import Problem, needed
from addin.logic.priority import in_time, pause_words, standing, worked_while_waiting
from addin.logic.retention import ERASERS, may_erase
from addin.logic.values import Role

#: The longest text that is compared with a pattern; nothing of ours is longer, and a bad pattern takes time.
_PATTERNED: Final = 200
#: How many letters make a title tell itself from the other words of a sentence, and how many too few.
_TELLING: Final = 5
_TOO_SHORT: Final = 2
EDITED: Final = Kind("case.edited.v1", "{actor} changed {changed} on {case}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules decided: the case as it will stand and the events to append, or the problems that forbid it.

    `openings` are cases to open, `effects` what happens to cases that are there already and `follows` the moves they
    make, all in one transaction.
    """

    case: Case
    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    openings: tuple[Opening, ...] = ()
    keeps: tuple[Keep, ...] = ()
    effects: tuple[Effect, ...] = ()
    follows: tuple[Follow, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing forbids it."""
        return not self.problems


def open_case(kind: CaseType, case_id: str, given: Mapping[str, Value | None], ctx: Context) -> Decision:
    """Open a case of a type with the facts at hand.

    `given` may hold system fields too (an opening move or intake fills them). Problems: the actor may not open this
    type, the type has no such field, one it cannot do without is missing, or a rule of the form fails.
    """
    given = _as_listed(kind, given, ctx)
    known: dict[str, Value] = {"opened_by": ctx.actor.id, "opened_at": ctx.now}
    case = with_fields(Case(case_id, kind.code, kind.initial, known), given)
    problems = [*_role_problem(kind.openers, ctx, f"open a case of type {kind.name.lower()}")]
    problems += [_no_field(kind, name) for name in given if name not in kind.fields]
    problems += _missing(kind, case, kind.asks, "open the case")
    problems += [
        problem for name, value in given.items() for problem in _form_problem(kind.fields.get(name), value, ctx)
    ]
    case = settled(kind, case, ctx)
    verdict = _judge(kind, kind.rules, case, ctx)
    problems += verdict.blocked
    if problems:
        return Decision(case, problems=tuple(problems), warnings=verdict.warnings)
    data = _data(kind, None, case, verdict, move="open")
    draft = Draft(kind.opened.name, case_id, data, ctx.reason, kind.personal)
    return Decision(case, (draft,), warnings=verdict.warnings, keeps=_keeps(kind, case, ctx))


def edit(kind: CaseType, case: Case, changes: Mapping[str, Value | None], ctx: Context) -> Decision:
    """Take typed changes of a case's input fields; nothing is taken when one of them is refused."""
    given = _as_listed(kind, changes, ctx)
    changed = {name: value for name, value in given.items() if _differs(case.fields.get(name), value)}
    if not changed:
        return Decision(case)
    problems = [problem for name in changed for problem in _edit_problems(kind, case, name, changed[name], ctx)]
    after = settled(kind, with_fields(case, {**changed, **_waits_otherwise(case, changed, ctx)}), ctx)
    verdict = _judge(kind, kind.rules, after, ctx)
    problems += verdict.blocked
    if problems:
        return Decision(case, problems=tuple(problems), warnings=verdict.warnings)
    data = _data(kind, case, after, verdict, move="edit")
    data["changed"] = ", ".join(kind.fields[name].title for name in changed)
    draft = Draft(EDITED.name, case.case_id, data, ctx.reason, kind.personal)
    return Decision(after, (draft,), warnings=verdict.warnings, keeps=_keeps(kind, after, ctx))


def decide(kind: CaseType, case: Case, verb: str, changes: Mapping[str, Value | None], ctx: Context) -> Decision:
    """Take typed changes, then make a move; all or nothing.

    Problems carry the ids MOVE-UNKNOWN, MOVE-STATE, MOVE-ROLE, MOVE-NEEDS, MOVE-REASON or the rule's own id.
    """
    move = kind.all_moves.get(verb)
    if move is None:
        return Decision(case, problems=(_unknown_move(kind, verb),))
    edited = edit(kind, case, changes, ctx)
    current = edited.case if edited.ok else with_fields(case, changes)
    problems = [
        *edited.problems,
        *_state_problem(kind, move, case),
        *_role_problem(move.roles, ctx, f"press '{move.label}'"),
    ]
    if not problems:
        problems += _missing(kind, current, move.needs, f"'{move.label}'")
    if move.reason and not ctx.reason.strip():
        problems.append(Problem("MOVE-REASON", f"'{move.label}' needs a reason.", "reason", hint="Fill in Reason."))
    verdict = _judge(kind, move.rules, current, ctx) if not problems else _Verdict()
    problems += verdict.blocked
    others = join(kind, current, move.joins, ctx) if move.joins and not problems else Joined()
    problems += others.problems
    warnings = (*edited.warnings, *verdict.warnings)
    if problems:
        return Decision(case, problems=tuple(problems), warnings=warnings)
    after = _apply(kind, move, with_fields(current, others.mine), ctx)
    data = _data(kind, current, after, verdict, move=verb)
    data |= _standing_words(kind, move, after, data["set"])
    draft = Draft(move.event, case.case_id, data, ctx.reason, kind.personal)
    openings = tuple(move.opens(after, ctx)) if move.opens else ()
    return Decision(
        after,
        (*edited.drafts, draft),
        warnings=warnings,
        openings=openings,
        keeps=_keeps(kind, after, ctx),
        effects=others.effects,
        follows=tuple(move.follows(after, ctx)) if move.follows else (),
    )


def attach(kind: CaseType, case: Case, new: Iterable[Piece], ctx: Context) -> Decision:
    """Attach pieces of evidence, whose contents are kept already; a piece the case has is not attached again."""
    problems = [*_role_problem(kind.openers | WORKING, ctx, "attach evidence"), *_over(case)]
    if problems:
        return Decision(case, problems=tuple(problems))
    _, added = joined(pieces(case), new, ctx.now)
    drafts = []
    for piece in added:
        after = settled(kind, with_fields(case, {FIELD: (*case.items(FIELD), piece.as_text())}), ctx)
        drafts.append(_evidence_draft(kind, case, after, piece, ctx, ATTACHED))
        case = after
    return Decision(case, tuple(drafts))


def withdraw(kind: CaseType, case: Case, name: str, ctx: Context) -> Decision:
    """Take a piece of evidence back, with a reason; its content stays in the store, since events name it."""
    problems = [*_role_problem(kind.openers | WORKING, ctx, "withdraw evidence"), *_over(case)]
    return _without(kind, case, name, ctx, WITHDRAWN, problems)


def erase_evidence(kind: CaseType, case: Case, name: str, ctx: Context) -> Decision:
    """Erase a piece of evidence, with a reason, once its retention allows it; whoever asks deletes the content."""
    problems = _role_problem(ERASERS, ctx, "erase evidence")
    verdict = may_erase(case, FIELD, ctx.today, ctx.policy, asked=True)
    if not verdict.erase:
        problems.append(Problem("EVD-HELD", f"It is {verdict.why}.", FIELD, hint="Erase it after that."))
    return _without(kind, case, name, ctx, ERASED_FILE, problems)


def _without(kind: CaseType, case: Case, name: str, ctx: Context, event: Kind, problems: Sequence[Problem]) -> Decision:
    """A case without a file, and one event for each kind under which it was attached."""
    found = [piece for piece in pieces(case) if piece.name.casefold() == name.strip().casefold()]
    problems = list(problems)
    if not found:
        listed = ", ".join(piece.name for piece in pieces(case)) or "none"
        hint = f"Its files: {listed}."
        problems.append(Problem("EVD-NONE", f"{case.case_id} has no file {name!r}.", FIELD, hint=hint))
    if not ctx.reason.strip():
        problems.append(Problem("MOVE-REASON", "Taking evidence back needs a reason.", "reason", hint="Say why."))
    if problems:
        return Decision(case, problems=tuple(problems))
    drafts = []
    for piece in found:
        left = tuple(item for item in case.items(FIELD) if item != piece.as_text())
        after = with_fields(case, {FIELD: left})
        after = after if case.is_final else settled(kind, after, ctx)
        drafts.append(_evidence_draft(kind, case, after, piece, ctx, event))
        case = after
    return Decision(case, tuple(drafts))


def _over(case: Case) -> list[Problem]:
    if not case.is_final:
        return []
    words = f"{case.case_id} is '{case.status}'; its evidence can no longer be changed."
    return [Problem("EVD-FROZEN", words, FIELD, hint="Reopen the case first.")]


def _evidence_draft(kind: CaseType, before: Case, after: Case, piece: Piece, ctx: Context, event: Kind) -> Draft:
    data = {**_data(kind, before, after, _Verdict(), move=event.name.split(".")[1]), **told(piece)}
    # The list before differs by the piece that the event names; twice the list would soon be too long for a cell.
    was = data.get("was")
    data["was"] = {name: value for name, value in was.items() if name != FIELD} if isinstance(was, dict) else {}
    return Draft(event.name, before.case_id, data, ctx.reason, kind.personal)


def _keeps(kind: CaseType, case: Case, ctx: Context) -> tuple[Keep, ...]:
    return tuple(kind.keeps(case, ctx)) if kind.keeps is not None else ()


def affect(kind: CaseType, case: Case, effect: Effect, other: str, ctx: Context) -> Decision:
    """What a move on the case `other` does to this one, or what it hears from outside ("" then).

    The rules of this case's form still hold where another case changes it.
    """
    after = settled(kind, with_fields(case, effect.sets), ctx)
    verdict = _judge(kind, kind.rules, after, ctx)
    if verdict.blocked and other:
        blocked = tuple(replace(one, message=f"{case.case_id}: {one.message}") for one in verdict.blocked)
        return Decision(case, problems=blocked, warnings=verdict.warnings)
    data = _data(kind, case, after, verdict, move="joined")
    data |= {**effect.data, **({"other": other} if other else {})}
    return Decision(after, (Draft(effect.kind.name, case.case_id, data, ctx.reason, kind.personal),))


def linked(decision: Decision, ids: Sequence[str]) -> Decision:
    """The decision with the cases it opens named in its last event and in the case's links."""
    if not ids:
        return decision
    links = tuple(dict.fromkeys([*decision.case.items("linked_cases"), *ids]))
    case = replace(decision.case, fields={**decision.case.fields, "linked_cases": links})
    last = decision.drafts[-1]
    changes = last.data.get("set")
    data: dict[str, Json] = {**last.data, "opened": list(ids)}
    data["set"] = {**(changes if isinstance(changes, dict) else {}), "linked_cases": list(links)}
    return replace(decision, case=case, drafts=(*decision.drafts[:-1], replace(last, data=data)))


def allowed(kind: CaseType, case: Case, ctx: Context) -> tuple[tuple[Move, tuple[Problem, ...]], ...]:
    """The moves of a case's state with what still stands against each (none: it can be pressed now)."""
    found = []
    for verb, move in kind.all_moves.items():
        if not _state_problem(kind, move, case):
            found.append((move, decide(kind, case, verb, {}, replace(ctx, reason=ctx.reason or "-")).problems))
    return tuple(found)


def starts(kind: CaseType, move: Move) -> frozenset[str]:
    """The states a move leaves, with "*" and "final" spelled out."""
    if "*" in move.start:
        return kind.open_states | (move.start - {"*"})
    return FINAL_STATES if "final" in move.start else move.start


def fold(
    kind: CaseType, case: Case | None, case_id: str, seq: int, data: Mapping[str, Json], changes: Mapping[str, Json]
) -> Case:
    """A case after one of its events; `changes` are the event's set fields, unsealed."""
    fields = dict(case.fields) if case else {}
    for name, stored in changes.items():
        field = kind.fields.get(name)
        value = field.decode(stored) if field else None
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    status = str(data.get("status") or (case.status if case else kind.initial))
    return Case(case_id, kind.code, status, fields, seq)


def with_fields(case: Case, changes: Mapping[str, Value | None]) -> Case:
    """A case with some fields changed; empty values leave it."""
    merged = {**case.fields, **changes}
    return replace(case, fields={k: v for k, v in merged.items() if v is not None and v not in ("", ())})


def _differs(old: Value | None, new: Value | None) -> bool:
    empty = (None, "", ())
    return not (old in empty and new in empty) and (old != new or type(old) is not type(new))


def _apply(kind: CaseType, move: Move, case: Case, ctx: Context) -> Case:
    to = _target(kind, move, case)
    after = replace(case, status=to)
    if move.back:
        after = with_fields(after, {move.back: case.status if move.to else None})
    if move.sets is not None:
        after = with_fields(after, move.sets(after, ctx))
    if case.has("waiting_since") and move.to:
        after = with_fields(after, dict.fromkeys(WAITING_FIELDS))
    if case.has("waiting_since") and after.instant("waiting_since") != case.instant("waiting_since"):
        after = with_fields(after, _pause_ended(case, ctx))
    if to in FINAL_STATES:
        after = with_fields(after, {"closed_at": ctx.now, "in_time": in_time(case, ctx)})
    elif case.is_final:
        after = with_fields(after, {"closed_at": None, "duplicate_of": None, "in_time": None})
    return settled(kind, after, ctx)


def _pause_ended(case: Case, ctx: Context) -> dict[str, Value | None]:
    """The wait that ends now, as one more interval on the case and as minutes off the service clock."""
    pauses = (*case.items("pauses"), pause_words(case, ctx))
    return {"waited_minutes": worked_while_waiting(case, ctx), "pauses": pauses}


def _waits_otherwise(case: Case, changed: Mapping[str, Value | None], ctx: Context) -> dict[str, Value | None]:
    """Whom a case waits on was typed anew while it waits: one wait ends, another begins, and no time moves between."""
    if not case.has("waiting_since") or "waiting_on" not in changed:
        return {}
    if changed["waiting_on"] in (None, ""):
        return {**dict.fromkeys(WAITING_FIELDS), **_pause_ended(case, ctx)}
    why = ctx.reason.strip()[:200] or case.text("waiting_why")
    return {**_pause_ended(case, ctx), "waiting_since": ctx.now, "waiting_why": why}


def _target(kind: CaseType, move: Move, case: Case) -> str:
    if move.to:
        return move.to
    if move.back and case.text(move.back) in kind.open_states:
        return case.text(move.back)
    if move.joins is Join.PART:
        return _reopened(kind)
    return _reopened(kind) if "final" in move.start else case.status


def _reopened(kind: CaseType) -> str:
    return kind.states[1] if len(kind.states) > 1 and kind.states[1] not in FINAL_STATES else kind.initial


def settled(kind: CaseType, case: Case, ctx: Context) -> Case:
    """A case with everything its rules work out: own fields, priority and dates."""
    if kind.derive is not None:
        case = with_fields(case, kind.derive(case, ctx))
    return with_fields(case, standing(kind, case, ctx))


def compared(kind: CaseType, before: Case | None, after: Case, *, move: str) -> dict[str, Json]:
    """An event's data for what differs between a case before and after it."""
    old = before.fields if before else {}
    names = [name for name in {**old, **after.fields} if _differs(old.get(name), after.fields.get(name))]
    data: dict[str, Json] = {"type": kind.code, "move": move}
    if before is None or before.status != after.status:
        data["status"] = after.status
        if before is not None:
            data["from"] = before.status
    data["set"] = {name: kind.fields[name].encode(after.fields.get(name)) for name in sorted(names)}
    was = {n: kind.fields[n].encode(old[n]) for n in sorted(names) if n in old and n not in kind.personal}
    if was:
        data["was"] = was
    return data


def _data(kind: CaseType, before: Case | None, after: Case, verdict: _Verdict, *, move: str) -> dict[str, Json]:
    data = compared(kind, before, after, move=move)
    if verdict.overridden:
        data["overrides"] = list(verdict.overridden)
    if verdict.warned:
        data["warned"] = list(verdict.warned)
    return data


def _standing_words(kind: CaseType, move: Move, case: Case, changed: Json) -> dict[str, Json]:
    """The values that a move's sentence names and that were filled in before, so that the sentence stands alone."""
    known = (names_in(move.says) & case.fields.keys()) - (changed.keys() if isinstance(changed, dict) else set())
    told = {
        name: PERSONAL if name in kind.personal else kind.fields[name].encode(case.fields[name])
        for name in sorted(known)
    }
    return {"with": dict(told)} if told else {}


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the rules said: problems that stop, warnings that are told, and the ids of rules passed or warned of."""

    blocked: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    overridden: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()


def _judge(kind: CaseType, rules: Iterable[Rule], case: Case, ctx: Context) -> _Verdict:
    verdict = _Verdict()
    for rule in rules:
        problem = rule.check(case, ctx)
        if problem is None:
            continue
        problem = _placed(kind, problem)
        if rule.warn:
            warnings, warned = (*verdict.warnings, replace(problem, warn=True)), (*verdict.warned, rule.id)
            verdict = replace(verdict, warnings=warnings, warned=warned)
        elif rule.override and ctx.actor.may(rule.override) and ctx.reason.strip():
            verdict = replace(verdict, overridden=(*verdict.overridden, rule.id))
        else:
            verdict = replace(verdict, blocked=(*verdict.blocked, _with_override(rule, problem)))
    return verdict


def _placed(kind: CaseType, problem: Problem) -> Problem:
    """A problem that names its cell, which a person in a hurry looks for; what is worked out has none to fill in."""
    field, text = kind.fields.get(problem.field), f"{problem.message} {problem.hint}"
    if field is None or field.system or _names(text, field.title):
        return problem
    return replace(problem, hint=f"{problem.hint} Cell: {field.title}.".strip())


def _names(text: str, title: str) -> bool:
    """True when a text names a title: a long one however it is written, a short one as it stands, "To" in quotes."""
    if len(title) >= _TELLING:
        return title.casefold() in text.casefold()
    return f"'{title}'" in text or (len(title) > _TOO_SHORT and re.search(rf"\b{title}\b", text) is not None)


def _with_override(rule: Rule, problem: Problem) -> Problem:
    if not rule.override:
        return problem
    who = " or ".join(sorted(role.value.replace("_", " ") for role in rule.override))
    return replace(problem, hint=f"{problem.hint} A person with the role {who} may pass it with a reason.".strip())


def _state_problem(kind: CaseType, move: Move, case: Case) -> list[Problem]:
    if case.status in starts(kind, move):
        return []
    works = ", ".join(f"'{state}'" for state in (*kind.states, *sorted(FINAL_STATES)) if state in starts(kind, move))
    return [
        Problem(
            "MOVE-STATE",
            f"{case.case_id} is '{case.status}'; '{move.label}' works from {_unique(works)}.",
            "status",
            hint=_open_moves(kind, case),
        )
    ]


def _unique(listed: str) -> str:
    return ", ".join(dict.fromkeys(listed.split(", ")))


def _open_moves(kind: CaseType, case: Case) -> str:
    labels = [m.label for m in kind.moves if case.status in starts(kind, m)]
    return f"From here: {', '.join(dict.fromkeys(labels))}." if labels else "Nothing more is to be done on it."


def _role_problem(roles: frozenset[Role], ctx: Context, what: str) -> list[Problem]:
    if ctx.actor.may(roles):
        return []
    who = ", ".join(sorted(role.value.replace("_", " ") for role in roles))
    return [Problem("MOVE-ROLE", f"{ctx.actor.name} may not {what}.", hint=f"It takes one of these roles: {who}.")]


def _missing(kind: CaseType, case: Case, names: Iterable[str], what: str) -> list[Problem]:
    lacking = [name for name in names if not case.has(name)]
    return [needed(kind.fields[name].title, what, name, kind.fields[name].help) for name in lacking]


def _as_listed(kind: CaseType, given: Mapping[str, Value | None], ctx: Context) -> Mapping[str, Value | None]:
    """Values with the words of the policy's lists written as they stand there."""
    found = dict(given)
    for name, value in given.items():
        field = kind.fields.get(name)
        if field is not None and field.kind is FieldKind.CHOICE and field.listed and isinstance(value, str):
            found[name] = same_word(value, ctx.policy.items(field.listed)) or value
    return found


def _list_problem(field: Field, value: str, ctx: Context) -> list[Problem]:
    """A word that the policy's list has not."""
    words = ctx.policy.items(field.listed)
    if value in words:
        return []
    hint = f"Choose one of: {', '.join(words)}. The list is the policy row {field.listed}."
    return [Problem("FLD-LISTED", f"{field.title}: {value[:60]!r} is not in the list.", field.name, hint=hint)]


def _form_problem(field: Field | None, value: Value | None, ctx: Context) -> list[Problem]:
    """A text that has not the form its policy row asks for, or is not in its list."""
    if field is not None and field.kind is FieldKind.CHOICE and field.listed and isinstance(value, str) and value:
        return _list_problem(field, value, ctx)
    if field is None or not field.pattern or not isinstance(value, str) or not value:
        return []
    if len(value) <= _PATTERNED and re.fullmatch(ctx.policy.text(field.pattern), value):
        return []
    words = f"{field.title} {value[:60]!r} does not look like one of ours."
    hint = f"Copy it from the tool; the form is set in the policy row {field.pattern}."
    return [Problem("FLD-PATTERN", words, field.name, hint=hint)]


def _edit_problems(kind: CaseType, case: Case, name: str, value: Value | None, ctx: Context) -> list[Problem]:
    field = kind.fields.get(name)
    if field is None:
        return [_no_field(kind, name)]
    if field.system:
        return [
            Problem("EDIT-SYSTEM", f"{field.title} is worked out, never typed.", name, hint="Leave the cell as it is.")
        ]
    if case.is_final or (case.status in kind.frozen_from and not field.late):
        return [
            Problem(
                "EDIT-FROZEN",
                f"{field.title} can no longer be changed: {case.case_id} is '{case.status}'.",
                name,
                hint="Reopen or reverse the case first.",
            )
        ]
    if field.reasoned and not ctx.reason.strip():
        hint = "Fill in Reason, then press."
        return [Problem("MOVE-REASON", f"{field.title} is changed with a reason only.", name, hint=hint)]
    if odd := _form_problem(field, value, ctx):
        return odd
    if not ctx.actor.may(field.roles or frozenset(Role) - {Role.AUDITOR}):
        roles = " or ".join(sorted(role.value.replace("_", " ") for role in field.roles))
        who = f"with the role {roles}" if roles else "who works on cases"
        words = f"{ctx.actor.name} may not change {field.title}."
        return [Problem("EDIT-ROLE", words, name, hint=f"Ask somebody {who}.")]
    return []


def _no_field(kind: CaseType, name: str) -> Problem:
    hint = "See the Case sheet for its fields."
    return Problem("EDIT-UNKNOWN", f"{kind.name} has no field {name!r}.", name, hint=hint)


def _unknown_move(kind: CaseType, verb: str) -> Problem:
    known = ", ".join(move.label for move in kind.all_moves.values())
    return Problem("MOVE-UNKNOWN", f"{kind.name} has no move {verb!r}.", hint=f"Its moves: {known}.")
