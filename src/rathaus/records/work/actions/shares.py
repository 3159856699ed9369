"""Access for somebody outside: open, enter, fetch, revoke."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from rathaus.core import ratelimit, secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now, today
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import StaffMember
from rathaus.records import events as record_events
from rathaus.records.models import Case, DocumentVersion
from rathaus.records.work import events
from rathaus.records.work.errors import Moved, Unfit
from rathaus.records.work.models import Share, ShareItem
from rathaus.records.work.notices import mail_share

LONGEST = timedelta(days=180)
CODE_GROUPS = 3
TRIES = 10
"""Wrong codes per share in `WINDOW`, from whatever address."""
SENDER_TRIES = 20
WINDOW = timedelta(minutes=30)


class TooMany(Exception):
    """Too many tries; wait half an hour."""


class WrongCode(Exception):
    """Link and code do not belong together, or the share is over. Never says which."""


def open_share(
    *,
    case: Case,
    versions: Sequence[DocumentVersion],
    recipient: str,
    purpose: str,
    expires_on: date,
    staff: StaffMember,
    actor: Actor,
    address: Callable[[uuid.UUID], str],
    email: str = "",
) -> tuple[Share, str]:
    """Let somebody outside read versions until a day; returns the share and its code.

    The code is kept nowhere: show it once. `address` makes the link, which is mailed to
    `email` if there is one. Raises: Unfit.
    """
    recipient, purpose = " ".join(recipient.split()), " ".join(purpose.split())
    if not recipient:
        raise Unfit(_("Geben Sie an, wer lesen darf."))
    if not purpose:
        raise Unfit(_("Geben Sie den Anlass an, zum Beispiel „Akteneinsicht nach § 29 VwVfG“."))
    if not versions:
        raise Unfit(_("Wählen Sie mindestens ein Dokument aus."))
    if not today() <= expires_on <= today() + LONGEST:
        raise Unfit(_("Das Ende liegt zwischen heute und in 180 Tagen."))
    if any(version.document.case_id != case.pk for version in versions):
        raise Unfit(_("Alle Dokumente gehören zu diesem Vorgang."))
    code = secrets.new_code(CODE_GROUPS)
    with transaction.atomic():
        ident = uuid.uuid4()
        share = Share.objects.create(
            public_id=ident,
            case=case,
            recipient=recipient[:160],
            email=email,
            purpose=purpose[:300],
            code_digest=_digest(ident, code),
            created_by=staff,
            created_at=now(),
            expires_on=expires_on,
        )
        for number, version in enumerate(versions, 1):
            ShareItem.objects.create(share=share, number=number, version=version)
        opened = events.ShareOpened(
            share_id=str(share.public_id),
            versions=[str(version.public_id) for version in versions],
            expires_on=expires_on.isoformat(),
            recipient=share.recipient,
            purpose=share.purpose,
        )
        record(case.chain, opened, actor=actor)
        if email:
            enqueue(
                mail_share,
                address=secrets.seal(email),
                link=address(ident),
                until=f"{expires_on:%d.%m.%Y}",
            )
    return share, code


def enter_share(*, public_id: uuid.UUID, code: str, sender: str) -> Share:
    """Open a share with its code; that is an event. Raises: TooMany, WrongCode."""
    if not ratelimit.allow("share-sender", sender, limit=SENDER_TRIES, per=WINDOW):
        raise TooMany
    if not ratelimit.allow("share", str(public_id), limit=TRIES, per=WINDOW):
        raise TooMany
    share = running(public_id)
    given = _digest(public_id, secrets.normalise_code(code))
    if share is None or not hmac.compare_digest(given, share.code_digest):
        raise WrongCode
    ratelimit.reset("share", str(public_id))
    with transaction.atomic():
        Share.objects.filter(pk=share.pk, seen_at=None).update(seen_at=now())
        visited = events.ShareVisited(share_id=str(public_id))
        record(share.case.chain, visited, actor=visitor(share))
    return share


def running(public_id: uuid.UUID) -> Share | None:
    """The share, if it is neither over nor revoked."""
    rows = Share.objects.filter(public_id=public_id, revoked_at=None, expires_on__gte=today())
    return rows.select_related("case__chain", "case__office").first()


def fetch_item(*, share: Share, number: int) -> DocumentVersion | None:
    """A version of a share that is running, by its number; fetching is an event."""
    item = (
        ShareItem.objects.filter(share=share, number=number)
        .select_related("version__blob", "version__document")
        .first()
    )
    if item is None:
        return None
    version = item.version
    with transaction.atomic():
        if not Share.objects.filter(pk=share.pk, revoked_at=None, expires_on__gte=today()).exists():
            return None
        ShareItem.objects.filter(pk=item.pk).update(fetched=F("fetched") + 1)
        ident = str(version.public_id)
        who = visitor(share)
        fetched = events.ShareFetched(share_id=str(share.public_id), version_id=ident)
        record(share.case.chain, fetched, actor=who)
        viewed = record_events.DocumentViewed(
            document_id=str(version.document.public_id), version_id=ident
        )
        record(share.case.chain, viewed, actor=who)
    return version


def revoke_share(*, share: Share, actor: Actor) -> None:
    """End a share at once. Raises: Moved if it is revoked."""
    with transaction.atomic():
        if not Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=now()):
            raise Moved(_("Diese Freigabe ist schon beendet."))
        revoked = events.ShareRevoked(share_id=str(share.public_id))
        record(share.case.chain, revoked, actor=actor)


def visitor(share: Share) -> Actor:
    """Whoever has link and code; the name stands in the event of opening, erasable."""
    return Actor("resident", f"share:{share.public_id}", _("Person mit Freigabe"))


def _digest(ident: uuid.UUID, code: str) -> str:
    return secrets.digest(secrets.normalise_code(code), f"share:{ident}")
