"""A file as a table of texts: header, rows, and where each row stands in the file. Separated text is read here.

1. The encoding is what the start of the file tells (`logic.encoding`), else UTF-8 with single bytes of the profile's
   last one, else that one.
2. The separator is the one that splits the header into most columns the profile knows; lines before it are left out.
3. A row with more or fewer cells than the header is kept out and named: a separator inside a text shifts every value
   after it into the wrong column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from addin.imports.profiles import Profile, folded
from addin.imports.refusal import Refused
from addin.logic.encoding import marked_encoding, mixed_text

#: How many lines at the start may be titles and remarks before the header.
_PREAMBLE: Final = 20
#: A line longer than this is no line of a table.
_LINE_LIMIT: Final = 1_000_000
csv.field_size_limit(_LINE_LIMIT)
#: So many characters at the start are looked at for zeros.
_NUL_LOOK: Final = 1_000_000
#: A line of separators alone; it is no row.
_EMPTY_ROW: Final = re.compile(r"(?<=\n)(?:,{2,}|;{2,}|\t{2,}|\|{2,})(?=\n|\Z)")


@dataclass(frozen=True)
class Table:
    """A file's cells as texts, column by column, and the line of each row.

    `ragged` maps the line of a row with too many or too few cells to how many it has; such rows are not in `frame`.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame
    lines: Sequence[int]
    width: int
    ragged: dict[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def known_titles(profile: Profile) -> frozenset[str]:
    """Every title that a profile knows, as it is compared."""
    columns = profile.columns.values()
    return frozenset(folded(title) for column in columns for title in (*column.titles, *column.time_titles))


def fits(header: Sequence[str], profile: Profile) -> tuple[int, list[str]]:
    """How many of a header's cells the profile knows, and which needed columns are missing (by their first title)."""
    have = {folded(cell) for cell in header}
    missing = [
        profile.columns[name].titles[0]
        for name in profile.of.needed
        if have.isdisjoint(folded(title) for title in profile.columns[name].titles)
    ]
    return len(have & known_titles(profile)), missing


def decoded(content: bytes, profile: Profile) -> str:
    """The text of a file, line ends as `\\n`.

    Raises:
        Refused: for bytes that no encoding of the profile fits, or that are no text.
    """
    text = _text(content, profile)
    if (zero := text.find("\x00", 0, _NUL_LOOK)) >= 0:
        words = f"Line {text.count(chr(10), 0, zero) + 1} holds a character that no text has (NUL)."
        raise Refused("IMP-BINARY", words, "The file is cut off or no table: export it again as CSV or .xlsx.")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _text(content: bytes, profile: Profile) -> str:
    if encoding := marked_encoding(content):
        return _decode(content, encoding, profile).removeprefix("\ufeff")
    if profile.encodings[0] == "utf-8" and len(profile.encodings) > 1:
        # A file put together of two exports: single bytes of the old code page among UTF-8.
        mixed = mixed_text(content, profile.encodings[-1])
        if not mixed.lost:
            return mixed.text
    return _decode(content, profile.encodings[-1], profile)


def _decode(content: bytes, encoding: str, profile: Profile) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        line = content.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        known = ", ".join(profile.encodings)
        raise Refused(
            "IMP-ENCODING",
            f"Line {line} holds bytes that are not {encoding}.",
            f"Save the export as UTF-8, or name its encoding in the profile {profile.id} (it has {known}).",
        ) from error


def read_text_table(content: bytes, profiles: Sequence[Profile]) -> tuple[Profile, Table]:
    """The table of a text file, with the profile that fits it best.

    Raises:
        Refused: when no profile fits, or the file is no table.
    """
    best: tuple[int, Profile, str, int, str] | None = None
    nearest = ""
    written = {profile.encodings: profile for profile in profiles}
    texts = {encodings: decoded(content, profile) for encodings, profile in written.items()}
    starts = {encodings: text.split("\n", _PREAMBLE)[:_PREAMBLE] for encodings, text in texts.items()}
    for profile in profiles:
        text = texts[profile.encodings]
        for number, line in enumerate(starts[profile.encodings]):
            for mark in profile.delimiters if len(line) < _LINE_LIMIT else ():
                known, missing = fits(split_line(line, mark), profile)
                if not missing and (best is None or known > best[0]):
                    best = (known, profile, text, number, mark)
                elif missing and 2 * len(missing) <= len(profile.of.needed):
                    nearest = max(nearest, f"{known:04} {profile.id}: {', '.join(missing)}")
    if best is None:
        raise no_profile(nearest[5:], profiles)
    _, profile, text, number, mark = best
    return profile, _rows(text, number, mark, profile)


def no_profile(nearest: str, profiles: Sequence[Profile]) -> Refused:
    """Why a file fits none of these profiles; `nearest` is "profile: missing titles"."""
    if nearest:
        name, _, missing = nearest.partition(": ")
        words = f"The file lacks the column{'s' if ',' in missing else ''} {missing}."
        return Refused("IMP-COLUMNS", words, f"Export it whole, or add the title that it has to the profile {name}.")
    names = ", ".join(profile.id for profile in profiles)
    hint = f"Known are: {names}. Check that it is the right export; a new format is a new profile file."
    return Refused("IMP-PROFILE", "No import profile knows the columns of this file.", hint)


def split_line(line: str, mark: str) -> list[str]:
    """The cells of one line; none for a line that is no table's."""
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return []


def _rows(text: str, number: int, mark: str, profile: Profile) -> Table:
    start = 0
    for _ in range(number):
        start = text.index("\n", start) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    header = tuple(cell.strip() for cell in split_line(text[start:end], mark))
    if not mark.isspace() and (found := _even_rows(text, end + 1, number + 2, header, mark)) is not None:
        return _without_empty(found)
    lines = (_EMPTY_ROW.sub("", text) if f"\n{mark}{mark}" in text else text).split("\n")
    body = lines[number + 1 :]
    while body and not body[-1].strip():
        body.pop()
    places: Sequence[int] = range(number + 2, number + 2 + len(body))
    if not all(body):
        kept = [(place, line) for place, line in zip(places, body, strict=True) if line.strip()]
        places, body = [place for place, _ in kept], [line for _, line in kept]
    counts = _cell_counts(body, mark)
    if counts is None:
        return _slow_rows("\n".join(lines[number + 1 :]), number + 1, header, mark)
    table = _fast_rows(body, places, counts, header, mark)
    return _without_ragged_totals(table, lines, mark, profile)


def _even_rows(text: str, start: int, first: int, header: tuple[str, ...], mark: str) -> Table | None:
    """The rows of a text without quotation marks in which every line has as many cells as the header; else None.

    Polars refuses a longer line and fills up a shorter one. So the sizes of all cells are summed: what is left of the
    text are its separators and line ends, and only as many as there should be leave no line too short. Splitting the
    lines, or counting in the text, would cost as much as reading all days and numbers.

    Args:
        text: the whole text; its rows begin at `start`, on the line `first`.
        start: see `text`.
        first: see `text`.
        header: the titles.
        mark: the separator.
    """
    width, end = len(header), len(text)
    while end > start and text[end - 1] == "\n":
        end -= 1
    if width < 2 or text.find('"', start, end) >= 0:
        return None
    height = text.count("\n", start, end) + 1
    content = text[start:end].encode()
    schema = {f"c{index}": pl.String() for index in range(width)}
    try:
        frame = pl.read_csv(
            content, has_header=False, separator=mark, schema=schema, empty_string_is_null=False, quote_char=None
        )
    except pl.exceptions.PolarsError:
        return None
    sizes = frame.select(pl.all().str.len_bytes().sum()).row(0)
    if frame.height != height or len(content) - sum(sizes) != height * width - 1:
        return None
    return Table(header, frame, range(first, first + height), width)


def _without_empty(table: Table) -> Table:
    """The table without rows of which every cell is empty, as a sheet saved with a million formatted rows has them."""
    if not (table.frame["c0"] == "").any():
        return table
    filled = table.frame.select(pl.any_horizontal(pl.all() != "")).to_series()
    if filled.all():
        return table
    return replace(table, frame=table.frame.filter(filled), lines=[table.lines[at] for at in filled.arg_true()])


def _cell_counts(lines: Sequence[str], mark: str) -> pl.Series | None:
    """How many cells each line has; None when a quoted text goes over several lines."""
    found = pl.Series(lines, dtype=pl.String)
    if found.str.contains('"', literal=True).any():
        if (found.str.count_matches('"', literal=True) % 2 == 1).any():
            return None
        found = found.str.replace_all('"[^"]*"', "")
    return found.str.count_matches(mark, literal=True) + 1


def _fast_rows(
    lines: Sequence[str], places: Sequence[int], counts: pl.Series, header: tuple[str, ...], mark: str
) -> Table:
    width = len(header)
    ragged = {places[at]: counts[at] for at in (counts != width).arg_true()}
    if ragged:
        kept = [(place, line) for place, line in zip(places, lines, strict=True) if place not in ragged]
        places, lines = [place for place, _ in kept], [line for _, line in kept]
    names = [f"c{index}" for index in range(width)]
    if not lines:
        return Table(header, pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in names}), [], width, ragged)
    whole = "\n".join(lines)
    frame = pl.read_csv(
        whole.encode(), has_header=False, separator=mark, infer_schema=False, new_columns=names,
        empty_string_is_null=False, quote_char='"' if '"' in whole else None,
    )  # fmt: skip
    if frame.width != width or frame.height != len(lines):  # a quote in the middle of a cell
        return _slow_rows("\n".join(lines), 0, header, mark, places)
    return Table(header, frame, places, width, ragged)


def _without_ragged_totals(table: Table, lines: Sequence[str], mark: str, profile: Profile) -> Table:
    """A line of totals may be shorter than the others; it is no row."""
    words = {folded(word) for word in profile.totals}
    ragged = {at: count for at, count in table.ragged.items() if folded(lines[at - 1].split(mark)[0]) not in words}
    return replace(table, ragged=ragged)


def _slow_rows(
    text: str, before: int, header: tuple[str, ...], mark: str, places: Sequence[int] | None = None
) -> Table:
    """Cell by cell, for texts with line ends inside them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    found: list[list[str]] = []
    lines: list[int] = []
    ragged: dict[int, int] = {}
    start = 0
    try:
        for cells in reader:
            place = places[start] if places is not None else before + start + 1
            start = reader.line_num
            if not cells or not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                ragged[place] = len(cells)
                continue
            found.append(cells)
            lines.append(place)
    except csv.Error as error:
        place = before + reader.line_num
        raise Refused(
            "IMP-CSV", f"Line {place} cannot be read: {error}.", "Look for a quotation mark that is never closed."
        ) from error
    names = [f"c{index}" for index in range(len(header))]
    columns = zip(*found, strict=True) if found else [()] * len(names)
    frame = pl.DataFrame(
        {name: pl.Series(column, dtype=pl.String) for name, column in zip(names, columns, strict=True)}
    )
    return Table(header, frame, lines, len(header), ragged)
