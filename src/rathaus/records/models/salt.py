"""Salt of the digest that an event holds of a title."""

from __future__ import annotations

import secrets


def new_salt() -> str:
    """Salt of the digest that an event holds of a title."""
    return secrets.token_hex(16)
