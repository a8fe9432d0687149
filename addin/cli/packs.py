"""Month end: packs and their sign-off, signing keys, the head to send to a second place."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option
from addin.macros.press import Asked
from addin.packs.passphrase import asking, remembering
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
    from addin.pack_tasks import make_full_copy, unlock_key

    with opened(folder) as service:
        if full:
            return answer(make_full_copy(service, period), as_json=as_json)
        with asking(remembering(_prompted)):
            unlock_key(service)
            with waiting_for(f"Making the audit pack of {period} ...", quiet=as_json):
                outcome = press_closed(service, "desk.month_end", Asked(values={"period": period, "word": word}))
        return answer(outcome, as_json=as_json)


@main.group()
def pack() -> None:
    """Sign off a month-end pack."""


@pack.command("review")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_reason
@register_option
@as_json_option
@plain
def review(path: Path, reason: str, folder: Path, as_json: bool) -> int:
    """Sign off the pack at PATH as its reviewer, with your own key; the preparer cannot."""
    return _sign_off(path, reason, folder, "review", as_json=as_json)


@pack.command("accept")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_reason
@register_option
@as_json_option
@plain
def accept(path: Path, reason: str, folder: Path, as_json: bool) -> int:
    """Accept the pack at PATH; neither its preparer nor its reviewer can."""
    return _sign_off(path, reason, folder, "accept", as_json=as_json)


@pack.command("return")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@_reason
@register_option
@as_json_option
@plain
def return_pack(path: Path, reason: str, folder: Path, as_json: bool) -> int:
    """Return the pack at PATH to its preparer, with a reason."""
    return _sign_off(path, reason, folder, "return", as_json=as_json)


def _sign_off(path: Path, reason: str, folder: Path, step: str, *, as_json: bool) -> int:
    from addin.logic.pack_rules import Step
    from addin.pack_review import sign_off

    with opened(folder) as service, asking(_prompted):
        return answer(sign_off(service, path, reason, Step(step)), as_json=as_json)


def _prompted(fingerprint: str) -> str:
    """Ask whoever sits at the terminal for the passphrase of a key; nobody, where there is none."""
    if not sys.stdin.isatty():
        return ""
    words = f"Passphrase of the signing key {fingerprint[:4]} {fingerprint[4:8]} ..."
    return str(click.prompt(words, hide_input=True, default="", show_default=False, err=True))


def _new_passphrase() -> str:
    """A passphrase for a key: from the environment, or typed twice.

    Raises:
        ConfigError: there is neither.
    """
    from addin.errors import ConfigError
    from addin.settings import key_passphrase

    found = key_passphrase()
    if not found and sys.stdin.isatty():
        found = str(click.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))
    if not found:
        hint = "Run this at a terminal, which asks for it, or set CASEBOOK_KEY_PASSPHRASE."
        raise ConfigError("There is no passphrase to put on the key.", hint=hint, code="KEY-PASSPHRASE")
    return found


@main.group()
def key() -> None:
    """Signing keys: make, list, revoke."""


@key.command("new")
@click.option("--why", default="", help="Why, when it replaces another key.")
@click.option("--passphrase", is_flag=True, help="Put its file under a passphrase, which is asked for.")
@register_option
@as_json_option
@plain
def new_key(why: str, passphrase: bool, folder: Path, as_json: bool) -> int:
    """Make a signing key for you; it replaces the one before, whose signatures stay good."""
    from addin.pack_tasks import add_key

    with opened(folder) as service:
        return answer(add_key(service, why, _new_passphrase() if passphrase else ""), as_json=as_json)


@key.command("protect")
@register_option
@as_json_option
@plain
def protect(folder: Path, as_json: bool) -> int:
    """Put the file of your signing key under a passphrase, or under another one; the key stays the same."""
    from addin.pack_tasks import protect_key

    with opened(folder) as service, asking(_prompted):
        return answer(protect_key(service, _new_passphrase()), as_json=as_json)


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
