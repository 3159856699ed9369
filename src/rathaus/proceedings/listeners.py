"""What other rooms' events mean for a proceeding."""

from __future__ import annotations

from rathaus.core.actors import Actor
from rathaus.core.events import subscribe
from rathaus.core.jobs import enqueue
from rathaus.core.models import Event
from rathaus.payments.events import ClaimPaid
from rathaus.proceedings import jobs
from rathaus.proceedings.actions.casework import release
from rathaus.proceedings.models import Application
from rathaus.proceedings.states import State


@subscribe(ClaimPaid)
def on_claim_paid(event: ClaimPaid, row: Event) -> None:
    """A paid fee gives the application to the desk and makes the payment receipt."""
    application = (
        Application.objects.filter(case__chain_id=row.chain_id)
        .select_related("case", "version__service")
        .first()
    )
    if application is None:
        return
    if application.state == State.AWAITING_PAYMENT:
        release(application=application, actor=Actor.system("payments"))
    enqueue(jobs.make_payment_receipt, application_id=application.pk)
