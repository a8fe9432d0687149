"""What a workbook proves by itself: its Audit sheet re-hashed and re-told, its notes and its queue sheets compared.

1. Each row's text and previous hash are hashed again; rows follow each other without a gap.
2. The readable cells of a row must say what its text says, so that no single cell can be changed unseen.
3. `_meta` must name the register and the last event of the Audit sheet.
4. A system cell of a queue sheet that differs from the state is told as a drift, not as a fault: refresh restores it.

Sorting, filtering, widths and the program that saved the file do not matter, as long as contents stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec

from addin.errors import HostError
from addin.hosts.grid import to_serial
from addin.journal.examine import Body, Examination
from addin.logic.case_type import Case
from addin.logic.cases import case_types
from addin.logic.chain import Fault, Head, Link, check, digest
from addin.logic.events import KindTable, Sealed, decode
from addin.logic.forms import Cell
from addin.register.audit_place import AUDIT, audit_place, audit_sheets, carried
from addin.register.layout import (
    AUDIT_COLUMNS,
    AUDIT_TEXT,
    FIRST_ROW,
    HEADER_ROW,
    HINT_ROW,
    QUEUES,
    SCHEMA,
    Column,
    Source,
    columns,
)
from addin.register.projection import audit_cells, queue_cells
from addin.register.reading import BookFile, Stored, as_text
from addin.register.sheets import cell_name

_TITLES: Final = tuple(title for title, _ in AUDIT_COLUMNS)
_TEXT, _PREV, _HASH = AUDIT_TEXT, AUDIT_TEXT + 1, AUDIT_TEXT + 2
_DECODER: Final = msgspec.json.Decoder(Body)
#: More drifts than this are counted, not listed.
_DRIFTS: Final = 50
_NOW: Final = datetime(2000, 1, 1, tzinfo=UTC)  # what depends on the clock is not compared
_HALF_SECOND: Final = 0.5 / 86_400


@dataclass
class Proof(Examination):
    """What a workbook says and what is wrong with it; `schema` is 0 when its notes cannot be read."""

    schema: int = 0
    meta: Mapping[str, str] = field(default_factory=dict)


def prove(path: Path, kinds: KindTable) -> Proof:
    """Check a workbook file by itself.

    Raises:
        HostError: it is not there, or no workbook at all; a damaged sheet is a fault, not an exception.
    """
    return _Prover(BookFile(path), kinds).run()


class _Prover:
    def __init__(self, book: BookFile, kinds: KindTable) -> None:
        self.book, self.kinds = book, kinds
        self.proof = Proof()
        self.sheet = AUDIT

    def run(self) -> Proof:
        proof = self.proof
        for part in (self._notes, self._audit, self._compare_notes):
            self._guarded(part)
        if proof.whole:
            for part in (proof.retold.gaps, self._vault, self._queues):
                self._guarded(part)
        else:
            proof.notes.append("Queue sheets were not compared, because the Audit sheet is not whole.")
        if proof.unlisted:
            proof.notes.append(f"{proof.unlisted} more faults are not listed.")
        return proof

    def _guarded(self, part: Callable[[], Iterator[Fault]]) -> None:
        try:
            for fault in part():
                self.proof.add(fault)
        except HostError as error:
            self.proof.add(Fault(self.proof.head.seq + 1, "sheet", error.message))

    # ---- notes of the workbook ------------------------------------------------------------------------------

    def _notes(self) -> Iterator[Fault]:
        cells = {as_text(row.get(1)): as_text(row.get(2)) for _, row in self.book.rows("_meta")}
        self.proof.meta = cells
        schema = cells.get("schema", "")
        self.proof.schema = int(schema) if schema.isdecimal() else 0
        if self.proof.schema != SCHEMA:
            words = f"The workbook has layout {schema or '?'}, this version {SCHEMA}"
            self.proof.notes.append(f"{words}: its readable columns were not compared.")
        yield from ()

    def _compare_notes(self) -> Iterator[Fault]:
        proof, meta = self.proof, self.proof.meta
        wanted = {
            "register_id": proof.retold.register_id,
            "seq": str(proof.head.seq),
            "head": proof.head.hash,
        }
        for name, told in wanted.items():
            if name not in meta or meta[name] != told:
                words = f"_meta says {name} {meta.get(name, '(nothing)')[:64]!r}; the Audit sheet ends with {told!r}."
                yield Fault(max(proof.head.seq, 1), "meta", words)

    # ---- the Audit sheet ------------------------------------------------------------------------------------

    def _audit(self) -> Iterator[Fault]:
        for sheet in audit_sheets(self.book.sheets) or [AUDIT]:
            yield from self._audit_sheet(sheet)
        if not self.proof.events:
            yield Fault(1, "beginning", "The Audit sheet holds no event; the first one should name its register.")

    def _audit_sheet(self, sheet: str) -> Iterator[Fault]:
        self.sheet = sheet
        last, before = HEADER_ROW, self.proof.head
        header: Mapping[int, Stored] = {}
        for number, row in self.book.rows(sheet):
            if number == HINT_ROW:
                yield from self._carried(as_text(row.get(1)), before)
            elif number == HEADER_ROW:
                header = row
            if number < FIRST_ROW:
                continue
            yield from self._row(number, row)
            seq = self.proof.head.seq
            if number != last + 1:
                empty = f"row {last + 1}" if number == last + 2 else f"rows {last + 1} to {number - 1}"
                yield Fault(seq, "gap", f"{sheet}: {empty} empty; event {seq} stands in row {number}.")
            elif last == HEADER_ROW and audit_place(seq) != (sheet, number):
                yield Fault(seq, "gap", f"Event {seq} begins the sheet '{sheet}', where it does not belong.")
            last = number
        yield from self._titles(header)

    def _carried(self, words: str, before: Head) -> Iterator[Fault]:
        """A further sheet that names what it follows must name the last event of the sheet before."""
        if "follows event" in words and words != carried(before.seq, before.hash):
            told = f"The sheet '{self.sheet}' says that it {words.partition(': ')[2][:90]}"
            yield Fault(before.seq + 1, "sheet", f"{told} ...; the sheet before ends with event {before.seq}.")

    def _titles(self, header: Mapping[int, Stored]) -> Iterator[Fault]:
        for at, title in enumerate(_TITLES, 1):
            if as_text(header.get(at)) != title:
                place = cell_name(self.sheet, HEADER_ROW, at)
                words = f"{place} is the title '{title}' and reads '{as_text(header.get(at))[:40]}'."
                yield Fault(1, "title", words)

    def _row(self, number: int, row: Mapping[int, Stored]) -> Iterator[Fault]:
        proof = self.proof
        text, prev, hashed = (as_text(row.get(at)) for at in (_TEXT, _PREV, _HASH))
        try:
            body = _DECODER.decode(text.encode())
        except (msgspec.DecodeError, UnicodeEncodeError):
            body = None
        link = Link(0, text, _ascii(prev), hashed)
        sound = body is not None and digest(link.prev, text) == hashed
        seq = body.seq if body and sound else proof.head.seq + 1  # an altered text is not asked for its number
        link = replace(link, seq=seq)
        faults = [_placed(fault, self.sheet, number) for fault in check([link], proof.head)]
        yield from faults
        if body is None:
            if not faults:
                yield Fault(seq, "text", f"Event {seq} ({self.sheet} row {number}) is not the text of an event.")
        elif sound:
            yield from self._cells(number, row, link)
            yield from proof.retold.take(seq, body.at, body.case, body.kind, body.data)
        proof.events += 1
        proof.head = Head(seq, hashed, body.at if body else proof.head.at)
        proof.hashes.put(seq, hashed)

    def _cells(self, number: int, row: Mapping[int, Stored], link: Link) -> Iterator[Fault]:
        """Whether the readable cells say what the text says."""
        if self.proof.schema != SCHEMA:
            return
        event = decode(link.text, prev=link.prev, hash=link.hash)
        for at, cell in enumerate(audit_cells(event, self.kinds), 1):
            told = "" if cell is None else str(cell).replace("\r\n", "\n").replace("\r", "\n")
            found = as_text(row.get(at))
            if at not in (_TEXT, _PREV, _HASH) and found != told:
                place = f"{cell_name(self.sheet, number, at)} ('{_TITLES[at - 1]}')"
                words = f"{place} reads {_short(found)}; event {event.seq} says {_short(told)}."
                yield Fault(event.seq, "cell", words)
        beyond = [at for at in row if at > _HASH]
        if beyond:
            place = cell_name(self.sheet, number, beyond[0])
            yield Fault(event.seq, "cell", f"{place} holds {_short(as_text(row[beyond[0]]))}; nothing belongs there.")

    # ---- personal values and queue sheets -------------------------------------------------------------------

    def _vault(self) -> Iterator[Fault]:
        if "_vault" not in self.book.sheets:
            return
        named = self.proof.retold.named
        for number, row in self.book.rows("_vault"):
            if number == 1:
                continue
            entry = Sealed(*(as_text(row.get(at)) for at in (1, 2, 3)))
            seq, owner = named.get(entry.digest, (0, ""))
            if hashlib.sha256((entry.salt + entry.value).encode()).hexdigest() != entry.digest:
                words = f"A personal value of {owner or as_text(row.get(4))} (_vault row {number}) was altered."
                yield Fault(seq or max(self.proof.head.seq, 1), "vault", words)
            else:
                self.proof.vault[entry.digest] = entry

    def _queues(self) -> Iterator[Fault]:
        drifts = 0
        cases = self._states()
        for sheet in QUEUES:
            if sheet.name not in self.book.sheets:
                self.proof.notes.append(f"The sheet '{sheet.name}' is missing or was renamed; refresh cannot use it.")
                continue
            mine = {key: case for key, case in cases.items() if case_types()[case.type].sheet == sheet.name}
            for words in self._drifts(sheet.name, mine):
                drifts += 1
                if drifts <= _DRIFTS:
                    self.proof.notes.append(words)
        if drifts > _DRIFTS:
            self.proof.notes.append(f"{drifts - _DRIFTS} more cells differ from the state.")
        yield from ()

    def _states(self) -> dict[str, Case]:
        found = {}
        for case_id in self.proof.retold.told:
            try:
                case = self.proof.retold.case(case_id, self.proof.vault)
            except (ValueError, ArithmeticError):
                continue
            if case is not None:
                found[case_id] = case
        return found

    def _drifts(self, sheet: str, cases: Mapping[str, Case]) -> Iterator[str]:
        places: dict[int, Column] = {}
        id_at = 0
        seen: set[str] = set()
        known = {column.title: column for column in columns(sheet)}
        for number, row in self.book.rows(sheet):
            if number == HEADER_ROW:
                places = {at: known[as_text(title)] for at, title in row.items() if as_text(title) in known}
                id_at = next((at for at, column in places.items() if column.name == "case_id"), 0)
            if number < FIRST_ROW or not id_at or not (case_id := as_text(row.get(id_at)).strip()):
                continue
            case = cases.get(case_id)
            if case is None:
                yield f"{cell_name(sheet, number, id_at)} names {case_id}, which is no case of this sheet."
            elif case_id in seen:
                yield f"{cell_name(sheet, number, id_at)}: {case_id} stands twice; refresh empties the second row."
            else:
                yield from self._row_drifts(sheet, number, row, places, case)
            seen.add(case_id)
        for case_id in cases.keys() - seen:
            yield f"{case_id} has no row on {sheet}; refresh brings it back."

    def _row_drifts(
        self, sheet: str, number: int, row: Mapping[int, Stored], places: Mapping[int, Column], case: Case
    ) -> Iterator[str]:
        shown = queue_cells(sheet, case, _NOW)
        for at, column in places.items():
            guarded = column.source is Source.SYSTEM or (column.source is Source.FIELD and column.field.system)
            if not guarded or column.name == "version" or column.field.personal:
                continue
            if not _same(row.get(at), shown[column.name], date_1904=self.book.date_1904):
                place = cell_name(sheet, number, at)
                kept = "empty" if shown[column.name] is None else repr(str(shown[column.name]))
                yield f"{place} ({column.title} of {case.case_id}) reads {_short(as_text(row.get(at)))}, not {kept}."


def _placed(fault: Fault, sheet: str, row: int) -> Fault:
    return Fault(fault.seq, fault.what, f"{fault.message.rstrip('.')} ({sheet} row {row}).")


def _ascii(text: str) -> str:
    """A hash cell as the chain can take it; anything else can never match."""
    return text if text.isascii() else text.encode("ascii", "backslashreplace").decode()


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _same(found: Stored, shown: Cell, *, date_1904: bool) -> bool:
    if isinstance(shown, (datetime, date)):
        serial = to_serial(shown, date_1904=date_1904)
        return isinstance(found, float) and abs(found - serial) < _HALF_SECOND
    if isinstance(shown, (int, float, Decimal)) and not isinstance(shown, bool):
        return isinstance(found, float) and Decimal(repr(found)) == Decimal(shown)
    words = "" if shown is None else ("Yes" if shown is True else "No" if shown is False else str(shown))
    return as_text(found).strip() == words.replace("\r\n", "\n").replace("\r", "\n").strip()
