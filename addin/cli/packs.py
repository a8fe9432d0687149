"""Month end: packs and their sign-off, signing keys, the head to send to a second place."""

from __future__ import annotations

import json
from pathlib import Path

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option
from addin.macros.press import Asked
from addin.progress import waiting_for

_reason = click.option("--reason", default="", help="What was looked at, or what is to be put right.")


@main.command("month-end")
@click.argument("period")
@click.option("--word", default="", help="The auditor's word, which goes into the seed of the sample.")
@click.option("--full", is_flag=True, help="A copy with people by name, for those whose role allows it; no pack.")
@register_option
@as_json_option
@plain
def month_end(period: str, word: str, full: bool, folder: Path, as_json: bool) -> int:
    """Make the audit pack of PERIOD (YYYY-MM): workbook, CSV files, manifest and signature.

    A month that was closed before is made again, the same to the byte.
    """
    from addin.closed_book import press_closed

    with opened(folder) as service:
        if full:
            from addin.pack_tasks import make_full_copy

            return answer(make_full_copy(service, period), as_json=as_json)
        with waiting_for(f"Making the audit pack of {period} ...", quiet=as_json):
            outcome = press_closed(service, "desk.month_end", Asked(values={"period": period, "word": word}))
        return answer(outcome, as_json=as_json)


@main.group()
def pack() -> None:
    """Sign off a month-end pack."""


@pack.command("accept")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_reason
@register_option
@as_json_option
@plain
def accept(path: Path, reason: str, folder: Path, as_json: bool) -> int:
    """Accept the pack at PATH after reviewing it; the preparer cannot."""
    return _sign_off(path, reason, folder, accept=True, as_json=as_json)


@pack.command("return")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_reason
@register_option
@as_json_option
@plain
def return_pack(path: Path, reason: str, folder: Path, as_json: bool) -> int:
    """Return the pack at PATH to its preparer, with a reason."""
    return _sign_off(path, reason, folder, accept=False, as_json=as_json)


def _sign_off(path: Path, reason: str, folder: Path, *, accept: bool, as_json: bool) -> int:
    from addin.pack_tasks import sign_off

    with opened(folder) as service:
        return answer(sign_off(service, path, reason, accept=accept), as_json=as_json)


@main.group()
def key() -> None:
    """Signing keys: make, list, revoke."""


@key.command("new")
@click.option("--why", default="", help="Why, when it replaces another key.")
@register_option
@as_json_option
@plain
def new_key(why: str, folder: Path, as_json: bool) -> int:
    """Make a signing key for you; it replaces the one before, whose signatures stay good."""
    from addin.pack_tasks import add_key

    with opened(folder) as service:
        return answer(add_key(service, why), as_json=as_json)


@key.command("list")
@register_option
@as_json_option
@plain
def list_keys(folder: Path, as_json: bool) -> int:
    """List every key this register has known, and whose it is."""
    from addin.logic.key_history import told
    from addin.pack_tasks import known_keys
    from addin.packs.keys import grouped

    with opened(folder) as service:
        known = known_keys(service)
    if as_json:
        owners = {key.fingerprint: key.owner for key in known.values()}
        click.echo(json.dumps([{**row, "owner": owners[row["fingerprint"]]} for row in told(known)]))
        return DONE
    for row in known.values():
        ended = f"revoked by event {row.revoked}" if row.revoked else f"replaced by event {row.replaced}"
        click.echo(f"{grouped(row.fingerprint)}  {row.owner}  from event {row.added}  {'' if row.current else ended}")
    return DONE


@key.command("revoke")
@click.argument("fingerprint")
@click.option("--since", default="", help="Not trusted from this instant on (ISO with offset); default: from now on.")
@click.option("--reason", default="", help="Why: lost, copied, the person left.")
@register_option
@as_json_option
@plain
def revoke(fingerprint: str, since: str, reason: str, folder: Path, as_json: bool) -> int:
    """Revoke the key with this FINGERPRINT (or its first 16 characters)."""
    from addin.pack_tasks import revoke_key

    with opened(folder) as service:
        return answer(revoke_key(service, fingerprint, reason, since), as_json=as_json)


@main.command()
@register_option
@plain
def witness(folder: Path) -> int:
    """Print the head as a message to send to somebody outside, who keeps it."""
    from addin.pack_tasks import head_lines

    with opened(folder) as service:
        click.echo(head_lines(service), nl=False)
    return DONE
