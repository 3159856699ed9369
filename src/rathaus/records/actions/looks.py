"""That somebody opened a protected dossier or a case in it is kept."""

from __future__ import annotations

from django.db import transaction

from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.records import accesslog, events_plan
from rathaus.records.actions.histories import note
from rathaus.records.models import Case, Dossier
from rathaus.records.states import Access


def note_dossier_view(*, dossier: Dossier, actor: Actor) -> None:
    """For restricted dossiers; looking again within half an hour is one look."""
    if dossier.access != Access.RESTRICTED:
        return
    if accesslog.is_new(dossier.chain, events_plan.DossierViewed.name, actor):
        with transaction.atomic():
            note(dossier, events_plan.DossierViewed(), actor=actor)


def note_case_view(*, case: Case, actor: Actor) -> None:
    """Like `note_dossier_view`, in the history of the case."""
    if case.dossier.access != Access.RESTRICTED:
        return
    if accesslog.is_new(case.chain, events_plan.CaseViewed.name, actor):
        with transaction.atomic():
            record(case.chain, events_plan.CaseViewed(), actor=actor)
