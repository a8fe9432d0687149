"""Claims, from the command line: what blocks which."""

from __future__ import annotations

import json
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, as_json_option, main, opened, plain, register_option


@main.command()
@register_option
@as_json_option
@plain
def claims(folder: Path, as_json: bool) -> int:
    """List the open claims: what blocks each, who can help, and by when. Exit code 1 when one is overdue."""
    from addin.claims.week import figures_of, open_claims
    from addin.logic.claim_week import week_text

    with opened(folder) as service:
        lines = open_claims(service)
        if as_json:
            click.echo(json.dumps([line.as_row() for line in lines], ensure_ascii=False))
        else:
            click.echo(week_text(lines, service.clock(), service.settings.house.name, figures_of(service)), nl=False)
    return FINDINGS if any(line.overdue for line in lines) else DONE
