"""The pack as one ZIP: written from a month's files, the signed manifest first.

Equal contents make equal files, and Ed25519 signs equal bytes alike: a closed month that is told again gives the very
same pack. A kept signature may be put in again where the private key is not at hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from addin import __version__
from addin.logic.chain import Head
from addin.month_end import Month
from addin.month_end.zip_writer import Piece, Stored, file_chunks, piece_of, write_zip
from addin.packs.keys import PublicKey, grouped
from addin.packs.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    READ_ME,
    SIGNATURE,
    SUMS,
    Anchor,
    Listed,
    Manifest,
    encode,
    sums,
)

_WORDS: Final = """\
Audit pack of {house}, register {register}, month {period}{draft}
Head at the cut-off: event {seq}, {head}
Signing key: {fingerprint}

{workbook}  the audit workbook; start with its sheets Cover and How to read
csv/                    its tables as text (UTF-8, comma, ISO dates, amounts with a point). A text that a program
                        could take for a formula stands behind an apostrophe.
manifest.json           what this pack rests on, and every file with its SHA-256
manifest.sig            Ed25519 signature (64 bytes) over manifest.json
public.pem              the public key; its fingerprint is the SHA-256 of its 32 bytes
SHA256SUMS              the same digests for 'sha256sum -c SHA256SUMS'

To check with Casebook:   casebook verify FILE.zip --key "{short}"
To check without it, in the unpacked folder:
  openssl pkey -pubin -in public.pem -outform DER | tail -c 32 | sha256sum
      must give the fingerprint that you were told by another way than this file
  openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in manifest.json -sigfile manifest.sig
      must say: Signature Verified Successfully
  sha256sum -c SHA256SUMS
      must say OK for each file; each digest also stands in manifest.json
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished pack: digests of the ZIP and of its manifest, and the signature as hex."""

    path: Path
    sha256: str
    manifest_sha256: str
    signature: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a manifest says besides what the month says by itself."""

    house: str
    made_at: str
    prepared_by: str
    role: str
    tip: Head
    key: PublicKey
    keys: tuple[dict[str, Any], ...]


def write_pack(month: Month, said: Statement, sign: Callable[[bytes], bytes], target: Path) -> Made:
    """Write a month's pack; `sign` gives the signature over the manifest.

    Raises:
        HostError: the disk refuses.
    """
    read_me = _read_me(month, said)
    workbook = Listed(month.file_name, month.workbook.stat().st_size, file_digest(month.workbook))
    files = (
        Listed(READ_ME, len(read_me), hashlib.sha256(read_me).hexdigest()),
        workbook,
        *(Listed(name, piece.size, digest) for name, piece, digest in month.csv),
    )
    manifest = encode(_manifest(month, said, files))
    signature, digest = sign(manifest), hashlib.sha256(manifest).hexdigest()
    entries: list[tuple[str, list[Piece] | Stored]] = [
        (MANIFEST, [piece_of(manifest)]),
        (SIGNATURE, [piece_of(signature)]),
        (PUBLIC_KEY, [piece_of(said.key.pem)]),
        (SUMS, [piece_of(sums(files, digest))]),
        (READ_ME, [piece_of(read_me)]),
        (month.file_name, Stored(month.workbook)),
        *((name, [piece]) for name, piece, _ in month.csv),
    ]
    write_zip(target, entries)
    return Made(target, file_digest(target), digest, signature.hex())


def _manifest(month: Month, said: Statement, files: tuple[Listed, ...]) -> Manifest:
    story = month.story
    totals: Mapping[str, str] = dict(sorted(month.totals.items()))
    return Manifest(
        casebook=__version__, register=story.retold.register_id, house=said.house, period=story.period.text,
        draft=month.draft, made_at=said.made_at, prepared_by=said.prepared_by, role=said.role,
        opening=_anchor(story.opening_head), head=_anchor(story.head), tip=_anchor(said.tip), events=story.count,
        totals=totals, rules=month.rules, seed=month.seed, signer=said.key.fingerprint, public_key=said.key.raw.hex(),
        keys=said.keys, files=files,
    )  # fmt: skip


def _anchor(head: Head) -> Anchor:
    return Anchor(head.seq, head.hash, head.at)


def _read_me(month: Month, said: Statement) -> bytes:
    story, fingerprint = month.story, said.key.fingerprint
    text = _WORDS.format(
        house=said.house, register=story.retold.register_id, period=story.period.text,
        draft=" (DRAFT: the month is not over)" if month.draft else "", seq=story.head.seq, head=story.head.hash,
        fingerprint=grouped(fingerprint), short=grouped(fingerprint[:16]), workbook=month.file_name,
    )  # fmt: skip
    return text.encode()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    running = hashlib.sha256()
    for chunk in file_chunks(path):
        running.update(chunk)
    return running.hexdigest()


__all__ = ["Made", "Statement", "file_digest", "write_pack"]
