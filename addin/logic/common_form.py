"""The fields and states that every case type has in common (domain rules, "common to all")."""

from __future__ import annotations

from typing import Final

from addin.logic.forms import Field, FieldKind

CLOSED: Final = "Closed"
CANCELLED: Final = "Cancelled"
DUPLICATE: Final = "Duplicate"
#: States in which a case is over; its row stays, its number is never used again.
FINAL_STATES: Final = frozenset({CLOSED, CANCELLED, DUPLICATE})

CHANNELS: Final = ("Chat", "Email", "Phone", "Import", "System", "In person")
#: The root cause tree: its first level by the name of the policy row that lists the branches (`cause_detail.{name}`).
CAUSE_TREE: Final = {
    "people": "People", "process": "Process/SOP", "system": "System/IT", "carrier": "Carrier", "third_party": "3PL",
    "product": "Product/packaging", "customer": "Customer", "data": "Data/address", "external": "External",
}  # fmt: skip
ROOT_CAUSES: Final = tuple(CAUSE_TREE.values())
PRIORITIES: Final = ("P1", "P2", "P3", "P4")
#: On whom a case may wait. Whether the service clock stands meanwhile is policy (`sla.pauses_for`).
WAITED_FOR: Final = (
    "Customer", "Carrier", "Customer Service", "3PL", "IT", "Finance", "Security", "Legal", "Supplier", "Colleague",
    "Auditor", "Other",
)  # fmt: skip
#: The fields that say that a case waits; all of them are empty while it does not.
WAITING_FIELDS: Final = ("waiting_on", "waiting_until", "waiting_since", "waiting_why")


def _f(name: str, title: str, kind: FieldKind = FieldKind.TEXT, **more: object) -> Field:
    return Field(name=name, title=title, kind=kind, **more)  # type: ignore[arg-type]


#: In the order in which the Case sheet shows them, after the type's own fields.
COMMON_FORM: Final[tuple[Field, ...]] = (
    _f("order_no", "Order no.", FieldKind.ID, queue=True, width=13, help="As text, leading zeros kept."),
    _f("priority", "Priority", FieldKind.CHOICE, system=True, queue=True, choices=PRIORITIES, width=8),
    _f(
        "priority_wanted",
        "Priority wanted",
        FieldKind.CHOICE,
        choices=PRIORITIES,
        late=True,
        queue=True,
        width=9,
        reasoned=True,
        help="With a reason.",
    ),
    _f("owner", "Owner", queue=True, late=True, width=14, help="Account of the person who works on it."),
    _f("due", "Due", FieldKind.INSTANT, system=True, queue=True, width=16),
    _f("due_what", "Due for", system=True, queue=True, width=22),
    _f("legal_due", "Legal date", FieldKind.DAY, system=True, width=11),
    _f("sla_due", "SLA date", FieldKind.INSTANT, system=True, width=16),
    _f("ack_due", "To be taken by", FieldKind.INSTANT, system=True, help="While nobody owns it."),
    _f(
        "waiting_on",
        "Waiting on",
        FieldKind.CHOICE,
        choices=WAITED_FOR,
        late=True,
        queue=True,
        width=12,
        help="Whom, while nothing can be done.",
    ),
    _f("waiting_until", "Waiting until", FieldKind.DAY, late=True, queue=True, width=12),
    _f("waiting_since", "Waiting since", FieldKind.INSTANT, system=True),
    _f("waiting_why", "Waiting because", system=True),
    _f("waited_minutes", "Waited (min)", FieldKind.COUNT, system=True, help="Working minutes off the service clock."),
    _f("pauses", "Pauses", FieldKind.LIST, system=True, help="Every wait: from, to, on whom, what it counted, why."),
    _f("requester", "Requester", personal=True, width=16),
    _f("requester_team", "Team"),
    _f("channel", "Channel", FieldKind.CHOICE, choices=CHANNELS),
    _f("chat_message_id", "Message id", FieldKind.ID),
    _f("chat_text", "Message", FieldKind.NOTE, system=True, personal=True, width=40),
    _f(
        "ticket_ref",
        "Ticket",
        FieldKind.ID,
        late=True,
        width=12,
        pattern="id.ticket_pattern",
        help="Reference in the external ticket tool.",
    ),
    _f("no_ticket_why", "Why no ticket", late=True),
    _f(
        "ticket_log", "Ticket comments", FieldKind.LIST, system=True, personal=True, help="What came back, newest last."
    ),
    _f("texts_made", "Texts made", FieldKind.LIST, system=True, help="Template, channel and the text's digest."),
    _f("opened_by", "Opened by", FieldKind.ID, system=True),
    _f("opened_at", "Opened", FieldKind.INSTANT, system=True, width=16),
    _f("happened_at", "Happened", FieldKind.INSTANT, late=True, help="When it happened, if not when it was recorded."),
    _f("value_at_risk", "Value at risk", FieldKind.MONEY, width=12, help="Value of the goods concerned."),
    _f("vip", "Priority client", FieldKind.FLAG, width=8, help="Only that the flag is set, never why."),
    _f(
        "customer_waits",
        "Customer waits",
        FieldKind.FLAG,
        late=True,
        width=8,
        help="Yes while somebody waits for an answer: it makes the case urgent. A chaser sets it.",
    ),
    _f("decision", "Decision", FieldKind.NOTE, late=True, width=30),
    _f("decision_by", "Decided by", FieldKind.ID, system=True),
    _f("decision_at", "Decided", FieldKind.INSTANT, system=True),
    _f(
        "evidence",
        "Evidence",
        FieldKind.LIST,
        late=True,
        width=28,
        help="File names or references, with ; between.",
    ),
    _f(
        "evidence_files",
        "Evidence files",
        FieldKind.LIST,
        system=True,
        width=40,
        help="Attached by 'Take evidence' or 'casebook attach': name | kind | bytes | when | SHA-256.",
    ),
    _f("comms", "Contact log", FieldKind.LIST, late=True, personal=True, width=28),
    _f("root_cause", "Root cause", FieldKind.CHOICE, choices=ROOT_CAUSES, late=True),
    _f("linked_cases", "Linked cases", FieldKind.LIST, late=True, width=20),
    _f("other_case", "Other case", FieldKind.ID, late=True, help="To link with, or to take the link off."),
    _f("parent_case", "Comes from", FieldKind.ID, system=True),
    _f("duplicate_of", "Duplicate of", FieldKind.ID, late=True, help="The case that is kept and worked on."),
    _f("merged_cases", "Merged into this", FieldKind.LIST, system=True),
    _f(
        "differences",
        "Differing values",
        FieldKind.LIST,
        system=True,
        personal=True,
        help="What a merged case said otherwise; the value above is the one in use.",
    ),
    _f("gave", "Gave to it", FieldKind.LIST, system=True, personal=True),
    _f("merged_from", "Merged from state", system=True),
    _f("covered_for", "Covered for", FieldKind.ID, system=True, help="Whose case it is when they are back."),
    _f("closed_at", "Closed", FieldKind.INSTANT, system=True),
    _f("in_time", "Closed in time", FieldKind.FLAG, system=True, help="Before its service date, pauses counted."),
)
