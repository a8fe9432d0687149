"""The work as a whole: the digest, sharing out what nobody owns, filling handovers, repeats, and the month's roll-up.

Each looks at all current cases, as Refresh does; none lies on the path of an ordinary press. Only what a closing press
says of repeats does, and it looks at the cases of the last weeks alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from addin.durable import write_file
from addin.logic.calendar import LONDON, london_day
from addin.logic.case_type import WORKING, Case
from addin.logic.cases import case_types
from addin.logic.common_form import CLOSED, PRIORITIES
from addin.logic.events import Event, iso
from addin.logic.forms import Value
from addin.logic.machine import EDITED
from addin.logic.outcome import Outcome, Problem, RowResult, Status, counted, failed, summary
from addin.logic.repeats import Repeat, deviation_of, find_repeats, may_repeat
from addin.logic.rollup import Month, roll_up, told
from addin.logic.values import Role
from addin.logic.workload import Digest, digest, share_out
from addin.service import RowRequest, Service

#: How many case numbers a list of a handover holds (a list cell takes 4,000 letters); a person who has more is told.
_MOST: Final = 220
#: How many promised times and risks are written out; more are counted.
_WRITTEN: Final = 40
_NONE: Final = "None"


def digest_of(service: Service, owner: str = "") -> Digest:
    """The digest of the register now, or of one person's cases."""
    now = service.clock()
    away = service.away(london_day(now))
    return digest(service.journal.cases(), now, service.policy, away=away, owner=owner)


def write_digest(service: Service) -> Outcome:
    """Write the digest into the outbox folder as text, and say what is most late."""
    found = digest_of(service)
    name = f"digest-{found.at.astimezone(LONDON):%Y%m%d-%H%M%S}.txt"
    write_file(service.folder / "outbox" / name, ("\n".join(found.lines()) + "\n").encode("utf-8"))
    worst = "; ".join(f"{one.case_id} {one.words} ({one.due_what or one.status})" for one in found.late[:3])
    words = f"{found.open} open, {found.late_count} overdue" + (f"; most late: {worst}" if worst else "")
    return Outcome(Status.DONE, f"{words}. The whole digest: outbox/{name}", files=(f"outbox/{name}",))


# Sharing out ---------------------------------------------------------------------------------------------------------


def hands(service: Service) -> list[str]:
    """The accounts that work is shared among: the coordinators."""
    return sorted(name for name, who in service.settings.actors().items() if Role.COORDINATOR in who.roles)


def share(service: Service, among: Sequence[str] = (), *, dry: bool = False) -> Outcome:
    """Give every open case that nobody owns to whoever has the least; absent people get none.

    With `dry` only who would get what is said.
    """
    known = service.settings.actors()
    strangers = [name for name in among if name not in known or not known[name].may(WORKING)]
    if strangers:
        hint = f"Choose among: {', '.join(hands(service))}."
        return Outcome.refused(Problem("SHARE-WHO", f"Nobody here works as {', '.join(strangers)}.", hint=hint))
    away = service.away(london_day(service.clock()))
    plan = share_out(service.journal.cases(), list(among) or hands(service), service.policy, away=away)
    if not plan:
        return Outcome(Status.DONE, "There is nothing to share out, or nobody is here to take it.")
    if dry:
        rows = [RowResult(case.case_id, ok=True, message=f"{case.case_id} would go to {who}.") for case, who in plan]
        return replace(summary(rows), message=f"{counted(len(rows), 'case')} would be shared out.")
    key = f"share|{service.journal.head().seq}"
    requests = [
        RowRequest(case.case_id, {"owner": who}, "Shared out by load", f"{key}|{case.case_id}") for case, who in plan
    ]
    outcome = service.press("give", requests)
    load = {who: sum(taker == who for _, taker in plan) for who in sorted({taker for _, taker in plan})}
    words = ", ".join(f"{who} {count}" for who, count in load.items())
    return replace(outcome, message=f"{outcome.message} Shared out: {words}.") if outcome.ok else outcome


# Handovers -----------------------------------------------------------------------------------------------------------


def handover_facts(service: Service, writer: str, *, leaving: bool) -> dict[str, Value | None]:
    """What the writer's handover says, from the register: urgent cases, promised times, risks; "None" where none.

    `leaving` hands over everything that is open (an absence), else what is urgent or promised.
    """
    now = service.clock()
    mine = [
        case
        for case in service.journal.cases()
        if not case.is_final and case.type != "HND" and case.text("owner").casefold() == writer.casefold()
    ]
    mine.sort(key=lambda case: (case.text("priority") or "P9", case.case_id))
    urgent = [case for case in mine if case.text("priority") in PRIORITIES[:2]]
    others = [*urgent[_MOST:], *(case for case in mine if case not in urgent)] if leaving else []
    promised = [f"{case.case_id}: next update by {_local(case, 'next_update')}" for case in mine
                if case.has("next_update")]  # fmt: skip
    promised += [f"{case.case_id}: {case.text('due_what')} by {_local(case, 'due')}" for case in urgent
                 if case.has("due") and not case.has("next_update")]  # fmt: skip
    risks = [f"{case.case_id} is overdue ({case.text('due_what')})" for case in mine
             if (due := case.instant("due")) is not None and due < now]  # fmt: skip
    risks += [f"{case.case_id} has its legal date on {day:%d/%m/%Y}" for case in mine
              if (day := case.day("legal_due")) is not None]  # fmt: skip
    return {
        "open_cases": tuple(case.case_id for case in urgent[:_MOST]) or (_NONE.lower(),),
        "covered_cases": tuple(case.case_id for case in others[:_MOST]) or None,
        "promised": _written(promised),
        "risks": _written(risks),
    }


def _written(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _WRITTEN:,} more: see the worklist"] if len(lines) > _WRITTEN else []
    return "\n".join([*lines[:_WRITTEN], *more]) or _NONE


def _named(service: Service, case: Case) -> str:
    """How much of the writer's open work a handover names, and what to do about what does not fit."""
    listed = {*case.items("open_cases"), *case.items("covered_cases")}
    writer = case.text("opened_by").casefold()
    mine = [one for one in service.journal.cases() if not one.is_final and one.type != "HND"
            and one.text("owner").casefold() == writer]  # fmt: skip
    wanted = mine if case.has("away_until") else [one for one in mine if one.text("priority") in PRIORITIES[:2]]
    left = sum(one.case_id not in listed for one in wanted)
    words = (
        f"{case.case_id} names {len(wanted) - left:,} of {counted(len(mine), 'open case')} of {case.text('opened_by')}."
    )
    return f"{words} {left:,} do not fit: write a second handover once this one is accepted." if left else words


def _local(case: Case, field: str) -> str:
    at = case.instant(field)
    return f"{at.astimezone(LONDON):%d/%m/%Y %H:%M}" if at else "-"


def fill_handovers(service: Service, case_ids: Sequence[str]) -> Outcome:
    """Fill what is empty in drafted handovers from the register; what the writer typed stays."""
    rows = []
    for case_id in case_ids:
        case = service.journal.case(case_id)
        if case is None or case.type != "HND" or case.status != case_types()["HND"].initial:
            hint = "Select handovers that are drafts; an accepted one stays as it was accepted."
            rows.append(failed(case_id, [Problem("HND-DRAFT", f"{case_id or 'This row'} is no draft.", hint=hint)]))
            continue
        facts = handover_facts(service, case.text("opened_by"), leaving=case.has("away_until"))
        lacking = {name: value for name, value in facts.items() if value is not None and not case.has(name)}
        if not lacking:
            words = f"{case_id} is filled already; clear a cell to have it filled anew."
            rows.append(RowResult(case_id, ok=True, message=words))
            continue
        row = service.edit([RowRequest(case_id, lacking, "Filled from the register")]).rows[0]
        filled = service.journal.case(case_id) if row.ok else None
        rows.append(row if filled is None else replace(row, message=f"{row.message} {_named(service, filled)}"))
    return summary(rows)


def open_handover(service: Service, to: str, shift: str, *, given: dict[str, Value | None] | None = None) -> Outcome:
    """Open a handover of the person at the keyboard, filled from the register."""
    typed = given or {}
    facts = handover_facts(service, service.actor.id, leaving=bool(typed.get("away_until")))
    today = london_day(service.clock())
    fields = {**facts, "to_person": to, "shift": shift, "shift_day": today, **typed}
    outcome = service.open_cases([RowRequest("", fields, opens="HND")])
    drafted = service.journal.case(outcome.rows[0].case_id) if outcome.ok and outcome.rows else None
    return outcome if drafted is None else replace(outcome, message=f"{outcome.message} {_named(service, drafted)}")


# Improvement ---------------------------------------------------------------------------------------------------------


def repeats(service: Service) -> list[Repeat]:
    """What came back often enough and no deviation answers yet."""
    return find_repeats(service.journal.cases(), london_day(service.clock()), service.policy)


def with_repeats(service: Service, outcome: Outcome) -> Outcome:
    """The outcome of a press that closed cases, with what repeats now because of them.

    A deviation is proposed in words, never opened by itself. Only cases to which something happened within the policy's
    days are looked at, so the press stays quick on a long register.
    """
    pressed = [row.case_id for row in outcome.rows if row.ok and row.seqs]
    closed = {case.case_id for case in service.journal.cases(pressed) if case.status == CLOSED and may_repeat(case)}
    again = [one for one in _lately_repeated(service) if closed & set(one.ids)] if closed else []
    if not again:
        return outcome
    hint = "Press 'Find repeats' on Improvement to open a deviation."
    rows = []
    for row in outcome.rows:
        mine = [one.words for one in again if row.case_id in one.ids and row.case_id in closed]
        rows.append(replace(row, message=f"{row.message} {'; '.join(mine)}. {hint}") if mine else row)
    words = f"{outcome.message} {'; '.join(one.words for one in again)}. {hint}"
    return replace(outcome, message=words, rows=tuple(rows))


def _lately_repeated(service: Service) -> list[Repeat]:
    days = max(service.policy.days(key) for key in ("deviation.capa_window_days", "inventory.repeat_days"))
    now = service.clock()
    cases = service.journal.touched(iso(now - timedelta(days=days + 1)))
    return find_repeats(cases, london_day(now), service.policy)


def open_repeats(service: Service) -> Outcome:
    """Open a deviation for each repeat; pressing again opens none twice."""
    found = repeats(service)
    if not found:
        return Outcome(Status.DONE, "Nothing repeats that no deviation answers yet.")
    requests = [
        RowRequest("", deviation_of(one).fields, one.words, f"repeat|{one.key}|{'|'.join(one.ids)}", opens="DEV")
        for one in found
    ]
    outcome = service.open_cases(requests)
    words = " ".join(f"{row.message}" for row in outcome.rows)
    return replace(outcome, message=f"{words} {'; '.join(one.words for one in found)}.")


def _priorities_by_person(service: Service, month: Month) -> dict[str, int]:
    """How often each person typed a case's priority: whatever is typed with a move is a change of its own."""
    found = Counter(
        event.actor
        for event in service.journal.events(kinds=(EDITED.name,))
        if month.holds(datetime.fromisoformat(event.at)) and _sets_priority(event)
    )
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _sets_priority(event: Event) -> bool:
    changes = event.data.get("set")
    return isinstance(changes, dict) and changes.get("priority_wanted") is not None


def month_roll_up(service: Service, period: str) -> tuple[dict[str, object], list[str]]:
    """The figures of a month, and the same as lines of text.

    Raises:
        ValueError: when the month is not written like 2026-11.
    """
    month = Month.parse(period)
    found = roll_up(service.journal.cases(), month, service.clock(), service.policy)
    found["priority_by_person"] = _priorities_by_person(service, month)
    return found, told(found)


def write_roll_up(service: Service, period: str) -> Outcome:
    """Write the month's roll-up into the packs folder, as text and as JSON."""
    try:
        found, lines = month_roll_up(service, period)
    except ValueError as error:
        return Outcome.refused(Problem("ROLL-MONTH", str(error), "period", hint="Write the month like 2026-11."))
    stem = f"rollup-{found['month']}"
    files = {
        f"{stem}.txt": "\n".join(lines) + "\n",
        f"{stem}.json": json.dumps(found, ensure_ascii=False, indent=2) + "\n",
    }
    for name, text in files.items():
        write_file(_packs(service) / name, text.encode("utf-8"))
    names = tuple(f"packs/{name}" for name in files)
    return Outcome(Status.DONE, f"Roll-up of {found['month']}: {names[0]}", files=names)


def _packs(service: Service) -> Path:
    return service.folder / "packs"
