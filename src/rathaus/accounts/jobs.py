"""Regular work on accounts: what is over ends, what is forgotten is removed."""

from __future__ import annotations

from datetime import timedelta

from rathaus.accounts import queries
from rathaus.accounts.actions import acting, children
from rathaus.accounts.models import Child, Representation, RepresentationState
from rathaus.core import jobs
from rathaus.core.actors import Actor
from rathaus.core.clock import today

WORKER = Actor.system("accounts")


@jobs.cron("accounts.end_what_is_over", every=timedelta(hours=6))
def end_what_is_over() -> None:
    """Children who came of age, representations whose last day is over.

    Nobody waits for this job: the queries look at the day themselves.
    """
    grown = Child.objects.filter(birth_date__lte=queries.grown_up_since())
    for child in grown.select_related("account__chain").iterator():
        children.end_child(child=child, actor=WORKER, reason="of_age")
    over = Representation.objects.filter(state=RepresentationState.ACTIVE, valid_until__lt=today())
    for row in over.select_related("organisation__chain", "account__chain").iterator():
        acting.expire(representation=row, actor=WORKER)
