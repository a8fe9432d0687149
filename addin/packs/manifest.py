"""The manifest of a pack: what it is, what it rests on, every file with its digest, and the keys that may sign.

The signature is over the manifest's bytes as they are stored. They are UTF-8 JSON with sorted keys, so that a month
told again has the same manifest, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

FORMAT: Final = "casebook-pack/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "public.pem"
SUMS: Final = "SHA256SUMS"
READ_ME: Final = "README.txt"
#: What is made from the manifest and so not listed in it.
BESIDE: Final = (MANIFEST, SIGNATURE, PUBLIC_KEY, SUMS)


class Anchor(msgspec.Struct, frozen=True):
    """A place in the chain: an event's number, its hash and its instant."""

    seq: int
    hash: str
    at: str = ""


class Listed(msgspec.Struct, frozen=True):
    """One file of the pack."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One pack: `head` is the cut-off, `opening` the event before the month, `tip` where the journal stood."""

    format: str = FORMAT
    casebook: str
    register: str
    house: str
    period: str
    draft: bool
    made_at: str
    prepared_by: str
    role: str
    opening: Anchor
    head: Anchor
    tip: Anchor
    events: int
    totals: Mapping[str, str]
    rules: str
    seed: str
    signer: str
    public_key: str
    keys: tuple[dict[str, Any], ...]
    files: tuple[Listed, ...]


def encode(manifest: Manifest) -> bytes:
    """The manifest as it is stored and signed."""
    plain = msgspec.json.encode(msgspec.to_builtins(manifest), order="sorted")
    return msgspec.json.format(plain, indent=1) + b"\n"


def decode(content: bytes) -> Manifest:
    """A manifest out of its stored bytes.

    Raises:
        ValueError: it is none, or of a form this version does not know.
    """
    found = msgspec.json.decode(content, type=Manifest)
    if found.format != FORMAT:
        raise ValueError(f"its form is {found.format!r}, and this version knows {FORMAT!r}")
    return found


def sums(files: Iterable[Listed], manifest_sha256: str = "") -> bytes:
    """The list that `sha256sum -c` checks; with the manifest's own digest, which tells it from a changed signature."""
    lines = [f"{file.sha256}  {file.name}\n" for file in files]
    lines += [f"{manifest_sha256}  {MANIFEST}\n"] if manifest_sha256 else []
    return "".join(lines).encode()


__all__ = [
    "BESIDE",
    "FORMAT",
    "MANIFEST",
    "PUBLIC_KEY",
    "READ_ME",
    "SIGNATURE",
    "SUMS",
    "Anchor",
    "Listed",
    "Manifest",
    "decode",
    "encode",
    "sums",
]
