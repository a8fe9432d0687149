"""Registers: make one, open one, put Casebook into Excel, find what is broken."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from addin.cli.frame import DONE, TROUBLE, as_json_option, main, plain, register_option


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--demo", is_flag=True, help="With fictional people; CASEBOOK_USER may then name one of them.")
@click.option("--postgres", "url", default="", help="Keep the journal on this PostgreSQL server (a url), for a team.")
@as_json_option
@plain
def new(folder: Path, demo: bool, url: str, as_json: bool) -> int:
    """Make a new register in FOLDER: workbook, journal, settings."""
    from addin.folder import create

    service = create(folder, demo=demo, given={"store": {"url": url}} if url else None)
    register_id = service.journal.register_id
    service.close()
    if as_json:
        click.echo(json.dumps({"ok": True, "folder": str(folder), "register": register_id}))
    else:
        click.echo(f"A new register is in {folder}. Open {service.workbook.name}, or see 'casebook --help'.")
    return DONE


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-register"))
@as_json_option
@plain
def demo(folder: Path, as_json: bool) -> int:
    """Play a whole working day in a new register in FOLDER, and say what was done."""
    from addin.demo.day import play

    return play(folder, as_json=as_json)


@main.command("open")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--host", type=click.Choice(["excel", "calc"]), help="Default: Excel on Windows, else Calc.")
@plain
def open_the_register(folder: Path, host: str | None) -> int:
    """Open the workbook of the register in FOLDER, with its buttons alive, and stay until it is closed."""
    from addin.open_book import open_register

    return open_register(folder, host or "")


@main.command()
@plain
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
@plain
def uninstall() -> int:
    """Take Casebook out of Excel for Windows again; registers stay as they are."""
    from addin import windows_setup as setup

    setup.require_windows("uninstall")
    setup.stop_running()
    for line in setup.uninstall(setup.WindowsHive(), setup.start_folder()):
        click.echo(line)
    return DONE


@main.command()
@register_option
@as_json_option
@plain
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
