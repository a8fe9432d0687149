"""Chat messages out of files: one text, or a line-by-line file of messages; and the dry run that only shows.

Encodings are decided by `logic.encoding`: UTF-8 or UTF-16, with or without a mark, and single bytes of Windows-1252.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from addin.errors import CasebookError
from addin.logic.encoding import any_text, stranger
from addin.logic.intake import ChatMessage, IntakeProfile, as_object, read_conversation, split_transcript
from addin.reception import profile_of
from addin.service import policy_of
from addin.settings import FILE, load

#: A file larger than this is not a chat.
LIMIT: Final = 32 * 1024 * 1024


def messages_of(content: bytes, name: str, *, now: datetime, sender: str = "") -> list[ChatMessage]:
    """The messages of a file: a pasted text or export, or one message a line in a `.jsonl` file.

    Raises:
        CasebookError: for a file that is too large, empty or no text, or a line that is no message; it is named.
    """
    if len(content) > LIMIT:
        raise CasebookError(f"{name} is larger than {LIMIT // 2**20} MB.", hint="Split the export.", code="CHAT-LARGE")
    if what := stranger(content) or ("a packed folder or workbook" if content.startswith(b"PK\x03\x04") else ""):
        hint = "Copy the messages out of it into a text file, or paste them."
        raise CasebookError(f"{name} is {what}, not a chat.", hint=hint, code="CHAT-STRANGE")
    text = any_text(content).text
    if not text.strip():
        raise CasebookError(f"{name} holds no text.", hint="Export or copy the chat again.", code="CHAT-EMPTY")
    if name.endswith(".jsonl"):
        return [_message(number, line, sender) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return split_transcript(text, default_at=now, default_sender=sender)


def _message(number: int, line: str, sender: str) -> ChatMessage:
    hint = "Each line is an object with id, ts (with offset), from and text."
    try:
        one = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CasebookError(f"Line {number} is not a JSON object.", hint=hint, code="CHAT-LINE") from error
    if not isinstance(one, dict) or "ts" not in one or "text" not in one:
        lacking = [name for name in ("ts", "text") if not isinstance(one, dict) or name not in one]
        raise CasebookError(f"Line {number} lacks {' and '.join(lacking)}.", hint=hint, code="CHAT-LINE")
    try:
        at = datetime.fromisoformat(str(one["ts"]))
    except ValueError as error:
        words = f"Line {number}: ts {str(one['ts'])[:40]!r} is not a date and time."
        raise CasebookError(words, hint="Write it like 2026-11-23T09:14:00+00:00.", code="CHAT-LINE") from error
    if at.tzinfo is None:
        words = f"Line {number}: ts {str(one['ts'])[:40]!r} does not say its offset."
        raise CasebookError(words, hint="Write it like 2026-11-23T09:14:00+00:00.", code="CHAT-LINE")
    return ChatMessage(str(one.get("id", "")), at.astimezone(UTC), str(one.get("from") or sender), str(one["text"]))


def dry_lines(
    messages: Sequence[ChatMessage], folder: Path, tick: Callable[[], None] = lambda: None
) -> Iterator[dict[str, object]]:
    """What is read of each message, one object a message with its id; nothing is recorded. `tick` once a message."""
    for reading in read_conversation(messages, _profile(folder), tick):
        yield {"id": reading.message_id, **as_object(reading)}


def _profile(folder: Path) -> IntakeProfile:
    """The register's way of writing when there is one here, else the defaults: a dry run needs no register."""
    if not (folder / FILE).exists():
        return IntakeProfile()
    settings = load(folder)
    return profile_of(settings, policy_of(settings))
