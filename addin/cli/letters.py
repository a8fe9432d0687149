"""Letters to the carrier, and the check of their templates."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.cli.numbers import check
from addin.logic.claim_purposes import LETTER_STATES, PURPOSES
from addin.logic.claim_terms import SUBTYPES
from addin.logic.outcome import Outcome, counted
from addin.progress import bar

if TYPE_CHECKING:
    from addin.claims.letters import Extent, Wanted
    from addin.service import Service

_WAYS = ("auto", "direct", "libreoffice", "word")


@main.command()
@click.argument("cases", nargs=-1)
@click.option("--all-due", is_flag=True, help="Every claim that needs a letter now, and letters that were begun.")
@click.option(
    "--subtype",
    "subtypes",
    type=click.Choice(SUBTYPES, case_sensitive=False),
    multiple=True,
    help="With --all-due: only claims of this subtype.",
)
@click.option("--state", "states", type=click.Choice(LETTER_STATES, case_sensitive=False), multiple=True,
              help="With --all-due: only claims in this state.")  # fmt: skip
@click.option("--purpose", type=click.Choice(PURPOSES), default=None, help="Which letter, when not the usual one.")
@click.option("--pdf", is_flag=True, help="Make the PDF of each letter, too.")
@click.option("--set", "claim_set", is_flag=True, help="Make the claim set of each letter: letter, evidence, manifest.")
@click.option("--pdf-by", "way", type=click.Choice(_WAYS), default=None, help="Who makes PDFs (default: the settings).")
@register_option
@as_json_option
@plain
def letter(cases: Sequence[str], folder: Path, as_json: bool, **asked: Any) -> int:
    """Make the letters of CASES, or all that are due.

    A batch that was stopped goes on where it was when it is asked for again with --all-due.
    """
    from addin.claims.letters import Extent, make_letters
    from addin.closed_book import between_refreshes

    all_due, only = asked["all_due"], (asked["subtypes"], asked["states"])
    if bool(cases) == all_due or (any(only) and not all_due):
        raise click.UsageError("Name claims, or say --all-due (with --subtype and --state, if you like).")
    extent = Extent(pdf=asked["pdf"], claim_set=asked["claim_set"], way=asked["way"])
    with opened(folder) as service:

        def work() -> Outcome:
            wanted = _wanted(service, cases, asked["purpose"] or "", only, extent)
            with bar("Letters", len(wanted), quiet=as_json) as tick:
                return make_letters(service, wanted, extent, tick)

        return answer(between_refreshes(service, work), as_json=as_json)


def _wanted(
    service: Service, cases: Sequence[str], purpose: str, only: tuple[Sequence[str], Sequence[str]], extent: Extent
) -> list[Wanted]:
    from addin.claims.letters import Wanted, letters_due

    if cases:
        return [Wanted(case_id, purpose) for case_id in dict.fromkeys(cases)]
    due = letters_due(service, extent, subtypes=only[0], states=only[1])
    return [one for one in due if purpose in ("", one.purpose)]


@check.command("templates")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), required=False)
@click.option("--names", is_flag=True, help="List the names that templates may use, by case type, and check nothing.")
@as_json_option
@plain
def check_templates(folder: Path | None, names: bool, as_json: bool) -> int:
    """Check every letter and message template of FOLDER (default: those that come with Casebook).

    Each fault is told with its file, paragraph and tag.
    """
    from addin.letters import known_names, lint_house, templates_root

    if names:
        listed = {code: sorted(found) for code, found in known_names().items()}
        words = [f"{code}: {', '.join(found)}" for code, found in listed.items()]
        click.echo(json.dumps(listed) if as_json else "\n".join(words))
        return DONE
    faults = lint_house(templates_root(folder))
    if as_json:
        rows = [{"code": one.code, "place": one.cell, "message": one.message, "hint": one.hint} for one in faults]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in faults:
            click.echo(f"{one.cell}: {one.code} {one.message} {one.hint}".rstrip())
        click.echo(f"{counted(len(faults), 'fault')}." if faults else "Every letter and message template is sound.")
    return FINDINGS if faults else DONE
