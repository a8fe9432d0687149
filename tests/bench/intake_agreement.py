"""Measures how far chat intake agrees with samples that others labelled; prints a table, exits 1 below the targets.

    python tests/bench/intake_agreement.py FOLDER [--ticket-key NAME] [--house-name NAME]... [--show]

FOLDER holds `chat.jsonl` (id, ts, from, text, expect) and `intake/stories.jsonl` (text, actions); either may be
absent. Stories: a return or an exchange should propose a return (RQC), a cancellation a refund of kind CANCEL (RFD),
an address change an address change (ADR); stories with none of the four actions are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from addin.logic.intake import IntakeProfile, as_object, read_message

#: Recorded action to proposed case type.
ACTIONS = {
    "return_delivered_order_items": "RQC",
    "exchange_delivered_order_items": "RQC",
    "cancel_pending_order": "RFD",
    "modify_pending_order_address": "ADR",
}
SETS = frozenset({"intents", "flags", "missing", "do_not", "orders", "triggers", "route"})
EXACT = frozenset({"intents", "orders", "tracking", "do_not"})


def chat(path: Path, profile: IntakeProfile, *, show: bool) -> bool:
    """Agreement with the labelled messages, key by key; intents, orders, tracking and do_not must all be right."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    extra: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        sent = datetime.fromisoformat(sample["ts"])
        found = as_object(read_message(sample["text"], sent_at=sent, sender=sample["from"], profile=profile))
        for key, wanted in sample["expect"].items():
            good, of, more = _compare(key, wanted, found.get(key))
            right[key] += good
            total[key] += of
            extra[key] += more
            if show and (good < of or more):
                print(f"  {sample['id']} {key}: wanted {wanted!r}, found {found.get(key)!r}")
    for key in sorted(total):
        print(f"{key:26} {right[key]:3}/{total[key]:<3} and {extra[key]} more than labelled")
    exact = all(right[key] == total[key] and not extra[key] for key in EXACT)
    share = min(right[key] / total[key] for key in ("flags", "missing"))
    print(f"exact keys all right: {exact}; flags and missing: {share:.0%}")
    return exact and share >= 0.9


def _compare(key: str, wanted: Any, found: Any) -> tuple[int, int, int]:
    if key in SETS:
        want, have = set(wanted), set(found or ())
        return len(want & have), len(want), len(have - want)
    return int(wanted == found), 1, 0


def stories(path: Path, profile: IntakeProfile, *, show: bool) -> bool:
    """Share of stories whose recorded actions are all proposed, and of those without a wrong one beside them."""
    covered = exact = count = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        story = json.loads(line)
        wanted = {ACTIONS[a["name"]] for a in story["actions"] if a["name"] in ACTIONS}
        if not wanted:
            continue
        count += 1
        reading = read_message(story["text"], sent_at=datetime(2026, 11, 23, 9, tzinfo=UTC), sender="", profile=profile)
        proposed = set(reading.intents) & set(ACTIONS.values())
        covered += wanted <= proposed
        exact += wanted == proposed
        if show and wanted != proposed:
            print(f"  story {number}: recorded {sorted(wanted)}, proposed {reading.intents}: {story['text'][:160]}")
    print(f"stories covered {covered}/{count} ({covered / count:.0%}), and nothing wrong beside {exact / count:.0%}")
    return covered / count >= 0.85


def main() -> int:
    """Runs both measurements on the folder given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ticket-key", default="ticket_ref")
    parser.add_argument("--house-name", action="append", default=[])
    parser.add_argument("--order-pattern", default=r"\d{10}|W\d{7}")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    profile = IntakeProfile(
        ticket_key=given.ticket_key, house_names=tuple(given.house_name), order_pattern=given.order_pattern
    )
    results = []
    if (labelled := given.folder / "chat.jsonl").exists():
        results.append(chat(labelled, profile, show=given.show))
    if (told := given.folder / "intake" / "stories.jsonl").exists():
        results.append(stories(told, profile, show=given.show))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
