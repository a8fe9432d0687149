"""Bank statements (camt.053, MT940) as tables: one row a booking, checked against the balances they state.

The packages `pycamt` and `mt-940` read the formats. An XML file with a document type is refused before it is parsed:
statements have none, entity bombs do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import mt940
import polars as pl
from lxml import etree
from pycamt.parser import Camt053ParseError, Camt053Parser

from addin.logic.outcome import Problem
from addin.reconcile.profile import Profile, shipped
from addin.reconcile.source import Layout, Refused, Source

#: The columns of a bank table, in the words that profiles use.
HEADER: Final = ("reference", "end to end", "mandate", "order text", "amount", "direction", "currency", "booking date",
                 "status", "code")  # fmt: skip
#: The package would write parts of a faulty statement, names and all, to the console.
logging.getLogger("mt940").addHandler(logging.NullHandler())
#: A larger statement is not a bank's day or month.
_LARGEST: Final = 256 * 1024 * 1024

_Row = dict[str, str]


def bank_table(source: Source, profile: Profile | None) -> tuple[pl.DataFrame, Layout, list[Problem], list[str]]:
    """The bookings of a bank's file as a table of texts, with what is wrong and what is worth knowing.

    Raises:
        Refused: when the file is of another format than the profile, or cannot be parsed.
    """
    if profile is not None and profile.format != source.format:
        words = f"{source.name} is {source.format}; the profile '{profile.name}' reads {profile.format}."
        raise Refused(Problem("STM-FORMAT", words, hint="Leave --profile out and the format is found by itself."))
    profile = profile or next(one for one in shipped().values() if one.format == source.format)
    content = source.content if source.content is not None else source.path.read_bytes()
    if len(content) > _LARGEST:
        raise Refused(Problem("STM-LARGE", f"{source.name} is larger than a bank statement can be.", hint="Split it."))
    rows, problems, notes = (_camt if source.format == "camt.053" else _mt940)(source, content)
    frame = pl.DataFrame(
        {name: [row.get(name, "") for row in rows] for name in HEADER}, schema=dict.fromkeys(HEADER, pl.String)
    )
    places = {ours: next(iter([names] if isinstance(names, str) else names)) for ours, names in profile.columns.items()}
    return frame, Layout(profile, HEADER, -1, places), problems, notes


def _camt(source: Source, content: bytes) -> tuple[list[_Row], list[Problem], list[str]]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        words = f"{source.name} declares a document type, which no bank statement does; it was not read."
        raise Refused(Problem("STM-XML", words, hint="Ask where the file comes from."))
    try:
        parser: Any = Camt053Parser(content)
        found, accounts = parser.get_transactions(), parser.get_statement_info()
    except etree.XMLSyntaxError as error:
        words = f"{source.name} is no whole XML file: {error.msg}."
        raise Refused(Problem("STM-CUT", words, hint="It looks cut off; download it again.")) from error
    except Camt053ParseError as error:
        raise Refused(Problem("STM-XML", f"{source.name} holds no bank statement (camt.053).")) from error
    rows = [_camt_row(one) for one in found]
    problems = []
    if len(accounts) == 1:
        opening, closing = (_decimal(accounts[0].get(name)) for name in ("OpeningBalance", "ClosingBalance"))
        problems = _unbalanced(source, rows, opening, closing)
    notes = [f"{len(accounts)} statements in one file; their balances were not compared."] if len(accounts) > 1 else []
    return rows, problems, notes


def _camt_row(one: Mapping[str, str | None]) -> _Row:
    debit = one.get("CreditDebitIndicator") == "DBIT"
    end_to_end = one.get("EndToEndId") or ""
    return {
        "reference": one.get("TransactionID") or "",
        "end to end": "" if end_to_end == "NOTPROVIDED" else end_to_end,
        "mandate": one.get("MandateId") or "",
        "order text": " ".join(filter(None, (one.get("RemittanceInformationFull") or one.get("RemittanceInformation"),
                                             one.get("AdditionalEntryInformation")))),
        "amount": f"{'' if debit else '-'}{one.get('Amount') or ''}",
        "direction": "out" if debit else "in",
        "currency": one.get("Currency") or "",
        "booking date": (one.get("BookingDate") or "")[:10],
        "status": one.get("Status") or "",
        "code": one.get("TransactionSubFamilyCode") or "",
    }  # fmt: skip


def _mt940(source: Source, content: bytes) -> tuple[list[_Row], list[Problem], list[str]]:
    text = content.decode("utf-8", errors="replace").lstrip("\ufeff")
    rows: list[_Row] = []
    problems: list[Problem] = []
    statements = [f":20:{part}" for part in text.split(":20:")[1:]] or [text]
    for statement in statements:
        try:
            found: Any = mt940.parse(statement)
        except (ValueError, RuntimeError, KeyError, AttributeError, InvalidOperation) as error:
            words = f"{source.name} is no whole MT940 statement: {str(error)[:120]}."
            raise Refused(Problem("STM-CUT", words, hint="It looks cut off; download it again.")) from error
        own = list(_mt940_rows(found))
        opening, closing = (_balance(found.data, name) for name in ("opening", "closing"))
        if closing is None:
            words = f"{source.name} has a statement without closing balance."
            problems.append(Problem("STM-CUT", words, hint="It looks cut off; download it again."))
        problems += _unbalanced(source, own, opening, closing)
        rows += own
    return rows, problems, []


def _mt940_rows(found: Any) -> Iterator[_Row]:
    for one in found:
        data = one.data
        signed: Decimal = data["amount"].amount
        reference = str(data.get("customer_reference") or "")
        yield {
            "reference": str(data.get("bank_reference") or ""),
            "end to end": "" if reference in ("NONREF", "NONE") else reference,
            "order text": f"{data.get('transaction_details') or ''} {data.get('extra_details') or ''}".strip(),
            "amount": str(-signed),
            "direction": "out" if signed < 0 else "in",
            "currency": str(data.get("currency") or ""),
            "booking date": str(data.get("entry_date") or data.get("date")),
            "status": "BOOK",
            "code": f"{data.get('status') or ''} {data.get('id') or ''}".strip(),
        }


def _balance(data: Mapping[str, Any], which: str) -> Decimal | None:
    for kind in ("final", "intermediate"):
        found = data.get(f"{kind}_{which}_balance")
        if found is not None:
            amount: Decimal = found.amount.amount
            return amount
    return None


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _unbalanced(source: Source, rows: list[_Row], opening: Decimal | None, closing: Decimal | None) -> list[Problem]:
    """Opening balance and bookings must make the closing balance, else lines are missing or counted twice."""
    if opening is None or closing is None:
        return []
    booked = [_decimal(row["amount"]) for row in rows if row["status"] in ("BOOK", "")]
    moved = sum((amount for amount in booked if amount is not None), Decimal(0))
    if opening - moved == closing:
        return []
    words = (
        f"{source.name} does not add up: {opening} less what was booked ({moved}) is not the closing balance {closing}."
    )
    hint = "Lines are missing, or a batch is listed without its amounts; ask the bank for the whole statement."
    return [Problem("STM-BALANCE", words, hint=hint)]
