"""Which account is logged in on a page for residents."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from rathaus.accounts import queries
from rathaus.accounts.models import Account


def account_of(request: HttpRequest) -> Account | None:
    """The open account that is logged in here, or None; costs nothing without its cookie."""
    known: Account | bool | None = getattr(request, "_account", False)
    if isinstance(known, bool):
        known = _read(request)
        request._account = known  # type: ignore[attr-defined]
    return known


def signed_in(request: HttpRequest) -> Account:
    """The account of a page behind `account_required`."""
    account = account_of(request)
    if account is None:
        raise LookupError("this view needs account_required")
    return account


def _read(request: HttpRequest) -> Account | None:
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    account: Account | None = getattr(user, "account", None)
    if account is None or account.closed_at is not None:
        return None
    queries.remember(account)
    return account
