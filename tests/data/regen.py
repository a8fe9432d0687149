"""Writes the frozen chain vectors; `--verify` says whether the file still is what it would write.

The expected texts come from Python's own json, not from the program, so that they prove it. A vector is never changed
once a register exists: stored chains were hashed with these bytes. New ones may be added at the end.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("chain_vectors.json")
GENESIS = "0" * 64

DATA = {
    "plain": ("", {"changed": "Order no.", "set": {"order_no": "0041"}}),
    "numbers": ("", {"set": {"n": 0, "m": -7, "big": 2**53 - 1, "yes": True, "no": None}}),
    "unicode": ("Café, naïve, 東京, e\u0301", {"set": {"decision": "Rück £5 – 😀 \u202egnp\u2028x"}}),
    "escapes": ("=SUM(A1)", {"set": {"decision": 'q" b\\ s/ t\t n\n r\r z\x00 \x1f \x7f \b\f <&>'}}),
    "keys": ("", {"\uff5e": 1, "😀": 2, "a": 3, "A": 4, "é": 5, "set": {}}),
    "nested": ("", {"set": {"l": ["b", "a", ["c"]], "o": {"z": {"y": 1}, "a": []}}}),
    "noncharacters": ("", {"set": {"decision": "\ufffe \uffff \U0001ffff"}}),
}
FIRST = ("first", "register.opened.v1", "", {"register": "ab12", "house": "House of Aurelle"}, "", "zoë", "senior_qa")
EVENTS = [
    FIRST,
    *(
        (name, "case.edited.v1", "CASE-2026-000001", data, reason, "a.khan", "coordinator")
        for name, (reason, data) in DATA.items()
    ),
]
VALUES = [
    None, True, "", [], {}, [[], {}], {"b": 1, "a": [False, -1]}, "\u0000\u001f\"\\/", {"\ue000": 1, "\U00010000": 2}
]  # fmt: skip


def text_of(value: object) -> str:
    """The canonical text as Python's json writes it."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def vectors() -> dict[str, object]:
    """Every vector, the events as one chain."""
    events, prev = [], GENESIS
    for seq, (name, kind, case, data, reason, actor, role) in enumerate(EVENTS, 1):
        at = f"2026-11-23T10:00:{seq:02d}+00:00"
        body = {"actor": actor, "at": at, "case": case, "data": data, "kind": kind, "reason": reason, "role": role}
        text = text_of({**body, "seq": seq})
        digest = hashlib.sha256((prev + text).encode("utf-8")).hexdigest()
        events.append({"name": name, "seq": seq, **body, "text": text, "prev": prev, "hash": digest})
        prev = digest
    return {"events": events, "canonical": [{"value": value, "text": text_of(value)} for value in VALUES]}


def main() -> int:
    """Write or verify."""
    wanted = json.dumps(vectors(), indent=1, ensure_ascii=True) + "\n"
    if "--verify" in sys.argv:
        return 0 if FILE.read_text(encoding="utf-8") == wanted else 1
    FILE.write_text(wanted, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
