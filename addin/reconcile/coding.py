"""Texts as numbers: equal texts get the same code, different texts different ones, blank ones none."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Rows = NDArray[np.signedinteger]

#: Seeds to try: two different texts with one hash under all of them do not happen.
_SEEDS: Final = (11, 23, 47, 101)
#: Texts are compared in slices, to keep memory low.
_SLICE: Final = 1 << 18


def coded(left: pl.Series, right: pl.Series) -> tuple[Codes, Codes]:
    """Codes of two columns of texts, common to both: from 0 on; -1 for a blank one.

    Hashes are compared and then the texts themselves, so a chance collision never makes two texts equal.
    """
    texts = pl.concat([left.rename(""), right.rename("")], rechunk=False).fill_null("")
    codes = _coded(texts)
    codes[(texts == "").to_numpy()] = -1
    return codes[: len(left)], codes[len(left) :]


def _coded(texts: pl.Series) -> Codes:
    for seed in _SEEDS:
        codes = dense(texts.hash(seed).to_numpy())
        speaker = np.empty(int(codes.max(initial=-1)) + 1, np.int32)
        speaker[codes] = np.arange(len(codes), dtype=np.int32)
        if all(_speak(texts, codes, speaker, start) for start in range(0, len(texts), _SLICE)):
            return codes
    return dense(texts.rank("dense").to_numpy())


def _speak(texts: pl.Series, codes: Codes, speaker: NDArray[np.int32], start: int) -> bool:
    """True when the texts of a slice are those of the first text that had their code."""
    part = slice(start, start + _SLICE)
    return bool((texts.gather(speaker[codes[part]]) == texts[part]).all())


def dense(values: NDArray[np.generic]) -> Codes:
    """Equal values as equal codes from 0 on, in the order of the values."""
    order = np.argsort(values)
    ordered = values[order]
    del values  # large, and often nobody else has it
    steps = np.zeros(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=steps[1:])
    del ordered
    codes = np.empty(len(steps), np.int32)
    codes[order] = np.cumsum(steps, dtype=np.int32)
    return codes


def combined(first: Codes, second: NDArray[np.generic]) -> Codes:
    """Codes of pairs; -1 stays -1. Exact, since both are dense and fewer than 2**31."""
    other = dense(second)
    mixed = dense(first.astype(np.int64) * (int(other.max(initial=0)) + 1) + other)
    mixed[first < 0] = -1
    return mixed
