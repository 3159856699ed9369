"""Staff signed in with both factors, as the program itself does it, without typing."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client
from django.utils.module_loading import import_string

from rathaus.core.clock import now
from rathaus.core.models import User
from rathaus.core.ratelimit import reset
from rathaus.desk import entry
from rathaus.organisation.models import StaffMember

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SESSION_STORE = "django.contrib.sessions.backends.db.SessionStore"


def sign_in(client: Client, user: User) -> None:
    """Give `client` a session in which `user` proved a second factor.

    `Client.force_login` alone does not open the desk, and must not: a password is not enough.
    """
    request = HttpRequest()
    request.session = import_string(SESSION_STORE)()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    login(request, user, backend=entry.BACKEND)
    entry.mark_proved(request, user, "totp")
    request.session.save()
    client.cookies["rathaus_arbeit"] = request.session.session_key or ""


def with_app(staff: StaffMember, secret: str = SECRET) -> StaffMember:
    """Give `staff` an app and recovery codes that they have kept."""
    totp.TOTP.activate(staff.user, secret)
    RecoveryCodes.activate(staff.user).mark_as_viewed()
    return staff


def code_of(staff: StaffMember, *, steps: int = 0) -> str:
    """What the app of `staff` shows now, or some steps of 30 seconds earlier or later."""
    row = Authenticator.objects.get(user=staff.user, type="totp")
    counter = int(now().timestamp()) // 30 + steps
    return totp.format_hotp_value(totp.hotp_value(totp.decrypt(row.data["secret"]), counter))


def recovery_codes_of(staff: StaffMember) -> list[str]:
    """The recovery codes on paper that still count."""
    row = Authenticator.objects.get(user=staff.user, type="recovery_codes")
    return list(RecoveryCodes(row).get_unused_codes())


def forget_tries(staff: StaffMember) -> None:
    """As if a quarter of an hour had passed since the last wrong code."""
    reset("desk-factor", str(staff.user_id))
