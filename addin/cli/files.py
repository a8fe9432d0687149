"""Files from other systems, and what reading files and messages costs."""

from __future__ import annotations

from pathlib import Path

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option
from addin.cli.measure import bench, tell
from addin.progress import bar


@main.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@register_option
@as_json_option
@plain
def import_command(kind: str, file: Path | None, folder: Path, as_json: bool) -> int:
    """Import FILE (.csv or .xlsx), an export of KIND: orders, stock, tracking, returns, or the name of a profile.

    KIND "inbox" without a FILE takes everything that lies in the folder inbox of the register.
    """
    from addin.arrivals import STEPS
    from addin.closed_book import import_closed

    if (file is None) != (kind == "inbox"):
        raise click.UsageError("Name a kind and a file, or 'inbox' alone.")
    with opened(folder) as service:
        with bar(f"Importing {file.name if file else 'the inbox'}", STEPS, quiet=as_json) as tick:
            outcome = import_closed(service, file, "" if file is None else kind, tick)
        return answer(outcome, as_json=as_json)


@bench.command("intake")
@click.option("--messages", type=click.IntRange(min=50), default=2_000, show_default=True, help="How many are read.")
@as_json_option
@plain
def bench_intake(messages: int, as_json: bool) -> int:
    """How many chat messages are read in a second, one by one and as a transcript."""
    from addin.bench.files import ROUNDS
    from addin.bench.files import bench_intake as measure

    with bar("Rounds", ROUNDS, quiet=as_json) as tick:
        tell(measure(messages, ROUNDS, tick), as_json=as_json)
    return DONE


@bench.command("import")
@click.option("--rows", type=click.IntRange(min=1_000), default=100_000, show_default=True, help="Rows of the file.")
@as_json_option
@plain
def bench_import(rows: int, as_json: bool) -> int:
    """How many rows are imported in a second, beside bare pydantic validation and bare polars reading."""
    from addin.bench.files import ROUNDS
    from addin.bench.files import bench_import as measure

    with bar("Rounds", ROUNDS, quiet=as_json) as tick:
        tell(measure(rows, ROUNDS, tick), as_json=as_json)
    return DONE


@bench.command("triage")
@click.option("--rows", type=click.IntRange(min=20, max=2_000), default=200, show_default=True, help="Rows pressed.")
@as_json_option
@plain
def bench_triage(rows: int, as_json: bool) -> int:
    """What triaging many rows by one press costs, beside presses of one row each and bare commits."""
    from addin.bench.triage import ROUNDS
    from addin.bench.triage import bench_triage as measure

    with bar("Rounds", ROUNDS, quiet=as_json) as tick:
        report = measure(rows, tick=tick)
    tell(report, as_json=as_json)
    return DONE
