"""Checking whether a document came from this town hall."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rathaus.core.middleware import sender_key
from rathaus.forms.text import one_line
from rathaus.portal import asked, fields
from rathaus.portal.access import never_stored
from rathaus.proceedings import queries
from rathaus.proceedings.errors import TooManyTries
from rathaus.theme.views import too_many


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """By the code printed on it; a file is compared by its digest and never stored."""
    start = {"code": one_line(request.GET.get("code", "")[:60])}
    question = asked.ask(fields.verify(), request, start=start)
    facts: dict[str, object] = {"bound": question}
    if question.is_valid():
        code = question.cleaned["code"]
        try:
            found = queries.verify_receipt(code, sender=sender_key(request))
        except TooManyTries:
            return never_stored(too_many(request, retry_minutes=10))
        facts |= {"checked": True, "found": found, "code": code}
        digest = _digest(request)
        if found is not None and digest:
            facts |= {"compared": True, "same": found.matches(digest)}
    return never_stored(render(request, "portal/verify.html", facts))


def _digest(request: HttpRequest) -> str:
    """SHA-256 of the uploaded file, read in pieces; empty without a file."""
    file = request.FILES.get("datei")
    if file is None:
        return ""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
