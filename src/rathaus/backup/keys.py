"""Data keys, wrapped by a passphrase (scrypt) or for the owner of an X25519 key.

With a recipient's public key the machine can make backups it cannot read itself.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from rathaus.backup.errors import BackupFailed, Damaged, WrongKey

SCRYPT = {"n": 2**16, "r": 8, "p": 1}
"""64 MB and a fraction of a second per guess (RFC 7914)."""
LEAST = 12
NAME = re.compile(r"[0-9a-f]{32}\.json")
ONE = {"passphrase": "einer Passphrase", "recipient": "einem Schlüsselpaar"}
ANOTHER = {"passphrase": "einer anderen Passphrase", "recipient": "einem anderen Schlüsselpaar"}


@dataclass(frozen=True)
class Secret:
    """What opens (or only closes) a backup: exactly one of the three."""

    passphrase: str = ""
    recipient: X25519PublicKey | None = None
    private: X25519PrivateKey | None = None

    @property
    def kind(self) -> str:
        """How it wraps: ``passphrase`` or ``recipient``."""
        return "passphrase" if self.passphrase else "recipient"

    @property
    def reads(self) -> bool:
        """Whether it opens what it closed; a public key only closes."""
        return bool(self.passphrase or self.private)

    @property
    def mark(self) -> str:
        """The public key, to tell key pairs apart; empty for a passphrase."""
        return self.recipient.public_bytes_raw().hex() if self.recipient else ""


def from_files(*, passphrase: Path | None, recipient: Path | None, private: Path | None) -> Secret:
    """A secret from files.

    Raises: BackupFailed for files that hold no key, and for none or more than one of the three.
    """
    if sum(path is not None for path in (passphrase, recipient, private)) > 1:
        raise BackupFailed(
            "Ein Backup wird mit einer Passphrase oder für ein Schlüsselpaar verschlüsselt. Geben "
            "Sie nur eines an: --passphrase-file, --recipient oder --private-key "
            "(RATHAUS_BACKUP_PASSPHRASE_FILE, RATHAUS_BACKUP_RECIPIENT)."
        )
    try:
        if passphrase is not None:
            text = passphrase.read_text(encoding="utf-8").strip()
            if len(text) < LEAST:
                raise BackupFailed(
                    f"Die Passphrase in {passphrase} hat weniger als {LEAST} Zeichen."
                )
            return Secret(passphrase=text)
        if private is not None:
            key = serialization.load_pem_private_key(private.read_bytes(), None)
            if isinstance(key, X25519PrivateKey):
                return Secret(private=key, recipient=key.public_key())
        if recipient is not None:
            public = serialization.load_pem_public_key(recipient.read_bytes())
            if isinstance(public, X25519PublicKey):
                return Secret(recipient=public)
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailed(f"Der Schlüssel ist nicht lesbar: {error}") from error
    raise BackupFailed(
        "Womit soll verschlüsselt werden? Geben Sie --passphrase-file oder --recipient an "
        "(zum Lesen --passphrase-file oder --private-key). Ein Schlüsselpaar macht: "
        "rathaus backup key DATEI"
    )


def make_pair(path: Path) -> Path:
    """A new key pair: the private key in `path`, the public one beside it. Raises: BackupFailed."""
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    beside = path.with_name(path.name + ".pub")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        beside.write_bytes(public)
    except OSError as error:
        raise BackupFailed(f"{path} kann nicht angelegt werden: {error.strerror}") from error
    return beside


class Keyring:
    """The data keys of a backup folder."""

    def __init__(self, folder: Path, secret: Secret) -> None:
        self._folder = folder
        self._secret = secret
        self._open: dict[bytes, bytes] = {}

    def current(self) -> tuple[bytes, bytes]:
        """Id and key for writing: a known one where the secret opens it, else a new one.

        Raises: WrongKey in a folder that was begun with another secret, Damaged where a key is
        broken. What is in the folder already is not written again: a new backup would need that
        key too, and no command takes two secrets.
        """
        known = self._known()
        for ident in known:
            self._refuse_another(self._row(ident))
        if known and self._secret.reads:
            try:
                return known[0], self.get(known[0])
            except WrongKey as error:
                raise self._begun_with(ANOTHER[self._secret.kind]) from error
        return self._new()

    def get(self, ident: bytes) -> bytes:
        """The key with this id. Raises: WrongKey, Damaged."""
        if ident not in self._open:
            row = self._row(ident)
            try:
                self._open[ident] = self._unwrap(ident, row)
            except (ValueError, KeyError, TypeError) as error:
                raise self._unreadable(ident) from error
        return self._open[ident]

    def _known(self) -> list[bytes]:
        names = sorted(path.name for path in self._folder.glob("*.json"))
        return [bytes.fromhex(name[:32]) for name in names if NAME.fullmatch(name)]

    def _row(self, ident: bytes) -> dict[str, Any]:
        try:
            text = self._path(ident).read_text(encoding="ascii")
            row: dict[str, Any] = json.loads(text)
            if row["kind"] in ONE:
                return row
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._unreadable(ident) from error
        raise self._unreadable(ident)

    def _path(self, ident: bytes) -> Path:
        return self._folder / f"{ident.hex()}.json"

    def _unreadable(self, ident: bytes) -> Damaged:
        return Damaged(f"Der Schlüssel {self._path(ident).name} ist nicht lesbar.")

    def _refuse_another(self, row: dict[str, Any]) -> None:
        kind = self._secret.kind
        if row["kind"] != kind:
            raise self._begun_with(ONE[row["kind"]])
        # Folders begun before this was noted do not say whose they are.
        if kind == "recipient" and row.get("recipient", self._secret.mark) != self._secret.mark:
            raise self._begun_with(ANOTHER[kind])

    def _begun_with(self, what: str) -> WrongKey:
        return WrongKey(
            f"{self._folder.parent} wurde mit {what} begonnen. Nehmen Sie denselben Schlüssel wie "
            "bisher oder einen neuen Ordner."
        )

    def _new(self) -> tuple[bytes, bytes]:
        ident, key = secrets.token_bytes(16), AESGCM.generate_key(256)
        nonce = secrets.token_bytes(12)
        row: dict[str, Any] = {"nonce": nonce.hex()}
        if self._secret.passphrase:
            salt = secrets.token_bytes(16)
            row |= {"kind": "passphrase", "salt": salt.hex(), **SCRYPT}
            wrapping = _from_passphrase(self._secret.passphrase, row)
        elif self._secret.recipient is not None:
            once = X25519PrivateKey.generate()
            row |= {"kind": "recipient", "ephemeral": once.public_key().public_bytes_raw().hex()}
            row["recipient"] = self._secret.mark
            wrapping = _agreed(once.exchange(self._secret.recipient), row)
        else:
            raise BackupFailed("Zum Schreiben fehlt ein Schlüssel.")
        row["wrapped"] = AESGCM(wrapping).encrypt(nonce, key, ident).hex()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        scratch = self._folder / f".{ident.hex()}.part"  # half a key would count as a broken one
        with scratch.open("x", encoding="ascii") as file:
            json.dump(row, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(self._path(ident))
        self._open[ident] = key
        return ident, key

    def _unwrap(self, ident: bytes, row: dict[str, Any]) -> bytes:
        if row["kind"] == "passphrase":
            if not self._secret.passphrase:
                raise WrongKey("Dieses Backup braucht eine Passphrase (--passphrase-file).")
            wrapping = _from_passphrase(self._secret.passphrase, row)
        else:
            if self._secret.private is None:
                raise WrongKey("Dieses Backup braucht den privaten Schlüssel (--private-key).")
            public = X25519PublicKey.from_public_bytes(bytes.fromhex(row["ephemeral"]))
            wrapping = _agreed(self._secret.private.exchange(public), row)
        try:
            wrapped = bytes.fromhex(row["wrapped"])
            return AESGCM(wrapping).decrypt(bytes.fromhex(row["nonce"]), wrapped, ident)
        except InvalidTag as error:
            raise WrongKey("Passphrase oder Schlüssel passen nicht zu diesem Backup.") from error


def derive(key: bytes, name: str) -> bytes:
    """The key of one piece: bound to its name, so that pieces cannot be exchanged (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=name.encode()).derive(key)


def _from_passphrase(passphrase: str, row: dict[str, Any]) -> bytes:
    if not (2**14 <= row["n"] <= 2**20 and row["r"] == 8 and row["p"] == 1):
        raise ValueError("unusual parameters of scrypt")
    kdf = Scrypt(salt=bytes.fromhex(row["salt"]), length=32, n=row["n"], r=row["r"], p=row["p"])
    return kdf.derive(passphrase.encode())


def _agreed(shared: bytes, row: dict[str, Any]) -> bytes:
    info = b"rathaus backup " + bytes.fromhex(row["ephemeral"])
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
