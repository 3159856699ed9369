"""Documents, their immutable versions, and what jobs make of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Prefetch, Q
from django.utils.translation import gettext_lazy as _

from rathaus.core.models import Blob
from rathaus.core.quick import QuickInsert
from rathaus.records.models.cases import Case
from rathaus.records.models.numbers import NumberInCase
from rathaus.records.models.salt import new_salt


class Immutable(TypeError):
    """Somebody tried to change or delete what is filed."""


class DocumentKind(models.TextChoices):
    """What a document is in its case."""

    APPLICATION_DATA = "application_data", _("Antragsdaten")
    APPLICATION = "application", _("Antrag")
    UPLOAD = "upload", _("Nachweis")
    LETTER = "letter", _("Schreiben")
    MESSAGE = "message", _("Nachricht")
    PAYMENT_RECEIPT = "payment_receipt", _("Zahlungsbeleg")
    NOTE = "note", _("Vermerk")


class Direction(models.TextChoices):
    """Seen from the town hall."""

    IN = "in", _("Eingang")
    OUT = "out", _("Ausgang")
    INTERNAL = "internal", _("intern")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Reads of documents; every face begins with `visible_in`."""

    def visible_in(self, scopes: Iterable[str]) -> DocumentQuerySet:
        """Only documents of cases in these scopes (`queries.scopes_for`)."""
        return self.filter(case__dossier__scope__in=list(scopes))

    def with_versions(self) -> DocumentQuerySet:
        """All versions, newest first, without their bytes (`Document.current`)."""
        versions = DocumentVersion.objects.without_bytes().order_by("-number")
        return self.prefetch_related(Prefetch("versions", queryset=versions))


class Document(QuickInsert):
    """A document of a case; its bytes are in the versions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    number = NumberInCase(default=0)
    """Place in the case; reference of the case and number together name the document."""
    title = models.CharField(max_length=250)
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    created_at = models.DateTimeField()
    latest = models.PositiveIntegerField(default=1)
    """Number of the newest version."""
    indexed = models.PositiveIntegerField(default=0)
    """Number of the version that the search knows; 0 for none."""

    objects: ClassVar[DocumentQuerySet] = DocumentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "number"], name="records_document_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="records_document_kind"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="records_document_direction"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> DocumentVersion:
        """The newest version; no query after `with_versions`."""
        return max(self.versions.all(), key=lambda version: version.number)

    @property
    def as_filed(self) -> DocumentVersion:
        """The version it was filed with, whatever was added since; no query after
        `with_versions`."""
        return min(self.versions.all(), key=lambda version: version.number)


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    """Reads of versions."""

    def visible_in(self, scopes: Iterable[str]) -> DocumentVersionQuerySet:
        """Only versions of documents in these scopes (`queries.scopes_for`)."""
        return self.filter(document__case__dossier__scope__in=list(scopes))

    def without_bytes(self) -> DocumentVersionQuerySet:
        """With size and digest, never with the content itself."""
        return self.select_related("blob").defer("blob__inline", "blob__wrapped_key")


class DocumentVersion(QuickInsert):
    """Immutable bytes with name and type. Refuses changes here and in the database."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="document_versions")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120)
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField()

    objects: ClassVar[Any] = DocumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["document", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "number"], name="records_version_once")
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version. Raises: Immutable for one that is already filed."""
        if not self._state.adding:
            raise Immutable(f"version {self.number} of document {self.document_id} is filed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: documents go only by disposal, after their retention."""
        raise Immutable(f"version {self.number} of document {self.document_id} is filed")

    def read(self) -> bytes:
        """The content, checked. Raises: StorageDamaged, StorageShredded."""
        return Blob.objects.get(pk=self.blob_id).read()


class RenditionKind(models.TextChoices):
    """Another shape of the same content; the original stays what counts."""

    PDF = "pdf", _("PDF/A")
    TEXT = "text", _("Text")
    PREVIEW = "preview", _("Vorschau")


class Rendition(models.Model):
    """What a job made of a version. May be made anew; each time leaves an event."""

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="renditions"
    )
    kind = models.CharField(max_length=10, choices=RenditionKind.choices)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="renditions")
    verdict = models.CharField(max_length=200, blank=True)
    """What a check of the rendition said, e.g. a validator's result."""
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "kind"], name="records_rendition_once"),
            models.CheckConstraint(
                condition=Q(kind__in=RenditionKind.values), name="records_rendition_kind"
            ),
        ]
