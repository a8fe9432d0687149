"""The buttons, from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option
from addin.macros.actions import actions as action_table
from addin.macros.press import Asked
from addin.progress import bar


@main.command("actions")
@as_json_option
@plain
def list_actions(as_json: bool) -> int:
    """List every button: sheet, label, roles and the states in which it applies."""
    rows = [action.as_row() for action in action_table().values()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return DONE
    for action in action_table().values():
        states = "; ".join(f"{code}: {', '.join(found)}" for code, found in (action.states or {}).items())
        click.echo(f"{action.id:32} {action.sheet:12} {action.label:22} {states}")
    return DONE


def _value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise click.BadParameter(f"{text!r} is not FIELD=VALUE.")
    return name.strip(), value


@main.command()
@click.argument("action")
@click.option("--case", "cases", multiple=True, help="Case number; may be given several times.")
@click.option("--set", "values", multiple=True, help="FIELD=VALUE, read like a typed cell.")
@click.option("--reason", default="", help="The reason, as in the Reason cell.")
@click.option("--key", default="", help="Idempotency key: the same key and values are done once.")
@register_option
@as_json_option
@plain
def press(
    action: str, cases: Sequence[str], values: Sequence[str], reason: str, key: str, folder: Path, as_json: bool
) -> int:
    """Press the button ACTION on the closed workbook of a register."""
    from addin.closed_book import press_closed

    asked = Asked(tuple(cases), dict(_value(text) for text in values), reason, key)
    with opened(folder) as service:
        return answer(press_closed(service, action, asked), as_json=as_json)


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--from", "sender", default="", help="Who the message is from, when the text does not say.")
@click.option("--dry-run", is_flag=True, help="Only read and show; nothing is recorded.")
@register_option
@as_json_option
@plain
def intake(file: Any, sender: str, dry_run: bool, folder: Path, as_json: bool) -> int:
    """Read chat messages from FILE ("-" for standard input) and open the cases they propose.

    A file whose name ends in .jsonl holds one object a line with id, ts, from, text.
    """
    from addin.closed_book import intake_closed
    from addin.intake_files import dry_lines, messages_of
    from addin.service import utc_now

    messages = messages_of(file.read(), str(getattr(file, "name", "")), now=utc_now(), sender=sender)
    if dry_run:
        with bar("Messages", len(messages)) as tick:
            lines = list(dry_lines(messages, folder, tick))
        for line in lines:
            click.echo(json.dumps(line, ensure_ascii=False))
        return DONE
    with opened(folder) as service:
        with bar("Messages", len(messages), quiet=as_json) as tick:
            outcome = intake_closed(service, messages, tick)
        return answer(outcome, as_json=as_json)
