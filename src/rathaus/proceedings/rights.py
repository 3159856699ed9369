"""Cases whose clerk may not work in their dossier any more go back to the basket."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction

from rathaus.core import jobs
from rathaus.core.actors import Actor
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.proceedings.actions import casework
from rathaus.proceedings.models import Application
from rathaus.proceedings.models.application import ApplicationQuerySet
from rathaus.proceedings.states import OPEN_STATES, MoveRefused
from rathaus.records import queries as records
from rathaus.records import reasons
from rathaus.records.models import Dossier
from rathaus.records.states import Access

RECORDS = Actor.system("records")


@jobs.cron("proceedings.free_cases", every=timedelta(hours=6))
def free_cases() -> None:
    """Soon after access was changed; regularly for grants and substitutions that ran out."""
    held = _restricted().exclude(assigned_to=None)
    clerks = StaffMember.objects.filter(pk__in=held.order_by().values("assigned_to"))
    for staff in clerks.select_related("user"):
        organisation.remembering(staff)  # rights are asked for once, however many cases there are
        rows = held.filter(assigned_to=staff).select_related("case__dossier").defer("answers")
        for application in list(rows.order_by("pk")):
            if not records.may_work(staff, application.case.dossier):
                _free(application.pk, staff)


def unattended(dossier: Dossier, viewers: Iterable[reasons.Viewer]) -> list[str]:
    """References of running cases of a restricted dossier that nobody may work on."""
    if dossier.access != Access.RESTRICTED:
        return []
    working = {viewer.staff.pk for viewer in viewers if viewer.may_write}
    if any(person.pk in working for person in organisation.members([dossier.office])):
        return []
    rows = _restricted().filter(case__dossier=dossier)
    return list(rows.order_by("pk").values_list("case__reference", flat=True)[:20])


def _restricted() -> ApplicationQuerySet:
    return Application.objects.filter(
        state__in=OPEN_STATES, case__dossier__access=Access.RESTRICTED
    )


def _free(key: int, staff: StaffMember) -> None:
    with transaction.atomic():
        application = (
            Application.objects.filter(pk=key, assigned_to=staff, state__in=OPEN_STATES)
            .select_related("case__chain", "claim", "assigned_to")
            .first()
        )
        if application is not None:  # else it was handed on or has ended meanwhile
            with suppress(MoveRefused):
                casework.take_away(application=application, actor=RECORDS)
