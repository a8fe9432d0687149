"""A backlog of fictional claims that are ready for their letters: what the letter measurements and trials work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from addin.errors import CasebookError
from addin.evidence_store import keep_bytes
from addin.logic.calendar import london_day
from addin.logic.cases import case_types
from addin.logic.claim_terms import EVENT_WORDS, EVIDENCE
from addin.logic.events import iso
from addin.logic.evidence import Piece
from addin.logic.forms import Value
from addin.logic.tracking import ups_check_digit
from addin.logic.values import Money
from addin.service import RowRequest, Service

START: Final = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
SUBTYPES: Final = tuple(EVENT_WORDS)
_BATCH: Final = 250
_TOWNS: Final = ("Leeds", "Bath", "York", "Truro", "Perth", "Derry", "Ripon")
_GOODS: Final = (("HB-20417", "Leather bag, black", "1420.00"), ("SC-90-0001", "Silk scarf 90", "395.00"))
Tick = Callable[[], None]


def fill_backlog(service: Service, count: int, tick: Tick = lambda: None) -> list[str]:
    """Open so many claims of all subtypes, gather their evidence, and answer their case numbers.

    The last but one of every fifty lacks the consignee's town, so that a batch has something to refuse.
    """
    ids: list[str] = []
    for start in range(0, count, _BATCH):
        numbers = range(start, min(start + _BATCH, count))
        acting = replace(service, clock=lambda at=START + timedelta(minutes=start): at)  # type: ignore[misc]
        opened = acting.open_cases([RowRequest("", claim_fields(service, number), opens="UPC") for number in numbers])
        _sure(opened.ok, opened.message)
        part = [row.case_id for row in opened.rows]
        gathered = acting.press("gather", [RowRequest(case_id) for case_id in part])
        _sure(gathered.ok, gathered.message)
        for case_id in part:
            _attach(acting, case_id)
            tick()
        ids += part
    return ids


def lacking(ids: Sequence[str]) -> list[str]:
    """Those of a backlog's claims that lack a town."""
    return [case_id for number, case_id in enumerate(ids) if _lacks(number)]


def _lacks(number: int) -> bool:
    return number % 50 == 48


def claim_fields(service: Service, number: int) -> dict[str, Value | None]:
    """What is typed to open one claim of the backlog."""
    day = london_day(START)
    ref, description, price = _GOODS[number % len(_GOODS)]
    worth, body = Money(Decimal(price)), f"12345E03{number:07d}"
    given: dict[str, Value | None] = {
        "order_no": f"{5_200_000_000 + number}",
        "subtype": SUBTYPES[number % len(SUBTYPES)],
        "tracking": f"1Z{body}{ups_check_digit(body)}",
        "service": "Express Saver",
        "ship_date": day - timedelta(days=6),
        "expected_delivery": day - timedelta(days=5),
        "delivered_date": day - timedelta(days=3),
        "event_date": day - timedelta(days=3),
        "discovery_date": day - timedelta(days=1),
        "consignee_name": f"J. Example {number}",
        "consignee_town": None if _lacks(number) else _TOWNS[number % len(_TOWNS)],
        "consignee_postcode": "LS1 9ZZ",
        "origin_country": "GB",
        "dest_country": "GB",
        "mode": "road",
        "sku": ref,
        "goods_description": description,
        "serial": f"SER-{number:06d}",
        "goods_value": worth,
        "proven_value": worth,
        "amount_claimed": worth,
        "shipping_charge": worth,
        "gross_weight_kg": Decimal("2.4"),
        "packaging_retained": True,
        "packaging_place": "cage 4",
        "evidence_kinds": tuple(f"{kind}: folder {number}" for kind in EVIDENCE[SUBTYPES[number % len(SUBTYPES)]]),
    }
    form = case_types()["UPC"].fields
    return {name: value for name, value in given.items() if name in form}


def _attach(service: Service, case_id: str) -> None:
    """An invoice and a photograph, each with contents of its own."""
    pieces = []
    for name, kind, content in _files(case_id):
        kept = keep_bytes(service.folder, content, name)
        pieces.append(Piece(name, kind, kept.sha256, kept.size, iso(service.clock())))
    row = service.attach(case_id, pieces)
    _sure(row.ok, row.message)


def _files(case_id: str) -> Iterator[tuple[str, str, bytes]]:
    yield "invoice.pdf", "Invoice", f"%PDF-1.4 invoice of {case_id}\n".encode() * 40
    yield "photo.jpg", "Photo", f"\xff\xd8 photograph of {case_id}\n".encode("latin-1") * 400


def _sure(ok: bool, message: str) -> None:
    if not ok:
        raise CasebookError(f"The backlog could not be made: {message}")
