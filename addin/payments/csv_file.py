"""A batch as a CSV file in the form its profile describes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date

from addin.errors import CasebookError
from addin.logic.values import Money
from addin.payments.lines import Batch, batch_values, values_of
from addin.payments.profiles import Column, Profile


def csv_file(batch: Batch, profile: Profile) -> bytes:
    """The file, line ends as Windows and the standard (RFC 4180) want them.

    Raises:
        CasebookError: for a letter that the profile's encoding does not have.
    """
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=profile.delimiter, lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if profile.quote_all else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    if profile.header:
        writer.writerow([column.title for column in profile.columns])
    shared = batch_values(batch)
    for number, line in enumerate(batch.lines, 1):
        writer.writerow(_cells(profile.columns, {**shared, **values_of(line, number)}, profile))
    if profile.trailer:
        writer.writerow(_cells(profile.trailer, shared, profile))
    try:
        return text.getvalue().encode(profile.encoding)
    except UnicodeEncodeError as error:
        letter = error.object[error.start]
        raise CasebookError(
            f"The profile {profile.name} writes {profile.encoding}, which has no letter {letter!r}.",
            hint="Let the profile write utf-8, or correct the name.",
            code="PAY-LETTER",
        ) from error


def _cells(columns: Iterable[Column], values: Mapping[str, object], profile: Profile) -> list[str]:
    return [column.text or _cell(values[column.value], profile) for column in columns]


def _cell(value: object, profile: Profile) -> str:
    if isinstance(value, Money):
        return f"{value.amount:.{value.exponent}f}".replace(".", profile.decimal)
    if isinstance(value, date):
        return value.strftime(profile.day)
    return str(value)
