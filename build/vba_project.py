"""Makes a VBA project out of text: what Office keeps as ``xl/vbaProject.bin``.

Guarantees: the bytes are a pure function of the modules' text (derived project id, zero times), the project
carries source only, and Office compiles it at first use. It leaves judging the code to the tests and class
modules, forms, references to other projects and passwords to others. Sections named here are those of [MS-OVBA].
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from compound_file import compound_file

from addin.errors import ConfigError

#: Western European; the VBA editor keeps text in one code page (2.3.4.2.1.4).
_CODE_PAGE: Final = 1252
_ENCODING: Final = "cp1252"
#: Excel's default name; script addresses in LibreOffice start with it.
PROJECT: Final = "VBAProject"
#: Classes that document modules extend: Excel's Workbook and Worksheet.
WORKBOOK: Final = "0{00020819-0000-0000-C000-000000000046}"
WORKSHEET: Final = "0{00020820-0000-0000-C000-000000000046}"
#: Libraries that Excel lists in a new project; VBA and Excel itself are implicit and never listed.
_REFERENCES: Final = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
        r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
)
_TAKEN: Final = frozenset({"vba", "excel", "office", "stdole"})
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_NAME_LINE: Final = re.compile(r'Attribute VB_Name = "([^"\n]*)"\n')
_MAX_LINE: Final = 1023
_CHUNK: Final = 4096


class Kind(StrEnum):
    """The kind of a module, as the PROJECT stream spells it (2.3.1.1)."""

    STANDARD = "Module"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True)
class Module:
    """A module whose `source` is its whole stream text: CRLF lines, attributes first."""

    name: str
    kind: Kind
    source: str


def standard(name: str, text: str) -> Module:
    """A standard module from the text of its .bas file; the name line may be left out.

    Raises:
        ConfigError: the name, a character or a line is one that VBA cannot keep.
    """
    body = _code(name, text)
    return _checked(Module(name, Kind.STANDARD, _crlf(f'Attribute VB_Name = "{name}"\n{body}')))


def document(name: str, text: str = "", *, base: str = WORKSHEET) -> Module:
    """The module behind a sheet or the workbook; `name` is the code name that the workbook gives it.

    Raises:
        ConfigError: the name, a character or a line is one that VBA cannot keep.
    """
    head = (
        f'Attribute VB_Name = "{name}"\n'
        f'Attribute VB_Base = "{base}"\n'
        "Attribute VB_GlobalNameSpace = False\n"
        "Attribute VB_Creatable = False\n"
        "Attribute VB_PredeclaredId = True\n"
        "Attribute VB_Exposed = True\n"
        "Attribute VB_TemplateDerived = False\n"
        "Attribute VB_Customizable = True\n"
    )
    return _checked(Module(name, Kind.DOCUMENT, _crlf(head + _code(name, text))))


def build_project(modules: Sequence[Module], *, project: str = PROJECT) -> bytes:
    """The vbaProject.bin that holds these modules, in this order.

    Raises:
        ConfigError: no module, a name used twice (VBA is blind to case), or a project name that VBA refuses.
    """
    _check_names(modules, project)
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"vba:{project}")).upper()
    project_id = f"{{{identity}}}"
    streams: dict[str, bytes] = {module.name: compress(module.source.encode(_ENCODING)) for module in modules}
    # 2.3.4.1: no performance cache and a version that no Office has, so that the source is compiled anew.
    streams["_VBA_PROJECT"] = struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0)
    streams["dir"] = compress(_dir_stream(modules, project))
    return compound_file(
        {
            "VBA": streams,
            "PROJECT": _project_stream(modules, project, project_id),
            "PROJECTwm": _name_map_stream(modules),
        }
    )


# ---- text -----------------------------------------------------------------------------------------------------


def _code(name: str, text: str) -> str:
    """The code of a source file: LF lines, no byte-order mark, no name line, a newline at the end."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if found := _NAME_LINE.match(plain):
        if found[1] != name:
            raise ConfigError(f"The file says VB_Name {found[1]!r}, the recipe {name!r}.", code="VBA-NAME")
        plain = plain[found.end() :]
    return plain if not plain or plain.endswith("\n") else plain + "\n"


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _checked(module: Module) -> Module:
    """The same module, when VBA can keep it."""
    if not _NAME.fullmatch(module.name):
        raise ConfigError(
            f"{module.name!r} cannot name a module.",
            hint="Start with a letter, go on with letters, digits or _, 31 characters at most.",
            code="VBA-NAME",
        )
    for number, line in enumerate(module.source.split("\r\n"), 1):
        place = f"{module.name}, line {number}"
        if len(line) > _MAX_LINE:
            raise ConfigError(f"{place} has more than {_MAX_LINE} characters.", hint="Split it.", code="VBA-LINE")
        wrong = [char for char in line if not _keepable(char)]
        if wrong:
            raise ConfigError(
                f"{place} holds {wrong[0]!r}, which VBA's code page {_CODE_PAGE} lacks.",
                hint="Write it in plain letters.",
                code="VBA-CHARACTER",
            )
    return module


def _keepable(char: str) -> bool:
    """True for a character that survives the code page; control characters other than TAB would end a line."""
    if ord(char) < 0x20 and char != "\t":
        return False
    try:
        return char.encode(_ENCODING).decode(_ENCODING) == char
    except UnicodeEncodeError:
        return False


def _check_names(modules: Sequence[Module], project: str) -> None:
    if not modules:
        raise ConfigError("A VBA project needs at least one module.", code="VBA-NAME")
    if not _NAME.fullmatch(project):
        raise ConfigError(f"{project!r} cannot name a VBA project.", code="VBA-NAME")
    seen = {project.lower(), *_TAKEN}
    for module in modules:
        if module.name.lower() in seen:
            raise ConfigError(
                f"The name {module.name!r} is taken by the project, a library or another module.",
                hint="VBA does not tell upper from lower case; choose another name.",
                code="VBA-NAME",
            )
        seen.add(module.name.lower())


# ---- compression (2.4.1) --------------------------------------------------------------------------------------


def compress(data: bytes) -> bytes:
    """The compressed container of these bytes (2.4.1.3.6).

    Raises:
        ConfigError: the last chunk is short and cannot be made smaller. The format would pad such a chunk with
            zeros, which changes it; text never comes near.
    """
    container = bytearray(b"\x01")
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        tokens = _tokens(chunk)
        if len(tokens) <= _CHUNK:
            container += struct.pack("<H", 0xB000 | (len(tokens) - 1)) + tokens
        elif len(chunk) == _CHUNK:
            container += struct.pack("<H", 0x3FFF) + chunk
        else:
            raise ConfigError("The end of the data cannot be compressed.", hint="Use text.", code="VBA-COMPRESS")
    return bytes(container)


def _tokens(chunk: bytes) -> bytes:
    """One chunk as flag bytes, each followed by eight literals or copy tokens (2.4.1.3.7 to 2.4.1.3.9)."""
    out = bytearray()
    seen: dict[bytes, list[int]] = {}
    at = flag_bit = flag_at = 0
    while at < len(chunk):
        if flag_bit == 0:
            flag_at = len(out)
            out.append(0)
        bits = max(4, (at - 1).bit_length()) if at else 4  # 2.4.1.3.19.1: how the 16 bits are shared
        offset, length = _longest_match(chunk, at, seen, (0xFFFF >> bits) + 3)
        if length:
            out[flag_at] |= 1 << flag_bit
            out += struct.pack("<H", (offset - 1) << (16 - bits) | (length - 3))
        else:
            out.append(chunk[at])
        for passed in range(at, at + max(1, length)):
            seen.setdefault(chunk[passed : passed + 3], []).append(passed)
        at += max(1, length)
        flag_bit = (flag_bit + 1) % 8
    return bytes(out)


def _longest_match(chunk: bytes, at: int, seen: dict[bytes, list[int]], longest: int) -> tuple[int, int]:
    """Distance and length of the longest earlier copy of what stands at `at`; (0, 0) when under three bytes."""
    best = (0, 0)
    limit = min(longest, len(chunk) - at)
    if limit < 3:
        return best
    for candidate in reversed(seen.get(chunk[at : at + 3], [])):
        length = 3
        while length < limit and chunk[candidate + length] == chunk[at + length]:
            length += 1
        if length > best[1]:
            best = (at - candidate, length)
        if length == limit:
            break
    return best


# ---- streams (2.3) --------------------------------------------------------------------------------------------


def _record(tag: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", tag, len(data)) + data


def _both(tag: int, unicode_tag: int, text: str) -> bytes:
    """A text twice, in the code page and in UTF-16, as most records of the dir stream keep it."""
    return _record(tag, text.encode(_ENCODING)) + _record(unicode_tag, text.encode("utf-16-le"))


def _short(value: int) -> bytes:
    return struct.pack("<H", value)


def _long(value: int) -> bytes:
    return struct.pack("<I", value)


def _dir_stream(modules: Sequence[Module], project: str) -> bytes:
    """The dir stream before compression (2.3.4.2): information, references, modules, terminator."""
    information = [
        _record(0x01, _long(3)),  # PROJECTSYSKIND: 64-bit Windows
        _record(0x02, _long(0x409)),  # PROJECTLCID
        _record(0x14, _long(0x409)),  # PROJECTLCIDINVOKE
        _record(0x03, _short(_CODE_PAGE)),
        _record(0x04, project.encode(_ENCODING)),
        _both(0x05, 0x40, ""),  # PROJECTDOCSTRING
        _record(0x06) + _record(0x3D),  # PROJECTHELPFILEPATH
        _record(0x07, _long(0)),  # PROJECTHELPCONTEXT
        _record(0x08, _long(0)),  # PROJECTLIBFLAGS
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # PROJECTVERSION: says 4 bytes, six follow (2.3.4.2.1.11)
        _both(0x0C, 0x3C, ""),  # PROJECTCONSTANTS
    ]
    references = []
    for name, library in _REFERENCES:
        packed = library.encode(_ENCODING)
        references.append(_both(0x16, 0x3E, name) + _record(0x0D, _long(len(packed)) + packed + bytes(6)))
    head = _record(0x0F, _short(len(modules))) + _record(0x13, _short(0xFFFF))  # PROJECTMODULES, PROJECTCOOKIE
    body = b"".join(_module_record(module) for module in modules)
    return b"".join([*information, *references, head, body, _record(0x10)])


def _module_record(module: Module) -> bytes:
    """One MODULE record (2.3.4.2.3.2); its source starts at offset 0 because nothing compiled stands before it."""
    return b"".join(
        [
            _both(0x19, 0x47, module.name),
            _both(0x1A, 0x32, module.name),  # the stream has the module's name
            _both(0x1C, 0x48, ""),  # MODULEDOCSTRING
            _record(0x31, _long(0)),  # MODULEOFFSET
            _record(0x1E, _long(0)),  # MODULEHELPCONTEXT
            _record(0x2C, _short(0xFFFF)),  # MODULECOOKIE
            _record(0x21 if module.kind is Kind.STANDARD else 0x22),  # MODULETYPE
            _record(0x2B),
        ]
    )


def _project_stream(modules: Sequence[Module], project: str, project_id: str) -> bytes:
    """The PROJECT stream (2.3.1): modules by kind, no lock, no password, visible, no open windows."""
    lines = [f'ID="{project_id}"']
    lines += [f"{m.kind}={m.name}{'/&H00000000' if m.kind is Kind.DOCUMENT else ''}" for m in modules]
    lines += [
        f'Name="{project}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_obfuscated(bytes(4), project_id)}"',
        f'DPB="{_obfuscated(bytes(1), project_id)}"',
        f'GC="{_obfuscated(bytes([0xFF]), project_id)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
    ]
    lines += [f"{module.name}=0, 0, 0, 0, C" for module in modules]
    return "".join(f"{line}\r\n" for line in lines).encode(_ENCODING)


def _obfuscated(payload: bytes, project_id: str) -> str:
    """The project's protection, password and visibility as 2.4.3.2 writes them; the seed may be any byte."""
    seed, version = 0x08, 2
    key = sum(project_id.encode(_ENCODING)) & 0xFF
    out = [seed, seed ^ version, seed ^ key]
    plain_before, coded_before, coded_before_that = key, out[2], out[1]
    for byte in bytes((seed & 6) // 2) + struct.pack("<I", len(payload)) + payload:
        coded = byte ^ ((coded_before_that + plain_before) & 0xFF)
        out.append(coded)
        plain_before, coded_before, coded_before_that = byte, coded, coded_before
    return bytes(out).hex().upper()


def _name_map_stream(modules: Sequence[Module]) -> bytes:
    """The PROJECTwm stream (2.3.3): each name in the code page and in UTF-16."""
    names = (m.name.encode(_ENCODING) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(names) + b"\0\0"
