"""What a message tells, without a word about XML: plain data for the builders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Party:
    """Sender or reader of a message."""

    name: str
    unit: str = ""
    key: str = ""
    """Identification of the authority (Behördenkennung), where one was agreed on."""


@dataclass(frozen=True)
class Place:
    """A place of the filing plan."""

    code: str
    title: str


@dataclass(frozen=True)
class Retention:
    """How long something is kept and what becomes of it (Aussonderungsmetadaten)."""

    years: int
    kind: str
    """A, B or V."""
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Past:
    """One entry of the history (HistorienProtokollInformation)."""

    at: datetime
    who: str
    action: str
    note: str = ""


@dataclass(frozen=True)
class File:
    """A primary file; `source` is whatever gives its bytes when the message is packed."""

    id: str
    name: str
    """File name in the package: UUID, underline, name."""
    original: str
    ending: str
    created: datetime
    sha256: str
    size: int
    archival: bool = False
    signed: bool = False
    source: Any = None


@dataclass(frozen=True)
class Version:
    """A version of a document with its formats: the original first, then its renditions."""

    number: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class Document:
    """A document (Dokument)."""

    id: str
    title: str
    kind: str
    incoming: date | None = None
    outgoing: date | None = None
    versions: tuple[Version, ...] = ()
    history: tuple[Past, ...] = ()


@dataclass(frozen=True)
class Matter:
    """A case (Vorgang)."""

    id: str
    reference: str
    title: str
    office: str
    place: Place
    opened: date
    closed: date | None
    retention: Retention
    number: int | None = None
    documents: tuple[Document, ...] = ()
    history: tuple[Past, ...] = ()

    def files(self) -> Iterator[File]:
        """All primary files of the case."""
        for document in self.documents:
            for version in document.versions:
                yield from version.files


@dataclass(frozen=True)
class Dossier:
    """A file (Akte). `context`: it is only named because something in it is handed over."""

    id: str
    reference: str
    title: str
    office: str
    place: Place
    opened: date | None
    closed: date | None = None
    retention: Retention | None = None
    context: bool = True
    matters: list[Matter] = field(default_factory=list)
    parts: list[Dossier] = field(default_factory=list)


@dataclass(frozen=True)
class Head:
    """What the head of a message says."""

    process: str
    code: str
    created: datetime
    sender: Party
    reader: Party
    product: str = "Offenes Rathaus"
    maker: str = "Offenes Rathaus"
    product_version: str = ""
    note: str = ""
    message: str = ""
    """UUID of the message; only 4.0 can say it."""
    answers: str = ""
    """UUID of the message answered; only 4.0 can say it."""
    number: int = 1
    total: int = 1
    wants_receipt: bool = True
    wants_archive_id: bool = True
    test: bool = False
