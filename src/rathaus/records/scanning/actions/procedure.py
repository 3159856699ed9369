"""Keeping the procedure document: a new version only when its content changed."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from rathaus.core import storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.records.scanning import procedure
from rathaus.records.scanning.models import ProcedureVersion


def record_procedure(*, actor: Actor) -> ProcedureVersion:
    """The version of today's content; made, with its PDF/A, if there is none yet."""
    content = procedure.content()
    digest = procedure.digest(content)
    known = ProcedureVersion.objects.filter(sha256=digest).first()
    if known is not None:
        return known
    newest = ProcedureVersion.objects.first()
    number = newest.number + 1 if newest else 1
    moment = now()
    blob = storage.put(procedure.pdf(content, number=number, at=moment))
    try:
        with transaction.atomic():
            return ProcedureVersion.objects.create(
                number=number,
                sha256=digest,
                content=content,
                blob=blob,
                made_by=actor.label,
                created_at=moment,
            )
    except IntegrityError:
        return ProcedureVersion.objects.get(sha256=digest)
