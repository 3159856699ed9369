"""Every write of this room changes the revision on which the caches hang."""

from __future__ import annotations

import uuid

from django.db.models.signals import post_delete, post_save

from rathaus.catalogue import queries
from rathaus.catalogue.models import CatalogueRevision, Service, ServiceVersion, Topic


def changed(**kwargs: object) -> None:
    """Give the catalogue a new revision. Bulk writes send no signals: call this after them."""
    CatalogueRevision.objects.update_or_create(pk=1, defaults={"revision": uuid.uuid4()})
    queries.forget()


def connect() -> None:
    """Watch the models of this room."""
    for model in (Topic, Service, ServiceVersion):
        for signal in (post_save, post_delete):
            signal.connect(changed, sender=model, dispatch_uid=f"catalogue-{model.__name__}")
