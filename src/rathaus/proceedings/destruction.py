"""What goes when the case of an application is destroyed at the end of its retention.

Claims, payments and refunds stay: they hang on the chain, not on the case, and the law keeps
them for a time of their own (§ 147 AO). Everything else that tells of the person goes.
"""

from __future__ import annotations

from uuid import UUID

from rathaus.core.events import subscribe
from rathaus.core.models import Blob, Event
from rathaus.forms.models import Upload
from rathaus.proceedings.models import (
    Application,
    CorrectionRequest,
    Decision,
    Draft,
    Letter,
    Message,
    Notice,
    Seen,
    Verification,
)
from rathaus.records.disposal.destruction import shred
from rathaus.records.disposal.events import CaseDestroyed
from rathaus.records.disposal.removal import still_used


@subscribe(CaseDestroyed)
def on_case_destroyed(event: CaseDestroyed, row: Event) -> None:
    """Answers, messages, letters, decision, draft and uploads, in the same transaction."""
    application = Application.objects.filter(case__chain_id=row.chain_id).first()
    if application is None:
        return
    mine = {"application": application}
    Seen.objects.filter(message__application=application).delete()
    Seen.objects.filter(document__case_id=application.case_id).delete()
    for model in (Notice, Verification, Letter, Decision, CorrectionRequest, Message):
        model._base_manager.filter(**mine).delete()
    draft = Draft.objects.filter(application=application)
    owner = draft.values_list("public_id", flat=True).first()
    drafts = list(draft.values_list("pk", flat=True))
    Application.objects.filter(pk=application.pk).delete()
    Draft.objects.filter(pk__in=drafts).delete()
    if owner is not None:
        _uploads(owner)


def _uploads(owner: UUID) -> None:
    """Uploaded files that are nowhere else; those in the record go with the record."""
    rows = Upload.objects.filter(owner=owner)
    blobs = list(Blob.objects.select_for_update().filter(pk__in=rows.values("blob")).order_by("pk"))
    rows.delete()
    for blob in blobs:
        if not still_used(blob.pk):
            shred(blob)
