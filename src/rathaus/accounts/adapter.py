"""How allauth behaves here: whom it makes, how it writes, where it never redirects to."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from rathaus.accounts.actions.opening import new_login
from rathaus.core import secrets
from rathaus.core.middleware import sender_key
from rathaus.core.models import User
from rathaus.organisation import queries as organisation


class AccountAdapter(DefaultAccountAdapter):
    """Residents' accounts."""

    def new_user(self, request: HttpRequest) -> AbstractBaseUser:
        return User(login=new_login())

    def get_client_ip(self, request: HttpRequest) -> str:
        """The sender as we count it: of IPv6 the network only."""
        return sender_key(request) or "0.0.0.0"  # noqa: S104

    def is_safe_url(self, url: str) -> bool:
        """Never: no address out of a request is followed."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """No page answers twice; only the passkey script asks for JSON."""
        return request.path.endswith("/passkey/") and super().is_ajax(request)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Asked by our own guard (`portal.konto.fresh`), which knows federated log-ins too."""
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, TOTP, recovery codes; secrets are sealed in the database."""

    def encrypt(self, text: str) -> str:
        return secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text)

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        address: str | None = EmailAddress.objects.get_primary_email(user)
        return address or "Servicekonto"

    def _get_site_name(self) -> str:
        return organisation.town().full_name

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}
