"""Two sessions that know nothing of each other: one for residents, one for staff.

The staff session has a cookie of its own that browsers send only below ``/arbeit/``; so a
page for residents can never act with the rights of a member of staff, nor the reverse.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

STAFF_PREFIX = "/arbeit/"


@dataclass(frozen=True)
class Cookie:
    """Name of a session cookie and the addresses it is sent to."""

    name: str
    path: str


def cookie_for(request: HttpRequest) -> Cookie:
    """The session cookie of the audience of this page."""
    if request.path_info.startswith(STAFF_PREFIX):
        return Cookie(settings.SESSION_COOKIE_NAME, STAFF_PREFIX)
    return Cookie(settings.RESIDENT_SESSION_COOKIE_NAME, "/")


class AudienceSessionMiddleware(SessionMiddleware):
    """Django's sessions, with the cookie of the audience of the requested page."""

    def process_request(self, request: HttpRequest) -> None:
        request.session = self.SessionStore(request.COOKIES.get(cookie_for(request).name))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        cookie, session = cookie_for(request), request.session
        empty = session.is_empty()
        if cookie.name in request.COOKIES and empty:
            response.delete_cookie(cookie.name, path=cookie.path, samesite="Lax")
            patch_vary_headers(response, ("Cookie",))
            return response
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if session.modified and not empty and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                raise SessionInterrupted("The session was ended by another request.") from None
            response.set_cookie(
                cookie.name,
                session.session_key or "",
                max_age=None if session.get_expire_at_browser_close() else session.get_expiry_age(),
                path=cookie.path,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
            patch_vary_headers(response, ("Cookie",))
        return response
