"""Typed reading of environment variables and of secrets kept in files."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class SettingsError(ValueError):
    """A variable has a value that cannot be used; the text says which and why."""


def env(name: str, default: str) -> str:
    """Value of a variable; ``NAME_FILE`` names a file that holds it instead."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off."""
    value = env(name, "1" if default else "0").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise SettingsError(f"{name} must be 1 or 0, not {value!r}")


def env_int(name: str, default: int) -> int:
    """A whole number."""
    value = env(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {value!r}") from None


def env_list(name: str, default: list[str]) -> list[str]:
    """Comma separated values."""
    value = env(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def private_dir(path: Path) -> Path:
    """The data directory, for its owner only: database, files and keys lie in there.

    A directory that exists keeps its mode (`rathaus doctor` looks at it).
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def secret(data_dir: Path, name: str) -> str:
    """A secret from ``RATHAUS_<NAME>`` or from a file in the data directory.

    The file is made on first use, readable by its owner only, so that a fresh
    installation never runs with a shared or well-known key.
    """
    given = env(f"RATHAUS_{name.upper()}", "")
    if given:
        return given
    path = data_dir / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
