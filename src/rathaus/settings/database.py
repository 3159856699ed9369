"""Database settings for SQLite and PostgreSQL from one address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from rathaus.settings.env import SettingsError

# IMMEDIATE takes the write lock at BEGIN: two writers queue up instead of failing halfway.
# FULL: a submitted application survives a power cut.
SQLITE_INIT = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-1000;"
    "PRAGMA temp_store=MEMORY;"
)
PREPARE_AFTER = 3
"""So many times as it is, then prepared: what comes once would pay for it in vain."""


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """Django's settings for ``DATABASE_URL``; empty means SQLite in the data directory.

    Raises: SettingsError for an unknown scheme.
    """
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        return sqlite(data_dir / "rathaus.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(parts.path))
    if parts.scheme in {"postgres", "postgresql"}:
        if not parts.path.lstrip("/"):
            raise SettingsError("DATABASE_URL names no database: postgresql://user@host/NAME")
        return {
            "ENGINE": "rathaus.core.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": _port(parts),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": _options(parts.query),
        }
    # Not the address itself: it may hold a password, and this text gets into logs.
    raise SettingsError("DATABASE_URL must start with sqlite:// or postgresql://")


def _port(parts: SplitResult) -> str:
    try:
        return str(parts.port or "")
    except ValueError:
        raise SettingsError("DATABASE_URL: the port must be a number up to 65535") from None


def _options(query: str) -> dict[str, Any]:
    """What stands behind the ``?`` goes to libpq (``sslmode=verify-full``), but for ``prepare``.

    Statements that come again are prepared: the server plans them once for each connection. A
    pooler between that shares connections between transactions may not know of it; then
    ``prepare=no``.

    Raises: SettingsError.
    """
    given = dict(parse_qsl(query))
    prepare = given.pop("prepare", "yes")
    if prepare not in {"yes", "no"}:
        raise SettingsError(f"prepare in DATABASE_URL is yes or no, not {prepare!r}")
    if prepare == "no":
        return {**given}
    return {**given, "server_side_binding": True, "prepare_threshold": PREPARE_AFTER}


def of_libpq(options: dict[str, Any]) -> dict[str, str]:
    """Of Django's ``OPTIONS`` for PostgreSQL those that libpq knows."""
    return {key: value for key, value in options.items() if isinstance(value, str)}


def said(options: dict[str, Any]) -> dict[str, str]:
    """What has to stand behind the ``?`` of the address to get these ``OPTIONS``."""
    prepared = options.get("prepare_threshold") is not None
    return of_libpq(options) | ({} if prepared else {"prepare": "no"})


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite with write-ahead log and queued writers (DESIGN.md §8)."""
    return {
        "ENGINE": "rathaus.core.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_INIT,
        },
    }
