"""Key pairs of a SAML source, below ``<DATA_DIR>/identity/<source>/``, for their owner only.

``sp-signing`` signs our requests, ``sp-encryption`` opens answers. Roll-over: `prepare` makes
the next pair (its certificate is published beside the present one), `roll` puts it to use and
keeps the pair it replaces, `drop` deletes that one. Simulated account systems have their
``idp-signing`` pair and their ``idp-metadata.xml`` in the same folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID
from django.conf import settings

BITS = 3072
VALID_FOR = timedelta(days=3 * 365)
USES = ("sp-signing", "sp-encryption")
IDP = "idp-signing"
NEXT, OLD = "-next", "-old"


@dataclass(frozen=True)
class KeyPair:
    """A private key with its certificate. `name` is the name of its files."""

    name: str
    key_pem: bytes
    certificate_pem: bytes

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate, parsed."""
        return x509.load_pem_x509_certificate(self.certificate_pem)

    @property
    def private_key(self) -> PrivateKeyTypes:
        """The private key, parsed."""
        return _parsed(self.key_pem)


def folder(source_key: str) -> Path:
    """Where the keys of a source are."""
    return Path(settings.DATA_DIR) / "identity" / source_key


def find(source_key: str, name: str) -> KeyPair | None:
    """A pair by the name of its files, or None."""
    base = folder(source_key)
    try:
        return KeyPair(
            name, (base / f"{name}.key").read_bytes(), (base / f"{name}.crt").read_bytes()
        )
    except FileNotFoundError:
        return None


def ensure(source_key: str, name: str) -> KeyPair:
    """A pair by name; made on first use, once even when two processes ask for it."""
    return find(source_key, name) or _make(source_key, name)


def all_of(source_key: str, use: str) -> list[KeyPair]:
    """The pair in use, then the next and the previous one where there is one."""
    others = (find(source_key, use + suffix) for suffix in (NEXT, OLD))
    return [ensure(source_key, use), *(pair for pair in others if pair)]


def prepare(source_key: str) -> list[KeyPair]:
    """Make the next pair for each use, unless it is there."""
    return [ensure(source_key, use + NEXT) for use in USES]


def roll(source_key: str) -> bool:
    """Put the next pairs to use; the present ones become the old. False: no next pair."""
    base = folder(source_key)
    if not all(find(source_key, use + NEXT) for use in USES):
        return False
    with _locked(base):
        for use in USES:
            for ending in (".key", ".crt"):
                (base / f"{use}{ending}").replace(base / f"{use}{OLD}{ending}")
                (base / f"{use}{NEXT}{ending}").replace(base / f"{use}{ending}")
    return True


def drop(source_key: str) -> int:
    """Delete the old pairs; returns how many."""
    base = folder(source_key)
    gone = 0
    for use in USES:
        gone += (base / f"{use}{OLD}.key").exists()
        for ending in (".key", ".crt"):
            (base / f"{use}{OLD}{ending}").unlink(missing_ok=True)
    return gone


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _make(source_key: str, name: str) -> KeyPair:
    base = folder(source_key)
    with _locked(base):
        there = find(source_key, name)  # another process was faster
        if there:
            return there
        key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        certificate = _certificate(key, f"{source_key} {name}")
        write_private(base / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))
        write_private(base / f"{name}.key", _pem(key))
    return KeyPair(name, _pem(key), certificate.public_bytes(serialization.Encoding.PEM))


def _certificate(key: rsa.RSAPrivateKey, name: str) -> x509.Certificate:
    """Self-signed: in SAML the trust comes from the exchange of metadata, not from a CA."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Offenes Rathaus {name}"[:64])])
    moment = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@lru_cache(maxsize=32)
def _parsed(pem: bytes) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(pem, password=None)


@contextmanager
def _locked(base: Path) -> Iterator[None]:
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    base.parent.chmod(0o700)
    handle = os.open(base / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
