"""The outbox: what is queued goes out, once, by files or over HTTP, whatever breaks on the way."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

import pytest
from service_kit import SETTINGS, assert_sound, make_service
from ticket_server import SECRET, TicketTool, certificate, ticket_tool

from addin import outbox
from addin.connectors import FileConnector, Receipt, Undelivered
from addin.connectors.files import mail_bytes
from addin.connectors.http import HttpConnector, Patience, _asked_wait, trusting
from addin.errors import ConfigError
from addin.logic.case_type import Case
from addin.logic.events import digests
from addin.logic.outbox import DEAD_LETTER, GONE, WAITING, OutItem
from addin.outbox import Letter, items, queue, revive, send
from addin.service import RowRequest, Service
from addin.settings import Outbox, Settings, outbox_secret

TEXT = "Wave 3 is stuck.\nPlease release it."


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A register with one escalation."""
    found = replace(make_service(), folder=tmp_path)
    given = {"situation": "Wave 3 is stuck in picking since 06:40", "target_team": "IT"}
    assert found.open_cases([RowRequest("", given, opens="ESC")]).ok
    return found


@pytest.fixture
def tool() -> Iterator[TicketTool]:
    """A ticket tool on this computer."""
    with ticket_tool() as found:
        yield found


def case(service: Service) -> Case:
    """The escalation."""
    (found,) = service.journal.cases()
    return found


def put(service: Service, *channels: str, text: str = TEXT, **more: str) -> list[str]:
    """Queue the same text for each channel."""
    return queue(service, case(service), [Letter(one, text, **more) for one in channels or ("ticket",)])


def http(tool: TicketTool, waits: list[float] | None = None, **patience: float) -> HttpConnector:
    """The HTTP connector, which notes its waits instead of waiting."""
    waited = waits if waits is not None else []
    return HttpConnector(tool.url, SECRET, Patience(**patience), sleep=waited.append)  # type: ignore[arg-type]


def states(service: Service) -> list[str]:
    """How each text stands."""
    return [item.state for item in items(service)]


# Queued --------------------------------------------------------------------------------------------------------------


def test_a_queued_text_is_in_the_journal_sealed_before_anything_is_sent(service: Service) -> None:
    """Who, where and what stay out of the chain; the digest of the text is in it."""
    (ref,) = put(service, to="it.desk@house.example", subject="Wave 3")
    (item,) = items(service)
    assert (item.ref, item.state, item.text, item.to, item.subject) == (
        ref, WAITING, TEXT, "it.desk@house.example", "Wave 3",
    )  # fmt: skip
    assert not any("stuck.\\n" in event.text or "it.desk" in event.text for event in service.journal.events())
    assert item.text_sha256 in next(service.journal.events(kinds=["outbox.queued.v1"])).text
    assert_sound(service.journal)


def test_nothing_waiting_is_said(service: Service) -> None:
    assert send(service).message == "Nothing waits in the outbox."


# Files ---------------------------------------------------------------------------------------------------------------


def test_the_file_connector_writes_json_for_all_text_to_paste_and_a_draft_for_mail(service: Service) -> None:
    """The same words and the same digest on every channel."""
    put(service, "chat", "ticket", "email", to="it.desk@house.example", subject="Wave 3")
    outcome = send(service)
    assert outcome.ok
    assert states(service) == [GONE] * 3
    folder = service.folder / "outbox"
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    assert [one["channel"] for one in found] == ["chat", "ticket", "email"]
    assert len({one["text_sha256"] for one in found}) == 1
    assert [path.read_text("utf-8") for path in folder.glob("*.txt")] == [TEXT, TEXT]
    (mail,) = (email.message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml"))
    assert (mail["To"], mail["Subject"], mail["X-Unsent"]) == ("it.desk@house.example", "Wave 3", "1")
    assert mail.get_content().splitlines() == TEXT.splitlines()
    assert sorted(outcome.files) == sorted(f"outbox/{path.name}" for path in folder.iterdir())


def item(**fields: str) -> OutItem:
    """A text on its way."""
    told = {
        "key": "ab12-7", "case_id": "CASE-2026-000001", "channel": "email", "to": "", "subject": "s", "text": TEXT,
        "template": "t", "template_sha256": "", "text_sha256": "", "ticket_ref": "", "queued_by": "a.khan",
        "queued_at": "2026-11-23T10:00:00+00:00",
    }  # fmt: skip
    return OutItem(7, **(told | fields))


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("Ms R. Ferro <r.ferro@mail.example>", '"Ms R. Ferro" <r.ferro@mail.example>'),
        ("Élodie Marsh <e.marsh@house.example>", "Élodie Marsh <e.marsh@house.example>"),
        (
            '"Marsh, E." <e.marsh@house.example>; it@house.example',
            "Marsh, E. <e.marsh@house.example>, it@house.example",
        ),
        ("it@house.example, not an address", None),
        ("it@house.example\u2028Bcc: all@house.example", None),
        ("a@b.example\r\nBcc: all@house.example", None),
        ("IT desk", None),
        ("", None),
    ],
)
def test_no_text_becomes_a_header_of_a_mail(to: str, shown: str | None) -> None:
    """What is no address is left to the person who sends the draft; line ends never open a new header."""
    mail = email.message_from_bytes(mail_bytes(item(to=to, subject="Hello\r\nBcc: x@y.example \u202e")), policy=default)
    assert mail["Bcc"] is None
    assert str(mail["To"]).replace('"', "") == str(shown).replace('"', "")
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize(
    "subject",
    [
        "Commande 5200417300 – réclamée à l'été " * 5,
        "Bestellung für Zoë 😀 " * 8,
        "=?utf-8?q?no_code?= in it",
        "x" * 190,
        "注文 5200417300 の件 " * 9,
    ],
    ids=["French", "German", "looks encoded", "one word", "Japanese"],
)
def test_a_long_or_foreign_subject_comes_out_as_it_went_in(subject: str) -> None:
    """Headers are folded and encoded as mail wants it; every line ends as mail lines end and none is too long."""
    raw = mail_bytes(item(subject=subject, text="Bonjour Zoë,\r\n" + "un mot " * 300 + "\n.\nFrom us"))
    mail = email.message_from_bytes(raw, policy=default)
    assert mail["Subject"] == " ".join(subject.split())[:200].strip()
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert mail.get_content().splitlines()[-2:] == [".", "From us"]


def test_a_templates_own_subject_line_is_the_mails_subject() -> None:
    mail = email.message_from_bytes(
        mail_bytes(item(text="Subject: Ihre Bestellung für Zoë\n\nBonjour Zoë,\n")), policy=default
    )
    assert mail["Subject"] == "Ihre Bestellung für Zoë"
    assert mail.get_content().splitlines() == ["Bonjour Zoë,"]


def test_a_folder_that_cannot_be_written_keeps_the_text_waiting(service: Service, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file in the way")
    put(service)
    outcome = send(service)
    assert not outcome.ok
    assert "cannot be written" in outcome.message
    assert states(service) == [WAITING]
    (tmp_path / "outbox").unlink()
    assert send(service).ok


# HTTP ----------------------------------------------------------------------------------------------------------------


def test_a_text_is_posted_with_its_key_and_the_secret_and_the_ticket_is_noted(
    service: Service, tool: TicketTool
) -> None:
    """The reference of the tool becomes the case's, with an event of its own."""
    put(service)
    assert send(service, http(tool)).ok
    (headers,) = tool.headers
    assert headers["authorization"] == f"Bearer {SECRET}"
    assert headers["idempotency-key"] == items(service)[0].key
    assert tool.requests[0]["text"] == TEXT
    assert case(service).text("ticket_ref") == "TCK-1000"
    assert items(service)[0].reference == "TCK-1000"
    assert not any(SECRET in event.text for event in service.journal.events())


@pytest.mark.parametrize("fault", [500, 503, 429, 408, 409, "drop", "half", "slow", "stall", "drip"])
def test_what_may_pass_by_itself_is_tried_again_with_growing_waits(
    service: Service, tool: TicketTool, fault: int | str
) -> None:
    put(service)
    tool.fail(fault, fault)
    waits: list[float] = []
    assert send(service, http(tool, waits, timeout_s=0.1)).ok
    assert waits == [0.5, 1.0]
    assert items(service)[0].attempts == 3
    assert len(set(tool.keys)) == 1


def test_a_lost_answer_opens_no_second_ticket(service: Service, tool: TicketTool) -> None:
    """The tool did the work, the connection broke: the same key comes again and gets the same ticket."""
    put(service)
    tool.fail("lose", "lose")
    assert send(service, http(tool)).ok
    assert len(tool.keys) == 3
    assert len(set(tool.keys)) == 1
    assert list(tool.tickets.values()) == ["TCK-1000"]


def test_a_crash_between_sending_and_recording_sends_again_under_the_same_key(
    service: Service, tool: TicketTool
) -> None:
    """What is not recorded as sent is sent again; the receiver sees one key."""
    put(service)
    (waiting,) = items(service)
    way = http(tool)
    assert way.deliver(waiting).reference == "TCK-1000"  # and now the computer dies
    assert send(service, way).ok
    assert (len(tool.keys), len(set(tool.keys)), len(tool.tickets)) == (2, 1, 1)


@pytest.mark.parametrize("fault", [400, 403, 404, 422])
def test_what_the_receiver_refuses_is_a_dead_letter_at_once(service: Service, tool: TicketTool, fault: int) -> None:
    """Not tried again, not lost, and the next text goes out all the same."""
    put(service, "ticket", "chat")
    tool.fail(fault)
    outcome = send(service, http(tool))
    assert states(service) == [DEAD_LETTER, GONE]
    assert str(fault) in outcome.message
    assert "\n" not in outcome.message
    assert len(tool.requests) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [(401, "the secret is not accepted"), (302, "it points to another address"), (308, "it points to another address")],
)
def test_what_the_settings_are_to_blame_for_costs_no_text(
    service: Service, tool: TicketTool, fault: int, words: str
) -> None:
    """A wrong secret would make a dead letter of everything: nothing is given up, and nothing more is tried.

    A redirect is not followed, since the secret would go along.
    """
    put(service, "ticket", "chat")
    tool.fail(fault)
    outcome = send(service, http(tool))
    assert not outcome.ok
    assert words in outcome.message
    assert "[outbox]" in outcome.message
    assert states(service) == [WAITING, WAITING]
    assert len(tool.requests) == 1
    assert send(service, http(tool)).ok


def test_a_secret_that_the_receiver_repeats_is_kept_nowhere(service: Service, tool: TicketTool) -> None:
    """Some tools answer a refusal with the header they were sent."""
    put(service)
    tool.fail("echo")
    outcome = send(service, http(tool))
    assert "bad header: Bearer [secret]" in outcome.message
    assert SECRET not in outcome.message
    assert not any(SECRET in event.text for event in service.journal.events())


def test_a_certificate_of_the_house_is_trusted_when_its_file_is_named(service: Service, tmp_path: Path) -> None:
    """Without it nothing is sent, in words that say why; the secret goes to nobody whose certificate is not trusted."""
    put(service)
    own = certificate(tmp_path)
    with ticket_tool(secured_by=own) as tool:
        outcome = send(service, http(tool))
        assert "the receiver's certificate is not trusted" in outcome.message
        assert "ca_file" in outcome.message
        assert (states(service), tool.requests) == ([WAITING], [])
        assert send(service, HttpConnector(tool.url, SECRET, trust=trusting(str(own)))).ok
    assert states(service) == [GONE]
    with pytest.raises(ConfigError, match=r"none\.pem, which ca_file"):
        trusting(str(tmp_path / "none.pem"))


def test_an_unreachable_tool_stops_the_run_and_everything_waits(service: Service) -> None:
    """One text is tried, the others are not: an outage costs one round of waiting."""
    with ticket_tool() as gone:
        pass
    put(service, "ticket", "chat", "email")
    outcome = send(service, http(gone, attempts=2))
    assert states(service) == [WAITING] * 3
    assert "could not be reached" in outcome.message
    assert "2 more were not tried" in outcome.message
    assert gone.url not in outcome.message


def test_what_failed_in_too_many_runs_is_a_dead_letter_until_somebody_lets_it_go_again(
    service: Service, tool: TicketTool
) -> None:
    put(service)
    runs = service.policy.number("outbox.dead_after_runs")
    tool.fail(*[503] * runs)
    for _ in range(runs):
        assert states(service) == [WAITING]
        send(service, http(tool, attempts=1))
    (dead,) = items(service)
    assert (dead.state, dead.attempts) == (DEAD_LETTER, runs)
    assert send(service, http(tool)).message == "Nothing waits in the outbox."
    assert revive(service, [dead.ref.lower()], "The tool is back").ok
    assert send(service, http(tool)).ok
    assert states(service) == [GONE]


def test_only_dead_letters_are_let_go_again(service: Service) -> None:
    (ref,) = put(service)
    outcome = revive(service, [ref])
    assert not outcome.ok
    assert "no dead letter" in outcome.message
    assert revive(service, []).message == "There are no dead letters."


@pytest.mark.parametrize(
    ("asked", "waits"), [("7", [7.0]), ("999999", [30.0]), ("-3", [0.5]), ("soon", [0.5]), ("٣", [0.5])]
)
def test_the_receivers_own_waiting_time_counts_up_to_a_limit(
    service: Service, tool: TicketTool, asked: str, waits: list[float]
) -> None:
    """A number of seconds; nonsense is ignored."""
    tool.retry_after = asked.encode("utf-8").decode("latin-1")
    tool.fail(429)
    put(service)
    found: list[float] = []
    assert send(service, http(tool, found)).ok
    assert found == waits


@pytest.mark.parametrize("fault", ["huge", "nonsense"])
def test_an_answer_that_is_none_is_no_reference(service: Service, tool: TicketTool, fault: str) -> None:
    """It is read up to a limit; the text counts as sent, the case gets no made-up ticket."""
    put(service)
    tool.fail(fault)
    assert send(service, http(tool)).ok
    assert items(service)[0].reference == ""
    assert not case(service).has("ticket_ref")


def test_a_case_with_a_ticket_keeps_its_own(service: Service, tool: TicketTool) -> None:
    assert service.edit([RowRequest(case(service).case_id, {"ticket_ref": "TCK-77"})]).ok
    put(service)
    assert send(service, http(tool)).ok
    assert tool.requests[0]["ticket"] == "TCK-77"
    assert case(service).text("ticket_ref") == "TCK-77"


def test_two_people_who_send_at_once_record_it_once(service: Service) -> None:
    """The second run finds that it is told already."""
    put(service)

    class Racing(FileConnector):
        def deliver(self, item: OutItem) -> Receipt:
            if not list(service.journal.events(kinds=["outbox.sent.v1"])):
                send(service, FileConnector(service.folder / "outbox"))
            return super().deliver(item)

    assert send(service, Racing(service.folder / "outbox")).ok
    assert len(list(service.journal.events(kinds=["outbox.sent.v1"]))) == 1


# Settings ------------------------------------------------------------------------------------------------------------


def test_the_secret_comes_from_the_environment_only() -> None:
    """The settings hold the name of a variable; one that is not set is told by its name."""
    asks = Settings(outbox=Outbox(connector="http", url="https://t.example/x", token_env="TICKET_TOKEN"))
    assert outbox_secret(asks, {"TICKET_TOKEN": SECRET}) == SECRET
    assert outbox_secret(asks, {"TICKET_TOKEN": f"{SECRET}\n"}) == SECRET
    with pytest.raises(ConfigError, match="characters that a secret sent over HTTP may not have"):
        outbox_secret(asks, {"TICKET_TOKEN": "clé\nX-Evil: 1"})
    assert outbox_secret(SETTINGS, {}) == ""
    with pytest.raises(ConfigError, match="TICKET_TOKEN"):
        outbox_secret(asks, {})
    assert SECRET not in str(list(asks.described()))


@pytest.mark.parametrize(
    "bad",
    [
        {"connector": "http"},
        {"url": "http://tickets.example/x"},
        {"url": "ftp://tickets.example"},
        {"url": "https://user:pw@tickets.example"},
        {"token_env": "not a name"},
        {"attempts": 0},
        {"token": "s3cret"},
    ],
)
def test_settings_that_would_leak_or_never_end_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Outbox"):
        Outbox.model_validate(bad)


def test_the_connector_is_the_one_of_the_settings(
    service: Service, tool: TicketTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(outbox.connector_of(service), FileConnector)
    monkeypatch.setenv("TICKET_TOKEN", SECRET)
    chosen = Outbox(connector="http", url=tool.url, token_env="TICKET_TOKEN")
    over_http = replace(service, settings=service.settings.model_copy(update={"outbox": chosen}))
    put(over_http)
    assert send(over_http).ok
    assert len(tool.requests) == 1


def test_a_text_whose_words_were_erased_is_never_sent(service: Service, tool: TicketTool) -> None:
    """What somebody had erased does not leave as a text without words either."""
    put(service)
    with service.journal.write() as writer:
        writer.erase([digest for event in service.journal.events() for digest in digests(event.data)])  # type: ignore[attr-defined]
    outcome = send(service, http(tool))
    assert "were erased" in outcome.message
    assert states(service) == [DEAD_LETTER]
    assert tool.requests == []


@pytest.mark.parametrize(("days", "least", "most"), [(1, 86_000, 86_400), (-1, 0, 0)])
def test_a_waiting_time_may_be_a_date(days: int, least: int, most: int) -> None:
    """Counted from now; one that has passed asks for none."""
    until = format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)
    assert least <= _asked_wait(until) <= most


def test_a_failure_says_whether_trying_again_helps() -> None:
    fault = Undelivered("OUT-000007: the receiver answered 400.", permanent=True, hint="Correct it.")
    assert (fault.code, fault.permanent, str(fault)) == (
        "OUT", True, "OUT-000007: the receiver answered 400. Correct it.",
    )  # fmt: skip
    assert datetime.fromisoformat(item().queued_at).tzinfo == UTC
