"""Numbers and postcodes, checked by the rules of the register."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from addin.cli.frame import DONE, FINDINGS, as_json_option, main, plain


@main.group()
def check() -> None:
    """Check a number or a postcode."""


@check.command("tracking")
@click.argument("values", nargs=-1, required=True)
@as_json_option
@plain
def check_tracking(values: Sequence[str], as_json: bool) -> int:
    """Say what each tracking number is, and whether its check digit agrees."""
    from addin.checks import tracking_line

    return _lines([tracking_line(value) for value in values], as_json=as_json)


@check.command("postcode")
@click.argument("values", nargs=-1, required=True)
@as_json_option
@plain
def check_postcode(values: Sequence[str], as_json: bool) -> int:
    """Say whether each postcode is well formed, and where it lies."""
    from addin.checks import postcode_line

    return _lines([postcode_line(value) for value in values], as_json=as_json)


def _lines(lines: Sequence[dict[str, object]], *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line["sentence"])
    return DONE if all(line["ok"] for line in lines) else FINDINGS
