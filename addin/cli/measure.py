"""Measurements, as ratios taken in one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Protocol

import click

from addin.cli.frame import DONE, FINDINGS, as_json_option, main, plain
from addin.errors import CasebookError
from addin.progress import bar


class Measured(Protocol):
    """What every measurement answers with."""

    def as_dict(self) -> dict[str, object]:
        """The figures as plain values."""
        ...

    def lines(self) -> Iterable[str]:
        """The figures in words."""
        ...


def tell(report: Measured, *, as_json: bool) -> None:
    """Tell what was measured, as words or as JSON."""
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
        return
    for line in report.lines():
        click.echo(line)


@main.group()
def bench() -> None:
    """Measure, as ratios taken in one run."""


@bench.command("reconcile")
@click.option("--lines", nargs=2, type=click.IntRange(min=1_000), default=(1_000_000, 1_100_000), show_default=True,
              help="Lines of both files.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True, help="How often each runs.")
@click.option("--refunds", type=click.IntRange(0, 1_000_000), default=100_000, show_default=True,
              help="Refunds of the register that is reconciled too; 0 for none.")  # fmt: skip
@as_json_option
@plain
def bench_reconcile(lines: tuple[int, int], rounds: int, refunds: int, as_json: bool) -> int:
    """What comparing two files costs, against a plain pandas merge and against reading and writing alone."""
    from addin.bench.reconcile import bench_reconcile as measure

    with bar("Contenders", 3 * rounds, quiet=as_json) as tick:
        report = measure(*lines, rounds=rounds, refunds=refunds, tick=tick)
    tell(report, as_json=as_json)
    return DONE if report.holds else FINDINGS


@bench.command("click")
@click.option("--cases", "sizes", multiple=True, type=click.IntRange(min=40), help="Sizes (default 200 2000 20000).")
@click.option("--presses", type=click.IntRange(min=3, max=30), default=25, show_default=True, help="Counted presses.")
@as_json_option
@plain
def bench_click(sizes: Sequence[int], presses: int, as_json: bool) -> int:
    """What one press of a button costs, warm and cold, on growing registers."""
    from addin.bench.click import SIZES
    from addin.bench.click import bench_click as measure

    chosen = sorted(sizes or SIZES)
    with bar("Registers", len(chosen), quiet=as_json) as tick:
        report = measure(chosen, presses, tick)
    tell(report, as_json=as_json)
    return DONE


@bench.command("audit")
@click.option("--cases", type=click.IntRange(min=100), default=100_000, show_default=True, help="Ten events a case.")
@as_json_option
@plain
def audit(cases: int, as_json: bool) -> int:
    """What verifying and the month end cost on a long journal, beside their peers."""
    from addin.bench.audit.speed import bench_audit

    with bar("Parts", 6, quiet=as_json) as tick:
        report = bench_audit(cases, tick)
    tell(report, as_json=as_json)
    return DONE


@bench.command("attack")
@click.option("--tries", type=click.IntRange(min=1), default=1_000, show_default=True, help="Attacks drawn by chance.")
@click.option("--innocent", type=click.IntRange(min=0), default=1_000, show_default=True, help="Innocent rounds.")
@as_json_option
@plain
def attack(tries: int, innocent: int, as_json: bool) -> int:
    """Tamper with everything a register holds, and see that verify finds each place, and nothing where nothing is."""
    from addin.bench.audit.attack import DESIGNED, bench_attack

    with bar("Attacks", 2 * len(DESIGNED) + tries + innocent, quiet=as_json) as tick:
        report = bench_attack(tries, innocent, tick)
    tell(report, as_json=as_json)
    return DONE if report.ok else FINDINGS


@bench.command("letters")
@click.option("--letters", type=click.IntRange(min=7), default=42, show_default=True, help="Letters of one round.")
@click.option("--rounds", type=click.IntRange(min=1), default=5, show_default=True, help="Rounds; medians count.")
@click.option("--claims", type=click.IntRange(min=0), default=1_000, show_default=True, help="Backlog; 0 for none.")
@click.option("--kills", type=click.IntRange(min=0), default=1, show_default=True, help="Kills on the way.")
@click.option("--film", "film_mib", type=click.IntRange(min=0), default=0, show_default=True,
              help="MiB of a film that one claim has as evidence; 0 for none.")  # fmt: skip
@as_json_option
@plain
def bench_letters(letters: int, rounds: int, claims: int, kills: int, film_mib: int, as_json: bool) -> int:
    """What a letter, its PDF and a backlog of claim sets cost, and whether the backlog survives being killed."""
    if sys.platform == "win32":
        raise CasebookError("Letters are measured on Linux and macOS only.", hint="Measure there.")
    from addin.bench.letters import bench_letters as measure

    with bar("Steps", rounds + kills + (4 if claims else 1), quiet=as_json) as tick:
        report = measure(letters, rounds, claims, kills, tick, film_mib=film_mib)
    tell(report, as_json=as_json)
    return DONE


@bench.command("history")
@click.option("--mib", type=click.IntRange(1, 200), default=20, show_default=True, help="Size of the workbook.")
@click.option("--versions", type=click.IntRange(2, 500), default=100, show_default=True, help="Versions kept of it.")
@click.option("--rows", type=click.IntRange(min=1_000), default=100_000, show_default=True, help="Rows compared.")
@as_json_option
@plain
def bench_history(mib: int, versions: int, rows: int, as_json: bool) -> int:
    """What keeping versions costs beside copies, and comparing them beside pandas."""
    from addin.bench.history import bench_history as measure

    with bar("Versions", versions + 2, quiet=as_json) as tick:
        report = measure(mib, versions, rows, tick)
    tell(report, as_json=as_json)
    return DONE
