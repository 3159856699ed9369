"""Which documents of a case are meant for whoever applied. All others are the town's own.

Kind and direction say nothing about that: the statement of an authority and the e-mail of a
third person are filed under the same ones. A document is meant for the applicant only where
something says so: they sent it in, or the town addressed it to them in this very case.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from rathaus.core.models import Event
from rathaus.forms import engine
from rathaus.proceedings.models import Application, Channel, Letter, Message, Verification
from rathaus.records.events import DocumentFiled
from rathaus.records.models import (
    Direction,
    Document,
    DocumentKind,
    DocumentQuerySet,
    DocumentVersion,
)

_HANDED_IN = (DocumentKind.APPLICATION_DATA, DocumentKind.UPLOAD)


def meant_for(application: Application) -> DocumentQuerySet:
    """Documents of this case the applicant, or whoever acts for them, may read."""
    written = Message.documents.through.objects.filter(message__application=application)
    here = Document.objects.filter(case_id=application.case_id)
    return here.filter(
        _issued()
        | Q(pk__in=written.values("document"))
        | Q(public_id__in=_filed_by_resident(application))
        | _handed_in(application)
    )


def issued(rows: DocumentQuerySet) -> DocumentQuerySet:
    """Of `rows`, the letters and receipts that the town made for the applicant of their case."""
    return rows.filter(_issued())


def _issued() -> Q:
    here = {"document": OuterRef("pk"), "application__case": OuterRef("case")}
    return Q(Exists(Verification.objects.filter(**here))) | Q(Exists(Letter.objects.filter(**here)))


def _filed_by_resident(application: Application) -> list[str]:
    """What a resident filed into this case, by its history, which nobody can change."""
    filed = Event.objects.filter(
        chain_id=application.case.chain_id, type=DocumentFiled.name, actor_kind="resident"
    )
    return list(filed.values_list("data__document_id", flat=True))


def _handed_in(application: Application) -> Q:
    """What a clerk filed while entering the application for somebody: exactly what it names."""
    if application.channel == Channel.ONLINE:
        return Q(pk__in=[])
    form = application.service.online_form
    named = {file["sha256"] for file in engine.files(form, application.answers)}
    versions = DocumentVersion.objects.filter(
        document__case=application.case_id,
        number=1,
        blob__sha256__in=[application.answers_sha256, *named],
    )
    return Q(kind__in=_HANDED_IN, direction=Direction.IN, pk__in=versions.values("document"))
