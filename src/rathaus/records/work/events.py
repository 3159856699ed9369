"""What the history says about work on what is filed.

Free text of people stands in personal fields, so that it can be erased with the case.
"""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("document.lock_taken", text=_("Dokument in Bearbeitung genommen"))
class LockTaken(EventType):
    document_id: str


@event_type("document.lock_released", text=_("Bearbeitung des Dokuments beendet"))
class LockReleased(EventType):
    document_id: str


@event_type("document.lock_forced", text=_("Sperre eines Dokuments aufgehoben"))
class LockForced(EventType):
    document_id: str
    holder_id: str
    reason: Annotated[str, Personal] = ""


@event_type("document.version_explained", text=_("Grund der neuen Fassung"))
class VersionExplained(EventType):
    document_id: str
    version_id: str
    reason: Annotated[str, Personal] = ""


@event_type("comment.added", text=_("Kommentar geschrieben"))
class CommentAdded(EventType):
    comment_id: str
    document_id: str = ""
    digest: str
    """Salted sha256 of the text."""
    mentions: int = 0


@event_type("comment.mention_done", text=_("Hinweis erledigt"))
class MentionDone(EventType):
    comment_id: str


@event_type("tag.added", text=_("Schlagwort vergeben"))
class TagAdded(EventType):
    tag: str
    document_id: str = ""


@event_type("tag.removed", text=_("Schlagwort entfernt"))
class TagRemoved(EventType):
    tag: str
    document_id: str = ""


@event_type("tag.renamed", text=_("Schlagwort geändert"))
class TagChanged(EventType):
    tag_id: str
    before: str
    after: str


@event_type("tag.merged", text=_("Schlagwörter zusammengelegt"))
class TagMerged(EventType):
    gone: str
    kept: str


@event_type("link.added", text=_("Verknüpfung angelegt"))
class LinkAdded(EventType):
    link_id: str
    kind: str
    other: str
    """Reference or public id of the other end."""


@event_type("link.removed", text=_("Verknüpfung entfernt"))
class LinkRemoved(EventType):
    link_id: str
    kind: str
    other: str


@event_type("reminder.set", text=_("Wiedervorlage gesetzt"))
class ReminderSet(EventType):
    reminder_id: str
    due_on: str
    about: Annotated[str, Personal] = ""


@event_type("reminder.moved", text=_("Wiedervorlage verschoben"))
class ReminderMoved(EventType):
    reminder_id: str
    due_on: str


@event_type("reminder.done", text=_("Wiedervorlage erledigt"))
class ReminderDone(EventType):
    reminder_id: str


@event_type("reminder.withdrawn", text=_("Wiedervorlage zurückgenommen"))
class ReminderWithdrawn(EventType):
    reminder_id: str


@event_type("run.started", text=_("Mitzeichnung begonnen"))
class RunStarted(EventType):
    run_id: str
    steps: int
    versions: list[str]
    """sha256 of each version that is signed."""


@event_type("run.step_done", text=_("Gezeichnet"))
class RunStepDone(EventType):
    run_id: str
    step: int
    ask: str
    result: str
    for_absent: str = ""
    """User id of the person stood in for."""
    versions: list[str]
    digest: str
    comment: Annotated[str, Personal] = ""


@event_type("run.step_refused", text=_("Mitzeichnung verweigert"))
class RunStepRefused(EventType):
    run_id: str
    step: int
    ask: str
    for_absent: str = ""
    versions: list[str]
    digest: str
    comment: Annotated[str, Personal] = ""


@event_type("run.step_skipped", text=_("Schritt der Mitzeichnung übersprungen"))
class RunStepSkipped(EventType):
    run_id: str
    step: int
    comment: Annotated[str, Personal] = ""


@event_type("run.finished", text=_("Mitzeichnung abgeschlossen"))
class RunFinished(EventType):
    run_id: str


@event_type("run.returned", text=_("Mitzeichnung zurückgegeben"))
class RunReturned(EventType):
    run_id: str


@event_type("run.stopped", text=_("Mitzeichnung abgebrochen"))
class RunStopped(EventType):
    run_id: str
    reason: Annotated[str, Personal] = ""


@event_type("redaction.made", text=_("Geschwärzte Fassung erstellt"))
class RedactionMade(EventType):
    document_id: str
    of_version: str
    sha256: str
    pages: int
    boxes: int
    reasons: list[str]


@event_type("share.opened", text=_("Für Außenstehende freigegeben"))
class ShareOpened(EventType):
    share_id: str
    versions: list[str]
    """Public ids of the versions."""
    expires_on: str
    recipient: Annotated[str, Personal] = ""
    purpose: Annotated[str, Personal] = ""


@event_type("share.visited", text=_("Freigabe geöffnet"))
class ShareVisited(EventType):
    share_id: str


@event_type("share.fetched", text=_("Dokument über Freigabe abgerufen"))
class ShareFetched(EventType):
    share_id: str
    version_id: str


@event_type("share.revoked", text=_("Freigabe beendet"))
class ShareRevoked(EventType):
    share_id: str


@event_type("export.made", text=_("Paket zur Ausgabe erstellt"))
class ExportMade(EventType):
    order_id: str
    format: str
    sha256: str
    size: int


@event_type("export.taken", text=_("Paket heruntergeladen"))
class ExportTaken(EventType):
    order_id: str
