"""A copy of all one's data: asked for, made in the background, fetched."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rathaus.accounts.models import DataExport, ExportState
from rathaus.core import clock, ratelimit
from rathaus.portal.owner import signed_in
from rathaus.portal.views.area.page import page, see_other
from rathaus.portal.views.area.privacy import parent
from rathaus.portal.views.konto.fresh import fresh
from rathaus.proceedings.personal import export
from rathaus.theme.views import too_many

A_DAY = timedelta(days=1)
COPIES = 5
"""Copies one account can have made in a day."""


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def begin(request: HttpRequest) -> HttpResponse:
    """What is in it; the button starts the work."""
    account = signed_in(request)
    if request.method == "POST":
        ident = str(account.public_id)
        if not ratelimit.allow("own-copy", ident, limit=COPIES, per=A_DAY):
            return too_many(request, retry_minutes=24 * 60)
        row = export.request_export(account=account, actor=account.actor)
        return see_other(reverse("portal:export_progress", args=[row.public_id]))
    return page(
        request,
        "copy",
        "privacy_account",
        here=_("Kopie meiner Daten"),
        konto_parent=parent(),
        days=export.KEPT.days,
    )


@require_safe
@fresh
def progress(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """How far it is. One may leave this page and come back."""
    row = _row(request, export_id)
    return page(
        request,
        "copy_progress",
        "privacy_account",
        here=_("Kopie meiner Daten"),
        konto_parent=parent(),
        export=row,
        is_ready=row.state == ExportState.READY,
        has_failed=export.has_failed(row),
    )


@require_safe
@fresh
def download(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """The zip, piece by piece."""
    row = _row(request, export_id)
    if row.state != ExportState.READY:
        return see_other(reverse("portal:export_progress", args=[export_id]))
    account = signed_in(request)
    row.account = account
    export.note_taken(row=row, actor=account.actor)
    day = clock.local(row.created_at).date().isoformat()
    response = StreamingHttpResponse(export.content(row), content_type="application/zip")
    response["Content-Length"] = str(row.size)
    response["Content-Disposition"] = f'attachment; filename="meine-daten-{day}.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response  # type: ignore[return-value]


def _row(request: HttpRequest, export_id: uuid.UUID) -> DataExport:
    """One's own, and not over."""
    rows = DataExport.objects.filter(account=signed_in(request), public_id=export_id)
    row = rows.filter(expires_at__gt=clock.now()).first()
    if row is None:
        raise Http404
    return row
