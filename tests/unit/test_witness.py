"""The witness: what was once seen of a chain shows when a later chain is another one."""

from __future__ import annotations

import pytest

from addin.errors import JournalError
from addin.journal import witness
from addin.journal.witness import WitnessLine
from addin.logic.chain import GENESIS, Head, follow

AT = "2026-11-23T10:00:00+00:00"


def chain(count: int, word: str = "x") -> list[Head]:
    """The heads of a growing chain, the empty one first."""
    heads = [Head()]
    for _ in range(count):
        link = follow(heads[-1], word, AT)
        heads.append(Head(link.seq, link.hash, AT))
    return heads


def faults(lines, heads) -> list[tuple[int, str]]:
    """How a chain differs from what was witnessed."""
    hashes = {head.seq: head.hash for head in heads}
    return [(fault.seq, fault.what) for fault in witness.compare(tuple(lines), heads[-1], hashes)]


def test_heads_are_written_one_line_each(tmp_path):
    """Appended, never rewritten; the folder is made when it is not there."""
    path = tmp_path / "second place" / "witness.txt"
    heads = chain(3)
    lines = [witness.add(path, head) for head in heads[1:]]
    assert witness.read(path) == tuple(lines)
    assert path.read_bytes() == "".join(f"{h.seq}\t{h.hash}\t{AT}\t{h.seq}\n" for h in heads[1:]).encode()


def test_an_empty_chain_can_be_witnessed(tmp_path):
    """A new register has a head too, and it never differs."""
    path = tmp_path / "witness.txt"
    witness.add(path, Head())
    assert witness.read(path) == (WitnessLine(0, GENESIS, "", 0),)
    assert faults(witness.read(path), chain(2)) == []


def test_no_file_is_no_line(tmp_path):
    """Nothing was witnessed yet."""
    assert witness.read(tmp_path / "witness.txt") == ()


@pytest.mark.parametrize(
    "text",
    ["hello", "", "1\tabc\tat\t1", f"x\t{'a' * 64}\t{AT}\t1", f"1\t{'a' * 64}\t{AT}", f"1\t{'a' * 64}\t{AT}\t1\t1",
     f"²\t{'a' * 64}\t{AT}\t1", f"1\t{'G' * 64}\t{AT}\t1", f"1\t{'a' * 64}\t{AT}\t1 ", f"1\t{'a' * 63}"],
)  # fmt: skip
def test_a_line_that_is_not_ours_is_named(tmp_path, text):
    """A torn or foreign line is never passed over."""
    path = tmp_path / "witness.txt"
    good = witness.add(path, chain(1)[1])
    path.write_text(f"{good.text()}\n{text}\n{good.text()}\n", encoding="utf-8")
    with pytest.raises(JournalError, match="Line 2 of the witness file") as caught:
        witness.read(path)
    assert caught.value.code == "JRN-WITNESS"


def test_a_place_that_cannot_be_used_is_told(tmp_path):
    """The press that needed it fails in words."""
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "witness.txt"):
        with pytest.raises(JournalError, match="could not be written") as caught:
            witness.add(path, Head())
        assert "casebook.toml" in caught.value.hint
        with pytest.raises(JournalError, match="cannot be read"):
            witness.read(path)


def test_a_chain_that_grew_is_the_one_that_was_seen(tmp_path):
    """No false alarm, however often it was seen."""
    heads = chain(9)
    lines = [WitnessLine(head.seq, head.hash, AT, head.seq) for head in heads[:5]] * 2
    assert faults(lines, heads) == []


def test_a_cut_tail_is_found():
    """What was witnessed is gone, from the first event that is missing."""
    heads = chain(9)
    lines = [WitnessLine(head.seq, head.hash, AT, head.seq) for head in (heads[4], heads[9])]
    assert faults(lines, heads[:7]) == [(7, "cut")]
    (fault,) = witness.compare((lines[1],), heads[6], {})
    assert fault.message == f"Events 7 to 9 are gone: {AT} was witnessed at 9."


def test_a_chain_made_anew_is_found():
    """Sound in itself, but not the one that was seen."""
    heads, other = chain(9), chain(9, "y")
    lines = [WitnessLine(head.seq, head.hash, AT, head.seq) for head in (heads[4], heads[9])]
    assert faults(lines, other) == [(4, "rehashed"), (9, "rehashed")]
    assert faults(lines, [*heads[:7], *other[7:]]) == [(9, "rehashed")]
