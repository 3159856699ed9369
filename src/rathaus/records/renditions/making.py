"""One step of the work on a version. Whatever the file does, the queue goes on."""

from __future__ import annotations

import logging
import time

from rathaus.core import storage
from rathaus.records.renditions import actions, kinds, pdfs, views
from rathaus.records.renditions.child.refusal import Refused
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.sandbox import Failed

log = logging.getLogger("rathaus.records")
PAUSES = (60.0, 900.0)
"""Seconds before the second and the third try."""


def step(work: RenditionWork) -> None:
    """Do what is next for `work` and note the result. Never raises for the file's sake."""
    began = time.monotonic()
    try:
        _step(work, began)
    except actions.Lost:
        log.warning("rendition work %s went to another worker", work.pk)
    except Refused as refused:
        _quietly(work, refused.code, "", began)
    except storage.StorageShredded:
        _quietly(work, "destroyed", "", began)
    except storage.StorageDamaged as damaged:
        _quietly(work, "damaged", str(damaged), began)
    except Failed as failed:
        _try_again(work, failed.code, str(failed), began)
    except Exception as error:
        log.exception("rendition work %s failed", work.pk)
        _try_again(work, "error", f"{type(error).__name__}: {error}", began)


def _step(work: RenditionWork, began: float) -> None:
    version = work.version
    content = version.blob.read()
    kind = kinds.kind_of(version.content_type, version.name, content)
    if kind in (kinds.PDF, kinds.IMAGE):
        pdfs.step(work, content, kind, began)
    elif kind in (kinds.TEXT, kinds.MAIL, kinds.OFFICE):
        views.step(work, content, kind, began)
    else:
        raise Refused("heic" if kind == kinds.HEIC else "unknown")


def _try_again(work: RenditionWork, code: str, detail: str, began: float) -> None:
    if work.tries >= actions.MAX_TRIES:
        _quietly(work, code, detail, began)
        return
    try:
        actions.later(work, code, detail, PAUSES[min(work.tries, len(PAUSES)) - 1])
    except actions.Lost:
        log.warning("rendition work %s went to another worker", work.pk)


def _quietly(work: RenditionWork, code: str, detail: str, began: float) -> None:
    try:
        actions.give_up(work, code, detail, **pdfs.spent(work, began))
    except actions.Lost:
        log.warning("rendition work %s went to another worker", work.pk)
