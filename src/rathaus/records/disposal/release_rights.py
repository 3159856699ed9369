"""Who may release a destruction: the second pair of eyes."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, Q, QuerySet

from rathaus.organisation.models import Membership, Office, Role
from rathaus.organisation.permissions import Grants
from rathaus.records.disposal.models import Process

PERMISSION = "records.release"


def may_release(grants: Grants, process: Process) -> bool:
    """Held in the registry's office, or in every office that has cases in the process."""
    mine = {office.pk for office in grants.offices(PERMISSION)}
    if mine & set(registry_offices()):
        return True
    offices = set(
        Office.objects.filter(cases__disposal_items__process=process).values_list("pk", flat=True)
    )
    return bool(offices) and offices <= mine


def releasable(grants: Grants, rows: QuerySet[Process]) -> QuerySet[Process]:
    """Those of `rows` that somebody with `grants` may release; asks nothing by itself."""
    mine = {office.pk for office in grants.offices(PERMISSION)}
    others: Any = Process.objects.filter(
        Q(items__case__isnull=False) & ~Q(items__case__office__in=mine)
    )
    having: Any = Process.objects.filter(items__case__office__in=mine)
    own = Q(pk__in=having.values("pk")) & ~Q(pk__in=others.values("pk"))
    registry = Membership.objects.filter(role=Role.RECORDS_MANAGER, office__in=mine)
    return rows.filter(own | Q(Exists(registry)))


def registry_offices() -> list[int]:
    """Offices in which the records managers are."""
    rows = Membership.objects.filter(role=Role.RECORDS_MANAGER)
    return list(rows.values_list("office_id", flat=True))
