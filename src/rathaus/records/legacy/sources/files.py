"""Opening files below a base folder without ever leaving it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.conf import settings

from rathaus.core.clock import BERLIN

SYSTEM_NAMES = frozenset({b"thumbs.db", b".ds_store", b"desktop.ini", b"ehthumbs.db"})
CHUNK = 1024 * 1024
_MISSING = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})
"""What a name in a table meets that no file can have."""


class Refused(Exception):
    """`code` is one of `problems.CODES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Known:
    """What a look at the file said."""

    size: int
    sha256: str
    changed_on: date


def max_bytes() -> int:
    """Largest file that is taken (``RATHAUS_LEGACY_MAX_MB``)."""
    return int(getattr(settings, "RATHAUS_LEGACY_MAX_MB", 100)) * 1024 * 1024


def is_system(name: bytes) -> bool:
    """Files that operating and office systems leave behind."""
    return name.lower() in SYSTEM_NAMES or name.startswith((b"~$", b"._", b".~lock"))


def parts_of(raw: bytes) -> list[bytes]:
    """The components of a path below the base. Raises: Refused ("outside")."""
    parts = [part for part in raw.split(b"/") if part not in {b"", b"."}]
    if not parts or b".." in parts or raw.startswith(b"/") or b"\x00" in raw:
        raise Refused("outside")
    return parts


@contextmanager
def open_below(base: str, raw: bytes) -> Iterator[IO[bytes]]:
    """The regular file at `raw` below `base`, opened component by component.

    Nothing on the way may be a symbolic link, also none that was put there a moment ago.
    Raises: Refused.
    """
    parts = parts_of(raw)
    handle = -1
    try:
        folder = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                below = _open(part, os.O_DIRECTORY, folder)
                os.close(folder)
                folder = below
            handle = _open(parts[-1], os.O_NONBLOCK, folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Refused("missing" if error.errno in _MISSING else "unreadable") from error
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused("special")
        yield file


def _open(part: bytes, flags: int, folder: int) -> int:
    """A handle of `part` in `folder`. Raises: Refused ("symlink"), OSError."""
    try:
        return os.open(part, os.O_RDONLY | os.O_NOFOLLOW | flags, dir_fd=folder)
    except OSError as error:
        # A link is told by ELOOP, or by ENOTDIR like a file where a folder should be.
        if error.errno in {errno.ELOOP, errno.ENOTDIR} and stat.S_ISLNK(
            os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
        ):
            raise Refused("symlink") from error
        raise


def look(base: str, raw: bytes) -> Known:
    """Size, digest and date, read piece by piece. Raises: Refused."""
    if is_system(parts_of(raw)[-1]):
        raise Refused("system")
    with open_below(base, raw) as file:
        status = os.fstat(file.fileno())
        if status.st_size == 0:
            raise Refused("empty")
        if status.st_size > max_bytes():
            raise Refused("too_large")
        digest = hashlib.sha256()
        size = 0
        try:
            while piece := file.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                if size > max_bytes():
                    raise Refused("too_large")  # grows while it is read
        except OSError as error:
            raise Refused("unreadable") from error
    day = datetime.fromtimestamp(max(0, status.st_mtime), BERLIN).date()
    return Known(size, digest.hexdigest(), day)


def content(base: str, raw: bytes) -> bytes:
    """All bytes, at most `max_bytes`. Raises: Refused."""
    with open_below(base, raw) as file:
        try:
            data = file.read(max_bytes() + 1)
        except OSError as error:
            raise Refused("unreadable") from error
    if len(data) > max_bytes():
        raise Refused("too_large")
    return data


def shown(raw: bytes) -> str:
    """A path for people: UTF-8, else the code page of old Windows; no control characters."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    return "".join(char if char.isprintable() else "�" for char in text)[:1000]
