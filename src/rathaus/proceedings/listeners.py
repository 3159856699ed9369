"""What other rooms' events mean for a proceeding."""

from __future__ import annotations

from contextlib import suppress

from rathaus.accounts.events import AccountsMerged
from rathaus.accounts.models import Account
from rathaus.core.actors import Actor
from rathaus.core.events import EventType, subscribe
from rathaus.core.jobs import enqueue
from rathaus.core.models import Event
from rathaus.payments.events import ClaimCancelled, ClaimPaid
from rathaus.proceedings import destruction, farewell, findable, jobs, reminders, rights  # noqa: F401 – register themselves
from rathaus.proceedings.actions.casework import pass_on, release
from rathaus.proceedings.models import Application, Draft, Seen
from rathaus.proceedings.personal import export  # noqa: F401 – its job
from rathaus.proceedings.states import MoveRefused, State
from rathaus.records.events_plan import (
    AccessChanged,
    AccessRevoked,
    CaseRefiled,
    DossierMoved,
    PlanEntryChanged,
)


@subscribe(ClaimPaid)
def on_claim_paid(event: ClaimPaid, row: Event) -> None:
    """A paid fee gives the application to the desk and makes the payment receipt."""
    application = _of_chain(row)
    if application is None:
        return
    _release_if_waiting(application)
    enqueue(jobs.make_payment_receipt, application_id=application.pk)


@subscribe(CaseRefiled)
def on_case_refiled(event: CaseRefiled, row: Event) -> None:
    """The office that keeps the record now decides: the application goes along with it."""
    application = (
        Application.objects.filter(case__chain_id=row.chain_id)
        .select_related("case__chain", "case__office", "office")
        # Nobody decides or takes over in between (SQLite has one writer anyway).
        .select_for_update(of=("self",))
        .first()
    )
    if application is None or application.office_id == application.case.office_id:
        return
    office = application.case.office
    pass_on(application=application, office=office, actor=Actor.system("records"))


def on_access_changed(event: EventType, row: Event) -> None:
    """Whoever lost the right to work in a dossier keeps none of its cases."""
    enqueue(rights.free_cases, dedupe_key="proceedings.free_cases")


for told in (AccessChanged, AccessRevoked, CaseRefiled, DossierMoved, PlanEntryChanged):
    subscribe(told)(on_access_changed)


@subscribe(ClaimCancelled)
def on_claim_cancelled(event: ClaimCancelled, row: Event) -> None:
    """A fee that was given up keeps nobody waiting: the desk gets the application."""
    application = _of_chain(row)
    if application is not None:
        _release_if_waiting(application)


def _of_chain(row: Event) -> Application | None:
    rows = Application.objects.filter(case__chain_id=row.chain_id)
    return rows.select_related("case", "version__service").first()


def _release_if_waiting(application: Application) -> None:
    """Nothing where the case has moved on: money is a fact, and so it stays written down."""
    if application.state == State.AWAITING_PAYMENT:
        with suppress(MoveRefused):
            release(application=application, actor=Actor.system("payments"))


@subscribe(AccountsMerged)
def on_accounts_merged(event: AccountsMerged, row: Event) -> None:
    """Drafts and applications go along with the account; told in both chains, done once."""
    keep = Account.objects.filter(public_id=event.kept, chain_id=row.chain_id).first()
    if keep is None:
        return
    for rows in (Draft.objects, Application.objects):
        rows.filter(account__public_id=event.given_up).update(account=keep)
    for name in ("document_id", "message_id"):
        known = Seen.objects.filter(account=keep).exclude(**{name: None}).values(name)
        theirs = Seen.objects.filter(account__public_id=event.given_up).exclude(**{name: None})
        theirs.exclude(**{f"{name}__in": list(known.values_list(name, flat=True))}).update(
            account=keep
        )
