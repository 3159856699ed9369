"""The second factor of the demo town's staff: an app that everybody can look into.

Like the password, the secrets are public: they follow from the login. They open nothing but the
demo town, whose people exist only in the simulation (`organisation.queries.staff_of`).
"""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from rathaus.core.clock import now
from rathaus.organisation.models import StaffMember

PERIOD = 30


def enrol_all() -> None:
    """Give everybody without second factor the public one, as if set up long ago."""
    for staff in StaffMember.objects.select_related("user"):
        if not Authenticator.objects.filter(user=staff.user).exists():
            TOTP.activate(staff.user, secret_of(staff.user.login))
            RecoveryCodes.activate(staff.user).mark_as_viewed()


def secret_of(login: str) -> str:
    """What the app of this person was given."""
    digest = hashlib.sha256(f"rathaus-demo {login}".encode()).digest()
    return base64.b32encode(digest[:20]).decode()


def code_of(login: str, *, steps: int = 0) -> str:
    """What the app of this person shows."""
    return shown(secret_of(login), steps=steps)


def shown(secret: str, *, steps: int = 0) -> str:
    """What an app shows now, or some steps of 30 seconds earlier or later."""
    counter = int(now().timestamp()) // PERIOD + steps
    return str(format_hotp_value(hotp_value(secret, counter)))


def seconds_left() -> int:
    """How long the code of now is shown."""
    return PERIOD - int(now().timestamp()) % PERIOD
