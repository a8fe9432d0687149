"""The work as a whole, from the command line: digest, sharing out, handovers, repeats, the month's roll-up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.logic.events import iso


@main.command()
@click.option("--owner", default="", help="Only this person's cases.")
@register_option
@as_json_option
@plain
def digest(owner: str, folder: Path, as_json: bool) -> int:
    """Say what is most late, what nobody has taken in time, and who has how much."""
    from addin.workboard import digest_of

    with opened(folder) as service:
        found = digest_of(service, owner)
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else "\n".join(found.lines()))
    return DONE


@main.command()
@click.option("--owner", default="", help="Only this person's cases; '(nobody)' for those that nobody owns.")
@click.option("--limit", type=click.IntRange(min=1), default=40, show_default=True, help="As many at most.")
@register_option
@as_json_option
@plain
def worklist(owner: str, limit: int, folder: Path, as_json: bool) -> int:
    """List what is to be done, earliest due first."""
    from addin.logic.cases import case_types
    from addin.logic.workload import NOTHING_WAITS
    from addin.logic.workload import worklist as order

    with opened(folder) as service:
        found = order(service.journal.cases(), owner)[:limit]
    rows = [
        {"case": one.case_id, "type": case_types()[one.type].name, "order": one.text("order_no"), "status": one.status,
         "priority": one.text("priority"), "due": iso(due) if (due := one.instant("due")) else "",
         "due_what": one.text("due_what"), "owner": one.text("owner")}
        for one in found
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo("  ".join(row[name] or "-" for name in ("case", "priority", "due", "due_what", "type", "owner")))
        if not rows:
            click.echo(NOTHING_WAITS if not owner else f"Nothing is waiting for {owner}.")
    return DONE


@main.command()
@click.option("--among", multiple=True, help="Accounts to share among (default: all coordinators who are here).")
@click.option("--dry-run", "dry", is_flag=True, help="Only say who would get what.")
@register_option
@as_json_option
@plain
def share(among: Sequence[str], dry: bool, folder: Path, as_json: bool) -> int:
    """Give every open case that nobody owns to whoever has the least; people who are away get none."""
    from addin.closed_book import shown_closed
    from addin.workboard import share as share_out

    with opened(folder) as service:
        return answer(shown_closed(service, share_out(service, among, dry=dry)), as_json=as_json)


def _day(context: click.Context, option: click.Parameter, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day like 2026-11-24.") from None


@main.command()
@click.option("--to", required=True, help="Account of the one who takes over.")
@click.option("--shift", type=click.Choice(["Early", "Day", "Late", "Night"]), default="Day", show_default=True)
@click.option("--away-from", callback=_day, help="First day of an absence; everything that is open is handed over.")
@click.option("--away-until", callback=_day, help="Its last day.")
@register_option
@as_json_option
@plain
def handover(to: str, shift: str, away_from: date | None, away_until: date | None, folder: Path, as_json: bool) -> int:
    """Write your handover out of the register: urgent cases, promised times, risks. It counts once accepted."""
    from addin.closed_book import shown_closed
    from addin.workboard import open_handover

    with opened(folder) as service:
        given = {"away_from": away_from, "away_until": away_until}
        return answer(shown_closed(service, open_handover(service, to, shift, given={**given})), as_json=as_json)


@main.command()
@click.option("--open", "opening", is_flag=True, help="Open a deviation for each.")
@register_option
@as_json_option
@plain
def repeats(opening: bool, folder: Path, as_json: bool) -> int:
    """List causes, orders and locations that come back and that no deviation answers yet."""
    from addin.closed_book import shown_closed
    from addin.workboard import open_repeats
    from addin.workboard import repeats as find

    with opened(folder) as service:
        if opening:
            return answer(shown_closed(service, open_repeats(service)), as_json=as_json)
        found = [{"key": one.key, "words": one.words, "cases": list(one.ids)} for one in find(service)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one['words']}: {', '.join(one['cases'])}")
        if not found:
            click.echo("Nothing repeats that no deviation answers yet.")
    return FINDINGS if found else DONE


@main.command()
@click.argument("period")
@register_option
@as_json_option
@plain
def rollup(period: str, folder: Path, as_json: bool) -> int:
    """Tell the figures of PERIOD (YYYY-MM): what came and went, how punctually, why, and what was improved."""
    from addin.workboard import month_roll_up

    with opened(folder) as service:
        try:
            found, lines = month_roll_up(service, period)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines))
    return DONE
