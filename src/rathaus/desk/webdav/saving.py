"""Saving drafts: rights were asked before; here are viruses, conflicts and names."""

from __future__ import annotations

import mimetypes
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from rathaus.core import virus
from rathaus.core.storage import StorageFull
from rathaus.desk.webdav import naming, scratch
from rathaus.desk.webdav.models import ScratchFile
from rathaus.desk.webdav.refusing import refusal
from rathaus.desk.webdav.visit import Visit
from rathaus.records import actions
from rathaus.records.models import Case, DraftDocument
from rathaus.records.names import safe_name


def READ_ONLY() -> str:
    """For who may read a case but not write in it, or whose case is closed."""
    return _("In diesem Vorgang dürfen Sie nur lesen, oder er ist abgeschlossen.")


def scan(name: str, content: bytes) -> None:
    """Raises: DAVError (403, 413, 503) unless the scanner is content."""
    try:
        verdict = virus.scan(content)
    except virus.TooLargeToScan:
        text = _("Die Datei ist zu groß für den Virenschutz. Nehmen Sie den Eingangskorb.")
        raise refusal(413, text) from None
    except virus.ScannerUnavailable:
        text = _("Der Virenschutz antwortet nicht. Versuchen Sie es später noch einmal.")
        raise refusal(503, text) from None
    if verdict.state == "infected":
        text = _("In „%(name)s“ wurde ein Schadprogramm gefunden. Nichts wurde abgelegt.")
        raise refusal(403, text % {"name": safe_name(name)})


@contextmanager
def room() -> Iterator[None]:
    """Raises: DAVError (507) where the disk is full: a program then tells it when it saves."""
    try:
        yield
    except StorageFull:
        text = _("Auf dem Server ist kein Platz mehr frei. Speichern Sie auf Ihrem Rechner.")
        raise refusal(507, text) from None


def save(visit: Visit, draft: DraftDocument, content: bytes, *, known: bool) -> DraftDocument:
    """Another state of a draft. `known`: the client named the state that it replaces.

    Nothing sent leaves a draft with content as it is: Windows does that before the content.
    Raises: DAVError (409) if somebody saved after this device had read the draft.
    """
    if not content and draft.blob.size:
        return draft
    newer = _("„%(name)s“ wurde inzwischen geändert. Speichern Sie unter anderem Namen.")
    newer %= {"name": draft.name}
    if not known and not visit.has_read(draft):
        raise refusal(409, newer)
    scan(draft.name, content)
    try:
        with room():
            saved = actions.replace_draft(
                draft=draft,
                content=content,
                revision=draft.revision,
                actor=visit.actor(draft.case.dossier),
            )
    except actions.Outdated:
        raise refusal(409, newer) from None
    visit.note_reading(saved)
    return saved


def new_draft(visit: Visit, case: Case, name: str, content: bytes = b"") -> DraftDocument:
    """A draft that did not exist before. Raises: DAVError."""
    shown = safe_name(name)
    scan(shown, content)
    try:
        with room():
            draft = actions.create_draft(
                case=case,
                title=PurePath(shown).stem.replace("_", " ")[:200] or shown,
                content=content,
                name=shown,
                content_type=mimetypes.guess_type(shown)[0] or "application/octet-stream",
                actor=visit.actor(case.dossier),
                staff=visit.staff,
            )
    except actions.CaseIsClosed:
        raise refusal(403, READ_ONLY()) from None
    visit.note_reading(draft)
    return draft


def rename(visit: Visit, draft: DraftDocument, name: str) -> None:
    """Another file name; the title at the desk stays. Raises: DAVError (409)."""
    try:
        saved = actions.replace_draft(
            draft=draft,
            content=draft.blob,
            revision=draft.revision,
            actor=visit.actor(draft.case.dossier),
            name=name,
            content_type=mimetypes.guess_type(name)[0] or draft.content_type,
        )
    except actions.Outdated:
        raise refusal(409, _("Der Entwurf wurde inzwischen geändert.")) from None
    visit.note_reading(saved)


def put_down(visit: Visit, case: Case, name: str, content: bytes) -> ScratchFile:
    """Keep a short-lived file. Raises: DAVError (507 if there are too many)."""
    scan(name, content)
    try:
        with room():
            return scratch.put(visit.staff, case.public_id, name, content)
    except scratch.Full:
        raise refusal(507, _("Zu viele Zwischendateien. Schließen Sie andere Programme.")) from None


def target(source: Any, dest_path: str) -> str:
    """The new name of `source` in its own folder. Raises: DAVError (403) for another folder."""
    folder, name = posixpath.split(dest_path.rstrip("/"))
    if folder != source.folder.path.rstrip("/"):
        raise refusal(403, _("Verschieben geht nur innerhalb desselben Ordners."))
    return naming.same(name)
