"""The PDF documents of a proceeding: receipt, payment receipt, letter."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _

from rathaus.catalogue import queries as catalogue
from rathaus.core import secrets
from rathaus.core.clock import local, now
from rathaus.core.prepared import Prepared
from rathaus.forms import engine
from rathaus.organisation import queries as organisation
from rathaus.organisation.models import StaffMember
from rathaus.payments import queries as payment_queries
from rathaus.payments.models import PaymentAttempt
from rathaus.payments.providers import registry
from rathaus.proceedings import addressing, owing, vouching
from rathaus.proceedings import answers as paths
from rathaus.proceedings.models import Application, Letter, Verification
from rathaus.records.models import Document, DocumentKind, DocumentVersion
from rathaus.theme import documents as data
from rathaus.theme import formats, letters

TITLES = {
    "receipt": "Eingangsbestätigung mit Ihren Angaben",
    "payment": "Zahlungsbeleg",
}
"""Titles in the record; the record is kept in German."""
_application = Prepared(
    lambda: Application.objects.select_related("case__chain", "case__dossier", "claim", "account"),
    "id",
)


_verification = Prepared(Verification.objects.all, "application", "key")
_first_versions = Prepared(
    lambda: DocumentVersion.objects.select_related("blob").order_by("document__created_at", "pk"),
    "document__case",
    "document__kind",
    "number",
)


def load(application_id: int) -> Application:
    """The application with everything a document shows, in few queries."""
    application = _application.get(application_id)
    application.version = catalogue.version(application.version_id)
    application.case.office = organisation.office_by_id(application.case.office_id)
    return application


def verification(application: Application, *, kind: str, key: str, title: str = "") -> Verification:
    """The code of a document, the same on every try; stored by `seal` with what it vouches for."""
    with suppress(Verification.DoesNotExist):
        return _verification.get(application.pk, key)
    return Verification(
        code=secrets.lasting_code(f"{application.public_id} {key}", "verification", groups=4),
        application=application,
        kind=kind,
        key=key,
        title=title or TITLES[kind],
        issued_at=now(),
    )


class AlreadyIssued(Exception):
    """Another worker was faster: roll back, so that there is exactly one document."""


def seal(row: Verification, document: Document, sha256: str) -> None:
    """Store what the code vouches for, once. Raises: AlreadyIssued."""
    row.document, row.sha256 = document, sha256
    try:
        row.save(force_insert=True)
    except IntegrityError:
        raise AlreadyIssued(row.key) from None


def receipt_pdf(application: Application, row: Verification) -> bytes:
    """Eingangsbestätigung with all answers."""
    service = application.service
    with translation.override("de"):
        confirmed = vouching.by_answer(application)
        sections = engine.summary(service.online_form, application.answers, confirmed=confirmed)
        claim = application.claim
        return letters.render(
            data.ReceiptData(
                sender=sender(application),
                reference=application.reference,
                service=service.title,
                received_at=application.submitted_at,
                applicant=_applicant(application),
                verification=_printed(row),
                next_steps=tuple(_next_steps(application)),
                status_url=f"{settings.BASE_URL}/vorgang/",
                fees=_fees(claim.fee_lines) if claim else (),
                payment_note=_("Kassenzeichen: %(reference)s")
                % {"reference": claim.payment_reference}
                if claim
                else "",
                sections=(*_proof(application), *(_section(section) for section in sections)),
                files=tuple(_files(application)),
            )
        )


def payment_receipt_pdf(application: Application, row: Verification) -> bytes:
    """Zahlungsbeleg for the claim of this application: what arrived, by which way and when.

    Raises: LookupError without a claim that was paid.
    """
    claim = application.claim
    payments = payment_queries.confirmed_attempts(claim) if claim else []
    if claim is None or not payments:
        raise LookupError(f"{application.reference} has no claim that was paid")
    with translation.override("de"):
        return letters.render(
            data.PaymentReceiptData(
                sender=sender(application),
                reference=application.reference,
                payment_reference=claim.payment_reference,
                service=application.service.title,
                paid_at=payments[-1].confirmed_at or row.issued_at,
                method=", ".join(dict.fromkeys(_way(one) for one in payments)),
                transaction=", ".join(
                    one.provider_reference for one in payments if one.provider_reference
                ),
                payer=_applicant(application),
                fees=_fees(claim.fee_lines),
                amount_cents=sum(one.received_cents for one in payments),
                verification=_printed(row),
                issued_at=row.issued_at,
            )
        )


def _way(attempt: PaymentAttempt) -> str:
    return str(registry.get(attempt.provider).public_name)


def letter_pdf(
    application: Application,
    letter: Letter,
    row: Verification | None,
    *,
    signer: StaffMember | None,
    owed: bool = True,
) -> bytes:
    """A letter as it goes to the resident; without `row` it is a preview."""
    return letters.render(letter_data(application, letter, row, signer=signer, owed=owed))


def letter_data(
    application: Application,
    letter: Letter,
    row: Verification | None = None,
    *,
    signer: StaffMember | None,
    owed: bool = True,
) -> data.LetterData:
    """What stands in a letter. `signer` is who decides, reached directly where that is known.

    `owed` is false for the preview of a decision that lets go of what is still to pay.
    """
    office = application.case.office
    return data.LetterData(
        sender=sender(application),
        recipient=addressing.window(application, letter.template_key),
        reference=application.reference,
        day=local(letter.created_at).date(),
        subject=letter.subject,
        body=letter.body,
        salutation="",
        closing="",
        clerk=letter.signed_by,
        clerk_phone=(signer.phone if signer else "") or office.phone,
        clerk_email=office.email,
        clerk_room=office.room,
        remedy=letter.remedy,
        payment=owing.to_pay(application.claim) if owed else None,
        verification=_printed(row) if row else None,
    )


def sender(application: Application) -> data.Sender:
    """Town and office of the case."""
    town, office = organisation.town(), application.case.office
    return data.Sender(
        town=town.full_name,
        office=office.name,
        street=town.street,
        city=f"{town.postal_code} {town.city}",
        phone=office.phone or town.phone,
        email=office.email or town.email,
        web=town.web,
        hue=town.brand_hue,
    )


def _printed(row: Verification) -> data.Verification:
    address = f"{settings.BASE_URL}/echtheit/"
    return data.Verification(code=row.code, url=address, link=f"{address}?code={row.code}")


def _applicant(application: Application) -> tuple[str, ...]:
    return (application.applicant_name,) if application.applicant_name else ()


def _next_steps(application: Application) -> Iterable[str]:
    service = application.service
    if service.after_submit:
        yield service.after_submit
    if application.state == "awaiting_payment":
        yield _("Die Gebühr ist noch offen. Wir beginnen, sobald sie bezahlt ist.")
    elif application.due_on:
        yield _("Voraussichtlich fertig bis %(day)s.") % {"day": formats.day(application.due_on)}
    if application.account_id:
        yield _("Den Stand sehen Sie jederzeit in Ihrem Servicekonto.")
    else:
        yield _(
            "Den Stand sehen Sie jederzeit mit Aktenzeichen und Zugangscode auf der Statusseite."
        )


def _fees(lines: Iterable[Any]) -> tuple[data.FeeLine, ...]:
    return tuple(
        data.FeeLine(
            label=f"{line.quantity} × {line.label}" if line.quantity > 1 else line.label,
            amount_cents=line.total_cents,
            note=line.legal_basis,
        )
        for line in lines
    )


def _proof(application: Application) -> Iterable[data.Section]:
    """How the person was logged in, and for whom they act; nothing where neither is so."""
    rows = [
        (_("Im Namen von"), vouching.behalf(application)),
        (_("Angemeldet mit"), vouching.log_in(application)),
    ]
    shown = tuple(data.Row(label=label, value=value) for label, value in rows if value)
    if shown:
        yield data.Section(title=_("Wer den Antrag gestellt hat"), rows=shown)


def _section(section: engine.SummarySection) -> data.Section:
    rows = []
    for row in section.rows:
        label = f"{row.group}: {row.label}" if row.group else row.label
        value = row.value if row.answered else ""
        if row.confirmed:
            value += f"\n({row.confirmed})"
        rows.append(data.Row(label=label, value=value))
    return data.Section(title=section.title, rows=tuple(rows))


def _files(application: Application) -> Iterable[data.FileEntry]:
    form = application.service.online_form
    if not paths.takes_files(form):
        return
    named = {file["sha256"] for file in engine.files(form, application.answers)}
    for version in _first_versions.all(application.case_id, DocumentKind.UPLOAD, 1):
        # While the receipt waited, a clerk may have filed papers of others as proofs.
        blob = version.blob
        if blob.sha256 in named:
            yield data.FileEntry(name=version.name, size=blob.size, sha256=blob.sha256)
