"""Reading the dossiers of a 0401: plain data, with everything that could hurt checked."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from rathaus.records.xdomea.errors import MessageRefused
from rathaus.records.xdomea.objects import CHECKSUMS
from rathaus.records.xdomea.versions import UUID_PATTERN, Version

MAX_DEPTH = 5
MAX_OBJECTS = 50_000
_UUID = re.compile(UUID_PATTERN)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class ForeignFile:
    """A primary file that the message names."""

    name: str
    original: str
    sha256: str = ""
    """Digest the sender gives, "" if none."""

    @property
    def content_type(self) -> str:
        """Guessed from the ending."""
        return mimetypes.guess_type(self.original)[0] or "application/octet-stream"


@dataclass(frozen=True)
class ForeignDocument:
    """A document with its versions in order; each version is its original file."""

    id: str
    title: str
    incoming: bool | None
    versions: tuple[ForeignFile, ...]


@dataclass(frozen=True)
class ForeignCase:
    """A case of the other system."""

    id: str
    reference: str
    title: str
    documents: tuple[ForeignDocument, ...]
    closed: date | None = None


@dataclass
class ForeignDossier:
    """A dossier of the other system."""

    id: str
    reference: str
    title: str
    cases: list[ForeignCase] = field(default_factory=list)
    documents: list[ForeignDocument] = field(default_factory=list)
    """Those that lie in the dossier without a case."""
    parts: list[ForeignDossier] = field(default_factory=list)

    def files(self) -> Iterator[ForeignFile]:
        """All files below."""
        for case in self.cases:
            for document in case.documents:
                yield from document.versions
        for document in self.documents:
            yield from document.versions
        for part in self.parts:
            yield from part.files()


def dossiers(root: Any, version: Version) -> list[ForeignDossier]:
    """The dossiers of a message in 3.x. Raises: MessageRefused."""
    reader = _Reader(version)
    found = []
    for node in root.findall(version.tag("Schriftgutobjekt")):
        akte = node.find(version.tag("Akte"))
        if akte is None:
            reason = _("Die Nachricht enthält etwas anderes als Akten.")
            raise MessageRefused("no-dossier", reason)
        found.append(reader.dossier(akte, 1))
    if not found:
        raise MessageRefused("empty", _("Die Nachricht enthält keine Akte."))
    return found


class _Reader:
    def __init__(self, version: Version) -> None:
        self.tag = version.tag
        self.seen: set[str] = set()

    def dossier(self, node: Any, depth: int) -> ForeignDossier:
        if depth > MAX_DEPTH:
            raise MessageRefused(
                "too-deep", _("Die Akten sind tiefer als fünf Stufen geschachtelt.")
            )
        found = ForeignDossier(
            self._id(node), self._general(node, "Kennzeichen"), self._title(node)
        )
        content = node.find(self.tag("Akteninhalt"))
        if content is not None:
            found.documents += [self.document(one) for one in content.findall(self.tag("Dokument"))]
            found.cases += [self.case(one) for one in content.findall(self.tag("Vorgang"))]
            found.parts += [
                self.dossier(one, depth + 1) for one in content.findall(self.tag("Teilakte"))
            ]
        return found

    def case(self, node: Any) -> ForeignCase:
        documents = [self.document(one) for one in node.findall(self.tag("Dokument"))]
        for part in node.findall(self.tag("Teilvorgang")):
            documents += [self.document(one) for one in part.iter(self.tag("Dokument"))]
        closed = None
        try:
            closed = date.fromisoformat(node.findtext(self.tag("ZdADatum"), "")[:10])
        except ValueError:
            closed = None
        return ForeignCase(
            self._id(node),
            self._general(node, "Kennzeichen"),
            self._title(node),
            tuple(documents),
            closed,
        )

    def document(self, node: Any) -> ForeignDocument:
        sums = self._checksums(node)
        versions = []
        for version in node.findall(self.tag("Version")):
            first = version.find(f"{self.tag('Format')}/{self.tag('Primaerdokument')}")
            if first is not None:
                versions.append(self._file(first, sums))
        incoming = None
        if node.find(self.tag("Posteingangsdatum")) is not None:
            incoming = True
        elif node.find(self.tag("Postausgangsdatum")) is not None:
            incoming = False
        return ForeignDocument(self._id(node), self._title(node), incoming, tuple(versions))

    def _file(self, node: Any, sums: dict[str, str]) -> ForeignFile:
        name = node.findtext(self.tag("Dateiname"), "").strip()
        if not _UUID.match(name) or "/" in name or "\\" in name or len(name) > 255:
            raise MessageRefused(
                "bad-file-name", _("Ein Dateiname folgt nicht den Regeln: ") + name[:80]
            )
        original = node.findtext(self.tag("DateinameOriginal"), "").strip() or name
        return ForeignFile(name, original[:200], sums.get(name, ""))

    def _checksums(self, node: Any) -> dict[str, str]:
        found = {}
        for extension in node.findall(self.tag("AnwendungsspezifischeErweiterung")):
            if extension.findtext(self.tag("Kennung"), "") != CHECKSUMS:
                continue
            for one in extension.findall(self.tag("Feld")):
                value = one.findtext(self.tag("Wert"), "").strip().lower()
                if _SHA256.fullmatch(value):
                    found[one.findtext(self.tag("Name"), "")] = value
        return found

    def _id(self, node: Any) -> str:
        ident: str = (
            node.findtext(f"{self.tag('Identifikation')}/{self.tag('ID')}", "").strip().lower()
        )
        if not _UUID.fullmatch(ident):
            raise MessageRefused("bad-uuid", _("Eine Kennung in der Nachricht ist keine UUID."))
        if ident in self.seen:
            raise MessageRefused("twice", _("Eine Kennung kommt in der Nachricht zweimal vor."))
        if len(self.seen) >= MAX_OBJECTS:
            raise MessageRefused("too-many", _("Die Nachricht enthält zu viele Objekte."))
        self.seen.add(ident)
        return ident

    def _general(self, node: Any, name: str) -> str:
        text = node.findtext(f"{self.tag('AllgemeineMetadaten')}/{self.tag(name)}", "")
        return " ".join(text.split())[:200]

    def _title(self, node: Any) -> str:
        return (
            self._general(node, "Betreff") or self._general(node, "Kennzeichen") or "ohne Betreff"
        )
