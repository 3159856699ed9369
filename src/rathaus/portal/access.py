"""Opening drafts and applications for the browser that may: the check is part of the query."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from rathaus.core.actors import Actor
from rathaus.portal import grants
from rathaus.proceedings.models import Application, Draft

P = ParamSpec("P")


class NoGrant(Exception):
    """This browser may not open it, or it does not exist: the answer is the same."""

    def __init__(self, kind: grants.Kind, public_id: uuid.UUID) -> None:
        super().__init__(str(public_id))
        self.kind = kind
        self.public_id = public_id


def personal(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For pages with personal data: never stored, never indexed; a missing grant explains."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except NoGrant as refused:
            response = ask_for_code(request, refused.kind, refused.public_id)
        return never_stored(response)

    return guarded


def never_stored(response: HttpResponse) -> HttpResponse:
    """no-store and no index."""
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


def draft_for(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    """The draft, if this browser may open it. Raises: NoGrant."""
    if grants.has(request, grants.DRAFT, draft_id):
        rows = Draft.objects.select_related("version").defer("version__definition")
        draft = rows.filter(public_id=draft_id).first()
        if draft is not None:
            return draft
    raise NoGrant(grants.DRAFT, draft_id)


def application_for(request: HttpRequest, application_id: uuid.UUID) -> Application:
    """The application with case, office and claim. Raises: NoGrant."""
    if grants.has(request, grants.APPLICATION, application_id):
        rows = Application.objects.select_related("case__office", "case__chain", "claim", "version")
        found = rows.defer("version__definition").filter(public_id=application_id).first()
        if found is not None:
            return found
    raise NoGrant(grants.APPLICATION, application_id)


def actor_for(application: Application) -> Actor:
    """The resident, as named in the history."""
    return Actor.resident(str(application.public_id))


def ask_for_code(request: HttpRequest, kind: grants.Kind, public_id: uuid.UUID) -> HttpResponse:
    """Nothing is lost, but we need the code: 403 with the way on.

    What was typed comes back with the page, so that the code is all there is to add.
    """
    typed: list[tuple[str, Any]] = []
    if request.method == "POST":
        typed = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "_code"}
            for value in values
            if isinstance(value, str)
        ][:500]
    facts = {
        "is_draft": kind == grants.DRAFT,
        "public_id": public_id,
        "typed": typed,
        "had_files": bool(request.FILES),
        "nav_current": "services" if kind == grants.DRAFT else "cases",
    }
    return render(request, "portal/no_access.html", facts, status=403)
