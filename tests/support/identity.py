"""Keys for SAML sources: made once per process, because making RSA keys takes time."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from rathaus.accounts.sources import keys


@cache
def pair(name: str) -> keys.KeyPair:
    """A key pair of this name, the same in every test of this process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=keys.BITS)
    certificate = keys._certificate(key, f"test {name}")
    return keys.KeyPair(name, keys._pem(key), certificate.public_bytes(Encoding.PEM))


def install(data_dir: Path, *source_keys: str) -> None:
    """Lay the keys where the sources look for them."""
    for source_key in source_keys:
        for name in (*keys.USES, keys.IDP):
            put(data_dir / "identity" / source_key, pair(name))


def put(folder: Path, made: keys.KeyPair, name: str = "") -> None:
    """Write a pair under its own or another name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{name or made.name}.key").write_bytes(made.key_pem)
    (folder / f"{name or made.name}.crt").write_bytes(made.certificate_pem)


def bare_certificate(name: str) -> str:
    """A certificate as base64 in one line, as metadata hold it."""
    return base64.b64encode(pair(name).certificate.public_bytes(Encoding.DER)).decode()
