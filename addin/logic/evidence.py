"""Evidence of a case: files kept by the hash of their content, each with a name, a kind and when it was attached.

1. A case holds its pieces in one system field; each names its content by SHA-256, so none is exchanged unseen.
2. The same content is attached once for each kind; another content under a used name gets a name of its own.
3. A piece may be withdrawn (its content stays) or erased (its content goes); either is an event.
4. A kind is one of the case type's own or of the general ones; a file without one is a plain document.

Where the contents lie, and whether they are still what was attached, is the evidence store's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from addin.logic.events import Json, Kind, iso
from addin.logic.values import clean_id

if TYPE_CHECKING:
    from addin.logic.case_type import Case

#: The system field that holds a case's pieces.
FIELD: Final = "evidence_files"
ATTACHED: Final = Kind(
    "evidence.attached.v1", "{actor} attached {file} as '{evidence_kind}' to {case} (SHA-256 {sha256})"
)
WITHDRAWN: Final = Kind("evidence.withdrawn.v1", "{actor} withdrew {file} ('{evidence_kind}') from {case}")
ERASED_FILE: Final = Kind("evidence.erased.v1", "{actor} erased the content of {file} ('{evidence_kind}') of {case}")
DOCUMENT: Final = "Document"
#: Kinds that every case type knows besides its own.
GENERAL: Final = (
    "Label photo", "Photo", "Proof of delivery", "Invoice", "Credit memo", "Weight record", "Statement",
    "CCTV reference", "Crime reference", "Carrier letter", "Decision of the carrier", DOCUMENT,
)  # fmt: skip
#: Longest file name that is kept, in characters.
_NAME_LIMIT: Final = 100
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*;]+')
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
#: Names that Windows keeps for devices, whatever the extension.
_DEVICE: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: its file name and kind, the SHA-256 and size in bytes of its content, when it came."""

    name: str
    kind: str
    sha256: str
    size: int
    at: str

    def as_text(self) -> str:
        """The piece as one item of the case's list."""
        return " | ".join((self.name, self.kind, str(self.size), self.at, self.sha256))

    @property
    def attached_at(self) -> datetime:
        """The instant it was attached."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class Keep:
    """A text that a case wants kept as a piece of evidence as it stands now: file name, kind and content."""

    name: str
    kind: str
    text: str


def read_piece(text: str) -> Piece | None:
    """A piece out of its text; None when it is not one."""
    parts = text.split(" | ")
    if len(parts) != 5 or not _SHA256.fullmatch(parts[4]) or not parts[2].isdecimal():
        return None
    name, kind, size, at, digest = parts
    return Piece(name, kind, digest, int(size), at)


def pieces_in(stored: Json) -> tuple[Piece, ...]:
    """The pieces in a stored list of an event; what is no piece is left out."""
    items = stored if isinstance(stored, list) else ()
    found = (read_piece(item) for item in items if isinstance(item, str))
    return tuple(piece for piece in found if piece is not None)


def pieces(case: Case) -> tuple[Piece, ...]:
    """The pieces of a case in the order in which they were attached."""
    return pieces_in(list(case.items(FIELD)))


def kinds_of(case: Case) -> frozenset[str]:
    """The kinds of a case's pieces, without regard to capitals."""
    return frozenset(piece.kind.casefold() for piece in pieces(case))


def safe_name(name: str) -> str:
    """A file name that any system can hold and any list can show: no path, no control or direction characters."""
    bare = clean_id(re.split(r"[/\\]", name)[-1])
    bare = re.sub(r"\s+", " ", _FORBIDDEN.sub("_", bare)).lstrip("=+-@. ").rstrip(". ")
    if _DEVICE.fullmatch(bare):
        bare = f"_{bare}"
    if len(bare) > _NAME_LIMIT:
        stem, dot, end = bare.rpartition(".")
        keep = f".{end}" if dot and len(end) <= 10 else ""
        bare = (stem if keep else bare)[: _NAME_LIMIT - len(keep)].rstrip() + keep
    return bare or "file"


def known_kind(text: str, own: Sequence[str]) -> str:
    """The kind that a text names, in its proper spelling; "" when there is none of that name."""
    wanted = _plain(text)
    return next((kind for kind in (*own, *GENERAL) if _plain(kind) == wanted), "")


def kind_of_name(name: str, own: Sequence[str]) -> str:
    """The kind a file's name begins with ("invoice 4711.pdf"), the longest that fits; a document when none does."""
    stem = _plain(name)
    fitting = [kind for kind in (*own, *GENERAL) if kind != DOCUMENT and _begins(stem, _plain(kind))]
    return max(fitting, key=len, default=DOCUMENT)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold().replace("'", "")).strip()


def _begins(stem: str, kind: str) -> bool:
    return stem == kind or stem.startswith(f"{kind} ")


def joined(have: Sequence[Piece], new: Iterable[Piece], at: datetime) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """All pieces with the new ones behind, and those that were really added (not held before), with their names."""
    kept, added = list(have), []
    for piece in new:
        if any(other.sha256 == piece.sha256 and other.kind == piece.kind for other in kept):
            continue
        # One content under several kinds keeps one name; another content never hides behind a used one.
        same = next((other.name for other in kept if other.sha256 == piece.sha256), "")
        name = same or _unused(piece.name, {other.name.casefold() for other in kept})
        own = replace(piece, name=name, at=iso(at))
        kept.append(own)
        added.append(own)
    return tuple(kept), tuple(added)


def _unused(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    stem, dot, end = name.rpartition(".")
    stem, end = (stem, f".{end}") if dot else (name, "")
    number = next(n for n in range(2, len(taken) + 3) if f"{stem} ({n}){end}".casefold() not in taken)
    return f"{stem} ({number}){end}"


def told(piece: Piece) -> Mapping[str, Json]:
    """What the event about a piece says besides the changed list."""
    return {"file": piece.name, "evidence_kind": piece.kind, "sha256": piece.sha256, "size": piece.size}
