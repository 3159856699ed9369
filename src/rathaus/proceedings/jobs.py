"""Work after the commit: receipt, letters, notices, clearing of old drafts.

Every handler may run twice: each looks first whether its effect is there already.
"""

from __future__ import annotations

import contextlib
import uuid
from datetime import timedelta

from rathaus.core import jobs, storage
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record, together
from rathaus.core.models import Blob
from rathaus.forms import uploads
from rathaus.forms.models import Upload
from rathaus.payments import actions as payments
from rathaus.payments.errors import FourEyesRequired, ManualRefundNeeded
from rathaus.payments.models import Refund
from rathaus.proceedings import documents, filing, notices
from rathaus.proceedings.errors import DraftAlreadySubmitted, DraftConflict
from rathaus.proceedings.events import LetterReady, ReceiptReady
from rathaus.proceedings.models import Application, Draft, DraftState, Letter, Verification
from rathaus.records import actions as records
from rathaus.records.models import Document

WORKER = Actor.system("worker")
STRAY_AFTER = timedelta(days=1)


@jobs.job("proceedings.make_receipt")
def make_receipt(*, application_id: int) -> None:
    """Make the receipt with all answers, file it, then tell the resident."""
    application = documents.load(application_id)
    verification = documents.verification(application, kind="receipt", key="receipt")
    if verification.document_id is not None:
        return
    pdf = storage.put(documents.receipt_pdf(application, verification))
    with contextlib.suppress(documents.AlreadyIssued), together():
        _file(application, verification, pdf, kind="application", name="eingangsbestaetigung")
        record(application.case.chain, ReceiptReady(sha256=pdf.sha256), actor=WORKER)
        jobs.enqueue(send_notice, application_id=application.pk, key="submitted")


@jobs.job("proceedings.make_payment_receipt")
def make_payment_receipt(*, application_id: int) -> None:
    """Make the payment receipt once the claim is paid; exactly one per claim."""
    application = documents.load(application_id)
    verification = documents.verification(application, kind="payment", key="payment")
    if verification.document_id is not None:
        return
    pdf = storage.put(documents.payment_receipt_pdf(application, verification))
    with contextlib.suppress(documents.AlreadyIssued), together():
        _file(application, verification, pdf, kind="payment_receipt", name="zahlungsbeleg")
        jobs.enqueue(send_notice, application_id=application.pk, key="paid")


@jobs.job("proceedings.make_letter")
def make_letter(*, letter_id: int) -> None:
    """Make the letter's PDF, file it, close the case of a decision, tell the resident."""
    letter = Letter.objects.select_related("application", "decision__decided_by").get(pk=letter_id)
    if letter.document_id is not None:
        return
    application = documents.load(letter.application_id)
    verification = documents.verification(
        application, kind="letter", key=f"letter:{letter.pk}", title=letter.title
    )
    signer = letter.decision.decided_by if letter.decision else None
    pdf = storage.put(documents.letter_pdf(application, letter, verification, signer=signer))
    with contextlib.suppress(documents.AlreadyIssued), together():
        document = _file(application, verification, pdf, kind="letter", name="schreiben")
        Letter.objects.filter(pk=letter.pk).update(document=document)
        event = LetterReady(letter=str(letter.public_id), sha256=pdf.sha256)
        record(application.case.chain, event, actor=WORKER)
        if letter.decision is not None:
            records.close_case(case=application.case, actor=WORKER)
        jobs.enqueue(send_notice, application_id=application.pk, key=f"letter:{letter.pk}")


def _file(
    application: Application, verification: Verification, pdf: Blob, *, kind: str, name: str
) -> Document:
    """File a PDF whose bytes are stored already: nothing waits for the disk in a transaction."""
    document = filing.file_pdf(
        application, title=verification.title, kind=kind, content=pdf, name=name, actor=WORKER
    )
    documents.seal(verification, document, pdf.sha256)
    return document


@jobs.job("proceedings.send_notice")
def send_notice(*, application_id: int, key: str) -> None:
    """Send one e-mail notice, if the resident gave an address."""
    notices.send(documents.load(application_id), key)


@jobs.job("proceedings.pay_back")
def pay_back(*, refund_id: int) -> None:
    """Carry out a refund that the provider can make and that needs no second person.

    Every other one stays as it is: requested, on the list of the cashier.
    """
    refund = Refund.objects.get(pk=refund_id)
    with contextlib.suppress(FourEyesRequired, ManualRefundNeeded):
        payments.execute_refund(refund=refund, actor=WORKER)


@jobs.job("proceedings.sweep_uploads")
def sweep_uploads(*, owner: str) -> None:
    """Drop a sent draft's uploads: what the answers name is filed, the rest is not needed."""
    uploads.sweep(uuid.UUID(owner), keep=())


@jobs.cron("proceedings.sweep_stray_uploads", every=timedelta(hours=6))
def sweep_stray_uploads() -> None:
    """Deletion rule: files of messages and answers that were never sent go after a day."""
    open_drafts = Draft.objects.filter(state=DraftState.OPEN).values("public_id")
    stray = Upload.objects.filter(created__lt=now() - STRAY_AFTER).exclude(owner__in=open_drafts)
    for upload in stray.select_related("blob").iterator():
        uploads.discard(upload)


@jobs.cron("proceedings.delete_old_drafts", every=timedelta(hours=6))
def delete_old_drafts() -> None:
    """Deletion rule: drafts nobody touched for 30 days go, with their uploads."""
    from rathaus.proceedings.actions.drafts import discard

    old = Draft.objects.filter(state=DraftState.OPEN, expires_at__lt=now())
    for draft in old.iterator():
        # Sent or gone on with since it was listed: it stays, and the others still go.
        with contextlib.suppress(DraftAlreadySubmitted, DraftConflict):
            discard(draft=draft, actor=WORKER, only_expired=True)
