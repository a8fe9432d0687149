"""Chat messages out of files: one text, or a line-by-line file of messages; and the dry run that only shows.

Encodings are decided here: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, which every byte fits.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from addin.errors import CasebookError
from addin.logic.intake import IntakeProfile, as_object, read_message, split_transcript
from addin.reception import profile_of
from addin.service import policy_of, utc_now
from addin.settings import FILE, load

#: A file larger than this is not a chat.
LIMIT: Final = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SentText:
    """One text to read: a message of a line-by-line file with its own id and instant, or a whole pasted text."""

    text: str
    sender: str = ""
    at: datetime | None = None
    id: str = ""
    single: bool = False


def decoded(content: bytes) -> str:
    """The text of a file in whatever encoding chat exports come in."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def texts_of(content: bytes, name: str, sender: str = "") -> list[SentText]:
    """The texts of a file: one for a plain file, one a line for a `.jsonl` file.

    Raises:
        CasebookError: for a file that is too large, or a line that is not a message; it names the line.
    """
    if len(content) > LIMIT:
        raise CasebookError(f"{name} is larger than {LIMIT // 2**20} MB.", hint="Split the export.", code="CHAT-LARGE")
    text = decoded(content)
    if not name.endswith(".jsonl"):
        return [SentText(text, sender)]
    return [_message(number, line, sender) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _message(number: int, line: str, sender: str) -> SentText:
    try:
        one = json.loads(line)
        at = datetime.fromisoformat(str(one["ts"]))
        if at.tzinfo is None:
            raise ValueError("ts needs an offset")
        return SentText(
            str(one["text"]), str(one.get("from") or sender), at.astimezone(UTC), str(one.get("id", "")), True
        )
    except (ValueError, KeyError, TypeError) as error:
        hint = "Each line is an object with id, ts (with offset), from and text."
        raise CasebookError(f"Line {number} is not a message: {error}.", hint=hint, code="CHAT-LINE") from error


def dry_lines(texts: Sequence[SentText], folder: Path) -> Iterator[dict[str, object]]:
    """What would be read of each message, one object a message, with its id when it has one; nothing is recorded."""
    profile = _profile(folder)
    for sent in texts:
        if sent.single and sent.at is not None:
            reading = read_message(sent.text, sent_at=sent.at, sender=sent.sender, profile=profile, message_id=sent.id)
            yield {"id": sent.id, **as_object(reading)}
            continue
        for one in split_transcript(sent.text, default_at=utc_now(), default_sender=sent.sender):
            reading = read_message(one.text, sent_at=one.at, sender=one.sender, profile=profile, message_id=one.id)
            yield {"id": one.id, **as_object(reading)}


def _profile(folder: Path) -> IntakeProfile:
    """The register's way of writing when there is one here, else the defaults: a dry run needs no register."""
    if not (folder / FILE).exists():
        return IntakeProfile()
    settings = load(folder)
    return profile_of(settings, policy_of(settings))
