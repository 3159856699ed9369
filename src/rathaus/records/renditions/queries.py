"""Reads: what is there of a version, how the queue is."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db.models import Avg, Count, Min, Sum

from rathaus.core.clock import now
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.records.models import DocumentVersion, Rendition, RenditionKind
from rathaus.records.renditions import kinds, sandbox
from rathaus.records.renditions.child.refusal import Refused
from rathaus.records.renditions.models import RenditionWork
from rathaus.records.renditions.states import WorkState

FAILED_SHOWN = 50
DRAW_SECONDS = 20.0
TYPES = {"png": "image/png", "jpg": "image/jpeg"}


@dataclass(frozen=True)
class Picture:
    """A picture of a page and its content type."""

    data: bytes
    content_type: str


def renditions_of(version: DocumentVersion) -> dict[str, Rendition]:
    """What was made, by kind."""
    rows = Rendition.objects.filter(version=version).select_related("blob")
    return {row.kind: row for row in rows}


def previews_of(versions: Iterable[int]) -> set[int]:
    """Primary keys of those versions that have a preview picture; one query for a list."""
    rows = Rendition.objects.filter(version_id__in=list(versions), kind=RenditionKind.PREVIEW)
    return set(rows.values_list("version_id", flat=True))


def picture(version: DocumentVersion, number: int, *, width: int = 0) -> Picture | None:
    """A page (from 1; 0 is the small picture of the first), None where there is none.

    For a version that came from `rathaus.records.queries.version_for`. With `width` (pixels),
    or far back in a long document, it is drawn at once.
    """
    rows = renditions_of(version)
    try:
        if not width and RenditionKind.PREVIEW in rows:
            found = _from_album(rows[RenditionKind.PREVIEW], number)
            if found:
                return found
        if number < 1 or RenditionKind.PREVIEW not in rows:
            return None
        return _draw(version, rows, number, width or 1100)
    except (StorageDamaged, StorageShredded, Refused, sandbox.Failed):
        return None


def _from_album(row: Rendition, number: int) -> Picture | None:
    with zipfile.ZipFile(BytesIO(row.blob.read())) as album:
        for ending, content_type in TYPES.items():
            if f"{number}.{ending}" in album.namelist():
                return Picture(album.read(f"{number}.{ending}"), content_type)
    return None


def _draw(
    version: DocumentVersion, rows: dict[str, Rendition], number: int, width: int
) -> Picture | None:
    """From the PDF/A where there is one: pages stand upright in it."""
    if RenditionKind.PDF in rows:
        content, kind = rows[RenditionKind.PDF].blob.read(), kinds.PDF
    else:
        content = version.blob.read()
        kind = kinds.kind_of(version.content_type, version.name, content)
    facts, (data,) = sandbox.shared().ask(
        "picture", content, kind=kind, page=number, width=width, seconds=DRAW_SECONDS
    )
    content_type = TYPES.get(str(facts.get("ending")))
    return Picture(data, content_type) if content_type else None


def text(version: DocumentVersion) -> list[str]:
    """The text, page by page; [] where there is none (yet)."""
    from rathaus.records.renditions import views

    row = renditions_of(version).get(RenditionKind.TEXT)
    try:
        if row is not None:
            return row.blob.read().decode("utf-8", "replace").split("\f")
        kind = kinds.kind_of(version.content_type, version.name)
        return [views.decoded(version.blob.read())] if kind == kinds.TEXT else []
    except (StorageDamaged, StorageShredded):
        return []


def queue() -> dict[str, Any]:
    """Length, rates and failures by reason, for operators and the command line."""
    moment = now()
    counted = RenditionWork.objects.values_list("state").annotate(n=Count("pk"))
    states: dict[str, int] = dict(counted)
    waiting = RenditionWork.objects.filter(state__in=[WorkState.WAITING, WorkState.RUNNING])
    heavy = waiting.filter(heavy=True).aggregate(n=Count("pk"), read=Sum("pages_read"))
    to_read = sum(len(row) for row in waiting.filter(heavy=True).values_list("to_read", flat=True))
    hour = RenditionWork.objects.filter(finished_at__gte=moment - timedelta(hours=1))
    rates = hour.aggregate(
        n=Count("pk"), pages=Sum("pages"), read=Sum("pages_read"), seconds=Avg("seconds")
    )
    failures = (
        RenditionWork.objects.filter(state=WorkState.FAILED)
        .values("reason")
        .annotate(n=Count("pk"))
        .order_by("-n", "reason")
    )
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return {
        "waiting": states.get(WorkState.WAITING, 0),
        "running": states.get(WorkState.RUNNING, 0),
        "done": states.get(WorkState.DONE, 0),
        "failed": states.get(WorkState.FAILED, 0),
        "documents_to_read": heavy["n"],
        "pages_to_read": max(0, to_read - (heavy["read"] or 0)),
        "oldest_seconds": round((moment - oldest).total_seconds()) if oldest else 0,
        "last_hour": {
            "documents": rates["n"],
            "pages": rates["pages"] or 0,
            "pages_read": rates["read"] or 0,
            "mean_seconds": round(rates["seconds"] or 0, 2),
        },
        "failures": {row["reason"]: row["n"] for row in failures},
    }


def failed(*, reason: str = "", before: int = 0) -> list[RenditionWork]:
    """Failed work, newest first, one more than `FAILED_SHOWN` where there are more."""
    rows = RenditionWork.objects.filter(state=WorkState.FAILED)
    if reason:
        rows = rows.filter(reason=reason)
    if before:
        rows = rows.filter(pk__lt=before)
    chosen = rows.select_related("version__document__case").defer("to_read")
    return list(chosen.order_by("-pk")[: FAILED_SHOWN + 1])
