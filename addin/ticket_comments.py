"""Comments that come back from the external ticket tool, as files: JSON, JSON lines or CSV, taken once each.

1. A comment names its ticket; it is noted on every open case with that reference, else on the newest closed one.
2. It is known by ticket, id and text; the same file twice, or two exports that overlap, note nothing twice, and a
   comment that was changed in the tool is noted anew.
3. A line that cannot be read or placed says why; the others are taken.
4. Card and bank numbers in a comment are taken out before anything is noted, as in chat.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from addin.logic.calendar import parse_instant
from addin.logic.case_type import Case
from addin.logic.encoding import any_text
from addin.logic.hearing import comment as heard
from addin.logic.intake.redact import redact
from addin.logic.outcome import Outcome, Problem, RowResult, failed, summary
from addin.logic.values import clean_id, clean_text
from addin.service import Service

#: Largest file that is taken, in bytes, and most comments in one.
_MOST_BYTES: Final = 20_000_000
_MOST_LINES: Final = 20_000
_NEEDED: Final = ("ticket", "id", "text")
#: Where exports of the ticket tool are dropped, and how their names end.
DROP: Final = "inbox/comments"
_ENDINGS: Final = (".json", ".jsonl", ".csv")
#: What stands between the cells of a CSV; the one that its header has most of.
_SEPARATORS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: which ticket, its id there, when, by whom, and what it says. `line` is where it stood, from 1."""

    line: int
    ticket: str
    id: str
    at: datetime
    author: str
    text: str


def read_comments(content: bytes, name: str, now: datetime) -> tuple[list[Comment], list[Problem]]:
    """The comments of a file and what is wrong with the others; a file that is none gives one problem."""
    if len(content) > _MOST_BYTES:
        words = f"{name} has {len(content):,} bytes; {_MOST_BYTES:,} are taken at once."
        return [], [Problem("TIC-FILE", words, hint="Export a shorter time.")]
    try:
        rows = _rows(_decoded(content), name)
    except (ValueError, RecursionError, csv.Error) as error:
        hint = "It has to be a JSON list, one JSON object a line, or CSV with ticket, id, at, author, text."
        return [], [Problem("TIC-FILE", f"{name} cannot be read as comments ({type(error).__name__}).", hint=hint)]
    found: list[Comment] = []
    problems: list[Problem] = []
    for line, row in enumerate(rows[:_MOST_LINES], 1):
        one = _comment(line, row, now)
        (problems if isinstance(one, Problem) else found).append(one)  # type: ignore[arg-type]
    if len(rows) > _MOST_LINES:
        words = f"{name} has {len(rows):,} comments; the first {_MOST_LINES:,} are taken."
        problems.append(Problem("TIC-MANY", words, hint="Export a shorter time for the rest."))
    return found, problems


def _decoded(content: bytes) -> str:
    found = any_text(content)
    if found.lost:
        raise ValueError("no text")
    return found.text


def _rows(text: str, name: str) -> list[Mapping[str, object]]:
    kind = name.rsplit(".", 1)[-1].casefold()
    if kind == "csv":
        head = text.split("\n", 1)[0]
        mark = max(_SEPARATORS, key=head.count)
        return [dict(row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=mark)]
    if kind == "jsonl":
        found = [_json_line(line) for line in text.split("\n") if line.strip()]
    else:
        found = json.loads(text)
        found = found.get("comments", [found]) if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise ValueError("not a list")
    return [row if isinstance(row, dict) else {} for row in found]


def _json_line(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return {}


def _comment(line: int, row: Mapping[str, object], now: datetime) -> Comment | Problem:
    texts = {str(key): _text(value) for key, value in row.items()}
    lacking = [name for name in _NEEDED if not texts.get(name, "").strip()]
    if lacking:
        words = f"Comment {line} has no {' and no '.join(lacking)}."
        return Problem("TIC-LINE", words, cell=f"line {line}", hint="Correct the export; the others were taken.")
    try:
        at = parse_instant(texts["at"]) if texts.get("at", "").strip() else now
    except ValueError as error:
        hint = "Write it like 2026-11-23T14:05:00Z."
        return Problem("TIC-LINE", f"Comment {line}: {error}", cell=f"line {line}", hint=hint)
    author = clean_id(texts.get("author", ""))[:80]
    return Comment(line, clean_id(texts["ticket"]), clean_id(texts["id"])[:80], at.astimezone(UTC), author,
                   clean_text(texts["text"]))  # fmt: skip


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def take_comments(service: Service, comments: Iterable[Comment], problems: Iterable[Problem] = ()) -> Outcome:
    """Note comments on their cases; answers one row for each, and one for each that could not be read."""
    rows = [failed("", [problem]) for problem in problems]
    for one in comments:
        rows += _take(service, one)
    return summary(rows)


def _take(service: Service, one: Comment) -> list[RowResult]:
    cases = _cases_of(service, one.ticket)
    if not cases:
        words = f"No case has the ticket {one.ticket}."
        hint = "Put the reference into the Ticket cell of its case, then take the file again."
        return [failed("", [Problem("TIC-CASE", words, "ticket_ref", f"line {one.line}", hint)])]
    rows = []
    clean = redact(one.text, service.policy.text("id.order_pattern"))
    taken_out = " A card or bank number was taken out of it." if clean.redactions else ""
    for case in cases:
        effect = heard(case, ticket=one.ticket, comment_id=one.id, at=one.at, author=one.author, text=clean.text)
        digest = hashlib.sha256(clean.text.encode("utf-8")).hexdigest()[:16]
        key = f"comment|{one.ticket.casefold()}|{one.id}|{digest}|{case.case_id}"
        words = f"Comment {one.id} on ticket {one.ticket} noted on {case.case_id}.{taken_out}"
        rows.append(service.hear(effect, key=key, said=words))
    return rows


def _cases_of(service: Service, ticket: str) -> list[Case]:
    """The open cases of a ticket; when there are none, the newest that was closed."""
    found = sorted(service.journal.related(Case("", "", "", {"ticket_ref": ticket})), key=lambda case: case.case_id)
    same = [case for case in found if case.text("ticket_ref").casefold() == ticket.casefold()]
    return [case for case in same if not case.is_final] or same[-1:]


# The drop folder -----------------------------------------------------------------------------------------------------


def take_dropped(service: Service) -> Outcome:
    """Take every file of the drop folder, oldest name first; each is moved away with the words on what failed."""
    folder = service.folder / DROP
    files = sorted(path for path in folder.glob("*") if path.suffix.casefold() in _ENDINGS) if folder.is_dir() else []
    if not files:
        hint = f"Put the tool's export (JSON, JSON lines or CSV) into {DROP}, then press again."
        return Outcome.refused(Problem("TIC-NONE", "No comments wait.", hint=hint))
    rows: list[RowResult] = []
    for path in files:
        rows += take_file(service, path, move=True).rows
    return summary(rows)


def take_file(service: Service, path: Path, *, move: bool = False) -> Outcome:
    """Take the comments of one file; with `move` it goes to inbox/done, or to inbox/refused when none could be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        words = f"{path.name} cannot be read: {error.strerror}."
        return summary([failed("", [Problem("TIC-FILE", words, hint="Check its rights.")])])
    comments, problems = read_comments(content, path.name, service.clock())
    outcome = take_comments(service, comments, problems)
    if move:
        _put_away(service, path, outcome, content if comments or not problems else None)
    return outcome


def _put_away(service: Service, path: Path, outcome: Outcome, taken: bytes | None) -> None:
    """Move a file out of the way, what was `taken` without its card numbers; where that fails it stays, and taking it
    again notes nothing twice.
    """
    stamp = f"{service.clock():%Y%m%dT%H%M%SZ}"
    place = service.folder / "inbox" / ("refused" if taken is None else "done")
    bad = [row.message for row in outcome.rows if not row.ok]
    with contextlib.suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        if bad:
            (place / f"{stamp}-{path.name}.txt").write_text("\n".join(bad) + "\n", encoding="utf-8")
        clean = redact(_decoded(taken), service.policy.text("id.order_pattern")) if taken else None
        if clean is not None and clean.redactions:
            # First what is kept, then away with the other: killed in between, it is taken again and noted once.
            (place / f"{stamp}-{path.name}").write_text(clean.text, encoding="utf-8", newline="")
            path.unlink()
        else:
            path.replace(place / f"{stamp}-{path.name}")
