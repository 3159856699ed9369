"""Drafts: begun, saved at every step, opened again with a code, deleted when forgotten."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import F

from rathaus.accounts import queries as accounts
from rathaus.accounts.models import Account
from rathaus.accounts.queries import Mandate
from rathaus.catalogue.models import ServiceVersion
from rathaus.core import secrets
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.durability import soft_atomic
from rathaus.core.quick import QuickUpdate
from rathaus.forms import uploads
from rathaus.forms.models import Upload
from rathaus.organisation.models import StaffMember
from rathaus.proceedings.errors import DraftAlreadySubmitted, DraftConflict
from rathaus.proceedings.models import Application, Channel, Draft, DraftState
from rathaus.proceedings.models.draft import LIFETIME, Typed

_save = QuickUpdate(
    Draft,
    where=["id", "state", "revision"],
    set=["answers", "typed", "current_step", "updated_at", "expires_at"],
    add_one=["revision"],
)


def start_draft(
    *,
    version: ServiceVersion,
    actor: Actor,
    channel: str = "online",
    entered_by: StaffMember | None = None,
    language: str = "de",
    account: Account | None = None,
) -> Draft:
    """A new, empty draft on this version of the service; `account` is whose it is."""
    moment = now()
    with soft_atomic():
        return Draft.objects.create(
            version=version,
            channel=channel,
            entered_by=entered_by,
            language=language,
            account=account,
            created_at=moment,
            updated_at=moment,
            expires_at=moment + LIFETIME,
        )


def save_step(
    *, draft: Draft, step_key: str, answers: dict[str, Any], revision: int, actor: Actor
) -> Draft:
    """Merge the answers of one step into the draft.

    Raises: DraftAlreadySubmitted, DraftConflict if another tab saved since `revision`.
    """
    merged = {**draft.answers, **answers}
    # Of another step it stays; in most drafts there is nothing to look at.
    typed = "" if draft.typed_on(step_key) else draft.typed
    moment = now()
    with soft_atomic():
        saved = _save(
            [draft.pk, DraftState.OPEN, revision],
            [merged, typed, step_key, moment, moment + LIFETIME],
        )
    if not saved:
        raise_changed(draft)
    draft.answers, draft.typed, draft.current_step = merged, typed, step_key
    draft.revision, draft.updated_at = revision + 1, moment
    return draft


def keep_typed(*, draft: Draft, step_key: str, typed: Typed) -> bool:
    """Keep a step as it was sent, wrong input included, until it is saved or the draft goes.

    One step at a time. False if the draft is not open any more.
    """
    sealed = typed.sealed(step_key)
    with soft_atomic():
        kept = Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN).update(typed=sealed)
    if kept:
        draft.typed = sealed
    return bool(kept)


def join_account(*, draft: Draft, account: Account) -> bool:
    """Give a draft that belongs to nobody to the account; False if it belongs to somebody."""
    rows = Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN, account=None)
    if not rows.update(account=account):
        return False
    draft.account = account
    return True


def act_for(*, draft: Draft, mandate: Mandate | None, actor: Actor) -> Draft:
    """Note on whose behalf the draft is filled in; None: on one's own.

    Raises: DraftAlreadySubmitted, DraftConflict.
    """
    changes: dict[str, Any] = {
        "on_behalf": mandate.on_behalf if mandate else {},
        "represented_id": mandate.organisation_id if mandate else None,
    }
    rows = Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN)
    if not rows.update(revision=F("revision") + 1, updated_at=now(), **changes):
        raise_changed(draft)
    draft.refresh_from_db(fields=["revision", "on_behalf", "represented"])
    return draft


def take_to_counter(*, draft: Draft) -> Draft:
    """Go on at the counter with what was begun at home; what staff send then came this way.

    Raises: DraftAlreadySubmitted, DraftConflict.
    """
    if not Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN).update(channel=Channel.COUNTER):
        raise_changed(draft)
    draft.channel = Channel.COUNTER
    return draft


def still_acting(draft: Draft) -> bool:
    """Whether the account of the draft may act today for whom it was begun."""
    kind, public_id = draft.on_behalf.get("kind", ""), draft.on_behalf.get("id", "")
    return draft.account is not None and bool(accounts.mandate(draft.account, kind, public_id))


def raise_changed(draft: Draft) -> None:
    """Explain why a compare-and-swap on a draft did not work. Always raises."""
    application = Application.objects.filter(draft_id=draft.pk).select_related("case").first()
    if application is not None:
        raise DraftAlreadySubmitted(application)
    raise DraftConflict(str(draft.public_id))


def issue_code(*, draft: Draft) -> str:
    """The code that opens the draft elsewhere; made once, the same ever after."""
    if not draft.code_sealed:
        sealed = secrets.seal(secrets.new_code())
        Draft.objects.filter(pk=draft.pk, code_sealed="").update(code_sealed=sealed)
        draft.refresh_from_db(fields=["code_sealed"])
    return draft.code


@transaction.atomic
def discard(*, draft: Draft, actor: Actor, only_expired: bool = False) -> None:
    """Delete an open draft with everything that was uploaded for it.

    `only_expired`: unless somebody went on with it since it was read.

    Raises: DraftAlreadySubmitted, DraftConflict if it is not to be deleted any more.
    """
    locked = Draft.objects.filter(pk=draft.pk, state=DraftState.OPEN)
    if only_expired:
        locked = locked.filter(expires_at__lt=now())
    if not locked.update(revision=models.F("revision") + 1):
        raise_changed(draft)
    for upload in Upload.objects.filter(owner=draft.public_id).select_related("blob"):
        uploads.discard(upload)
    locked.delete()
