"""Puts real lists, which others made, through the register and prints what became of each line.

    python tests/bench/real_input.py addresses FILE.csv      practice addresses, 27 columns, no header
    python tests/bench/real_input.py carriers FILE.json...   tracking numbers with valid and invalid examples
    python tests/bench/real_input.py chat FILE.jsonl         messages: from intake to open cases

The lists are not part of the project; nothing here is a test.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from addin.closed_book import intake_closed
from addin.folder import create
from addin.intake_files import messages_of
from addin.logic.cases import case_types
from addin.logic.tracking import TrackingKind, read_tracking
from addin.service import RowRequest, Service
from addin.verify import verify

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _service(folder: Path) -> Service:
    return create(folder / "register", demo=True, clock=lambda: NOW)


def addresses(path: Path) -> None:
    """Each address becomes an address-change case that is verified and approved, or refused with its reason."""
    kind = case_types()["ADR"]
    with tempfile.TemporaryDirectory() as temp, path.open(encoding="utf-8", newline="") as file:
        service = _service(Path(temp))
        colleague = service.acting(service.settings.actors()["b.lowe"])
        counts: Counter[str] = Counter()
        for number, row in enumerate(csv.reader(file), 1):
            lines = [part for part in (row[1], *row[4:9]) if part]
            texts = {
                "order_no": f"{6100000000 + number}", "address_new": ", ".join(lines), "postcode": row[9],
                "recipient": "Jo Bright", "recipient_old": "Jo Bright", "address_old": "7 Alder Walk, Leeds",
                "postcode_old": "LS1 9ZZ", "order_stage": "Picking", "why": "Moved", "order_value": "640.00",
                "contact_number_source": "On file", "spoken_to": "Jo Bright", "callback_result": "Confirmed",
                "callback_at": "23/11/2026 11:00", "phone_on_file": "01632960001", "payment_checks": "Passed",
                "goods_kind": "Other", "phone_changed": "No", "previous_claim": "No",
                "first_order": "No", "billing_is_new": "No", "asked_through": "Account login",
            }  # fmt: skip
            given = {name: kind.fields[name].read(text)[0] for name, text in texts.items()}
            opened = service.open_cases([RowRequest("", given, opens="ADR")])
            if not opened.ok:
                counts[f"not opened: {opened.message}"] += 1
                continue
            case_id = opened.rows[0].case_id
            outcome = service.press("verify", [RowRequest(case_id)])
            if outcome.ok:
                outcome = colleague.press("approve", [RowRequest(case_id)])
            reason = "; ".join(f"{problem.code} {problem.message}" for problem in outcome.problems)
            counts["accepted" if outcome.ok else f"refused: {reason}"] += 1
        for what, count in counts.most_common():
            print(f"{count:5}  {what}")
        print(verify(service.folder).sentence())


def carriers(paths: list[Path]) -> None:
    """Each example number is classified as its list says."""
    right = wrong = 0
    for path in paths:
        for entry in json.loads(path.read_text(encoding="utf-8"))["tracking_numbers"]:
            for said, numbers in entry["test_numbers"].items():
                for number in numbers:
                    found = read_tracking(number)
                    good = found.ok and found.kind not in (TrackingKind.NOT_UPS, TrackingKind.NONE)
                    right, wrong = (right + 1, wrong) if good == (said == "valid") else (right, wrong + 1)
                    print(f"{entry['name']:14} {said:8} {number:34} {found.kind.value:12} ok={found.ok}")
    print(f"{right} as listed, {wrong} not")


def chat(path: Path) -> None:
    """Each message goes through intake to cases."""
    with tempfile.TemporaryDirectory() as temp:
        service = _service(Path(temp))
        outcome = intake_closed(service, messages_of(path.read_bytes(), path.name, now=NOW))
        print(outcome.message)
        for row in outcome.rows:
            print(f"  {'ok' if row.ok else 'NO'}  {row.message}")
        print(verify(service.folder).sentence())


if __name__ == "__main__":
    what, *files = sys.argv[1:]
    if what == "carriers":
        carriers([Path(file) for file in files])
    else:
        {"addresses": addresses, "chat": chat}[what](Path(files[0]))
