"""Deletion that somebody demands (GDPR Art. 17) beside the duties to keep and to offer."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.records import indexing
from rathaus.records.disposal import erasure, events
from rathaus.records.disposal.errors import DisposalRefused
from rathaus.records.disposal.models import ErasureRequest
from rathaus.records.disposal.states import RequestState
from rathaus.records.models import Case, Document
from rathaus.search.models import Entry


def request_erasure(
    *, case: Case, received_on: date, actor: Actor, note: str = ""
) -> ErasureRequest:
    """Enter a request; the processing of the case is restricted until it is decided.

    Restricted means: no longer found by the search, marked on every page, first in the list
    of what is due. Raises: DisposalRefused if there is an open request already.
    """
    if received_on > today():
        raise DisposalRefused(_("Der Tag des Eingangs liegt in der Zukunft."))
    try:
        with transaction.atomic():
            found = ErasureRequest.objects.create(
                case=case,
                received_on=received_on,
                note=note.strip()[:300],
                entered_by=actor.label,
                entered_at=now(),
            )
            told = events.ErasureRequested(
                request=str(found.public_id),
                received_on=received_on.isoformat(),
                rule=erasure.rule_for(case).key,
            )
            record(case.chain, told, actor=actor)
            hide(case)
    except IntegrityError:
        reason = _("Zu diesem Vorgang liegt schon ein offenes Löschverlangen vor.")
        raise DisposalRefused(reason) from None
    return found


def close_request(*, request: ErasureRequest, note: str, actor: Actor) -> ErasureRequest:
    """The person took the request back; the case can be found again. Raises: DisposalRefused."""
    if not note.strip():
        raise DisposalRefused(_("Geben Sie an, warum das Löschverlangen endet."))
    with transaction.atomic():
        closed = ErasureRequest.objects.filter(pk=request.pk, state=RequestState.RESTRICTED).update(
            state=RequestState.WITHDRAWN,
            closed_at=now(),
            closed_by=actor.label,
            closing_note=note.strip()[:300],
        )
        if not closed:
            raise DisposalRefused(_("Das Löschverlangen ist schon abgeschlossen."))
        request.refresh_from_db()
        told = events.ErasureClosed(request=str(request.public_id), result=request.state)
        record(request.case.chain, told, actor=actor)
        Case.objects.filter(pk=request.case_id).update(indexed=False)
        Document.objects.filter(case_id=request.case_id).update(indexed=0)
        indexing.queue(request.case)
    return request


def hide(case: Case) -> None:
    """Take a case and its documents out of the search."""
    documents = Document.objects.filter(case=case).values_list("public_id", flat=True)
    keys = [str(case.public_id), *map(str, documents)]
    Entry.objects.filter(key__in=keys).delete()
