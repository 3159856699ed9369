"""How the documents of a case that are meant for the resident are shown."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.core.prepared import Prepared
from rathaus.proceedings import papers
from rathaus.proceedings.models import Application, Verification
from rathaus.records.models import Document, DocumentQuerySet

KINDS = ("application", "letter", "payment_receipt", "upload")
ICONS = {
    "application": "description",
    "letter": "history_edu",
    "payment_receipt": "receipt_long",
    "upload": "attach_file",
}
TYPES = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG"}


def meant_for(application: Application) -> DocumentQuerySet:
    """Documents of this case the resident may read; the condition is part of the query."""
    return papers.meant_for(application).filter(kind__in=KINDS).with_versions()


def document(application: Application, document_id: uuid.UUID) -> Document | None:
    """One of them."""
    return meant_for(application).filter(public_id=document_id).first()


_receipt = Prepared(Verification.objects.all, "application", "key")


def receipt(application: Application) -> dict[str, Any] | None:
    """The receipt, as soon as it is made."""
    with suppress(Verification.DoesNotExist, Document.DoesNotExist):
        made = _receipt.get(application.pk, "receipt")
        here = Document.objects.filter(case_id=application.case_id).with_versions()
        return entry(application, here.get(pk=made.document_id or 0))
    return None


def listed(application: Application) -> list[dict[str, Any]]:
    """For ``{% file_list %}``: letters and receipts first, then what was uploaded."""
    rows = list(meant_for(application))
    rows.sort(key=lambda row: (row.kind == "upload", row.kind != "letter", row.created_at))
    return [entry(application, row) for row in rows]


def entry(application: Application, row: Document) -> dict[str, Any]:
    """One line of the list."""
    version = row.as_filed
    note = ""
    if row.kind == "upload":
        note = _("von Ihnen") if row.direction == "in" else _("vom Rathaus")
    return {
        "title": row.title,
        "url": reverse("portal:document", args=[application.public_id, row.public_id]),
        "kind": TYPES.get(version.content_type, ""),
        "size": version.blob.size,
        "note": note,
        "icon": ICONS[row.kind],
    }
