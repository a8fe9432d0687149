"""From a pasted message to cases: read, propose, let the coordinator confirm, open.

1. What is read is recorded once, redacted and sealed, with everything that was proposed.
2. Nothing is opened without a confirmation; a correction on the proposal's line counts.
3. A chaser is noted on the open case it means; it never opens a second one.
4. Taking a proposal twice opens one case.
5. What takes an earlier message back is linked to the open case that came of it: it is noted there, never acted on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from addin.logic.case_type import Case, CaseType
from addin.logic.cases import case_types
from addin.logic.events import Draft, Json, digests, iso, unseal
from addin.logic.forms import Cell, Value
from addin.logic.intake import ChatMessage, IntakeProfile, Proposal, Reading, read_conversation, split_transcript
from addin.logic.outcome import Outcome, Problem, RowResult, Status, counted, failed, summary
from addin.logic.policy import Policy
from addin.logic.system_kinds import INTAKE_DISMISSED, INTAKE_READ, INTAKE_TAKEN
from addin.service import RowRequest, Service
from addin.settings import Settings

_SEALED: Final = ("chat_text", "sender", "proposals")
#: The flag of a line that links a message to what it takes back, and how many such lines one message may have.
_TAKES_BACK: Final = "takes_back_earlier_message"
_MOST_BACK: Final = 3
_LINE_KINDS: Final = (INTAKE_READ.name, INTAKE_TAKEN.name, INTAKE_DISMISSED.name)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One proposal that nobody has taken or set aside yet."""

    message: int
    index: int
    sender: str
    chat_text: str
    message_id: str
    type_code: str
    fields: Mapping[str, str]
    confidence: str
    missing: tuple[str, ...]
    flags: tuple[str, ...]
    why: tuple[str, ...]
    link_to_open: bool

    @property
    def ref(self) -> str:
        """How the proposal is named on the Desk: message event and place, as "12/1"."""
        return f"{self.message}/{self.index}"


def profile_of(settings: Settings, policy: Policy) -> IntakeProfile:
    """How this house writes its messages: settings and policy, in the reader's form."""
    own = settings.intake
    return IntakeProfile(
        order_pattern=policy.text("id.order_pattern"),
        sku_pattern=own.sku,
        rma_pattern=own.rma,
        ticket_pattern=own.ticket,
        ticket_key=own.ticket_key,
        currency=settings.currency,
        cctv_retention_days=policy.days("cctv.retention_days"),
        damage_notice_days=policy.days("claim.uk_terms.damage"),
        senior_qa_value=policy.money("priority.value_high").amount,
        high_impact_orders=policy.number("priority.orders_high"),
        house_names=own.house_names,
        courier_now=own.courier_now,
        exotic_words=own.exotic_words,
        profile_words=own.profile_words,
    )


def read_text(service: Service, text: str, sender: str = "") -> Outcome:
    """Read a pasted text, record each message with its proposals, and say what was found."""
    if len(text) > service.policy.number("intake.max_characters"):
        hint = "Paste fewer messages at once, or run 'casebook intake FILE'."
        return Outcome.refused(Problem("CHAT-LONG", f"{len(text):,} characters are too many for one press.", hint=hint))
    return read_messages(service, split_transcript(text, default_at=service.clock(), default_sender=sender))


def too_many(service: Service, count: int) -> Outcome | None:
    """Why so many messages are not read in one go; None when they may be."""
    most = service.policy.number("intake.most_messages")
    if count <= most:
        return None
    hint = "Divide the export, or look at it first with --dry-run, which records nothing."
    words = f"{count:,} messages are too many for one go; {most:,} are read at most. Nothing was recorded."
    return Outcome.refused(Problem("CHAT-MANY", words, hint=hint))


def read_messages(service: Service, messages: Iterable[ChatMessage]) -> Outcome:
    """Read messages as one conversation, record each with its proposals, and say what was found."""
    found = read_conversation(messages, profile_of(service.settings, service.policy))
    kept = [
        ([_kept(proposal) for proposal in one.proposals] or _link_named(service, one))
        + _link_taken_back(service, one, found[:at])
        for at, one in enumerate(found)
    ]
    still = _still_waiting(service, found)
    service.record_all([_draft(one, lines) for one, lines in zip(found, kept, strict=True)])
    proposals = sum(map(len, kept))
    read = f"{counted(len(found), 'message')} read"
    if not proposals:
        words = f"{read}; no case is proposed. Open one on its sheet if it needs one."
    else:
        words = f"{read}, {proposals} proposed. Set Take to Yes or No, then press Take proposals."
    back = [str(line["fields"]["case_id"]) for lines in kept for line in lines if _TAKES_BACK in line["flags"]]  # type: ignore[index,call-overload,operator]
    if back:
        words += (
            f" An earlier message is taken back: look at {', '.join(dict.fromkeys(back))} before you go on with it."
        )
    return Outcome(Status.DONE, words + still)


def _draft(reading: Reading, proposals: Sequence[dict[str, Json]]) -> Draft:
    types = ", ".join(str(one["type"]) for one in proposals) or "none"
    data: dict[str, Json] = {
        "count": len(proposals),
        "types": types,
        "sent": reading.sent_at.isoformat(),
        "message_id": reading.message_id,
        "set": {"chat_text": reading.stored_text, "sender": reading.sender, "proposals": list(proposals)},
    }
    return Draft(INTAKE_READ.name, "", data, personal=frozenset(_SEALED))


def _link_named(service: Service, reading: Reading) -> list[dict[str, Json]]:
    """A line that links a message to the open case it names, where it asks for nothing that would be a case."""
    fact = reading.first("case_id")
    case = service.journal.case(fact.value) if fact is not None and not reading.withdrawn else None
    if fact is None or case is None or case.is_final:
        return []
    return [
        {
            "type": case.type, "fields": _handles(case), "confidence": "high", "missing": [],
            "flags": ["case_named"], "why": [fact.words], "link": True,
        }
    ]  # fmt: skip


def _link_taken_back(service: Service, reading: Reading, before: Sequence[Reading]) -> list[dict[str, Json]]:
    """Lines that link a message to the open cases which it takes back or calls settled.

    None where the message it takes back was read with it: that one is withdrawn and proposes nothing.
    """
    speaks = reading.flags.keys() & {"retraction", "resolved_by_sender"} or reading.refused
    if not speaks or reading.withdrawn or any(one.withdrawn and one.sender == reading.sender for one in before):
        return []
    return [
        {
            "type": case.type,
            "fields": _handles(case),
            "confidence": "medium", "missing": [], "flags": [_TAKES_BACK], "link": True,
            "why": [reading.flags.get("retraction") or reading.flags.get("resolved_by_sender") or "not wanted"],
        }
        for case in _taken_back(service, reading)[-_MOST_BACK:]
    ]  # fmt: skip


def _handles(case: Case) -> dict[str, Json]:
    return {name: text for name, text in (("case_id", case.case_id), ("order_no", case.text("order_no"))) if text}


def _taken_back(service: Service, reading: Reading) -> list[Case]:
    """The open cases that a message may take back: of the orders it names, else the newest its sender asked for."""
    wished = {proposal.fields.get("order_no") for proposal in reading.proposals}
    orders = [order for order in reading.orders if order not in wished]
    if orders:
        named = (case for one in orders for case in service.journal.related(Case("", "", "", {"order_no": one})))
        about = {case.case_id: case for case in named if not case.is_final and case.text("order_no") in orders}
        whole = reading.flags.keys() & {"retraction", "resolved_by_sender"}
        return [case for _, case in sorted(about.items()) if whole or case.type in reading.refused]
    if reading.orders or "retraction" not in reading.flags or not reading.sender:
        return []
    since = service.clock() - timedelta(hours=service.policy.number("intake.duplicate_hours"))
    mine = [
        case
        for case in service.journal.touched(iso(since))
        if not case.is_final
        and case.text("channel") == "Chat"
        and case.text("requester").casefold() == reading.sender.casefold()
        and (not reading.refused or case.type in reading.refused)
    ]
    return sorted(mine, key=lambda case: case.case_id)[-1:]


def _still_waiting(service: Service, found: Sequence[Reading]) -> str:
    """Words on proposals, read before and not taken yet, that one of these messages takes back."""
    back = [one for one in found if "retraction" in one.flags and one.sender]
    lines = [line for line in waiting(service) if _TAKES_BACK not in line.flags] if back else []
    refs = [
        line.ref
        for one in back
        for line in lines
        if line.sender == one.sender and (not one.orders or line.fields.get("order_no") in one.orders)
    ]
    if not refs:
        return ""
    named = ", ".join(dict.fromkeys(refs))
    return f" Proposals of the same sender still wait ({named}): set Take to No where they are taken back."


def _kept(one: Proposal) -> dict[str, Json]:
    return {
        "type": one.type_code,
        "fields": dict(one.fields),
        "confidence": str(one.confidence),
        "missing": list(one.missing),
        "flags": list(one.flags),
        "why": list(one.why),
        "link": one.link_to_open,
    }


def waiting(service: Service) -> list[Waiting]:
    """The proposals that nobody has taken or set aside yet, oldest first."""
    done: set[tuple[int, int]] = set()
    found: list[Waiting] = []
    for event in service.journal.events(kinds=_LINE_KINDS):
        if event.kind == INTAKE_READ.name:
            opened = unseal(event.changes, service.journal.vault(digests(event.data)))
            found += _lines(event.seq, str(event.data.get("message_id", "")), opened)
        else:
            done.add((int(str(event.data["message"])), int(str(event.data["index"]))))
    return [one for one in found if (one.message, one.index) not in done]


def _lines(seq: int, message_id: str, opened: Mapping[str, Json]) -> Iterator[Waiting]:
    proposals = opened.get("proposals")
    for index, raw in enumerate(proposals if isinstance(proposals, list) else (), 1):
        one = msgspec.convert(raw, dict[str, object])
        yield Waiting(
            seq,
            index,
            str(opened.get("sender", "")),
            str(opened.get("chat_text", "")),
            message_id,
            str(one["type"]),
            msgspec.convert(one["fields"], dict[str, str]),
            str(one["confidence"]),
            msgspec.convert(one["missing"], tuple[str, ...]),
            msgspec.convert(one["flags"], tuple[str, ...]),
            msgspec.convert(one["why"], tuple[str, ...]),
            bool(one["link"]),
        )


def proposal_rows(service: Service, limit: int) -> list[tuple[Cell, ...]]:
    """The Desk's lines for the first waiting proposals, in the order of `PROPOSAL_COLUMNS`."""
    return [_row(service, one) for one in waiting(service)[:limit]]


def _row(service: Service, one: Waiting) -> tuple[Cell, ...]:
    kind = case_types().get(one.type_code)
    titles = {name: kind.fields[name].title for name in one.fields if kind and name in kind.fields}
    facts = "; ".join(f"{title}: {one.fields[name]}" for name, title in titles.items() if name != "order_no")
    meant = _meant(service, one, one.type_code)
    beside = [] if meant else [f"{case_id} is open on this order" for case_id in _open_on_order(service, one)]
    return (
        "Yes",
        kind.name if kind else one.type_code,
        one.fields.get("order_no"),
        facts[:300] or None,
        one.confidence,
        one.ref,
        ", ".join(_said(name, kind) for name in one.missing)[:300] or None,
        ", ".join([*beside, *(_said(name, None) for name in one.flags)])[:300] or None,
        meant.case_id if meant else None,
        " | ".join(one.why)[:300] or None,
    )


def _open_on_order(service: Service, one: Waiting) -> list[str]:
    """The newest open cases of other kinds about the order of a proposal: perhaps the message belongs there."""
    order = one.fields.get("order_no", "")
    found = service.journal.related(Case("", "", "", {"order_no": order})) if order else ()
    return [case.case_id for case in found if not case.is_final and case.text("order_no") == order][-2:]


def _said(name: str, kind: CaseType | None) -> str:
    """A field's title, or a flag in plain words."""
    field = kind.fields.get(name) if kind else None
    return field.title if field else name.replace("_", " ")


def take(service: Service, lines: Sequence[Sequence[Cell]]) -> Outcome:
    """Take the proposals of the Desk whose Take cell says Yes; a No sets its proposal aside."""
    known = {one.ref: one for one in waiting(service)}
    rows: list[RowResult] = []
    for line in lines:
        one = known.get(str(line[5] or ""))
        answer = str(line[0] or "").strip().casefold()
        if one is None or answer not in ("yes", "no"):
            continue
        if answer == "no":
            _mark(service, INTAKE_DISMISSED.name, one, "set aside")
            rows.append(RowResult("", ok=True, message=f"Proposal {one.ref} set aside."))
            continue
        rows.append(_take_one(service, one, str(line[1] or ""), line[2]))
    if not rows:
        hint = "Press 'Read message' first, then set Take to Yes or No."
        return Outcome.refused(Problem("TAKE-NONE", "No proposal is waiting with a Yes or No.", hint=hint))
    return summary(rows)


def take_all(service: Service, chosen: Iterable[Waiting], tick: Callable[[], None] = lambda: None) -> Outcome:
    """Take proposals as they were read (the command line's way); `tick` once each."""
    rows = []
    for one in chosen:
        rows.append(_take_one(service, one, "", None))
        tick()
    return summary(rows)


def dismiss(service: Service) -> Outcome:
    """Set every waiting proposal aside; the messages stay recorded."""
    ones = waiting(service)
    for one in ones:
        _mark(service, INTAKE_DISMISSED.name, one, "set aside")
    return Outcome(Status.DONE, f"{counted(len(ones), 'proposal')} set aside; the messages stay recorded.")


def _take_one(service: Service, one: Waiting, type_typed: str, order_typed: Cell) -> RowResult:
    kind = _kind(one, type_typed)
    if kind is None:
        names = ", ".join(item.name for item in case_types().values())
        return failed("", (Problem("OPEN-TYPE", f"{type_typed!r} is no case type.", "type", hint=f"One of: {names}."),))
    case = _meant(service, one, kind.code, order_typed)
    if case is not None:
        row = _chase(service, one, case)
    elif "case_id" in one.fields:
        hint = "Set the proposal aside, or open the case on the sheet Case."
        words = f"{one.fields['case_id']} is not open any more; nothing was noted."
        row = failed("", (Problem("TAKE-CLOSED", words, hint=hint),))
    elif one.link_to_open and kind.code == "RFD":
        order = one.fields.get("order_no", "its order")
        hint = "Look for it on Refunds, closed ones too; if there really is none, add it there as a new row."
        row = failed(
            "", (Problem("TAKE-CHASER", f"No refund is open for {order}, and a chaser never opens one.", hint=hint),)
        )
    else:
        row = _open(service, one, kind, order_typed)
    if row.ok:
        _mark(service, INTAKE_TAKEN.name, one, row.message, row.case_id)
    return row


def _kind(one: Waiting, typed: str) -> CaseType | None:
    if not typed.strip():
        return case_types().get(one.type_code)
    wanted = typed.strip().casefold()
    return next(
        (kind for kind in case_types().values() if wanted in (kind.code.casefold(), kind.name.casefold())), None
    )


def _meant(service: Service, one: Waiting, code: str, order_typed: Cell = None) -> Case | None:
    """The open case of a type that a message means: the newest with the same order, tracking or return.

    A chaser means it whenever it was opened; any other message only a case of the last hours (policy
    `intake.duplicate_hours`), since the same request is often sent twice.
    """
    case = service.journal.case(one.fields["case_id"]) if "case_id" in one.fields else None
    if case is not None and case.type == code and not case.is_final:
        return case
    named = {name: text for name, text in one.fields.items() if name in ("order_no", "tracking", "rma_no")}
    if order_typed not in (None, ""):
        named["order_no"] = str(order_typed)
    since = service.clock() - timedelta(hours=service.policy.number("intake.duplicate_hours"))
    same = [
        case
        for case in service.journal.related(Case("", code, "", named))
        if case.type == code and not case.is_final and (one.link_to_open or _opened_after(case, since))
    ]
    return same[-1] if same else None


def _opened_after(case: Case, instant: datetime) -> bool:
    opened = case.instant("opened_at")
    return opened is not None and opened >= instant


def _chase(service: Service, one: Waiting, case: Case) -> RowResult:
    back = _TAKES_BACK in one.flags
    what = "Taken back or called settled" if back else "Chased" if one.link_to_open else "Asked again"
    words = f"{what} by {one.sender or 'the requester'} (message {one.ref})."
    request = RowRequest(case.case_id, {} if back else {"customer_waits": True}, words, f"intake|{one.ref}")
    row = service.press("note", [request]).rows[0]
    said = f"{case.case_id} is open for this; the message was noted there." if row.ok else row.message
    return RowResult(row.case_id, row.ok, said, row.problems, row.seqs)


def _open(service: Service, one: Waiting, kind: CaseType, order_typed: Cell) -> RowResult:
    given: dict[str, Value | None] = {
        "channel": "Chat",
        "requester": one.sender or None,
        "chat_text": one.chat_text,
        "chat_message_id": one.message_id or None,
    }
    notes = []
    for name, text in one.fields.items():
        field = kind.fields.get(name)
        value, problem = field.read(text, service.settings.currency) if field else (None, None)
        if field is None or (problem is not None and not problem.warn):
            notes.append(f"{name}: {text}")
        elif not field.system:
            given[name] = value
    if order_typed not in (None, ""):
        given["order_no"], problem = kind.fields["order_no"].read(order_typed)
        if problem is not None:
            return failed("", (problem,))
    reason = f"Message {one.ref}" + (f"; also said: {'; '.join(notes)}" if notes else "")
    request = RowRequest("", given, reason[:1_000], key=f"intake|{one.ref}", opens=kind.code)
    return service.open_cases([request]).rows[0]


def _mark(service: Service, kind: str, one: Waiting, what: str, case_id: str = "") -> None:
    data: dict[str, Json] = {"message": one.message, "index": one.index, "what": what[:300]}
    service.record(kind, data, case_id=case_id)


__all__ = ["dismiss", "proposal_rows", "read_messages", "read_text", "take", "take_all", "waiting"]
