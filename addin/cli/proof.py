"""Proof and versions: verify, snapshots, rebuilding workbook and journal one from the other."""

from __future__ import annotations

import json
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.macros.press import Asked
from addin.progress import waiting_for


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.argument("other", type=click.Path(path_type=Path), required=False)
@click.option("--witness", type=click.Path(path_type=Path), default=None, help="Compare with these witness lines.")
@click.option("--key", default="", help="The fingerprint (or its first 16 characters) that must have signed a pack.")
@click.option("--chain", "chain_only", is_flag=True, help="Only the chain of a journal: for millions of events.")
@as_json_option
@plain
def verify(path: Path, other: Path | None, witness: Path | None, key: str, chain_only: bool, as_json: bool) -> int:
    """Check PATH: a register folder, a workbook, a journal, a snapshot or an audit pack, alone or against OTHER.

    Every event, every hash, every audit cell and every file is read again; each bad place is named.
    """
    from addin.verify import verify as check

    with waiting_for("Checking every event ...", quiet=as_json) as say:
        report = check(path, other, witness=witness, key=key, chain_only=chain_only, say=say)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        click.echo(report.sentence())
        for line in report.lines():
            click.echo(f"  {line}")
    return DONE if report.ok else FINDINGS


@main.command()
@click.option("--why", default="Taken from the command line", help="Why this version is kept.")
@click.option("--daily", is_flag=True, help="Only when none was kept today; for a scheduled task.")
@register_option
@as_json_option
@plain
def snapshot(why: str, daily: bool, folder: Path, as_json: bool) -> int:
    """Keep this version of the register."""
    from addin.closed_book import press_closed

    with opened(folder) as service:
        with waiting_for("Keeping this version ...", quiet=as_json):
            if daily:
                from addin.tasks import keep_daily

                return answer(keep_daily(service), as_json=as_json)
            outcome = press_closed(service, "snapshots.take", Asked(reason=why))
        return answer(outcome, as_json=as_json)


@main.group()
def clock() -> None:
    """What to do about a clock that was wrong."""


@clock.command("hold")
@click.option("--reason", default="", help="Which computer was ahead, and when it was put right.")
@register_option
@as_json_option
@plain
def clock_hold(reason: str, folder: Path, as_json: bool) -> int:
    """Let work go on when the last event was recorded by a clock that was ahead; Senior QA decides it."""
    from addin.tasks import hold_clock

    with opened(folder) as service:
        return answer(hold_clock(service, reason), as_json=as_json)


@main.group()
def rebuild() -> None:
    """Make the workbook or the journal anew, one from the other."""


@rebuild.command("workbook")
@click.option("--replace", is_flag=True, help="Put it in the place of the present one, which is kept beside it.")
@register_option
@plain
def rebuild_workbook(replace: bool, folder: Path) -> int:
    """Make the workbook anew from the journal; a present one is kept beside it."""
    from addin.folder import keep_aside, write_workbook

    with opened(folder) as service:
        target = service.workbook
        if target.exists() and not replace:
            click.echo(f"{target.name} exists; add --replace to put the new one in its place.", err=True)
            return FINDINGS
        if target.exists():
            kept = keep_aside(service)
            click.echo(f"The former workbook is {kept.name}: what was typed there and never pressed is in it only.")
        write_workbook(service)
        click.echo(f"{target} shows the journal up to event {service.journal.head().seq}.")
    return DONE


@rebuild.command("journal")
@click.option("--replace", is_flag=True, help="Put it in the place of the present one, which is kept beside it.")
@register_option
@plain
def rebuild_the_journal(replace: bool, folder: Path) -> int:
    """Make the journal again from the workbook's Audit sheet."""
    from addin.folder import rebuild_journal

    head = rebuild_journal(folder, replace=replace)
    click.echo(f"The journal holds {head.seq} events, head {head.hash}.")
    return DONE
