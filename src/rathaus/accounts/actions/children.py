"""Children a parent acts for: declared by the parent, over on the day they come of age."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from rathaus.accounts import queries
from rathaus.accounts.errors import OfAge, TooMany
from rathaus.accounts.events import ChildDeclared, ChildEnded
from rathaus.accounts.models import Account, Child
from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.core.models import Event, EventPersonalData

MOST = 20


@transaction.atomic
def declare_child(
    *, account: Account, first_names: str, last_name: str, birth_date: date, actor: Actor
) -> Child:
    """Raises: OfAge (also for a birth date in the future), TooMany."""
    if birth_date > today() or birth_date <= queries.grown_up_since():
        raise OfAge(birth_date.isoformat())
    if queries.minors(account).count() >= MOST:
        raise TooMany(MOST)
    child = Child.objects.create(
        account=account,
        first_names=first_names[:120],
        last_name=last_name[:120],
        birth_date=birth_date,
        declared_at=now(),
    )
    event = ChildDeclared(child=str(child.public_id), child_name=child.name)
    record(account.chain, event, actor=actor)
    return child


@transaction.atomic
def end_child(*, child: Child, actor: Actor, reason: str = "removed") -> bool:
    """Act for the child no more; what was said about it is erased. False if it was over."""
    gone, _ = Child.objects.filter(pk=child.pk).delete()
    if gone:
        ident, chain = str(child.public_id), child.account.chain
        told = Event.objects.filter(chain=chain, type=ChildDeclared.name, data__child=ident)
        EventPersonalData.objects.filter(event__in=told).delete()
        record(chain, ChildEnded(child=ident, reason=reason), actor=actor)
    return bool(gone)
