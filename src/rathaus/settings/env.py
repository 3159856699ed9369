"""Typed reading of environment variables and of secrets kept in files."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from pathlib import Path

LEAST_SECRET = 32
"""Characters of a key; those that are made here have 64."""


class SettingsError(ValueError):
    """A variable has a value that cannot be used; the text says which and why."""


def env(name: str, default: str) -> str:
    """Value of a variable; ``NAME_FILE`` names a file that holds it instead. Empty is not set.

    Raises: SettingsError where that file cannot be read or holds nothing.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            held = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{name}_FILE names {path}, which cannot be read: {error}"
            ) from None
        if not held:
            raise SettingsError(f"{name}_FILE names {path}, which is empty")
        return held
    return os.environ.get(name) or default


def env_choice(name: str, default: str, choices: Sequence[str]) -> str:
    """One of `choices`, in whatever case it is written."""
    value = env(name, default).strip().upper()
    if value not in choices:
        raise SettingsError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


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
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"RATHAUS_DATA: {path} cannot be used: {error.strerror}") from None
    return path


def secret(data_dir: Path, name: str) -> str:
    """A secret from ``RATHAUS_<NAME>`` or from a file in the data directory.

    The file is made on first use, readable by its owner only, so that a fresh
    installation never runs with a shared or well-known key. It is there as a whole or not at
    all: with half of a key, or none, what is stored could be read by others, or by nobody.

    Raises: SettingsError where the secret is too short to be one.
    """
    variable = f"RATHAUS_{name.upper()}"
    given = env(variable, "")
    if given:
        return _long_enough(given, variable)
    path = data_dir / "keys" / name
    if not path.exists():
        _make_secret(path)
    try:
        kept = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        kept = ""
    return _long_enough(kept, f"The file {path}")


def _long_enough(value: str, where: str) -> str:
    if len(value) < LEAST_SECRET:
        raise SettingsError(
            f"{where} has no usable key: at least {LEAST_SECRET} characters are needed. "
            "If this town has data already, bring the key back from a backup, "
            "because only that key can read them."
        )
    return value


def _make_secret(path: Path) -> None:
    """Written beside its place first: two processes that start together get the same one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        os.unlink(beside)
    folder = os.open(path.parent, os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
