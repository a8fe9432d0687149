"""Reconciliation: the register against a statement, or any two files against each other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.progress import waiting_for

if TYPE_CHECKING:
    from addin.logic.outcome import Problem
    from addin.logic.reconcile.scope import Month


def _answers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that answer what no file tells by itself."""
    dates = click.option("--dates", type=click.Choice(["dmy", "mdy", "ymd"]), help="Which comes first in dates.")
    decimal = click.option("--decimal", type=click.Choice(["point", "comma"]), help="What decimals stand behind.")
    return dates(decimal(function))


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--left", type=click.Path(path_type=Path, dir_okay=False, exists=True),
              help="Compare FILE with this file instead of a register; no register is needed.")  # fmt: skip
@click.option("--profile", default="", help="A layout by name, or a .toml file; found out by the header when left out.")
@click.option("--period", default="", help="The month, as 2026-11.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write every line's result here (CSV).")
@_answers
@register_option
@as_json_option
@plain
def reconcile(  # noqa: PLR0913, PLR0917 - each is an option of the command
    files: tuple[Path, ...], left: Path | None, profile: str, period: str, out: Path | None, dates: str | None,
    decimal: str | None, folder: Path, as_json: bool,
) -> int:  # fmt: skip
    """Compare the statements FILES of a month with the register's refunds, or one file with another (--left)."""
    if left is None:
        if not period:
            raise click.UsageError("Name the month with --period YYYY-MM, or another file with --left.")
        names = "\n".join(str(file.resolve()) for file in files)
        asked = {"file": names, "period": _month(period).text, "profile": profile}
        return _register(folder, asked | {"dates": dates or "", "decimal": decimal or ""}, as_json=as_json)
    if len(files) > 1:
        raise click.UsageError("With --left one file is compared with one other.")
    return _two_files(
        files[0], left, profile, _month(period) if period else None, out, (dates or "", decimal or ""), as_json=as_json
    )


def _register(folder: Path, asked: dict[str, str], *, as_json: bool) -> int:
    from addin.closed_book import press_closed
    from addin.macros.press import Asked

    with opened(folder) as service, waiting_for("Reconciling ...", quiet=as_json):
        outcome = press_closed(service, "reconcile.run", Asked(values=asked))
    return answer(outcome, as_json=as_json)


def _month(text: str) -> Month:
    from addin.logic.reconcile.scope import Month

    try:
        return Month.of(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _two_files(
    right: Path, left: Path, profile: str, month: Month | None, out: Path | None, answers: tuple[str, str], *,
    as_json: bool,
) -> int:  # fmt: skip
    from addin.reconcile.lines import Answers
    from addin.reconcile.profile import load_profile
    from addin.reconcile.source import Refused
    from addin.reconcile.two_files import compare_files, told

    chosen = load_profile(profile) if profile else None
    try:
        with waiting_for("Comparing two files ...", quiet=as_json):
            found = compare_files(right, left, chosen, Answers(*answers), month)
    except Refused as refused:
        return tell_refused(refused.problems, as_json=as_json)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for which in ("left", "right"):
            (out / f"{which}.csv").write_bytes(found.safe_csv(which))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        for line in told(found):
            click.echo(line)
    return DONE if found.is_whole() and not found.problems and not found.unreadable else FINDINGS


def tell_refused(problems: tuple[Problem, ...], *, as_json: bool) -> int:
    """Say why a file was not taken; the exit code of a refusal."""
    if as_json:
        found = [{"code": one.code, "message": one.message, "hint": one.hint} for one in problems]
        click.echo(json.dumps({"refused": True, "problems": found}, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(f"{problem.code}: {problem}")
    return FINDINGS
