"""What the buttons do: each command reads the sheet, asks the service, and shows what came of it.

No rule lives here; a command only carries cells to the service and results back to cells. The table of actions names
these functions; a family of buttons is one file here.
"""

from addin.macros.commands.claims import list_claims, make_letters
from addin.macros.commands.evidence import take_case_evidence, take_evidence
from addin.macros.commands.form import move_case, open_case, save_case, show_case
from addin.macros.commands.messages import dismiss_proposals, read_message, take_proposals
from addin.macros.commands.months import step_month
from addin.macros.commands.record import make_month_end, take_snapshot, verify_register
from addin.macros.commands.rows import add_rows, move_rows, opened, refresh
from addin.macros.commands.workload import triage_rows

__all__ = [
    "add_rows", "dismiss_proposals", "list_claims", "make_letters", "make_month_end", "move_case", "move_rows",
    "open_case", "opened", "read_message", "refresh", "save_case", "show_case", "step_month", "take_case_evidence",
    "take_evidence",
    "take_proposals", "take_snapshot", "triage_rows", "verify_register",
]  # fmt: skip
