"""Ends the log-in of a resident when its time is over (TR-03160-1 4.3)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from rathaus.accounts import assurance, signing
from rathaus.core.sessions import STAFF_PREFIX

GetResponse = Callable[[HttpRequest], HttpResponse]
ENDED = "log_in_ended"
"""Key in the session: say once that the log-in ran out."""


class SessionLimits:
    """A resident whose every proof ran out is signed out; drafts and grants stay.

    Costs nothing without the residents' cookie, and one query with it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.RESIDENT_SESSION_COOKIE_NAME in request.COOKIES
            and not request.path_info.startswith(STAFF_PREFIX)
            and request.session.get("assured")
        ):
            _end_if_over(request)
        return self.get_response(request)


def _end_if_over(request: HttpRequest) -> None:
    """What a guest proved beside a log-in does not keep the log-in alive."""
    holds = assurance.current(request)
    was_there = request.user.is_authenticated
    if holds.opens_account if was_there else holds.proofs:
        return
    signing.sign_out(request)
    if was_there:
        request.session[ENDED] = True
