"""Whatever is compressed or stored comes back, for any content."""

from random import Random

import ovba_reader
from hypothesis import given
from hypothesis import strategies as st
from recipes import compound_file, vba_project

WORDS = st.sampled_from(["Public Sub ", "End Sub\r\n", "    ", "answer", "x", '"', "\r\n", "é", "aaaaaaaaaaaaaaaa"])
NAMES = st.text("abcdefghijklmnopqrstuvwxyzABC_0123456789", min_size=1, max_size=31)


@given(st.binary(max_size=3600))
def test_any_bytes_come_back(data):
    """Bytes below the size that could not be made smaller survive compression."""
    assert ovba_reader.decompress(vba_project.compress(data)) == data


@given(st.lists(WORDS, max_size=4000).map("".join), st.integers(0, 20_000))
def test_any_code_comes_back(text, padding):
    """Text of many chunks survives compression, whatever its repetitions."""
    data = (text + " " * padding + text).encode("cp1252")
    assert ovba_reader.decompress(vba_project.compress(data)) == data


@given(st.integers(), st.binary(max_size=100))
def test_noise_in_full_chunks_comes_back(seed, rest):
    """A full chunk that cannot be made smaller is kept as it is."""
    data = Random(seed).randbytes(4096) + rest
    assert ovba_reader.decompress(vba_project.compress(data)) == data


@given(
    st.dictionaries(NAMES, st.binary(max_size=200) | st.integers(0, 9000).map(bytes), max_size=40).filter(
        lambda streams: len({name.upper() for name in streams}) == len(streams)
    )
)
def test_any_streams_come_back(streams):
    """Every stream is found again, in a directory that is sorted, with every sector accounted for."""
    read = ovba_reader.CompoundFile(compound_file.compound_file({"Store": dict(streams), "Loose": b"x"}))
    assert read.streams == {**{f"Store/{name}": data for name, data in streams.items()}, "Loose": b"x"}
