"""Events: one text each, sealed personal values, sentences, old versions read as new ones."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from addin.logic.chain import GENESIS, Head, follow
from addin.logic.events import (
    ERASED,
    Draft,
    Event,
    Kind,
    KindTable,
    TextFault,
    canonical,
    decode,
    digests,
    encode,
    iso,
    seal,
    unseal,
)
from addin.logic.values import CELL_LIMIT, cell_length

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "chain_vectors.json").read_text(encoding="utf-8"))
AT = "2026-11-23T10:00:00+00:00"


def event(kind="test.done.v1", data=None, **more) -> Event:
    """An event of a kind with some data."""
    text = encode(Draft(kind, "CASE-2026-000001", data or {}, **more), seq=1, at=AT, actor="a.khan", role="qc")
    return decode(text, prev=GENESIS, hash="")


# Canonical text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["name"])
def test_an_event_has_the_text_it_always_had(vector):
    """The frozen vectors hold for good: stored chains were hashed with these bytes."""
    draft = Draft(vector["kind"], vector["case"], vector["data"], vector["reason"])
    text = encode(draft, seq=vector["seq"], at=vector["at"], actor=vector["actor"], role=vector["role"])
    assert text == vector["text"]
    assert follow(Head(vector["seq"] - 1, vector["prev"], vector["at"]), text, vector["at"]).hash == vector["hash"]


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["name"])
def test_a_link_can_be_checked_without_this_program(vector):
    """Hash = SHA-256 of the previous hash and the text, as text: what sha256sum prints."""
    assert hashlib.sha256((vector["prev"] + vector["text"]).encode("utf-8")).hexdigest() == vector["hash"]


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda vector: vector["name"])
def test_a_text_reads_back_as_the_event_it_was(vector):
    """Text -> event -> text is identity."""
    read = decode(vector["text"], prev=vector["prev"], hash=vector["hash"])
    assert (read.seq, read.at, read.actor, read.role) == tuple(vector[k] for k in ("seq", "at", "actor", "role"))
    assert (read.case_id, read.kind, read.reason, read.data) == tuple(
        vector[k] for k in ("case", "kind", "reason", "data")
    )
    again = encode(Draft(read.kind, read.case_id, read.data, read.reason), seq=read.seq, at=read.at, actor=read.actor,
                   role=read.role)  # fmt: skip
    assert again == vector["text"]


@pytest.mark.parametrize("vector", VECTORS["canonical"], ids=lambda vector: vector["text"][:30])
def test_a_json_value_has_one_text(vector):
    """Keys by code point, no blanks, escapes in their short form, and nothing a workbook cannot hold."""
    assert canonical(vector["value"]) == vector["text"]
    assert json.loads(vector["text"]) == vector["value"]


def test_the_order_of_keys_does_not_matter():
    """Two maps with equal content have one text."""
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == canonical({"a": {"c": 3, "d": 2}, "b": 1})


@pytest.mark.parametrize(
    "value",
    [1.5, 0.0, float("nan"), {"a": [1.0]}, (1,), {1: "a"}, b"x", {"a": {"b"}}, 2**53, -(2**53), datetime(2026, 1, 1)],
)
def test_what_has_no_single_text_is_refused(value):
    """Floats, tuples, sets, bytes, keys that are no texts, whole numbers that other programs round."""
    with pytest.raises(TypeError, match="cannot stand in an event"):
        canonical(value)


def test_the_largest_whole_number_stands():
    """2**53 - 1 is read alike by every program."""
    assert canonical([2**53 - 1, -(2**53) + 1]) == "[9007199254740991,-9007199254740991]"


def test_half_a_character_is_refused_in_words():
    """A lone surrogate has no bytes to be hashed."""
    with pytest.raises(TextFault, match="half a character"):
        canonical({"a": "\ud800"})


def test_an_event_fits_one_cell_of_the_audit_sheet():
    """The length is counted as the spreadsheet counts it: an emoji is two."""
    room = CELL_LIMIT - cell_length(encode(Draft("k", "c", {"x": ""}), seq=1, at=AT, actor="a", role="r"))
    encode(Draft("k", "c", {"x": "a" * room}), seq=1, at=AT, actor="a", role="r")
    for text in ("a" * (room + 1), "😀" * (room // 2 + 1)):
        with pytest.raises(TextFault, match="too long"):
            encode(Draft("k", "c", {"x": text}), seq=1, at=AT, actor="a", role="r")


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "not json", '{"seq":1}', "\ud800", "[" * 5_000,
     '{"actor":"a","at":"x","case":"","data":{},"kind":"k","reason":"","role":"r","seq":"1"}',
     '{"actor":"a","at":"x","case":"","data":[],"kind":"k","reason":"","role":"r","seq":1}',
     '{"actor":null,"at":"x","case":"","data":{},"kind":"k","reason":"","role":"r","seq":1}'],
)  # fmt: skip
def test_what_is_no_event_is_named_as_such(text):
    """A damaged text is a ValueError that shows its beginning, whatever the damage."""
    with pytest.raises(ValueError, match="Not the text of an event"):
        decode(text, prev=GENESIS, hash="")


def test_an_instant_is_written_in_utc_to_the_second():
    """Whatever offset it has; without one it is refused."""
    assert iso(datetime(2026, 7, 1, 12, 0, 0, 999_999, timezone(timedelta(hours=2)))) == "2026-07-01T10:00:00+00:00"
    assert iso(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01T00:00:00+00:00"
    with pytest.raises(ValueError, match="offset"):
        iso(datetime(2026, 7, 1))


# Sealing -------------------------------------------------------------------------------------------------------------


def salts():
    """Salts s1, s2, ..."""
    count = iter(range(1, 100))
    return lambda: f"s{next(count)}"


SECRET = Draft(
    "test.done.v1",
    "CASE-2026-000001",
    {"set": {"name": "Ada Ngo", "phone": None, "lines": ["a", "b"], "order_no": "41"}, "move": "x"},
    "why",
    frozenset({"name", "phone", "lines", "absent"}),
)


def test_a_personal_value_never_enters_the_text():
    """The event keeps a digest, the vault the value; the rest stays as it was."""
    sealed, kept = seal(SECRET, salts())
    text = canonical(dict(sealed.data))
    assert "Ada" not in text
    assert sealed.data["set"]["order_no"] == "41"
    assert sealed.data["set"]["phone"] is None
    assert [entry.value for entry in kept] == ['"Ada Ngo"', '["a","b"]']
    assert digests(sealed.data) == tuple(entry.digest for entry in kept)
    assert (sealed.reason, sealed.case_id, sealed.data["move"]) == ("why", "CASE-2026-000001", "x")


def test_equal_values_have_different_digests():
    """Who knows a value cannot find where it stands: each has its own salt."""
    draft = Draft("k", "c", {"set": {"a": "same", "b": "same"}}, personal=frozenset("ab"))
    _, kept = seal(draft, salts())
    assert kept[0].digest != kept[1].digest
    assert kept[0].digest == hashlib.sha256(b's1"same"').hexdigest()


def test_what_was_sealed_is_put_back():
    """Seal then unseal is identity."""
    sealed, kept = seal(SECRET, salts())
    assert unseal(sealed.data["set"], {entry.digest: entry for entry in kept}) == SECRET.data["set"]


def test_an_erased_value_says_so():
    """Without its vault entry a value reads [erased]; the others are still there."""
    sealed, kept = seal(SECRET, salts())
    found = unseal(sealed.data["set"], {kept[1].digest: kept[1]})
    assert found == {"name": ERASED, "phone": None, "lines": ["a", "b"], "order_no": "41"}


def test_an_altered_vault_value_is_refused():
    """The digest in the event proves the value."""
    sealed, kept = seal(SECRET, salts())
    changed = type(kept[0])(kept[0].digest, kept[0].salt, '"Eve"')
    with pytest.raises(ValueError, match="'name' does not match"):
        unseal(sealed.data["set"], {kept[0].digest: changed})


@pytest.mark.parametrize("data", [{}, {"set": "text"}, {"set": []}, {"other": {"name": "x"}}])
def test_an_event_without_changes_has_nothing_to_seal(data):
    """Only fields that were set are sealed."""
    draft = Draft("k", "c", data, personal=frozenset({"name"}))
    assert seal(draft, salts()) == (draft, ())
    assert digests(data) == ()
    assert event(data=data).changes == ({} if not isinstance(data.get("set"), dict) else data["set"])


# Kinds and sentences -------------------------------------------------------------------------------------------------

TABLE = KindTable.of(
    [
        Kind(
            "test.done.v1", "{actor} did {case}: {what}, {flag}, {items}, {name}, {missing}, {set[what]} {what.upper}"
        ),
    ]
)


def test_a_sentence_tells_what_was_set():
    """Fields by name, yes and no as words, lists joined, personal values named but not told, a dash for nothing."""
    data = {"set": {"what": "move", "flag": True, "items": ["a", "b"], "name": {"sealed": "x"}}, "what": "outer"}
    assert TABLE.sentence(event(data=data)) == "a.khan did CASE-2026-000001: move, yes, a, b, (personal), -, - -"


def test_a_sentence_tells_outer_data_in_words_too():
    """Lists and flags beside `set` read as words."""
    table = KindTable.of([Kind("test.done.v1", "{ids} {done} {count}")])
    assert table.sentence(event(data={"ids": ["a", "b"], "done": False, "count": 0})) == "a, b no 0"


def test_typed_braces_are_only_text():
    """What a person typed is never taken for a template."""
    assert "{actor}" in TABLE.sentence(event(data={"set": {"what": "{actor} {0} {x!r}"}}))


def test_an_unknown_kind_is_named_never_hidden():
    """An event of a newer version still has its line on the audit sheet."""
    assert "new.thing.v9" in TABLE.sentence(event("new.thing.v9"))


def test_one_name_has_one_sentence():
    """Two types may share a kind only word for word."""
    assert len(KindTable.of([Kind("a.b.v1", "x"), Kind("a.b.v1", "x")]).kinds) == 1
    with pytest.raises(ValueError, match="declared twice"):
        KindTable.of([Kind("a.b.v1", "x"), Kind("a.b.v1", "y")])


def test_an_old_version_reads_as_the_newest():
    """v1 goes through v2 to v3; the stored event stays as it is."""
    table = KindTable(
        {"test.done.v3": Kind("test.done.v3", "{actor}: {whole}")},
        {
            "test.done.v1": lambda data: ("test.done.v2", {"whole": data["part"]}),
            "test.done.v2": lambda data: ("test.done.v3", {**data, "whole": f"{data['whole']}!"}),
        },
    )
    old = event("test.done.v1", {"part": "it"})
    assert table.current(old.kind, dict(old.data)) == ("test.done.v3", {"whole": "it!"})
    assert table.sentence(old) == "a.khan: it!"
    assert old.data == {"part": "it"}
    assert table.current("other.v1", {"a": 1}) == ("other.v1", {"a": 1})
