"""What changes in a record without its text changing."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from rathaus.core.events import EventType, subscribe
from rathaus.core.jobs import enqueue
from rathaus.core.models import Event
from rathaus.records.events import CaseClosed, CaseReopened
from rathaus.records.finding import jobs, plan_search
from rathaus.records.models import Case, Dossier, FilingPlanEntry
from rathaus.records.work.events import TagAdded, TagMerged, TagRemoved


def _remark(_event: EventType, row: Event) -> None:
    case_id = Case.objects.filter(chain=row.chain_id).values_list("pk", flat=True).first()
    if case_id is not None:
        enqueue(jobs.remark, dedupe_key=f"remark:{case_id}", case_id=case_id)


for _kind in (CaseClosed, CaseReopened, TagAdded, TagRemoved):
    subscribe(_kind)(_remark)


@subscribe(TagMerged)
def on_tags_merged(event: TagMerged, _row: Event) -> None:
    """Everything that carried the other tag is known under the one that was kept."""
    enqueue(jobs.remark_tag, tag=event.kept)


@receiver(post_save, sender=Dossier)
def on_dossier_saved(
    instance: Dossier, update_fields: frozenset[str] | None = None, **_more: Any
) -> None:
    """A dossier made by hand is found under its words from the moment it exists."""
    if not instance.automatic and (update_fields is None or "title" in update_fields):
        plan_search.remember(instance)


@receiver(post_save, sender=FilingPlanEntry)
def on_place_saved(**_more: Any) -> None:
    """The words of the plan are read anew; other processes see it by the plan's history."""
    plan_search.forget()
