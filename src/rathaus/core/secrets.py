"""Sealing of short secrets at rest, and codes that people type."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as random
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# Crockford's base 32: no I, L, O, U, so that a code survives being read out on the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


class SealBroken(ValueError):
    """A sealed text was changed, or sealed with another key."""


@lru_cache(maxsize=8)
def _derive(town_key: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return kdf.derive(town_key.encode())


def town_key(purpose: str) -> bytes:
    """A 256 bit key for one purpose, derived from the town's key (RFC 5869)."""
    return _derive(settings.TOWN_KEY, purpose)


def seal(text: str) -> str:
    """Encrypt a short text for the database (AES-256-GCM)."""
    nonce = random.token_bytes(12)
    sealed = AESGCM(town_key("seal")).encrypt(nonce, text.encode(), None)
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(token: str) -> str:
    """Open what `seal` made. Raises SealBroken."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
        return AESGCM(town_key("seal")).decrypt(raw[:12], raw[12:], None).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("sealed text cannot be opened") from error


def new_code(groups: int = 3) -> str:
    """A random code of 20 bits per group: ``K7QF-9M2X-4TPA``."""
    return "-".join("".join(random.choice(ALPHABET) for _ in range(4)) for _ in range(groups))


def lasting_code(name: str, purpose: str, *, groups: int = 3) -> str:
    """A code like `new_code` that is the same for the same `name`; not to be guessed by others."""
    number = int(digest(name, purpose), 16)
    letters = []
    for _ in range(4 * groups):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "-".join("".join(letters[i : i + 4]) for i in range(0, len(letters), 4))


def normalise_code(text: str) -> str:
    """Bring a typed code into the form of `new_code`; forgives case, blanks, O/0, I/L/1."""
    kept = "".join(c for c in text.upper().translate(_FORGIVEN) if c in ALPHABET)[:64]
    return "-".join(kept[i : i + 4] for i in range(0, len(kept), 4))


def codes_equal(given: str, expected: str) -> bool:
    """Compare a typed code in constant time."""
    return hmac.compare_digest(normalise_code(given).encode(), normalise_code(expected).encode())


def digest(text: str, purpose: str) -> str:
    """Keyed hash to look something up without storing it readably."""
    return hmac.new(town_key(purpose), text.encode(), hashlib.sha256).hexdigest()
