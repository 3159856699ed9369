"""The way into the outside world, and its mailbox."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from rathaus.simulation.bundid.houses import HOUSES
from rathaus.simulation.models import SimulatedAttachment, SimulatedMail

PAGE = 50
_INLINE = {"application/pdf", "image/png", "image/jpeg", "text/plain"}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What there is to play with."""
    return render(request, "simulation/index.html", {"houses": HOUSES.values()})


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """All e-mails, newest first; `?vor=` shows older ones."""
    rows = SimulatedMail.objects.order_by("-pk")
    before = request.GET.get("vor", "")
    if before:
        last = SimulatedMail.objects.filter(token=before[:40]).first()
        if last is None:
            raise Http404
        rows = rows.filter(pk__lt=last.pk)
    mails = list(rows[: PAGE + 1])
    more = mails[PAGE - 1].token if len(mails) > PAGE else ""
    return render(request, "simulation/mailbox.html", {"mails": mails[:PAGE], "more": more})


@require_GET
def mail(request: HttpRequest, token: str) -> HttpResponse:
    """One e-mail with its attachments."""
    found = get_object_or_404(SimulatedMail, token=token)
    files = found.attachments.defer("content").order_by("pk")
    return render(request, "simulation/mail.html", {"mail": found, "attachments": files})


@require_GET
def attachment(request: HttpRequest, token: str) -> HttpResponse:
    """A file from an e-mail."""
    found = get_object_or_404(SimulatedAttachment, token=token)
    inline = found.content_type in _INLINE
    response = HttpResponse(
        bytes(found.content),
        content_type=found.content_type if inline else "application/octet-stream",
    )
    disposition = content_disposition_header(not inline, found.name)
    if disposition:
        response["Content-Disposition"] = disposition
    return response
