"""What a case type is: one declarative table of form, states, moves, rules, deadlines and letters.

Everything that decides how a case may move lives in these rows; `machine` only reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from addin.logic.calendar import LONDON
from addin.logic.common_form import CANCELLED, COMMON_FORM, DUPLICATE, FINAL_STATES, WAITING_FIELDS
from addin.logic.events import Kind
from addin.logic.evidence import Keep
from addin.logic.forms import Field, Value
from addin.logic.joining import Join
from addin.logic.outcome import Problem
from addin.logic.periods import Periods
from addin.logic.values import Actor, Money, Role, clean_text

if TYPE_CHECKING:
    from addin.logic.policy import Policy

#: Roles that work on cases; an auditor only reads.
WORKING: Final = frozenset(Role) - {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Case:
    """The current state of one case: its type, status, field values and the number of its last event."""

    case_id: str
    type: str
    status: str
    fields: Mapping[str, Value]
    version: int = 0

    def text(self, name: str) -> str:
        """A text field, "" when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def money(self, name: str) -> Money | None:
        """An amount, None when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, Money) else None

    def day(self, name: str) -> date | None:
        """A calendar day, None when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def instant(self, name: str) -> datetime | None:
        """An instant, None when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, datetime) else None

    def flag(self, name: str) -> bool | None:
        """Yes or no, None when not answered."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else None

    def count(self, name: str) -> int | None:
        """A whole number, None when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def number(self, name: str) -> Decimal | None:
        """An exact number, None when empty."""
        value = self.fields.get(name)
        return value if isinstance(value, Decimal) else None

    def items(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when there are none."""
        value = self.fields.get(name)
        return value if isinstance(value, tuple) else ()

    def has(self, name: str) -> bool:
        """True when the field holds something."""
        return self.fields.get(name) not in (None, "", ())

    @property
    def is_final(self) -> bool:
        """True for a case that is closed, cancelled or a duplicate."""
        return self.status in FINAL_STATES


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may look at besides the case: who, when, the policy and the related cases.

    `related` holds the other cases of the same order, tracking number or link; `people` maps account to Actor; `away`
    answers, when asked, who is absent now and who covers for them, account by account ("" when nobody does).
    `months` answers the accounting months, when asked; `drawn` are numbers that the service drew for this decision.
    """

    actor: Actor
    now: datetime
    policy: Policy
    reason: str = ""
    related: tuple[Case, ...] = ()
    people: Mapping[str, Actor] = field(default_factory=dict)
    away: Callable[[], Mapping[str, str]] = dict
    months: Callable[[], Periods] = Periods
    drawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def periods(self) -> Periods:
        """The accounting months as they stand."""
        return self.months()

    @property
    def today(self) -> date:
        """The calendar day in Europe/London."""
        return self.now.astimezone(LONDON).date()

    def of_type(self, code: str) -> tuple[Case, ...]:
        """The related cases of one type."""
        return tuple(case for case in self.related if case.type == code)


Check = Callable[[Case, Context], Problem | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One business rule: `check` answers None when it holds.

    `warn` rules are told and recorded but do not stop; a blocking rule with `override` roles can be passed by a
    person holding one of them who gives a reason, and the event records that it was.
    """

    id: str
    says: str
    check: Check
    warn: bool = False
    override: frozenset[Role] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Another case that a move opens, linked to the one it comes from."""

    type: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A move that another case, which is there already, makes because of this one, and the reason it is given.

    Where the other case's own rules refuse it, the first move stands and the refusal is told.
    """

    case_id: str
    verb: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One row of a case type's table.

    `verb` names the button, `label` stands on it; `start` are the states it leaves ("*" for every open state, beside
    which final ones may stand), `to` the state it reaches ("" stays); `back` names the system field that remembers a
    state: with a `to` (a hold) the move writes the state it leaves there, without one (a release) it goes back to it;
    `event` is the stable event kind and `says` its audit sentence; `sets` computes system fields; `opens` proposes
    linked cases; `joins` says what happens to another case that is there already, `follows` which moves others make;
    `lasting` says why the step cannot be taken back (it had an effect outside the register), empty when it can.
    """

    verb: str
    label: str
    start: frozenset[str]
    to: str
    event: str
    says: str
    roles: frozenset[Role] = WORKING
    needs: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    reason: bool = False
    sets: Callable[[Case, Context], Mapping[str, Value | None]] | None = None
    opens: Callable[[Case, Context], Sequence[Opening]] | None = None
    joins: Join | None = None
    follows: Callable[[Case, Context], Sequence[Follow]] | None = None
    back: str = ""
    hint: str = ""
    lasting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One date a case must be acted on by: `due` answers None while it does not run.

    `legal` deadlines come from statute or convention and can only raise priority; `until` names the states at
    which it is met (final states always meet it).
    """

    id: str
    label: str
    due: Callable[[Case, Context], date | datetime | None]
    until: frozenset[str] = frozenset()
    legal: bool = False
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class CaseType:
    """One case type, whole: its form, states, moves, rules, deadlines and letters.

    `family` starts its action ids and event kinds ("address.approve", "address.approved.v1"); `sheet` is where its
    rows live; `frozen_from` are the states from which only `late` fields may be typed; `asks` are the fields a new
    case cannot do without; `derive` computes system fields after every change; `evidence_kinds` are its own kinds of
    evidence, and `keeps` names the texts to keep as evidence as the case stands.
    """

    code: str
    name: str
    family: str
    sheet: str
    form: tuple[Field, ...]
    states: tuple[str, ...]
    moves: tuple[Move, ...]
    asks: tuple[str, ...] = ()
    openers: frozenset[Role] = WORKING
    rules: tuple[Rule, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    frozen_from: frozenset[str] = frozenset()
    derive: Callable[[Case, Context], Mapping[str, Value | None]] | None = None
    letters: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    evidence_kinds: tuple[str, ...] = ()
    keeps: Callable[[Case, Context], Sequence[Keep]] | None = None
    sample: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by name: the common ones and the type's own (which may redefine a common one)."""
        return {item.name: item for item in (*COMMON_FORM, *self.form)}

    @cached_property
    def all_moves(self) -> Mapping[str, Move]:
        """Every move by verb: the type's own first, then the common ones it does not redefine."""
        own = {move.verb: move for move in self.moves}
        return own | {move.verb: move for move in COMMON_MOVES if move.verb not in own}

    @property
    def initial(self) -> str:
        """The state of a new case."""
        return self.states[0]

    @property
    def opened(self) -> Kind:
        """The kind of the event that opens a case."""
        return Kind(f"{self.family}.opened.v1", f"{{actor}} opened {{case}}: {self.name.lower()}, order {{order_no}}")

    @cached_property
    def personal(self) -> frozenset[str]:
        """The names of the fields whose values live in the vault."""
        return frozenset(item.name for item in self.fields.values() if item.personal)

    @cached_property
    def open_states(self) -> frozenset[str]:
        """The states in which a case is still worked on."""
        return frozenset(self.states) - FINAL_STATES

    def kinds(self) -> tuple[Kind, ...]:
        """Every event kind of this type's own table, for the kind table."""
        return (self.opened, *(Kind(move.event, move.says) for move in self.moves))


ANY: Final = frozenset({"*"})
OVER: Final = frozenset({"final"})


def _waiting(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return {"waiting_since": ctx.now, "waiting_why": clean_text(ctx.reason).strip()[:200]}


def _not_waiting(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return dict.fromkeys(WAITING_FIELDS)


def _is_waiting(case: Case, ctx: Context) -> Problem | None:
    if case.has("waiting_since"):
        return None
    return Problem("COM-02", f"{case.case_id} is not waiting for anybody.", hint="Go on with its next step.")


def _not_own_duplicate(case: Case, ctx: Context) -> Problem | None:
    if case.text("duplicate_of").strip().upper() != case.case_id:
        return None
    return Problem("COM-03", "A case cannot be a duplicate of itself.", "duplicate_of", hint="Name the other case.")


def _known_owner(case: Case, ctx: Context) -> Problem | None:
    owner = case.text("owner")
    person = next((who for name, who in ctx.people.items() if name.casefold() == owner.casefold()), None)
    able = sorted(name for name, who in ctx.people.items() if who.may(WORKING))
    if person is None or not person.may(WORKING):
        words = f"{owner!r} is nobody who works on cases here."
        return Problem("COM-04", words, "owner", hint=f"Choose one of: {', '.join(able)}.")
    away = {name.casefold(): cover for name, cover in ctx.away().items()}
    if owner.casefold() not in away:
        return None
    cover = away[owner.casefold()]
    hint = f"Give it to {cover}, who covers." if cover else "Give it to somebody who is here."
    return Problem("COM-04", f"{person.name} is away.", "owner", hint=hint)


def _something_to_triage(case: Case, ctx: Context) -> Problem | None:
    if any(case.has(name) for name in ("owner", "priority_wanted", "waiting_on")):
        return None
    hint = "Type an owner, a priority or whom it waits on into the first selected row."
    return Problem("COM-05", "There is nothing to triage by.", "owner", hint=hint)


def _triaged(case: Case, ctx: Context) -> Mapping[str, Value | None]:
    return _waiting(case, ctx) if case.has("waiting_on") and not case.has("waiting_since") else {}


def _to_senior(case: Case, ctx: Context) -> Sequence[Opening]:
    from addin.logic.sbar import blocker  # noqa: PLC0415 - it builds on case types

    situation = f"{case.case_id} is stuck at '{case.status}'. {ctx.reason}"
    return (blocker(case, "Senior QA", situation, "Decide how to go on and tell the owner."),)


_OWNER: Final = Rule("COM-04", "A case belongs to somebody who is here and works on cases.", _known_owner)

#: Moves that every case type has ("*" is every open state, "final" every final one).
COMMON_MOVES: Final[tuple[Move, ...]] = (
    Move(verb="take", label="Take it", start=ANY, to="", event="case.taken.v1", says="{actor} took {case}",
         sets=lambda case, ctx: {"owner": ctx.actor.id, "covered_for": None}, hint="You become the owner."),
    Move(verb="give", label="Give to owner", start=ANY, to="", event="case.given.v1", needs=("owner",),
         says="{actor} gave {case} to {owner}", rules=(_OWNER,), hint="The Owner cell says who."),
    Move(verb="triage", label="Triage", start=ANY, to="", event="case.triaged.v1", reason=True, sets=_triaged,
         says="{actor} triaged {case}: owner {owner}, priority {priority_wanted}, waiting on {waiting_on}",
         rules=(Rule("COM-05", "A triage decides something.", _something_to_triage),
                replace(_OWNER, check=lambda case, ctx: _known_owner(case, ctx) if case.has("owner") else None)),
         hint="What is typed into the first selected row counts for all selected rows: owner, priority, waiting."),
    Move(verb="note", label="Add note", start=ANY, to="", event="case.noted.v1", says="{actor} noted on {case}",
         reason=True, hint="The reason cell holds the note."),
    Move(verb="wait", label="Wait", start=ANY, to="", event="case.waiting.v1", sets=_waiting, reason=True,
         says="{case} waits on {waiting_on} until {waiting_until}", needs=("waiting_on", "waiting_until")),
    Move(verb="resume", label="Resume", start=ANY, to="", event="case.resumed.v1", sets=_not_waiting,
         says="{actor} resumed {case}", rules=(Rule("COM-02", "Only a waiting case is resumed.", _is_waiting),)),
    Move(verb="prioritise", label="Set priority", start=ANY, to="", event="case.prioritised.v1", reason=True,
         says="{actor} asked for priority {priority_wanted} on {case}", needs=("priority_wanted",)),
    Move(verb="escalate", label="Escalate", start=ANY, to="", event="case.escalated.v1", reason=True, opens=_to_senior,
         says="{actor} escalated {case}", hint="Opens an escalation to Senior QA, filled from the case."),
    Move(verb="link", label="Link", start=ANY, to="", event="case.linked.v1", joins=Join.LINK, needs=("other_case",),
         says="{actor} linked {case} with {linked_cases}",
         hint="Selected rows, or one and its 'Other case', name each other; each keeps its work."),
    Move(verb="unlink", label="Unlink", start=ANY, to="", event="case.unlinked.v1", joins=Join.UNLINK, reason=True,
         needs=("other_case",), says="{actor} took a link off {case}"),
    Move(verb="cancel", label="Cancel", start=ANY, to=CANCELLED, event="case.cancelled.v1", reason=True,
         says="{actor} cancelled {case}; its number stays used"),
    Move(verb="duplicate", label="Duplicate", start=ANY, to=DUPLICATE, event="case.duplicate.v1", back="merged_from",
         needs=("duplicate_of",), says="{actor} marked {case} as a duplicate of {duplicate_of}", joins=Join.MERGE,
         rules=(Rule("COM-03", "A case is never a duplicate of itself.", _not_own_duplicate),),
         hint="Merges the selected rows into the oldest, or one row into the case under 'Duplicate of'; none is lost."),
    Move(verb="part", label="Part again", start=frozenset({DUPLICATE}), to="", event="case.parted.v1", reason=True,
         back="merged_from", joins=Join.PART, says="{actor} parted {case} from the case it was merged into",
         hint="For a duplicate that is none: both cases go on by themselves."),
    Move(verb="reopen", label="Reopen", start=OVER, to="", event="case.reopened.v1", reason=True, joins=Join.PART,
         roles=frozenset({Role.SENIOR_QA}), says="{actor} reopened {case}",
         hint="A new event; nothing that was recorded is overwritten."),
)  # fmt: skip
