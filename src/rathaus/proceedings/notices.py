"""E-mail notices. They say that there is news and where; never what it is about.

E-mail is not confidential, so neither answers nor codes nor letters go into it.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.accounts.queries import represented_by
from rathaus.core import mail
from rathaus.core.actors import Actor
from rathaus.core.clock import now
from rathaus.core.events import record
from rathaus.organisation import queries as organisation
from rathaus.proceedings.events import NoticeSent
from rathaus.proceedings.models import Application, Notice
from rathaus.proceedings.states import State


def send(application: Application, key: str) -> None:
    """Send the notice `key` ("submitted", "paid", "letter:7" …) unless it went out already.

    Raises: OSError, smtplib.SMTPException while the mail server cannot be reached or does not
    take it yet; an address that the server refuses for good is noted on the row instead.
    """
    address = address_for(application, key)
    if not address:
        return
    notice = _claim(application, key)
    if notice is None:
        return
    message = _message(application, notice, address)
    if refusal := mail.send(message):
        Notice.objects.filter(pk=notice.pk).update(error=refusal[:300])
        return
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(sent_at=now(), error="")
        record(application.case.chain, NoticeSent(key=key), actor=Actor.system("mail"))


def address_for(application: Application, key: str) -> str:
    """Where a notice goes; empty where nobody wants it.

    With an account its owner's choices and address count, and only while the case is still
    theirs: whoever no longer acts for an organisation hears nothing of it.
    """
    account = application.account
    if account is None:
        return "" if application.represented_id else application.contact_email
    wants = account.notify_reminders if is_reminder(key) else account.notify_status
    gone = application.represented_id and application.represented_id not in represented_by(account)
    if not wants or gone:
        return ""
    return account.contact_email or application.contact_email


def is_reminder(key: str) -> bool:
    """Whether a notice only says that a date comes near."""
    return key.startswith("reminder:")


def _claim(application: Application, key: str) -> Notice | None:
    try:
        with transaction.atomic():
            return Notice.objects.create(application=application, key=key, created_at=now())
    except IntegrityError:
        notice = Notice.objects.get(application=application, key=key)
        return None if notice.sent_at or notice.error else notice


def _message(application: Application, notice: Notice, address: str) -> EmailMessage:
    if application.account is not None:
        return _to_account(application, notice, address)
    kind = notice.key.partition(":")[0]
    town = organisation.town()
    with translation.override(application.language):
        context = {
            "kind": kind,
            "reference": application.reference,
            "address": f"{settings.BASE_URL}/vorgang/?az={application.reference}",
            "town": town,
            "office": application.case.office,
            "awaits_payment": application.state == State.AWAITING_PAYMENT,
        }
        body = render_to_string(f"proceedings/mail/{kind}.txt", context)
        subject = subject_of(kind, application.reference)
    return _mail(application, notice, address, subject, body)


def _to_account(application: Application, notice: Notice, address: str) -> EmailMessage:
    """Says only that there is something to read; not even which case it is about."""
    language = application.account.language if application.account else application.language
    with translation.override(language):
        context = {
            "address": f"{settings.BASE_URL}/konto/",
            "reminder": is_reminder(notice.key),
            "town": organisation.town(),
        }
        body = render_to_string("proceedings/mail/account.txt", context)
        subject = (
            _("Bitte sehen Sie in Ihrem Servicekonto nach")
            if is_reminder(notice.key)
            else _("Es gibt Neues in Ihrem Servicekonto")
        )
    return _mail(application, notice, address, subject, body)


def _mail(
    application: Application, notice: Notice, address: str, subject: str, body: str
) -> EmailMessage:
    return EmailMessage(
        subject=subject,
        body=body,
        from_email=f"{organisation.town().full_name} <{settings.DEFAULT_FROM_EMAIL}>",
        to=[address],
        headers={
            # Stable, so that a mail server can drop a second copy after a crash.
            "Message-ID": f"<notice-{notice.pk}-{application.public_id}@rathaus>",
            "Auto-Submitted": "auto-generated",
        },
    )


def subject_of(kind: str, reference: str) -> str:
    """Neutral subject: the service may itself be sensitive."""
    subjects = {
        "submitted": _("Wir haben Ihren Antrag erhalten: %(reference)s"),
        "paid": _("Ihre Zahlung ist eingegangen: %(reference)s"),
        "correction": _("Bitte beantworten Sie unsere Rückfrage: %(reference)s"),
        "message": _("Neue Nachricht vom Rathaus: %(reference)s"),
        "letter": _("Ihr Schreiben liegt bereit: %(reference)s"),
        "withdrawn": _("Sie haben Ihren Antrag zurückgezogen: %(reference)s"),
    }
    return subjects[kind] % {"reference": reference}
