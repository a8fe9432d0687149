"""The same job as people write it in pandas: merge, groupby, boolean columns; the same statuses, no tricks.

What is compared is the way, not the skill: every tier is a merge or a groupby over the lines still open.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

_TIERS = (
    ("told", ["own"]), ("one", ["own"]), ("many", ["own"]), ("twice", ["own"]), ("any", ["own"]),
    ("pair", ["payment"]), ("near", ["order"]), ("one", ["payment"]), ("many", ["payment"]), ("any", ["payment"]),
    ("any", ["order"]),
)  # fmt: skip
_NAMES = ("T1", "T4", "T5", "TW", "T6", "T2", "T3", "T4", "T5", "T6", "T6")


def read(path: Path) -> Any:
    """A statement as a data frame, amounts in pence."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.columns = pd.Index(["own", "payment", "order", "day", "currency", "amount"])
    frame["pence"] = (frame["amount"].astype(float) * 100).round().astype("int64")
    frame["day"] = pd.to_datetime(frame["day"])
    frame["tier"], frame["label"] = "", ""
    return frame.drop(columns="amount")


def reconcile(left: Any, right: Any, days: int = 5) -> None:
    """Put tier and label into both frames."""
    for (way, keys), name in zip(_TIERS, _NAMES, strict=True):
        ours = left[(left["tier"] == "") & (left[keys[0]] != "")]
        theirs = right[(right["tier"] == "") & (right[keys[0]] != "")]
        if way == "told":
            _told(left, right, ours, theirs, keys)
        elif way in ("pair", "near"):
            _pairs(left, right, ours, theirs, keys, name, days if way == "near" else None)
        elif way == "twice":
            _twice(left, right, ours, theirs, keys)
        else:
            _groups(left, right, ours, theirs, keys, way, name)
    left.loc[left["tier"] == "", "label"] = "R01"
    right.loc[right["tier"] == "", "label"] = "R02"


def _told(left: Any, right: Any, ours: Any, theirs: Any, keys: Sequence[str]) -> None:
    one = ours[~ours.duplicated(keys, keep=False)].reset_index()
    other = theirs[~theirs.duplicated(keys, keep=False)].reset_index()
    both = one.merge(other, on=list(keys), suffixes=("", "_r"))
    both["found"] = "T1"
    both.loc[both["pence"] != both["pence_r"], "found"] = "R03"
    both.loc[both["currency"] != both["currency_r"], "found"] = "R04"
    for frame, index in ((left, "index"), (right, "index_r")):
        frame.loc[both[index], "tier"] = "T1"
        frame.loc[both[index], "label"] = both["found"].to_numpy()


def _pairs(left: Any, right: Any, ours: Any, theirs: Any, keys: Sequence[str], name: str, days: int | None) -> None:
    both = ours.reset_index().merge(theirs.reset_index(), on=[*keys, "currency", "pence"], suffixes=("", "_r"))
    if days is not None:
        both = both[(both["day"] - both["day_r"]).abs() <= pd.Timedelta(days=days)]
    both = both[~both.duplicated("index", keep=False) & ~both.duplicated("index_r", keep=False)]
    for frame, index in ((left, "index"), (right, "index_r")):
        frame.loc[both[index], ["tier", "label"]] = name


def _twice(left: Any, right: Any, ours: Any, theirs: Any, keys: Sequence[str]) -> None:
    first = set(ours.loc[ours.duplicated([*keys, "pence", "currency"], keep=False), keys[0]])
    second = set(theirs.loc[theirs.duplicated([*keys, "pence", "currency"], keep=False), keys[0]])
    for frame, rows, own, other, codes in ((left, ours, first, second, ("R05", "R06")),
                                           (right, theirs, second, first, ("R06", "R05"))):  # fmt: skip
        taken = rows[rows[keys[0]].isin(own | other)]
        frame.loc[taken.index, "tier"] = "TW"
        frame.loc[taken.index, "label"] = taken[keys[0]].isin(own).map({True: codes[0], False: codes[1]})


def _groups(left: Any, right: Any, ours: Any, theirs: Any, keys: Sequence[str], way: str, name: str) -> None:
    by = list(keys) if way == "any" else [*keys, "currency"]
    one = ours.groupby(by, as_index=False).agg(count=("pence", "size"), sum=("pence", "sum"))
    other = theirs.groupby(by, as_index=False).agg(count=("pence", "size"), sum=("pence", "sum"))
    both = one.merge(other, on=by, suffixes=("", "_r"))
    if way != "any":
        single, several = ("count", "count_r") if way == "one" else ("count_r", "count")
        both = both[(both[single] == 1) & (both[several] > 1) & (both["sum"] == both["sum_r"])]
    for frame, rows in ((left, ours), (right, theirs)):
        taken = rows.reset_index().merge(both[by], on=by)["index"]
        frame.loc[taken, "tier"] = name
        frame.loc[taken, "label"] = "R07" if way == "any" else name
