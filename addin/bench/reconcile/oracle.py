"""The tiers in plain Python, line by line: slow, and easy to check by eye. The matcher must say the same.

Written from the description in `addin.logic.reconcile.tiers` alone, without any table package.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from addin.logic.reconcile.tiers import (
    AMOUNT_DIFFERS,
    CURRENCY_DIFFERS,
    Amounts,
    Found,
    Shape,
    Tier,
    Times,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One line: its texts, its amount in minor units, its currency and its day as a number."""

    texts: Mapping[str, str]
    amount: int
    currency: str
    day: int


Verdict = tuple[str, str, str]
"""Tier, worth and label of a line; three blanks when it met nothing."""
NOTHING: Verdict = ("", "", "")


def judge_plainly(
    lefts: Sequence[Item], rights: Sequence[Item], tiers: Sequence[Tier], tolerance: int = 0
) -> tuple[list[Verdict], list[Verdict]]:
    """What becomes of every line of both sides."""
    left, right = [NOTHING] * len(lefts), [NOTHING] * len(rights)
    for tier in tiers:
        open_left = [at for at, verdict in enumerate(left) if verdict == NOTHING]
        open_right = [at for at, verdict in enumerate(right) if verdict == NOTHING]
        run = {Shape.PAIR: _pairs, Shape.TWICE: _twice}.get(tier.shape, _groups)
        if tier.shape is Shape.PAIR and tier.amounts is Amounts.TOLD:
            run = _told
        for which, at, verdict in run(tier, lefts, rights, open_left, open_right, tolerance):
            (left if which == "left" else right)[at] = verdict
    return left, right


Finds = list[tuple[str, int, Verdict]]


def _by_key(items: Sequence[Item], rows: Sequence[int], key: Callable[[Item], tuple[object, ...]],
            tier: Tier) -> dict[tuple[object, ...], list[int]]:  # fmt: skip
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at in rows:
        if all(items[at].texts.get(name, "") for name in tier.keys):
            found[key(items[at])].append(at)
    return found


def _told(tier: Tier, lefts: Sequence[Item], rights: Sequence[Item], open_left: Sequence[int],
          open_right: Sequence[int], tolerance: int) -> Finds:  # fmt: skip
    key = lambda item: tuple(item.texts[name] for name in tier.keys)  # noqa: E731
    ours, theirs = _by_key(lefts, open_left, key, tier), _by_key(rights, open_right, key, tier)
    finds: Finds = []
    for name, rows in ours.items():
        if len(rows) != 1 or len(theirs.get(name, ())) != 1:
            continue
        one, other = lefts[rows[0]], rights[theirs[name][0]]
        if one.currency != other.currency:
            verdict = (tier.id, Found.EXCEPTION.value, CURRENCY_DIFFERS)
        elif abs(one.amount - other.amount) > tolerance:
            verdict = (tier.id, Found.EXCEPTION.value, AMOUNT_DIFFERS)
        else:
            verdict = (tier.id, tier.one.value, tier.labels[0])
        finds += [("left", rows[0], verdict), ("right", theirs[name][0], verdict)]
    return finds


def _pairs(tier: Tier, lefts: Sequence[Item], rights: Sequence[Item], open_left: Sequence[int],
           open_right: Sequence[int], tolerance: int) -> Finds:  # fmt: skip
    key = lambda item: (*(item.texts[name] for name in tier.keys), item.currency)  # noqa: E731
    ours, theirs = _by_key(lefts, open_left, key, tier), _by_key(rights, open_right, key, tier)
    partners: dict[int, list[int]] = defaultdict(list)
    wooers: Counter[int] = Counter()
    for name, rows in ours.items():
        for one in rows:
            for other in theirs.get(name, ()):
                if _fits(tier, lefts[one], rights[other]):
                    partners[one].append(other)
                    wooers[other] += 1
    finds: Finds = []
    for one, others in partners.items():
        if len(others) == 1 and wooers[others[0]] == 1:
            worth = tier.one
            if worth is Found.MATCHED and tier.unless_other:
                a, b = (item.texts.get(tier.unless_other, "") for item in (lefts[one], rights[others[0]]))
                worth = Found.PROPOSED if a and b and a != b else worth
            verdict = (tier.id, worth.value, tier.labels[0])
            finds += [("left", one, verdict), ("right", others[0], verdict)]
        elif tier.several is not None:
            finds.append(("left", one, (tier.id, tier.several.value, tier.labels[1])))
    return finds


def _fits(tier: Tier, one: Item, other: Item) -> bool:
    apart = other.day - one.day
    times = {
        Times.ANY: True, Times.WITHIN: abs(apart) <= tier.days, Times.NOT_LATER: apart <= 0, Times.LATER: apart > 0,
    }[tier.times]  # fmt: skip
    amounts = {
        Amounts.EQUAL: other.amount == one.amount, Amounts.MORE: other.amount > one.amount,
        Amounts.LESS: other.amount < one.amount, Amounts.ANY: True, Amounts.TOLD: True,
    }[tier.amounts]  # fmt: skip
    return times and amounts


def _twice(tier: Tier, lefts: Sequence[Item], rights: Sequence[Item], open_left: Sequence[int],
           open_right: Sequence[int], tolerance: int) -> Finds:  # fmt: skip
    key = lambda item: tuple(item.texts[name] for name in tier.keys)  # noqa: E731
    ours, theirs = _by_key(lefts, open_left, key, tier), _by_key(rights, open_right, key, tier)
    finds: Finds = []
    for name in {**ours, **theirs}:
        mine, other = ours.get(name, []), theirs.get(name, [])
        first = _repeats([lefts[at] for at in mine])
        second = _repeats([rights[at] for at in other])
        if first or second:
            of_left = tier.labels[0] if first else tier.labels[1]
            of_right = tier.labels[1] if second else tier.labels[0]
            finds += [("left", at, (tier.id, Found.EXCEPTION.value, of_left)) for at in mine]
            finds += [("right", at, (tier.id, Found.EXCEPTION.value, of_right)) for at in other]
    return finds


def _repeats(items: Sequence[Item]) -> bool:
    return any(count > 1 for count in Counter((item.amount, item.currency) for item in items).values())


def _groups(tier: Tier, lefts: Sequence[Item], rights: Sequence[Item], open_left: Sequence[int],
            open_right: Sequence[int], tolerance: int) -> Finds:  # fmt: skip
    sums = tier.shape is not Shape.ANY
    key = lambda item: (*(item.texts[name] for name in tier.keys), item.currency if sums else "")  # noqa: E731
    ours, theirs = _by_key(lefts, open_left, key, tier), _by_key(rights, open_right, key, tier)
    finds: Finds = []
    for name, mine in ours.items():
        other = theirs.get(name, [])
        if not other:
            continue
        if sums:
            one, many = (mine, other) if tier.shape is Shape.ONE_TO_MANY else (other, mine)
            agree = sum(lefts[at].amount for at in mine) == sum(rights[at].amount for at in other)
            if len(one) != 1 or len(many) < 2 or not agree:
                continue
        verdict = (tier.id, tier.one.value, tier.labels[0])
        finds += [("left", at, verdict) for at in mine] + [("right", at, verdict) for at in other]
    return finds
