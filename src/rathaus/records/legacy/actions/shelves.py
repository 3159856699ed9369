"""The inventory of shelves, and what was taken off them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import EventType
from rathaus.organisation.models import Office
from rathaus.records.actions.histories import append
from rathaus.records.legacy import events
from rathaus.records.legacy.errors import ShelfInvalid
from rathaus.records.legacy.models import ImportRun, Shelf, ShelfState, ShelfWork
from rathaus.records.scanning.models import ScanBatch

MOST = 100_000
"""Centimetres: no shelf has a kilometre."""


def save_shelf(
    *,
    office: Office,
    room: str,
    name: str,
    centimetres: int,
    actor: Actor,
    cabinet: str = "",
    content: str = "",
    priority: int = 2,
    state: str = ShelfState.OPEN,
    shelf: Shelf | None = None,
) -> Shelf:
    """A new shelf, or other words and measures for `shelf`; its history keeps what it was.

    Raises: ShelfInvalid.
    """
    errors: dict[str, str] = {}
    if not room.strip():
        errors["room"] = _("In welchem Raum steht es?")
    if not name.strip():
        errors["name"] = _("Wie heißt das Regal, zum Beispiel „Regal 3“?")
    if not 1 <= centimetres <= MOST:
        errors["metres"] = _("Wie viele Meter Papier stehen darin, zum Beispiel 1,8?")
    elif shelf is not None and centimetres < shelf.cleared:
        errors["metres"] = _("Es ist schon mehr geleert. Die Länge kann nicht kleiner sein.")
    if priority not in {1, 2, 3}:
        errors["priority"] = _("Wählen Sie eine Reihenfolge von 1 bis 3.")
    if state not in ShelfState.values:
        errors["state"] = _("Wählen Sie einen der angebotenen Werte.")
    if errors:
        raise ShelfInvalid(errors)
    row = shelf or Shelf()
    values: dict[str, Any] = {
        "office": office,
        "room": room.strip()[:80],
        "cabinet": cabinet.strip()[:80],
        "name": name.strip()[:80],
        "content": content.strip()[:200],
        "centimetres": centimetres,
        "priority": priority,
        "state": state,
    }
    before = _written(row) if row.pk else {}
    for key, value in values.items():
        setattr(row, key, value)
    after = _written(row)
    if before == after:
        return row
    try:
        with transaction.atomic():
            if row.pk is None:
                row.save()
            elif not Shelf.objects.filter(pk=row.pk, removed_at__isnull=True).update(**values):
                raise ShelfInvalid({"name": _("Dieses Regal ist inzwischen entfernt.")})
            _note(row, _change(row, before, after), actor)
    except IntegrityError:
        raise ShelfInvalid({"name": _("Dieses Regal gibt es schon.")}) from None
    return row


def remove_shelf(*, shelf: Shelf, reason: str, actor: Actor) -> Shelf:
    """Take a shelf out of the inventory, because it was a mistake or is gone.

    What was cleared stays in the history, but counts no more. Raises: ShelfInvalid.
    """
    reason = reason.strip()[:200]
    if len(reason) < 3:
        raise ShelfInvalid({"grund": _("Nennen Sie den Grund in wenigen Worten.")})
    with transaction.atomic():
        rows = Shelf.objects.filter(pk=shelf.pk, removed_at__isnull=True)
        if not rows.update(removed_at=now()):
            raise ShelfInvalid({"grund": _("Dieses Regal ist inzwischen entfernt.")})
        removed = events.ShelfRemoved(shelf=str(shelf.public_id), reason=reason)
        _note(shelf, removed, actor)
    shelf.refresh_from_db()
    return shelf


def record_work(
    *,
    shelf: Shelf,
    centimetres: int,
    day: date,
    actor: Actor,
    note: str = "",
    run: ImportRun | None = None,
    batch: ScanBatch | None = None,
) -> ShelfWork:
    """Some centimetres of a shelf are digital now; never more than stand there.

    Raises: ShelfInvalid.
    """
    if centimetres < 1:
        raise ShelfInvalid({"metres": _("Wie viele Meter sind jetzt leer, zum Beispiel 0,4?")})
    if day > today():
        raise ShelfInvalid({"day": _("Das Datum liegt in der Zukunft.")})
    try:
        with transaction.atomic():
            rows = Shelf.objects.filter(
                pk=shelf.pk, removed_at__isnull=True, cleared__lte=F("centimetres") - centimetres
            ).exclude(state=ShelfState.KEPT)
            if not rows.update(cleared=F("cleared") + centimetres, state=ShelfState.WORKING):
                raise ShelfInvalid({"metres": _("So viel Papier steht dort nicht mehr.")})
            full = Shelf.objects.filter(pk=shelf.pk, cleared=F("centimetres"))
            full.update(state=ShelfState.DONE)
            work = ShelfWork.objects.create(
                shelf=shelf,
                day=day,
                centimetres=centimetres,
                note=note.strip()[:200],
                run=run,
                batch=batch,
                made_by=actor.label,
                created_at=now(),
            )
            shelf.refresh_from_db()
            cleared = events.ShelfCleared(
                shelf=str(shelf.public_id),
                centimetres=centimetres,
                day=day.isoformat(),
                left=shelf.centimetres - shelf.cleared,
                by=batch.reference if batch else run.reference if run else "",
            )
            _note(shelf, cleared, actor)
    except IntegrityError:
        text = _("Dieser Stapel oder diese Übernahme ist dort schon eingetragen.")
        raise ShelfInvalid({"work": text}) from None
    return work


def _written(shelf: Shelf) -> dict[str, str]:
    """What an event says about a shelf."""
    names = ("room", "cabinet", "name", "content", "centimetres", "priority", "state")
    return {"office": shelf.office.key, **{name: str(getattr(shelf, name)) for name in names}}


def _change(shelf: Shelf, before: dict[str, str], after: dict[str, str]) -> EventType:
    if not before:
        return events.ShelfMade(shelf=str(shelf.public_id), values=after)
    changed = [name for name in after if before[name] != after[name]]
    return events.ShelfChanged(
        shelf=str(shelf.public_id),
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )


def _note(shelf: Shelf, event: EventType, actor: Actor) -> None:
    """Append to the history of a shelf, which begins with its first event."""
    append(shelf, "shelf", event, actor=actor)
