"""How a pasted conversation is cut into messages, and what messages say about each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from addin.logic.intake import IntakeProfile, MessageKind, as_object, read_conversation, split_transcript

NOW = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
PROFILE = IntakeProfile()

WHATSAPP_ANDROID = (
    "07/12/2026, 09:00 - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
    "07/12/2026, 09:14 - Odette Marsh: where is 3300112201?\n"
    "it was due yesterday\n"
    "07/12/2026, 09:15 - Tom: <Media omitted>\n"
    "07/12/2026, 09:16 - Tom: on it\n"
)
WHATSAPP_IPHONE = (
    "\u200e[07/12/2026, 09:14:05] Odette Marsh: \u200ewhere is 3300112201?\r\n"
    "[07/12/2026, 9:15:10\u202fPM] ~\u202fTom: looking: now\r\n"
)
TEAMS = "[07/12/2026 09:14] Marsh, Odette: refund 3300112202 please\n[07/12/2026 09:20] Tom B: ok\n"
TEAMS_COPIED = "Odette Marsh 07/12/2026 09:14\nrefund 3300112202 please\nthanks\nTom B 09:20\nok\n"
SLACK = "Odette  [9:14 AM]\nwhere is 3300112203?\nTom  [9:15 AM]\non it\n"
PLAIN_ISO = "2026-12-07T09:14:00+00:00 CS: where is 3300112204?\n2026-12-07 09:15 - QC: checking\n"
NAMES_ONLY = "CS: where is 3300112205?\nWarehouse: picking: wave 2\nCS: thanks\n"
DAY_RULES = "--- 07/12/2026 ---\n09:14 CS: where is 3300112206?\n--- 08/12/2026 ---\n08:30 QC: packed\n"


def messages(text: str) -> list[tuple[str, str, str]]:
    found = split_transcript(text, default_at=NOW)
    return [(m.at.strftime("%d/%m %H:%M"), m.sender, m.text) for m in found if m.kind is MessageKind.MESSAGE]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            WHATSAPP_ANDROID,
            [
                ("07/12 09:14", "Odette Marsh", "where is 3300112201?\nit was due yesterday"),
                ("07/12 09:16", "Tom", "on it"),
            ],
        ),
        (
            WHATSAPP_IPHONE,
            [("07/12 09:14", "Odette Marsh", "\u200ewhere is 3300112201?"), ("07/12 21:15", "Tom", "looking: now")],
        ),
        (TEAMS, [("07/12 09:14", "Marsh, Odette", "refund 3300112202 please"), ("07/12 09:20", "Tom B", "ok")]),
        (
            TEAMS_COPIED,
            [("07/12 09:14", "Odette Marsh", "refund 3300112202 please\nthanks"), ("07/12 09:20", "Tom B", "ok")],
        ),
        (SLACK, [("08/12 09:14", "Odette", "where is 3300112203?"), ("08/12 09:15", "Tom", "on it")]),
        (PLAIN_ISO, [("07/12 09:14", "CS", "where is 3300112204?"), ("07/12 09:15", "QC", "checking")]),
        (
            NAMES_ONLY,
            [
                ("08/12 12:00", "CS", "where is 3300112205?"),
                ("08/12 12:00", "Warehouse", "picking: wave 2"),
                ("08/12 12:00", "CS", "thanks"),
            ],
        ),
        (DAY_RULES, [("07/12 09:14", "CS", "where is 3300112206?"), ("08/12 08:30", "QC", "packed")]),
        ("one message: no header", [("08/12 12:00", "", "one message: no header")]),
    ],
    ids=[
        "whatsapp-android",
        "whatsapp-iphone",
        "teams",
        "teams-copied",
        "slack",
        "iso",
        "names",
        "day-rules",
        "single",
    ],
)
def test_each_export_is_cut_into_its_messages(text: str, wanted: list[tuple[str, str, str]]) -> None:
    """Names, times and words of every known kind of export are found; system lines are no messages."""
    assert messages(text) == wanted


@pytest.mark.parametrize("text", [WHATSAPP_ANDROID, WHATSAPP_IPHONE, TEAMS_COPIED, NAMES_ONLY, DAY_RULES])
def test_no_character_of_a_transcript_is_lost(text: str) -> None:
    """The raw stretches joined are the paste."""
    assert "".join(m.raw for m in split_transcript(text, default_at=NOW)) == text


def test_month_first_exports_are_told_by_their_dates() -> None:
    """A date that cannot be day first makes the whole export month first."""
    text = "12/7/26, 09:00 - A: one\n12/13/26, 09:00 - A: two\n"
    assert [at for at, _, _ in messages(text)] == ["07/12 09:00", "13/12 09:00"]


def test_ids_do_not_change_when_parts_are_pasted_again() -> None:
    """The same message has the same id in an overlapping paste."""
    lines = WHATSAPP_ANDROID.splitlines(keepends=True)
    whole = {m.text: m.id for m in split_transcript(WHATSAPP_ANDROID, default_at=NOW)}
    part = {m.text: m.id for m in split_transcript("".join(lines[3:]), default_at=NOW)}
    assert part.items() <= whole.items()


def test_a_sentence_with_a_colon_is_no_header() -> None:
    """Words before a colon in one message do not become a sender."""
    found = split_transcript("Note: bag is blue\nOrder: 3300112207\n", default_at=NOW)
    assert len(found) == 1


def test_a_huge_text_without_headers_is_cut_into_readable_parts() -> None:
    """No part is longer than the reader takes, and the parts joined are the text."""
    text = "lorem ipsum dolor sit amet " * 2_000
    found = split_transcript(text, default_at=NOW)
    assert "".join(m.text for m in found) == text
    assert max(len(m.text) for m in found) <= 10_000


def test_ignore_my_last_one_withdraws_the_message_before() -> None:
    """The sender's previous message keeps its text and loses its proposals; others' messages stay."""
    text = (
        "07/12/2026, 09:14 - Odette: refund 3300112208\n"
        "07/12/2026, 09:15 - Tom: where is 3300112209?\n"
        "07/12/2026, 09:16 - Odette: ignore my last one pls\n"
    )
    first, second, third = read_conversation(split_transcript(text, default_at=NOW), PROFILE)
    assert (first.withdrawn, first.proposals, first.kept_text) == (True, (), "refund 3300112208")
    assert not second.withdrawn
    assert second.proposals
    assert third.proposals == ()


def test_a_cut_short_number_gets_the_order_named_before_as_a_candidate() -> None:
    """A short "..211" points back at an order that ends so, as a suggestion only."""
    text = "07/12/2026, 09:14 - A: where is 3300112211?\n07/12/2026, 09:20 - B: ..211 is stuck in picking\n"
    reading = read_conversation(split_transcript(text, default_at=NOW), PROFILE)[1]
    assert reading.values("order_candidate") == ("3300112211",)
    assert reading.orders == ()
    assert "order_no" not in reading.proposals[0].fields


def test_the_same_words_twice_link_to_the_first() -> None:
    """A repetition within a day proposes no second case."""
    text = "07/12/2026, 09:14 - A: refund 3300112212\n07/12/2026, 10:14 - A: Refund 3300112212\n"
    first, second = read_conversation(split_transcript(text, default_at=NOW), PROFILE)
    assert not first.proposals[0].link_to_open
    assert second.proposals[0].link_to_open
    assert "open_second_case" in second.do_not


@pytest.mark.parametrize(
    "words",
    [
        "client added a gift note to 3300112201, can you check?",
        "client changed their mind, cancel 3300112202",
        "she changed the address of 3300112203",
        "who removed 3300112204 from wave 2?",
        "only one bag left",
        "le colis a quitté l'entrepôt",
        "call ended badly, client wants a refund",
        "pic of the damage: image omitted but see the mail, 3300112205",
    ],
)
@pytest.mark.parametrize("head", ["[07/12/2026, 09:14:05] Ann: {}\n", "07/12/2026, 09:14 - Ann: {}\n"])
def test_what_a_person_says_is_never_taken_for_a_notice(head: str, words: str) -> None:
    """People write that somebody "changed their mind" or "added a note": such a request must not be passed over."""
    assert messages(head.format(words) + head.format("ok")) == [
        ("07/12 09:14", "Ann", words),
        ("07/12 09:14", "Ann", "ok"),
    ]


def test_notices_in_french_are_no_messages() -> None:
    """What WhatsApp itself writes, with and without somebody's name before it, and its way of writing the time."""
    text = (
        "07/12/2026 à 09:13 - Les messages et les appels sont chiffrés de bout en bout.\n"
        "07/12/2026 à 09:14 - Ann: où est 3300112201 ?\n"
        "07/12/2026 à 09:15 - Ann a supprimé ce message\n"
        "07/12/2026 à 09:15 - Tom: <Médias omis>\n"
        "07/12/2026 à 09:16 - Ann: Ce message a été supprimé\n"
        "07/12/2026 à 09:17 - Tom: je regarde\n"
    )
    assert messages(text) == [
        ("07/12 09:14", "Ann", "où est 3300112201 ?"),
        ("07/12 09:17", "Tom", "je regarde"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[Yesterday 17:03] Ann Lee\nhello\n[Today 09:01] Tom Ray\nhi\n",
        "Ann Lee\nYesterday 17:03\nhello\nTom Ray\nToday 09:01\nhi\n",
    ],
    ids=["brackets", "lines"],
)
def test_yesterday_is_the_day_before_the_paste(text: str) -> None:
    """And today that day again, whatever stood between."""
    assert messages(text) == [("07/12 17:03", "Ann Lee", "hello"), ("08/12 09:01", "Tom Ray", "hi")]


@pytest.mark.parametrize(
    ("text", "orders", "suggested"),
    [
        (
            "Merci de traiter.\n\nDe : Mme Roe\nEnvoyé : mardi 8 décembre 2026 10:01\nÀ : Service\n\n"
            "rembourser 3300112201",
            (),
            ("3300112201",),
        ),
        (
            "Où en est-on ?\n\nLe mar. 8 déc. 2026 à 10:01, Ann <ann@x.invalid> a écrit :\n> rembourser 3300112202",
            (),
            ("3300112202",),
        ),
        (
            "---------- Forwarded message ---------\nFrom: Roe <r@x.invalid>\nDate: Tue, 8 Dec 2026 at 10:01\n\n"
            "Refund 3300112203",
            ("3300112203",),
            (),
        ),
    ],
    ids=["Outlook in French", "Gmail in French", "forwarded without a word of one's own"],
)
def test_what_an_older_mail_asks_for_is_only_suggested(
    text: str, orders: tuple[str, ...], suggested: tuple[str, ...]
) -> None:
    """A mail quoted below an answer asks for nothing again; one that is passed on as it came is the message."""
    (message,) = split_transcript(text, default_at=NOW)
    (reading,) = read_conversation([message], PROFILE)
    assert reading.orders == orders
    assert reading.values("order_candidate") == suggested
    assert ("RFD" in reading.intents) == bool(orders)


@pytest.mark.parametrize(
    "line",
    [
        "Deliver before 12:00",
        "Please call her before 17:30",
        "17:30 UPS collection: missed",
        "Needed on 09/12/2026 10:00",
        "Bench 4, 07/12/2026 14:20",
        "Sam said 14:00",
        "2026-12-07 14:00 UPS: no scan",
        "Delivered Mon 7 Dec 10:12",
    ],
)
@pytest.mark.parametrize(
    "head",
    ["[07/12/2026, 09:14:05] Ann: {}", "Ann Lee 07/12/2026 09:14\n{}", "{}"],
    ids=["WhatsApp", "Teams", "pasted alone"],
)
def test_a_line_that_ends_in_a_time_stays_in_its_message(head: str, line: str) -> None:
    """A wish ("Deliver before 12:00") or a scan that is pasted along is no new sender: the message keeps its facts."""
    text = head.format(f"status of 3300112201?\n{line}\nthanks") + "\n"
    ((_, _, words),) = messages(text)
    assert words == f"status of 3300112201?\n{line}\nthanks"


def test_a_conversation_below_a_sentence_is_still_cut() -> None:
    """Two senders whose heads have one form are a conversation, whatever stands above it."""
    text = "see below please\nAnn Lee 07/12/2026 09:14\nwhere is 3300112201?\nTom Ray 09:20\nok\n"
    assert [who for _, who, _ in messages(text)] == ["", "Ann Lee", "Tom Ray"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Client: Ruth Vane\nPhone: 07700 900123\nOrder: 3300112201\nIssue: parcel lost\nAmount: £1,200\n",
            {"intents": ["UPC"], "orders": ["3300112201"]},
        ),
        (
            "New address: Flat 2, 9 Weir Rd\nTown: Ware\nPostcode: SG12 9ZZ\nOrder: 3300112202\n",
            {
                "intents": ["ADR"],
                "address_new": {"lines": ["Flat 2, 9 Weir Rd", "Ware"], "postcode": "SG12 9ZZ", "postcode_ok": True},
            },
        ),
        (
            "Case type: CCTV\nCamera: bench 4\nDate: 07/12/2026\nTime: 14:20\nOrder: 3300112203\n",
            {"intents": ["CTV"], "camera_zone": "bench 4", "event_at": "2026-12-07T14:20:00+00:00"},
        ),
    ],
    ids=["claim", "address", "footage"],
)
def test_a_form_that_somebody_filled_in_is_one_message(text: str, wanted: dict[str, object]) -> None:
    """Its labels are no senders: they come once each; a conversation between names alone is still cut."""
    parts = split_transcript(text, default_at=NOW)
    (reading,) = read_conversation(parts, PROFILE)
    found = as_object(reading)
    assert {key: found[key] for key in wanted} == wanted
    assert len(messages("Client: hello\nAgent: hi\nClient: where is 3300112204?\n")) == 3
