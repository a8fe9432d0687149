"""Makes payment batches of one refund each until none is left, and says each one, until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

from refund_kit import TEAM, team_settings
from service_kit import Clock

from addin.journal import SqliteJournal
from addin.payments import make_batches, payable
from addin.service import RowRequest, Service


def main() -> None:
    """The register's folder is the argument; "ready" is said first, then the file of each batch."""
    folder = Path(sys.argv[1])
    service = Service(folder, team_settings(), SqliteJournal(folder / "journal.sqlite"), TEAM["f.osei"], Clock())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for case_id in payable(service):
        outcome = make_batches(service, [RowRequest(case_id)])
        sys.stdout.write(f"{' '.join(outcome.files) or outcome.message}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
