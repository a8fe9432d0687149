"""Which pieces of words must stand in a text for a pattern to match at all.

A cheap test before an expensive one: when none of the pieces is in the text, the pattern cannot match and need not be
tried. The pieces are worked out from the pattern itself, so no table has to repeat them. Where nothing can be worked
out, the answer is empty and the pattern is always tried; the test can only ever save time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

#: More spellings than this are not spelled out, and a piece shorter than this tells too little.
_MOST: Final = 60
_LEAST: Final = 2
_ENOUGH: Final = 6

_Spellings = frozenset[str]
_EMPTY: Final[_Spellings] = frozenset({""})
_ZERO_WIDTH: Final = frozenset({op.AT, op.ASSERT, op.ASSERT_NOT})


def required(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Pieces of which at least one is in every text the pattern matches; empty when there is no telling."""
    found = _needs(parser.parse(pattern.pattern, pattern.flags))
    # A beginning of a piece is in the text whenever the piece is; short ones are shared by many patterns.
    return tuple(sorted(_shortest(frozenset(piece[:_ENOUGH] for piece in found)))) if found is not None else ()


class Sieve:
    """The patterns of a table that a text can match at all, told by one pass over short pieces of words."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self._patterns = patterns

    @cached_property
    def _by_piece(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        by_piece: dict[str, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            for piece in required(pattern) or ("",):
                by_piece.setdefault(piece, []).append(number)
        return tuple((piece, tuple(numbers)) for piece, numbers in by_piece.items())

    def possible(self, text: str) -> list[int]:
        """The numbers of the patterns worth trying on a text, in the table's order."""
        return sorted({number for piece, numbers in self._by_piece if piece in text for number in numbers})


def _needs(sequence: Iterable[Any]) -> _Spellings | None:
    """The best set of pieces for a sequence: long pieces first, then few."""
    options: list[_Spellings] = []
    run = _EMPTY
    for code, value in sequence:
        if code in _ZERO_WIDTH:
            continue
        exact = _spellings(code, value)
        if exact is not None and len(run) * len(exact) <= _MOST:
            run = frozenset(a + b for a, b in product(run, exact))
            continue
        options.append(run)
        inner = _inner(code, value)
        options += [inner] if inner is not None else []
        run = exact if exact is not None and len(exact) <= _MOST else _EMPTY
    options.append(run)
    usable = [_shortest(option) for option in options if min(map(len, option)) >= _LEAST]
    return max(usable, key=lambda option: (min(4, *map(len, option)), -len(option)), default=None)


def _shortest(pieces: _Spellings) -> _Spellings:
    """The pieces without those that hold another one."""
    return frozenset(p for p in pieces if not any(q != p and q in p for q in pieces))


def _spellings(code: Any, value: Any) -> _Spellings | None:
    """Every text an element can stand for, None when there are too many to spell out."""
    if code is op.LITERAL:
        return frozenset({chr(value)})
    if code is op.IN:
        letters = [chr(v) for c, v in value if c is op.LITERAL]
        return frozenset(letters) if letters and len(letters) == len(value) and len(letters) <= 4 else None
    if code is op.SUBPATTERN:
        return _sequence(value[3])
    if code is op.BRANCH:
        parts = [_sequence(branch) for branch in value[1]]
        known = [part for part in parts if part is not None]
        return frozenset().union(*known) if len(known) == len(parts) else None
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] == 1:
        once = _sequence(value[2])
        return None if once is None else once | _EMPTY if value[0] == 0 else once
    return None


def _sequence(sequence: Iterable[Any]) -> _Spellings | None:
    run = _EMPTY
    for code, value in sequence:
        if code in _ZERO_WIDTH:
            continue
        exact = _spellings(code, value)
        if exact is None or len(run) * len(exact) > _MOST:
            return None
        run = frozenset(a + b for a, b in product(run, exact))
    return run


def _inner(code: Any, value: Any) -> _Spellings | None:
    """What an element that cannot be spelled out still needs: every branch's pieces, or those of what is repeated."""
    if code is op.SUBPATTERN:
        return _needs(value[3])
    if code is op.BRANCH:
        parts = [_needs(branch) for branch in value[1]]
        known = [part for part in parts if part is not None]
        return frozenset().union(*known) if len(known) == len(parts) else None
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] >= 1:
        return _needs(value[2])
    return None
