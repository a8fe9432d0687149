"""Two files of refunds out of a seed: most lines agree, the others are wrong in every way that the tiers know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

HEAD: Final = ("Refund reference", "Payment reference", "Order number", "Booking date", "Currency", "Amount")
_SEED: Final = 20261
_FIRST_DAY: Final = 20_727  # 2026-10-01, in days since 1970-01-01
#: Shares of the left lines, in thousandths, by what happens to them on the right; the rest agrees.
_SHARES: Final = {
    "no reference": 20, "order only": 10, "split": 15, "joined": 6, "partial": 7, "twice right": 10, "twice left": 3,
    "amount": 10, "currency": 3, "missing": 20,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Lines:
    number: NDArray[np.int64]
    pence: NDArray[np.int64]
    day: NDArray[np.int64]
    own: NDArray[np.bool_]
    payment: NDArray[np.bool_]
    euro: NDArray[np.bool_]

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_], **more: int) -> _Lines:
        parts = {name: getattr(self, name)[rows] for name in self.__slots__}
        parts |= {name: np.full(len(parts[name]), value, parts[name].dtype) for name, value in more.items()}
        return _Lines(**parts)


def make_files(folder: Path, lefts: int, rights: int) -> tuple[Path, Path]:
    """Write left.csv and right.csv of so many lines; the same bytes for the same sizes."""
    chance = np.random.default_rng(_SEED)
    twice = lefts * _SHARES["twice left"] // 1000
    number = np.arange(lefts - twice, dtype=np.int64)
    count = len(number)
    yes = np.ones(count, np.bool_)
    left = _Lines(number, chance.integers(100, 500_000, count), chance.integers(0, 29, count), yes, yes, ~yes)
    fate = chance.permutation(count) * 1000 // count
    edges = np.cumsum([0, *_SHARES.values()])
    kind = {name: (fate >= low) & (fate < high) for name, low, high in zip(_SHARES, edges, edges[1:], strict=False)}
    left = _paired_up(left, np.flatnonzero(kind["joined"]))
    right = _right_of(left, kind, chance)
    left = _joined([left, left.at(np.flatnonzero(kind["twice left"])[:twice])])
    strange = _strangers(rights - len(right.number), count, chance)
    return (
        _write(folder / "left.csv", _joined([left]), chance),
        _write(folder / "right.csv", _joined([right, strange]), chance),
    )


def _right_of(left: _Lines, kind: dict[str, NDArray[np.bool_]], chance: np.random.Generator) -> _Lines:
    """The provider's lines of the left ones."""
    usual = ~np.logical_or.reduce([kind[name] for name in ("split", "joined", "partial", "missing")])
    plain = left.at(usual)
    own = plain.own & ~(kind["no reference"] | kind["order only"])[usual]
    payment = plain.payment & ~kind["order only"][usual]
    pence = plain.pence + np.where(kind["amount"][usual], chance.integers(1, 90, len(plain.pence)), 0)
    plain = _Lines(plain.number, pence, plain.day + 1, own, payment, kind["currency"][usual])
    parts = [plain, left.at(kind["twice right"], day=2)]
    for name, less in (("split", 0), ("partial", 7)):
        whole = left.at(kind[name])
        first = whole.pence // 3
        blank = np.zeros(len(first), np.bool_)
        for pence in (first, whole.pence - first - less):
            parts.append(_Lines(whole.number, pence, whole.day + 1, blank, whole.payment, blank))
    joined = np.flatnonzero(kind["joined"])
    one, other = left.at(joined[0::2][: len(joined) // 2]), left.at(joined[1::2])
    parts.append(_Lines(one.number, one.pence + other.pence, one.day + 1, one.own, one.payment, one.euro))
    return _joined(parts)


def _paired_up(left: _Lines, rows: NDArray[np.int64]) -> _Lines:
    """Lines two by two under one payment, without references of their own: the provider paid both at once."""
    number, own = left.number.copy(), left.own.copy()
    number[rows[1::2]] = number[rows[0::2][: len(rows) // 2]]
    own[rows] = False
    return _Lines(number, left.pence, left.day, own, left.payment, left.euro)


def _strangers(count: int, after: int, chance: np.random.Generator) -> _Lines:
    """Lines that no refund of the left side explains."""
    yes = np.ones(max(count, 0), np.bool_)
    number = np.arange(len(yes), dtype=np.int64) + after + 10_000_000
    return _Lines(number, chance.integers(100, 500_000, len(yes)), chance.integers(0, 29, len(yes)), yes, yes, ~yes)


def _joined(parts: list[_Lines]) -> _Lines:
    return _Lines(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Lines.__slots__))


def _write(path: Path, lines: _Lines, chance: np.random.Generator) -> Path:
    """The lines in a shuffled order, as a statement writes them."""
    order = chance.permutation(len(lines.number))
    mixed = lines.at(order)
    number = pl.Series(mixed.number)
    digits = number.cast(pl.String).str.zfill(10)
    frame = pl.DataFrame(
        {
            "Refund reference": pl.Series(np.where(mixed.own, "RF", "")) + digits,
            "Payment reference": pl.Series(np.where(mixed.payment, "PSP", "")) + digits,
            "Order number": "52" + digits,
            "Booking date": pl.Series(mixed.day + _FIRST_DAY).cast(pl.Int32).cast(pl.Date).cast(pl.String),
            "Currency": pl.Series(np.where(mixed.euro, "EUR", "GBP")),
            "Amount": pl.Series(mixed.pence // 100).cast(pl.String)
            + "."
            + pl.Series(mixed.pence % 100).cast(pl.String).str.zfill(2),
        }
    )
    bare = {"Refund reference": pl.Series(mixed.own), "Payment reference": pl.Series(mixed.payment)}
    for name, filled in bare.items():
        frame = frame.with_columns(pl.when(filled).then(pl.col(name)).otherwise(pl.lit("")).alias(name))
    frame.write_csv(path)
    return path
