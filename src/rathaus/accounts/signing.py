"""Logging in to an account and out again: the session gets a new key both times."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import login, logout
from django.http import HttpRequest

from rathaus.accounts import assurance
from rathaus.accounts.actions import representation
from rathaus.accounts.models import Account, Authentication, Identity
from rathaus.accounts.sources.base import Verified
from rathaus.core.clock import now

BACKEND = "rathaus.accounts.backends.ResidentBackend"
SINCE = "signed_in_at"
"""Key in the session: when the person logged in to the account."""


def sign_in(
    request: HttpRequest, account: Account, verified: Verified, *, identity: Identity | None = None
) -> Authentication:
    """Log in to `account` on the strength of `verified`.

    The session gets a new key, so that one somebody else knew or planted is worth nothing.
    What a guest or another account proved before in this session does not go along.
    """
    before = assurance.session_digest(request)
    if before:
        earlier = Authentication.objects.filter(session_digest=before)
        earlier.exclude(account=account).delete()
    login(request, account.user, backend=BACKEND)
    if before:
        assurance.move(request, from_digest=before)
    moment = now()
    request.session[SINCE] = moment.isoformat()
    Account.objects.filter(pk=account.pk).update(last_used_at=moment, warned_at=None)
    if identity is not None:
        Identity.objects.filter(pk=identity.pk).update(
            last_used_at=moment, last_level=int(verified.level)
        )
    UserSession.objects.create_from_request(request)
    _forget_known(request)
    _let_act(account, verified)
    return assurance.raise_to(request, verified, account=account)


def step_up(
    request: HttpRequest, verified: Verified, *, account: Account | None = None
) -> Authentication:
    """Raise the level of this session; who is logged in stays so, a guest stays a guest.

    `account` only if this log-in opens it: one that is not linked is no proof for the account.
    """
    before, key = assurance.session_digest(request), request.session.session_key
    if key:
        request.session.cycle_key()
        assurance.move(request, from_digest=before)
        UserSession.objects.filter(session_key=key).update(session_key=request.session.session_key)
    if account is not None:
        _let_act(account, verified)
    else:
        assurance.drop_guests(request)
    return assurance.raise_to(request, verified, account=account)


def sign_out(request: HttpRequest) -> None:
    """End the session with everything it proved. Drafts stay where they are."""
    assurance.forget(request)
    logout(request)
    _forget_known(request)


def _let_act(account: Account, verified: Verified) -> None:
    """A log-in of a company also proves for whom the person may act."""
    if verified.organisation:
        representation.from_verified(account, verified, account.actor)


def _forget_known(request: HttpRequest) -> None:
    """What was looked up about the person who was there before."""
    for name in ("_account", "_assurance"):
        if hasattr(request, name):
            delattr(request, name)
