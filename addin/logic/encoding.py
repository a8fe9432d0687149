"""What bytes are, in which encoding, and their text, where files come from many programs.

1. A mark at the start decides. Without one, zero bytes at every second place are UTF-16, which some exports write.
2. UTF-8 is tried before an old code page. A byte that is not UTF-8 is read by the code page on its own: one old byte in
   a long file (two exports put together) does not turn every other accent into two strange characters.
3. What no encoding fits is answered by place; nothing is left out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

#: Marks at the start, the longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
#: So many bytes at the start tell UTF-16 without a mark.
_LOOK: Final = 4_096
#: Bytes that are not UTF-8, as Python keeps them apart while decoding.
_ESCAPED: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and the places in it where a byte stood that no encoding fits."""

    text: str
    lost: tuple[int, ...] = ()


def marked_encoding(content: bytes) -> str:
    """The encoding that the start of the bytes tells: by a mark, or UTF-16 by its zeros; empty when it tells none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    look = content[:_LOOK]
    pairs = len(look) // 2
    if pairs < 2:
        return ""
    zeros = (look[0 : 2 * pairs : 2].count(0), look[1 : 2 * pairs : 2].count(0))
    # Most letters of a western text have a zero byte; the other byte of a pair hardly ever is one.
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if zeros[first] * 10 >= pairs * 6 and zeros[1 - first] * 20 <= pairs:
            return encoding
    return ""


def mixed_text(content: bytes, code_page: str = "cp1252") -> Decoded:
    """The text of bytes that should be UTF-8, in which single bytes may be of a code page.

    A byte that neither fits stands as U+FFFD, and its place is in `lost`. Time grows with the length alone.
    """
    try:
        return Decoded(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        text = content.decode("utf-8-sig", errors="surrogateescape")
    odd = tuple(match.start() for match in _ESCAPED.finditer(text))
    known = {0xDC00 + byte: bytes((byte,)).decode(code_page, errors="replace") for byte in range(0x80, 0x100)}
    text = text.translate(known)
    lost = tuple(place for place in odd if text[place] == "\ufffd")
    return Decoded(text, lost)


def any_text(content: bytes) -> Decoded:
    """The text of bytes of which nothing is known; a byte that no encoding fits stands as U+FFFD and is in `lost`."""
    encoding = marked_encoding(content)
    if not encoding or encoding == "utf-8":
        return mixed_text(content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    return Decoded(text, tuple(match.start() for match in re.finditer("\ufffd", text)))


#: How contents begin that are neither a text nor a table, whatever the file is called.
_STRANGERS: Final = (
    (b"%PDF", "a PDF"), (b"<!DOCTYPE html", "a web page"), (b"<html", "a web page"), (b"\x1f\x8b", "packed (gzip)"),
    (b"{\\rtf", "a text document"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"MZ", "a program"), (b"\x7fELF", "a program"), (b"SQLite format 3", "a database"),
)  # fmt: skip


def stranger(content: bytes) -> str:
    """What a file is that is neither text nor table, by how it begins ("a PDF"); empty when it may be one."""
    start = content[:64].lstrip().lower()
    return next((what for mark, what in _STRANGERS if start.startswith(mark.lower())), "")
