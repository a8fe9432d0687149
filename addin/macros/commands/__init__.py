"""What the buttons do: each command reads the sheet, asks the service, and shows what came of it.

No rule lives here; a command only carries cells to the service and results back to cells. The table of actions names
these functions; a family of buttons is one file here.
"""

# ruff: noqa: F401
from addin.macros.commands.claims import list_claims, make_letters
from addin.macros.commands.evidence import take_case_evidence, take_evidence
from addin.macros.commands.files import import_files as import_files
from addin.macros.commands.form import move_case, open_case, save_case, show_case, take_back
from addin.macros.commands.messages import dismiss_proposals, read_message, take_proposals
from addin.macros.commands.money import make_batch, step_month
from addin.macros.commands.reconciliation import decide_proposals, look_again, make_results, reconcile
from addin.macros.commands.record import (
    accept_pack,
    make_month_end,
    return_pack,
    review_pack,
    take_snapshot,
    verify_register,
)
from addin.macros.commands.rows import add_rows, move_rows, opened, refresh
from addin.macros.commands.texts import make_case_text, send_case_text, send_outbox, send_updates, take_comments
from addin.macros.commands.workload import (
    fill_handovers,
    link_rows,
    make_roll_up,
    merge_rows,
    open_repeats,
    share_work,
    triage_rows,
    write_digest,
)
