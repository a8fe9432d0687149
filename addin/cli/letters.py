"""Letters to the carrier, and the check of their templates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.cli.numbers import check
from addin.macros.press import Asked
from addin.progress import waiting_for


@main.command()
@click.argument("cases", nargs=-1, required=True)
@register_option
@as_json_option
@plain
def letter(cases: Sequence[str], folder: Path, as_json: bool) -> int:
    """Make the claim letters of CASES."""
    from addin.closed_book import press_closed

    with opened(folder) as service:
        with waiting_for(f"Making {len(cases)} letters ...", quiet=as_json):
            outcome = press_closed(service, "claims.letter", Asked(tuple(cases)))
        return answer(outcome, as_json=as_json)


@check.command("templates")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), required=False)
@as_json_option
@plain
def check_templates(folder: Path | None, as_json: bool) -> int:
    """Check every letter and message template of FOLDER (default: those that come with Casebook).

    Each fault is told with its file, paragraph and tag.
    """
    from addin.letters import known_names, lint_templates, templates_root

    faults = lint_templates(templates_root(folder), known_names())
    if as_json:
        rows = [{"code": one.code, "place": one.cell, "message": one.message, "hint": one.hint} for one in faults]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in faults:
            click.echo(f"{one.cell}: {one.code} {one.message} {one.hint}".rstrip())
        click.echo(f"{len(faults)} faults." if faults else "Every letter and message template is sound.")
    return FINDINGS if faults else DONE
