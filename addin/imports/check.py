"""The rows of a table, judged: accepted, to be reviewed, rejected, or repeated; with control totals.

accept   everything was understood
review   the row stands, but something in it is doubtful: that value is left out, and a person is told
reject   the row cannot stand: a needed value is missing or cannot be read
repeat   the same row again, or an older one of the same thing: nothing is done with it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import polars as pl

from addin.imports.columns import ReadColumn, read_columns
from addin.imports.exchange import ACCEPTED, REJECTED, REPEATED, REVIEW, Answer, Job, Line
from addin.imports.profiles import Profile, folded
from addin.imports.refusal import Refused
from addin.imports.sieve import sieve
from addin.imports.tables import Table
from addin.logic.imports.kinds import ImportKind, Value

_BAD, _DOUBT, _REPEAT, _ROW = "__bad", "__doubt", "__repeat", "__row"
#: Days that are a day apart may be the same moment in another zone.
_SLACK_DAYS: Final = 1


@dataclass
class _Judged:
    """A table on its way through the checks: values by column, and marks and words by row."""

    kind: ImportKind
    frame: pl.DataFrame
    columns: dict[str, ReadColumn]
    words: dict[int, list[str]] = field(default_factory=dict)

    def mark(self, what: str, rows: pl.Series, words: str) -> None:
        """Mark rows (True in `rows`) as bad or doubtful, with why."""
        if self._note(what, rows):
            for index in rows.arg_true():
                self.words.setdefault(index, []).append(words)

    def mark_texts(self, what: str, rows: pl.Series, read: ReadColumn, words: Mapping[str, str]) -> None:
        """Mark rows by the text they hold in a column; `words` has what is said of each text."""
        if self._note(what, rows):
            found = rows.arg_true()
            for index, text in zip(found, read.texts.gather(found), strict=True):
                self.words.setdefault(index, []).append(f"{read.column.title}: {words[text]}")

    def _note(self, what: str, rows: pl.Series) -> bool:
        if not rows.any():
            return False
        self.frame = self.frame.with_columns((pl.col(what) | rows).alias(what))
        return True


def check(table: Table, profile: Profile, job: Job) -> Answer:
    """Judge every row, sum up, and pick the rows that the rules are asked about.

    Raises:
        Refused: when the file as a whole cannot stand.
    """
    if table.frame.height + len(table.ragged) > job.most_rows:
        raise Refused("IMP-ROWS", f"More than {job.most_rows:,} rows.", "Export a shorter period.")
    table = _without_totals(table, profile)
    columns = read_columns(table, profile)
    judged = _Judged(profile.of, _frame(table, profile.of, columns), columns)
    _needed(judged)
    _marks_of_texts(judged)
    _future(judged, job.look.now)
    _out_of_order(judged)
    _repeats(judged)
    return _answer(judged, table, profile, job)


def _frame(table: Table, kind: ImportKind, columns: Mapping[str, ReadColumn]) -> pl.DataFrame:
    """The values by our names; a column that the file does not have is empty."""
    height = table.frame.height
    found = {_ROW: _lines_of(table)}
    names = [column.name for column in kind.columns] + (["status"] if "status" in columns else [])
    for name in names:
        read = columns.get(name)
        found[name] = read.values if read is not None else pl.Series([None] * height, dtype=_dtype(kind, name))
    found |= {mark: pl.Series([False] * height, dtype=pl.Boolean) for mark in (_BAD, _DOUBT, _REPEAT)}
    return pl.DataFrame(found)


def _lines_of(table: Table) -> pl.Series:
    """The line of each row."""
    if isinstance(lines := table.lines, range):
        return pl.int_range(lines.start, lines.stop, lines.step, eager=True)
    return pl.Series(list(lines), dtype=pl.Int64)


def _dtype(kind: ImportKind, name: str) -> pl.DataType:
    value = kind.column(name).value
    return {Value.COUNT: pl.Int64(), Value.FLAG: pl.Boolean()}.get(value, pl.String())


def _needed(judged: _Judged) -> None:
    for name in judged.kind.needed:
        read = judged.columns[name]
        empty = read.values.is_null() & (read.texts.str.strip_chars() == "")
        judged.mark(_BAD, empty, f"{read.column.title} is empty")


def _marks_of_texts(judged: _Judged) -> None:
    """What the readers said of single texts."""
    for read in judged.columns.values():
        if read.bad:
            judged.mark_texts(_BAD, read.texts.is_in(list(read.bad)), read, read.bad)
        if read.doubts:
            judged.mark_texts(_DOUBT, read.texts.is_in(list(read.doubts)), read, read.doubts)


def _future(judged: _Judged, now: datetime) -> None:
    """What should lie in the past and does not is left out, with a doubt."""
    for column in judged.kind.columns:
        if not column.past or column.name not in judged.columns:
            continue
        limit = now.date().isoformat() if column.value is Value.DAY else now.isoformat()
        ahead = (judged.frame[column.name] > limit).fill_null(False)
        if ahead.any():
            judged.mark(_DOUBT, ahead, f"{column.title} lies in the future; are day and month the wrong way round?")
            _clear(judged, column.name, ahead)


def _out_of_order(judged: _Judged) -> None:
    """Days that come one after another and do not: both are left out, since nobody knows which is wrong."""
    names = [name for name in judged.kind.order if name in judged.columns]
    for first, second in pairwise(names):
        if not judged.frame.select((pl.col(first) > pl.col(second).str.slice(0, 10)).any()).item():
            continue
        day = [pl.col(name).str.slice(0, 10).str.to_date("%Y-%m-%d") for name in (first, second)]
        wrong = judged.frame.select(((day[0] - day[1]).dt.total_days() > _SLACK_DAYS).fill_null(False)).to_series()
        if wrong.any():
            titles = [judged.columns[name].column.title for name in (first, second)]
            words = f"'{titles[0]}' is later than '{titles[1]}'; are day and month the wrong way round?"
            judged.mark(_DOUBT, wrong, words)
            for name in (first, second):
                _clear(judged, name, wrong)


def _clear(judged: _Judged, name: str, rows: pl.Series) -> None:
    judged.frame = judged.frame.with_columns(pl.when(~rows).then(pl.col(name)).alias(name))


def _repeats(judged: _Judged) -> None:
    """Rows said before, older rows of the same thing, and rows of one thing that contradict each other."""
    names = [name for name in judged.frame.columns if name not in (_ROW, _BAD, _DOUBT, _REPEAT)]
    # Rows that are the same have the same key: where no key stands twice there is nothing to look for.
    if not judged.frame.select(pl.struct(judged.kind.key).is_duplicated()).to_series().any():
        return
    good = ~judged.frame[_BAD]
    again = good & ~judged.frame.select(pl.struct([*names, _BAD]).is_first_distinct()).to_series()
    judged.mark(_REPEAT, again, "the same row as one before it")
    left = ~pl.col(_BAD) & ~pl.col(_REPEAT)
    key = pl.when(left).then(pl.struct(judged.kind.key))
    shared = judged.frame.select((key.is_duplicated() & left).fill_null(False)).to_series()
    if not shared.any():
        return
    newest = pl.col(judged.kind.newest)
    part = judged.frame.with_row_index("__at").filter(shared)
    part = part.with_columns(
        newest.max().over(judged.kind.key).alias("__last"),
    ).with_columns((newest == pl.col("__last")).fill_null(pl.col("__last").is_null()).alias("__is_last"))
    part = part.with_columns(pl.col("__is_last").sum().over(judged.kind.key).alias("__lasts"))
    older = set(part.filter(~pl.col("__is_last"))["__at"])
    tied = set(part.filter(pl.col("__is_last") & (pl.col("__lasts") > 1))["__at"])
    places = range(judged.frame.height)
    judged.mark(
        _REPEAT, pl.Series([place in older for place in places]), "a newer row of the same thing is in the file"
    )
    unclear = "another row says something else of the same thing, and neither is newer; nothing is done with either"
    judged.mark(_BAD, pl.Series([place in tied for place in places]), unclear)


def _answer(judged: _Judged, table: Table, profile: Profile, job: Job) -> Answer:
    frame = judged.frame
    bad, repeat, doubt = frame[_BAD], frame[_REPEAT], frame[_DOUBT]
    stands = ~bad & ~repeat
    whole = frame.select(pl.all_horizontal([pl.col(name).is_not_null() for name in judged.kind.needed])).to_series()
    worth = stands & whole & sieve(judged.kind.name, frame, job.look, job.watched)
    wanted = worth.arg_true().to_list()
    lines, unlisted = _lines(judged, table, bad, job.most_listed)
    kept = frame.filter(stands)
    return Answer(
        profile=profile.id,
        rows=frame.height + len(table.ragged),
        accepted=int((stands & ~doubt).sum()),
        review=int((stands & doubt).sum()),
        rejected=int(bad.sum()) + len(table.ragged),
        repeated=int(repeat.sum()),
        newest=_newest(kept, judged.kind),
        controls=_controls(kept, judged.kind),
        columns={name: read.column.title for name, read in judged.columns.items()},
        unused=tuple(title for title in table.header if folded(title) not in _used(profile) and title)[:50],
        lines=tuple(lines),
        unlisted=unlisted,
        wanted=tuple(_rows(judged, wanted[: job.most_wanted])),
        too_many=max(0, len(wanted) - job.most_wanted),
    )


def _without_totals(table: Table, profile: Profile) -> Table:
    """The table without lines such as "Total", which are no rows: their first cell says so."""
    words = [folded(word) for word in profile.totals]
    rows = ~table.frame["c0"].str.strip_chars(" .:").str.to_lowercase().is_in(words)
    if rows.all():
        return table
    return replace(table, frame=table.frame.filter(rows), lines=[table.lines[at] for at in rows.arg_true()])


def _used(profile: Profile) -> frozenset[str]:
    titles = (title for given in profile.columns.values() for title in (*given.titles, *given.time_titles))
    return frozenset(folded(title) for title in titles)


def _lines(judged: _Judged, table: Table, bad: pl.Series, most: int) -> tuple[list[Line], int]:
    """What is to be told about rows, in the file's order; the worst first where not all fit."""
    told = [
        Line(row=line, verdict=REJECTED, thing="", words=f"{count} cells where the header has {table.width}")
        for line, count in table.ragged.items()
    ]
    order = {REJECTED: 0, REVIEW: 1, REPEATED: 2}
    for index, words in judged.words.items():
        verdict = REJECTED if bad[index] else REPEATED if judged.frame[_REPEAT][index] else REVIEW
        told.append(
            Line(row=table.lines[index], verdict=verdict, thing=_thing(judged, index), words="; ".join(words)[:1_000])
        )
    worst = sorted(told, key=lambda line: (order[line.verdict], line.row))[:most]
    return sorted(worst, key=lambda line: line.row), max(0, len(told) - most)


def _thing(judged: _Judged, index: int) -> str:
    parts = [str(value) for name in judged.kind.key if (value := judged.frame[name][index]) is not None]
    return " ".join(parts)[:120]


def _newest(kept: pl.DataFrame, kind: ImportKind) -> str:
    newest = kept[kind.newest].max() if kept.height else None
    return str(newest) if newest is not None else ""


def _controls(kept: pl.DataFrame, kind: ImportKind) -> dict[str, str]:
    """Sums and counts over the rows that stand, to be compared with the system the file comes from."""
    found = {f"distinct {kind.column(kind.key[0]).title}": f"{kept[kind.key[0]].n_unique():,}"}
    for column in kind.columns:
        values = kept[column.name].drop_nulls()
        if not len(values):
            continue
        if column.value is Value.COUNT:
            found[f"sum of {column.title}"] = f"{int(values.sum()):,}"
        elif column.value is Value.MONEY:
            sums = (
                pl.DataFrame({"ccy": values.str.slice(0, 3), "amount": values.str.slice(4).cast(pl.Decimal(38, 3))})
                .group_by("ccy")
                .agg(pl.col("amount").sum())
                .sort("ccy")
            )
            found[f"sum of {column.title}"] = ", ".join(_figure(*row) for row in sums.iter_rows())
        elif column.value is Value.INSTANT and column.name == kind.newest:
            found[f"newest {column.title}"] = str(values.max())
    return found


def _figure(currency: str, amount: Decimal) -> str:
    return f"{currency} {amount:,.2f}"


def _rows(judged: _Judged, wanted: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The rows for the rules, without what they leave open, with their doubts."""
    chosen = judged.frame.drop(_BAD, _DOUBT, _REPEAT)[list(wanted)]
    for index, values in zip(wanted, chosen.iter_rows(named=True), strict=True):
        line = int(values.pop(_ROW))
        found = {name: value for name, value in values.items() if value is not None}
        doubts = judged.words.get(index, ())
        yield found | {"row": line} | ({"doubts": list(doubts)} if doubts else {})


__all__ = ["ACCEPTED", "check"]
