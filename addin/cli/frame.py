"""What all commands share: the program, its options, its exit codes, and how an outcome is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from addin import __version__
from addin.errors import CasebookError
from addin.logic.outcome import Outcome, Problem, Status
from addin.service import Service

DONE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
TROUBLE: Final = 3

P = ParamSpec("P")
T = TypeVar("T")


def plain(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command's exit code into the program's, and our exceptions into words."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except CasebookError as error:
            click.echo(f"{error.code}: {error}", err=True)
            code = TROUBLE
        sys.exit(code)

    return run


def register_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option --register, which every command about one register takes."""
    where = click.option(
        "--register",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        help="The register's folder (default: the folder you stand in).",
    )
    return where(function)


as_json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@contextmanager
def opened(folder: Path) -> Iterator[Service]:
    """The register of a folder, closed at the end."""
    service = Service.open(folder)
    try:
        yield service
    finally:
        service.close()


def outcome_dict(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON shows it."""
    return {
        "status": outcome.status.value,
        "ok": outcome.ok,
        "message": outcome.message,
        "rows": [
            {"case": row.case_id, "ok": row.ok, "message": row.message, "events": list(row.seqs)}
            for row in outcome.rows
        ],
        "problems": [_problem_dict(problem) for problem in outcome.problems],
        "seq": outcome.seq,
        "head": outcome.head,
        "files": list(outcome.files),
    }


def _problem_dict(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "message": problem.message,
        "field": problem.field,
        "cell": problem.cell,
        "hint": problem.hint,
    }


def answer(outcome: Outcome, *, as_json: bool) -> int:
    """Tell an outcome; the exit code that fits it."""
    if as_json:
        click.echo(json.dumps(outcome_dict(outcome), ensure_ascii=False))
    else:
        click.echo(outcome.message)
        for row in outcome.rows if len(outcome.rows) > 1 else ():
            click.echo(f"  {'ok ' if row.ok else 'NO '} {row.case_id}  {row.message}")
    return DONE if outcome.status is Status.DONE else FINDINGS


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="casebook")
def main() -> None:
    """Casebook: a case register in Excel, with Python behind its buttons."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console's own code page cannot show every letter of a name.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
