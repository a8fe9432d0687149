"""Money: the accounting months, and the batches of refunds that go to the payment provider or the bank."""

from __future__ import annotations

import json
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.logic.periods import is_month
from addin.macros.press import Asked


@main.command()
@click.argument("step", type=click.Choice(["list", "show", "hold", "release", "close", "reopen"]))
@click.argument("month", default="")
@click.option("--reason", default="", help="Why; needed to reopen a month, and to close one with exceptions.")
@register_option
@as_json_option
@plain
def period(step: str, month: str, reason: str, folder: Path, as_json: bool) -> int:
    """Take a STEP with the accounting MONTH (YYYY-MM), or list all months.

    A closed month is opened again when Senior QA and Finance both press reopen, each with a reason.
    """
    with opened(folder) as service:
        if step not in ("list", "show"):
            from addin.closed_book import press_closed

            values = {"period": month} if month else {}
            asked = Asked(values=values, reason=reason)
            return answer(press_closed(service, f"reconcile.{step}_month", asked), as_json=as_json)
        from addin.periods import standing, standings

        if step == "show" and not is_month(month):
            raise click.BadParameter(f"{month!r} is not a month; write it like 2026-11.")
        found = standings(service) if step == "list" else [standing(service, month)]
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], ensure_ascii=False))
    else:
        for one in found:
            click.echo(one.sentence())
            for line in one.lines if step == "show" else ():
                late = f"  late from {line.late_from}" if line.late_from else ""
                what = "reversal" if line.reversal else line.state
                click.echo(f"  {line.case_id}  {line.refund_no}  {line.amount.pretty():>14}  {what}{late}")
        if not found:
            click.echo("No refund is booked in any month yet.")
    return FINDINGS if any(one.altered for one in found) else DONE
