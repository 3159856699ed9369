"""Who may open a page: denied by default, and every page names its permission in `urls`.

Without log-in comes the log-in page, without the permission 403. A log-in counts only with a
second factor proved in this session. What belongs to other offices is left out by the query
itself and looks as if it did not exist (404).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.desk import entry
from rathaus.desk.entry import SEEN
from rathaus.organisation import permissions
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import Office, StaffMember
from rathaus.theme import kept

IDLE_MINUTES = 120
"""Default of ``RATHAUS_DESK_IDLE_MINUTES``: signed out after so long without a request."""
SEEN_EVERY = 60
"""Seconds between two writes of the time of the last request."""

log = logging.getLogger("rathaus.desk")
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Desk:
    """The person at the desk and what (s)he may do, read once per request."""

    staff: StaffMember
    grants: permissions.Grants

    def can(self, permission: str, office: Office | None = None) -> bool:
        """Whether `permission` is held in `office`; without office: anywhere."""
        return self.grants.can(permission, office)

    def offices(self, permission: str) -> list[Office]:
        """Where `permission` is held."""
        return self.grants.offices(permission)

    def office_ids(self, permission: str) -> list[int]:
        """Primary keys of `offices`, for queries."""
        return [office.pk for office in self.offices(permission)]

    @cached_property
    def own_offices(self) -> list[Office]:
        """Offices named under the person in the rail."""
        held = {office_id for _role, office_id in self.grants.roles}
        return [office for office in organisation.offices() if office.pk in held]

    def actor(self, office: Office | None = None) -> Actor:
        """The person as named in events, acting for `office`."""
        place = office or (self.own_offices[0] if self.own_offices else None)
        label = place.label[:60] if place else ""
        return Actor.staff(str(self.staff.user_id), self.staff.name[:120], label)

    def require(self, permission: str, office: Office) -> None:
        """Raises: PermissionDenied."""
        if not self.can(permission, office):
            raise PermissionDenied(permission)


class DeskRequest(HttpRequest):
    """A request that passed `guarded`."""

    desk: Desk


def guarded(view: View, needs: str) -> View:
    """Let nobody in who is not signed in as staff with the permission `needs`."""
    if needs not in permissions.TABLE:
        raise permissions.UnknownPermission(needs)

    @wraps(view)
    def check(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase | None = _refuse(request, needs)
        if response is None:
            try:
                response = view(request, *args, **kwargs)
            except PermissionDenied:
                response = forbidden(request)
            except Http404:
                response = missing(request)
            if response.status_code == 405 and request.method == "GET":
                response = only_by_button(request, response["Allow"])
        if response.status_code in {403, 404} and isinstance(request.user, User):
            # Django's own line names the address only; this one says who tried it.
            log.warning("%s %s for %s", response.status_code, request.path, request.user.login)
        response["Cache-Control"] = "no-store"
        return response

    check.desk_permission = needs  # type: ignore[attr-defined]
    return check


def _refuse(request: DeskRequest, needs: str) -> HttpResponse | None:
    user = request.user
    if not isinstance(user, User):
        return _to_login(request)
    if _is_idle(request):
        logout(request)
        messages.info(request, _("Sie waren länger nicht aktiv. Bitte melden Sie sich wieder an."))
        return _to_login(request)
    if not entry.has_proved(request, user):
        logout(request)
        return _to_login(request)
    staff = organisation.staff_of(user)
    if staff is None:
        logout(request)
        return render(request, "403.html", status=403)
    staff.user = user
    organisation.remembering(staff)
    request.desk = Desk(staff, permissions.grants(staff))
    if not request.desk.can(needs):
        return forbidden(request)
    return None


def _is_idle(request: HttpRequest) -> bool:
    minutes = getattr(settings, "RATHAUS_DESK_IDLE_MINUTES", IDLE_MINUTES)
    moment = int(now().timestamp())
    seen = request.session.get(SEEN)
    if not isinstance(seen, int) or moment - seen > timedelta(minutes=minutes).total_seconds():
        return True
    if moment - seen >= SEEN_EVERY:
        request.session[SEEN] = moment
    return False


def _to_login(request: HttpRequest) -> HttpResponse:
    if typed := kept.of(request):
        return render(request, "desk/session_over.html", {"kept": typed}, status=403)
    return entry.remember_wanted(request, HttpResponseRedirect(reverse("desk:login")))


def forbidden(request: HttpRequest) -> HttpResponse:
    """403 inside the desk."""
    return render(request, "desk/403.html", status=403)


def missing(request: HttpRequest) -> HttpResponse:
    """404 inside the desk; the same for what is not there and what is not ours."""
    return render(request, "desk/404.html", status=404)


def only_by_button(request: HttpRequest, allow: str) -> HttpResponse:
    """405 inside the desk: typed, kept as a bookmark, or opened again after a break."""
    response = render(request, "desk/405.html", status=405)
    response["Allow"] = allow
    return response
