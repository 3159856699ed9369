"""What happens to staff and rights, in the chain of the town itself."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from rathaus.core.events import EventType, Personal, event_type


@event_type("organisation.town_loaded", text=_("Angaben der Stadt eingespielt"))
class TownLoaded(EventType):
    """Town, offices and staff were read from a file."""

    offices: int
    staff: int
    source_sha256: str


@event_type("organisation.staff_created", text=_("Zugang angelegt"))
class StaffCreated(EventType):
    """Somebody got an account."""

    staff_id: str
    login: Annotated[str, Personal]
    full_name: Annotated[str, Personal]
    roles: list[str]
    """``office:role``."""


@event_type("organisation.staff_deactivated", text=_("Zugang gesperrt"))
class StaffDeactivated(EventType):
    """Somebody may no longer log in."""

    staff_id: str


@event_type("organisation.role_granted", text=_("Recht erteilt"))
class RoleGranted(EventType):
    """Somebody got a role in an office."""

    staff_id: str
    office: str
    role: str
    source: str = ""
    """Key of the directory that keeps it; empty: given here."""


@event_type("organisation.role_revoked", text=_("Recht entzogen"))
class RoleRevoked(EventType):
    """Somebody lost a role in an office."""

    staff_id: str
    office: str
    role: str
    source: str = ""
    """Key of the directory that kept it."""


@event_type("organisation.substitute_set", text=_("Vertretung geändert"))
class SubstituteSet(EventType):
    """Who stands in for somebody; empty: nobody."""

    staff_id: str
    substitute_id: str
    first_day: str = ""
    last_day: str = ""


@event_type("organisation.password_set", text=_("Kennwort geändert"))
class PasswordSet(EventType):
    """Somebody's password was set; never which one."""

    staff_id: str


@event_type("organisation.staff_invited", text=_("Einladung zum ersten Kennwort"))
class StaffInvited(EventType):
    """Somebody got a link to choose a password; never which link."""

    staff_id: str
    until: str
    """ISO 8601; then the link no longer counts."""


@event_type("organisation.closure_added", text=_("Schließtag eingetragen"))
class ClosureAdded(EventType):
    """An office, or without office the town hall, is closed on a day."""

    office: str
    date: str
    reason: str


@event_type("organisation.staff_changed", text=_("Angaben geändert"))
class StaffChanged(EventType):
    """Name or ways to reach somebody were changed."""

    staff_id: str
    fields: list[str]


@event_type("organisation.staff_reactivated", text=_("Zugang wieder geöffnet"))
class StaffReactivated(EventType):
    """Somebody may log in again."""

    staff_id: str


@event_type("organisation.directory_linked", text=_("Mit dem Verzeichnis verbunden"))
class DirectoryLinked(EventType):
    """Somebody logs in with the town's directory from now on."""

    staff_id: str
    source: str


@event_type("organisation.factor_added", text=_("Zweiter Faktor eingerichtet"))
class FactorAdded(EventType):
    """``totp``, ``webauthn`` or ``recovery_codes``; never which secret."""

    staff_id: str
    kind: str


@event_type("organisation.factor_removed", text=_("Zweiter Faktor entfernt"))
class FactorRemoved(EventType):
    """One of several factors is gone."""

    staff_id: str
    kind: str


@event_type("organisation.factors_reset", text=_("Zweiter Faktor zurückgesetzt"))
class FactorsReset(EventType):
    """All factors of somebody are gone; the next log-in leads to setting one up."""

    staff_id: str


@event_type("organisation.recovery_code_used", text=_("Ersatzcode verwendet"))
class RecoveryCodeUsed(EventType):
    """Somebody logged in with one of the codes on paper."""

    staff_id: str
    left: int
