"""From the staging area into the record."""

from __future__ import annotations

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.records import actions as records
from rathaus.records.intake import events, jobs
from rathaus.records.intake.actions.describe import family
from rathaus.records.intake.actions.state import move
from rathaus.records.intake.models import Item
from rathaus.records.intake.reading.kinds import MAIL
from rathaus.records.intake.states import ItemState
from rathaus.records.models import Case, Document, DocumentKind, RenditionKind


def file_item(
    *,
    item: Item,
    case: Case,
    actor: Actor,
    title: str = "",
    kind: str = "",
    with_children: bool = True,
) -> Document:
    """File an item as a document of `case`: its bytes exactly as they came.

    Attachments (`with_children`) and detached signatures that passed the checks go along as
    documents of their own. The caller has looked `case` up among what the person may see.

    Raises: MovedOn where it is not ready (any more); rathaus.records.actions.CaseIsClosed.
    """
    with transaction.atomic():
        document = _file(item, case, actor, title or item.title, kind or kind_of(item))
        for one in family(item):
            belongs = with_children or one.beside_id == item.pk
            if one.pk != item.pk and belongs and one.state == ItemState.READY:
                _file(one, case, actor, one.title, kind_of(one, inside=True))
    return document


def kind_of(item: Item, *, inside: bool = False) -> str:
    """What a document is by default: a mail is a message, the rest letters or proofs."""
    if item.content_type in MAIL:
        return DocumentKind.MESSAGE
    return DocumentKind.UPLOAD if inside or item.parent_id else DocumentKind.LETTER


def _file(item: Item, case: Case, actor: Actor, title: str, kind: str) -> Document:
    text = item.text if item.content_type in MAIL else ""
    move(item, "file", None, actor=actor)
    document = records.file_document(
        case=case,
        title=title,
        kind=kind,
        content=item.blob,
        name=item.name,
        content_type=item.content_type,
        direction=item.direction,
        actor=actor,
        text=text,
    )
    if item.view_id and item.view is not None:
        version = document.versions.get(number=1)
        records.add_rendition(
            version=version,
            kind=RenditionKind.PDF,
            content=item.view,
            actor=actor,
            verdict="view of the mail",
        )
    Item.objects.filter(pk=item.pk).update(document=document)
    item.document = document
    filed = events.Filed(document_id=str(document.public_id), reference=case.reference)
    record(item.chain, filed, actor=actor)
    taken = events.DocumentTakenIn(
        document_id=str(document.public_id),
        item_id=str(item.public_id),
        source=str(item.source),
        received_at=item.received_at.isoformat(),
        original_sha256=[*originals(item), item.blob.sha256],
        signature=str(item.signature.get("verdict", "")),
        virus=str(item.virus),
    )
    record(case.chain, taken, actor=actor)
    enqueue(jobs.learn, dedupe_key=f"intake.learn:{item.pk}", item_id=item.pk)
    return document


def originals(item: Item) -> list[str]:
    """sha256 of everything the item was made of, the first arrivals first."""
    found: list[str] = []
    for origin in item.origins.select_related("original__blob"):
        if origin.original is None:
            found.append(origin.sha256)
            continue
        found += [*originals(origin.original), origin.original.blob.sha256]
    return list(dict.fromkeys(found))
