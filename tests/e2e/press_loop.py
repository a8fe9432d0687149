"""Presses without end and says, line by line, what was reported done, until it is killed (see test_kill_journal)."""

from __future__ import annotations

import sys
from pathlib import Path

from addin.logic.case_type import Case
from addin.logic.values import Actor, Role
from addin.service import RowRequest, Service

VALUES = {"order_no": "4102938475", "requester": "Ada Ngo"}


def say(*words: object) -> None:
    """One line to whoever watches; written at once."""
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Open three cases at a time, one of them faulty, then note on, edit and cancel what was opened."""
    actor = Actor("a.khan", "Amira Khan", frozenset({Role.COORDINATOR}))
    service = Service.open(Path(sys.argv[1]), actor=actor)
    kind = sys.argv[2]
    say("ready")
    turn = service.journal.head().seq
    while True:
        turn += 1
        key = f"open-{turn}"
        new = [RowRequest("", {**VALUES, "order_no": f"41029{turn:05d}"}, key=f"{key}-{n}", opens=kind) for n in (1, 2)]
        bad = RowRequest("", {"no_such_field": "x"}, opens=kind)
        outcome = service.open_cases([new[0], bad, new[1]])
        say("done", outcome.seq, outcome.head, *(row.case_id for row in outcome.rows if row.ok))
        cases: list[Case] = service.journal.cases([row.case_id for row in outcome.rows if row.ok])
        for verb, reason in (("note", "seen"), ("edit", ""), ("cancel", "no need")):
            requests = [
                RowRequest(case.case_id, {"owner": f"o{turn}"} if verb == "edit" else {}, reason, f"{verb}-{turn}-{n}")
                for n, case in enumerate(cases)
            ]
            outcome = service.edit(requests) if verb == "edit" else service.press(verb, requests)
            say("done", outcome.seq, outcome.head, *(row.case_id for row in outcome.rows if row.ok))


if __name__ == "__main__":
    main()
