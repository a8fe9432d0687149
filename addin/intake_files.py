"""Chat messages out of files: one text, or a line-by-line file of messages; and the dry run that only shows.

Encodings are decided here: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, which every byte fits.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from addin.errors import CasebookError
from addin.logic.intake import ChatMessage, IntakeProfile, as_object, read_conversation, split_transcript
from addin.reception import profile_of
from addin.service import policy_of
from addin.settings import FILE, load

#: A file larger than this is not a chat.
LIMIT: Final = 32 * 1024 * 1024


def decoded(content: bytes) -> str:
    """The text of a file in whatever encoding chat exports come in."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def messages_of(content: bytes, name: str, *, now: datetime, sender: str = "") -> list[ChatMessage]:
    """The messages of a file: a pasted text or export, or one message a line in a `.jsonl` file.

    Raises:
        CasebookError: for a file that is too large, or a line that is not a message; it names the line.
    """
    if len(content) > LIMIT:
        raise CasebookError(f"{name} is larger than {LIMIT // 2**20} MB.", hint="Split the export.", code="CHAT-LARGE")
    text = decoded(content)
    if name.endswith(".jsonl"):
        return [_message(number, line, sender) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return split_transcript(text, default_at=now, default_sender=sender)


def _message(number: int, line: str, sender: str) -> ChatMessage:
    try:
        one = json.loads(line)
        at = datetime.fromisoformat(str(one["ts"]))
        if at.tzinfo is None:
            raise ValueError("ts needs an offset")
        return ChatMessage(str(one.get("id", "")), at.astimezone(UTC), str(one.get("from") or sender), str(one["text"]))
    except (ValueError, KeyError, TypeError) as error:
        hint = "Each line is an object with id, ts (with offset), from and text."
        raise CasebookError(f"Line {number} is not a message: {error}.", hint=hint, code="CHAT-LINE") from error


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
