"""The simulated service's certificates: one root, and a signer for each way to be wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from rathaus.core.clock import now

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2045, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def root() -> Signer:
    """The simulated authority; made on first use, kept in the town's data folder."""
    return _root(settings.DATA_DIR / "simulation")


def signer(kind: str = "") -> Signer:
    """The one in use; ``expired``, ``wrong_eku`` or ``foreign`` for a faulty one."""
    return _signer(settings.DATA_DIR / "simulation", kind)


@lru_cache(maxsize=8)
def _root(folder: Path) -> Signer:
    """The key lies beside its certificate: it is worth nothing, and says so."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / "tsa-key.pem"
    if not file.exists():
        made = _issue("Simulierte Zertifizierungsstelle (beweist nichts)", None, END)
        _write(file, made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write(folder / "tsa-ca.pem", made.certificate.public_bytes(Encoding.PEM))
    key = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the simulated authority has an EC key")
    return Signer(key, x509.load_pem_x509_certificate((folder / "tsa-ca.pem").read_bytes()))


@lru_cache(maxsize=16)
def _signer(folder: Path, kind: str) -> Signer:
    issuer = _root(folder)
    if kind == "foreign":
        issuer = _issue("Fremde Zertifizierungsstelle", None, END)
    until = now() - timedelta(days=1) if kind == "expired" else END
    usage = "server" if kind == "wrong_eku" else "stamps"
    return _issue("Simulierter Zeitstempeldienst (beweist nichts)", issuer, until, usage)


def _issue(name: str, issuer: Signer | None, until: datetime, usage: str = "") -> Signer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage:
        purpose = {
            "stamps": ExtendedKeyUsageOID.TIME_STAMPING,
            "server": ExtendedKeyUsageOID.SERVER_AUTH,
        }[usage]
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return Signer(key, builder.sign(issuer.key if issuer else key, SHA256()))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: another process may look at the same moment."""
    scratch = path.with_suffix(f".{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)
