"""Opening what came from outside: a zip or a bare XML file, trusted in nothing.

Nothing is unpacked to names that the sender chose, nothing is read beyond its limits, and
no entity, DTD or address in the XML is ever followed.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from lxml import etree

from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.versions import process_of_name

MAX_XML = 64 * 1024 * 1024
"""Bytes of the XML of a message."""
MAX_FILES = 20_000
MAX_FILE = 2 * 1024**3
"""Bytes of one primary file."""
MAX_TOTAL = 20 * 1024**3
MAX_RATIO = 200
"""A file that grows more than this on unpacking is a bomb; above `SMALL` bytes only."""
SMALL = 1024 * 1024
PIECE = 1024 * 1024
_ENCRYPTED = 0x1
_NAME = re.compile(r"[^\x00-\x1f/\\:]{1,255}")


@dataclass(frozen=True)
class Parcel:
    """An opened message: its XML and, for a zip, where the files lie."""

    xml: Any
    """Root element."""
    xml_name: str
    files: dict[str, zipfile.ZipInfo]
    package: zipfile.ZipFile | None = None

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A primary file, cut off where it grows beyond what the package says.

        Raises: MessageRefused if it is not there or damaged.
        """
        info = self.files.get(name)
        if info is None or self.package is None:
            raise MessageRefused("file-missing", _("Eine Datei fehlt: ") + name)
        try:
            with self.package.open(info) as file:
                yield file
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
            raise MessageRefused("zip-broken", _("Die Datei ist beschädigt: ") + name) from error


@contextmanager
def opened(path: Path, *, name: str = "") -> Iterator[Parcel]:
    """Open a message on the disk. Raises: MessageRefused."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise MessageRefused("no-file", _("Die Datei ist leer."))
    if start[:2] != b"PK":
        if (name or path.name).lower().endswith(".zip"):
            raise MessageRefused(
                "zip-broken", _("Das ist keine Zip-Datei, auch wenn sie so heißt.")
            )
        yield Parcel(parse(_limited(path)), name or path.name, {})
        return
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise MessageRefused("zip-broken", _("Die Zip-Datei ist beschädigt.")) from error
    with package:
        files = _checked(package)
        xml_name = _main(files, name or path.name)
        try:
            content = package.read(files.pop(xml_name))
        except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise MessageRefused("zip-broken", _("Die Zip-Datei ist beschädigt.")) from error
        yield Parcel(parse(content), xml_name, files, package)


def parse(content: bytes) -> Any:
    """The root element; no DTD, no entities, no network. Raises: MessageRefused."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = _("Die XML-Datei ist nicht lesbar. Bitten Sie das Archiv um eine neue Nachricht.")
        raise MessageRefused("xml-broken", reason) from error
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.externalDTD is not None or info.doctype:
        reason = _(
            "Die XML-Datei enthält eine DTD (eigene Regeln, mit denen man Dateien ausspähen kann)."
            " Das ist in xdomea nicht erlaubt."
        )
        raise MessageRefused("xml-dtd", reason)
    return root


def _limited(path: Path) -> bytes:
    if path.stat().st_size > MAX_XML:
        raise MessageRefused("too-large", _("Die Nachricht ist zu groß."))
    return path.read_bytes()


def _checked(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    entries = package.infolist()
    if len(entries) > MAX_FILES:
        raise MessageRefused("too-many", _("Die Zip-Datei enthält zu viele Dateien."))
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise MessageRefused("too-large", _("Die Nachricht ist ausgepackt zu groß."))
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.orig_filename or entry.filename
        kind = entry.external_attr >> 16
        if not _NAME.fullmatch(name) or name in (".", "..") or stat.S_ISLNK(kind):
            reason = _("Die Zip-Datei enthält Ordner oder unerlaubte Dateinamen.")
            raise MessageRefused("zip-path", reason)
        if entry.flag_bits & _ENCRYPTED:
            raise MessageRefused("zip-encrypted", _("Die Zip-Datei ist mit Kennwort geschützt."))
        if name in found:
            raise MessageRefused("zip-twice", _("Ein Dateiname kommt doppelt vor: ") + name)
        if entry.file_size > MAX_FILE or _explodes(entry):
            reason = _("Eine Datei wächst beim Auspacken unnatürlich stark (Zip-Bombe).")
            raise MessageRefused("zip-bomb", reason)
        found[name] = entry
    return found


def _explodes(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(1, entry.compress_size)


def _main(files: dict[str, zipfile.ZipInfo], zip_name: str) -> str:
    """The one XML file that is the message; primary files may be XML, too."""
    named = [name for name in files if name.lower().endswith(".xml") and process_of_name(name)]
    if len(named) != 1:
        reason = _("In der Zip-Datei fehlt die Nachricht (eine XML-Datei nach xdomea-Benennung).")
        raise MessageRefused("no-message", reason)
    outer, inner = process_of_name(zip_name), process_of_name(named[0])
    if outer and outer != inner:
        reason = _("Zip-Datei und XML-Datei nennen verschiedene Vorgänge.")
        raise MessageRefused("name-mismatch", reason)
    if files[named[0]].file_size > MAX_XML:
        raise MessageRefused("too-large", _("Die Nachricht ist zu groß."))
    return named[0]
