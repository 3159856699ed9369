"""Comments among staff, and the tasks that mentions are."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.core.jobs import enqueue
from rathaus.organisation.models import StaffMember
from rathaus.records.events import label_digest
from rathaus.records.models import Case, Document
from rathaus.records.work import events
from rathaus.records.work.errors import NotYours, Unfit
from rathaus.records.work.models import Comment, Mention
from rathaus.records.work.notices import notify

LONGEST = 5000


def comment(
    *,
    case: Case,
    text: str,
    author: StaffMember,
    actor: Actor,
    document: Document | None = None,
    parent: Comment | None = None,
    mentions: Sequence[StaffMember] = (),
) -> Comment:
    """Write a comment; each colleague mentioned gets a task and a notice by mail.

    Replies hang on the first comment of their thread. Raises: Unfit.
    """
    text = text.strip()
    if not text:
        raise Unfit(_("Schreiben Sie einen Kommentar."))
    if len(text) > LONGEST:
        raise Unfit(_("Der Kommentar ist zu lang. Erlaubt sind 5.000 Zeichen."))
    if parent is not None:
        if parent.case_id != case.pk:
            raise Unfit(_("Auf diesen Kommentar können Sie hier nicht antworten."))
        parent = parent.parent or parent
        document = parent.document
    with transaction.atomic():
        row = Comment.objects.create(
            case=case, document=document, parent=parent, author=author, text=text, created_at=now()
        )
        people = {person.pk: person for person in mentions if person.pk != author.pk}
        for person in people.values():
            Mention.objects.create(comment=row, staff=person)
            enqueue(notify, staff_id=person.pk, kind="mention")
        added = events.CommentAdded(
            comment_id=str(row.public_id),
            document_id=str(document.public_id) if document else "",
            digest=label_digest(row.salt, text),
            mentions=len(people),
        )
        record(case.chain, added, actor=actor)
    return row


def finish_mention(*, mention: Mention, people: Sequence[int], actor: Actor) -> bool:
    """Tick a mention off; `people` are the person and those (s)he stands in for.

    False if it was done before. Raises: NotYours.
    """
    if mention.staff_id not in people:
        raise NotYours(_("Dieser Hinweis richtet sich nicht an Sie."))
    with transaction.atomic():
        if not Mention.objects.filter(pk=mention.pk, done_at=None).update(done_at=now()):
            return False
        done = events.MentionDone(comment_id=str(mention.comment.public_id))
        record(mention.comment.case.chain, done, actor=actor)
    return True
