"""Passwords of devices, locks on drafts, and what office programs put down for a moment."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from rathaus.core.models import Blob
from rathaus.organisation.models import StaffMember


class DevicePassword(models.Model):
    """Lets one device of one person in; only its keyed hash is kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    """Which device, in the person's own words."""
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class DraftLock(models.Model):
    """A write lock (RFC 4918, 6); one for each address, for all web processes."""

    token = models.CharField(max_length=120, unique=True)
    root = models.CharField(max_length=2000, unique=True)
    """Quoted address below the mount point."""
    draft = models.UUIDField(null=True, blank=True, db_index=True)
    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    depth = models.CharField(max_length=8)
    timeout = models.PositiveIntegerField()
    """Seconds it was given for."""
    expires_at = models.DateTimeField()


class DraftReading(models.Model):
    """Which state of a draft a device has: only from this one it may save another."""

    password = models.ForeignKey(DevicePassword, on_delete=models.CASCADE, related_name="+")
    draft = models.UUIDField()
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["password", "draft"], name="webdav_reading_once")
        ]


class ScratchFile(models.Model):
    """A file that an office program puts beside a draft; seen only by who made it."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, related_name="+")
    case = models.UUIDField()
    """Public id of the case in whose folder it lies."""
    name = models.CharField(max_length=200)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["staff", "case", "name"], name="webdav_scratch_once")
        ]
