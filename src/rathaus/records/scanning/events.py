"""What the history of a profile, a batch and a case says about scanning."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("scan.profile_saved", text=_("Scanprofil festgelegt"))
class ProfileSaved(EventType):
    profile: str
    number: int
    title: str
    office: str
    active: bool
    settings: dict[str, Any]


@event_type("scan.opened", text=_("Stapel begonnen"))
class BatchOpened(EventType):
    reference: str
    profile: str
    version: int
    sheets: int
    origin: Annotated[str, Personal]
    prepared_by: Annotated[str, Personal]


@event_type("scan.file_added", text=_("Datei zum Stapel genommen"))
class FileAdded(EventType):
    file: str
    sha256: str
    size: int
    title: Annotated[str, Personal] = ""


@event_type("scan.file_removed", text=_("Datei aus dem Stapel genommen"))
class FileRemoved(EventType):
    file: str
    sha256: str


@event_type("scan.cancelled", text=_("Stapel abgebrochen"))
class BatchCancelled(EventType):
    reason: Annotated[str, Personal] = ""


@event_type("scan.transferred", text=_("Transfervermerk erstellt"))
class BatchTransferred(EventType):
    """The transfer note as structured data (TR-03138 A.NB.3)."""

    batch: str
    profile: str
    profile_version: int
    settings: dict[str, Any]
    sheets: int
    pages: int
    statement: str
    result: str
    files: list[dict[str, Any]]
    """File, document, pages, size and sha256 of each."""
    digest: str
    note_sha256: str
    """The note as PDF/A, filed beside the scans."""
    remark: Annotated[str, Personal] = ""


@event_type("scan.sample_drawn", text=_("Stichprobe gezogen"))
class SampleDrawn(EventType):
    round: int
    seed: str
    percent: int
    minimum: int
    population: int
    size: int
    whole: bool


@event_type("scan.page_checked", text=_("Seite geprüft"))
class PageChecked(EventType):
    round: int
    file: str
    page: int
    verdict: str
    reason: Annotated[str, Personal] = ""


@event_type("scan.passed", text=_("Stichprobe bestanden"))
class SamplePassed(EventType):
    round: int
    pages: int
    paper_until: str
    """ISO date: first day on which the paper may be destroyed."""


@event_type("scan.failed", text=_("Stichprobe nicht bestanden: der ganze Stapel ist zu prüfen"))
class SampleFailed(EventType):
    round: int
    pages: int
    rejected: int


@event_type("scan.rescanned", text=_("Dokument neu gescannt"))
class FileRescanned(EventType):
    file: str
    replaces: str
    sha256: str
    size: int
    note_sha256: str


@event_type("scan.paper_held", text=_("Papier wird vorläufig aufbewahrt"))
class PaperHeld(EventType):
    reason: Annotated[str, Personal]


@event_type("scan.paper_released", text=_("Papier wieder freigegeben"))
class PaperReleased(EventType):
    pass


@event_type("scan.paper_destroyed", text=_("Papier vernichtet"))
class PaperDestroyed(EventType):
    protocol: str
    method: str
    done_on: str
    protocol_sha256: str
    kept: int
    """Documents of the batch whose paper stays."""
