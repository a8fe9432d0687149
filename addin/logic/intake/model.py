"""What intake hands over: facts with the words that gave them, proposals, and one reading per message.

1. A *stated* fact is in the words; a *derived* one follows from stated facts by a named rule; a *suggested* one is a
   guess for a person to accept or refuse. Only stated facts become fields of a proposal.
2. A reading never holds a card number, an expiry date or a bank account: `kept_text` is what may be stored.
3. Nothing here approves, opens or changes a case; a coordinator confirms each proposal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from addin.logic.values import formula_like

#: The order in which intents are listed: the order of the case types in the register.
CODES: Final = (
    "ADR", "SPD", "QCT", "CTV", "OST", "INV", "UPC", "RQC", "RFD", "CRP", "ESC", "DEV", "HND", "SOP", "AUD",
)  # fmt: skip


class Basis(StrEnum):
    """How a fact is known."""

    STATED = "stated"
    DERIVED = "derived"
    SUGGESTED = "suggested"


class Confidence(StrEnum):
    """How sure a proposal is; words, since a score of 0.73 explains nothing."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a message says: its canonical text, and the words at `start:end` of the kept text that gave it."""

    name: str
    value: str
    start: int
    end: int
    words: str
    basis: Basis = Basis.STATED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Redaction:
    """Something taken out before anything was stored; `keep_last4` is what may be kept, empty when nothing may."""

    type: str
    keep_last4: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One case a coordinator may open from a message.

    `fields` holds canonical texts by field name; `spans` the place in the kept text that gave each; `missing` what to
    ask before acting; `why` the words and rules that led here. `link_to_open` means: find the open case, open no other.
    """

    type_code: str
    fields: Mapping[str, str]
    confidence: Confidence
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    link_to_open: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything found in one message.

    `flags` maps each flag to the words or rule that raised it; `refused` are intents a negation took back; `withdrawn`
    means a later message of the same sender took this one back.
    """

    kept_text: str
    sent_at: datetime
    sender: str
    intents: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    facts: tuple[Fact, ...]
    flags: Mapping[str, str]
    missing: tuple[str, ...] = ()
    do_not: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    refused: tuple[str, ...] = ()
    route: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    priority_hint: str = ""
    message_id: str = ""
    withdrawn: bool = False
    ticket_key: str = "ticket_ref"

    @property
    def stored_text(self) -> str:
        """The kept text as a cell may hold it: a leading apostrophe where a program could see a formula."""
        return f"'{self.kept_text}" if formula_like(self.kept_text) else self.kept_text

    @property
    def orders(self) -> tuple[str, ...]:
        """The order numbers stated and not taken back, in the order of the text."""
        return self.values("order_no")

    @property
    def is_followup(self) -> bool:
        """True for a message that chases an earlier one."""
        return "chaser" in self.flags

    def all(self, name: str, *bases: Basis) -> tuple[Fact, ...]:
        """The facts of one name; of any basis when none is named."""
        return tuple(f for f in self.facts if f.name == name and (not bases or f.basis in bases))

    def values(self, name: str) -> tuple[str, ...]:
        """The different values of one name, in the order of the text."""
        return tuple(dict.fromkeys(f.value for f in self.facts if f.name == name))

    def first(self, name: str) -> Fact | None:
        """The first fact of a name, None when there is none."""
        return next((f for f in self.facts if f.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeProfile:
    """How this house writes: number shapes, names and limits. All of it comes from settings and policy tables.

    The patterns must match the whole number; they are matched against words already cut out of the text, so a pattern
    with nested repetition cannot slow the reading down beyond one word. `house_names` are names of the house that a
    carrier also bears or bore; `courier_now` is what that carrier is called today.
    """

    order_pattern: str = r"\d{10}"
    sku_pattern: str = r"[A-Z]{1,2}\d{5,6}[A-Z]{1,4}[A-Z0-9]{1,4}"
    rma_pattern: str = r"\d{5,8}"
    ticket_pattern: str = r"[A-Z]{2,4}-\d{3,6}"
    ticket_key: str = "ticket_ref"
    currency: str = "GBP"
    cctv_retention_days: int = 30
    cctv_warn_days: int = 2
    damage_notice_days: int = 14
    senior_qa_value: Decimal = Decimal(5000)
    high_impact_orders: int = 20
    house_names: tuple[str, ...] = ()
    courier_now: str = ""
    exotic_words: tuple[str, ...] = ("croc", "alligator", "python", "lizard", "ostrich", "exotic")
    profile_words: tuple[str, ...] = ("vic", "vip")
