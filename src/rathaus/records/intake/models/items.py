"""Items of the intake: what came in, with the original bytes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rathaus.core.models import Blob, Chain
from rathaus.organisation.models import Office, StaffMember
from rathaus.records.intake.states import ItemState, Source
from rathaus.records.models import Case, Direction, Document, Dossier, FilingPlanEntry


class VirusState(models.TextChoices):
    """What the scanner said; ``released`` by two people in spite of it."""

    PENDING = "pending"
    CLEAN = "clean"
    UNUSED = "unused"
    INFECTED = "infected"
    RELEASED = "released"


def _band_index(number: int) -> models.Index:
    column = f"band{number}"
    filled = ~Q(**{column: ""})
    return models.Index(fields=[column], name=f"intake_{column}", condition=filled)


class ItemQuerySet(models.QuerySet["Item"]):
    """Reads of items; every page begins with `visible_to`."""

    def visible_to(self, office_ids: Iterable[int]) -> ItemQuerySet:
        """Only items of these offices; none for an empty list."""
        return self.filter(office_id__in=list(office_ids))

    def for_lists(self) -> ItemQuerySet:
        """Everything a row shows, without bytes and long texts."""
        return self.select_related("office", "blob").defer(
            "blob__inline", "blob__wrapped_key", "text"
        )


class Item(models.Model):
    """Something that came in. `blob` holds the bytes as they came and never changes."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    source_detail = models.CharField(max_length=300, blank=True)
    """Folder and path, mail box, name of the device."""
    key = models.CharField(max_length=64, unique=True)
    """Keyed digest of where it came from: the same delivery twice is one item."""
    received_at = models.DateTimeField()
    sender = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    """What it is about: of a mail its subject, else the title somebody gave it."""
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120, blank=True)
    direction = models.CharField(
        max_length=10, choices=Direction.choices, default=Direction.IN.value
    )
    dated_on = models.DateField(null=True, blank=True)
    """The date that the document bears."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    view = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    """A PDF made to look at (e-mail); never instead of the original."""
    pages = models.PositiveIntegerField(null=True)
    marks = models.JSONField(default=list)
    """What to know about the file (`rathaus.records.intake.marks`)."""
    state = models.CharField(
        max_length=12, choices=ItemState.choices, default=ItemState.RECEIVED.value
    )
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    """Why it waits, failed, was isolated or thrown away."""
    virus = models.CharField(
        max_length=10, choices=VirusState.choices, default=VirusState.PENDING.value
    )
    virus_name = models.CharField(max_length=200, blank=True)
    scanned_at = models.DateTimeField(null=True)
    release_asked_by = models.ForeignKey(
        StaffMember, null=True, on_delete=models.PROTECT, related_name="+"
    )
    release_reason = models.CharField(max_length=500, blank=True)
    signature = models.JSONField(default=dict)
    """Result of the check of signatures: see `rathaus.records.intake.signatures`."""
    text = models.TextField(blank=True)
    simhash = models.CharField(max_length=16, blank=True)
    """64 bits in hex; the four columns below are its parts, to find what is near."""
    band0 = models.CharField(max_length=4, blank=True)
    band1 = models.CharField(max_length=4, blank=True)
    band2 = models.CharField(max_length=4, blank=True)
    band3 = models.CharField(max_length=4, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    """The mail or archive this came with."""
    position = models.PositiveIntegerField(default=0)
    beside = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="companions"
    )
    """The file that this detached signature belongs to."""
    sheet = models.CharField(max_length=60, blank=True)
    """Reference on the separator sheet before it."""
    tries = models.PositiveSmallIntegerField(default=0)
    """How often its check was begun; one that takes the worker down must not do so for ever."""
    document = models.ForeignKey(Document, null=True, on_delete=models.SET_NULL, related_name="+")
    """Where it was filed."""

    objects: ClassVar[ItemQuerySet] = ItemQuerySet.as_manager()  # type: ignore[assignment]
    was_known = False
    """Set by `receive`: the same delivery had arrived before."""

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="intake_state"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="intake_source"),
            models.CheckConstraint(
                # Nothing leaves the checks without a verdict, whatever the code does.
                condition=~Q(state__in=["ready", "working", "filed", "replaced"])
                | Q(virus__in=["clean", "unused", "released"]),
                name="intake_ready_is_scanned",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["office", "state", "-received_at", "-id"], name="intake_list"),
            models.Index(fields=["state", "state_at"], name="intake_by_state"),
            *(_band_index(number) for number in range(4)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Cuts what people and machines send to the length of the columns."""
        self.sender, self.subject = self.sender[:200], self.subject[:300]
        self.reason, self.source_detail = self.reason[:500], self.source_detail[:300]
        super().save(*args, **kwargs)

    @property
    def title(self) -> str:
        """What people read in lists."""
        return self.subject or self.name

    @property
    def is_open(self) -> bool:
        """Whether its bytes may be seen: everything that passed the scanner."""
        return self.state in {"ready", "working", "filed", "replaced"} or (
            self.state == "discarded" and self.virus in {"clean", "unused", "released"}
        )

    @property
    def is_pdf(self) -> bool:
        """Whether its pages can be worked on."""
        return self.content_type == "application/pdf" and bool(self.pages)

    def read(self) -> bytes:
        """The original bytes. Raises: StorageDamaged, StorageShredded."""
        return Blob.objects.get(pk=self.blob_id).read()


class Origin(models.Model):
    """From which item, and from which of its pages, a part was made."""

    part = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="origins")
    original = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="parts")
    """Empty once its time was over (`rathaus.records.intake.originals`)."""
    sha256 = models.CharField(max_length=64, blank=True, default="")
    """Of the original that is gone."""
    gone_at = models.DateTimeField(null=True)
    number = models.PositiveIntegerField()
    """Order among the originals of one part."""
    pages = models.JSONField()
    """Page numbers of the original in order, each with its rotation: [[1, 0], [3, 90]]."""

    class Meta:
        ordering = ["part", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["part", "number"], name="intake_origin_once")
        ]


class PageImage(models.Model):
    """A small picture of a page, made by a job."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveIntegerField()
    """From 1."""
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["item", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "number"], name="intake_page_once")
        ]


class Suggestion(models.Model):
    """Where an item could be filed, and why. A person decides."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="suggestions")
    rank = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)
    """``reference`` (found in the text), ``sheet``, ``rule`` or ``similar``."""
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="+")
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(
        FilingPlanEntry, null=True, on_delete=models.CASCADE, related_name="+"
    )
    detail = models.CharField(max_length=200, blank=True)
    """The reference found, the name of the rule."""
    count = models.PositiveSmallIntegerField(default=0)
    """How many documents are alike."""

    class Meta:
        ordering = ["item", "rank"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "rank"], name="intake_suggestion_once")
        ]
