"""Chat files as they come: encodings, line ends, marks, strange strings, and far too much of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from service_kit import make_service

from addin.errors import CasebookError
from addin.intake_files import LIMIT, dry_lines, messages_of
from addin.logic.intake import MessageKind
from addin.reception import read_messages, too_many

NOW = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
CHAT = (
    "07/12/2026, 09:14 - Odette: où est la commande 3300112201 ? £1,250 – merci\n"
    "07/12/2026, 09:15 - Tom: on it\n"
    "07/12/2026, 09:20 - Odette: and where is 3300112202?\n"
)
WANTED = [
    ("Odette", "où est la commande 3300112201 ? £1,250 – merci"), ("Tom", "on it"),
    ("Odette", "and where is 3300112202?"),
]  # fmt: skip
#: Strings that have broken programs before; a chat may hold any of them.
STRANGE = (
    "undefined", "NaN", "1E+02", "0x0", "-", "--", "ＡＢＣ", "表ポあA鷗Œé", "(ﾉಥ益ಥ）ﾉ ┻━┻", "\u202etest\u202c",
    "\u202a\u202atest\u202a", "😍😹👨\u200d👩\u200d👧🏳️\u200d🌈", "Ω≈ç√∫˜µ≤≥÷",
    "田中さんにあげて下さい", "מִיסְטֶר", "الكل في المجموعة",
    "<script>alert(0)</script>", "'; DROP TABLE cases; --", "$(touch /tmp/x)", "{{ 7*7 }}", "%d%s%n", "=1+1",
    "@SUM(A1)", "\u0000\u0001null", "../../etc", "Z\u032e\u031e\u0320Ḁ\u0317\u031eḶ\u0359G\u033bO\u032d",
    "\u200b\u200d",
    "\ufffe", "\ud800", "a\u2028b\u2029c\u0085d", "e\u0301" * 40,
)  # fmt: skip


def said(content: bytes, name: str = "chat.txt") -> list[tuple[str, str]]:
    found = messages_of(content, name, now=NOW)
    return [(one.sender, one.text) for one in found if one.kind is MessageKind.MESSAGE]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CHAT.encode(), id="utf-8"),
        pytest.param(CHAT.encode("utf-8-sig"), id="with a mark"),
        pytest.param(CHAT.encode("utf-16"), id="utf-16"),
        pytest.param(b"\xfe\xff" + CHAT.encode("utf-16-be"), id="utf-16 the other way round"),
        pytest.param(CHAT.encode("utf-16-le"), id="utf-16 without a mark"),
        pytest.param(CHAT.encode("utf-16-be"), id="utf-16 without a mark, the other way round"),
        pytest.param(CHAT.encode("cp1252"), id="an old Windows"),
        pytest.param(CHAT.encode().replace("£".encode(), b"\xa3"), id="one old byte among new ones"),
        pytest.param(CHAT.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(CHAT.replace("\n", "\r").encode(), id="old Macintosh line ends"),
        pytest.param(CHAT.replace("\n", "\r\n", 1).replace("on it\n", "on it\r").encode(), id="mixed line ends"),
        pytest.param(CHAT.replace("07/", "\u200e07/").replace("Odette:", "\u200fOdette\u200f:").encode(), id="marks"),
    ],
)  # fmt: skip
def test_the_same_chat_is_read_however_it_was_saved(content: bytes) -> None:
    """Encoding, byte order, line ends and direction marks are the program's, not the writer's."""
    assert [(who.strip("\u200f"), text) for who, text in said(content)] == WANTED


def test_bytes_that_no_encoding_fits_are_read_all_the_same() -> None:
    """A broken byte costs its own character, never the message or the file."""
    broken = b"07/12/2026, 09:14 - Odette: where is \x81\x8d 3300112201?\n\xff\xfe"
    ((who, text),) = said(broken)
    assert (who, "3300112201" in text) == ("Odette", True)


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_a_strange_string_in_a_chat_is_kept_and_does_nothing(text: str) -> None:
    """It is stored as it is but for what no cell may hold, opens nothing, and the request beside it is read."""
    service = make_service()
    chat = f"07/12/2026, 09:14 - Odette: {text}\n07/12/2026, 09:15 - Odette: where is 3300112201? {text}\n"
    messages = messages_of(chat.encode("utf-8", "surrogatepass"), "chat.txt", now=NOW)
    outcome = read_messages(service, messages)
    assert outcome.ok, outcome.message
    assert service.journal.cases() == []
    found = list(
        dry_lines(messages_of(chat.encode("utf-8", "surrogatepass"), "c.txt", now=NOW), service.folder / "none")
    )
    assert found[-1]["orders"] == ["3300112201"]


def test_a_transcript_of_five_megabytes_is_refused_before_anything_is_recorded() -> None:
    """It says how many messages there are, how many may be, and what to do."""
    service = make_service()
    line = (
        "[07/12/2026, 09:14:05] Odette: where is 3300112201? " + "the client calls every hour and is not amused " * 50
    )
    content = f"{line}\n".encode() * 2_200
    assert len(content) > 5_000_000
    before = service.journal.head()
    refusal = too_many(service, len(messages_of(content, "chat.txt", now=NOW)))
    assert refusal is not None
    assert "2,200 messages are too many for one go; 2,000 are read at most" in refusal.message
    assert "--dry-run" in refusal.message
    assert service.journal.head() == before
    assert too_many(service, 2_000) is None
    wider = replace(service.policy.row("intake.most_messages"), value="3000", source="test", valid_from=NOW.date())
    service.policy = service.policy.amended([wider], "wider")
    assert too_many(service, 2_200) is None


def test_a_file_that_is_no_chat_by_its_size_is_refused() -> None:
    """Nobody reads thirty megabytes of chat at once."""
    with pytest.raises(CasebookError, match=r"chat\.txt is larger than 32 MB"):
        messages_of(b"x" * (LIMIT + 1), "chat.txt", now=NOW)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no text"),
        (b"\xef\xbb\xbf \r\n\t\n", "holds no text"),
        (b"%PDF-1.7 and so on", "is a PDF, not a chat"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "is a picture, not a chat"),
        (b"PK\x03\x04" + bytes(99), "is a packed folder or workbook, not a chat"),
    ],
    ids=["nothing", "blanks", "PDF", "picture", "workbook"],
)
def test_a_file_that_is_no_chat_says_what_it_is(content: bytes, words: str) -> None:
    """Somebody picked the wrong file: it is named for what it is, with what to do."""
    with pytest.raises(CasebookError, match=words) as caught:
        messages_of(content, "chat.txt", now=NOW)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[1, 2]", "Line 2 lacks ts and text."),
        ('{"id": "1", "ts": "2026-12-08T09:00:00+00:00"}', "Line 2 lacks text."),
        ('{"ts": "yesterday", "text": "x"}', "Line 2: ts 'yesterday' is not a date and time."),
        ('{"ts": "2026-12-08T09:00:00", "text": "x"}', "Line 2: ts '2026-12-08T09:00:00' does not say its offset."),
        ("{", "Line 2 is not a JSON object."),
        ("[" * 100_000, "Line 2 is not a JSON object."),
    ],
    ids=["list", "no text", "no time", "no offset", "cut off", "nested without end"],
)
def test_a_line_that_is_no_message_is_named_in_plain_words(line: str, words: str) -> None:
    """Nothing of the file is read when a line of it cannot be: the line and what it lacks are said."""
    good = '{"id": "1", "ts": "2026-12-08T09:00:00+00:00", "from": "CS", "text": "hello"}\n'
    with pytest.raises(CasebookError) as caught:
        messages_of((good + line).encode(), "chat.jsonl", now=NOW)
    assert str(caught.value).startswith(words)
