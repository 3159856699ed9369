"""Newer versions of a document, with what changed and why."""

from __future__ import annotations

from typing import IO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.core.models import Blob
from rathaus.organisation.models import StaffMember
from rathaus.records import actions as records
from rathaus.records.models import Document, DocumentVersion
from rathaus.records.work import events, jobs
from rathaus.records.work.actions.locks import release_lock, take_lock
from rathaus.records.work.errors import Moved, Unfit
from rathaus.records.work.models import VersionNote


def add_version(
    *,
    document: Document,
    content: bytes | IO[bytes] | Blob,
    name: str,
    content_type: str,
    reason: str,
    staff: StaffMember,
    actor: Actor,
    based_on: int | None = None,
) -> DocumentVersion:
    """Add a newer version. It takes the lock and gives it back; the older versions stay.

    `based_on` is the number of the version that was shown: with a newer one meanwhile nothing
    is added. Raises: LockedByOther, InRun, Moved, Unfit, CaseIsClosed.
    """
    reason = reason.strip()
    if len(reason) < 5:
        raise Unfit(_("Sagen Sie in wenigen Worten, was sich geändert hat und warum."))
    blob = content if isinstance(content, Blob) else storage.put(content)
    with transaction.atomic():
        take_lock(document=document, staff=staff, actor=actor)
        document.refresh_from_db(fields=["latest"])
        newest = document.versions.select_related("blob").get(number=document.latest)
        if based_on is not None and based_on != document.latest:
            raise Moved(_("Inzwischen gibt es eine neuere Fassung. Sehen Sie sie zuerst an."))
        if newest.blob_id == blob.pk:
            raise Unfit(_("Diese Datei gleicht der neuesten Fassung Byte für Byte."))
        try:
            with transaction.atomic():
                version = records.add_version(
                    document=document,
                    content=blob,
                    name=name,
                    content_type=content_type,
                    actor=actor,
                )
        except IntegrityError:
            raise Moved(_("Gerade wurde eine andere Fassung abgelegt.")) from None
        VersionNote.objects.create(version=version, staff=staff, reason=reason[:500])
        explained = events.VersionExplained(
            document_id=str(document.public_id),
            version_id=str(version.public_id),
            reason=reason[:500],
        )
        record(document.case.chain, explained, actor=actor)
        release_lock(document=document, staff=staff, actor=actor)
        enqueue(jobs.compare, version_id=version.pk)
    return version
