"""Evidence, from the command line: attach files to a case, list them, copy them out, take one back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from addin.cli.frame import DONE, answer, as_json_option, main, opened, plain, register_option
from addin.evidence import Tick, attach_files, copy_files, erase_file, no_case
from addin.logic.evidence import Piece, pieces
from addin.logic.outcome import counted
from addin.progress import bar

_MEGABYTE: Final = 1024 * 1024


@main.command()
@click.argument("case")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--as", "kind", default="", help="What it is, as 'Invoice'; else read off each file's name.")
@register_option
@as_json_option
@plain
def attach(case: str, files: Sequence[Path], kind: str, folder: Path, as_json: bool) -> int:
    """Attach FILES to CASE as evidence: copied into the register by the hash of their content."""
    from addin.closed_book import shown_closed

    with opened(folder) as service:
        with _bytes("Copying", files, quiet=as_json) as tick:
            outcome = attach_files(service, case, files, kind, tick)
        return answer(shown_closed(service, outcome), as_json=as_json)


@contextmanager
def _bytes(what: str, files: Sequence[Path], *, quiet: bool) -> Iterator[Tick]:
    """A bar over megabytes copied; the tick is told bytes."""
    total = sum(path.stat().st_size for path in files if path.is_file()) // _MEGABYTE
    with bar(f"{what} (MB)", total, quiet=quiet) as step:
        rest = 0

        def tick(count: int) -> None:
            nonlocal rest
            rest += count
            while rest >= _MEGABYTE:
                rest -= _MEGABYTE
                step()

        yield tick


@main.command("evidence")
@click.argument("case")
@click.option("--copy-to", type=click.Path(path_type=Path, file_okay=False), default=None, help="Copy the files there.")
@click.option("--withdraw", "name", default="", help="Take this file back; its content stays in the store.")
@click.option("--erase", "gone", default="", help="Erase this file, content and all, if its retention allows it.")
@click.option("--reason", default="", help="Why it is taken back or erased.")
@register_option
@as_json_option
@plain
def evidence_of(case: str, copy_to: Path | None, name: str, gone: str, reason: str, folder: Path, as_json: bool) -> int:
    """List the evidence of CASE, copy it out, take a file back, or erase one."""
    from addin.closed_book import shown_closed
    from addin.logic.outcome import summary

    with opened(folder) as service:
        if name:
            return answer(shown_closed(service, summary([service.withdraw(case, name, reason)])), as_json=as_json)
        if gone:
            return answer(shown_closed(service, erase_file(service, case, gone, reason)), as_json=as_json)
        if copy_to is not None:
            return answer(copy_files(service, case, copy_to), as_json=as_json)
        found = service.journal.case(case)
        if found is None:
            return answer(no_case(case), as_json=as_json)
        return _listed(pieces(found), case, as_json=as_json)


def _listed(found: Sequence[Piece], case: str, *, as_json: bool) -> int:
    if as_json:
        rows = [
            {"name": one.name, "kind": one.kind, "bytes": one.size, "at": one.at, "sha256": one.sha256} for one in found
        ]
        click.echo(json.dumps({"case": case, "files": rows}, ensure_ascii=False))
        return DONE
    click.echo(f"{case}: {counted(len(found), 'evidence file')}.")
    for one in found:
        click.echo(f"  {one.kind:28} {one.name:40} {one.size:>13,} bytes  {one.sha256}")
    return DONE
