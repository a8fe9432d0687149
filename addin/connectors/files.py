"""The file connector: each text as JSON, mail also as .eml, the rest also as plain text to paste.

Names come from the number of the text alone; a text that is sent again overwrites its own files with the same content.
A mail client opens the .eml as a draft (`X-Unsent`).
"""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from pathlib import Path
from typing import Final

from addin.connectors.contract import Receipt, Undelivered
from addin.logic.outbox import OutItem
from addin.logic.values import clean_text

#: Longest subject line that is kept whole.
_SUBJECT: Final = 200
#: A longer word would not fit beside "Subject: " and go to a line of its own.
_WORD: Final = 60
#: An address by itself; nothing else becomes one of a header.
_BARE: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


class FileConnector:
    """Writes into a folder; `sender` is the address that mails are from, "" leaves it to the mail program."""

    name = "files"

    def __init__(self, folder: Path, sender: str = "") -> None:
        self._folder, self._sender = folder, sender

    def deliver(self, item: OutItem) -> Receipt:
        """Write the files of one text.

        Raises:
            Undelivered: when they cannot be written.
        """
        content = json.dumps(item.as_dict(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        files = {f"{item.ref}.json": content.encode("utf-8")}
        if item.channel == "email":
            files[f"{item.ref}.eml"] = mail_bytes(item, self._sender)
        else:
            files[f"{item.ref}.txt"] = item.text.encode("utf-8")
        for name, data in files.items():
            self._write(name, data)
        return Receipt(files=tuple(f"{self._folder.name}/{name}" for name in files))

    def _write(self, name: str, content: bytes) -> None:
        part = self._folder / f".{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        except OSError as error:
            words = f"{self._folder.name}/{name} cannot be written: {error.strerror}."
            hint = "Check the rights on the folder and the space on the disk."
            raise Undelivered(words, unreachable=True, hint=hint) from error

    def close(self) -> None:
        """Nothing is held."""


def mail_bytes(item: OutItem, sender: str = "") -> bytes:
    """A text as a mail that a mail program opens as a draft."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit", utf8=False))
    subject, body = _subject_and_body(item)
    if addresses := _addresses(item.to):
        mail["To"] = addresses
    if addresses := _addresses(sender):
        mail["From"] = addresses[:1]
    mail["Date"] = format_datetime(datetime.fromisoformat(item.queued_at))
    mail["X-Unsent"] = "1"
    mail["X-Casebook-Key"] = item.key
    mail.set_content(body, cte="quoted-printable")
    return _subject_line(subject) + mail.as_bytes()


def _subject_line(subject: str) -> bytes:
    """The header of the subject, encoded and folded.

    By the older class of the standard library: the newer one loses blanks between encoded words where it folds.
    """
    short = all(len(word) <= _WORD for word in subject.split())
    plain = subject.isascii() and "=?" not in subject and short
    header = Header(subject, "us-ascii" if plain else "utf-8", header_name="Subject")
    return f"Subject: {header.encode(linesep=chr(13) + chr(10))}\r\n".encode("ascii")


def _subject_and_body(item: OutItem) -> tuple[str, str]:
    """A template's own "Subject:" line goes into the head of the mail, not into its text."""
    first, _, rest = item.text.partition("\n")
    if first.startswith("Subject: "):
        return _one_line(first.removeprefix("Subject: ")), rest.lstrip("\n")
    return _one_line(item.subject), item.text


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())[:_SUBJECT]


def _addresses(text: str) -> tuple[Address, ...]:
    """The mail addresses of a line, with their names where they have some; none when anything in it is no address.

    Several stand between commas or semicolons. A line end would open a new header, so that nothing is taken then.
    """
    if clean_text(text) != text or len(text.splitlines()) > 1:
        return ()
    found = getaddresses([text.replace(";", ",")]) if text.strip() else []
    if not all(_BARE.fullmatch(address) for _, address in found):
        return ()
    return tuple(Address(display_name=name, addr_spec=address) for name, address in found)
