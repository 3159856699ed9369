"""Unpacking our own archives, which somebody may have exchanged for another one."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path, PurePosixPath


def unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders into `folder`, and nothing anywhere else.

    The filters of the library came with Python 3.11.4; Debian 12 has 3.11.2. A file appears
    whole or not at all. Raises: tarfile.TarError, OSError.
    """
    for entry in archive:
        place = PurePosixPath(entry.name)
        if place.is_absolute() or ".." in place.parts:
            raise tarfile.TarError(f"outside of the folder: {entry.name!r}")
        target = folder / place
        if entry.isdir():
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
        elif entry.isreg():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(archive, entry, target)
        else:
            raise tarfile.TarError(f"neither file nor folder: {entry.name!r}")


def _write(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    source = archive.extractfile(entry)
    if source is None:
        raise tarfile.TarError(f"no content: {entry.name!r}")
    scratch = target.with_name(f".{target.name}.unpacking")
    scratch.unlink(missing_ok=True)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source, os.fdopen(handle, "wb") as out:
        shutil.copyfileobj(source, out)
    if scratch.stat().st_size != entry.size:
        raise tarfile.ReadError(f"cut off: {entry.name!r}")
    os.chmod(scratch, entry.mode & 0o755)
    os.utime(scratch, (entry.mtime, entry.mtime))
    scratch.replace(target)
