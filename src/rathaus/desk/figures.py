"""The figures over the basket. Bounded reads: never a count over all cases."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from statistics import median

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rathaus.core.clock import BERLIN, now, today
from rathaus.proceedings.models import CorrectionRequest
from rathaus.proceedings.models.application import ApplicationQuerySet

DAYS = 90
MOST = 500
"""Newest decided cases that the usual duration is computed from."""


def received_today(visible: ApplicationQuerySet) -> int:
    """Those of `visible` that reached the desk since midnight in Germany."""
    midnight = datetime.combine(today(), time(), BERLIN)
    since = midnight - timedelta(days=30)
    return visible.filter(submitted_at__gte=since, released_at__gte=midnight).count()


def usual_duration(visible: ApplicationQuerySet) -> timedelta | None:
    """Median time of `visible` from the desk to the decision, without waiting for residents.

    Of the cases that came in within 90 days: old ones do not distort it, and the median
    does not care about a single case that took months.
    """
    since = now() - timedelta(days=DAYS)
    decided = list(
        visible.filter(submitted_at__gte=since, decided_at__isnull=False, released_at__isnull=False)
        .order_by("-submitted_at")
        .values_list("pk", "released_at", "decided_at")[:MOST]
    )
    if not decided:
        return None
    waited: dict[int, timedelta] = defaultdict(timedelta)
    requests = CorrectionRequest.objects.filter(
        application__in=[pk for pk, _released, _decided in decided], answered_at__isnull=False
    )
    for pk, asked, answered in requests.values_list("application_id", "created_at", "answered_at"):
        if answered is not None:
            waited[pk] += answered - asked
    seconds = [
        max(0.0, (done - released - waited[pk]).total_seconds())
        for pk, released, done in decided
        if released is not None and done is not None
    ]
    return timedelta(seconds=median(seconds))


def duration_text(span: timedelta | None) -> str:
    """ "2,1 Tage", "5 Stunden"; a dash where nothing was decided."""
    if span is None:
        return "–"
    hours = span.total_seconds() / 3600
    if hours < 1:
        return _("unter 1 Stunde")
    if hours < 36:
        number = round(hours)
        return ngettext("%(n)s Stunde", "%(n)s Stunden", number) % {"n": number}
    return _("%(n)s Tage") % {"n": number_format(round(hours / 24, 1), 1)}
