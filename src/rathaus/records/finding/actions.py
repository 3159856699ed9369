"""Keeping searches. They are nobody's record, so they leave no events; texts stay private."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.organisation.models import Office, StaffMember
from rathaus.organisation.permissions import grants
from rathaus.records.finding.models import Look, SavedSearch
from rathaus.records.finding.wanted import MAX_ADDRESS, Wanted

MAX_SAVED = 50


class CannotSave(ValueError):
    """A search that cannot be kept; says why in German."""


def save(
    *, staff: StaffMember, name: str, wanted: Wanted, office: Office | None = None
) -> SavedSearch:
    """Keep a search under a name, for oneself or for everybody of `office`.

    Raises: CannotSave.
    """
    name = " ".join(name.split())
    address = wanted.address()
    if not name or len(name) > 80:
        raise CannotSave(_("Geben Sie der Suche einen Namen mit höchstens 80 Zeichen."))
    if not wanted.asks or len(address) > MAX_ADDRESS:
        raise CannotSave(_("Suchen Sie zuerst nach etwas; dann können Sie die Suche speichern."))
    if office is not None and not grants(staff).can("records.view", office):
        raise CannotSave(_("Mit diesem Amt können Sie nichts teilen."))
    if SavedSearch.objects.filter(owner=staff).count() >= MAX_SAVED:
        raise CannotSave(_("Mehr als 50 Suchen kann niemand überblicken. Löschen Sie eine alte."))
    try:
        with transaction.atomic():
            return SavedSearch.objects.create(
                owner=staff, name=name, address=address, office=office, created_at=now()
            )
    except IntegrityError:
        raise CannotSave(_("Eine Suche mit diesem Namen haben Sie schon.")) from None


def delete(*, staff: StaffMember, public_id: UUID) -> bool:
    """Delete an own search; False if it is not one's own."""
    deleted, _rows = SavedSearch.objects.filter(owner=staff, public_id=public_id).delete()
    return bool(deleted)


def looked(*, search: SavedSearch, staff: StaffMember, position: int) -> None:
    """Remember that somebody saw everything up to `position`."""
    with soft_atomic():
        Look.objects.update_or_create(
            search=search, staff=staff, defaults={"position": position, "at": now()}
        )
