"""File names from outside, made harmless."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+")


def safe_name(name: str) -> str:
    """A file name without folders, control and direction characters."""
    cleaned = _UNSAFE.sub("-", str(name)).strip(" .-") or "dokument"
    if len(cleaned) > 200:
        stem, dot, ending = cleaned.rpartition(".")
        keep = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
        cleaned = cleaned[: 200 - len(keep)] + keep
    return cleaned
