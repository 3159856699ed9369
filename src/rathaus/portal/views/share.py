"""Documents that the town lets somebody outside read: link, code, an end.

The browser gets a signed cookie that is good for this share only, and for a few hours. Whether
the share still runs is asked each time. Documents are known by their number in the share.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rathaus.core.middleware import sender_key
from rathaus.core.storage import StorageDamaged, StorageShredded
from rathaus.portal import asked, fields
from rathaus.portal.access import never_stored
from rathaus.portal.views.download import attached
from rathaus.records.work import actions
from rathaus.records.work.actions.shares import TooMany, WrongCode, running
from rathaus.records.work.models import Share
from rathaus.theme.views import too_many

COOKIE = "rathaus_einsicht"
LASTS = timedelta(hours=4)
_signer = signing.TimestampSigner(salt="rathaus.portal.share")


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, ident: uuid.UUID) -> HttpResponse:
    """Ask for the code; then the list. A wrong link and a wrong code look the same."""
    share = _opened(request, ident)
    if share is not None and request.method != "POST":
        items = share.items.select_related("version__document", "version__blob").defer(
            "version__blob__inline", "version__blob__wrapped_key"
        )
        context = {"share": share, "items": items, "office": share.case.office}
        return never_stored(render(request, "portal/share.html", context))
    question = asked.ask(fields.share(), request)
    if question.is_valid():
        try:
            actions.enter_share(
                public_id=ident, code=question.cleaned["code"], sender=sender_key(request)
            )
        except TooMany:
            return never_stored(too_many(request, retry_minutes=30))
        except WrongCode:
            text = _("Link und Code passen nicht zusammen, oder die Freigabe ist beendet.")
            asked.fail(question, "code", text)
        else:
            response = redirect("portal:share", ident=ident)
            response.status_code = 303
            response.set_cookie(
                COOKIE,
                _signer.sign(str(ident)),
                max_age=LASTS,
                path=reverse("portal:share", args=[ident]),
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
            return never_stored(response)
    return never_stored(render(request, "portal/share_enter.html", {"bound": question}))


@require_safe
def fetch(request: HttpRequest, ident: uuid.UUID, number: int) -> HttpResponse:
    """One document as a download; that it was fetched is kept in the case."""
    share = _opened(request, ident)
    if share is None:
        return never_stored(redirect("portal:share", ident=ident))
    if request.method == "HEAD":
        return never_stored(HttpResponse())
    version = actions.fetch_item(share=share, number=number) if number < 32_768 else None
    if version is None:
        raise Http404
    try:
        content = version.blob.read()
    except (StorageDamaged, StorageShredded):
        raise Http404 from None
    return never_stored(attached(content, version.name, version.content_type))


@require_POST
def leave(request: HttpRequest, ident: uuid.UUID) -> HttpResponse:
    """Drop the access of this browser."""
    response = redirect("portal:share", ident=ident)
    response.status_code = 303
    response.delete_cookie(COOKIE, path=reverse("portal:share", args=[ident]))
    return never_stored(response)


def _opened(request: HttpRequest, ident: uuid.UUID) -> Share | None:
    """The share, if this browser has shown the code and it still runs."""
    try:
        known = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS)
    except signing.BadSignature:
        return None
    return running(ident) if known == str(ident) else None
