"""Texts as numbers: equal texts get the same code, different texts different ones, blank ones none."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Rows = NDArray[np.int64]

#: Seeds to try: two different texts with one hash under all of them do not happen.
_SEEDS: Final = (11, 23, 47, 101)


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
        speaker = np.empty(int(codes.max(initial=-1)) + 1, np.int64)
        speaker[codes] = np.arange(len(codes))
        if (texts.gather(speaker[codes]) == texts).all():
            return codes
    return dense(texts.rank("dense").to_numpy())


def dense(values: NDArray[np.generic]) -> Codes:
    """Equal values as equal codes from 0 on, in the order of the values."""
    codes: Codes = np.unique(values, return_inverse=True)[1].astype(np.int64, copy=False)
    return codes


def combined(first: Codes, second: NDArray[np.generic]) -> Codes:
    """Codes of pairs; -1 stays -1. Exact, since both are dense and fewer than 2**31."""
    other = dense(second)
    mixed = dense(first * (int(other.max(initial=0)) + 1) + other)
    mixed[first < 0] = -1
    return mixed
