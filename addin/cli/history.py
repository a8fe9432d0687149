"""Versions: list them, compare them, bring one back, rebuild a moment."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from addin.cli.frame import DONE, FINDINGS, answer, as_json_option, main, opened, plain, register_option
from addin.progress import waiting_for


@main.command("snapshots")
@register_option
@as_json_option
@plain
def list_snapshots(folder: Path, as_json: bool) -> int:
    """List the versions that are kept: when, by whom, why, up to which event, and what the store costs."""
    from addin.logic.system_kinds import VERSION_MARKED
    from addin.snapshots import Store

    with opened(folder) as service:
        store = Store(service.folder / "snapshots")
        found, stored = store.list(), store.size()
        marks = list(service.journal.events(kinds=[VERSION_MARKED.name]))
    rows = [{"name": s.name, "at": s.at, "by": s.by, "why": s.why, "upto": s.seq, "head": s.head, "file": True}
            for s in found]  # fmt: skip
    rows += [{"name": str(event.data["name"]), "at": event.at, "by": event.actor, "why": event.reason,
              "upto": int(str(event.data["upto"])), "head": str(event.data["head"]), "file": False}
             for event in marks]  # fmt: skip
    rows.sort(key=lambda row: (row["at"], row["upto"]))
    if as_json:
        click.echo(json.dumps({"snapshots": rows, "stored_bytes": stored}, ensure_ascii=False))
        return DONE
    for row in rows:
        told = "" if row["file"] else "  (no file: told by the journal)"
        click.echo(f"{row['name']}\n    {row['at']}  {row['by']}  up to event {row['upto']}  {row['why']}{told}")
    whole = sum(s.file_size + s.journal.size for s in found)
    click.echo(f"{len(found)} kept versions in {stored:,} bytes ({whole:,} as copies), {len(marks)} marked.")
    return DONE


@main.command()
@click.argument("older")
@click.argument("newer", default="now")
@click.option("--book", type=click.Path(path_type=Path, dir_okay=False), help="Write a workbook with coloured cells.")
@click.option("--queue", is_flag=True, help="Compare only what the queue sheets show, not the whole form.")
@register_option
@as_json_option
@plain
def diff(older: str, newer: str, book: Path | None, queue: bool, folder: Path, as_json: bool) -> int:
    """Compare two versions, case by case and field by field over the whole form.

    OLDER and NEWER are snapshots, workbook files, instants (2026-11-20T12:00) or "now". Exit code 1 when they differ.
    """
    from addin.errors import HostError
    from addin.history import read_version, side_by_side
    from addin.logic.difference import differences

    with opened(folder) as service, waiting_for("Comparing ...", quiet=as_json):
        now = service.clock()
        old, new = (read_version(name, service.folder, service.journal, now) for name in (older, newer))
        found = list(differences(*side_by_side(old, new, queue=queue)))
        if book is not None:
            from addin.register.draw_difference import draw_difference

            house = service.settings.house.name
            content = draw_difference(found, old=old.name, new=new.name, house=house, made=now)
            if book.exists():
                raise HostError(f"{book} is there already.", hint="Name a new file.", code="DIFF-EXISTS")
            book.write_bytes(content)
    partly = [version.name for version in (old, new) if not version.whole]
    if as_json:
        rows = [
            {"sheet": c.sheet, "case": c.case_id, "what": c.what,
             "cells": [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in c.cells]}
            for c in found
        ]  # fmt: skip
        click.echo(
            json.dumps({"older": old.name, "newer": new.name, "partly": partly, "rows": rows}, ensure_ascii=False)
        )
        return FINDINGS if found else DONE
    for c in found:
        click.echo(f"{c.what:8} {c.sheet:12} {c.case_id}")
        for cell in c.cells if c.what == "changed" else ():
            click.echo(f"           {cell.column}: {cell.old or '(empty)'} -> {cell.new or '(empty)'}")
    for name in partly:
        click.echo(f"{name} has no sound Audit sheet: only what the queue sheets show was compared.")
    counts = Counter(c.what for c in found)
    told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing differs"
    click.echo(f"{old.name} to {new.name}: {told}.")
    return FINDINGS if found else DONE


@main.command()
@click.argument("snapshot")
@click.option("--to", "target", type=click.Path(path_type=Path), help="New folder, workbook or journal file.")
@register_option
@as_json_option
@plain
def restore(snapshot: str, target: Path | None, folder: Path, as_json: bool) -> int:
    """Bring SNAPSHOT back beside the register, never over it (default: a new folder named restored-SNAPSHOT)."""
    from addin.past import restore as bring_back

    with opened(folder) as service, waiting_for("Bringing it back ...", quiet=as_json):
        outcome = bring_back(service, snapshot, target or service.folder / f"restored-{snapshot}")
    return answer(outcome, as_json=as_json)


@main.command("as-of")
@click.argument("instant")
@click.option("--to", "target", type=click.Path(path_type=Path, file_okay=False), help="New folder to make it in.")
@register_option
@as_json_option
@plain
def as_of(instant: str, target: Path | None, folder: Path, as_json: bool) -> int:
    """Rebuild the register as it stood at INSTANT (2026-11-20T12:00, London) in a new folder, from the journal."""
    from addin.history.versions import read_instant
    from addin.past import as_of as rebuild_at

    moment = read_instant(instant)
    with opened(folder) as service, waiting_for("Retelling the events ...", quiet=as_json):
        place = target or service.folder / f"as-of-{moment:%Y%m%dT%H%M%S}"
        head = rebuild_at(service, moment, place)
    if as_json:
        click.echo(json.dumps({"ok": True, "folder": str(place), "events": head.seq, "head": head.hash}))
    else:
        click.echo(
            f"The register as of {moment:%d/%m/%Y %H:%M} is in {place}: {head.seq} events, head {head.hash[:16]}."
        )
    return DONE
