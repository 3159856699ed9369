"""Handing out a document of a case."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from rathaus.portal import papers
from rathaus.portal.access import actor_for, application_for, personal
from rathaus.portal.owner import account_of
from rathaus.proceedings import actions, mailbox
from rathaus.proceedings.models import Letter
from rathaus.records import actions as records

SAFE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


@require_safe
@personal
def document(
    request: HttpRequest, application_id: uuid.UUID, document_id: uuid.UUID
) -> HttpResponse:
    """As a download, never shown inside our pages; fetching a letter is noted in the history."""
    application = application_for(request, application_id)
    found = papers.document(application, document_id)
    if found is None:
        raise Http404
    version = found.as_filed
    response = attached(version.read(), version.name, version.content_type)
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
