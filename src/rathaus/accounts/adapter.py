"""How allauth behaves here: whom it makes, how it writes, where it never redirects to."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rathaus.accounts import mail, passwords, signing, targets
from rathaus.accounts.actions.opening import new_login
from rathaus.accounts.models import Account
from rathaus.accounts.sources.base import Verified
from rathaus.accounts.texts import DONE, ERRORS
from rathaus.accounts.trust import TrustLevel
from rathaus.core import ratelimit, secrets
from rathaus.core.clock import now
from rathaus.core.middleware import sender_key
from rathaus.core.models import User
from rathaus.organisation import queries as organisation

AFTER_LOGIN = "after_login"
"""Key in the session: ``{"view", "args"}`` of the page somebody wanted before the log-in."""
LOCAL = "local"
PER = timedelta(minutes=15)
TRIES_PER_ADDRESS_AND_SENDER = 10
TRIES_FOR_ADDRESS = 100
"""From all senders: enough that nobody locks somebody else out from elsewhere with a few wrong
passwords, and few enough against guessing (NIST SP 800-63B, 5.2.2)."""
MAILS_FROM_SENDER = 5
"""To one address in an hour, asked for by one sender."""
MAILS_PER_HOUR = 20
"""To one address, whoever asks for them."""


class AccountAdapter(DefaultAccountAdapter):
    """Residents' accounts."""

    error_messages = {**DefaultAccountAdapter.error_messages, **ERRORS}

    def new_user(self, request: HttpRequest) -> AbstractBaseUser:
        """A registration: a user without account, for whom no door opens."""
        return User(login=new_login())

    def get_client_ip(self, request: HttpRequest) -> str:
        """A pseudonym in the form of an address: good for counting and comparing only.

        allauth writes it into its table of sessions; no real address is kept there.
        """
        mark = bytes.fromhex(secrets.digest(sender_key(request), "sender"))
        return str(IPv6Address(mark[:16]))

    def is_safe_url(self, url: str) -> bool:
        """Never: no address out of a request is followed."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """No page answers twice; only the passkey script asks for JSON."""
        return request.path == reverse("mfa_login_webauthn") and super().is_ajax(request)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Asked by our own guard (`portal.views.konto.fresh`), which knows all sources."""
        return False

    def get_login_stages(self) -> list[str]:
        return [
            "allauth.account.stages.EmailVerificationStage",
            "rathaus.accounts.factors.SecondStep",
            "allauth.mfa.webauthn.stages.PasskeySignupStage",
        ]

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        passwords.validate(password, _known_of(user))
        return password

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Per address against guessing one password, per sender against trying many people."""
        super().pre_authenticate(request, **credentials)
        email, sender = str(credentials.get("email", "")).lower(), sender_key(request)
        counted = (
            ("konto-login", f"{email} {sender}", TRIES_PER_ADDRESS_AND_SENDER),
            ("konto-login-address", email, TRIES_FOR_ADDRESS),
        )
        for bucket, key, limit in counted:
            if not ratelimit.allow(bucket, key, limit=limit, per=PER):
                raise self.validation_error("too_many_login_attempts")

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **more: Any
    ) -> HttpResponse | None:
        """A closed account and a member of staff get no further, whatever they proved."""
        if more.get("signup"):
            return None
        if Account.objects.filter(user_id=user.pk, closed_at=None, user__is_active=True).exists():
            return None
        return self.respond_user_inactive(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        clear_login(request)
        messages.error(request, _("Die Anmeldung hat nicht geklappt."))
        return redirect("portal:login")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Into the account, with a new session key and what was proved."""
        account = Account.objects.select_related("user").get(user_id=user.pk, closed_at=None)
        method = _method(get_authentication_records(request, user))
        email = EmailAddress.objects.get_primary_email(user)
        signing.sign_in(request, account, local_proof(method))
        if email:
            ratelimit.reset("konto-login", f"{email} {sender_key(request)}")

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """All or nothing: the address is confirmed and, the first time, the account opened."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:  # somebody else confirmed the same address at this moment
            messages.error(request, ERRORS["email_taken"])
            return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where somebody was going: a name noted by ourselves, else "Mein Bereich"."""
        wanted = request.session.pop(AFTER_LOGIN, None) or {}
        if not isinstance(wanted, dict):
            wanted = {}
        try:
            return targets.or_area(wanted.get("view"), wanted.get("args")).url
        except targets.UnknownTarget:
            return reverse("portal:security")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("portal:security")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("portal:security")

    def add_message(  # noqa: PLR0917
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """In our words; what we have no words for needs none."""
        text = message or DONE.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Into the outbox: sending never makes a page slower for known addresses."""
        if not _may_mail(email.lower(), sender_key(self.request)):
            return
        facts = {name: str(context[name]) for name in ("code", "from_email", "to_email")
                 if context.get(name)}  # fmt: skip
        mail.send(
            name=template_prefix.rsplit("/", 1)[-1],
            to=email,
            language=get_language() or "de",
            facts=facts,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """To the owner after each change of a way in; no limit on these."""
        to = email or EmailAddress.objects.get_primary_email(user) or _contact(user)
        if to:
            mail.send(
                name=template_prefix.rsplit("/", 1)[-1],
                to=to,
                language=get_language() or "de",
                facts={key: str(value) for key, value in (context or {}).items()},
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, codes from an app, recovery codes; secrets are sealed in the database."""

    error_messages = {**DefaultMFAAdapter.error_messages, **ERRORS}

    def encrypt(self, text: str) -> str:
        return secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Dark on white, in dark mode too: cameras need it so."""
        return str(segno.make(url, error="m").svg_inline(omitsize=True, border=4, light="#fff"))

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:
        number = _passkeys(user) + 1
        return _("Passkey %(number)s") % {"number": number}

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        address: str | None = EmailAddress.objects.get_primary_email(user)
        return address or _("Servicekonto")

    def _get_site_name(self) -> str:
        return organisation.town().full_name

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}


def local_proof(method: str) -> Verified:
    """What a local log-in proves: level "basic", whatever it was done with."""
    return Verified(
        source=LOCAL, subject="", level=TrustLevel.BASIC, method=method, authenticated_at=now()
    )


def _method(records: list[dict[str, Any]]) -> str:
    """``password``, ``password+totp``, ``passkey``: of the steps of this log-in."""
    names = []
    for entry in records[-2:]:
        if entry.get("method") == "mfa":
            names.append("passkey" if entry.get("type") == "webauthn" else str(entry.get("type")))
        elif entry.get("method"):
            names.append(str(entry["method"]))
    return "+".join(dict.fromkeys(names)) or "registration"


def _may_mail(email: str, sender: str) -> bool:
    """Whether another mail to this address may be asked for: nobody's mailbox is flooded."""
    counted = (
        ("konto-mail", f"{email} {sender}", MAILS_FROM_SENDER),
        ("konto-mail-address", email, MAILS_PER_HOUR),
    )
    hour = timedelta(hours=1)
    return all(ratelimit.allow(name, key, limit=limit, per=hour) for name, key, limit in counted)


def _known_of(user: AbstractBaseUser | None) -> list[str]:
    """What others know of the person, and of us: poor parts of a password."""
    known = [settings.BASE_URL, "servicekonto", "rathaus", organisation.town().name]
    if user is None or user._state.adding:
        return known
    known += EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
    for account in Account.objects.filter(user_id=user.pk):
        known += [account.first_names, account.last_name, account.phone]
    return known


def _passkeys(user: AbstractBaseUser) -> int:
    kind = Authenticator.Type.WEBAUTHN
    return int(Authenticator.objects.filter(user_id=user.pk, type=kind).count())


def _contact(user: AbstractBaseUser) -> str:
    account = Account.objects.filter(user_id=user.pk).first()
    return account.contact_email if account else ""
