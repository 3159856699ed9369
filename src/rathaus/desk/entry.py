"""Between password and desk: a log-in that is under way, and when it counts.

After the password (or the town's directory) nobody is logged in yet. The session only notes who
it may become; the second factor makes it so. Every step asks `missing` what comes next, so no
step can be left out, whichever address somebody types in.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

from rathaus.accounts.staff import factors, sessions
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.core.sessions import STAFF_PREFIX
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember

HALF = "desk_half"
PROVED = "desk_proved"
SEEN = "desk_seen"
LOCAL = "local"
BACKEND = "rathaus.organisation.backends.StaffBackend"
HALF_LASTS = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
"""After so long a new log-in is needed, however busy somebody is (TR-03160-1, "niedrig")."""
WANTED = "rathaus_ziel"
LONGEST_ADDRESS = 2000


@dataclass(frozen=True)
class Half:
    """Somebody who has proved to be one person, but not yet with a second factor."""

    staff: StaffMember
    source: str
    proved: str
    """The factor that was proved in this log-in, or ""."""

    @property
    def user(self) -> User:
        return self.staff.user

    @property
    def actor(self) -> Actor:
        """The person as named in events."""
        return Actor.staff(str(self.staff.user_id), self.staff.name[:120])


def begin(request: HttpRequest, staff: StaffMember, *, source: str, proved: str = "") -> None:
    """The first factor was right; whoever was logged in here before no longer is."""
    logout(request)
    request.session[HALF] = {
        "user": str(staff.user_id),
        "hash": _hash(staff.user),
        "source": source,
        "proved": proved,
        "at": int(now().timestamp()),
    }
    request.session.cycle_key()


def half(request: HttpRequest) -> Half | None:
    """The log-in under way in this session, if it is still good."""
    noted = request.session.get(HALF)
    if not isinstance(noted, dict):
        return None
    if int(now().timestamp()) - noted["at"] > HALF_LASTS.total_seconds():
        return None
    user = User.objects.filter(pk=noted["user"], is_active=True).first()
    staff = organisation.staff_of(user) if user else None
    if user is None or staff is None or not hmac.compare_digest(noted["hash"], _hash(user)):
        return None
    staff.user = user
    return Half(staff, noted["source"], noted["proved"])


def prove(request: HttpRequest, how: str) -> None:
    """Note that a second factor was proved in the log-in under way."""
    request.session[HALF] = {**request.session[HALF], "proved": how}


def missing(here: Half) -> str:
    """The page that has to come next; "" when nothing is missing."""
    if not here.proved:
        return "desk:second_step" if factors.has_any(here.user) else "desk:enrol"
    if here.proved == here.source:
        return ""  # the directory asked for the second factor itself
    if not factors.codes_left(here.user) or factors.unseen_codes(here.user):
        return "desk:enrol_codes"
    return ""


def go_on(request: HttpRequest, here: Half) -> HttpResponse:
    """To the next step, or into the desk."""
    page = missing(here)
    return redirect(page) if page else finish(request, here)


def finish(request: HttpRequest, here: Half) -> HttpResponse:
    """Log in, with a new session key, and go where the person wanted to."""
    request.session.pop(HALF, None)
    login(request, here.user, backend=BACKEND)
    mark_proved(request, here.user, here.proved)
    sessions.note(request)
    response = HttpResponseRedirect(_wanted(request) or reverse("desk:basket"))
    response.delete_cookie(WANTED, path=STAFF_PREFIX)
    return response


def mark_proved(request: HttpRequest, user: User, how: str) -> None:
    """Write into the session that `user` proved a second factor now."""
    moment = int(now().timestamp())
    request.session[PROVED] = {"user": str(user.pk), "how": how, "at": moment}
    request.session[SEEN] = moment


def has_proved(request: HttpRequest, user: User, *, within: timedelta = LONGEST) -> bool:
    """Whether `user` proved a second factor in this session, not longer ago than `within`."""
    noted = request.session.get(PROVED)
    if not isinstance(noted, dict) or noted.get("user") != str(user.pk):
        return False
    return bool(int(now().timestamp()) - noted.get("at", 0) <= within.total_seconds())


def signed_in(request: HttpRequest) -> Half | None:
    """Who is fully logged in here, for pages outside the guard of `access`."""
    user = request.user
    if not isinstance(user, User) or not has_proved(request, user):
        return None
    staff = organisation.staff_of(user)
    if staff is None:
        return None
    staff.user = user
    return Half(staff, LOCAL, request.session[PROVED]["how"])


def remember_wanted(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep the page somebody asked for until after the log-in, signed by us."""
    address = request.get_full_path()
    if request.method == "GET" and len(address) < LONGEST_ADDRESS:
        response.set_signed_cookie(
            WANTED,
            address,
            max_age=int(HALF_LASTS.total_seconds()),
            path=STAFF_PREFIX,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _wanted(request: HttpRequest) -> str:
    """The page of the desk asked for before the log-in; nothing that we did not sign."""
    try:
        address = str(request.get_signed_cookie(WANTED, max_age=HALF_LASTS))
        found = resolve(address.partition("?")[0])
    except (KeyError, signing.BadSignature, Resolver404):
        return ""
    return address if found.namespace == "desk" else ""


def _hash(user: User) -> str:
    """Changes with the password: a log-in under way ends with it."""
    return secrets.digest(user.get_session_auth_hash(), "desk-half")
