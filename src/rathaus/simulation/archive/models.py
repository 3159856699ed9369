"""Memory of the simulated archive."""

from __future__ import annotations

from django.db import models


class ArchivedProcess(models.Model):
    """A process as the archive knows it from messages."""

    process = models.UUIDField(unique=True)
    folder = models.CharField(max_length=60)
    """Name of the folder below the town's base folder for exchange."""
    version = models.CharField(max_length=10)
    sender = models.CharField(max_length=200, blank=True)
    offer_uuid = models.CharField(max_length=40, blank=True)
    """UUID of the 0501 (only 4.0)."""
    transfer_uuid = models.CharField(max_length=40, blank=True)
    offered_at = models.DateTimeField(null=True)
    appraised_at = models.DateTimeField(null=True)
    transferred_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.process)


class ArchivedObject(models.Model):
    """A case that was offered or handed over."""

    process = models.ForeignKey(
        ArchivedProcess, on_delete=models.CASCADE, related_name="objects_of"
    )
    uuid = models.UUIDField()
    dossier = models.CharField(max_length=300)
    reference = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    proposal = models.CharField(max_length=1, blank=True)
    verdict = models.CharField(max_length=1, blank=True)
    files = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    transferred = models.BooleanField(default=False)
    accepted = models.BooleanField(null=True)
    ident = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["process", "uuid"], name="simulation_object_once")
        ]

    def __str__(self) -> str:
        return self.reference


class ArchiveMessage(models.Model):
    """A message that came or went, with what was found in it."""

    process = models.ForeignKey(
        ArchivedProcess, null=True, on_delete=models.CASCADE, related_name="messages_of"
    )
    folder = models.CharField(max_length=60)
    code = models.CharField(max_length=4, blank=True)
    incoming = models.BooleanField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    remarks = models.JSONField(default=list)
    xml = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["folder", "name"], name="simulation_archive_name")]

    def __str__(self) -> str:
        return self.name
