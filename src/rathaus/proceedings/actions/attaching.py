"""Taking what was begun without account into one's account, with reference and code."""

from __future__ import annotations

from django.db import transaction

from rathaus.accounts import mail, ways
from rathaus.accounts.errors import Changed
from rathaus.accounts.events import CaseAttached
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.events import record
from rathaus.proceedings.events import ApplicationAttached
from rathaus.proceedings.models import Application, Draft, DraftState
from rathaus.proceedings.settlement import hold_claim


@transaction.atomic
def attach_application(*, application: Application, account: Account, actor: Actor) -> None:
    """From now on the case opens in this account only; its code opens nothing any more.

    The caller has checked the code (`queries.by_reference`).
    Raises: Changed if it has an account by now, or the account was closed.
    """
    hold_claim(application)
    free = Application.objects.filter(pk=application.pk, account=None, represented=None)
    if not _is_open(account) or not free.update(account=account):
        raise Changed(str(application.public_id))
    application.account = account
    record(application.case.chain, ApplicationAttached(), actor=actor)
    event = CaseAttached(kind="application", id=str(application.public_id))
    record(account.chain, event, actor=actor)
    _tell(application, account)


@transaction.atomic
def attach_draft(*, draft: Draft, account: Account, actor: Actor) -> None:
    """The same for a draft. Raises: Changed."""
    free = Draft.objects.filter(pk=draft.pk, account=None, state=DraftState.OPEN)
    if not _is_open(account) or not free.update(account=account):
        raise Changed(str(draft.public_id))
    draft.account = account
    event = CaseAttached(kind="draft", id=str(draft.public_id))
    record(account.chain, event, actor=actor)


def _tell(application: Application, account: Account) -> None:
    """Whoever sent it hears of nothing any more, if it was somebody else who had the code."""
    to = application.contact_email
    own = {account.contact_email.casefold(), ways.confirmed_address(account).casefold()}
    if to and to.casefold() not in own:
        facts = {"reference": application.reference}
        mail.send(name="case_attached", to=to, language=application.language, facts=facts)


def _is_open(account: Account) -> bool:
    return Account.objects.filter(pk=account.pk, closed_at=None).exists()
