"""The inventory of shelves, and what was taken off them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.organisation.models import Office
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
    cabinet: str = "",
    content: str = "",
    priority: int = 2,
    state: str = ShelfState.OPEN,
    shelf: Shelf | None = None,
) -> Shelf:
    """A new shelf, or other words and measures for `shelf`. Raises: ShelfInvalid."""
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
    for key, value in values.items():
        setattr(row, key, value)
    fields = list(values) if row.pk else None
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError:
        raise ShelfInvalid({"name": _("Dieses Regal gibt es schon.")}) from None
    return row


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
                pk=shelf.pk, cleared__lte=F("centimetres") - centimetres
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
    except IntegrityError:
        text = _("Dieser Stapel oder diese Übernahme ist dort schon eingetragen.")
        raise ShelfInvalid({"work": text}) from None
    shelf.refresh_from_db()
    return work
