"""Handing out a document of a case."""

from __future__ import annotations

import logging
import uuid
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.portal import papers
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.portal.owner import account_of
from rathaus.proceedings import actions, mailbox
from rathaus.proceedings.models import Application, Letter
from rathaus.records import actions as records

log = logging.getLogger("rathaus.portal")
SAFE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


@require_safe
@personal
def document(
    request: HttpRequest, application_id: uuid.UUID, document_id: uuid.UUID
) -> HttpResponse:
    """As a download, never shown inside our pages; fetching a letter is noted in the history.

    A file that was destroyed or is damaged is explained: 410 and 500.
    """
    application = application_for(request, application_id)
    found = papers.document(application, document_id)
    if found is None:
        raise Http404
    version = found.as_filed
    try:
        content = version.read()
    except StorageShredded:
        return _destroyed(request, application)
    except StorageDamaged:
        log.exception("document %s of a resident cannot be read", found.public_id)
        return _damaged(request, application)
    response = attached(content, version.name, version.content_type)
    if request.method == "GET":
        records.note_view(version=version, actor=actor_for(application))
        account = account_of(request)
        if account is not None:
            mailbox.note_read(account, documents=[found])
    if found.kind == "letter" and request.method == "GET":
        letter = Letter.objects.filter(document=found).select_related("application__case").first()
        if letter is not None:
            actions.mark_letter_read(letter=letter, actor=actor_for(application))
    return response


def _destroyed(request: HttpRequest, application: Application) -> HttpResponse:
    title = _("Dieses Dokument gibt es nicht mehr")
    text = _("Wir durften es nur eine bestimmte Zeit aufbewahren. Danach haben wir es gelöscht.")
    return _without(request, application, 410, title, text)


def _damaged(request: HttpRequest, application: Application) -> HttpResponse:
    title = _("Wir können dieses Dokument gerade nicht öffnen")
    text = _(
        "Das liegt an uns, nicht an Ihnen. Wir haben den Fehler notiert. Wenn Sie das Dokument "
        "jetzt brauchen, fragen Sie bitte hier nach:"
    )
    return _without(request, application, 500, title, text)


def _without(
    request: HttpRequest, application: Application, status: int, title: str, text: str
) -> HttpResponse:
    facts = {
        "application": application,
        "office": application.case.office,
        "title": title,
        "text": text,
        "nav_current": "cases",
    }
    return render(request, "portal/no_document.html", facts, status=status)


def attached(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A response that a browser stores and never shows, whatever is inside."""
    kind = content_type if content_type in SAFE_TYPES else "application/octet-stream"
    response = HttpResponse(content, content_type=kind)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
