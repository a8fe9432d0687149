"""The chain: what it finds, where it says it is, and that it never fails on what it is shown."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from addin.logic.chain import GENESIS, Head, Link, check, digest, follow


def chain(count: int = 6) -> list[Link]:
    """A sound chain."""
    links, head = [], Head()
    for number in range(1, count + 1):
        link = follow(head, f'{{"seq":{number}}}', f"at {number}")
        links.append(link)
        head = Head(link.seq, link.hash, f"at {number}")
    return links


def found(links, start=None) -> list[tuple[int, str]]:
    """The faults as (number, word)."""
    return [(fault.seq, fault.what) for fault in check(links, start)]


def test_an_empty_chain_is_sound():
    """A register without events has nothing to prove."""
    assert found([]) == []


def test_an_untouched_chain_is_sound():
    """No false alarm."""
    assert found(chain()) == []


def test_the_first_event_follows_sixty_four_zeros():
    """So that even the first link is proved."""
    assert chain()[0].prev == GENESIS == "0" * 64
    assert chain()[0].hash == hashlib.sha256(b"0" * 64 + b'{"seq":1}').hexdigest()


def test_checking_may_begin_behind_a_known_head():
    """The tail is checked against the head that was kept."""
    links = chain()
    start = Head(3, links[2].hash)
    assert found(links[3:], start) == []
    assert found(links[3:], Head(3, "f" * 64)) == [(4, "broken")]
    assert found(links[4:], start) == [(4, "missing")]


@pytest.mark.parametrize("at", range(6))
def test_an_edited_text_is_found_where_it_stands(at):
    """And nowhere else: the rest still follows."""
    links = chain()
    links[at] = replace(links[at], text=links[at].text + " ")
    assert found(links) == [(at + 1, "altered")]


@pytest.mark.parametrize("at", range(5))
def test_an_edit_with_a_new_hash_is_found_at_the_next_event(at):
    """Whoever re-hashes one event cuts the link of the one behind it."""
    links = chain()
    link = links[at]
    links[at] = replace(link, text="{}", hash=digest(link.prev, "{}"))
    assert found(links) == [(at + 2, "broken")]


def test_a_re_hashed_tail_needs_the_witness():
    """The chain alone cannot show it; a head that was witnessed can."""
    links = chain()
    links[5] = replace(links[5], text="{}", hash=digest(links[5].prev, "{}"))
    assert found(links) == []


@pytest.mark.parametrize(
    ("gone", "faults", "words"),
    [
        ([0], [(1, "missing")], "Event 1 is missing: the next one stored is 2."),
        ([2], [(3, "missing")], "Event 3 is missing: the next one stored is 4."),
        ([1, 2, 3], [(2, "missing")], "Event 2 to 4 is missing: the next one stored is 5."),
    ],
)
def test_a_gap_is_named_from_its_first_event(gone, faults, words):
    """One fault a gap, not one for each event behind it."""
    links = [link for at, link in enumerate(chain()) if at not in gone]
    assert found(links) == faults
    assert next(iter(check(links))).message == words


def test_a_cut_tail_needs_the_witness():
    """What is left is a sound chain."""
    assert found(chain()[:4]) == []


def test_a_doubled_event_is_found():
    """The second copy stands where another belongs."""
    links = chain()
    assert found([*links[:3], links[2], *links[3:]]) == [(3, "order")]


def test_an_event_of_another_chain_is_found():
    """Whatever its number says, it does not follow, and the next one does not follow it."""
    links, other = chain(), follow(Head(2, "e" * 64), '{"seq":3}', "")
    assert found([*links[:2], other, *links[3:]]) == [(3, "broken"), (4, "broken")]


@pytest.mark.parametrize(
    "change",
    [{"text": "\ud800"}, {"prev": "é"}, {"prev": ""}, {"hash": ""}, {"hash": "\udfff"}, {"hash": "A" * 64}],
)
def test_whatever_stands_in_a_chain_is_judged_never_thrown(change):
    """A damaged character is a fault of that event, not of the program."""
    links = chain()
    links[2] = replace(links[2], **change)
    assert found(links)[0][0] == 3


def test_faults_speak_to_a_person():
    """Every message names the event and says what is wrong with it."""
    links = chain()
    links[1] = replace(links[1], text="x")
    links[3] = replace(links[3], prev="f" * 64, hash=digest("f" * 64, links[3].text))
    assert [fault.message for fault in check(links)] == [
        "Event 2 was altered: its text does not match its hash.",
        "Event 4 does not follow event 3: its link was cut.",
        "Event 5 does not follow event 4: its link was cut.",
    ]
