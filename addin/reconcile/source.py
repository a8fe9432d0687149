"""A file before anything is made of it: which format, encoding, separator and header it has, and its cells as texts.

1. Every cell is read as text; nothing is guessed into a number, so that ids keep their digits and zeros.
2. UTF-8 with or without a mark, UTF-16 with one, else Windows-1252.
3. Lines above the header (banks like to write some) are skipped: the header is the line that has the profile's columns.
4. A file that ends in the middle of a line is refused.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from addin.errors import CasebookError
from addin.logic.outcome import Problem
from addin.reconcile.profile import GENERIC, Profile, placed, shipped, sniff

#: The header is looked for within so many lines.
_HEAD_LINES: Final = 40
_HEAD_BYTES: Final = 262_144
_SEPARATORS: Final = ",;\t|"
_BLOCK: Final = 1 << 20
#: A name no statement gives a column.
_ROW: Final = "(row of the table)"


class Refused(Exception):
    """A file that cannot be read as it is; the problems say why and what to do."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Source:
    """A file on disk: its name, digest and format; `content` holds the bytes where they had to be converted."""

    path: Path
    sha256: str
    format: str
    content: bytes | None
    head: tuple[str, ...]
    separator: str

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    def readable(self) -> Path | io.BytesIO:
        """What a reader takes: the file itself, or its converted bytes."""
        return self.path if self.content is None else io.BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table of a source starts, and how its columns are named there."""

    profile: Profile
    header: tuple[str, ...]
    skip: int
    places: dict[str, str]


def open_source(path: Path) -> Source:
    """Look at a file: digest, format, encoding, first lines.

    Raises:
        Refused: when it is empty.
        CasebookError: when it cannot be read.
    """
    try:
        digest, start = _digest(path)
    except OSError as error:
        hint = "Check the name and the rights on it."
        raise CasebookError(f"{path.name} cannot be read: {error.strerror}.", hint=hint, code="STM-FILE") from error
    if not start.strip():
        hint = "Download it again; a month without lines still has a header."
        raise Refused(Problem("STM-EMPTY", f"{path.name} is empty.", hint=hint))
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        hint = "Open it and save it as CSV (UTF-8), then reconcile that file."
        raise Refused(Problem("STM-BOOK", f"{path.name} is a workbook, not a text file.", hint=hint))
    content = _converted(path, start)
    text = (content[:_HEAD_BYTES] if content is not None else start).decode("utf-8-sig", errors="ignore")
    head = tuple(text.splitlines()[:_HEAD_LINES])
    return Source(path, digest, _format(text), content, head, _separator(head))


def _digest(path: Path) -> tuple[str, bytes]:
    digest = hashlib.sha256()
    start = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            start = start or block[:_HEAD_BYTES]
            digest.update(block)
    return digest.hexdigest(), start


def _converted(path: Path, start: bytes) -> bytes | None:
    """The file's bytes in UTF-8, None when they are so already."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return path.read_bytes().decode("utf-16", errors="replace").encode()
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if not block.isascii():
                    decoder.decode(block)
                elif decoder.getstate()[0]:
                    raise UnicodeDecodeError("utf-8", block, 0, 1, "cut character")
    except UnicodeDecodeError:
        return path.read_bytes().decode("cp1252", errors="replace").encode()
    return None


def _format(text: str) -> str:
    bare = text.lstrip("\ufeff \r\n\t")
    if bare.startswith("<"):
        return "camt.053"
    return "mt940" if bare.startswith((":20:", "{1:", "{4:")) or "\n:61:" in text[:20_000] else "csv"


def _separator(head: Sequence[str]) -> str:
    counts = {mark: max((line.count(mark) for line in head), default=0) for mark in _SEPARATORS}
    return max(_SEPARATORS, key=lambda mark: counts[mark])


def cells_of(line: str, separator: str) -> tuple[str, ...]:
    """The cells of one line of text."""
    return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator), []))


def lay_out(source: Source, profile: Profile | None) -> Layout:
    """Find the header of a table, and the profile that reads it when none is named.

    Raises:
        Refused: when columns are missing (it names them), or no profile or more than one fits.
    """
    rows = [(skip, cells_of(line, source.separator)) for skip, line in enumerate(source.head) if line.strip()]
    if profile is None:
        return _recognised(source, rows)
    best: tuple[int, list[str], tuple[str, ...]] | None = None
    for skip, header in rows:
        places, missing = placed(profile, header)
        if not missing:
            return Layout(profile, header, skip, places)
        if best is None or len(places) > best[0]:
            best = (len(places), missing, header)
    missing, header = (best[1], best[2]) if best else ([], ())
    found = ", ".join(cell for cell in header if cell)[:300]
    words = f"{source.name} lacks columns that the profile '{profile.name}' needs: {', '.join(missing)}."
    hint = f"Its columns are: {found}. Export them too, or describe this layout in a profile of your own."
    raise Refused(Problem("STM-COLUMNS", words, hint=hint))


def _recognised(source: Source, rows: Sequence[tuple[int, tuple[str, ...]]]) -> Layout:
    for skip, header in rows:
        fits = sniff(header)
        if len(fits) == 1:
            places, missing = placed(fits[0], header)
            if not missing:
                return Layout(fits[0], header, skip, places)
        if len(fits) > 1:
            names = ", ".join(profile.name for profile in fits)
            hint = f"Name it with --profile: {names}."
            raise Refused(Problem("STM-WHICH", f"{source.name} fits more than one layout.", hint=hint))
    header = max((cells for _, cells in rows), key=len, default=())
    missing = placed(shipped()[GENERIC], header)[1]
    words = (
        f"The layout of {source.name} is not known. To be read as a general table it lacks: {', '.join(missing)}."
        if missing
        else f"The layout of {source.name} is not known."
    )
    hint = (
        f"Its columns are: {', '.join(cell for cell in header if cell)[:300]}. "
        "Rename them or describe the layout in a profile (see docs/reconciliation.md)."
    )
    raise Refused(Problem("STM-LAYOUT", words, hint=hint))


def read_table(source: Source, layout: Layout, titles: Sequence[str]) -> pl.DataFrame:
    """Some columns of a table as texts, one row a line below the header.

    Raises:
        Refused: when the file is cut off or its quotes do not close.
    """
    _refuse_cut(source, layout)
    wanted = sorted({layout.header.index(title) for title in titles})
    try:
        frame = pl.read_csv(
            source.readable(),
            columns=wanted,
            separator=source.separator,
            skip_lines=layout.skip,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise Refused(_broken(source, error)) from error
    frame.columns = [layout.header[at] for at in wanted]
    return frame


def raw_rows(source: Source, layout: Layout, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """All cells of a few rows, by row number below the header (from 0).

    Raises:
        Refused: when the lines cannot be told apart.
    """
    scan = pl.scan_csv(
        source.readable(),
        separator=source.separator,
        skip_lines=layout.skip,
        infer_schema=False,
        truncate_ragged_lines=True,
        row_index_name=_ROW,
    )
    try:
        found = scan.filter(pl.col(_ROW).is_in(list(rows))).collect()
    except pl.exceptions.PolarsError as error:
        raise Refused(_broken(source, error)) from error
    return {int(line[0]): tuple(cell or "" for cell in line[1:]) for line in found.iter_rows()}


def _broken(source: Source, error: Exception) -> Problem:
    words = f"{source.name} is no table: {str(error).splitlines()[0][:160]}."
    return Problem("STM-BROKEN", words, hint="Download it again; do not open and save it in between.")


def _refuse_cut(source: Source, layout: Layout) -> None:
    """Refuse a file whose last line has no end and fewer cells than the header.

    Raises:
        Refused: it looks cut off.
    """
    tail = _tail(source)
    if tail.endswith(("\n", "\r")) or not tail:
        return
    last = tail.splitlines()[-1]
    open_quote = last.count('"') % 2 == 1
    cells = () if open_quote else cells_of(last, source.separator)
    if open_quote or (1 < len(cells) < len(layout.header) and not is_total(cells)):
        words = f"{source.name} ends in the middle of a line: {last[-60:]!r}. It looks cut off."
        raise Refused(Problem("STM-CUT", words, hint="Download it again."))


def _tail(source: Source) -> str:
    if source.content is not None:
        return source.content[-8_192:].decode("utf-8", errors="ignore")
    with source.path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(max(0, file.tell() - 8_192))
        return file.read().decode("utf-8", errors="ignore")


#: How a line of totals starts, in the first cells that hold something.
_TOTALS: Final = (
    "total", "totals", "grand total", "sub total", "subtotal", "sub-total", "sum", "summe", "gesamt", "saldo", "totaux",
    "closing", "opening", "balance", "records", "record count", "rows", "lines", "end of", "trailer", "count", "anzahl",
)  # fmt: skip


def is_total(cells: Sequence[str]) -> bool:
    """True for a line that sums up or counts others, or ends the file."""
    return any(_starts(cell) for cell in cells if cell)


def _starts(cell: str) -> bool:
    bare = cell.casefold().strip(" *=-:#")
    return any(bare == word or bare.startswith((f"{word} ", f"{word}:", f"{word}=")) for word in _TOTALS)


def numbers_in(cells: Sequence[str]) -> Iterator[str]:
    """The cells of a line that hold digits."""
    yield from (cell for cell in cells if any(letter.isdigit() for letter in cell))
