"""Texts for people out of a case's facts: filled, recorded with the template's hash, put into the outbox when asked.

A template may use every field of its case type and a few names that are worked out here. What is missing is told, never
left as a gap. Making a text is an event on its case: which template, its hash, the hash of the text and the channel.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final

from addin import outbox
from addin.errors import LetterError
from addin.letters import Message, MessageTemplate, Templates, check_values, masked_address, templates_root
from addin.letters.messages import split_message
from addin.logic.case_type import Case, CaseType
from addin.logic.cases import case_types
from addin.logic.hearing import text_made
from addin.logic.outcome import Problem, RowResult, failed
from addin.service import Service

#: Templates that are not for people to send: they go with a letter.
_ENCLOSED: Final = frozenset({"file"})
#: How a text goes to several places at once: the same words everywhere.
EVERYWHERE: Final = ("chat", "ticket", "email")
#: What another case of the same order knows when this one does not.
_ELSEWHERE: Final = ("service", "ship_date", "expected_delivery", "total_refund")


@dataclass(frozen=True, slots=True)
class MadeText:
    """A text made for a case, and what came of recording it."""

    row: RowResult
    message: Message | None = None
    refs: tuple[str, ...] = ()


def templates_of(service: Service) -> Templates:
    """The templates of this register; read once, and again when a file has changed."""
    return _templates_at(templates_root(Path(service.settings.templates) if service.settings.templates else None))


@cache
def _templates_at(root: Path) -> Templates:
    return Templates(root)


def texts_for(templates: Templates, kind: CaseType) -> Mapping[str, MessageTemplate]:
    """The texts that can be made for cases of a type, by id: first those its table names, in its order."""
    mine = {
        found.id: found
        for found in templates.messages().values()
        if found.case_type == kind.code and found.channel not in _ENCLOSED
    }
    order = {name: at for at, name in enumerate(kind.messages)}
    return dict(sorted(mine.items(), key=lambda item: (order.get(item[0], len(order)), item[0])))


def titles_for(service: Service, kind: CaseType) -> list[str]:
    """What the Case sheet offers for a type: "id - title", in the order of `texts_for`.

    Only the heads are read, since this is on the path of a click; a broken template is left out here and named by
    `casebook doctor`.
    """
    heads: dict[str, str] = {}
    for path in sorted(templates_of(service).root.glob("*/*.txt")):
        with contextlib.suppress(LetterError, OSError):
            head, _, _ = split_message(path)
            if head["case_type"] == kind.code and head["channel"] not in _ENCLOSED:
                heads[str(head["id"])] = str(head["title"])
    order = {name: at for at, name in enumerate(kind.messages)}
    return [f"{name} - {heads[name]}" for name in sorted(heads, key=lambda name: (order.get(name, len(order)), name))]


def make_text(
    service: Service,
    case_id: str,
    template_id: str = "",
    *,
    channels: Sequence[str] = (),
    queued: bool = False,
    to: str = "",
) -> MadeText:
    """Make a text for a case; with channels the same words are put into the outbox for each of them.

    Without a template the case type's first one is taken; `queued` without channels means the template's own.
    """
    case = service.journal.case(case_id)
    if case is None:
        hint = "Select the row of a case, or type its number."
        return MadeText(failed(case_id, [Problem("CASE-UNKNOWN", f"There is no case {case_id!r}.", hint=hint)]))
    kind, templates = case_types()[case.type], templates_of(service)
    offered = texts_for(templates, kind)
    template = offered.get(template_id) if template_id else next(iter(offered.values()), None)
    if template is None:
        return MadeText(failed(case_id, [_no_text(kind, template_id, offered)]))
    values = text_values(service, case, template)
    problems = check_values(template, values)
    if problems:
        return MadeText(failed(case_id, problems))
    chosen = channels or ((template.channel,) if queued else ())
    return _made(service, case, templates.render_message(template.id, values), chosen, to)


def _no_text(kind: CaseType, wanted: str, offered: Mapping[str, MessageTemplate]) -> Problem:
    if not offered:
        hint = "Write your own words, or ask for a template (templates/, one text file each)."
        return Problem("TEXT-NONE", f"There is no text for a case of type {kind.name.lower()}.", hint=hint)
    listed = ", ".join(f"{one.id} ({one.title})" for one in offered.values())
    return Problem("TEXT-NONE", f"There is no text {wanted!r} for this type.", "text", hint=f"There are: {listed}.")


def _made(service: Service, case: Case, message: Message, channels: Sequence[str], to: str) -> MadeText:
    letters = [
        outbox.Letter(one, message.text, to, f"{case.case_id}: {message.title}", message.id, message.template_sha256)
        for one in channels
    ]
    where = ", ".join(channels) or message.channel
    facts = {"template_sha256": message.template_sha256, "text_sha256": message.sha256}
    effect = text_made(case, now=service.clock(), template=message.id, channel=where, facts=facts)
    row = service.hear(effect, said=f"{message.title} made for {case.case_id}.")
    if not row.ok:
        return MadeText(row)
    refs = outbox.queue(service, case, letters) if letters else []
    waits = f" Waits in the outbox: {', '.join(refs)}." if refs else ""
    return MadeText(RowResult(row.case_id, ok=True, message=row.message + waits, seqs=row.seqs), message, tuple(refs))


# What a text says ----------------------------------------------------------------------------------------------------


def text_values(service: Service, case: Case, template: MessageTemplate) -> dict[str, object]:
    """The values of the names a template uses: from the case's form, the house, or worked out."""
    fields = case_types()[case.type].fields
    house = service.settings.house
    known: dict[str, Callable[[], object]] = {
        "house_name": lambda: house.name,
        "house_signatory": lambda: house.signatory or service.actor.name,
        "house_signatory_title": lambda: house.signatory_title,
        "our_ref": lambda: case.case_id,
        "owner": lambda: _person(service, case.text("owner")),
        "address_masked": lambda: masked_address(f"{case.text('address_new')} {case.text('postcode')}".strip()),
        "reply_by": lambda: _reply_by(service, case),
        "recipient": lambda: case.text("recipient") or _from_related(service, case, "recipient", "consignee_name"),
        "requester": lambda: case.text("requester") or "colleague",
        **{name: partial(_from_related, service, case, name) for name in _ELSEWHERE},
    }
    values: dict[str, object] = {}
    for name in template.names:
        own = fields[name].words(case.fields.get(name)) if name in fields else ""
        values[name] = own if own and name not in ("owner",) else known[name]() if name in known else own
    return values


def _person(service: Service, account: str) -> str:
    found = service.settings.actors().get(account)
    return found.name if found else account or service.actor.name


def _reply_by(service: Service, case: Case) -> object:
    """The day a customer is asked to answer by: the wait after a refusal, counted from the first contact or today."""
    since = case.instant("first_contact_at") or service.clock()
    return (since + timedelta(days=service.policy.days("carrier_return.refused_wait_days"))).date()


def _from_related(service: Service, case: Case, *names: str) -> str:
    """A value that another case of the same order knows, as words; the newest that has one."""
    for other in reversed(service.journal.related(case)):
        fields = case_types()[other.type].fields
        for name in names:
            if name in fields and other.has(name):
                return fields[name].words(other.fields[name])
    return ""
