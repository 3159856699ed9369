"""What goes with a case: sub-apps say it here, everything else is found by its foreign keys.

``register("work.comments", order=20)`` on a function that deletes and returns how many rows.
Lower orders run first. What nobody registered is found by following foreign keys to the rows
that go: cascading ones are deleted, nullable ones with ``SET_NULL`` are emptied, and rows of
the record's own sub-apps (``records…``) are deleted also where they protect, because nothing
but disposal may delete them, or where they hold a copy of the content. A protecting row of any
other room stops the destruction loudly: that room has to delete it when it hears
`CaseDestroyed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.deletion import DO_NOTHING, SET_NULL

from rathaus.core.models import Blob
from rathaus.records.disposal.errors import StillReferenced
from rathaus.records.models import Case

Remover = Callable[[Case], int]
FAMILY = "records"
DEPTH = 12


@dataclass(frozen=True)
class _Registered:
    name: str
    order: int
    remove: Remover


_removers: dict[str, _Registered] = {}
KEPT = {"records_disposal.item", "records_disposal.tombstone", "records_disposal.process"}
"""Models that outlive the case: only their reference to it is emptied."""


def register(name: str, *, order: int = 50) -> Callable[[Remover], Remover]:
    """Decorator: delete something of a case, in the transaction that destroys it."""

    def decorate(remove: Remover) -> Remover:
        _removers[name] = _Registered(name, order, remove)
        return remove

    return decorate


def run_registered(case: Case) -> dict[str, int]:
    """Let all sub-apps delete what they hold of `case`; names with numbers of rows."""
    ordered = sorted(_removers.values(), key=lambda one: (one.order, one.name))
    return {one.name: one.remove(case) for one in ordered}


@dataclass
class Gone:
    """What a removal took away."""

    rows: dict[str, int] = field(default_factory=dict)
    blobs: set[int] = field(default_factory=set)
    seen: set[tuple[str, Any]] = field(default_factory=set)
    """Rows that are being removed: references may go in circles."""

    def count(self, model: type[models.Model], number: int) -> None:
        """Note deleted rows."""
        label = model._meta.label_lower
        self.rows[label] = self.rows.get(label, 0) + number


def remove_below(model: type[models.Model], keys: Iterable[Any], gone: Gone) -> None:
    """Delete everything that refers to rows of `model`, then these rows; notes contents.

    Raises: StillReferenced.
    """
    _below(model, list(keys), gone, 0)


def _below(model: type[models.Model], keys: list[Any], gone: Gone, depth: int) -> None:
    label = model._meta.label_lower
    keys = [key for key in keys if (label, key) not in gone.seen]
    gone.seen.update((label, key) for key in keys)
    if not keys:
        return
    if depth > DEPTH:
        raise StillReferenced(f"{model._meta.label}: too many levels of references")
    for relation in references(model):
        _relation(relation, keys, gone, depth)
    _note_blobs(model, keys, gone)
    rows = model._base_manager.filter(pk__in=keys)
    gone.count(model, rows._raw_delete(rows.db))


def _relation(relation: Any, keys: list[Any], gone: Gone, depth: int) -> None:
    model, name = relation.related_model, relation.field.name
    rows = model._base_manager.filter(**{f"{name}__in": keys})
    found = list(rows.values_list("pk", flat=True))
    if not found:
        return
    ours = model._meta.app_label.startswith(FAMILY)
    if model._meta.label_lower in KEPT or (
        relation.on_delete is SET_NULL and not (ours and _holds_content(model))
    ):
        rows.update(**{name: None})
    elif ours or relation.on_delete is models.CASCADE:
        _below(model, found, gone, depth + 1)
    elif relation.on_delete is not DO_NOTHING:
        raise StillReferenced(f"{model._meta.label}.{name} ({len(found)})")


def _holds_content(model: type[models.Model]) -> bool:
    """Whether rows keep a content themselves, as what came in does beside its document."""
    return any(one.related_model is Blob for one in model._meta.concrete_fields if one.is_relation)


def _note_blobs(model: type[models.Model], keys: list[Any], gone: Gone) -> None:
    for one in model._meta.concrete_fields:
        if one.remote_field is not None and one.related_model is Blob:
            values = model._base_manager.filter(pk__in=keys).values_list(one.attname, flat=True)
            gone.blobs.update(pk for pk in values if pk is not None)


def still_used(blob: int) -> bool:
    """Whether any row of any room refers to this content."""
    for relation in references(Blob):
        model: Any = relation.related_model
        if model._base_manager.filter(**{relation.field.attname: blob}).exists():
            return True
    return False


def references(model: type[models.Model]) -> list[Any]:
    """All foreign keys to `model`, also hidden ones (``related_name="+"``, link tables)."""
    return [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
    ]
