"""Packing a message as zip: streamed to the disk, under its final name only when complete."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rathaus.records.xdomea.content import File

PIECE = 1024 * 1024
# A fixed date: the same message gives the same bytes, whenever it is packed.
_MOMENT = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Packed:
    """A package on the disk."""

    path: Path
    sha256: str
    size: int
    """Bytes."""


def pack(
    folder: Path,
    stem: str,
    write_xml: Callable[[IO[bytes]], None],
    files: Iterable[File] = (),
    opener: Callable[[File], IO[bytes]] | None = None,
) -> Packed:
    """Write ``<stem>.zip`` with ``<stem>.xml`` and the primary files, flat.

    Readers of the folder never see half a package: it gets its name at the end, after it is
    on the disk. Raises: OSError; whatever `opener` raises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{stem}.zip"
    part = folder / f".{stem}.part"
    try:
        with part.open("wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as package:
                with package.open(_entry(f"{stem}.xml"), "w", force_zip64=True) as out:
                    write_xml(out)
                seen: set[str] = set()
                for file in files:
                    if file.name in seen or opener is None:
                        continue
                    seen.add(file.name)
                    with package.open(_entry(file.name), "w", force_zip64=True) as out:
                        _copy(opener(file), out)
            raw.flush()
            os.fsync(raw.fileno())
        digest, size = _digest(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    handle = os.open(folder, os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return Packed(target, digest, size)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _copy(source: IO[bytes], out: IO[bytes]) -> None:
    with source:
        while piece := source.read(PIECE):
            out.write(piece)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
