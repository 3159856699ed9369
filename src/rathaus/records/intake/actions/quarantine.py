"""Quarantine: released only by two people, each with the permission for it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.organisation.models import StaffMember
from rathaus.records.intake import events
from rathaus.records.intake.actions.receive import enqueue_check
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.errors import IntakeError, MovedOn, NotYours
from rathaus.records.intake.models import Item, VirusState
from rathaus.records.intake.states import ItemState


def ask_release(*, item: Item, staff: StaffMember, reason: str, actor: Actor) -> Item:
    """Say why the scanner is wrong; somebody else has to agree. Raises: MovedOn, IntakeError."""
    reason = reason.strip()
    if len(reason) < 10:
        raise IntakeError(_("Begründen Sie, warum die Datei trotzdem harmlos ist."))
    with transaction.atomic():
        asked = Item.objects.filter(
            pk=item.pk, state=ItemState.QUARANTINED, release_asked_by=None
        ).update(release_asked_by=staff, release_reason=reason[:500])
        if not asked:
            raise MovedOn
        record(item.chain, events.ReleaseAsked(reason=reason[:500]), actor=actor)
    item.release_asked_by, item.release_reason = staff, reason[:500]
    return item


def release(*, item: Item, staff: StaffMember, actor: Actor) -> Item:
    """Agree: the item goes on as if the scanner had said nothing.

    Raises: NotYours for the person who asked, MovedOn.
    """
    asked_by = _asked_by(item)
    if asked_by == staff.pk:
        raise NotYours(_("Die Freigabe muss eine zweite Person bestätigen."))
    with transaction.atomic():
        event = events.Released(virus_name=item.virus_name)
        changes = {"virus": VirusState.RELEASED, "release_asked_by_id": asked_by, "tries": 0}
        move(item, "release", event, actor=actor, **changes)
        enqueue_check(item)
    return item


def refuse_release(*, item: Item, actor: Actor) -> Item:
    """Say no: it stays in quarantine, and may be asked for again. Raises: MovedOn."""
    _asked_by(item)
    with transaction.atomic():
        changed = Item.objects.filter(
            pk=item.pk, state=ItemState.QUARANTINED, release_asked_by__isnull=False
        ).update(release_asked_by=None, release_reason="")
        if not changed:
            raise MovedOn
        record(item.chain, events.ReleaseRefused(), actor=actor)
    item.release_asked_by, item.release_reason = None, ""
    return item


def _asked_by(item: Item) -> int:
    item.refresh_from_db(fields=["release_asked_by", "state"])
    if item.release_asked_by_id is None or item.state != ItemState.QUARANTINED:
        raise MovedOn
    return int(item.release_asked_by_id)
