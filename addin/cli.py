"""The command line: the same service as the buttons, for servers, scripts and machines without a spreadsheet program.

Exit codes: 0 done; 1 findings or refusals; 2 wrong usage; 3 host, file or settings trouble.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from addin import __version__
from addin.errors import CasebookError
from addin.logic.outcome import Outcome, Problem, Status
from addin.macros.actions import actions as action_table
from addin.macros.press import Asked
from addin.progress import bar, waiting_for
from addin.service import Service

DONE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
TROUBLE: Final = 3

P = ParamSpec("P")
T = TypeVar("T")


def _plain(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command's exit code into the program's, and our exceptions into words."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except CasebookError as error:
            click.echo(f"{error.code}: {error}", err=True)
            code = TROUBLE
        sys.exit(code)

    return run


def _register(function: Callable[..., Any]) -> Callable[..., Any]:
    where = click.option(
        "--register",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        help="The register's folder (default: the folder you stand in).",
    )
    return where(function)


_as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@contextmanager
def _opened(folder: Path) -> Iterator[Service]:
    service = Service.open(folder)
    try:
        yield service
    finally:
        service.close()


def outcome_dict(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON shows it."""
    return {
        "status": outcome.status.value,
        "ok": outcome.ok,
        "message": outcome.message,
        "rows": [
            {"case": row.case_id, "ok": row.ok, "message": row.message, "events": list(row.seqs)}
            for row in outcome.rows
        ],
        "problems": [_problem_dict(problem) for problem in outcome.problems],
        "seq": outcome.seq,
        "head": outcome.head,
        "files": list(outcome.files),
    }


def _problem_dict(problem: Problem) -> dict[str, str]:
    return {
        "code": problem.code,
        "message": problem.message,
        "field": problem.field,
        "cell": problem.cell,
        "hint": problem.hint,
    }


def _answer(outcome: Outcome, *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(outcome_dict(outcome), ensure_ascii=False))
    else:
        click.echo(outcome.message)
        for row in outcome.rows if len(outcome.rows) > 1 else ():
            click.echo(f"  {'ok ' if row.ok else 'NO '} {row.case_id}  {row.message}")
    return DONE if outcome.status is Status.DONE else FINDINGS


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="casebook")
def main() -> None:
    """Casebook: a case register in Excel, with Python behind its buttons."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console's own code page cannot show every letter of a name.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--demo", is_flag=True, help="With fictional people; CASEBOOK_USER may then name one of them.")
@_as_json
@_plain
def new(folder: Path, demo: bool, as_json: bool) -> int:
    """Make a new register in FOLDER: workbook, journal, settings."""
    from addin.folder import create

    service = create(folder, demo=demo)
    register_id = service.journal.register_id
    service.close()
    if as_json:
        click.echo(json.dumps({"ok": True, "folder": str(folder), "register": register_id}))
    else:
        click.echo(f"A new register is in {folder}. Open {service.workbook.name}, or see 'casebook --help'.")
    return DONE


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-register"))
@_as_json
@_plain
def demo(folder: Path, as_json: bool) -> int:
    """Play a whole working day in a new register in FOLDER, and say what was done."""
    from addin.demo import play

    return play(folder, as_json=as_json)


@main.command("actions")
@_as_json
@_plain
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
@_register
@_as_json
@_plain
def press(
    action: str, cases: Sequence[str], values: Sequence[str], reason: str, key: str, folder: Path, as_json: bool
) -> int:
    """Press the button ACTION on the closed workbook of a register."""
    from addin.closed_book import press_closed

    asked = Asked(tuple(cases), dict(_value(text) for text in values), reason, key)
    with _opened(folder) as service:
        return _answer(press_closed(service, action, asked), as_json=as_json)


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--from", "sender", default="", help="Who the message is from, when the text does not say.")
@click.option("--dry-run", is_flag=True, help="Only read and show; nothing is recorded.")
@_register
@_as_json
@_plain
def intake(file: Any, sender: str, dry_run: bool, folder: Path, as_json: bool) -> int:
    """Read chat messages from FILE ("-" for standard input) and open the cases they propose.

    A file whose name ends in .jsonl holds one object a line with id, ts, from, text.
    """
    from addin.closed_book import intake_closed
    from addin.intake_files import dry_lines, messages_of
    from addin.service import utc_now

    messages = messages_of(file.read(), str(getattr(file, "name", "")), now=utc_now(), sender=sender)
    if dry_run:
        for line in dry_lines(messages, folder):
            click.echo(json.dumps(line, ensure_ascii=False))
        return DONE
    with _opened(folder) as service:
        with bar("Messages", len(messages), quiet=as_json) as tick:
            outcome = intake_closed(service, messages, tick)
        return _answer(outcome, as_json=as_json)


@main.command()
@click.argument("cases", nargs=-1, required=True)
@_register
@_as_json
@_plain
def letter(cases: Sequence[str], folder: Path, as_json: bool) -> int:
    """Make the claim letters of CASES."""
    from addin.closed_book import press_closed

    with _opened(folder) as service:
        with waiting_for(f"Making {len(cases)} letters ...", quiet=as_json):
            outcome = press_closed(service, "claims.letter", Asked(tuple(cases)))
        return _answer(outcome, as_json=as_json)


@main.command()
@click.option("--why", default="Taken from the command line", help="Why this version is kept.")
@_register
@_as_json
@_plain
def snapshot(why: str, folder: Path, as_json: bool) -> int:
    """Keep this version of the register."""
    from addin.closed_book import press_closed

    with _opened(folder) as service:
        with waiting_for("Keeping this version ...", quiet=as_json):
            outcome = press_closed(service, "snapshots.take", Asked(reason=why))
        return _answer(outcome, as_json=as_json)


@main.command("month-end")
@click.argument("period")
@_register
@_as_json
@_plain
def month_end(period: str, folder: Path, as_json: bool) -> int:
    """Make the audit workbook of PERIOD (YYYY-MM)."""
    from addin.closed_book import press_closed

    with _opened(folder) as service:
        with waiting_for(f"Making the audit workbook of {period} ...", quiet=as_json):
            outcome = press_closed(service, "desk.month_end", Asked(values={"period": period}))
        return _answer(outcome, as_json=as_json)


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--witness", type=click.Path(path_type=Path), default=None, help="Compare with these witness lines.")
@_as_json
@_plain
def verify(path: Path, witness: Path | None, as_json: bool) -> int:
    """Check PATH, a register folder, a workbook or a journal: every event, every hash, every audit cell."""
    from addin.verify import verify as check

    with waiting_for("Checking every event ...", quiet=as_json):
        report = check(path, witness=witness)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        click.echo(report.sentence())
        for fault in report.faults:
            click.echo(f"  event {fault.seq}: {fault.message}")
        for note in report.notes:
            click.echo(f"  note: {note}")
    return DONE if report.ok else FINDINGS


@main.group()
def rebuild() -> None:
    """Make the workbook or the journal anew, one from the other."""


@rebuild.command("workbook")
@click.option("--replace", is_flag=True, help="Put it in the place of the present one.")
@_register
@_plain
def rebuild_workbook(replace: bool, folder: Path) -> int:
    """Make the workbook anew from the journal."""
    from addin.folder import write_workbook

    with _opened(folder) as service:
        target = service.workbook
        if target.exists() and not replace:
            click.echo(f"{target.name} exists; add --replace to put the new one in its place.", err=True)
            return FINDINGS
        write_workbook(service)
        click.echo(f"{target} shows the journal up to event {service.journal.head().seq}.")
    return DONE


@rebuild.command("journal")
@click.option("--replace", is_flag=True, help="Put it in the place of the present one, which is kept beside it.")
@_register
@_plain
def rebuild_the_journal(replace: bool, folder: Path) -> int:
    """Make the journal again from the workbook's Audit sheet."""
    from addin.folder import rebuild_journal

    head = rebuild_journal(folder, replace=replace)
    click.echo(f"The journal holds {head.seq} events, head {head.hash}.")
    return DONE


@main.group()
def check() -> None:
    """Check a number or a postcode."""


@check.command("tracking")
@click.argument("values", nargs=-1, required=True)
@_as_json
@_plain
def check_tracking(values: Sequence[str], as_json: bool) -> int:
    """Say what each tracking number is, and whether its check digit agrees."""
    from addin.checks import tracking_line

    return _lines([tracking_line(value) for value in values], as_json=as_json)


@check.command("postcode")
@click.argument("values", nargs=-1, required=True)
@_as_json
@_plain
def check_postcode(values: Sequence[str], as_json: bool) -> int:
    """Say whether each postcode is well formed, and where it lies."""
    from addin.checks import postcode_line

    return _lines([postcode_line(value) for value in values], as_json=as_json)


def _lines(lines: Sequence[dict[str, object]], *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line["sentence"])
    return DONE if all(line["ok"] for line in lines) else FINDINGS


@main.command()
@_register
@_as_json
@_plain
def doctor(folder: Path, as_json: bool) -> int:
    """Walk every link from Python to the journal and name the one that is broken, with its remedy."""
    from addin.doctor import examine

    findings = examine(folder)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name}: {finding.message}")
    return DONE if all(finding.ok for finding in findings) else TROUBLE


@main.group()
def bench() -> None:
    """Measure, as ratios taken in one run."""


@bench.command("click")
@click.option("--cases", "sizes", multiple=True, type=click.IntRange(min=40), help="Sizes (default 200 2000 20000).")
@click.option("--presses", type=click.IntRange(min=3, max=30), default=25, show_default=True, help="Counted presses.")
@_as_json
@_plain
def bench_click(sizes: Sequence[int], presses: int, as_json: bool) -> int:
    """What one press of a button costs, warm and cold, on growing registers."""
    from addin.bench import SIZES
    from addin.bench import bench_click as measure

    chosen = sorted(sizes or SIZES)
    with bar("Registers", len(chosen), quiet=as_json) as tick:
        report = measure(chosen, presses, tick)
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        for line in report.lines():
            click.echo(line)
    return DONE


@main.command("open")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--host", type=click.Choice(["excel", "calc"]), help="Default: Excel on Windows, else Calc.")
@_plain
def open_the_register(folder: Path, host: str | None) -> int:
    """Open the workbook of the register in FOLDER, with its buttons alive, and stay until it is closed."""
    from addin.open_book import open_register

    return open_register(folder, host or "")


@main.command()
@_plain
def install() -> int:
    """Put Casebook into Excel for Windows, for you alone: bridge, ribbon. No administrator needed."""
    from addin import windows_setup as setup

    setup.require_windows("install")
    pythonw = setup.windowless(Path(sys.executable))
    setup.stop_running()
    for line in setup.install(setup.WindowsHive(), pythonw, setup.start_folder()):
        click.echo(line)
    return DONE


@main.command()
@_plain
def uninstall() -> int:
    """Take Casebook out of Excel for Windows again; registers stay as they are."""
    from addin import windows_setup as setup

    setup.require_windows("uninstall")
    setup.stop_running()
    for line in setup.uninstall(setup.WindowsHive(), setup.start_folder()):
        click.echo(line)
    return DONE
