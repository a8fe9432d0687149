"""Comments that come back from the ticket tool: placed by ticket, taken once, and told when they cannot be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cases_kit import NOW
from service_kit import assert_sound, make_service

from addin.service import RowRequest, Service
from addin.ticket_comments import DROP, read_comments, take_comments, take_dropped

ONE = {
    "ticket": "TCK-1",
    "id": "c1",
    "at": "2026-11-23T09:30:00Z",
    "author": "IT desk",
    "text": "We are on it; ETA 11:00",
}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A register with two escalations on one ticket."""
    found = replace(make_service(), folder=tmp_path)
    for ticket in ("TCK-1", "tck-1", "TCK-2"):
        assert found.open_cases([RowRequest("", {"ticket_ref": ticket}, opens="ESC")]).ok
    return found


def log(service: Service, number: int) -> tuple[str, ...]:
    """The ticket comments of a case."""
    found = service.journal.case(f"CASE-2026-{number:06d}")
    assert found is not None
    return found.items("ticket_log")


def taken(service: Service, *rows: object, name: str = "export.json"):
    """Take rows as a JSON file."""
    return take_comments(service, *read_comments(json.dumps(list(rows)).encode(), name, NOW))


def test_a_comment_stands_on_every_open_case_of_its_ticket(service: Service) -> None:
    """With when and by whom; the case does not move, and the words stay out of the chain."""
    before = service.journal.case("CASE-2026-000001")
    assert taken(service, ONE).ok
    line = "23/11/2026 09:30 IT desk: We are on it, ETA 11:00"
    assert (log(service, 1), log(service, 2), log(service, 3)) == ((line,), (line,), ())
    after = service.journal.case("CASE-2026-000001")
    assert before is not None
    assert after is not None
    assert (after.status, after.fields["due"]) == (before.status, before.fields["due"])
    assert not any("ETA" in event.text for event in service.journal.events())
    assert_sound(service.journal)


def test_an_export_that_overlaps_an_earlier_one_notes_nothing_twice(service: Service) -> None:
    """A comment that was changed in the tool is noted anew."""
    taken(service, ONE)
    outcome = taken(service, ONE, {**ONE, "id": "c2", "text": "Done"}, {**ONE, "text": "We are on it"})
    assert outcome.ok
    assert [line.partition(": ")[2] for line in log(service, 1)] == [
        "We are on it, ETA 11:00", "Done", "We are on it",
    ]  # fmt: skip
    assert "known already" in outcome.rows[0].message


def test_a_closed_case_hears_only_when_no_open_one_has_the_ticket(service: Service) -> None:
    for number in (1, 2):
        request = RowRequest(f"CASE-2026-{number:06d}", reason="no need")
        assert service.press("cancel", [request]).ok
    assert taken(service, ONE).ok
    assert (len(log(service, 1)), len(log(service, 2))) == (0, 1)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"ticket": "TCK-9"}, "No case has the ticket TCK-9"),
        ({"ticket": ""}, "has no ticket"),
        ({"id": None}, "has no id"),
        ({"text": "  "}, "has no text"),
        ({"at": "yesterday"}, "is not an instant"),
        ({"at": "2026-11-23 10:00"}, "has no offset"),
    ],
)
def test_a_comment_that_cannot_be_placed_says_why_and_the_others_are_taken(
    service: Service, bad: dict[str, object], words: str
) -> None:
    outcome = taken(service, {**ONE, **bad}, {**ONE, "id": "good"})
    assert any(words in row.message for row in outcome.rows if not row.ok)
    assert len(log(service, 1)) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps({"comments": [ONE]}).encode("utf-8-sig")),
        ("a.json", json.dumps(ONE).encode()),
        ("a.jsonl", b'{"ticket": "TCK-1"\n' + json.dumps(ONE).encode() + b"\r\n\r\n"),
        ("a.json", json.dumps({"comments": [ONE]}).encode("utf-16")),
        ("a.csv", "ticket;id;text\r\nTCK-1;c1;Réglé\r\n".encode("cp1252")),
        ("a.csv", b'ticket,id,at,author,text\r\nTCK-1,c1,2026-11-23T09:30:00Z,IT desk,"=cmd()\r\nsecond line"\r\n'),
    ],
)
def test_the_usual_exports_are_read(service: Service, name: str, content: bytes) -> None:
    """A list, one object, one a line (a broken line is told), or CSV with line ends in its cells."""
    comments, problems = read_comments(content, name, NOW)
    assert [one.ticket for one in comments] == ["TCK-1"]
    assert len(problems) == (1 if name == "a.jsonl" else 0)
    assert take_comments(service, comments).ok


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"", b"[1, 2", b'"text"', b"[" * 100_000, b"<html></html>", b"PK\x03\x04"],
    ids=["utf16", "empty", "cut", "a text", "bomb", "html", "zip"],
)
def test_a_file_that_is_no_export_is_refused_as_a_whole(service: Service, content: bytes) -> None:
    """In words that say what it has to be; nothing is recorded."""
    head = service.journal.head()
    comments, problems = read_comments(content, "odd.json", NOW)
    assert comments == []
    assert [problem.code for problem in problems] == ["TIC-FILE"]
    assert not take_comments(service, comments, problems).ok
    assert service.journal.head() == head


def test_dropped_files_are_moved_away_with_what_failed(service: Service) -> None:
    """Taken ones to done, unreadable ones to refused, each with a text that says why; strange files stay."""
    drop = service.folder / DROP
    drop.mkdir(parents=True)
    (drop / "a.json").write_text(json.dumps([ONE, {**ONE, "ticket": "TCK-9"}]), "utf-8")
    (drop / "b.json").write_text("{", "utf-8")
    (drop / "readme.doc").write_text("no export", "utf-8")
    outcome = take_dropped(service)
    assert sorted(row.ok for row in outcome.rows) == [False, False, True, True]
    names = {path.relative_to(service.folder / "inbox").as_posix() for path in (service.folder / "inbox").rglob("*.*")}
    stamp = f"{NOW:%Y%m%dT%H%M%SZ}"
    assert names == {
        f"done/{stamp}-a.json", f"done/{stamp}-a.json.txt", f"refused/{stamp}-b.json", f"refused/{stamp}-b.json.txt",
        "comments/readme.doc",
    }  # fmt: skip
    assert "No comments wait" in take_dropped(service).message


def test_a_case_keeps_its_last_comments_only(service: Service) -> None:
    """A ticket with hundreds of comments does not fill the case; every one is an event."""
    assert taken(service, *({**ONE, "id": f"c{number}", "text": f"No. {number}"} for number in range(45))).ok
    assert len(log(service, 1)) == 40
    assert log(service, 1)[-1].endswith("No. 44")
    assert len(list(service.journal.events(case_id="CASE-2026-000001", kinds=["ticket.commented.v1"]))) == 45


def test_a_card_number_in_a_comment_is_noted_nowhere(service: Service) -> None:
    """What chat may not bring in a ticket may not bring either: it is taken out, and that is said."""
    outcome = taken(service, {**ONE, "text": "Refund to 4111 1111 1111 1111 exp 03/28 please"})
    assert "A card or bank number was taken out of it." in outcome.rows[0].message
    assert "Refund to [PAN ****1111] exp [REDACTED] please" in log(service, 1)[-1]
    assert not any("4111 1111" in event.text for event in service.journal.events())


def test_a_card_number_in_a_dropped_file_is_not_kept_with_it(service: Service) -> None:
    """The file that is put away is what the export said, without the number; one without numbers is moved as it is."""
    folder = service.folder / DROP
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps([{**ONE, "text": "Refund to 4111 1111 1111 1111 please"}]), "utf-8")
    plain = json.dumps([{**ONE, "id": "c2", "text": "Order 5200417302 is lost."}]).encode("utf-16")
    (folder / "b.json").write_bytes(plain)
    assert take_dropped(service).ok
    kept = {path.name.partition("-")[2]: path for path in (service.folder / "inbox" / "done").iterdir()}
    assert json.loads(kept["a.json"].read_text("utf-8"))[0]["text"] == "Refund to [PAN ****1111] please"
    assert kept["b.json"].read_bytes() == plain
    assert list(folder.iterdir()) == []
