"""``rathaus account address``: into an account again after the mailbox is lost."""

from __future__ import annotations

import sys

from django.core.exceptions import ValidationError

from rathaus.accounts.actions import recovery
from rathaus.accounts.errors import AccountError, AddressTaken
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.proceedings.models import Application


def address_command(who: str, new: str, *, by: str) -> int:
    """0: done, 1: there is no such account or the address is taken, 2: wrong use."""
    account = _account(who.strip())
    if account is None:
        return _no(1, f"Zu „{who}“ gibt es kein offenes Konto.")
    try:
        recovery.give_address(account=account, email=new, actor=Actor.staff("", by[:120]))
    except ValidationError:
        return _no(2, f"„{new}“ ist keine E-Mail-Adresse.")
    except AddressTaken:
        return _no(1, f"Mit „{new}“ meldet sich schon jemand an.")
    except AccountError:
        return _no(1, "Das Konto ist inzwischen geschlossen.")
    print(
        f"Eingetragen. Mit „Passwort vergessen“ und {new} legt die Person ein neues Passwort fest."
    )
    print("Hat sie auch die App verloren: rathaus account unlock")
    return 0


def _account(who: str) -> Account | None:
    """By the address of the log-in, else by a case that the account itself has sent."""
    if "@" in who:
        try:
            return recovery.find(who)
        except LookupError:
            return None
    rows = Application.objects.filter(case__reference=who, account__closed_at=None)
    found = rows.select_related("account__chain", "account__user").first()
    return found.account if found else None


def _no(code: int, text: str) -> int:
    print(text, file=sys.stderr)
    return code
