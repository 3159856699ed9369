"""A process of disposal and the cases in it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from rathaus.core.clock import local
from rathaus.core.models import Chain
from rathaus.records.disposal.models.archive import Archive
from rathaus.records.disposal.states import ItemState, ProcessState, Verdict
from rathaus.records.models import Case, Document


class ProcessQuerySet(models.QuerySet["Process"]):
    """Reads of processes."""

    def running(self) -> ProcessQuerySet:
        """Neither finished nor cancelled."""
        return self.exclude(state__in=[ProcessState.FINISHED, ProcessState.CANCELLED])


class Process(models.Model):
    """Cases that are offered, appraised, handed over and destroyed together."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Process id (ProzessID) in all messages."""
    reference = models.CharField(max_length=40, unique=True)
    archive = models.ForeignKey(
        Archive, null=True, blank=True, on_delete=models.PROTECT, related_name="processes"
    )
    """None: nothing of it has to be offered (a destruction as agreed with the archive)."""
    version = models.CharField(max_length=10, blank=True, default="")
    """xdomea version, frozen when the process begins."""
    chain = models.OneToOneField(Chain, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=ProcessState.choices, default=ProcessState.DRAFT
    )
    waiver = models.CharField(max_length=300, blank=True, default="")
    """Without archive: on what agreement nothing is offered."""
    prepared_by = models.CharField(max_length=120)
    prepared_by_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_received_at = models.DateTimeField(null=True, blank=True)
    appraised_at = models.DateTimeField(null=True, blank=True)
    transferred_at = models.DateTimeField(null=True, blank=True)
    transfer_received_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(max_length=120, blank=True, default="")
    """Who proposed the destruction; somebody else has to release it."""
    proposed_by_id = models.CharField(max_length=64, blank=True, default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=120, blank=True, default="")
    released_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    protocol = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[Any] = ProcessQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=ProcessState.values), name="disposal_process_state"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def partner(self) -> Archive:
        """The archive. Raises: Archive.DoesNotExist where nothing is offered."""
        if self.archive is None:
            raise Archive.DoesNotExist(self.reference)
        return self.archive

    @property
    def answer_due(self) -> date | None:
        """Day until which the archive should have answered what it was sent last."""
        sent = {
            ProcessState.OFFERED: self.offered_at,
            ProcessState.TRANSFERRED: self.transferred_at,
        }.get(ProcessState(self.state))
        if sent is None or self.archive is None:
            return None
        return local(sent).date() + timedelta(days=self.archive.answer_days)


class Item(models.Model):
    """A case in a process. Outlives the case, so it holds nothing personal."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="disposal_items"
    )
    """None once the case is destroyed."""
    case_uuid = models.UUIDField(db_index=True)
    dossier_uuid = models.UUIDField()
    reference = models.CharField(max_length=60)
    plan_code = models.CharField(max_length=20)
    proposal = models.CharField(max_length=1)
    """Disposal kind as offered: A, B or V."""
    verdict = models.CharField(max_length=1, blank=True, default="", choices=Verdict.choices)
    verdict_by = models.CharField(max_length=120, blank=True, default="")
    """Who or what decided: the archive, the agreement, a person after asking."""
    archived = models.BooleanField(default=False)
    """The archive confirmed that it has taken the case over (0506)."""
    archive_ident = models.CharField(max_length=500, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.PLANNED)

    class Meta:
        ordering = ["reference", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["process", "case_uuid"], name="disposal_item_once"),
            models.UniqueConstraint(
                fields=["case_uuid"],
                condition=~Q(state__in=["destroyed", "kept", "withdrawn"]),
                name="disposal_one_running_process",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ItemState.values), name="disposal_item_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["prepared", "released", "destroying", "destroyed"])
                | Q(verdict="V")
                | Q(verdict="A", archived=True),
                name="disposal_only_when_decided",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["process", "state"], name="disposal_item_by_state"),
        ]

    def __str__(self) -> str:
        return self.reference
