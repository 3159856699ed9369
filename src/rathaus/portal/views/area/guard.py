"""Who may see "Mein Bereich": a resident who is logged in, with an open account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rathaus.portal.access import NoGrant, ask_for_code, never_stored
from rathaus.portal.owner import account_of, signed_in

__all__ = ["AFTER_LOGIN", "account_of", "account_required", "signed_in"]

P = ParamSpec("P")
AFTER_LOGIN = "after_login"
"""Key in the session: ``{"view", "args"}`` of the page somebody wanted before the log-in."""


def account_required(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For pages of an account: never stored; without log-in first there, then back here.

    Only the name of the page is remembered, in the session, never an address from outside.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if account_of(request) is None:
            return never_stored(_log_in_first(request))
        try:
            response = view(request, *args, **kwargs)
        except NoGrant as refused:
            response = ask_for_code(request, refused.kind, refused.public_id)
        return never_stored(response)

    return guarded


def _log_in_first(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    if match is not None and request.method in {"GET", "HEAD"}:
        names = {key: str(value) for key, value in match.kwargs.items()}
        request.session[AFTER_LOGIN] = {"view": match.view_name, "args": names}
    response = redirect("portal:login")
    response.status_code = 303
    return response
