"""Texts out of the register and comments back into it, from the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, outcome_dict, plain, register_option
from addin.progress import bar


@main.group()
def outbox() -> None:
    """Texts that wait to go out: list them, send them, let dead letters be sent again."""


@outbox.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were sent, too.")
@register_option
@as_json_option
@plain
def list_outbox(everything: bool, folder: Path, as_json: bool) -> int:
    """List the texts that wait and the dead letters, oldest first; texts themselves are not shown."""
    from addin.logic.outbox import GONE
    from addin.outbox import items

    with opened(folder) as service:
        found = [item for item in items(service) if everything or item.state != GONE]
    rows = [
        {"id": one.ref, "case": one.case_id, "channel": one.channel, "state": one.state, "template": one.template,
         "text_sha256": one.text_sha256, "attempts": one.attempts, "why": one.why, "reference": one.reference}
        for one in found
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return DONE
    for one in found:
        click.echo(
            f"{one.ref}  {one.state:8} {one.channel:7} {one.case_id}  {one.template}  {one.why or one.reference}"
        )
    if not found:
        click.echo("Nothing waits in the outbox.")
    return DONE


@outbox.command("send")
@register_option
@as_json_option
@plain
def send_outbox(folder: Path, as_json: bool) -> int:
    """Send what waits, by the connector that casebook.toml names; the workbook shows it unless it is open elsewhere."""
    from addin.closed_book import shown_closed
    from addin.logic.outbox import WAITING
    from addin.outbox import items, send

    with opened(folder) as service:
        waiting = sum(item.state == WAITING for item in items(service))
        with bar("Texts", waiting, quiet=as_json) as tick:
            outcome = send(service, tick=tick)
        return answer(shown_closed(service, outcome), as_json=as_json)


@outbox.command("retry")
@click.argument("refs", nargs=-1)
@click.option("--reason", default="", help="Why they are sent again.")
@register_option
@as_json_option
@plain
def retry(refs: Sequence[str], reason: str, folder: Path, as_json: bool) -> int:
    """Let the dead letters REFS (all when none is named) be sent again at the next send."""
    from addin.closed_book import shown_closed
    from addin.outbox import revive

    with opened(folder) as service:
        return answer(shown_closed(service, revive(service, refs, reason)), as_json=as_json)


@outbox.command("comments")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@register_option
@as_json_option
@plain
def comments(files: Sequence[Path], folder: Path, as_json: bool) -> int:
    """Note the ticket comments of FILES on their cases; without FILES those of the folder inbox/comments."""
    from addin.closed_book import shown_closed
    from addin.logic.outcome import RowResult, summary
    from addin.ticket_comments import take_dropped, take_file

    with opened(folder) as service:
        if not files:
            return answer(shown_closed(service, take_dropped(service)), as_json=as_json)
        rows: list[RowResult] = []
        with bar("Files", len(files), quiet=as_json) as tick:
            for path in files:
                rows += take_file(service, path).rows
                tick()
        return answer(shown_closed(service, summary(rows)), as_json=as_json)


@main.command()
@click.argument("case")
@click.argument("template", default="")
@click.option("--send", "queued", is_flag=True, help="Put it into the outbox for the template's own channel.")
@click.option("--channel", "channels", multiple=True, type=click.Choice(["ticket", "email", "chat"]), help="For these.")
@click.option("--to", default="", help="Addressee, for a mail.")
@register_option
@as_json_option
@plain
def message(case: str, template: str, queued: bool, channels: Sequence[str], to: str, **where: Any) -> int:
    """Make the text TEMPLATE for CASE out of its facts and show it, ready to paste; see 'casebook messages CASE'."""
    from addin.closed_book import shown_closed
    from addin.logic.outcome import summary
    from addin.messaging import make_text

    with opened(where["folder"]) as service:
        made = make_text(service, case, template, channels=channels, queued=queued, to=to)
        outcome = shown_closed(service, summary([made.row]))
    found = made.message
    if where["as_json"]:
        more = {"text": found.text if found else "", "text_sha256": found.sha256 if found else ""}
        told = {**outcome_dict(outcome), **more, "outbox": list(made.refs)}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(found.text if found else made.row.message)
    return DONE if made.row.ok else FINDINGS


@main.command()
@click.argument("case")
@register_option
@as_json_option
@plain
def messages(case: str, folder: Path, as_json: bool) -> int:
    """List the texts that can be made for CASE."""
    from addin.logic.cases import case_types
    from addin.messaging import templates_of, texts_for

    with opened(folder) as service:
        found = service.journal.case(case)
        offered = texts_for(templates_of(service), case_types()[found.type]) if found else {}
    rows = [{"id": one.id, "title": one.title, "channel": one.channel} for one in offered.values()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif found is None:
        click.echo(f"There is no case {case!r}.", err=True)
    else:
        click.echo("\n".join(f"{row['id']}  {row['title']}" for row in rows) or "There is no text for this type.")
    return DONE if found else FINDINGS
