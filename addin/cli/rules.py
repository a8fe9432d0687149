"""The rules, from the command line: list them with source and verifier, set a value, say that a row is verified."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option


@main.group()
def rules() -> None:
    """The limits, clocks and deadlines of a register: where each comes from, and who has verified it."""


@rules.command("list")
@click.argument("table", default="")
@click.option("--unverified", is_flag=True, help="Only those that nobody has verified.")
@register_option
@as_json_option
@plain
def list_rules(table: str, unverified: bool, folder: Path, as_json: bool) -> int:
    """List the rules in force, of TABLE (as "claim") or all."""
    from addin.logic.rule_changes import as_data

    with opened(folder) as service:
        policy = service.context().policy
        found = [policy.row(key) for key in dict.fromkeys(row.key for row in policy.rows)]
        rows = [row for row in found if table in ("", row.table) and not (unverified and row.verified)]
        if as_json:
            click.echo(json.dumps([as_data(row) for row in rows], ensure_ascii=False))
            return DONE
        for row in rows:
            seen = f"verified by {row.verified_by} on {row.verified_on:%d/%m/%Y}" if row.verified_on else "NOT VERIFIED"
            click.echo(f"{row.key:44} {row.value:24} {row.unit:14} {seen}; {row.source}")
        click.echo(f"{len(rows)} rules, {sum(not row.verified for row in rows)} of them not verified.")
    return DONE


@rules.command("set")
@click.argument("key")
@click.argument("value")
@click.option("--source", required=True, help="The text it comes from, and the place in it.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), default=None, help="Default: today.")
@register_option
@as_json_option
@plain
def set_value(key: str, value: str, source: str, since: datetime | None, folder: Path, as_json: bool) -> int:
    """Give the rule KEY another VALUE from a day on; the older row stays."""
    from addin.closed_book import shown_closed
    from addin.rules import set_rule

    with opened(folder) as service:
        outcome = set_rule(service, key, value, source=source, valid_from=since.date() if since else None)
        return answer(shown_closed(service, outcome), as_json=as_json)


@rules.command("verify")
@click.argument("key")
@click.option("--source", required=True, help="The text that was opened, and the place in it.")
@register_option
@as_json_option
@plain
def verify_value(key: str, source: str, folder: Path, as_json: bool) -> int:
    """Say that you have compared the rule KEY with its source."""
    from addin.closed_book import shown_closed
    from addin.rules import verify_rule

    with opened(folder) as service:
        return answer(shown_closed(service, verify_rule(service, key, source=source)), as_json=as_json)
