"""`casebook bench reconcile`: what comparing a million lines costs, against a plain pandas merge and against the floor.

1. `generator` makes both files from a seed: matched lines, duplicates, splits, partial refunds, noise.
2. `contest` runs one contender in a process of its own: Casebook, the pandas way (`peer`), the floor, which only reads
   both files and writes them as Parquet. All take turns in each round, and ratios of one round are compared.
3. The statuses of Casebook and pandas are compared line by line; on a smaller sample also with `oracle`, the rules in
   plain Python.
4. `register` seeds a register with many refunds, which the real command then reconciles.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

from addin.errors import CasebookError

LEFTS: Final = 1_000_000
RIGHTS: Final = 1_100_000
REFUNDS: Final = 100_000
SAMPLE: Final = (20_000, 22_000)
#: What the comparison may cost: share of pandas, multiple of the floor, memory.
TARGETS: Final = {"x_pandas": 0.5, "x_floor": 4.0, "peak_mib": 400.0}
_CONTENDERS: Final = ("floor", "casebook", "pandas")
Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Round:
    """One round: CPU seconds of each contender, and Casebook's peak."""

    floor_s: float
    casebook_s: float
    pandas_s: float
    peak_mib: float

    @property
    def x_pandas(self) -> float:
        """Casebook's share of pandas' time."""
        return self.casebook_s / self.pandas_s

    @property
    def x_floor(self) -> float:
        """Casebook's multiple of the floor."""
        return self.casebook_s / self.floor_s


@dataclass
class ReconcileReport:
    """What the measurement found."""

    lefts: int
    rights: int
    rounds: list[Round] = field(default_factory=list)
    same_as_pandas: bool = False
    same_as_oracle: bool = False
    register: dict[str, Any] = field(default_factory=dict)

    def figures(self) -> dict[str, float]:
        """Medians over the rounds, by the names of the targets."""
        return {name: median(getattr(one, name) for one in self.rounds) for name in TARGETS}

    @property
    def holds(self) -> bool:
        """True when every target is met and all statuses are the same."""
        within = all(value <= TARGETS[name] for name, value in self.figures().items())
        return within and self.same_as_pandas and self.same_as_oracle and self.register.get("zero", True)

    def as_dict(self) -> dict[str, object]:
        """The report as JSON shows it."""
        return {
            "lefts": self.lefts, "rights": self.rights, "rounds": [asdict(one) for one in self.rounds],
            "medians": {name: round(value, 2) for name, value in self.figures().items()}, "targets": dict(TARGETS),
            "same_as_pandas": self.same_as_pandas, "same_as_oracle": self.same_as_oracle, "register": self.register,
            "holds": self.holds,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report in words."""
        yield f"{self.lefts:,} against {self.rights:,} lines, {len(self.rounds)} rounds, medians of one run."
        for one in self.rounds:
            yield f"  floor {one.floor_s:.2f}, Casebook {one.casebook_s:.2f}, pandas {one.pandas_s:.2f} CPU seconds"
        words = {"x_pandas": "x pandas", "x_floor": "x the floor", "peak_mib": "MiB peak"}
        for name, value in self.figures().items():
            met = "met" if value <= TARGETS[name] else "NOT met"
            yield f"  {value:.2f} {words[name]} (at most {TARGETS[name]:g}: {met})"
        yield f"  same statuses as pandas: {_yes(self.same_as_pandas)}; as plain Python: {_yes(self.same_as_oracle)}"
        if self.register:
            yield (
                f"  a register of {self.register['refunds']:,} refunds: {self.register['cpu_s']:.0f} CPU seconds, "
                f"{self.register['message']}"
            )


def _yes(fact: bool) -> str:
    return "yes" if fact else "NO"


def bench_reconcile(
    lefts: int = LEFTS, rights: int = RIGHTS, *, rounds: int = 3, refunds: int = REFUNDS, tick: Tick = lambda: None
) -> ReconcileReport:
    """Measure.

    Args:
        lefts: lines of our file.
        rights: lines of their file.
        rounds: how often every contender runs.
        refunds: refunds of the register that is reconciled too; 0 for none.
        tick: called once a contender.
    """
    from addin.bench.reconcile.generator import make_files  # noqa: PLC0415 - tables are loaded only to measure

    report = ReconcileReport(lefts, rights)
    with tempfile.TemporaryDirectory(prefix="casebook-bench-") as base:
        folder = Path(base)
        make_files(folder, lefts, rights)
        for _ in range(rounds):
            taken = {}
            for who in _CONTENDERS:
                taken[who] = _contest(who, folder)
                tick()
            seconds = {f"{who}_s": float(found["cpu_s"]) for who, found in taken.items()}
            report.rounds.append(Round(**seconds, peak_mib=float(taken["casebook"]["peak_mib"])))
        report.same_as_pandas = _same(folder)
        sample = folder / "sample"
        sample.mkdir()
        make_files(sample, *SAMPLE)
        report.same_as_oracle = same_as_oracle(sample)
        if refunds:
            report.register = _register(folder / "register", refunds)
    return report


def _contest(who: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "addin.bench.reconcile.contest", who, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CasebookError(f"The contender {who} ended with {done.returncode}: {done.stderr[-300:]}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _same(folder: Path) -> bool:
    import polars as pl  # noqa: PLC0415

    for which in ("left", "right"):
        ours, theirs = (
            pl.read_parquet(folder / f"{which}.{who}.parquet").select(
                pl.col("line", "amount").cast(pl.Int64), pl.col("tier", "label").cast(pl.String)
            )
            for who in ("casebook", "pandas")
        )
        if not ours.equals(theirs):
            return False
    return True


def same_as_oracle(folder: Path) -> bool:
    """Compare the statuses of a sample with those of the plain rules."""
    from addin.bench.reconcile.oracle import Item, judge_plainly  # noqa: PLC0415
    from addin.logic.reconcile.tiers import refund_tiers  # noqa: PLC0415
    from addin.reconcile.lines import Answers  # noqa: PLC0415
    from addin.reconcile.profile import load_profile  # noqa: PLC0415
    from addin.reconcile.two_files import compare_files, verdict_frame  # noqa: PLC0415

    answer = compare_files(folder / "right.csv", folder / "left.csv", load_profile("generic"), Answers(), None).found
    items, found = [], []
    for one, verdicts in ((answer.left, answer.matching.left), (answer.right, answer.matching.right)):
        frame = verdict_frame(one, verdicts, answer)
        texts = frame.select("own_ref", "payment_ref", "order_no").iter_rows(named=True)
        figures = zip(one.side.amount.tolist(), frame["currency"].to_list(), one.side.day.tolist(), strict=True)
        items.append([Item(dict(text), *figure) for text, figure in zip(texts, figures, strict=True)])
        found.append(list(zip(frame["tier"].to_list(), frame["label"].to_list(), strict=True)))
    told = judge_plainly(items[0], items[1], refund_tiers(5))
    return all(
        ours == [(tier, label or alone) for tier, _, label in plain]
        for ours, plain, alone in zip(found, told, ("R01", "R02"), strict=True)
    )


def _register(folder: Path, refunds: int) -> dict[str, Any]:
    """Seed a register, reconcile its month by the service, and say how it went."""
    from addin.bench.reconcile import register as seed  # noqa: PLC0415
    from addin.folder import create  # noqa: PLC0415
    from addin.reconciling import latest, reconcile_month  # noqa: PLC0415
    from addin.service import Service  # noqa: PLC0415
    from addin.settings import load  # noqa: PLC0415

    create(folder, demo=True).close()
    service = Service.open(folder, actor=load(folder).actors()["f.osei"])
    try:
        rows = seed.refunds(refunds, date(2026, 10, 1))
        seed.seed_refunds(service, rows)
        path = seed.write_statement(folder / "inbox" / "october.csv", [row.line() for row in rows])
        start = time.process_time()
        outcome = reconcile_month(service, path, "2026-10")
        spent = time.process_time() - start
        standing = latest(service)
        zero = standing is not None and all(equation.holds for equation in standing.equations())
        return {"refunds": refunds, "cpu_s": round(spent, 1), "zero": zero and outcome.ok, "message": outcome.message}
    finally:
        service.close()
