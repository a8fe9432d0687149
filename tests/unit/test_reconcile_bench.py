"""The measurement of reconciliation: same files each time, same statuses by three ways, targets that can fail."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from addin.bench.reconcile import ReconcileReport, Round, same_as_oracle
from addin.bench.reconcile.generator import make_files
from addin.bench.reconcile.peer import read, reconcile


def test_the_files_are_the_same_each_time_and_hold_every_kind_of_trouble(tmp_path):
    """A seed fixes every byte; duplicates, splits, joined and partial refunds and strangers are all there."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_files(tmp_path / name, 4_000, 4_400)
    assert (tmp_path / "one" / "right.csv").read_bytes() == (tmp_path / "two" / "right.csv").read_bytes()
    left, right = (read(tmp_path / "one" / f"{which}.csv") for which in ("left", "right"))
    reconcile(left, right)
    assert set(left["label"]) == {"R01", "R03", "R04", "R05", "R06", "R07", "T1", "T2", "T3", "T4", "T5"}
    assert (len(left), len(right)) == (4_000, 4_400)


def test_the_sample_has_the_oracles_statuses(tmp_path):
    """The command's own check says yes on a sound matcher, and no when one status differs."""
    make_files(tmp_path, 2_000, 2_200)
    assert same_as_oracle(tmp_path)


def test_pandas_gives_the_same_statuses(tmp_path):
    """The peer does the same job: line by line the same tier and label."""
    from addin.bench.reconcile import contest

    make_files(tmp_path, 3_000, 3_300)
    contest.casebook(tmp_path)()
    contest.pandas(tmp_path)()
    for which in ("left", "right"):
        ours, theirs = (pl.read_parquet(tmp_path / f"{which}.{who}.parquet") for who in ("casebook", "pandas"))
        assert ours["label"].to_list() == theirs["label"].to_list()
        assert ours["tier"].to_list() == theirs["tier"].to_list()


def test_a_missed_target_is_a_finding():
    """Half of pandas, four times the floor, 400 MiB, the same statuses: any of them can fail the measurement."""
    good = ReconcileReport(10, 11, [Round(1.0, 3.0, 9.0, 350.0)], same_as_pandas=True, same_as_oracle=True)
    assert good.holds
    assert not replace(good, rounds=[Round(1.0, 5.0, 9.0, 350.0)]).holds
    assert not replace(good, rounds=[Round(1.0, 4.0, 7.0, 350.0)]).holds
    assert not replace(good, rounds=[Round(1.0, 3.0, 9.0, 401.0)]).holds
    assert not replace(good, same_as_oracle=False).holds
    assert "NOT met" in "\n".join(replace(good, rounds=[Round(1.0, 3.0, 9.0, 401.0)]).lines())
