"""Links between dossiers, cases and documents."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import EventType, record
from rathaus.organisation.models import StaffMember
from rathaus.records.models import Case, Document, Dossier
from rathaus.records.work import events
from rathaus.records.work.errors import Unfit
from rathaus.records.work.models import Link, LinkKind

End = Dossier | Case | Document


def link(
    *, source: End, target: End, kind: str, actor: Actor, staff: StaffMember | None = None
) -> Link:
    """Say how `source` stands to `target`; the same link twice is the one there is.

    The caller has found both ends through the queries of somebody who may see them.
    Raises: Unfit.
    """
    if kind not in LinkKind.values:
        raise Unfit(_("Wählen Sie, wie beides zueinander steht."))
    if type(source) is type(target) and source.pk == target.pk:
        raise Unfit(_("Etwas lässt sich nicht mit sich selbst verknüpfen."))
    values = {column("from", source): source, column("to", target): target}
    with transaction.atomic():
        known = Link.objects.filter(kind=kind, **values).first()
        if known is not None:
            return known
        row = Link.objects.create(
            kind=kind, created_by=staff, created_at=now(), **_all_columns(values)
        )
        for here, there in ((source, target), (target, source)):
            added = events.LinkAdded(link_id=str(row.public_id), kind=kind, other=name_of(there))
            _record(here, added, actor)
    return row


def unlink(*, row: Link, actor: Actor) -> bool:
    """Take a link away; False if it is gone. A redacted version stays linked: Unfit."""
    if row.kind == LinkKind.REDACTED:
        raise Unfit(_("Diese Verknüpfung gehört zur geschwärzten Fassung und bleibt."))
    source, target = ends(row)
    with transaction.atomic():
        if not Link.objects.filter(pk=row.pk).delete()[0]:
            return False
        for here, there in ((source, target), (target, source)):
            gone = events.LinkRemoved(
                link_id=str(row.public_id), kind=row.kind, other=name_of(there)
            )
            _record(here, gone, actor)
    return True


def column(side: str, end: End) -> str:
    """The column that holds an end of this kind."""
    return f"{side}_{type(end).__name__.lower()}"


def ends(row: Link) -> tuple[End, End]:
    """Both ends of a link."""
    found: list[End] = []
    for side in ("from", "to"):
        for what in ("dossier", "case", "document"):
            end = getattr(row, f"{side}_{what}")
            if end is not None:
                found.append(end)
    return found[0], found[1]


def name_of(end: End) -> str:
    """How an event names an end: never a title, which may hold personal data."""
    return str(end.public_id) if isinstance(end, Document) else end.reference


def _all_columns(values: dict[str, End]) -> dict[str, Any]:
    return dict(values)


def _record(end: End, event: EventType, actor: Actor) -> None:
    if isinstance(end, Case):
        record(end.chain, event, actor=actor)
    elif isinstance(end, Document):
        record(end.case.chain, event, actor=actor)
