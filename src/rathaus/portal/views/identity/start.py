"""On the way out: the button of an account system was pressed."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rathaus.accounts import flow
from rathaus.accounts.models.login import Purpose
from rathaus.accounts.sources import config
from rathaus.accounts.sources.base import Departure, LoginRefused, Source
from rathaus.accounts.targets import Target
from rathaus.core.middleware import content_security_policy
from rathaus.portal import limits
from rathaus.portal.access import never_stored, personal
from rathaus.portal.owner import account_of
from rathaus.portal.views.identity import wish as wishes
from rathaus.portal.views.konto.fresh import is_fresh
from rathaus.theme.views import too_many

STARTS = 60
"""Log-ins one sender may begin in half an hour; a household and an office share an address."""


@require_POST
@personal
def start(request: HttpRequest, source: str) -> HttpResponse:
    """Send the browser to the account system, by a page that works without script."""
    if not is_same_origin(request):
        return never_stored(render(request, "portal/identity/refused.html", status=403))
    chosen = source_for_residents(source)
    if not limits.allow_form(request, "identity", limit=STARTS):
        return too_many(request, retry_minutes=30)
    try:
        wish = wishes.read(request)
    except wishes.NotAWish:
        return render(request, "portal/identity/refused.html", status=400)
    if wish.purpose == Purpose.LINK and not is_fresh(request):
        return redirect("portal:identity_ready")
    if max(chosen.levels) < wish.level:
        return unavailable(request, chosen, wish.target, too_low=True)
    try:
        _pending, departure = flow.begin(
            request,
            source=chosen,
            purpose=wish.purpose,
            level=wish.level,
            target=wish.target,
            account=account_of(request),
            guest=chosen.guests and wish.purpose == Purpose.STEP_UP and "gast" in request.POST,
        )
    except LoginRefused:
        return unavailable(request, chosen, wish.target)
    return flow.bind_browser(request, hand_over(request, chosen, departure))


def hand_over(request: HttpRequest, source: Source, departure: Departure) -> HttpResponse:
    """The page in between; the only one whose form may lead to the account system."""
    facts = {"source": source, "departure": departure, "posts": bool(departure.fields)}
    response = render(request, "portal/identity/handover.html", facts)
    parts = urlsplit(departure.url)
    origins = {*source.form_targets, f"{parts.scheme}://{parts.netloc}"}
    response["Content-Security-Policy"] = content_security_policy(*sorted(origins))
    return response


def unavailable(
    request: HttpRequest, source: Source, target: Target, *, too_low: bool = False
) -> HttpResponse:
    """The account system cannot help now; nothing is lost."""
    facts = {"source": source, "back": target.url, "too_low": too_low}
    return render(request, "portal/identity/unavailable.html", facts, status=503)


@require_safe
def metadata(request: HttpRequest, source: str) -> HttpResponse:
    """Our description for the operator of the account system: SAML metadata, or a JWK set."""
    try:
        content = config.source(source).metadata()
    except LookupError:
        raise Http404 from None
    if content is None:
        raise Http404
    kind = "jwk-set+json" if content.startswith(b"{") else "samlmetadata+xml"
    return HttpResponse(content, content_type=f"application/{kind}")


@require_POST
@personal
def first(request: HttpRequest) -> HttpResponse:
    """Log in first, then go on with a draft; what was typed is kept."""
    if not is_same_origin(request):
        return render(request, "portal/identity/refused.html", status=403)
    wishes.remember_draft(request)
    response = redirect("portal:login")
    response.status_code = 303
    return response


def source_for_residents(key: str) -> Source:
    """A source that residents log in with. Raises: Http404."""
    for source in config.for_residents():
        if source.key == key:
            return source
    raise Http404(_("Diese Anmeldung gibt es nicht."))


def is_same_origin(request: HttpRequest) -> bool:
    """Whether one of our own pages sent the form.

    A form token alone did not help the municipalities of June 2024: a foreign page could read
    it. No foreign page can make a browser say ``same-origin`` here.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True  # an old browser; the form token has been checked
    own = f"{request.scheme}://{request.get_host()}"
    return origin in {own, settings.BASE_URL}
