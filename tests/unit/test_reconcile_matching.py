"""The matcher: tiers, single use of each line, order, duplicates, groups; against the plain oracle and by example."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.bench.reconcile.oracle import Item, judge_plainly
from addin.logic.reconcile.tiers import Amounts, Found, Shape, Tier, Times, refund_tiers
from addin.reconcile.matching import WORTHS, Matching, Side, Verdicts, match

TIERS = refund_tiers(5)
CURRENCIES = ("", "GBP", "EUR")
TEXTS = ("own_ref", "payment_ref", "order_no")
#: The way of the two-file profiles: quantities, days in order, several candidates told.
OTHER_TIERS = (
    Tier(id="S1", title="exact", keys=("order_no",), times=Times.NOT_LATER, several=Found.PROPOSED),
    Tier(id="S2", title="more", keys=("order_no",), amounts=Amounts.MORE, one=Found.PROPOSED, several=Found.PROPOSED),
    Tier(id="S3", title="less", keys=("order_no", "payment_ref"), amounts=Amounts.LESS, one=Found.EXCEPTION),
    Tier(id="S4", title="later", keys=("payment_ref",), amounts=Amounts.ANY, times=Times.LATER, one=Found.EXCEPTION,
         several=Found.EXCEPTION),
)  # fmt: skip


def side(items: list[Item]) -> Side:
    """Items as columns."""
    return Side(
        {name: pl.Series([item.texts[name] for item in items], dtype=pl.String) for name in TEXTS},
        np.array([item.amount for item in items], np.int64),
        np.array([CURRENCIES.index(item.currency) for item in items], np.uint8),
        np.array([item.day for item in items], np.int32),
    )


def item(own="", payment="", order="", amount=1000, currency="GBP", day=10) -> Item:
    return Item({"own_ref": own, "payment_ref": payment, "order_no": order}, amount, currency, day)


def said(found: Matching, verdicts: Verdicts) -> list[tuple[str, str, str]]:
    """Tier, worth and label of each line, as the oracle says them."""
    return [
        (found.tiers[tier - 1].id, WORTHS[worth - 1].value, found.labels[label]) if worth else ("", "", "")
        for tier, worth, label in zip(verdicts.tier, verdicts.worth, verdicts.label, strict=True)
    ]


def run(left: list[Item], right: list[Item], tiers=TIERS, tolerance: int = 0):
    found = match(side(left), side(right), tiers, tolerance)
    return said(found, found.left), said(found, found.right)


few = st.sampled_from(["", "a", "b", "c", "d"])
items = st.lists(
    st.builds(
        item, own=few, payment=few, order=few, amount=st.integers(-2, 4), currency=st.sampled_from(["GBP", "EUR"]),
        day=st.integers(0, 9),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(items, items, st.sampled_from([TIERS, OTHER_TIERS]), st.integers(0, 1))
def test_the_matcher_says_what_the_plain_rules_say(left, right, tiers, tolerance):
    """Whole columns at a time or line by line in plain Python: the same tier, worth and label for every line."""
    assert run(left, right, tiers, tolerance) == judge_plainly(left, right, tiers, tolerance)


@settings(max_examples=100, deadline=None)
@given(items, items, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(left, right, chance):
    """Shuffled input gives every line the same verdict."""
    left_order, right_order = list(range(len(left))), list(range(len(right)))
    chance.shuffle(left_order)
    chance.shuffle(right_order)
    first, second = run(left, right)
    one, other = run([left[at] for at in left_order], [right[at] for at in right_order])
    assert one == [first[at] for at in left_order]
    assert other == [second[at] for at in right_order]


@settings(max_examples=100, deadline=None)
@given(items, items)
def test_no_line_is_used_twice_and_pairs_are_pairs(left, right):
    """Matched lines stand in groups of one left and one right line; a proposed group has the same sum on both sides."""
    found = match(side(left), side(right), TIERS)
    for group in range(found.groups):
        ours = [at for at in range(len(left)) if found.left.group[at] == group]
        theirs = [at for at in range(len(right)) if found.right.group[at] == group]
        worths = {*found.left.worth[ours].tolist(), *found.right.worth[theirs].tolist()}
        assert len(worths) == 1
        if worths == {1}:
            assert (len(ours), len(theirs)) == (1, 1)
        if worths <= {1, 2}:
            assert sum(left[at].amount for at in ours) == sum(right[at].amount for at in theirs)


def test_twenty_thousand_lines_get_the_oracles_verdicts():
    """On a sample of real size the statuses are those of the slow plain rules."""
    chance = random.Random(7)
    left = [
        item(f"R{n}", f"P{n // 2}", f"{n // 3}", chance.randint(1, 60), day=chance.randint(1, 30)) for n in range(9_000)
    ]
    right = [
        item(
            *(chance.choice((one.texts["own_ref"], "", "X")), one.texts["payment_ref"], one.texts["order_no"]),
            one.amount + chance.choice((0, 0, 0, 1)),
            chance.choice(("GBP", "GBP", "EUR")),
            one.day + chance.randint(0, 8),
        )
        for one in chance.choices(left, k=11_000)
    ]  # fmt: skip
    assert run(left, right) == judge_plainly(left, right, TIERS)


# By example ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "tier", "worth", "label"),
    [
        ([item("A")], [item("A")], "T1", "matched", "T1"),
        ([item("A")], [item("A", amount=999)], "T1", "exception", "R03"),
        ([item("A")], [item("A", currency="EUR")], "T1", "exception", "R04"),
        ([item("", "P")], [item("", "P")], "T2", "matched", "T2"),
        ([item("A", "P")], [item("B", "P")], "T2", "proposed", "T2"),
        ([item("", "", "52")], [item("", "", "52", day=15)], "T3", "proposed", "T3"),
        ([item("", "", "52")], [item("", "", "52", day=16)], "T6", "exception", "R07"),
        ([item("", "P")], [item("", "P", amount=400), item("", "P", amount=600)], "T4", "proposed", "T4"),
        ([item("", "P", amount=400), item("", "P", amount=600)], [item("", "P")], "T5", "proposed", "T5"),
        ([item("A")], [item("A", amount=400), item("A", amount=600)], "T4", "proposed", "T4"),
        ([item("", "P")], [item("", "P", amount=400), item("", "P", amount=500)], "T6", "exception", "R07"),
        ([item("A")], [item("A"), item("A")], "TW", "exception", "R06"),
        ([item("A"), item("A")], [item("A")], "TW", "exception", "R05"),
    ],
)
def test_each_tier_finds_its_own(ours, theirs, tier, worth, label):
    """References match, payments with amounts match, everything weaker is proposed or listed."""
    left, right = run(ours, theirs)
    assert set(left) | set(right) == {(tier, worth, label)}


def test_two_refunds_that_one_line_could_pay_are_not_paired():
    """A line with two possible refunds stays for a person; neither refund is closed by it."""
    left, right = run([item("", "P", "52"), item("", "P", "52")], [item("", "P", "52")])
    assert {worth for _, worth, _ in [*left, *right]} == {"exception"}


def test_a_blank_key_meets_nothing():
    """Lines without any reference are alone on their side."""
    assert run([item()], [item()]) == ([("", "", "")], [("", "", "")])


def test_an_amount_of_minus_one_penny_is_an_amount():
    """A key of minus one is no blank: amounts may have any value."""
    assert run([item("", "P", amount=-1)], [item("", "P", amount=-1)])[0] == [("T2", "matched", "T2")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": Shape.ONE_TO_MANY, "one": Found.MATCHED},
        {"several": Found.MATCHED},
        {"keys": ()},
        {"days": -1},
    ],
)
def test_a_tier_that_would_close_ambiguous_lines_cannot_be_written(wrong):
    """Groups and lines with several candidates can be proposed, never matched."""
    with pytest.raises(ValueError, match="Tier X"):
        Tier(**{"id": "X", "title": "x", "keys": ("own_ref",), **wrong})
