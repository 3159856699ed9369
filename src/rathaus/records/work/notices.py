"""Mail to staff that says that something waits, never what it is."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.core import mail
from rathaus.core.jobs import job
from rathaus.core.secrets import unseal
from rathaus.core.sessions import STAFF_PREFIX
from rathaus.organisation import queries
from rathaus.organisation.models import Office, StaffMember


@job("records.work.notify", max_attempts=6)
def notify(*, kind: str, staff_id: int | None = None, office_id: int | None = None) -> None:
    """Tell a person or an office; whoever has no address finds it under the tasks."""
    person: StaffMember | Office | None
    if staff_id is not None:
        person = StaffMember.objects.filter(pk=staff_id, user__is_active=True).first()
    else:
        person = Office.objects.filter(pk=office_id or 0).first()
    if person is None or not person.email:
        return
    with translation.override("de"):
        subject = {
            "mention": _("Ein Hinweis für Sie"),
            "step": _("Eine Mitzeichnung wartet auf Sie"),
            "run": _("Ihre Mitzeichnung ist beendet"),
        }[kind]
        link = f"{settings.BASE_URL}{STAFF_PREFIX}aufgaben/"
        text = _(
            "Guten Tag,\n\nin Ihren Aufgaben steht etwas Neues:\n%(link)s\n\n"
            "Worum es geht, sehen Sie nach der Anmeldung."
        ) % {"link": link}
        send(person.email, subject, text)


@job("records.work.mail_share")
def mail_share(*, address: str, link: str, until: str) -> None:
    """The link of a share, never its code. Raises: OSError, SMTPException (tried again)."""
    town = queries.town()
    with translation.override("de"):
        text = _(
            "Guten Tag,\n\ndie %(town)s hat Dokumente für Sie zum Lesen freigegeben, "
            "bis zum %(until)s:\n%(link)s\n\nDen Zugangscode bekommen Sie getrennt davon. "
            "Fragen beantwortet: %(phone)s."
        ) % {"town": town.full_name, "until": until, "link": link, "phone": town.phone}
        send(unseal(address), _("Dokumente zur Einsicht"), text)


def send(to: str, subject: str, text: str) -> None:
    """One mail from the town."""
    town = queries.town()
    message = EmailMessage(
        subject=subject,
        body=f"{text}\n\n{town.full_name}\n",
        from_email=f"{town.full_name} <{settings.DEFAULT_FROM_EMAIL}>",
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.send(message)  # where the address does not exist, trying again would not help
