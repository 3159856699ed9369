"""Opening drafts and applications for the browser that may: the check is part of the query."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from rathaus.catalogue import queries as catalogue
from rathaus.core.actors import Actor
from rathaus.core.prepared import Prepared
from rathaus.organisation import queries as organisation
from rathaus.portal import grants
from rathaus.portal.owner import account_of
from rathaus.proceedings.models import Application, Draft

P = ParamSpec("P")
M = TypeVar("M", Draft, Application)


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


_draft = Prepared(Draft.objects.all, "public_id")
_application = Prepared(lambda: Application.objects.select_related("case", "claim"), "public_id")


def draft_for(request: HttpRequest, draft_id: uuid.UUID) -> Draft:
    """The draft, if this browser or the account logged in may open it. Raises: NoGrant."""
    draft = _of_browser(request, grants.DRAFT, _draft, draft_id) or _of_account(
        request, grants.DRAFT, Draft.objects.all(), draft_id
    )
    draft.version = catalogue.version(draft.version_id)
    return draft


def application_for(request: HttpRequest, application_id: uuid.UUID) -> Application:
    """The application with case, office and claim. Raises: NoGrant."""
    found = _of_browser(request, grants.APPLICATION, _application, application_id)
    rows = Application.objects.select_related("case", "claim")
    found = found or _of_account(request, grants.APPLICATION, rows, application_id)
    found.version = catalogue.version(found.version_id)
    found.case.office = organisation.office_by_id(found.case.office_id)
    return found


def _of_browser(
    request: HttpRequest, kind: grants.Kind, rows: Prepared[M], public_id: uuid.UUID
) -> M | None:
    """What belongs to no account and no organisation opens for the browser it was granted to."""
    if grants.has(request, kind, public_id):
        with suppress(ObjectDoesNotExist):
            found = rows.get(public_id)
            if found.account_id is None and found.represented_id is None:
                return found
    return None


def _of_account(request: HttpRequest, kind: grants.Kind, rows: Any, public_id: uuid.UUID) -> Any:
    """Everything else opens for its account only, whatever the browser was granted.

    Who asks without grant and log-in costs no query. Raises: NoGrant.
    """
    account = account_of(request)
    if account is not None:
        with suppress(ObjectDoesNotExist):
            return rows.belonging_to(account).get(public_id=public_id)
    raise NoGrant(kind, public_id)


def may_open(request: HttpRequest, application: Application) -> bool:
    """The same for one that was found by other means; needs only its ids."""
    if application.account_id is None and application.represented_id is None:
        return grants.has(request, grants.APPLICATION, application.public_id)
    account = account_of(request)
    rows = Application.objects.filter(pk=application.pk)
    return account is not None and rows.belonging_to(account).exists()


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
    match = request.resolver_match
    facts = {
        "step_key": match.kwargs.get("step_key", "") if match else "",
        "is_draft": kind == grants.DRAFT,
        "public_id": public_id,
        "typed": typed,
        "had_files": bool(request.FILES),
        "is_signed_in": account_of(request) is not None,
        "nav_current": "services" if kind == grants.DRAFT else "cases",
    }
    return render(request, "portal/no_access.html", facts, status=403)
