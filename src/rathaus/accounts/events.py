"""What happens to an account, in the account's own chain."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


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


@event_type("accounts.organisation_founded", text=_("Organisation angelegt"))
class OrganisationFounded(EventType):
    """In the chain of the organisation and of the account."""

    organisation: str
    source: str
    """Who vouched for it; empty: told by the person."""


@event_type("accounts.representation_requested", text=_("Vertretung angefragt"))
class RepresentationRequested(EventType):
    """In both chains; `account` is its public id."""

    organisation: str
    account: str


@event_type("accounts.representation_began", text=_("Vertretung zugelassen"))
class RepresentationBegan(EventType):
    """Approved by an admin, or proved by a log-in of the organisation (`source`)."""

    organisation: str
    account: str
    role: str
    valid_until: str
    source: str = ""


@event_type("accounts.representation_changed", text=_("Vertretung geändert"))
class RepresentationChanged(EventType):
    """Another role or another last day."""

    organisation: str
    account: str
    role: str
    valid_until: str


@event_type("accounts.representation_refused", text=_("Vertretung abgelehnt"))
class RepresentationRefused(EventType):
    """An admin said no, or the person took the request back."""

    organisation: str
    account: str


@event_type("accounts.representation_ended", text=_("Vertretung beendet"))
class RepresentationEnded(EventType):
    """`reason`: left, removed, expired, account_closed."""

    organisation: str
    account: str
    reason: str


@event_type("accounts.invitation_made", text=_("Code für eine Vertretung ausgegeben"))
class InvitationMade(EventType):
    """In the organisation's chain."""

    invitation: str


@event_type("accounts.invitation_withdrawn", text=_("Code für eine Vertretung zurückgenommen"))
class InvitationWithdrawn(EventType):
    """In the organisation's chain."""

    invitation: str


@event_type("accounts.child_declared", text=_("Kind eingetragen"))
class ChildDeclared(EventType):
    """A parent says that this is their child."""

    child: str
    child_name: Annotated[str, Personal] = ""


@event_type("accounts.child_ended", text=_("Vertretung eines Kindes beendet"))
class ChildEnded(EventType):
    """`reason`: of_age, removed."""

    child: str
    reason: str


@event_type("accounts.profile_changed", text=_("Angaben im Profil geändert"))
class ProfileChanged(EventType):
    """Which statements, not what they say."""

    what: list[str]


@event_type("accounts.contact_confirmed", text=_("Adresse für Hinweise bestätigt"))
class ContactConfirmed(EventType):
    """The code sent to the address came back."""

    address: Annotated[str, Personal] = ""


@event_type("accounts.contact_removed", text=_("Adresse für Hinweise entfernt"))
class ContactRemoved(EventType):
    """No notices by e-mail any more."""


@event_type("accounts.notifications_chosen", text=_("Hinweise gewählt"))
class NotificationsChosen(EventType):
    """Which e-mails the person wants."""

    status: bool
    reminders: bool


@event_type("accounts.consent_withdrawn", text=_("Einwilligung zurückgenommen"))
class ConsentWithdrawn(EventType):
    """From then on nothing is done on the strength of it."""

    kind: str
    text_version: str


@event_type("accounts.case_attached", text=_("Vorgang ins Konto übernommen"))
class CaseAttached(EventType):
    """A case or draft begun without account, opened with its code."""

    kind: str
    """``application`` or ``draft``."""
    id: str


@event_type("accounts.export_requested", text=_("Kopie der eigenen Daten angefordert"))
class ExportRequested(EventType):
    """Art. 15 and 20 GDPR."""

    export: str


@event_type("accounts.export_taken", text=_("Kopie der eigenen Daten heruntergeladen"))
class ExportTaken(EventType):
    """The zip left the town hall."""

    export: str


@event_type("accounts.inactivity_warned", text=_("Vor der Löschung wegen Nichtnutzung gewarnt"))
class InactivityWarned(EventType):
    """How many days were left."""

    days: int


@event_type("accounts.closed", text=_("Servicekonto gelöscht"))
class AccountClosed(EventType):
    """`reason`: by_owner, inactive, consent_withdrawn.

    Other rooms clean up in the same transaction.
    """

    account: str
    reason: str


@event_type("accounts.identity_linked", text=_("Anmeldung verknüpft"))
class IdentityLinked(EventType):
    """A log-in of another account system opens the account from now on."""

    source: str
    identity: str
    """Public id of the link."""


@event_type("accounts.identity_unlinked", text=_("Verknüpfung gelöst"))
class IdentityUnlinked(EventType):
    """The log-in does not open the account any more."""

    source: str
    identity: str


@event_type("accounts.merged", text=_("Servicekonten zusammengeführt"))
class AccountsMerged(EventType):
    """In both chains: everything of `given_up` belongs to `kept`. Both are public ids."""

    kept: str
    given_up: str
