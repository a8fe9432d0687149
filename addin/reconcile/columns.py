"""Columns of text made exact: amounts as whole numbers of a small unit, days, cleaned ids; and which cells resist.

1. No amount passes through a float; as many decimals are kept as the file has.
2. What can be read in two ways (03/04/2026, 1,234) is asked, never guessed: `Undecided`.
3. The usual forms are read whole columns at a time; only cells that differ are looked at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from addin.logic.calendar import LONDON
from addin.logic.values import clean_id

#: Up to so many decimals are kept; a cell with more is told as unreadable.
MOST_DECIMALS: Final = 6
_PLAIN: Final = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,{MOST_DECIMALS}}})?$"
_SIGNS: Final = str.maketrans({"−": "-", "–": "-", "\u00a0": "", "\u202f": "", " ": "", "'": "", "’": "", "£": "",
                               "€": "", "$": ""})  # fmt: skip
_CODE: Final = re.compile(r"^[A-Z]{3}|[A-Z]{3}$")
_POINT: Final = re.compile(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")
_COMMA: Final = re.compile(r"-?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
#: A number that Excel has eaten: digits are lost for good.
_EATEN: Final = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}$"


class Undecided(Exception):
    """A column that can be read in two ways; `what` is "dates" or "decimal", `example` a cell."""

    def __init__(self, what: str, example: str) -> None:
        super().__init__(what)
        self.what, self.example = what, example


@dataclass(frozen=True, slots=True)
class Numbers:
    """Amounts as whole numbers of 10**-`decimals`; `bad` marks cells that are no amount, blank ones included."""

    amount: NDArray[np.int64]
    decimals: int
    bad: NDArray[np.bool_]

    def scaled(self, decimals: int) -> NDArray[np.int64]:
        """The same amounts with more decimals."""
        return self.amount if decimals == self.decimals else self.amount * 10 ** (decimals - self.decimals)


def read_amounts(cells: pl.Series, decimal: str = "auto", *, whole: bool = False) -> Numbers:
    """Amounts out of cells: signs before or behind, brackets for minus, thousands, decimal point or comma.

    Raises:
        Undecided: when every comma or point of the column could stand for thousands as well as for decimals.
    """
    plain = cells.str.contains(_PLAIN).fill_null(False)
    style = decimal
    if decimal == "auto":
        odd = cells.filter(~plain)
        style = _style([text for text in map(_unsigned, odd.fill_null("").to_list()) if text], cells.filter(plain))
    if style == "comma":  # then a point stands for thousands, also where it looks like a decimal one
        plain &= ~cells.str.contains(".", literal=True).fill_null(False)
    odd_rows = np.flatnonzero(~plain.to_numpy())
    if len(odd_rows):
        texts = [_plain(_unsigned(text), style) for text in cells.gather(odd_rows).fill_null("").to_list()]
        cells = cells.scatter(odd_rows, pl.Series(texts, dtype=pl.String))
    exact = cells.cast(pl.Decimal(24, MOST_DECIMALS), strict=False)
    fine = exact.to_physical().cast(pl.Int64, strict=False)
    bad = fine.is_null().to_numpy()
    amounts = fine.fill_null(0).to_numpy()
    if whole:
        found, decimals = coarsest(amounts, MOST_DECIMALS, 0)
        return Numbers(found, decimals + 2, bad)
    return Numbers(*coarsest(amounts, MOST_DECIMALS), bad)


def coarsest(amounts: NDArray[np.int64], decimals: int, least: int = 2) -> tuple[NDArray[np.int64], int]:
    """Amounts with as few decimals as hold them exactly, at least so many."""
    for fewer in range(min(least, decimals), decimals):
        step = 10 ** (decimals - fewer)
        coarse = amounts // step
        if (coarse * step == amounts).all():
            return coarse, fewer
    return amounts, decimals


def _unsigned(text: str) -> str:
    """A cell without currency signs and spaces, a minus always in front."""
    text = _CODE.sub("", text.strip()).translate(_SIGNS)
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if text.endswith("-"):
        text = f"-{text[:-1]}"
    if text[-2:].upper() in ("DR", "CR"):
        text = f"-{text[:-2]}" if text[-2:].upper() == "DR" else text[:-2]
    return text.removeprefix("+")


def _style(odd: list[str], plain: pl.Series) -> str:
    """Whether the column writes decimals with a point or a comma.

    Args:
        odd: cells that are not simply digits with a point, their signs removed.
        plain: the other cells.

    Raises:
        Undecided: when nothing tells.
    """
    with_comma = [text for text in odd if "," in text]
    for text in with_comma:
        comma, point = text.rfind(","), text.rfind(".")
        if point >= 0:
            return "comma" if comma > point else "point"
        if text.count(",") > 1:
            return "point"
        if len(text) - comma - 1 != 3 or text.lstrip("-").startswith("0,"):
            return "comma"
    several = next((text for text in odd if text.count(".") > 1), "")
    if several:
        return "comma"
    with_point = plain.filter(plain.str.contains(".", literal=True))
    telling = with_point.str.contains(r"\.[0-9]{3}$") & ~with_point.str.contains(r"^-?0|^-?[0-9]{4}")
    if not telling.all():
        return "point"
    if with_comma or len(with_point):
        raise Undecided("decimal", with_comma[0] if with_comma else str(with_point[0]))
    return "point"


def _plain(text: str, style: str) -> str:
    """A cell with digits and a point, "" for one that is no amount in this style."""
    form, thousands, point = (_COMMA, ".", ",") if style == "comma" else (_POINT, ",", ".")
    if not form.fullmatch(text):
        return ""
    text = text.replace(thousands, "").replace(point, ".")
    return text if len(text.partition(".")[2]) <= MOST_DECIMALS else ""


# Days ----------------------------------------------------------------------------------------------------------

_SLASHED: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?=$|[ T,])")
_WORDS: Final = ("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y")


def read_days(cells: pl.Series, order: str, zone: str) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Days since 1970-01-01 of a column of days or instants, and which cells are none.

    Args:
        cells: the texts.
        order: "iso", "dmy", "mdy", "ymd" or "auto": found out from the column as a whole.
        zone: of instants without an offset; their day is told in Europe/London.

    Raises:
        Undecided: when no cell says whether day or month comes first.
    """
    quick = cells.str.to_date("%Y-%m-%d", strict=False) if order in ("auto", "iso", "ymd") else None
    if quick is not None and not quick.has_nulls():
        return quick.to_physical().to_numpy(), np.zeros(len(cells), np.bool_)
    # A month has few different days: each text is read once.
    texts = cells.fill_null("").unique().to_list()
    order = _order(texts) if order in ("auto", "iso") else order
    known = {text: _day(text.strip(), order, ZoneInfo(zone)) for text in texts}
    numbers = cells.fill_null("").replace_strict(
        pl.Series(list(known)), pl.Series([_number(day) for day in known.values()], dtype=pl.Int32)
    )
    return numbers.fill_null(0).to_numpy(), numbers.is_null().to_numpy()


def read_moments(cells: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds of a column of instants in ISO form, all by one clock, and which cells are none."""
    quick = cells.str.strip_chars().str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    if quick.has_nulls():
        quick = cells.str.strip_chars().str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).fill_null(quick)
    seconds = quick.dt.epoch("s")
    return seconds.fill_null(0).to_numpy(), seconds.is_null().to_numpy()


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - date(1970, 1, 1).toordinal()


def to_day(number: int) -> date:
    """The day of a number of days since 1970-01-01."""
    return date.fromordinal(int(number) + date(1970, 1, 1).toordinal())


def _order(texts: list[str]) -> str:
    """Whether days or months come first in dates with slashes.

    Raises:
        Undecided: when each cell could be read both ways.
    """
    slashed = [found for text in texts if (found := _SLASHED.match(text.strip()))]
    first = any(int(found[1]) > 12 for found in slashed)
    second = any(int(found[2]) > 12 for found in slashed)
    different = [found for found in slashed if found[1].zfill(2) != found[2].zfill(2)]
    if first != second or not different:
        return "mdy" if second and not first else "dmy"
    raise Undecided("dates", min(found[0] for found in different))


def _day(text: str, order: str, zone: ZoneInfo) -> date | None:
    if found := _SLASHED.match(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (second, first) if order == "mdy" else (first, second)
        return _safe(year + 2000 if year < 100 else year, month, day)
    if re.fullmatch(r"20\d{6}", text):
        return _safe(int(text[:4]), int(text[4:6]), int(text[6:]))
    try:
        instant = datetime.fromisoformat(text.removesuffix(" UTC") + ("+00:00" if text.endswith(" UTC") else ""))
        if len(text) <= 10:
            return instant.date()
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(LONDON).date()
    except ValueError:
        return _worded(text)


def _worded(text: str) -> date | None:
    for form in _WORDS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=LONDON).date()
        except ValueError:
            continue
    return None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# Ids -----------------------------------------------------------------------------------------------------------


def clean_ids(cells: pl.Series) -> pl.Series:
    """Ids made comparable: no outer or invisible characters, and no ".0" that a spreadsheet put behind digits."""
    cells = cells.fill_null("")
    odd = np.flatnonzero(cells.str.contains(r"[^!-~]|\.0$").to_numpy())
    if not len(odd):
        return cells
    fresh = [re.sub(r"^([0-9]{1,15})\.0$", r"\1", clean_id(text)) for text in cells.gather(odd).to_list()]
    return cells.scatter(odd, pl.Series(fresh, dtype=pl.String))


def eaten(cells: pl.Series) -> int | None:
    """The first row whose id is in scientific notation: digits are lost, nothing can bring them back."""
    if not cells.str.contains("[eE]").any():
        return None
    rows = np.flatnonzero(cells.str.contains(_EATEN).fill_null(False).to_numpy())
    return int(rows[0]) if len(rows) else None
