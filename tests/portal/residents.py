"""Residents with an account, their cases, and what the town hall does with them."""

from __future__ import annotations

from typing import Any

from rathaus.accounts.actions import acting
from rathaus.accounts.models import Organisation
from rathaus.accounts.trust import TrustLevel
from rathaus.core.actors import Actor
from rathaus.core.jobs import run_pending
from rathaus.organisation.models import StaffMember
from rathaus.proceedings import actions
from rathaus.proceedings.models import Application, Draft, Letter, Message
from tests.portal.browser import Browser
from tests.support.logins import BASIC, log_in, make_account

SERVICE = "melderegisterauskunft-einfach"


class Person:
    """Somebody with an account and a browser that is logged in."""

    def __init__(
        self, first_names: str = "Wiebke", last_name: str = "Janssen", **more: Any
    ) -> None:
        more.setdefault("contact_email", "wiebke@example.org")
        self.account = make_account(first_names=first_names, last_name=last_name, **more)
        self.browser = Browser()
        self.log_in()

    def log_in(self, level: TrustLevel = BASIC) -> None:
        log_in(self.browser.client, self.account, level)

    def get(self, path: str) -> Browser:
        return self.browser.get(path)

    def begin(self, slug: str = "hund-anmelden", place: Organisation | None = None) -> Draft:
        """A draft of this account."""
        draft = self.browser.begin(slug)
        self._own(Draft, draft, place)
        return draft

    def apply(self, slug: str = "hund-anmelden", place: Organisation | None = None) -> Application:
        """An application of this account, on behalf of `place` if given."""
        anonymous = Browser()
        application = anonymous.apply(slug)
        self._own(Application, application, place)
        run_pending()
        application.refresh_from_db()
        return application

    def found(self, name: str = "Gartenfreunde e. V.") -> Organisation:
        return acting.found(account=self.account, name=name, actor=self.account.actor)

    def _own(self, model: Any, row: Any, place: Organisation | None) -> None:
        behalf = {"kind": "organisation", "id": str(place.public_id), "name": place.name,
                  "role": "admin", "proof": ""} if place else {}  # fmt: skip
        model.objects.filter(pk=row.pk).update(
            account=self.account, represented=place, on_behalf=behalf
        )
        row.refresh_from_db()


def clerk(application: Application) -> tuple[StaffMember, Actor]:
    """Somebody of the office of a case."""
    staff = StaffMember.objects.filter(memberships__office=application.office).first()
    staff = staff or StaffMember.objects.first()
    assert staff is not None
    return staff, Actor.staff(str(staff.user_id), staff.name, application.case.office.name)


def look_at(application: Application) -> None:
    """The clerk opens the case."""
    actions.mark_viewed(application=application, actor=clerk(application)[1])


def write_to(application: Application, text: str = "Bitte kommen Sie vorbei.") -> Message:
    """A message from the town hall."""
    sent = actions.send_message(application=application, text=text, actor=clerk(application)[1])
    run_pending()
    return sent


def ask(application: Application) -> Any:
    """A question that has to be answered."""
    from datetime import timedelta

    from rathaus.core.clock import today

    staff, actor = clerk(application)
    actions.take_over(application=application, staff=staff, actor=actor)
    request = actions.request_correction(
        application=application,
        staff=staff,
        items=[actions.CorrectionItem("missing", "Foto fehlt", upload=False)],
        text="",
        due_on=today() + timedelta(days=7),
        actor=actor,
    )
    run_pending()
    return request


def decide(application: Application) -> Letter:
    """Granted, with a letter."""
    staff, actor = clerk(application)
    if application.state == "received":
        actions.take_over(application=application, staff=staff, actor=actor)
    template = next(t for t in application.service.letters if t.outcome == "granted")
    letter = actions.draft_letter(
        application=application, template_key=template.key, reason="Alles geprüft."
    )
    actions.decide(
        application=application, staff=staff, outcome="granted", letter=letter, actor=actor
    )
    run_pending()
    return Letter.objects.get(application=application)
