"""The rules of a register, changed and verified by people: each change is an event, and holds for the next press."""

from __future__ import annotations

from datetime import date

from addin.logic.calendar import LONDON
from addin.logic.events import Draft
from addin.logic.outcome import Outcome, Problem, RowResult, Status
from addin.logic.rule_changes import RULE_SET, set_value, verify_row
from addin.service import Service


def set_rule(service: Service, key: str, value: str, *, source: str, valid_from: date | None = None) -> Outcome:
    """Give a rule another value from a day on (today when none is named); nobody has verified it then."""
    day = valid_from or _today(service)
    draft, problems = set_value(service.policy, key, value, source=source, valid_from=day, actor=service.actor)
    return _recorded(service, draft, problems, f"{key} is {value} from {day:%d/%m/%Y} on; nobody has verified it yet.")


def verify_rule(service: Service, key: str, *, source: str) -> Outcome:
    """Say that the row in force was compared with a named text by the person at the keyboard."""
    draft, problems = verify_row(
        service.policy, key, source=source, today=_today(service), actor=service.actor, set_by=_set_by(service, key)
    )
    return _recorded(service, draft, problems, f"{key} is verified by {service.actor.name}: {source}")


def _today(service: Service) -> date:
    return service.clock().astimezone(LONDON).date()


def _set_by(service: Service, key: str) -> str:
    """Who set the value that holds now, by the last event that set it."""
    found = [event.actor for event in service.journal.events(kinds=[RULE_SET.name]) if event.data.get("key") == key]
    return found[-1] if found else ""


def _recorded(service: Service, draft: Draft | None, problems: tuple[Problem, ...], words: str) -> Outcome:
    if draft is None:
        return Outcome.refused(*problems)
    event = service.record(draft.kind, draft.data)
    service.renew_policy()
    return Outcome(Status.DONE, words, (RowResult("", ok=True, message=words, seqs=(event.seq,)),), seq=event.seq)
