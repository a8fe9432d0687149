"""A batch as an ISO 20022 credit transfer (pain.001), checked against its XML schema before it leaves.

The schemas are those that the package sepaxml carries. The message is built here: ours are in any currency, with the
batch's number as message id and a reference of our own for each attempt.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from lxml import etree

from addin.errors import CasebookError
from addin.logic.iban import bare
from addin.payments.lines import Batch, Line
from addin.settings import Debtor

#: What banks agree to carry in names and texts (EPC 217-08).
_CARRIED: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_NAME: Final = 70
_TEXT: Final = 140


def pain001(batch: Batch, schema: str, debtor: Debtor) -> bytes:
    """The message.

    Raises:
        CasebookError: when the payer is not named in the settings, or the message does not follow its schema.
    """
    if not (debtor.name and debtor.account):
        raise CasebookError(
            "The settings do not say whose account pays.",
            hint="Fill in name and account under [payments.debtor] in casebook.toml.",
            code="PAY-DEBTOR",
        )
    space = f"urn:iso:std:iso:20022:tech:xsd:{schema}"
    document = etree.fromstring(f'<Document xmlns="{space}"/>')
    message = _put(document, "CstmrCdtTrfInitn")
    _header(message, batch, debtor)
    _payment(message, batch, schema, debtor)
    found = _schema(schema)
    if not found.validate(document):
        fault = str(found.error_log)
        raise CasebookError(
            f"The payment message does not follow {schema}: {fault}",
            hint="Correct what it names; nothing was sent.",
            code="PAY-SCHEMA",
        )
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@cache
def _schema(name: str) -> etree.XMLSchema:
    content = files("sepaxml").joinpath("schemas", f"{name}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(content))


def _header(message: etree._Element, batch: Batch, debtor: Debtor) -> None:
    header = _put(message, "GrpHdr")
    _put(header, "MsgId", batch.batch_no)
    _put(header, "CreDtTm", batch.at.strftime("%Y-%m-%dT%H:%M:%S"))
    _put(header, "NbOfTxs", str(len(batch.lines)))
    _put(header, "CtrlSum", str(batch.total.amount))
    _put(_put(header, "InitgPty"), "Nm", carried(debtor.name, _NAME))


def _payment(message: etree._Element, batch: Batch, schema: str, debtor: Debtor) -> None:
    payment = _put(message, "PmtInf")
    _put(payment, "PmtInfId", batch.batch_no)
    _put(payment, "PmtMtd", "TRF")
    _put(payment, "NbOfTxs", str(len(batch.lines)))
    _put(payment, "CtrlSum", str(batch.total.amount))
    day = batch.day.isoformat()
    asked = _put(payment, "ReqdExctnDt", None if schema.endswith(".09") else day)
    if schema.endswith(".09"):
        _put(asked, "Dt", day)
    _put(_put(payment, "Dbtr"), "Nm", carried(debtor.name, _NAME))
    _put(_put(_put(payment, "DbtrAcct"), "Id"), "IBAN", bare(debtor.account))
    agent = _put(_put(payment, "DbtrAgt"), "FinInstnId")
    if debtor.bic:
        _put(agent, "BICFI" if schema.endswith(".09") else "BIC", debtor.bic)
    else:
        _put(_put(agent, "Othr"), "Id", "NOTPROVIDED")
    _put(payment, "ChrgBr", "SLEV")
    for line in batch.lines:
        _transfer(payment, line)


def _transfer(payment: etree._Element, line: Line) -> None:
    transfer = _put(payment, "CdtTrfTxInf")
    ids = _put(transfer, "PmtId")
    _put(ids, "InstrId", line.end_to_end_id)
    _put(ids, "EndToEndId", line.end_to_end_id)
    amount = _put(_put(transfer, "Amt"), "InstdAmt", str(line.amount.amount))
    amount.set("Ccy", line.amount.currency)
    _put(_put(transfer, "Cdtr"), "Nm", carried(line.payee_name, _NAME))
    _put(_put(_put(transfer, "CdtrAcct"), "Id"), "IBAN", bare(line.payee_account))
    _put(_put(transfer, "RmtInf"), "Ustrd", carried(f"Refund {line.refund_no} order {line.order_no}", _TEXT))


def _put(above: etree._Element, name: str, text: str | None = None) -> etree._Element:
    space = etree.QName(above).namespace
    element = etree.SubElement(above, f"{{{space}}}{name}")
    element.text = text
    return element


def carried(text: str, limit: int) -> str:
    """A text in the letters that banks carry: accents are left out, anything else becomes a dot."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if c in _CARRIED else "." for c in plain)[:limit].strip()
