"""A strict reader of VBA projects, written from [MS-CFB] and [MS-OVBA] and sharing nothing with the writer.

Whatever the specifications do not allow is `Malformed`: a record out of order, a byte left over, a sector used twice,
a directory that a binary search would get lost in.
"""

import re
import struct
from dataclasses import dataclass, field

FREE, END, FAT_MARK = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


class Malformed(ValueError):
    """The bytes break a rule of the format."""


def check(true, words):
    if not true:
        raise Malformed(words)


# ---- [MS-CFB] -------------------------------------------------------------------------------------------------


class CompoundFile:
    """All streams of a compound file by path, every sector accounted for."""

    def __init__(self, data):
        self.data, self.used = data, set()
        check(len(data) >= 1536 and len(data) % 512 == 0, "not whole sectors")
        check(data[:8] == bytes.fromhex("D0CF11E0A1B11AE1") and not any(data[8:24]), "signature")
        versions = struct.unpack_from("<HHHHH", data, 24)
        check(versions == (0x3E, 3, 0xFFFE, 9, 6) and not any(data[34:40]), "versions")
        numbers = struct.unpack_from("<9I", data, 40)
        directories, fats, directory, transaction, cutoff, mini_fat, mini_fats, difat, difats = numbers
        check((directories, transaction, cutoff, difat, difats) == (0, 0, 4096, END, 0), "header")
        listed = struct.unpack_from("<109I", data, 76)
        check(set(listed[fats:]) <= {FREE}, "table sectors")
        self.fat = [n for s in listed[:fats] for n in struct.unpack("<128I", self.sector(s))]
        check(all(self.fat[s] == FAT_MARK for s in listed[:fats]), "the table must mark itself")
        self.used.update(listed[:fats])
        self.entries = self._entries(self.chain(directory))
        root = self.entries[0]
        check(root["name"] == "Root Entry" and root["kind"] == 5, "root")
        self.mini = self.chain(root["start"], size=root["size"]) if root["size"] else b""
        raw = self.chain(mini_fat) if mini_fats else b""
        check(len(raw) == mini_fats * 512, "mini table length")
        self.mini_fat = list(struct.unpack(f"<{len(raw) // 4}I", raw))
        self.mini_used, self.streams = set(), {}
        self._walk(root["child"], "")
        for number, following in enumerate(self.fat):
            check((following == FREE) == (number not in self.used), f"sector {number} is lost or free but used")
        check(all((n == FREE) == (i not in self.mini_used) for i, n in enumerate(self.mini_fat)), "mini sectors")

    def sector(self, number):
        at = (number + 1) * 512
        check(at + 512 <= len(self.data), "sector beyond the end")
        return self.data[at : at + 512]

    def chain(self, number, *, size=None):
        out = b""
        while number != END:
            check(number < len(self.fat) and number not in self.used, "chain leaves the file or crosses another")
            self.used.add(number)
            out += self.sector(number)
            number = self.fat[number]
        check(size is None or -(-size // 512) * 512 == len(out), "chain length")
        return out if size is None else out[:size]

    def mini_chain(self, number, size):
        out = b""
        while number != END:
            check(number < len(self.mini_fat) and number not in self.mini_used, "mini chain")
            self.mini_used.add(number)
            out += self.mini[number * 64 : number * 64 + 64]
            number = self.mini_fat[number]
        check(-(-size // 64) * 64 == len(out), "mini chain length")
        return out[:size]

    def _entries(self, raw):
        entries = []
        for at in range(0, len(raw), 128):
            length, kind, colour, left, right, child = struct.unpack_from("<HBBIII", raw, at + 64)
            start, size = struct.unpack_from("<IQ", raw, at + 116)
            check(not any(raw[at + 80 : at + 116]), "times and class ids must be zero")
            name = raw[at : at + max(length - 2, 0)].decode("utf-16-le")
            check(kind in (0, 1, 2, 5) and (kind == 0) == (name == ""), "entry kind")
            check(kind == 0 or (colour == 1 and not any(raw[at + length - 2 : at + 64])), "colour or name padding")
            entries.append(
                {"name": name, "kind": kind, "left": left, "right": right, "child": child, "start": start, "size": size}
            )
        return entries

    def _walk(self, number, path, low=None, high=None):
        """In search order: length, then upper case; every name must lie between its ancestors."""
        if number == FREE:
            return
        entry = self.entries[number]
        key = (len(entry["name"]), entry["name"].upper())
        check((low is None or low < key) and (high is None or key < high), "directory is not sorted")
        self._walk(entry["left"], path, low, key)
        self._walk(entry["right"], path, key, high)
        where = path + entry["name"]
        if entry["kind"] == 1:
            check((entry["start"], entry["size"]) == (0, 0), "a storage has no content")
            self._walk(entry["child"], where + "/")
        elif entry["size"] == 0:
            check(entry["start"] == END, "an empty stream has no sector")
            self.streams[where] = b""
        elif entry["size"] < 4096:
            self.streams[where] = self.mini_chain(entry["start"], entry["size"])
        else:
            self.streams[where] = self.chain(entry["start"], size=entry["size"])


# ---- [MS-OVBA] ------------------------------------------------------------------------------------------------


def decompress(container):
    """2.4.1.3: a container back to its bytes."""
    check(container[:1] == b"\x01", "container signature")
    out, at = bytearray(), 1
    while at < len(container):
        check(at + 2 <= len(container), "chunk header cut")
        (header,) = struct.unpack_from("<H", container, at)
        end = at + (header & 0xFFF) + 3
        check((header >> 12) & 7 == 3 and end <= len(container), "chunk header")
        chunk = _chunk(container[at + 2 : end]) if header >> 15 else container[at + 2 : end]
        check(len(chunk) <= 4096 and (len(chunk) == 4096 or (header >> 15 and end == len(container))), "chunk size")
        out += chunk
        at = end
    return bytes(out)


def _chunk(tokens):
    out, at = bytearray(), 0
    while at < len(tokens):
        flags, at = tokens[at], at + 1
        check(at < len(tokens), "flags without a token")
        for bit in range(8):
            if at >= len(tokens):
                check(flags >> bit == 0, "flags beyond the end")
                break
            if not flags >> bit & 1:
                out.append(tokens[at])
                at += 1
                continue
            check(at + 2 <= len(tokens) and out, "copy token cut or at the start")
            (token,) = struct.unpack_from("<H", tokens, at)
            at += 2
            bits = next(n for n in range(4, 13) if 1 << n >= len(out))
            offset, length = (token >> (16 - bits)) + 1, (token & (0xFFFF >> bits)) + 3
            check(offset <= len(out), "copy from before the chunk")
            for _ in range(length):
                out.append(out[-offset])
    return bytes(out)


class _Records:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        check(self.at + count <= len(self.data), "record cut")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def record(self, tag, size=None):
        found = self.number(2)
        check(found == tag, f"record {found:#x} where {tag:#x} belongs")
        length = self.number(4)
        check(size is None or length == size, f"record {tag:#x} has {length} bytes")
        return self.take(length)

    def value(self, tag, size):
        return int.from_bytes(self.record(tag, size), "little")

    def both(self, tag, unicode_tag):
        text, wide = self.record(tag).decode("cp1252"), self.record(unicode_tag).decode("utf-16-le")
        check(text == wide, f"{tag:#x} and {unicode_tag:#x} differ")
        return text

    def peek(self):
        return int.from_bytes(self.data[self.at : self.at + 2], "little")


@dataclass
class Project:
    name: str = ""
    references: list = field(default_factory=list)
    kinds: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)
    states: dict = field(default_factory=dict)


def _dir(raw):
    """2.3.4.2, every record in its place; answers the project, its references and (module, type, offset)."""
    records = _Records(raw)
    check(records.value(0x01, 4) in (1, 3), "system kind")
    check((records.value(0x02, 4), records.value(0x14, 4)) == (0x409, 0x409), "locale")
    check(records.value(0x03, 2) == 1252, "code page")
    name = records.record(0x04).decode("cp1252")
    check(1 <= len(name) <= 128, "project name")
    records.both(0x05, 0x40)
    check(records.record(0x06) == records.record(0x3D), "help files differ")
    records.value(0x07, 4)
    check(records.value(0x08, 4) == 0, "library flags")
    check((records.number(2), records.number(4)) == (0x09, 4), "version")
    records.take(6)
    records.both(0x0C, 0x3C)
    references = []
    while records.peek() == 0x16:
        reference = records.both(0x16, 0x3E)
        body = _Records(records.record(0x0D))
        library = body.take(body.number(4)).decode("cp1252")
        check(library.startswith("*\\G{") and body.take(6) == bytes(6) and body.at == len(body.data), "reference")
        references.append(reference)
    count = records.value(0x0F, 2)
    check(records.value(0x13, 2) == 0xFFFF, "cookie")
    modules = [_module(records) for _ in range(count)]
    check(records.record(0x10) == b"" and records.at == len(raw), "terminator")
    return name, references, modules


def _module(records):
    name, stream = records.both(0x19, 0x47), records.both(0x1A, 0x32)
    check(name == stream, "stream name")
    records.both(0x1C, 0x48)
    offset = records.value(0x31, 4)
    records.value(0x1E, 4)
    check(records.value(0x2C, 2) == 0xFFFF, "module cookie")
    kind = records.peek()
    check(kind in (0x21, 0x22), "module type")
    records.record(kind, 0)
    records.record(0x2B, 0)
    return name, kind, offset


def reveal(text):
    """2.4.3.3: (key, payload) of one of CMG, DPB, GC."""
    data = bytes.fromhex(text)
    seed, key = data[0], data[0] ^ data[2]
    check(seed ^ data[1] == 2, "encryption version")
    plain, before, before_that, out = key, data[2], data[1], bytearray()
    for coded in data[3:]:
        plain = coded ^ ((before_that + plain) & 0xFF)
        before_that, before = before, coded
        out.append(plain)
    body = bytes(out)[(seed & 6) // 2 :]
    check(len(body) - 4 == int.from_bytes(body[:4], "little"), "payload length")
    return key, body[4:]


def read_project(data):
    """A whole vbaProject.bin, all streams compared with each other."""
    streams = CompoundFile(data).streams
    check(streams.get("VBA/_VBA_PROJECT") == bytes.fromhex("CC61FFFF000000"), "_VBA_PROJECT")
    check({"VBA/dir", "PROJECT", "PROJECTwm"} <= streams.keys(), "stream missing")
    project = Project()
    project.name, project.references, modules = _dir(decompress(streams["VBA/dir"]))
    for name, _, offset in modules:
        project.sources[name] = decompress(streams[f"VBA/{name}"][offset:]).decode("cp1252")
    text = streams["PROJECT"].decode("cp1252")
    check(text.replace("\r\n", "").isprintable(), "PROJECT lines end with CRLF")
    project.kinds = {n: k for k, n in re.findall(r"^(Document|Module|Class)=(\w+)", text, re.M)}
    check(list(project.kinds) == [m[0] for m in modules], "PROJECT and dir name other modules")
    check(all((project.kinds[n] == "Module") == (kind == 0x21) for n, kind, _ in modules), "kinds differ")
    check(f'\r\nName="{project.name}"\r\n' in text, "PROJECT and dir name other projects")
    check(re.findall(r"^(\w+)=0, 0, 0, 0, C\r$", text, re.M) == list(project.kinds), "windows")
    own_key = sum(re.match(r'ID="(\{[0-9A-F-]{36}\})"\r\n', text)[1].encode()) & 0xFF
    for state in ("CMG", "DPB", "GC"):
        key, project.states[state] = reveal(re.search(rf'^{state}="([0-9A-F]+)"\r$', text, re.M)[1])
        check(key == own_key, f"{state} has another project's key")
    wide = b"".join(n.encode() + b"\0" + n.encode("utf-16-le") + b"\0\0" for n in project.kinds) + b"\0\0"
    check(streams["PROJECTwm"] == wide, "PROJECTwm")
    expected = {f"VBA/{name}" for name in project.kinds} | {"VBA/dir", "VBA/_VBA_PROJECT", "PROJECT", "PROJECTwm"}
    check(streams.keys() == expected, "streams nobody speaks of")
    return project
