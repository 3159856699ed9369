"""Where somebody is logged in, in words people use; ending such a log-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.translation import gettext as _

from rathaus.accounts.models import Account, Authentication
from rathaus.core.clock import now
from rathaus.core.jobs import cron
from rathaus.core.secrets import digest

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
MOBILE = {"iPhone", "iPad", "Android"}


@dataclass(frozen=True)
class Device:
    """A browser that is logged in."""

    id: int
    name: str
    is_mobile: bool
    since: datetime
    seen: datetime
    is_current: bool


def note(request: HttpRequest) -> None:
    """Remember this browser as logged in; again whenever the session gets a new key."""
    UserSession.objects.create_from_request(request)


def of(account: Account, *, current_key: str) -> list[Device]:
    """All log-ins of an account that still hold, this one first, then the newest."""
    rows = UserSession.objects.purge_and_list(account.user)
    seen = dict(
        Authentication.objects.filter(account=account).values_list("session_digest", "seen_at")
    )
    found = [
        Device(
            id=row.pk,
            name=describe(row.user_agent),
            is_mobile=any(word in row.user_agent for word in MOBILE),
            since=row.created_at,
            seen=seen.get(_digest(row), row.last_seen_at),
            is_current=row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(found, key=lambda d: (not d.is_current, -d.since.timestamp()))


def end(account: Account, *, device_id: int) -> bool:
    """Log one browser out; False if it is not one of this account."""
    row = UserSession.objects.filter(user_id=account.user_id, pk=device_id).first()
    if row is None:
        return False
    _end(row)
    return True


def end_others(account: Account, *, current_key: str) -> int:
    """Log all other browsers out; returns how many. Proofs of other sessions end too."""
    rows = UserSession.objects.filter(user_id=account.user_id).exclude(session_key=current_key)
    count = len(rows)
    for row in rows:
        _end(row)
    mine = digest(current_key, "session")
    Authentication.objects.filter(account=account).exclude(session_digest=mine).delete()
    return count


@cron("accounts.drop_ended_devices", every=timedelta(hours=6))
def drop_ended() -> None:
    """Deletion rule: a log-in that is over is not remembered."""
    held = Session.objects.filter(expire_date__gte=now()).values("session_key")
    UserSession.objects.exclude(session_key__in=held).delete()


def describe(user_agent: str) -> str:
    """``Firefox auf Windows``; what cannot be told is said so."""
    browser = next((name for word, name in BROWSERS if word in user_agent), "")
    system = next((name for word, name in SYSTEMS if word in user_agent), "")
    if browser and system:
        return _("%(browser)s auf %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unbekanntes Gerät")


def _end(row: UserSession) -> None:
    Authentication.objects.filter(session_digest=_digest(row)).delete()
    row.end()


def _digest(row: UserSession) -> str:
    return digest(row.session_key, "session")
