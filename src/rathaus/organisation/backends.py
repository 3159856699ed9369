"""The door for staff: it finds nobody but staff."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from rathaus.core.models import User
from rathaus.organisation.models import StaffMember


class StaffBackend(ModelBackend):
    """Log-in with name and password, for members of staff."""

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(
            request, username=username, password=password
        )
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        """Active, and a member of staff."""
        return (
            super().user_can_authenticate(user)
            and StaffMember.objects.filter(user_id=user.pk).exists()
        )

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session; one query."""
        return User.objects.filter(pk=user_id, is_active=True, staff__isnull=False).first()
