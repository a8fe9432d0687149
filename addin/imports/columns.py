"""The columns of a table as values: each distinct text is read once, by the same reader whatever the table's size.

Codes that are plain already are taken as they are, and the check digit of parcel numbers is reckoned on whole columns;
everything else goes to the reader of `values`. So there is one authority on what a text means, and it stays fast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

import polars as pl

from addin.imports.profiles import ColumnProfile, Profile, folded
from addin.imports.refusal import Refused
from addin.imports.tables import Table
from addin.imports.values import Clock, Plain, Read, Reader, reader_of, status_of
from addin.logic.carrier_status import UNKNOWN
from addin.logic.imports.kinds import Column, Value
from addin.logic.values import Money

#: A code that every reader gives back as it is.
_PLAIN_ID: Final = r"^[A-Z0-9](?:[A-Z0-9/_ -]{0,38}[A-Z0-9])?$|^[A-Z0-9]$"
_PLAIN_TEXT: Final = r"^[!-~](?:[ -~]{0,98}[!-~])?$"
_PLAIN_MONEY: Final = r"^(?:0|[1-9][0-9]{0,11})\.[0-9]{2}$"
_UPS: Final = r"^1Z[0-9A-Z]{15}[0-9]$"
#: So many parcel numbers whose check digit disagrees are looked at singly, for suggestions.
_SINGLY: Final = 2_000
_CHECK_DIGIT: Final = "the check digit does not agree, or it is another carrier's; compare it with the label"
_DTYPES: Final[Mapping[Value, pl.DataType]] = {Value.COUNT: pl.Int64(), Value.FLAG: pl.Boolean()}


@dataclass
class ReadColumn:
    """One column, read: values by row, and the texts that could not be taken or only with a doubt."""

    column: Column
    texts: pl.Series
    values: pl.Series
    bad: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)


def read_columns(table: Table, profile: Profile) -> dict[str, ReadColumn]:
    """Every column that both the file and the profile have.

    Raises:
        Refused: for a title that stands twice, or days that the whole column writes month first.
    """
    found: dict[str, ReadColumn] = {}
    for column in profile.of.columns:
        given = profile.columns.get(column.name)
        if given is None or (texts := _texts(table, given)) is None:
            continue
        read = _read_column(column, given, profile, texts)
        if column.value in (Value.DAY, Value.INSTANT) and read.bad:
            _refuse_month_first(read, given, profile)
        found[column.name] = read
        if column.value is Value.STATUS:
            found["status"] = _status(read, given)
    return found


def _texts(table: Table, given: ColumnProfile) -> pl.Series | None:
    main = _place(table, given.titles)
    if main is None:
        return None
    texts = table.frame[f"c{main}"]
    hour = _place(table, given.time_titles) if given.time_titles else None
    if hour is None:
        return texts
    both = table.frame.select(pl.concat_str([pl.col(f"c{main}"), pl.col(f"c{hour}")], separator=" ").str.strip_chars())
    return both.to_series()


def _place(table: Table, titles: Sequence[str]) -> int | None:
    """Where the first of these titles stands in the header."""
    header = [folded(cell) for cell in table.header]
    for title in map(folded, titles):
        if header.count(title) > 1:
            words = f"Two columns of the file are called {title!r}."
            raise Refused("IMP-TWICE", words, "Take one of them out, so that it is clear which one counts.")
        if title in header:
            return header.index(title)
    return None


def _read_column(column: Column, given: ColumnProfile, profile: Profile, texts: pl.Series) -> ReadColumn:
    read = reader_of(column, given, profile)
    if column.value is Value.MONEY:
        return _money_column(column, profile, texts, read)
    # Codes hardly repeat, and a test of each is cheaper than finding the distinct ones first; texts repeat.
    several = texts if column.value in (Value.ID, Value.TRACKING) else texts.unique()
    plain = _plain(column, given, several)
    rest = several if plain is None else several.filter(~plain)
    rest = rest.unique() if several is texts else rest
    singly = min(len(rest), _SINGLY) if column.value is Value.TRACKING else len(rest)
    answers = {text: read(text) for text in rest.head(singly).to_list()}
    answers |= {text: Read(text.strip(), _CHECK_DIGIT, doubt=True) for text in rest.tail(len(rest) - singly).to_list()}
    dtype = _DTYPES.get(column.value, pl.String())
    values = _mapped(texts, {text: answer.value for text, answer in answers.items()}, dtype, keep=plain is not None)
    bad = {text: answer.words for text, answer in answers.items() if answer.bad}
    doubts = {text: answer.words for text, answer in answers.items() if answer.words and answer.doubt}
    return ReadColumn(column, texts, values, bad, doubts)


def _money_column(column: Column, profile: Profile, texts: pl.Series, read: Reader) -> ReadColumn:
    """Amounts; those with two decimals and nothing else are in the register's own notation but for the currency."""
    two = profile.decimal == "." and Money(Decimal(0), profile.currency).exponent == 2
    plain = texts.str.contains(_PLAIN_MONEY) if two else pl.repeat(value=False, n=len(texts), eager=True)
    answers = {text: read(text) for text in texts.filter(~plain).unique().to_list()}
    values = _mapped(texts, {text: answer.value for text, answer in answers.items()}, pl.String(), keep=True)
    named = pl.DataFrame({"v": values, "p": plain}).select(
        pl.when("p").then(pl.concat_str([pl.lit(f"{profile.currency} "), pl.col("v")])).otherwise(pl.col("v"))
    )
    bad = {text: answer.words for text, answer in answers.items() if answer.bad}
    return ReadColumn(column, texts, named.to_series(), bad)


def _mapped(texts: pl.Series, values: Mapping[str, Plain], dtype: pl.DataType, *, keep: bool) -> pl.Series:
    """Each text's value; with `keep` a text without one stands for itself."""
    if not values:
        return texts if keep else pl.Series(texts.name, [None] * len(texts), dtype=dtype)
    if keep and set(values) == {""}:
        return texts.replace([""], [None])
    given = pl.Series(list(values.values()), dtype=dtype)
    default = texts if keep else None
    return texts.replace_strict(pl.Series(list(values), dtype=pl.String), given, default=default, return_dtype=dtype)


def _plain(column: Column, given: ColumnProfile, texts: pl.Series) -> pl.Series | None:
    """Which texts need no reader; None where every text needs one."""
    if column.value is Value.ID:
        plain = texts.str.contains(_PLAIN_ID)
    elif column.value in (Value.TEXT, Value.STATUS):
        plain = texts.str.contains(_PLAIN_TEXT) & ~texts.str.contains("  ", literal=True)
    elif column.value is Value.TRACKING:
        plain = check_digit_agrees(texts)
    else:
        return None
    return plain & (texts.str.len_chars() > max(map(len, given.empty)) + 2) if given.empty else plain


#: What each character of a parcel number is worth, once and twice (rule: logic/tracking), and its value as a digit.
_ONCE: Final = bytes((code - 48 if 48 <= code <= 57 else (code - 3) % 10) for code in range(256))
_TWICE: Final = bytes(value * 2 for value in _ONCE)
_CHECK: Final = bytes(-total % 10 for total in range(256))
_LENGTH: Final = 18


def check_digit_agrees(texts: pl.Series) -> pl.Series:
    """Whether the check digit of each UPS parcel number is right; False for anything else (rule: logic/tracking).

    All numbers are laid end to end; each of the fifteen places is then a row of bytes as long as the column, and these
    rows are added as whole numbers: no byte reaches 256, since fifteen weighed values come to 198 at most.
    """
    shaped = texts.str.contains(_UPS)
    joined = str(texts.filter(shaped).str.join("").item()).encode("ascii")
    size = len(joined) // _LENGTH
    if not size:
        return shaped
    total = 0
    for place in range(15):
        worth = joined[2 + place :: _LENGTH].translate(_TWICE if place % 2 else _ONCE)
        total += int.from_bytes(worth, "big")
    wanted = total.to_bytes(size, "big").translate(_CHECK)
    found = joined[17::_LENGTH].translate(_ONCE)
    if wanted == found:
        return shaped
    right = pl.Series([one == other for one, other in zip(wanted, found, strict=True)], dtype=pl.Boolean)
    agrees = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(texts))
    return agrees.scatter(shaped.arg_true(), right)


def _status(read: ReadColumn, given: ColumnProfile) -> ReadColumn:
    """The register's own status for each of the carrier's texts, beside the text."""
    texts = [str(text) for text in read.texts.unique() if str(text).strip()]
    mapped = {text: status_of(text, given) for text in texts}
    values = _mapped(read.texts, mapped, pl.String(), keep=False)
    words = "{!r} is no status that the register knows; it stays UNKNOWN"
    doubts = {text: words.format(text[:60]) for text, status in mapped.items() if status == UNKNOWN}
    return ReadColumn(read.column, read.texts, values, {}, doubts)


def _refuse_month_first(read: ReadColumn, given: ColumnProfile, profile: Profile) -> None:
    """Days that only make sense month first, in the whole column: the export is in another order than the profile."""
    forms = given.days or profile.days
    turned = tuple(form.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m") for form in forms)
    clock = Clock(turned, profile.times, profile.zone)
    reader = clock.day if read.column.value is Value.DAY else clock.instant
    texts = [text for text in read.texts.unique() if str(text).strip()]
    answers: list[Read] = [reader(str(text).strip()) for text in texts]
    if any(answer.bad for answer in answers):
        return
    text = next(iter(read.bad))
    raise Refused(
        "IMP-DATES",
        f"The days of {read.column.title} have day and month the other way round: {text!r} is no day here.",
        f"Export with day before month, or set `days` in the profile {profile.id} to {turned[0]!r}.",
    )
