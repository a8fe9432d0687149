"""Laws of the chain: every change is reported, the first one first, and an untouched chain never is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from addin.logic.chain import Head, Link, check, digest, follow

texts = st.lists(st.text(max_size=30), min_size=1, max_size=12)


def chain(bodies: list[str]) -> list[Link]:
    """A sound chain over texts."""
    links: list[Link] = []
    head = Head()
    for body in bodies:
        links.append(follow(head, body, ""))
        head = Head(links[-1].seq, links[-1].hash)
    return links


def first(links: list[Link]) -> int | None:
    """The number named by the first fault."""
    return next((fault.seq for fault in check(links)), None)


@given(texts, st.data())
def test_an_untouched_chain_is_never_reported(bodies: list[str], data: st.DataObject) -> None:
    """Neither whole, nor cut anywhere, nor from any kept head on."""
    links = chain(bodies)
    cut = data.draw(st.integers(0, len(links)))
    assert list(check(links)) == []
    assert list(check(links[:cut])) == []
    start = Head(cut, links[cut - 1].hash) if cut else Head()
    assert list(check(links[cut:], start)) == []


@given(texts, st.text(st.characters(codec=None), max_size=30), st.data())
def test_an_edit_is_reported_where_it_is(bodies: list[str], other: str, data: st.DataObject) -> None:
    """Of the text at its own place; with a new hash at the next one, whose link it cuts."""
    links = chain(bodies)
    at = data.draw(st.integers(0, len(links) - 1))
    assume(other != links[at].text)
    edited = [*links[:at], replace(links[at], text=other), *links[at + 1 :]]
    assert [fault.seq for fault in check(edited)] == [at + 1]
    edited[at] = replace(edited[at], hash=digest(links[at].prev, other))
    assert [fault.seq for fault in check(edited)] == ([at + 2] if at + 1 < len(links) else [])


@given(texts, st.data(), st.sampled_from(["prev", "hash"]), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_an_edited_hash_is_reported_where_it_is(bodies: list[str], data: st.DataObject, name: str, other: str) -> None:
    """Either of the two hashes that stand beside an event."""
    links = chain(bodies)
    at = data.draw(st.integers(0, len(links) - 1))
    assume(other != getattr(links[at], name))
    assert first([*links[:at], replace(links[at], **{name: other}), *links[at + 1 :]]) == at + 1


@given(texts, st.data())
def test_a_deletion_is_reported_at_the_first_event_that_is_gone(bodies: list[str], data: st.DataObject) -> None:
    """Any stretch that does not reach the end."""
    links = chain(bodies)
    assume(len(links) > 1)
    start = data.draw(st.integers(0, len(links) - 2))
    end = data.draw(st.integers(start + 1, len(links) - 1))
    faults = list(check([*links[:start], *links[end:]]))
    assert [(fault.seq, fault.what) for fault in faults] == [(start + 1, "missing")]


@given(texts, st.text(max_size=30), st.booleans(), st.data())
def test_an_insertion_is_reported_where_it_is(
    bodies: list[str], other: str, renumbered: bool, data: st.DataObject
) -> None:
    """A new event that follows the one before it: itself sound, but the next ones no longer follow."""
    links = chain(bodies)
    at = data.draw(st.integers(0, len(links) - 1))
    before = Head(at, links[at - 1].hash) if at else Head()
    tail = [replace(link, seq=link.seq + 1) for link in links[at:]] if renumbered else links[at:]
    assume(other != links[at].text)
    assert first([*links[:at], follow(before, other, ""), *tail]) in (at + 1, at + 2)
    doubled = first([*links[: at + 1], links[at], *links[at + 1 :]])
    assert doubled == at + 1


@given(texts, st.data())
def test_a_change_of_order_is_reported_at_its_first_place(bodies: list[str], data: st.DataObject) -> None:
    """Any other order of the same events, with their numbers or renumbered to look right."""
    links = chain(bodies)
    moved = data.draw(st.permutations(links))
    place = next((at for at, (old, new) in enumerate(zip(links, moved, strict=True)) if old != new), None)
    assume(place is not None)
    assert place is not None
    assert first(moved) == place + 1
    renumbered = [replace(link, seq=at + 1) for at, link in enumerate(moved)]
    assert first(renumbered) == place + 1


@given(texts, st.lists(st.integers(1, 20), max_size=12))
def test_a_chain_without_faults_is_a_chain(bodies: list[str], seqs: list[int]) -> None:
    """Whatever order events stand in: no fault means numbers from one without gaps, each following the last."""
    links = chain(bodies)
    shown = [links[seq - 1] for seq in seqs if seq <= len(links)]
    if not list(check(shown)):
        assert [link.seq for link in shown] == list(range(1, len(shown) + 1))
        assert all(b.prev == a.hash for a, b in pairwise(shown))
