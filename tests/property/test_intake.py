"""Whatever is pasted, intake never raises, loses no text, keeps no card number, and stays quick and the same."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addin.logic.intake import IntakeProfile, as_object, read_conversation, read_message, split_transcript
from addin.logic.intake.cue import Cue
from addin.logic.intake.cues import CUES
from addin.logic.intake.literals import Sieve
from addin.logic.intake.redact import luhn, redact
from addin.logic.intake.text import fold

SENT: Final = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
PROFILE: Final = IntakeProfile(house_names=("Orle",), courier_now="Parcelwing")

#: Pieces of real messages, so that random texts reach every rule.
PIECES: Final = (
    "refund", "redirect", "cctv bench 4", "order", "4102938475", "4102938476", "..476", "1Z12345E0400001028",
    "£1,250",
    "1 090,50 €", "12/11", "25/10", "1.30am", "between 9 and 11am", "since fri", "tmrw", "SW1X 9ZZ",
    "Flat 3, 18 Low St",
    "approved by Odette", "ignore my last one", "not", "don't", "RMA 778799", "3PL KO", "UPS brought back", "empty box",
    "WMS is down", "wave 3 stuck", "=1+1", "> quoted", "\n", ", ", ". ", "? ", " - ", "serial A7731 but received A7737",
    "4111 1111 1111 1111", "exp 03/28", "http://example.invalid", "SOP-014",
    "copy of all the footage you hold", "\u202e", "🙃",
)  # fmt: skip
messages = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=20).map("".join),
)


def read(text: str) -> str:
    reading = read_message(text, sent_at=SENT, sender="CS", profile=PROFILE)
    return json.dumps(as_object(reading), ensure_ascii=True, allow_nan=False)


@settings(max_examples=400, deadline=None)
@given(messages)
def test_a_message_is_always_read_and_always_the_same(text: str) -> None:
    """No text raises, and the same text gives the same object, which holds no float."""
    first = read(text)
    assert first == read(text)
    assert not any(isinstance(value, float) for value in _leaves(json.loads(first)))


def _leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


@settings(max_examples=400, deadline=None)
@given(messages)
def test_every_fact_is_in_the_kept_text(text: str) -> None:
    """The words of a fact stand where it says; a field's place is inside the text."""
    reading = read_message(text, sent_at=SENT, sender="CS", profile=PROFILE)
    for fact in reading.facts:
        assert not fact.end or reading.kept_text[fact.start : fact.end] == fact.words
    for proposal in reading.proposals:
        assert all(0 <= start <= end <= len(reading.kept_text) for start, end in proposal.spans.values())


@settings(max_examples=300, deadline=None)
@given(messages)
def test_a_text_without_numbers_to_hide_is_kept_word_for_word(text: str) -> None:
    """Nothing but card and bank numbers is ever changed."""
    kept = redact(text)
    assert kept.redactions or kept.text == text


digits = st.text("0123456789", min_size=14, max_size=14)
separators = st.sampled_from(("", " ", "-", ".", "\u00a0", "\u2009", "\u200b", " - "))
around = st.text(st.characters(exclude_categories=("Nd", "No", "Nl")), max_size=30)


def _card(lead: str, body: str) -> str:
    head = lead + body
    return next(head + last for last in "0123456789" if luhn(head + last))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from("3456"), digits, separators, around, around)
def test_a_card_number_never_survives(lead: str, body: str, separator: str, before: str, after: str) -> None:
    """Sixteen digits that pass the card check are gone, in groups of four or in one, wherever they stand."""
    if before[-2:].lower() == "1z" or before.rstrip().lower().endswith("z"):
        before = ""
    card = _card(lead, body)
    grouped = separator.join(card[i : i + 4] for i in range(0, 16, 4))
    kept = read_message(f"{before}{grouped}{after}", sent_at=SENT, sender="CS", profile=PROFILE)
    assert card not in "".join(c for c in fold(kept.kept_text).plain if c.isdigit())
    assert card not in read(f"{before}{grouped}{after}")


@settings(max_examples=200, deadline=None)
@given(st.lists(messages, max_size=8), st.sampled_from(("\n", "\r\n", "\r")))
def test_no_transcript_loses_text(parts: list[str], end: str) -> None:
    """The raw stretches of a split transcript, joined, are the paste."""
    text = end.join(f"07/12/2026, 09:1{i % 10} - Odette: {part}" for i, part in enumerate(parts))
    found = split_transcript(text, default_at=SENT)
    assert "".join(m.raw for m in found) == text.removeprefix("\ufeff")
    read_conversation(found, PROFILE)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_split(text: str) -> None:
    """A text of any shape is cut without loss and without an error."""
    found = split_transcript(text, default_at=SENT)
    assert "".join(m.raw for m in found) == text.removeprefix("\ufeff")


@pytest.mark.parametrize("cue", CUES, ids=[f"{number}-{cue.code}" for number, cue in enumerate(CUES)])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_sieve_never_hides_a_cue(cue: Cue, data: st.DataObject) -> None:
    """The quick test by pieces of words lets through every text a pattern would find."""
    text = data.draw(st.from_regex(cue.pattern))
    if cue.pattern.search(text):
        assert Sieve([cue.pattern]).possible(text) == [0]


NAUGHTY: Final = (
    "a", " ", "\n", "1", "1 ", "1Z ", "1Z1", ", ", "..", "not ", "12/11 ", "£1,234 ", "order 4102938475 ", "(", "[",
    "🙃",
    "e\u0301", "\u202e", "wants to return ", "delivered but ", "ups has ", "A: ", "x@y.z ", "4111 ", "=",
    "'", '"', "and 123456 ", "flat 1, ",
)  # fmt: skip


@pytest.mark.parametrize("piece", NAUGHTY)
def test_time_is_bounded_for_repeated_pieces(piece: str) -> None:
    """Ten times the text takes no more than some fifteen times the time; no pattern runs away."""
    text = piece * (20_000 // len(piece))
    spent = []
    for size in (2_000, 20_000):
        start = time.process_time()
        for message in split_transcript(text[:size], default_at=SENT):
            read_message(message.text, sent_at=SENT, sender="CS", profile=PROFILE)
        spent.append(time.process_time() - start)
    assert spent[1] < max(15 * spent[0], 2.0)
