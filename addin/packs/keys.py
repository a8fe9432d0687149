"""Signing keys: Ed25519 pairs whose public half anybody may know, and whose private half stays with its person.

1. A private key is a file that only its owner may read, under a passphrase where the owner wants one; it never enters
   a register's journal, workbook or pack.
2. A fingerprint is the SHA-256 of the 32 bytes of the public key: what is printed, read out and compared.
3. Signing the same bytes with the same key gives the same signature (RFC 8032), so that a pack can be made again.

Which key held when is told by the journal's events (`addin.logic.key_history`), never by the files here.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from addin.errors import CasebookError, ConfigError, HostError
from addin.packs.passphrase import Ask, nobody

_SUFFIX: Final = ".key.pem"
#: So many characters of a fingerprint are enough to name a key; fewer could be met by trying.
SHORTEST: Final = 16
#: How the file of a key under a passphrase begins (RFC 7468, section 11).
_LOCKED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half of a key that anybody may know: 32 bytes."""

    raw: bytes

    @classmethod
    def of(cls, text: str) -> PublicKey:
        """A public key out of its 64 hex digits.

        Raises:
            ValueError: for anything else.
        """
        raw = bytes.fromhex(text)
        if len(raw) != 32:
            raise ValueError(f"a public key has 32 bytes, not {len(raw)}")
        return cls(raw)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes, as hex."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def pem(self) -> bytes:
        """The key as other programs read it."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """True when the signature was made over exactly this message with this key's private half."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A whole key."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """The half that may be known."""
        form = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return PublicKey(self.private.public_key().public_bytes(*form))

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of a signature."""
        return self.private.sign(message)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The private keys of one account, one file each, in a folder that nobody else may read."""

    folder: Path
    ask: Ask = nobody

    def create(self, passphrase: str = "") -> SigningKey:
        """Make a new key and keep it durably, encrypted under a passphrase where one is given.

        Raises:
            HostError: the folder cannot be written.
        """
        key = SigningKey(Ed25519PrivateKey.generate())
        self._keep(self._path(key.public.fingerprint), key, passphrase)
        return key

    def protect(self, fingerprint: str, passphrase: str) -> bool:
        """Put a key's file under another passphrase; False when this account does not hold it.

        Raises:
            ConfigError: its file is no such key, or is under a passphrase that is not known.
            HostError: the folder cannot be written.
        """
        key = self.find(fingerprint)
        if key is None:
            return False
        path = self._path(fingerprint)
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        self._keep(new, key, passphrase)
        new.replace(path)
        return True

    def _keep(self, path: Path, key: SigningKey, passphrase: str) -> None:
        lock = (
            serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
        )
        content = key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise HostError(
                f"The signing key could not be kept in {self.folder}: {error.strerror}.",
                hint="Check the rights on it, or name another folder as [store] keys in casebook.toml.",
                code="KEY-WRITE",
            ) from error

    def find(self, fingerprint: str) -> SigningKey | None:
        """The key of a fingerprint, or None when this account does not hold it.

        Raises:
            ConfigError: its file is there and is no such key, or its passphrase is not known or wrong.
        """
        path = self._path(fingerprint)
        password: str | None = None
        try:
            content = path.read_bytes()
            if content.startswith(_LOCKED):
                password = self._passphrase(fingerprint)
            private = serialization.load_pem_private_key(content, password.encode() if password else None)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise self._wrong(fingerprint) if password else self._faulty(path) from error
        if not isinstance(private, Ed25519PrivateKey) or SigningKey(private).public.fingerprint != fingerprint:
            raise self._faulty(path)
        return SigningKey(private)

    def _passphrase(self, fingerprint: str) -> str:
        found = self.ask(fingerprint)
        if found:
            return found
        raise ConfigError(
            f"The signing key {grouped(fingerprint[:SHORTEST])} ... is under a passphrase, and none was given.",
            hint="Use the command line, which asks for it, or set CASEBOOK_KEY_PASSPHRASE before the program starts.",
            code="KEY-PASSPHRASE",
        )

    def _wrong(self, fingerprint: str) -> CasebookError:
        return ConfigError(
            f"The passphrase does not open the signing key {grouped(fingerprint[:SHORTEST])} ...",
            hint="Try again. If it is lost, revoke the key and make a new one; what it signed stays good.",
            code="KEY-PASSPHRASE",
        )

    def _path(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}{_SUFFIX}"

    def _faulty(self, path: Path) -> CasebookError:
        hint = "Bring it back from a copy, or revoke it and make a new one with 'casebook key new'."
        return ConfigError(f"{path.name} in {self.folder} is not that signing key.", hint=hint, code="KEY-FILE")


def reviewed_text(manifest_sha256: str) -> bytes:
    """What a reviewer signs: that they reviewed the pack with this manifest."""
    return f"casebook pack reviewed {manifest_sha256}".encode()


def grouped(fingerprint: str) -> str:
    """A fingerprint as it is printed: in groups of four."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def same_key(named: str, fingerprint: str) -> bool:
    """True when what a person typed names this key: the whole fingerprint, or at least its first 16 characters."""
    text = "".join(named.split()).lower()
    return len(text) >= SHORTEST and fingerprint.startswith(text)


__all__ = ["SHORTEST", "KeyRing", "PublicKey", "SigningKey", "grouped", "reviewed_text", "same_key"]
