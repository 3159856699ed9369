"""From the watched scan folder into a batch: what the intake took in is not lost between them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.records.intake import actions as intake
from rathaus.records.intake.errors import IntakeError
from rathaus.records.intake.models import Item
from rathaus.records.scanning.actions.batches import add_file
from rathaus.records.scanning.errors import NotReady
from rathaus.records.scanning.models import ScanBatch, ScanFile


def take_items(*, batch: ScanBatch, items: Sequence[Item], actor: Actor) -> list[ScanFile]:
    """Move items of the scan folder into `batch`; each is gone from the staging area then.

    All or none, so that no scan is in both places. Raises: NotReady, MovedOn.
    """
    taken = []
    with transaction.atomic():
        for item in items:
            if item.office_id != batch.office_id:
                raise NotReady(_("Diese Scans gehören einem anderen Amt."))
            content = item.blob.read()
            taken.append(add_file(batch=batch, content=content, name=item.name, actor=actor))
            try:
                intake.discard(
                    item=item,
                    reason=_("In den Stapel %(ref)s genommen") % {"ref": batch.reference},
                    actor=actor,
                )
            except IntakeError as error:
                raise NotReady(str(error)) from error
    return taken
