"""Seals over everything new, their time stamps, and renewals. All of it is append-only."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class Seal(models.Model):
    """One root over what was new; `hash` covers the seal before, which is also in the tree."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    algorithm = models.CharField(max_length=20)
    root = models.CharField(max_length=128)
    count = models.PositiveIntegerField()
    previous = models.CharField(max_length=128, blank=True)
    hash = models.CharField(max_length=128)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Siegel {self.number}"


class ItemKind(models.TextChoices):
    """What a leaf of a seal stands for."""

    VERSION = "version"
    """The bytes of a document's version."""
    CHAIN = "chain"
    """A history, from its first event to the one numbered `length`."""
    SEAL = "seal"
    """The seal before."""


class SealItem(models.Model):
    """A leaf. No foreign key to what it stands for: it outlives it as proof of its time."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    object_id = models.UUIDField()
    length = models.PositiveIntegerField(default=0)
    digest = models.BinaryField(max_length=64)
    blind = models.BinaryField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["object_id", "length"], name="evidence_item_once")
        ]


class RenewalKind(models.TextChoices):
    """RFC 4998 §5.2: of time stamps, or of the hash tree with a new algorithm."""

    STAMPS = "stamps"
    TREE = "tree"


class Renewal(models.Model):
    """A new root over old time stamps, or over the objects of one seal hashed anew."""

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=RenewalKind.choices)
    seal = models.ForeignKey(
        Seal, null=True, blank=True, on_delete=models.PROTECT, related_name="renewals"
    )
    """Of a tree: whose objects."""
    line = models.CharField(max_length=40)
    """Name of the service whose time stamps (from the first one on) are carried on."""
    algorithm = models.CharField(max_length=20)
    root = models.CharField(max_length=128)
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]


class TimeStamp(models.Model):
    """An RFC 3161 token over the root of a seal or of a renewal."""

    seal = models.ForeignKey(
        Seal, null=True, blank=True, on_delete=models.PROTECT, related_name="stamps"
    )
    renewal = models.OneToOneField(
        Renewal, null=True, blank=True, on_delete=models.PROTECT, related_name="stamp"
    )
    authority = models.CharField(max_length=40)
    token = models.BinaryField()
    gen_time = models.DateTimeField()
    serial = models.CharField(max_length=80)
    policy = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    signature = models.CharField(max_length=40)
    """Key of the signer, e.g. ``rsa-3072`` or ``ec-256``."""
    valid_until = models.DateTimeField()
    """End of the signer's certificate, or of an issuer's if that is earlier."""
    certificates = models.TextField()
    """Signer to root, PEM, as verified when the token came."""
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["seal", "authority"], name="evidence_stamp_once"),
            models.CheckConstraint(
                condition=Q(seal__isnull=True, renewal__isnull=False)
                | Q(seal__isnull=False, renewal__isnull=True),
                name="evidence_stamp_of_one",
            ),
        ]


class RenewalItem(models.Model):
    """A leaf of a renewal: an old time stamp, or an object of the seal with its old evidence."""

    renewal = models.ForeignKey(Renewal, on_delete=models.PROTECT, related_name="items")
    stamp = models.ForeignKey(
        TimeStamp, null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by"
    )
    item = models.ForeignKey(
        SealItem, null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by"
    )
    digest = models.BinaryField(max_length=64)
    blind = models.BinaryField(max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(stamp__isnull=True, item__isnull=False)
                | Q(stamp__isnull=False, item__isnull=True),
                name="evidence_renewal_of_one",
            ),
            models.UniqueConstraint(fields=["stamp"], name="evidence_stamp_renewed_once"),
            models.UniqueConstraint(fields=["renewal", "item"], name="evidence_item_renewed_once"),
        ]


class AuthorityState(models.Model):
    """How the last calls of a time-stamp service went. Changes; it proves nothing."""

    name = models.CharField(max_length=40, primary_key=True)
    last_ok = models.DateTimeField(null=True, blank=True)
    last_failure = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)


class RunState(models.TextChoices):
    """Of a verification."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class VerificationRun(models.Model):
    """A check of the whole record, kept after each batch so that it can go on after a crash."""

    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    requested_by = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    sample = models.PositiveSmallIntegerField(default=100)
    """Per cent of the cases whose files are read; chains and rows are checked of all."""
    phase = models.CharField(max_length=20, default="cases")
    after = models.BigIntegerField(default=0)
    """Primary key of the last row of the phase that is done."""
    place = models.CharField(max_length=40, blank=True, default="")
    """The same where keys are no numbers."""
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    """Time of work, without interruptions."""
    counts: Any = models.JSONField(default=dict)
    found = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]


class RunFinding(models.Model):
    """Something that is not as it was filed, found by a run."""

    run = models.ForeignKey(VerificationRun, on_delete=models.CASCADE, related_name="findings")
    object = models.CharField(max_length=400)
    what = models.CharField(max_length=120)
    expected = models.CharField(max_length=300, blank=True)
    found = models.CharField(max_length=300, blank=True)
    case_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
