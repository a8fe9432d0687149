"""The auditor's sample: the same on every computer and in every language, and not to be guessed without their word.

1. `score = SHA-256(seed + "|" + case number)` as hex; the population is sorted by it and taken from the top.
2. `seed = period + "|" + the auditor's word + "|v1"`; without a word anybody could know the sample beforehand.
3. Key items (from an amount on) are all in, before and beside the random ones (ISA 530: separately selected).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

VERSION = "v1"


def seed(period: str, word: str) -> str:
    """What the scores of a month are made of."""
    return f"{period}|{word.strip()}|{VERSION}"


def score(seed_text: str, case_id: str) -> str:
    """A case's place in the order, as hex."""
    return hashlib.sha256(f"{seed_text}|{case_id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sample:
    """The key items, and the others in the order in which they are taken."""

    seed: str
    population: int
    key_items: tuple[str, ...]
    others: tuple[tuple[str, str], ...]


def draw(population: Sequence[str], key_items: Iterable[str], seed_text: str) -> Sample:
    """Order a population for sampling."""
    keys = frozenset(key_items)
    scored = sorted((score(seed_text, case_id), case_id) for case_id in population if case_id not in keys)
    return Sample(seed_text, len(population), tuple(sorted(keys)), tuple((case_id, value) for value, case_id in scored))
