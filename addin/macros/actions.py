"""The table of actions: one row a button. VBA, ribbon and the buttons on the sheets are generated from it.

Rows for moves are read off the case types: one button per sheet and verb, which makes that move on every selected row
whatever its type. All other rows are written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from addin.logic.case_type import WORKING
from addin.logic.cases import case_types
from addin.logic.machine import starts
from addin.logic.pack_rules import REVIEWERS
from addin.logic.periods import REOPENERS
from addin.logic.values import Role
from addin.register.buttons import Button
from addin.register.layout import QUEUES, types_on

EVERYBODY: Final = frozenset(Role)
FINANCE: Final = frozenset({Role.FINANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button: where it stands, what it says, who may press it and which command it runs.

    `command` names a function of `commands`; a move's `verb` is what that function presses; `states` are the states in
    which the move applies, by case type code; a version is kept before a `risky` one; a `held` one's button stays in
    reach when the sheet is scrolled to the right.
    """

    id: str
    label: str
    sheet: str
    command: str
    hint: str
    roles: frozenset[Role] = WORKING
    verb: str = ""
    states: Mapping[str, tuple[str, ...]] | None = None
    primary: bool = False
    drawn: bool = True
    risky: bool = False
    held: bool = False

    def as_row(self) -> dict[str, object]:
        """The action as `casebook actions --json` lists it."""
        return {
            "id": self.id,
            "sheet": self.sheet,
            "label": self.label,
            "roles": sorted(role.value for role in self.roles),
            "states": {code: list(found) for code, found in (self.states or {}).items()},
            "hint": self.hint,
            "button": self.drawn,
        }


def _a(action_id: str, label: str, sheet: str, command: str, hint: str, **more: object) -> Action:
    return Action(id=action_id, label=label, sheet=sheet, command=command, hint=hint, **more)  # type: ignore[arg-type]


_OWN: Final = (
    _a("desk.read", "Read message", "Desk", "read_message", "Read the pasted message and propose cases.", primary=True),
    _a("desk.take", "Take proposals", "Desk", "take_proposals", "Open the proposed cases marked Yes.",
       primary=True),
    _a("desk.dismiss", "Dismiss", "Desk", "dismiss_proposals", "Set the proposals aside; the message stays recorded."),
    _a("desk.import", "Import", "Desk", "import_files", "Import the exports that lie in the folder inbox.",
       risky=True),
    _a("desk.refresh", "Refresh", "Desk", "refresh", "Take over what was typed, show what others did.",
       roles=EVERYBODY),
    _a("desk.snapshot", "Snapshot", "Desk", "take_snapshot", "Keep this version of the register."),
    _a("desk.verify", "Verify", "Desk", "verify_register", "Check every event and the workbook.", roles=EVERYBODY),
    _a("desk.digest", "Digest", "Desk", "write_digest", "Say what is most late and who has how much, as a text."),
    _a("desk.share", "Share out", "Desk", "share_work", "Give what nobody owns to whoever has the least."),
    _a("desk.send", "Send outbox", "Desk", "send_outbox", "Send the texts that wait in the outbox."),
    _a("desk.comments", "Take comments", "Desk", "take_comments",
       "Note the comments of the files in inbox/comments/ on the cases of their tickets."),
    _a("desk.month_end", "Month end", "Desk", "make_month_end", "Make the audit workbook of last month.",
       risky=True),
    _a("case.show", "Show", "Case", "show_case", "Show the case whose number is typed.", roles=EVERYBODY, primary=True),
    # Whose move or field it is, the case type's own table says: an auditor asks questions and signs what was read.
    _a("case.save", "Save changes", "Case", "save_case", "Take over the yellow cells of the form.", roles=EVERYBODY),
    _a("case.take_back", "Take back", "Case", "take_back", "Take back the case's last step, with a reason."),
    _a("case.press", "Do the move", "Case", "move_case", "Make the chosen move, with the reason.", roles=EVERYBODY,
       primary=True),
    _a("case.text", "Make text", "Case", "make_case_text", "Make the chosen text and show it to be copied."),
    _a("case.send", "Send text", "Case", "send_case_text", "Make the chosen text and put it into the outbox."),
    _a("escalations.send", "Send update", "Escalations", "send_updates",
       "Put the escalation's text into the outbox for chat, ticket and mail: the same words everywhere.", primary=True),
    _a("escalations.fill", "Fill handover", "Escalations", "fill_handovers",
       "Fill drafted handovers with the writer's open cases, promised times and risks."),
    _a("improvement.repeats", "Find repeats", "Improvement", "open_repeats",
       "Open a deviation for each cause, order or location that comes back."),
    _a("improvement.rollup", "Roll-up", "Improvement", "make_roll_up", "Write the figures of last month as a text."),
    _a("claims.letter", "Make letter", "Claims", "make_letters",
       "Make the letter that suits the selected claims: the claim, or the appeal after a decision."),
    _a("claims.set", "Make claim set", "Claims", "make_letters",
       "Make letter, PDF and the set for the carrier: invoice, evidence, descriptions, list of contents."),
    _a("claims.chaser", "Make reminder", "Claims", "make_letters",
       "Make the reminder for claims that the carrier has not answered, as Word file and PDF."),
    _a("claims.write_off_sheet", "Make write-off sheet", "Claims", "make_letters",
       "Make the internal sheet on which a write-off is asked for, as Word file and PDF."),
    _a("case.evidence", "Take evidence", "Case", "take_case_evidence",
       "Attach the files that wait in inbox/evidence/ under the number of the case shown."),
    _a("claims.week", "What blocks what", "Claims", "list_claims",
       "Write the list of open claims, what blocks each, who can help and by when, into outbox/.", roles=EVERYBODY),
    _a("claims.evidence", "Take evidence", "Claims", "take_evidence",
       "Attach the files that wait in inbox/evidence/ under the numbers of the selected claims."),
    _a("returns.evidence", "Take evidence", "Returns", "take_evidence",
       "Attach the files that wait in inbox/evidence/ under the numbers of the selected cases."),
    _a("audit.verify", "Verify", "Audit", "verify_register", "Check every event and the workbook.", roles=EVERYBODY),
    _a("snapshots.take", "Snapshot", "Snapshots", "take_snapshot", "Keep this version of the register."),
    _a("book.opened", "Opened", "Desk", "opened", "Says how the workbook stands when it is opened.",
       roles=EVERYBODY, drawn=False),
)  # fmt: skip

#: Finance's own work on the Reconcile sheet.
_RECONCILE: Final = (
    _a("reconcile.run", "Reconcile", "Reconcile", "reconcile",
       "Compare the month's refunds with the statement that waits in the inbox.", roles=FINANCE,
       primary=True),
    _a("reconcile.decide", "Decide proposals", "Reconcile", "decide_proposals",
       "Accept or reject the proposals marked Yes or No.", roles=FINANCE),
    _a("reconcile.again", "Look again", "Reconcile", "look_again",
       "Name the refunds that were changed since they were reconciled.", roles=EVERYBODY),
    _a("reconcile.results", "Workbook of results", "Reconcile", "make_results",
       "Make a workbook of the latest result: matches, proposals, exceptions.", roles=EVERYBODY),
)  # fmt: skip

#: The month-end pack, beside the month and the reason that are typed on the Reconcile sheet.
_PACKS: Final = (
    _a("reconcile.sign_pack", "Sign pack", "Reconcile", "make_month_end",
       "Make the audit pack of the month and sign it as its preparer.", risky=True),
    _a("reconcile.review_pack", "Sign off pack", "Reconcile", "review_pack",
       "Sign off the month's pack as its reviewer: another person than the preparer.", roles=REVIEWERS),
    _a("reconcile.accept_pack", "Accept pack", "Reconcile", "accept_pack",
       "Accept the month's pack: neither its preparer nor its reviewer.", roles=REVIEWERS),
    _a("reconcile.return_pack", "Return pack", "Reconcile", "return_pack",
       "Return the month's pack to its preparer, with the reason that is typed.", roles=REVIEWERS),
)  # fmt: skip

#: Money beyond single cases: payment batches and the accounting months.
_MONEY: Final = (
    _a("refunds.batch", "Make batch", "Refunds", "make_batch",
       "Submit the selected approved refunds as one payment file in outbox.",
       roles=FINANCE, verb="batch", primary=True),
    _a("reconcile.hold_month", "Hold month", "Reconcile", "step_month",
       "Let the oldest open month take no new bookings.",
       roles=FINANCE, verb="hold"),
    _a("reconcile.release_month", "Release month", "Reconcile", "step_month",
       "Let a month on hold take bookings again.",
       roles=FINANCE, verb="release"),
    _a("reconcile.close_month", "Close month", "Reconcile", "step_month",
       "Close the oldest open month with its result.",
       roles=FINANCE, verb="close", primary=True, risky=True),
    _a("reconcile.reopen_month", "Reopen month", "Reconcile", "step_month",
       "Senior QA and Finance both press it, with a reason.", roles=REOPENERS, verb="reopen", risky=True),
)  # fmt: skip

#: Common moves come last on every sheet, in this order.
_COMMON_LAST: Final = (
    "take", "give", "triage", "prioritise", "wait", "resume", "note", "link", "unlink", "duplicate", "part", "cancel",
    "reopen",
)  # fmt: skip
#: Moves whose button does more than make the move on each row.
_COMMANDS: Final = {"triage": "triage_rows", "duplicate": "merge_rows", "link": "link_rows"}


@cache
def actions() -> Mapping[str, Action]:
    """Every action by id."""
    rows = [*_OWN, *_RECONCILE, *_MONEY, *_PACKS]
    for sheet in QUEUES:
        family = sheet.name.lower()
        if not types_on(sheet.name):
            continue
        rows.append(
            _a(
                f"{family}.add",
                "Add new rows",
                sheet.name,
                "add_rows",
                "Open a case for each row without a number.",
                held=True,
            )
        )
        rows.extend(_moves(sheet.name, family))
        pulls = "Take over what was typed, show what others did."
        rows.append(_a(f"{family}.refresh", "Refresh", sheet.name, "refresh", pulls, roles=EVERYBODY, held=True))
        opens = "Show the selected case on the Case sheet."
        rows.append(_a(f"{family}.open", "Open case", sheet.name, "open_case", opens, roles=EVERYBODY, held=True))
    return {row.id: row for row in rows}


def _moves(sheet: str, family: str) -> list[Action]:
    kinds = types_on(sheet)
    verbs = dict.fromkeys(verb for kind in kinds for verb in kind.all_moves if verb not in _COMMON_LAST)
    found = []
    for verb in (*verbs, *_COMMON_LAST):
        able = [(kind, kind.all_moves[verb]) for kind in kinds if verb in kind.all_moves]
        if not able:
            continue
        move = able[0][1]
        states = {kind.code: tuple(sorted(starts(kind, own), key=_order(kind.states))) for kind, own in able}
        roles = frozenset(role for _, own in able for role in own.roles)
        hint = move.hint or f"{move.label}: " + ", ".join(kind.name.lower() for kind, _ in able) + "."
        found.append(
            Action(id=f"{family}.{verb}", label=move.label, sheet=sheet, command=_COMMANDS.get(verb, "move_rows"),
                   hint=hint, roles=roles, verb=verb, states=states)
        )  # fmt: skip
    return found


def _order(states: Sequence[str]) -> Callable[[str], int]:
    return lambda state: states.index(state) if state in states else len(states)


def find(action_id: str) -> Action | None:
    """The action of an id; a case type's own name for a move ("refund.approve") finds its sheet's button."""
    known = actions().get(action_id)
    if known is not None:
        return known
    family, _, verb = action_id.partition(".")
    for kind in case_types().values():
        if kind.family == family:
            return actions().get(f"{kind.sheet.lower()}.{verb}")
    return None


def buttons() -> dict[str, list[Button]]:
    """The buttons to draw, by sheet, in order."""
    found: dict[str, list[Button]] = {}
    for action in actions().values():
        if action.drawn:
            found.setdefault(action.sheet, []).append(
                Button(action.id, action.label, action.primary, action.hint, action.held)
            )
    return found


def button_actions() -> tuple[str, ...]:
    """The ids of all actions a macro may press, for the VBA module."""
    return tuple(actions())
