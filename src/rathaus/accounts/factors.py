"""Second step after the password: when it is asked for, and codes that count once."""

from __future__ import annotations

from datetime import timedelta

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from rathaus.accounts.models import SpentAssertion
from rathaus.core import ratelimit
from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.core.secrets import digest

PERIOD = timedelta(seconds=30)
TRIES = ((10, timedelta(minutes=15)), (50, timedelta(days=1)))
"""Codes that may be tried for one person, whoever tries (NIST SP 800-63B, 5.2.2: 100)."""


class SecondStep(AuthenticateStage):
    """Asked for whoever switched on codes from an app.

    A passkey is a way in of its own: adding one must not lock somebody out who logs in with
    the password at another device.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        return has_totp(self.login.user) and super()._should_handle(request)


def has_totp(user: User | None) -> bool:
    """Whether codes from an app are switched on."""
    return (
        user is not None
        and Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    )


def may_try(user: User) -> bool:
    """Count a try to give a code, for all processes together."""
    return all(
        ratelimit.allow(f"konto-code-{limit}", str(user.pk), limit=limit, per=per)
        for limit, per in TRIES
    )


def spend_code(user: User, code: str) -> bool:
    """Count a valid code from an app; False if it was used before.

    In the database, for all processes together, for as long as the code could be valid:
    allauth remembers used codes per process only, and shorter than it accepts them.
    """
    valid_for = PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 2)
    mark = digest(f"{user.pk} {normalize_user_code(code)}", "totp")
    SpentAssertion.objects.filter(digest=mark, expires_at__lt=now()).delete()
    try:
        with transaction.atomic():
            SpentAssertion.objects.create(digest=mark, expires_at=now() + valid_for)
    except IntegrityError:
        return False
    return True
