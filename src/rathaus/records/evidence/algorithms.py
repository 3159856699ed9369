"""Until when an algorithm is good enough for evidence, as data with dates."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

NEVER = date(1970, 1, 1)
TABLE = Path(__file__).parent / "data" / "algorithms.yaml"


class UnusableTable(ValueError):
    """The file named by ``RATHAUS_ALGORITHMS`` is no such table."""


def hash_until(name: str) -> date:
    """Last day of a hash algorithm; an unknown one was never good."""
    return _known("hash").get(name, NEVER)


def signature_until(key: str) -> date:
    """Last day of a signer's key such as ``rsa-3072``; RSA keys count with what they reach."""
    known = _known("signature")
    if key in known or not key.startswith("rsa-"):
        return known.get(key, NEVER)
    size = int(key[4:])
    reached = [int(one[4:]) for one in known if one.startswith("rsa-") and int(one[4:]) <= size]
    return known[f"rsa-{max(reached)}"] if reached else NEVER


def _known(kind: str) -> dict[str, date]:
    table = dict(_read(TABLE)[kind])
    if own := settings.RATHAUS_ALGORITHMS:
        for name, day in _read(Path(own)).get(kind, {}).items():
            table[name] = min(day, table.get(name, day))
    return table


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        days = [day for kind in ("hash", "signature") for day in table.get(kind, {}).values()]
    except (OSError, ValueError, AttributeError, yaml.YAMLError) as error:
        raise UnusableTable(f"{path}: {error}") from error
    if not all(type(day) is date for day in days):
        raise UnusableTable(f"{path}: days have the form 2032-12-31")
    found: dict[str, Any] = table
    return found
