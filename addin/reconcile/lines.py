"""One side as it was read: its lines as exact columns, what kind each is, and every line that is not one of them.

Each line of the file ends in exactly one class: a refund, another kind, set aside, left out by the profile's choice,
a total, blank, or unreadable. The counts of all classes add up to the lines of the file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from addin.logic.outcome import Problem
from addin.logic.values import CURRENCIES
from addin.reconcile.bank import bank_table
from addin.reconcile.columns import (
    Numbers,
    Undecided,
    clean_ids,
    coarsest,
    eaten,
    read_amounts,
    read_days,
    read_moments,
)
from addin.reconcile.profile import Amount, Cells, Names, Profile, names_of, squeezed
from addin.reconcile.source import (
    Layout,
    Refused,
    Source,
    is_total,
    lay_out,
    numbers_in,
    open_source,
    raw_rows,
    read_table,
)

Kind = Literal["refund", "failed", "chargeback", "fee", "fx", "payment", "other"]
KINDS: Final[tuple[Kind, ...]] = ("refund", "failed", "chargeback", "fee", "fx", "payment", "other")
#: More unreadable lines than this, and the profile is the wrong one.
_MOST_BAD: Final = 2_000
_RECKONED: Final = ("day", "currency", "instant")
_NOT_IDS: Final = frozenset({*_RECKONED, "fx_rate", "fx_amount"})


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read: its number in the file, its text and why."""

    row: int
    text: str
    why: str


@dataclass(frozen=True)
class Answers:
    """What a person has answered about a file that can be read in two ways; "" is not answered."""

    dates: str = ""
    decimal: str = ""


@dataclass
class Lines:
    """The lines of one side, and what was found around them.

    `row` counts lines of the file as a text editor does. `aside` numbers the profile's set-aside rules, 0 for a line
    that takes part.
    """

    source: Source
    profile: Profile
    texts: dict[str, pl.Series]
    row: NDArray[np.int32]
    amount: Numbers
    value: Numbers
    currency: NDArray[np.uint8]
    day: NDArray[np.int32]
    kind: NDArray[np.uint8]
    aside: NDArray[np.uint8]
    moment: NDArray[np.int64] | None = None
    """Seconds, where the profile names a column `instant`: then what came later is judged by it."""
    total_lines: int = 0
    blank_lines: int = 0
    left_out: int = 0
    bad: list[BadLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def file_lines(self) -> int:
        """How many lines below the header the file has."""
        return len(self) + self.total_lines + self.blank_lines + self.left_out + len(self.bad)


#: The currencies of a run, by the number that stands for each in the columns.
CURRENCY_NAMES: Final = ("", *sorted(CURRENCIES))
_CURRENCY_CODE: Final = {name: code for code, name in enumerate(CURRENCY_NAMES)}


def read_lines(path: Path, profile: Profile | None, answers: Answers, keys: Sequence[str] = ()) -> Lines:
    """Read one side.

    Args:
        path: the file.
        profile: how to read it; found out by its header when None.
        answers: to what cannot be decided from the file alone.
        keys: columns that the tiers match on besides the usual ones.

    Raises:
        Refused: with every reason why the file cannot be taken as it is.
        CasebookError: when it cannot be read at all.
    """
    source = open_source(path)
    if source.format != "csv" or (profile is not None and profile.format != "csv"):
        return _bank_lines(source, profile, answers)
    layout = lay_out(source, profile)
    table = _Table(lambda titles: read_table(source, layout, titles), lambda rows: raw_rows(source, layout, rows))
    return _Reader(source, layout, answers, table).read()


def _bank_lines(source: Source, profile: Profile | None, answers: Answers) -> Lines:
    frame, layout, problems, notes = bank_table(source, profile)
    table = _Table(frame.select, lambda rows: {row: frame.row(row) for row in rows})
    lines = _Reader(source, layout, replace(answers, dates="iso"), table).read()
    lines.problems += problems
    lines.notes += notes
    return lines


def title_of(layout: Layout, wanted: Names) -> str:
    """The header name under which a column of a profile stands in this file."""
    there = {squeezed(title): title for title in reversed(layout.header)}
    return next(there[squeezed(name)] for name in names_of(wanted) if squeezed(name) in there)


@dataclass(frozen=True, slots=True)
class _Table:
    """The file's table: `fetch` reads some columns by their titles, `raw` all cells of some rows."""

    fetch: Callable[[Sequence[str]], pl.DataFrame]
    raw: Callable[[Sequence[int]], dict[int, tuple[str, ...]]]


class _Reader:
    """Reads the columns in two goes, what is reckoned with first and the ids then: half the memory at a time."""

    def __init__(self, source: Source, layout: Layout, answers: Answers, table: _Table) -> None:
        self.source, self.layout, self.answers, self.table = source, layout, answers, table
        self.profile = layout.profile

    def read(self) -> Lines:
        frame = self.table.fetch(self._reckoned_titles())
        chosen = self._chosen(frame)
        rows = np.arange(frame.height, dtype=np.int32)
        left_out = frame.height - int(chosen.sum())
        if left_out:
            frame, rows = frame.filter(pl.Series(chosen)), rows[chosen]
        try:
            amount = self._amount(frame, self.profile.amount)
            value = self._amount(frame, self.profile.value) if self.profile.value else amount
            day, no_day = self._days(frame)
        except Undecided as found:
            raise Refused(_question(self.source, self.profile, found)) from None
        currency, no_currency = self._currency(frame)
        moment, no_moment = self._moments(frame)
        no_day = no_day | no_moment
        bad = amount.bad | value.bad | no_day | no_currency
        lines = Lines(
            self.source, self.profile, {}, rows, amount, value, currency, day, self._kinds(frame), self._asides(frame),
            moment, left_out=left_out,
        )  # fmt: skip
        del frame
        if bad.any():
            self._sort_out(lines, np.flatnonzero(bad), {"amount": amount.bad | value.bad, "day": no_day})
            _keep(lines, ~bad)
        lines.texts = self._texts(lines.row, lines.total_lines + lines.blank_lines + len(lines.bad) + left_out)
        self._refuse_eaten(lines)
        lines.row += self.layout.skip + 2
        return lines

    def _reckoned_titles(self) -> list[str]:
        """The header names of amounts, day, currency and of the columns that rules look at."""
        profile = self.profile
        named: list[Names] = [*profile.amount.columns, *(profile.value.columns if profile.value else ())]
        named += [rule.column for rule in (*profile.kinds, *profile.where, *profile.aside)]
        places = [self.layout.places[name] for name in _RECKONED if name in self.layout.places]
        return list(dict.fromkeys([*places, *(title_of(self.layout, name) for name in named)]))

    # ---- columns --------------------------------------------------------------------------------------------

    def _column(self, frame: pl.DataFrame, wanted: Names) -> pl.Series:
        return frame[title_of(self.layout, wanted)]

    def _amount(self, frame: pl.DataFrame, rule: Amount) -> Numbers:
        decimal = self.answers.decimal if rule.decimal == "auto" and self.answers.decimal else rule.decimal

        def part(name: Names, *, blank_is_zero: bool = False) -> Numbers:
            cells = self._column(frame, name)
            if blank_is_zero:
                cells = cells.fill_null("0").replace("", "0")
            return read_amounts(cells, decimal, whole=rule.whole)

        if rule.product:
            found = _product(*(part(name) for name in rule.product))
        elif rule.column:
            found = part(rule.column)
        else:
            found = _difference(part(rule.debit, blank_is_zero=True), part(rule.credit, blank_is_zero=True))
        turned = {"turned": np.negative, "always positive": np.abs}.get(rule.sign)
        return replace(found, amount=turned(found.amount)) if turned else found

    def _days(self, frame: pl.DataFrame) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        if "day" not in self.layout.places:
            return np.zeros(frame.height, np.int32), np.zeros(frame.height, np.bool_)
        order = self.profile.dates if self.profile.dates != "auto" else self.answers.dates or "auto"
        return read_days(frame[self.layout.places["day"]], order, self.profile.zone)

    def _moments(self, frame: pl.DataFrame) -> tuple[NDArray[np.int64] | None, NDArray[np.bool_]]:
        if "instant" not in self.layout.places:
            return None, np.zeros(frame.height, np.bool_)
        return read_moments(frame[self.layout.places["instant"]])

    def _currency(self, frame: pl.DataFrame) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        title = self.layout.places.get("currency")
        if title is None:
            code = _CURRENCY_CODE[self.profile.currency]
            return np.full(frame.height, code, np.uint8), np.zeros(frame.height, np.bool_)
        cells = frame[title].fill_null("")
        known = {text: _CURRENCY_CODE.get(text.strip().upper() or self.profile.currency) for text in cells.unique()}
        codes = cells.replace_strict(pl.Series(list(known)), pl.Series(list(known.values()), dtype=pl.UInt8))
        return codes.fill_null(0).to_numpy(), (codes.fill_null(0) == 0).to_numpy()

    def _texts(self, rows: NDArray[np.int32], missing: int) -> dict[str, pl.Series]:
        """The columns of ids, of the lines that are kept."""
        places = {name: title for name, title in self.layout.places.items() if name not in _RECKONED}
        looked = [title_of(self.layout, rule.column) for rule in self.profile.extract.values()]
        titles = list(dict.fromkeys([*places.values(), *looked]))
        if not titles:
            return {}
        frame = self.table.fetch(titles)
        if missing:
            frame = frame[rows]
        texts = {name: clean_ids(frame[title]) for name, title in places.items()}
        for name, rule in self.profile.extract.items():
            cells = self._column(frame, rule.column).fill_null("")
            group = 1 if re.compile(rule.pattern).groups else 0
            found = cells.str.extract(rule.pattern if group else f"({rule.pattern})", 1).fill_null("")
            if name in texts:
                found = pl.Series(np.where((texts[name] == "").to_numpy(), found.to_list(), texts[name].to_list()))
            texts[name] = found
        return texts

    def _refuse_eaten(self, lines: Lines) -> None:
        """Refuse ids in scientific notation: their last digits are lost.

        Raises:
            Refused: it names the column and the first such line.
        """
        for name, cells in lines.texts.items():
            if name in _NOT_IDS or (at := eaten(cells)) is None:
                continue
            title = self.layout.places.get(name, name)
            words = (
                f"{self.source.name}, line {int(lines.row[at]) + self.layout.skip + 2}: '{title}' holds {cells[at]}, a "
                "number that a spreadsheet has shortened; its last digits are lost."
            )
            hint = "Export the file again and do not open it in a spreadsheet program before reconciling."
            raise Refused(Problem("STM-EATEN", words, name, hint=hint))

    # ---- kinds of lines -------------------------------------------------------------------------------------

    def _fits(self, frame: pl.DataFrame, rule: Cells) -> NDArray[np.bool_]:
        cells = self._column(frame, rule.column).fill_null("").str.strip_chars()
        if rule.blank:
            return (cells == "").to_numpy()
        found = cells.str.contains(f"(?i){rule.matches or rule.not_matches}")
        return (found if rule.matches else ~found).to_numpy()

    def _chosen(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        chosen = np.ones(frame.height, np.bool_)
        for rule in self.profile.where:
            chosen &= self._fits(frame, rule)
        return chosen

    def _kinds(self, frame: pl.DataFrame) -> NDArray[np.uint8]:
        kinds = np.full(frame.height, 255, np.uint8)
        for rule in self.profile.kinds:
            kinds[self._fits(frame, rule) & (kinds == 255)] = KINDS.index(rule.kind)
        kinds[kinds == 255] = KINDS.index(self.profile.otherwise)
        return kinds

    def _asides(self, frame: pl.DataFrame) -> NDArray[np.uint8]:
        asides = np.zeros(frame.height, np.uint8)
        for number, rule in enumerate(self.profile.aside, 1):
            asides[self._fits(frame, rule) & (asides == 0)] = number
        return asides

    # ---- lines that are none --------------------------------------------------------------------------------

    def _sort_out(self, lines: Lines, bad: NDArray[np.int64], why: Mapping[str, NDArray[np.bool_]]) -> None:
        """Tell totals and blank lines from unreadable ones; compare what a total states.

        Raises:
            Refused: when so many lines are unreadable that the file must be another one than the profile thinks.
        """
        if len(bad) > max(_MOST_BAD, len(lines) // 4):
            title = self.layout.places.get("day", "?") if why["day"].sum() > why["amount"].sum() else "the amount"
            words = f"{len(bad):,} of {len(lines):,} lines of {self.source.name} cannot be read ({title})."
            raise Refused(Problem("STM-LINES", words, hint="Is it the right profile? Look at the first lines."))
        raw = self.table.raw([int(row) for row in lines.row[bad]])
        good = np.ones(len(lines), np.bool_)
        good[bad] = False
        for at in bad.tolist():
            row = int(lines.row[at])
            cells = raw.get(row, ())
            number = row + self.layout.skip + 2
            if not any(cell.strip() for cell in cells):
                lines.blank_lines += 1
            elif is_total(cells):
                lines.total_lines += 1
                self._compare_total(lines, number, cells, good)
            else:
                names = [name for name, mask in why.items() if mask[at]] or ["currency"]
                text = self.source.separator.join(cells)[:200]
                lines.bad.append(BadLine(number, text, f"its {' and '.join(names)} cannot be read"))

    def _compare_total(self, lines: Lines, number: int, cells: Sequence[str], good: NDArray[np.bool_]) -> None:
        words = " ".join(cell for cell in cells if cell)[:80]
        count = re.search(r"(?i)\b(?:records?|rows|lines|count|anzahl)\b\W*(\d{1,9})\b", words)
        read = int(good.sum()) + lines.left_out
        if count and int(count[1]) != read:
            lines.problems.append(_not_whole(self.source, number, f"states {count[1]} lines; {read} were read"))
            return
        if count:
            lines.notes.append(f"Line {number} states {count[1]} lines, as were read.")
            return
        stated = _amounts_in(cells, self.answers.decimal or self.profile.amount.decimal)
        total = int(lines.amount.amount[good].sum())
        wanted = {abs(total)} if lines.amount.decimals else {abs(total), abs(total) * 100}
        if stated and not any(abs(amount.scaled(6)[0]) in {t * 10 ** (6 - lines.amount.decimals) for t in wanted}
                              for amount in stated):  # fmt: skip
            lines.notes.append(f"Line {number} ('{words}') was taken for a total; it is not the sum of the lines read.")
        else:
            lines.notes.append(f"Line {number} ('{words}') is a total and was left out of the lines.")


def _keep(lines: Lines, good: NDArray[np.bool_]) -> None:
    """Leave out the lines that are none."""
    lines.row, lines.day, lines.currency = lines.row[good], lines.day[good], lines.currency[good]
    lines.kind, lines.aside = lines.kind[good], lines.aside[good]
    lines.moment = lines.moment[good] if lines.moment is not None else None
    same = lines.value is lines.amount
    lines.amount = Numbers(lines.amount.amount[good], lines.amount.decimals, lines.amount.bad[good])
    value = lines.amount if same else None
    lines.value = value or Numbers(lines.value.amount[good], lines.value.decimals, lines.value.bad[good])


def _amounts_in(cells: Sequence[str], decimal: str) -> list[Numbers]:
    found = []
    for cell in numbers_in(cells):
        try:
            numbers = read_amounts(pl.Series([cell]), decimal)
        except Undecided:
            continue
        if not numbers.bad[0]:
            found.append(numbers)
    return found


def _not_whole(source: Source, number: int, what: str) -> Problem:
    words = f"{source.name} is not whole: line {number} {what}."
    return Problem("STM-CUT", words, hint="Download it again before anything is decided.")


def together(parts: Sequence[Lines]) -> Lines:
    """Several statements as one side: a month often has more than one provider. The order of the files is no matter.

    Which file a line is of stands in the column `file`.
    """
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: (part.source.name, part.source.sha256))
    names = list(dict.fromkeys(name for part in parts for name in part.texts))
    texts = {
        name: pl.concat([part.texts.get(name, pl.repeat("", len(part), dtype=pl.String, eager=True)) for part in parts])
        for name in names
    }
    texts["file"] = pl.concat([pl.repeat(part.source.name, len(part), dtype=pl.String, eager=True) for part in parts])
    before = np.cumsum([0, *(len(part.profile.aside) for part in parts)])
    rules = [rule for part in parts for rule in part.profile.aside]
    aside = [np.where(part.aside > 0, part.aside + offset, 0) for part, offset in zip(parts, before, strict=False)]
    profile = parts[0].profile.model_copy(
        update={"name": " + ".join(dict.fromkeys(part.profile.name for part in parts)), "aside": tuple(rules)}
    )
    digest = hashlib.sha256("".join(part.source.sha256 for part in parts).encode()).hexdigest()
    source = replace(parts[0].source, path=Path(" + ".join(part.source.name for part in parts)), sha256=digest)
    return Lines(
        source, profile, texts, np.concatenate([part.row for part in parts]), _stacked([part.amount for part in parts]),
        _stacked([part.value for part in parts]), np.concatenate([part.currency for part in parts]),
        np.concatenate([part.day for part in parts]), np.concatenate([part.kind for part in parts]),
        np.concatenate(aside).astype(np.uint8), None, sum(part.total_lines for part in parts),
        sum(part.blank_lines for part in parts), sum(part.left_out for part in parts),
        [replace(bad, text=f"{part.source.name}: {bad.text}") for part in parts for bad in part.bad],
        [f"{part.source.name}: {note}" for part in parts for note in part.notes],
        [problem for part in parts for problem in part.problems],
    )  # fmt: skip


def _stacked(parts: Sequence[Numbers]) -> Numbers:
    decimals = max(part.decimals for part in parts)
    amounts = np.concatenate([part.scaled(decimals) for part in parts])
    return Numbers(amounts, decimals, np.concatenate([part.bad for part in parts]))


def _product(one: Numbers, other: Numbers) -> Numbers:
    amount, decimals = coarsest(one.amount * other.amount, one.decimals + other.decimals)
    return Numbers(amount, decimals, one.bad | other.bad)


def _difference(debit: Numbers, credit: Numbers) -> Numbers:
    decimals = max(debit.decimals, credit.decimals)
    return Numbers(credit.scaled(decimals) - debit.scaled(decimals), decimals, debit.bad | credit.bad)


def _question(source: Source, profile: Profile, found: Undecided) -> Problem:
    if found.what == "dates":
        words = f"{source.name}: {found.example} can be the day or the month first, and no line of the file tells."
        hint = "Say it once with --dates dmy or --dates mdy; it is remembered for this layout."
        return Problem("STM-DATES", words, "day", hint=hint)
    words = f"{source.name}: in {found.example} the comma can stand for thousands or for decimals, and no line tells."
    hint = "Say it once with --decimal point or --decimal comma; it is remembered for this layout."
    return Problem("STM-DECIMAL", words, "amount", hint=hint)


def counts(lines: Lines) -> dict[str, int]:
    """How many lines there are of each kind that is not matched."""
    found = Counter(KINDS[code] for code in lines.kind[lines.aside == 0].tolist())
    return {kind: found[kind] for kind in KINDS if found[kind]}
