"""What was thrown away really goes after 30 days: rows, pictures, bytes and keys."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import ProtectedError

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.models import Blob
from rathaus.records.intake import events
from rathaus.records.intake.actions.describe import KEEP_DISCARDED
from rathaus.records.intake.models import Item, Upload
from rathaus.records.intake.states import ItemState

KEEP_UPLOADS = timedelta(days=3)
AT_ONCE = 500


def run() -> None:
    """Delete discarded items whose time is over, and unfinished uploads."""
    over = Item.objects.filter(state=ItemState.DISCARDED, state_at__lt=now() - KEEP_DISCARDED)
    # Attachments before their mail, parts before what they were made of.
    for item in over.select_related("chain", "blob").order_by("-pk")[:AT_ONCE]:
        _delete(item)
    for upload in Upload.objects.filter(begun_at__lt=now() - KEEP_UPLOADS)[:AT_ONCE]:
        forget_upload(upload)


def _delete(item: Item) -> None:
    kept = item.children.exclude(state=ItemState.DISCARDED)
    if item.parts.exists() or item.works.exists():
        return
    if item.children.filter(state=ItemState.DISCARDED).exists():
        return
    blobs = [item.blob, *([item.view] if item.view else [])]
    blobs += [image.blob for image in item.images.select_related("blob")]
    with transaction.atomic():
        # What was filed of a mail stays where it is; the mail was thrown away all the same.
        kept.update(parent=None)
        record(item.chain, events.Purged(sha256=item.blob.sha256), actor=Actor.system("intake"))
        item.delete()
    for blob in blobs:
        drop(blob)


def forget_upload(upload: Upload) -> None:
    """Remove an upload with its parts."""
    blobs = [part.blob for part in upload.parts.select_related("blob")]
    upload.delete()
    for blob in blobs:
        drop(blob)


def drop(blob: Blob) -> None:
    """Remove bytes unless something else uses them: the same content may lie in the record."""
    try:
        with transaction.atomic():
            storage.remove(blob)
    except ProtectedError:
        return
