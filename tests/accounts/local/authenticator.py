"""An authenticator in software: makes passkeys and signs with them, as a browser would send it."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

UP, UV, AT = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey. `verifies`: whether it asks for PIN or fingerprint."""

    def __init__(self, origin: str = "http://localhost", *, verifies: bool = True) -> None:
        self.origin = origin
        self.rp_id = origin.split("//")[1].split(":", maxsplit=1)[0]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(16)
        self.user_handle = b""
        self.flags = UP | (UV if verifies else 0)

    def create(self, options: dict[str, Any]) -> str:
        """What the browser sends after making the passkey."""
        key = options["publicKey"]
        self.user_handle = _bytes(key["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        made = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor.encode(cose)
        data = self._data(self.flags | AT) + made
        statement = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", key["challenge"])
        return self._answer(
            {"clientDataJSON": _text(client), "attestationObject": _text(statement)}
        )

    def get(self, options: dict[str, Any], *, handle: bytes | None = None) -> str:
        """What the browser sends after using the passkey."""
        key = options["publicKey"]
        data = self._data(self.flags)
        client = self._client("webauthn.get", key["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "authenticatorData": _text(data),
                "signature": _text(signed),
                "userHandle": _text(self.user_handle if handle is None else handle),
            }
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": _text(self.id),
                "rawId": _text(self.id),
                "type": "public-key",
                "clientExtensionResults": {"credProps": {"rk": True}},
                "response": response,
            }
        )


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
