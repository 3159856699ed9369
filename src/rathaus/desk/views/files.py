"""Documents of the record: always as attachment, never rendered on our address."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.desk import lookup
from rathaus.desk.access import DeskRequest
from rathaus.records import actions as records
from rathaus.records.models import Document

ICONS = {
    "application_data": "dataset",
    "application": "receipt_long",
    "upload": "attachment",
    "letter": "description",
    "message": "chat",
    "payment_receipt": "payments",
    "note": "edit_note",
}
TYPES: dict[str, str | Promise] = {
    "application/pdf": "PDF",
    "application/json": "JSON",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "text/plain": "Text",
    "message/rfc822": gettext_lazy("E-Mail"),
    "application/vnd.ms-outlook": gettext_lazy("E-Mail (Outlook)"),
}
SAFE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})
"""Sent with their own type; everything else as unknown bytes."""


def listed(document: Document) -> dict[str, Any]:
    """A document for the file list component; no query after `with_versions`."""
    version = document.current
    kind = version.content_type.partition(";")[0]
    note = f"{document.get_kind_display()}, {document.get_direction_display()}"
    return {
        "title": document.title,
        "url": reverse("desk:file", args=[version.public_id]),
        "kind": TYPES.get(kind, _("Datei")),
        "size": version.blob.size,
        "note": note,
        "at": document.created_at,
        "icon": ICONS.get(document.kind, "description"),
        "versions": document.latest,
    }


@require_GET
def download(request: DeskRequest, ident: uuid.UUID) -> HttpResponse:
    """The bytes of one version; that somebody fetched them is kept in the history."""
    version = lookup.version(request, ident)
    try:
        content = version.blob.read()
    except StorageShredded:
        context = {"title": _("Dieses Dokument wurde nach Ablauf der Frist vernichtet.")}
        return render(request, "desk/gone.html", context, status=410)
    except StorageDamaged:
        context = {
            "title": _("Dieses Dokument ist beschädigt."),
            "text": _(
                "Bitte melden Sie es sofort dem Betrieb und ändern Sie nichts am Vorgang. Eine"
                " Sicherung von vorher zeigt, wie das Dokument war."
            ),
        }
        return render(request, "desk/gone.html", context, status=500)
    keeps = version.document.case.office_id
    office = next((o for o in request.desk.offices("records.view") if o.pk == keeps), None)
    records.note_view(version=version, actor=request.desk.actor(office))
    return attachment(content, version.name, version.content_type)


def attachment(content: Any, name: str, content_type: str) -> HttpResponse:
    """A response that a browser stores and never runs, whatever is inside."""
    kind = content_type.partition(";")[0].strip().lower()
    chunks = [content] if isinstance(content, bytes) else content
    response = HttpResponse(chunks)
    response["Content-Type"] = kind if kind in SAFE_TYPES else "application/octet-stream"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
