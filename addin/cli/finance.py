"""Money: the accounting months, and the batches of refunds that go to the payment provider or the bank."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.logic.periods import is_month
from addin.macros.press import Asked
from addin.progress import bar


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


@main.group()
def payments() -> None:
    """Send approved refunds out as numbered files, and record what the provider answers."""


@payments.command("batch")
@click.option("--case", "cases", multiple=True, help="Case number; may be given several times.")
@click.option("--all", "everything", is_flag=True, help="Every approved refund that the profile can pay.")
@click.option("--profile", default="", help="The payment profile (default: the one in the settings).")
@click.option("--key", default="", help="Idempotency key: the same key and cases make one batch.")
@register_option
@as_json_option
@plain
def make_batch(cases: tuple[str, ...], everything: bool, profile: str, key: str, folder: Path, as_json: bool) -> int:
    """Submit approved refunds; the file is then in outbox."""
    from addin.closed_book import press_closed
    from addin.payments import payable

    with opened(folder) as service:
        chosen = payable(service, profile) if everything else cases
        if not chosen:
            click.echo("There is no approved refund to send." if everything else "Name refunds with --case, or --all.")
            return FINDINGS
        asked = Asked(tuple(chosen), {"profile": profile} if profile else {}, key=key)
        return answer(press_closed(service, "refunds.batch", asked), as_json=as_json)


@payments.command("record")
@click.argument("file", type=click.File("rb"))
@click.option("--profile", default="", help="The payment profile (default: the one in the settings).")
@register_option
@as_json_option
@plain
def record(file: BinaryIO, profile: str, folder: Path, as_json: bool) -> int:
    """Record the provider's answer FILE: references, settlements, failures; reading it twice records nothing twice."""
    from addin.closed_book import closed_book
    from addin.macros.press import press
    from addin.payments import load_profile, record_answers, root_of

    with opened(folder) as service:
        chosen = load_profile(root_of(service), profile or service.settings.payments.profile)
        with closed_book(service) as book:
            outcome = record_answers(service, chosen, file.read())
            press(book, "desk.refresh", service)
        return answer(outcome, as_json=as_json)


@payments.command("list")
@register_option
@as_json_option
@plain
def list_the_batches(folder: Path, as_json: bool) -> int:
    """List every batch: number, file, hash, control totals, and how its refunds stand."""
    from addin.payments import list_batches

    with opened(folder) as service:
        found = list_batches(service)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return DONE
    for batch in found:
        states = ", ".join(f"{count} {state}" for state, count in batch["states"].items())
        wait = "  WAITS to be put out: press Refresh" if batch["waits"] else ""
        click.echo(
            f"{batch['batch_no']}  {str(batch['at'])[:16]}  {batch['count']:>5} refunds  {batch['total']:>16}  "
            f"{batch['file']}  {str(batch['sha256'])[:12]}  {states}{wait}"
        )
    return DONE


@main.command("demo-month")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-month"))
@click.option("--refunds", type=click.IntRange(min=40, max=100_000), default=2000, show_default=True)
@as_json_option
@plain
def demo_month(folder: Path, refunds: int, as_json: bool) -> int:
    """Play a month of refunds in a new register in FOLDER: sent in batches, reconciled, closed, one of them late."""
    from addin.demo.month import play_month
    from addin.service import utc_now

    with bar("Working days", 23, quiet=as_json) as tick:
        figures = play_month(folder, refunds, today=utc_now().date(), say=_silent if as_json else click.echo, tick=tick)
    if as_json:
        click.echo(json.dumps({"ok": figures["equation_zero"] and figures["verified"], **figures}, ensure_ascii=False))
    return DONE if figures["equation_zero"] and figures["verified"] and figures["late"] else FINDINGS


def _silent(text: str) -> None:
    """Say nothing while the answer is JSON."""
