"""Unpacking zip files on demand, with limits: bombs, paths that lead out, passwords."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _

from rathaus.records.intake.errors import BadArchive
from rathaus.records.names import safe_name

MAX_FILES = 500
MAX_TOTAL = 300 * 1024 * 1024
MAX_RATIO = 200
"""More than this many bytes from one is no document."""
SMALL = 1024 * 1024
"""Up to here the ratio says nothing: blank pages compress well."""


@dataclass(frozen=True)
class Entry:
    """A file of the archive; `name` is made harmless and keeps its folders as text."""

    name: str
    content: bytes


def unpack(content: bytes) -> list[Entry]:
    """All files of a zip. Raises: BadArchive with the reason; then nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check(infos)
            return list(_read(archive, infos))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise BadArchive(_("Das Archiv ist beschädigt und lässt sich nicht auspacken.")) from error


def _check(infos: list[zipfile.ZipInfo]) -> None:
    if not infos:
        raise BadArchive(_("Das Archiv ist leer."))
    if len(infos) > MAX_FILES:
        raise BadArchive(
            _("Das Archiv enthält mehr als %(n)s Dateien. Bitte packen Sie es selbst aus.")
            % {"n": MAX_FILES}
        )
    if any(info.flag_bits & 1 for info in infos):
        raise BadArchive(
            _("Das Archiv ist mit einem Kennwort geschützt. Bitten Sie um die Dateien ohne.")
        )
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise BadArchive(_("Ausgepackt wäre das Archiv zu groß."))
    if any(((info.external_attr >> 16) & 0o170000) == 0o120000 for info in infos):
        raise BadArchive(_("Das Archiv enthält Verknüpfungen statt Dateien."))


def _read(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[Entry]:
    total = 0
    for info in infos:
        data = bytearray()
        with archive.open(info) as file:  # the sizes in the list may lie: count while reading
            while part := file.read(64 * 1024):
                data += part
                total += len(part)
                packed = max(1, info.compress_size)
                if total > MAX_TOTAL or (len(data) > SMALL and len(data) / packed > MAX_RATIO):
                    raise BadArchive(_("Das Archiv dehnt sich beim Auspacken gefährlich aus."))
        yield Entry(flat_name(info.filename), bytes(data))


def flat_name(path: str) -> str:
    """A harmless name that still tells the folder: ``a/b/c.pdf`` → ``a - b - c.pdf``."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
    return safe_name(" - ".join(parts[-3:]))
