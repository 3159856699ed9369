"""What becomes of drafts and cases when their account is closed."""

from __future__ import annotations

import contextlib

from rathaus.accounts.events import AccountClosed
from rathaus.core.actors import Actor
from rathaus.core.events import record, subscribe
from rathaus.core.models import Event
from rathaus.proceedings.actions.drafts import discard
from rathaus.proceedings.errors import DraftAlreadySubmitted, DraftConflict
from rathaus.proceedings.events import ApplicationDetached
from rathaus.proceedings.models import Application, Draft, DraftState, Seen


@subscribe(AccountClosed)
def on_account_closed(event: AccountClosed, row: Event) -> None:
    """Drafts go; cases stay as the law demands, without link to the account."""
    actor = Actor(row.actor_kind, row.actor_id, row.actor_label, row.actor_office)  # type: ignore[arg-type]
    mine = Draft.objects.filter(account__public_id=event.account)
    for draft in mine.filter(state=DraftState.OPEN):
        with contextlib.suppress(DraftAlreadySubmitted, DraftConflict):
            discard(draft=draft, actor=actor)
    mine.update(account=None)
    cases = Application.objects.filter(account__public_id=event.account)
    for application in cases.select_related("case__chain").defer("answers").iterator():
        record(application.case.chain, ApplicationDetached(), actor=actor)
    cases.update(account=None)
    Seen.objects.filter(account__public_id=event.account).delete()
