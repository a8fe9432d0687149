"""Chat and mail as programs copy and export them: cut into messages, with who and when, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from addin.logic.intake import IntakeProfile, read_conversation, split_transcript
from addin.logic.intake.transcript import MessageKind

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ASK, WISH = "order 3300119001 status pls", "refund 3300119002"
#: What it is, and the text of two messages by Nadia at 09:14 and by Omar at 09:15 that day.
EXPORTS = {
    "name and time on two lines": f"Nadia Bright\n09:14\n{ASK}\nOmar Hale\n09:15\n{WISH}\n",
    "name, then day and time": f"Nadia Bright\n23/11/2026 09:14\n{ASK}\n\nOmar (Care)\n23/11/2026 09:15\n{WISH}\n",
    "day and time in brackets, words below":
        f"[23/11/2026 09:14] Nadia Bright\n{ASK}\n[23/11/2026 09:15] Omar Hale\n{WISH}\n",
    "name and weekday": f"Nadia Bright, Mon 9:14 AM\n{ASK}\nOmar Hale, Mon 9:15 AM\n{WISH}\n",
    "comma-separated": f"2026-11-23T09:14:00Z,Nadia,{ASK}\n2026-11-23T09:15:00Z,Omar,{WISH}\n",
    "tabs": f"23/11/2026 09:14\tNadia\t{ASK}\n23/11/2026 09:15\tOmar\t{WISH}\n",
    "edited afterwards":
        f"[23/11/2026, 09:14:00] Nadia: {ASK} <This message was edited>\n[23/11/2026, 09:15:00] Omar: {WISH}\n",
}  # fmt: skip


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS.keys())
def test_an_export_is_cut_into_its_messages(text):
    """Who said what and when; the pieces are the pasted text."""
    found = split_transcript(text, default_at=NOW, default_sender="CS")
    assert [one.sender.split()[0] for one in found] == ["Nadia", "Omar"]
    assert [(one.at.hour, one.at.minute) for one in found] == [(9, 14), (9, 15)]
    assert [one.text for one in found] == [ASK, WISH]
    assert "".join(one.raw for one in found) == text


MAIL = (
    "From: Nadia Bright <nadia@example.com>\nSent: Monday, 23 November 2026 09:14\nTo: Desk\nSubject: Order 3300119003"
    "\n\n"
    "Hi, status pls?\n\nFrom: Omar Hale\nSent: 20 November 2026 08:00\nSubject: RE: x\n\nplease refund 3300119004\n"
)


def test_a_mail_is_one_message_with_its_sender_and_date():
    """The subject belongs to its words; what it answers to below is quoted and asks for nothing anew."""
    (one,) = split_transcript(MAIL, default_at=NOW, default_sender="CS")
    assert (one.sender, one.at.hour, one.text.splitlines()[0]) == ("Nadia Bright", 9, "Order 3300119003")
    (reading,) = read_conversation([one], IntakeProfile())
    assert (reading.intents, reading.orders) == (("OST",), ("3300119003",))
    assert "quoted_text_not_read" in reading.flags


def test_a_mail_head_inside_a_message_makes_no_speakers():
    """`From`, `Sent` and `Subject` are nobody's names."""
    text = "see below\n\nFrom: Omar Hale\nSent: 20 November 2026 08:00\nTo: Desk\nSubject: x\n\nrefund 3300119005\n"
    (one,) = split_transcript(text, default_at=NOW, default_sender="CS")
    assert one.sender == "CS"


@pytest.mark.parametrize(
    "text", ["Monday 09:14\nNadia: hi", "Delivery slot\n10:30\n", "Thanks\n09:14 is fine\n", "Flat 9\n12:00\n"]
)
def test_a_weekday_or_a_plain_line_is_no_sender(text):
    """Only a name, each word with a capital, stands over a time."""
    senders = {one.sender for one in split_transcript(text, default_at=NOW, default_sender="CS")}
    assert senders == {"CS"}


def test_a_deleted_message_is_a_notice_and_an_edited_one_is_not():
    """What was changed still says something."""
    edited = f"[23/11/2026, 09:14:02] Nadia: {ASK} <This message was edited>\n"
    text = f"{edited}[23/11/2026, 09:15:02] Nadia: This message was deleted\n"
    kinds = [one.kind for one in split_transcript(text, default_at=NOW)]
    assert kinds == [MessageKind.MESSAGE, MessageKind.SYSTEM]
