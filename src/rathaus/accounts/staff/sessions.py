"""Where a member of staff is logged in, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from rathaus.accounts.devices import describe
from rathaus.core.models import User


@dataclass(frozen=True)
class Session:
    """An open log-in."""

    id: int
    name: str
    since: datetime
    is_current: bool


def note(request: HttpRequest) -> None:
    """Remember this browser; again whenever the session gets a new key."""
    UserSession.objects.create_from_request(request)


def of(user: User, *, current_key: str) -> list[Session]:
    """All open log-ins, this one first, then the newest."""
    found = [
        Session(
            id=row.pk,
            name=describe(row.user_agent),
            since=row.created_at,
            is_current=row.session_key == current_key,
        )
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda one: (not one.is_current, -one.since.timestamp()))


def end(user: User, *, session_id: int) -> bool:
    """End one log-in; False if it is not one of `user`."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        return False
    row.end()
    return True


def end_all(user: User, *, but: str = "") -> int:
    """End all log-ins of `user`, except the session with the key `but`; returns how many."""
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for row in rows:
        row.end()
    return len(rows)
