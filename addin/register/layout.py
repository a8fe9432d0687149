"""The sheets of the workbook: which there are, what stands where, and which columns a queue sheet has.

Columns come from the case types' forms, so a field is described once. Everything that writes or reads a sheet
(render, live operations, refresh) takes positions and titles from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from addin.logic.case_type import CaseType
from addin.logic.cases import case_types
from addin.logic.common_form import COMMON_FORM, FINAL_STATES
from addin.logic.forms import Field, FieldKind

#: Raised when sheets, columns or meta change so that an older workbook must be rendered anew.
SCHEMA: Final = 3

# Rows of every sheet, 1-based as a person counts them.
TITLE_ROW: Final = 1
HINT_ROW: Final = 2
BUTTON_ROWS: Final = (3, 4)
MESSAGE_ROW: Final = 5
HEADER_ROW: Final = 7
FIRST_ROW: Final = 8


class Use(StrEnum):
    """What a sheet is for, which decides how it is drawn."""

    DESK = "desk"
    CASE = "case"
    QUEUE = "queue"
    RESULT = "result"
    DASHBOARD = "dashboard"
    RULES = "rules"
    LOG = "log"
    START = "start"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its tab, its VBA code name, what it is for, and the hint under its title."""

    name: str
    code_name: str
    use: Use
    hint: str = ""
    tab: str = "1F2A37"

    @property
    def table(self) -> str:
        """The name of the queue's Excel table."""
        return f"tbl{self.name}"


SHEETS: Final[tuple[Sheet, ...]] = (
    Sheet(
        "Desk",
        "shDesk",
        Use.DESK,
        "Paste a message, read it, take the proposed cases; below: what to do next. Dead buttons? See the sheet Start.",
        "A8501F",
    ),
    Sheet(
        "Case",
        "shCase",
        Use.CASE,
        "Type a case number and press Show; yellow cells may be changed, then pressed.",
        "A8501F",
    ),
    Sheet(
        "Requests",
        "shRequests",
        Use.QUEUE,
        "Address changes, special deliveries, order status, CCTV. Type in yellow, select rows, press.",
    ),
    Sheet(
        "Stock",
        "shStock",
        Use.QUEUE,
        "Inventory discrepancies: freeze, count blind, recount by a second person, adjust.",
    ),
    Sheet("Returns", "shReturns", Use.QUEUE, "Return QC, 3PL results and parcels the carrier brought back."),
    Sheet(
        "Refunds",
        "shRefunds",
        Use.QUEUE,
        "Requested, approved and executed by three different people; amounts to the penny.",
    ),
    Sheet("Claims", "shClaims", Use.QUEUE, "Carrier claims: evidence, deadlines, letters, recovery."),
    Sheet("Quality", "shQuality", Use.QUEUE, "Outbound quality checks: triggered, inspected, released or blocked."),
    Sheet(
        "Escalations",
        "shEscalations",
        Use.QUEUE,
        "Structured updates and shift handovers; every blocker has an owner and a next update.",
    ),
    Sheet(
        "Improvement",
        "shImprovement",
        Use.QUEUE,
        "Deviations, root causes, corrective actions, procedures, audit requests.",
    ),
    Sheet(
        "Reconcile",
        "shReconcile",
        Use.RESULT,
        "Result of the last reconciliation: control equation and exceptions.",
        "5B8C5A",
    ),
    Sheet(
        "Dashboard",
        "shDashboard",
        Use.DASHBOARD,
        "Load, ageing, refunds, recovery and causes, as of the last refresh.",
        "5B8C5A",
    ),
    Sheet(
        "Rules",
        "shRules",
        Use.RULES,
        "Policy in force, with its source and who verified it; changed by 'casebook rules', never here.",
        "8D99AE",
    ),
    Sheet(
        "Audit",
        "shAudit",
        Use.LOG,
        "One row per event, in the order it happened. The lock is courtesy, the chain is the evidence.",
        "8D99AE",
    ),
    Sheet(
        "Snapshots",
        "shSnapshots",
        Use.LOG,
        "Versions that were kept: when, by whom, why, and up to which event.",
        "8D99AE",
    ),
    Sheet("Start", "shStart", Use.START, "What this workbook is and what to do when buttons do not answer.", "8D99AE"),
    Sheet("_lists", "shLists", Use.HIDDEN),
    Sheet("_meta", "shMeta", Use.HIDDEN),
    Sheet("_vault", "shVault", Use.HIDDEN),
)

CODE_NAMES: Final[Mapping[str, str]] = MappingProxyType({sheet.name: sheet.code_name for sheet in SHEETS})
SHEET: Final[Mapping[str, Sheet]] = MappingProxyType({sheet.name: sheet for sheet in SHEETS})
QUEUES: Final = tuple(sheet for sheet in SHEETS if sheet.use is Use.QUEUE)


class Source(StrEnum):
    """Where a queue column's content comes from."""

    FIELD = "field"
    SYSTEM = "system"
    VOLATILE = "volatile"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a queue sheet.

    FIELD columns hold a form field; SYSTEM ones are the case's id, type, status and version; VOLATILE ones are worked
    out when they are shown (standing, next step) and never compared; ASK ones are typed for one press and cleared.
    """

    name: str
    title: str
    source: Source
    field: Field
    width: int
    hidden: bool = False

    @property
    def typed(self) -> bool:
        """True for a yellow cell."""
        return self.source is Source.ASK or (self.source is Source.FIELD and not self.field.system)


def _own(name: str, title: str, source: Source, width: int, kind: FieldKind = FieldKind.TEXT, **more: object) -> Column:
    field = Field(name=name, title=title, kind=kind, system=source is not Source.ASK, **more)  # type: ignore[arg-type]
    return Column(name, title, source, field, width, hidden=name == "version")


_LEAD: Final = (
    _own("case_id", "Case", Source.SYSTEM, 18, FieldKind.ID),
    _own("type", "Type", Source.SYSTEM, 7, FieldKind.ID),
    _own("status", "Status", Source.SYSTEM, 18),
    _own("standing", "Standing", Source.VOLATILE, 11),
)
#: So many letters fit into the column "Next step".
NEXT_ROOM: Final = 40
_NEXT: Final = _own("next", "Next step", Source.VOLATILE, NEXT_ROOM)
_TAIL: Final = (
    _own("reason", "Reason", Source.ASK, 26, FieldKind.NOTE),
    _own("message", "Message", Source.VOLATILE, 44),
    _own("version", "Version", Source.SYSTEM, 8, FieldKind.COUNT),
)
_COMMON_FIRST: Final = ("priority", "due", "due_what", "owner")


@cache
def types_on(sheet: str) -> tuple[CaseType, ...]:
    """The case types whose rows live on a queue sheet."""
    return tuple(kind for kind in case_types().values() if kind.sheet == sheet)


@cache
def columns(sheet: str) -> tuple[Column, ...]:
    """The columns of a queue sheet, left to right."""
    common = {field.name: field for field in COMMON_FORM if field.queue}
    found: dict[str, Column] = {column.name: column for column in _LEAD}
    for name in _COMMON_FIRST:
        found[name] = _field_column(common[name])
    found[_NEXT.name] = _NEXT
    for kind in types_on(sheet):
        for field in kind.fields.values():
            if field.queue and field.name not in found:
                found[field.name] = _field_column(field)
    return (*found.values(), *_TAIL)


def _field_column(field: Field) -> Column:
    return Column(field.name, field.title, Source.FIELD, field, max(field.width, 9))


def has_field(kind: CaseType, column: Column) -> bool:
    """True when a case of this type uses the column."""
    return column.source is not Source.FIELD or column.name in kind.fields


def states_on(sheet: str) -> tuple[str, ...]:
    """Every state of the types on a sheet, in order, with the common final ones."""
    states = [state for kind in types_on(sheet) for state in kind.states]
    return tuple(dict.fromkeys([*states, *sorted(FINAL_STATES)]))


#: The columns of the Audit sheet: readable ones first, the canonical text and the hashes far to the right.
AUDIT_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("No.", 8), ("Recorded (UTC)", 26), ("Happened", 26), ("Late", 12), ("Who", 14), ("Role", 14), ("Case", 18),
    ("What", 60), ("Why", 34), ("Before and after", 50), ("Kind", 26), ("Text (hashed as it stands)", 40),
    ("Previous hash", 20), ("Hash", 20),
)  # fmt: skip
#: Where the canonical text stands; previous hash and hash follow it (1-based).
AUDIT_TEXT: Final = [title for title, _ in AUDIT_COLUMNS].index("Text (hashed as it stands)") + 1
SNAPSHOT_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("Snapshot", 44), ("Taken (UTC)", 26), ("By", 14), ("Why", 40), ("Up to event", 12), ("Head", 68),
    ("File SHA-256", 68),
)  # fmt: skip
DESK_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("Case", 17), ("Type", 23), ("Order no.", 11), ("Status", 17), ("Priority", 10), ("Standing", 10), ("Due", 15),
    ("Due for", 19), ("Owner", 10), ("Next step", 30),
)  # fmt: skip
PROPOSAL_COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("Take", 17), ("Type", 23), ("Order no.", 11), ("Facts found", 17), ("Confidence", 10), ("Message", 10),
    ("Missing", 15), ("Flags", 19), ("Linked to", 10), ("Words that say so", 30),
)  # fmt: skip

# The Desk, top to bottom: sender and counts, paste box, proposals, worklist: a small screen shows where the day stands,
# where to paste and what is due first. Columns start at B.
DESK_PASTE: Final = "B8"
DESK_SENDER: Final = "B6"
COUNTS_ROW: Final = 6
COUNTS_COLUMN: Final = 5
PROPOSAL_HEADER: Final = 11
PROPOSAL_ROWS: Final = 5
WORKLIST_HEADER: Final = 19
WORKLIST_ROWS: Final = 40

# The Case sheet: number on top, form on the left, what can be done and the timeline on the right.
CASE_NUMBER: Final = "B6"
CASE_MOVE: Final = "I6"
CASE_REASON: Final = "I7"
CASE_TEXT: Final = "I8"
#: A made text stands one line a cell, so that it is copied without quotes round it.
CASE_TEXT_COLUMN: Final = 12
CASE_TEXT_LINES: Final = 60
CASE_LAST_STEP: Final = "B8"
CASE_HEADER: Final = 9
CASE_FIRST: Final = 10
CASE_ROWS: Final = 200
#: So many letters of help fit into its column.
CASE_HELP: Final = 50
CASE_TIMELINE: Final = 60
#: The last column of the Case sheet that is printed: the text to copy is not.
CASE_PRINTED: Final = 10

# The Dashboard: charts on the left, their figures in blocks on the right, one under another.
FIGURES_COLUMN: Final = 27
FIGURES_FIRST: Final = 8
# Above the charts: one tile per count.
TILE_ROW: Final = 8
TILE_COLUMNS: Final = (1, 5, 9, 13)
