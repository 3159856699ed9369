"""Paper of a dossier goes out and comes back."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rathaus.core.actors import Actor
from rathaus.core.clock import today
from rathaus.organisation.models import StaffMember
from rathaus.records import events_plan
from rathaus.records.actions.errors import PlanRefused
from rathaus.records.actions.histories import note
from rathaus.records.models import Dossier, Loan


def lend(
    *,
    dossier: Dossier,
    due: date,
    actor: Actor,
    borrower: StaffMember | None = None,
    borrower_name: str = "",
    purpose: str = "",
) -> Loan:
    """Hand the paper to a colleague, or to somebody outside by name.

    Raises: PlanRefused, also if it is out already.
    """
    if not dossier.has_paper:
        raise PlanRefused(_("Diese Akte hat kein Papier."))
    who = borrower.name if borrower else borrower_name.strip()[:120]
    if not who:
        raise PlanRefused(_("Geben Sie an, wer die Akte bekommt."))
    if due < today():
        raise PlanRefused(_("Das Datum der Rückgabe liegt in der Vergangenheit."))
    try:
        with transaction.atomic():
            loan = Loan.objects.create(
                dossier=dossier,
                borrower=borrower,
                borrower_name=who,
                purpose=purpose.strip()[:200],
                since=today(),
                due=due,
            )
            lent = events_plan.DossierLent(
                loan_id=str(loan.public_id),
                due=due.isoformat(),
                borrower=who,
                purpose=loan.purpose,
            )
            note(dossier, lent, actor=actor)
    except IntegrityError:
        raise PlanRefused(_("Die Akte ist schon ausgeliehen.")) from None
    return loan


def take_back(*, loan: Loan, actor: Actor) -> None:
    """The paper is back in its place; a second time changes nothing."""
    with transaction.atomic():
        if Loan.objects.filter(pk=loan.pk, back__isnull=True).update(back=today()):
            returned = events_plan.DossierReturned(
                loan_id=str(loan.public_id), borrower=loan.borrower_name
            )
            note(loan.dossier, returned, actor=actor)
