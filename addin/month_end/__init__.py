"""The month-end audit workbook: everything an auditor asks of a month, in reading order, from the journal alone.

1. Told from events up to the cut-off, not from the current state: a month told again is told the same.
2. Pseudonymised: no customer's name, address, telephone or words; staff by initials; places by district.
3. Figures stand twice, computed and as live formulas over the workbook's own sheets.
4. Equal input makes equal bytes. No macros; locked as a courtesy, its rows bound by digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final

from addin.journal import Journal
from addin.logic.cases import case_types
from addin.logic.events import KindTable
from addin.logic.forms import Cell
from addin.logic.policy import Policy
from addin.logic.values import Actor
from addin.month_end import case_tables, control_tables, money_tables
from addin.month_end.book import Pack as Book
from addin.month_end.book import compose
from addin.month_end.case_tables import Source, money_by_state
from addin.month_end.charts import Block
from addin.month_end.controls import FIRST_ROW, Areas, Line, lines
from addin.month_end.guide import facts
from addin.month_end.period import Period
from addin.month_end.privacy import Mask, NoMask
from addin.month_end.sample import draw, seed
from addin.month_end.staging import stage
from addin.month_end.story import Story, tell
from addin.month_end.table import Table
from addin.month_end.zip_writer import Piece
from addin.settings import Settings

NO_FILES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Month:
    """One month as it was told: the workbook and its tables as CSV files, and what a manifest states of it.

    `totals` are the control totals by label; `story` is what everything was told from.
    """

    workbook: Path
    csv: Sequence[tuple[str, Piece, str]]
    """Name, deflated content and SHA-256 of each table's file."""
    totals: Mapping[str, str]
    story: Story
    mask: Mask
    seed: str
    rules: str

    @property
    def draft(self) -> bool:
        """True while the month is not over."""
        return self.story.period.draft

    @property
    def file_name(self) -> str:
        """The workbook's name."""
        return self.workbook.name


def build(  # noqa: PLR0913 - a pack rests on all of this, each by its name
    journal: Journal,
    kinds: KindTable,
    settings: Settings,
    policy: Policy,
    *,
    period: str,
    now: datetime,
    preparer: Actor,
    folder: Path,
    auditor_word: str = "",
    signer: str = "",
    upto: int | None = None,
    full: bool = False,
    files: Mapping[str, str] = NO_FILES,
) -> Month:
    """Make the audit workbook of a month and its CSV files.

    Args:
        journal: read from its first event to the cut-off.
        kinds: the audit sentences.
        settings: house, site, people, the lock's password.
        policy: its rows as they held on the month's last day.
        period: the month, as "2026-10".
        now: the present instant; before the month's end the pack is a draft.
        preparer: who makes it; shown by initials.
        folder: where the files are made; empty, and on the disk on which they are to stay.
        auditor_word: a word of the auditor's that goes into the seed of the sample.
        signer: the fingerprint of the key that will sign, as it stands on the cover.
        upto: the last event that counts, when a month is told again.
        full: show people by name and texts as typed; such a copy is for the register's own use.
        files: more files for the sheet Files, SHA-256 by name.

    Raises:
        ValueError: for a text that is no month, a month that has not begun, or one before the register.
    """
    source = _source(journal, settings, policy, Period.of(period, now), preparer.id, upto, full=full)
    story, month = source.story, source.story.period
    said = facts(source, settings, preparer, auditor_word, signer)
    book = Book(said, now.astimezone(UTC).replace(tzinfo=None), settings.lock_password)
    tables = _tables(journal, source, kinds, auditor_word, {**story.files, **files})
    styles = [book.style_numbers(table) for table in tables]
    staged = [stage(table, found, folder, FIRST_ROW) for table, found in zip(tables, styles, strict=True)]
    controls = lines(source, Areas(staged))
    suffix = "-draft" if month.draft else ""
    suffix += "-full" if full else ""
    path = folder / f"month-end-{month.text}{suffix}.xlsx"
    compose(book, staged, controls, _charts(source, tables), path)
    csv = [
        (f"csv/{number:02d}-{one.table.name.lower().replace(' ', '-')}.csv", one.csv, one.csv_sha256)
        for number, one in enumerate(staged, 1)
    ]
    seeded, rules = seed(month.text, auditor_word), policy.as_of(source.day).fingerprint()
    return Month(path, csv, _totals(story, controls), story, source.mask, seeded, rules)


def _source(
    journal: Journal,
    settings: Settings,
    policy: Policy,
    month: Period,
    preparer: str,
    upto: int | None,
    *,
    full: bool = False,
) -> Source:
    story = tell(journal, month, policy.days("audit.cut_off_days"), upto)
    if full:
        return Source.made(story, NoMask(settings.actors()), policy)
    mask = Mask(settings.actors(), {*story.accounts, preparer} - {""}, policy.text("id.order_pattern"))
    return Source.made(story, mask, policy)


def month_tables(
    journal: Journal, kinds: KindTable, settings: Settings, policy: Policy, period: str, now: datetime
) -> tuple[Source, list[Table]]:
    """The tables of a month without the workbook around them."""
    source = _source(journal, settings, policy, Period.of(period, now), "", None)
    return source, _tables(journal, source, kinds, "", source.story.files)


def _tables(journal: Journal, source: Source, kinds: KindTable, word: str, files: Mapping[str, str]) -> list[Table]:
    """Every sheet behind the Dashboard, in reading order."""
    changed = control_tables.edited_after_approval(source)
    population = [case.case_id for case in source.population]
    keys = control_tables.key_items(source.population, source.policy)
    sample = draw(population, keys, seed(source.story.period.text, word))
    return [
        case_tables.cases_table(source),
        control_tables.cut_off_table(source),
        control_tables.approvals_table(source),
        control_tables.changes_table(source),
        case_tables.refunds_table(source, changed),
        money_tables.batches_table(source),
        money_tables.months_table(source, kinds),
        case_tables.claims_table(source),
        case_tables.returns_table(source),
        case_tables.quality_table(source),
        control_tables.overrides_table(source, kinds),
        case_tables.address_table(source),
        case_tables.deliveries_table(source),
        case_tables.stock_table(source),
        case_tables.cctv_table(source),
        case_tables.deviations_table(source),
        control_tables.exceptions_table(source, kinds),
        control_tables.sample_table(source, sample, word),
        control_tables.log_table(journal, source, kinds),
        control_tables.rules_table(source.policy, source.day),
        control_tables.files_table(files),
    ]


def _charts(source: Source, tables: Sequence[Table]) -> list[Block]:
    by_name = {table.name: table for table in tables}
    cases = by_name["Cases"]
    marks = list(zip(*(cases.values(title) for title in ("Type", "New", "Left", "At end")), strict=True))
    types: list[tuple[Cell, ...]] = [
        (kind.name, *(sum(int(str(row[at])) for row in marks if row[0] == kind.name) for at in (1, 2, 3)))
        for kind in case_types().values()
    ]
    refunds = money_by_state(source.of("RFD"), "total_refund", case_types()["RFD"].states)
    claims = by_name["Claims"]
    recovery = [(title, _sum(claims.values(title))) for title in case_tables.RECOVERY]
    kinds = sorted({str(kind) for kind in by_name["Exceptions"].values("Kind")})
    counted = [(kind, by_name["Exceptions"].values("Kind").count(kind)) for kind in kinds] or [("None", 0)]
    return [
        Block("Cases by type", ("Type", "New", "Ended", "Open at end"), types, lying=True),
        Block("Refunds by state, pounds", ("State", "Count", "Pounds"), refunds, lying=True, money=True),
        Block("Claims, pounds", ("", "Pounds"), recovery, money=True),
        Block("Exceptions by kind", ("Kind", "Count"), counted, lying=True),
    ]


def _sum(cells: Iterable[object]) -> Decimal:
    return sum((cell for cell in cells if isinstance(cell, Decimal)), Decimal(0))


def _totals(story: Story, controls: Iterable[Line]) -> Mapping[str, str]:
    found = {"period": story.period.text, "seq": str(story.head.seq), "head": story.head.hash}
    return found | {line.label: str(line.computed) for line in controls if not line.heading}


__all__ = ["Month", "Period", "Source", "build", "month_tables"]
