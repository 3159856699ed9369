"""Reminders to people with an account who want them: a date comes near."""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction

from rathaus.accounts import mail
from rathaus.accounts.models import Account
from rathaus.core import jobs
from rathaus.core.clock import now, today
from rathaus.payments.states import ClaimState
from rathaus.proceedings.jobs import send_notice
from rathaus.proceedings.models import Application, CorrectionRequest, Draft, DraftState, Notice
from rathaus.proceedings.models.dialogue import CorrectionState
from rathaus.proceedings.states import State

DRAFT_BEFORE = timedelta(days=5)
DATE_BEFORE = timedelta(days=3)


@jobs.cron("proceedings.remind", every=timedelta(hours=12))
def remind() -> None:
    """Drafts about to be deleted, questions and fees whose date is near; each said once."""
    for account_id in _owners_of_old_drafts():
        _remind_of_drafts(account_id)
    near = today() + DATE_BEFORE
    wants = models.Q(account__notify_reminders=True, account__closed_at=None)
    asked = CorrectionRequest.objects.filter(
        state=CorrectionState.OPEN, due_on__gte=today(), due_on__lte=near
    )
    waiting = Application.objects.filter(wants, state=State.AWAITING_RESIDENT)
    for pk, request in waiting.filter(corrections__in=asked).values_list("pk", "corrections__pk"):
        _once(pk, f"reminder:correction:{request}")
    owing = Application.objects.filter(
        wants, claim__state=ClaimState.OPEN, claim__due_on__gte=today(), claim__due_on__lte=near
    )
    for pk, claim in owing.values_list("pk", "claim_id"):
        _once(pk, f"reminder:claim:{claim}")


def _once(application_id: int, key: str) -> None:
    if not Notice.objects.filter(application_id=application_id, key=key).exists():
        jobs.enqueue(
            send_notice,
            application_id=application_id,
            key=key,
            dedupe_key=f"{key}:{application_id}",
        )


def _old_drafts() -> models.QuerySet[Draft]:
    fresh = models.Q(reminded_at=None) | models.Q(reminded_at__lt=models.F("updated_at"))
    moment = now()
    return Draft.objects.filter(
        fresh,
        state=DraftState.OPEN,
        expires_at__gt=moment,
        expires_at__lte=moment + DRAFT_BEFORE,
        account__closed_at=None,
        account__notify_reminders=True,
    ).exclude(account__contact_email="")


def _owners_of_old_drafts() -> list[int]:
    rows = _old_drafts().filter(account__isnull=False)
    return [pk for pk in rows.values_list("account_id", flat=True).distinct() if pk is not None]


def _remind_of_drafts(account_id: int) -> None:
    """One mail per person, however many drafts; it does not say what they are about."""
    with transaction.atomic():
        if not _old_drafts().filter(account_id=account_id).update(reminded_at=now()):
            return
        account = Account.objects.get(pk=account_id)
        mail.send(name="drafts", to=account.contact_email, language=account.language)
