"""Files from other systems."""

from __future__ import annotations

from pathlib import Path

import click

from addin.cli.frame import answer, as_json_option, main, opened, plain, register_option
from addin.progress import bar


@main.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@register_option
@as_json_option
@plain
def import_command(kind: str, file: Path | None, folder: Path, as_json: bool) -> int:
    """Import FILE (.csv or .xlsx), an export of KIND: orders, stock, tracking, returns, or the name of a profile.

    KIND "inbox" without a FILE takes everything that lies in the folder inbox of the register.
    """
    from addin.arrivals import STEPS
    from addin.closed_book import import_closed

    if (file is None) != (kind == "inbox"):
        raise click.UsageError("Name a kind and a file, or 'inbox' alone.")
    with opened(folder) as service:
        with bar(f"Importing {file.name if file else 'the inbox'}", STEPS, quiet=as_json) as tick:
            outcome = import_closed(service, file, "" if file is None else kind, tick)
        return answer(outcome, as_json=as_json)
