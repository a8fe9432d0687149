"""Edits a finished workbook file: locks with a strong hash, a ribbon, the form of an add-in, and fixed bytes.

XlsxWriter makes the workbook; these functions add what it cannot. Each takes the bytes of a package and answers new
bytes, changes nothing else, and always writes the parts in one order, with one date, so that equal contents are equal
files. They serve packages that XlsxWriter made and refuse others. A lock is courtesy: whoever can edit a zip can
remove it; the chain of events is the evidence.

Rules, with their source:
 1. A password is kept as SHA-512, spun 100,000 times (ECMA-376 part 1, 18.3.1.85).
 2. `sheetProtection` stands right after `sheetData` and `sheetCalcPr`; `workbookProtection` right before
    `bookViews` (ECMA-376 part 1, 18.3.1.99 and 18.2.27).
 3. A ribbon is the part customUI/customUI14.xml, related to the package itself ([MS-CUSTOMUI]).
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from addin.errors import NotOurBook

#: How often Excel 2013 and later spin a password.
SPIN_COUNT: Final = 100_000
SALT_BYTES: Final = 16
RIBBON_PART: Final = "customUI/customUI14.xml"
RIBBON_NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"

_CONTENT_TYPES: Final = "[Content_Types].xml"
_ROOT_RELATIONS: Final = "_rels/.rels"
_WORKBOOK: Final = "xl/workbook.xml"
_WORKBOOK_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_RIBBON_RELATION: Final = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_MACRO_BOOK: Final = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADDIN_BOOK: Final = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
_ZIP_LEVEL: Final = 6
_SHEET_LOCK: Final = re.compile(rb"<sheetProtection\b[^>]*/>")
_BOOK_LOCK: Final = re.compile(rb"<workbookProtection\b[^>]*/>")
_CALC: Final = re.compile(rb"\s*<sheetCalcPr\b[^>]*/>")

#: Attributes whose default in the standard is "not forbidden".
_FREE_BY_DEFAULT: Final = frozenset({"selectLockedCells", "selectUnlockedCells", "objects", "scenarios"})

#: The parts of a package by name.
Parts = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class ProtectionOptions:
    """What a person may still do on a locked sheet: by default select cells, and nothing else.

    The names are those of ECMA-376 part 1, 18.3.1.85, which says what is *forbidden*; here True means allowed.
    """

    select_locked_cells: bool = True
    select_unlocked_cells: bool = True
    objects: bool = False
    scenarios: bool = False
    format_cells: bool = False
    format_columns: bool = False
    format_rows: bool = False
    insert_columns: bool = False
    insert_rows: bool = False
    insert_hyperlinks: bool = False
    delete_columns: bool = False
    delete_rows: bool = False
    sort: bool = False
    auto_filter: bool = False
    pivot_tables: bool = False

    def attributes(self) -> dict[str, str]:
        """The XML attributes that differ from the standard's defaults."""
        forbidden = {_camel(option.name): not getattr(self, option.name) for option in fields(self)}
        return {name: str(int(no)) for name, no in forbidden.items() if no != (name not in _FREE_BY_DEFAULT)}


def register_salt(register_id: str) -> bytes:
    """The salt of a register's locks: the same for each build of one register, another for the next register."""
    return hashlib.sha256(b"casebook sheet lock\0" + register_id.encode()).digest()[:SALT_BYTES]


def password_hash(password: str, salt: bytes, *, spin_count: int = SPIN_COUNT) -> bytes:
    """The 64 bytes that a lock keeps in place of a password (rule 1)."""
    digest = hashlib.sha512(salt + password.encode("utf-16-le")).digest()
    for turn in range(spin_count):
        digest = hashlib.sha512(digest + turn.to_bytes(4, "little")).digest()
    return digest


def protect_sheets(
    package: bytes,
    sheets: Mapping[str, ProtectionOptions],
    password: str,
    salt: bytes,
    *,
    structure: bool = False,
) -> bytes:
    """The same workbook with these sheets locked, and no others; `structure` also locks adding and removing sheets.

    Excel alone heeds the structure's lock: LibreOffice 7.4 does not read it from a workbook, in any of its forms.
    The hash is computed once and shared, which is what makes a build quick. An empty password locks without one.

    Raises:
        NotOurBook: a sheet is missing, or the package is not of the shape XlsxWriter writes.
    """
    parts = read_parts(package)
    hashed = _hashed(password, salt)
    where = sheet_parts(parts)
    for sheet, options in sheets.items():
        if sheet not in where:
            raise NotOurBook(f"The workbook has no sheet {sheet!r} to lock.")
        parts[where[sheet]] = _with_sheet_lock(parts[where[sheet]], sheet, options, hashed)
    if structure:
        parts[_WORKBOOK] = _with_structure_lock(parts[_WORKBOOK], hashed)
    return write_parts(parts)


def add_custom_ui(package: bytes, ribbon_xml: str) -> bytes:
    """The same workbook with a ribbon of its own (rule 3).

    Raises:
        NotOurBook: there is a ribbon already, or the text is not a ribbon of the 2009/07 schema.
    """
    parts = read_parts(package)
    if RIBBON_PART in parts:
        raise NotOurBook("The workbook has a ribbon already.")
    content = ribbon_xml.encode()
    if _parsed(content, "the ribbon").tag != f"{{{RIBBON_NAMESPACE}}}customUI":
        raise NotOurBook("The ribbon is not of the schema 2009/07.", hint="Its root must be customUI.")
    relation = (
        f"<Relationship Id={quoteattr('rIdCasebookRibbon')} Type={quoteattr(_RIBBON_RELATION)}"
        f" Target={quoteattr(RIBBON_PART)}/>"
    )
    parts[_ROOT_RELATIONS] = _before(parts[_ROOT_RELATIONS], b"</Relationships>", relation.encode())
    if b'Extension="xml"' not in parts[_CONTENT_TYPES]:
        default = b'<Default Extension="xml" ContentType="application/xml"/>'
        parts[_CONTENT_TYPES] = _before(parts[_CONTENT_TYPES], b"</Types>", default)
    parts[RIBBON_PART] = content
    return write_parts(parts)


def as_addin(package: bytes) -> bytes:
    """The same workbook as an Excel add-in (.xlam): its type says so and its window stays hidden.

    Raises:
        NotOurBook: the package is no workbook with macros.
    """
    parts = read_parts(package)
    if parts[_CONTENT_TYPES].count(_MACRO_BOOK) != 1:
        raise NotOurBook("Only a workbook with macros can become an add-in.")
    parts[_CONTENT_TYPES] = parts[_CONTENT_TYPES].replace(_MACRO_BOOK, _ADDIN_BOOK)
    if parts[_WORKBOOK].count(b"<workbookView ") != 1:
        raise NotOurBook("The workbook does not have exactly one window.")
    parts[_WORKBOOK] = parts[_WORKBOOK].replace(b"<workbookView ", b'<workbookView visibility="hidden" ')
    return write_parts(parts)


def normalise_zip(package: bytes) -> bytes:
    """The same parts in a fixed order, with a fixed date and a fixed compression."""
    return write_parts(read_parts(package))


# ---- parts ----------------------------------------------------------------------------------------------------


def read_parts(package: bytes) -> Parts:
    """The parts of a package.

    Raises:
        NotOurBook: it is no zip file, a name occurs twice, or a part that every workbook has is missing.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as file:
            names = file.namelist()
            parts = {name: file.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as fault:
        raise NotOurBook("This is not a workbook file.", hint="It may be cut short; take another copy.") from fault
    if len(parts) != len(names):
        raise NotOurBook("A part of the workbook occurs twice.")
    for name in (_CONTENT_TYPES, _ROOT_RELATIONS, _WORKBOOK, _WORKBOOK_RELATIONS):
        if name not in parts:
            raise NotOurBook(f"The workbook lacks the part {name}.")
    return parts


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """The package that holds these parts: equal parts make equal bytes, on every system."""
    first = [_CONTENT_TYPES, _ROOT_RELATIONS]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name in [*first, *sorted(parts.keys() - set(first))]:
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0  # else the zip tells the system it was made on
            info.external_attr = 0o600 << 16  # what zipfile puts in when it is left out
            file.writestr(info, parts[name], compresslevel=_ZIP_LEVEL)
    return target.getvalue()


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Which part holds each sheet, by the sheet's name, in the order of the tabs."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _parsed(parts[_WORKBOOK_RELATIONS], _WORKBOOK_RELATIONS)
    }
    found = {}
    for sheet in _parsed(parts[_WORKBOOK], _WORKBOOK).iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION_ID, ""), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if part not in parts:
            raise NotOurBook(f"The sheet {sheet.get('name')!r} has no contents.")
        found[sheet.get("name", "")] = part
    return found


def _parsed(content: bytes, name: str) -> etree._Element:
    """The XML of a small part; neither entities nor the network are touched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise NotOurBook(f"{name} is not well-formed: {fault.msg}.") from fault
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotOurBook(f"{name} declares a document type, which no workbook needs.")
    return root


# ---- locks ----------------------------------------------------------------------------------------------------


def _hashed(password: str, salt: bytes) -> dict[str, str]:
    """The attributes that carry a password, spelt as in a sheet lock; none for an empty one."""
    if not password:
        return {}
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return {
        "algorithmName": "SHA-512",
        "hashValue": base64.b64encode(password_hash(password, salt)).decode("ascii"),
        "saltValue": base64.b64encode(salt).decode("ascii"),
        "spinCount": str(SPIN_COUNT),
    }


def _with_sheet_lock(xml: bytes, sheet: str, options: ProtectionOptions, hashed: Mapping[str, str]) -> bytes:
    """Sets the lock by text, not by a tree: an Audit sheet may be hundreds of megabytes of XML."""
    end = _sheet_data_end(xml, sheet)
    if calculation := _CALC.match(xml, end):
        end = calculation.end()
    lock = _element("sheetProtection", {**hashed, "sheet": "1", **options.attributes()})
    return xml[:end] + lock + _SHEET_LOCK.sub(b"", xml[end:])


def _sheet_data_end(xml: bytes, sheet: str) -> int:
    """Where the cells end. A cell's text cannot hold this tag, because `<` is escaped there."""
    for tag in (b"</sheetData>", b"<sheetData/>"):
        at = xml.rfind(tag)
        if at >= 0:
            return at + len(tag)
    raise NotOurBook(f"The sheet {sheet!r} cannot be locked: it has no cells of the usual kind.")


def _with_structure_lock(xml: bytes, hashed: Mapping[str, str]) -> bytes:
    attributes = {f"workbook{name[0].upper()}{name[1:]}": value for name, value in hashed.items()}
    lock = _element("workbookProtection", {**attributes, "lockStructure": "1"})
    return _before(_BOOK_LOCK.sub(b"", xml), b"<bookViews>", lock)


def _element(name: str, attributes: Mapping[str, str]) -> bytes:
    body = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{name}{body}/>".encode()


def _before(xml: bytes, marker: bytes, addition: bytes) -> bytes:
    """The text with an addition right before its only marker."""
    if xml.count(marker) != 1:
        raise NotOurBook(f"The workbook does not have exactly one {marker.decode()}.")
    return xml.replace(marker, addition + marker)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
