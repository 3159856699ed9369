"""Who works on a document. An old lock counts for nothing; nobody waits for anybody."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import local, now
from rathaus.core.events import record
from rathaus.organisation.models import StaffMember
from rathaus.records.models import Document
from rathaus.records.work import events
from rathaus.records.work.actions.comments import comment
from rathaus.records.work.errors import LockedByOther, Moved, Unfit
from rathaus.records.work.models import DocumentLock

LOCK_TIME = timedelta(minutes=30)


def take_lock(*, document: Document, staff: StaffMember, actor: Actor) -> DocumentLock:
    """Take the lock, or renew one's own: it lasts 30 minutes from now.

    Only taking leaves an event, renewing does not. Raises: LockedByOther.
    """
    moment = now()
    until = moment + LOCK_TIME
    rows = DocumentLock.objects.filter(document=document)
    with transaction.atomic():
        if rows.filter(staff=staff, until__gt=moment).update(until=until):
            return rows.get()
        free = rows.filter(Q(until__lte=moment) | Q(staff=staff))
        if not free.update(staff=staff, taken_at=moment, until=until):
            try:
                with transaction.atomic():
                    DocumentLock.objects.create(
                        document=document, staff=staff, taken_at=moment, until=until
                    )
            except IntegrityError:
                raise locked(rows.select_related("staff").get()) from None
        taken = events.LockTaken(document_id=str(document.public_id))
        record(document.case.chain, taken, actor=actor)
    return rows.get()


def release_lock(*, document: Document, staff: StaffMember, actor: Actor) -> bool:
    """Give one's own lock back; False if there was none."""
    with transaction.atomic():
        if not DocumentLock.objects.filter(document=document, staff=staff).delete()[0]:
            return False
        released = events.LockReleased(document_id=str(document.public_id))
        record(document.case.chain, released, actor=actor)
    return True


def force_release(*, document: Document, reason: str, staff: StaffMember, actor: Actor) -> None:
    """Take somebody's lock away; the person is told, and finds the reason under the tasks.

    Raises: Unfit without a reason, Moved if nobody holds a lock any more.
    """
    if len(reason.strip()) < 5:
        raise Unfit(_("Nennen Sie den Grund in wenigen Worten."))
    with transaction.atomic():
        held = DocumentLock.objects.filter(document=document, until__gt=now())
        row = held.select_related("staff").first()
        if row is None or not held.filter(staff=row.staff).delete()[0]:
            raise Moved(_("Das Dokument ist schon wieder frei."))
        forced = events.LockForced(
            document_id=str(document.public_id), holder_id=str(row.staff.user_id), reason=reason
        )
        record(document.case.chain, forced, actor=actor)
        if row.staff_id != staff.pk:
            text = _("Ihre Sperre wurde aufgehoben: %(reason)s") % {"reason": reason}
            comment(
                case=document.case,
                document=document,
                text=text,
                author=staff,
                mentions=[row.staff],
                actor=actor,
            )


def locked(row: DocumentLock) -> LockedByOther:
    """The refusal that names the colleague and the time."""
    text = _("%(name)s arbeitet gerade an diesem Dokument, längstens bis %(time)s Uhr.") % {
        "name": row.staff.name,
        "time": f"{local(row.until):%H:%M}",
    }
    return LockedByOther(text, holder=row.staff.name, until=row.until)
