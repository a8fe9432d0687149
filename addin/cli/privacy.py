"""Personal values: erase a person's or a case's, and whatever is past its time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, outcome_dict, plain, register_option
from addin.progress import waiting_for

if TYPE_CHECKING:
    from addin.erasure import Plan
    from addin.service import Service

_drop = click.option("--drop-snapshots", is_flag=True, help="Also delete the older versions that hold the values.")


@main.command()
@click.option("--person", default="", help="A name, address or other words that tell the person.")
@click.option("--case", "cases", multiple=True, help="Case number; may be given several times.")
@click.option("--reason", default="", help="Why, without naming the person.")
@click.option("--dry-run", is_flag=True, help="Only say what would go, what stays and what remains elsewhere.")
@_drop
@register_option
@as_json_option
@plain
def erase(
    person: str, cases: Sequence[str], reason: str, dry_run: bool, drop_snapshots: bool, folder: Path, as_json: bool
) -> int:
    """Erase personal values: those of one person (--person) or of some cases (--case); the chain stays whole."""
    from addin.erasure import plan_for_cases, plan_for_person, unnamed

    if bool(person) == bool(cases):
        raise click.UsageError("Name either --person or --case.")
    if not dry_run and not reason.strip():
        raise click.UsageError("Say why with --reason; or look first with --dry-run.")
    if not unnamed(reason, person):
        raise click.UsageError("The reason names the person, and it would stay for good. Say it without.")
    with opened(folder) as service:
        try:
            plan = plan_for_person(service, person) if person else plan_for_cases(service, cases)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        return _do(service, plan, reason, dry_run=dry_run, drop=drop_snapshots, as_json=as_json)


@main.command()
@click.option("--run", "really", is_flag=True, help="Erase it; without, only say what is due.")
@_drop
@register_option
@as_json_option
@plain
def retention(really: bool, drop_snapshots: bool, folder: Path, as_json: bool) -> int:
    """The yearly run: every personal value that is past its retention."""
    from addin.erasure import plan_for_time

    with opened(folder) as service:
        plan = plan_for_time(service)
        reason = "Past its retention"
        return _do(service, plan, reason, dry_run=not really, drop=drop_snapshots, as_json=as_json)


def _do(service: Service, plan: Plan, reason: str, *, dry_run: bool, drop: bool, as_json: bool) -> int:
    from addin.erasure import carry_out

    if dry_run:
        _tell(plan, as_json=as_json)
        return FINDINGS if plan.items else DONE
    with waiting_for("Erasing ...", quiet=as_json):
        outcome = carry_out(service, plan, reason, drop_snapshots=drop)
    if as_json:
        click.echo(json.dumps({**outcome_dict(outcome), "plan": plan.as_dict()}, ensure_ascii=False))
        return DONE if outcome.ok else FINDINGS
    code = answer(outcome, as_json=False)
    _tell(plan, as_json=False, left_only=True)
    return code


def _tell(plan: Plan, *, as_json: bool, left_only: bool = False) -> None:
    if as_json:
        click.echo(json.dumps(plan.as_dict(), ensure_ascii=False))
        return
    if not left_only:
        click.echo(f"{len(plan.items)} personal values would be erased, of {', '.join(plan.cases) or 'messages only'}.")
    for name in () if left_only else plan.letters:
        click.echo(f"  goes     {name}: it prints what is erased")
    for case_id, name in () if left_only else plan.evidence:
        click.echo(f"  goes     {case_id}: evidence {name!r}")
    for held in plan.held:
        click.echo(f"  stays    {held.case_id or 'a message'}, {held.title}: {held.why}")
    for words in plan.remains:
        click.echo(f"  remains  {words}")
    for name in plan.snapshots:
        click.echo(f"  version  {name} still holds them; --drop-snapshots deletes it.")
