"""The residents' door: it finds nobody but residents."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from rathaus.core.models import User


class ResidentBackend(AuthenticationBackend):
    """Log-in with a confirmed e-mail address and a password, for owners of an open account.

    Unknown address, address not confirmed, closed account, no password: the answer is the
    same as for a wrong password and takes as long.
    """

    def authenticate(
        self, request: HttpRequest | None, *, email: str = "", password: str = "", **unknown: Any
    ) -> AbstractBaseUser | None:
        if not email or unknown:
            return None
        found: AbstractBaseUser | None = super().authenticate(
            request, email=email, password=password
        )
        return found

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        address = (
            EmailAddress.objects.filter(email=email.lower(), verified=True)
            .filter(user__is_active=True, user__account__isnull=False)
            .filter(user__account__closed_at=None)
            .select_related("user")
            .first()
        )
        return self._check_password(address.user if address else None, password)

    def _check_password(
        self, user: AbstractBaseUser | None, password: str
    ) -> AbstractBaseUser | None:
        if user is None:
            return None
        self._did_check_password = True
        return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session; one query."""
        found = User.objects.filter(
            pk=user_id, is_active=True, account__isnull=False, account__closed_at=None
        )
        return found.select_related("account").first()
