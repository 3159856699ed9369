"""What happens to an account, in the account's own chain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, event_type


@event_type("accounts.opened", text=_("Servicekonto eröffnet"))
class AccountOpened(EventType):
    """Somebody has an account from now on."""

    method: str
    """``local``, or the key of the source of the first log-in."""


@event_type("accounts.security_changed", text=_("Zugangsdaten geändert"))
class SecurityChanged(EventType):
    """Password, passkey, second step or address were changed; nothing secret in it."""

    what: str
    """``password_changed``, ``passkey_added`` …"""


@event_type("accounts.consent_given", text=_("Einwilligung gegeben"))
class ConsentGiven(EventType):
    """The person agreed to a text."""

    kind: str
    text_version: str
